"""The neutral form of every file: its text, line by line, and where in the file each line and cell stands.

A paragraph is a line. A row of a table is a line too, its cells parted by tabs, ``BREAK`` where a cell has several
lines. So an offset into the text means a place in the file, and whatever is read from the text can be pointed at.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from supervise.errors import Problem
from supervise.intake.readers.limits import MAX_CHARS, exceeded

BREAK = "\u2028"
"""Parts the lines within a cell; on matching it counts as a blank."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file, counted from one; zero where a format does not know.

    Args:
        page: page.
        sheet: name of the sheet.
        table: number of the table in the file.
        row: row of the table or sheet.
        column: column of the table or sheet.
        paragraph: number of the paragraph outside tables.
    """

    page: int = 0
    sheet: str = ""
    table: int = 0
    row: int = 0
    column: int = 0
    paragraph: int = 0

    def __str__(self) -> str:
        """The place as a clerk looks for it: ``任务表!C5``, ``第2页表1第3行第2栏``, ``第12段``."""
        if self.sheet:
            return f"{self.sheet}!{letters(self.column) if self.column else ''}{self.row}"
        page = f"第{self.page}页" if self.page else ""
        if self.table:
            column = f"第{self.column}栏" if self.column else ""
            return f"{page}表{self.table}第{self.row}行{column}"
        return page + (f"第{self.paragraph}段" if self.paragraph else "")


def letters(column: int) -> str:
    """A column as spreadsheets name it: 1 is A, 28 is AB."""
    out = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        out = chr(65 + rest) + out
    return out


@dataclass(frozen=True)
class Transcript:
    """A file as text.

    Args:
        text: its lines.
        kind: ``txt``, ``csv``, ``docx``, ``xlsx``, ``html`` or ``pdf``.
        file: its name for messages.
        places: where each line stands; empty for plain text, whose lines are their own places.
        cells: line number → the column of the file that each of its cells stands in; only rows of tables are here.
        notes: what was left out or put right on reading.
    """

    text: str
    kind: str = "txt"
    file: str = ""
    places: tuple[Place, ...] = ()
    cells: dict[int, tuple[int, ...]] = field(default_factory=dict)
    notes: tuple[Problem, ...] = ()

    @cached_property
    def _starts(self) -> list[int]:
        starts, at = [0], self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.text.find("\n", at + 1)
        return starts

    def line(self, offset: int) -> int:
        """The 1-based number of the line that an offset lies in."""
        return bisect_right(self._starts, offset)

    def span(self, line: int) -> tuple[int, int]:
        """The offsets of a line, without its end."""
        starts = self._starts
        if not 1 <= line <= len(starts):
            return 0, 0
        return starts[line - 1], starts[line] - 1 if line < len(starts) else len(self.text)

    def place(self, offset: int) -> Place:
        """Where in the file the character at an offset stands."""
        line = self.line(offset)
        if line > len(self.places):
            return Place()
        place, columns = self.places[line - 1], self.cells.get(line)
        if columns:
            cell = self.text.count("\t", self._starts[line - 1], offset)
            column = columns[min(cell, len(columns) - 1)]
            return Place(place.page, place.sheet, place.table, place.row, column, place.paragraph)
        return place

    def whereabouts(self, line: int) -> str:
        """A line's place in words; empty for plain text, where the number of the line says it."""
        return str(self.places[line - 1]) if 1 <= line <= len(self.places) else ""


class Writer:
    """Puts a transcript together, line by line.

    Args:
        kind: the kind of file.
        file: its name.

    Raises:
        Invalid: K02, on writing, when there is more than any notice says.
    """

    def __init__(self, kind: str, file: str) -> None:
        self.kind, self.file = kind, file
        self.lines: list[str] = []
        self.places: list[Place] = []
        self.cells: dict[int, tuple[int, ...]] = {}
        self.notes: dict[Problem, None] = {}
        self.length = 0

    def line(self, text: str, place: Place) -> None:
        """Add a paragraph; a line break within it begins another line of the same place."""
        for line in text.split("\n"):
            if line.strip():
                self._add(line.rstrip(), place)

    def row(self, cells: Sequence[str], columns: Sequence[int], place: Place) -> None:
        """Add a row of a table.

        Args:
            cells: the words of its cells, made ``flat``.
            columns: the column of the file each stands in.
            place: of the row.
        """
        self._add("\t".join(cells), place)
        self.cells[len(self.lines)] = tuple(columns)

    def _add(self, line: str, place: Place) -> None:
        self.length += len(line) + 1
        if self.length > MAX_CHARS:
            raise exceeded(f"文字超过 {MAX_CHARS // 10_000} 万字", self.file)
        self.lines.append(line)
        self.places.append(place)

    def note(self, code: str, text: str, help: str = "") -> None:
        """Say once what was left out or put right."""
        self.notes[Problem(code, text, file=self.file, help=help)] = None

    def transcript(self) -> Transcript:
        """What has been written."""
        notes = tuple(self.notes)
        return Transcript("\n".join(self.lines), self.kind, self.file, tuple(self.places), self.cells, notes)


def flat(words: str) -> str:
    """The words of a cell on one line, without tabs and without blank lines."""
    if "\n" not in words and "\r" not in words:
        return words.replace("\t", " ").strip()
    lines = (line.replace("\t", " ").strip() for line in words.replace("\r", "\n").split("\n"))
    return BREAK.join(line for line in lines if line)
