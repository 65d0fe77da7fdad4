"""Marks and units from a table, as offices keep it: CSV, xlsx or JSON, one mark a row, or one unit a row.

One mark a row has a column for the kind; where kinds of marks are columns of their own, every filled cell is a mark.
Whatever is wrong is said with row and column, all of it at once.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from supervise.errors import Invalid, Problem, did_you_mean
from supervise.intake.readers import xlsx
from supervise.intake.readers.decoding import decode
from supervise.intake.readers.transcript import letters

HEADS: Mapping[str, tuple[str, ...]] = {
    "unit": ("单位", "单位名称", "承办单位", "责任单位", "unit", "owner"),
    "kind": ("种类", "登记项", "kind", "event"),
    "day": ("日期", "day", "date"),
    "matter": ("事项", "任务", "项目", "编码", "matter", "task"),
    "role": ("角色", "主协办", "role"),
    "value": ("数值", "分值", "得分", "value"),
    "status": ("状态", "status"),
    "note": ("说明", "备注", "note"),
}
"""Field → what its column may be called; the first is what messages say."""
UNIT_HEADS: Mapping[str, tuple[str, ...]] = {
    "name": ("单位", "单位名称", "名称", "name", "unit"),
    "group": ("分组", "组别", "序列", "group", "series"),
    "id": ("编号", "id"),
    "also": ("其他写法", "简称", "also"),
}
ROLES = {"牵头": "lead", "主办": "lead", "协办": "co", "配合": "co", "lead": "lead", "co": "co", "": ""}
YES, NO = {"是", "有", "√", "1", "true", "yes", "y"}, {"否", "无", "×", "0", "false", "no", "n", "-"}
MOST = 1000
"""How often one row may count."""
_DAY = re.compile(r"(\d{4}) ?[-年./] ?(\d{1,2})(?: ?[-月./] ?(\d{1,2}) ?日?| ?月)?(?:[ T]00:00:00)?")


@dataclass(frozen=True, slots=True)
class Row:
    """One mark as a table says it.

    Args:
        unit: as written.
        kind: key of the kind.
        day: ``None`` where the table has no column for it.
        value: 1 for what is only counted.
        matter, role, status, note: as written, the role as ``lead`` or ``co``.
        line: its row, from 1.
        columns: field → its cell, such as ``C3(数值)``.
    """

    unit: str
    kind: str
    day: date | None
    value: Decimal
    matter: str
    role: str
    status: str
    note: str
    line: int
    columns: Mapping[str, str]


def table(data: bytes, file: str) -> list[list[Any]]:
    """The cells of a table, the head in the first row that is not empty.

    Args:
        data: the file.
        file: its name; ``.xlsx``, ``.xls``, ``.ods`` and ``.json`` are told by it, all else is CSV.

    Raises:
        Invalid: F03 no text, K01 broken, M07 nothing in it.
        Refused: K04 without python-calamine.
    """
    end = file.rpartition(".")[2].lower()
    if end in ("xlsx", "xls", "ods"):
        sheets = xlsx.values(data, file)
        rows = next((rows for rows in sheets.values() if any(any(_text(c) for c in row) for row in rows)), [])
    elif end == "json":
        rows = _objects(data, file)
    else:
        text, _ = decode(data, file)
        first = text.partition("\n")[0]
        sign = max(",\t;,", key=first.count)
        try:
            rows = [list(row) for row in csv.reader(io.StringIO(text.replace("\0", "")), delimiter=sign)]
        except csv.Error:
            text = "看不懂这张表:引号没有收尾,或一格太长"
            raise Invalid(Problem("M07", text, file=file, help="请另存为 CSV 或 xlsx 再读入")) from None
    if not any(any(_text(cell) for cell in row) for row in rows):
        raise Invalid(Problem("M07", "表里什么也没有", file=file, help="第一行写表头,如 单位,种类,日期"))
    return rows


def _objects(data: bytes, file: str) -> list[list[Any]]:
    try:
        found = json.loads(decode(data, file)[0], parse_float=str, parse_int=str)
        heads = list(dict.fromkeys(key for one in found for key in one))
        return [heads, *([one.get(head) for head in heads] for one in found)]
    except (ValueError, AttributeError, TypeError, RecursionError):
        raise Invalid(Problem("M07", "应是 JSON 列表,每条一个对象", file=file)) from None


class _Reader:
    """Reads one table, gathering what is wrong."""

    def __init__(self, rows: Sequence[Sequence[Any]], file: str, heads: Mapping[str, tuple[str, ...]]) -> None:
        self.file, self.heads = file, heads
        self.problems: list[Problem] = []
        top = next(n for n, row in enumerate(rows) if any(_text(cell) for cell in row))
        self.names = [_text(cell) for cell in rows[top]]
        self.body = [(n, row) for n, row in enumerate(rows[top + 1 :], top + 2) if any(_text(cell) for cell in row)]
        low = [name.lower() for name in self.names]
        self.at = {f: low.index(h) for f, every in heads.items() for h in reversed(every) if h in low}
        self.top = top + 1
        for name in dict.fromkeys(name for name in self.names if name and self.names.count(name) > 1):
            self.wrong("M07", f"表头里“{name}”写了两次,不知道用哪一栏", self.top, help="请删去一栏,或改一个名称")

    def cell(self, row: Sequence[Any], field: str) -> Any:
        """What stands in the column of a field."""
        place = self.at.get(field, -1)
        return row[place] if 0 <= place < len(row) else ""

    def where(self, line: int, place: int) -> str:
        """A cell as a person finds it."""
        return f"{letters(place + 1)}{line}({self.names[place]})"

    def wrong(self, code: str, text: str, line: int, path: str = "", help: str = "") -> None:
        """Note a problem."""
        self.problems.append(Problem(code, text, file=self.file, line=line, path=path, help=help))

    def need(self, *fields: str) -> None:
        """See that there is a column for each field.

        Raises:
            Invalid: M07 when there is none.
        """
        for field in fields:
            if field not in self.at:
                label = self.heads[field][0]
                hint = did_you_mean(label, [name for name in self.names if name])
                self.wrong("M07", f"表头里没有“{label}”这一栏{hint}", self.top)
        if self.problems:
            raise Invalid(self.problems)


def units(rows: Sequence[Sequence[Any]], file: str, groups: Mapping[str, str]) -> list[dict[str, Any]]:
    """The units of a table, one a row, for a directory.

    Args:
        rows: the cells, see ``table``.
        file: name of the file.
        groups: group → label; a table may say either.

    Raises:
        Invalid: M07 without a column that is needed, M08 with every row that is wrong.
    """
    reader = _Reader(rows, file, UNIT_HEADS)
    reader.need("name", "group")
    keys = {label: key for key, label in groups.items()} | {key: key for key in groups}
    found = []
    for line, row in reader.body:
        name, group = _text(reader.cell(row, "name")), _text(reader.cell(row, "group"))
        if not name:
            reader.wrong("M08", "没有写单位", line, reader.where(line, reader.at["name"]))
        if group not in keys:
            text = f"没有“{group}”这个分组{did_you_mean(group, keys)}"
            reader.wrong("R06", text, line, reader.where(line, reader.at["group"]))
        also = tuple(filter(None, re.split("[、,;]", _text(reader.cell(row, "also")))))
        found.append({"name": name, "group": keys.get(group, ""), "id": _text(reader.cell(row, "id")), "also": also})
    if reader.problems:
        raise Invalid(reader.problems)
    return found


def scores(rows: Sequence[Sequence[Any]], file: str) -> list[tuple[int, str, Decimal]]:
    """The line, unit and value of each row of a table of scores.

    Args:
        rows: the cells, see ``table``.
        file: name of the file.

    Raises:
        Invalid: M07 without a column that is needed, M01 and M08 with every cell that is wrong.
    """
    reader = _Reader(rows, file, HEADS)
    reader.need("unit", "value")
    found = []
    for line, row in reader.body:
        name, place = _text(reader.cell(row, "unit")), reader.at["value"]
        if not name:
            reader.wrong("M08", "没有写单位", line, reader.where(line, reader.at["unit"]))
        value = _number(reader, _text(reader.cell(row, "value")), line, reader.where(line, place))
        found.append((line, name, value))
    if reader.problems:
        raise Invalid(reader.problems)
    return found


def rows_of(rows: Sequence[Sequence[Any]], file: str, kinds: Mapping[str, tuple[str, str]]) -> list[Row]:
    """The marks of a table.

    Args:
        rows: the cells, see ``table``.
        file: name of the file.
        kinds: kind → its label and its sort of value: ``count``, ``flag``, ``number`` or ``day``.

    Raises:
        Invalid: M07 without a column that is needed, M01, M02, M03 and M08 with every cell that is wrong.
    """
    reader = _Reader(rows, file, HEADS)
    reader.need("unit")
    names = {label: kind for kind, (label, _) in kinds.items()} | {kind: kind for kind in kinds}
    wide = {n: names[name] for n, name in enumerate(reader.names) if name in names and n not in reader.at.values()}
    if "kind" not in reader.at and not wide:
        known = "、".join(label for label, _ in kinds.values())
        reader.wrong("M07", "表头里没有“种类”这一栏,也没有一栏是登记项", reader.top, help=f"登记项有:{known}")
    others = [n for n, name in enumerate(reader.names) if name and n not in wide and n not in reader.at.values()]
    for n in others if "kind" not in reader.at else ():
        text = f"“{reader.names[n]}”不是登记项{did_you_mean(reader.names[n], names)}"
        reader.wrong("M02", text, reader.top, reader.where(reader.top, n), "不要的栏请删去,或改成 说明")
    found = [mark for line, row in reader.body for mark in _marks(reader, line, row, names, wide, kinds)]
    if reader.problems:
        raise Invalid(reader.problems)
    return found


def _marks(
    reader: _Reader, line: int, row: Sequence[Any], names: Mapping[str, str], wide: Mapping[int, str],
    kinds: Mapping[str, tuple[str, str]],
) -> Iterator[Row]:  # fmt: skip
    base = {field: _text(reader.cell(row, field)) for field in ("unit", "matter", "role", "status", "note")}
    columns = {field: reader.where(line, place) for field, place in reader.at.items()}
    if not base["unit"]:
        reader.wrong("M08", "没有写单位", line, columns["unit"])
    if base["role"] not in ROLES:
        reader.wrong("M03", f"看不懂“{base['role']}”,应写 牵头 或 协办", line, columns["role"])
    base["role"] = ROLES.get(base["role"], "")
    day = _day(reader, reader.cell(row, "day"), line, columns.get("day", ""))
    if "kind" in reader.at:
        kind = _text(reader.cell(row, "kind"))
        if kind not in names:
            text = f"没有“{kind}”这个登记项{did_you_mean(kind, names)}" if kind else "没有写种类"
            reader.wrong("M02", text, line, columns["kind"])
        else:
            sort = kinds[names[kind]][1]
            place = reader.at.get("value", reader.at["kind"])
            yield from _made(
                reader, line, place, names[kind], sort, reader.cell(row, "value"), day, base, columns, False
            )
    for place, kind in wide.items():
        value = row[place] if place < len(row) else ""
        if _text(value):
            here = columns | {"value": reader.where(line, place)}
            yield from _made(reader, line, place, kind, kinds[kind][1], value, day, base, here, True)


def _made(
    reader: _Reader, line: int, place: int, kind: str, sort: str, cell: Any, day: date | None,
    base: Mapping[str, str], columns: Mapping[str, str], wide: bool,
) -> Iterator[Row]:  # fmt: skip
    """The marks of one cell: several of what is counted, none of what is not so."""
    text, where = _text(cell), reader.where(line, place)
    times, value = 1, Decimal(1)
    if sort == "day":
        day = _day(reader, cell, line, where) if wide else day
        if day is None and not wide:
            reader.wrong("M08", "没有写日期", line, columns.get("day", where))
    elif sort == "flag":
        if text.lower() in NO:
            return
        if text and text.lower() not in YES:
            reader.wrong("M01", f"“{text}”应写 是 或 否", line, where)
    elif sort == "count":
        times = _whole(reader, text, line, where)
    else:
        value = _number(reader, text, line, where)
    for _ in range(times):
        yield Row(
            base["unit"], kind, day, value, base["matter"], base["role"], base["status"], base["note"], line, columns
        )


def _whole(reader: _Reader, text: str, line: int, where: str) -> int:
    if not text:
        return 1
    if re.fullmatch(r"\d{1,6}", text) and int(text) <= MOST:
        return int(text)
    reader.wrong("M01", f"“{text}”不是件数", line, where)
    return 0


def _number(reader: _Reader, text: str, line: int, where: str) -> Decimal:
    bare = text.translate(str.maketrans("-.%,", "-.%,")).rstrip("%").replace(",", "")
    with suppress(InvalidOperation):
        number = Decimal(bare)
        if number.is_finite() and abs(number.adjusted()) <= 20:
            return number
    reader.wrong("M01", f"“{text}”不是数字" if text else "没有写数值", line, where)
    return Decimal(0)


def _day(reader: _Reader, value: Any, line: int, where: str) -> date | None:
    """A day; a month alone is its first day."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = _text(value)
    if not text:
        return None
    if match := _DAY.fullmatch(text):
        with suppress(ValueError):
            return date(int(match[1]), int(match[2]), int(match[3] or 1))
    reader.wrong("M08", f"“{text}”不是日期,写作 2025-06-30", line, where)
    return None


def _text(value: Any) -> str:
    """A cell's words; a number without its point, as short as it is exact."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        value = int(value) if value.is_integer() else Decimal(f"{value:.12g}")
    return str(value).strip()
