"""Which of the tasks that are due are alike: by what stands on record of them, or else by their whole past.

What stands on record is read quickly and tells most tasks apart from what they are not (``Watch``). Where it does not
tell all that a decision follows from, the history does (``Pasts``): it is read in any case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from supervise.facts import Known
from supervise.hall.almanac import Almanac
from supervise.hearing import post_and_role, unit_and_post
from supervise.phrases import CALENDAR
from supervise.records import PARTIES, Event, Task, replay
from supervise.rules.entries import Run, Times
from supervise.rules.ladder import Ladder, Rung
from supervise.store import sweeping
from supervise.store.outbox import Letter
from supervise.workflows.definition import Definition
from supervise.workflows.pasts import Pasts
from supervise.workflows.watching import Watch

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Kin:
    """Tasks that are alike.

    Args:
        task: one of them, in full.
        tasks: all of them.
        swaps: where they have the same past: for each of them, who in it stands for whom in ``task``.
        text: where they have the same past: tells what one of them is about, by code.
    """

    task: Task
    tasks: Sequence[Known]
    swaps: Sequence[Mapping[str, str]] | None = None
    text: Callable[[str], str] = str

    @property
    def names(self) -> Collection[str]:
        """Those in ``task`` that stand for others in other tasks."""
        return self.swaps[0].keys() if self.swaps else ()

    def told(self, letters: Sequence[Letter]) -> list[Letter] | None:
        """Letters about ``task`` as all are told them; ``None`` if they cannot be put into other names."""
        if not letters:
            return []
        ends = f":{self.task.text}"
        said = [f"{letter.ref} {letter.text.removesuffix(ends)}" for letter in letters]
        if self.swaps is None or any(name in text for text in said for name in self.names):
            return None
        return [
            replace(
                letter, task=one.code, to=tuple([_swapped(name, swap) for name in letter.to]),
                text=f"{one.code}{letter.text.removesuffix(ends).removeprefix(self.task.code)}:{self.text(one.code)}",
            )
            for one, swap in zip(self.tasks, self.swaps, strict=True) for letter in letters
        ]  # fmt: skip


def _swapped(name: str, swap: Mapping[str, str]) -> str:
    """The name on a letter, a unit's or that of a post in it, for another unit."""
    unit, post = unit_and_post(name)
    return swap.get(unit, unit) + name[len(unit) :] if post else swap.get(name, name)


class Likenesses:
    """What the clock has in mind during a night to tell tasks apart.

    Args:
        office: whose tasks.
        day: up to which the clock looks.
    """

    def __init__(self, office: Almanac, day: date) -> None:
        self.office, self.day = office, day
        self._watches: dict[str, Watch] = {}
        self._laws: dict[str, Definition] = {}
        self._traits: dict[str, Hashable] = {}
        self._pasts = Pasts(self._laws, office.rung_words(""), self._trait)

    def by_facts(self, session: Session, known: Sequence[Known]) -> list[list[Known]]:
        """Tasks on which the clock must do the same; those it has acted on before are not among them."""
        district, keys = self.office.district, dict[str, str]()
        watches = [self._watch(session, name) for name in sorted({one.definition for one in known})]
        aside = frozenset[str]().union(*(watch.aside for watch in watches))
        apart = sweeping.have_done(session, district, [one.code for one in known], aside) if aside else set()
        near = [one for one in known if one.code not in apart]
        found: dict[Hashable, list[Known]] = defaultdict(list)
        for one in sweeping.alike(session, district, near, _asking(watches), self.day):
            watch = self._watch(session, one.definition)
            likeness = watch.likeness(one, self.day)
            if likeness is not None:
                found[likeness] += one.tasks
                done = list(watch.done(one, self.day))
                keys |= {task.code + key: task.code for task in one.tasks for key in done}
        recorded = sweeping.recorded(session, district, list(keys)) if keys else set()
        acted = {keys[key] for key in recorded}
        groups = (
            [[one for one in group if one.code not in acted] for group in found.values()] if acted else found.values()
        )
        return [group for group in groups if len(group) > 1]

    def by_past(
        self, session: Session, pasts: Mapping[str, Sequence[Event]], known: Mapping[str, Known]
    ) -> Iterator[Kin]:
        """Tasks with the same past, two or more at a time, whatever the clock must do on them."""
        for law in {event.definition for events in pasts.values() for event in events}.difference(self._laws):
            self._laws[law] = self.office.lifecycle(session, law).definition
        found: dict[Hashable, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        for code, events in pasts.items():
            past = self._pasts.of(events)
            if past is not None:
                found[past.seen].append((code, past.names))
        for group in found.values():
            if len(group) > 1:
                code, names = group[0]
                task, swaps = replay(pasts[code]), [dict(zip(names, theirs, strict=True)) for _, theirs in group]
                placed = [_placed(known[other], task, swap) for (other, _), swap in zip(group, swaps, strict=True)]
                yield Kin(task, placed, swaps, lambda other: replay(pasts[other]).text)

    def _trait(self, name: str) -> Hashable:
        """In which parts a unit is not pressed, ladder by ladder."""
        if name not in self._traits:
            ladders = self.office.ladders("")
            self._traits[name] = tuple(ladder.spares((name,), role) for ladder in ladders for role in PARTIES)
        return self._traits[name]

    def _watch(self, session: Session, name: str) -> Watch:
        """What the clock looks at under a law and its ladders."""
        if name not in self._watches:
            lifecycle = self.office.lifecycle(session, name)
            ladders = self.office.ladders(lifecycle.definition.workflow)
            entries = (entry for ladder in ladders for rung in ladder.rungs for entry in rung.when)
            rungs = [entry for entry in entries if not isinstance(entry, Times | Run)]
            told = [post_and_role(word)[1] for ladder in ladders for rung in ladder.rungs for word in rung.tell]
            rules = self.office.reminders(lifecycle.definition.workflow)
            noticed = {kind for rule in rules for notice in rule.notices for kind in notice.duty}
            several = self.office.rearranged(session)
            known = all(plain(ladder) for ladder in ladders) and not (several and self.office.in_use(session).behind)
            aside = {one.action for ladder in ladders for one in ladder.suspends}
            aside |= {CALENDAR} if several else set()
            self._watches[name] = Watch(lifecycle, rungs, told, known, noticed, aside)
        return self._watches[name]


def _placed(one: Known, task: Task, swap: Mapping[str, str]) -> Known:
    """A task with its own names in the parts that others have in ``task``, which has the same past."""
    one.parties = {role: tuple([swap.get(name, name) for name in getattr(task, role)]) for role in PARTIES}
    return one


def _asking(watches: Sequence[Watch]) -> sweeping.Asking:
    """What counts for tasks under some laws."""
    kinds = sorted({kind for watch in watches for kind in (*watch.kinds, *watch.replies)})
    roles = sorted({role for watch in watches for role in watch.roles})
    orders = sorted({watch.lifecycle.pressing for watch in watches} - {""})
    return sweeping.Asking(tuple(kinds), tuple(roles), tuple(orders), any(watch.levels for watch in watches))


def plain(ladder: Ladder) -> bool:
    """Whether a ladder says nothing but what ``Watch`` knows of: what is new sends its tasks one by one."""
    rungs = (
        Rung.model_construct(order=r.order, label=r.label, when=r.when, reply=r.reply, confirm=r.confirm, tell=r.tell)
        for r in ladder.rungs
    )
    known = list(map(vars, ladder.rungs)) == list(map(vars, rungs))
    known = known and not any(isinstance(entry, Times | Run) for rung in ladder.rungs for entry in rung.when)
    return known and all(
        getattr(ladder, name) == field.default for name, field in Ladder.model_fields.items() if name not in _LADDER
    )


_LADDER = {"ladder", "version", "title", "source", "effective", "for_", "suspends", "rungs"}
