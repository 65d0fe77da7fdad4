"""Workbooks, new and old: every sheet that is shown, as it is shown.

python-calamine gives the values; what it does not give is read beforehand from the parts of an xlsx: how far the
sheets reach (it lays out every cell between the first and the last), and how numbers are shown (98%, 2025年6月).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from supervise.errors import Refused, SuperviseError
from supervise.intake.folding import fold
from supervise.intake.names import looks_like_unit
from supervise.intake.readers import grid
from supervise.intake.readers.grid import Cell
from supervise.intake.readers.limits import MAX_CELLS, MAX_UNPACKED, broken, exceeded, missing
from supervise.intake.readers.transcript import Place, Transcript, Writer, letters
from supervise.intake.readers.zipped import Parts, attribute, child, local, tree

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_CELL = re.compile(rb"<(?:\w+:)?(row|col|c)\b([^>]*?)(/?)>")
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_SPAN = re.compile(rb'\b(min|max)="(\d{1,5})"')
_ROW = re.compile(rb'\br="(\d{1,7})"')
_REF = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_STYLE = re.compile(rb'\bs="(\d{1,5})"')
_COUNTED = re.compile(r"^\d{1,3}[-.、_ ]*|[ _-]*\(?共? ?\d{1,3} ?[项条件个]\)?$")
_TAG = 1 << 22
MAX_COLUMNS = 16_384
"""A sheet has no more."""
_DAY_ZERO, _DAY_ZERO_1904 = date(1899, 12, 30), date(1904, 1, 1)
# Formats that Excel knows by number alone, those of its Chinese edition among them.
_BUILT_IN = {
    9: "0%", 10: "0.00%", 14: "yyyy/m/d", 17: "mmm-yy", 22: "yyyy/m/d h:mm", 27: "yyyy年m月", 28: "m月d日",
    29: "m月d日", 30: "m-d-yy", 31: "yyyy年m月d日", 36: "yyyy年m月", 50: "yyyy年m月", 51: "m月d日", 52: "yyyy年m月",
    53: "m月d日",
    54: "m月d日", 55: "yyyy年m月", 56: "m月d日", 57: "yyyy年m月", 58: "m月d日",
}  # fmt: skip


@dataclass
class _Survey:
    """What the parts of an xlsx say before it is laid out.

    Args:
        formats: format of each style, where it matters how a number is shown.
        styles: sheet part → row and column → style.
        hidden: sheet part → its hidden rows and its hidden columns.
        order: sheet parts in the order of the sheets.
        since_1904: whether days are counted from 1904.
        struck: styles with a line through the words.
    """

    formats: dict[int, str] = field(default_factory=dict)
    styles: dict[str, dict[tuple[int, int], int]] = field(default_factory=dict)
    hidden: dict[str, tuple[set[int], set[int]]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    since_1904: bool = False
    struck: frozenset[int] = frozenset()


def read(data: bytes, file: str) -> Transcript:
    """A workbook: xlsx, xls, et or ods.

    Args:
        data: the file.
        file: its name.

    Raises:
        Invalid: K01 when it is broken, K02 when it is larger than any table of an office.
        Refused: K04 without python-calamine.
    """
    survey = _surveyed(data, file) if data.startswith(b"PK") else _Survey()
    out = Writer("xlsx", file)
    with _opened(data, file) as book:
        for i, meta in enumerate(book.sheets_metadata):
            if not str(meta.typ).endswith("WorkSheet"):
                continue
            if not str(meta.visible).endswith(".Visible"):
                out.note("K11", f"工作表“{meta.name}”是隐藏的,没有读", "要读的话请取消隐藏再读入")
                continue
            _sheet(book.get_sheet_by_index(i), meta.name, survey.order[i] if i < len(survey.order) else "", survey, out)
    return out.transcript()


def values(data: bytes, file: str) -> dict[str, list[list[Any]]]:
    """The values of every sheet, hidden ones included, from the first row and column on.

    Args:
        data: an xlsx.
        file: its name.

    Raises:
        Invalid: K01 when it is broken, K02 when it is larger than any table of an office.
        Refused: K04 without python-calamine.
    """
    if data.startswith(b"PK"):
        _surveyed(data, file)
    with _opened(data, file) as book:
        return {
            meta.name: book.get_sheet_by_index(i).to_python(skip_empty_area=False)
            for i, meta in enumerate(book.sheets_metadata)
            if str(meta.typ).endswith("WorkSheet")
        }


@contextmanager
def _opened(data: bytes, file: str) -> Iterator[CalamineWorkbook]:
    """The workbook; whatever the library says while it is read is a refusal of the file."""
    try:
        import python_calamine
    except ModuleNotFoundError:
        raise Refused(missing("python-calamine", file)) from None
    try:
        yield python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except (SuperviseError, MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the library is in Rust, and its panics are no Exception
        raise broken("xlsx/xls", file, error) from None


def _sheet(sheet: CalamineSheet, name: str, part: str, survey: _Survey, out: Writer) -> None:
    if sheet.total_height * sheet.total_width > MAX_CELLS:
        raise exceeded(f"工作表“{name}”有 {sheet.total_height} 行 {sheet.total_width} 列", out.file)
    merged = {start: end for start, end in sheet.merged_cell_ranges or () if end != start}
    styles, (rows, columns) = survey.styles.get(part, {}), survey.hidden.get(part, (set(), set()))
    covered, unread = set[tuple[int, int]](), set[str]()
    for (top, left), (bottom, right) in merged.items():
        if (bottom - top + 1) * (right - left + 1) <= MAX_CELLS:
            covered |= {(i, j) for i in range(top, bottom + 1) for j in range(left, right + 1)} - {(top, left)}
    cells = []
    for i, row in enumerate(sheet.to_python(skip_empty_area=False)):
        for j, value in enumerate(row):
            if (i, j) in covered or (value == "" and (i, j) not in merged):
                continue
            if value != "" and styles.get((i, j)) in survey.struck:
                out.note("K11", "有划去的文字,没有读", "请核对划去的是否都不要")
                value = ""
            bottom, right = merged.get((i, j), (i, j))
            words = shown(value, survey.formats.get(styles.get((i, j), -1), ""), survey.since_1904)
            parts = list(_shown_parts(Cell(words, i, j, bottom - i + 1, right - j + 1), rows, columns))
            if words.strip() and not parts:
                unread.add(f"第 {i + 1} 行" if i in rows else f"{letters(j + 1)} 列")
            cells += parts
    if unread:
        listed = "、".join(sorted(unread, key=lambda said: (len(said), said))[:12]) + ("等" if len(unread) > 12 else "")
        out.note("K11", f"工作表“{name}”的{listed}是隐藏的,没有读", "要读的话请取消隐藏再读入")
    grid.write(cells, out, Place(sheet=name), _owner(name))


def _owner(name: str) -> str:
    """The unit a sheet is named after: 柳汀镇, 03 柳汀镇(12项); empty if it is named after none."""
    unit = _COUNTED.sub("", fold(name)).strip()
    return unit if looks_like_unit(unit) else ""


def _shown_parts(cell: Cell, rows: set[int], columns: set[int]) -> Iterator[Cell]:
    """A cell without what is hidden of it: row by row where it reaches over hidden rows."""
    if not rows and not columns:
        yield cell
        return
    wide = [j for j in range(cell.column, cell.column + cell.columns) if j not in columns]
    tall = range(cell.row, cell.row + cell.rows)
    if not rows.isdisjoint(tall) and wide:
        yield from (Cell(cell.text, i, wide[0], 1, wide[-1] - wide[0] + 1) for i in tall if i not in rows)
    elif wide:
        yield Cell(cell.text, cell.row, wide[0], cell.rows, wide[-1] - wide[0] + 1)


def shown(value: Any, form: str, since_1904: bool = False) -> str:
    """A cell's value as the sheet shows it, as far as that matters: dates, months, percentages, whole numbers.

    Args:
        value: as calamine gives it.
        form: its number format; empty if unknown.
        since_1904: whether days are counted from 1904.
    """
    dated = _dated(form)
    if dated and isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 100_000:
        value = (_DAY_ZERO_1904 if since_1904 else _DAY_ZERO) + timedelta(days=int(value))
    if isinstance(value, date):
        whole = f"{value.year}年{value.month}月{value.day}日"
        if dated and "d" not in dated:
            return f"{value.year}年{value.month}月"
        return whole if not dated or "y" in dated or "e" in dated else f"{value.month}月{value.day}日"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return _numeral(value, form)
    if isinstance(value, time | timedelta | datetime):
        return str(value)
    return str(value)


@lru_cache(maxsize=512)  # a sheet shows thousands of cells in a handful of formats
def _dated(form: str) -> str:
    """The letters of a date in a format; empty if it is none of a date."""
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.|_.', "", form.lower().partition(";")[0])
    letters = "".join(re.findall("[yemd]", bare))
    return letters if re.search("[yd]", letters) and not re.search("[0#?]", bare) else ""


def _numeral(value: float, form: str) -> str:
    exact = Decimal(repr(value)) if value == value and abs(value) != float("inf") else None
    if exact is None or abs(exact) > Decimal(10) ** 18:
        return str(value)
    percent = "%" in re.sub(r'"[^"]*"', "", form)
    if percent:
        exact *= 100
    exact = exact.quantize(Decimal("1.000000000"), ROUND_HALF_UP)  # 0.1 + 0.2 is shown as 0.3
    text = f"{exact:f}".rstrip("0").rstrip(".")
    return text + ("%" if percent else "")


def _surveyed(data: bytes, file: str) -> _Survey:
    """Unpack every part once, within the limits, and note what the sheets' cells say of themselves."""
    parts = Parts(data, "xlsx", file)
    survey, left = _Survey(), MAX_UNPACKED
    wanted: dict[str, bytes] = {}
    for name in sorted(parts.names):
        if re.fullmatch(r"xl/(?:workbook\.xml|styles\.xml|_rels/workbook\.xml\.rels)", name):
            wanted[name] = parts.read(name, left)
            left -= len(wanted[name])
        elif re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
            left -= _sheet_part(parts, name, left, survey)
        else:
            left -= sum(len(chunk) for chunk in parts.chunks(name, left))
    if "xl/workbook.xml" in wanted:
        survey.formats, survey.struck = _formats(wanted.get("xl/styles.xml", b""), file)
        survey.order, survey.since_1904 = _order(wanted, file)
    return survey


def _sheet_part(parts: Parts, name: str, left: int, survey: _Survey) -> int:
    """Look at the cells of a sheet without keeping it; returns its size."""
    size, tail = 0, b""
    seen = _Extent(survey.styles.setdefault(name, {}), survey.hidden.setdefault(name, (set(), set())))
    for chunk in parts.chunks(name, left):
        size += len(chunk)
        whole = tail + chunk
        end = whole.rfind(b">") + 1
        if not end and len(whole) > _TAG:
            raise broken("xlsx", parts.file, "标签太长")
        tail = whole[end:]
        for match in _CELL.finditer(whole, 0, end):
            seen.take(match)
            if seen.area > MAX_CELLS:
                raise exceeded(f"工作表有 {seen.rows} 行 {seen.columns} 列以上", parts.file)
    return size


@dataclass
class _Extent:
    """How far the filled cells of a sheet reach, and how they are shown.

    Args:
        styles: row and column → style; filled on the way.
        hidden: hidden rows and columns; filled on the way.
    """

    styles: dict[tuple[int, int], int]
    hidden: tuple[set[int], set[int]]
    rows: int = 0
    columns: int = 0
    row: int = 0
    column: int = 0

    @property
    def area(self) -> int:
        """Cells that would be laid out."""
        return self.rows * self.columns

    def take(self, match: re.Match[bytes]) -> None:
        """The next row or cell; one that does not say where it stands stands behind the one before."""
        kind, words, empty = match.groups()
        if kind == b"col":
            if _HIDDEN.search(words):
                span = {key: int(value) for key, value in _SPAN.findall(words)}
                self.hidden[1].update(range(span.get(b"min", 1) - 1, min(span.get(b"max", 0), MAX_COLUMNS)))
            return
        if kind == b"row":
            at = _ROW.search(words)
            self.row, self.column = int(at[1]) if at else self.row + 1, 0
            if _HIDDEN.search(words):
                self.hidden[0].add(self.row - 1)
            return
        ref = _REF.search(words)
        self.row, self.column = (int(ref[2]), _column(ref[1])) if ref else (self.row, self.column + 1)
        if not empty:
            self.rows, self.columns = max(self.rows, self.row), max(self.columns, self.column)
            if style := _STYLE.search(words):
                self.styles[self.row - 1, self.column - 1] = int(style[1])


def _column(letters: bytes) -> int:
    value = 0
    for letter in letters:
        value = value * 26 + letter - 64
    return value


def _formats(styles: bytes, file: str) -> tuple[dict[int, str], frozenset[int]]:
    """Style → format, for the styles that show a number as a date or a percentage; and the styles that strike out."""
    if not styles:
        return {}, frozenset()
    root = tree(styles, "xlsx", file)
    own = {}
    for element in root.iter():
        if local(element) == "numFmt":
            own[attribute(element, "numFmtId")] = attribute(element, "formatCode")
    cells = next((e for e in root if local(e) == "cellXfs"), None)
    fonts = next((e for e in root if local(e) == "fonts"), None)
    lines = [child(font, "strike") for font in (fonts if fonts is not None else ())]
    out = {str(i) for i, line in enumerate(lines) if line is not None and attribute(line, "val") not in ("0", "false")}
    found, struck = dict[int, str](), set[int]()
    for i, element in enumerate(cells if cells is not None else ()):
        ident = attribute(element, "numFmtId")
        form = own.get(ident, _BUILT_IN.get(int(ident), "") if ident.isdigit() else "")
        if "%" in form or _dated(form):
            found[i] = form
        if attribute(element, "fontId") in out:
            struck.add(i)
    return found, frozenset(struck)


def _order(wanted: dict[str, bytes], file: str) -> tuple[list[str], bool]:
    """The sheets' parts in the order of the workbook, and whether its days begin in 1904."""
    book = tree(wanted["xl/workbook.xml"], "xlsx", file)
    links = tree(wanted.get("xl/_rels/workbook.xml.rels", b"<r/>"), "xlsx", file)
    targets = {attribute(link, "Id"): attribute(link, "Target").lstrip("/") for link in links}
    order = []
    for element in book.iter():
        if local(element) == "sheet":
            ident = next((str(v) for k, v in element.attrib.items() if str(k).endswith("}id")), "")
            target = targets.get(ident, "")
            order.append(target if target.startswith("xl/") else f"xl/{target}")
    since = any(local(e) == "workbookPr" and attribute(e, "date1904") in ("1", "true") for e in book.iter())
    return order, since
