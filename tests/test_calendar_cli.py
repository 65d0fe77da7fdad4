"""The calendar at the counter: provisional dates carry a star, a new year is looked at, loaded and told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli_help import Result, run

# Years as far from any notice as can be, with the weekdays of 2026 and 2027.
BREAKDOWN = """
workflow: key-work
due: 2083-12-20
tasks:
- {code: T1, text: 新增规上企业40家, lead: [区工信局]}
- {code: T2, text: 建成步道10公里, lead: [区教体局], co: [区工信局]}
"""
YEAR = """
year: 2083
source: 放假通知
off: [01-01..01-03 元旦, 02-05..02-11 春节]
work: [02-13 春节]
"""
DAY = ("--as-of", "2082-12-21")
NEXT_YEAR = re.compile(r"2083-\d\d-\d\d(\*?)")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site with definitions of its own and two tasks whose limits reach into a year not arranged yet."""
    monkeypatch.chdir(tmp_path)
    assert run("init", "--copy", "definitions").code == 0
    for name, text in (("b.yaml", BREAKDOWN), ("2083.yaml", YEAR)):
        (tmp_path / name).write_text(text, "utf-8")
    assert run("assign", "b.yaml", "--day", "2082-12-21").code == 0
    return tmp_path


def load(*arguments: str) -> Result:
    """A load on the day on which the tasks were placed."""
    return run("calendar", "load", "--day", "2082-12-21", *arguments)


def stars(*arguments: str) -> list[bool]:
    """Of every date in 2083 that is printed, whether it has its star."""
    found = [bool(match[1]) for match in NEXT_YEAR.finditer(run(*arguments).out)]
    assert found
    return found


def test_every_date_in_a_year_not_announced_is_provisional_until_it_is_loaded(site: Path) -> None:
    """Shown, listed, owed and explained: a star and a flag before, none after; the record holds throughout."""
    asked = [
        ("show", "T1", *DAY),
        ("show", "T2", *DAY, "--why"),
        ("list", *DAY),
        ("owed", *DAY),
        ("owed", *DAY, "--why"),
    ]
    for arguments in asked:
        assert all(stars(*arguments)), arguments
    owed = run("owed", *DAY, "--json").data["owed"]
    assert all(row["provisional"] for row in owed)
    looked = load("2083.yaml", "--dry-run", "--json").data
    assert [(m["task"], m["old"], m["new"], m["because"]) for m in looked["moved"]] == [
        (code, "2083-01-04", "2083-01-05", ["2083-01-01"]) for code in ("T1", "T2")
    ]
    assert not (site / "definitions" / "calendar" / "2083.yaml").exists()
    assert load("2083.yaml").code == 0
    assert (site / "definitions" / "calendar" / "2083.yaml").read_text("utf-8") == YEAR
    assert load("2083.yaml", "--json").data["tasks"] == 0
    for arguments in asked:
        assert not any(stars(*arguments)), arguments
    assert "报送方案 2083-01-04 改为 2083-01-05" in run("log", "T1").out
    told = run("show", "T1", *DAY, "--why").out.replace("*", "")
    assert "2083-01-05 = 2082-12-21 第 1 条记录“交办”后第 10 个工作日,跳过 2082-12-26、2082-12-27(周末)" in told
    assert "2083-01-01..2083-01-03(元旦)" in told
    assert run("calendar", "check").code == run("replay", "--verify").code == run("audit").code == 0


def test_a_file_laid_into_the_folder_moves_nothing_until_it_is_loaded(site: Path) -> None:
    """Tasks keep the dates they were told, and the counter says that there is something to do."""
    (site / "definitions" / "calendar" / "2083.yaml").write_text(YEAR, "utf-8")
    assert run("replay", "--verify").code == 0
    assert run("show", "T1", *DAY, "--json").data["duties"][0]["due"] == "2083-01-04"
    (site / "c.yaml").write_text(BREAKDOWN.replace("T1", "T3").replace("T2", "T4"), "utf-8")
    assert run("assign", "c.yaml", "--day", "2082-12-21").code == 0
    assert run("show", "T3", *DAY, "--json").data["duties"][0]["due"] == "2083-01-05"
    checked = run("calendar", "check")
    assert (checked.code, "请 supervise calendar load" in checked.out) == (3, True)
    owed = {row["task"]: row["provisional"] for row in run("owed", "区教体局", *DAY, "--json").data["owed"]}
    assert owed == {"T2": True, "T4": True}  # the list does not ask each task: on the safe side until it is done
    assert load("--json").data["tasks"] == 2
    assert run("calendar", "check").code == 0


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("year: 2083\noff: [05-01..05-05]\nwork: [05-03]\n", "Q01", 3),
        ("year: 2199\nextends: official\noff: [05-01]\n", "Q02", 2),
        ("year: 2082\nextends: mine\n", "Y06", 2),
    ],
)
def test_a_year_file_that_cannot_stand_is_refused_at_its_line(site: Path, text: str, code: str, line: int) -> None:
    """A day both off and worked, and an addition to a year that nobody has arranged, change nothing."""
    (site / "x.yaml").write_text(text, "utf-8")
    told = load("x.yaml", "--json")
    assert told.code == 4
    assert [(p["code"], p["line"]) for p in told.data["problems"]] == [(code, line)]
    assert not list((site / "definitions" / "calendar").glob("*.yaml"))


def test_the_shipped_folder_takes_no_new_year(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a folder of one's own there is no place for the file, and the way to one is told."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "2083.yaml").write_text(YEAR, "utf-8")
    run("init")
    told = load("2083.yaml")
    assert (told.code, "Q04" in told.err, "init --copy" in told.err) == (3, True, True)
