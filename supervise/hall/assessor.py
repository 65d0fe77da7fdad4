"""The year's end in the hall: the annual assessment, how complete its data are, its seal and its supplements."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from supervise.collecting import undisturbed
from supervise.dates import PERIOD_WORDS, Period, periods_of
from supervise.errors import Invalid, Problem, Refused, did_you_mean
from supervise.hall.clerk import Clerk, Owed
from supervise.hall.judge import drafted
from supervise.hall.objector import latest, matter_code
from supervise.hall.publisher import Files, Publisher
from supervise.hall.receipts import any_of, as_plain, receipted, said_of
from supervise.people import Actor, Directory
from supervise.records import PARTIES, Cut, Mark
from supervise.rules.assessment import Assessed, Evidence, Filed, assess
from supervise.rules.moved import difference, document
from supervise.rules.procedure import AMEND, ANNOUNCE, REDRAW, SERVE, SIGN, procedure
from supervise.rules.reach import reach
from supervise.rules.ruleset import AssessmentRules
from supervise.rules.scheme import Scheme
from supervise.rules.scoring import Tally, scores
from supervise.site.folder import Source
from supervise.store import library, tasks

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that a year lacks.

    Args:
        kind: ``answer`` the office owes an answer, ``result`` a task has none, ``board`` was not published, ``part``
            a unit has nothing to go by, ``minimum`` a unit was not ranked, ``objection`` nobody decided it, ``step``
            of the publication was not taken.
        text: in words.
        unit, task, due: whose, of which task, since when; empty where it is nobody's.
    """

    kind: str
    text: str
    unit: str = ""
    task: str = ""
    due: str = ""


def filed(data: bytes, file: str, directory: Directory) -> Filed:
    """Scores out of a table with a column of units and one of values.

    Args:
        data: the file: CSV, xlsx or JSON.
        file: its name.
        directory: units by any of their names.

    Raises:
        Invalid: M01, M07, M08 and U04 with every cell that is wrong.
    """
    from supervise.intake.marking import scores, table  # with it comes all that reads notices

    found, problems = {}, []
    for line, name, value in scores(table(data, file), file):
        unit = directory.unit(name)
        if unit is None:
            hint = did_you_mean(name, [known.name for known in directory.units()])
            problems.append(Problem("U04", f"没有“{name}”这个单位{hint}", file=file, line=line))
        elif unit.name in found:
            problems.append(Problem("M08", f"“{unit.name}”写了两次", file=file, line=line, help="请删去一行"))
        else:
            found[unit.name] = value
    if problems:
        raise Invalid(problems)
    said = json.dumps({unit: str(value.normalize()) for unit, value in found.items()}, sort_keys=True)
    return Filed(file.replace("\\", "/").rpartition("/")[2], library.fingerprint(said), found)


def _row(year: Assessed) -> Body:
    """A unit's year as plain data."""
    return {**as_plain(year), "score": as_plain(year.score)}


class Assessor(Clerk, Publisher):
    """The annual assessment."""

    @undisturbed()
    def assess(
        self,
        session: Session,
        name: str,
        year: str,
        cut: Cut | None = None,
        rules: Source[AssessmentRules] | None = None,
        files: Mapping[str, Filed] | None = None,
        *,
        cited: Collection[str] | None = None,
    ) -> Body:
        """The annual assessment at a cut: from the boards published by then, the year's own scores, marks and files.

        Args:
            session: the caller's.
            name: of the assessment's rules, with or without version.
            year: such as ``2021``.
            cut: defaults to the day the rules close the year, or today if that is earlier.
            rules: a draft to try instead; what comes of it cannot be published.
            files: name in the rules (``from: file survey``) → scores.
            cited: units whose lines say what they rest on; all if ``None``. With none of them (``()``) scores and
                grades come from numbers alone, and far sooner; such a year is for looking at, not for publishing.

        Raises:
            Unknown: F02, no such rules or boards.
            Invalid: P01 when it is no year; P25 when a file is given that no part asks for.
        """
        span, files = self._period(year), files or {}
        source = rules or self.folder.rule(AssessmentRules, name, span.start)
        law = source.value
        if span.kind != law.period:
            raise Invalid(Problem("P01", f"{law.title}按{PERIOD_WORDS[law.period]}考核,不能考核 {year}"))
        _asked(law, files)
        cut = self._cut(cut, span, law.closes)
        evidence, seen = self._evidence(session, law, span, cut, files, any_of(cited))
        made = assess(law, evidence, self.directory)
        del evidence  # the year cites its facts: what led there needs no room beside the body
        boards, left = list(made.boards), list(made.units)
        del made
        left.reverse()
        units = [_row(left.pop()) for _ in range(len(left))]  # what is made plain is let go, unit by unit
        body = {
            "kind": "assessment", "assessment": law.assessment, **self._basis(span, cut, law.name, seen),
            "title": law.title, "carries": as_plain(law.carries), "boards": boards,
            "files": {name: {"file": one.file, "fingerprint": one.fingerprint} for name, one in files.items()},
            "groups": self._groups(), **said_of(cited), "standings": receipted(units, cited),
        }  # fmt: skip
        if rules is not None:
            body["rules"] = drafted(rules)
        return body

    def _evidence(
        self, session: Session, rules: AssessmentRules, span: Period, cut: Cut, files: Mapping[str, Filed], cited: bool
    ) -> tuple[Evidence, dict[str, str]]:
        """What a year is judged by, and the laws it stands under."""
        wanted = _boards(rules)
        boards = [b for name in wanted for b in self._published(session, name, span.start.year, cut)]
        scored = {n: self._board_rules(n, span) for n in wanted if self._scheme(n, span.name) is None}
        odd = self._odd(session, cut, reach(span, self.calendar, rules, *scored.values()))
        years: dict[str, Any] = {}
        tally: Tally | None = None
        seen: dict[str, str] = {}
        for board, board_rules in scored.items():
            tally, seen = self._tally(session, odd, board_rules, span, cut, cited)
            units = tally.ground.handling(span, board_rules.score.spare)
            years[board] = scores(board_rules.score, tally, units, cited)
        if tally is None:
            tally, seen = self._tally(session, odd, None, span, cut)
        marks, criteria = self._standing(session, span, cut), self._criteria(rules.for_, seen)
        return Evidence(boards, years, marks, tally, files, criteria), seen

    def _standing(self, session: Session, span: Period, cut: Cut) -> list[Mark]:
        """Marks of the year, without those whose status a scheme that declares them does not count."""
        schemes = self.folder.of_kind(Scheme)
        kept = self._kept(session, cut, days=(span.start, cut.as_of))
        known = [one.mark for one in kept if one.voided is None]
        return [m for m in known if not any(m.kind in s.marks and m.status in s.ignore for s in schemes)]

    def year_labels(self, body: Body) -> list[str]:
        """What the parts and adjustments of a year are called, whether or not any unit has them."""
        known = [self.folder.rules[name].value for name in body["rules"] if name in self.folder.rules]
        found = [rules for rules in known if isinstance(rules, AssessmentRules)]
        return [label for r in found for label in (*(p.label for p in r.parts), *(a.label for a in r.adjust))]

    # ── before it is frozen ─────────────────────────────────────────────────────────────────────────────────────────

    def completeness(self, session: Session, body: Body) -> list[Gap]:
        """What a year lacks at its cut: open reviews, tasks without result, boards not published, parts without source.

        Steps of its publication that were not taken, and objections that nobody decided, are told as of now.

        Args:
            session: the caller's.
            body: as ``assess`` gives it.
        """
        span = self._period(body["period"])
        known = body["cut"]["known"]
        cut = Cut(date.fromisoformat(body["cut"]["as_of"]), datetime.fromisoformat(known) if known else None)
        rules = self.folder.rule(AssessmentRules, body["assessment"], span.start).value
        return [
            *self._unpublished(session, rules, span, cut),
            *self._unanswered(session, rules.for_, span, cut),
            *(Gap("part", f"“{label}”没有分数", row["unit"]) for row in body["standings"] for label in row["missing"]),
            *self._undecided(session, rules, span),
            *self._untaken(session, rules, span),
        ]

    def _undecided(self, session: Session, rules: AssessmentRules, span: Period) -> Iterator[Gap]:
        """Objections that wait for a decision: against the year, and against the boards it rests on."""
        named = [(rules.assessment, span.name)]
        named += [(name, p.name) for name, p in self._asked_boards(rules, span)]
        for name, period in named:
            for one in self.raised(session, matter_code(name, period)):
                if one.undecided:
                    text = f"对 {one.draft} “{one.label}”的异议还没有裁定"
                    yield Gap("objection", text, one.unit, one.code, one.day.isoformat())

    def _untaken(self, session: Session, rules: AssessmentRules, span: Period) -> Iterator[Gap]:
        """What is still to be done before the year may be published, where its rules ask for steps."""
        code = matter_code(rules.assessment, span.name)
        task = tasks.standing(session, self.district, [code]).get(code)
        made = library.publications(session, self.district, rules.assessment, span.name)
        if procedure(rules) is None or (task is None and made):
            return
        if task is None:
            yield Gap("step", "还没有公示、签发")
        elif (last := latest(task, SERVE, REDRAW, SIGN, ANNOUNCE, AMEND)) and last.action not in (SIGN, ANNOUNCE):
            law = self.law(session, task)
            yield Gap("step", f"{law.wording.state(law.settle(task, self.today()).task.state)},还没有签发", task=code)

    def _asked_boards(self, rules: AssessmentRules, span: Period) -> Iterator[tuple[str, Period]]:
        """The boards that a year rests on, each with every period of it."""
        for name in _boards(rules, "board"):
            scheme = self._scheme(name, span.name)
            kind = scheme.value.period if scheme is not None else self._board_rules(name, span).period
            yield from ((name, period) for period in periods_of(span.start.year, kind))

    def _unpublished(self, session: Session, rules: AssessmentRules, span: Period, cut: Cut) -> Iterator[Gap]:
        newest = {
            (name, p.period): p
            for name in _boards(rules, "board")
            for p in library.publications(session, self.district, name, known=cut.known)
        }
        for name, period in self._asked_boards(rules, span):
            made = newest.get((name, period.name))
            if made is None:
                yield Gap("board", f"{period.label}的 {name} 没有公布")
                continue
            for row in json.loads(made.body)["standings"]:
                if row["rank"] is None:
                    yield Gap("minimum", f"{made.number} 没有排名({';'.join(row['why'])})", row["unit"])

    def _unanswered(self, session: Session, workflow: str, span: Period, cut: Cut) -> Iterator[Gap]:
        """Answers that the office owes, and duties of the year on which there is no result."""
        owed = [one for one in self.owed(session, cut=cut) if one.duty.due <= max(span.end, cut.as_of)]
        briefs = tasks.briefs(session, self.district, {one.duty.task for one in owed})
        lacking: dict[str, list[Owed]] = {}
        for one in owed:
            duty = one.duty
            name = briefs[duty.task][0] if duty.task in briefs else self.load(session, duty.task).definition
            law = self.lifecycle(session, name).definition
            kind = law.duties.get(duty.kind)
            if law.workflow != workflow or duty.born > span.end:
                continue
            if kind is not None and kind.role not in PARTIES:
                text = f"“{one.label}”还没有办"
                yield Gap("answer", text, "、".join(duty.units), duty.task, duty.due.isoformat())
            elif duty.due <= span.end:
                lacking.setdefault(duty.task, []).append(one)
        for task, some in sorted(lacking.items()):
            units = dict.fromkeys(unit for one in some for unit in one.duty.units)
            labels = "、".join(dict.fromkeys(f"“{one.label}”" for one in some))
            yield Gap("result", f"{labels}没有结果", "、".join(units), task, some[0].duty.due.isoformat())

    # ── frozen ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def again(self, session: Session, was: Body, cut: Cut, files: Files) -> Body:
        """What was served or published, made anew at a cut; a year from the same tables of scores."""
        if was["kind"] != "assessment":
            return super().again(session, was, cut, files)
        return self.assess(session, was["assessment"], was["period"], cut, files=files)

    def beside(self, session: Session, body: Body, by: Actor, over: str, supplement: str) -> Body:
        """What a year says of itself beside its computation: why it was frozen over its gaps, and what it corrects.

        Raises:
            Refused: P21 with everything that is lacking; P22 when the year is sealed, or there is nothing to
                supplement; P23 when a supplement would change nothing.
        """
        over, supplement = over.strip(), supplement.strip()
        if body["kind"] != "assessment" or date.fromisoformat(body["cut"]["as_of"]) < self._period(body["period"]).end:
            return super().beside(session, body, by, over, supplement)
        said = self._supplement(session, body, supplement or self._put_right(session, body))
        gaps = self.completeness(session, body)
        if gaps and not over:
            raise Refused([_lacking(body, gaps), *(_problem(gap) for gap in gaps)])
        return {**said, "over": {"reason": over, "by": by.id, "gaps": as_plain(gaps)}} if gaps else said

    def _put_right(self, session: Session, body: Body) -> str:
        """Why a year that is published by steps is corrected, if it is."""
        code = matter_code(body["assessment"], body["period"])
        task = tasks.standing(session, self.district, [code]).get(code)
        act = latest(task, AMEND, ANNOUNCE) if task is not None else None
        return str(act.data["reason"]) if act is not None and act.action == AMEND else ""

    def _supplement(self, session: Session, body: Body, reason: str) -> Body:
        """What a supplement says of itself; nothing for the first publication of a year."""
        made = library.publications(session, self.district, body["assessment"], body["period"])
        if not made and reason:
            raise Refused(
                Problem("P22", f"{body['title']} {body['period']} 还没有公布,没有可补充的", help="请去掉 --supplement")
            )
        if not made:
            return {}
        if not reason:
            text = f"{body['title']} {body['period']} 已经公布({made[-1].number}),封存以后不再改动"
            raise Refused(Problem("P22", text, help="确有更正的,用 --supplement 理由 出一份补充,写明改了什么"))
        changed = [document(moved) for moved in difference(json.loads(made[-1].body), body)]
        if not changed:
            raise Refused(Problem("P23", f"与 {made[-1].number} 没有不同,不用补充"))
        return {"supplement": {"to": made[-1].number, "reason": reason, "differences": changed}}


def _boards(rules: AssessmentRules, *kinds: str) -> list[str]:
    kinds = kinds or ("board", "score")
    return list(dict.fromkeys(part.from_.name for part in rules.parts if part.from_.kind in kinds))


def _asked(rules: AssessmentRules, files: Mapping[str, Filed]) -> None:
    names = _boards(rules, "file")
    for name in files:
        if name not in names:
            text = f"{rules.title}没有来自“{name}”的一项{did_you_mean(name, names)}"
            raise Invalid(Problem("P25", text, help=f"办法里写 from: file 的有:{'、'.join(names) or '没有'}"))


def _lacking(body: Body, gaps: list[Gap]) -> Problem:
    text = f"{body['title']} {body['period']} 的数据还不完整,有 {len(gaps)} 处"
    return Problem("P21", text, help="请逐项补齐;确要现在定稿,用 --over 写明理由,理由和缺项一并封存")


def _problem(gap: Gap) -> Problem:
    return Problem("P21", " ".join(filter(None, (gap.unit, gap.text, gap.due))), task=gap.task)
