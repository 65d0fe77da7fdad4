"""What is wrong with one formula: names, functions, options, words that nothing comes to, division by zero."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from supervise.errors import Problem, did_you_mean
from supervise.phrases import OnPace, Outcome, parse_measure
from supervise.reading import Document, Path
from supervise.rules.arithmetic import (
    FUNCTIONS,
    OPTIONS,
    Call,
    Comparison,
    Name,
    Negative,
    Node,
    Number,
    Operation,
    Word,
    inner,
    number_of,
    options_of,
)
from supervise.rules.checking import measure_names
from supervise.rules.functions import parted
from supervise.rules.reckoning import PARTS
from supervise.rules.reported import PROGRESS, figure, lacking
from supervise.rules.scheme import Formula, Scheme
from supervise.rules.sheet import BUILT_IN
from supervise.rules.windows import beyond, window
from supervise.workflows.definition import Definition

MOST_PLACES = 12
"""How many places a number may be rounded to."""


@dataclass(frozen=True)
class Known:
    """What a formula may speak of.

    Args:
        scheme: the scheme.
        names: of units.
        words: that some value may come to.
        law: the lifecycle whose duties and acts it counts; ``None`` if it counts marks alone.
    """

    scheme: Scheme
    names: frozenset[str]
    words: frozenset[str]
    law: Definition | None

    @property
    def items(self) -> frozenset[str]:
        """Names of items."""
        return frozenset(self.scheme.items.values if self.scheme.items is not None else ())

    def source(self, document: Document, path: Path, word: str, rate: bool = False) -> Iterator[Problem]:
        """Problems with what is counted: a kind of mark, or a phrase about tasks."""
        kinds = self.scheme.marks
        if word in kinds:
            if rate:
                text = f"“{word}”是登记项,没有应办多少,算不成比率"
                yield document.problem("J05", path, text, "请用算式,如 count(good) / count(all)", word=word)
            return
        if not self.scheme.for_:
            hint = did_you_mean(word, kinds) or ";要数任务的应办,先写 for(哪个流程)"
            yield document.problem("J05", path, f"没有“{word}”这个登记项{hint}", word=word)
            return
        if (wanted := figure(word)) is not None:
            if self.law is not None and lacking(self.law, wanted):
                text = f"{self.law.title}的报告里没有{'完成进度' if wanted.of == PROGRESS else '指标完成数'}"
                yield document.problem("J05", path, text, "请换一个流程,或在流程里加上这一类字段", word=word)
            elif rate:
                yield document.problem("J05", path, f"“{word}”是报的数,算不成比率", word=word)
            return
        try:
            measure = parse_measure(word)
        except ValueError as error:
            yield document.problem("J05", path, f"{error};登记项有:{'、'.join(kinds) or '无'}", word=word)
            return
        if self.law is not None:
            yield from measure_names(document, self.law, path, measure)
        if rate and not isinstance(measure, Outcome | OnPace):
            yield document.problem("J05", path, f"“{word}”没有应办多少,算不成比率", word=word)


def formula_problems(document: Document, known: Known, path: Path, formula: Formula, item: bool) -> Iterator[Problem]:
    """Everything wrong with a formula.

    Args:
        document: the file, for places.
        known: what it may speak of.
        path: where it stands.
        formula: what it says.
        item: whether it is about an item of a unit.
    """
    yield from dict.fromkeys(_problems(document, known, path, formula.node, item))


def _problems(document: Document, known: Known, path: Path, node: Node, item: bool) -> Iterator[Problem]:
    if isinstance(node, Name):
        yield from _name(document, known, path, node.name, item)
    elif isinstance(node, Call):
        yield from _call(document, known, path, node, item)
        return
    elif isinstance(node, Operation) and node.sign == "/" and constant(node.right) == 0:
        yield document.problem("J07", path, "除数是 0", "请改除数")
    elif isinstance(node, Comparison):
        for _, part in (("", node.first), *node.rest):
            if isinstance(part, Word) and part.text not in known.words:
                named = next((g for g, label in known.scheme.groups.items() if label == part.text), "")
                hint = f";分组写它的名字 {named}" if named else did_you_mean(part.text, sorted(known.words))
                text = f"没有哪个数会是“{part.text}”{hint}"
                yield document.problem("J01", path, text, word=part.text)
    for part in inner(node):
        yield from _problems(document, known, path, part, item)


def _name(document: Document, known: Known, path: Path, name: str, item: bool) -> Iterator[Problem]:
    first, part = parted(name)
    there = {*known.names, *BUILT_IN, *(known.items if item else ())}
    if first not in there:
        hint = did_you_mean(first, sorted(there)) or ";词要加引号,如 'red'"
        elsewhere = "(它是事项的数,要用 items_sum 等汇总)" if first in known.items else hint
        yield document.problem("J01", path, f"没有“{first}”这个名字{elsewhere}", word=first)
    elif part:
        marks = first in known.scheme.marks
        parts = ("lead", "co") if marks else tuple(filter(None, PARTS))
        reckoned = first in known.scheme.scores or first not in {*known.scheme.values, *known.scheme.bars, *BUILT_IN}
        if part not in parts or not reckoned:
            tail = f",“.”后可写 {'、'.join(parts)}" if reckoned else ",后面不能加“.”"
            yield document.problem("J01", path, f"“{name}”看不懂{tail}", word=name)


def _call(document: Document, known: Known, path: Path, call: Call, item: bool) -> Iterator[Problem]:
    spec = FUNCTIONS.get(call.name)
    if spec is None:
        text = f"没有“{call.name}”这个函数{did_you_mean(call.name, FUNCTIONS)}"
        yield document.problem("J02", path, text, word=call.name)
        return
    number = len(call.arguments)
    if number < spec.least or (spec.most is not None and number > spec.most):
        most = "" if spec.most == spec.least else f" 到 {spec.most}" if spec.most else " 或更多"
        yield document.problem(
            "J02", path, f"{call.name} 要 {spec.least}{most} 个数,写了 {number} 个:{spec.told}", word=call.name
        )
        return
    if call.name == "along" and number % 2 == 0:
        yield document.problem("J02", path, f"along 的点和分要成对写:{spec.told}", word=call.name)
    if call.name in ("round", "deviation") and not _fine_places(call):
        text = f"{call.name} 后面写保留几位小数,0 到 {MOST_PLACES}:{spec.told}"
        yield document.problem("J02", path, text, word=call.name)
    if spec.kind == "record":
        yield from _record(document, known, path, call)
    elif spec.kind == "past":
        yield from _past(document, known, path, call, item)
    elif spec.kind == "group":
        yield from _group(document, known, path, call, item)
    else:
        if spec.kind == "items" and known.scheme.items is None and number:
            yield document.problem("J02", path, f"{call.name} 要先写 items(事项)", word=call.name)
        elif call.name == "items_top" and ((n := number_of(call)) is None or n < 1 or n.denominator != 1):
            yield document.problem("J02", path, f"items_top 后面要写取几个:{spec.told}", word=call.name)
        for part in call.arguments:
            yield from _problems(document, known, path, part, item or spec.kind == "items")


def _fine_places(call: Call) -> bool:
    """Whether the places that a number is rounded to are said, and can be."""
    places = [constant(part) for part in call.arguments[1:] if call.name == "round" or isinstance(part, Number)]
    return all(n is not None and n.denominator == 1 and 0 <= n <= MOST_PLACES for n in places)


def _record(document: Document, known: Known, path: Path, call: Call) -> Iterator[Problem]:
    """Something counted, then roles and days; of a rate or of what was owed, any number of phrases."""
    owing = call.name in ("rate", "owed")
    for n, part in enumerate(call.arguments):
        word = part.name if isinstance(part, Name) else part.text if isinstance(part, Word) else None
        if n and call.name == "trimmed" and isinstance(part, Number):
            if not (part.value < Fraction(1, 2) if part.value < 1 else part.value.denominator == 1):
                text = "trimmed 后面写各去几个,或不到一半的几成,如 trimmed(n, 2)、trimmed(n, 10%)"
                yield document.problem("J02", path, text, word=call.name)
            continue
        if word is None:
            yield document.problem("J02", path, f"{call.name} 里要写登记项的名字,不能写算式", word=call.name)
        elif n == 0 or owing:
            yield from known.source(document, path, word, owing)
        elif word not in ("lead", "co"):
            yield from window_problems(document, known.scheme, path, word)


def window_problems(document: Document, scheme: Scheme, path: Path, word: str) -> Iterator[Problem]:
    """A window that cannot be read, or that does not lie in the period."""
    try:
        wrong = beyond(window(word), scheme.period)
    except ValueError as error:
        wrong = str(error)
    if wrong:
        yield document.problem("J02", path, wrong, word=word)


def _past(document: Document, known: Known, path: Path, call: Call, item: bool) -> Iterator[Problem]:
    part = call.arguments[0]
    word = part.name if isinstance(part, Name) else part.text if isinstance(part, Word) else ""
    if call.name == "before":
        yield from _name(document, known, path, word, item)
        return
    board, _, listed = word.rpartition(".")
    boards = known.scheme.boards
    known_lists = [f"{b}.{name}" for b, spec in boards.items() for name in spec.lists]
    fine = listed in (
        boards[board].lists if board in boards else next(iter(boards.values())).lists if not board else ()
    )
    if not fine:
        yield document.problem("J01", path, f"没有“{word}”这个榜{did_you_mean(word, known_lists)}", word=word)


def _group(document: Document, known: Known, path: Path, call: Call, item: bool) -> Iterator[Problem]:
    many = call.name in ("min", "max") and len(call.arguments) > 1
    own = call.arguments if many else call.arguments[: 0 if call.name == "size" else 1]
    for part in own:
        yield from _problems(document, known, path, part, item and many)
    if not many and call.name != "deviation" and number_of(call) is not None:
        yield document.problem("J02", path, f"{call.name} 后面不能写数:{FUNCTIONS[call.name].told}", word=call.name)
    for word in () if many else options_of(call, len(own)):
        if word not in OPTIONS:
            text = f"{call.name} 后面只能再写 all(全部单位)" + ("、low(小的在前)" if call.name == "rank" else "")
            yield document.problem("J02", path, text, word=word)


def constant(node: Node) -> Fraction | None:
    """What a formula without names comes to; ``None`` if it has some, or cannot be worked out."""
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Negative):
        found = constant(node.of)
        return None if found is None else -found
    if isinstance(node, Operation):
        left, right = constant(node.left), constant(node.right)
        if left is None or right is None or (node.sign == "/" and not right):
            return None
        return (
            {"+": left + right, "-": left - right, "*": left * right}.get(node.sign)
            if node.sign != "/"
            else left / right
        )
    return None
