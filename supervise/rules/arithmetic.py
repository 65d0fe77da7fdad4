"""The closed arithmetic of rule files: a text becomes a tree of our own, and nothing in it is ever run as code.

Numbers (``12``, ``0.5``, ``30%``), words in quotes, names, ``+ - * /``, comparisons that may be chained
(``10 <= lag <= 30``), ``and or not``, parentheses, and the functions of ``FUNCTIONS``. Full-width signs are read too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

MOST, DEEPEST = 2000, 40
"""Letters and levels beyond which a formula is no longer what an office writes."""
_WIDE = str.maketrans("()+-,=<>×÷−≤≥≠%.“”‘’", "()+-,=<>*/-≤≥≠%.\"\"''")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)(?P<percent>\s*%)?|(?P<text>'[^']*'|\"[^\"]*\")"
    r"|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)|(?P<sign><=|>=|!=|==|[≤≥≠=<>+\-*/(),]))"
)
_SAME = {"≤": "<=", "≥": ">=", "≠": "!=", "==": "="}
COMPARISONS = ("<=", ">=", "!=", "=", "<", ">")


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Word:
    """A word in quotes: a light, a phrase that is counted, an option of a function."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """Something that is worked out elsewhere."""

    name: str


@dataclass(frozen=True, slots=True)
class Negative:
    """What is subtracted from nothing."""

    of: Node


@dataclass(frozen=True, slots=True)
class Operation:
    """Two numbers and ``+ - * /``."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison:
    """A chain of comparisons, all of which must hold."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Logic:
    """``and`` or ``or`` of two conditions, or ``not`` of one."""

    sign: str
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function of ``FUNCTIONS``."""

    name: str
    arguments: tuple[Node, ...]


Node = Number | Word | Name | Negative | Operation | Comparison | Logic | Call


class Function(NamedTuple):
    """What a function takes.

    Args:
        least, most: how many arguments; ``None`` for any number.
        kind: ``plain`` works on values, ``record`` on what is counted, ``items`` over a unit's items, ``group`` over
            the units of a group, ``past`` on earlier boards.
        told: what it gives, in Chinese.
    """

    least: int
    most: int | None
    kind: str
    told: str


FUNCTIONS: dict[str, Function] = {
    "min": Function(1, None, "group", "几个数中最小的,缺一个就没有;只写一个,即本组最小"),
    "max": Function(1, None, "group", "几个数中最大的,缺一个就没有;只写一个,即本组最大"),
    "mean": Function(1, 2, "group", "本组平均(没有数的单位不计);mean(x, all) 全部单位"),
    "median": Function(1, 2, "group", "本组中位数"),
    "sum": Function(1, 2, "group", "本组合计"),
    "deviation": Function(1, 3, "group", "本组标准差(总体),如 deviation(x, 2) 保留两位;不写按办法的位数"),
    "size": Function(0, 1, "group", "本组单位个数"),
    "rank": Function(1, 3, "group", "本组名次,大的在前;rank(x, low) 小的在前"),
    "abs": Function(1, 1, "plain", "绝对值"),
    "round": Function(1, 2, "plain", "按办法的取舍方式保留几位小数"),
    "floor": Function(1, 1, "plain", "舍去小数"),
    "ceil": Function(1, 1, "plain", "有小数就进一"),
    "if": Function(3, 3, "plain", "if(条件, 成立时, 不成立时)"),
    "along": Function(
        5, None, "plain", "分段按比例折算,如 along(n, 基准, 60, 目标, 100, 挑战, 120):两点之间按比例,两头之外取两头的分"
    ),
    "given": Function(1, 1, "plain", "有没有这个数:1 或 0"),
    "default": Function(2, 2, "plain", "没有这个数时用后一个"),
    "gravest": Function(2, None, "plain", "gravest('red yellow green', 甲, 乙):按所列次序,最先出现的一个"),
    "month_of": Function(1, 1, "plain", "日期的月份"),
    "year_of": Function(1, 1, "plain", "日期的年份"),
    "months_between": Function(2, 2, "plain", "两个日期相隔几个月,只看年月"),
    "days_between": Function(2, 2, "plain", "两个日期相隔几天"),
    "workdays_between": Function(2, 2, "plain", "前一日期之后到后一日期有几个工作日"),
    "add_months": Function(2, 2, "plain", "几个月后的同一天,没有那天即月末"),
    "add_days": Function(2, 2, "plain", "几天后"),
    "add_workdays": Function(2, 2, "plain", "几个工作日后"),
    "count": Function(1, 4, "record", "件数;可再写 lead、co 和时段,如 count(late, co, 'last 3 months')"),
    "total": Function(1, 4, "record", "数值合计"),
    "average": Function(1, 4, "record", "数值平均;一个也没有就没有这个数"),
    "trimmed": Function(
        1,
        4,
        "record",
        "去掉一个最高、一个最低后的数值平均;trimmed(x, 2) 各去两个,trimmed(x, 10%) 各去一成;不够去的即平均",
    ),
    "latest": Function(1, 4, "record", "最近一次的数值"),
    "first": Function(1, 4, "record", "最早一次的数值"),
    "highest": Function(1, 4, "record", "最大的数值"),
    "lowest": Function(1, 4, "record", "最小的数值"),
    "matters": Function(1, 4, "record", "涉及几个不同的事项"),
    "run": Function(1, 3, "record", "到本期为止连续几期都有"),
    "rate": Function(1, None, "record", "应办中合格的占几成;没有应办就没有这个数"),
    "owed": Function(1, None, "record", "应办几件"),
    "items": Function(0, 1, "items", "有几个事项(合乎条件的)"),
    "items_sum": Function(1, 2, "items", "各事项合计;第二个是条件"),
    "items_mean": Function(1, 2, "items", "各事项平均;第二个是权重"),
    "items_max": Function(1, 2, "items", "各事项中最大;第二个是条件"),
    "items_min": Function(1, 2, "items", "各事项中最小;第二个是条件"),
    "items_top": Function(2, 2, "items", "各事项中最大的几个合计,如 items_top(points, 3);不足三个的有几个算几个"),
    "before": Function(1, 1, "past", "上一期的这个数;在 items 里是这个事项的"),
    "times": Function(1, 1, "past", "今年以来(本期以前)上某个榜几次,如 times('push.black')"),
    "in_a_row": Function(1, 1, "past", "到上一期为止连续上某个榜几次"),
}
"""Name → what it takes: the whole vocabulary, there is no other way to call anything."""
OPTIONS = {"all", "low", "lead", "co", "year", "ever"}
"""Bare words that are options of a function, not names."""


class _Reader:
    """Reads one formula, strongest signs last."""

    def __init__(self, text: str) -> None:
        self.text = text.translate(_WIDE)
        self.tokens = list(self._tokens())
        self.at = self.depth = 0

    def _tokens(self) -> Iterator[tuple[str, str]]:
        place, text = 0, self.text.rstrip()
        while place < len(text):
            match = _TOKEN.match(text, place)
            if match is None:
                raise ValueError(f"看不懂“{text[place:].strip()[:12]}”,算式里只能写数、名字、引号里的词和 + - * / 等")
            if match["number"] is not None:
                yield "percent" if match["percent"] else "number", match["number"]
            else:
                kind = str(match.lastgroup)
                found = match[kind]
                yield kind, found if kind == "text" else _SAME.get(found, found)
            place = match.end()

    @property
    def next(self) -> str:
        """The sign or name that comes next; empty before a number, a text or the end."""
        kind, word = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        return word if kind in ("sign", "name") else ""

    def take(self, *words: str) -> str:
        """The next word, if it is one of these."""
        word = self.next
        if word in words and word:
            self.at += 1
            return word
        return ""

    def need(self, word: str) -> None:
        """Pass ``word``, or say that it is missing."""
        if not self.take(word):
            got = self.tokens[self.at][1] if self.at < len(self.tokens) else "末尾"
            raise ValueError(f"“{got}”前少了“{word}”")

    def whole(self) -> Node:
        """The formula, to its end."""
        node = self.either()
        if self.at < len(self.tokens):
            raise ValueError(f"多出了“{self.tokens[self.at][1]}”,少了运算符号?")
        return node

    def either(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ValueError("括号套得太深")
        node = self.both()
        while self.take("or"):
            node = Logic("or", (node, self.both()))
        self.depth -= 1
        return node

    def both(self) -> Node:
        node = self.negated()
        while self.take("and"):
            node = Logic("and", (node, self.negated()))
        return node

    def negated(self) -> Node:
        turns = 0
        while self.take("not"):
            turns += 1
        node = self.compared()
        return Logic("not", (node,)) if turns % 2 else Logic("not", (Logic("not", (node,)),)) if turns else node

    def compared(self) -> Node:
        first, rest = self.added(), []
        while sign := self.take(*COMPARISONS):
            rest.append((sign, self.added()))
        return Comparison(first, tuple(rest)) if rest else first

    def added(self) -> Node:
        node = self.multiplied()
        while sign := self.take("+", "-"):
            node = Operation(sign, node, self.multiplied())
        return node

    def multiplied(self) -> Node:
        node = self.signed()
        while sign := self.take("*", "/"):
            node = Operation(sign, node, self.signed())
        return node

    def signed(self) -> Node:
        sign = 1
        while word := self.take("-", "+"):
            sign = -sign if word == "-" else sign
        node = self.atom()
        return Negative(node) if sign < 0 else node

    def atom(self) -> Node:
        if self.at >= len(self.tokens):
            raise ValueError("算式没有写完")
        kind, word = self.tokens[self.at]
        self.at += 1
        if kind in ("number", "percent"):
            return Number(Fraction(Decimal(word)) / (100 if kind == "percent" else 1))
        if kind == "text":
            return Word(word[1:-1])
        if kind == "name" and word not in ("and", "or", "not"):
            return self.call(word) if self.take("(") else Name(word)
        if word == "(":
            node = self.either()
            self.need(")")
            return node
        raise ValueError(f"“{word}”写错了地方")

    def call(self, name: str) -> Node:
        found: list[Node] = []
        while not self.take(")"):
            if found:
                self.need(",")
            found.append(self.either())
        return Call(name, tuple(found))


def parse(text: object) -> Node:
    """The tree of a formula.

    Args:
        text: as it stands in the file; a plain number is a formula too.

    Raises:
        ValueError: in Chinese, when it is none.
    """
    if isinstance(text, bool):
        return Number(Fraction(int(text)))
    if isinstance(text, int | Decimal):
        return Number(Fraction(text))
    if not isinstance(text, str) or not text.strip():
        raise ValueError("应是算式,如 0.5 * progress + 0.5 * service")
    if len(text) > MOST:
        raise ValueError(f"算式超过 {MOST} 个字,请分成几步,各起一个名字")
    return _Reader(text).whole()


def inner(node: Node) -> tuple[Node, ...]:
    """The parts of a formula."""
    if isinstance(node, Negative):
        return (node.of,)
    if isinstance(node, Operation):
        return node.left, node.right
    if isinstance(node, Comparison):
        return node.first, *(part for _, part in node.rest)
    if isinstance(node, Logic):
        return node.parts
    return node.arguments if isinstance(node, Call) else ()


def walk(node: Node) -> Iterator[Node]:
    """A formula and everything in it."""
    yield node
    for part in inner(node):
        yield from walk(part)


def source_of(call: Call) -> str:
    """What a function of the record counts: the name of a kind of mark, or a phrase in quotes."""
    first = call.arguments[0] if call.arguments else None
    return first.name if isinstance(first, Name) else first.text if isinstance(first, Word) else ""


def options_of(call: Call, skip: int = 1) -> tuple[str, ...]:
    """The words behind what a function works on, such as ``lead`` or ``last 3 months``; its numbers apart."""
    rest = [a for a in call.arguments[skip:] if not isinstance(a, Number)]
    return tuple(a.name if isinstance(a, Name) else a.text if isinstance(a, Word) else "?" for a in rest)


def number_of(call: Call) -> Fraction | None:
    """The number behind what a function works on, such as the places of ``deviation``; ``None`` if it has none."""
    return next((a.value for a in call.arguments[1:] if isinstance(a, Number)), None)
