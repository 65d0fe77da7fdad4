"""Lists printed as a table: a head that names the columns, then one row per task.

Columns are parted by tabs, bars or blanks; or every cell stands on a line of its own, as tables come out when they are
copied from a page. Empty cells are lost in the last two; then the rest is placed by what it says, with a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from supervise.intake import labels, leaders, matrix
from supervise.intake.fields import Clause, Field
from supervise.intake.folding import NUMERAL, number, pieces, trim
from supervise.intake.labels import LABEL
from supervise.intake.lines import Line, marker
from supervise.intake.names import looks_like_unit

NUMBER = re.compile(r"(?:建议|提案|议案|任务|项目|事项|问题|案)?(?:序号|编号|号)|项次|案号")
_TEXT = re.compile(
    r"(?!反馈|报送|填报)(?:\d{1,2} ?月份?)?[\u4e00-\u9fff]{0,8}(?:任务|事项|内容|工作|项目|工程|目标|实事|要求|清单"
    r"|规模|审议意见|意见建议)(?:名称|内容|分解|描述)?(?:[及和与](?:规模|标准|内容|进度))?"
    r"|(?:建议|提案|议案|信访|督办|来文|来件|文件)?(?:标题|题目|案由|名称)|建议内容|提案内容"
    r"|(?:审计|督[查察]|巡[视察]|检查|排查|查出|查找|发现|反馈|指出|存在|主要|突出|移交|交办)*(?:的)?(?:具体|突出)?问题(?:表现|描述)?|(?:隐患|风险|诉求|案件)(?:描述|内容)"
    r"|(?:考核|主要|重点|发展|分解|量化|具体|年度|预期)?指标(?:名称|内容)?|(?:整改(?:目标|措施|举措|任务|内容)|下一?步(?:工作)?(?:安排|打算|计划)|(?:工作|具体|推进|主要|重点|改革|创新|落实|实施|保障|化解|防范|管控|应对)?(?:措施|举措))(?:及(?:进展|成效|完成)(?:情况)?)?"
)
_NUMBERED = re.compile(r"(?:第 ?)?\d{1,6}(?: ?[号项件]|[.、])?")
_TOTAL = re.compile(r"[合总小] ?计(?:\([^()]*\))?")
_CODE = re.compile(r"[A-Z]{1,4}[-—]?(\d{1,3})")  # SZ-01
_CHAPTER = re.compile(rf"\(?[{NUMERAL}]{{1,3}}\)?[、.]?")
# 目标值 and its 单位, in lists of figures.
_FIGURE = re.compile(r"(?:年度|计划|预期|考核)?(?:目标值|指标值|计划值|目标数|任务数|计划数)")
_YEARS_GOAL = re.compile(r"(?:20\d\d ?年度?|全年|年度|本年度?)?(?:工作)?(?:目标|计划|任务|预期)")
_MEASURE = re.compile(r"(?:计量|指标)?单位")
_CLASS = re.compile(
    r"(?:工作|任务|项目|责任|重点|实事)?(?:类别|分类|类型|领域|板块|方面|归类)|议题|行业|条线|(?:攻坚|专项|重点|提升)?行动(?:名称)?|模块|维度|专项"
)
_ANSWERS = re.compile(r"责任(?:清单|分工|落实|体系)")  # above 责任领导, 牵头单位 … in the second row of a head
_REMARKS = re.compile(r"备注|说明|备注说明")
_COMMAS = re.compile(r"(?:序号|编号),[^。;:]{2,60},")  # the head of a table whose cells commas part
_TROUBLE = re.compile("(?:存在|主要|突出)*(?:的)?问题.{0,6}")  # behind the task: what stands in its way
_BESIDE = re.compile(r"备注|说明|进展|情况|日期|时间|地点|地址|代表|提案人|来源|金额|投资|资金|电话|编号|号$")
_SPACE = " \t\r\n。"
CELL = "\x0b"  # parts cells that stood on lines of their own; it never stands in a folded text
_PARTY_WORD = re.compile("单 ?位|部 ?门|主体|牵头|主办|责任|科室")
_LIMIT = re.compile("(?![合服有试租借履保超逾延])[\u4e00-\u9fff]{0,6}[时期]限(?:要求)?")  # 攻坚时限, 见效期限
_TIME = re.compile("时间|节点")  # a limit where its cells say one
_BARE = re.compile(r"部门|单位|[科处股]室|镇街|街镇|乡镇(?:\(?街道\)?)?|镇|街道|区县|县区|县市区|社区|村居?")
_DIVISION = re.compile("[科处股]室$")
_WHEN = re.compile(r"[\d.年月日底前末中上下旬至季度半全长期持续推进完成每—~-]{2,20}|.{0,12}(?:前|底|完成)")
_PERSONS = re.compile(r"[\u4e00-\u9fff·、,; ()/]{2,40}")
_MAY_END = frozenset(("co", "note", "other"))  # columns whose cell may be empty at the end of a row
_TITLE = 30  # a shorter text without a full stop is the name of a task, and its contents stand in the next column


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a table hold.

    Args:
        roles: ``no``, ``text`` or a role of ``fields.Field`` for each column; ``other`` for what is not read.
        labels: the column heads as printed.
        bar: what parts the columns: a tab, a bar, or blanks.
        spans: of the heads in the text, where they name the units that rows mark.
        bare: the column headed by nothing but 部门 or 单位; -1 if there is none. It may as well be a unit of measure.
    """

    roles: tuple[str, ...]
    labels: tuple[str, ...]
    bar: str
    spans: tuple[tuple[int, int], ...] = ()
    bare: int = -1


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


def head(line: Line, named: bool = True) -> Columns | None:
    """The columns a line names, if it names the task and at least one party.

    A person will do where tasks are numbered: lists of villages name no units.

    Args:
        line: a line.
        named: whether a party must be named; else a number will do.
    """
    words = line.folded
    if not 6 <= len(words) <= 200:
        return None
    bar = CELL if CELL in words else "\t" if "\t" in words else "|" if words.count("|") > 1 else " "
    bar = "," if bar == " " and _COMMAS.match(words) else bar
    if bar not in words or not (_PARTY_WORD.search(words) or (bar in "\t|" and NUMBER.match(words.lstrip("| ")))):
        return None
    heads = head_cells(line, bar)
    bar = "  " if bar == " " and "  " in words else bar
    roles = _with_text(heads, labels.in_levels(heads, tuple(role_of(label) for label in heads)), bar)
    pairs = zip(roles, ("", *roles), heads, strict=False)  # one head over two columns: 任务 and what it consists of
    roles = tuple("text" if not label and before == "text" else role for role, before, label in pairs)
    first = roles.index("text") if "text" in roles else len(roles)
    roles = tuple("other" if i > first and _TROUBLE.fullmatch(heads[i]) else role for i, role in enumerate(roles))
    if any("指标" in label for label in heads):  # 全年目标 beside 指标名称 holds the figure
        roles = tuple("value" if _YEARS_GOAL.fullmatch(heads[i]) else role for i, role in enumerate(roles))
    if any(label.startswith("整改") and role == "unit" for label, role in zip(heads, roles, strict=True)):
        roles = tuple("co" if label.startswith("主管") else role for label, role in zip(heads, roles, strict=True))
    first = roles.index("no") if "no" in roles else 0
    if "text" in roles[first:]:  # 工作任务 in front of 序号 is what several rows belong to
        roles = (*("class" if role == "text" else role for role in roles[:first]), *roles[first:])
    if {"lead", "unit"} & set(roles) and any(map(_DIVISION.search, heads)):
        roles = _without_divisions(heads, roles)
    roles = matrix.columns(heads, roles) if bar in "\t|" else roles
    bare = -1 if _answers(roles) or not {"no", "due"} & set(roles) else _bare(heads)
    roles = tuple(["unit" if i == bare else role for i, role in enumerate(roles)])
    if (
        "text" not in roles
        or not (_answers(roles) if named else "no" in roles)
        or not all(len(label) <= 16 for label in heads)
    ):
        return None
    if bar[0] == " " and (len(roles) < 3 or ({"other", "note"} & set(roles) and roles[0] != "no")):
        return None
    spans = cells_of(line, bar) if "mark" in roles else []
    return Columns(roles, heads, bar, tuple([(line.start + a, line.start + b) for a, b in spans]), bare)


def _bare(labels: tuple[str, ...]) -> int:
    return next((i for i, label in enumerate(labels) if _BARE.fullmatch(label)), -1)


def _answers(roles: tuple[str, ...]) -> bool:
    return not {"lead", "unit", "mark"}.isdisjoint(roles) or (roles[0] == "no" and "leader" in roles)


def _without_divisions(labels: tuple[str, ...], roles: tuple[str, ...]) -> tuple[str, ...]:
    """The roles; 责任科室 beside 责任单位 says who within the unit does it, and is not read."""
    inner = [bool(_DIVISION.search(label)) and role != "text" for label, role in zip(labels, roles, strict=True)]
    whole = {role for role, own in zip(roles, inner, strict=True) if not own}
    if not whole & {"lead", "unit"}:
        return roles
    return tuple(["other" if own else role for role, own in zip(roles, inner, strict=True)])


def _with_text(labels: tuple[str, ...], roles: tuple[str, ...], bar: str) -> tuple[str, ...]:
    """The roles; where no column is known to hold the task, the first unknown one beside a number does (信访事项)."""
    if "text" in roles or "no" not in roles or bar == " " or not {"lead", "unit"} & set(roles):
        return roles
    at = next((i for i, role in enumerate(roles) if role == "other" and not _BESIDE.search(labels[i])), -1)
    return (*roles[:at], "text", *roles[at + 1 :]) if at >= 0 else roles


def repeats(line: Line, columns: Columns) -> bool:
    """Whether a line is the head of the table it stands in."""
    first = columns.labels[0]
    return bool(first) and line.folded.startswith(first) and head_cells(line, columns.bar) == columns.labels


def head_cells(line: Line, bar: str) -> tuple[str, ...]:
    """The words of a head's cells, without blanks."""
    return tuple(line.folded[a:b].replace(" ", "") for a, b in cells_of(line, bar))


def under(line: Line, columns: Columns) -> Columns | None:
    """The columns a second row of the head parts: 牵头单位 and 配合单位 below 责任单位; ``None`` if it is none."""
    labels = [line.folded[a:b].replace(" ", "") for a, b in cells_of(line, columns.bar) if a < b]
    roles = [role_of(label) for label in labels]
    if len(labels) < 2 or not {"lead", "unit"} & set(roles) or "no" in roles or "text" in roles or columns.spans:
        return None
    at = next((i for i, role in enumerate(columns.roles) if role in ("unit", "lead")), 0)
    wide = at + 1
    while wide < len(columns.labels) and not columns.labels[wide]:
        wide += 1
    return Columns(
        (*columns.roles[:at], *roles, *columns.roles[wide:]), (*columns.labels[:at], *labels, *columns.labels[wide:]),
        columns.bar,
    )  # fmt: skip


def role_of(label: str) -> str:
    """What the head of a column says the column holds; ``other`` for what is not read."""
    label = re.sub(r"\([^()]*\)$", "", label)
    if NUMBER.fullmatch(label):
        return "no"
    if label in ("时间", "时限要求", "完成"):
        return "due"
    if _CLASS.fullmatch(label):
        return "class"
    if _FIGURE.fullmatch(label):
        return "value"
    if _MEASURE.fullmatch(label):
        return "measure"
    if _REMARKS.fullmatch(label):
        return "note"
    if _ANSWERS.fullmatch(label):
        return "unit"
    if labels.PERSON_AND_UNIT.search(label):
        return "lead" if label.startswith(("牵头", "主办", "主管")) else "unit"
    match = LABEL.fullmatch(label + ":")
    if match and match.lastgroup != "other":
        return str(match.lastgroup)
    if _LIMIT.fullmatch(label):
        return "due"
    if _TIME.fullmatch(label):
        return "when"
    return "text" if _TEXT.fullmatch(label) else "other"


def cells_of(line: Line, bar: str) -> list[tuple[int, int]]:
    """Spans of the cells within the folded line; a bar at either end parts nothing, nor does a lone blank."""
    start, end = 0, len(line.folded)
    if bar == "|":  # a bar at either end is the frame
        start, end = line.folded[:1] == "|", end - (line.folded[-1:] == "|")
    if bar[0] == " ":
        found = re.finditer(r"\S+(?: \S+)*" if len(bar) > 1 else r"\S+", line.folded)
        return [(m.start(), m.end()) for m in found]
    cells, begin = [], start
    while (at := line.folded.find(bar, begin, end)) >= 0:
        cells.append(trim(line.folded, begin, at, " "))
        begin = at + 1
    return [*cells, trim(line.folded, begin, end, " ")]


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
