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
from functools import cache
from math import floor
from typing import TYPE_CHECKING, Any, NamedTuple

from supervise.dates import FOREVER, Calendar, Period
from supervise.facts import doers, held_on
from supervise.people import Directory
from supervise.phrases import Behind, Distance, Done, Expired, InEffect, Measure, OnPace, Outcome, Parts, Unanswered
from supervise.records import PARTIES, STEPS
from supervise.rules.measures import COUNTED, Fact, Ground, Ref, Sum, Told, act_words, duty_words
from supervise.rules.reach import MARGIN, dated
from supervise.rules.reported import Figure
from supervise.store import counting
from supervise.store.counting import Moment, Settling, Span, View
from supervise.workflows.definition import Definition
from supervise.workflows.situations import Situation, called, overdue
from supervise.workflows.wording import OUTCOME_WORDS

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LEAD, CO = PARTIES[:2]
PACE_WORDS = {False: "落后序时", True: "不落后"}
Laws = Mapping[str, Definition]


class Hit(NamedTuple):
    """A duty or an act out of its row, for one unit."""

    order: tuple[Any, ...]
    unit: str
    role: str
    good: bool
    ref: Ref


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
    ) -> None:
        self.session, self.view, self.laws, self.known = session, view, laws, known
        self.aside, self.folded = frozenset(aside), folded
        self.fold, self.calendar, self.directory = fold, calendar, directory
        self._raw: dict[str, set[str]] = defaultdict(set)
        self._numbers: dict[Any, dict[tuple[Any, ...], int]] = {}
        self._grounds: dict[Any, Ground] = {}
        self._told: dict[str, Situation] = {}
        self._heir = cache(self._found_heir)
        self._kinds = sorted({kind for law in laws.values() for kind in law.duties})

    @property
    def as_of(self) -> date:
        """The last day seen."""
        return self.view.day

    def _found_heir(self, unit: str, last: date) -> str:
        heir = self.directory.heir(unit, last)
        if heir != unit:
            self._raw[heir].add(unit)
        return heir

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

    def _counted(self, measure: Outcome | OnPace, period: Period) -> Iterator[tuple[str, str, bool, int]]:
        wanted, ask = _wanted(measure), self._settling(measure, period, every=isinstance(measure, Outcome))
        settled = self._less(ask, lambda codes: counting.settled(self.session, self.view, ask, codes))
        for (kind, letter, unit, role, outcome), number in settled.items():
            if kind == measure.duty or not (measure.duty or letter):
                yield unit, role, outcome == wanted, number
        if isinstance(measure, OnPace):
            moment = self._moment(measure, period)
            paced = self._less(moment, lambda codes: counting.paced(self.session, self.view, moment, codes))
            yield from ((unit, role, bool(good), number) for (unit, role, good), number in paced.items())

    def _less(self, key: Any, ask: Callable[[Sequence[str] | None], Iterable[Any]]) -> dict[tuple[Any, ...], int]:
        """Numbers over all tasks less those of the tasks set aside; asked once."""
        if key not in self._numbers:
            found: dict[tuple[Any, ...], int] = defaultdict(int)
            for *by, number in ask(None):
                found[tuple(by)] += number
            for *by, number in ask(sorted(self.aside)):
                found[tuple(by)] -= number
            self._numbers[key] = {by: number for by, number in found.items() if number}
        return self._numbers[key]

    def _settling(self, measure: Outcome | OnPace, period: Period, every: bool = False) -> Settling:
        """Which settled duties count; ``every`` kind at once where all are asked for in turn."""
        born = self._span(period).last if isinstance(measure, OnPace) else None
        kinds = (measure.duty,) if measure.duty and not every else tuple(self._kinds)
        return Settling(period.start, period.end, kinds, bool(measure.duty) or every, born)

    def _moment(self, measure: OnPace, period: Period) -> Moment:
        return Moment(measure.duty, self._span(period).last, period.end)

    def handled(self, period: Period, spared: Sequence[tuple[str, str]] = ()) -> dict[str, int]:
        """See ``Record.handled``."""
        span, spare = self._span(period), frozenset(spared)
        found: dict[str, int] = defaultdict(int)
        for unit, lead, co, number in counting.handled(self.session, self.view, span):
            if self._is_counted(unit, span, (LEAD,) * lead + (CO,) * co, spare):
                found[unit] += number
        odd = counting.handed_on(self.session, self.view, span) - self.aside
        rows = counting.handled_rows(self.session, self.view, span, codes=sorted(self.aside | odd))
        standing, ever = defaultdict[tuple[str, str], set[str]](set), defaultdict[tuple[str, str], set[str]](set)
        for unit, role, task, until in rows:
            if until is None:
                standing[unit, task].add(role)
            if task in odd:
                ever[unit, task].add(role)
        for sign, parts in ((-1, standing), (1, ever)):
            for (unit, _), roles in parts.items():
                if self._is_counted(unit, span, roles, spare):
                    found[unit] += sign
        old = self.folded.tasks_of(period, spared)
        for unit in {self._heir(unit, span.last) for unit in found} | old.keys():
            found[unit] = found.get(unit, 0) + len(old.get(unit, ()))
        return self._together(found, old, span, spare)

    def _together(
        self, found: dict[str, int], old: Mapping[str, set[str]], span: Span, spare: frozenset[tuple[str, str]]
    ) -> dict[str, int]:
        """The same with what units took over, a task counted once for both."""
        for heir, names in self._raw.items():
            codes = set(old.get(heir, ()))
            for unit, role, task, _ in counting.handled_rows(self.session, self.view, span, sorted({heir, *names})):
                if task not in self.aside and self._is_counted(unit, span, (role,), spare):
                    codes.add(task)
            for name in names:
                found.pop(name, None)
            found[heir] = len(codes)
        return {unit: number for unit, number in found.items() if number}

    def _is_counted(self, unit: str, span: Span, roles: Collection[str], spare: frozenset[tuple[str, str]]) -> bool:
        """Whether some part that a unit has counts in the group it is in today."""
        known = self.directory.unit(self._heir(unit, span.last))
        group = known.group if known else ""
        return any((group, role) not in spare for role in roles)

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
        self, measure: Measure, period: Period, good: bool | None, shared: bool, units: Sequence[str] = ()
    ) -> list[Fact]:
        """Facts by task, those of folded tasks in their places: at least the good ones, the bad ones, or all."""
        found: list[Fact] = []
        if isinstance(measure, Outcome | OnPace) and self._is_kept(measure):
            found += self._charged(self._owed(measure, period, good, units), period, shared)
        elif isinstance(measure, Done):
            found += self._charged(self._done(measure, period), period, False)
        elif isinstance(measure, Distance) and not measure.before and self._are_duties(measure):
            found += self._charged(self._overdue(measure, period), period, shared)
        else:
            found += self._ground(measure, period).facts(measure, period)
        if isinstance(measure, Done):
            found += self._ground(measure, period).facts(measure, period)
        found += self.folded.facts(measure, period)
        return sorted(found, key=lambda fact: fact.ref.task)  # stable: within a task as they came

    def _charged(self, hits: Iterable[Hit], period: Period, shared: bool) -> Iterator[Fact]:
        """Facts of the units of today, behind those of a lead's duty the shares of who helped with it on the day."""
        last = self._span(period).last
        found = sorted(hits, key=lambda hit: hit.order)
        helpers = self._helpers({hit.ref.task for hit in found if hit.role == LEAD}) if shared else {}
        own: dict[tuple[Any, ...], list[Hit]] = defaultdict(list)
        for hit in found:
            own[hit.order].append(hit)
        for group in own.values():
            for hit in group:
                yield Fact(self._heir(hit.unit, last), hit.role, hit.good, hit.ref)
            first = group[0]
            if first.role == LEAD and first.ref.seq is None:
                units = {hit.unit for hit in group}
                for unit in held_on(helpers.get(first.ref.task, ()), first.ref.day):
                    if unit not in units:
                        yield Fact(self._heir(unit, last), CO, first.good, first.ref, own=False)

    def _helpers(self, codes: Collection[str]) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = defaultdict(list)
        for row in counting.parts(self.session, self.view.district, sorted(codes)):
            if row.role == CO:
                found[row.task].append(row)
        return found

    def _owed(
        self, measure: Outcome | OnPace, period: Period, good: bool | None, units: Sequence[str]
    ) -> Iterator[Hit]:
        wanted = _wanted(measure)
        outcomes = [outcome for outcome in COUNTED if good is None or (outcome == wanted) == good]
        rows = counting.settled_rows(self.session, self.view, self._settling(measure, period), outcomes, units)
        moment = self._moment(measure, period) if isinstance(measure, OnPace) else None
        for row in self._plain(rows):
            fine = row.outcome == wanted
            note = OUTCOME_WORDS[row.outcome] if moment is None else PACE_WORDS[fine]
            yield self._hit(row, fine, row.settles if moment is None else moment.day, note)
        if moment is not None:
            for row in self._plain(counting.paced_rows(self.session, self.view, moment, good, units)):
                yield self._hit(row, bool(row.good), moment.day, PACE_WORDS[bool(row.good)])

    def _plain(self, rows: Iterable[Any]) -> Iterator[Any]:
        """The rows that count: those of tasks of which the dates tell how they stood."""
        return (row for row in rows if row.task not in self.aside)

    def _hit(self, row: Any, good: bool, day: date, note: str) -> Hit:
        what = duty_words(self.laws[row.definition].duties[row.kind], note)
        return Hit(
            (row.task, row.due, row.ref), row.unit, row.role, good, Ref(row.task, what, day, row.due, row.met, row.ref)
        )

    def _are_duties(self, measure: Distance) -> bool:
        return all(name in law.duties for law in self.laws.values() for name in measure.of.split(" or "))

    def _overdue(self, measure: Distance, period: Period) -> Iterator[Hit]:
        """Duties that were still neither met nor void a while after they were missed."""
        span, kinds = self._span(period), measure.of.split(" or ")
        missed = Span(self._back(span.first, measure), span.last)
        for row in self._plain(counting.overdue(self.session, self.view, kinds, missed)):
            end = min(row.met or FOREVER, row.void or FOREVER)
            days = overdue(row.missed_from, end, measure, self.calendar)
            if days.start < days.end and days.start < FOREVER and span.first <= days.start <= span.last:
                hit = self._hit(row, True, days.start, "")
                yield hit._replace(order=(row.task, days.start, f"{row.ref}:{days.start}"))

    def _back(self, day: date, measure: Distance) -> date:
        return self.calendar.add(day, -measure.count, measure.unit) - MARGIN

    def _done(self, measure: Done, period: Period) -> Iterator[Hit]:
        """Acts that name no duty, for the party who did them, else for the leads of the moment."""
        folded = self._candidates(measure, period)
        rows = [row for row in self._acts(measure, period) if row.task not in folded]
        held: dict[str, list[Any]] = defaultdict(list)
        for part in counting.parts(self.session, self.view.district, sorted({row.task for row in rows})):
            held[part.task].append(part)
        for row in rows:
            ref = Ref(row.task, act_words(self.laws[row.definition], measure.action), row.day, seq=row.seq)
            for unit, role in doers(held[row.task], row.seq, row.unit):
                yield Hit((row.task, row.seq), unit, role, True, ref)

    def _acts(self, measure: Done, period: Period) -> list[Any]:
        rows = counting.acts(self.session, self.view, self._span(period), measure.action)
        return [row for row in self._plain(rows) if not measure.rung or measure.rung in row.data.values()]

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
            return {row.task for row in counting.overdue(session, view, kinds, span)} if kinds else set()
        if isinstance(measure, Behind):
            return self._behind(measure, span)
        if isinstance(measure, Distance):
            return {code for name in measure.of.split(" or ") for code in self._near(measure, name, span)}
        if isinstance(measure, Expired | InEffect):
            return counting.acted(session, view, span.last, dated(measure, self.laws))
        if isinstance(measure, Parts):
            return counting.everything(session, view)  # a task without parts may satisfy it from its first day on
        return counting.with_duties(session, view, self._names(measure.duty) if measure.duty else [])

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
                found |= {row.task for row in counting.overdue(self.session, self.view, kinds, missed)}
        if any(called(name, law, self.known) not in law.duties for law in self.laws.values()):
            acts = counting.acts(self.session, self.view, Span(self._back(span.first, measure), span.last), name)
            found |= {row.task for row in acts}
        return found


def _wanted(measure: Outcome | OnPace) -> str:
    return measure.outcome if isinstance(measure, Outcome) else COUNTED[0]
