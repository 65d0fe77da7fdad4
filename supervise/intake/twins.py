"""Tasks that may be one task, and names that may be one organ's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

from supervise.intake.folding import fold
from supervise.intake.items import Item

_CLAUSE = re.compile(r"[^,。;:!?\n]{6,}")
SHORTEST = 4  # a shorter name is nobody's abbreviation
MOST = 20  # words that more tasks share say nothing about any two of them


def tasks(items: Sequence[Item]) -> Iterator[tuple[Item, Item, str]]:
    """Pairs of which one says, word for word, half of what the other says: the earlier, the later, the words."""
    parts = [_CLAUSE.findall(words) for words in fold("\0".join([item.text for item in items])).split("\0")]
    again = {clause for clause, times in Counter(chain.from_iterable(parts)).items() if times > 1}
    where: dict[str, list[int]] = {}
    for index, clauses in enumerate(parts):
        for clause in dict.fromkeys(filter(again.__contains__, clauses)):
            where.setdefault(clause, []).append(index)
    shared: dict[tuple[int, int], list[str]] = {}
    for clause, indices in where.items():
        if 1 < len(indices) <= MOST:
            for i, late in enumerate(indices):
                for early in indices[:i]:
                    shared.setdefault((early, late), []).append(clause)
    for (early, late), clauses in sorted(shared.items()):
        shorter = min(len(items[early].text), len(items[late].text))
        if sum(map(len, clauses)) * 2 >= shorter and max(map(len, clauses)) >= 8:
            yield items[early], items[late], max(clauses, key=len)


def names(items: Sequence[Item]) -> Iterator[tuple[str, str, int, Item]]:
    """Names of which one is the other with characters left out (县农业局, 县农业农村局), and where it is first used.

    Where the shorter one is used more often, only long names that differ in two characters count.
    """
    used: dict[str, list[tuple[int, Item]]] = {}
    for item in items:
        for party in item.parties.members:
            if not party.group:
                used.setdefault(party.name, []).append((party.start, item))
    alike: dict[tuple[str, str], list[str]] = {}
    for name in used:
        alike.setdefault((name[0], name[-1]), []).append(name)
    chars = {name: frozenset(name) for name in used}
    for short in (name for name in used if len(name) >= SHORTEST):
        own = chars[short]
        for long in alike[short[0], short[-1]][:600]:
            if own <= chars[long] and len(short) < len(long) and _abbreviates(short, long):
                common = len(used[short]) > len(used[long])
                if common and (len(short) < 6 or len(long) - len(short) > 2):
                    continue  # 县委办 is no short form of a name that occurs once
                at, item = used[long if common else short][0]
                yield short, long, at, item


def _abbreviates(short: str, long: str) -> bool:
    if "(" in long:
        return False
    rest = iter(long)
    return all(char in rest for char in short) and len(long) - len(short) <= 5
