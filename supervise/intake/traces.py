"""Where a drafted fact stands in the text it was read from: offsets, so that a screen can show it.

What the reader cut from the text is looked for again in the stretch it was cut from: a task between its line and the
next one's, a unit within the clause. Line breaks and signs that were taken out of a sentence are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from supervise.intake.folding import fold
from supervise.intake.items import Item, Notice
from supervise.intake.slips import PASSED

_LONGEST = 400
"""The beginning and the end of a longer text are looked for, and not every character between."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A fact and the characters it was read from.

    Args:
        field: a task's ``text``, ``lead``, ``co``, ``leader``, ``due``, ``target``, or a field of the document.
        value: the fact as the notice was read.
        start: offset of its first character.
        end: offset behind its last.
    """

    field: str
    value: str
    start: int
    end: int


def tasks(notice: Notice, text: str) -> Iterator[tuple[Trace, ...]]:
    """The traces of every task, in the order of the notice.

    Args:
        notice: as read.
        text: what it was read from.
    """
    folded = fold(text)
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    lines = [starts[min(item.line, len(starts)) - 1] for item in notice.items] + [len(text)]
    last = 0
    for item, (here, below) in zip(notice.items, pairwise(lines), strict=True):
        found = tuple(_task(item, folded, starts, max(here, last if below == here else here), max(below, here)))
        last = max((trace.end for trace in found), default=here)
        yield found


def _task(item: Item, folded: str, starts: Sequence[int], begin: int, below: int) -> Iterator[Trace]:
    end = below if below > begin else len(folded)
    words = _find(folded, item.text, begin, end) or _find(folded, item.text, begin, len(folded))
    if words:
        yield Trace("text", item.text, *words)
    start, stop = words or (begin, end)
    clause = (start, end)
    if item.unit_line:
        at = starts[min(item.unit_line_no, len(starts)) - 1] if item.unit_line_no else begin
        clause = _find(folded, item.unit_line, min(at, begin), len(folded)) or clause
    yield from _parties(item, folded, clause, begin)
    if item.deadline is not None and item.deadline.date is not None:
        places = (
            (clause, (start, stop), (begin, end))
            if item.deadline.scope == ""
            else ((start, stop), clause, (begin, end))
        )
        if found := _first(folded, item.deadline.text, places):
            yield Trace("due", item.deadline.date.isoformat(), *found)
    for target in item.targets:
        if found := _first(folded, target.text, ((start, stop), (begin, end))):
            yield Trace("target", str(target.goal), *found)


def _parties(item: Item, folded: str, clause: tuple[int, int], begin: int) -> Iterator[Trace]:
    """Units and leaders in the clause, each behind the one before; those of a heading stand above the task."""
    at = clause[0]
    for party in item.parties.members:
        found = _find(folded, party.printed, at, clause[1]) or _first(folded, party.printed, (clause,))
        if found:
            at = found[1]
        found = found or _above(folded, party.printed, begin)
        if found:
            yield Trace(party.role, party.full, *found)
    for leader in (*item.parties.leaders, *item.parties.leader_groups):
        if found := _first(folded, leader, (clause,)) or _above(folded, leader, begin):
            yield Trace("leader", leader, *found)


def document(notice: Notice, text: str) -> Iterator[Trace]:
    """The traces of what a notice says about itself.

    Args:
        notice: as read.
        text: what it was read from.
    """
    folded = fold(text)
    for field, value in (("title", notice.title), ("number", notice.number), ("issuer", notice.issuer)):
        places = [(0, len(folded))]
        if value and (found := _first(folded, value, places)):
            yield Trace(field, value, *found)
    if notice.issued:
        year, month, day = (int(part) for part in notice.issued.split("-"))
        printed = rf"{year} ?[年./-] ?0?{month} ?[月./-] ?0?{day}(?!\d) ?日?"
        if dates := list(re.finditer(printed, folded)):
            yield Trace("issued", notice.issued, *dates[-1].span())


def _first(folded: str, words: str, places: Iterable[tuple[int, int]]) -> tuple[int, int] | None:
    return next((found for start, end in places if (found := _find(folded, words, start, end))), None)


def _find(folded: str, words: str, start: int, end: int) -> tuple[int, int] | None:
    """The first stretch that says these words, blanks and line ends between them passed over."""
    flat = fold(words).strip()
    if not flat:
        return None
    at = folded.find(flat, start, end)
    if at >= 0:
        return at, at + len(flat)
    bare = "".join(flat.split())
    match = _loose(bare[:_LONGEST]).search(folded, start, end)
    if match is None or len(bare) <= _LONGEST:
        return match.span() if match else None
    rest = _loose(bare[-_LONGEST:]).search(folded, match.start(), min(end, match.start() + 2 * len(flat) + _LONGEST))
    return (match.start(), rest.end()) if rest else None


def _above(folded: str, words: str, begin: int) -> tuple[int, int] | None:
    """The nearest stretch above the task that says these words."""
    flat = fold(words).strip()
    at = folded.rfind(flat, 0, begin) if flat else -1
    return (at, at + len(flat)) if at >= 0 else None


@lru_cache(maxsize=512)
def _loose(bare: str) -> re.Pattern[str]:
    return re.compile(PASSED.join(map(re.escape, bare)))
