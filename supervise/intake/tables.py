"""Lists printed as a table, columns parted by tabs or bars: a head that names the columns, then one row per task."""

from __future__ import annotations

import re
from dataclasses import dataclass

from supervise.intake.clauses import LABEL, Clause, Field
from supervise.intake.folding import number, trim
from supervise.intake.lines import Line

_NUMBER = re.compile(r"序号|编号|项次|号")
_TEXT = re.compile(
    r"(?:重点|主要|目标|具体|年度|工作|督查|督办|任务|事项|项目)*(?:任务|事项|内容|工作|项目|目标)(?:名称|内容|分解)?"
)
_SPACE = " \t\r\n。"


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a table hold.

    Args:
        roles: ``no``, ``text`` or a role of ``clauses.Field`` for each column; ``other`` for what is not read.
        labels: the column heads as printed.
        bar: the character that parts the columns.
    """

    roles: tuple[str, ...]
    labels: tuple[str, ...]
    bar: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number (0 if none is printed), the span of its text, its clause."""

    number: int
    start: int
    end: int
    clause: Clause | None


def head(line: Line) -> Columns | None:
    """The columns a line names, if it names the task and at least one party."""
    bar = "\t" if "\t" in line.folded else "|" if line.folded.count("|") > 1 else ""
    if not bar or len(line.folded) > 200:
        return None
    labels = tuple(line.folded[a:b].replace(" ", "") for a, b in _cells(line, bar))
    roles = tuple(_role(label) for label in labels)
    return Columns(roles, labels, bar) if "text" in roles and {"lead", "unit"} & set(roles) else None


def _role(label: str) -> str:
    if _NUMBER.fullmatch(label):
        return "no"
    match = LABEL.fullmatch(label + ":")
    if match and match.lastgroup != "other":
        return str(match.lastgroup)
    return "text" if _TEXT.fullmatch(label) else "other"


def _cells(line: Line, bar: str) -> list[tuple[int, int]]:
    """Spans of the cells within the folded line; a bar at either end parts nothing."""
    start, end = trim(line.folded, 0, len(line.folded), "| ") if bar == "|" else (0, len(line.folded))
    cells, begin = [], start
    while (at := line.folded.find(bar, begin, end)) >= 0:
        cells.append(trim(line.folded, begin, at, " "))
        begin = at + 1
    return [*cells, trim(line.folded, begin, end, " ")]


def row(line: Line, columns: Columns) -> Row | None:
    """A line read as a row; ``None`` if it has too few cells to be one, or no text."""
    if columns.bar not in line.folded:
        return None
    cells = _cells(line, columns.bar)
    if len(cells) < 2 or len(cells) > len(columns.roles) + 1:
        return None
    value, text, fields = 0, (0, 0), []
    for (a, b), role, label in zip(cells, columns.roles, columns.labels, strict=False):
        c, d = trim(line.folded, a, b, _SPACE) if role != "text" else (a, b)
        if role == "no":
            value = number(line.folded[c:d].rstrip(".、")) or 0
        elif role == "text":
            text = text if text[0] < text[1] else (c, d)  # the first of several columns of text is the task
        elif role != "other" and c < d:
            fields.append(Field(role, label, line.start + c, line.start + d))
    if text[0] >= text[1] or not re.search(r"[\u4e00-\u9fff]", line.folded[text[0] : text[1]]):
        return None
    clause = Clause(fields[0].start, fields[-1].end, tuple(fields)) if fields else None
    return Row(value, line.start + text[0], line.start + text[1], clause)
