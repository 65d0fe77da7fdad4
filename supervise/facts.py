"""What stands on record about a task without its history: enough for the clock and for scores to tell tasks apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from supervise.records import PARTIES


class Owing(NamedTuple):
    """A duty that is neither met nor void, as it stands on record."""

    kind: str
    key: str
    role: str
    born: date
    due: date
    missed_from: date
    about: str
    units: tuple[str, ...]


class Pacing(NamedTuple):
    """A stretch of days on which a figure is held against the schedule of a duty, as it stands on record."""

    kind: str
    key: str
    day: date
    ends: date
    behind: int


@dataclass(slots=True)
class Known:
    """What is known of a task without its history.

    Args:
        code, version, head, state, definition: as its row says.
        last: the day of the last event.
        unsealed: whether it changed since the last seal.
        odd: whether stored facts do not tell all: taken back, opened again, or under several laws.
        parties: who holds each part.
        owing, pacing: what is owed, and how figures lie to schedules.
        pressed: whether an order was ever sent.
        letters: the day and the content of every order that was sent, as it was written.
        stopped: kinds of duty that cannot be missed while the ball lies with the office.
    """

    code: str
    version: int
    head: str
    state: str
    definition: str
    last: date
    unsealed: bool
    odd: bool
    parties: dict[str, tuple[str, ...]] = field(default_factory=dict)
    owing: list[Owing] = field(default_factory=list)
    pacing: list[Pacing] = field(default_factory=list)
    letters: list[tuple[date, str]] = field(default_factory=list)
    pressed: bool = False
    stopped: set[str] = field(default_factory=set)


def held_on(parts: Iterable[Any], day: date) -> Iterator[str]:
    """The units whose part was held when a day ended; of a day before the task, those of its beginning."""
    for part in parts:
        first = part.from_seq == 1 and day < part.since_day
        if first or (part.since_day <= day and (part.until_day is None or day < part.until_day)):
            yield part.unit


def doers(parts: Iterable[Any], seq: int, unit: str) -> list[tuple[str, str]]:
    """Whom an act counts for that names no duty, see ``rules.measures``."""
    held = [
        (part.unit, part.role) for role in PARTIES[:2] for part in parts
        if part.role == role and part.from_seq <= seq and (part.until_seq is None or part.until_seq > seq)
    ]  # fmt: skip
    own = [party for party in held if party[0] == unit]
    return own[:1] or [party for party in held if party[1] == PARTIES[0]]
