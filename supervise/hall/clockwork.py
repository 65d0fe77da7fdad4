"""The clock's side of the hall: a night over all tasks that wait for the day, in pieces that stand on their own.

Tasks on which the same has become due are decided once and written together (``Likenesses``, ``Mould``); all others
go one by one, through ``look``. A piece that was written is done: who comes again after a kill, an outage or a full
stop finds only what is left, for every task that was looked at says itself when it is to be looked at next.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from supervise.collecting import undisturbed
from supervise.errors import Problem, Refused
from supervise.facts import Known
from supervise.hall.almanac import Almanac
from supervise.hall.liaison import Liaison
from supervise.hall.likenesses import Kin, Likenesses
from supervise.hall.nights import KEPT, NAMED, Done, Piece, TickReport
from supervise.records import Event, Task, replay
from supervise.rules import escalation, reminders
from supervise.rules.escalation import Proposal
from supervise.store import outbox, seals, sweeping, tasks
from supervise.store.casting import Casts, Mould
from supervise.workflows.lifecycle import Lifecycle, Step

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

CHUNK, PAGE = 1000, 20_000
"""Tasks written at once, and the most codes of tasks held in memory."""
SEALED = 5000
"""Tasks that one seal names beside those that the clock acted on."""
QUIET, WAITED = timedelta(days=365), timedelta(days=31)
"""A leap of the clock: so long after all that is on record, while a task has waited so long to be looked at.

An office whose clock runs every night may well be quiet for a year; then no task has waited. A year is what a wrong
digit in a year makes at the least.
"""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Looked:
    """What the clock has to do to one task."""

    step: Step
    proposals: tuple[Proposal, ...] = ()
    letters: tuple[outbox.Letter, ...] = ()


class Clock(Liaison, Almanac):
    """The clock: what became due by itself."""

    def tick(
        self, session: Session, day: date | None = None, progress: Progress | None = None, far: bool | None = None
    ) -> TickReport:
        """Let the clock run to ``day``: settle what became true, send the orders that are due, seal what changed.

        Running it again, late, or twice at once changes no state and no score.

        Args:
            session: the caller's; flushed, never committed.
            day: today if not given.
            progress: told how many tasks of how many are done.
            far: whether the day may lie a year or more after all that is on record; if not said, only a day that was
                given may, for a machine's clock can be wrong.

        Raises:
            Refused: T13 when it does and may not.
        """
        sweep = self.sweep(day, progress, far)
        while (piece := sweep.go(session)) is not None:
            sweep.keep(piece)
        while sweep.seal(session):
            pass
        return sweep.report(session)

    def sweep(self, day: date | None = None, progress: Progress | None = None, far: bool | None = None) -> Sweep:
        """A run of the clock in pieces, for who owns the transactions; see ``Service.tick``."""
        return Sweep(self, day or self.today(), progress, far=day is not None if far is None else far)

    def must_be_near(self, session: Session, day: date) -> None:
        """See that the clock makes no leap: what it marks as missed is missed for ever.

        Raises:
            Refused: T13, with what is on record and how many tasks it would have looked at.
        """
        newest = sweeping.newest(session, self.district)
        if newest is None or day - newest < QUIET:
            return
        first = sweeping.waking(session, self.district, day, 1, date.min)
        if not first or day - first[0][1] < WAITED:
            return
        number = sweeping.left(session, self.district, day)
        text = f"最近一条记录是 {newest},走到 {day} 隔了一年以上:{number} 项任务这期间到点的会记作逾期,改不回来"
        help_ = "请核对日期和这台机器的时钟;确要走到那一天(演练,或停用很久又启用),加 --ahead"
        raise Refused(Problem("T13", text, help=help_))

    def look(self, session: Session, lifecycle: Lifecycle, task: Task, day: date) -> Looked:
        """What the clock has to do to one task by ``day``: settle, press, remind; saving tells when to look next.

        Whoever adds to it says in ``Watch`` what his part looks at, or sees to it that such tasks are not ``alike``.
        """
        step, proposals = lifecycle.settle(task, day), list[Proposal]()
        for ladder in self.ladders(lifecycle.definition.workflow):
            self.must_be_approved(session, ladder.name, self.folder.rules[ladder.name].text)
            pressed = escalation.press(ladder, lifecycle, step.task, day)
            step = step.then(pressed.step)
            proposals += pressed.proposals
        return Looked(step, tuple(proposals), tuple(self._notices(session, lifecycle, step.task, day)))

    def _notices(self, session: Session, lifecycle: Lifecycle, task: Task, day: date) -> Iterator[outbox.Letter]:
        """What is to be said of the limits of a task that are near; what was said before is among it."""
        rules, calendar = self.reminders(lifecycle.definition.workflow), lifecycle.calendar_of(task)
        for one in rules:
            self.must_be_approved(session, one.name, self.folder.rules[one.name].text)
        for notice in reminders.notices(rules, lifecycle.situation(task), day) if rules else ():
            duty, label = notice.duty, lifecycle.wording.duty(notice.duty.kind)
            left = calendar.workdays_between(day, duty.due)
            when = f"还有 {left} 个工作日" if left else "今天到期"
            when += ",放假安排未公布,日期待定" if lifecycle.unsure(task, duty) else ""
            text = f"{task.code} “{label}”{duty.due} 到期({when}):{task.text}"
            yield outbox.Letter(task.code, notice.key, "notice", "notice", notice.start, notice.to, text, self.now())

    def mould(self, session: Session, step: Step, day: date) -> Mould | None:
        """What a step leaves of its task, ready to be done to others; ``None`` if listeners must hear of each."""
        if not self._listeners.keys().isdisjoint(event.action for event in step.events):
            return None
        self.must_be_approved(session, step.task.definition)
        saving, _ = self._saving(session, step, day)
        (task,), sheet = tasks.written(self.district, [saving], self.now(), self.algorithm)
        linked = replace(saving, task=task, events=task.events[-len(saving.events) :])
        return Mould(self.district, linked, sheet, self.law(session, step.task).definition.roles, self.algorithm)


@dataclass(slots=True)
class _Todo:
    """What one piece has come to and not yet written.

    Args:
        casts: of what was decided once.
        sealed: whether a seal will name what was cast at once.
        steps: what was decided for one task.
        quiet: of tasks to which nothing is done, the version and the day to look again.
        letters: notices ahead of limits.
    """

    casts: Casts
    sealed: bool
    steps: list[Step] = field(default_factory=list)
    quiet: dict[str, tuple[int, date]] = field(default_factory=dict)
    letters: list[outbox.Letter] = field(default_factory=list)


class Sweep:
    """One run of the clock over everything that waits for a day.

    Args:
        office: whose tasks.
        day: up to which it looks.
        progress: told how many tasks of how many are done.
        alike: by what it is told which tasks are decided once; with neither each goes by itself.
        far: whether the day may lie a year or more after all that is on record.
    """

    def __init__(
        self,
        office: Clock,
        day: date,
        progress: Progress | None = None,
        alike: Collection[str] = ("facts", "past"),
        far: bool = True,
    ) -> None:
        self.office, self.day, self.progress, self.alike = office, day, progress, alike
        self._far = far
        self.total: int | None = None
        self._page: list[str] = []
        self._since, self._most, self._last = date.min, CHUNK, False
        self._passed: set[str] = set()  # looked at, and waiting still
        self._before: frozenset[str] = frozenset()
        self.likenesses = Likenesses(office, day)
        self._held: set[str] = set()
        self._second = False
        self._whole = Piece(())

    def go(self, session: Session) -> Piece | None:
        """Do the next piece, of which nothing is remembered until ``keep``; ``None`` when there is none.

        Raises:
            Stale: when others were in the way; the piece may be tried again.
            Refused: T13 when the day lies too far ahead; nothing was done.
        """
        if not self._far:
            self.office.must_be_near(session, self.day)
            self._far = True  # what it does itself is on record by then
        codes = self._next(session)
        if not codes:
            return None
        with undisturbed():
            return self._done(session, codes)

    def _done(self, session: Session, codes: list[str]) -> Piece:
        office = self.office
        seals.begin(session)
        seals_here = seals.mine(session, office.district)
        known = sweeping.known(session, office.district, codes, self.day)
        piece = Piece(codes, len(known))
        here = {one.code for one in known}
        piece.held = [code for code in codes if code not in here]
        todo = _Todo(Casts(session.connection(), office.district), seals_here)
        rest = self._by_facts(session, piece, todo, known)
        alone = self._by_past(session, piece, todo, known, rest)
        self._one_by_one(session, piece, todo, alone)
        self._write(session, piece, todo)
        piece.sealed = bool(seals_here and todo.casts.heads) and self._seal(session, todo.casts, known)
        return piece

    def keep(self, piece: Piece) -> None:
        """Know that a piece is on record."""
        del self._page[: len(piece.codes)]
        self._held |= set(piece.held)
        self._passed |= {*piece.held}
        whole = self._whole
        whole.looked_at += piece.looked_at
        whole.sealed = piece.sealed
        whole.events += piece.events[: KEPT - len(whole.events)]
        whole.proposals += piece.proposals
        whole.notices += piece.notices[: KEPT - len(whole.notices)]
        whole.noticed += piece.noticed
        for (definition, action, rung), (number, codes) in piece.did.items():
            before, named = whole.did.get((definition, action, rung), (0, []))
            whole.did[definition, action, rung] = before + number, [*named, *codes][:NAMED]
        if self.progress is not None and self.total:
            self.progress(min(whole.looked_at, self.total), self.total)

    def seal(self, session: Session) -> bool:
        """Seal some of what changed otherwise since the last seal; whether there may be more."""
        if self._whole.sealed:
            return False
        office = self.office
        made = seals.make(session, office.district, "tick", office.now(), office.algorithm, most=SEALED)
        return made is not None

    def report(self, session: Session) -> TickReport:
        """What was done so far, and what is left."""
        office, whole = self.office, self._whole
        did = tuple(Done(*key, number, tuple(codes)) for key, (number, codes) in whole.did.items())
        left = sweeping.left(session, office.district, self.day) if self._unfinished else 0
        return TickReport(
            self.day,
            whole.looked_at,
            did,
            tuple(whole.events),
            tuple(whole.proposals),
            min(len(self._held), left),
            left,
            tuple(whole.notices),
            whole.noticed,
        )

    @property
    def _unfinished(self) -> bool:
        return bool(self._page or self._held) or not self._second

    def _next(self, session: Session) -> list[str]:
        """The codes of the next piece; those that somebody was acting on are tried once more at the end."""
        if self.total is None and self.progress is not None:
            self.total = sweeping.left(session, self.office.district, self.day)
        while not self._page:
            if self._last and not self._held:
                self._second = True
                return []
            most = self._most + len(self._passed)
            found = sweeping.waking(session, self.office.district, self.day, most, self._since)
            codes = {code for code, _ in found}
            self._passed |= codes & self._before  # they were looked at, and it changed nothing: a clock set back
            self._page = sorted(codes - self._passed)
            self._last = len(found) < most
            self._before = frozenset(self._page)
            if self._page:
                self._since = found[-1][1] if len(found) == most else self._since
                # small at first: a database that takes all for due would else rather read every task
                self._most = min(2 * self._most, PAGE)
            elif self._second or not self._held:
                self._second = True
                return []
            else:
                self._second, self._last, self._since = True, False, date.min
                self._passed -= self._held
                self._held.clear()
                self._before = frozenset()
        return self._page[:CHUNK]

    def _by_facts(self, session: Session, piece: Piece, todo: _Todo, known: Sequence[Known]) -> list[str]:
        """Do to all of which the same stands on record what must be done to one of them; the codes of the others."""
        groups, done = self.likenesses.by_facts(session, known) if "facts" in self.alike else [], set[str]()
        models = tasks.standing(session, self.office.district, [group[0].code for group in groups])
        for group in groups:
            task = models.get(group[0].code)
            if task is not None and self._alike(session, piece, todo, Kin(task, group)):
                done.update(one.code for one in group)
        return [one.code for one in known if one.code not in done]

    def _by_past(
        self, session: Session, piece: Piece, todo: _Todo, known: Sequence[Known], codes: Sequence[str]
    ) -> list[Task]:
        """Do to all with the same past what must be done to one of them; the others in full."""
        pasts, here = tasks.pasts(session, self.office.district, codes), {one.code: one for one in known}
        done = set[str]()
        for kin in self.likenesses.by_past(session, pasts, here) if "past" in self.alike else ():
            if self._alike(session, piece, todo, kin):
                done.update(one.code for one in kin.tasks)
        return [replay(events) for code, events in pasts.items() if code not in done]

    def _alike(self, session: Session, piece: Piece, todo: _Todo, kin: Kin) -> bool:
        """Decide one of some that are alike, and do the same to all; ``False`` if it is nothing that can be cast."""
        office, task, group = self.office, kin.task, kin.tasks
        lifecycle = office.law(session, task)
        looked = office.look(session, lifecycle, task, self.day)
        letters = kin.told(looked.letters)
        if letters is None:
            return False
        if not looked.step.path:
            wake = office.wake(lifecycle, task, self.day, looked=True)
            todo.quiet |= {one.code: (one.version, wake) for one in group}
        else:
            mould = office.mould(session, looked.step, self.day)
            if mould is None or not (mould.sound if kin.swaps is None else mould.fits(kin.names)):
                return False
            todo.casts.cast(mould, group, todo.sealed)
            self._tell(piece, lifecycle, mould.saving.events, [(one.code, one.version) for one in group])
        todo.letters += letters
        piece.proposals += [replace(p, task=one.code) for one in group for p in looked.proposals]
        return True

    def _one_by_one(self, session: Session, piece: Piece, todo: _Todo, alone: Iterable[Task]) -> None:
        office = self.office
        for task in alone:
            lifecycle = office.law(session, task)
            looked = office.look(session, lifecycle, task, self.day)
            piece.proposals += looked.proposals
            todo.letters += looked.letters
            if looked.step.path:
                todo.steps.append(looked.step)
                self._tell(piece, lifecycle, looked.step.events, [(task.code, task.version)])
            else:
                todo.quiet[task.code] = task.version, office.wake(lifecycle, task, self.day, looked=True)

    def _write(self, session: Session, piece: Piece, todo: _Todo) -> None:
        self.office.save(session, todo.steps, self.day)
        todo.casts.write()
        tasks.set_wake(session, self.office.district, todo.quiet)
        told = outbox.add(session, self.office.district, todo.letters)
        piece.notices += told[: max(KEPT - len(self._whole.notices), 0)]
        piece.noticed += len(told)

    def _tell(
        self, piece: Piece, lifecycle: Lifecycle, events: Sequence[Event], whose: Sequence[tuple[str, int]]
    ) -> None:
        """Note what was done to some tasks, each of which had so many events before."""
        words = self.office.rung_words(lifecycle.definition.workflow)
        for number, event in enumerate(events, start=1):
            rung = next((str(value) for value in event.data.values() if str(value) in words), "")
            piece.count(event.definition, event.action, rung, [code for code, _ in whose])
            room = max(KEPT - len(self._whole.events) - len(piece.events), 0)
            piece.events += [replace(event, task=code, seq=had + number, hash="") for code, had in whose[:room]]

    def _seal(self, session: Session, casts: Casts, known: Iterable[Known]) -> bool:
        """Name the new heads of what was cast, and some of what else changed, in one seal; whether that was all."""
        office, before = self.office, {one.code: one for one in known}
        cast = [before[code] for code, _, _ in casts.heads]
        seen = {one.code: one.version for one in cast if not one.unsealed}
        seen |= seals.versions(session, office.district, [one.code for one in cast if one.unsealed])
        return seals.name(session, office.district, "tick", office.now(), office.algorithm, casts.heads, seen, SEALED)
