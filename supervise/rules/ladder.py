"""What a ladder file says: rungs that press a task, rungs that press a unit; and what a file of lights says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr

from supervise.people import Directory
from supervise.phrases import Bound, Length, Measure, parse_bound, parse_length, parse_measure
from supervise.reading import Day, ReadBy, Strict
from supervise.rules.entries import (
    Entry,
    Lit,
    Reset,
    Suspension,
    parse_entry,
    parse_lit,
    parse_reset,
    parse_suspension,
)
from supervise.workflows.definition import Words, listed

LIMIT = "limit"
"""In ``lasts``: the limit of the duty that an order presses."""


def _spared(value: Any) -> tuple[tuple[str, str], ...]:
    found = []
    for text in listed(value):
        match = re.fullmatch(r"(\w+) as (\w+)", str(text))
        if match is None:
            raise ValueError(f"看不懂“{text}”,应写作 towns as co(分组 as 角色)")
        found.append((match[1], match[2]))
    return tuple(found)


def _lasting(value: Any) -> Bound:
    bound = parse_bound(value)
    if not bound.after:
        raise ValueError(f"看不懂“{value}”,应写作 6 months after order、12 months after {LIMIT}")
    return bound


Spared = Annotated[tuple[tuple[str, str], ...], ReadBy(_spared)]
Measures = Annotated[tuple[Measure, ...], ReadBy(lambda v: tuple(parse_measure(t) for t in listed(v)))]
Entries = Annotated[tuple[Entry, ...], ReadBy(lambda v: tuple(parse_entry(t) for t in listed(v)))]
Lits = Annotated[tuple[Lit, ...], ReadBy(lambda v: tuple(parse_lit(t) for t in listed(v)))]
Suspensions = Annotated[tuple[Suspension, ...], ReadBy(lambda v: tuple(parse_suspension(t) for t in listed(v)))]
Resets = Annotated[tuple[Reset, ...], ReadBy(lambda v: tuple(parse_reset(t) for t in listed(v)))]
Lasting = Annotated[Bound, ReadBy(_lasting)]


class Rules(Strict):
    """What every rule file begins with."""

    version: int
    title: str
    source: str = ""
    effective: Day
    for_: str = Field(alias="for")


class Rung(Strict):
    """One level of the ladder: when an order goes out, how long the unit has, who is told, what it entails.

    ``direct`` names the grounds on which the office may send it at once; ``lasts`` how long what it entails is in
    effect; ``broken_by`` what breaks a run in its ``when``.
    """

    order: str
    label: str
    when: Entries = ()
    direct: Words = ()
    reply: Annotated[Length, ReadBy(parse_length)] | None = None
    confirm: str = ""
    tell: Words = ()
    lasts: Lasting | None = None
    broken_by: Measures = ()


class UnitRung(Strict):
    """One level for a unit, entered by what happened on its tasks; people decide, and it is a task of its own.

    ``opens`` names the workflow in which it is placed, due ``within`` a length of time; ``counted`` the act by which
    it has come about, for rungs that count it.
    """

    matter: str
    label: str
    when: Entries
    opens: str
    within: Annotated[Length, ReadBy(parse_length)]
    counted: str = ""
    lasts: Lasting | None = None
    broken_by: Measures = ()


class Ladder(Rules):
    """督查单的升级阶梯: rungs from mildest to gravest, for each ``duty`` or for the ``task`` as one matter."""

    ladder: str
    per: Literal["duty", "task"] = "duty"
    suspends: Suspensions = ()
    resets: Resets = ()
    spare: Spared = ()
    rungs: tuple[Rung, ...] = ()
    units: tuple[UnitRung, ...] = ()

    _spared: frozenset[tuple[str, str]] = PrivateAttr(frozenset())

    @property
    def name(self) -> str:
        """``three-colour-orders@1``."""
        return f"{self.ladder}@{self.version}"

    @property
    def labels(self) -> dict[str, str]:
        """Rung → what it is called on paper, those for units with it."""
        return {r.order: r.label for r in self.rungs} | {u.matter: u.label for u in self.units}

    def grade(self, rung: str) -> int:
        """How grave a rung is, 0 the mildest; -1 for a word that is no rung."""
        return next((i for i, r in enumerate(self.rungs) if r.order == rung), -1)

    def sparing(self, directory: Directory) -> Ladder:
        """The same, knowing which units are not pressed in which role."""
        if not self.spare:
            return self
        copy, groups = self.model_copy(), dict.fromkeys(self.spare)
        copy._spared = frozenset(
            (unit.name, role) for group, role in groups for unit in directory.units() if unit.group == group
        )
        return copy

    def spares(self, units: Iterable[str], role: str) -> bool:
        """Whether what these units owe in a role is not pressed."""
        return bool(self.spare) and bool(self._spared) and all((unit, role) in self._spared for unit in units)


class Light(Strict):
    """One light: its colour, word and shape, and when it burns."""

    light: str
    label: str
    shape: Literal["●", "▲", "■", "◆", "★", "▼"]
    when: Lits


class Lights(Rules):
    """红黄绿灯: lights from best to gravest; of those that hold the gravest burns.

    They are judged on the last day of each period of ``refresh``, or every day; ``otherwise`` names the light of a
    task for which none holds.
    """

    lights: str
    refresh: Literal["day", "week", "month", "quarter"] = "day"
    otherwise: str = ""
    rungs: tuple[Light, ...]

    @property
    def name(self) -> str:
        """``monthly-lights@1``."""
        return f"{self.lights}@{self.version}"
