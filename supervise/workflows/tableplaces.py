"""Where the tables of a definition are found: by their names, columns by their heads, every cell with its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from supervise.errors import Problem, did_you_mean
from supervise.reading import Document, Path
from supervise.workflows import tables
from supervise.workflows.phrasing import Misread

_NEEDED = (tables.HEAD, tables.ROLES, tables.STATES, tables.ACTS)
_REMARKS = ("备注",)
"""A column that a reader may add for himself."""
_FREE = ("number", *_REMARKS)


class Row(NamedTuple):
    """A row of a table as it was found: where it stands, and its cells."""

    line: int
    cells: tuple[str, ...]


class Grid(NamedTuple):
    """A table as it was found, the heads of its columns first."""

    name: str
    rows: tuple[Row, ...]


class Spot(NamedTuple):
    """Where a cell stands: table, line, column from one (none for a whole row), and the head of the column."""

    table: str
    line: int | None = None
    column: int = 0
    head: str = ""


@dataclass(frozen=True)
class Sheet(Document):
    """Tables as a document: a problem at a path is said with table, row and column.

    Args:
        spots: path → its cell.
        book: whether the tables are sheets of a workbook.
    """

    spots: dict[Path, Spot] = field(default_factory=dict)
    book: bool = False

    def problem(self, code: str, path: Sequence[str | int], text: str, help: str = "", word: object = "") -> Problem:
        """A problem with a cell, or with the nearest thing that has a place."""
        steps = tuple(path)
        while steps and steps not in self.spots:
            steps = steps[:-1]
        return self.at(code, self.spots.get(steps, Spot(tables.HEAD)), text, help)

    def at(self, code: str, spot: Spot, text: str, help: str = "") -> Problem:
        """A problem with what stands somewhere."""
        letter = chr(ord("A") + spot.column - 1) if 0 < spot.column <= 26 else ""
        cell = f"{letter}{spot.line or ''}" if self.book else ""
        where = f"{spot.table}!{cell}" if cell else spot.table
        where += f"({spot.head})" if spot.head else ""
        return Problem(code, text, file=self.file, line=spot.line, path=where, help=help)


class Line(NamedTuple):
    """A row by the keys of its columns."""

    table: str
    line: int
    cells: Mapping[str, str]
    columns: Mapping[str, int]

    def spot(self, key: str) -> Spot:
        """Where the cell under a key stands."""
        heads = {column.key: column.head for column in tables.FORM[self.table]}
        return Spot(self.table, self.line, self.columns.get(key, -1) + 1, heads.get(key, ""))


class Finder:
    """Finds tables and columns by what is written over them, gathering what is wrong.

    Args:
        sheet: what the problems are said of.
    """

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.problems: list[Problem] = []
        self.lines: dict[str, list[Line]] = {}

    def wrong(self, code: str, spot: Spot, text: str, help: str = "") -> None:
        """One more problem."""
        self.problems.append(self.sheet.at(code, spot, text, help))

    def misread(self, spot: Spot, error: ValueError, before: str = "") -> None:
        """One more cell that cannot be read, with what can be written if that is known."""
        self.wrong("D51", spot, f"{before}{error}", error.help if isinstance(error, Misread) else "")

    def take(self, grids: Iterable[Grid]) -> None:
        """Find tables and columns by what is written over them."""
        for grid in grids:
            first = grid.rows[0].line if grid.rows else None
            if grid.name not in tables.FORM:
                self.wrong(
                    "D50", Spot(grid.name, first), f"没有“{grid.name}”这种表{did_you_mean(grid.name, tables.FORM)}"
                )
            elif grid.name in self.lines:
                self.wrong("D50", Spot(grid.name, first), f"“{grid.name}”表有两张,请并成一张")
            else:
                self.lines[grid.name] = self._lines(grid)
        for name in _NEEDED:
            if name not in self.lines:
                text = f"没有“{name}”表,不是流程表"
                self.wrong("D50", Spot(name), text, "流程表用 supervise table 流程 -o 文件.md 或 .xlsx 出")

    def _lines(self, grid: Grid) -> list[Line]:
        head = grid.rows[0] if grid.rows else Row(0, ())
        keys = {column.head: column.key for column in tables.FORM[grid.name]}
        columns: dict[str, int] = {}
        for at, word in enumerate(map(str.strip, head.cells)):
            key = keys.get(word, word if word in _REMARKS else "")
            if word and (not key or key in columns):
                text = f"“{word}”栏有两个" if key else f"没有“{word}”这一栏{did_you_mean(word, keys)}"
                self.wrong("D50", Spot(grid.name, head.line or None, at + 1), text, "自己的话可以写在“备注”栏")
            columns[key or word] = at
        missing = [word for word, key in keys.items() if key not in columns and key != "number"]
        if missing:
            self.wrong("D50", Spot(grid.name, head.line or None), f"缺“{'”“'.join(missing)}”栏")
            return []
        return list(filter(None, (self._line(grid.name, head, row, columns) for row in grid.rows[1:])))

    def _line(self, table: str, head: Row, row: Row, columns: Mapping[str, int]) -> Line | None:
        if len(row.cells) != len(head.cells):
            text = f"这一行有 {len(row.cells)} 格,表头有 {len(head.cells)} 格"
            self.wrong("D50", Spot(table, row.line), text, "文字里的竖线写作 \\|;说明写在第一张表之前")
            return None
        for at, (word, text) in enumerate(zip(head.cells, row.cells, strict=True), start=1):
            if text.strip() and not word.strip():
                self.wrong("D50", Spot(table, row.line, at), f"“{text}”上面没有栏名", "自己的话可以写在“备注”栏")
        cells = {key: row.cells[at] for key, at in columns.items()}
        filled = any(text.strip() for key, text in cells.items() if key not in _FREE)
        return Line(table, row.line, cells, columns) if filled else None
