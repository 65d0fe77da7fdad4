"""The headings of a list: their titles and labels, the sections they make, the limits they set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from supervise.intake import cards, deadlines, listing
from supervise.intake import cover as covers
from supervise.intake.folding import fold, unbroken
from supervise.intake.items import Item, Section
from supervise.intake.lines import RANK
from supervise.intake.listing import Entry
from supervise.intake.nodes import Node


class Headings:
    """Reads the headings of one notice, each once.

    Args:
        text: the whole notice.
        folded: its folded copy.
        wrapped: whether lines were put together that the page broke at its margin.
    """

    def __init__(self, text: str, folded: str, wrapped: bool) -> None:
        self.text, self.folded, self.wrapped = text, folded, wrapped
        self.titles: dict[int, tuple[str, int | None, bool]] = {}
        self.places: dict[int, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self.limits: dict[int, deadlines.Deadline | None] = {}

    def place(self, heads: tuple[Node, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The labels of the sections an entry stands in, and the titles of all headings above it."""
        if not heads:
            return (), ()
        key = id(heads[-1])
        if key not in self.places:
            inside = [h for h in heads if RANK[h.kind] < RANK["item"] and (h.number or h is heads[0])]
            self.places[key] = tuple(map(self._id, inside)), tuple([self._title(head)[0] for head in heads])
        return self.places[key]

    def limit(self, heads: tuple[Node, ...], year: int | None) -> deadlines.Deadline | None:
        """The limit in brackets behind a heading (2024年3月底前完成), for the tasks below it that print none."""
        if not heads:
            return None
        key = id(heads[-1])
        if key not in self.limits:
            self.limits[key] = self._limit_of(heads[-1], year) or self.limit(heads[:-1], year)
        return self.limits[key]

    def sections(self, entries: Sequence[Entry], counts: Counter[tuple[str, ...]]) -> list[Section]:
        """The sections of a list.

        Args:
            entries: its tasks.
            counts: how many of them stand below the section with these labels.
        """
        outer = [entry.path[0] for entry in entries if entry.path]
        roots = {id(node): node for node in outer if RANK[node.kind] < RANK["item"]}
        heads = {id(node) for entry in entries for node in entry.path}
        return [self._section(root, (), heads, counts) for root in roots.values()]

    def _limit_of(self, head: Node, year: int | None) -> deadlines.Deadline | None:
        end = head.start + len(self.folded[head.start : head.body or head.end].partition("\n")[0])
        opening = self.folded.rfind("(", head.start, end)
        bracketed = opening >= 0 and "前" in self.folded[opening:end]
        if bracketed or cards.says_until(self.folded[head.start : end]):
            return deadlines.read(self.text, self.folded, opening + 1 if bracketed else head.start, end, year)
        return None

    def _words(self, start: int, end: int) -> str:
        """The printed words of a span, put together where the page broke them at its margin."""
        if not self.wrapped:
            return self.text[start:end]
        whole, _, a, b = unbroken(self.text, self.folded, start, end)
        return whole[a:b]

    def _title(self, node: Node) -> tuple[str, int | None, bool]:
        """A heading's title, declared count, and whether the count's bracket is damaged."""
        if id(node) not in self.titles:
            words = self._words(node.start, max(node.start, node.body or node.end)).strip().partition("\n")[0]
            length, count, damaged = covers.heading(fold(words))
            self.titles[id(node)] = (words[:length].strip(), count, damaged)
        return self.titles[id(node)]

    def _section(
        self, node: Node, above: tuple[str, ...], heads: set[int], counts: Counter[tuple[str, ...]]
    ) -> Section:
        title, declared, damaged = self._title(node)
        label = self._id(node)
        here = (*above, label)
        inner = tuple(
            [
                self._section(child, here, heads, counts)
                for child in node.children
                if id(child) in heads and RANK[child.kind] < RANK["item"] and child.number
            ]
        )
        damage = "编号缺失,按前后编号补出" if node.restored else "项数的括号不全" if damaged else ""
        return Section(label, title, node.line, declared, counts[here], inner, damage)

    def _id(self, node: Node) -> str:
        """A heading's label; a class of a table, which has none, is known by its title."""
        return listing.label(node) or (self._title(node)[0] if node.number == 0 else "")


def counted(items: Sequence[Item]) -> Counter[tuple[str, ...]]:
    """How many tasks stand below the section with these labels, and in it."""
    found = Counter[tuple[str, ...]]()
    for section, times in Counter([item.section for item in items]).items():
        for depth in range(1, len(section) + 1):
            found[section[:depth]] += times
    return found
