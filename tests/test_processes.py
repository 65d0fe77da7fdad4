"""Real processes on one database of each kind: exactly one wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.forks import Command

BREAKDOWN = """
due: 2027-12-31
tasks:
- {code: T1, text: 建成标准厂房12万平方米, lead: [区工信局]}
"""


def supervise(folder: Path, *words: str) -> Command:
    """A command in a process of its own, on the folder's database."""
    return Command(folder, *words, "--db", (folder / "url").read_text("utf-8"))


@pytest.fixture
def folder(tmp_path: Path, url: str) -> Path:
    """A folder whose file ``url`` names a new database."""
    (tmp_path / "url").write_text(url, "utf-8")
    return tmp_path


def run(folder: Path, *words: str) -> str:
    """Output of a command that must succeed."""
    done = supervise(folder, *words).ended()
    assert done.code == 0, done.err
    return done.out


def assigned(folder: Path) -> None:
    """One task, placed on 2027-03-01."""
    (folder / "b.yaml").write_text(BREAKDOWN, "utf-8")
    run(folder, "assign", "b.yaml", "--day", "2027-03-01")


PLAN = ("--day", "2027-03-02", "--milestones", "2027-06-30 过半", "--contact", "李某")


def test_one_of_two_processes_from_the_same_version_wins(folder: Path) -> None:
    """Both saw version 1; one acts, the other exits 6 and is told the new state."""
    assigned(folder)
    both = [
        supervise(folder, "do", "T1", "plan", "--as", "区工信局", "--seen", "1", *PLAN),
        supervise(
            folder, "do", "T1", "withdraw", "--as", "督查室", "--seen", "1", "--day", "2027-03-02", "--reason", "调整"
        ),
    ]
    ended = [process.ended() for process in both]
    assert sorted(one.code for one in ended) == [0, 6]
    said = next(one.err for one in ended if one.code == 6)
    assert "别人先办了" in said and ("已报方案" in said or "已办结" in said)
    assert "2 条办理记录" in run(folder, "replay", "--verify")


def test_five_processes_leave_one_act_and_a_sound_record(folder: Path) -> None:
    """Five processes race to file the same plan: one is on record, the others are refused or stale, none half done."""
    assigned(folder)
    race = [supervise(folder, "do", "T1", "plan", "--as", "区工信局", *PLAN) for _ in range(5)]
    ended = [process.ended() for process in race]
    codes = [one.code for one in ended]
    assert not any("Traceback" in one.err for one in ended)
    assert codes.count(0) == 1 and set(codes) <= {0, 3, 6}
    assert "2 条办理记录" in run(folder, "replay", "--verify")


def test_two_clocks_at_once_send_each_order_once(folder: Path) -> None:
    """Two ticks of one night in two processes send one letter; whoever comes second changes nothing."""
    assigned(folder)
    night = [supervise(folder, "tick", "2027-03-20") for _ in range(2)]
    codes = sorted(process.ended().code for process in night)
    assert codes[0] == 0 and set(codes) <= {0, 6}
    assert run(folder, "log", "T1").count("发督查单") == 1


def test_four_processes_at_once_make_one_database(folder: Path) -> None:
    """Four installations of one database at the same moment all succeed, and the tables are there once."""
    race = [supervise(folder, "init") for _ in range(4)]
    ended = [process.ended() for process in race]
    assert [one.code for one in ended] == [0] * 4, ended
    run(folder, "db", "check")


def test_four_processes_that_first_use_a_database_place_each_task_once(folder: Path) -> None:
    """Four clerks assign the same breakdown into an empty database: one succeeds, no task is there twice."""
    (folder / "b.yaml").write_text(BREAKDOWN, "utf-8")
    race = [supervise(folder, "assign", "b.yaml", "--day", "2027-03-01") for _ in range(4)]
    ended = [process.ended() for process in race]
    codes = [one.code for one in ended]
    assert codes.count(0) == 1 and set(codes) <= {0, 3, 6}, ended
    assert not any("Traceback" in one.err for one in ended)
    assert "1 条办理记录" in run(folder, "replay", "--verify")
