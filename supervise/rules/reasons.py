"""Why a rung is entered: the stretches of days on which one of its entries holds, on one task."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from supervise.dates import FOREVER, ONE_DAY, Span, period_at
from supervise.phrases import Distance, Done, Measure, OnPace, Outcome, Unanswered
from supervise.records import PARTIES, Duty, Event
from supervise.rules.counts import Hit, reached
from supervise.rules.entries import Entry, Run, Times
from supervise.rules.ladder import Ladder, Rung
from supervise.workflows.definition import CLOCK, Definition
from supervise.workflows.limits import closings
from supervise.workflows.situations import Holding, Situation, called


def pressing(definition: Definition) -> str:
    """The action by which orders go out: open to the clock and without a condition; empty if there is none."""
    return next((name for name, action in definition.actions.items() if CLOCK in action.by and not action.when), "")


def reasons(ladder: Ladder, situation: Situation, rung: Rung) -> Iterator[Holding]:
    """The stretches of days on which a rung may be entered, each with the duty it is about.

    Args:
        ladder: the rungs, and when counting begins anew.
        situation: of the task.
        rung: one of them.
    """
    for entry in rung.when:
        if isinstance(entry, Times):
            yield from _counted(ladder, situation, rung, entry)
        elif isinstance(entry, Run):
            yield from running(situation, entry)
        else:
            yield from situation.holdings(entry)


def missed_kinds(entries: Iterable[Entry], law: Definition, laws: Mapping[str, Definition]) -> set[str] | None:
    """The kinds of duty of which one must stand missed for any of these to be a reason; ``None`` if others may be.

    Args:
        entries: of rungs.
        law: under which tasks live.
        laws: every law at hand, for what a later one calls a kind of duty.
    """
    found = set[str]()
    for entry in entries:
        what = entry.what if isinstance(entry, Run) else entry
        if isinstance(what, Outcome) and what.outcome == "missed":
            found |= {called(what.duty, law, laws)} if what.duty else law.duties.keys()
        elif isinstance(what, Unanswered):
            found |= set(law.given_duties)
        elif isinstance(what, Distance) and not what.before:  # from an act on it is about no duty
            found |= {called(name, law, laws) for name in what.of.split(" or ")} & law.duties.keys()
        else:
            return None
    return found


def running(situation: Situation, run: Run) -> Iterator[Holding]:
    """From the end of the last of so many periods at whose ends it was so, for as long as it stays so.

    Args:
        situation: of the task.
        run: a condition and a number of periods.
    """
    assert not isinstance(run.what, Done | OnPace)
    held = situation.holdings(run.what)
    last = max((h.span.end if h.span.end < FOREVER else h.span.start for h in held), default=date.min)
    row, covered = 0, date.min
    period = period_at(held[0].span.start, run.period) if held else None
    while period is not None and covered < FOREVER:
        now = next((h for h in reversed(held) if h.span.holds(period.end)), None)
        row = row + 1 if now is not None else 0
        if now is not None and row >= run.count and period.end >= covered:
            covered = _unbroken(held, now.span.end)
            yield Holding(Span(period.end, covered), now.duty, now.event)
        if row == 0 and period.end > last:
            return
        period = period_at(period.end + ONE_DAY, run.period)


def _unbroken(held: Sequence[Holding], end: date) -> date:
    """The day on which what holds up to ``end`` ceases, counting what takes over from it."""
    for holding in held:
        if holding.span.start <= end < holding.span.end:
            end = holding.span.end
    return end


def _counted(ladder: Ladder, situation: Situation, rung: Rung, entry: Times) -> Iterator[Holding]:
    """From the day on which the number was reached, until what it was last about is done."""
    hits = [Hit(day, (event, duty)) for day, event, duty in moments(ladder, situation, entry.what)]
    breaks = [day for measure in rung.broken_by for day, _, _ in moments(ladder, situation, measure)]
    closed = [event.day for event, _ in closings(situation.definition, situation.task.acts)]
    for count in reached(entry, hits, breaks, ladder.resets, closed):
        event, duty = count.hits[-1].what
        if duty is not None:
            end = min(duty.met or FOREVER, duty.void or FOREVER)
            yield Holding(Span(count.day, max(count.day, end)), duty, event)


def moments(ladder: Ladder, situation: Situation, what: Measure) -> list[tuple[date, Event | None, Duty | None]]:
    """The days on which something happened or began on a task, with the duty it was about.

    Args:
        ladder: whose rungs may be meant.
        situation: of the task.
        what: a rung, an action, or a condition.
    """
    if isinstance(what, OnPace):
        return []
    if not isinstance(what, Done):
        held = situation.holdings(what)
        if isinstance(what, Outcome) and not what.duty:  # the work of the parties: no letters, nothing of the office
            held = tuple(h for h in held if h.duty is None or (h.duty.role in PARTIES and not h.duty.about))
        return [(h.span.start, h.event, h.duty) for h in held]
    definition, duties = situation.definition, situation.duties
    rung = what.rung or (what.action if ladder.grade(what.action) >= 0 else "")
    found: list[tuple[date, Event | None, Duty | None]] = []
    for event in situation.task.acts:
        about = definition.field_of("duty", event.data)
        if rung:
            hit = bool(about) and rung in event.data.values() and event.action == pressing(definition)
        else:
            hit = event.action == what.action
        if hit:
            key = event.data[about] if about else None
            duty = next((d for d in duties if (d.key == key if about else d.after == event.seq)), None)
            found.append((event.day, event, duty))
    return found
