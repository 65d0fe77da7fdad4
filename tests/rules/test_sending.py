"""When messages go out, what goes together, and how long one waits: all of it from the file, by table and by law."""

from __future__ import annotations

import re
import shutil
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervise.dates import official_calendar
from supervise.reading import parse
from supervise.rules import ruleset
from supervise.rules.sending import Sending, Waiting, pack, parse_zone
from supervise.site.folder import read_folder, shipped

TEXT = (shipped() / "rules" / "sending.yaml").read_text("utf-8")
ZONE = parse_zone("+08:00")
CALENDAR = official_calendar()


def rules(*changes: tuple[str, str]) -> Sending:
    """The shipped file, changed."""
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    made = ruleset.load(parse(text, "sending.yaml"))
    assert isinstance(made, Sending)
    return made


def at(text: str) -> datetime:
    """A moment in the district."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2025-03-05 09:00", "2025-03-05 09:00"),  # a Wednesday
        ("2025-03-05 08:00", "2025-03-05 08:00"),  # the end of the quiet hours is not quiet
        ("2025-03-05 07:59", "2025-03-05 08:00"),
        ("2025-03-05 20:00", "2025-03-06 08:00"),  # their beginning is
        ("2025-03-07 20:30", "2025-03-10 08:00"),  # Friday evening: Monday
        ("2025-01-26 10:00", "2025-01-26 10:00"),  # a Sunday that is worked
        ("2025-01-27 21:00", "2025-02-05 08:00"),  # the Spring Festival
        ("2025-09-30 23:59", "2025-10-09 08:00"),  # National Day and Mid-Autumn
        ("2025-10-11 12:00", "2025-10-11 12:00"),  # a Saturday that is worked
        ("2020-01-31 09:00", "2020-02-03 08:00"),  # the extended holiday
    ],
)
def test_messages_go_in_working_hours_of_working_days(moment: str, opens: str) -> None:
    """Quiet hours end at their end, and days off are passed over as the calendar has them, shifted days included."""
    assert rules().opening(CALENDAR, at(moment)) == at(opens)


def test_quiet_hours_within_a_day_and_every_day() -> None:
    """Hours that do not pass midnight, and a district that sends on holidays too."""
    noon = rules(("20:00..08:00", "12:00..14:30"), ("days: workdays", "days: every day"))
    assert noon.opening(CALENDAR, at("2025-10-01 13:00")) == at("2025-10-01 14:30")
    assert noon.opening(CALENDAR, at("2025-10-01 23:00")) == at("2025-10-01 23:00")


def test_waits_grow_and_end() -> None:
    """Each failure waits as long as the file says, the last wait again and again, and the last attempt is the last."""
    minutes = [wait / timedelta(minutes=1) if (wait := rules().wait(n)) else None for n in range(1, 9)]
    assert minutes == [1, 5, 30, 120, 720, 720, 720, None]


def letter(task: str, place: int, grave: bool = False, day: date = date(2025, 3, 5)) -> Waiting:
    """A letter that waits."""
    return Waiting(task, str(place), place, day, grave)


def packed(made: Sending, waiting: list[Waiting], moment: str, sent: int = 0) -> list[tuple[str, list[str]]]:
    """What goes, as kind and names."""
    found = pack(made, CALENDAR, waiting, at(moment), sent)
    return [(one.kind, [f"{item.task}{item.ref}" for item in one.items]) for one in found]


def test_a_grave_letter_goes_at_night_and_takes_along_what_it_comes_after() -> None:
    """At night, and when the day's number is full, only what is grave goes, never ahead of its own task."""
    waiting = [letter("B", 1), letter("A", 3), letter("A", 2, grave=True), letter("A", 1)]
    assert packed(rules(), waiting, "2025-03-05 23:00") == [("digest", ["A1", "A2"])]
    assert packed(rules(), waiting, "2025-03-05 10:00", sent=3) == [("digest", ["A1", "A2"])]
    assert packed(rules(), waiting, "2025-03-05 10:00", sent=2) == [("digest", ["A1", "A2", "A3", "B1"])]
    assert packed(rules(), [letter("B", 1)], "2025-03-05 23:00") == []


def test_what_is_stale_folds_into_one_summary() -> None:
    """Without digests each letter goes alone, but what is older than ten days still goes as one."""
    alone = rules(("digest: true", "digest: false"))
    waiting = [letter("A", 1, day=date(2025, 2, 1)), letter("A", 2), letter("B", 1, day=date(2025, 2, 22))]
    assert packed(alone, waiting, "2025-03-05 10:00") == [("summary", ["A1", "B1"]), ("single", ["A2"])]
    assert packed(rules(), [waiting[0]], "2025-03-05 10:00") == [("summary", ["A1"])]
    assert packed(rules(), [letter("A", 1, day=date(2025, 2, 23))], "2025-03-05 10:00") == [("digest", ["A1"])]


letters = st.builds(
    letter, st.sampled_from("ABC"), st.integers(1, 9), st.booleans(), st.dates(date(2025, 1, 1), date(2025, 3, 5))
)


@given(st.lists(letters, unique_by=lambda one: (one.task, one.place)), st.booleans(), st.integers(0, 23))
def test_nothing_overtakes_within_a_task(waiting: list[Waiting], digest: bool, hour: int) -> None:
    """Whatever waits and whenever one looks: of a task the first go, in order, and each goes once."""
    made = rules() if digest else rules(("digest: true", "digest: false"))
    gone = [item for one in pack(made, CALENDAR, waiting, at(f"2025-03-05 {hour:02}:00"), 0) for item in one.items]
    whole = sorted(waiting, key=lambda one: (one.task, one.place))
    for task, items in groupby(whole, lambda one: one.task):
        mine = [item for item in gone if item.task == task]
        assert mine == list(items)[: len(mine)]
    assert all(item in gone for item in waiting if item.grave)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("grave: [red,", "grave: [redd,", "sending.yaml:19:9 .*没有“redd”.*R30"),
        ("who: [liaison] ", "who: [liason] ", "没有“liason”这个职务,是不是 liaison?.*R31"),
        ("who: [liaison] ", "who: [] ", "没有写由谁收.*R31"),
        ("[1 minute, 5 minutes,", "[5 minutes, 1 minute,", "须越来越长.*R32"),
        ("attempts: 8", "attempts: 5", "写了 5 个间隔,至少要 6 次.*R32"),
        ("quiet: 20:00..08:00", "quiet: 24:00..08:00", "看不懂免打扰时段.*Y06"),
        ("quiet: 20:00..08:00", "quiet: 08:00..08:00", "头尾一样.*Y06"),
        ("at_most: 3", "at_most: 0", "Y06"),
    ],
)
def test_what_is_wrong_with_the_file_is_found_at_its_line(old: str, new: str, said: str, tmp_path: Path) -> None:
    """Unknown levels and posts, waits that do not grow, hours that nobody can read."""
    folder = tmp_path / "definitions"
    shutil.copytree(shipped(), folder)
    assert old in TEXT
    (folder / "rules" / "sending.yaml").write_text(TEXT.replace(old, new), "utf-8")
    (problem,) = read_folder(folder).problems
    assert re.search(said, str(problem)), problem


def test_two_ways_of_sending_are_one_too_many(tmp_path: Path) -> None:
    """A second file under another name is named; a second version is fine."""
    folder = tmp_path / "definitions"
    shutil.copytree(shipped(), folder)
    other = folder / "rules" / "zz.yaml"
    other.write_text(TEXT.replace("version: 1", "version: 2"), "utf-8")
    assert read_folder(folder).problems == []
    other.write_text(TEXT.replace("sending: messages", "sending: others"), "utf-8")
    assert [problem.code for problem in read_folder(folder).problems] == ["R33"]
