"""What is wrong with a scheme, before anything is scored: names, circles, holes and overlaps, parts that do not add up.

Codes J01–J13; each problem stands at its line and says what to do now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from supervise.errors import Problem
from supervise.goals import plain
from supervise.reading import Document, Path
from supervise.rules.anatomy import formulas, lines, named, results, values
from supervise.rules.arithmetic import FUNCTIONS, OPTIONS, Call, Name, Node, Word, inner
from supervise.rules.bands import Range, holes, overlaps
from supervise.rules.checking import opened
from supervise.rules.formulacheck import Known, formula_problems
from supervise.rules.functions import parted
from supervise.rules.scheme import Grading, Scheme, SchemeBoard, SchemeLine, Value
from supervise.rules.sensecheck import sense
from supervise.rules.sheet import BUILT_IN
from supervise.rules.spans import span_of
from supervise.rules.windows import beyond
from supervise.workflows.checking import unknown
from supervise.workflows.definition import Definition

_FILL = "请补上这一档,或写 otherwise(其余按什么)"
RESERVED = {*BUILT_IN, *OPTIONS, "and", "or", "not"}
"""Words of formulas that cannot be names."""
_SOURCES = ("lines", "count", "sum", "rate", "points", "of")


def check_scheme(document: Document, scheme: Scheme, definitions: Mapping[str, Definition]) -> Iterator[Problem]:
    """Everything wrong with a scheme.

    Args:
        document: the parsed file, for places.
        scheme: what it says.
        definitions: workflow → newest definition, for the phrases it counts.
    """
    found = list(_names(document, scheme, definitions))
    yield from found if found else sense(document, scheme)


def _names(document: Document, scheme: Scheme, definitions: Mapping[str, Definition]) -> Iterator[Problem]:
    """What cannot be worked out as it stands; without such faults, ``sense`` looks at what it means."""
    law = definitions.get(scheme.for_)
    if scheme.for_ and law is None:
        yield from unknown(document, "R01", ("for",), "流程", [scheme.for_], definitions)
    yield from _twice(document, scheme)
    known = Known(scheme, frozenset(name for name, _ in named(scheme)), frozenset(_words(scheme)), law)
    for path, formula, item in formulas(scheme):
        yield from formula_problems(document, known, path, formula, item)
    yield from _circles(document, scheme)
    for path, spec in values(scheme):
        yield from _banded(document, scheme, path, spec)
    for path, line in lines(scheme):
        yield from _line(document, known, path, line)
        yield from _banded(document, scheme, path, line)
        yield from unknown(document, "R06", (*path, "spare"), "分组", (s.group for s in line.spare), scheme.groups)
    for name, board in scheme.boards.items():
        yield from _board(document, scheme, ("boards", name), board)
        yield from opened(document, ("boards", name), board.streaks, definitions)
    if scheme.items is not None:
        yield from unknown(document, "J05", ("items", "of"), "登记项", scheme.items.of, scheme.marks)
    if scheme.grading is not None:
        yield from _grading(document, scheme, scheme.grading)


def _twice(document: Document, scheme: Scheme) -> Iterator[Problem]:
    first: dict[str, Path] = {}
    for name, path in named(scheme):
        if name in RESERVED or not name.isidentifier():
            taken = "另有所指" if name.isidentifier() else "不能作名字(只用字母、数字、下划线或汉字)"
            yield document.problem("J03", path, f"“{name}”{taken},请换一个")
        elif name in first:
            yield document.problem("J03", path, f"“{name}”在第 {document.line(first[name])} 行已经用过,请换一个")
        first.setdefault(name, path)
    called: dict[str, str] = {}
    for name, kind in scheme.marks.items():
        if kind.label in called:
            text = f"“{name}”和“{called[kind.label]}”都叫“{kind.label}”,登记表里分不清"
            yield document.problem("J03", ("marks", name, "label"), text, "请改一个名称")
        called.setdefault(kind.label, name)
    for name in scheme.items.values if scheme.items is not None else ():
        if name in scheme.marks or name in RESERVED:
            yield document.problem("J03", ("items", "values", name), f"“{name}”另有所指,请换一个")


def _words(scheme: Scheme) -> Iterator[str]:
    """The words that some value may come to: ``group`` to the name of a group."""
    yield from scheme.groups
    for _, formula, _ in formulas(scheme):
        yield from (_said(formula.node))


def _said(node: Node) -> Iterator[str]:
    if isinstance(node, Word):
        yield node.text
    if isinstance(node, Call):
        if node.name == "gravest" and node.arguments and isinstance(node.arguments[0], Word):
            yield from node.arguments[0].text.split()
        for part in node.arguments[1:] if node.name == "if" else node.arguments if node.name == "default" else ():
            yield from _said(part)


# ── circles ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _circles(document: Document, scheme: Scheme) -> Iterator[Problem]:
    """Things that need themselves, told once at the first of them."""
    needs: dict[str, set[str]] = {}
    for path, formula, _ in formulas(scheme):
        for owner in _owners(scheme, path):
            needs.setdefault(owner, set()).update(_asked(formula.node))
    told: set[str] = set()
    for start in needs:
        trail = _trail(needs, start)
        if trail and not told & set(trail):
            told |= set(trail)
            shelf = next((p for n, p in [*named(scheme), *((p[-1], p) for p, _ in values(scheme))] if n == start), ())
            yield document.problem("J04", shelf, f"互相引用,算不出来:{' → '.join(trail)}", "请断开其中一处")


def _asked(node: Node) -> set[str]:
    if isinstance(node, Call) and FUNCTIONS.get(node.name, FUNCTIONS["abs"]).kind == "past":
        return set()
    own = {parted(node.name)[0]} if isinstance(node, Name) else set[str]()
    return own.union(*map(_asked, inner(node)))


def _owners(scheme: Scheme, path: Path) -> Iterator[str]:
    """Whose formula it is: a value, a bar, a named line, and every named section around it."""
    if path[0] == "items":
        yield str(path[2])
    elif path[0] in ("values", "bars"):
        yield str(path[1])
    elif path[0] == "scores":
        yield str(path[1])
        yield from (line.name for at, line in lines(scheme) if line.name and path[: len(at)] == at)


def _trail(needs: Mapping[str, set[str]], start: str) -> list[str]:
    """A way from a name back to itself, if there is one."""
    stack: list[tuple[str, list[str]]] = [(start, [start])]
    seen: set[str] = set()
    while stack:
        name, way = stack.pop()
        for other in sorted(needs.get(name, ())):
            if other == start:
                return [*way, start]
            if other not in seen:
                seen.add(other)
                stack.append((other, [*way, other]))
    return []


# ── bands, lines, boards, grades ────────────────────────────────────────────────────────────────────────────────────


def _banded(document: Document, scheme: Scheme, path: Path, spec: Value | SchemeLine) -> Iterator[Problem]:
    ranges = [band for _, band, _ in spec.bands]
    if not ranges:
        if spec.otherwise is not None:
            yield document.problem("J13", (*path, "otherwise"), "没有 bands(各档),otherwise 不起作用")
        return
    for i, j, shared in overlaps(ranges):
        keys = [key for key, _, _ in spec.bands]
        text = f"“{keys[i]}”和“{keys[j]}”两档在 {shared} 重叠,请改成各管一段"
        yield document.problem("J11", (*path, "bands", keys[j]), text)
    if spec.otherwise is None:
        span, whole = span_of(scheme, spec.of.node) if spec.of is not None else (Range(), False)
        for gap in holes(ranges, spec.span or span, spec.whole or whole):
            yield document.problem("J08", (*path, "bands"), f"{gap} 没有规定", _FILL)


def _line(document: Document, known: Known, path: Path, line: SchemeLine) -> Iterator[Problem]:
    has = [key for key in _SOURCES if getattr(line, key) not in (None, ())]
    if len(has) != 1 and not (not has and line.none_when):
        text = f"同时写了 {'、'.join(has)},只能写一样" if has else f"没有写怎么计分,须写 {'、'.join(_SOURCES)} 之一"
        yield document.problem("J13", path, text)
        return
    if ("of" in has) != bool(line.bands):
        yield document.problem("J13", path, "of 和 bands(各档)要一起写")
    for key in ("count", "sum", "rate"):
        for word in getattr(line, key):
            yield from known.source(document, (*path, key), word, key == "rate")
    for key in ("within", "nth_since"):
        if (days := getattr(line, key)) is not None and (wrong := beyond(days, known.scheme.period)):
            yield document.problem("J02", (*path, key), wrong)
    if line.count and not (line.each or line.lead or line.co):
        yield document.problem("J13", path, "是件数,须写 each(每件几分),或 lead、co(牵头、协办各几分)")
    if line.rate and line.worth is None:
        yield document.problem("J13", path, "是比率,须写 worth(满分)")
    if line.min is not None and line.max is not None and line.min > line.max:
        yield document.problem("J13", (*path, "min"), f"保底 {plain(line.min)} 高于封顶 {plain(line.max)}")
    if line.base is not None and line.max is not None and line.base > line.max:
        yield document.problem("J13", (*path, "base"), f"起始分 {plain(line.base)} 高于封顶 {plain(line.max)}")
    yield from _adding(document, path, line)
    yield from _words_for_points(document, path, line)


def _words_for_points(document: Document, path: Path, line: SchemeLine) -> Iterator[Problem]:
    for at, result in results(path, line):
        if isinstance(result.node, Word):
            yield document.problem("J06", at, f"“{result.text}”不是分数;算式前要写等号,如 '= 20 - lag'")


def _adding(document: Document, path: Path, line: SchemeLine) -> Iterator[Problem]:
    """A section whose parts do not come to what it is worth, and parts that cannot be left out."""
    full = [(i, part.full) for i, part in enumerate(line.lines)]
    parts = [worth for _, worth in full if worth is not None]
    base = line.base or Decimal(0)
    if line.worth is not None and parts and sum(parts, base) != line.worth:
        total = sum(parts, base)
        text = f"各小项满分合计 {plain(total)},应为 {plain(line.worth)},差 {plain(abs(line.worth - total))}"
        yield document.problem("J12", (*path, "worth"), text, "请改小项的满分,或改这里的 worth")
    for i, part in enumerate(line.lines):
        if part.none == "out" and part.full is None:
            text = "“不计”的一项要写 worth(满分),其余各项才知道怎么折算"
            yield document.problem("J13", (*path, "lines", i, "none"), text)


def _board(document: Document, scheme: Scheme, path: Path, board: SchemeBoard) -> Iterator[Problem]:
    yield from unknown(document, "R06", (*path, "groups"), "分组", board.groups, scheme.groups)
    shown = {*scheme.values, *scheme.scores, *scheme.bars, *(line.name for _, line in lines(scheme) if line.name)}
    yield from unknown(document, "J01", (*path, "show"), "数", (parted(name)[0] for name in board.show), shown)
    items = scheme.items.values if scheme.items is not None else {}
    yield from unknown(document, "J01", (*path, "lights"), "事项的数", board.lights, items)
    for name, listing in board.lists.items():
        at: Path = (*path, "lists", name)
        for end in ("top", "bottom"):
            groups = [group for group in getattr(listing, end) if group]
            yield from unknown(document, "R06", (*at, end), "分组", groups, board.groups or scheme.groups)
        if (listing.top or listing.bottom) and not board.by:
            yield document.problem("J13", at, "按名次上榜,榜里须写 by(按什么排名)")
        if not (listing.top or listing.bottom or listing.when):
            yield document.problem("J13", at, "须写 top、bottom(名次)或 when(条件)")
        if (listing.ties == "next") != bool(listing.then):
            yield document.problem("J13", at, "ties: next 和 then(再比什么)要一起写")
    for i, streak in enumerate(board.streaks):
        yield from unknown(document, "J01", (*path, "streaks", i, "list"), "榜", [streak.list], board.lists)
        if streak.in_a_row is None and streak.in_year is None:
            yield document.problem("J13", (*path, "streaks", i), "须写 in_a_row(连续几次)或 in_year(一年几次)")


def _grading(document: Document, scheme: Scheme, grading: Grading) -> Iterator[Problem]:
    rows = grading.grades
    ranges = [(i, row.range) for i, row in enumerate(rows) if row.range is not None]
    bands = [band for _, band in ranges]
    for i, j, shared in overlaps(bands):
        first, second = rows[ranges[i][0]].grade, rows[ranges[j][0]].grade
        text = f"“{first}”和“{second}”在 {shared} 重叠,一个分数有两个等次"
        yield document.problem("J11", ("grading", "grades", ranges[j][0], "range"), text, "请改成各管一段")
    last = rows[-1] if rows else None
    open_end = last is not None and last.range is None and last.when is None and not last.quota
    if bands:
        span, whole = span_of(scheme, grading.of.node)
        within = grading.span or (_hull(bands) if open_end else span)
        for gap in holes(bands, within, grading.whole or whole):
            help_ = "请补上这一段;只打整数分的,写 whole: true;不会超出的,写 span: 0 .. 100"
            yield document.problem("J09", ("grading", "grades"), f"{gap} 没有等次", help_)
    elif not open_end:
        yield document.problem("R11", ("grading", "grades"), "最后一个等次不能带条件或名额,否则有的单位定不了等次")
    if bands and last is not None and (last.when is not None or last.quota):
        yield document.problem("R11", ("grading", "grades"), "最后一个等次不能带条件或名额,否则有的单位定不了等次")
    names = [row.grade for row in rows]
    for i, grade in enumerate(names):
        if grade in names[:i]:
            yield document.problem("J03", ("grading", "grades", i, "grade"), f"“{grade}”写了两次,请合成一等或改名")
    for i, row in enumerate(rows):
        for key in ("quota", "together"):
            groups = filter(None, getattr(row, key))
            yield from unknown(document, "R06", ("grading", "grades", i, key), "分组", groups, scheme.groups)
    for i, limit in enumerate(grading.limits):
        yield from unknown(document, "R12", ("grading", "limits", i, "at_most"), "等次", [limit.at_most], names)


def _hull(bands: Sequence[Range]) -> Range:
    low = min(bands, key=lambda b: (b.low, not b.with_low))
    high = max(bands, key=lambda b: (b.high, b.with_high))
    return Range(low.low, high.high, low.with_low, high.with_high)
