"""How rehearsals read on a terminal and as JSON: stories step by step, ways through a lifecycle, an act looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from supervise.cli import shapes
from supervise.cli.faces import noted
from supervise.dates import starred
from supervise.hall.preview import Preview
from supervise.records import Duty, Event, Task
from supervise.rules.scoring import plain
from supervise.site.simulation import Frame
from supervise.site.stories import Story
from supervise.workflows.lifecycle import Lifecycle
from supervise.workflows.walking import Stride, Walked
from supervise.workflows.wording import OUTCOME_WORDS

Played = Sequence[tuple[Story, Sequence[Frame]]]


def simulation(played: Played) -> str:
    """Stories, step by step."""
    if not played:
        return "没有这样的故事"
    return "\n\n".join("\n".join([one.story, *(line for f in made for line in _frame(f))]) for one, made in played)


def _frame(frame: Frame) -> Iterator[str]:
    wording, law = frame.lifecycle.wording, frame.lifecycle
    yield f"{frame.day}  {wording.state(frame.task.state)}"
    for event in frame.events:
        moved = bool(event.source) and event.source != event.target
        move = f":{wording.state(event.source)} → {wording.state(event.target)}" if moved else ""
        yield f"  办  {event.day} {event.unit or event.actor} {wording.action(event.action)}{move}"
    for order in frame.orders:
        yield f"  单  {wording.filled(order.data, {})}"
    stood = (
        {d.key: d.outcome(frame.day) for d in law.situation(frame.before).duties} if frame.before is not None else {}
    )
    for duty in frame.duties:
        if duty.outcome(frame.day) not in ("open", stood.get(duty.key)):
            yield f"  结  {_duty(duty, law, frame.day)}"
    for duty in frame.todo:
        yield f"  欠  {_duty(duty, law, frame.day)}"
    for problem in frame.problems:
        yield f"  不符  {problem}"


def _duty(duty: Duty, law: Lifecycle, day: date, of: Task | None = None) -> str:
    unsure = law.unsure(of, duty) if of is not None else law.calendar.provisional(duty.due)
    due = f"{duty.due}{'*' if unsure else ''}"
    return f"{'、'.join(duty.units)} {law.wording.duty(duty.kind)} {due} 到期 {OUTCOME_WORDS[duty.outcome(day)]}"


def simulation_data(played: Played) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "stories": [
            {"story": one.story, "workflow": one.workflow, "steps": [_frame_data(frame) for frame in made]}
            for one, made in played
        ]
    }


def _frame_data(frame: Frame) -> dict[str, Any]:
    law, wording = frame.lifecycle, frame.lifecycle.wording
    return {
        "day": frame.day.isoformat(), "state": frame.task.state, "state_label": wording.state(frame.task.state),
        "events": [_event(event, law) for event in frame.events],
        "orders": [_event(order, law) for order in frame.orders],
        "duties": [shapes.duty(duty, law, frame.day, frame.task) for duty in frame.duties],
        "todo": [duty.key for duty in frame.todo], "problems": [problem.as_dict() for problem in frame.problems],
    }  # fmt: skip


def _event(event: Event, law: Lifecycle) -> dict[str, Any]:
    return {
        "day": event.day.isoformat(), "action": event.action, "label": law.wording.action(event.action),
        "unit": event.unit, "actor": event.actor, "source": event.source, "target": event.target,
        "text": law.wording.filled(event.data, {}),
    }  # fmt: skip


def walk(lifecycle: Lifecycle, made: Walked) -> str:
    """Every way, a line for each arrow."""
    lines = []
    for number, way in enumerate(made.ways, 1):
        names = [lifecycle.wording.state(s.target) for s in way.strides]
        lines.append(f"{number}. {lifecycle.wording.state(way.strides[0].source)} → {' → '.join(names)}")
        lines += [f"    {_stride(stride, lifecycle)}" for stride in way.strides if stride.day is not None]
        if way.trouble:
            lines.append(f"    到此走不通:{way.trouble}")
    blocked = sum(bool(way.trouble) for way in made.ways)
    tail = f"共 {len(made.ways)} 条路" + (f",其中 {blocked} 条要先办别的事才走得通" if blocked else "")
    return noted("\n".join([*lines, tail + (";路太多,没有走完" if made.cut else "")]))


def _stride(stride: Stride, lifecycle: Lifecycle) -> str:
    wording = lifecycle.wording
    met = "、".join(
        f"{wording.duty(d.kind)}({OUTCOME_WORDS[d.outcome(d.met)]})" for d in stride.met if d.met is not None
    )
    day = starred(stride.day, lifecycle.calendar.provisional)
    return f"{day}  {'或'.join(stride.by)}{wording.action(stride.action)}" + (f",办结 {met}" if met else "")


def walk_data(lifecycle: Lifecycle, made: Walked) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "name": lifecycle.name, "cut": made.cut,
        "ways": [
            {
                "trouble": way.trouble or None,
                "steps": [
                    {
                        "action": s.action, "label": lifecycle.wording.action(s.action), "by": list(s.by),
                        "source": s.source, "target": s.target, "day": s.day.isoformat() if s.day else None,
                        "provisional": s.day is not None and lifecycle.calendar.provisional(s.day),
                        "born": [duty.key for duty in s.born], "met": [duty.key for duty in s.met],
                    }
                    for s in way.strides
                ],
            }
            for way in made.ways
        ],
    }  # fmt: skip


def preview(seen: Preview) -> str:
    """What an act would do, line by line."""
    wording, day = seen.lifecycle.wording, seen.after.events[-1].day
    lines = [f"{seen.after.code}  {wording.state(seen.before.state)} → {wording.state(seen.after.state)}(还没有入库)"]
    lines += [f"  办  {e.day} {e.unit or e.actor} {wording.action(e.action)}" for e in seen.events]
    for mark, duties in (("生", seen.born), ("结", seen.met), ("免", seen.gone)):
        lines += [f"  {mark}  {_duty(duty, seen.lifecycle, day, seen.after)}" for duty in duties]
    lines += [f"  告  {'、'.join(letter.to)}:{letter.text}" for letter in seen.letters]
    lines += [f"  单  今晚将发:{wording.filled(order.data, {})}" for order in seen.orders]
    for s in seen.shifts:
        parts = ",".join(f"{label} {plain(before)} → {plain(after)}" for label, before, after in s.lines)
        lines.append(f"  分  {s.unit} {s.board} {s.period}:{plain(s.before)} → {plain(s.after)}({parts})")
    return "\n".join(lines)


def preview_data(seen: Preview) -> dict[str, Any]:
    """The same as plain data."""
    law, day = seen.lifecycle, seen.after.events[-1].day
    return {
        "dry_run": {
            "code": seen.after.code, "day": day.isoformat(), "state_before": seen.before.state,
            "state_after": seen.after.state, "events": [_event(event, law) for event in seen.events],
            **{
                name: [shapes.duty(duty, law, day, seen.after) for duty in duties]
                for name, duties in (("born", seen.born), ("met", seen.met), ("gone", seen.gone))
            },
            "letters": [{"to": list(letter.to), "text": letter.text} for letter in seen.letters],
            "orders": [_event(order, law) for order in seen.orders],
            "points": [
                {
                    "board": s.board, "period": s.period, "unit": s.unit, "before": plain(s.before),
                    "after": plain(s.after),
                    "lines": [
                        {"label": label, "before": plain(old), "after": plain(new)} for label, old, new in s.lines
                    ],
                }
                for s in seen.shifts
            ],
        }
    }  # fmt: skip
