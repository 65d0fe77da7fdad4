"""Printed lines of pages → paragraphs: wrapped lines joined, what every page repeats at its head and foot dropped."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from supervise.intake.folding import fold
from supervise.intake.lines import is_page_number, is_sentence, marker
from supervise.intake.names import is_group, looks_like_unit, prefix

_EDGE = 2
"""So many lines at the head and at the foot of a page may belong to the page."""
# A Chinese character with the opening marks before it and the closing ones behind; a Latin word or a number whole.
_PIECE = re.compile(r"[(（“《〔\[【]*(?:[\x21-\x7e]+|.)[,，。、;；:：!！?？)）”》〕\]】%]*")
# 统 / 一、规范: the numeral is the end of a word the margin cut; and 第 / 1. counts nothing here.
_WORD_ONE = re.compile(r"[\d(（①]$|(?:[统唯第同万之]|(?<![清名])单)一$")
# 区住房城乡 / 建设局, 城关镇 / 人民政府: the end of a place is none of a name that goes on.
_PLACE_END = re.compile(r"[乡镇村社区园县市]$")
_SLACK = 0.3
"""So much of a character is lost where blanks are set between Chinese characters and figures."""
_LATIN = re.compile(r"[A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed line.

    Args:
        text: its words.
        left: where it begins, in points.
        right: where it ends.
        top: how far from the top of the page.
        bottom: its lower edge.
        size: of its characters.
        page: number of its page.
    """

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    page: int


def furniture(pages: Sequence[Sequence[Printed]]) -> set[Printed]:
    """Lines that belong to the page: its number, and what stands at the same height on half of the pages or more.

    Args:
        pages: the lines of each page from top to bottom.
    """
    edges = [[*page[:_EDGE], *page[max(_EDGE, len(page) - _EDGE) :]] for page in pages]
    seen = Counter(key for page in edges for key in {_repeated(line) for line in page})
    often = {key for key, count in seen.items() if count > 1 and count * 2 >= len(pages)}
    found = {line for page in edges for line in page if _repeated(line) in often}
    for page in pages:
        last = [*page[:1], *page[-1:]] if len(page) > 1 else list(page)
        found |= {line for line in last if is_page_number(fold(line.text).strip())}
    return found


def _repeated(line: Printed) -> tuple[str, int]:
    return re.sub(r"\d+", "0", "".join(line.text.split())), round(line.top / 4)


def joined(lines: Iterable[Printed]) -> list[list[Printed]]:
    """Lines put together to paragraphs.

    A line goes on in the next when it reaches the right margin and the next begins at the left one, without a number
    of its own; the first line of a paragraph is set in, or stands apart.

    Args:
        lines: of one column of text, from top to bottom, page after page.
    """
    listed = list(lines)
    if not listed:
        return []
    widths = sorted(line.right for line in listed)
    right = widths[int(len(widths) * 0.95)] if len(widths) > 4 else widths[-1]
    left = min(_common(line.left for line in listed), min(line.left for line in listed) + 60)
    out = [[listed[0]]]
    for before, line in pairwise(listed):
        if _goes_on(before, line, left, right):
            out[-1].append(line)
        else:
            out.append([line])
    return out


def _common(values: Iterable[float]) -> float:
    """The left margin: the leftmost place where several lines begin."""
    counts = Counter(round(value / 3) for value in values)
    return min(key for key, count in counts.items() if count * 8 >= max(counts.values())) * 3.0


def _goes_on(before: Printed, line: Printed, left: float, right: float) -> bool:
    if before.right + _first(line) < right or line.left > left + 1.2 * line.size:
        return False
    if before.text.count("  ") > 1 and line.text.count("  ") > 1:
        return False  # rows of a table without rules
    if before.left > left + 4.5 * before.size:  # a signature, or a title in the middle
        return False
    if abs(before.size - line.size) > 1.5:
        return False
    apart = line.page == before.page and line.top - before.bottom > 1.6 * line.size
    mark = marker(fold(line.text).strip())
    whole = mark is not None and (mark.number > 1 or _WORD_ONE.search(before.text[-2:] + line.text[:1]) is None)
    numbered = mark is not None and mark.sure and (is_sentence(fold(before.text).strip()) or whole)
    return not apart and not numbered


def _first(line: Printed) -> float:
    """How wide the first piece of a line is that could have stood alone at the end of the line above."""
    piece = _PIECE.match(line.text)
    wide = sum(0.55 if char < "\x7f" else 1.0 for char in piece[0]) if piece else 1.0
    return wide * line.size


def words(lines: Sequence[Printed]) -> str:
    """The words of a paragraph."""
    out = ""
    for line in lines:
        out = glue(out, line.text.strip()) if out else line.text.strip()
    return out


def glue(above: str, below: str) -> str:
    """Two pieces of a wrapped sentence; a blank parts Latin words, nothing parts Chinese ones."""
    spaced = _LATIN.match(above[-1:]) and _LATIN.match(below[:1]) and re.search(r"[A-Za-z]", above[-1:] + below[:1])
    return f"{above} {below}" if spaced else above + below


def _is_half(above: str, below: str) -> bool:
    """Whether two names below each other in a full cell are one: the first ends as places do, the second names none."""
    return bool(_PLACE_END.search(above)) and not prefix(below) and not is_group(below) and not _PLACE_END.search(below)


def cell(lines: Sequence[Printed], left: float, right: float) -> str:
    """The words of a cell: lines that fill it are joined, others stay apart.

    Args:
        lines: its printed lines.
        left: left edge of the cell.
        right: right edge of the cell.
    """
    if not lines:
        return ""
    pad = max(0.0, min(line.left for line in lines) - left)
    out = lines[0].text.strip()
    last = out
    for before, line in pairwise(lines):
        text = line.text.strip()
        full = before.right + _first(line) + _SLACK * before.size > right - min(pad, 2 * before.size)
        names = looks_like_unit(fold(last)) and looks_like_unit(fold(text)) and not _is_half(fold(last), fold(text))
        if full and not names and not marker(fold(text)):
            out = glue(out, text)
            last = glue(last, text)
        else:
            out, last = f"{out}\n{text}", text
    return out
