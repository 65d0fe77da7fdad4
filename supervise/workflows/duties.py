"""The heart: from a definition and a task follow all duties, past and present.

Rules that hold for every definition:

* a limit counted from an action starts anew each time it is done; one still open when that happens is superseded;
* a duty on fixed dates owes one act for each date; an act meets the earliest date still unmet, but the next one if that
  is nearer, so that one report left out does not make all that follow late; it does not count ahead before the previous
  date has passed, nor when it redoes a returned one;
* who owes is who holds the part when the day it falls due begins, or when it is met: a new lead does not inherit old
  lateness, and a limit that an act set for the old one ends with the change;
* an order that presses a duty is also answered by doing that duty, and falls with a duty that no longer counts;
* if the ball lies with the office on the due date, the unit gets back the days it had left, and at least the grace the
  file gives; a fixed date does not bind who came to the task shortly before it;
* reports that the office put together are due on one day, later than each by itself and never earlier;
* closing the task ends what was still open; what was missed stays missed;
* a task that is carried on owes its own limit again, later: what was missed by the first stays missed.

Every act folds its task twice, so this is the hottest code of all: duties are worked out as drafts and frozen once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise, zip_longest

from supervise.dates import FOREVER, ONE_DAY, Calendar, Span
from supervise.phrases import AfterAction, EachPeriod, Length, OnDates, Stages, TaskDue
from supervise.records import COMBINE, PARTIES, Duty, Event, Task, evolve
from supervise.workflows.definition import Definition, DutyKind
from supervise.workflows.limits import Start, closings, legs, paused, recurring, staged, superseding, waiting

NONE: Mapping[str, Sequence[Duty]] = {}


@dataclass(frozen=True, slots=True)
class Fold:
    """The duties of a task.

    Args:
        all: every one, in order of due date.
        kinds: name of a kind → its own.
        redone: numbers of the acts that answered something triggered.
        apart: whether each kind but the answers to letters follows from its own acts alone: nothing was excused, and
            the task was never closed.
    """

    all: tuple[Duty, ...]
    kinds: Mapping[str, tuple[Duty, ...]]
    redone: frozenset[int]
    apart: bool


def fold(definition: Definition, task: Task, calendar: Calendar, before: Fold | None = None) -> Fold:
    """Every duty of ``task``, whole or from what stood before its last event.

    Args:
        definition: the law it lives under.
        task: the fold of its events up to some cut.
        calendar: the district's working days.
        before: what stood before the last event; kinds that it cannot have touched are taken from there.
    """
    kept = _untouched(definition, task, before) if before is not None else {}
    if before is not None and kept and len(kept) == len(definition.duties):
        return before
    book = _Book(definition, task, calendar, before.redone if before is not None and kept else ())
    drafts = {name: book.of_kind(name, kind) for name, kind in definition.duty_order if name not in kept}
    found = [draft for made in drafts.values() for draft in made]
    apart = bool(kept) or book.apart()
    if not apart:
        book.waive(found)
    _answer(found, kept)
    if not apart:
        book.end(found)
    kinds = kept | {name: tuple([draft.frozen(task.code) for draft in made]) for name, made in drafts.items()}
    every = [duty for made in kinds.values() for duty in made]
    every.sort(key=lambda d: (d.due, d.key))
    return Fold(tuple(every), kinds, frozenset(book.redone), apart)


_ELSEWHERE = frozenset(
    {*PARTIES, "due", "category", "stages", "void", "pause", "lent", "stop", "undone", "calendar", COMBINE}
)
"""What an event may change that reaches other duties than those its action answers or begins."""


def _untouched(definition: Definition, task: Task, before: Fold) -> dict[str, tuple[Duty, ...]]:
    """The kinds that the last event leaves as they were; none where kinds reach into each other.

    Answers to letters are also given by doing what a letter is about: they stay only where everything stays.
    """
    last = task.events[-1]
    if not before.apart or not _ELSEWHERE.isdisjoint(last.changes) or task.state in definition.finals:
        return {}
    kept = {
        name: before.kinds[name]
        for name, kind in definition.duties.items()
        if last.action not in kind.acts and (last.source in kind.waits) == (last.target in kind.waits)
    }
    if len(kept) < len(definition.duties):
        for name in definition.given_duties:
            if any(duty.about for duty in kept.get(name, ())):
                del kept[name]
    return kept


class _Draft:
    """A duty while it is worked out; the fields of ``Duty``."""

    __slots__ = (
        "about", "after", "born", "carried", "due", "key", "kind", "met", "missed_from", "nominal", "role", "units",
        "void",
    )  # fmt: skip

    def __init__(self, kind: str, role: str, start: Start, due: date, unit: str) -> None:
        self.kind, self.role = kind, role
        self.key = f"{start.key}:{unit}" if unit else start.key
        self.born, self.nominal, self.after, self.about = start.born, start.nominal, start.after, start.about
        self.due = self.missed_from = due
        self.units: tuple[str, ...] = ()
        self.met: date | None = None
        self.void: date | None = None
        self.carried = start.carried

    def supersede(self, day: date) -> None:
        """From ``day`` on it counts no more, unless it was done or missed before."""
        done = self.met is not None and self.met <= day
        if not done and self.missed_from > day:
            self.met, self.void = None, day

    def frozen(self, task: str) -> Duty:
        return Duty(
            self.kind, self.key, task, self.role, self.units, self.born, self.due, self.nominal, self.missed_from,
            self.met, self.void, self.about, self.after, self.carried,
        )  # fmt: skip


class _Book:
    """What the rules of one task need to look up again and again."""

    def __init__(self, definition: Definition, task: Task, calendar: Calendar, redone: Iterable[int]) -> None:
        self.definition, self.task, self.calendar = definition, task, calendar
        self.redone = set(redone)
        self.acts, self.combined = task.acts, dict(task.combined)
        self.reshuffles = [event for event in self.acts[1:] if not event.changes.keys().isdisjoint(PARTIES)]
        self.done: dict[str, list[Event]] = {}
        for event in self.acts:
            self.done.setdefault(event.action, []).append(event)
        self.waits: dict[tuple[str, ...], tuple[Span, ...]] = {(): ()}
        self.legs = legs(self.acts, task.due)
        self.moves = definition.holidays == "next workday"

    def of_kind(self, name: str, kind: DutyKind) -> Sequence[_Draft]:
        starts = self._starts(name, kind)
        if not starts:
            return ()
        if kind.each:
            owing = [(start, self._debtors(kind.role, start.nominal, start.after)) for start in starts]
            return [
                draft for unit in dict.fromkeys(unit for _, units in owing for unit in units)
                for draft in self._chain(name, kind, [s for s, units in owing if unit in units], unit)
            ]  # fmt: skip
        return self._chain(name, kind, starts, "")

    def _starts(self, name: str, kind: DutyKind) -> Sequence[Start]:
        if kind.triggers:
            starts = [s for e in self._acts(kind.triggers) if (s := self._start_at(f"{name}:{e.seq}", e, kind))]
            return superseding(starts) if isinstance(kind.form, AfterAction) else starts
        due, task = kind.due_for(self.task.category), self.task
        opened = self.acts[0].day
        if isinstance(due, OnDates | EachPeriod):
            first = max(opened + ONE_DAY, self._add(opened, kind.notice))
            dates = recurring(due, first, task.due, self.calendar)
            if len(self.legs) > 1:
                spared = self._between_legs(kind)
                dates = [(key, day) for key, day in dates if not any(span.holds(day) for span in spared)]
            return [Start(f"{name}:{key}", opened, day, 0) for key, day in dates]
        if isinstance(due, Stages):
            plans = [event for event in self.acts if "stages" in event.changes]
            return list(staged(name, [(event, evolve(Task(task.code), event).stages) for event in plans]))
        if not isinstance(due, TaskDue):
            return ()
        found = []
        for leg, later in zip_longest(self.legs, self.legs[1:]):
            ahead = due.count and leg.due < FOREVER
            nominal = self.calendar.add(leg.due, -due.count, due.unit) if ahead else leg.due
            key, carried = f"{name}:{leg.seq}" if leg.seq else name, later.born if later is not None else None
            found.append(Start(key, leg.born, nominal, leg.seq, carried=carried))
        return found

    def _between_legs(self, kind: DutyKind) -> list[Span]:
        """The days between a limit and the task's being carried on, and shortly after: no date on them is owed."""
        return [
            Span(before.due + ONE_DAY, max(after.born + ONE_DAY, self._add(after.born, kind.notice)))
            for before, after in pairwise(self.legs)
            if before.due < after.born
        ]

    def _acts(self, actions: Sequence[str]) -> Sequence[Event]:
        """The events of these actions, in order."""
        done = self.done
        if len(actions) == 1:
            return done.get(actions[0], ())
        held = [done[action] for action in actions if action in done]
        if len(held) < 2:
            return held[0] if held else ()
        return sorted((event for events in held for event in events), key=lambda event: event.seq)

    def _start_at(self, key: str, event: Event, kind: DutyKind) -> Start | None:
        due = kind.due_for(self._category(event.seq) if "" not in kind.due else "")
        if due is None:
            return None
        unit, about = "days", ""
        if isinstance(due, AfterAction):
            unit, nominal = due.unit, self.calendar.add(event.day, due.count, due.unit)
        else:
            nominal = date.fromisoformat(event.data[self.definition.field_of("date", event.data)])
            about = str(event.data.get(self.definition.field_of("duty", event.data), ""))
        if self.task.pauses and kind.role in PARTIES:
            begun, pauses = event.day, self.task.pauses
            if isinstance(due, AfterAction):  # counted out and given back by one calendar, where there are several
                count = due.count
                nominal = self.calendar.choose(
                    lambda one: paused(one.add(begun, count, unit), unit, begun, pauses, one)
                )
            else:
                nominal = paused(nominal, unit, begun, pauses, self.calendar)
        return Start(key, event.day, nominal, event.seq, about)

    def _category(self, seq: int) -> str:
        """What kind of task it was when event ``seq`` had happened."""
        told = [event.changes["category"] for event in self.acts if event.seq <= seq and "category" in event.changes]
        return str(told[-1]) if told else ""

    def _chain(self, name: str, kind: DutyKind, starts: Sequence[Start], unit: str) -> list[_Draft]:
        acts = self._acts(kind.met_by)
        if unit:
            acts = [event for event in acts if event.unit == unit or self._for(event, unit, kind.role)]
        fixed, counted = kind.fixed, isinstance(kind.form, AfterAction)
        handed = self.reshuffles if kind.role in PARTIES else ()
        standing = None if handed else (unit,) if unit else self._debtors(kind.role, date.min, 0)
        chain: list[_Draft] = []
        used: set[int] = set()
        before, plan = date.min, 0
        for i, start in enumerate(starts):
            draft = _Draft(name, kind.role, start, self._moved(start.nominal), unit)
            if self.combined:
                draft.due = max(draft.due, self.combined.get(draft.key, draft.due))
            draft.missed_from = self._missed_from(kind, draft.due)
            if start.after != plan:
                before, plan = date.min, start.after
            following = self._moved(starts[i + 1].nominal) if fixed and i + 1 < len(starts) else FOREVER
            act = self._act(fixed, draft, before, following, acts, used) if acts else None
            rest = self._rest(kind, draft)
            if act is not None and act.day > rest:
                act = None
            before = draft.due
            if act is not None:
                draft.met = self._dated(kind, act, start.after)
                if fixed:
                    used.add(act.seq)
                elif kind.triggers:
                    self.redone.add(act.seq)
            if start.over < FOREVER:
                draft.supersede(start.over)
            if rest < FOREVER:
                draft.supersede(rest)
            if handed:
                self._changed_hands(kind, draft, counted or bool(start.about), fixed)
            draft.units = standing if standing is not None else self._held(kind, draft, act, unit)
            chain.append(draft)
        return chain

    def _for(self, event: Event, unit: str, role: str) -> bool:
        """Whether somebody acted for ``unit``, whose part was lent to him."""
        lent = (loan for loan in self.task.loans if loan.unit == event.unit and loan.role == role)
        return unit != event.unit and any(loan.start <= event.day <= loan.end for loan in lent)

    def _rest(self, kind: DutyKind, draft: _Draft) -> date:
        """The day from which a fixed date is not owed, for it falls into a pause; ``FOREVER`` if it does not."""
        pauses = self.task.pauses
        if not pauses or not kind.fixed or kind.role not in PARTIES:
            return FOREVER
        return next((pause.start for pause in pauses if pause.start < draft.nominal <= pause.end), FOREVER)

    def _held(self, kind: DutyKind, draft: _Draft, act: Event | None, unit: str) -> tuple[str, ...]:
        """Who held the part when it was met or fell due, where it has changed hands."""
        seq = act.seq if act is not None and act.day <= draft.due else draft.after
        day = min(draft.due, draft.met or FOREVER, draft.void or FOREVER)
        return (unit,) if unit else self._debtors(kind.role, day, seq)

    def _moved(self, day: date) -> date:
        """The day a limit really ends, off a holiday if the law says so."""
        return self.calendar.next_workday(day) if self.moves and day < FOREVER else day

    def _add(self, day: date, length: Length) -> date:
        return self.calendar.add(day, length.count, length.unit)

    def _missed_from(self, kind: DutyKind, due: date) -> date:
        """The first day of being late; time that the office took across the due date is given back."""
        waits = self.waits.get(kind.waits)
        if waits is None:
            waits = self.waits[kind.waits] = waiting(kind, self.task)
        if not waits:
            return due + ONE_DAY if due < FOREVER else FOREVER
        last = due
        while last < FOREVER:
            wait = next((w for w in waits if w.start <= last and w.holds(last + ONE_DAY)), None)
            if wait is None:
                return last + ONE_DAY
            if wait.end == FOREVER:
                break
            last = self._moved(max(wait.end + (last - wait.start), self._add(wait.end, kind.grace)))
        return FOREVER

    def _act(
        self, fixed: bool, draft: _Draft, before: date, following: date, acts: Sequence[Event], used: set[int]
    ) -> Event | None:
        for event in acts:
            if event.seq <= draft.after or event.seq in used:
                continue
            ahead = fixed and event.day <= draft.due
            if ahead and (event.seq in self.redone or event.day <= before):
                continue
            between = draft.due < event.day <= following and event.seq not in self.redone
            if not (between and following - event.day < event.day - draft.due):
                return event
        return None

    def _changed_hands(self, kind: DutyKind, draft: _Draft, personal: bool, fixed: bool) -> None:
        """A change of the party: what was set for the old one ends, and a date shortly after does not bind the new."""
        for event in self.reshuffles:
            if personal and event.seq > draft.after and draft.role in event.changes:
                held = self._debtors(draft.role, event.day, event.seq - 1)
                if not set(held) & set(event.changes[draft.role]):
                    draft.supersede(event.day)
            elif fixed and draft.role in event.changes and event.day < draft.due:
                came = event.day
                if self._add(came, kind.notice) > draft.nominal and came <= (draft.met or FOREVER):
                    draft.met, draft.void = None, came
                    return

    def _dated(self, kind: DutyKind, act: Event, after: int) -> date:
        before = [e for e in self.acts if after < e.seq <= act.seq and e.action in kind.dated] if kind.dated else []
        return self.definition.acted_on(before[-1] if before else act)

    def _debtors(self, role: str, day: date, seq: int) -> tuple[str, ...]:
        """Who holds ``role`` when ``day`` begins, or after event ``seq`` if that is later."""
        if role not in PARTIES:
            return (self.definition.roles[role],)
        if not self.reshuffles:
            return tuple(getattr(self.task, role))
        told = (e for e in reversed(self.acts) if role in e.changes and (e.day < day or e.seq <= max(seq, 1)))
        last = next(told, None)
        return tuple(last.changes[role]) if last is not None else ()

    def apart(self) -> bool:
        """Whether nothing was excused and the task was never closed."""
        finals = self.definition.finals
        return not any("void" in event.changes or event.target in finals for event in self.acts)

    def waive(self, found: Sequence[_Draft]) -> None:
        """What was excused counts no more."""
        for event in self.acts:
            key = event.changes.get("void") if event.changes else None
            for draft in found if key else ():
                if draft.key == key:
                    draft.void = min(event.day, draft.void or FOREVER)

    def end(self, found: Sequence[_Draft]) -> None:
        """What was still open when the task closed counts no more; on a relapse, what falls due later is owed again."""
        for closing, reopening in closings(self.definition, self.acts):
            for draft in found:
                done = draft.met is not None and draft.met <= closing.day
                later = draft.after >= closing.seq or done or draft.void is not None
                if later or draft.missed_from <= closing.day:
                    continue
                kind = self.definition.duties.get(draft.kind)  # none: of an older law, and never owed again
                ends = kind is None or bool(kind.triggers)
                if ends or reopening is None or draft.due <= reopening.day:
                    draft.met, draft.void = None, max(closing.day, draft.born)


def _answer(found: Sequence[_Draft], kept: Mapping[str, Sequence[Duty]] = NONE) -> None:
    """A pressed matter that is done needs no letter about it; one that counts no more needs no answer."""
    letters = [draft for draft in found if draft.about]
    if not letters:
        return
    stood = {draft.key: (draft.met, draft.void) for draft in found}
    stood |= {duty.key: (duty.met, duty.void) for made in kept.values() for duty in made}
    for draft in letters:
        met, void = stood.get(draft.about, (None, None))
        if void is not None:
            draft.void = min(max(draft.born, void), draft.void or FOREVER)
        elif met is not None and met >= draft.born:
            draft.met = min(met, draft.met or FOREVER)
