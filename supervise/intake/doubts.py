"""What a clerk must look at in a notice as read: missing units, open lists, damaged print, counts that do not hold.

A habit of the whole notice is said once, with the numbers of the tasks; what is certain is not said at all.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple

from supervise.errors import Problem
from supervise.intake import deadlines, suspects, twins
from supervise.intake.folding import Unusual
from supervise.intake.items import Item, Notice, Section
from supervise.intake.parties import Party

# An organ that is said to lead, though nothing of the notice was read as a unit: 【县水利局】牵头,….
_LED = re.compile(r"[局委办部厅会院室府镇乡科处股](?:[)）】”]牵头|牵头[,，;；])")
_VAGUE = re.compile(r"^(?:相关|有关|其他|各有关|各相关)|(?:有关|相关)[\u4e00-\u9fff]{0,4}(?:部门|单位|企业|机构)")


Named = list[tuple[Party, Item]]


class Doubt(NamedTuple):
    """One thing that a clerk must look at.

    Args:
        code: problem code.
        text: what is odd and how it was read.
        line: 1-based line; ``None`` if it has none.
        task: number of the task.
        help: what the clerk can do.
    """

    code: str
    text: str
    line: int | None = None
    task: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen beside the tasks.

    Args:
        issued_line: line of the date of issue.
        damaged: whether that date was worked out from damaged print.
        units_printed: whether the notice prints units at all.
        loose: lines among the tasks that belong to none of them.
        headers: lines of the page that stood inside a sentence.
        odd: lines that are broken off or whose brackets do not match, and what is said of them.
        numbers: line of every document number.
        breaks: offsets of the line breaks.
        prose: whether tasks are told in prose, where not every paragraph is one.
        unusual: the unusual characters of the notice.
    """

    issued_line: int | None = None
    damaged: bool = False
    units_printed: bool = False
    loose: tuple[int, ...] = ()
    headers: tuple[tuple[int, str], ...] = ()
    odd: Mapping[int, str] = field(default_factory=dict)
    numbers: tuple[int, ...] = ()
    breaks: tuple[int, ...] = ()
    prose: bool = False
    unusual: Unusual = None

    def line(self, offset: int) -> int:
        """The 1-based line an offset stands on."""
        return bisect_left(self.breaks, offset) + 1


def noted(notice: Notice, seen: Seen) -> Notice:
    """The notice with its problems, in the order of lines.

    Args:
        notice: as read.
        seen: what was seen beside the tasks.
    """
    found = [Doubt("I10", "这一行没有归入任何任务,请核对", line=line) for line in seen.loose]
    found += [Doubt("I10", f"“{words}”像是页眉,不读入任务,请核对", line=line) for line, words in seen.headers]
    found += [*_document(notice, seen), *_counts(notice), *_numbers(notice, seen.prose), *_limits(notice)]
    named = [(party, item) for item in notice.items for party in item.parties.members]
    found += [*_items(notice.items, seen), *_guessed(named, seen)]
    found += [*_open_lists(notice, seen), *_vague(named, seen), *_tasks_alike(notice, seen)]
    if seen.units_printed:
        none = [(party, item, words) for item, party, words in suspects.names(notice.items)]
        found += [*_no_names(none, seen), *_names_alike(named, {party.name for party, _, _ in none}, seen)]
    told = {p.line for p in found if p.code == "I10"}
    left = [(line, words) for line, words in seen.odd.items() if line not in told]
    of = {item.unit_line_no or item.line: item.no for item in notice.items if left}
    of |= {item.line: item.no for item in notice.items if left}
    found += [Doubt("I10", f"{words},请核对", line=line, task=of.get(line, "")) for line, words in left]
    found.sort(key=lambda doubt: (doubt.line or 0, doubt.code))
    problems = [Problem(d.code, d.text, notice.file, d.line, None, "", d.task, d.help) for d in found]
    return replace(notice, problems=tuple(problems))


def _document(notice: Notice, seen: Seen) -> Iterator[Doubt]:
    if not notice.items:
        yield Doubt("I11", "没有找到任务", line=1, help="请确认这是任务分解通知;任务应有编号或责任单位")
    if len(notice.numbers) > 1:
        text = f"文中有 {len(notice.numbers)} 个文号:{'、'.join(notice.numbers)};暂记为 {notice.number},请核对"
        yield Doubt("I08", text, line=seen.numbers[1] if len(seen.numbers) > 1 else 1)
    if seen.issued_line and seen.damaged:
        text = f"成文日期缺字,读作 {notice.issued},请核对" if notice.issued else "成文日期缺字,读不出来,请补上"
        yield Doubt("I07", text, line=seen.issued_line)
    for duty in notice.reporting:
        for printed, sure in duty.damaged:
            if sure:
                month, day = deadlines.splits(printed.rstrip("日"))[0]
                text = f"“{printed}”缺“月”字,读作 {month:02d}-{day:02d},请核对"
            else:
                text = f"“{printed}”缺字,读不出日期,请补上"
            yield Doubt("I07", text, line=duty.line)


def _limits(notice: Notice) -> Iterator[Doubt]:
    """Limits whose day cannot be told, those for want of a year said once."""
    limits = [(item, item.deadline) for item in notice.items]
    without = [(item, limit.text.strip()) for item, limit in limits if limit and limit.kind == "unknown"]
    if notice.plan_year is not None:
        for item, words in without:
            text = f"时限“{words}”读不出是哪一天,请写明日期"
            yield Doubt("I32", text, line=item.unit_line_no or item.line, task=item.no)
    elif without:
        (first, words), several = without[0], [item for item, _ in without]
        text = f"全文没有年份,{_which(several)}的期限(如“{words}”)读不出日期,请补上年份"
        yield Doubt("I32", text, line=first.line, task=first.no if len(without) == 1 else "")


def _which(items: list[Item]) -> str:
    """第 3、26、36 项 in short."""
    shown = "、".join(item.no or f"第{item.line}行" for item in items[:12])
    return f"第 {shown} 项" if len(items) <= 12 else f"第 {shown} 等 {len(items)} 项"


def _counts(notice: Notice) -> Iterator[Doubt]:
    found, said = len(notice.items), notice.declared_task_count
    if said is not None and found and said != found:
        yield Doubt("I06", f"通知说共 {said} 项,读到 {found} 项,请核对", line=notice.items[0].line)
    chapters = notice.declared_chapter_count
    if chapters is not None and notice.sections and chapters != len(notice.sections):
        yield Doubt(
            "I06", f"通知说有 {chapters} 个方面,读到 {len(notice.sections)} 个,请核对", line=notice.sections[0].line
        )
    for section in _walk(notice.sections):
        if section.declared_count is not None and section.declared_count != section.task_count:
            text = f"“{section.title}”标明 {section.declared_count} 项,读到 {section.task_count} 项,请核对"
            yield Doubt("I06", text, line=section.line)
        if section.damage:
            yield Doubt("I10", f"标题“{section.title}”{section.damage},请核对", line=section.line)


def _walk(sections: tuple[Section, ...]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from _walk(section.children)


def _numbers(notice: Notice, prose: bool) -> Iterator[Doubt]:
    """Doubled, lost and skipped numbers; an excerpt of a longer list (第12号, 第27号) skips none."""
    rows = [(item.part, item.no.rpartition(".")[0]) for item in notice.items]
    neighbours = zip(pairwise(notice.items), pairwise(rows), strict=True)
    pairs = [(a, b) for (a, b), (row, own) in neighbours if row == own and a.no and b.no]  # numbered in one row
    gaps = [(a, b) for a, b in pairs if a.number and b.number > a.number + 1]
    excerpt = bool(notice.items) and notice.items[0].number != 1 and 3 * len(gaps) > len(pairs)
    excerpt = excerpt or (len(gaps) > 2 and 2 * len(gaps) > len(pairs))
    yield from _doubled(notice.items)
    if (
        notice.items
        and not prose
        and notice.items[0].number == 2
        and not any(item.number == 1 for item in notice.items)
    ):
        first = notice.items[0]
        yield Doubt("I05", f"编号从 {first.no} 开始,缺 1,请核对", line=first.line, task=first.no)
    for a, b in () if excerpt or prose else gaps:
        gap = f"{a.number + 1}" if b.number == a.number + 2 else f"{a.number + 1}–{b.number - 1}"
        yield Doubt("I05", f"编号从 {a.no} 跳到 {b.no},缺 {gap},请核对", line=b.line, task=b.no)


def _doubled(items: tuple[Item, ...]) -> Iterator[Doubt]:
    """Tasks without a number, or with one that a task before them bears."""
    numbers = [(item.part, item.no) for item in items]
    sound = len(set(numbers)) == len(numbers) and all([no for _, no in numbers])
    seen: Counter[tuple[int, str]] = Counter()
    for item in () if sound else items:
        if not item.no:
            yield Doubt("I05", "这一项没有编号,请补上", line=item.line)
            continue
        seen[item.part, item.no] += 1
        if seen[item.part, item.no] == 2:
            yield Doubt("I05", f"编号 {item.no} 重复,请核对", line=item.line, task=item.no)


def _items(items: tuple[Item, ...], seen: Seen) -> Iterator[Doubt]:
    for item in items:
        named = item.parties
        first = named.members[0].role if named.members else ""
        asked = seen.units_printed or _LED.search(item.text) is not None
        if asked and first != "lead" and "lead" not in [party.role for party in named.members]:
            yield Doubt("I01", "没有写牵头单位,请指定", line=item.line, task=item.no)
        if named.unlabelled:
            text = f"“{named.unlabelled}”前没有写单位类别,已按协办读入"
            yield Doubt("I04", text, line=item.unit_line_no or item.line, task=item.no)
        if named.odd_comma:
            text = "单位之间多用顿号,这里用了逗号,仍按并列单位读"
            yield Doubt("I10", text, line=seen.line(named.odd_comma), task=item.no)
        if item.inherited:
            yield Doubt("I12", "本项没有写单位,沿用上级标题或上一行的单位,请核对", line=item.line, task=item.no)
        for remark in item.damage:
            yield Doubt(remark.code, f"{remark.text},请核对", line=remark.line, task=item.no)


def _guessed(named: Named, seen: Seen) -> list[Doubt]:
    return [
        Doubt("I30", f"“{p.printed}”没有写全,读作“{p.name}”,请核对", line=seen.line(p.start), task=item.no)
        for p, item in named
        if p.guessed
    ]


def _said(
    code: str, found: list[tuple[Item, int]], text: Callable[[str], str], seen: Seen, habit: int = 1
) -> Iterator[Doubt]:
    """A problem for each task, or, where more than ``habit`` tasks have it, one for all of them at the first."""
    if len(found) > habit:
        item, at = found[0]
        yield Doubt(code, text(_which([item for item, _ in found])), line=seen.line(at))
        return
    for item, at in found:
        yield Doubt(code, text(""), line=seen.line(at), task=item.no)


def _open_lists(notice: Notice, seen: Seen) -> Iterator[Doubt]:
    """Lists that end with 等; where half of all do, it is how this office writes."""
    found = [(item, item.parties.open_at - 1) for item in notice.items if item.parties.open]
    habit = max(3, len([item for item in notice.items if item.parties.members]) // 2)
    yield from _said(
        "I02", found, lambda which: f"{which}单位名单以“等”结尾,没有列全,请补全或确认", seen, habit
    )  # fmt: skip


def _vague(named: Named, seen: Seen) -> Iterator[Doubt]:
    """Collective names that do not say who belongs to them, each said once."""
    found: dict[str, list[tuple[Item, int]]] = {}
    for party, item in named:
        if party.group and not item.inherited and _VAGUE.search(party.name):
            found.setdefault(party.name, []).append((item, party.start))
    for name, places in found.items():
        same = len({at for _, at in places}) == 1  # one line for several tasks
        yield from _said(
            "I03", places[:1] if same else places,
            lambda which, name=name: f"{which}“{name}”未指明是哪些,请改成具体单位", seen,  # type: ignore[misc]
        )  # fmt: skip


def _tasks_alike(notice: Notice, seen: Seen) -> Iterator[Doubt]:
    for early, late, words in twins.tasks(notice.items, seen.unusual):
        text = f"与第 {early.no} 项内容相近(都有“{words[:16]}”),请看是否重复"
        yield Doubt("I31", text, line=late.line, task=late.no)


def _names_alike(named: Named, none: set[str], seen: Seen) -> Iterator[Doubt]:
    """Names that may be one organ's; one that is none as it stands (``none``) is told to be so, and not compared."""
    sound = [pair for pair in named if pair[0].name not in none] if none else named
    for short, long, at, item in twins.names(sound):
        text = f"“{short}”与“{long}”可能是同一单位,请核对"
        yield Doubt("I13", text, line=seen.line(at), task=item.no)


def _no_names(none: Iterable[tuple[Party, Item, str]], seen: Seen) -> Iterator[Doubt]:
    for party, item, words in none:
        text = f"“{party.printed.strip()}”{words},请核对"
        yield Doubt("I10", text, line=seen.line(party.start), task=item.no)
