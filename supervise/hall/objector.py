"""The contesting side of the hall: a unit contests a line of what was served or published, the office decides each.

Every objection is a task of the lifecycle ``objection``, named after the matter it belongs to and numbered without
gaps: ``2025Q2-red-black-1``. A matter is the task by which one period of a board, or a year, is published.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from typing import TYPE_CHECKING, Any

from supervise.dates import Period
from supervise.errors import Problem, Refused, Unknown, did_you_mean
from supervise.hall.appraiser import Appraiser, chosen
from supervise.hall.judge import Body
from supervise.hall.liaison import Act, Liaison
from supervise.people import Actor
from supervise.phrases import AfterAction
from supervise.records import Cut, Event, Task, evolve
from supervise.rules.moved import called, lines_of, total_of
from supervise.rules.procedure import (
    ANNOUNCE,
    MATTER,
    OBJECT,
    OBJECTION,
    SERVE,
    SIGN,
    UPHOLD,
    Procedure,
    procedure,
)
from supervise.rules.ruleset import AssessmentRules
from supervise.store import library, retired, tasks
from supervise.store.library import Publication
from supervise.workflows.situations import Situation

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from supervise.store.statements import Work
    from supervise.workflows.lifecycle import Lifecycle

WHOLE = "全部得分"
"""What is contested where no line is named."""
BATCH = 50
"""Objections that are looked for at once."""


@dataclass(frozen=True, slots=True)
class Objection:
    """One objection, as it stands.

    Args:
        code: of its task.
        unit: who objects.
        draft: number of what it objects to.
        line: which line of the receipt, the first is 1; 0 for the whole receipt.
        label: what the line is called.
        points: what it gave.
        basis: what it rests on: ``task/duty``, ``task#number of a record`` or the id of a mark.
        reason: the unit's.
        state: label of the state.
        undecided: whether it still waits for a decision.
        upheld: whether it was found right.
        opinion: the office's.
        acts: what excused duties with the decision, as ``task#number``.
        day, decided: when it was raised, when it was decided.
    """

    code: str
    unit: str
    draft: str
    line: int
    label: str
    points: str
    basis: tuple[str, ...]
    reason: str
    state: str
    undecided: bool
    upheld: bool
    opinion: str
    acts: tuple[str, ...]
    day: date
    decided: date | None


class Objector(Liaison, Appraiser):
    """Everything about contested lines."""

    def contest(
        self, session: Session, unit: str, name: str, period: str, by: Actor, reason: str, line: str = "",
        day: date | None = None,
    ) -> Objection:  # fmt: skip
        """Contest one line of a unit's receipt, or the whole of it.

        Args:
            session: the caller's; flushed, never committed.
            unit: whose receipt; the actor must act for it.
            name: of the board or the assessment.
            period: such as ``2025Q2``.
            by: who objects.
            reason: why.
            line: number or label of the line; the whole receipt if empty.
            day: today if not given.

        Raises:
            Refused: P03 no procedure, P05 nothing was served, P11 the time for it is over, P13 already contested,
                T06 what came before is in an archive.
            Unknown: P12 no such line, U05 the unit is not on the board.
        """
        day, span = day or self.today(), self._period(period)
        matter = self.matter(session, name, period)
        steps, _ = self.steps(name, span)
        law = self.law(session, matter)
        frozen = self._contestable(session, law.settle(matter, day).task, steps, day)
        standing = self.why(json.loads(frozen.body), unit)["standing"]
        number, told = _picked(standing, line)
        before = self.objections(session, name, period)
        for one in before:
            if one.undecided and one.unit == standing["unit"] and one.draft == frozen.number and one.line == number:
                raise Refused(Problem("P13", f"“{told['label']}”已提过异议({one.code}),还没有裁定", task=one.code))
        code = f"{matter.code}-{len(before) + 1}"
        if retired.pointers(session, self.district, [code]):
            raise self.absent(session, code)  # those before it have left for an archive
        data: dict[str, Any] = {
            "draft": frozen.number, "line": str(number), "label": called(told), "points": str(told["points"]),
            "basis": [item for ref in told["because"] if (item := basis(ref))], "reason": reason,
        }  # fmt: skip
        source = self.folder.definition(OBJECTION)
        self.register(session, "workflow", source)
        lifecycle = self.lifecycle(session, source.value.name)
        opened = Task(
            code, text=f"{matter.text}:{standing['unit']} 对“{called(told)}”的异议", lead=(standing["unit"],),
            due=self._ruled_by(lifecycle, day), parent=matter.code, document=frozen.number,
        )  # fmt: skip
        actor = self.acting(by, opened, day)
        step = lifecycle.open(opened, actor, day)
        given = {key: value for key, value in data.items() if value}
        step = step.then(lifecycle.advance(step.task, OBJECT, actor, day, given))
        return self._objection(session, self.save(session, [step])[0])

    def _ruled_by(self, lifecycle: Lifecycle, day: date) -> date:
        """The day by which an objection of a day should be decided, as its lifecycle says."""
        forms = (duty.form for duty in lifecycle.definition.duties.values())
        calendar = self.calendar
        return max((calendar.add(day, f.count, f.unit) for f in forms if isinstance(f, AfterAction)), default=day)

    def objections(self, session: Work, name: str, period: str) -> list[Objection]:
        """Every objection to what was served or published of a board's period, in the order they were raised.

        Raises:
            Refused: P03 no procedure, P05 nothing was served.
        """
        return self.raised(session, self.matter(session, name, period).code)

    def raised(self, work: Work, matter: str) -> list[Objection]:
        """The objections that belong to a matter, by its code."""
        found: list[Objection] = []
        for first in count(1, BATCH):
            codes = [f"{matter}-{n}" for n in range(first, first + BATCH)]
            there = tasks.standing(work, self.district, codes)
            found += [self._objection(work, there[code]) for code in codes if code in there]
            if len(there) < BATCH:
                break
        return found

    def uphold(
        self, session: Session, code: str, by: Actor, opinion: str, items: Sequence[str] = (), day: date | None = None
    ) -> Objection:
        """Find an objection right, and take away what the line wrongly rests on, all or nothing.

        A mark is taken back; a duty is excused by the act of its own lifecycle that excuses duties.

        Args:
            session: the caller's; flushed, never committed.
            code: of the objection.
            by: the office.
            opinion: why; goes on record with all that is taken away.
            items: of the objection's ``basis``; nothing if the facts were put right already.
            day: today if not given.

        Raises:
            Refused: P14 when a thing cannot be taken away so, and whatever the lifecycles refuse.
            Unknown: P14 when the objection does not rest on it.
        """
        task = self.at_hand(session, code)
        one = self._objection(session, task)
        self.decided(session, task, Act(code, UPHOLD, by, {"opinion": opinion}, day))  # before anything is taken away
        for item in items:
            if item not in one.basis:
                text = f"“{item}”不是这件异议的依据{did_you_mean(item, one.basis)}"
                raise Unknown(Problem("P14", text, task=code, help="一件异议的依据见 supervise objections"))
        acts = [self._freed(session, item, by, f"异议成立({code}):{opinion}", day) for item in items]
        data: dict[str, Any] = {"freed": list(items)} if items else {}
        data |= {"acts": named} if (named := [act for act in acts if act]) else {}
        return self._objection(session, self.advance(session, code, UPHOLD, by, day, opinion=opinion, **data))

    def _freed(self, session: Session, item: str, by: Actor, note: str, day: date | None) -> str:
        """Take away what a line rests on; the act that did it, as ``task#number``, if it was one."""
        code, slash, key = item.partition("/")
        if not slash and "#" not in item:
            self.unmark(session, item, by, note, day)
            return ""
        law = self.law(session, self.at_hand(session, code)).definition if slash else None
        for name, action in law.actions.items() if law is not None else ():
            if action.voids and law is not None:
                data = {f: note for f in action.needs if law.fields[f].kind == "text"} | {action.voids: key}
                (task,) = self.advance_many(session, [Act(code, name, by, data, day)])
                return f"{code}#{task.version}"
        text = f"“{item}”是一次办理,或它的流程里没有免责的动作,不能这样撤除"
        raise Refused(Problem("P14", text, help="请先按它自己的流程更正,再裁定,不写 --item"))

    def excusing(self, session: Session, acts: Iterable[str]) -> tuple[str, ...]:
        """Acts as ``task#number`` that excuse a duty, and so may count on a board of a day before them.

        Raises:
            Refused: P14 when one of them is no such act.
        """
        found = tuple(dict.fromkeys(acts))
        for act in found:
            code, _, number = act.rpartition("#")
            task = tasks.standing(session, self.district, [code]).get(code)
            event = next((e for e in task.events if str(e.seq) == number), None) if task is not None else None
            if event is None or "void" not in event.changes:
                raise Refused(Problem("P14", f"“{act}”不是一次免责", help="写作 任务编码#第几条记录,见 supervise log"))
        return found

    def situations(
        self, session: Session, cut: Cut, codes: Iterable[str] | None = None, since: date | None = None
    ) -> list[Situation]:
        """Tasks as a cut shows them, as ``Desk`` says, with what was excused later and counts as of its day."""
        found = super().situations(session, cut, codes, since)
        if not cut.beside:
            return found
        numbers: dict[str, set[str]] = defaultdict(set)
        for act in cut.beside:
            code, _, number = act.rpartition("#")
            numbers[code].add(number)
        whole = tasks.standing(session, self.district, numbers)
        return [
            self._excused(session, s, [e for e in whole[s.task.code].events if str(e.seq) in numbers[s.task.code]], cut)
            if s.task.code in whole
            else s
            for s in found
        ]

    def _excused(self, session: Session, situation: Situation, acts: Iterable[Event], cut: Cut) -> Situation:
        """A task with acts that were done later, as if they had been done on the day of the cut."""
        task = situation.task
        for event in acts:
            if event.day > cut.as_of:
                moved = replace(event, day=cut.as_of, source=task.state, target=task.state, seq=task.version + 1)
                task = evolve(task, moved)
        return situation if task is situation.task else self.law(session, task).situation(task)

    def matter(self, session: Work, name: str, period: str) -> Task:
        """The task by which a period of a board, or a year, is published.

        Raises:
            Refused: P03 when its rules ask for no procedure, P05 when nothing was served yet.
        """
        steps, board = self.steps(name, self._period(period))
        if steps is None:
            text = f"{board} 的办法没有写 sign(谁签发),不走公示程序"
            raise Refused(Problem("P03", text, help="直接公布用 --publish;要走程序,在办法里写 notice 和 sign"))
        code = matter_code(board, period)
        found = tasks.standing(session, self.district, [code]).get(code)
        if found is None:
            if retired.pointers(session, self.district, [code]):
                raise self.absent(session, code)
            text = f"{steps.title} {self._period(period).label}还没有公示"
            raise Refused(Problem("P05", text, help=f"请先公示:{self.command(board, period)} --preview"))
        return found

    def steps(self, name: str, span: Period) -> tuple[Procedure | None, str]:
        """What must come before a publication of a board or a year, and the name under which it is published.

        Raises:
            Unknown: F02, no such board.
        """
        source = self._scheme(name, span.name)
        if source is not None:
            return procedure(source.value), source.value.called(chosen(source.value, name))
        if self._is_year(name):
            year = self.folder.rule(AssessmentRules, name, span.start).value
            return procedure(year), year.assessment
        rules = self._board_rules(name, span)
        return procedure(rules), rules.board

    def _is_year(self, name: str) -> bool:
        """Whether a name is that of an assessment, with or without version."""
        years = [s.value for s in self.folder.rules.values() if isinstance(s.value, AssessmentRules)]
        return any(name in (rules.name, rules.assessment) for rules in years)

    def command(self, name: str, period: str) -> str:
        """How a board or a year is made on the command line."""
        return f"supervise {'assess' if self._is_year(name) else 'board'} {name} {period}"

    def _contestable(self, session: Work, matter: Task, steps: Procedure | None, day: date) -> Publication:
        """What can be contested on a day.

        Raises:
            Refused: P11 when the time for it is over.
        """
        act = latest(matter, SERVE, SIGN, ANNOUNCE)
        if act is not None and act.action == SIGN:
            raise Refused(Problem("P11", f"{matter.text}已签发,等公布以后再提", task=matter.code))
        last: date | None = None
        if act is not None and act.action == SERVE:
            last = date.fromisoformat(act.data["until"])
        elif act is not None and steps is not None and steps.appeal is not None:
            last = self.calendar.add(act.day, steps.appeal.count, steps.appeal.unit)
        if act is None or last is None or not act.day <= day <= last:
            when = f"已于 {last} 截止" if last is not None else "公布以后不再受理"
            raise Refused(Problem("P11", f"{matter.text}的异议{when}", task=matter.code))
        return self.frozen(session, act.data["draft" if act.action == SERVE else "number"])

    def frozen(self, work: Work, number: str) -> Publication:
        """What was served or published under a number."""
        found = library.numbered(work, self.district, number)
        assert found is not None  # acts name only what was frozen with them
        return found

    def _objection(self, work: Work, task: Task) -> Objection:
        """An objection out of its task.

        Raises:
            Unknown: T01 when the task is none.
        """
        raised = latest(task, OBJECT)
        if raised is None or task.definition.partition("@")[0] != OBJECTION:
            raise Unknown(
                Problem("T01", f"{task.code} 不是异议", task=task.code, help="异议的编码见 supervise contest")
            )
        data, last = raised.data, task.events[-1]
        law = self.law(work, task)
        closed = law.closed_on(task)
        return Objection(
            task.code, task.lead[0], data["draft"], int(data.get("line", 0)), data["label"], data["points"],
            tuple(data.get("basis", ())), data["reason"], law.wording.state(task.state), closed is None,
            last.action == UPHOLD, last.data.get("opinion", "") if closed else "",
            tuple(last.data.get("acts", ())), raised.day, closed,
        )  # fmt: skip


def latest(task: Task, *actions: str) -> Event | None:
    """The last of such acts on a task."""
    return next((event for event in reversed(task.events) if event.action in actions), None)


def is_matter(task: Task) -> bool:
    """Whether a task carries the publication of a board or a year."""
    return task.definition.partition("@")[0] == MATTER


def matter_code(board: str, period: str) -> str:
    """The code of the task by which a period of a board, or a year, is published."""
    return f"{period}-{board}"


def basis(ref: Body) -> str:
    """One thing that a line rests on, as it is named when it is taken away."""
    if ref.get("seq"):
        return f"{ref['task']}#{ref['seq']}"
    key = str(ref.get("key") or "")
    return f"{ref['task']}/{key}" if ":" in key or ref.get("due") else key


def _picked(standing: Body, line: str) -> tuple[int, Body]:
    """The line of a receipt by number or label; the whole receipt if nothing is said.

    Raises:
        Unknown: P12.
    """
    lines = lines_of(standing)
    if not line.strip():
        refs = [ref for one in lines for ref in one["because"]]
        return 0, {"label": WHOLE, "points": total_of(standing), "because": refs}
    names = [called(one) for one in lines]
    fits = [n for n, one in enumerate(lines, 1) if line.strip() in (str(n), names[n - 1], one["label"])]
    if len(fits) != 1:
        text = f"有 {len(fits)} 行叫“{line}”" if fits else f"没有“{line}”这一行{did_you_mean(line, names)}"
        told = ";".join(f"{n} {name}" for n, name in enumerate(names, 1))
        raise Unknown(Problem("P12", f"{standing['unit']}的得分里{text}", help=f"请写第几行:{told}"))
    return fits[0], dict(lines[fits[0] - 1])
