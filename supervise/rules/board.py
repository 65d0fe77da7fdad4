"""The red/black board: scores ranked within groups, and who is on which list."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from supervise.people import Directory
from supervise.rules.compared import Criteria, Tested
from supervise.rules.ruleset import BoardRules, Place
from supervise.rules.scoring import Score, Tally, scores


@dataclass(frozen=True, slots=True)
class Standing:
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
    for unit in directory.units(tally.last):
        if unit.group in there and unit.name in handled:
            there[unit.group].append(unit.name)
    made = scores(rules.score, tally, [unit for units in there.values() for unit in units], cited)
    standings: list[Standing] = []
    for group, units in there.items():
        totals = {u: made[u].total for u in units if (n := handled[u]) is None or n >= rules.at_least}
        order = sorted(totals.values())
        places = {u: 1 + len(order) - bisect_right(order, total) for u, total in totals.items()}
        from_worst = {u: 1 + bisect_left(order, total) for u, total in totals.items()}
        rows = [listed.row(Standing(group, u, places.get(u), handled[u], made[u]), from_worst.get(u)) for u in units]
        standings += sorted(rows, key=lambda s: (s.rank is None, s.rank or 0))
    return Board(rules.name, rules.title, tally.period.name, rules.groups, tuple(standings))


@dataclass(frozen=True, slots=True)
class _Listed:
    """Puts units on the lists of a board."""

    rules: BoardRules
    tally: Tally
    criteria: Criteria

    def row(self, row: Standing, from_worst: int | None) -> Standing:
        """A standing with its list and what decided it."""
        if row.rank is None or from_worst is None:
            why = f"承办 {row.tasks} 项,不足 {self.rules.at_least} 项,只公布得分"
            return replace(row, why=(why,))
        known: Mapping[str, Decimal] = {"score": row.score.total}
        for name, listing in (("red", self.rules.red), ("black", self.rules.black)):
            place = listing.rank.get(row.group)
            if place is None or not _within(place, row.rank, from_worst):
                continue
            if all(self.tally.holds(row.unit, c, known) for c in listing.when):
                tested = tuple(self.tally.tested(row.unit, c, known) for c in listing.when)
                said = (self.criteria.said(t, c.measure) for t, c in zip(tested, listing.when, strict=True))
                return replace(row, list=name, why=(_placed(place), *said), tested=tested)
        return row


def _within(place: Place, rank: int, from_worst: int) -> bool:
    return (rank if place.end == "top" else from_worst) <= place.count


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
