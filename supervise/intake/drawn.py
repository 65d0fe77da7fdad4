"""Tables drawn with lines (│ ┌ ─ ┼) or set in columns: the lines of one row are put together.

The text keeps its length and its line breaks, so that offsets outside the table mean the same and those inside it stay
on the lines of their row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from supervise.intake.folding import Unusual
from supervise.intake.readers.transcript import BREAK

_RULE = re.compile(r"[\s\u2500-\u257f\-=+|]+")  # the block of characters that lines are drawn with
_UPRIGHT = "│┃║┆┇┊┋╎╏"
_ACROSS = "".join(sign for sign in map(chr, range(0x2500, 0x2580)) if sign not in _UPRIGHT)
_CORNER = re.compile(rf"[{_ACROSS}+](?:(?<!\+)|[-=]{{2,}})")
_NUMBER = re.compile(r"\d{1,3}[.、]?$")
_BAR = re.compile(rf"[{_UPRIGHT}|]")
# A head whose columns blanks part, and the words of a line that stand apart from each other.
_SET = re.compile(r"(?m)^[ \u3000]*(?:序 ?[号號]|[编編][号號])(?:(?: {2,}|\u3000+)\S+){2,}[ \u3000]*$")
_CHUNK = re.compile(r"[^ \u3000]+(?: [^ \u3000]+)*")
_ROW = re.compile(r"[ \u3000]*\d{1,3}[.、]?(?: {2,}|\u3000)")
_NEAR = 2
_TAG = re.compile(r"<br ?/?>", re.IGNORECASE)


def flattened(text: str, odd: Unusual) -> str:
    """The text with every drawn row on the first line of those it takes, and no rules; other text as it is.

    Args:
        text: a text.
        odd: its unusual characters.
    """
    if "<" in text and _TAG.search(text):  # how a line is broken within a cell of a marked down table
        text = _TAG.sub(lambda tag: BREAK.ljust(len(tag[0])), text)
    wide = odd is None or not odd.isdisjoint("號\u3000")
    apart = "号  " in text or (wide and any([head in text for head in ("号\u3000", "號  ", "號\u3000")]))
    if apart and _SET.search(text):
        text = _set_in_columns(text)
    lined = odd is None or "+-" in text or "+=" in text or not odd.isdisjoint(_ACROSS)
    if not lined or not _CORNER.search(text):
        return text
    out: list[str] = []
    row: list[str] = []
    inside = False
    for line in text.split("\n"):
        body = line.strip()
        if body and _RULE.fullmatch(body) and _CORNER.search(body):
            out += [*_joined(row), " " * len(line)]
            row, inside = [], True
        elif inside and len(_BAR.findall(body)) > 1:
            row.append(line)
        else:
            out += [*_joined(row), line]
            row, inside = [], inside and (not body or len(body) < 30)
    return "\n".join([*out, *_joined(row)])


def _set_in_columns(text: str) -> str:
    """The text, what is wrapped within the columns below such a head put to the row it belongs to."""
    out: list[str] = []
    row: list[str] = []
    for line in text.split("\n"):
        if _ROW.match(line):
            out += _rewrapped(row)
            row = [line]
        elif row and _below(row[0], line):
            row.append(line)
        else:
            out += [*_rewrapped(row), line]
            row = []
    return "\n".join([*out, *_rewrapped(row)])


def _chunks(line: str) -> list[tuple[int, str]]:
    """The words of a line that stand apart, each with the column it begins in; a Chinese character takes two."""
    wide = [2 if char > "\u2e7f" else 1 for char in line]
    return [(sum(wide[: chunk.start()]), chunk[0]) for chunk in _CHUNK.finditer(line)]


def _below(row: str, line: str) -> bool:
    """Whether all words of a line begin where words of the row above it do, behind its number."""
    begins = [at for at, _ in _chunks(row)][1:]
    own = _chunks(line)
    return bool(own) and all(any(abs(at - begin) <= _NEAR for begin in begins) for at, _ in own)


def _rewrapped(row: list[str]) -> list[str]:
    """The lines of one row as one, and blank ones; of the same number of characters in all."""
    if len(row) < 2:
        return row
    cells = _chunks(row[0])
    for line in row[1:]:
        for at, words in _chunks(line):
            i = min(range(1, len(cells)), key=lambda i: abs(cells[i][0] - at))
            cells[i] = (cells[i][0], cells[i][1] + words)
    whole = "  ".join(words for _, words in cells)
    lengths = [len(line) for line in row]
    return [whole.ljust(lengths[0]), *_blanks(len(whole) - lengths[0], lengths[1:])]


def _joined(row: list[str]) -> Iterable[str]:
    """The lines of one row as one line of the same number of characters in all, then blank ones.

    A cell goes on in the same cell of the next line; where bars disagree the lines are rows of their own.
    """
    if not row:
        return []
    cells = [[cell.strip() for cell in _BAR.split(line.strip())[1:-1]] for line in row]
    if len({len(found) for found in cells}) > 1:
        return ["|".join(["", *found, ""]).ljust(len(line)) for found, line in zip(cells, row, strict=True)]
    begins = [i for i, found in enumerate(cells) if _NUMBER.match(next(filter(None, found[:2]), ""))]
    cuts = sorted({0, *begins[1:]})  # rows without a rule between them: each begins with its number
    out: list[str] = []
    for a, b in zip(cuts, [*cuts[1:], len(row)], strict=True):
        whole = "|".join(["", *("".join(parts) for parts in zip(*cells[a:b], strict=True)), ""])
        lengths = [len(line) for line in row[a:b]]
        out += [whole.ljust(lengths[0]), *_blanks(len(whole) - lengths[0], lengths[1:])]
    return out


def _blanks(taken: int, lengths: list[int]) -> Iterable[str]:
    """Blank lines of these lengths, shortened by what the first line of the row took more than its own."""
    for length in lengths:
        cut = min(max(taken, 0), length)
        taken -= cut
        yield " " * (length - cut)
