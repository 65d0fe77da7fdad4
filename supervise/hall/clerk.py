"""The clerk's side of the hall: take in, assign, look up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Generic, TypeVar

from supervise.archives.shelves import WHOLE
from supervise.errors import Invalid, Problem, Refused, Unknown, did_you_mean
from supervise.hall.asked import unit_called
from supervise.hall.clockwork import Clock
from supervise.hall.written import unfit
from supervise.people import Actor
from supervise.phrases import TaskDue
from supervise.reading import Document
from supervise.records import PARTIES, Cut, Duty, Task
from supervise.store import counting, retired, tasks
from supervise.store import duties as duty_store
from supervise.store.tables import CODE, NAME
from supervise.workflows.definition import Definition
from supervise.workflows.figures import Standing, standings
from supervise.workflows.lifecycle import Lifecycle
from supervise.workflows.limits import unsure

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from supervise.intake.breakdown import Breakdown, Draft
    from supervise.intake.notice import Notice
    from supervise.intake.readers.transcript import Transcript


T = TypeVar("T")
_NO_CODE = re.compile(r"[\s/#]")
"""What a code has not: in a reference / stands before a duty of the task, # before a number in its log."""


@dataclass(frozen=True, slots=True)
class View:
    """A task on a day: itself, its duties, and its law for labels."""

    task: Task
    duties: tuple[Duty, ...]
    lifecycle: Lifecycle

    @property
    def standings(self) -> tuple[Standing, ...]:
        """How its numeric goals stand; none under a law that asks for no figures."""
        definition = self.lifecycle.definition
        return standings(definition, self.task) if definition.field_of("figures") else ()


@dataclass(frozen=True, slots=True)
class Owed:
    """One open or missed duty on somebody's list.

    Args:
        duty: what is owed.
        label: what the law calls it.
        outcome: ``open`` or ``missed``.
        text: of the task.
        provisional: whether its date may move with a year's arrangement.
        was: the first limit, if the task was carried on beyond it.
    """

    duty: Duty
    label: str
    outcome: str
    text: str
    provisional: bool = False
    was: date | None = None


@dataclass(frozen=True, slots=True)
class Dealt(Generic[T]):
    """What became of many that were to be dealt with: what was done, and why the rest was not."""

    done: tuple[T, ...]
    refused: tuple[Problem, ...]


class Clerk(Clock):
    """Everything that moves a task, and the lists people work from."""

    def intake(self, source: str | Transcript, file: str = "", code: str = "") -> tuple[Notice, Breakdown]:
        """Read a notice into a breakdown that a clerk corrects; nothing is stored.

        Args:
            source: the notice as text, or what ``documents.read_document`` made of a file.
            file: its name, for messages.
            code: beginning of the task codes, such as ``GF2021``.

        Raises:
            Invalid: when it is empty, no text, or absurdly large.
        """
        from supervise.intake import breakdown as breakdowns
        from supervise.intake import notice as notices

        notice = notices.read(source, file)
        return notice, breakdowns.draft(notice, self.directory, code, source=source)

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
        problems += [*_limits(breakdown, drafts, day), *_unwritten(breakdown, drafts)]
        if problems:
            raise Invalid(problems)
        wanted = {d.code for d in drafts}
        away = retired.pointers(session, self.district, sorted(wanted))
        taken = sorted({*tasks.briefs(session, self.district, wanted), *away})
        if taken:
            raise Refused(
                Problem(
                    "T02",
                    f"{taken[0]} 等 {len(taken)} 项已经交办过,编码不能重复",
                    task=taken[0],
                    help="请换编码的开头(intake --code),或用 --skip 跳过已交办的",
                )
            )
        source = self.folder.definition(breakdown.workflow)
        _sorted(drafts, source.value)
        self.register(session, "workflow", source)
        lifecycle = self.lifecycle(session, source.value.name)
        placed = [_placed(draft, breakdown) for draft in drafts]
        steps = [lifecycle.open(task, self.acting(by, task, day), day) for task in placed]
        return tuple(self.save(session, steps, day))

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
        return View(situation.task, situation.duties, self.law(session, situation.task))

    def _not_yet(self, session: Session, code: str, cut: Cut) -> Unknown:
        opened = self.load(session, code).opened
        return Unknown(Problem("T01", f"{code} 到 {cut.as_of} 还没有交办({opened} 交办)", task=code))

    def log(self, session: Session, code: str, cut: Cut | None = None) -> View:
        """The history of a task, exactly as recorded, nothing settled on top."""
        if cut is not None and not self.histories(session, cut, [code]):
            raise self._not_yet(session, code, cut)
        task = self.load(session, code, cut)
        lifecycle = self.law(session, task)
        return View(task, lifecycle.situation(task).duties, lifecycle)

    def list(self, session: Session, unit: str = "", state: str = "", cut: Cut | None = None) -> tuple[View, ...]:
        """Tasks on a day, all or those of one unit or in one state.

        Args:
            session: the caller's.
            unit: name of a unit with a part in the task, or of its leader.
            state: name or label of a state.
            cut: the day; today if not given.
        """
        cut = cut or Cut(self.today())
        names = self._party(session, unit, cut.as_of) if unit else frozenset()
        self._known_state(state)
        found = []
        for situation in self.situations(session, cut, self.touching(session, names, cut)):
            task = situation.task
            mine = not names or any(not names.isdisjoint(getattr(task, role)) for role in PARTIES)
            states = situation.definition.states
            if mine and (not state or state in (task.state, states.get(task.state))):
                found.append(View(task, situation.duties, self.law(session, task)))
        return tuple(found)

    def touching(self, session: Session, names: Collection[str], cut: Cut) -> Sequence[str] | None:
        """The tasks that may show a part of these units at a cut: some too many, none too few; all for no unit.

        Of tasks that a cut shows otherwise than they are on record, and of those in archives, only their histories
        tell.
        """
        if not names:
            return None
        found = tasks.of_units(session, self.district, names) | counting.unsettled(session, self.district, cut)
        return sorted(found | retired.pointers(session, self.district, cut=cut).keys())

    def _party(self, session: Session, word: str, day: date) -> frozenset[str]:
        """A unit's names; a leader, who is in no directory, is known by the tasks that name him."""
        try:
            return self._known_as(self._known_unit(word, day), day)
        except Unknown:
            if tasks.of_units(session, self.district, {word}):
                return frozenset({word})
            raise

    def _known_state(self, word: str) -> None:
        states = [s.value.states for s in self.folder.definitions.values()]
        known = {w for names in states for pair in names.items() for w in pair}
        if word and word not in known:
            labels = [label for names in states for label in names.values()]
            text = f"没有“{word}”这个状态{did_you_mean(word, labels)}"
            raise Unknown(Problem("T05", text, help="有哪些,见 supervise list 的“状态”一栏"))

    def _known_unit(self, word: str, day: date) -> str:
        labels = {label for s in self.folder.definitions.values() for label in s.value.roles.values()}
        return unit_called(self.directory, word, day, labels)

    def owed(self, session: Session, unit: str = "", cut: Cut | None = None) -> tuple[Owed, ...]:
        """What is owed on a day, by one unit or by everyone, nearest limit first.

        Duties are read as stored; only tasks on which the clock has something to settle are folded again. A task that
        was carried on is owed once, by its new limit: nobody can keep the old one any more, which is told beside it.
        """
        cut = cut or Cut(self.today())
        names = self._known_as(self._known_unit(unit, cut.as_of), cut.as_of) if unit else frozenset()
        behind = set(tasks.waking(session, self.district, cut.as_of))
        behind |= set(tasks.lent(session, self.district, names)) if names else set()
        away = self._away(session, cut)
        stored = duty_store.unmet(session, self.district, cut, sorted(names))
        behind |= self._several(session, [duty for duty in stored if duty.task not in behind])
        fresh = (
            duty for s in self.situations(session, cut, sorted(behind | away.keys())) for duty in s.duties
            if not names or not names.isdisjoint((*duty.units, *_deputies(s.task, duty, cut.as_of)))
        )  # fmt: skip
        duties = [
            duty for duty in (*(d for d in stored if d.task not in behind), *fresh)
            if duty.born <= cut.as_of and duty.outcome(cut.as_of) in ("open", "missed")
        ]  # fmt: skip
        briefs = away | tasks.briefs(session, self.district, {duty.task for duty in duties})
        was, unknown, found = _first_limits(duties), self.in_use(session).provisional, []
        for duty in duties:
            definition, text, closed_on = briefs[duty.task]
            if duty.carried is None and (closed_on is None or closed_on > cut.as_of or duty.born >= closed_on):
                law = self._law_of(session, duty, definition)
                doubt = unsure(law.definition.duties.get(duty.kind), duty, self.calendar, unknown)
                label, first = law.wording.duty(duty.kind), was.get((duty.task, duty.kind))
                found.append(Owed(duty, label, duty.outcome(cut.as_of), text, doubt, first))
        return tuple(sorted(found, key=lambda o: (o.duty.due, o.duty.task, o.duty.key)))

    def _law_of(self, session: Session, duty: Duty, definition: str) -> Lifecycle:
        """The law that says what a duty is called: the present one of its task, unless only an older one knows it."""
        law = self.lifecycle(session, definition)
        known = duty.kind in law.definition.duties
        return law if known else self.law(session, self.load(session, duty.task))

    def _several(self, session: Session, duties: Iterable[Duty]) -> set[str]:
        """The tasks that owe what runs to their own limit more than once: only their histories tell which is over."""
        number = Counter((duty.task, duty.kind) for duty in duties)
        some = {task for (task, _), times in number.items() if times > 1}
        laws = {code: brief[0] for code, brief in tasks.briefs(session, self.district, some).items()}
        return {
            task for (task, name), times in number.items() if times > 1 and task in laws
            and (kind := self.lifecycle(session, laws[task]).definition.duties.get(name)) is not None
            and isinstance(kind.form, TaskDue)
        }  # fmt: skip

    def _known_as(self, name: str, day: date) -> frozenset[str]:
        """A unit's own name, and the names of those whose work it carries on."""
        return frozenset({name, *(u.name for u in self.directory.units() if self.directory.heir(u.name, day) == name)})

    def _away(self, session: Session, cut: Cut) -> dict[str, tuple[str, str, date | None]]:
        """What a list says of the tasks in archives that were open on the day of a cut."""
        found = retired.open_on(session, self.district, cut.as_of)
        return {
            task.code: (task.definition, task.text, found[task.code].closed_on)
            for task in self.shelves.histories(session, list(found.values()), WHOLE)
        }


def _unwritten(breakdown: Breakdown, drafts: Iterable[Draft]) -> Iterator[Problem]:
    """Codes, names and texts that cannot go on record as they are."""
    if why := unfit(breakdown.document.model_dump(mode="json")):
        yield Problem("T15", f"通知的标题、文号:{why}")
    for draft in drafts:
        said = (draft.text, draft.path, draft.category, tuple(map(str, draft.targets)))
        for why in filter(None, (unfit(draft.code, CODE), *(unfit(name, NAME) for name in draft.leader), unfit(said))):
            yield Problem("T15", why, task=draft.code)
        if found := _NO_CODE.search(draft.code.strip()):
            sign = "空格、换行" if found[0].isspace() else f"“{found[0]}”"
            yield Problem(
                "T15", f"编码里不能有{sign}", task=draft.code, help="请写成字母、数字、汉字和 -、.、〔〕 之类"
            )


def _placed(draft: Draft, breakdown: Breakdown) -> Task:
    due = draft.due or breakdown.due
    assert due is not None
    return replace(
        Task(draft.code), text=draft.text, lead=draft.lead, co=draft.co, leader=draft.leader, due=due,
        category=draft.category, path=draft.path, targets=draft.targets, lines=str(draft.lines or ""),
        document=breakdown.document.number or breakdown.document.title,
    )  # fmt: skip


def _first_limits(duties: Iterable[Duty]) -> dict[tuple[str, str], date]:
    """Task and kind → the earliest limit beyond which it was carried on."""
    found: dict[tuple[str, str], date] = {}
    for duty in duties:
        if duty.carried is not None:
            key = duty.task, duty.kind
            found[key] = min(duty.due, found.get(key, duty.due))
    return found


def _deputies(task: Task, duty: Duty, day: date) -> list[str]:
    """Who acts on ``day`` for those who owe a duty."""
    return [loan.unit for loan in task.loans if loan.role == duty.role and loan.start <= day <= loan.end]


def _sorted(drafts: Sequence[Draft], law: Definition) -> None:
    """Every task is of a category that the lifecycle knows, where it has any.

    Raises:
        Invalid: T09 with every task that is not.
    """
    names = law.categories
    wrong = [draft for draft in drafts if draft.category not in (names or ("",))]
    if wrong:
        said = "、".join(f"{name}({label})" for name, label in names.items()) or "无"
        raise Invalid(
            Problem("T09", f"类别“{d.category}”不是{law.title}的类别,请写 category:{said}", task=d.code) for d in wrong
        )


def _limits(breakdown: Breakdown, drafts: Sequence[Draft], day: date) -> list[Problem]:
    found = []
    for draft in drafts:
        due = draft.due or breakdown.due
        if due is None:
            found.append(Problem("T04", "没有完成时限,请写 due(整份分解或这一项)", task=draft.code))
        elif due <= day:
            found.append(
                Problem(
                    "T04",
                    f"完成时限 {due} 不晚于交办之日 {day}",
                    task=draft.code,
                    help="改 due,或用 --day 写对交办之日",
                )
            )
    return found
