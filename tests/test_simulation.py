"""A rehearsal tells a story as the player of stories plays it, and an act before it is done as it is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.orm import sessionmaker

from supervise import Unknown
from supervise.hall.liaison import Act
from supervise.reading import parse, validate
from supervise.site.simulation import Frame, frames, told
from supervise.site.stories import Story, play
from supervise.store import tasks
from tests.acting import GXJ, OFFICE, PLAN, record
from tests.retiring import Clock
from tests.servers import in_memory
from tests.test_stories import STORY
from tests.test_versions import an_office, place
from tests.workflows.builders import FOLDER


def shown(text: str) -> list[Frame]:
    """The frames of a story."""
    document = parse(text, "story.yaml")
    [story] = validate(document, tuple[Story, ...])
    return list(frames(FOLDER, document, 0, story))


def test_every_step_shows_state_duties_letters_and_what_is_left_to_do() -> None:
    """The placing, each step of the story and its end are a frame each."""
    made = shown(STORY)
    assert [frame.day.isoformat() for frame in made] == [
        "2021-03-25", "2021-04-09", "2021-04-10", "2021-04-14", "2021-04-15", "2021-04-15", "2021-06-30",
    ]  # fmt: skip
    assert [frame.task.state for frame in made][2:5] == ["assigned", "planned", "planned"]
    assert [order.data["level"] for order in made[2].orders] == ["blue"]
    assert "plan" in {duty.kind for duty in made[2].todo}
    assert "plan" not in {duty.kind for duty in made[3].todo}
    assert [event.action for event in made[3].events] == ["plan"]
    assert not any(frame.problems for frame in made)


def test_a_rehearsal_finds_what_the_check_finds() -> None:
    """A story that does not come out is told to its end, with the same problem at the same line."""
    wrong = STORY.replace("planned}", "assigned}")
    document = parse(wrong, "story.yaml")
    _, _, problems = play(replace(FOLDER, stories=[document]))
    made = shown(wrong)
    assert [problem for frame in made for problem in frame.problems] == list(problems)
    assert made[-1].day == date(2021, 6, 30)


@pytest.mark.parametrize("word", ["rework", "rework.yaml", "definitions/stories/rework.yaml"])
def test_a_story_is_found_by_the_name_of_its_file(word: str) -> None:
    """With or without folder and ending."""
    document, stories = told(FOLDER, word)
    assert document.file.endswith("rework.yaml")
    assert len(stories) >= 2


def test_a_misspelt_story_is_answered_with_the_nearest() -> None:
    """Who mistypes is told what there is."""
    with pytest.raises(Unknown, match="rework"):
        told(FOLDER, "rewrok")


def test_an_act_looked_at_is_the_act_that_is_done() -> None:
    """State, duties and events shown beforehand are those on record afterwards, and looking writes nothing."""
    clock, engine = Clock(), in_memory()
    office = an_office(FOLDER, clock)
    act = Act("T1", "plan", GXJ, PLAN)
    with sessionmaker(engine).begin() as session:
        place(office, session, "T1")
        clock.day = date(2025, 3, 31)
        office.tick(session)
    before = record(engine)
    with sessionmaker(engine)() as session:
        seen = office.preview(session, act)
    assert record(engine) == before
    with sessionmaker(engine).begin() as session:
        task = office.advance(session, "T1", "plan", GXJ, **PLAN)
        duties = {d.key: d for d in office.show(session, "T1").duties}
        board = office.board(session, "red-black", "2025Q1")
    assert (seen.before.state, seen.after.state) == ("assigned", task.state)
    assert [replace(e, recorded_at=None, hash="") for e in task.events[-len(seen.events) :]] == list(seen.events)
    assert {d.key: d for d in (*seen.born, *seen.met, *seen.gone)}.items() <= duties.items()
    assert {duty.kind for duty in seen.met} >= {"plan"}
    totals = {row["unit"]: row["score"]["total"] for row in board["standings"]}
    assert {shift.unit: f"{shift.after:f}" for shift in seen.shifts} == {
        shift.unit: totals[shift.unit] for shift in seen.shifts
    }
    assert any(label == "漏报" and new > old for shift in seen.shifts for label, old, new in shift.lines)
    assert [letter.to for letter in seen.letters] == [("督查室",)]


def test_a_letter_that_the_act_does_not_prevent_is_foretold() -> None:
    """What the clock will send at the end of the day is part of the look ahead."""
    clock, engine = Clock(), in_memory()
    office = an_office(FOLDER, clock)
    with sessionmaker(engine)() as session:
        place(office, session, "T1")
        clock.day = date(2025, 2, 25)
        seen = office.preview(session, Act("T1", "inspect", OFFICE, {"opinion": "没有动静"}))
        office.advance(session, "T1", "inspect", OFFICE, opinion="没有动静")
        sent = office.tick(session).events
        assert tasks.codes(session, office.district) == ["T1"]
    assert [order.data for order in seen.orders] == [event.data for event in sent]
    assert sent
