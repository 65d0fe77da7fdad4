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


def fit(text: str, room: int) -> str:
    """The text with no line wider than ``room``, if no single word is.

    A last cell that was shortened already (it ends with …) is shortened further; nothing else is lost.

    Args:
        text: lines, tables among them: cells stand two or more blanks apart.
        room: columns of the terminal.
    """
    return "\n".join(part for line in text.split("\n") for part in _fitted(line, room))


def _fitted(line: str, room: int) -> list[str]:
    if columns(line) <= room:
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    *cells, last = _CELL.findall(line)
    start = columns(indent + "".join(cells))
    if room - start >= LEAST:
        if last.endswith("…"):
            return [cut(line, room)]
        hung = fill(last, room - start)
        if max(map(columns, hung)) <= room - start:
            return [indent + "".join(cells) + hung[0], *(" " * start + part for part in hung[1:])]
    return _packed([*cells, last], indent, room)


def _packed(cells: list[str], indent: str, room: int) -> list[str]:
    """As many whole cells on a line as there is room for; a cell that is wider than a line is filled into several."""
    own = len(indent) if len(indent) <= room // 4 else 2  # a line that begins with empty cells is not that deep
    deeper = " " * (own + DEEPER)
    lines, line = [], indent
    for cell in cells:
        if columns(line + cell.rstrip()) <= room:
            line += cell
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = deeper + cell
        if columns(line.rstrip()) > room:
            *whole, rest = fill(cell.rstrip(), room - len(deeper))
            lines += [deeper + part for part in whole]
            line = deeper + rest + GAP
    return [*lines, line.rstrip()]
