"""What stands on record about a task without its history: enough for the clock and for scores to tell tasks apart."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple


class Owing(NamedTuple):
    """A duty that is neither met nor void, as it stands on record.

    Args:
        kind, key, role, born, due, missed_from, about: as its row says.
        held: whether one of those who owe it has the part still that made him owe it.
    """

    kind: str
    key: str
    role: str
    born: date
    due: date
    missed_from: date
    about: str
    held: bool


class Pacing(NamedTuple):
    """A stretch of days on which a figure is held against the schedule of a duty, as it stands on record."""

    kind: str
    key: str
    day: date
    ends: date
    behind: int


@dataclass(slots=True)
class Known:
    """A task as its row says, with who holds each part.

    Args:
        code, version, head, state, definition: as its row says.
        last: the day of the last event.
        unsealed: whether it changed since the last seal.
        odd: whether stored facts do not tell all: taken back, opened again, or under several laws.
        parties: who holds each part.
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

    def held(self, role: str) -> tuple[str, ...]:
        """Who holds a part; nobody if none is known of."""
        return self.parties.get(role, ())


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """What stands on record of tasks that differ in nothing but their codes, their heads and the names of units.

    Args:
        definition, state, last, odd: as for each of them.
        parts: those that somebody holds.
        owing, pacing: what is owed, and how figures lie to schedules.
        letters: the orders that were sent, each with its day and content as it was written.
        stopped: kinds of duty that cannot be missed while the ball lies with the office.
        tasks: the tasks.
    """

    definition: str
    state: str
    last: date
    odd: bool
    parts: frozenset[str]
    owing: tuple[Owing, ...]
    pacing: tuple[Pacing, ...]
    letters: Hashable
    stopped: frozenset[str]
    tasks: list[Known]
