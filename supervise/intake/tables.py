"""Lists printed as a table: the head that names the columns; ``rows`` reads what stands below it, one row per task.

Columns are parted by tabs, bars or blanks; or every cell stands on a line of its own, as tables come out when they are
copied from a page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from supervise.intake import labels, matrix
from supervise.intake.folding import trim
from supervise.intake.labels import LABEL
from supervise.intake.lines import Line

NUMBER = re.compile(r"(?:建议|提案|议案|任务|项目|事项|问题|案)?(?:序号|编号|号)|项次|案号")
_TEXT = re.compile(
    r"(?!反馈|报送|填报)(?:\d{1,2} ?月份?)?[\u4e00-\u9fff]{0,8}(?:任务|事项|内容|工作|项目|工程|目标|实事|要求|清单"
    r"|规模|审议意见|意见建议)(?:名称|内容|分解|描述)?(?:[及和与](?:规模|标准|内容|进度))?"
    r"|(?:建议|提案|议案|信访|督办|来文|来件|文件)?(?:标题|题目|案由|名称)|建议内容|提案内容"
    r"|(?:审计|督[查察]|巡[视察]|检查|排查|查出|查找|发现|反馈|指出|存在|主要|突出|移交|交办)*(?:的)?(?:具体|突出)?问题(?:表现|描述)?|(?:隐患|风险|诉求|案件)(?:描述|内容)"
    r"|(?:考核|主要|重点|发展|分解|量化|具体|年度|预期)?指标(?:名称|内容)?|(?:整改(?:目标|措施|举措|任务|内容)|下一?步(?:工作)?(?:安排|打算|计划)|(?:工作|具体|推进|主要|重点|改革|创新|落实|实施|保障|化解|防范|管控|应对)?(?:措施|举措))(?:及(?:进展|成效|完成)(?:情况)?)?"
)
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
CELL = "\x0b"  # parts cells that stood on lines of their own; it never stands in a folded text
_PARTY_WORD = re.compile("单 ?位|部 ?门|主体|牵头|主办|责任|科室")
_LIMIT = re.compile("(?![合服有试租借履保超逾延])[\u4e00-\u9fff]{0,6}[时期]限(?:要求)?")  # 攻坚时限, 见效期限
_TIME = re.compile("时间|节点")  # a limit where its cells say one
_BARE = re.compile(r"部门|单位|[科处股]室|镇街|街镇|乡镇(?:\(?街道\)?)?|镇|街道|区县|县区|县市区|社区|村居?")
_DIVISION = re.compile("[科处股]室$")


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
    bar = "," if bar == " " and words[0] in "序编" and _COMMAS.match(words) else bar
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
