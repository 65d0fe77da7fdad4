"""What is asked for by a name that exists nowhere is answered with the names there are, never with an empty list."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli_help import DEFINITIONS, Day, play, run


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """A clerk's whole day in one database; nothing here changes it."""
    return play(tmp_path_factory.mktemp("asked"))


@pytest.mark.parametrize(
    ("asked", "code", "near"),
    [
        ("list --unit 工信委", "U04", "区工信局"),
        ("list --state 推进", "T05", "推进中"),
        ("lights 2025-06 --unit 工信委", "U04", "区工信局"),
        ("exemptions 2025Q2 --unit 工信委", "U04", "区工信局"),
        ("marks --unit 工信委", "U04", "区工信局"),
        ("marks --kind 领导评价分", "M02", "leader"),
        ("remind --unit 区工信局 --duty progres --as 督查室 --reason 未报 --dry-run", "H11", "progress"),
        ("diagram key-work --counts --unit 工信委", "U04", "区工信局"),
        ("diagram key-work --counts --document 青政办发〔2025〕9号", "T14", "可写"),
        ("chart calendar key-work 2025 --category 民生", "D13", "类别"),
        ("simulate rework --only 方案退后", "F02", "方案退回"),
        ("list --district qinhe", "U07", "default"),
        ("tick 2025-06-26 --district defualt", "U07", "是不是 default"),
        ("audit --district qinhe", "U07", "default"),
        ("replay --verify --district qinhe", "U07", "default"),
        ("outbox send --dry-run --district qinhe", "U07", "default"),
        ("migrate key-work@1 key-work@2 --dry-run --district qinhe", "U07", "default"),
    ],
)
def test_a_name_that_exists_nowhere_is_answered_with_the_likely_one(day: Day, asked: str, code: str, near: str) -> None:
    """Units, states, kinds, documents, titles, districts: exit 5, the code, and what there is."""
    told = day.run(*asked.split())
    assert (told.code, told.out) == (5, "") and f"[{code}]" in told.err and near in told.err, told.err


def test_a_matter_without_marks_is_no_fault_but_the_like_one_is_named(day: Day, tmp_path: Path) -> None:
    """Matters are free names: nothing on record is an answer; a table's option without a table is none."""
    copy = day.copy(tmp_path / "day")
    copy.run("mark", "区工信局", "leader", "--value", "92", "--matter", "GZ-17", "--day", "2025-12-30")
    told = copy.run("marks", "--matter", "GZ-71")
    assert (told.code, told.out) == (0, "没有登记,是不是 GZ-17?\n")
    assert copy.run("marks", "--scheme", "red-black").code == 2


def test_a_duty_may_be_named_by_what_it_is_called(day: Day) -> None:
    """What the list of what is owed calls a duty is understood as its key is."""
    one, other = (
        day.run("remind", "--unit", "区工信局", "--duty", word, "--as", "督查室", "--reason", "未报", "--dry-run",
                "--day", "2025-07-15")
        for word in ("progress", "半年进展")
    )  # fmt: skip
    assert one.code == other.code == 0 and one.out == other.out


def test_a_district_begins_where_nothing_is_yet(tmp_path: Path) -> None:
    """An empty database knows no district, so none is wrong; beside another one a new one begins by placing tasks."""
    db = ("--db", tmp_path / "a.db", "--definitions", DEFINITIONS)
    (tmp_path / "b.yaml").write_text("due: 2025-12-31\ntasks:\n  - {code: T1, text: 修路, lead: [区工信局]}\n", "utf-8")
    run("init", *db)
    assert run("list", "--district", "east", *db).code == 0
    assert run("assign", tmp_path / "b.yaml", "--day", "2025-03-03", "--district", "east", *db).code == 0
    told = run("list", *db)
    assert told.code == 5 and "有的是:east" in told.err and "--district" in told.err
    assert run("calendar", "check", "--district", "west", *db).code == 0
    assert run("assign", tmp_path / "b.yaml", "--day", "2025-03-03", "--district", "west", *db).code == 0
    assert run("list", "--district", "west", *db).code == 0


def test_an_address_in_a_message_is_legible(tmp_path: Path) -> None:
    """A file with a Chinese name is named as it is, not as a chain of percent signs."""
    (tmp_path / "青禾.db").touch()
    assert "青禾.db" in run("list", "--db", tmp_path / "青禾.db").err
