"""The text of a notice → ``Notice``: what it says about itself, its sections, every task with its line and parties.

Text is read four times: ``lines`` (markers), ``structure`` and ``listing`` (which entries are tasks), ``clauses`` and
``parties`` (who), ``cover``, ``schedule``, ``deadlines`` and ``targets`` (when and how much). What
``readers`` made of a docx, xlsx, html or pdf is handed in here as it is.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import replace
from functools import cached_property

from supervise.intake import (
    across,
    addressed,
    breaks,
    cards,
    clauses,
    deadlines,
    doubts,
    drawn,
    lines,
    listing,
    mechanisms,
    minutes,
    misprints,
    narrative,
    pages,
    parties,
    schedule,
    stacked,
    structure,
    targets,
    unlabelled,
)
from supervise.intake import cover as covers
from supervise.intake.fields import Clause
from supervise.intake.folding import blanked, bracketed, fold, is_spaced, opened, squeezed, unbroken
from supervise.intake.items import Item, Notice, Remark, Section
from supervise.intake.lines import RANK, Line
from supervise.intake.listing import Entry
from supervise.intake.narrative import Passage
from supervise.intake.nodes import Node, Segment
from supervise.intake.readers import plain
from supervise.intake.readers.limits import MAX_CHARS
from supervise.intake.readers.transcript import BREAK, Transcript
from supervise.intake.schedule import Reporting

_MARGIN = re.compile(r"\n\s+")

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
    text, file = given.text, file or given.file
    plain.readable(text, file)
    text = text.replace("\ufeff", " ", 1) if text.startswith("\ufeff") else text
    text = drawn.flattened(text)
    folded = cards.parted_by_blanks(opened(fold(text)), clauses.begins)
    split, gone, between = list(lines.split(folded, given.cells)), list[Line](), list[Line]()
    unwrapped, mended = split, list[int]()
    if given.kind == "txt":  # other files know what is a table, a line and a running head
        printed, gone = pages.running(split)
        split = stacked.stack(printed)
        unwrapped, between, mended = pages.unwrap(split, gone, _begins)
    else:
        unwrapped = pages.bracketed(split)
    wrapped = len(unwrapped) < len(split)
    unwrapped, counted = cards.unnumbered(unwrapped, clauses.begins)
    unwrapped = cards.stacked(cards.unpacked(unwrapped), clauses.begins)
    unwrapped, labels = cards.contents(cards.classes(unwrapped), clauses.begins)
    unwrapped = cards.fronts(cards.blocks(unwrapped, clauses.begins), clauses.is_fronted)
    away = sorted((page.start, page.end) for page in {*between, *gone})
    labels = sorted([*bracketed(text, folded, labels), *counted])
    text, folded = (blanked(blanked(words, labels), away, "\r") for words in (text, folded))  # no part of any task
    parts = structure.segments(lines.labelled(unwrapped, clauses.is_label), borrow=given.kind == "txt")
    unlabelled.name(parts, folded)
    prose = minutes.assign(parts, folded)
    if not prose:
        minutes.charge(parts, folded)
        minutes.mend(parts, folded)
    addressed.answer(parts, folded)
    chosen = listing.choose(parts)
    entries = listing.entries(chosen, folded)
    passages = () if entries else narrative.read(text, folded, parts)
    odd = breaks.odd(folded, unwrapped, gone, mended, _begins if given.kind == "txt" else None)
    headers = [page for page in between if not lines.is_page_number(page.folded)]
    found = _Reader(text, folded, file, parts, chosen, entries, passages, wrapped, headers, odd, prose).notice()
    return replace(found, problems=(*given.notes, *found.problems)) if given.notes else found


def _begins(line: str) -> bool:
    """Whether a folded line begins something of its own, and is no rest of the one above."""
    return clauses.begins(line) or cards.is_labelled(line) or bool(lines.bullet(line)[0])


class _Reader:
    """Puts the readings of one notice together."""

    def __init__(
        self,
        text: str,
        folded: str,
        file: str,
        parts: list[Segment],
        chosen: list[Segment],
        entries: list[Entry],
        passages: tuple[Passage, ...],
        wrapped: bool,
        headers: list[Line],
        odd: dict[int, str],
        prose: bool,
    ) -> None:
        named = {head.line for entry in entries for head in entry.path if not head.number}  # 基础设施组 above its tasks
        self.odd = {line: words for line, words in odd.items() if line not in named or words != breaks.BROKEN}
        self.titles: dict[int, tuple[str, int | None, bool]] = {}
        self.places: dict[int, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self.limits: dict[int, deadlines.Deadline | None] = {}
        self.text, self.folded, self.file = text, folded, file
        self.headers = tuple((line.no, line.folded) for line in headers)
        self.breaks = tuple([m.start() for m in re.finditer("\n", text)])
        self.entries, self.passages, self.parts, self.wrapped, self.prose = entries, passages, parts, wrapped, prose
        self.spaced = wrapped or is_spaced(folded)  # lines put together may be so where the whole text is not
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
        self.part_of = {id(node): i for i, part in enumerate(parts) for node in part.nodes}
        open_ = [misprints.ends_open(folded, e.node.start, e.node.end, e.node.clause) for e in entries]
        apart = [entry.node.apart for entry in entries if entry.node.clause]
        self.rarely_apart = 33 * apart.count(True) < len(apart)
        self.stops = 3 * open_.count(False) > 2 * (len(open_) - open_.count(None))

    def notice(self) -> Notice:
        """The notice, its problems last."""
        title = covers.titles(self.text, self.cover)
        attached = covers.attachment(self.text, self.heading)
        signed = self._signed()
        issued, issued_line, damaged = covers.issued(signed)
        year, period = covers.plan(title, attached, self.cover_text, issued, self.folded)
        numbers = covers.numbers(self.cover)
        declared, chapters = covers.declared(self.cover_text)
        items = tuple(self._items(year))
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
            script=covers.script(self.text),
            kind=self._kind(title),
            lead_convention=self._convention(),
            declared_task_count=declared,
            declared_chapter_count=chapters,
            due=limit.date if (limit := deadlines.default(self.cover_text, self.cover_text, year)) else None,
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
        )
        return doubts.noted(notice, seen)

    def _loose(self, items: tuple[Item, ...]) -> tuple[int, ...]:
        """Lines between the first task and the last whose sentences belong to no task and say no duty to report."""
        if not items or not self.entries or not self.labels:
            return across.unread(self.cover) if items else ()
        end = max(self.entries[-1].node.end, *(c.end for e in self.entries[-1:] if (c := e.node.whole)), 0)
        first, last = items[0].line, max(items[-1].line, self._line(end)) + 2
        loose = [line for part in self.chosen for line in part.loose if first < line.no < last]
        loose = [ln for ln in loose if not structure.is_date_only(ln.folded)]
        loose = [ln for ln in loose if ln.no < items[-1].line or not covers.closes(ln.folded)]
        lost = [ln for ln in loose if not schedule.read(self.text, self.folded, [(ln.start, ln.end)], False)]
        return tuple(line.no for line in lost)

    def _signed(self) -> list[Line]:
        """Where signature and date stand: before the list, or, if none is there, behind it."""
        before = self.before or self.cover
        if any(structure.is_date_only(line.folded) for line in before[3:]):
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
                found[replace(duty, line=duty.line + (line if whole is not self.text else 0))] = None
        return tuple(found)

    def _items(self, year: int | None) -> list[Item]:
        items = [self._item(entry, year) for entry in self.entries]
        for passage in self.passages:
            place = misprints.Place(passage.start, passage.end, None)
            odd = misprints.read(self.text, self.folded, place)
            goals = targets.read(self.text, self.folded, passage.start, passage.end)
            deadline = deadlines.read(self.text, self.folded, passage.start, passage.end, year)
            items.append(
                Item(
                    no=passage.no, number=passage.number, section=passage.section, path=passage.path, line=passage.line,
                    text=self.text[passage.start : passage.end], title=passage.title, deadline=deadline, targets=goals,
                    damage=tuple(Remark(code, words, passage.line) for code, words, _ in odd),
                )
            )  # fmt: skip
        return items

    def _item(self, entry: Entry, year: int | None) -> Item:
        node, clause = entry.node, entry.clause
        section, path = self._place(entry.path)
        spans = self._spans(node)
        start, end = spans[0]
        named = parties.read(self.text, self.folded, clause, self.style)
        whole = [unbroken(self.text, self.folded, *s) if self.wrapped else (self.text, self.folded, *s) for s in spans]
        words = "\n".join(filter(None, [text[a:b].strip() for text, _, a, b in whole]))
        whole = [squeezed(*span) for span in whole] if self.spaced else whole
        deadline = deadlines.last([found for span in whole if (found := deadlines.read(*span, year))])
        if deadline is None and not named.due:
            deadline = self._heading_limit(entry.path, year)
        if named.due:
            deadline = deadlines.read(self.text, self.folded, *named.due, year, field=True) or deadline
        text = (_MARGIN.sub("\n", words) if "\n" in words else words).replace(BREAK, "\n")
        own = clause is not None and not entry.inherited
        return Item(
            no=entry.no,
            number=max(node.number, 0),
            section=section,
            path=path,
            text=text,
            title=self._lead_in(text) if not self.labels else "",
            line=node.line,
            parties=named,
            unit_line=self.text[clause.start : clause.end].strip() if clause and own else "",
            unit_line_no=self._line(clause.start) if clause and own else 0,
            deadline=deadline,
            targets=self._goals(node, whole),
            inherited=entry.inherited,
            damage=self._damage(node, clause if own else None, start, end),
            part=self.part_of[id(node)],
        )

    def _place(self, heads: tuple[Node, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The labels of the sections an entry stands in, and the titles of all headings above it."""
        key = id(heads[-1]) if heads else 0
        if key not in self.places:
            section = tuple(self._id(h) for h in heads if RANK[h.kind] < RANK["item"] and (h.number or h is heads[0]))
            self.places[key] = section, tuple(self._title(head)[0] for head in heads)
        return self.places[key]

    def _spans(self, node: Node) -> tuple[tuple[int, int], ...]:
        """Where the words of a task stand: in one stretch, or parted by its clause (measures listed below it)."""
        if not node.children:
            return ((node.start, node.end), *node.goals)
        end, clause, below = max([n.end for n in node.walk()]), node.clause, node.children[0].start
        if clause is None or not node.end <= clause.start < clause.end <= below:
            return ((node.start, end), *node.goals)
        return ((node.start, node.end), *node.goals, (self.text.rfind("\n", 0, below) + 1, end))

    def _heading_limit(self, heads: tuple[Node, ...], year: int | None) -> deadlines.Deadline | None:
        """The limit in brackets behind a heading (2024年3月底前完成), for the tasks below it that print none."""
        if not heads:
            return None
        key = id(heads[-1])
        if key not in self.limits:
            self.limits[key] = self._limit_of(heads[-1], year) or self._heading_limit(heads[:-1], year)
        return self.limits[key]

    def _limit_of(self, head: Node, year: int | None) -> deadlines.Deadline | None:
        end = head.start + len(self.folded[head.start : head.body or head.end].partition("\n")[0])
        opening = self.folded.rfind("(", head.start, end)
        bracketed = opening >= 0 and "前" in self.folded[opening:end]
        if bracketed or cards.says_until(self.folded[head.start : end]):
            return deadlines.read(self.text, self.folded, opening + 1 if bracketed else head.start, end, year)
        return None

    def _damage(self, node: Node, clause: Clause | None, start: int, end: int) -> tuple[Remark, ...]:
        spaced = node.card or bool(node.goals) or not node.printed or node.figure is not None
        place = misprints.Place(start, end, clause, node.restored, self.stops, spaced, node.apart and self.rarely_apart)
        found = [Remark(c, words, self._line(at)) for c, words, at in misprints.read(self.text, self.folded, place)]
        return (*found, *([Remark("I10", node.doubt, node.line)] if node.doubt else []))

    def _line(self, offset: int) -> int:
        return bisect_left(self.breaks, offset) + 1

    def _goals(self, node: Node, whole: list[tuple[str, str, int, int]]) -> tuple[targets.Target, ...]:
        found = [goal for span in whole for goal in targets.read(*span)]
        if node.figure:
            found += targets.figure(self.text, self.folded, (node.start, node.end), *node.figure)
        return tuple(found)

    def _words(self, start: int, end: int) -> str:
        """The printed words of a span, put together where the page broke them at its margin."""
        if not self.wrapped:
            return self.text[start:end]
        whole, _, a, b = unbroken(self.text, self.folded, start, end)
        return whole[a:b]

    def _lead_in(self, text: str) -> str:
        """The short sentence a task opens with, when more follows."""
        head, stop, rest = text.partition("。")
        return head if stop and rest.strip() and len(head) <= 40 else ""

    def _title(self, node: Node) -> tuple[str, int | None, bool]:
        """A heading's title, declared count, and whether the count's bracket is damaged."""
        if id(node) not in self.titles:
            words = self._words(node.start, max(node.start, node.body or node.end)).strip().partition("\n")[0]
            length, count, damaged = covers.heading(fold(words))
            self.titles[id(node)] = (words[:length].strip(), count, damaged)
        return self.titles[id(node)]

    def _sections(self, items: tuple[Item, ...]) -> list[Section]:
        counts = Counter(item.section[:depth] for item in items for depth in range(1, len(item.section) + 1))
        if self.passages:
            return narrative.sections(self.passages, counts, Section)
        outer = [entry.path[0] for entry in self.entries if entry.path]
        roots = {id(node): node for node in outer if RANK[node.kind] < RANK["item"]}
        heads = {id(node) for entry in self.entries for node in entry.path}
        return [self._section(root, (), heads, counts) for root in roots.values()]

    def _section(
        self, node: Node, above: tuple[str, ...], heads: set[int], counts: Counter[tuple[str, ...]]
    ) -> Section:
        title, declared, damaged = self._title(node)
        here = (*above, self._id(node))
        inner = tuple(
            self._section(child, here, heads, counts)
            for child in node.children
            if id(child) in heads and RANK[child.kind] < RANK["item"] and child.number
        )
        damage = "编号缺失,按前后编号补出" if node.restored else "项数的括号不全" if damaged else ""
        return Section(self._id(node), title, node.line, declared, counts[here], inner, damage)

    def _id(self, node: Node) -> str:
        """A heading's label; a class of a table, which has none, is known by its title."""
        return listing.label(node) or (self._title(node)[0] if node.number == 0 else "")
