"""A breakdown as a workbook a clerk corrects: what stands in which column, and how it is read back.

Columns are found by their heads, so a clerk may move, sort and filter them and add remarks of his own. Whatever is
wrong is said with sheet, row and column, all of it at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from supervise.errors import Invalid, Problem, nearest
from supervise.goals import Target, goal
from supervise.intake.drafts import WORKFLOW, Breakdown, Doubt, Draft, Source
from supervise.intake.folding import fold, pieces
from supervise.intake.readers import xlsx
from supervise.intake.readers.transcript import letters
from supervise.reading import Document, Path, Place

TASKS, DOUBTS, ABOUT, UNITS, DRAFTED = "任务分解", "待核", "文件", "单位", "原稿"
COLUMNS = {
    "code": "编码", "path": "章节", "text": "任务", "targets": "目标", "lead": "牵头单位", "co": "协办单位",
    "leader": "牵头领导", "due": "办结时限", "category": "类别", "lines": "原文行号", "place": "原文位置",
    "doubts": "待核",
}  # fmt: skip
DOUBT_COLUMNS = {"code": "代码", "task": "编码", "lines": "原文行号", "place": "原文位置", "text": "问题"}
DRAFTED_COLUMNS = {"code": "编码", "lead": "牵头单位", "co": "协办单位"}
ABOUT_ROWS = {
    "title": "标题", "number": "文号", "issuer": "发文机关", "issued": "成文日期", "file": "来源文件",
    "workflow": "流程", "due": "未写时限的办结时限",
}  # fmt: skip
_NEEDED = ("code", "text", "lead")
_LISTS = ("path", "targets", "lead", "co", "leader")
_DAY = re.compile(r"(\d{4}) ?[-年./] ?(\d{1,2}) ?[-月./] ?(\d{1,2}) ?日?(?: 00:00:00)?")


@dataclass(frozen=True)
class Sheet(Document):
    """A workbook as a document: a problem at a path is said with sheet, row and column.

    Args:
        columns: field → column of the task sheet, counted from one.
        drafted: code → role → the names as they were drafted, before the clerk corrected them.
    """

    columns: Mapping[str, int] = field(default_factory=dict)
    drafted: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def problem(self, code: str, path: Sequence[str | int], text: str, help: str = "", word: object = "") -> Problem:
        """A problem with a cell, or with the nearest thing that has a place."""
        steps = tuple(path)
        line = self.line(steps)
        name = steps[2] if len(steps) > 2 and steps[0] == "tasks" else ""
        where = _cell(TASKS, line, self.columns.get(str(name), 0), COLUMNS.get(str(name), ""))
        if steps[:1] != ("tasks",):
            where = ABOUT
        return Problem(code, text, file=self.file, line=line, path=where, help=help)


def _cell(sheet: str, row: int | None, column: int, head: str) -> str:
    return f"{sheet}!{letters(column)}{row or ''}" + (f"({head})" if head else "")


def read(data: bytes, file: str) -> tuple[Breakdown, Sheet]:
    """A breakdown from its workbook.

    Args:
        data: the file.
        file: its name.

    Raises:
        Invalid: K21 when sheets or columns are missing, K22 with every cell that is wrong.
        Refused: K04 without python-calamine.
    """
    sheets = xlsx.values(data, file)
    if TASKS not in sheets:
        text = f"没有“{TASKS}”这张工作表,不是任务分解"
        raise Invalid(Problem("K21", text, file=file, help="任务分解用 supervise intake -o 名称.xlsx 出"))
    return _Reader(sheets, file).read()


class _Reader:
    """Reads the sheets of one workbook, gathering what is wrong."""

    def __init__(self, sheets: Mapping[str, list[list[Any]]], file: str) -> None:
        self.sheets, self.file = sheets, file
        self.problems: list[Problem] = []
        self.drafted = dict(self._drafted())
        self.known = {name for roles in self.drafted.values() for names in roles.values() for name in names}
        self.known |= {_text(row[0]) for row in sheets.get(UNITS, ())[1:] if row}

    def read(self) -> tuple[Breakdown, Sheet]:
        head, columns = self._columns(TASKS, COLUMNS, _NEEDED)
        rows: dict[Path, Place] = {}
        tasks = list[Draft]()
        for number, row in enumerate(self.sheets[TASKS][head:], start=head + 1):
            cells = {name: row[at] if at < len(row) else "" for name, at in columns.items()}
            if any(_text(value) for name, value in cells.items() if name not in ("lines", "place", "doubts")):
                rows[("tasks", len(tasks))] = Place(number, 1)
                tasks.append(self._task(cells, columns, number))
        about = self._about()
        doubts = tuple(self._doubts())
        if self.problems:
            raise Invalid(self.problems)
        due = about.pop("due")
        workflow = about.pop("workflow") or WORKFLOW
        made = Breakdown(document=Source(**about), workflow=workflow, due=due, tasks=tuple(tasks), problems=doubts)
        shown = {name: at + 1 for name, at in columns.items()}
        return made, Sheet({}, self.file, rows, shown, self.drafted)

    def _columns(self, sheet: str, names: Mapping[str, str], needed: Sequence[str]) -> tuple[int, dict[str, int]]:
        """The row below the head, and the column of each field."""
        rows = self.sheets[sheet]
        for number, row in enumerate(rows[:10], start=1):
            heads = {"".join(_text(value).split()): at for at, value in reversed(list(enumerate(row)))}
            found = {name: heads[label] for name, label in names.items() if label in heads}
            if needed[0] in found or len(found) > 2:
                missing = [names[name] for name in needed if name not in found]
                for label in missing:
                    close = nearest(label, [head for head in heads if head])
                    hint = f",是不是“{close}”?" if close else ""
                    text = f"表头里没有“{label}”这一栏{hint}"
                    self.problems.append(Problem("K21", text, file=self.file, line=number, path=sheet))
                if missing:
                    raise Invalid(self.problems)
                return number, found
        text = f"工作表“{sheet}”没有表头,应有{'、'.join(names[name] for name in needed)}等栏"
        raise Invalid(Problem("K21", text, file=self.file, line=1, path=sheet))

    def _task(self, cells: Mapping[str, Any], columns: Mapping[str, int], number: int) -> Draft:
        values: dict[str, Any] = {name: _text(cells.get(name, "")) for name in ("code", "text", "category")}
        values |= {name: self._names(cells.get(name, ""), name) for name in _LISTS}
        values["due"] = self._day(cells.get("due", ""), TASKS, number, columns.get("due", -1) + 1, COLUMNS["due"])
        values["lines"] = self._whole(cells.get("lines", ""), TASKS, number, columns.get("lines", -1) + 1)
        for name in ("code", "text"):
            if not values[name]:
                where = _cell(TASKS, number, columns[name] + 1, COLUMNS[name])
                text = f"没有写{COLUMNS[name]},请补上;不要的行请整行删去"
                self.problems.append(Problem("K22", text, file=self.file, line=number, path=where))
        values["targets"] = tuple(self._goals(values["targets"], number, columns))
        return Draft(**values)

    def _goals(self, told: Sequence[str], number: int, columns: Mapping[str, int]) -> Iterator[Target | str]:
        for words in told:
            try:
                yield goal(words)
            except ValueError as error:
                where = _cell(TASKS, number, columns["targets"] + 1, COLUMNS["targets"])
                self.problems.append(Problem("K22", str(error), file=self.file, line=number, path=where))

    def _names(self, value: Any, field: str) -> tuple[str, ...]:
        """One a line, or parted by 、 outside brackets; a name that was drafted with a 、 in it stays whole."""
        out: list[str] = []
        for line in _text(value).split("\n"):
            if field in ("path", "targets") or line.strip() in self.known:
                out.append(line.strip())
            else:
                folded = fold(line)
                out += [line[a:b].strip() for a, b in pieces(folded, 0, len(folded), "、,;")]
        return tuple(dict.fromkeys(name for name in out if name))

    def _day(self, value: Any, sheet: str, row: int, column: int, head: str) -> date | None:
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        text = _text(value)
        if not text:
            return None
        if match := _DAY.fullmatch(text):
            with suppress(ValueError):
                return date(*(int(part) for part in match.groups()))
        said, where = f"“{text}”不是日期,写作 2025-06-30", _cell(sheet, row, column, head)
        self.problems.append(Problem("K22", said, file=self.file, line=row, path=where))
        return None

    def _whole(self, value: Any, sheet: str, row: int, column: int) -> int | None:
        text = _text(value)
        if not text:
            return None
        if re.fullmatch(r"\d{1,7}", text):
            return int(text)
        where = _cell(sheet, row, column, COLUMNS["lines"])
        self.problems.append(Problem("K22", f"“{text}”不是行号", file=self.file, line=row, path=where))
        return None

    def _about(self) -> dict[str, Any]:
        fields = {label: name for name, label in ABOUT_ROWS.items()}
        out: dict[str, Any] = {name: None if name in ("issued", "due") else "" for name in ABOUT_ROWS}
        for number, row in enumerate(self.sheets.get(ABOUT, ()), start=1):
            name = fields.get(_text(row[0]) if row else "")
            value = row[1] if name and len(row) > 1 else ""
            if name in ("issued", "due"):
                out[name] = self._day(value, ABOUT, number, 2, ABOUT_ROWS[name])
            elif name:
                out[name] = _text(value)
        return out

    def _doubts(self) -> Iterator[Doubt]:
        if len(self.sheets.get(DOUBTS, ())) < 2:
            return
        head, columns = self._columns(DOUBTS, DOUBT_COLUMNS, ("code", "text"))
        for number, row in enumerate(self.sheets[DOUBTS][head:], start=head + 1):
            cells = {name: row[at] if at < len(row) else "" for name, at in columns.items()}
            if _text(cells["text"]):
                lines = self._whole(cells.get("lines", ""), DOUBTS, number, columns.get("lines", -1) + 1)
                task, place = _text(cells.get("task", "")), _text(cells.get("place", ""))
                yield Doubt(code=_text(cells["code"]), task=task, lines=lines, place=place, text=_text(cells["text"]))

    def _drafted(self) -> Iterator[tuple[str, dict[str, tuple[str, ...]]]]:
        rows = self.sheets.get(DRAFTED, ())
        for row in rows[1:]:
            code, *roles = (_text(value) for value in [*row, "", "", ""][:3])
            names = [tuple(filter(None, value.split("\n"))) for value in roles]
            yield code, {"lead": names[0], "co": names[1]}


def _text(value: Any) -> str:
    """A cell's words; a number without its point, line ends of any kind as one."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).replace("\r\n", "\n").replace("_x000D_", "").strip()
