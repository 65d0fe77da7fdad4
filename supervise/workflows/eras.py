"""A task that has lived under several laws: its duties, each judged by the law in force when it was born.

An era is the stretch of events under one law; the event that changes the law begins the next and carries which duty of
the old law goes on as which of the new. Every era is folded by the rules of ``duties``, over the whole history seen
from its law: acts and states of other eras bear names that law does not know, and each of its duties knows the foreign
names by which its other selves are met. Then each era keeps what was born in it:

* what an action began: in the era of that action; once the law changes, the acts of the new law meet it;
* a fixed date: in the era in which that day falls, so none is owed twice and none is left out;
* what is owed from the beginning: in the first era that has it; from being carried on: in the era of that act.

A duty is called by its newest name; its key, by which letters and waivers speak of it, never changes. A change that was
taken back is not among the acts of a task, and so is as if it had never been.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TypeVar

from supervise.dates import FOREVER, Calendar
from supervise.errors import Problem, Unknown
from supervise.phrases import MIGRATE
from supervise.records import Event, Task
from supervise.workflows.definition import Definition, DutyKind
from supervise.workflows.duties import Fold, _answer, _Book, _Draft
from supervise.workflows.limits import Start

Laws = Mapping[str, Definition]
M = TypeVar("M", Definition, DutyKind)
DUTIES, FROM, UNDONE = "duties", "from", "undone"
"""What a change of law writes among its changes: duty of the old law → of the new, the old law; and what it undoes."""


def changed_law(task: Task) -> bool:
    """Whether the task lives under another law than the one it was placed under."""
    return MIGRATE in [event.action for event in task.acts]


@dataclass(frozen=True)
class Era:
    """The events of a task under one law.

    Args:
        law: what held.
        first, last: numbers of its events.
        since: the day it began.
        moves: duty of the era before → what it is called now; ``None`` if it ended with that era.
    """

    law: Definition
    first: int
    last: int
    since: date
    moves: Mapping[str, str | None]


def eras(task: Task, laws: Laws) -> tuple[Era, ...]:
    """The eras of a task, the first one first.

    Args:
        task: the fold of its events.
        laws: name → definition, for every law it has lived under.

    Raises:
        Unknown: F02 when one of its laws is not at hand.
    """
    acts, found = task.acts, list[Era]()
    begins = [0, *(i for i, event in enumerate(acts) if event.action == MIGRATE)]
    for start, end in zip(begins, [*begins[1:], None], strict=True):
        event, last = acts[start], acts[end - 1 if end is not None else -1]
        if event.definition not in laws:
            raise Unknown(Problem("F02", f"没有“{event.definition}”这个流程,算不出它管着的应办", task=task.code))
        since, moves = (event.day, event.changes[DUTIES]) if start else (date.min, {})
        found.append(Era(laws[event.definition], event.seq, last.seq, since, moves))
    return tuple(found)


def fold(task: Task, calendar: Calendar, laws: Laws) -> Fold:
    """Every duty of a task that has lived under several laws.

    Args:
        task: the fold of its events up to some cut.
        calendar: the district's working days.
        laws: name → definition, for every law it has lived under.

    Raises:
        Unknown: F02 when one of its laws is not at hand.
    """
    lives = Lives(task, eras(task, laws))
    books = [_EraBook(lives, number, calendar) for number in range(len(lives.eras))]
    found: list[_Draft] = []
    for before, book in zip([None, *books], books, strict=False):
        if before is not None:
            book.before, before.after = before, book
    for book in books:
        book.redone |= book.before.redone if book.before is not None else set()
        found += book.own()
    last = books[-1]
    last.waive(found)
    _answer(found)
    last.end(found)
    kinds: dict[str, list[_Draft]] = {name: [] for name, _ in last.definition.duty_order}
    for draft in found:
        kinds.setdefault(draft.kind, []).append(draft)
    frozen = {name: tuple([draft.frozen(task.code) for draft in made]) for name, made in kinds.items()}
    every = sorted((duty for made in frozen.values() for duty in made), key=lambda d: (d.due, d.key))
    return Fold(tuple(every), frozen, frozenset(last.redone), False)


class Lives:
    """A task and its eras, as each of them sees the whole.

    Args:
        task: the fold of its events.
        eras: in order, at least one.
    """

    def __init__(self, task: Task, eras: Sequence[Era]) -> None:
        self.task, self.eras = task, eras

    def seen_from(self, number: int) -> tuple[Definition, Task]:
        """A law that understands foreign names, and the task with foreign names on what other eras did."""
        era = self.eras[number]
        law = _like(era.law, duties={name: self._kind(number, name, kind) for name, kind in era.law.duties.items()})
        ends = (_foreign(end, i) for i, other in enumerate(self.eras) if i != number for end in other.law.finals)
        law.__dict__["finals"] = era.law.finals.union(ends)
        return law, replace(self.task, events=tuple(self._seen(number)))

    def _seen(self, number: int) -> Iterator[Event]:
        for event in self.task.events:
            era = max(i for i, one in enumerate(self.eras) if one.first <= event.seq)
            if era == number:
                yield event
            else:
                yield replace(event, action=_foreign(event.action, era), target=_foreign(event.target, era))

    def _kind(self, number: int, name: str, kind: DutyKind) -> DutyKind:
        met, dated, waits, starts = ([*words] for words in (kind.met_by, kind.dated, kind.waits, kind.triggers))
        for other in range(len(self.eras)):
            for self_ in self.selves(number, name, other) if other != number else ():
                waits += [_foreign(word, other) for word in self_.waits]
                if other > number:
                    starts += [_foreign(word, other) for word in self_.triggers]
                if other > number or (kind.fixed and self_.fixed):
                    met += [_foreign(word, other) for word in self_.met_by]
                    dated += [_foreign(word, other) for word in self_.dated]
        seen = _like(kind, met_by=tuple(met), dated=tuple(dated), waits=tuple(waits))
        seen.__dict__["triggers"] = tuple(starts)  # what its successor begins anew ends what stood
        return seen

    def selves(self, number: int, name: str, other: int) -> list[DutyKind]:
        """What a kind of duty of one era is in another: one at most later on, any number before."""
        names = [name]
        for step in range(number + 1, other + 1):
            names = [new for one in names if (new := self.eras[step].moves.get(one)) is not None]
        for step in range(number, other, -1):
            names = [old for old, new in self.eras[step].moves.items() if new in names]
        duties = self.eras[other].law.duties
        return [duties[one] for one in names if one in duties]

    def newest_name(self, number: int, name: str) -> str:
        """What a kind of duty of one era is called as long as it goes on."""
        for era in self.eras[number + 1 :]:
            name = era.moves.get(name) or name
        return name


def _foreign(word: str, era: int) -> str:
    """A name that no law knows: no name in a file has this sign."""
    return f"{word}@{era}"


def _like(model: M, **changes: object) -> M:
    """The same model with other fields, and nothing kept of what was worked out from the old ones."""
    held = {name: getattr(model, name) for name in type(model).model_fields}
    return type(model).model_construct(**held | changes)


class _EraBook(_Book):
    """The rules of one era at work on the whole history."""

    before: _EraBook | None = None
    after: _EraBook | None = None

    def __init__(self, lives: Lives, number: int, calendar: Calendar) -> None:
        definition, task = lives.seen_from(number)
        super().__init__(definition, task, calendar, ())
        self.lives, self.number, self.era = lives, number, lives.eras[number]

    @cached_property
    def until(self) -> date:
        """The day on which the next law came; ``FOREVER`` if none did."""
        return self.after.era.since if self.after is not None else FOREVER

    def own(self) -> list[_Draft]:
        """The duties that were born in this era, under their newest names."""
        found = []
        for name, kind in self.definition.duty_order:
            drafts = [draft for draft in self.of_kind(name, kind) if self._born_here(name, kind, draft)]
            for draft in drafts:
                draft.kind = self.lives.newest_name(self.number, name)
                if self.before is not None and not self._before(name):
                    draft.born = max(draft.born, self.era.since)
                self._end(name, draft)
            found += drafts
        return found

    def _born_here(self, name: str, kind: DutyKind, draft: _Draft) -> bool:
        if kind.fixed:
            return self.era.since < draft.nominal <= self.until
        if kind.triggers or draft.after:
            return self.era.first <= draft.after <= self.era.last
        return not any(_form(old) == _form(kind) for old in self._before(name))

    def _before(self, name: str) -> Sequence[DutyKind]:
        """What a kind was in the era before."""
        return self.lives.selves(self.number, name, self.number - 1) if self.number else ()

    def _end(self, name: str, draft: _Draft) -> None:
        """What the next law says ends with this one counts no more, unless it was missed."""
        following = self.lives.eras[self.number + 1 :]
        for era in following:
            if name in era.moves and era.moves[name] is None:
                draft.supersede(era.since)
            name = era.moves.get(name) or ""

    def _starts(self, name: str, kind: DutyKind) -> Sequence[Start]:
        """Fixed dates of every era stand in one row, for an act goes to the nearest, whichever law it is of."""
        if not kind.fixed:
            return super()._starts(name, kind)
        return [*self._earlier(name), *self._mine(name), *self._later(name)]

    def _mine(self, name: str) -> list[Start]:
        """The dates that fall into this era; who was excused from a day before the change is excused from it after."""
        kind, root = self.definition.duties[name], self._root(name)
        first = (
            self._add(self.era.since, kind.notice) if self.before is not None and not self._before(name) else date.min
        )
        return [
            start._replace(key=root + start.key.removeprefix(name))
            for start in super()._starts(name, kind)
            if self.era.since < start.nominal <= self.until and start.nominal >= first
        ]

    def _earlier(self, name: str) -> list[Start]:
        before = self.before
        olds = self._fixed_before(name) if before is not None else []
        found = [start for old in olds if before is not None for start in (*before._earlier(old), *before._mine(old))]
        return sorted(found, key=lambda start: start.nominal)

    def _later(self, name: str) -> list[Start]:
        after = self.after
        new = after.era.moves.get(name) if after is not None else None
        if after is None or new is None or not after.definition.duties[new].fixed:
            return []
        return [*after._mine(new), *after._later(new)]

    def _root(self, name: str) -> str:
        """The first name of a kind that falls due on fixed dates, by which its days are known."""
        olds = self._fixed_before(name)
        return self.before._root(olds[0]) if self.before is not None and olds else name

    def _fixed_before(self, name: str) -> list[str]:
        """What a kind was called in the era before, if it was owed on fixed dates then."""
        before = self.before.definition.duties if self.before is not None else {}
        return [old for old, new in self.era.moves.items() if new == name and old in before and before[old].fixed]


def _form(kind: DutyKind) -> str:
    return "fixed" if kind.fixed else "triggered" if kind.triggers else "standing"
