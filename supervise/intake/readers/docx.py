"""Word's docx: paragraphs with their automatic numbers, tables with merged cells, text boxes, accepted revisions.

The parts are walked with lxml and not with python-docx, which gives no automatic numbers, reads every picture into
memory, and whose cells are found in quadratic time (docs/decisions/0013).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from supervise.intake.readers import grid
from supervise.intake.readers.grid import Cell
from supervise.intake.readers.limits import MAX_CELLS, broken, exceeded
from supervise.intake.readers.numbering import Numbering
from supervise.intake.readers.transcript import Place, Transcript, Writer
from supervise.intake.readers.zipped import Parts, attribute, child, local

if TYPE_CHECKING:
    from lxml.etree import _Element

_INSIDE = frozenset(
    ("ins", "moveTo", "hyperlink", "smartTag", "fldSimple", "dir", "bdo", "sdt", "sdtContent", "customXml", "r",
     "Choice", "ruby", "rubyBase", "object")
)  # fmt: skip
_BLOCKS = frozenset(("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo"))
_STRUCK = ("strike", "dstrike")
_GONE = frozenset(("del", "moveFrom"))
_APART = {"footnoteReference": "脚注", "endnoteReference": "尾注", "commentReference": "批注"}
_OFF = frozenset(("0", "false", "off"))


def read(data: bytes, file: str) -> Transcript:
    """A docx file.

    Args:
        data: the file.
        file: its name.

    Raises:
        Invalid: K01 when it is broken, K02 when it is larger than any notice.
        Refused: K04 without lxml.
    """
    parts = Parts(data, "docx", file)
    name = min((n for n in parts.names if re.fullmatch(r"word/document\d*\.xml", n)), default="")
    body = child(parts.tree(name), "body") if name else None
    if body is None:
        raise broken("docx", file, "里面没有正文")
    numbering = parts.tree("word/numbering.xml") if "word/numbering.xml" in parts.names else None
    styles = parts.tree("word/styles.xml") if "word/styles.xml" in parts.names else None
    reader = _Reader(Writer("docx", file), Numbering(numbering, styles))
    reader.blocks(body)
    return reader.out.transcript()


class _Reader:
    """Walks the body once."""

    def __init__(self, out: Writer, numbering: Numbering) -> None:
        self.out, self.numbering = out, numbering
        self.paragraph, self.table, self.page, self.cells = 0, 0, 1, 0
        self.boxes: list[_Element] = []  # text boxes met within a paragraph; they come behind it

    def blocks(self, parent: _Element) -> None:
        """Paragraphs and tables in their order."""
        for element in parent:
            name = local(element)
            if name == "p":
                self.paragraph += 1
                place = Place(page=self._shown(), paragraph=self.paragraph)
                self.out.line(self.words(element), place)
                self._boxed()
            elif name == "tbl":
                self._table(element)
            elif name in _BLOCKS:
                self.blocks(element)
            elif name == "altChunk":
                self.out.note("K11", "文件里嵌着另一份文件,没有读", "请另存为普通 docx 再读入")

    def _shown(self) -> int:
        return self.page if self.page > 1 else 0

    def _boxed(self) -> None:
        while self.boxes:
            self.blocks(self.boxes.pop(0))

    def words(self, paragraph: _Element, bare: bool = False) -> str:
        """The words of a paragraph behind its automatic number; nothing if it is empty but for that.

        Args:
            paragraph: a ``p``.
            bare: whether the number counts alone, as in the first column of a table.
        """
        properties = child(paragraph, "pPr")
        text = "".join(self._inline(paragraph)).strip("\n")
        if properties is None:
            return text
        if child(properties, "rPr", "del") is not None and not text.strip():
            return ""
        label = self.numbering.label(properties)
        if not text.strip():
            return label.rstrip(".、") if bare else ""
        return label + text.lstrip() if label else text

    def _inline(self, parent: _Element) -> Iterator[str]:
        for element in parent:
            name = local(element)
            if name == "t":
                yield element.text or ""
            elif name == "r" and self._hidden(element):
                continue
            elif name in _INSIDE:
                yield from self._inline(element)
                if name in ("ins", "moveTo"):
                    self._revised()
            elif name == "tab":
                yield "\t"
            elif name in ("br", "cr"):
                yield "" if attribute(element, "type") in ("page", "column") else "\n"
            elif name == "noBreakHyphen":
                yield "-"
            elif name == "lastRenderedPageBreak":
                self.page += 1
            elif name == "AlternateContent":
                choice = child(element, "Choice")
                yield from self._inline(choice if choice is not None else element)
            elif name in ("drawing", "pict", "Fallback"):
                self.boxes += [
                    box for box in element.iter() if local(box) == "txbxContent" and not _nested(box, element)
                ]
            elif name in _GONE:
                self._revised()
            elif name in _APART:
                self.out.note("K11", f"文件有{_APART[name]},没有读", "其中如有任务或单位,请自行补上")

    def _revised(self) -> None:
        self.out.note("K11", "文件带有修订,按接受全部修订后的文字读入", "请核对修订是否都应接受")

    def _hidden(self, run: _Element) -> bool:
        mark = child(run, "rPr", "vanish")
        hidden = mark is not None and attribute(mark, "val") not in _OFF
        struck = any(
            (line := child(run, "rPr", name)) is not None and attribute(line, "val") not in _OFF for name in _STRUCK
        )
        if (hidden or struck) and "".join(t.text or "" for t in run.iter() if local(t) == "t").strip():
            if hidden:
                self.out.note("K11", "有隐藏的文字,没有读")
            else:
                self.out.note("K11", "有划去的文字,没有读", "请核对划去的是否都不要")
        return hidden or struck

    def _table(self, table: _Element) -> None:
        """A table, its cells laid out; one that holds tables is a frame, and is read cell by cell."""
        first = next(_rows(table), None)
        plain = first is not None and sum(1 for _ in _cells(first)) > 2 and not _holds_table(first)
        if not plain and _holds_table(table):
            for cell in (inner for row in _rows(table) for inner in _cells(row)):
                self.blocks(cell)
            return
        self.table += 1
        page, number = self._shown(), self.table
        found, open_ = list[Cell](), dict[int, Cell]()
        for i, row in enumerate(_rows(table)):
            self._row(row, i, found, open_)
        grid.write(found, self.out, Place(page=page, table=number))
        self._boxed()

    def _inner(self, cell: _Element) -> Iterator[str]:
        """The rows of tables within a cell of a table: 牵头单位:区水务局."""
        for table in cell.iterchildren("{*}tbl"):
            for row in _rows(table):
                words = ["".join(self.words(p) for p in _paragraphs(inner)) for inner in _cells(row)]
                yield ":".join(filter(None, words)) if len(words) == 2 else " ".join(filter(None, words))

    def _row(self, row: _Element, i: int, found: list[Cell], open_: dict[int, Cell]) -> None:
        """The cells of a row; a cell that goes on from above makes the one above taller."""
        j = _count(attribute(child(row, "trPr", "gridBefore"), "val"), 0)
        for element in _cells(row):
            properties = child(element, "tcPr")
            marks = {local(mark): attribute(mark, "val") for mark in (properties if properties is not None else ())}
            wide = max(1, _count(marks.get("gridSpan", ""), 1))
            merge = marks.get("vMerge")
            words = "\n".join(filter(None, (self.words(p, bare=True) for p in _paragraphs(element))))
            words = "\n".join(filter(None, (words, *self._inner(element))))
            self.cells += 1
            if self.cells > MAX_CELLS:
                raise exceeded(f"表格超过 {MAX_CELLS // 10_000} 万格", self.out.file)
            above = open_.get(j)
            if merge in ("", "continue") and above is not None:
                above.rows = i - above.row + 1
            else:
                cell = Cell(words, i, j, 1, wide)
                found.append(cell)
                open_.pop(j, None)
                if merge is not None:
                    open_[j] = cell
            j += wide


def _holds_table(element: _Element) -> bool:
    return any(local(inner) == "tbl" for inner in element.iterdescendants())


def _rows(table: _Element) -> Iterator[_Element]:
    for element in table:
        if local(element) == "tr":
            if child(element, "trPr", "del") is None:
                yield element
        elif local(element) in _BLOCKS:
            yield from _rows(element)


def _cells(row: _Element) -> Iterator[_Element]:
    for element in row:
        if local(element) == "tc":
            yield element
        elif local(element) in _BLOCKS:
            yield from _cells(element)


def _paragraphs(parent: _Element) -> Iterator[_Element]:
    for element in parent:
        if local(element) == "p":
            yield element
        elif local(element) in _BLOCKS:
            yield from _paragraphs(element)


def _nested(box: _Element, top: _Element) -> bool:
    """Whether a text box stands within another one below ``top``."""
    above = box.getparent()
    while above is not None and above is not top:
        if local(above) in ("txbxContent", "Fallback"):
            return True
        above = above.getparent()
    return False


def _count(text: str, otherwise: int) -> int:
    return int(text) if text and re.fullmatch(r"\d{1,4}", text) else otherwise
