"""A breakdown as a workbook for the clerk: one row a task, doubts beside it and on the cells, units to choose from.

What stands where is said in ``intake.workbook``, which reads it back.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from supervise.errors import Invalid, Problem
from supervise.intake.breakdown import Breakdown, Doubt, Draft
from supervise.intake.workbook import (
    ABOUT,
    ABOUT_ROWS,
    COLUMNS,
    DOUBT_COLUMNS,
    DOUBTS,
    DRAFTED,
    DRAFTED_COLUMNS,
    TASKS,
    UNITS,
)
from supervise.papers.exports import library
from supervise.people import Unit
from supervise.widths import columns, lines

_WIDTHS = {
    "code": (8, 14), "path": (8, 16), "text": (44, 72), "targets": (8, 19), "lead": (14, 16), "co": (14, 18),
    "leader": (8, 10), "due": (11, 11), "category": (6, 10), "lines": (6, 6), "place": (8, 12), "doubts": (8, 22),
}  # fmt: skip
"""Columns of text that a column of cells has at the least and at the most.

All at their most but the text come to what an A4 page laid across prints at four fifths of its size, which is still
nine points. The text gets wider only where a task would not fit into the tallest row; what a page has left over goes
to the doubts, which are long where there are any.
"""
_PAGE, _DOUBTS = 172, 40
_OF_CODE = {
    "I01": "lead",
    "I02": "co",
    "I03": "co",
    "I04": "co",
    "I12": "lead",
    "I16": "due",
    "I17": "co",
    "I18": "lead",
}
_SPARE = 200
"""Rows below the last task that have drop-downs too."""
_NAMES = ("lead", "co")
_LONGEST = 32_767
_LINE, _TALLEST = 16, 400
"""Points that a line of a cell takes, and that a row may have."""


def breakdown(made: Breakdown, units: Sequence[Unit] = (), problems: Iterable[Problem] = ()) -> bytes:
    """A breakdown as a workbook.

    Args:
        made: as drafted.
        units: to choose from.
        problems: what would keep it from being assigned now, from ``breakdown.check``.

    Raises:
        Invalid: K23 when a task is longer than a cell may be.
        Refused: W01 without XlsxWriter.
    """
    for task in made.tasks:
        if len(task.text) > _LONGEST:
            text = f"任务超过 {_LONGEST} 字,xlsx 的一格放不下"
            raise Invalid(Problem("K23", text, task=task.code, help="请把分解写成 .yaml"))
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = library().Workbook(buffer, options)
    _Writer(book, made, units, _remarks(made, problems)).write()
    book.close()
    return buffer.getvalue()


def _remarks(made: Breakdown, problems: Iterable[Problem]) -> dict[str, list[tuple[str, str]]]:
    """Code of a task → field and remark: the doubts of the reading, then what the directory says."""
    out: dict[str, list[tuple[str, str]]] = {}
    by_code = {task.code: task for task in made.tasks}
    for doubt in made.problems:
        out.setdefault(doubt.task, []).append((_field(doubt, by_code.get(doubt.task)), f"{doubt.code} {doubt.text}"))
    for problem in problems:
        steps = problem.path.split(".")
        field = steps[2] if len(steps) > 2 and steps[2] in COLUMNS else "text"
        if not any(text.startswith(problem.code) for _, text in out.get(problem.task, ())):
            out.setdefault(problem.task, []).append((field, f"{problem.code} {problem.text}"))
    return out


def _field(doubt: Doubt, task: Draft | None) -> str:
    """The cell a doubt is about: the one that holds the name it quotes, else by its code."""
    if task is not None:
        for field in _NAMES:
            if any(f"“{name}”" in doubt.text for name in getattr(task, field)):
                return field
    return _OF_CODE.get(doubt.code, "text")


def _words(task: Draft, doubts: str) -> dict[str, str]:
    """The words of each cell that has some."""
    place = next((span.place for span in task.spans if span.field == "text"), "")
    found = {name: getattr(task, name) for name in COLUMNS if name not in ("due", "lines", "place", "doubts")}
    words = {name: value if isinstance(value, str) else "\n".join(map(str, value)) for name, value in found.items()}
    return words | {"place": place, "doubts": doubts}


def _wide(words: Sequence[dict[str, str]], name: str) -> int:
    """How wide a column must be for what stands in it."""
    least, most = _WIDTHS[name]
    said = [one.get(name, "") for one in words]
    if name == "text":
        room = _TALLEST // _LINE
        return next((w for w in range(least, most, 4) if all(lines(text, w - 2) <= room for text in said)), most)
    return min(most, max([least, *(columns(line) + 2 for text in said for line in text.split("\n"))]))


def _page(sheet: Any) -> None:
    """A page that is laid across, as wide as the table, with the heads on top and numbers below."""
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&L&A&C第 &P 页,共 &N 页")
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


class _Writer:
    """Writes the sheets of one breakdown."""

    def __init__(
        self, book: Any, made: Breakdown, units: Sequence[Unit], remarks: dict[str, list[tuple[str, str]]]
    ) -> None:
        self.book, self.made, self.units, self.remarks = book, made, units, remarks
        plain = {
            "text_wrap": True, "valign": "top", "font_name": "宋体", "border": 1, "border_color": "#B0B0B0",
        }  # fmt: skip
        self.head = book.add_format(
            {
                "bold": True,
                "bg_color": "#DDE6F0",
                "border": 1,
                "text_wrap": True,
                "valign": "vcenter",
                "align": "center",
            }
        )
        self.cell = book.add_format(plain)
        self.text = book.add_format(plain | {"num_format": "@"})
        self.day = book.add_format(plain | {"num_format": "yyyy-mm-dd"})
        self.doubtful = {
            "": book.add_format(plain | {"bg_color": "#FFF2CC"}),
            "due": book.add_format(plain | {"bg_color": "#FFF2CC", "num_format": "yyyy-mm-dd"}),
        }
        self.grey = book.add_format(plain | {"font_color": "#7F7F7F"})
        self.red = book.add_format(plain | {"font_color": "#C00000"})

    def write(self) -> None:
        self._tasks(self.book.add_worksheet(TASKS))
        doubts = [[getattr(d, name) or "" for name in DOUBT_COLUMNS] for d in self.made.problems]
        self._list(self.book.add_worksheet(DOUBTS), tuple(DOUBT_COLUMNS.values()), doubts, (8, 16, 9, 16, 80))
        self._about(self.book.add_worksheet(ABOUT))
        names = [[unit.name, "、".join(unit.also), unit.group] for unit in self.units]
        self._list(self.book.add_worksheet(UNITS), ("名称", "其他写法", "分组"), names, (28, 40, 12))
        drafted = self.book.add_worksheet(DRAFTED)
        rows = [[t.code, "\n".join(t.lead), "\n".join(t.co)] for t in self.made.tasks]
        self._list(drafted, tuple(DRAFTED_COLUMNS.values()), rows, (14, 24, 24))
        drafted.hide()

    def _tasks(self, sheet: Any) -> None:
        fields = list(COLUMNS)
        sheet.freeze_panes(1, 3)
        sheet.write_row(0, 0, COLUMNS.values(), self.head)
        sheet.set_row(0, 32)
        words = [
            _words(task, "\n".join(text for _, text in self.remarks.get(task.code, ()))) for task in self.made.tasks
        ]
        placed = any(span.place for task in self.made.tasks for span in task.spans)
        wide = {name: _wide(words, name) for name in fields}
        left_out = "lines" if placed else "place"  # a file without lines has places, and the other way round
        if wide["doubts"] == _WIDTHS["doubts"][1]:
            left = _PAGE - sum(size for name, size in wide.items() if name != left_out)
            wide["doubts"] = max(wide["doubts"], min(_DOUBTS, wide["doubts"] + left))
        for column, name in enumerate(fields):
            hidden = name == left_out
            sheet.set_column(column, column, wide[name], None, {"hidden": hidden})
        for row, (task, one) in enumerate(zip(self.made.tasks, words, strict=True), start=1):
            self._task(sheet, row, task, one, wide)
        last = max(len(self.made.tasks), 1)
        sheet.autofilter(0, 0, last, len(fields) - 1)
        self._choices(sheet, last + _SPARE, fields)
        _page(sheet)

    def _task(self, sheet: Any, row: int, task: Draft, words: Mapping[str, str], wide: Mapping[str, int]) -> None:
        remarks = self.remarks.get(task.code, [])
        sheet.set_row(row, min(_TALLEST, _LINE * max(lines(words[name], wide[name] - 2) for name in words) + 2))
        for column, name in enumerate(COLUMNS):
            here = [text for field, text in remarks if field == name]
            self._value(sheet, row, column, name, task, words.get(name, ""), bool(here))
            if here:
                sheet.write_comment(
                    row, column, "\n".join(here), {"author": "supervise", "x_scale": 2.2, "y_scale": 1.2}
                )

    def _value(self, sheet: Any, row: int, column: int, name: str, task: Draft, words: str, doubtful: bool) -> None:
        if name == "due":
            form = self.doubtful["due"] if doubtful else self.day
            if task.due is None:
                sheet.write_blank(row, column, None, form)
            else:
                sheet.write_datetime(row, column, task.due, form)
        elif name == "lines":
            if task.lines is not None:
                sheet.write_number(row, column, task.lines, self.grey)
        else:
            own = {"doubts": self.red, "place": self.grey}.get(name, self.text)
            sheet.write_string(row, column, words, self.doubtful[""] if doubtful else own)

    def _choices(self, sheet: Any, last: int, fields: Sequence[str]) -> None:
        """Drop-downs of units and checks of days; several names in one cell, one a line, are let through."""
        for name in _NAMES if self.units else ():
            column = fields.index(name)
            rule = {
                "validate": "list",
                "source": f"='{UNITS}'!$A$2:$A${len(self.units) + 1}",
                "show_error": False,
                "input_title": COLUMNS[name],
                "input_message": "从单位目录里选;几个单位一行一个,或用、隔开",
            }
            sheet.data_validation(1, column, last, column, rule)
        column = fields.index("due")
        rule = {
            "validate": "date", "criteria": ">=", "value": date(2000, 1, 1), "error_type": "warning",
            "error_title": "办结时限", "error_message": "请写日期,如 2025-06-30",
        }  # fmt: skip
        sheet.data_validation(1, column, last, column, rule)

    def _about(self, sheet: Any) -> None:
        source = self.made.document
        values = {name: getattr(source, name, "") for name in ABOUT_ROWS} | {
            "workflow": self.made.workflow,
            "due": self.made.due,
        }
        _page(sheet)
        sheet.set_column(0, 0, 20)
        sheet.set_column(1, 1, 80)
        for row, (name, label) in enumerate(ABOUT_ROWS.items()):
            sheet.write_string(row, 0, label, self.head)
            if isinstance(values[name], date):
                sheet.write_datetime(row, 1, values[name], self.day)
            else:
                sheet.write_string(row, 1, str(values[name] or ""), self.text)

    def _list(self, sheet: Any, head: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[int]) -> None:
        sheet.freeze_panes(1, 0)
        _page(sheet)
        sheet.write_row(0, 0, head, self.head)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        for row, values in enumerate(rows, start=1):
            for column, value in enumerate(values):
                if isinstance(value, int):
                    sheet.write_number(row, column, value, self.cell)
                else:
                    sheet.write_string(row, column, value, self.text)
