"""PDF with a text layer: paragraphs put together, ruled tables cell by cell, page heads and feet dropped.

pdfplumber finds characters and rules. A page without characters is a picture; a file of pictures is refused by name.
"""

from __future__ import annotations

import io
import logging
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from supervise.errors import Invalid, Problem, Refused, SuperviseError
from supervise.intake.readers import grid, paragraphs
from supervise.intake.readers.grid import Cell
from supervise.intake.readers.limits import MAX_PAGES, broken, exceeded, missing
from supervise.intake.readers.paragraphs import Printed
from supervise.intake.readers.transcript import Place, Transcript, Writer

Char = dict[str, Any]
Box = tuple[float, float, float, float]
_NEAR = 3.0


@dataclass
class _Table:
    """A ruled table, possibly over several pages.

    Args:
        cells: its cells.
        edges: where its columns begin, in points.
        height: how many rows it has.
        page: number of the page it begins on.
    """

    cells: list[Cell]
    edges: tuple[float, ...]
    height: int
    page: int


@dataclass
class _Page:
    """What stands on a page, from top to bottom.

    Args:
        lines: its printed lines outside tables.
        tables: its tables with their upper edge.
        picture: whether it shows a picture and no words.
    """

    lines: list[Printed] = field(default_factory=list)
    tables: list[tuple[float, _Table]] = field(default_factory=list)
    picture: bool = False


def read(data: bytes, file: str) -> Transcript:
    """A PDF.

    Args:
        data: the file.
        file: its name.

    Raises:
        Invalid: K01 when it is broken, K02 too many pages, K03 a password, K05 when it is a scan.
        Refused: K04 without pdfplumber.
    """
    try:
        import pdfplumber
    except ModuleNotFoundError:
        raise Refused(missing("pdfplumber", file)) from None
    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
    try:
        with pdfplumber.open(io.BytesIO(data)) as book:
            if len(book.pages) > MAX_PAGES:
                raise exceeded(f"PDF 有 {len(book.pages)} 页", file)
            pages = [_page(page, number) for number, page in enumerate(book.pages, start=1)]
    except SuperviseError:
        raise
    except MemoryError:
        raise exceeded("PDF 太大", file) from None
    except Exception as error:  # pdfminer raises whatever Python raises on a damaged file
        if "password" in repr(error).lower():
            raise Invalid(
                Problem("K03", "这份 PDF 加了密码,读不了", file=file, help="请去掉密码,另存后再读入")
            ) from None
        raise broken("PDF", file, type(error).__name__) from None
    return _written(pages, file)


def _written(pages: list[_Page], file: str) -> Transcript:
    out = Writer("pdf", file)
    whole = "".join(line.text for page in pages for line in page.lines)
    whole += "".join(cell.text for page in pages for _, table in page.tables for cell in table.cells)
    if not whole.strip():
        raise Invalid(
            Problem("K05", "这份 PDF 是扫描件,里面没有文字", file=file, help="请先做文字识别,或用原文(Word)读入")
        )
    if whole.count("(cid:") * 20 > len(whole):
        text = "这份 PDF 的字体没有编码,文字读不出来"
        raise Invalid(Problem("K05", text, file=file, help="请用原文(Word)读入,或先做文字识别"))
    pictures = [str(n) for n, page in enumerate(pages, start=1) if page.picture]
    if pictures:
        out.note("K11", f"第 {'、'.join(pictures[:20])} 页是图片,没有文字,没有读", "请对照原件补上")
    dropped = paragraphs.furniture([page.lines for page in pages])
    if dropped:
        samples = list(dict.fromkeys(line.text.strip() for line in sorted(dropped, key=lambda d: (d.page, d.top))))
        shown = "”“".join(samples[:3])
        out.note("K12", f"去掉了页眉页脚和页码 {len(dropped)} 处:“{shown}”" + ("等" if len(samples) > 3 else ""))
    _blocks(pages, dropped, out)
    return out.transcript()


def _blocks(pages: list[_Page], dropped: set[Printed], out: Writer) -> None:
    """Paragraphs and tables in their order; both may go on over a page's end."""
    running, open_table = list[Printed](), None
    paragraph = table = 0

    def flush() -> None:
        nonlocal paragraph
        for lines in paragraphs.joined(running):
            paragraph += 1
            out.line(paragraphs.words(lines), Place(page=lines[0].page, paragraph=paragraph))
        running.clear()

    def close(found: _Table | None) -> None:
        nonlocal table
        if found is not None:
            table += 1
            grid.write(found.cells, out, Place(page=found.page, table=table))

    for page in pages:
        kept = [line for line in page.lines if line not in dropped]
        for item in _in_order(kept, page.tables):
            if isinstance(item, Printed):
                close(open_table)
                open_table = None
                running.append(item)
            elif open_table is not None and _same(open_table, item):
                _append(open_table, item)
            else:
                close(open_table)
                flush()
                open_table = item
    close(open_table)
    flush()


def _in_order(lines: Iterable[Printed], tables: Iterable[tuple[float, _Table]]) -> Iterator[Printed | _Table]:
    placed: list[tuple[float, int, Printed | _Table]] = [(line.top, i, line) for i, line in enumerate(lines)]
    placed += [(top, -1, table) for top, table in tables]
    for _, _, item in sorted(placed, key=lambda p: p[:2]):
        yield item


def _same(above: _Table, below: _Table) -> bool:
    """Whether a table at the head of a page goes on with the one at the foot of the page before."""
    if len(above.edges) != len(below.edges):
        return False
    return all(abs(a - b) < 2 * _NEAR for a, b in zip(above.edges, below.edges, strict=True))


def _append(above: _Table, below: _Table) -> None:
    """Put the rows of the next page below; a head printed again is left out, a row cut by the page's end made whole."""
    heads, first = _row(above, 0), _row(below, 0)
    skip = [c.text for c in heads] == [c.text for c in first]
    rows = [c for c in below.cells if not (skip and c.row == 0)]
    shift = above.height - (1 if skip else 0)
    numbered = bool(heads) and grid.role("".join(heads[0].text.split())) == "no"
    cut = _row(below, 1 if skip else 0)
    broken_row = numbered and len(cut) > 1 and cut[0].column == 0 and not cut[0].text.strip()
    if broken_row:
        last = {c.column: c for c in above.cells if c.row + c.rows == above.height}
        for cell in cut:
            if cell.text.strip() and cell.column in last:
                last[cell.column].text = paragraphs.glue(last[cell.column].text, cell.text)
        rows = [c for c in rows if c not in cut]
        shift -= 1
    for cell in rows:
        cell.row += shift
        above.cells.append(cell)
    above.height += below.height - (1 if skip else 0) - (1 if broken_row else 0)


def _row(table: _Table, number: int) -> list[Cell]:
    return sorted((c for c in table.cells if c.row == number), key=lambda c: c.column)


def _page(page: Any, number: int) -> _Page:
    """The lines and tables of a page; what the library has worked out is given back at once."""
    chars = [c for c in page.chars if c["upright"] and c["text"].strip("\0")]
    found = _Page(picture=not chars and bool(page.images))
    boxes = [table for table in page.find_tables() if len(table.cells) > 1] if len(page.edges) > 3 else []
    for ruled in boxes:
        inside = [c for c in chars if _within(c, ruled.bbox)]
        found.tables.append((ruled.bbox[1], _ruled(ruled.cells, inside, number)))
        taken = {id(c) for c in inside}
        chars = [c for c in chars if id(c) not in taken]
    found.lines = _lines(chars, number)
    page.close()
    return found


def _within(char: Char, box: Box) -> bool:
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def _ruled(boxes: Sequence[Box], chars: list[Char], number: int) -> _Table:
    """A table from the boxes of its cells, and the characters that lie in them."""
    across, down = _edges(b[0] for b in boxes), _edges(b[1] for b in boxes)
    right, bottom = _edges(b[2] for b in boxes), _edges(b[3] for b in boxes)
    cells = []
    by_top = sorted(chars, key=lambda c: (c["top"] + c["bottom"]) / 2)
    middles = [(c["top"] + c["bottom"]) / 2 for c in by_top]
    for box in sorted(boxes, key=lambda b: (b[1], b[0])):
        near = by_top[bisect_left(middles, box[1]) : bisect_right(middles, box[3])]
        words = paragraphs.cell(_lines([c for c in near if _within(c, box)], number), box[0], box[2])
        row, column = bisect_right(down, box[1] + _NEAR) - 1, bisect_right(across, box[0] + _NEAR) - 1
        rows = max(1, bisect_right(bottom, box[3] + _NEAR) - row)
        columns = max(1, bisect_right(right, box[2] + _NEAR) - column)
        cells.append(Cell(words, row, column, rows, columns))
    return _Table(cells, tuple(across), len(down), number)


def _edges(values: Iterable[float]) -> list[float]:
    """Places of rules, those that lie close together taken as one."""
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > _NEAR:
            out.append(value)
    return out


def _lines(chars: list[Char], number: int) -> list[Printed]:
    """Characters put together to printed lines."""
    rows: list[list[Char]] = []
    for char in sorted(chars, key=lambda c: (c["top"] + c["bottom"]) / 2):
        middle = (char["top"] + char["bottom"]) / 2
        last = rows[-1][-1] if rows else None
        if last is not None and abs(middle - (last["top"] + last["bottom"]) / 2) < 0.45 * max(char["size"], 4):
            rows[-1].append(char)
        else:
            rows.append([char])
    out = []
    for row in rows:
        row.sort(key=lambda c: c["x0"])
        text = _spaced(row)
        if text.strip():
            inked = [c for c in row if c["text"].strip()]
            size = max(c["size"] for c in inked)
            top, bottom = min(c["top"] for c in inked), max(c["bottom"] for c in inked)
            out.append(Printed(text.strip(), inked[0]["x0"], inked[-1]["x1"], top, bottom, size, number))
    return out


def _spaced(row: list[Char]) -> str:
    """The words of a line; a gap wider than half a character is a blank, one wider than two characters is two."""
    out, before = "", None
    for char in row:
        if before is not None:
            gap = char["x0"] - before["x1"]
            if gap < -0.7 * char["size"] and char["text"] == before["text"]:
                continue  # printed twice for a bolder look
            if gap > 0.5 * char["size"] and not out.endswith(" "):
                out += "  " if gap > 2 * char["size"] else " "
        out += char["text"]
        before = char
    return out
