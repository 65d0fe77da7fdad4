"""What a picture shows: states, arrows, roles and the lines beneath, before anyone draws them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from supervise.workflows.definition import CLOCK

# Each has a contrast of at least 4.5 to 1 on white; marks tell them apart where colours do not.
COLOURS = ("#166534", "#1d4ed8", "#7e22ce", "#92400e", "#0e7490", "#9d174d", "#3f6212", "#334155")
CLOCK_COLOUR = "#b91c1c"
# All of GB 2312, so that every Chinese font has them.
MARKS = ("●", "■", "▲", "◆", "★", "○", "□", "△", "◇", "☆")
CLOCK_MARK = "◎"

Change = Literal["", "same", "added", "removed", "changed"]
"""What a comparison says of a part; empty where nothing is compared."""
Tone = Literal["", "pale", "walked", "next", "here"]
"""How a part is drawn: as usual, as background, as a way that was gone, as one that may be gone, as the place."""


@dataclass(frozen=True, slots=True)
class Node:
    """A state: where it stands in the life of a task, and what is to be told of it.

    Args:
        name, label: as in the file.
        count: how many tasks are in it.
        initial, final: the first one; one in which a task is done.
        late: only the clock leads here.
        main: it stands on the main line.
        notes: lines under the name.
        change, mark: what a comparison says, and its number in the list.
        tone: how loudly it is drawn.
    """

    name: str
    label: str
    count: int | None = None
    initial: bool = False
    final: bool = False
    late: bool = False
    main: bool = False
    notes: tuple[str, ...] = ()
    change: Change = ""
    mark: str = ""
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """One action on an arrow, with its limit, the duties it meets there, and what else stands under its name."""

    action: str
    label: str
    limit: str = ""
    duties: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """Actions of the same roles that lead from the same states to the same state.

    No ``sources`` means every open state, the last is the nearest to the target; ``back`` says that the target is an
    earlier place in the life of a task.
    """

    sources: tuple[str, ...]
    target: str
    deeds: tuple[Deed, ...]
    roles: tuple[str, ...]
    back: bool = False
    main: bool = False
    change: Change = ""
    tone: Tone = ""

    @property
    def clock(self) -> bool:
        """Whether the clock may do it."""
        return CLOCK in self.roles

    @property
    def actions(self) -> tuple[str, ...]:
        """The names of what leads along it."""
        return tuple(deed.action for deed in self.deeds)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of what leads along it."""
        return tuple(deed.label for deed in self.deeds)


@dataclass(frozen=True, slots=True)
class Role:
    """Who acts: by colour and by mark, and what this role can do without an arrow."""

    name: str
    label: str
    colour: str
    mark: str
    anywhere: tuple[str, ...] = ()
    """Actions that leave every open state, or no state, as they read in the legend."""


@dataclass(frozen=True, slots=True)
class Note:
    """One line under the picture: what it belongs to, and what it says."""

    mark: str
    text: str
    change: Change = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that is to be seen.

    Args:
        name: ``key-work@1``.
        title: the line above; ``subtitle`` says version, hash, days and view.
        nodes, edges: what is drawn.
        legend: who acts.
        notes: what stands in lines beneath, under ``heading``.
    """

    name: str
    title: str
    subtitle: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    legend: tuple[Role, ...]
    heading: str = ""
    notes: tuple[Note, ...] = ()

    def role(self, name: str) -> Role:
        """The role of that name; one without colour if the definition does not list it."""
        return next((role for role in self.legend if role.name == name), Role(name, name, COLOURS[-1], ""))


def palette(roles: tuple[str, ...], labels: dict[str, str], anywhere: dict[str, tuple[str, ...]]) -> tuple[Role, ...]:
    """The roles with their colours and marks, in the order given and the clock last.

    Args:
        roles: their names, each once.
        labels: name → what people call it.
        anywhere: name → what it can do without an arrow; who is left out here is left out of the legend.
    """
    people = [name for name in roles if name != CLOCK]
    found = []
    for n, name in enumerate(people):
        if name in anywhere:
            mark = MARKS[n % len(MARKS)] + (str(n // len(MARKS) + 1) if n >= len(MARKS) else "")
            found.append(Role(name, labels.get(name, name), COLOURS[n % len(COLOURS)], mark, anywhere[name]))
    if CLOCK in anywhere:
        found.append(Role(CLOCK, labels.get(CLOCK, "系统"), CLOCK_COLOUR, CLOCK_MARK, anywhere[CLOCK]))
    return tuple(found)
