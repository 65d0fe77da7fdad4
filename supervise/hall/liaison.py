"""The liaison's side of the hall: who may do what now, and doing it, one act or a thousand on the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from supervise.errors import Problem, Refused, Stale, SuperviseError, did_you_mean
from supervise.hall.desk import Desk
from supervise.hall.written import unfit
from supervise.people import Actor
from supervise.records import Task
from supervise.rules import effects
from supervise.store import retired, tasks
from supervise.store.tables import KEY, NAME
from supervise.workflows.fields import FieldError, listed_parts, shaped
from supervise.workflows.guards import Companion
from supervise.workflows.lifecycle import Button, Lifecycle, Step

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from supervise.store.statements import Work

Made = list[Task | SuperviseError]
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Act:
    """Something that someone wants to do to a task.

    Args:
        code: the task.
        action: name in its definition.
        by: who acts.
        data: field → value.
        day: the day it happens; today if not given.
        key: a retried request with the same key is answered with the first result.
        seen: version of the task the actor was looking at.

    Raises:
        Refused: A04 when the day is none, or a name or key is longer than any database keeps or not to be written.
    """

    code: str
    action: str
    by: Actor
    data: Mapping[str, Any] = field(default_factory=dict)
    day: date | None = None
    key: str = ""
    seen: int | None = None

    def __post_init__(self) -> None:
        day = self.day
        if day is not None and (isinstance(day, datetime) or not isinstance(day, date)):
            raise self._wrong("day", f"办理之日应是 date,不能是 {day!r}")
        texts = (("code", self.code, None), ("action", self.action, None), ("by", self.by.id, NAME))
        for name, text, most in (*texts, ("key", self.key or "", KEY)):
            if not isinstance(text, str):
                raise self._wrong(name, f"应是文字,不能是 {text!r}")
            if why := unfit(text, most):
                raise self._wrong(name, why)

    def _wrong(self, path: str, text: str) -> Refused:
        return Refused(Problem("A04", text, task=str(self.code), path=path))


class Liaison(Desk):
    """Acts of people, and what they can do."""

    def advance(
        self,
        session: Session,
        code: str,
        action: str,
        by: Actor,
        day: date | None = None,
        key: str = "",
        seen: int | None = None,
        **data: Any,
    ) -> Task:
        """Let someone do something to a task, after everything the clock had to settle by then.

        Args:
            session: the caller's; flushed, never committed.
            code: the task.
            action: name in its definition.
            by: who acts.
            day: the day it happens; today if not given.
            key: a retried request with the same key is answered with the first result.
            seen: version of the task the actor was looking at.
            data: field → value.

        Raises:
            Refused: with everything that is wrong and what can be done instead; T06 when the task is in an archive.
            Stale: when someone else was first.
            Unknown: no such task.
        """
        return self.advance_many(session, [Act(code, action, by, data, day, key, seen)])[0]

    def advance_many(self, session: Session, acts: Sequence[Act]) -> tuple[Task, ...]:
        """Do many things at once, all or none, each on what the ones before it left.

        Args:
            session: the caller's; flushed, never committed.
            acts: in order.

        Returns:
            for each act its task, as it stands after all of them.

        Raises:
            Refused, Stale, Unknown: as ``advance``, with the problems of every act that failed.
        """
        return settled(self.attempt(session, acts, all_or_none=True))

    def attempt(
        self, work: Work, acts: Sequence[Act], known: Mapping[str, Task] = NOTHING, all_or_none: bool = False
    ) -> Made:
        """Do what can be done of many things; whoever asked gets his task, or why not.

        Args:
            work: the caller's session, or a connection of our own.
            acts: in order.
            known: tasks as they were last seen on record, by code; if one has changed since, all is ``Stale``.
            all_or_none: write nothing if anything fails.

        Raises:
            Stale: when a task was changed by someone else meanwhile; nothing may then be kept.
        """
        keys = self._done_before(work, acts)  # before the tasks: whose key is found must find his act in the task
        done = {act.code for act in acts if act.key in keys}
        known = {code: task for code, task in known.items() if code not in done}
        book = _Book(self._loaded(work, acts, known), keys)
        made = [self._attempt(work, book, act) for act in acts]
        if all_or_none and any(isinstance(one, SuperviseError) for one in made):
            return made
        kept = book.tasks | {task.code: task for task in self.save(work, list(book.steps.values()))}
        return [one if isinstance(one, SuperviseError) else kept[one.code] for one in made]

    def _loaded(self, work: Work, acts: Sequence[Act], known: Mapping[str, Task]) -> dict[str, Task]:
        found = {act.code: known[act.code] for act in acts if act.code in known}
        rest = {act.code for act in acts} - found.keys()
        return found | tasks.standing(work, self.district, rest) if rest else found

    def _done_before(self, work: Work, acts: Sequence[Act]) -> dict[str, tuple[str, str]]:
        keys = {act.key for act in acts if act.key}
        events = (tasks.by_key(work, self.district, key) for key in sorted(keys))
        return {event.key: (event.task, event.action) for event in events if event is not None}

    def _attempt(self, work: Work, book: _Book, act: Act) -> Task | SuperviseError:
        steps = dict(book.steps)
        try:
            task = book.task(act.code)
            if task is None:
                return self.absent(work, act.code)
            done = book.keys.get(act.key) or (_done_in(task, act.key) if act.seen not in (None, task.version) else None)
            if done is not None:
                return self._repeated(task, act, done)
            step = self.decided(work, task, act)
            book.enter(act.code, step)
            lifecycle = self.law(work, task)
            if act.action in lifecycle.reaching:
                self._reach(work, book, lifecycle, step.task, act.by)
            if act.key:
                book.keys[act.key] = act.code, act.action
            return task
        except SuperviseError as error:
            book.steps = steps
            return error

    def decided(self, work: Work, task: Task, act: Act) -> Step:
        """What an act gives on a task as it stands; nothing is written.

        Raises:
            Refused: with everything that is wrong and what can be done instead; A22 when an order lacks its ground.
            Stale: when the actor was looking at another version of the task.
        """
        lifecycle = self.law(work, task)
        if act.seen is not None and act.seen != task.version:
            raise _too_late(lifecycle, task, act.seen)
        day = act.day or self.today()
        actor, data = self.acting(act.by, task, day), self._named(work, lifecycle, act.code, act.data, day)
        step = lifecycle.advance(task, act.action, actor, day, data, act.key)
        return effects.by_hand(self.ladders(""), lifecycle, step)

    def _reach(self, work: Work, book: _Book, lifecycle: Lifecycle, task: Task, by: Actor) -> None:
        """What an act does beyond its task: it opens the parts it is split into, and acts on the tasks it names."""
        event = task.events[-1]
        codes = [part["code"] for part in event.changes.get("parts", ())]
        for code in codes and [*tasks.standing(work, self.district, codes)]:
            raise Refused(Problem("T02", f"{code} 已经交办过,编码不能重复", task=task.code))
        for part in event.data[lifecycle.definition.field_of("parts", event.data)] if codes else ():
            opened = replace(
                task, code=part["code"], text=part["text"], title="", lead=tuple(part["lead"]), co=(),
                due=date.fromisoformat(part["due"]), parent=task.code, targets=(),
            )  # fmt: skip
            book.enter(part["code"], lifecycle.open(opened, self.acting(by, opened, event.day), event.day))
        for companion in lifecycle.companions(event, task):
            self._accompany(work, book, companion, task, by)

    def _accompany(self, work: Work, book: _Book, companion: Companion, task: Task, by: Actor) -> None:
        other = book.task(companion.code) or tasks.standing(work, self.district, [companion.code]).get(companion.code)
        if other is None:
            raise self.absent(work, companion.code)
        lifecycle, day = self.law(work, other), task.events[-1].day
        if companion.part and lifecycle.closed_on(other) is not None:
            return  # whose whole is closed has nobody to report to
        spec = lifecycle.definition.actions.get(companion.action)
        names = lifecycle.definition.field_of("task", spec.needs) if spec is not None else ""
        data = {names: task.code} if names else {}
        actor = self.acting(by, other, day)
        step = lifecycle.advance(other, companion.action, actor, day, data, via=companion)
        book.enter(companion.code, step)

    def _repeated(self, task: Task, act: Act, done: tuple[str, str]) -> Task | Refused:
        if done == (act.code, act.action):
            return task
        return Refused(Problem("A10", f"幂等键“{act.key}”已用于 {done[0]} 的另一次办理", task=act.code))

    def _named(
        self, work: Work, lifecycle: Lifecycle, code: str, data: Mapping[str, Any], day: date
    ) -> Mapping[str, Any]:
        """Form data with units under their canonical names, and other tasks that are there."""
        named: dict[str, Any] = {}
        for name, value in data.items():
            spec = lifecycle.definition.fields.get(name) if value else None
            if spec is None:
                continue
            try:
                shaped(spec, value)
            except FieldError as error:
                raise Refused(Problem("A04", f"{spec.label}:{error}", task=code, path=name)) from None
            if spec.kind == "units":
                named[name] = [self._unit(word, code, name, day) for word in _words(value)]
            elif spec.kind == "parts":
                named[name] = [self._part(part, code, name, day) for part in _listed(value, code, name)]
            elif spec.kind == "task" and not tasks.standing(work, self.district, [str(value).strip()]):
                raise Refused(
                    [replace(p, task=code, path=name) for p in self.absent(work, str(value).strip()).problems]
                )
        return {**data, **named} if named else data

    def _part(self, part: Mapping[str, Any], code: str, field: str, day: date) -> dict[str, Any]:
        return {**part, "lead": [self._unit(word, code, field, day) for word in _words(part.get("lead") or ())]}

    def _unit(self, word: str, code: str, field: str, day: date) -> str:
        unit = self.directory.unit(word, day)
        if unit is None:
            hint = did_you_mean(word, [u.name for u in self.directory.units(day)])
            raise Refused(Problem("A04", f"没有“{word}”这个单位{hint}", task=code, path=field))
        return unit.name

    def allowed(self, session: Session, code: str, by: Actor, day: date | None = None) -> tuple[Button, ...]:
        """What someone can do to a task now, and which fields each act asks for; nothing to one in an archive."""
        task, day = self.load(session, code), day or self.today()
        if retired.pointers(session, self.district, [code]):
            return ()
        return self.law(session, task).allowed(task, self.acting(by, task, day), day)


def settled(made: Made) -> tuple[Task, ...]:
    """The tasks, if all went well.

    Raises:
        SuperviseError: of the kind of the first failure, with the problems of all.
    """
    failed = [one for one in made if isinstance(one, SuperviseError)]
    if failed:
        raise type(failed[0])([problem for one in failed for problem in one.problems])
    return tuple(one for one in made if isinstance(one, Task))


@dataclass(slots=True)
class _Book:
    """What a row of acts has come to: tasks on record, keys used, and the steps taken so far."""

    tasks: dict[str, Task]
    keys: dict[str, tuple[str, str]]
    steps: dict[str, Step] = field(default_factory=dict)

    def task(self, code: str) -> Task | None:
        return self.steps[code].task if code in self.steps else self.tasks.get(code)

    def enter(self, code: str, step: Step) -> None:
        before = self.steps.get(code)
        self.steps[code] = before.then(step) if before is not None else step


def _listed(value: Any, code: str, field: str) -> list[dict[str, Any]]:
    try:
        return listed_parts(value)
    except FieldError as error:
        raise Refused(Problem("A04", str(error), task=code, path=field)) from None


def _words(value: Any) -> Iterable[str]:
    words = value.replace("、", ";").replace(",", ";").split(";") if isinstance(value, str) else value
    return (word.strip() for word in words)


def _done_in(task: Task, key: str) -> tuple[str, str] | None:
    """What was done to a task under a key, between the look at the keys and the look at the task."""
    return next(((task.code, event.action) for event in task.events if key and event.key == key), None)


def _too_late(lifecycle: Lifecycle, task: Task, seen: int) -> Stale:
    state = lifecycle.wording.state(task.state)
    text = f"别人先办了一步:{task.code} 现处于“{state}”(第 {task.version} 步,您看到的是第 {seen} 步)"
    return Stale(Problem("S01", text, task=task.code, help="请重新打开这项任务再办"))
