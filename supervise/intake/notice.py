"""The text of a notice → ``Notice``: what it says about itself, its sections, every task with its line and parties.

Text is read four times: ``printed`` and ``lines`` (lines, markers), ``structure`` and ``listing`` (which entries are
tasks), ``clauses`` and ``parties`` (who), ``cover``, ``schedule``, ``deadlines`` and ``targets`` (when and how much).
What ``readers`` made of a docx, xlsx, html or pdf is handed in here as it is.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from functools import cached_property

from supervise.intake import (
    across,
    addressed,
    breaks,
    clauses,
    deadlines,
    doubts,
    headings,
    lines,
    listing,
    mechanisms,
    minutes,
    narrative,
    parties,
    printed,
    schedule,
    structure,
    unlabelled,
)
from supervise.intake import cover as covers
from supervise.intake.folding import fold, unbroken
from supervise.intake.items import Item, Notice, Section
from supervise.intake.lines import Line
from supervise.intake.listing import Entry
from supervise.intake.narrative import Passage
from supervise.intake.nodes import Segment
from supervise.intake.printed import Printed
from supervise.intake.readers import plain
from supervise.intake.readers.limits import MAX_CHARS
from supervise.intake.readers.transcript import Transcript
from supervise.intake.schedule import Reporting
from supervise.intake.tasks import Tasks

__all__ = ["MAX_CHARS", "Item", "Notice", "Section", "read"]


def read(source: str | Transcript, file: str = "") -> Notice:
    """Read a notice.

    Args:
        source: the notice as text, or as a reader of files wrote it down: then every paragraph is one line, and the
            rows of tables are known.
        file: the file's name for messages.

    Raises:
        Invalid: I20 empty, I21 no text (binary, or not UTF-8), I22 longer than any notice.
    """
    given = Transcript(source, file=file) if isinstance(source, str) else source
    plain.readable(given.text, file or given.file)
    page = printed.read(given)
    text, folded, certain = page.text, page.folded, given.kind != "txt"
    parts = structure.segments(lines.labelled(page.lines, clauses.is_label), borrow=not certain)
    unlabelled.name(parts, folded)
    if not (prose := minutes.assign(parts, folded)):
        minutes.charge(parts, folded)
        minutes.mend(parts, folded)
    addressed.answer(parts, folded)
    chosen = listing.choose(parts)
    entries = listing.entries(chosen, folded)
    passages = () if entries else narrative.read(text, folded, parts)
    odd = breaks.odd(folded, page.lines, page.gone, page.mended, None if certain else printed.begins) | page.read_as
    found = _Reader(page, file or given.file, parts, chosen, entries, passages, odd, prose).notice()
    return replace(found, problems=(*given.notes, *found.problems)) if given.notes else found


class _Reader:
    """Puts the readings of one notice together."""

    def __init__(
        self,
        page: Printed,
        file: str,
        parts: list[Segment],
        chosen: list[Segment],
        entries: list[Entry],
        passages: tuple[Passage, ...],
        odd: dict[int, str],
        prose: bool,
    ) -> None:
        named = {head.line for entry in entries for head in entry.path if not head.number}  # 基础设施组 above its tasks
        self.odd = {line: words for line, words in odd.items() if line not in named or words != breaks.BROKEN}
        text, folded, wrapped = page.text, page.folded, page.wrapped
        self.headings = headings.Headings(text, folded, wrapped)
        self.text, self.folded, self.unusual, self.file = text, folded, page.unusual, file
        self.headers = tuple([(ln.no, ln.folded) for ln in page.between if not lines.is_page_number(ln.folded)])
        self.breaks = tuple([m.start() for m in re.finditer("\n", text)])
        self.entries, self.passages, self.parts, self.wrapped, self.prose = entries, passages, parts, wrapped, prose
        first = parts.index(chosen[0]) if chosen and entries else len(parts)
        self.before = [line for part in parts[:first] for line in part.lines]
        heading = chosen[0].heading if chosen and entries else []
        self.cover = self.before + heading if self.before or heading else [ln for p in parts for ln in p.lines][:12]
        self.heading = heading if self.before else []
        self.chosen = chosen if entries else parts
        found = [clause for part in parts for node in part.nodes if (clause := node.whole) is not None]
        self.labels = {f.role for clause in found for f in clause.fields}
        self.cover_text = "\n".join(line.folded for line in self.cover)
        self.style = parties.style(text, folded, found, self.cover_text, covers.addressed(self.cover))

    def notice(self) -> Notice:
        """The notice, its problems last."""
        title = covers.titles(self.text, self.cover)
        attached = covers.attachment(self.text, self.heading)
        signed = self._signed()
        issued, issued_line, damaged = covers.issued(signed)
        year, period = covers.plan(title, attached, self.cover_text, issued, self.folded)
        numbers = covers.numbers(self.text, self.cover)
        declared, chapters = covers.declared(self.cover_text)
        items = tuple(self._items(when := deadlines.When(year, issued)))
        notice = Notice(
            file=self.file,
            title=title,
            attachment_title="" if attached == title else attached,
            number=next(iter(numbers), ""),
            numbers=tuple(numbers),
            issuer=covers.issuer(self.text, self.folded, signed, title),
            issued=issued,
            plan_year=year,
            plan_period=period,
            script=covers.script(self.text, self.unusual),
            kind=self._kind(title),
            lead_convention=self._convention(),
            declared_task_count=declared,
            declared_chapter_count=chapters,
            due=limit.date if (limit := deadlines.default(self.cover_text, self.cover_text, when)) else None,
            restarts=any(["." in item.no for item in items]),
            reporting=self._reporting(),
            mechanisms=mechanisms.read(self.text, self.folded, self.duties),
            sections=tuple(self._sections(items)),
            items=items,
        )
        seen = doubts.Seen(
            issued_line,
            damaged,
            bool(self.labels),
            self._loose(items),
            self.headers,
            self.odd,
            tuple(numbers.values()),
            self.breaks,
            self.prose,
            self.unusual,
        )
        return doubts.noted(notice, seen)

    def _loose(self, items: tuple[Item, ...]) -> tuple[int, ...]:
        """Lines between the first task and the last whose sentences belong to no task and say no duty to report."""
        if not items or not self.entries or not self.labels:
            return across.unread(self.cover) if items else ()
        end = max(self.entries[-1].node.end, *(c.end for e in self.entries[-1:] if (c := e.node.whole)), 0)
        first, last = items[0].line, max(items[-1].line, bisect_left(self.breaks, end) + 1) + 2
        loose = [line for part in self.chosen for line in part.loose if first < line.no < last]
        loose = [ln for ln in loose if not structure.is_date_only(ln.folded)]
        loose = [ln for ln in loose if ln.no < items[-1].line or not covers.closes(ln.folded)]
        lost = [ln for ln in loose if not schedule.read(self.text, self.folded, [(ln.start, ln.end)], False)]
        return tuple(line.no for line in lost)

    def _signed(self) -> list[Line]:
        """Where signature and date stand: before the list, or, if none is there, behind it."""
        before = self.before or self.cover
        if any(structure.is_date_only(line.folded) for line in before[2:]):
            return before
        return [line for part in self.parts for line in part.lines] if self.entries else before

    def _kind(self, title: str) -> str:
        if self.labels and self.entries:
            return "decomposition"
        if self.passages or (fold(title).endswith(("报告", "情况")) and not self.entries):
            return "narrative-report"
        return "key-work-list" if self.entries else "none"

    def _convention(self) -> str:
        if "lead" in self.labels:
            return "marked"
        if "unit" in self.labels:
            return "first" if self.style.first else "joint"
        return "none"

    @cached_property
    def duties(self) -> list[tuple[int, int]]:
        """The cover, and what stands in the list without being a task (chapters of requirements)."""
        inside = {id(node) for entry in self.entries for node in entry.node.walk()}
        headings = {id(node) for entry in self.entries for node in entry.path}
        spans = [(line.start, line.end) for line in self.cover]
        spans += [(line.start, line.end) for part in self.chosen if self.entries for line in part.loose]
        spans += [span for part in self.chosen for span in schedule.demanded(part.lines)]
        for part in self.chosen if self.entries else ():
            spans += [(n.start, n.end) for n in part.nodes if id(n) not in inside and id(n) not in headings]
        return spans

    def _reporting(self) -> tuple[Reporting, ...]:
        """Who must report when; a sentence broken at the margin is read as one."""
        marked = bool(self.labels & {"lead", "co"}) and covers.speaks_of_leads(self.cover_text)
        if not self.wrapped:
            return schedule.read(self.text, self.folded, self.duties, marked)
        found = dict[Reporting, None]()
        for span in self.duties:
            whole, folded, start, end = unbroken(self.text, self.folded, *span)
            line = self.text.count("\n", 0, span[0])
            for duty in schedule.read(whole, folded, [(start, end)], marked):
                found[duty._replace(line=duty.line + (line if whole is not self.text else 0))] = None
        return tuple(found)

    def _items(self, when: deadlines.When) -> list[Item]:
        part_of = {id(node): i for i, part in enumerate(self.parts) for node in part.nodes} if self.entries else {}
        tasks = Tasks(
            self.text, self.folded, self.entries, self.style, self.headings, self.breaks, self.wrapped, when,
            bool(self.labels), part_of,
        )  # fmt: skip
        return [*map(tasks.task, self.entries), *map(tasks.passage, self.passages)]

    def _sections(self, items: tuple[Item, ...]) -> list[Section]:
        counts = headings.counted(items)
        if self.passages:
            return narrative.sections(self.passages, counts, Section)
        return self.headings.sections(self.entries, counts)
