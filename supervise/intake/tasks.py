"""One entry of the list → ``Item``: its words, whom it names, until when, how much, and what is odd about its print."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from supervise.intake import deadlines, misprints, parties, targets
from supervise.intake.fields import Clause
from supervise.intake.folding import is_spaced, squeezed, unbroken
from supervise.intake.headings import Headings
from supervise.intake.items import Item, Remark
from supervise.intake.listing import Entry
from supervise.intake.narrative import Passage
from supervise.intake.nodes import Node
from supervise.intake.readers.transcript import BREAK

_MARGIN = re.compile(r"\n\s+")


class Tasks:
    """Reads the tasks of one notice.

    Args:
        text: the whole notice.
        folded: its folded copy.
        entries: its tasks.
        style: how it prints its clauses.
        wrapped: whether lines were put together that the page broke at its margin.
        when: the year of the plan and the day of issue.
        labelled: whether it prints parties at all.
        part_of: id of a node → the list it stands in.
    """

    def __init__(
        self, text: str, folded: str, entries: Sequence[Entry], style: parties.Style, headings: Headings,
        breaks: Sequence[int], wrapped: bool, when: deadlines.When, labelled: bool, part_of: dict[int, int],
    ) -> None:  # fmt: skip
        self.text, self.folded, self.style, self.headings, self.breaks = text, folded, style, headings, breaks
        self.wrapped, self.when, self.labelled, self.part_of = wrapped, when, labelled, part_of
        # lines put together may be set apart by blanks where the whole text is not
        self.plain = not wrapped and not is_spaced(folded)
        self.signs = misprints.signs(folded)
        open_ = [misprints.ends_open(folded, e.node.start, e.node.end, e.node.clause) for e in entries]
        apart = [entry.node.apart for entry in entries if entry.node.clause]
        self.rarely_apart = 33 * apart.count(True) < len(apart)
        self.stops = 3 * open_.count(False) > 2 * (len(open_) - open_.count(None))

    def task(self, entry: Entry) -> Item:
        """A task of the list."""
        node, clause = entry.node, entry.clause
        section, path = self.headings.place(entry.path)
        spans = self._spans(node)
        named = parties.read(self.text, self.folded, clause, self.style)
        words, whole = self._words(spans)
        text = (_MARGIN.sub("\n", words) if "\n" in words else words).replace(BREAK, "\n")
        own = clause if clause is not None and not entry.inherited else None
        return Item(
            entry.no,
            max(node.number, 0),
            section,
            path,
            text,
            node.line,
            "" if self.labelled else _lead_in(text),
            named,
            self.text[own.start : own.end].strip() if own else "",
            self._line(own.start) if own else 0,
            self._limit(entry, named.due, whole),
            self._goals(node, whole),
            entry.inherited,
            self._damage(node, own, *spans[0]),
            self.part_of[id(node)],
        )

    def passage(self, passage: Passage) -> Item:
        """A task that is told in a report."""
        start, end = passage.start, passage.end
        odd = misprints.read(self.text, self.folded, start, end, None, self.signs)
        return Item(
            no=passage.no, number=passage.number, section=passage.section, path=passage.path, line=passage.line,
            text=self.text[start:end], title=passage.title,
            deadline=deadlines.read(self.text, self.folded, start, end, self.when),
            targets=targets.read(self.text, self.folded, start, end),
            damage=tuple([Remark(code, words, passage.line) for code, words, _ in odd]),
        )  # fmt: skip

    def _spans(self, node: Node) -> tuple[tuple[int, int], ...]:
        """Where the words of a task stand: in one stretch, or parted by its clause (measures listed below it)."""
        if not node.children:
            return ((node.start, node.end), *node.goals)
        end, clause, below = max([n.end for n in node.walk()]), node.clause, node.children[0].start
        if clause is None or not node.end <= clause.start < clause.end <= below:
            return ((node.start, end), *node.goals)
        return ((node.start, node.end), *node.goals, (self.text.rfind("\n", 0, below) + 1, end))

    def _words(self, spans: tuple[tuple[int, int], ...]) -> tuple[str, list[tuple[str, str, int, int]]]:
        """The printed words of a task, and the spans to read: put together where a margin or blanks part them."""
        if self.plain and len(spans) == 1:
            start, end = spans[0]
            return self.text[start:end].strip(), [(self.text, self.folded, start, end)]
        whole = [unbroken(self.text, self.folded, *s) if self.wrapped else (self.text, self.folded, *s) for s in spans]
        words = "\n".join(filter(None, [text[a:b].strip() for text, _, a, b in whole]))
        return words, whole if self.plain else [squeezed(*span) for span in whole]

    def _limit(
        self, entry: Entry, due: tuple[int, int] | None, whole: list[tuple[str, str, int, int]]
    ) -> deadlines.Deadline | None:
        """The limit of a task: that of its own field, of its words, or of its heading."""
        found = [deadlines.read(*span, self.when) for span in whole]
        limit = found[0] if len(found) == 1 else deadlines.last([limit for limit in found if limit])
        if due:
            return deadlines.read(self.text, self.folded, *due, self.when, field=True) or limit
        return self.headings.limit(entry.path, self.when) if limit is None else limit

    def _goals(self, node: Node, whole: list[tuple[str, str, int, int]]) -> tuple[targets.Target, ...]:
        found = [goal for span in whole for goal in targets.read(*span)]
        if node.figure:
            found += targets.figure(self.text, self.folded, (node.start, node.end), *node.figure)
        return tuple(found)

    def _damage(self, node: Node, clause: Clause | None, start: int, end: int) -> tuple[Remark, ...]:
        spaced = node.card or bool(node.goals) or not node.printed or node.figure is not None
        apart = node.apart and self.rarely_apart
        odd = misprints.read(
            self.text, self.folded, start, end, clause, self.signs, node.restored, self.stops, spaced, apart
        )
        found = [Remark(code, words, self._line(at)) for code, words, at in odd]
        if node.doubt:
            found.append(Remark("I10", node.doubt, node.line))
        return tuple(found)

    def _line(self, offset: int) -> int:
        return bisect_left(self.breaks, offset) + 1


def _lead_in(text: str) -> str:
    """The short sentence a task opens with, when more follows."""
    head, stop, rest = text.partition("。")
    return head if stop and rest.strip() and len(head) <= 40 else ""
