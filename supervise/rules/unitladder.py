"""Rungs for units: what happened on all tasks of a unit adds up to a proposal; a proposal taken up is a task.

The task that a proposal becomes carries ladder, rung, day and unit in its code. So nothing is proposed twice, a rung
can count what came of another, and no second record stands beside that of the tasks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from supervise.dates import Period
from supervise.phrases import Done, Length, Measure
from supervise.records import PARTIES
from supervise.rules.counts import Hit, Reached, reached
from supervise.rules.entries import Run, Times
from supervise.rules.ladder import Ladder, UnitRung
from supervise.rules.measures import Record, Ref
from supervise.workflows.situations import Situation

LONGEST = 64
"""Letters of a task's code."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What came of a proposal.

    Args:
        matter: the rung, by name.
        unit: whom it is about.
        day: on which the count was reached.
        counted: the day on which it came about; ``None`` if it has not, or never will.
        closed: the day on which it was closed.
        code: of the task.
    """

    matter: str
    unit: str
    day: date
    counted: date | None
    closed: date | None
    code: str


@dataclass(frozen=True, slots=True)
class UnitProposal:
    """Something that a ladder proposes about a unit, with what was counted.

    Args:
        ladder: name and version.
        matter, label: the rung.
        unit: whom it is about.
        day: on which the count was reached.
        why: the number of the entry in ``when`` that led to it.
        because: what was counted.
        code: of the task it becomes.
        opens, within: the workflow in which it is decided, and how long that may take.
        title: of the rules.
    """

    ladder: str
    matter: str
    label: str
    unit: str
    day: date
    why: int
    because: tuple[Ref, ...]
    code: str
    opens: str
    within: Length
    title: str


def code_of(ladder: Ladder, rung: UnitRung, unit: str, day: date) -> str:
    """The code of the task that a proposal becomes.

    Args:
        ladder, rung: by which.
        unit: whom it is about.
        day: on which the count was reached.
    """
    return short(f"{ladder.ladder}.{rung.matter}.{day:%Y%m%d}.", unit)


def short(head: str, unit: str) -> str:
    """A code that ends with a unit: by its name, or where that is too long by a sign of it."""
    if len(head + unit) <= LONGEST:
        return head + unit
    return head + sha256(unit.encode()).hexdigest()[:8]  # two long names that begin alike are two units still


def matters(ladder: Ladder, situations: Iterable[Situation]) -> Iterator[Matter]:
    """What came of the proposals of a ladder, whichever version made them.

    Args:
        ladder: by which.
        situations: of tasks, among them those it opened.
    """
    rungs = {rung.matter: rung for rung in ladder.units}
    for situation in situations:
        name, _, rest = situation.task.code.partition(".")
        matter, _, rest = rest.partition(".")
        day, _, _ = rest.partition(".")
        if name == ladder.ladder and matter in rungs and len(day) == len("20250101") and day.isdigit():
            yield _matter(situation, rungs[matter], date(int(day[:4]), int(day[4:6]), int(day[6:])))


def _matter(situation: Situation, rung: UnitRung, day: date) -> Matter:
    task = situation.task
    done = [event.day for event in task.acts if rung.counted in ("", event.action)]
    over = task.state in situation.definition.finals
    return Matter(
        rung.matter, next(iter(task.lead), ""), day, done[0] if done else None,
        task.events[-1].day if over else None, task.code,
    )  # fmt: skip


def proposals(
    ladder: Ladder, record: Record, pressing: str, known: Sequence[Matter], since: date
) -> tuple[UnitProposal, ...]:
    """What a ladder proposes about units and nobody has taken up yet, by day.

    Args:
        ladder: whose rungs for units.
        record: the tasks that it presses, as of a day.
        pressing: the action by which orders go out.
        known: what came of earlier proposals.
        since: the first day on which anything counts.
    """
    whole = Period("", "year", since, record.as_of)
    counts = _Counts(ladder, record, pressing, known, whole)
    found = []
    for rung in ladder.units:
        for n, entry in enumerate(rung.when):
            assert isinstance(entry, Times | Run)
            for unit, hits in counts.by_unit(entry.what).items():
                mine = [m for m in known if m.unit == unit and m.matter == rung.matter]
                breaks = [hit.day for measure in rung.broken_by for hit in counts.by_unit(measure).get(unit, ())]
                closed = [m.closed for m in mine if m.closed is not None]
                for count in reached(entry, hits, breaks, ladder.resets, closed):
                    if not _taken(count, mine):
                        found.append(_proposed(ladder, rung, unit, n, count))
    one_each = {proposal.code: proposal for proposal in reversed(found)}  # of several reasons the first
    return tuple(sorted(one_each.values(), key=lambda proposal: (proposal.day, proposal.code)))


def _taken(count: Reached[Ref], mine: Iterable[Matter]) -> bool:
    return any(count.since <= matter.day <= count.until for matter in mine)


def _proposed(ladder: Ladder, rung: UnitRung, unit: str, why: int, count: Reached[Ref]) -> UnitProposal:
    because = tuple(hit.what for hit in count.hits)
    code = code_of(ladder, rung, unit, count.day)
    return UnitProposal(
        ladder.name, rung.matter, rung.label, unit, count.day, why, because, code, rung.opens, rung.within, ladder.title
    )


class _Counts:
    """What counts, by unit; each measure is asked for once."""

    def __init__(self, ladder: Ladder, record: Record, pressing: str, known: Sequence[Matter], whole: Period) -> None:
        self.ladder, self.record, self.pressing, self.known, self.whole = ladder, record, pressing, known, whole
        self._found: dict[Measure, dict[str, list[Hit[Ref]]]] = {}

    def by_unit(self, measure: Measure) -> Mapping[str, list[Hit[Ref]]]:
        """Unit → what counts for it in a part of its own."""
        if measure not in self._found:
            found: dict[str, list[Hit[Ref]]] = {}
            for unit, hit in self._hits(measure):
                found.setdefault(unit, []).append(hit)
            self._found[measure] = found
        return self._found[measure]

    def _hits(self, measure: Measure) -> Iterator[tuple[str, Hit[Ref]]]:
        labels = {rung.matter: rung.label for rung in self.ladder.units}
        if isinstance(measure, Done) and measure.action in labels:
            for matter in self.known:
                if matter.matter == measure.action and matter.counted is not None and matter.counted in self.whole:
                    yield matter.unit, Hit(matter.counted, Ref(matter.code, labels[matter.matter], matter.counted))
            return
        if isinstance(measure, Done) and not measure.rung and self.ladder.grade(measure.action) >= 0:
            measure = Done(self.pressing, measure.action)
        for fact in self.record.hits(measure, self.whole, shared=False):
            if fact.role in PARTIES[:2] and not self.ladder.spares([fact.unit], fact.role):
                yield fact.unit, Hit(fact.ref.day, fact.ref)
