"""What is wrong with a rule set: unknown names, weights that do not add up, units left without a grade (R01–R15)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from supervise.errors import Problem, did_you_mean
from supervise.phrases import (
    OPENING,
    OUTCOMES,
    REMIND,
    Behind,
    Comparison,
    Distance,
    Done,
    InEffect,
    Length,
    Measure,
    OnPace,
    Outcome,
    Unanswered,
)
from supervise.reading import Document, Path
from supervise.records import PARTIES
from supervise.rules import sending
from supervise.rules.judgecheck import board_sense, year_sense
from supervise.rules.ladderchecking import check_ladder, check_lights
from supervise.rules.reach import measures
from supervise.rules.ruleset import (
    AssessmentRules,
    BoardRules,
    Circumstance,
    Grade,
    Ladder,
    Lights,
    Line,
    Listing,
    Reminders,
    RuleSet,
)
from supervise.rules.scheme import Proposing
from supervise.rules.sending import Sending
from supervise.workflows.checking import condition_names, unknown
from supervise.workflows.definition import Definition


def check(
    document: Document,
    rules: Ladder | Lights | Reminders | BoardRules | AssessmentRules | Sending,
    definitions: Mapping[str, Definition],
    boards: Iterable[str] = (),
    rungs: Iterable[str] = (),
    schemes: Iterable[str] = (),
) -> tuple[Problem, ...]:
    """Everything wrong with a rule set, each at its line.

    Args:
        document: the parsed file, for places.
        rules: what it says.
        definitions: workflow → newest definition, for the names it may use.
        boards: names of the boards an assessment may draw on.
        rungs: levels of every ladder, which a sending file may name.
        schemes: names of the boards of schemes, which an assessment may draw on too.
    """
    if isinstance(rules, Sending):
        return tuple(sending.check(document, rules, [*rungs, *(a for d in definitions.values() for a in d.actions)]))
    definition = definitions.get(rules.for_)
    if definition is None:
        return tuple(unknown(document, "R01", ("for",), "流程", [rules.for_], definitions))
    if isinstance(rules, Ladder):
        return tuple(check_ladder(document, rules, definition, definitions))
    if isinstance(rules, Lights):
        return tuple(check_lights(document, rules, definition))
    if isinstance(rules, Reminders):
        return tuple(_reminders(document, rules, definition))
    if isinstance(rules, BoardRules):
        return (*_board(document, rules, definition), *opened(document, (), rules.streaks, definitions))
    return tuple(_assessment(document, rules, definition, tuple(boards), tuple(schemes)))


def unknown_rungs(document: Document, definition: Definition, ladders: Iterable[Ladder]) -> Iterator[Problem]:
    """Conditions of a definition on orders of a rung that no ladder for it has.

    Args:
        document: the definition's file, for places.
        definition: what it says.
        ladders: those for this workflow; without any, an order's level is free.
    """
    names = [name for ladder in ladders for name in ladder.labels]
    for name, action in definition.actions.items() if names else ():
        for condition in action.when:
            if isinstance(condition, Unanswered | InEffect) and condition.rung not in names:
                text = f"没有“{condition.rung}”这个级别{did_you_mean(condition.rung, names)}"
                yield document.problem("R03", ("actions", name, "when"), text, word=condition.rung)


def counting(rules: Iterable[RuleSet]) -> list[RuleSet]:
    """Those that give points."""
    return [rule for rule in rules if not isinstance(rule, Ladder | Lights | Reminders | Sending)]


def unscored(document: Document, definition: Definition, rules: Iterable[RuleSet]) -> Iterator[Problem]:
    """Notes on duties of the parties that no board and no assessment counts.

    Args:
        document: the definition's file, for places.
        definition: what it says.
        rules: every rule set for this workflow that gives points.
    """
    counted: set[str] = set()
    for measure in (measure for rule in rules for measure in measures(rule)):
        if isinstance(measure, Outcome):
            counted |= {measure.duty} if measure.duty else set(definition.duties)
        elif isinstance(measure, OnPace | Behind):
            counted.add(measure.duty)
        elif isinstance(measure, Distance):
            counted.update(measure.of.split(" or "))
    for name, duty in definition.duties.items():
        if name not in counted and duty.role in PARTIES:
            yield document.problem("R15", ("duties", name), f"“{duty.label}”办得怎样,没有一份红黑榜或考核办法计分")


def _reminders(document: Document, rules: Reminders, definition: Definition) -> Iterator[Problem]:
    seen: set[tuple[str, Length]] = set()
    for i, notice in enumerate(rules.notices):
        at: Path = ("notices", i)
        yield from unknown(document, "D10", (*at, "duty"), "应办", notice.duty, definition.duties)
        yield from unknown(document, "R04", (*at, "tell"), "角色", notice.tell, definition.roles)
        if not notice.before:
            yield document.problem("H01", (*at, "before"), "没有写到期前多久提醒,如 [7 workdays, 1 workday]")
        for duty, length in ((duty, length) for duty in notice.duty for length in notice.before):
            if not length.count:
                text = "到期前至少要提前 1 天提醒,不能写 0"
                yield document.problem("H01", (*at, "before"), text)
            elif (duty, length) in seen:
                text = f"“{duty}”到期前 {length.count} {length.unit} 写了两次"
                yield document.problem("H01", (*at, "before"), text)
            seen.add((duty, length))
    if rules.remind is not None:
        for key, roles in (("by", rules.remind.by), ("tell", rules.remind.tell)):
            yield from unknown(document, "R04", ("remind", key), "角色", roles, definition.roles)
    if rules.burden is not None:
        yield from unknown(document, "D10", ("burden", "reports"), "应办", rules.burden.reports, definition.duties)
        acts = rules.burden.inspections
        yield from unknown(document, "D07", ("burden", "inspections"), "动作", acts, definition.actions)


def reminded_twice(documents: Iterable[tuple[Document, Reminders]]) -> Iterator[Problem]:
    """Rule sets that all say how people of one workflow may be reminded by hand; only one can hold.

    Args:
        documents: the newest version of each for one workflow, with its file.
    """
    for document, rules in [(d, r) for d, r in documents if r.remind is not None][1:]:
        text = f"{rules.for_} 的催办已在另一份办法里定了,只能定一次"
        yield document.problem("H02", ("remind",), text)


def _board(document: Document, rules: BoardRules, definition: Definition) -> Iterator[Problem]:
    for i, line in enumerate(rules.score.lines):
        yield from _line(document, definition, ("score", "lines", i), line)
    for name, listing in (("red", rules.red), ("black", rules.black)):
        yield from unknown(document, "R06", (name, "rank"), "分组", listing.rank, rules.groups)
        yield from _listing(document, definition, (name,), listing)
    yield from board_sense(document, rules)
    yield from unknown(document, "R06", ("score", "spare"), "分组", (g for g, _ in rules.score.spare), rules.groups)
    yield from unknown(document, "R04", ("score", "spare"), "角色", (r for _, r in rules.score.spare), definition.roles)
    for i, streak in enumerate(rules.streaks):
        yield from unknown(document, "R04", ("streaks", i, "tell"), "角色", streak.tell, definition.roles)


def opened(
    document: Document, at: Path, streaks: Sequence[Proposing], definitions: Mapping[str, Definition]
) -> Iterator[Problem]:
    """Proposals that lead into a workflow that is not there.

    Args:
        document: the parsed file, for places.
        at: of the board.
        streaks: of the board.
        definitions: workflow → newest definition.
    """
    for i, streak in enumerate(streaks):
        wanted = [streak.opens] if streak.opens else []
        yield from unknown(document, "R01", (*at, "streaks", i, "opens"), "流程", wanted, definitions)


def _listing(document: Document, definition: Definition, at: Path, listing: Listing) -> Iterator[Problem]:
    for comparison in listing.when:
        yield from _comparison(document, definition, (*at, "when"), comparison, {"score"})


def _line(document: Document, definition: Definition, at: Path, line: Line) -> Iterator[Problem]:
    if (line.rate is None) == (line.count is None):
        yield document.problem("R07", at, f"“{line.label}”须写 rate(比率)或 count(件数)其中一项")
        return
    for measure in line.rate or line.count or ():
        yield from measure_names(document, definition, (*at, "rate" if line.rate else "count"), measure)
    if line.rate is not None:
        if line.points is None:
            yield document.problem("R07", at, f"“{line.label}”是比率,须写 points(满分)")
        if not all(isinstance(m, Outcome | OnPace) for m in line.rate):
            yield document.problem("R07", (*at, "rate"), f"“{line.label}”算不成比率:只有应办的结果和 on pace 有分母")
    elif line.lead is None and line.co is None:
        yield document.problem("R07", at, f"“{line.label}”是件数,须写 lead 或 co(每件几分)")


def measure_names(document: Document, definition: Definition, at: Path, measure: Measure) -> Iterator[Problem]:
    """Problems with the names inside a measure."""
    if isinstance(measure, Done):
        yield from unknown(document, "R08", at, "动作或计数", [measure.action], [*definition.actions, OPENING, REMIND])
    elif isinstance(measure, OnPace):
        yield from unknown(document, "D10", at, "应办", [measure.duty], definition.duties)
    else:
        yield from condition_names(document, definition, at, measure)


def _comparison(
    document: Document, definition: Definition, at: Path, comparison: Comparison, names: set[str]
) -> Iterator[Problem]:
    if comparison.subject not in names:
        yield from measure_names(document, definition, at, comparison.measure)


def _assessment(
    document: Document,
    rules: AssessmentRules,
    definition: Definition,
    boards: tuple[str, ...],
    schemes: tuple[str, ...],
) -> Iterator[Problem]:
    total = sum((part.weight for part in rules.parts), Decimal(0))
    if total != 100:
        yield document.problem("R09", ("parts",), f"各项权重合计是 {total},应为 100")
    known = {"board": (*boards, *schemes), "score": boards}
    for i, part in enumerate(rules.parts):
        if part.from_.kind in known:
            names = known[part.from_.kind]
            yield from unknown(document, "R10", ("parts", i, "from"), "红黑榜", [part.from_.name], names)
    yield from unknown(document, "R37", ("then",), "来源", rules.then, [part.label for part in rules.parts])
    yield from year_sense(document, rules)
    counted = ("red", "black", *rules.marks)
    for i, adjust in enumerate(rules.adjust):
        yield from unknown(document, "R08", ("adjust", i, "count"), "榜或登记项", [adjust.count], counted)
    yield from _marks(document, rules, definition)
    grades = [grade.grade for grade in rules.grades]
    last = rules.grades[-1] if rules.grades else None
    if last is None or last.when or last.quota:
        yield document.problem("R11", ("grades",), "最后一个等次不能带条件或名额,否则有的单位定不了等次")
    rows: dict[str, tuple[Grade | Circumstance, ...]] = {
        "grades": rules.grades, "limits": rules.limits, "lower": rules.lower, "bars": rules.bars,
    }  # fmt: skip
    for key, row in ((key, one) for key, some in rows.items() for one in enumerate(some)):
        for comparison in row[1].when:
            yield from _comparison(document, definition, (key, row[0], "when"), comparison, {"score", *counted})
    for i, limit in enumerate(rules.limits):
        yield from unknown(document, "R12", ("limits", i, "at_most"), "等次", [limit.at_most], grades)


def _marks(document: Document, rules: AssessmentRules, definition: Definition) -> Iterator[Problem]:
    """Kinds of marks whose names mean something else in conditions already, or that no number comes of."""
    taken = {"score", "red", "black", OPENING, REMIND, *definition.actions, *OUTCOMES}
    asked = [*(adjust.count for adjust in rules.adjust)]
    asked += [c.subject for some in (rules.grades, rules.limits, rules.lower, rules.bars) for r in some for c in r.when]
    for name, kind in rules.marks.items():
        if name in taken:
            yield document.problem("J03", ("marks", name), f"“{name}”另有所指,请换一个", word=name)
        if kind.value == "day" and name in asked:
            text = f"“{kind.label}”登记的是日期,不能计数、比大小"
            yield document.problem("R17", ("marks", name), text, "请改用 count、flag 或 number", name)


def unknown_groups(
    document: Document, rules: AssessmentRules, groups: Iterable[str], units: Iterable[str]
) -> Iterator[Problem]:
    """Groups and units of an assessment that the directory does not have.

    Args:
        document: the parsed file, for places.
        rules: what it says.
        groups, units: those of the directory; without groups, they are free.
    """
    groups = tuple(groups)
    if not groups:
        return
    yield from unknown(document, "R06", ("apart",), "分组或单位", rules.apart, [*groups, *units])
    for i, grade in enumerate(rules.grades):
        yield from unknown(document, "R06", ("grades", i, "quota"), "分组", filter(None, grade.quota), groups)
    rows: dict[str, tuple[Circumstance, ...]] = {"limits": rules.limits, "lower": rules.lower, "bars": rules.bars}
    for key, some in rows.items():
        for i, row in enumerate(some):
            yield from unknown(document, "R06", (key, i, "groups"), "分组", row.groups, groups)
