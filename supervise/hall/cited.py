"""What receipts cite: duties out of their rows, each read once however many lines of a board speak of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from supervise.records import CO, LEAD
from supervise.rules.measures import Fact, Ref, duty_words
from supervise.store import counting, partaking
from supervise.store.asking import View
from supervise.store.counting import Moment, Settling
from supervise.workflows.definition import Definition
from supervise.workflows.wording import OUTCOME_WORDS

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

PACE_WORDS = {False: "落后序时", True: "不落后"}
Laws = Mapping[str, Definition]


class Hit(NamedTuple):
    """A duty or an act out of its row, for one unit; ordered by task, limit and name where nothing else is said."""

    unit: str
    role: str
    ref: Ref
    order: tuple[Any, ...] = ()


Judged = tuple[Hit, bool]
"""With whether it is as a phrase says."""

Kept = dict[tuple[Settling, str], list[Hit]]
"""By what was asked for, of one kind, and outcome."""


class Cited:
    """The rows behind the points, without those of the tasks set aside.

    Args:
        session: the caller's.
        view: what is asked of.
        laws: name → definition, of all that count.
        aside: codes of the tasks whose rows do not count.
        heir: unit and day → who stands for it then.
        foreseen: kinds of duty and outcomes that will be asked for, to be read with the first of them.
    """

    def __init__(
        self, session: Session, view: View, laws: Laws, aside: Collection[str], heir: Callable[[str, date], str],
        foreseen: Collection[tuple[str, str]] = (),
    ) -> None:  # fmt: skip
        self.session, self.view, self.laws, self.aside, self.heir = session, view, laws, aside, heir
        self.foreseen = foreseen
        self._settled: Kept = {}
        self._helpers: dict[str, list[tuple[str, int, date, date | None]]] = {}
        self._words: dict[tuple[str, str, str], str] = {}
        self._same: dict[Any, Any] = {}  # days, names and codes that many rows say, each kept once

    @cached_property
    def owing(self) -> list[str]:
        """The units that have anything on their list."""
        return counting.owing(self.session, self.view.district)

    def settled(
        self, ask: Settling, outcomes: Sequence[str], wanted: str, units: Sequence[str] | None
    ) -> Iterator[Judged]:
        """Duties that came to some outcomes; those of all units are kept, for other lines ask for them again."""
        kept = self._settled if units is None else {}
        asked = {(kind, outcome) for kind in ask.kinds for outcome in outcomes}
        if any((_of(ask, *pair)) not in kept for pair in asked):
            more = asked.union(self.foreseen if units is None and ask.letters and ask.born is None else ())
            self._read(ask, {pair for pair in more if _of(ask, *pair) not in kept}, units, kept)
        pairs = sorted(asked)
        return ((hit, outcome == wanted) for kind, outcome in pairs for hit in kept[_of(ask, kind, outcome)])

    def _read(self, ask: Settling, pairs: Collection[tuple[str, str]], units: Sequence[str] | None, kept: Kept) -> None:
        hits: dict[tuple[str, str], list[Hit]] = {pair: [] for pair in pairs}
        every = ask._replace(kinds=tuple(sorted({kind for kind, _ in pairs})))
        for row in counting.settled_rows(self.session, self.view, every, self.owing, pairs, units):
            if row.task not in self.aside:
                hits[row.kind, row.outcome].append(self.hit(row, row.settles, OUTCOME_WORDS[row.outcome]))
        kept |= {_of(ask, *pair): found for pair, found in hits.items()}

    def judged(
        self, ask: Settling, moment: Moment, outcomes: Sequence[str], wanted: str, units: Sequence[str] | None
    ) -> Iterator[Judged]:
        """Duties that settled, as their pace is told on a day."""
        pairs = [(kind, outcome) for kind in ask.kinds for outcome in outcomes]
        for row in counting.settled_rows(self.session, self.view, ask, self.owing, pairs, units):
            if row.task not in self.aside:
                good = row.outcome == wanted
                yield self.hit(row, moment.day, PACE_WORDS[good]), good

    def paced(self, moment: Moment, good: bool | None, units: Sequence[str] | None) -> Iterator[Judged]:
        """Open duties that can be judged on a day."""
        for row in counting.paced_rows(self.session, self.view, moment, good, units):
            if row.task not in self.aside:
                yield self.hit(row, moment.day, PACE_WORDS[bool(row.good)]), bool(row.good)

    def hit(self, row: Any, day: date, note: str) -> Hit:
        """A duty out of its row."""
        task, ref, kind, role, unit, due, met, law, *_ = row
        words = (law, kind, note)
        if words not in self._words:
            self._words[words] = duty_words(self.laws[law].duties[kind], note)
        same = self._same.setdefault
        task, ref, due = same(task, task), same(ref, ref), same(due, due)
        return Hit(
            same(unit, unit), same(role, role),
            Ref(task, self._words[words], same(day, day), due, same(met, met), ref),
        )  # fmt: skip

    def charged(self, hits: Iterable[Judged], last: date, shared: bool) -> Iterator[Fact]:
        """Facts of the units of today, behind those of a lead's duty the shares of who helped with it on the day."""
        found, heir = sorted(hits, key=_order), self.heir
        if not shared:
            yield from (Fact(heir(hit.unit, last), hit.role, good, hit.ref) for hit, good in found)
            return
        helpers = self._helping({hit.ref.task for hit, _ in found if hit.role == LEAD})
        for _, group in groupby(found, key=_order):
            units = []
            for (unit, role, ref, _), good in group:
                units.append(unit)
                yield Fact(heir(unit, last), role, good, ref)
            if role == LEAD and ref.seq is None:
                for unit in _held_on(helpers[ref.task], ref.day):
                    if unit not in units:
                        yield Fact(heir(unit, last), CO, good, ref, False)

    def _helping(self, codes: Collection[str]) -> Mapping[str, list[tuple[str, int, date, date | None]]]:
        new = sorted(code for code in codes if code not in self._helpers)
        self._helpers |= {code: [] for code in new}
        same = self._same.setdefault
        for task, unit, seq, since, until in partaking.helpers(self.session, self.view.district, new):
            part = same(unit, unit), seq, same(since, since), same(until, until)
            self._helpers[task].append(same(part, part))
        return self._helpers


def _of(ask: Settling, kind: str, outcome: str) -> tuple[Settling, str]:
    return ask._replace(kinds=(kind,)), outcome


def _order(judged: Judged) -> tuple[Any, ...]:
    hit = judged[0]
    return hit.order or (hit.ref.task, hit.ref.due, hit.ref.key)


def _held_on(parts: Iterable[tuple[str, int, date, date | None]], day: date) -> Iterator[str]:
    """The units whose part was held when a day ended; of a day before the task, those of its beginning."""
    for unit, seq, since, until in parts:
        if (seq == 1 and day < since) or (since <= day and (until is None or day < until)):
            yield unit
