"""The tables officials sign, as files: a lifecycle as Markdown or a workbook, and read back from either.

A table that would not give the same lifecycle again is not handed out: what is signed is what is obeyed.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from supervise.errors import Invalid, Problem
from supervise.intake.readers import xlsx
from supervise.papers.exports import library
from supervise.reading import dump
from supervise.site.texts import decoded
from supervise.widths import lines
from supervise.workflows import checking
from supervise.workflows.definition import Definition
from supervise.workflows.markdown import grids, markdown
from supervise.workflows.tableplaces import Grid, Row, Sheet
from supervise.workflows.tablereading import read
from supervise.workflows.tables import ACTS, SIGNED, Table, tables

_LINE, _TALLEST = 15, 400
"""Points that a line of a cell takes, and that a row may have."""
_A4 = 9


def table(definition: Definition, workbook: bool = False) -> bytes:
    """A lifecycle as the tables officials sign.

    Args:
        definition: what is to be signed.
        workbook: whether as xlsx; else as Markdown.

    Raises:
        Invalid: D52 when the tables would not give the same lifecycle again.
        Refused: W01 without XlsxWriter, K04 without python-calamine.
    """
    made = tables(definition)
    data = _book(made, definition) if workbook else markdown(made, f"{definition.title}流程表").encode()
    try:
        same = _read(data, "")[0] == definition
    except Invalid as error:
        raise Invalid(_unsaid(definition, str(error.problems[0]))) from None
    if not same:
        raise Invalid(_unsaid(definition, "写成表再读回来,意思变了"))
    return data


def _unsaid(definition: Definition, why: str) -> Problem:
    text = f"{definition.name} 有流程表写不下的说法:{why}"
    return Problem("D52", text, help="请把名称里的换行、引号、箭头等去掉;流程仍以 .yaml 为准")


def definition_of(data: bytes, file: str) -> Definition:
    """The lifecycle that a table says.

    Args:
        data: Markdown or xlsx.
        file: its name for messages.

    Raises:
        Invalid: D50 for tables and columns, D51 for cells, else what ``check`` finds; all with table, row and column.
        Refused: K04 without python-calamine.
    """
    definition, sheet = _read(data, file)
    if problems := checking.check(sheet, definition):
        raise Invalid(problems)
    return definition


def to_yaml(definition: Definition, file: str) -> str:
    """A lifecycle read from a table, as a file for the folder.

    Args:
        definition: as read.
        file: the table.
    """
    return f"# 由流程表 {file} 读回\n\n{dump(definition.written)}"


def _read(data: bytes, file: str) -> tuple[Definition, Sheet]:
    if not data.startswith(b"PK"):
        return read(grids(decoded(data, file)), file)
    found = []
    for name, rows in xlsx.values(data, file).items():
        made = tuple(Row(i, tuple(map(_text, cells))) for i, cells in enumerate(rows, start=1))
        if any(any(row.cells) for row in made):
            found.append(Grid(name, made))
    return read(found, file, book=True)


def _text(value: Any) -> str:
    """A value of a cell as it is written; a clerk's Excel makes numbers and days of what looks like one."""
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    return xlsx.shown(value, "") if isinstance(value, float) else str(value)


def _book(made: Sequence[Table], definition: Definition) -> bytes:
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = library().Workbook(buffer, options)
    look = {"text_wrap": True, "valign": "top", "border": 1, "font_name": "宋体", "font_size": 10, "num_format": "@"}
    head = book.add_format(look | {"bold": True, "bg_color": "#DDE6F0", "valign": "vcenter", "align": "center"})
    forms = {
        "": book.add_format(look),
        "number": book.add_format(look | {"align": "center"}),
        "code": book.add_format(look | {"font_color": "#7F7F7F", "font_size": 8}),
    }
    for one in made:
        _sheet(book.add_worksheet(one.name), one, head, forms, definition)
    book.close()
    return buffer.getvalue()


def _sheet(sheet: Any, made: Table, head: Any, forms: dict[str, Any], definition: Definition) -> None:
    """One table, printed on A4 across, its head on every page and the line for the pens at the foot."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.8)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 3 if made.name == ACTS else 0)
    sheet.set_header(f"&C&14{definition.title.replace('&', '&&')[:80]}({definition.name}) {made.name}")
    sheet.set_footer(f"&L{''.join(f'{line}:            ' for line in SIGNED)}&R第 &P 页 共 &N 页")
    sheet.set_row(0, 24)
    for at, column in enumerate(made.columns):
        sheet.set_column(at, at, column.width)
        sheet.write_string(0, at, column.head, head)
    for number, row in enumerate(made.rows, start=1):
        tall = max(lines(text, column.width - 1) for text, column in zip(row, made.columns, strict=True))
        sheet.set_row(number, min(_TALLEST, _LINE * tall + 3))
        for at, (text, column) in enumerate(zip(row, made.columns, strict=True)):
            sheet.write_string(number, at, text, forms.get(column.key, forms[""]))
