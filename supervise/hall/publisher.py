"""The publishing side of the hall: a board or a year is served on its units, contested, signed, only then published.

The steps are acts on a task of the lifecycle ``publication``, one for each period of a board or year, so who may act,
windows, letters and the log are those of all tasks. What is served is frozen; what is signed is a cut and a
fingerprint, so that what is published can only be what was signed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from supervise.dates import Period
from supervise.errors import Problem, Refused
from supervise.goals import plain
from supervise.hall.judge import Body, canonical, name_of
from supervise.hall.liaison import Act
from supervise.hall.objector import Objection, Objector, is_matter, latest, matter_code
from supervise.people import Actor
from supervise.records import Cut, Event, Task
from supervise.rules.assessment import Filed
from supervise.rules.moved import Moved, called, difference, lines_of, said, standing_of, told, total_of
from supervise.rules.procedure import AMEND, ANNOUNCE, MATTER, REDRAW, SERVE, SIGN, Procedure
from supervise.rules.scheme import LABELS
from supervise.store import library, outbox, tasks
from supervise.store.library import Publication
from supervise.workflows.lifecycle import Step

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from supervise.store.statements import Work

PREVIEW = "preview"
"""Of the publications that only freeze what was served."""
Files = Mapping[str, Filed]
NONE: Files = {}
NOTICE = "notice"
"""The kind of the letters by which it is served."""


class Publisher(Objector):
    """Everything between a board or a year and its publication."""

    def consult(self, session: Session, body: Body, by: Actor, day: date | None = None) -> Publication:
        """Freeze a board or a year as it is served, and send every unit on it its own receipt.

        Args:
            session: the caller's; flushed, never committed.
            body: as ``board`` or ``assess`` gives it.
            by: the office.
            day: today if not given; the time to contest counts from here.

        Raises:
            Refused: P03 when its rules ask for no procedure, P02 and P04 when it is too early, P24 when it was made
                by a draft, and whatever the lifecycle refuses, such as to serve again while the time to contest runs.
            Invalid: L01 when the rules were changed without a new version.
        """
        day, span = day or self.today(), self._period(body["period"])
        steps, board = self.steps(name_of(body), span)
        if steps is None:
            raise Refused(Problem("P03", f"{body['title']}的办法没有写 sign(谁签发),不走公示程序,直接公布"))
        self.held(body)
        self._early(steps, span, date.fromisoformat(body["cut"]["as_of"]), day)
        for name in body["rules"]:
            self.register(session, "rules", self.folder.known(self.folder.rules, name, "办法"))
        until = self.calendar.add(day, steps.notice.count, steps.notice.unit)
        self._served(session, body, board, by, day, {"draft": "?", "until": until})  # before anything is written
        frozen = library.publish(
            session, self.district, PREVIEW, f"{PREVIEW}:{board}", span.name, canonical(body), by.id, self.now(),
            self.algorithm,
        )  # fmt: skip
        self.save(session, [self._served(session, body, board, by, day, {"draft": frozen.number, "until": until})])
        code = matter_code(board, span.name)
        letters = [
            outbox.Letter(
                code, f"{frozen.number}:{row['unit']}", NOTICE, SERVE, day, (row["unit"],),
                _receipt(body, row, frozen.number, until), self.now(),
            )
            for row in body["standings"]
        ]  # fmt: skip
        outbox.add(session, self.district, letters)
        return frozen

    def _served(
        self, session: Session, body: Body, board: str, by: Actor, day: date, data: Mapping[str, Any]
    ) -> Step:  # fmt: skip
        """The act by which a board is served, its task opened or drawn up again first."""
        code, units = matter_code(board, body["period"]), [row["unit"] for row in body["standings"]]
        task = tasks.standing(session, self.district, [code]).get(code)
        if task is None:
            source = self.folder.definition(MATTER)
            self.register(session, "workflow", source)
            law, text = self.lifecycle(session, source.value.name), f"{body['title']} {body['label']}"
            task = Task(code, text=text, lead=tuple(units), due=data["until"])
            step = law.open(task, self.acting(by, task, day), day)
        else:
            law = self.law(session, task)
            step = law.advance(task, REDRAW, self.acting(by, task, day), day, {"units": units})
        return step.then(law.advance(step.task, SERVE, self.acting(by, task, day), day, data))

    def sign(
        self, session: Session, name: str, period: str, by: Actor, day: date | None = None, files: Files = NONE
    ) -> Body:
        """Sign what was served, or what came of it after objections were upheld; what is signed is what is published.

        Args:
            session: the caller's; flushed, never committed.
            name: of the board or the assessment.
            period: such as ``2025Q2``.
            by: who signs; in a role that the rules name.
            day: today if not given.
            files: the tables of scores that a year was served with.

        Returns:
            the board or year as signed, with ``moved``: what is different from what was served or published.

        Raises:
            Refused: P03–P09 when it is too early or somebody else must sign, P10 when an objection was upheld and its
                line is what it was.
        """
        matter = self.matter(session, name, period)
        probe = {"as_of": "?", "known": "?", "print": "?"}
        settled = self.decided(session, matter, Act(matter.code, SIGN, by, probe, day)).task  # before a board is made
        base, anew, upheld = self._ground(session, settled)
        was, amended = json.loads(base.body), latest(settled, SERVE, AMEND)
        acts = [act for one in upheld for act in one.acts]
        acts += amended.data.get("acts", ()) if amended is not None and amended.action == AMEND else ()
        beside = self.excusing(session, [*was["cut"].get("beside", ()), *acts])
        known = self.now() if anew else datetime.fromisoformat(was["cut"]["known"])
        cut = Cut(date.fromisoformat(was["cut"]["as_of"]), known, beside)
        body = self.again(session, was, cut, files)
        if not anew and canonical(body) != base.body:
            raise Refused(_another(matter, was, body))
        self._effective(upheld, was, body)
        moved = difference(was, body)
        data = {
            "as_of": body["cut"]["as_of"], "known": body["cut"]["known"], "print": library.fingerprint(canonical(body)),
            **({"moved": [told(one) for one in moved]} if moved else {}), **({"acts": list(beside)} if beside else {}),
        }  # fmt: skip
        self.advance(session, matter.code, SIGN, by, day, **data)
        return {**body, "moved": list(moved), "against": base.number}

    def _ground(self, session: Work, matter: Task) -> tuple[Publication, bool, list[Objection]]:
        """What a signature rests on, whether the board is made anew, and the objections upheld against it."""
        act = latest(matter, SERVE, ANNOUNCE)
        assert act is not None  # nothing is signed that was not served
        base = self.frozen(session, act.data["draft" if act.action == SERVE else "number"])
        upheld = [one for one in self.raised(session, matter.code) if one.upheld and one.draft == base.number]
        return base, bool(upheld) or act.action == ANNOUNCE, upheld

    def _effective(self, upheld: Sequence[Objection], was: Body, body: Body) -> None:
        """See that what was found right is so now.

        Raises:
            Refused: P10 with every objection of which nothing has come.
        """
        problems = []
        for one in upheld:
            if _contested(was, one) == _contested(body, one):
                text = f"{one.code} 裁定异议成立,{one.unit}的“{one.label}”却没有变"
                help_ = "请更正:登记写错的用 unmark 撤销;应办该免责的,裁定时写 --item"
                problems.append(Problem("P10", text, task=one.code, help=help_))
        if problems:
            raise Refused(problems)

    def decided(self, work: Work, task: Task, act: Act) -> Step:
        """What an act gives, as ``Liaison`` says; a board is not signed before its time, by whatever way.

        Raises:
            Refused: P06–P08 beside the rest.
        """
        if act.action == SIGN and is_matter(task):
            self._may_sign(work, task, act)
        return super().decided(work, task, act)

    def _may_sign(self, work: Work, task: Task, act: Act) -> None:
        day, served = act.day or self.today(), latest(task, SERVE)
        last = latest(task, SERVE, ANNOUNCE, AMEND)
        if served is None or last is None:
            return  # the lifecycle says it
        told = json.loads(self.frozen(work, served.data["draft"]).body)
        steps, _ = self.steps(name_of(told), self._period(told["period"]))
        if last.action == SERVE:
            self._window(task, last, day)
        self._all_decided(work, task)
        if steps is not None and not act.by.roles.intersection(steps.sign):
            who = self._signers(work, task, steps)
            raise Refused(
                Problem("P08", f"{task.text}应由{who}签发,{act.by.unit or act.by.id}不能签发", task=task.code)
            )

    def _window(self, task: Task, served: Event, day: date) -> None:
        until = date.fromisoformat(served.data["until"])
        if day <= until:
            text = f"{task.text}公示到 {until},还没有期满"
            raise Refused(Problem("P06", text, task=task.code, help=f"最早 {until + timedelta(1)} 签发、公布"))

    def _all_decided(self, work: Work, task: Task) -> None:
        open_ = [one for one in self.raised(work, task.code) if one.undecided]
        if open_:
            told = "、".join(f"{one.code}({one.unit})" for one in open_)
            help_ = "请先逐件裁定:supervise uphold 编码 --opinion …,或 do 编码 dismiss --opinion …"
            raise Refused(Problem("P07", f"还有 {len(open_)} 件异议没有裁定:{told}", task=task.code, help=help_))

    def again(self, session: Session, was: Body, cut: Cut, files: Files) -> Body:
        """What was served or published, made anew at a cut.

        Args:
            session: the caller's.
            was: the board or year as it was frozen.
            cut: at which.
            files: the tables of scores that a year rests on.
        """
        return self.board(session, was["board"], was["period"], cut)

    def signed(
        self, session: Session, name: str, period: str, day: date | None = None, files: Files = NONE
    ) -> Body | None:
        """A board or year as it was signed and may be published; ``None`` where rules ask for no signature.

        Args:
            session: the caller's.
            name: of the board or the assessment.
            period: such as ``2025Q2``.
            day: of the publication; today if not given.
            files: the tables of scores that a year was served with.

        Raises:
            Refused: P02–P09: what is missing, what to do, and the earliest day.
        """
        steps, _ = self.steps(name, self._period(period))
        if steps is None:
            return None
        task, event = self._signature(session, name, period, steps, day or self.today())
        known = datetime.fromisoformat(event.data["known"])
        cut = Cut(date.fromisoformat(event.data["as_of"]), known, tuple(event.data.get("acts", ())))
        base, _, _ = self._ground(session, task)
        was = json.loads(base.body)
        body = self.again(session, was, cut, files)
        if library.fingerprint(canonical(body)) != event.data["print"]:
            raise Refused(_another(task, was, body))
        return body

    def publish(
        self, session: Session, body: Body, by: Actor, day: date | None = None, *, over: str = "", supplement: str = ""
    ) -> Publication:
        """Freeze a board or a year under the next number; where its rules name who signs, only what was signed.

        Args:
            session: the caller's; flushed, never committed.
            body: as ``board``, ``assess`` or ``signed`` gives it.
            by: who publishes.
            day: of the publication; today if not given.
            over: why a year is frozen although its data are not complete.
            supplement: why a published year is corrected; the difference goes into the supplement.

        Raises:
            Refused: P02–P09: what is missing, what to do, and the earliest day; P24 when it was made by a draft; for
                a year P21 with everything that is lacking, P22 when it is sealed or there is nothing to supplement,
                P23 when a supplement would change nothing.
            Invalid: L01 when the rules were changed without a new version since they were first published by.
        """
        span, day = self._period(body["period"]), day or self.today()
        self.held(body)
        steps, name = self.steps(name_of(body), span)
        if steps is None:
            return super().publish(session, {**body, **self.beside(session, body, by, over, supplement)}, by)
        task, event = self._signature(session, name, span.name, steps, day)
        if library.fingerprint(canonical(body)) != event.data["print"]:
            text = f"这不是 {event.day} 签发的那一稿"
            raise Refused(Problem("P09", text, task=task.code, help="请公布签发的那一稿,或重新公示、签发"))
        self.decided(session, task, Act(task.code, ANNOUNCE, by, {"number": "?"}, day))  # before anything is frozen
        made = super().publish(session, {**body, **self.beside(session, body, by, over, supplement)}, by)
        self.advance(session, task.code, ANNOUNCE, by, day, number=made.number)
        return made

    def beside(self, session: Session, body: Body, by: Actor, over: str, supplement: str) -> Body:
        """What a publication says of itself beside what anyone can compute again; of a board nothing."""
        return {}

    def _signature(
        self, session: Session, name: str, period: str, steps: Procedure, day: date
    ) -> tuple[Task, Event]:  # fmt: skip
        """The act by which what is to be published was signed.

        Raises:
            Refused: P02–P08: what is missing, what to do, and the earliest day.
        """
        span = self._period(period)
        self._early(steps, span, day, day)
        matter = self.matter(session, name, period)
        law = self.law(session, matter)
        task = law.settle(matter, day).task
        last = latest(task, SERVE, SIGN, ANNOUNCE, AMEND)
        assert last is not None  # a matter is opened by serving
        if last.action == SIGN and latest(task, SIGN, REDRAW) is last:
            self._all_decided(session, task)
            return task, last
        if last.action == ANNOUNCE:
            text, help_ = (
                f"{task.text}已公布,编号 {last.data['number']}",
                f"要更正,先办:supervise do {task.code} {AMEND}",
            )
            raise Refused(Problem("P08", text, task=task.code, help=help_))
        if last.action == SERVE:
            self._window(task, last, day)
        self._all_decided(session, task)
        who = self._signers(session, task, steps)
        help_ = f"请由{who}签发:{self.command(name, period)} --sign --as {who}"
        raise Refused(Problem("P08", f"{task.text}还没有签发", task=task.code, help=help_))

    def _signers(self, work: Work, task: Task, steps: Procedure) -> str:
        roles = self.law(work, task).definition.roles
        return "、".join(roles.get(role, role) for role in steps.sign)

    def _early(self, steps: Procedure, span: Period, as_of: date, day: date) -> None:
        """See that the period is over and the day has come on which its result is compiled.

        Raises:
            Refused: P02, P04.
        """
        closing = self.calendar.add(span.end, steps.closes.count, steps.closes.unit)
        if min(as_of, day) < span.end:
            text = f"{span.label}还没有过完,口径只到 {as_of},不能公示、公布"
            raise Refused(Problem("P02", text, help=f"最早 {max(closing, span.end)} 公示"))
        if day < closing:
            text = f"{steps.title}{span.label}要到 {closing} 才出榜"
            raise Refused(Problem("P04", text, help=f"最早 {closing} 公示"))

    def shown(self, session: Session, name: str, period: str) -> Body | None:
        """What of a period is before everybody's eyes: the newest publication, or what was served if that is newer."""
        published = self.published(session, name, period)
        steps, board = self.steps(name, self._period(period))
        found = library.publications(session, self.district, f"{PREVIEW}:{board}", period) if steps else []
        if not found or (published is not None and published["published_at"] > found[-1].published_at.isoformat()):
            return published
        served: Body = json.loads(found[-1].body)
        return served | {"procedure": {"draft": found[-1].number}}

    def correction(self, session: Session, number: str) -> tuple[str, tuple[Moved, ...]]:
        """The number that a publication takes the place of, and every unit that moved; empty if it is the first."""
        made = library.numbered(session, self.district, number)
        same = library.publications(session, self.district, made.name, made.period) if made is not None else []
        before = [one for one in same if one.seal < made.seal] if made is not None else []
        if made is None or not before:
            return "", ()
        old = max(before, key=lambda one: one.seal)
        return old.number, difference(json.loads(old.body), json.loads(made.body))


def _receipt(body: Body, row: Mapping[str, Any], number: str, until: date) -> str:
    """What a unit is told: its place, every line with its number, and until when it may contest them."""
    lists = body.get("lists", LABELS)
    rank, on, grade = (row.get(key) for key in ("rank", "list", "grade"))
    place = [f"第 {rank} 名" if rank else "", lists.get(on, ""), grade or ""]
    head = ",".join(filter(None, [f"{row['unit']} {plain(Decimal(total_of(row)))} 分", *place]))
    lines = ";".join(f"{n} {called(line)} {plain(Decimal(line['points']))}" for n, line in enumerate(lines_of(row), 1))
    return f"{body['title']} {body['label']}公示({number}):{head}。{lines}。有异议的,请于 {until} 以前逐行提出"


def _contested(body: Body, one: Objection) -> object:
    """What a board says of what was contested."""
    row = standing_of(body, one.unit)
    if row is None:
        return None
    lines = lines_of(row)
    if not one.line:
        return [said(line) for line in lines]
    return next((said(line) for line in lines if called(line) == one.label), None)


def _another(matter: Task, was: Body, body: Body) -> Problem:
    """That a result cannot be made again as it was, and why."""
    words = {"rules": "办法", "definitions": "流程", "directory": "单位目录", "calendar": "日历", "marks": "登记"}
    words |= {"boards": "已公布的榜", "files": "分数表(--scores)"}
    changed = [word for key, word in words.items() if was.get(key) != body.get(key)]
    text = f"{matter.text}重算出来与公示、签发的不一样:{'、'.join(changed) or '记录'}变了"
    return Problem("P09", text, task=matter.code, help="请改回去,或重新公示:--preview")
