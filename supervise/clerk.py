"""The clerk's and the liaison's side of the hall: take in, assign, act, look up, and let the clock run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from supervise.dates import FOREVER
from supervise.desk import Desk
from supervise.errors import Invalid, Problem, Refused, Stale, Unknown, did_you_mean
from supervise.people import Actor
from supervise.reading import Document
from supervise.records import PARTIES, Cut, Duty, Event, Task
from supervise.rules import escalation
from supervise.rules.escalation import Pressed, Proposal
from supervise.shelves import WHOLE
from supervise.store import duties as duty_store
from supervise.store import retired, seals, tasks
from supervise.workflows.lifecycle import Button, Lifecycle, Step

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from supervise.intake.breakdown import Breakdown, Draft
    from supervise.intake.notice import Notice

CHUNK = 500
Many = list  # the hall's own ``list`` hides the word inside the class


@dataclass(frozen=True, slots=True)
class View:
    """A task on a day: itself, its duties, and its law for labels."""

    task: Task
    duties: tuple[Duty, ...]
    lifecycle: Lifecycle


@dataclass(frozen=True, slots=True)
class Owed:
    """One open or missed duty on somebody's list."""

    duty: Duty
    label: str
    outcome: str
    text: str


@dataclass(frozen=True, slots=True)
class TickReport:
    """What the clock did: facts it settled, orders it sent, orders that people must confirm."""

    day: date
    looked_at: int
    events: tuple[Event, ...]
    proposals: tuple[Proposal, ...]


class Clerk(Desk):
    """Everything that moves a task, and the lists people work from."""

    def intake(self, text: str, file: str = "", code: str = "") -> tuple[Notice, Breakdown]:
        """Read a notice into a breakdown that a clerk corrects; nothing is stored.

        Args:
            text: the notice as published.
            file: its name, for messages.
            code: beginning of the task codes, such as ``GF2021``.

        Raises:
            Invalid: when it is empty, no text, or absurdly large.
        """
        from supervise.intake import breakdown as breakdowns
        from supervise.intake import notice as notices

        notice = notices.read(text, file)
        return notice, breakdowns.draft(notice, self.directory, code)

    def assign(
        self,
        session: Session,
        breakdown: Breakdown,
        by: Actor,
        day: date | None = None,
        skip: Iterable[str] = (),
        document: Document | None = None,
    ) -> tuple[Task, ...]:
        """Place every task of a breakdown, all or none.

        Args:
            session: the caller's; flushed, never committed.
            breakdown: as corrected.
            by: who places them.
            day: the day limits count from; today if not given.
            skip: codes that are left out, by name.
            document: the parsed file, for lines in messages.

        Raises:
            Invalid: with everything that keeps any task from being placed.
            Refused: T02 when a code is taken.
        """
        from supervise.intake import breakdown as breakdowns  # a quarter of the time a single `do` takes to start

        day, left_out = day or self.today(), set(skip)
        problems = [p for p in breakdowns.check(breakdown, self.directory, document) if p.task not in left_out]
        known = [draft.code for draft in breakdown.tasks]
        problems += [
            Problem("T03", f"--skip {c}:分解里没有这一项{did_you_mean(c, known)}") for c in left_out - set(known)
        ]
        drafts = [d for d in breakdowns.expand(breakdown, self.directory, day) if d.code not in left_out]
        problems += _limits(breakdown, drafts, day)
        if problems:
            raise Invalid(problems)
        wanted = {d.code for d in drafts}
        away = retired.pointers(session, self.district, sorted(wanted))
        taken = sorted({*tasks.codes(session, self.district), *away} & wanted)
        if taken:
            raise Refused(Problem("T02", f"{taken[0]} 等 {len(taken)} 项已经交办过,编码不能重复", task=taken[0]))
        source = self.folder.definition(breakdown.workflow)
        self.register(session, "workflow", source)
        lifecycle = self.lifecycle(session, source.value.name)
        placed = [_placed(draft, breakdown) for draft in drafts]
        steps = [lifecycle.open(task, self.acting(by, task, day), day) for task in placed]
        self.save(session, steps, day)
        return tuple(step.task for step in steps)

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
        task, day = self.at_hand(session, code), day or self.today()
        done = tasks.by_key(session, self.district, key) if key else None
        if done is not None:
            if (done.task, done.action) != (code, action):
                raise Refused(Problem("A10", f"幂等键“{key}”已用于 {done.task} 的另一次办理", task=code))
            return task
        lifecycle = self.lifecycle(session, task.definition)
        if seen is not None and seen != task.version:
            state = lifecycle.wording.state(task.state)
            text = f"别人先办了一步:{code} 现处于“{state}”(第 {task.version} 步,您看到的是第 {seen} 步)"
            raise Stale(Problem("S01", text, task=code, help="请重新打开这项任务再办"))
        actor = self.acting(by, task, day)
        step = lifecycle.advance(task, action, actor, day, self._named(lifecycle, code, data, day), key)
        self.save(session, [step], day)
        return step.task

    def _named(self, lifecycle: Lifecycle, code: str, data: dict[str, Any], day: date) -> dict[str, Any]:
        """Form data with units under their canonical names."""
        named = dict(data)
        for field, value in data.items():
            spec = lifecycle.definition.fields.get(field)
            if spec is None or spec.kind != "units" or not value:
                continue
            words = value.replace("、", ";").replace(",", ";").split(";") if isinstance(value, str) else value
            named[field] = [self._unit(word.strip(), code, field, day) for word in words]
        return named

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
        return self.lifecycle(session, task.definition).allowed(task, self.acting(by, task, day), day)

    def show(self, session: Session, code: str, cut: Cut | None = None) -> View:
        """A task on a day, with everything owed on it.

        Raises:
            Unknown: no such task, or not yet on that day.
        """
        cut = cut or Cut(self.today())
        found = self.situations(session, cut, [code])
        if not found:
            raise self._not_yet(session, code, cut)
        situation = found[0]
        return View(situation.task, situation.duties, self.lifecycle(session, situation.task.definition))

    def _not_yet(self, session: Session, code: str, cut: Cut) -> Unknown:
        opened = self.load(session, code).opened
        return Unknown(Problem("T01", f"{code} 到 {cut.as_of} 还没有交办({opened} 交办)", task=code))

    def log(self, session: Session, code: str, cut: Cut | None = None) -> View:
        """The history of a task, exactly as recorded, nothing settled on top."""
        if cut is not None and not self.histories(session, cut, [code]):
            raise self._not_yet(session, code, cut)
        task = self.load(session, code, cut)
        lifecycle = self.lifecycle(session, task.definition)
        return View(task, lifecycle.situation(task).duties, lifecycle)

    def list(self, session: Session, unit: str = "", state: str = "", cut: Cut | None = None) -> tuple[View, ...]:
        """Tasks on a day, all or those of one unit or in one state.

        Args:
            session: the caller's.
            unit: name of a unit with a part in the task.
            state: name or label of a state.
            cut: the day; today if not given.
        """
        cut = cut or Cut(self.today())
        name = self._known_unit(unit, cut.as_of) if unit else ""
        self._known_state(state)
        found = []
        for situation in self.situations(session, cut):
            task = situation.task
            mine = not name or any(self._carries(name, u, cut.as_of) for r in PARTIES for u in getattr(task, r))
            states = situation.definition.states
            if mine and (not state or state in (task.state, states.get(task.state))):
                found.append(View(task, situation.duties, self.lifecycle(session, task.definition)))
        return tuple(found)

    def _known_state(self, word: str) -> None:
        states = [s.value.states for s in self.folder.definitions.values()]
        known = {w for names in states for pair in names.items() for w in pair}
        if word and word not in known:
            labels = [label for names in states for label in names.values()]
            raise Unknown(Problem("T05", f"没有“{word}”这个状态{did_you_mean(word, labels)}"))

    def _carries(self, name: str, unit: str, day: date) -> bool:
        return unit == name or self.directory.heir(unit, day) == name

    def _known_unit(self, word: str, day: date) -> str:
        unit = self.directory.unit(word, day) or self.directory.unit(word)
        if unit is not None:
            return unit.name
        labels = {label for s in self.folder.definitions.values() for label in s.value.roles.values()}
        if word in labels:
            return word
        known = [u.name for u in self.directory.units(day)]
        raise Unknown(Problem("U04", f"没有“{word}”这个单位{did_you_mean(word, [*known, *sorted(labels)])}"))

    def owed(self, session: Session, unit: str = "", cut: Cut | None = None) -> tuple[Owed, ...]:
        """What is owed on a day, by one unit or by everyone, nearest limit first.

        Duties are read as stored; only tasks on which the clock has something to settle are folded again.
        """
        cut = cut or Cut(self.today())
        name = self._known_unit(unit, cut.as_of) if unit else ""
        behind = set(tasks.waking(session, self.district, cut.as_of))
        stored = [d for d in duty_store.at(session, self.district, cut) if d.task not in behind]
        away = self._away(session, cut)
        fresh = {s.task.code: s for s in self.situations(session, cut, sorted(behind | set(away)))}
        rows = away | tasks.rows(session, self.district)
        found = []
        for duty in (*stored, *(d for s in fresh.values() for d in s.duties)):
            outcome, closed_on = duty.outcome(cut.as_of), rows[duty.task]["closed_on"]
            if closed_on is not None and closed_on <= cut.as_of:
                continue
            mine = not name or any(self._carries(name, u, cut.as_of) for u in duty.units)
            if mine and outcome in ("open", "missed") and duty.born <= cut.as_of:
                row = rows[duty.task]
                label = self.lifecycle(session, row["definition"]).wording.duty(duty.kind)
                found.append(Owed(duty, label, outcome, row["text"]))
        return tuple(sorted(found, key=lambda o: (o.duty.due, o.duty.task, o.duty.key)))

    def _away(self, session: Session, cut: Cut) -> dict[str, dict[str, Any]]:
        """What the rows would say of the tasks in archives that were open on the day of a cut."""
        found = retired.open_on(session, self.district, cut.as_of)
        return {
            task.code: {"definition": task.definition, "text": task.text, "closed_on": found[task.code].closed_on}
            for task in self.shelves.histories(session, list(found.values()), WHOLE)
        }

    def tick(
        self, session: Session, day: date | None = None, progress: Callable[[int, int], None] | None = None
    ) -> TickReport:
        """Let the clock run to ``day``: settle what became true, send the orders that are due, seal what changed.

        Running it again, late, or twice at once changes no state and no score.

        Args:
            session: the caller's; flushed, never committed.
            day: today if not given.
            progress: told how many tasks of how many are done.
        """
        day = day or self.today()
        codes = tasks.waking(session, self.district, day)
        events: Many[Event] = []
        proposals: Many[Proposal] = []
        for i in range(0, len(codes), CHUNK):
            chunk = codes[i : i + CHUNK]
            steps, asked = self._tick(session, chunk, day)
            events += [event for step in steps for event in step.events]
            proposals += asked
            if progress is not None:
                progress(i + len(chunk), len(codes))
        seals.make(session, self.district, "tick", self.now(), self.algorithm)
        return TickReport(day, len(codes), tuple(events), tuple(proposals))

    def _tick(self, session: Session, codes: Sequence[str], day: date) -> tuple[Many[Step], Many[Proposal]]:
        steps: Many[Step] = []
        proposals: Many[Proposal] = []
        quiet: dict[str, date] = {}
        for task in tasks.histories(session, self.district, Cut(FOREVER), codes):
            lifecycle = self.lifecycle(session, task.definition)
            settled = lifecycle.settle(task, day)
            task, events = settled.task, settled.events
            for ladder in self.ladders(lifecycle.definition.workflow):
                pressed: Pressed = escalation.press(ladder, lifecycle, task, day)
                task, events = pressed.step.task, (*events, *pressed.step.events)
                proposals += pressed.proposals
            if events:
                steps.append(Step(task, events))
            else:
                quiet[task.code] = self.wake(lifecycle, task, day)
        self.save(session, steps, day)
        tasks.set_wake(session, self.district, quiet)
        return steps, proposals


def _placed(draft: Draft, breakdown: Breakdown) -> Task:
    due = draft.due or breakdown.due
    assert due is not None
    return replace(
        Task(draft.code), text=draft.text, lead=draft.lead, co=draft.co, leader=draft.leader, due=due,
        path=draft.path, targets=draft.targets, lines=str(draft.lines or ""),
        document=breakdown.document.number or breakdown.document.title,
    )  # fmt: skip


def _limits(breakdown: Breakdown, drafts: Sequence[Draft], day: date) -> list[Problem]:
    found = []
    for draft in drafts:
        due = draft.due or breakdown.due
        if due is None:
            found.append(Problem("T04", "没有完成时限,请写 due(整份分解或这一项)", task=draft.code))
        elif due <= day:
            found.append(Problem("T04", f"完成时限 {due} 不晚于交办之日 {day}", task=draft.code))
    return found
