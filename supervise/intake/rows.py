"""Rows of a table → their number, text, parties, limit and figure; empty cells that are lost are found by what is left.

``tables`` says what the columns hold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from supervise.intake import labels, leaders, matrix
from supervise.intake.fields import Clause, Field
from supervise.intake.folding import NUMERAL, number, pieces, trim
from supervise.intake.lines import Line, marker
from supervise.intake.names import looks_like_unit
from supervise.intake.tables import CELL, Columns, cells_of

_NUMBERED = re.compile(r"(?:第 ?)?\d{1,6}(?: ?[号项件]|[.、])?")
_TOTAL = re.compile(r"[合总小] ?计(?:\([^()]*\))?")
_CODE = re.compile(r"[A-Z]{1,4}[-—]?(\d{1,3})")  # SZ-01
_CHAPTER = re.compile(rf"\(?[{NUMERAL}]{{1,3}}\)?[、.]?")
_SPACE = " \t\r\n。"
_WHEN = re.compile(r"[\d.年月日底前末中上下旬至季度半全长期持续推进完成每—~-]{2,20}|.{0,12}(?:前|底|完成)")
_PERSONS = re.compile(r"[\u4e00-\u9fff·、,; ()/]{2,40}")
_MAY_END = frozenset(("co", "note", "other"))  # columns whose cell may be empty at the end of a row
_TITLE = 30  # a shorter text without a full stop is the name of a task, and its contents stand in the next column


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Args:
        number: its number; 0 if none is printed.
        printed: the code it prints as its number: SZ-01; empty if that is a plain number.
        start: offset of its text.
        end: offset behind it.
        clause: its parties.
        heading: span of the class it belongs to, if the row prints one.
        goals: spans of further columns that say what is to be reached.
        figure: span of the figure to be reached and of its unit of measure, in lists of figures.
        doubt: what a clerk must look at.
    """

    number: int
    start: int
    end: int
    clause: Clause | None
    heading: tuple[int, int] | None = None
    goals: tuple[tuple[int, int], ...] = ()
    figure: tuple[tuple[int, int], tuple[int, int]] | None = None
    doubt: str = ""
    printed: str = ""


def row(line: Line, columns: Columns) -> Row | None:
    """A line read as a row; ``None`` if it has too few cells to be one, or no text."""
    if columns.bar[0] not in line.folded:
        return None
    cells = cells_of(line, columns.bar)
    if len(cells) < 2 or is_chapter(line.folded, [cell for cell in cells if cell[0] < cell[1]]):
        return None
    if columns.bar == "|" and line.folded[0] == "|" and len(cells) == len(columns.roles) - 1:
        cells = [(0, 0), *cells]  # no frame: the first cell is empty
    surplus = len(cells) - len(columns.roles)
    if columns.bar == "," and surplus > 0:  # commas of the task itself
        at = columns.roles.index("text")
        cells = [*cells[:at], (cells[at][0], cells[at + surplus][1]), *cells[at + surplus + 1 :]]
    if columns.bar[0] in (" ", CELL):
        placed, doubt = place(line.folded, cells, columns.roles)
    else:
        placed, doubt = (_shifted(line.folded, cells, columns.roles), "")
        ends = columns.roles[-1] in ("due", "lead", "unit") and line.folded.count(columns.bar) > 1
        if any(a < b for a, b in cells[len(columns.roles) :]) or (ends and len(placed) == len(columns.roles) - 1):
            doubt = "这一行与表头的栏数不一样,可能错了一格"
    if 0 <= columns.bare < len(placed) and not _names(line.folded[slice(*placed[columns.bare])]):
        return None
    found = _row(line, placed, columns, doubt) if len(placed) <= len(columns.roles) + 1 else None
    return _marked(found, line, placed, columns) if found and columns.spans else found


def _names(words: str) -> bool:
    """Whether a cell is empty, or names units."""
    return not words.strip() or fits("unit", words.strip())


def _marked(row: Row, line: Line, placed: Sequence[tuple[int, int]], columns: Columns) -> Row | None:
    """The row with the units that are marked in it; ``None`` where the columns of units hold figures."""
    placed = placed[: len(columns.roles)]
    filled = [(i, a, b) for i, (a, b) in enumerate(placed) if columns.roles[i] == "mark" and a < b]
    marks = [(i, a, b) for i, a, b in filled if matrix.is_mark(line.folded[a:b])]
    if len(marks) < len(filled):
        return row if {"lead", "unit"} & set(columns.roles) else None
    own = row.clause.fields if row.clause else ()
    said = tuple([Field("mark", line.folded[a:b].replace(" ", ""), *columns.spans[i]) for i, a, b in marks])
    spans = [(f.start, f.end) for f in own] + [(line.start + a, line.start + b) for _, a, b in marks]
    clause = Clause(min(spans)[0], max(spans)[1], (*own, *said)) if spans else None
    return replace(row, clause=clause)


def is_chapter(folded: str, words: list[tuple[int, int]]) -> bool:
    """Whether the filled cells of a row are a Chinese numeral and a title."""
    return len(words) == 2 and _CHAPTER.fullmatch(folded, *words[0]) is not None


def _shifted(folded: str, cells: list[tuple[int, int]], roles: tuple[str, ...]) -> list[tuple[int, int]]:
    """Cells of a row whose first ones are empty and not printed: its number says which column it begins with."""
    if "no" not in roles or len(cells) >= len(roles):
        return cells
    at = next((i for i, (a, b) in enumerate(cells) if re.fullmatch(r"\d{1,3}[.、]?", folded[a:b])), -1)
    return [*[(0, 0)] * max(0, roles.index("no") - at), *cells] if at >= 0 else cells


def _row(line: Line, placed: Sequence[tuple[int, int]], columns: Columns, doubt: str) -> Row | None:
    value, code, texts, fields, heading = 0, "", list[tuple[int, int]](), list[Field](), None
    figure, measure = (0, 0), (0, 0)
    for (a, b), role, label in zip(placed, columns.roles, columns.labels, strict=False):
        c, d = trim(line.folded, a, b, _SPACE) if role != "text" else (a, b)
        if role == "no" and _TOTAL.fullmatch(line.folded, c, d):
            return None
        if role == "no" and not value:  # behind 序号 a column of 编号 only says how the matter is filed
            value = number(line.folded[c:d].strip(".、 第号项件")) or 0
            if coded := _CODE.fullmatch(line.folded, c, d):
                value, code = int(coded[1]), coded[0]
        elif role == "text" and c < d:
            texts.append((c, d))
        elif role == "class" and c < d:
            heading = (line.start + c, line.start + d)
        elif role == "value":
            figure = (line.start + c, line.start + d)
        elif role == "measure":
            measure = (line.start + c, line.start + d)
        elif role == "note" and c < d:
            later, said_so = labels.remark(line.folded, c, d)
            doubt = doubt or said_so
            if later:  # 延期至11月底: this limit counts, whatever stands in the column of limits
                fields = [*(f for f in fields if f.role != "due"), later.moved(line.start)]
        elif role == "when" and _WHEN.fullmatch(line.folded, c, d):
            fields.append(Field("due", label, line.start + c, line.start + d))
        elif role not in ("text", "other", "note", "mark", "when") and c < d:
            said = labels.cell(line.folded, Field(role, label, c, d))
            fields += [field.moved(line.start) for field in said]
    doubt = doubt or _misplaced(line.folded, placed, columns.roles)
    if not texts or not re.search(r"[\u4e00-\u9fff]", line.folded[texts[0][0] : texts[0][1]]):
        return None
    if fields and all(line.folded[f.start - line.start : f.end - line.start] == f.label for f in fields):
        return None  # the head, repeated on every page
    begin, end = texts[0]
    own = marker(line.folded[begin:end]) if not value else None
    if own and own.kind == "item" and own.sure:  # 1.深化改革: the number stands in the cell of the task
        value, begin = own.number, begin + own.length
    named = len(texts) > 1 and end - begin <= _TITLE and "。" not in line.folded[begin:end]
    if named and not re.search(r"[^\s|]", line.folded[end : texts[1][0]]):
        end = texts[1][1]
    goals = tuple((line.start + a, line.start + b) for a, b in texts[1:] if a >= end)
    clause = Clause(fields[0].start, fields[-1].end, tuple(fields)) if fields else None
    figures = (figure, measure) if figure[0] < figure[1] else None
    return Row(value, line.start + begin, line.start + end, clause, heading, goals, figures, doubt, code)


def _misplaced(folded: str, placed: Sequence[tuple[int, int]], roles: tuple[str, ...]) -> str:
    """What a cell holds that its column cannot: a limit among the units, units in place of the task."""
    for (a, b), role in zip(placed, roles, strict=False):
        words = folded[slice(*trim(folded, a, b, _SPACE))]
        if words.strip("/-—无") and _is_strange(role, words):
            return f"“{words[:16]}”不像这一栏的内容,可能错了一格"
    return ""


def _is_strange(role: str, words: str) -> bool:
    if role in ("lead", "co", "unit"):
        return _WHEN.fullmatch(words) is not None or words.replace(".", "").isdigit()
    if role == "due":
        return looks_like_unit(words) and not re.search(r"[\d年月季底]", words)
    if role == "leader":
        return re.search(r"\d", words) is not None or (leaders.is_post(words) and not re.search("[各全]", words))
    if role == "text":
        named = [words[a:b].strip() for a, b in pieces(words, 0, len(words), "、,; ")]
        organs = len(named) > 1 and all(map(looks_like_unit, named)) and not re.search(r"\d", words)
        return organs or _WHEN.fullmatch(words) is not None
    return False


def place(folded: str, cells: list[tuple[int, int]], roles: tuple[str, ...]) -> tuple[list[tuple[int, int]], str]:
    """Cells of a row whose empty cells are lost, one for each column; nothing if they do not fit.

    The text may be cut into several cells; those behind it stand in the first column whose kind of words they are.
    """
    at = roles.index("text")
    if roles[0] == "class" and cells and re.fullmatch(r"\d{1,3}[.、]?", folded[cells[0][0] : cells[0][1]]):
        cells = [(0, 0), *cells]  # the class is printed once, for all rows below
    if len(cells) <= at or (roles[0] == "no" and not _NUMBERED.fullmatch(folded[cells[0][0] : cells[0][1]])):
        return [], ""
    if len(cells) == len(roles) and all(fits(r, folded[a:b]) for r, (a, b) in zip(roles, cells, strict=True)):
        return cells, ""
    for last in range(at, min(len(cells), at + 20)):
        behind = _behind(folded, cells[last + 1 :], roles[at + 1 :])
        if behind is not None:
            filled = max([i + 1 for i, (a, b) in enumerate(behind) if a < b], default=0)
            ends = all(role in _MAY_END for role in roles[at + 1 + filled :])  # nobody helps, nothing is remarked
            doubt = "" if ends and all(a < b for a, b in behind[:filled]) else "表格这一行有空格,按内容对应各栏"
            return [*cells[:at], (cells[at][0], cells[last][1]), *behind], doubt
    return (cells, "表格这一行与栏目对不上") if len(cells) == len(roles) else ([], "")


def _behind(folded: str, cells: list[tuple[int, int]], roles: tuple[str, ...]) -> list[tuple[int, int]] | None:
    """The cells behind the text, each in the next column it fits; ``None`` if one fits nowhere or nobody is named."""
    placed, left = list[tuple[int, int]](), list(cells)
    named = {"lead", "unit"}.isdisjoint(roles)
    for role in roles:
        if role == "leader" and len(left) > 1 and leaders.is_post(folded[left[0][0] : left[0][1]]):
            left[:2] = [(left[0][0], left[1][1])]  # 副县长 高山: a blank parts the post from the name
        if left and fits(role, folded[left[0][0] : left[0][1]]):
            named = named or role in ("lead", "unit")
            placed.append(left.pop(0))
        else:
            placed.append((0, 0))
    return placed if named and not left else None


def fits(role: str, words: str) -> bool:
    """Whether the words of a cell can stand in a column of this role."""
    if role in ("due", "when"):
        return bool(_WHEN.fullmatch(words))
    if role == "leader":
        return bool(_PERSONS.fullmatch(words)) and not looks_like_unit(words)
    if role in ("lead", "co", "unit"):
        named = [words[a:b].strip() for a, b in pieces(words, 0, len(words), "、,; ")]
        return sum(looks_like_unit(name.removesuffix("等")) for name in named) * 2 >= len(named)
    return True
