"""What stands on record about a task without its history: enough for the clock to tell tasks apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple


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
