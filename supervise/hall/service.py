"""An office with a database of its own: every act is a transaction that is on the disk when the call returns.

For programs that bring no session: a worker, an HTTP server, an import. Where a host has a transaction ``Office`` joins
it; here there is none, so what only collided is tried again, and what threads ask for at the same time on a database
with a single writer goes to the disk together.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, repeat
from random import uniform
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from supervise.errors import Invalid, Problem, Stale, SuperviseError
from supervise.hall.clockwork import Progress
from supervise.hall.deliverer import Deliverer
from supervise.hall.liaison import Act, Made, settled
from supervise.hall.nights import TickReport
from supervise.people import Actor
from supervise.records import Task
from supervise.store.database import sessions_on, writing
from supervise.store.lines import Lines

if TYPE_CHECKING:
    from supervise.channels.port import Channel
    from supervise.hall.clerk import Dealt
    from supervise.hall.reminder import Pick, Reminder, Reminding
    from supervise.rules.reminders import Chase
    from supervise.store.statements import Work

T = TypeVar("T")
PATIENCE, REMEMBERED = 2, 1024
"""Seconds for which what only collided is tried again, and tasks that are remembered."""


class Service:
    """One office at one database; any number of threads may use it at once.

    Args:
        office: whose law and directory.
        engine: the database, its tables made.
    """

    def __init__(self, office: Reminder, engine: Engine) -> None:
        self.office, self.engine = office, engine
        self._lines, self._sessions = Lines(engine), sessions_on(engine)
        self._remembered: dict[str, Task] = {}
        self._queue = _Queue(self._together) if engine.dialect.name == "sqlite" else None

    def __enter__(self) -> Service:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back every connection."""
        self._lines.close()
        self.engine.dispose()

    def advance(
        self,
        code: str,
        action: str,
        by: Actor,
        day: date | None = None,
        key: str = "",
        seen: int | None = None,
        **data: Any,
    ) -> Task:
        """Let someone do something to a task; it is durable when this returns.

        Args:
            code: the task.
            action: name in its definition.
            by: who acts.
            day: the day it happens; today if not given.
            key: a retried request with the same key is answered with the first result.
            seen: version of the task the actor was looking at; then it need not be read again.
            data: field → value.

        Raises:
            Refused: with everything that is wrong and what can be done instead.
            Stale: when ``seen`` is given and someone else was first.
            Unknown: no such task.
        """
        return self.advance_many([Act(code, action, by, data, day, key, seen)])[0]

    def advance_many(self, acts: Sequence[Act]) -> tuple[Task, ...]:
        """Do many things at once, all or none, in one transaction.

        Raises:
            Refused, Stale, Unknown: as ``advance``, with the problems of every act that failed.
        """
        return settled(self._queue.ask(acts) if self._queue is not None else self._try(acts))

    def remind(self, pick: Pick, by: Actor, chase: Chase, day: date | None = None) -> Dealt[Reminding]:
        """Remind of everything that fits, in one transaction; see ``Reminder.remind``.

        Raises:
            Refused, Unknown: as there.
        """
        return self.transact(lambda session: self.office.remind(session, pick, by, chase, day))

    def transact(self, work: Callable[[Session], T]) -> T:
        """Do anything else of the office's, such as a tick, in one transaction; again while it only collided.

        Args:
            work: called with a session of our own, more than once if need be.
        """

        def whole() -> T:
            with writing(self._sessions) as session:
                return work(session)

        def tried() -> T:
            return _again(whole)

        return self._queue.ask(tried) if self._queue is not None else tried()

    def deliverer(self, channels: Mapping[str, Channel], default: str = "") -> Deliverer:
        """Whoever sends what this office has to say.

        Args:
            channels: name → channel, the host's own or those of ``supervise.channels``.
            default: the channel for names that the directory keeps no people for; the first if empty.
        """
        return Deliverer(self, channels, default)

    def tick(
        self,
        day: date | None = None,
        within: float | None = None,
        progress: Progress | None = None,
        far: bool | None = None,
    ) -> TickReport:
        """Let the clock run to ``day`` in pieces, each on the disk before the next begins.

        Ended at any moment, by time or by force, it goes on where it stopped when it is run again; two that run at
        once share the work. See ``Office.tick``.

        Args:
            day: today if not given.
            within: seconds after which no further piece is begun; no limit if not given.
            progress: told how many tasks of how many are done.
            far: whether the day may lie a year or more after all that is on record; see ``Office.tick``.

        Raises:
            Refused: T13 when it does and may not.
            Stale: when others were in the way for too long and nothing was done yet.
        """
        until = None if within is None else monotonic() + within
        sweep = self.office.sweep(day, progress, far)
        begun = False

        def piece() -> bool:
            """One piece; whether there may be more."""
            done = self.transact(sweep.go)
            if done is not None:
                sweep.keep(done)
            return done is not None

        try:
            while (until is None or monotonic() < until) and piece():
                begun = True
            while (until is None or monotonic() < until) and self.transact(sweep.seal):
                begun = True
        except Stale:
            if not begun:
                raise
        return self.transact(sweep.report)

    def _together(self, asked: Sequence[_Ask]) -> None:
        """What several threads asked for, in one transaction if each asked for one act."""
        acts = [one.what[0] for one in asked if not callable(one.what) and len(one.what) == 1]
        if len(asked) > 1 and len(acts) == len(asked):
            for one in asked:
                one.begun = True
            try:
                made = self._once(acts, True, each=True)
            except Exception:
                pass
            else:
                for one, act, what in zip(asked, acts, made, strict=True):
                    # nobody is refused by what we remember: then the record is asked
                    if isinstance(what, SuperviseError) and self._forget([act]):
                        self._alone(one)
                    else:
                        one.answer, one.done = [what], True
                return
        for one in asked:
            self._alone(one)

    def _alone(self, one: _Ask) -> None:
        one.begun = True
        try:
            one.answer = one.what() if callable(one.what) else self._try(one.what)
        except Exception as error:
            one.error = error
        one.done = True

    def _try(self, acts: Sequence[Act]) -> Made:
        """Once, and again while it only collided; then what was remembered may have been the reason.

        At first it is decided before the database is locked, which the claims allow; who collided locks it first.
        """
        locked = chain([len(acts) > 1], repeat(self._queue is not None))
        return _again(lambda: self._once(acts, next(locked)), lambda: self._forget(acts))

    def _once(self, acts: Sequence[Act], locked: bool, each: bool = False) -> Made:
        known = {act.code: task for act in acts if (task := self._recalled(act)) is not None}
        with self._working(locked or len(acts) > 1) as work:
            made = self.office.attempt(work, acts, known, all_or_none=not each)
        if not each and known and any(isinstance(one, SuperviseError) for one in made):
            self._forget(acts)
            return self._once(acts, self._queue is not None)  # now by the record
        self._remember(made)
        return made

    @contextmanager
    def _working(self, locked: bool) -> Iterator[Work]:
        """A transaction, SQLite locked before anything is read or only to write; for listeners a session in it."""
        if self.office.listened:
            with writing(self._sessions) as session:
                yield session
        else:
            with self._lines.transaction(alone=not locked) as line:
                yield line

    def _recalled(self, act: Act) -> Task | None:
        """The task as the actor saw it, if it was last here that it was changed."""
        task = self._remembered.get(act.code) if act.seen is not None else None
        return task if task is not None and task.version == act.seen else None

    def _forget(self, acts: Sequence[Act]) -> bool:
        """Remember some tasks no more, and say whether any was remembered as its actor saw it."""
        recalled = any(self._recalled(act) is not None for act in acts)
        for act in acts:
            self._remembered.pop(act.code, None)
        return recalled

    def _remember(self, made: Made) -> None:
        if len(self._remembered) > REMEMBERED:
            self._remembered.clear()
        self._remembered.update((task.code, task) for task in made if isinstance(task, Task))


def _again(work: Callable[[], T], between: Callable[[], object] = lambda: None) -> T:
    until = monotonic() + PATIENCE
    while True:
        try:
            return work()
        except Stale:
            if monotonic() > until:
                raise
        between()
        sleep(uniform(0.001, 0.02))


@dataclass(slots=True, eq=False)
class _Ask:
    """What one thread wants done, whom he is to do it for, and what came of it."""

    what: Sequence[Act] | Callable[[], Any]
    answer: Any = None
    error: BaseException | None = None
    led: list[_Ask] = field(default_factory=list)
    begun: bool = False
    done: bool = False
    wake: threading.Event | None = None

    def rouse(self) -> None:
        """Let its thread go on, if it waits."""
        if self.wake is not None:
            self.wake.set()


class _Queue:
    """One writes at a time, and takes with him what the others asked for meanwhile.

    Whoever finds nobody writing writes his own at once; who comes meanwhile waits, and the first of them then writes
    for all who wait. So nobody polls for the database's only lock, and one flush of the disk serves many. A thread may
    be interrupted at any moment; that is the end of his own act and of nobody else's.
    """

    def __init__(self, together: Callable[[Sequence[_Ask]], None]) -> None:
        self._together = together
        self._lock = threading.Lock()
        self._waiting: list[_Ask] = []
        self._busy = False

    def ask(self, what: Sequence[Act] | Callable[[], Any]) -> Any:
        """Have it done, by this thread or another, and give what came of it."""
        mine = _Ask(what)
        try:
            with self._lock:
                if self._busy:
                    mine.wake = threading.Event()
                    self._waiting.append(mine)
                else:
                    self._busy, mine.led = True, [mine]
            if mine.wake is not None:
                mine.wake.wait()
            if not mine.done:
                self._together(mine.led)
        finally:
            if mine.led or not mine.done:
                self._leave(mine)
        if mine.error is not None:
            raise mine.error
        return mine.answer

    def _leave(self, mine: _Ask) -> None:
        """Let those go for whom he wrote, and the next one write, for whom he came to nothing too."""
        with self._lock:
            self._waiting = [one for one in self._waiting if one is not mine]
            if not mine.led:
                return
            left = [one for one in mine.led if not one.begun and one is not mine]
            after, self._waiting = [*left, *self._waiting], []
            self._busy = bool(after)
            if after:
                after[0].led = after
        if after:
            after[0].rouse()
        for one in mine.led:
            if one not in left:
                one.error = one.error if one.done else _interrupted()
                one.done = True
                one.rouse()


def _interrupted() -> Invalid:
    help_ = "先用 supervise show 看这一步在不在,再决定要不要重办;写了 --key 的可以直接重办"
    return Invalid(Problem("B09", "替大家入库的线程被中断,不知道这一步入库没有", help=help_))
