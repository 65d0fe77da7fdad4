"""Tasks that may be one task, and names that may be one organ's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from supervise.intake.folding import Unusual, folded
from supervise.intake.items import Item
from supervise.intake.parties import Party

TELLING = 8  # one of the clauses two tasks share is so long
_TELLING = re.compile(rf"[^,。;:!?\n\0]{{{TELLING},}}")
_CLAUSE = re.compile(r"[^,。;:!?\n\0]{6,}|\0")  # tasks are parted by a zero
SHORTEST = 4  # a shorter name is nobody's abbreviation
MOST = 20  # words that more tasks share say nothing about any two of them


def tasks(items: Sequence[Item], odd: Unusual) -> Iterator[tuple[Item, Item, str]]:
    """Pairs of which one says, word for word, half of what the other says: the earlier, the later, the words.

    Args:
        items: the tasks of a notice.
        odd: its unusual characters.
    """
    said = folded("\0".join([item.text for item in items]), odd)
    telling = _TELLING.findall(said)
    if len(set(telling)) == len(telling):
        return  # nothing is said twice
    first: dict[str, int] = {}
    where: dict[str, list[int]] = {}  # clauses of several tasks
    index = 0
    for clause in _CLAUSE.findall(said):
        if clause == "\0":
            index += 1
        elif (early := first.setdefault(clause, index)) != index:
            indices = where.setdefault(clause, [early])
            if indices[-1] != index:
                indices.append(index)
    shared: dict[tuple[int, int], list[str]] = {}
    for clause in filter(where.__contains__, first):  # in printed order
        indices = where[clause]
        if len(indices) <= MOST:
            for i, late in enumerate(indices):
                for early in indices[:i]:
                    shared.setdefault((early, late), []).append(clause)
    for (early, late), clauses in sorted(shared.items()):
        shorter = min(len(items[early].text), len(items[late].text))
        if sum(map(len, clauses)) * 2 >= shorter and max(map(len, clauses)) >= TELLING:
            yield items[early], items[late], max(clauses, key=len)


def names(named: Sequence[tuple[Party, Item]]) -> Iterator[tuple[str, str, int, Item]]:
    """Names of which one is the other with characters left out (县农业局, 县农业农村局), and where it is first used.

    Where the shorter one is used more often, only long names that differ in two characters count.
    """
    used: dict[str, tuple[int, Item]] = {}
    times: dict[str, int] = {}
    for party, item in named:
        if party.group:
            continue
        name = party.name
        if name in times:
            times[name] += 1
        else:
            times[name], used[name] = 1, (party.start, item)
    alike: dict[str, list[str]] = {}
    for name in used:
        alike.setdefault(name[0] + name[-1], []).append(name)
    chars = {name: frozenset(name) for names in alike.values() if len(names) > 1 for name in names}
    for short in [name for name in used if name in chars and len(name) >= SHORTEST]:
        own = chars[short]
        for long in alike[short[0] + short[-1]][:600]:
            if len(short) < len(long) and own <= chars[long] and _abbreviates(short, long):
                common = times[short] > times[long]
                if common and (len(short) < 6 or len(long) - len(short) > 2):
                    continue  # 县委办 is no short form of a name that occurs once
                at, item = used[long if common else short]
                yield short, long, at, item


def _abbreviates(short: str, long: str) -> bool:
    if "(" in long:
        return False
    rest = iter(long)
    return all(char in rest for char in short) and len(long) - len(short) <= 5
