"""The red/black board: scores ranked within groups, and who is on which list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from supervise.people import Directory
from supervise.rules.compared import Criteria, Tested
from supervise.rules.ruleset import BoardRules, Listing, Place
from supervise.rules.scoring import Score, Tally, scores


class Standing(NamedTuple):
    """A unit's place on the board.

    Args:
        group: key of the group it is compared with.
        unit: canonical name.
        rank: 1 is best; equal scores share a rank; ``None`` if it handles too few tasks to be ranked.
        tasks: number of tasks it had a part in; ``None`` where nobody asked.
        score: points with their working.
        list: ``red``, ``black`` or empty.
        why: what decided the list, in Chinese.
        tested: the conditions of the list, with the numbers they were held against.
    """

    group: str
    unit: str
    rank: int | None
    tasks: int | None
    score: Score
    list: str = ""
    why: tuple[str, ...] = ()
    tested: tuple[Tested, ...] = ()


@dataclass(frozen=True, slots=True)
class Board:
    """One period's board, by group and rank."""

    name: str
    title: str
    period: str
    groups: Mapping[str, str]
    standings: tuple[Standing, ...]

    def standing(self, unit: str) -> Standing | None:
        """The place of ``unit``, if it is on the board."""
        return next((s for s in self.standings if s.unit == unit), None)


def rank(
    rules: BoardRules, tally: Tally, directory: Directory, criteria: Criteria | None = None, cited: bool = True,
    tasks: bool = True,
) -> Board:  # fmt: skip
    """Score, rank and list every unit that had a task in the period.

    Args:
        rules: the board's rules.
        tally: facts of the period, already without what the rules spare.
        directory: units and their groups as of the cut.
        criteria: how conditions are said.
        cited: whether each line says what it rests on, or numbers alone are wanted.
        tasks: whether the number of tasks of each unit is wanted; where the rules go by it, it is counted anyway.
    """
    listed = _Listed(rules, tally, criteria or Criteria())
    ground, spare = tally.ground, rules.score.spare
    handled: Mapping[str, int | None] = (
        ground.handled(tally.period, spare) if tasks or rules.at_least > 1
        else dict.fromkeys(ground.handling(tally.period, spare))
    )  # fmt: skip
    there: dict[str, list[str]] = {group: [] for group in rules.groups}
    for known in directory.units(tally.last):
        if known.group in there and known.name in handled:
            there[known.group].append(known.name)
    made = scores(rules.score, tally, [unit for units in there.values() for unit in units], cited)
    standings: list[Standing] = []
    for group, units in there.items():
        ranked = [unit for unit in units if (number := handled[unit]) is None or number >= rules.at_least]
        ends = listed.ends(group)
        for unit, place, from_worst in _places(ranked, {unit: made[unit].total for unit in ranked}.__getitem__):
            row = Standing(group, unit, place, handled[unit], made[unit])
            standings.append(listed.row(row, place, from_worst, ends))
        few = set(units).difference(ranked)
        standings += [listed.unranked(Standing(group, u, None, handled[u], made[u])) for u in units if u in few]
    return Board(rules.name, rules.title, tally.period.name, rules.groups, tuple(standings))


def _places(units: Sequence[str], total: Callable[[str], Decimal]) -> Iterator[tuple[str, int, int]]:
    """Units from the best down, with their places from above and from below; equal ones share both."""
    above, below = 0, len(units)
    for _, tied in groupby(sorted(units, key=total, reverse=True), key=total):
        same = list(tied)
        below -= len(same)
        yield from ((unit, above + 1, below + 1) for unit in same)
        above += len(same)


@dataclass(frozen=True, slots=True)
class _Listed:
    """Puts units on the lists of a board."""

    rules: BoardRules
    tally: Tally
    criteria: Criteria

    def unranked(self, row: Standing) -> Standing:
        """The standing of a unit with too few tasks."""
        return row._replace(why=(f"承办 {row.tasks} 项,不足 {self.rules.at_least} 项,只公布得分",))

    def ends(self, group: str) -> list[tuple[str, Listing, Place]]:
        """The lists that have places for a group."""
        both = ("red", self.rules.red), ("black", self.rules.black)
        return [(name, listing, listing.rank[group]) for name, listing in both if group in listing.rank]

    def row(self, row: Standing, rank: int, from_worst: int, ends: Sequence[tuple[str, Listing, Place]]) -> Standing:
        """A ranked standing with its list and what decided it."""
        for name, listing, place in ends:
            if (rank if place.end == "top" else from_worst) > place.count:
                continue
            known: Mapping[str, Decimal] = {"score": row.score.total}
            if all(self.tally.holds(row.unit, c, known) for c in listing.when):
                tested = tuple(self.tally.tested(row.unit, c, known) for c in listing.when)
                said = (self.criteria.said(t, c.measure) for t, c in zip(tested, listing.when, strict=True))
                return row._replace(list=name, why=(_placed(place), *said), tested=tested)
        return row


def _placed(place: Place) -> str:
    return f"名次在本组{'前' if place.end == 'top' else '后'} {place.count} 名之内"


@dataclass(frozen=True, slots=True)
class StreakProposal:
    """A unit that was on a list so often in a row that the rules propose a consequence; people decide."""

    unit: str
    label: str
    list: str
    in_a_row: int


def streaks(rules: BoardRules, boards: Sequence[Mapping[str, str]]) -> tuple[StreakProposal, ...]:
    """Who has been on a list in each of the last boards.

    Args:
        rules: the board's rules.
        boards: unit → list (``red``, ``black`` or empty), oldest first, the newest last.
    """
    found = []
    for streak in rules.streaks:
        if len(boards) >= streak.in_a_row:
            recent = boards[-streak.in_a_row :]
            for unit in recent[-1]:
                if all(board.get(unit) == streak.list for board in recent):
                    found.append(StreakProposal(unit, streak.label, streak.list, streak.in_a_row))
    return tuple(found)
