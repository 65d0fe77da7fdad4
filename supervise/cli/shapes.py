"""The stable JSON of the command line; every key is documented in ``docs/json.md`` and held by a test."""

from __future__ import annotations

from datetime import date
from typing import Any

from supervise.goals import plain
from supervise.hall.clerk import Owed, View
from supervise.hall.nights import TickReport
from supervise.records import PARTIES, Duty, Event, Task, replay
from supervise.rules.effects import effects
from supervise.rules.reminders import reminded
from supervise.workflows import derived as derivations
from supervise.workflows.deriving import Derivation
from supervise.workflows.figures import Standing
from supervise.workflows.lifecycle import Lifecycle
from supervise.workflows.situations import parts_of


def task(view: View, day: date) -> dict[str, Any]:
    """A task on a day, with its duties."""
    t, wording = view.task, view.lifecycle.wording
    chased = {key: len(events) for key, events in reminded(t).items()}
    return {
        "code": t.code, "text": t.text, "state": t.state, "state_label": wording.state(t.state), "lead": list(t.lead),
        "co": list(t.co), "leader": list(t.leader), "due": t.due.isoformat(), "opened": t.opened.isoformat(),
        "definition": t.definition, "version": t.version, "path": list(t.path), "document": t.document,
        "lines": t.lines, "targets": [str(target) for target in t.targets],
        "goals": [goal(one) for one in view.standings],
        "duties": [duty(d, view.lifecycle, day, t) | {"reminded": chased.get(d.key, 0)} for d in view.duties],
        "provisional": view.lifecycle.calendar_of(t).provisional(t.due), **_beside(view),
    }  # fmt: skip


def _beside(view: View) -> dict[str, Any]:
    """What was first promised, the plan, the parts, and what bears on the limits."""
    task, (weights, ended) = view.task, parts_of(view.task)
    first = replay(task.events[:1])
    return {
        "first": {"text": first.text, "due": first.due.isoformat(), **{r: list(getattr(first, r)) for r in PARTIES}},
        "category": task.category, "parent": task.parent, "merged": task.merged,
        "parts": [{"code": c, "weight": f"{w:f}", "ended": c in ended} for c, w in weights.items()],
        "stages": [
            {"day": s.day.isoformat(), "text": s.text, "percent": None if s.percent is None else f"{s.percent:f}"}
            for s in task.stages
        ],
        "carried": [
            {
                "day": e.day.isoformat(), "old": e.changes["carried"], "new": e.changes["due"],
                "text": view.lifecycle.wording.filled(e.data, {}),
            }
            for e in task.acts if "carried" in e.changes
        ],
        "pauses": [{"from": p.start.isoformat(), "until": p.end.isoformat()} for p in task.pauses],
        "loans": [
            {"role": loan.role, "unit": loan.unit, "from": loan.start.isoformat(), "until": loan.end.isoformat()}
            for loan in task.loans
        ],
        "effects": [
            {"rung": e.rung, "units": list(e.units), "from": e.start.isoformat(), "until": e.end.isoformat()}
            for e in effects(view.lifecycle.situation(task))
        ],
    }  # fmt: skip


def derived(made: Derivation) -> dict[str, Any]:
    """How the date of a duty came about."""
    return {
        "text": derivations.said(made), "law": made.law,
        "links": [
            {
                "what": link.what, "day": link.day.isoformat(), "text": link.text,
                "since": link.since.isoformat() if link.since else None, "count": link.count, "unit": link.unit or None,
                "skipped": [day.isoformat() for day in link.skipped],
                "calendar": link.calendar.name if link.calendar is not None else None,
            }
            for link in made.links
        ],
    }  # fmt: skip


def goal(one: Standing) -> dict[str, Any]:
    """A numeric goal and how it stands."""
    t, figure = one.target, one.figure
    return {
        "indicator": t.indicator, "comparator": t.comparator, "value": plain(t.value), "unit": t.unit, "kind": t.kind,
        "change": t.change or None, "upper": plain(t.upper) if t.upper is not None else None,
        "baseline": plain(t.baseline) if t.baseline is not None else None, "figure": figure.get("value"),
        "period": figure.get("period"), "source": figure.get("source"), "share": plain(one.share),
        "fell": figure.get("fell"), "why": one.why or None,
    }  # fmt: skip


def duty(d: Duty, lifecycle: Lifecycle, day: date, of: Task) -> dict[str, Any]:
    """A duty of a task as it stands on a day."""
    return {
        "task": d.task, "kind": d.kind, "label": lifecycle.wording.duty(d.kind), "key": d.key, "units": list(d.units),
        "due": d.due.isoformat(), "outcome": d.outcome(day), "met": d.met.isoformat() if d.met else None,
        "void": d.void.isoformat() if d.void else None, "provisional": lifecycle.unsure(of, d),
        "carried": d.carried.isoformat() if d.carried else None,
    }  # fmt: skip


def event(e: Event, view: View) -> dict[str, Any]:
    """One line of the log."""
    return {
        "seq": e.seq, "day": e.day.isoformat(), "action": e.action, "label": view.lifecycle.wording.action(e.action),
        "actor": e.actor, "unit": e.unit, "source": e.source, "target": e.target, "data": dict(e.data),
        "changes": dict(e.changes), "to": list(e.to), "definition": e.definition,
        "gathered": [g.seq for g in view.lifecycle.gathered(view.task, e.action, e.seq)],
        "undone": e.seq in view.task.undone,
        "recorded_at": e.recorded_at.isoformat() if e.recorded_at else None,
    }  # fmt: skip


def owed(o: Owed) -> dict[str, Any]:
    """One open or missed duty on a list."""
    return {
        "task": o.duty.task, "text": o.text, "kind": o.duty.kind, "label": o.label, "key": o.duty.key,
        "units": list(o.duty.units), "due": o.duty.due.isoformat(), "outcome": o.outcome,
        "provisional": o.provisional, "was": o.was.isoformat() if o.was else None,
    }  # fmt: skip


def tick(report: TickReport) -> dict[str, Any]:
    """What the clock did."""
    return {
        "day": report.day.isoformat(), "looked_at": report.looked_at, "held": report.held, "left": report.left,
        "did": [
            {"action": d.action, "rung": d.rung, "definition": d.definition, "count": d.count} for d in report.did
        ],
        "events": [
            {"task": e.task, "action": e.action, "day": e.day.isoformat(), "data": dict(e.data)} for e in report.events
        ],
        "proposals": [
            {"task": p.task, "rung": p.rung, "label": p.label, "duty": p.duty, "since": p.since.isoformat()}
            for p in report.proposals
        ],
        "noticed": report.noticed,
        "notices": [
            {"task": n.task, "day": n.day.isoformat(), "to": list(n.to), "text": n.text} for n in report.notices
        ],
    }  # fmt: skip
