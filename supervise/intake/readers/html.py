"""Web pages, and the tables that offices save as web pages under the name of a workbook.

Blocks are lines, lists get their numbers, tables their merged cells; a table that frames the page is no table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from supervise.errors import Refused
from supervise.intake.readers import grid
from supervise.intake.readers.decoding import decode
from supervise.intake.readers.grid import Cell
from supervise.intake.readers.limits import MAX_CELLS, MAX_PART, MAX_SPAN, MAX_TAGS, broken, exceeded, missing
from supervise.intake.readers.numbering import written
from supervise.intake.readers.transcript import Place, Transcript, Writer

if TYPE_CHECKING:
    from lxml.etree import _Element

_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,20})", re.IGNORECASE)
_SKIPPED = frozenset(
    ("script", "style", "head", "noscript", "template", "iframe", "object", "select", "textarea", "button", "svg")
)
_STRUCK = frozenset(("del", "s", "strike"))
_BLOCKS = frozenset(
    ("address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "div", "dl", "dt",
     "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html",
     "legend", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "ul", "caption", "table", "thead", "tbody",
     "tfoot", "tr", "td", "th")
)  # fmt: skip
_FORMS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_STYLED = {
    "cjk-ideographic": "chineseCounting", "simp-chinese-informal": "chineseCounting", "cjk-decimal": "chineseCounting",
    "simp-chinese-formal": "chineseLegalSimplified", "upper-roman": "upperRoman", "lower-roman": "lowerRoman",
    "upper-alpha": "upperLetter", "lower-alpha": "lowerLetter", "decimal-leading-zero": "decimalZero",
    "cjk-heavenly-stem": "ideographTraditional", "cjk-earthly-branch": "ideographZodiac",
}  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_STYLE_TYPE = re.compile(r"list-style(?:-type)?\s*:\s*([\w-]+)")
_FEW, _LONG = 6, 1_500
"""A cell with more characters, among few cells, is no cell but the page itself."""


def read(data: bytes, file: str) -> Transcript:
    """A page in HTML.

    Args:
        data: the file.
        file: its name.

    Raises:
        Invalid: F03 when it is no text, K02 when it is larger or nested deeper than any page.
        Refused: K04 without lxml.
    """
    if len(data) > MAX_PART:
        raise exceeded(f"网页超过 {MAX_PART // 1_000_000} MB", file)
    if data.count(b"<") > MAX_TAGS:
        raise exceeded(f"网页里有 {data.count(b'<')} 个标记", file)
    declared = _DECLARED.search(data[:8192])
    text, notes = decode(data, file, declared[1].decode("ascii") if declared else "")
    out = Writer("html", file)
    out.notes |= dict.fromkeys(notes)
    root = _parsed(text, file)
    if root is not None:
        _Reader(out).page(root)
    return out.transcript()


def _parsed(text: str, file: str) -> _Element | None:
    try:
        from lxml import etree
    except ModuleNotFoundError:
        raise Refused(missing("lxml", file)) from None
    bare = re.sub(r"^\s*<\?xml[^>]*\?>", "", text).replace("\0", "")
    if not bare.strip():
        return None
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(bare.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise broken("网页", file, error) from None
    if any("depth" in entry.message.lower() or "huge" in entry.message.lower() for entry in parser.error_log):
        raise exceeded("网页套得太深或太大", file)
    return root


class _Reader:
    """Walks the page once; words gather until a block begins or ends."""

    def __init__(self, out: Writer, bare: bool = False) -> None:
        self.out, self.bare = out, bare  # bare: within a cell, where a number may stand alone
        self.words: list[str] = []
        self.paragraph, self.table, self.cells = 0, 0, 0
        self.mark = ""  # the number of the list item that has begun
        self.depth = 0  # of ordered lists within each other

    def page(self, root: _Element) -> None:
        """Everything on the page."""
        self._walk(root)
        self._flush()

    def _flush(self) -> None:
        text = _squeezed("".join(self.words))
        self.words = []
        if text:
            self.paragraph += 1
            self.out.line(self.mark + text, Place(paragraph=self.paragraph))
            self.mark = ""

    def _walk(self, element: _Element) -> None:
        """Take an element; ``libxml2`` has held its depth to what recursion bears."""
        name = str(element.tag).lower() if isinstance(element.tag, str) else ""
        if name in _SKIPPED or _is_hidden(element):
            return
        if name in _STRUCK or "line-through" in (element.get("style") or ""):
            if "".join(map(str, element.itertext())).strip():
                self.out.note("K11", "有划去的文字,没有读", "请核对划去的是否都不要")
            return
        if name == "br":
            self.words.append("\n")
            return
        block = name in _BLOCKS
        if block:
            self._flush()
        if name == "table" and self._is_data(element):
            self._table(element)
            return
        if element.text:
            self.words.append(_blank(element.text, name == "pre"))
        marks = _marks(element, self.depth) if name == "ol" else {}
        self.depth += name == "ol"
        for child in element:
            if child in marks:
                self._flush()
                self.mark = marks[child]
            self._walk(child)
            if child.tail:
                self.words.append(_blank(child.tail, name == "pre"))
        self.depth -= name == "ol"
        if block:
            self._flush()
            if name == "li":
                if self.mark and self.bare:
                    self.out.line(self.mark.strip("().、"), Place())
                self.mark = ""

    def _is_data(self, table: _Element) -> bool:
        """Whether a table is one: it frames no other, and its cells are no pages."""
        if any(True for _ in table.iterdescendants("table")):
            return False
        cells = [cell for row in _rows(table) for cell in _cells(row)]
        if len(cells) > MAX_CELLS:
            raise exceeded(f"表格超过 {MAX_CELLS // 10_000} 万格", self.out.file)
        longest = max((sum(map(len, cell.itertext())) for cell in cells[:_FEW]), default=0)
        return len(cells) >= 2 and (len(cells) > _FEW or longest <= _LONG)

    def _table(self, table: _Element) -> None:
        self.table += 1
        found, taken = list[Cell](), set[tuple[int, int]]()
        for caption in table.iterchildren("caption"):
            self.words.append(" ".join(map(str, caption.itertext())))
            self._flush()
        rows = list(_rows(table))
        for i, row in enumerate(rows):
            j = 0
            for element in _cells(row):
                while (i, j) in taken:
                    j += 1
                wide = min(max(1, _whole(element.get("colspan"), 1)), MAX_SPAN)
                tall = _whole(element.get("rowspan"), 1)
                tall = min(tall or len(rows), len(rows) - i, MAX_SPAN)  # 0: down to the end
                self.cells += wide * tall
                if self.cells > MAX_CELLS:
                    raise exceeded(f"表格超过 {MAX_CELLS // 10_000} 万格", self.out.file)
                taken |= {(i + a, j + b) for a in range(tall) for b in range(wide)}
                found.append(Cell(_inside(element), i, j, tall, wide))
                j += wide
        grid.write(found, self.out, Place(table=self.table))


def _inside(element: _Element) -> str:
    """The words of a cell, its paragraphs as lines."""
    inner = _Reader(Writer("html", ""), bare=True)
    inner._walk(element)
    inner._flush()
    return "\n".join(inner.out.lines)


def _rows(table: _Element) -> Iterator[_Element]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from child.iterchildren("tr")


def _cells(row: _Element) -> Iterator[_Element]:
    yield from row.iterchildren("td", "th")


def _marks(listed: _Element, depth: int) -> dict[_Element, str]:
    """The number of every item of an ordered list, by the item; brackets tell an inner list where the page does not."""
    items = list(listed.iterchildren("li"))
    back = listed.get("reversed") is not None
    value = _whole(listed.get("start"), len(items) if back else 1)
    styled = _STYLE_TYPE.search(listed.get("style") or "")
    outer = _STYLED.get(styled[1], "") if styled else _FORMS.get(listed.get("type") or "", "decimal")
    out = {}
    for item in items:
        value = _whole(item.get("value"), value)
        own = _STYLE_TYPE.search(item.get("style") or "")
        form = (_STYLED.get(own[1], outer) if own else outer) or "decimal"
        bare = (own and own[1] == "none") or (styled and styled[1] == "none")
        out[item] = "" if bare else _mark(value, form, depth)
        value += -1 if back else 1
    return out


def _mark(value: int, form: str, depth: int) -> str:
    number = written(value, form)
    if form == "decimal" and depth:
        return f"({number})" if depth == 1 or not 1 <= value <= 20 else written(value, "decimalEnclosedCircle")
    return f"{number}、" if "chinese" in form.lower() else f"{number}."


def _is_hidden(element: _Element) -> bool:
    return element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style") or ""))


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and re.fullmatch(r"\s*-?\d{1,5}\s*", text) else otherwise


def _blank(text: str, as_typed: bool) -> str:
    """Line ends in the source of a page are blanks; between two Chinese characters they are nothing."""
    if as_typed:
        return text
    text = re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef])[ \t]*[\r\n]+[ \t\r\n]*(?=[\u3000-\u9fff\uff00-\uffef])", "", text)
    return re.sub(r"[ \t\r\n]+", " ", text)


def _squeezed(text: str) -> str:
    """Words without blanks at the ends of their lines, and without empty lines."""
    lines = (line.strip(" \t\xa0\u3000") for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
