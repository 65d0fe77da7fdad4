"""What a clerk must look at in a notice as read: missing units, open lists, damaged print, counts that do not hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from supervise.errors import Problem
from supervise.intake import deadlines, targets
from supervise.intake.clauses import Clause
from supervise.intake.items import Item, Notice, Section

_MASKED_COUNT = re.compile(r"[xX×]{2,8}(?=[个所条幅家座户处亩公里米])")
_VAGUE = re.compile(r"^(?:相关|有关|其他|各有关|各相关)|有关(?:部门|单位)|相关(?:部门|单位)")


def print_damage(
    text: str, folded: str, start: int, end: int, clause: Clause | None, restored: bool
) -> tuple[str, ...]:
    """Remarks about the print of one task.

    Args:
        text: the whole notice.
        folded: its folded copy.
        start: first offset of the task's text.
        end: offset behind it.
        clause: its own unit clause.
        restored: whether its number was lost.
    """
    found = ["编号缺失,按前后编号补出"] if restored else []
    if clause is not None and not clause.closed:
        found.append("单位括号没有右半边,读到行末为止")
    bracketed = clause is not None and folded[clause.start : clause.start + 1] == "("
    if bracketed and end > start and folded[end - 1] not in "。;!?”’)…":
        found.append("单位括号前缺句号")
    if clause is not None and re.search(r"[;,] *\)+$", folded[clause.start : clause.end]):
        found.append("单位括号里有空字段")
    if broken := targets.DAMAGED.search(folded, start, end):
        found.append(f"“{text[broken.start() : broken.end() + 2]}”的数字可能缺字")
    if masked := _MASKED_COUNT.search(folded, start, end):
        found.append(f"数量被隐去(“{text[masked.start() : masked.end() + 1]}”),不读作目标")
    return tuple(found)


def noted(
    notice: Notice, issued_line: int | None, damaged: bool, units_printed: bool, loose: Iterable[int] = ()
) -> Notice:
    """The notice with its problems, in the order of lines.

    Args:
        notice: as read.
        issued_line: line of its date.
        damaged: whether that date was worked out from damaged print.
        units_printed: whether it prints units at all.
        loose: lines among the tasks that belong to none of them.
    """
    found = [Problem("I10", "这一行没有归入任何任务,请核对", line=line) for line in loose]
    found += [*_document(notice, issued_line, damaged), *_counts(notice), *_numbers(notice)]
    for item in notice.items:
        found += _item(item, units_printed)
    if units_printed:
        found += _alike(notice)
    found.sort(key=lambda p: (p.line or 0, p.code))
    return replace(notice, problems=tuple(p.at(notice.file) for p in found))


def _document(notice: Notice, issued_line: int | None, damaged: bool) -> Iterator[Problem]:
    if not notice.items:
        yield Problem("I11", "没有找到任务", line=1, help="请确认这是任务分解通知;任务应有编号或责任单位")
    if len(notice.numbers) > 1:
        yield Problem(
            "I08",
            f"文中有 {len(notice.numbers)} 个文号:{'、'.join(notice.numbers)};暂记为 {notice.number},请核对",
            line=1,
        )
    if issued_line and damaged:
        text = f"成文日期缺字,读作 {notice.issued},请核对" if notice.issued else "成文日期缺字,读不出来,请补上"
        yield Problem("I07", text, line=issued_line)
    for duty in notice.reporting:
        for printed, sure in duty.damaged:
            if sure:
                month, day = deadlines.splits(printed.rstrip("日"))[0]
                text = f"“{printed}”缺“月”字,读作 {month:02d}-{day:02d},请核对"
            else:
                text = f"“{printed}”缺字,读不出日期,请补上"
            yield Problem("I07", text, line=duty.line)


def _counts(notice: Notice) -> Iterator[Problem]:
    found, said = len(notice.items), notice.declared_task_count
    if said is not None and found and said != found:
        yield Problem("I06", f"通知说共 {said} 项,读到 {found} 项,请核对", line=notice.items[0].line)
    chapters = notice.declared_chapter_count
    if chapters is not None and notice.sections and chapters != len(notice.sections):
        yield Problem(
            "I06", f"通知说有 {chapters} 个方面,读到 {len(notice.sections)} 个,请核对", line=notice.sections[0].line
        )
    for section in _walk(notice.sections):
        if section.declared_count is not None and section.declared_count != section.task_count:
            text = f"“{section.title}”标明 {section.declared_count} 项,读到 {section.task_count} 项,请核对"
            yield Problem("I06", text, line=section.line)
        if section.damage:
            yield Problem("I10", f"标题“{section.title}”{section.damage},请核对", line=section.line)


def _walk(sections: tuple[Section, ...]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from _walk(section.children)


def _numbers(notice: Notice) -> Iterator[Problem]:
    seen: Counter[str] = Counter()
    before: Item | None = None
    for item in notice.items:
        if not item.no:
            yield Problem("I05", "这一项没有编号,请补上", line=item.line)
            continue
        seen[item.no] += 1
        if seen[item.no] == 2:
            yield Problem("I05", f"编号 {item.no} 重复,请核对", line=item.line, task=item.no)
        same = before is not None and item.no.rpartition(".")[0] == before.no.rpartition(".")[0]
        if before is not None and same and item.number > before.number + 1 and before.number:
            gap = (
                f"{before.number + 1}" if item.number == before.number + 2 else f"{before.number + 1}–{item.number - 1}"
            )
            yield Problem("I05", f"编号从 {before.no} 跳到 {item.no},缺 {gap},请核对", line=item.line, task=item.no)
        before = item


def _item(item: Item, units_printed: bool) -> Iterator[Problem]:
    here = item.unit_line_no or item.line
    named = item.parties
    if units_printed and not any(p.role == "lead" for p in named.members):
        yield Problem("I01", "没有写牵头单位,请指定", line=item.line, task=item.no)
    vague = [p.printed for p in named.members if p.group and _VAGUE.search(p.name)]
    if vague:
        yield Problem("I03", f"“{'、'.join(vague)}”未指明是哪些,请改成具体单位", line=here, task=item.no)
    if named.open:
        yield Problem("I02", "单位名单以“等”结尾,没有列全,请补全或确认", line=here, task=item.no)
    if named.unlabelled:
        yield Problem("I04", f"“{named.unlabelled}”前没有写单位类别,已按协办读入", line=here, task=item.no)
    if item.inherited:
        yield Problem("I12", "本项没有写单位,沿用上级标题的单位,请核对", line=item.line, task=item.no)
    for remark in item.damage:
        code = "I09" if "隐去" in remark else "I10"
        if "句号" not in remark:
            yield Problem(code, f"{remark},请核对", line=here if "括号" in remark else item.line, task=item.no)


def _alike(notice: Notice) -> Iterator[Problem]:
    """Two names of which one is the other with characters left out may be one organ: 区农业局, 区农业农村局."""
    used: dict[str, list[Item]] = {}
    for item in notice.items:
        for party in item.parties.members:
            if not party.group:
                used.setdefault(party.name, []).append(item)
    names = list(used)[:600]
    for short in names:
        for long in names:
            if _abbreviates(short, long) and len(used[short]) <= len(used[long]):
                item = used[short][0]
                text = f"“{short}”与“{long}”可能是同一单位,请核对"
                yield Problem("I13", text, line=item.unit_line_no or item.line, task=item.no)


def _abbreviates(short: str, long: str) -> bool:
    if not 4 <= len(short) < len(long) or short[0] != long[0] or short[-1] != long[-1] or "(" in long:
        return False
    rest = iter(long)
    return all(char in rest for char in short) and len(long) - len(short) <= 5
