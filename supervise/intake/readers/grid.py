"""A table as printed → rows of plain cells: merged cells carried, a head of several rows made one, one task a row.

Readers say which cells there are and how far each reaches; what a column holds is known from its head, by the same
rules that read the row afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from supervise.intake import tables
from supervise.intake.folding import fold
from supervise.intake.lines import Line
from supervise.intake.names import looks_like_unit
from supervise.intake.readers.limits import MAX_CELLS, MAX_SPAN, exceeded
from supervise.intake.readers.transcript import Place, Writer, flat

_HEAD_ROWS = 4
_FIELDS = 6
"""A row of a form has at most so many labels and values."""
_OWNER = "责任单位"
_SEARCHED = 30
"""A head is looked for in so many rows from the top."""


@dataclass(slots=True, eq=False)
class Cell:
    """A printed cell.

    Args:
        text: its words, lines parted by line ends.
        row: 0-based row of its upper left corner.
        column: 0-based column of that corner.
        rows: how many rows it covers.
        columns: how many columns it covers.
    """

    text: str
    row: int
    column: int
    rows: int = 1
    columns: int = 1


Slots = list[list[Cell | None]]


def write(cells: Sequence[Cell], out: Writer, place: Place, owner: str = "") -> None:
    """Write a table into a transcript.

    Args:
        cells: its cells in printed order.
        out: where to.
        place: of the table: its page, sheet or number.
        owner: the unit a sheet is named after; it answers for the rows of a table that names no unit.

    Raises:
        Invalid: K02 when it is larger than any table of an office.
    """
    slots = _laid(cells, out.file)
    columns = sorted({cell.column for cell in cells if cell.text.strip()})
    if len(columns) == 1:
        for cell in cells:
            if cell.text.strip():
                out.line(cell.text, _at(place, cell.row, cell.column))
        return
    if _lies(slots, columns):
        _write_lying(slots, columns, out, place)
        return
    table = _Table(slots, columns, out, place)
    if owner and not any(table.begins(i) for i in range(len(slots))):
        table.owner = owner
    table.write()


def _laid(cells: Sequence[Cell], file: str) -> Slots:
    """Every place of the table with the cell that covers it; where two overlap, the first stays."""
    height = max((c.row + min(c.rows, MAX_SPAN) for c in cells), default=0)
    width = max((c.column + min(c.columns, MAX_SPAN) for c in cells), default=0)
    if height * width > MAX_CELLS:
        raise exceeded(f"表格有 {height} 行 {width} 列", file)
    slots: Slots = [[None] * width for _ in range(height)]
    for cell in cells:
        for i in range(cell.row, cell.row + min(cell.rows, MAX_SPAN)):
            row = slots[i]
            for j in range(cell.column, cell.column + min(cell.columns, MAX_SPAN)):
                row[j] = row[j] or cell
    return slots


def _lies(slots: Slots, columns: list[int]) -> bool:
    """Whether a table lies on its side: its first column names what the rows hold, and each column behind is a task."""
    if len(columns) < 3:
        return False
    first = [cell for row in slots if (cell := row[columns[0]]) is not None and cell.text.strip()]
    if not 3 <= len(first) <= 12 or len({id(c) for c in first}) < len(slots):
        return False
    others = {id(c): c for row in slots for j in columns[1:] if (c := row[j]) is not None and c.text.strip()}
    alike = [c for c in others.values() if role("".join(c.text.split())) != "other"]
    return not alike and is_head(["".join(cell.text.split()) for cell in first])


def _write_lying(slots: Slots, columns: list[int], out: Writer, place: Place) -> None:
    """Write a table that lies on its side as if it stood."""
    for j in columns:
        words = ["" if (cell := row[j]) is None else flat(cell.text) for row in slots]
        out.row(words, [j + 1] * len(words), _at(place, 0))


def is_head(labels: Sequence[str]) -> bool:
    """Whether these words head the columns of a table of tasks.

    Args:
        labels: the heads.
    """
    line = fold("\t".join(labels))
    return tables.head(Line(1, 0, len(line), line)) is not None


def _at(place: Place, row: int, column: int = -1) -> Place:
    return Place(place.page, place.sheet, place.table, row + 1, column + 1, place.paragraph)


@lru_cache(maxsize=4096)
def role(label: str) -> str:
    """What a column of this label holds, as the reader of rows will see it."""
    line = fold(f"序号\t工作任务\t牵头单位\t{label}")
    found = tables.head(Line(1, 0, len(line), line)) if label else None
    return found.roles[-1] if found else "other"


class _Table:
    """One table on its way out."""

    def __init__(self, slots: Slots, columns: list[int], out: Writer, place: Place) -> None:
        self.slots, self.columns, self.out, self.place = slots, columns, out, place
        self.roles: list[str] = []  # of the columns, below a head
        self.owner = ""  # who answers for all rows, in a column that is not printed

    def write(self) -> None:
        """Write it: a record as labels and values, else row by row."""
        if pairs := self._record():
            for label, cell in pairs:
                self.out.line(f"{label}:{cell.text.strip()}", _at(self.place, cell.row, cell.column))
            return
        self._rows()

    def _record(self) -> list[tuple[str, Cell]]:
        """Labels and the cells beside them, where a table is the form of one matter: 责任单位 | 某局."""
        pairs: list[tuple[str, Cell]] = []
        for row in range(len(self.slots)):
            cells = list({id(c): c for j in self.columns if (c := self.slots[row][j]) is not None}.values())
            if len(cells) % 2 or len(cells) > _FIELDS:
                return []
            fresh = [(a, b) for a, b in zip(cells[::2], cells[1::2], strict=True) if b.row == row and b.text.strip()]
            pairs += [(fold("".join(a.text.split())).rstrip(":"), b) for a, b in fresh]
        if any(role("".join(cell.text.split())) != "other" for _, cell in pairs):
            return []  # labels beside labels are the head of a table
        roles = [role(label) for label, _ in pairs]
        named = sum(r not in ("other", "no") for r in roles)
        return pairs if named >= 2 and named * 2 >= len(pairs) and {"lead", "unit"} & set(roles) else []

    def _rows(self) -> None:
        i, waiting = 0, list[str]()
        waiting_row = 0
        while i < len(self.slots):
            if self.begins(i):
                self._flush(waiting, waiting_row)
                waiting = []
                i = self._write_head(i)
                continue
            words = self._words(i)
            if self._banner(i):
                self._flush(waiting, waiting_row)
                waiting = []
                cell = next(c for j in self.columns if (c := self.slots[i][j]) and c.text.strip())
                if cell.row == i:
                    self.out.line(cell.text, _at(self.place, i, cell.column))
            elif waiting and self._continues(i):
                waiting = self._joined(waiting, words, i)
            elif any(words):
                self._flush(waiting, waiting_row)
                waiting, waiting_row = words, i
            i += 1
        self._flush(waiting, waiting_row)

    def _flush(self, words: list[str], row: int) -> None:
        if words:
            self._row(words, self.owner if self.roles else "", row)

    def _row(self, words: list[str], owner: str, row: int) -> None:
        added = [owner] if owner else []
        self.out.row([*words, *added], [*(j + 1 for j in self.columns), *(0 for _ in added)], _at(self.place, row))

    def _words(self, i: int) -> list[str]:
        """The words of a row, those of merged cells carried into every row they cover, but into one column only."""
        out, seen = [], set[int]()
        for j in self.columns:
            cell = self.slots[i][j]
            out.append("" if cell is None or id(cell) in seen else flat(cell.text))
            seen.add(id(cell))
        return out

    def _banner(self, i: int) -> bool:
        """Whether a row is one cell printed across the table: a title, a chapter, a remark below."""
        owners = {id(c): c for j in self.columns if (c := self.slots[i][j]) is not None}
        filled = [c for c in owners.values() if c.text.strip()]
        if len(filled) != 1:
            return False
        return filled[0].columns * 2 > len(self.columns) or (not self.roles and len(owners) == 1)

    def begins(self, i: int) -> bool:
        """Whether the heads of the columns begin in this row."""
        if i > _SEARCHED and not self.roles:
            return False
        height = self._height(i)
        return height > 0 and self._is_head(self._labels(i, height))

    def _is_head(self, labels: Sequence[str]) -> bool:
        return is_head([*labels, *([_OWNER] if self.owner else [])])

    def _height(self, i: int) -> int:
        """How many rows a head that begins here would have: as far down as its tallest cell reaches."""
        row = list({id(c): c for j in self.columns if (c := self.slots[i][j]) is not None and c.text.strip()}.values())
        if len(row) < 3 or any(len(c.text) > 40 or c.row < i for c in row):
            return 0
        wide = any(c.columns > 1 for c in row)
        tall = max(c.row + c.rows for c in row) - i
        if tall == 1 and wide and i + 1 < len(self.slots) and not self._filled_below(i):
            tall = 2  # the upper heads span columns and the others were not merged downwards
        return tall if tall <= _HEAD_ROWS else 0

    def _filled_below(self, i: int) -> bool:
        """Whether the row below has words of its own under every head of one column, as the first task has."""
        heads = [(cell, self.slots[i + 1][j]) for j in self.columns if (cell := self.slots[i][j]) is not None]
        return all(below is not None and below.text.strip() for cell, below in heads if cell.columns == 1)

    def _labels(self, i: int, height: int) -> list[str]:
        """One label for each column: the lowest one, with those above it where it says nothing by itself."""
        out = []
        for j in self.columns:
            chain = list[str]()
            for k in range(i, min(i + height, len(self.slots))):
                cell = self.slots[k][j]
                label = "".join(cell.text.split()) if cell is not None else ""
                if label and (not chain or chain[-1] != label):
                    chain.append(label)
            out.append(_label(chain))
        return out

    def _write_head(self, i: int) -> int:
        """Write the head as one row; returns the row below it."""
        height = max(1, self._height(i))
        labels = self._labels(i, height)
        self.roles = [role(label) for label in labels]
        self._row(labels, _OWNER if self.owner else "", i)
        return i + height

    def _continues(self, i: int) -> bool:
        """Whether a row belongs to the task above: the cells that say number and task reach down into it."""
        if not self.roles:
            return False
        named = [j for j, r in zip(self.columns, self.roles, strict=True) if r in ("no", "text")]
        carried = [c for j in named if (c := self.slots[i][j]) is not None and c.text.strip()]
        new = [c for c in carried if c.row == i]
        return bool(carried) and not new and any(c.row < i for c in carried)

    def _joined(self, words: list[str], below: list[str], i: int) -> list[str]:
        """The task's words with what the row below adds in cells of its own."""
        out = list[str]()
        for j, above, more in zip(self.columns, words, below, strict=True):
            cell = self.slots[i][j]
            own = cell is not None and cell.row == i and more and more != above
            out.append(flat(f"{above}\n{more}") if own else above)
        return out


def _label(chain: Sequence[str]) -> str:
    """The label of a column from the heads that stand above each other: as few of the lowest as say what it holds."""
    if not chain:
        return ""
    lowest = chain[-1]
    if len(chain) == 1 or role(lowest) not in ("other", "measure"):
        return lowest
    for i in range(len(chain) - 2, -1, -1):
        if role(joined := "".join(chain[i:])) != "other":
            return joined
    plain = role(lowest) != "other" or role(chain[0]) == "other" or looks_like_unit(lowest)
    return lowest if plain else f"{chain[0]}({lowest})"
