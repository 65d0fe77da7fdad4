"""A year in the columns of the office that takes it over: a mapping file says which, in which order, in which words.

What stands in it was computed before; a mapping only chooses, orders and writes down.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from supervise.errors import Invalid, did_you_mean
from supervise.papers.exports import Sheet, basis, heading, receipts, titled, write
from supervise.reading import Document, Strict, parse, validate

Body = Mapping[str, Any]
FIELDS = {
    "number": "序号", "unit": "单位", "group": "分组", "score": "得分", "carried": "折算分", "grade": "等次",
    "notes": "依据", "bars": "取消的资格", "missing": "没有分数的", "apart": "是否单列", "year": "年份",
    "serial": "编号",
}  # fmt: skip
"""What a column may be made of, besides ``line`` and the label of a line; ``text`` is the same in every row."""


class Column(Strict):
    """A column: its head, what stands in it, and how that is written."""

    head: str
    of: str
    places: Literal[0, 1, 2, 3, 4, 5, 6] | None = None
    words: dict[str, str] = {}


class Columns(Strict):
    """A mapping: the title, the columns from left to right, and the order of the rows."""

    title: str = ""
    columns: tuple[Column, ...]
    order: Literal["score", "directory"] = "score"
    encoding: Literal["utf-8", "gb18030"] = "utf-8"


def load(text: str, file: str) -> tuple[Columns, Document]:
    """A mapping file.

    Raises:
        Invalid: with everything wrong in it; P26 when a column is made of what there is not.
    """
    document = parse(text, file)
    wanted = validate(document, Columns)
    problems = [
        document.problem(
            "P26", ("columns", i, "of"), f"没有“{one.of}”这一栏{did_you_mean(one.of, FIELDS)}", word=one.of
        )
        for i, one in enumerate(wanted.columns)
        if one.of not in FIELDS and not one.of.startswith(("line ", "text "))
    ]
    if not wanted.columns:
        problems.append(document.problem("P26", ("columns",), "至少要有一栏"))
    if problems:
        raise Invalid(problems)
    return wanted, document


def written(
    body: Body,
    mapping: tuple[Columns, Document],
    labels: Sequence[str],
    order: Sequence[str],
    file: str,
    unknown: Callable[[date], bool] = lambda day: False,
) -> bytes:
    """A year as that office wants it: a workbook with the receipts as an annex, or the table alone as CSV.

    Args:
        body: as ``assess`` gives it, or as it was published.
        mapping: as ``load`` gives it.
        labels: of the lines that the rules of the year have.
        order: the units as the directory lists them.
        file: where it goes; ``.csv`` is told by its end.
        unknown: whether a day lies in a year whose arrangement is not announced; such a limit gets a star.

    Raises:
        Invalid: P27 when a column is made of a line that the rules do not have.
    """
    wanted, document = mapping
    known = [*labels, *(line["label"] for row in body["standings"] for line in row["lines"])]
    problems = [
        document.problem(
            "P27", ("columns", i, "of"), f"办法里没有“{label}”这一项{did_you_mean(label, known)}", word=label
        )
        for i, (kind, _, label) in enumerate(one.of.partition(" ") for one in wanted.columns)
        if kind == "line" and label not in known
    ]
    if problems:
        raise Invalid(problems)
    heads = tuple(column.head for column in wanted.columns)
    rows = [
        tuple(_cell(body, row, n, column) for column in wanted.columns)
        for n, row in enumerate(_ordered(body, wanted.order, order), start=1)
    ]
    if file.lower().endswith(".csv"):
        return _csv(heads, rows, wanted.encoding)
    title = (wanted.title or titled(body)).replace("{year}", body["period"])
    cells = [[float(c) if isinstance(c, Decimal) else c for c in row] for row in rows]
    annex = receipts([body], unknown)
    numbers = ["General" if one.places is None else f"{0:.{one.places}f}" for one in wanted.columns]
    return write([Sheet("考核结果", heads, cells, title, heading(body), numbers), annex, basis(body)])


def _ordered(body: Body, order: str, units: Sequence[str]) -> list[Body]:
    place = {unit: n for n, unit in enumerate(units)}
    if order == "directory":
        return sorted(body["standings"], key=lambda row: place.get(row["unit"], len(place)))
    return sorted(body["standings"], key=lambda row: (row["apart"], -Decimal(row["score"])))


def _cell(body: Body, row: Body, number: int, column: Column) -> Any:
    kind, _, rest = column.of.partition(" ")
    if kind == "text":
        return rest
    if kind == "line":
        points = [Decimal(line["points"]) for line in row["lines"] if line["label"] == rest]
        return _rounded(sum(points, Decimal(0)), column.places)
    told = {
        "number": Decimal(number), "unit": row["unit"], "group": body["groups"].get(row["group"], row["group"]),
        "score": Decimal(row["score"]), "carried": Decimal(row["carried"]), "grade": row["grade"],
        "notes": ";".join(row["why"]), "bars": "、".join(row["bars"]), "missing": "、".join(row["missing"]),
        "apart": "是" if row["apart"] else "否", "year": body["period"], "serial": body.get("number", ""),
    }[kind]  # fmt: skip
    return _rounded(told, column.places) if isinstance(told, Decimal) else column.words.get(told, told)


def _rounded(number: Decimal, places: int | None) -> Decimal:
    return number if places is None else number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _csv(heads: Sequence[str], rows: Sequence[Sequence[Any]], encoding: str) -> bytes:
    """With the mark that lets Excel see UTF-8."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows([heads, *rows])
    return buffer.getvalue().encode("utf-8-sig" if encoding == "utf-8" else encoding, "replace")
