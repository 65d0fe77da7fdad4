"""Sample files made on the spot, of an invented district: Word, Excel, web pages, PDF, with what offices do to them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pytest

HEAD = ("序号", "类别", "工作任务", "牵头单位", "配合单位", "完成时限")
ROWS = (
    ("1", "交通", "新建改建农村公路32公里。", "区交通局", "区财政局、柳汀镇", "2025年10月底前"),
    ("2", "交通", "优化公交线路6条。", "区交通局", "", "2025年6月底前"),
    ("3", "教育", "新增学位1200个。", "区教体局", "区住建局、区自然资源局", "2025年8月底前"),
)
TITLE = "青禾区2025年民生实事任务分解表"
NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

LEVELS = (
    ("chineseCounting", "%1、"),
    ("chineseCounting", "（%2）"),
    ("decimal", "%3."),
    ("decimalEnclosedCircle", "%4"),
)
"""Formats and texts of the levels of an official's list."""


class Word:
    """A docx in the making.

    Args:
        lists: number of a list → its levels, each a format and a text.
    """

    def __init__(self, lists: Mapping[int, Sequence[tuple[str, str]]] | None = None) -> None:
        docx = pytest.importorskip("docx")
        self.document = docx.Document()
        self.numbering = self.document.part.numbering_part.element
        for number, levels in (lists or {50: LEVELS, 51: (("decimal", "%1"),)}).items():
            self.add_list(number, levels)

    def xml(self, text: str) -> Any:
        """An element of the word processing namespace."""
        from docx.oxml import parse_xml

        name = text[1:].replace("/", " ").replace(">", " ").split(" ")[0]
        return parse_xml(text.replace(f"<{name}", f"<{name} {NAMESPACE}", 1))

    def add_list(self, number: int, levels: Sequence[tuple[str, str]], inner: str = "") -> None:
        """A list with its abstract list."""
        made = "".join(
            f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{inner}'
            f'<w:lvlText w:val="{text}"/></w:lvl>'
            for i, (form, text) in enumerate(levels)
        )
        self.numbering.insert(0, self.xml(f'<w:abstractNum w:abstractNumId="{number}">{made}</w:abstractNum>'))
        self.add_num(number, number)

    def add_num(self, number: int, abstract: int, inner: str = "") -> None:
        """One more list of an abstract list."""
        text = f'<w:num w:numId="{number}"><w:abstractNumId w:val="{abstract}"/>{inner}</w:num>'
        self.numbering.append(self.xml(text))

    def number(self, paragraph: Any, level: int, number: int = 50) -> Any:
        """Number a paragraph."""
        properties = paragraph._p.get_or_add_pPr()
        text = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
        properties.append(self.xml(text))
        return paragraph

    def line(self, text: str, level: int | None = None, number: int = 50) -> Any:
        """A paragraph, numbered or not."""
        paragraph = self.document.add_paragraph(text)
        return paragraph if level is None else self.number(paragraph, level, number)

    def table(self, rows: Sequence[Sequence[str]], merges: Iterable[tuple[int, int, int, int]] = ()) -> Any:
        """A table; a merge is a row and column, and the row and column it reaches."""
        table = self.document.add_table(rows=len(rows), cols=len(rows[0]))
        for row, words in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, words, strict=True):
                cell.text = text
        for top, left, bottom, right in merges:
            kept = table.cell(top, left).text
            merged = table.cell(top, left).merge(table.cell(bottom, right))
            merged.text = kept
        return table

    def bytes(self) -> bytes:
        """The file."""
        buffer = io.BytesIO()
        self.document.save(buffer)
        return buffer.getvalue()


def bare_docx(body: str, **parts: str) -> bytes:
    """A docx of nothing but a body and the parts given, for what no program writes by itself."""
    document = f"<w:document {NAMESPACE}><w:body>{body}</w:body></w:document>"
    return zipped({"word/document.xml": document, **{f"word/{name}.xml": text for name, text in parts.items()}})


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """A packed file of these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def repacked(data: bytes, change: Mapping[str, Callable[[bytes], bytes]]) -> bytes:
    """A packed file with some parts changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return zipped({n: change.get(n, lambda part: part)(archive.read(n)) for n in archive.namelist()})


def workbook(fill: Callable[[Any, Any], None]) -> bytes:
    """An xlsx filled by a function of the book and its first sheet."""
    xlsxwriter = pytest.importorskip("xlsxwriter")
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    fill(book, book.add_worksheet("任务表"))
    book.close()
    return buffer.getvalue()


def plain_sheet(rows: Sequence[Sequence[Any]]) -> bytes:
    """An xlsx of one sheet, row by row."""

    def fill(book: Any, sheet: Any) -> None:
        for i, row in enumerate(rows):
            sheet.write_row(i, 0, row)

    return workbook(fill)


class Print:
    """A PDF in the making, in a Chinese font that every reader knows by name.

    Args:
        width: of the text, in characters of twelve points.
        foot: printed at the foot of every page, ``%d`` being its number.
        header: printed at its head.
    """

    SIZE, LEFT, TOP, BOTTOM = 12, 72, 770, 90

    def __init__(self, width: int = 37, foot: str = "- %d -", header: str = "") -> None:
        canvas = pytest.importorskip("reportlab.pdfgen.canvas")
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.cidfonts import UnicodeCIDFont

        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
        self.buffer = io.BytesIO()
        self.canvas = canvas.Canvas(self.buffer, pagesize=(595, 842))
        self.width, self.foot, self.header, self.page, self.y = width, foot, header, 0, 0.0
        self.turn()

    def turn(self) -> None:
        """Begin a page."""
        if self.page:
            self.canvas.showPage()
        self.page += 1
        self.y = self.TOP
        self.canvas.setFont("STSong-Light", self.SIZE)
        if self.header:
            self.canvas.drawString(self.LEFT, 810, self.header)
        if self.foot:
            self.canvas.drawCentredString(297, 50, self.foot % self.page if "%" in self.foot else self.foot)

    def line(self, text: str, x: float = 0) -> None:
        """One printed line, beginning ``x`` points from the margin."""
        if self.y < self.BOTTOM:
            self.turn()
        self.canvas.drawString(self.LEFT + x, self.y, text)
        self.y -= 20

    def paragraph(self, text: str) -> None:
        """A paragraph, set in by two characters and wrapped at the margin."""
        first, *rest = _wrapped("\u3000\u3000" + text, self.width)
        self.line(first[2:], 2 * self.SIZE)
        for line in rest:
            self.line(line)

    def table(self, rows: Sequence[Sequence[str]], widths: Sequence[int], turn_before: int = -1) -> None:
        """A ruled table; a cell's words are wrapped at its width, in characters; ``None`` in a row joins it upwards."""
        edges = [self.LEFT]
        for width in widths:
            edges.append(edges[-1] + width * 10 + 8)
        for number, row in enumerate(rows):
            if number == turn_before:
                self.turn()
            lines = [_wrapped(words, width) for words, width in zip(row, widths, strict=True)]
            height = max(map(len, lines)) * 14 + 6
            self.canvas.setFont("STSong-Light", 10)
            for column, words in enumerate(lines):
                self.canvas.rect(edges[column], self.y - height, edges[column + 1] - edges[column], height)
                for i, line in enumerate(words):
                    self.canvas.drawString(edges[column] + 4, self.y - 14 * (i + 1), line)
            self.y -= height
        self.canvas.setFont("STSong-Light", self.SIZE)
        self.y -= 24

    def bytes(self) -> bytes:
        """The file."""
        self.canvas.save()
        return self.buffer.getvalue()


def _wrapped(words: str, width: int) -> list[str]:
    """Lines no wider than so many Chinese characters; a number is not broken, closing marks begin no line."""
    out = []
    for paragraph in words.split("\n"):
        line, room = "", float(width)
        for piece in re.findall(r"(?:[\x21-\x7e]+|.)[，。、；：）)]*", paragraph):
            wide = sum(0.5 if char < "\x7f" else 1.0 for char in piece)
            if line and wide > room:
                out.append(line)
                line, room = "", float(width)
            line, room = line + piece, room - wide
        out.append(line)
    return out


def page(body: str, charset: str = "utf-8", declared: str = "") -> bytes:
    """A web page in an encoding, which it may call by another name."""
    text = f'<html><head><meta charset="{declared or charset}"><title>x</title></head><body>{body}</body></html>'
    return text.encode(charset)


def html_table(rows: Sequence[Sequence[str]]) -> str:
    """A table of a web page."""
    return "<table>" + "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows) + "</table>"
