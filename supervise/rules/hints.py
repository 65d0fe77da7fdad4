"""What works in a scheme, but is said in vain or left to the reader: hints of ``supervise check``, no faults.

Codes J17 (in vain) and J18 (left open, with what is done then).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import inf

from supervise.errors import Problem
from supervise.reading import Document, Path
from supervise.rules.anatomy import formulas, lines, sources
from supervise.rules.arithmetic import Name, walk
from supervise.rules.bands import shown
from supervise.rules.functions import parted
from supervise.rules.ruleset import RuleSet
from supervise.rules.scheme import Formula, Scheme, SchemeBoard
from supervise.rules.sensecheck import share
from supervise.rules.spans import limits_of, line_span, meet
from supervise.rules.spoken import labels, spoken


def hints(rules: Iterable[tuple[Document, RuleSet]]) -> Iterator[Problem]:
    """What works, but is said in vain or left to the reader.

    Args:
        rules: each with its file, for places; of other kinds than schemes nothing is said.
    """
    for document, scheme in rules:
        if not isinstance(scheme, Scheme):
            continue
        yield from _unused(document, scheme)
        yield from _idle_bounds(document, scheme)
        yield from _counted_twice(document, scheme)
        yield from _unsaid(document, scheme)
        if (scheme.sign or scheme.notice) and "closes" not in scheme.model_fields_set:
            text = "没有写 closes(期末后多久出榜),期末次日就可以公示"
            yield document.problem("J18", ("period",), text, "请写如 closes: 10 workdays")


def _unused(document: Document, scheme: Scheme) -> Iterator[Problem]:
    told = {parted(n.name)[0] for _, f, _ in formulas(scheme) for n in walk(f.node) if isinstance(n, Name)}
    told |= {word for _, word in sources(scheme)} | set(scheme.items.of if scheme.items is not None else ())
    for name, kind in scheme.marks.items():
        if name not in told:
            text = f"“{kind.label}”登记了,却没有哪一行、哪个条件用它"
            yield document.problem("J17", ("marks", name), text, "漏了计分的请补上;不用的请删去")
    for name in scheme.scores:
        if name not in told:
            text = f"“{name}”算了分,却没有哪张榜、哪个等次用它"
            yield document.problem("J17", ("scores", name), text, "请写进榜的 by,或删去")
    boards = scheme.boards.values()
    for group in scheme.groups if all(board.groups for board in boards) else ():
        if not any(group in board.groups for board in boards):
            text = f"“{scheme.groups[group]}”不在任何一张榜里"
            yield document.problem("J17", ("groups", group), text, "请写进一张榜的 groups,或删去")


def _idle_bounds(document: Document, scheme: Scheme) -> Iterator[Problem]:
    """A cap that is never come to, a floor that is never come to."""
    for path, line in lines(scheme):
        free = line_span(scheme, line.model_copy(update={"min": None, "max": None}))
        if line.max is not None and -inf < free.high < line.max:
            text = f"封顶 {shown(Fraction(line.max))} 用不上,最多只能得 {shown(free.high)} 分"
            yield document.problem("J17", (*path, "max"), text, "请核对各项的满分和系数")
        if line.min is not None and inf > free.low > line.min:
            text = f"保底 {shown(Fraction(line.min))} 用不上,最少也有 {shown(free.low)} 分"
            yield document.problem("J17", (*path, "min"), text, "请核对各项的扣分")


def _counted_twice(document: Document, scheme: Scheme) -> Iterator[Problem]:
    """One kind of mark that counts in two lines of a score."""
    for name in scheme.scores:
        inside = [(path, line) for path, line in lines(scheme) if path[:2] == ("scores", name)]
        times = Counter(word for _, line in inside for word in (*line.count, *line.sum))
        for path, line in inside:
            for word in (*line.count, *line.sum):
                if times[word] > 1 and not (line.when or line.none_when):
                    label = scheme.marks[word].label if word in scheme.marks else word
                    text = f"“{label}”在{times[word]}行里都计分,同一件会计几次"
                    yield document.problem("J17", path, text, "是有意的就不用改;否则只留一行")
                    times[word] = 0


def _excepting(document: Document, scheme: Scheme, path: Path, board: SchemeBoard) -> Iterator[Problem]:
    """Flags that keep a unit off a list and that the unit itself may enter."""
    for name, listing in board.lists.items():
        for node in walk(listing.unless.node) if listing.unless is not None else ():
            kind = scheme.marks.get(node.name) if isinstance(node, Name) else None
            if kind is not None and kind.value == "flag" and not kind.exempts:
                text = f"“{kind.label}”用来免责,没有写 exempts,当事单位自己也能登记"
                yield document.problem("J18", (*path, "lists", name, "unless"), text, "请在登记项里写 exempts: true")


def _on_both(document: Document, scheme: Scheme, path: Path, board: SchemeBoard) -> Iterator[Problem]:
    """Numbers with which a unit may be on the red and on the black list."""
    red, black = board.lists.get("red"), board.lists.get("black")
    if red is None or black is None or red.when is None or black.when is None:
        return
    best, worst = limits_of(red.when.node), limits_of(black.when.node)
    both = {node: meet(best[node], worst[node]) for node in best.keys() & worst.keys()}
    if both and not any(span.empty for span in both.values()):
        node, span = next(iter(both.items()))
        text = f"“{spoken(node, labels(scheme))}”在 {shown(span.low)} 到 {shown(span.high)} 的,可能同时上红榜和黑榜"
        yield document.problem("J18", (*path, "lists", "black", "when"), text, "请让两个条件不重叠")


def _unsaid(document: Document, scheme: Scheme) -> Iterator[Problem]:
    """Shares without a rounding, cuts without a word on equal scores."""
    for board, spec in scheme.boards.items():
        for name, listing in spec.lists.items():
            at: Path = ("boards", board, "lists", name)
            quotas = [*listing.top.items(), *listing.bottom.items()]
            yield from _choices(document, at, listing.model_fields_set, quotas, "都上榜(include)")
            yield from _left_out(document, scheme, at, spec.groups or tuple(scheme.groups), quotas)
        yield from _excepting(document, scheme, ("boards", board), spec)
        yield from _on_both(document, scheme, ("boards", board), spec)
    grading = scheme.grading
    if grading is not None:
        quotas = [pair for row in grading.grades for pair in (*row.quota.items(), *row.together.items())]
        yield from _choices(document, ("grading",), grading.model_fields_set, quotas, "都不占(exclude)")


def _choices(
    document: Document, at: Path, told: set[str], quotas: Sequence[tuple[str, Formula]], ties: str
) -> Iterator[Problem]:
    if any(share(formula) is not None for _, formula in quotas) and "rounding" not in told:
        text = "名额是比例,没有写 rounding(怎样取整),按舍去零头"
        yield document.problem("J18", at, text, "请写 rounding: down、half up 或 up")
    if quotas and "ties" not in told:
        yield document.problem("J18", at, f"没有写名额末位同分怎么办(ties),按{ties}", "请写 ties")


def _left_out(
    document: Document, scheme: Scheme, at: Path, groups: Sequence[str], quotas: Sequence[tuple[str, Formula]]
) -> Iterator[Problem]:
    said = {group for group, _ in quotas}
    if said and "" not in said:
        for group in groups:
            if group not in said:
                text = f"“{scheme.groups[group]}”没有写名额,这一组没有单位上榜"
                yield document.problem("J18", at, text, "请补上这一组")
