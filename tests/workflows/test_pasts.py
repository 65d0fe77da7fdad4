"""What the clock sees of a history: who it was about and what was written does not count, when and how much does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given, settings

from supervise.dates import ONE_DAY
from supervise.records import PARTIES, Event
from supervise.workflows.pasts import Pasts
from tests.histories import FOLDER, LADDER, LAW, OPENED, played, script, steps

UNITS = {"区工信局": "区科技局", "区科技局": "区商务局", "区商务局": "区财政局", "区财政局": "区工信局"}
FIELDS = LAW.definition.fields


def pasts(spared: str = "") -> Pasts:
    """How the clock sees histories under the shipped lifecycle, where one unit is not pressed."""
    return Pasts({LAW.name: LAW.definition}, LADDER.labels, lambda name: name == spared)


def retold(event: Event) -> Event:
    """The same about another task, with other units, persons and words."""
    data = {name: _said(FIELDS[name].kind if name in FIELDS else "", value) for name, value in event.data.items()}
    changes = {name: _said("units" if name in PARTIES else name, value) for name, value in event.changes.items()}
    unit, key = UNITS.get(event.unit, event.unit), event.key.replace(event.task, "Z9", 1)
    return replace(event, task="Z9", actor="另一人", unit=unit, data=data, changes=changes, key=key)


def _said(kind: str, value: Any) -> Any:
    if kind == "units":
        return [UNITS.get(unit, unit) for unit in value]
    if kind == "text":
        return value if value in LADDER.labels else f"另写的{value}"
    if kind == "stages":
        return [{**stage, "text": "另一步"} for stage in value]
    return ["b.pdf"] if kind == "files" else value


@settings(max_examples=20, deadline=None)
@given(steps)
def test_who_and_in_which_words_is_not_seen_but_who_is_who(chosen: list[tuple[int, int, int]]) -> None:
    """Another code, other units, persons, papers and words make the same past, unless a unit is named in what stays."""
    events = played(script(chosen), lambda day: True)[0].events
    one, other = pasts().of(events), pasts().of([retold(event) for event in events])
    assert one is not None and other is not None
    assert (one.seen == other.seen) != any(name in text for text in named(events) for name in UNITS)
    assert [UNITS.get(name, name) for name in one.names] == list(other.names)


def named(events: Sequence[Event]) -> Iterator[str]:
    """What is written of acts beside words for people and who has a part."""
    for event in events:
        silent = {name for name, spec in FIELDS.items() if spec.kind in ("text", "list", "files", "units", "stages")}
        yield event.key
        yield from (str(value) for name, value in event.data.items() if name not in silent)
        yield from (str(event.changes[name]) for name in event.changes.keys() - {*PARTIES, "text", "stages"})


def test_a_unit_named_within_something_else_is_that_unit() -> None:
    """Which of two units a duty of each is about does not follow from which of them comes up first."""
    about = next(name for name, spec in FIELDS.items() if spec.kind == "duty")
    both, key = ["区工信局", "区科技局"], {about: "contribution:2025-06-15:区工信局"}
    one, other = placed({"co": both, "lead": []}, "", **key), placed({"co": both[::-1], "lead": []}, "", **key)
    assert seen(one) != seen(other)


@settings(max_examples=20, deadline=None)
@given(steps)
def test_every_day_is_seen(chosen: list[tuple[int, int, int]]) -> None:
    """Of two histories of which one thing happened a day apart, the clock sees that they differ."""
    events = played(script(chosen), lambda day: True)[0].events
    for n, event in enumerate(events):
        moved = [*events[:n], replace(event, day=event.day + ONE_DAY), *events[n + 1 :]]
        assert seen(events) != seen(moved)


def placed(changes: Mapping[str, Any], unit: str = "区工信局", **data: Any) -> list[Event]:
    """A task that was placed and acted on once."""
    opening = {"lead": ["区工信局", "区科技局"], "due": "2025-11-28", "text": "建成厂房"}
    first = Event("T1", 1, "assign", "", "assigned", OPENED, "张督查", "督查室", LAW.name, changes=opening | changes)
    return [first, replace(first, seq=2, action="order", unit=unit, data=data, changes={})]


def seen(events: list[Event] | tuple[Event, ...], spared: str = "") -> object:
    """What the clock sees of a history."""
    past = pasts(spared).of(events)
    assert past is not None
    return past.seen


def test_what_can_tell_one_decision_from_another_is_seen() -> None:
    """Limits, rungs, duties, figures, goals, which of two leads acted, and what is not known to be harmless."""
    plain, rung = placed({}), next(iter(LADDER.labels))
    level = next(name for name, spec in FIELDS.items() if spec.kind == "text")
    about = next(name for name, spec in FIELDS.items() if spec.kind == "duty")
    differing = [
        placed({"due": "2025-11-29"}), placed({"lead": ["区工信局"]}), placed({}, unit="区科技局"),
        placed({}, **{level: rung}), placed({}, **{about: "finish"}), placed({}, **{about: "plan:1"}),
        placed({"targets": [{"indicator": "厂房", "comparator": ">=", "value": "12"}]}),
        placed({"stages": [{"day": "2025-06-30", "text": "过半"}]}), placed({"something": {"new": 1}}),
    ]  # fmt: skip
    assert len({seen(events) for events in (plain, *differing)}) == 1 + len(differing)
    assert seen(plain) == seen(placed({"text": "修路", "title": "通知", "path": ["一"], "targets": ["建成"]}))


def test_a_unit_that_is_not_pressed_is_told_from_one_that_is() -> None:
    """What a ladder spares counts as much as what happened."""
    assert seen(placed({})) != seen(placed({}), spared="区科技局")


def test_where_the_clock_asks_for_persons_no_pasts_are_alike() -> None:
    """A law under which the clock may not do what one person did is looked at task by task."""
    order = FOLDER.newest["key-work"].actions["order"].model_copy(update={"other_than": ("assign",)})
    law = LAW.definition.model_copy(update={"actions": {**LAW.definition.actions, "order": order}})
    assert Pasts({LAW.name: law}, (), str).of(placed({})) is None


def test_keys_of_the_clock_are_seen_without_the_code() -> None:
    """What the clock has done it knows by its key; the keys of a host mean nothing to it."""
    done = [replace(event, key=f"T1:lapse:finish:{date(2025, 11, 29)}") for event in placed({})]
    hosts = [replace(event, key="host-7") for event in placed({})]
    assert seen(done) != seen(placed({})) == seen(hosts)
