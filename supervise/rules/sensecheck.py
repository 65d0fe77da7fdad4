"""What a scheme says and cannot mean: conditions that never hold, quotas beyond the whole, points beyond full marks.

Codes J14–J16; what works and is only left to the reader is told by ``hints``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import inf

from supervise.errors import Problem
from supervise.reading import Document, Path
from supervise.rules.anatomy import formulas, lines, values
from supervise.rules.arithmetic import Call, Comparison, Logic, Node, Number, Operation
from supervise.rules.bands import Range, holes, shown
from supervise.rules.formulacheck import constant
from supervise.rules.scheme import Formula, Grading, Scheme, SchemeBoard, SchemeLine, Value
from supervise.rules.spans import EVERY, limits_of, line_span, meet, span_of
from supervise.rules.spoken import labels, spoken
from supervise.rules.windows import covers

_YEARLY = {"year": 1, "half": 2, "quarter": 4, "month": 12}
_CONDITIONS = ("when", "unless", "none_when", "ranked_when")


def sense(document: Document, scheme: Scheme) -> Iterator[Problem]:
    """Faults of a scheme whose every name is known.

    Args:
        document: its file, for places.
        scheme: what it says.
    """
    for path, formula, _ in formulas(scheme):
        if path[-1] in _CONDITIONS and (why := _never(scheme, formula.node)):
            said = spoken(formula.node, labels(scheme))
            yield document.problem("J14", path, f"“{said}”永远不成立:{why}", "请改这个条件,或改前面的范围、封顶、保底")
    for path, value in values(scheme):
        yield from _idle_bands(document, scheme, path, value)
    for path, line in lines(scheme):
        yield from _idle_bands(document, scheme, path, line)
        yield from _beyond(document, scheme, path, line)
        yield from _parts(document, scheme, path, line)
    for kind, mark in scheme.marks.items():
        if mark.exempts and "self" in mark.by:
            text = f"“{mark.label}”是免责一类,不能由单位自己登记"
            yield document.problem("J13", ("marks", kind, "by"), text, "请写由谁登记,如 by: office")
    for name, board in scheme.boards.items():
        yield from _lists(document, scheme, ("boards", name), board)
    if scheme.grading is not None:
        yield from _grades(document, scheme, scheme.grading)


# ── what never holds ────────────────────────────────────────────────────────────────────────────────────────────────


def _never(scheme: Scheme, node: Node) -> str:
    """Why a condition can never hold, in Chinese; empty if it may."""
    if isinstance(node, Logic) and node.sign == "or":
        every = [_never(scheme, part) for part in node.parts]
        return every[0] if all(every) else ""
    if isinstance(node, Logic) and node.sign == "and":
        first = next(filter(None, (_never(scheme, part) for part in node.parts)), "")
        return first or _empty(scheme, limits_of(node))
    if isinstance(node, Number):
        return "" if node.value else "写的是 0"
    return (_apart(scheme, node) or _empty(scheme, limits_of(node))) if isinstance(node, Comparison) else ""


def _empty(scheme: Scheme, limits: Mapping[Node, Range]) -> str:
    """What is asked of one thing and can never be, by other conditions or by what it can come to."""
    known = labels(scheme)
    for node, wanted in limits.items():
        if wanted.empty:
            return f"对“{spoken(node, known)}”的要求互相矛盾"
        span, whole = span_of(scheme, node)
        both = meet(wanted, span)
        if both.empty or (whole and not any(True for _ in _whole(both))):
            return f"“{spoken(node, known)}”{_said(span)}"
    return ""


def _whole(span: Range) -> Iterator[None]:
    """Something, if there is a whole number in a range."""
    yield from (None for _ in holes([], span, whole=True))


def _apart(scheme: Scheme, node: Comparison) -> str:
    """Why two things can never compare as they are said to."""
    left = node.first
    for sign, right in node.rest:
        if not isinstance(left, Number) and not isinstance(right, Number):
            (one, _), (other, _) = span_of(scheme, left), span_of(scheme, right)
            low, high = (other, one) if sign in (">", ">=") else (one, other)
            if sign in ("<", "<=", ">", ">=") and (low.low > high.high or (low.low == high.high and "=" not in sign)):
                known = labels(scheme)
                return f"“{spoken(left, known)}”{_said(one)},“{spoken(right, known)}”{_said(other)}"
        left = right
    return ""


def _said(span: Range) -> str:
    if span.low == -inf or span.high == inf:
        return f"不会低于 {shown(span.low)}" if span.high == inf else f"不会高于 {shown(span.high)}"
    return f"只会在 {shown(span.low)} 到 {shown(span.high)} 之间"


def _idle_bands(document: Document, scheme: Scheme, path: Path, spec: Value | SchemeLine) -> Iterator[Problem]:
    if spec.of is None or spec.whole:
        return
    span, _ = span_of(scheme, spec.of.node)
    for key, band, _ in spec.bands:
        if meet(band, span).empty:
            text = f"“{key}”这一档永远用不上:“{spoken(spec.of.node, labels(scheme))}”{_said(span)}"
            yield document.problem("J14", (*path, "bands", key), text, "请删去这一档,或改登记项的 range")


# ── points ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _beyond(document: Document, scheme: Scheme, path: Path, line: SchemeLine) -> Iterator[Problem]:
    """A line that can give more than it is worth, or never as much."""
    if line.worth is not None and line.max is not None and line.max < line.worth:
        text = f"满分 {shown(Fraction(line.worth))},封顶却只有 {shown(Fraction(line.max))}"
        yield document.problem("J16", (*path, "max"), text, "请改 max,或改满分 worth")
    if line.worth is None or line.max is not None or line.at_most is not None:
        return
    span = line_span(scheme, line)
    worth, most = Fraction(line.worth), span.high
    if most > worth and (most < inf or _counting(line)):
        text = f"满分 {shown(worth)},却" + (f"最多能得 {shown(most)} 分" if most < inf else "每件加分,没有封顶")
        yield document.problem("J16", path, text, f"请写 max: {shown(worth)},确可超过的写 max: 最多几分")
    elif most < worth:
        text = f"满分 {shown(worth)},却最多只能得 {shown(most)} 分"
        yield document.problem("J16", path, text, "请改满分,或改算式里的系数、各档的分")


def _counting(line: SchemeLine) -> bool:
    """Whether a line, or one inside it without a cap, gives points for each thing there is."""
    if line.max is not None or line.at_most is not None:
        return False
    return any(map(_counting, line.lines)) or bool(line.count and max(*line.each, *line.lead, *line.co, Decimal(0)) > 0)


def _parts(document: Document, scheme: Scheme, path: Path, line: SchemeLine) -> Iterator[Problem]:
    """Parts of lead and co that a kind of mark does not have; what is counted once in a matter, and by turns."""
    kinds = [scheme.marks[word] for word in line.count or line.sum if word in scheme.marks]
    for key, label in (("lead", "牵头"), ("co", "协办")):
        alone = kinds and len(kinds) == len(line.count or line.sum) and not any(key in kind.role for kind in kinds)
        if getattr(line, key) and alone and (key == "co" or any(kind.role for kind in kinds)):
            text = f"“{kinds[0].label}”不记{label},这里的 {key} 用不上"
            yield document.problem("J14", (*path, key), text, f"请在登记项里写 role: [lead, co],或删去 {key}")
    if line.base is not None and not line.lines:
        text = "base(起始分)只用于有小项(lines)的一段,这里不起作用"
        yield document.problem("J13", (*path, "base"), text, "请把这一行放进 lines,如 {base: 20, min: 0, lines: [{…}]}")
    if not line.stepped and (line.nth != "unit" or line.nth_since is not None or line.nth_within is not None):
        text = "nth、nth_since、nth_within 只用于分次计分,each 要写几个数,如 [-1, -3, -10]"
        yield document.problem("J13", path, text)
    if line.nth_since is not None and line.nth_within is not None:
        yield document.problem("J13", (*path, "nth_within"), "nth_since、nth_within 只能写一样", "请删去一样")
    if line.nth_since is not None and not covers(line.nth_since, line.within, scheme.period):
        text = "计分的日子(within)比数第几次的日子(nth_since)长,早先的和以后的都会当作第一次"
        help_ = "请放宽 nth_since;“几个月以内再次”的写 nth_within: 6 months"
        yield document.problem("J13", (*path, "nth_since"), text, help_)
    around = [one for at, one in lines(scheme) if path[: len(at)] == at]
    if line.stepped and any(one.per_matter != "all" for one in around):
        text = "分次计分和 per_matter(同一事项只计一次)不能一起用"
        yield document.problem("J13", path, text, "同一事项里数第几次的写 nth: matter,并去掉 per_matter")


# ── lists ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _lists(document: Document, scheme: Scheme, path: Path, board: SchemeBoard) -> Iterator[Problem]:
    known = labels(scheme)
    for name, listing in board.lists.items():
        at: Path = (*path, "lists", name)
        wanted = limits_of(listing.when.node) if listing.when is not None else {}
        spared = _exempt(listing.unless.node) if listing.unless is not None else {}
        for node, span in spared.items():
            own = meet(wanted[node], span_of(scheme, node)[0]) if node in wanted else EVERY
            if node in wanted and not own.empty and meet(own, span) == own:
                text = f"when 成立的,unless(“{spoken(node, known)}”)都除外了,没有单位能上榜"
                yield document.problem("J14", (*at, "unless"), text, "请改其中一个条件")
        rank, most = Call("rank", (board.by[0].formula.node,)) if board.by else None, _most(listing.top.values())
        if rank in wanted and most is not None and wanted[rank].low > most and not listing.by:
            text = f"要“{spoken(rank, known)}”在 {shown(wanted[rank].low)} 以后,又要在前 {most} 名之内,没有单位能上榜"
            yield document.problem("J14", (*at, "when"), text, "请改名额或条件")
        for end in ("top", "bottom"):
            for group, formula in getattr(listing, end).items():
                text = _odd(formula, f"{end} 的{f'“{group}”' if group else ''}名额")
                if text:
                    yield document.problem("J15", (*at, end), text, "名额写几个,或不超过 100% 的比例")
    yield from _both_ends(document, path, board)
    for i, streak in enumerate(board.streaks):
        most = _YEARLY[scheme.period]
        if streak.in_year is not None and streak.in_year > most:
            text = f"一年只出 {most} 次榜,上不了 {streak.in_year} 次"
            yield document.problem("J14", (*path, "streaks", i, "in_year"), text, "请改 in_year,或写 in_a_row(连续)")


def _most(quotas: Iterable[Formula]) -> int | None:
    """The largest of quotas that are plain numbers."""
    found = [quota.node.value if isinstance(quota.node, Number) else None for quota in quotas]
    return int(max(n for n in found if n is not None)) if found and None not in found else None


def _exempt(node: Node) -> dict[Node, Range]:
    """Where an exemption surely holds: of one plain comparison what it asks, else nothing is said."""
    return limits_of(node) if isinstance(node, Comparison) and len(node.rest) == 1 else {}


def _both_ends(document: Document, path: Path, board: SchemeBoard) -> Iterator[Problem]:
    """Two lists of one order that must share units: the best and the worst, together more than all."""
    free = {name: one for name, one in board.lists.items() if not (one.by or one.when or one.unless)}
    for name, worst in free.items():
        for other, best in free.items():
            for group in worst.bottom.keys() & best.top.keys() if other != name else ():
                one, two = share(worst.bottom[group]), share(best.top[group])
                if one is not None and two is not None and one + two > 1:
                    text = f"“{other}”前 {shown(two * 100)}%、“{name}”后 {shown(one * 100)}%,有的单位两头都上"
                    yield document.problem("J15", (*path, "lists", name, "bottom"), text, "请改小其中一个,或加条件")


def share(formula: Formula) -> Fraction | None:
    """The share of the group that a quota is, where it is one."""
    node = formula.node
    if isinstance(node, Operation) and node.sign == "*":
        for number, size in ((node.left, node.right), (node.right, node.left)):
            if isinstance(number, Number) and isinstance(size, Call) and size.name == "size" and not size.arguments:
                return number.value
    return None


def _odd(formula: Formula, what: str) -> str:
    """What is wrong with a quota by itself."""
    part, number = share(formula), constant(formula.node)
    if part is not None and part > 1:
        return f"{what} {shown(part * 100)}% 超过了全部"
    if part == 0 or (number is not None and (number < 1 or number.denominator != 1)):
        return f"{what}是 {formula},不是几个,也不是几成"
    return ""


# ── grades ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _grades(document: Document, scheme: Scheme, grading: Grading) -> Iterator[Problem]:
    yield from _out_of_reach(document, scheme, grading)
    at: Path = ("grading", "grades")
    for key in ("quota", "together"):
        for i, row in enumerate(grading.grades):
            for formula in getattr(row, key).values():
                if text := _odd(formula, f"“{row.grade}”的名额"):
                    yield document.problem("J15", (*at, i, key), text, "名额写几个,或不超过 100% 的比例")
    groups = dict.fromkeys(group for row in grading.grades for group in (*row.quota, *row.together))
    for group in groups:
        yield from _quotas(document, grading, group)
    if grading.span is not None and not grading.whole:
        span, _ = span_of(scheme, grading.of.node)
        beyond = span.high < inf and span.high > grading.span.high
        if beyond or (span.low > -inf and span.low < grading.span.low):
            end = f"最多能到 {shown(span.high)}" if beyond else f"最少能到 {shown(span.low)}"
            text = f"“{spoken(grading.of.node, labels(scheme))}”{end},超出 span 所说的范围,那样的分数没有等次"
            yield document.problem("J09", ("grading", "span"), text, "请在得分里写 max、min(封顶、保底),或改 span")


def _quotas(document: Document, grading: Grading, group: str) -> Iterator[Problem]:
    """Shares of one group that come to more than the whole, or that hold less together than one alone."""
    total, before = Fraction(0), Fraction(0)
    for i, row in enumerate(grading.grades):
        own, whole = (share(quota[group]) if group in quota else None for quota in (row.quota, row.together))
        total += own or 0
        path: Path = ("grading", "grades", i)
        if own is not None and own <= 1 < total:
            text = f"到“{row.grade}”为止,各等名额合计 {shown(total * 100)}%,超过 100%"
            yield document.problem("J15", (*path, "quota"), text, "请改小名额;是“以上合计”的写 together")
        if whole is not None and whole < max(before, own or Fraction(0)):
            text = f"“{row.grade}”以上合计 {shown(whole * 100)}%,少于其中一等的 {shown(max(before, own or 0) * 100)}%"
            yield document.problem("J15", (*path, "together"), text, "请改 together 或 quota")
        before = max(before, own or Fraction(0), whole or Fraction(0))


def _out_of_reach(document: Document, scheme: Scheme, grading: Grading) -> Iterator[Problem]:
    """A grade that nobody can have: its range is never come to, or all who fit it fit a better one without a quota."""
    given = {limit.at_most for limit in grading.limits} | {row.grade for row in grading.grades if grading.lower}
    node, taken = grading.of.node, list[Range]()
    span, whole = span_of(scheme, node)
    whole = whole or grading.whole
    for i, row in enumerate(grading.grades):
        limits = limits_of(row.when.node) if row.when is not None else {}
        asked = row.range or limits.get(node, EVERY)
        own = meet(asked, grading.span or span)
        plain = row.range is not None if row.when is None else _alone(row.when.node, node)
        path: Path = ("grading", "grades", i)
        if own.empty and row.range is not None:
            text = f"“{row.grade}”永远定不到:“{spoken(node, labels(scheme))}”{_said(grading.span or span)}"
            yield document.problem("J14", (*path, "range"), text, "请改范围,或改得分的封顶、保底")
        elif _covered(taken, own, whole) and row.range is None and row.grade not in given:
            text = f"“{row.grade}”永远定不到:合这一等的,都先合了上面的等次"
            yield document.problem("J14", path, text, "等次从高到低写,请调整次序或条件")
        if plain and not (row.quota or row.together) and (row.when is None or row.range is None):
            taken.append(asked)


def _covered(taken: Sequence[Range], own: Range, whole: bool) -> bool:
    return bool(taken) and not own.empty and not list(holes(taken, own, whole))


def _alone(condition: Node, of: Node) -> bool:
    """Whether a condition asks a range of the graded value and nothing else."""
    parts = condition.parts if isinstance(condition, Logic) and condition.sign == "and" else (condition,)
    return all(isinstance(part, Comparison) and list(limits_of(part)) == [of] for part in parts)
