"""Lines on a narrow terminal: columns stay below each other, nothing is lost, and a file is written as it is."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervise.cli.fitting import fit
from supervise.widths import columns, table
from tests.cli_help import Day, play

ROOMS = (60, 80, 120)
CELLS = st.lists(st.text("办结区工信局、abc 12", max_size=30).map(str.strip), min_size=1, max_size=7)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """A clerk's whole day, played once."""
    return play(tmp_path_factory.mktemp("day"))


@given(st.lists(CELLS, min_size=1, max_size=5), st.sampled_from(ROOMS))
def test_a_table_fits_and_loses_no_character(rows: list[list[str]], room: int) -> None:
    """No line is wider than the terminal, and every character is still there, in its order."""
    drawn = table(rows)
    fitted = fit(drawn, room)
    assert max(map(columns, fitted.split("\n"))) <= room
    assert re.sub(r"\s", "", fitted) == re.sub(r"\s", "", drawn)


def test_what_fits_stays_as_it_is() -> None:
    """A terminal that is wide enough shows what a file would hold."""
    text = "编码  任务\n\n  D-1  办好实事\n"
    assert fit(text, 80) == text


def test_a_long_last_cell_goes_on_below_itself() -> None:
    """The reader's eye stays in the column."""
    assert fit("1  2025-02-24  区工信局  报送落实方案,责任人王某,联系电话另附", 44).split("\n") == [
        "1  2025-02-24  区工信局  报送落实方案,责任人",
        "                         王某,联系电话另附",
    ]


def test_what_was_cut_is_cut_further() -> None:
    """A list keeps one line for each task; where there is no room for that, the cell stands on a line of its own."""
    line = "D-001  已办结  2025-12-31  区工信局  实施规上企业梯度培育计划,年内新增规模以上工业企业…"
    assert fit(line, 60) == "D-001  已办结  2025-12-31  区工信局  实施规上企业梯度培育计…"
    assert fit(line, 40).split("\n") == [
        "D-001  已办结  2025-12-31  区工信局",
        "    实施规上企业梯度培育计划,年内新增规",
        "    模以上工业企业…",
    ]


def test_a_list_keeps_one_line_for_each_thing() -> None:
    """Where a list is brief its last cell is shortened as the terminal needs, and what stands alone is whole."""
    line, foot = "D-001  已办结  2025-12-31  实施规上企业梯度培育计划", "共 1 项,期限后有“*”的是暂定的,公布以后再算一遍"
    assert fit(f"{line}\n{foot}", 120, brief=True) == f"{line}\n{foot}"
    assert fit(line, 48, brief=True) == "D-001  已办结  2025-12-31  实施规上企业梯度培育…"
    assert fit(line, 26, brief=True).split("\n") == ["D-001  已办结  2025-12-31", "    实施规上企业梯度培育…"]
    assert re.sub(r"\s", "", fit(foot, 30, brief=True)) == re.sub(r"\s", "", foot)


def test_a_line_of_one_wide_word_begins_where_it_began() -> None:
    """What goes on below stands deeper; the beginning does not."""
    assert fit("最后封存:第 140 号 · sha256:0123456789abcdef0123456789", 30).split("\n") == [
        "最后封存:第 140 号 ·",
        "    sha256:0123456789abcdef0123456789",
    ]


def test_columns_that_do_not_fit_follow_on_the_next_line() -> None:
    """Whole cells move; a cell is torn only if it is wider than a line."""
    line = "  2025-06  区政府督查室  27  22  0  0  十项任务的半年进展报告"
    assert fit(line, 34).split("\n") == [
        "  2025-06  区政府督查室  27  22  0",
        "      0  十项任务的半年进展报告",
    ]


def test_a_cell_wider_than_a_line_keeps_its_distance_to_the_next() -> None:
    """What was filled into several lines is still a cell of its own."""
    assert fit("D-001  牵头单位和协办单位一起报送的一段很长的说明  推进中  2025-12-31", 30).split("\n") == [
        "D-001",
        "    牵头单位和协办单位一起报送",
        "    的一段很长的说明  推进中",
        "    2025-12-31",
    ]


def test_a_line_that_begins_with_empty_cells_goes_on_where_the_others_do() -> None:
    """A second line of the same row stands no deeper than the first."""
    drawn = table([("D-001", "建成市级以上智能车间", "2025-06-30", "推进中"), ("", "", "2025-12-31", "已办结")])
    assert fit(drawn, 42).split("\n") == [
        "  D-001  建成市级以上智能车间  2025-06-30",
        "      推进中",
        "                               2025-12-31",
        "      已办结",
    ]


def test_a_hash_is_never_torn() -> None:
    """What people copy stays one word, even where it is wider than the terminal."""
    print_ = "sha256:" + "0123456789abcdef" * 4
    assert print_ in fit(f"最后封存:第 140 号 · {print_}", 60)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pseudo-terminal on Windows")
@pytest.mark.parametrize("line", ["list", "owed 区文旅局", "log QH2025-001", "board red-black 2025Q2"])
def test_a_terminal_of_sixty_columns_is_enough(played: Day, line: str) -> None:
    """On a terminal no line is wider than it is; piped, the same command writes whole lines."""
    import pty

    command = [sys.executable, "-m", "supervise", *line.split(), "--as-of", "2025-06-30"]
    environment = os.environ | {"COLUMNS": "60", "SUPERVISE_DB": str(played.db)}
    here, there = pty.openpty()
    running = subprocess.Popen(command, stdout=there, cwd=played.folder, env=environment)
    os.close(there)
    shown = _everything(here)
    assert running.wait() == 0
    piped = subprocess.run(command, capture_output=True, cwd=played.folder, env=environment, check=True).stdout.decode()
    assert max(map(columns, shown.splitlines())) <= 60 < max(map(columns, piped.splitlines()))


def _everything(screen: int) -> str:
    """What a program wrote on a terminal until it ended; Linux says the end of a terminal by an error."""
    parts = []
    with contextlib.suppress(OSError):
        while part := os.read(screen, 65_536):
            parts.append(part)
    os.close(screen)
    return b"".join(parts).decode()
