"""What is wrong with a rule set: unknown names, weights that do not add up, units left without a grade (R01–R15)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from supervise.errors import Problem, did_you_mean
from supervise.phrases import OPENING, Behind, Comparison, Distance, Done, Measure, OnPace, Outcome, Unanswered
from supervise.reading import Document, Path
from supervise.records import PARTIES
from supervise.rules.reach import measures
from supervise.rules.ruleset import AssessmentRules, BoardRules, Ladder, Line, Listing, RuleSet
from supervise.workflows.checking import condition_names, unknown
from supervise.workflows.definition import Definition
from supervise.workflows.durations import too_far


def check(
    document: Document,
    rules: Ladder | BoardRules | AssessmentRules,
    definitions: Mapping[str, Definition],
    boards: Iterable[str] = (),
) -> tuple[Problem, ...]:
    """Everything wrong with a rule set, each at its line.

    Args:
        document: the parsed file, for places.
        rules: what it says.
        definitions: workflow → newest definition, for the names it may use.
        boards: names of the boards an assessment may draw on.
    """
    definition = definitions.get(rules.for_)
    if definition is None:
        return tuple(unknown(document, "R01", ("for",), "流程", [rules.for_], definitions))
    if isinstance(rules, Ladder):
        return tuple(_ladder(document, rules, definition))
    if isinstance(rules, BoardRules):
        return tuple(_board(document, rules, definition))
    return tuple(_assessment(document, rules, definition, tuple(boards)))


def unknown_rungs(document: Document, definition: Definition, ladders: Iterable[Ladder]) -> Iterator[Problem]:
    """Conditions of a definition on orders of a rung that no ladder for it has.

    Args:
        document: the definition's file, for places.
        definition: what it says.
        ladders: those for this workflow; without any, an order's level is free.
    """
    names = [rung.order for ladder in ladders for rung in ladder.rungs]
    for name, action in definition.actions.items() if names else ():
        for condition in action.when:
            if isinstance(condition, Unanswered) and condition.rung not in names:
                text = f"没有“{condition.rung}”这个级别{did_you_mean(condition.rung, names)}"
                yield document.problem("R03", ("actions", name, "when"), text, word=condition.rung)


def unscored(document: Document, definition: Definition, rules: Iterable[RuleSet]) -> Iterator[Problem]:
    """Notes on duties of the parties that no board and no assessment counts.

    Args:
        document: the definition's file, for places.
        definition: what it says.
        rules: every rule set for this workflow.
    """
    counting = [rule for rule in rules if not isinstance(rule, Ladder)]
    if not counting:
        text = f"没有一份红黑榜或考核办法计“{definition.title}”的应办,只督办、不计分"
        yield document.problem("R15", ("workflow",), text)
        return
    counted: set[str] = set()
    for measure in (measure for rule in counting for measure in measures(rule)):
        if isinstance(measure, Outcome):
            counted |= {measure.duty} if measure.duty else set(definition.duties)
        elif isinstance(measure, OnPace | Behind):
            counted.add(measure.duty)
        elif isinstance(measure, Distance):
            counted.update(measure.of.split(" or "))
    for name, duty in definition.duties.items():
        if name not in counted and duty.role in PARTIES:
            yield document.problem("R15", ("duties", name), f"“{duty.label}”办得怎样,没有一份红黑榜或考核办法计分")


def _ladder(document: Document, rules: Ladder, definition: Definition) -> Iterator[Problem]:
    names = [rung.order for rung in rules.rungs]
    for i, rung in enumerate(rules.rungs):
        at: Path = ("rungs", i)
        if rung.order in names[:i]:
            yield document.problem("R02", (*at, "order"), f"“{rung.order}”这一级写了两次")
        if rung.reply is None and not rung.confirm:
            yield document.problem("R13", at, f"“{rung.label}”由系统发出,须写 reply(限期几天回复)")
        for condition in rung.when:
            yield from condition_names(document, definition, (*at, "when"), condition)
            yield from too_far(document, definition, (*at, "when"), condition)
            if isinstance(condition, Unanswered):
                yield from unknown(document, "R03", (*at, "when"), "级别", [condition.rung], names)
            if isinstance(condition, Distance) and not set(condition.of.split(" or ")) & set(definition.duties):
                yield document.problem("R14", (*at, "when"), "督查单要针对一项应办,不能从动作起算")
        yield from unknown(document, "R04", (*at, "tell"), "角色", rung.tell, definition.roles)
        yield from unknown(
            document, "R04", (*at, "confirm"), "角色", [rung.confirm] if rung.confirm else [], definition.roles
        )
    pressing = [a for a in definition.actions.values() if "clock" in a.by and not a.when]
    if not any(definition.field_of("duty", a.needs) and definition.field_of("date", a.needs) for a in pressing):
        yield document.problem(
            "R05", ("for",), f"流程 {definition.name} 没有可由系统发督查单的动作(须有应办和时限两个字段)"
        )


def _board(document: Document, rules: BoardRules, definition: Definition) -> Iterator[Problem]:
    for i, line in enumerate(rules.score.lines):
        yield from _line(document, definition, ("score", "lines", i), line)
    for name, listing in (("red", rules.red), ("black", rules.black)):
        yield from unknown(document, "R06", (name, "rank"), "分组", listing.rank, rules.groups)
        yield from _listing(document, definition, (name,), listing)
    yield from unknown(document, "R06", ("score", "spare"), "分组", (g for g, _ in rules.score.spare), rules.groups)
    yield from unknown(document, "R04", ("score", "spare"), "角色", (r for _, r in rules.score.spare), definition.roles)
    for i, streak in enumerate(rules.streaks):
        yield from unknown(document, "R04", ("streaks", i, "tell"), "角色", streak.tell, definition.roles)


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
        yield from unknown(document, "R08", at, "动作或计数", [measure.action], [*definition.actions, OPENING])
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
    document: Document, rules: AssessmentRules, definition: Definition, boards: tuple[str, ...]
) -> Iterator[Problem]:
    total = sum((part.weight for part in rules.parts), Decimal(0))
    if total != 100:
        yield document.problem("R09", ("parts",), f"各项权重合计是 {total},应为 100")
    for i, part in enumerate(rules.parts):
        if part.from_.kind != "mark":
            yield from unknown(document, "R10", ("parts", i, "from"), "红黑榜", [part.from_.name], boards)
    grades = [grade.grade for grade in rules.grades]
    last = rules.grades[-1] if rules.grades else None
    if last is None or last.when or last.quota is not None:
        yield document.problem("R11", ("grades",), "最后一个等次不能带条件或名额,否则有的单位定不了等次")
    names = {"score", "red", "black"}
    conditions = {
        "grades": [grade.when for grade in rules.grades],
        "limits": [limit.when for limit in rules.limits],
        "bars": [bar.when for bar in rules.bars],
    }
    for key, rows in conditions.items():
        for i, when in enumerate(rows):
            for comparison in when:
                yield from _comparison(document, definition, (key, i, "when"), comparison, names)
    for i, limit in enumerate(rules.limits):
        yield from unknown(document, "R12", ("limits", i, "at_most"), "等次", [limit.at_most], grades)
