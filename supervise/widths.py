"""How much room Chinese text takes: ems in a picture, columns in a terminal.

Programs that lay text out without the fonts at hand count a Chinese character as a blank; these are our own measures.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import zip_longest
from numbers import Number
from typing import Literal

Align = Literal["left", "right", "center"]

NARROW, BROAD = 0.55, 0.75
"""Ems of a small letter or digit and of a capital in the fonts that carry Chinese, measured on Noto Sans CJK."""

_BROAD = set("ABCDEFGHIJKLMNOPQRSTUVWXYZmw%&@")
_INVISIBLE = {"Mn", "Me", "Cf", "Cc"}
_WORD = re.compile(r"[!-~]+|.")
_NEVER_FIRST = set("。、》〉」』】〕”’…%,.;:?!)]}\uff0c\uff1b\uff1a\uff1f\uff01\uff09")


def _is_wide(char: str, also: str = "") -> bool:
    return unicodedata.east_asian_width(char) in {"W", "F", *also}


def _is_invisible(char: str) -> bool:
    return unicodedata.category(char) in _INVISIBLE


@cache
def _ems(char: str) -> float:
    if _is_invisible(char):
        return 0.0
    return 1.0 if _is_wide(char, "A") else BROAD if char in _BROAD else NARROW


def width(text: str) -> float:
    """The width of one line of a picture, in ems.

    Characters of ambiguous width (“ ” · ●) count as wide, as they are in fonts that carry Chinese.
    """
    return sum(map(_ems, text))


def columns(text: str) -> int:
    """The number of terminal columns; ambiguous characters take one, except in terminals of old Chinese locales."""
    return sum(map(_columns, text))


@cache
def _columns(char: str) -> int:
    return 0 if _is_invisible(char) else 2 if _is_wide(char) else 1


def pad(text: str, columns_: int, align: Align = "left") -> str:
    """The text filled with blanks to that many columns; longer text stays as it is.

    Args:
        text: one line.
        columns_: how many columns it must take.
        align: where the text stands among the blanks.
    """
    room = max(0, columns_ - columns(text))
    before = {"left": 0, "right": room, "center": room // 2}[align]
    return " " * before + text + " " * (room - before)


def cut(text: str, columns_: int) -> str:
    """The text shortened to at most that many columns, with … where something is missing."""
    if columns(text) <= columns_:
        return text
    room = columns_ - 1
    for n, char in enumerate(text):
        room -= _columns(char)
        if room < 0:
            return text[:n].rstrip() + "…" if columns_ > 0 else ""
    return text


def wrap(text: str, ems: float) -> list[str]:
    """The text in lines of about equal length, none wider than ``ems`` unless a single character is.

    Chinese breaks anywhere but before closing punctuation; a Latin word stays whole if it fits on a line.
    """
    total = width(text)
    if total <= ems:
        return [text]
    # Even lines look better than a full line and a single character: 9 characters in lines of 8 become 5 and 4.
    aim = total / -(-total // ems)
    lines, line = [], ""
    for piece in _pieces(text, ems):
        longer = width(line + piece)
        if line and (width(line) >= aim - 0.01 or longer > ems):
            lines.append(line.strip())
            line = piece.lstrip()
        else:
            line += piece
    return [kept for kept in [*lines, line.strip()] if kept]


def _pieces(text: str, ems: float) -> list[str]:
    """What may not be torn apart: a wide character with the punctuation after it, or a Latin word that fits."""
    pieces: list[str] = []
    for char in text:
        last = pieces[-1] if pieces else ""
        joins = char in _NEVER_FIRST or _is_invisible(char)
        joins = joins or not (_is_wide(char) or _is_wide(last[-1:] or "字") or last[-1:].isspace())
        if last and joins and width(last + char) <= ems:
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def table(
    rows: Iterable[Sequence[object]],
    header: Sequence[str] | None = None,
    indent: int = 2,
    align: Sequence[Align] = (),
) -> str:
    """Rows as lines with their columns below each other, two blanks between them.

    Args:
        rows: cells of any kind, shown with ``str``; short rows are filled up.
        header: names of the columns.
        indent: blanks before every line.
        align: how each column stands; numbers stand right where nothing is said.
    """
    body = [list(row) for row in rows]
    texts = [[str(cell) for cell in row] for row in body]
    lines = [*([list(header)] if header is not None else []), *texts]
    sizes = [max(map(columns, column)) for column in zip_longest(*lines, fillvalue="")]
    sides = [align[n] if n < len(align) else _side(row[n] for row in body if n < len(row)) for n in range(len(sizes))]
    drawn = (
        "  ".join(pad(cell, size, side) for cell, size, side in zip(line, sizes, sides, strict=False)) for line in lines
    )
    return "\n".join((" " * indent + line).rstrip() for line in drawn)


def filled(header: Sequence[str], rows: Sequence[Sequence[object]]) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Heads and rows without the columns in which nothing stands."""
    kept = [n for n in range(len(header)) if any(str(row[n] or "") for row in rows)]
    return tuple(header[n] for n in kept), [tuple(row[n] for n in kept) for row in rows]


def _side(cells: Iterable[object]) -> Align:
    found = list(cells)
    return "right" if found and all(isinstance(cell, Number) for cell in found) else "left"


def lines(text: str, width: int) -> int:
    """How many lines a text takes where each has so many columns; a Latin word goes to the next if it does not fit."""
    return sum(_lines(_WORD.findall(line), width) for line in text.split("\n"))


def _lines(words: Sequence[str], width: int) -> int:
    number, taken = 1, 0
    for word in words:
        size = columns(word)
        if taken and taken + size > width:
            number, taken = number + 1, 0
        number, taken = number + (taken + size - 1) // width, (taken + size - 1) % width + 1
    return number
