"""Automatic numbers of Word, which are in no text of the file: counters and formats → 一、 (一) 1. ①.

A paragraph names a list and a level, by itself or by its style; the list names an abstract list, whose levels say
where they start, how they are written and when they start again. All lists of one abstract list share its counters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from supervise.intake.readers.zipped import attribute, child, local

if TYPE_CHECKING:
    from lxml.etree import _Element

_LEVELS = 9
_DEPTH = 20
_CHINESE = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS = {"ideographTraditional": "甲乙丙丁戊己庚辛壬癸", "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥"}
_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
    (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
_COUNTING = frozenset(
    ("chineseCounting", "chineseCountingThousand", "ideographDigital", "japaneseCounting", "taiwaneseCounting",
     "taiwaneseCountingThousand", "koreanCounting", "japaneseDigitalTenThousand", "taiwaneseDigital")
)  # fmt: skip


def written(value: int, form: str) -> str:
    """A number in one of Word's formats; a format we do not know is written in digits.

    Args:
        value: the number.
        form: Word's name of the format.
    """
    if form in _COUNTING:
        return chinese(value)
    if form in ("chineseLegalSimplified", "ideographLegalTraditional"):
        return chinese(value, _LEGAL, "拾佰仟")
    if form in _STEMS:
        stems = _STEMS[form]
        return stems[(value - 1) % len(stems)]
    if form in ("upperRoman", "lowerRoman"):
        return roman(value) if form == "upperRoman" else roman(value).lower()
    if form in ("upperLetter", "lowerLetter"):
        letter = chr(65 + (value - 1) % 26) * min((value - 1) // 26 + 1, 5)
        return letter if form == "upperLetter" else letter.lower()
    if form in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and 1 <= value <= 20:
        return chr(0x245F + value)
    if form == "decimalEnclosedParen":
        return f"({value})"
    if form == "decimalEnclosedFullstop":
        return f"{value}."
    if form == "decimalZero":
        return f"{value:02d}"
    return str(value)


def chinese(value: int, digits: str = _CHINESE, units: str = "十百千") -> str:
    """A number below ten thousand as it is counted in Chinese: 十二, 一百零五; larger ones in digits."""
    if not 0 < value < 10_000:
        return str(value)
    out, zero = "", False
    for power in (3, 2, 1, 0):
        digit = value // 10**power % 10
        if digit:
            unit = units[power - 1] if power else ""
            out += ("零" if zero and out else "") + digits[digit] + unit
            zero = False
        else:
            zero = True
    return out.removeprefix("一") if units == "十百千" and 10 <= value < 20 else out


def roman(value: int) -> str:
    """A Roman number; what Romans did not write, in digits."""
    if not 0 < value < 4000:
        return str(value)
    out = ""
    for worth, sign in _ROMAN:
        while value >= worth:
            out, value = out + sign, value - worth
    return out


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list.

    Args:
        start: its first number.
        form: Word's name of the format.
        text: how it is written, ``%1`` being the number of the first level.
        restart: the level whose next number starts it again, counted from one; 0 for never.
        legal: whether all numbers are written in digits.
    """

    start: int = 1
    form: str = "decimal"
    text: str = ""
    restart: int | None = None
    legal: bool = False


@dataclass(slots=True)
class _List:
    abstract: str
    levels: dict[int, Level]
    starts: dict[int, int]  # numbers this list begins with, instead of going on
    begun: set[int] = field(default_factory=set)


class Numbering:
    """The numbers of one document, handed out in the order of its paragraphs.

    Args:
        numbering: root of numbering.xml, if there is one.
        styles: root of styles.xml, if there is one.
    """

    def __init__(self, numbering: _Element | None, styles: _Element | None) -> None:
        self.counters: dict[str, list[int | None]] = {}
        self.abstract: dict[str, _Element] = {}
        self.lists: dict[str, _List] = {}
        self.styles = {
            attribute(s, "styleId"): s for s in (styles if styles is not None else ()) if local(s) == "style"
        }
        self.asked: dict[str, tuple[str, str, str]] = {}  # style → base, list, level
        self.of_style: dict[tuple[str, str], int] = {}  # abstract list and style → level
        roots = list(numbering) if numbering is not None else []
        links = {}
        for element in roots:
            if local(element) == "abstractNum":
                self.abstract[attribute(element, "abstractNumId")] = element
                if link := attribute(child(element, "styleLink"), "val"):
                    links[link] = element
        for element in roots:
            if local(element) == "num":
                self._list(element, links)

    def _list(self, element: _Element, links: dict[str, _Element]) -> None:
        key = attribute(child(element, "abstractNumId"), "val")
        abstract = self.abstract.get(key)
        link = attribute(child(abstract, "numStyleLink"), "val")
        abstract = links.get(link, abstract)
        key = attribute(abstract, "abstractNumId") or key
        levels = dict(_levels(abstract))
        for name, level in _named(abstract):
            self.of_style[(key, name)] = level
        starts: dict[int, int] = {}
        for override in (inner for inner in element if local(inner) == "lvlOverride"):
            at = _number(attribute(override, "ilvl"), 0)
            levels |= dict(_levels(override))
            start = attribute(child(override, "startOverride"), "val")
            if start:
                starts[at] = _number(start, 1)
        self.lists[attribute(element, "numId")] = _List(key, levels, starts)

    def label(self, properties: _Element | None) -> str:
        """The number of the next paragraph, and count it; empty if it has none.

        Args:
            properties: the paragraph's ``pPr``.
        """
        number = child(properties, "numPr")
        ident, level = attribute(child(number, "numId"), "val"), attribute(child(number, "ilvl"), "val")
        style = attribute(child(properties, "pStyle"), "val")
        if not ident:
            ident, inherited, style = self._inherited(style)
            level = level or inherited
        found = self.lists.get(ident)
        if found is None:
            return ""
        at = _number(level, self.of_style.get((found.abstract, style), 0))
        return self._next(found, min(max(at, 0), _LEVELS - 1))

    def _inherited(self, style: str) -> tuple[str, str, str]:
        """List, level and style that a paragraph has from its style or the ones that is based on."""
        for _ in range(_DEPTH):
            if style not in self.styles:
                break
            base, ident, level = self._style(style)
            if ident:
                return ident, level, style
            style = base
        return "", "", ""

    def _style(self, name: str) -> tuple[str, str, str]:
        """What a style is based on, and the list and level it gives; a document asks for few of those it has."""
        if name not in self.asked:
            style = self.styles[name]
            number = child(style, "pPr", "numPr")
            self.asked[name] = (
                attribute(child(style, "basedOn"), "val"),
                attribute(child(number, "numId"), "val"),
                attribute(child(number, "ilvl"), "val"),
            )
        return self.asked[name]

    def _next(self, found: _List, at: int) -> str:
        counters = self.counters.setdefault(found.abstract, [None] * _LEVELS)
        level = found.levels.get(at, Level())
        if at in found.starts and at not in found.begun:
            counters[at] = found.starts[at]
        else:
            value = counters[at]
            counters[at] = level.start if value is None else value + 1
        found.begun.add(at)
        for below in range(at + 1, _LEVELS):
            restart = found.levels.get(below, Level()).restart
            if restart is None or at < restart:
                counters[below] = None
        return _shown(found.levels, counters, at)


def _levels(element: _Element | None) -> list[tuple[int, Level]]:
    out = []
    for level in element if element is not None else ():
        if local(level) == "lvl":
            restart = attribute(child(level, "lvlRestart"), "val")
            made = Level(
                _number(attribute(child(level, "start"), "val"), 1),
                attribute(child(level, "numFmt"), "val") or "decimal",
                attribute(child(level, "lvlText"), "val"),
                _number(restart, 0) if restart else None,
                child(level, "isLgl") is not None,
            )
            out.append((_number(attribute(level, "ilvl"), 0), made))
    return out


def _named(element: _Element | None) -> list[tuple[str, int]]:
    """Styles that stand for a level of a list."""
    return [
        (name, _number(attribute(level, "ilvl"), 0))
        for level in (element if element is not None else ())
        if local(level) == "lvl" and (name := attribute(child(level, "pStyle"), "val"))
    ]


def _shown(levels: dict[int, Level], counters: list[int | None], at: int) -> str:
    """The number as printed; a bullet is none, and a bare number gets the mark that parts it from the text."""
    level = levels.get(at, Level())
    if level.form in ("bullet", "none"):
        return "" if level.form == "bullet" else re.sub(r"%\d", "", level.text)

    def one(match: re.Match[str]) -> str:
        other = int(match[1]) - 1
        its = levels.get(other, Level())
        value = counters[other] if other < _LEVELS else None
        form = "decimal" if level.legal and other < at else its.form
        return written(its.start if value is None else value, form)

    text = re.sub(r"%([1-9])", one, level.text)
    if re.fullmatch(r"\d+", text):
        return f"{text}."
    return f"{text}、" if re.fullmatch(r"[一二三四五六七八九十百零]+", text) else text


def _number(text: str, otherwise: int) -> int:
    return int(text) if re.fullmatch(r"-?\d{1,6}", text) else otherwise
