"""The pressing side of the hall: what waits for people's word, proposals about units, and lights."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from supervise.errors import Problem, Refused, Unknown, did_you_mean
from supervise.hall.clerk import Clerk
from supervise.hall.judge import Judge, Odd
from supervise.people import Actor
from supervise.records import Cut, Task
from supervise.rules import effects, escalation, unitladder
from supervise.rules import lights as light_rules
from supervise.rules.entries import Saying
from supervise.rules.escalation import Proposal
from supervise.rules.ladder import Ladder, Lights, UnitRung
from supervise.rules.lights import Burning
from supervise.rules.measures import Ref
from supervise.rules.reasons import missed_kinds, pressing
from supervise.rules.ruleset import BoardRules
from supervise.rules.scheme import LABELS, Proposing, Scheme
from supervise.rules.unitladder import UnitProposal, short
from supervise.store import counting, library, pressed, retired, tasks
from supervise.workflows.lifecycle import Step
from supervise.workflows.situations import Situation
from supervise.workflows.wording import Wording

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits for people's word on a day: orders about tasks, and proposals about units, each with its rule."""

    day: date
    orders: tuple[Proposal, ...]
    matters: tuple[tuple[UnitProposal, str], ...]


class Presser(Clerk, Judge):
    """Proposals and lights: everything that looks at tasks by the rules of a ladder and changes none of them."""

    def pending(self, session: Session, cut: Cut | None = None) -> Pending:
        """What waits for people's word: to be sent by ``order``, set aside, or opened by ``open_matters``.

        Args:
            session: the caller's.
            cut: the day; today if not given.
        """
        cut = cut or Cut(self.today())
        ladders = self.ladders("")
        record = self.situations(session, cut, sorted(self._pressed(session, cut, ladders)))
        orders = [
            proposal for situation in record for ladder in self.ladders(situation.definition.workflow)
            if any(rung.confirm for rung in ladder.rungs)
            for proposal in escalation.proposed(ladder, situation, cut.as_of)
        ]  # fmt: skip
        matters = self._matters(session, [ladder for ladder in ladders if ladder.units], cut)
        matters += self._listed_often(session, cut)
        return Pending(cut.as_of, tuple(orders), tuple(matters))

    def _pressed(self, session: Session, cut: Cut, ladders: Sequence[Ladder]) -> set[str]:
        """The tasks on which an order can wait for people's word: some too many, none too few."""
        day, district = cut.as_of, self.district
        names = sorted(counting.laws(session, district, cut))
        laws = [self.lifecycle(session, name).definition for name in names]
        found = counting.unsettled(session, district, cut) | retired.open_on(session, district, day).keys()
        for ladder in ladders:
            entries = [entry for rung in ladder.rungs if rung.confirm for entry in rung.when]
            mine = [law for law in laws if law.workflow == ladder.for_] if entries else []
            kinds = [missed_kinds(entries, law, self._laws) for law in mine]
            if None in kinds:
                found |= pressed.alive(session, district, ladder.for_, day, day)
            elif wanted := sorted(frozenset[str]().union(*(some for some in kinds if some is not None))):
                found |= pressed.missing(session, district, day, wanted, counting.owing(session, district))
        return found

    def _matters(self, session: Session, ladders: Sequence[Ladder], cut: Cut) -> list[tuple[UnitProposal, str]]:
        odd = self._odd(session, cut, None) if ladders else None
        return [found for ladder in ladders if odd is not None for found in self._added_up(session, ladder, odd, cut)]

    def _added_up(self, session: Session, ladder: Ladder, odd: Odd, cut: Cut) -> list[tuple[UnitProposal, str]]:
        """What the rungs of a ladder for units propose."""
        day, definition = cut.as_of, self.folder.newest[ladder.for_]
        record, _ = self._surveyed(session, odd, ladder.for_, cut)
        opened = self.situations(session, cut, sorted(pressed.beginning(session, self.district, ladder.ladder)))
        known = [
            replace(matter, unit=self.directory.heir(matter.unit, day)) for matter in unitladder.matters(ladder, opened)
        ]
        found = unitladder.proposals(ladder, record, pressing(definition), known, ladder.effective)
        saying = Saying(Wording(definition), ladder.labels)
        return [(one, saying.entry(_rung(ladder, one.matter).when[one.why])) for one in found]

    def _listed_often(self, session: Session, cut: Cut) -> list[tuple[UnitProposal, str]]:
        """What the newest publication of each board proposes about units, and nobody has taken up yet."""
        found = []
        for name, rules, streaks in self._proposing():
            newest = library.newest(session, self.district, name, cut)
            if newest is None:
                continue
            body = json.loads(newest.body)
            for told in body["proposals"]:
                streak = next((one for one in streaks if one.label == told["label"] and one.opens), None)
                if streak is None:
                    continue
                because = Ref("", newest.number, date.fromisoformat(body["cut"]["as_of"]))
                listed = body.get("lists", LABELS)[told["list"]]
                proposal = UnitProposal(
                    rules.name, told["list"], streak.label, told["unit"], because.day, 0, (because,),
                    short(f"{newest.period}.{name}.", told["unit"]), streak.opens, streak.within, rules.title,
                )  # fmt: skip
                often = f"连续 {told['in_a_row']} 次" if told["in_a_row"] > 1 else f"今年 {told['in_year']} 次"
                found.append((proposal, f"{often}列{listed}"))
        codes = {one.code for one, _ in found}
        taken = {*tasks.briefs(session, self.district, codes), *retired.pointers(session, self.district, sorted(codes))}
        return [(one, rule) for one, rule in found if one.code not in taken]

    def _proposing(self) -> Iterator[tuple[str, BoardRules | Scheme, Sequence[Proposing]]]:
        """Boards whose lists may lead to a proposal that people decide: by name, with their rules."""
        for rules in self.folder.of_kind(BoardRules):
            if any(one.opens for one in rules.streaks):
                yield rules.board, rules, rules.streaks
        for scheme in self.folder.of_kind(Scheme):
            for board, spec in scheme.boards.items():
                if any(one.opens for one in spec.streaks):
                    yield scheme.called(board), scheme, spec.streaks

    def open_matters(
        self, session: Session, by: Actor, day: date | None = None, codes: Collection[str] | None = None
    ) -> tuple[Task, ...]:
        """Make tasks of proposals about units, each in the workflow that its rung names; then people act on them.

        The unit hears nothing yet: whether anything comes of it is decided in that workflow.

        Args:
            session: the caller's; flushed, never committed.
            by: who opens them.
            day: today if not given.
            codes: only these; all that wait if ``None``.

        Raises:
            Unknown: T01 when nothing of that code is proposed.
            Refused: T02 when a code is taken; N07 when only approved texts may be used.
        """
        day = day or self.today()
        found = {one.code: (one, rule) for one, rule in self.pending(session, Cut(day)).matters}
        for code in codes or ():
            if code not in found:
                raise Unknown(Problem("T01", f"没有“{code}”这件提请{did_you_mean(code, found)}", task=code))
        wanted = {code: found[code] for code in (found if codes is None else codes)}
        away = retired.pointers(session, self.district, sorted(wanted))
        if taken := sorted({*tasks.briefs(session, self.district, wanted), *away}):
            raise Refused(Problem("T02", f"{taken[0]} 已经立项,不能重复", task=taken[0]))
        return tuple(
            self.save(session, [self._opened(session, one, rule, by, day) for one, rule in wanted.values()], day)
        )

    def _opened(self, session: Session, one: UnitProposal, rule: str, by: Actor, day: date) -> Step:
        self.must_be_approved(session, one.ladder, self.folder.rules[one.ladder].text)
        source = self.folder.definition(one.opens)
        self.register(session, "workflow", source)
        task = replace(
            Task(one.code), title=one.label, text=_told(one, rule), lead=(one.unit,), document=one.ladder,
            path=(one.title, one.label), due=self.calendar.add(day, one.within.count, one.within.unit),
        )  # fmt: skip
        step = self.lifecycle(session, source.value.name).open(task, self.acting(by, task, day), day)
        return effects.marked(step, replace(step.task.events[-1], to=()))

    def lights(
        self, session: Session, name: str = "", cut: Cut | None = None, unit: str = ""
    ) -> tuple[Lights, tuple[Burning, ...]]:
        """The light of every task that was open on the day by which lights are judged, gravest first.

        Args:
            session: the caller's.
            name: of the rules, with or without version; the only ones if empty.
            cut: the day; today if not given.
            unit: only tasks that it leads.

        Raises:
            Unknown: F02, no such rules, or several to choose from; U04, no such unit.
        """
        cut = cut or Cut(self.today())
        known = [rules.lights for rules in self.folder.of_kind(Lights)]
        if not name and len(known) != 1:
            said = f"有 {'、'.join(known)},请写 --rules" if known else "流程文件夹的 rules 里没有亮灯办法(lights:)"
            raise Unknown(Problem("F02", f"不知道按哪个亮灯办法:{said}"))
        rules = self.folder.rule(Lights, name or known[0], cut.as_of).value
        day = light_rules.judged_on(rules, cut.as_of)
        mine = self._known_unit(unit, day) if unit else ""
        lit = Cut(day, cut.known)
        record = self.situations(session, lit, sorted(self._shining(session, rules, mine, lit)))
        found = [
            light for s in record if s.definition.workflow == rules.for_ and (not mine or mine in s.task.lead)
            and _alive(s, day) and (light := light_rules.light(rules, s, day))
        ]  # fmt: skip
        grades = {one.light: n for n, one in enumerate(rules.rungs)}
        return rules, tuple(sorted(found, key=lambda one: (-grades.get(one.light, len(grades)), one.task)))

    def _shining(self, session: Session, rules: Lights, unit: str, cut: Cut) -> set[str]:
        """The tasks that may show a light on the day of a cut, of one unit if it is named."""
        since = cut.as_of.replace(day=1)
        found = pressed.alive(session, self.district, rules.for_, since, cut.as_of)
        found |= counting.unsettled(session, self.district, cut)
        away = retired.pointers(session, self.district, cut=cut, since=since)
        found |= away.keys()
        return found if not unit else found.intersection(self.touching(session, {unit}, cut) or ())


def _alive(situation: Situation, day: date) -> bool:
    """Whether a task was open, or closed within the month in which a day lies."""
    over = situation.task.state in situation.definition.finals
    return not over or situation.task.events[-1].day >= day.replace(day=1)


def _rung(ladder: Ladder, matter: str) -> UnitRung:
    return next(rung for rung in ladder.units if rung.matter == matter)


def _told(one: UnitProposal, rule: str) -> str:
    because = ";".join(f"{ref.task} {ref.what}({ref.day})".strip() for ref in one.because)
    return f"{one.unit}:{rule}。{because}"
