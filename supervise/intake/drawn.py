"""Tables drawn with lines (│ ┌ ─ ┼): the lines of one row are put together, its cells parted by bars.

The text keeps its length and its line breaks, so that offsets outside the table mean the same and those inside it stay
on the lines of their row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from supervise.intake.folding import Unusual

_RULE = re.compile(r"[\s─━═┄┅┈┉\-=+|┌┬┐├┼┤└┴┘┏┳┓┣╋┫┗┻┛╔╦╗╠╬╣╚╩╝╒╤╕╞╪╡╘╧╛│┃║]+")
_CORNERS = "─━═┌├└┏┣┗╔╠╚╒╞╘┼╋╬┬┴"
_CORNER = re.compile(rf"[{_CORNERS}+](?:(?<!\+)|[-=]{{2,}})")
_NUMBER = re.compile(r"\d{1,3}[.、]?$")
_BAR = re.compile(r"[│┃║|]")


def flattened(text: str, odd: Unusual) -> str:
    """The text with every drawn row on the first line of those it takes, and no rules; other text as it is.

    Args:
        text: a text.
        odd: its unusual characters.
    """
    lined = odd is None or "+-" in text or "+=" in text or not odd.isdisjoint(_CORNERS)
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
