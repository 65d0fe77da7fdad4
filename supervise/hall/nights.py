"""What a night of the clock came to: told piece by piece, and as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from supervise.records import Event
from supervise.rules.escalation import Proposal
from supervise.store.outbox import Letter

KEPT, NAMED = 1000, 3
"""Events that a report tells in full, and tasks that it names for each thing done."""


@dataclass(frozen=True, slots=True)
class Done:
    """How often the clock did one thing.

    Args:
        definition, action: what was done, under which law.
        rung: of a letter; else empty.
        count: to how many tasks, letters each for itself.
        codes: some of them.
    """

    definition: str
    action: str
    rung: str
    count: int
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TickReport:
    """What the clock did: facts it settled, orders it sent, orders that people must confirm, limits it told of.

    Args:
        day: up to which it looked.
        looked_at: how many tasks.
        did: what it did, by kind, with numbers.
        events: the first of them in full.
        proposals: orders that people must confirm.
        notices: the first limits it told of; ``noticed`` is how many.
        held: tasks that somebody else was just acting on; they wait for the next time.
        left: tasks that are still to be looked at, ``held`` among them; more than that only when it was told to stop.
    """

    day: date
    looked_at: int
    did: tuple[Done, ...]
    events: tuple[Event, ...]
    proposals: tuple[Proposal, ...]
    held: int = 0
    left: int = 0
    notices: tuple[Letter, ...] = ()
    noticed: int = 0


@dataclass(slots=True)
class Piece:
    """What one transaction did; ``sealed`` says that it left nothing unsealed that nobody is just acting on."""

    codes: Sequence[str]
    looked_at: int = 0
    sealed: bool = False
    held: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    notices: list[Letter] = field(default_factory=list)
    noticed: int = 0
    did: dict[tuple[str, str, str], tuple[int, list[str]]] = field(default_factory=dict)

    def count(self, definition: str, action: str, rung: str, codes: Sequence[str]) -> None:
        """Something was done to some tasks."""
        number, named = self.did.setdefault((definition, action, rung), (0, []))
        self.did[definition, action, rung] = number + len(codes), [*named, *codes[: NAMED - len(named)]]
