"""Lines that fit a terminal: a line that is too wide goes on below itself, so that columns stay columns.

Only what is shown on a terminal passes through here; files and pipes get whole lines.
"""

from __future__ import annotations

import re

from supervise.cli.shell import fill
from supervise.widths import columns, cut

LEAST = 18
"""Columns a last cell needs to go on below itself; with fewer it takes a line of its own."""

GAP = "  "
"""Between two cells."""
DEEPER = 4
"""Blanks by which what moves to the next line stands deeper than its line."""

_CELL = re.compile(r"\S+(?: \S+)*\s*")


def fit(text: str, room: int, brief: bool = False) -> str:
    """The text with no line wider than ``room``, if no single word is.

    A last cell that was shortened already (it ends with …) is shortened further; nothing else is lost.

    Args:
        text: lines, tables among them: cells stand two or more blanks apart.
        room: columns of the terminal.
        brief: a list that is to keep one line for each thing, so that the last of several cells may be shortened.
    """
    return "\n".join(part for line in text.split("\n") for part in _fitted(line, room, brief))


def _fitted(line: str, room: int, brief: bool) -> list[str]:
    if columns(line) <= room:
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    *cells, last = _CELL.findall(line)
    start, most = columns(indent + "".join(cells)), 1 if brief and cells else 2 if last.endswith("…") else 0
    if room - start >= LEAST:
        if most:
            return [cut(line, room)]
        hung = fill(last, room - start)
        if max(map(columns, hung)) <= room - start:
            return [indent + "".join(cells) + hung[0], *(" " * start + part for part in hung[1:])]
    return _packed([*cells, last], indent, room, most)


def _short(cell: str, room: int, most: int) -> str:
    """A cell that may be shortened, as it goes into one line or two."""
    lines = fill(cell, room)
    return cell if len(lines) <= most else "".join([*lines[: most - 1], cut("".join(lines[most - 1 :]), room)])


def _packed(cells: list[str], indent: str, room: int, most: int) -> list[str]:
    """As many whole cells on a line as there is room for; a cell that is wider than a line is filled into several."""
    own = len(indent) if len(indent) <= room // 3 else 2  # a line that begins with empty cells is not that deep
    deeper = " " * (own + DEEPER)
    if most:
        cells = [*cells[:-1], _short(cells[-1], room - len(deeper), most)]
    lines, line = [], indent
    for cell in cells:
        if columns(line + cell.rstrip()) <= room:
            line += cell
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = (deeper if lines else " " * own) + cell
        if columns(line.rstrip()) > room:
            first, *parts = fill(cell.rstrip(), room - len(deeper))
            *whole, rest = [line[: len(line) - len(line.lstrip())] + first, *(deeper + part for part in parts)]
            lines += whole
            line = rest + GAP
    return [*lines, line.rstrip()]
