"""Lines → a tree of chapters, sections and items, and which of its nodes are tasks.

What a clerk does first: leave the covering notice aside, find the list, and see which entry each line belongs to, also
where a marker, a bracket or a line break is lost in print.
"""

from __future__ import annotations

import re
from itertools import pairwise

from supervise.intake import clauses, lines, schedule, tables
from supervise.intake.folding import NUMERAL
from supervise.intake.growth import grow
from supervise.intake.lines import Line
from supervise.intake.nodes import Segment

_ATTACHMENT = re.compile(r"附 ?[件表录] ?[\dA-Z" + NUMERAL + r"]{0,3} ?[:.]?(?P<title> ?.{0,80})")
_ORGAN_END = r"(?:政府|办公室|[查书]室|公司|集团|医院|学院|大学|委员会|局|委|办|厅|部|组|中心)"
_DATE_ONLY = re.compile(
    rf"\(?(?:[\u4e00-\u9fff()、 ]{{0,40}}{_ORGAN_END} +)?\d{{4}} ?[年./-]? ?\d{{1,2}} ?[月./-]? ?\d{{1,2}} ?日?"
    r"(?:印发|发布|下发)?\)?"
    r"|[二〇○零一三四五六七八九]{4}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日"
)
_PUBLIC = re.compile(r"\(?此件.{0,12}\)?$")
# 注:1.…, and 2., 3. below it: remarks on the list, no entries of it.
_NOTE = re.compile(r"(?:附?注|备注|说明|填表说明) ?: ?1 ?[.、]")
_NAMES_TABLE = re.compile(
    r"(?:表|册|单|台账|任务|计划|方案|分工|分解|一览|要点|目录|事项|项目|书|安排|工作|目标)(?:\([^()]*\))?$|\d"
)
_BAR = re.compile(rf"[\t|{tables.CELL}]")
_DATE_ENDS = frozenset("0123456789日")
_DATE_ENDS_IN_BRACKETS = frozenset("0123456789日发")  # (2025年3月1日印发)
_TAIL = re.compile(
    r"抄 ?[送报]|主题词|[甲乙丙]方(?:代表|签字|\(?盖章)|[\u4e00-\u9fff]{2,12}代表 ?\(?(?:签字|签名|签章|盖章)"
    r"|(?:参会|参加|出席|列席|记录)(?:人员|人|单位)? ?:"
)
_PRINTED = re.compile(
    r"(?:[\u4e00-\u9fff]{2,30}(?:办公室|秘书处|督查室|局|委) *)?\d{4} ?年 ?\d{1,2} ?月 ?\d{1,2} ?日 ?印发"
)


def is_date_only(line: str) -> bool:
    """Whether a folded line is a date, with or without the issuer before it."""
    if not 6 <= len(line) < 70:
        return False
    ends = line[-2] in _DATE_ENDS_IN_BRACKETS if line[-1] == ")" else line[-1] in _DATE_ENDS
    return ends and bool(_DATE_ONLY.fullmatch(line))


def is_attachment_mark(line: str) -> bool:
    """Whether a folded line is the word 附件 alone, as it stands above an attachment."""
    match = _ATTACHMENT.fullmatch(line)
    return bool(match) and not (match["title"] or "").strip() if match else False


def _is_first(line: str) -> bool:
    """Whether a folded line is the first entry of a list."""
    mark = lines.marker(line)
    return mark is not None and mark.number == 1 and mark.sure


def _is_title(line: Line, below: Line | None) -> bool:
    """Whether a line names the table whose head stands below it; in a workbook every sheet may have its own."""
    heads = below is not None and tables.head(below) is not None
    return heads and not re.search("[\t|。;:]", line.folded) and tables.head(line) is None


def _classes(all_lines: list[Line]) -> list[Line]:
    """The lines, words that stand above tables and name none (产业发展, 乡村建设) as headings of their rows."""
    whole = "".join([line.folded for line in all_lines])
    if "\t" not in whole and "|" not in whole and tables.CELL not in whole:
        return all_lines
    found = {
        line.no
        for line, below in pairwise(all_lines[1:])
        if len(line.folded) <= 15 and lines.marker(line.folded) is None and not _NAMES_TABLE.search(line.folded)
        if not line.folded.startswith("附") and not lines.is_furniture(line.folded) and _is_title(line, below)
    }
    return [ln._replace(heads=True) if ln.no in found else ln for ln in all_lines] if len(found) > 1 else all_lines


def _is_row(line: Line) -> bool:
    """Whether several cells of a line are filled: what stands in the first, 一、经济发展, opens no chapter."""
    return sum(map(bool, map(str.strip, _BAR.split(line.folded)))) > 1


def _signs(all_lines: list[Line], index: int) -> int:
    """The line of the date below a signature that begins here: one organ or several, each on its line; 0 if none."""
    for line in all_lines[index : index + 4]:
        if is_date_only(line.folded):
            return line.no if line is not all_lines[index] else 0
        if len(line.folded) > 30 or "、" in line.folded or not clauses.only_units(line.folded, True):
            return 0
    return 0


def _helps(line: Line, above: list[Line]) -> bool:
    """Whether 参加单位:… stands on a card, below another of its units, and not below the decisions of a meeting."""
    return line.folded.startswith("参加单位") and bool(above) and clauses.begins(above[-1].folded)


def segments(all_lines: list[Line], borrow: bool = True) -> list[Segment]:
    """Cut a notice at 附件, behind a dated signature, at the title of a second table, and where 一 comes again.

    Args:
        all_lines: its lines.
        borrow: whether an empty cell of a table may be the rest of the one above it.
    """
    found: list[list[Line]] = [[]]
    chapter, signed, tail, past_cover, listed, tabled, note = 0, False, False, False, False, False, 0
    dated = {at for at, line in enumerate(all_lines) if len(line.folded) < 70 and is_date_only(line.folded)}
    near = {at - n for at in dated for n in (1, 2, 3)}  # where a signature may begin
    signing = 0  # line of the date below a signature
    notes = list[Line]()
    all_lines = _classes(all_lines)
    for index, (line, below) in enumerate(zip(all_lines, [*all_lines[1:], None], strict=False)):
        words = line.folded
        mark = None if tabled and _is_row(line) else lines.marker(words)
        entry = mark is not None and mark.sure and mark.kind not in ("part", "chapter")
        barred = "\t" in words or "|" in words or tables.CELL in words
        if entry and not (signed or tail or note or barred or index in near or index in dated):
            found[-1].append(line)  # an entry cuts nothing
            continue
        attached = words[0] == "附"
        begins = attached and (past_cover or (chapter > 0 and below is not None and _is_first(below.folded)))
        titled = begins and _ATTACHMENT.fullmatch(words) and not lines.is_sentence(words)
        restarts = mark is not None and mark.kind == "chapter" and mark.number == 1 and chapter > 0
        furniture = not entry and lines.is_furniture(words)
        names_table = tabled and mark is None and not line.heads and not furniture and _is_title(line, below)
        opens = titled or restarts or names_table or (signed and not furniture)
        above = found[-1][-1].folded if len(found[-1]) > 3 else "、"
        if index in near and len(words) <= 30 and above[-1] not in "、,:及" and (at := _signs(all_lines, index)):
            found.append([])
            signing = at
        if opens or (attached and is_attachment_mark(words)):
            found.append([])
            past_cover = past_cover or not restarts
            chapter, signed, tail, tabled = 0, False, False, False
        tabled = tabled or (barred and tables.head(line) is not None)
        if mark and mark.kind in ("part", "chapter"):
            chapter = mark.number if mark.kind == "chapter" else 0
        if tail and mark and mark.number == 1 and not listed:
            listed = any(clauses.find(above.folded, 0, len(above.folded)) for part in found for above in part)
            tail = listed  # behind 抄送 the list may still follow; where it stands above, nothing does
        tail = (
            tail
            or (_TAIL.match(words) is not None and not _helps(line, found[-1]))
            or ("印发" in words and _PRINTED.match(words) is not None)
        )
        signed = signed or (index in dated and (len(found[-1]) > 3 or line.no == signing))
        note = 1 if _NOTE.match(words) else note + 1 if note and mark and mark.number == note + 1 else 0
        if note and "报" in words:
            notes.append(line)
        if not tail and not furniture and not note and not _PUBLIC.match(words):
            found[-1].append(line)
    parts = [grow(Segment(part), borrow) for part in found if part]
    if parts:  # a remark on the list that asks for reports is heard, though it is no entry
        parts[-1].loose += [ln for ln in notes if schedule.read(ln.folded, ln.folded, [(0, len(ln.folded))], False)]
    return parts
