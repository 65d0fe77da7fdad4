"""The surveyor: what scores stand on, asked of the stored facts and never of every history.

A phrase becomes plain filters (a kind of duty, outcomes, days, an action), for numbers by unit first and for rows only
where a receipt cites them. A few tasks are folded all the same: those of which the dates alone do not tell how they
stood at the cut, those in archives, and those on which a rarer phrase may find something. The fold is the reference:
both give the same bytes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, partial
from math import floor
from typing import TYPE_CHECKING, Any

from supervise.dates import FOREVER, Calendar, Period
from supervise.hall.cited import Cited, Hit, Judged, Laws
from supervise.hall.hands import Hands
from supervise.hall.numbers import Numbers
from supervise.paces import STEPS
from supervise.people import Directory
from supervise.phrases import Behind, Distance, Done, Expired, InEffect, Measure, OnPace, Outcome, Parts, Unanswered
from supervise.records import CO, LEAD
from supervise.rules.foreseen import Foreseen
from supervise.rules.measures import COUNTED, Fact, Ground, Ref, Sum, Times, Told, act_words, added, counted
from supervise.rules.reach import MARGIN, dated
from supervise.rules.reported import Figure
from supervise.store import counting, partaking
from supervise.store.asking import Span, View
from supervise.store.counting import Moment, Settling
from supervise.workflows.situations import Situation, called, overdue

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

NOTHING = Foreseen()


class Surveyed:
    """A record of which only some tasks are folded; see ``rules.measures.Record``.

    Args:
        session: the caller's.
        view: district, last day, and the laws of the tasks that count.
        laws: name → definition, of all that count.
        known: every law at hand, for what a later one calls a kind of duty.
        aside: codes of the tasks here whose rows do not count, for the dates do not tell how they stood.
        folded: those tasks as folded, and those in archives.
        fold: gives more tasks as folded.
        calendar: the district's working days.
        directory: who took over from whom.
        foreseen: what will be asked for, so that it is read in one go.
    """

    def __init__(
        self,
        session: Session,
        view: View,
        laws: Laws,
        known: Laws,
        aside: Collection[str],
        folded: Ground,
        fold: Callable[[Iterable[str]], list[Situation]],
        calendar: Calendar,
        directory: Directory,
        foreseen: Foreseen = NOTHING,
    ) -> None:
        self.session, self.view, self.laws, self.known = session, view, laws, known
        self.aside, self.folded = frozenset(aside), folded
        self.fold, self.calendar, self.directory = fold, calendar, directory
        self._raw: dict[str, set[str]] = defaultdict(set)
        self._taken: dict[tuple[date, int], dict[str, str]] = {}
        self._paces: dict[Moment, dict[tuple[str, str, bool], int]] = {}
        self._grounds: dict[Any, Ground] = {}
        self._told: dict[str, Situation] = {}
        self._heir = cache(partial(_found_heir, directory, self._raw))  # not of ``self``: all ends with its last user
        self.hands = Hands(session, view, self.aside, folded, directory, self._heir, self._raw)
        self.cited = Cited(session, view, laws, self.aside, self._heir, foreseen.rows)
        self._kinds = sorted({kind for law in laws.values() for kind in law.duties})
        self.numbers = Numbers(session, view, self.aside, self._kinds, self.cited, foreseen)

    @property
    def as_of(self) -> date:
        """The last day seen."""
        return self.view.day

    def apart(self, unit: str) -> bool:
        """See ``Record.apart``."""
        return unit not in self._raw and unit not in self.folded.renamed

    # ── numbers ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def sums(self, measure: Measure, period: Period) -> list[Sum]:
        """See ``Record.sums``."""
        found: dict[tuple[str, str], list[int]] = {}
        for unit, role, good, number in self._own(measure, period):
            found.setdefault((unit, role), [0, 0])[not good] += number
        return [Sum(unit, role, good, bad) for (unit, role), (good, bad) in found.items()]

    def times(self, measure: Measure, period: Period, shared: bool = True) -> Times:
        """See ``Record.times``: of duties by their outcome no row is looked at."""
        if not (isinstance(measure, Outcome) and self._is_kept(measure)):
            return counted(self.hits(measure, period, shared))
        ask, kinds = self._settling(measure, period), self._meant(measure)
        told = list(self.numbers.told(ask, kinds, bool(measure.duty), (measure.outcome,), shared))
        heirs = self._heirs(self._span(period).last)
        here = ({role: _inherited(units, heirs)} for role, _, units in told)
        return added((self.folded.times(measure, period, shared), *here))

    def _heirs(self, last: date) -> Mapping[str, str]:
        """Of all units with numbers so far those that were taken over by a day, and who stands for them."""
        key = last, len(self.numbers.units)
        if key not in self._taken:
            found = {unit: self._heir(unit, last) for unit in self.numbers.units}
            self._taken[key] = {unit: heir for unit, heir in found.items() if heir != unit}
        return self._taken[key]

    def _own(self, measure: Measure, period: Period) -> Iterator[tuple[str, str, bool, int]]:
        """Unit, part, whether it is as the phrase says, how often; the unit's own facts alone."""
        if isinstance(measure, Outcome | OnPace) and self._is_kept(measure):
            last = self._span(period).last
            for unit, role, good, number in self._counted(measure, period):
                yield self._heir(unit, last), role, good, number
            yield from ((s.unit, s.role, True, s.good) for s in self.folded.sums(measure, period) if s.good)
            yield from ((s.unit, s.role, False, s.bad) for s in self.folded.sums(measure, period) if s.bad)
        else:
            yield from ((f.unit, f.role, f.good, 1) for f in self.facts(measure, period) if f.own)

    def _is_kept(self, measure: Outcome | OnPace) -> bool:
        """Whether what it counts is on record; else it is folded."""
        if self._names(measure.duty) != [measure.duty]:
            return False
        if isinstance(measure, Outcome):
            return measure.outcome in COUNTED
        return all(measure.duty in law.paced for law in self.laws.values() if measure.duty in law.duties)

    def _names(self, kind: str) -> list[str]:
        """What the laws call a kind of duty, which a later law may call otherwise."""
        return sorted({called(kind, law, self.known) if kind else "" for law in self.laws.values()} or {kind})

    def _span(self, period: Period) -> Span:
        return Span(period.start, min(period.end, self.as_of))

    def _meant(self, measure: Outcome | OnPace) -> Sequence[str]:
        return (measure.duty,) if measure.duty else self._kinds

    def _counted(self, measure: Outcome | OnPace, period: Period) -> Iterator[tuple[str, str, bool, int]]:
        ask, kinds = self._settling(measure, period), self._meant(measure)
        for role, outcome, numbers in self.numbers.told(ask, kinds, bool(measure.duty)):
            yield from ((unit, role, outcome == _wanted(measure), number) for unit, number in numbers.items())
        if isinstance(measure, OnPace):
            yield from ((*by, number) for by, number in self._paced(self._moment(measure, period)).items())

    def _paced(self, moment: Moment) -> dict[tuple[str, str, bool], int]:
        """Open duties by unit, part and whether they are on pace, of all tasks less those set aside; asked once."""
        if moment not in self._paces:
            found: dict[tuple[str, str, bool], int] = defaultdict(int)
            for sign, codes in ((1, None), (-1, sorted(self.aside))):
                for unit, role, good, number in counting.paced(self.session, self.view, moment, codes):
                    found[unit, role, bool(good)] += sign * number
            self._paces[moment] = {by: number for by, number in found.items() if number}
        return self._paces[moment]

    def _settling(self, measure: Outcome | OnPace, period: Period) -> Settling:
        """Which settled duties count."""
        born = self._span(period).last if isinstance(measure, OnPace) else None
        kinds = (measure.duty,) if measure.duty else tuple(self._kinds)
        return Settling(period.start, period.end, kinds, bool(measure.duty), born)

    def _moment(self, measure: OnPace, period: Period) -> Moment:
        return Moment(measure.duty, self._span(period).last, period.end)

    def handled(self, period: Period, spared: Sequence[tuple[str, str]] = ()) -> dict[str, int]:
        """See ``Record.handled``."""
        return self.hands.numbers(self._span(period), period, spared)

    def handling(self, period: Period, spared: Sequence[tuple[str, str]] = ()) -> set[str]:
        """See ``Record.handling``."""
        return self.hands.units(self._span(period), period, spared)

    # ── rows, for receipts ──────────────────────────────────────────────────────────────────────────────────────────

    def hits(self, measure: Measure, period: Period, shared: bool = True) -> list[Fact]:
        """See ``Record.hits``."""
        return [fact for fact in self._facts(measure, period, True, shared) if fact.good and (fact.own or shared)]

    def lost(self, measure: Measure, period: Period) -> list[Fact]:
        """See ``Record.lost``."""
        return [fact for fact in self._facts(measure, period, False, False) if fact.own and not fact.good]

    def facts(self, measure: Measure, period: Period, units: frozenset[str] | None = None) -> list[Fact]:
        """See ``Record.facts``."""
        if units is None:
            return self._facts(measure, period, None, True)
        raw = sorted({name for unit in units for name in (unit, *self._raw.get(unit, ()))})
        return [fact for fact in self._facts(measure, period, None, True, raw) if fact.unit in units] if units else []

    def _facts(
        self, measure: Measure, period: Period, good: bool | None, shared: bool, units: Sequence[str] | None = None
    ) -> list[Fact]:
        """Facts by task, those of folded tasks in their places: at least the good ones, the bad ones, or all."""
        found: Iterable[Fact]
        rest: Iterable[Fact]
        last = self._span(period).last
        if isinstance(measure, Outcome | OnPace) and self._is_kept(measure):
            found, rest = self.cited.charged(self._owed(measure, period, good, units), last, shared), ()
        elif isinstance(measure, Done):
            found = self.cited.charged(self._done(measure, period), last, False)
            rest = self._ground(measure, period).facts(measure, period)
        elif isinstance(measure, Distance) and not measure.before and self._are_duties(measure):
            found, rest = self.cited.charged(self._overdue(measure, period), last, shared), ()
        else:
            found, rest = (), self._ground(measure, period).facts(measure, period)
        rest = (*rest, *self.folded.facts(measure, period))
        return sorted((*found, *rest), key=lambda fact: fact.ref.task) if rest else list(found)

    def _owed(
        self, measure: Outcome | OnPace, period: Period, good: bool | None, units: Sequence[str] | None
    ) -> Iterator[Judged]:
        wanted, ask = _wanted(measure), self._settling(measure, period)
        outcomes = [outcome for outcome in COUNTED if good is None or (outcome == wanted) == good]
        if isinstance(measure, OnPace):
            moment = self._moment(measure, period)
            yield from self.cited.judged(ask, moment, outcomes, wanted, units)
            yield from self.cited.paced(moment, good, units)
        else:
            yield from self.cited.settled(ask, outcomes, wanted, units)

    def _are_duties(self, measure: Distance) -> bool:
        return all(name in law.duties for law in self.laws.values() for name in measure.of.split(" or "))

    def _overdue(self, measure: Distance, period: Period) -> Iterator[Judged]:
        """Duties that were still neither met nor void a while after they were missed."""
        span, kinds = self._span(period), measure.of.split(" or ")
        missed = Span(self._back(span.first, measure), span.last)
        for row in counting.overdue(self.session, self.view, kinds, missed, self.cited.owing):
            end = min(row.met or FOREVER, row.void or FOREVER)
            days = overdue(row.missed_from, end, measure, self.calendar)
            held = days.start < days.end and days.start < FOREVER and span.first <= days.start <= span.last
            if held and row.task not in self.aside:
                hit = self.cited.hit(row, days.start, "")
                yield hit._replace(order=(row.task, days.start, f"{row.ref}:{days.start}")), True

    def _back(self, day: date, measure: Distance) -> date:
        return self.calendar.add(day, -measure.count, measure.unit) - MARGIN

    def _done(self, measure: Done, period: Period) -> Iterator[Judged]:
        """Acts that name no duty, for the party who did them, else for the leads of the moment."""
        folded = self._candidates(measure, period)
        rows = [row for row in self._acts(measure, period) if row.task not in folded]
        held: dict[str, list[Any]] = defaultdict(list)
        for part in partaking.parts(self.session, self.view.district, sorted({row.task for row in rows})):
            held[part.task].append(part)
        for row in rows:
            ref = Ref(row.task, act_words(self.laws[row.definition], measure.action), row.day, seq=row.seq)
            for unit, role in _doers(held[row.task], row.seq, row.unit):
                yield Hit(unit, role, ref, (row.task, row.seq)), True

    def _acts(self, measure: Done, period: Period) -> list[Any]:
        rows = counting.acts(self.session, self.view, self._span(period), measure.action)
        return [
            row for row in rows
            if row.task not in self.aside and (not measure.rung or measure.rung in row.data.values())
        ]  # fmt: skip

    def _names_a_duty(self, row: Any) -> bool:
        return bool(self.laws[row.definition].field_of("duty", row.data))

    def figures(self, wanted: Figure, period: Period) -> list[Told]:
        """See ``Record.figures``: tasks on which something was reported since the period began are folded."""
        grounds = self._ground(wanted, period), self.folded
        return sorted((one for ground in grounds for one in ground.figures(wanted, period)), key=lambda t: t.ref.task)

    # ── phrases for which some tasks are folded ─────────────────────────────────────────────────────────────────────

    def _ground(self, measure: Measure | Figure, period: Period) -> Ground:
        """The tasks on which a phrase may find something, folded."""
        if (measure, period) not in self._grounds:
            codes = self._candidates(measure, period) - self.aside
            self._told |= {s.task.code: s for s in self.fold(sorted(codes - self._told.keys()))}
            told = [self._told[code] for code in sorted(codes & self._told.keys())]
            self._grounds[measure, period] = Ground(told, self.as_of, self.directory)
        return self._grounds[measure, period]

    def _candidates(self, measure: Measure | Figure, period: Period) -> set[str]:
        session, view, span = self.session, self.view, self._span(period)
        if isinstance(measure, Figure):
            since = Span(period.start, self.as_of)  # paper may have come in long before it was entered
            acts = sorted({name for law in self.laws.values() for name in law.figure_actions})
            return {row.task for name in acts for row in counting.acts(session, view, since, name)}
        if isinstance(measure, Done):
            return {row.task for row in self._acts(measure, period) if self._names_a_duty(row)}
        if isinstance(measure, Unanswered):
            kinds = sorted({kind for law in self.laws.values() for kind in law.given_duties})
            return self._missed(kinds, span) if kinds else set()
        if isinstance(measure, Behind):
            return self._behind(measure, span)
        if isinstance(measure, Distance):
            return {code for name in measure.of.split(" or ") for code in self._near(measure, name, span)}
        if isinstance(measure, Expired | InEffect):
            return counting.acted(session, view, span.last, dated(measure, self.laws))
        if isinstance(measure, Parts):
            return counting.everything(session, view)  # a task without parts may satisfy it from its first day on
        return counting.with_duties(session, view, self._names(measure.duty) if measure.duty else [])

    def _missed(self, kinds: Sequence[str], span: Span) -> set[str]:
        rows = counting.overdue(self.session, self.view, kinds, span, self.cited.owing)
        return {row.task for row in rows}

    def _behind(self, measure: Behind, span: Span) -> set[str]:
        if self._is_kept(OnPace(measure.duty)):
            least = 2 * floor(measure.points.scaleb(STEPS))
            return counting.behind(self.session, self.view, measure.duty, span, least)
        return counting.with_duties(self.session, self.view, self._names(measure.duty))

    def _near(self, measure: Distance, name: str, span: Span) -> set[str]:
        """Tasks with a duty that falls due, or was missed, or with an act, at about that distance."""
        found: set[str] = set()
        if kinds := [kind for kind in self._names(name) if kind in self._kinds]:
            ahead = self.calendar.add(span.last, measure.count, measure.unit) + MARGIN
            if measure.before:
                found |= counting.with_duties(self.session, self.view, kinds, Span(span.first, ahead))
            else:
                missed = Span(self._back(span.first, measure), span.last)
                found |= self._missed(kinds, missed)
        if any(called(name, law, self.known) not in law.duties for law in self.laws.values()):
            acts = counting.acts(self.session, self.view, Span(self._back(span.first, measure), span.last), name)
            found |= {row.task for row in acts}
        return found


def _found_heir(directory: Directory, raw: Mapping[str, set[str]], unit: str, last: date) -> str:
    heir = directory.heir(unit, last)
    if heir != unit:
        raw[heir].add(unit)
    return heir


def _inherited(numbers: Mapping[str, int], heirs: Mapping[str, str]) -> Mapping[str, int]:
    """Numbers by the units of today."""
    if heirs.keys().isdisjoint(numbers):
        return numbers
    found: dict[str, int] = {}
    for unit, number in numbers.items():
        name = heirs.get(unit, unit)
        found[name] = found.get(name, 0) + number
    return found


def _wanted(measure: Outcome | OnPace) -> str:
    return measure.outcome if isinstance(measure, Outcome) else COUNTED[0]


def _doers(parts: Iterable[Any], seq: int, unit: str) -> list[tuple[str, str]]:
    """Whom an act counts for that names no duty, see ``rules.measures``."""
    held = [
        (part.unit, part.role) for role in (LEAD, CO) for part in parts
        if part.role == role and part.from_seq <= seq and (part.until_seq is None or part.until_seq > seq)
    ]  # fmt: skip
    own = [party for party in held if party[0] == unit]
    return own[:1] or [party for party in held if party[1] == LEAD]
