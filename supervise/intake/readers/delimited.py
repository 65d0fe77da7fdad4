"""Tables that spreadsheets save as text: cells parted by commas, in quotes where they hold commas or line ends."""

from __future__ import annotations

import csv
import re

from supervise.intake.readers import grid
from supervise.intake.readers.grid import Cell
from supervise.intake.readers.transcript import Place, Transcript, Writer, flat

_PARTY = re.compile("单位|部门|牵头|主办|责任")
_HEAD = 240
"""Nor has a line that names the columns more than so many."""
_LABEL = 24
"""The head of a column has no more characters."""
_SEARCHED = 30
"""A head is looked for in so many lines from the top."""


def rows(text: str, file: str) -> Transcript | None:
    """The text as a table, if that is what it is: one line names columns, and nearly all below it have as many cells.

    Args:
        text: a text.
        file: its name.

    Raises:
        Invalid: K02 when it is larger than any table of an office.
    """
    head = [line for line in text.split("\n", _SEARCHED)[:_SEARCHED] if len(line) < _HEAD and _PARTY.search(line)]
    for sign in (",", "\t", ";"):
        quoted = sign == "," or '"' in text  # without quotes the reader of text knows tabs and bars itself
        if not quoted or not any(
            _names_columns(line.rstrip("\r").split(sign)) for line in head if 1 < line.count(sign) < 60
        ):
            continue
        made = _parsed(text, sign)
        at = next((i for i, cells in enumerate(made) if _names_columns(cells)), -1)
        below = [cells for cells in made[at + 1 :] if any(cells)]
        if at >= 0 and 5 * sum(len(cells) == len(made[at]) for cells in below) >= 4 * len(below) > 0:
            return _written(made, file)
    return None


def _names_columns(cells: list[str]) -> bool:
    if len(cells) < 3 or max(map(len, cells)) > _LABEL:
        return False
    return grid.is_head([flat(cell.strip('"')) for cell in cells])


def _parsed(text: str, sign: str) -> list[list[str]]:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        return list(csv.reader(text.splitlines(keepends=True), delimiter=sign))
    except csv.Error:
        return []


def _written(made: list[list[str]], file: str) -> Transcript:
    out = Writer("csv", file)
    cells = [Cell(words, i, j) for i, row in enumerate(made) for j, words in enumerate(row) if words.strip()]
    grid.write(cells, out, Place(table=1))
    return out.transcript()
