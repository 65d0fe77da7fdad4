"""Figures spelled out in the words of a task: 百分之五以上, 二千三百吨, 两千万元, 新建幼儿园三所.

Below ten a numeral is a word more often than a figure (两个医院, 四个一批); it is one behind what is built or made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from supervise.intake.folding import NUMERAL, number
from supervise.intake.measures import COUNTED, FEW, MONEY

_ONES = "一二两三四五六七八九"
_RATE = re.compile(rf"百分之(?P<value>[{NUMERAL}两]{{1,4}})(?![{NUMERAL}分])(?P<bound>以上|以下|以内)?")
# It begins with the first numeral, and says behind it what does not stand before.
_FIRST = rf"[{NUMERAL}两](?<![{NUMERAL}两第百千][{NUMERAL}两])"
_SPELLED = re.compile(
    rf"(?P<value>{_FIRST}(?:(?<=[{_ONES}])(?:千[{NUMERAL}两]*|(?=[万亿]))|[{NUMERAL}两]*(?<=[十百])[{NUMERAL}两]*))(?P<about>余|多)?"
    rf"(?P<unit>(?!条政|条措|大|个方面|项措施|[件项](?:民生|惠民)?实事|项(?:重点)?(?:行动|工程|举措|任务|工作))"
    rf"(?P<scale>[万亿]{{0,2}})(?:{COUNTED}|(?P<money>{MONEY})))(?P<bound>以上|以下|以内)?"
)
# No figure is spelled out without 十 and a unit, 万 behind a numeral, or a stop behind a numeral and such a word.
_HINT = re.compile(
    rf"[{_ONES}十百](?:(?=[千万亿]|[{FEW}][,。;、以(\n])(?<![十百])"
    rf"|(?<=[十百])(?=[{NUMERAL}余多万亿]{{0,4}}(?:分之|[元美平公立米亩斤吨标人轮次学课{FEW}])))"
)
_FEW = re.compile(rf"(?P<value>[{_ONES}](?<![{NUMERAL}两第].))(?P<unit>[{FEW}])(?P<bound>以上)?(?=[,。;、\n]|$)")
# Behind a name only: 新建公厕两座, and neither 每村一个 nor 为一类.
_MADE = re.compile(
    r"(?:[新改扩修重][建改扩]|建[成设]|改造|新增|增设|打造|培育|创建|引进|完成|开通|开工|举办|开展|组织|购置|整治|修[建缮]|治理|化解|设立|组建|开办|搭建)"
    r"[^,。;、\d]{2,}$"
)
_LISTED = re.compile(r"(?<![每各第])[\u4e00-\u9fff]{2}(?<![每各第].)$")


class Figure(NamedTuple):
    """A figure spelled out.

    Args:
        start: offset of its first character.
        end: offset behind it and its bound.
        value: the number.
        unit: span of its unit; empty for a share of a hundred.
        least: whether at least that much is asked for.
        most: whether at most that much is.
    """

    start: int
    end: int
    value: int
    unit: tuple[int, int]
    least: bool
    most: bool


def may(folded: str, start: int, end: int) -> bool:
    """Whether a span is worth asking for figures that are spelled out."""
    return _HINT.search(folded, start, end + 1) is not None  # the stop behind its last word


def read(folded: str, start: int, end: int) -> Iterator[Figure]:
    """The figures spelled out within a span, in printed order.

    Args:
        folded: the folded text of a notice.
        start: first offset of the span.
        end: offset behind it.
    """
    for match in _RATE.finditer(folded, start, end):
        value = _value(match["value"])
        if value is not None and match["value"] != "百":
            yield _figure(match, value, (start, start), match["bound"] == "以上")
    for match in _SPELLED.finditer(folded, start, end):
        value = _value(match["value"])
        if value is not None and not _is_name(match):
            yield _figure(match, value, match.span("unit"), match["bound"] == "以上" or match["about"] is not None)
    for match in _FEW.finditer(folded, start, end):
        before = folded[start : match.start()]
        if _MADE.search(before) and _LISTED.search(before):
            yield _figure(match, number(match["value"]) or 0, match.span("unit"), match["bound"] is not None)


def _figure(match: re.Match[str], value: int, unit: tuple[int, int], least: bool) -> Figure:
    return Figure(match.start(), match.end(), value, unit, least, match["bound"] in ("以下", "以内"))


def _is_name(match: re.Match[str]) -> bool:
    """Whether a sum or a size is part of a name (百亿元产业, 千万元以上项目), or below ten a word."""
    if match["scale"] or match["money"]:
        behind = match.string[match.end() : match.end() + 1]
        return match["value"] in ("十", "百") or (match["money"] is not None and "\u4e00" <= behind <= "\u9fff")
    return False


def _value(words: str) -> int | None:
    """The value of a numeral up to 9999; ``None`` if it is none."""
    thousands, mark, rest = words.partition("千")
    if not mark:
        return number(words)
    value = number(rest) if rest else 0
    return None if value is None else (number(thousands) or 0) * 1000 + value * (100 if rest in _ONES and rest else 1)
