"""What moved between two results for the same units: places, grades, and the numbered lines of each receipt.

A result is the plain document that ``judge`` makes, of a board, a scheme or a year; all have the same receipts. It is
asked of what was served and signed, of a correction, of a supplement, of a trial, of two periods.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from supervise.errors import Problem, Refused
from supervise.rules.scheme import LABELS

Body = Mapping[str, Any]
Row = Mapping[str, Any]
UNSCORED = "不排名:没有"
"""How the reason begins of a unit that has no number to be ranked by; its total, which must be one, is nought."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a unit stands: total, rank, lists, grade and bars; ``None`` and empty where it has none."""

    total: str | None
    rank: int | None
    list: str
    grade: str = ""
    bars: str = ""


@dataclass(frozen=True, slots=True)
class LineMoved:
    """A line of a receipt, by section and label, with its points before and after; ``None`` where it was not there."""

    label: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Moved:
    """A unit whose place or receipt is another than before.

    Args:
        unit: canonical name.
        before, after: where it stands; ``None`` if it is not on that board.
        lines: what changed of its receipt, in the order of the lines.
    """

    unit: str
    before: Place | None
    after: Place | None
    lines: tuple[LineMoved, ...]


def lines_of(standing: Row) -> list[Row]:
    """The lines of a receipt in order; the first is line 1 for who contests it."""
    score = standing["score"]
    return list(score["lines"] if isinstance(score, Mapping) else standing["lines"])


def total_of(standing: Row) -> str:
    """The total of a receipt, as text."""
    score = standing["score"]
    return str(score["total"] if isinstance(score, Mapping) else score)


def unscored(standing: Row, by: str = "") -> bool:
    """Whether a unit had no number to be ranked by, which is another thing than nought.

    Args:
        standing: its row.
        by: the name of what it is ranked by, where that has one.
    """
    values = standing.get("values", {})
    return values[by] is None if by in values else any(why.startswith(UNSCORED) for why in standing.get("why", ()))


def called(line: Row) -> str:
    """A line by its sections and label."""
    return " · ".join([*line.get("section", ()), line["label"]])


def standing_of(body: Body, unit: str) -> Row | None:
    """The row of a unit, if it is on the board."""
    return next((row for row in body["standings"] if row["unit"] == unit), None)


def must_cite(body: Body, unit: str = "") -> None:
    """See that a result says what its lines rest on: all of them, or those of one unit.

    Raises:
        Refused: P28 when it was made as figures alone.
    """
    if "cited" not in body or unit in body["cited"]:
        return
    whose = f"“{unit}”的" if unit else ""
    text = f"{body['title']}{body['label']}没有带{whose}得分依据,只能看分数、名次"
    raise Refused(Problem("P28", text, help="请重新出榜:调用时不写 cited" + (f",或写上“{unit}”" if unit else "")))


def difference(before: Body, after: Body) -> tuple[Moved, ...]:
    """Every unit that moved, in the order of the later board, those that are gone at the end.

    Raises:
        Refused: P28 when one of them was made as figures alone.
    """
    for body in (before, after):
        must_cite(body)
    old = {row["unit"]: row for row in before["standings"]}
    new = {row["unit"]: row for row in after["standings"]}
    return tuple(moved for unit in {**new, **old} if (moved := _moved(unit, old.get(unit), new.get(unit))) is not None)


def _moved(unit: str, old: Row | None, new: Row | None) -> Moved | None:
    places = [_place(row) if row is not None else None for row in (old, new)]
    lines = tuple(_lines(old, new)) if old is not None and new is not None else ()
    return Moved(unit, places[0], places[1], lines) if places[0] != places[1] or lines else None


def _place(row: Row) -> Place:
    lists = row.get("lists", [row["list"]] if row.get("list") else ())
    total = None if unscored(row) else total_of(row)
    return Place(total, row.get("rank"), "、".join(lists), row.get("grade") or "", "、".join(row.get("bars", ())))


def _lines(old: Row, new: Row) -> Iterator[LineMoved]:
    """The lines with other points or other reasons."""
    first, then = _by_name(old), _by_name(new)
    for name in {**then, **first}:
        one, other = first.get(name), then.get(name)
        points = [str(line["points"]) if line is not None else None for line in (one, other)]
        if one is None or other is None or said(one) != said(other):
            yield LineMoved(name[0], points[0], points[1])


def said(line: Row) -> tuple[object, ...]:
    """What a line says: points, how they came about, and what they rest on."""
    return Decimal(line["points"]), line["quantity"], line["because"]


def _by_name(row: Row) -> dict[tuple[str, int], Row]:
    """The lines by name, those of one name told apart by their number."""
    seen: Counter[str] = Counter()
    found = {}
    for line in lines_of(row):
        name = called(line)
        seen[name] += 1
        found[name, seen[name]] = line
    return found


def told(moved: Moved) -> str:
    """A unit that moved, as it reads: 甲局 76→80 分,名次 3→2,榜 黑榜→无,逾期完成 -4→0."""
    return f"{moved.unit} {','.join([*stood(moved), *map(line_told, moved.lines)])}"


def stood(moved: Moved) -> list[str]:
    """How its place changed, in words."""
    old, new = moved.before, moved.after
    if old is None or new is None:
        return ["新列入" if old is None else "不再列入"]
    pairs = (
        ("{} 分", old.total, new.total), ("名次 {}", old.rank, new.rank), ("榜 {}", _lists(old), _lists(new)),
        ("等次 {}", old.grade, new.grade), ("取消 {}", old.bars, new.bars),
    )  # fmt: skip
    return [form.format(f"{a or '无'}→{b or '无'}") for form, a, b in pairs if a != b]


def line_told(line: LineMoved) -> str:
    """A line that moved, in words; one that gives what it gave rests on something else."""
    if line.before == line.after:
        return f"{line.label} {line.after}(依据变了)"
    return f"{line.label} {line.before or '无'}→{line.after or '无'}"


def _lists(place: Place) -> str:
    return "、".join(LABELS.get(name, name) for name in filter(None, place.list.split("、")))


def document(moved: Moved) -> dict[str, Any]:
    """A unit that moved, as plain data with one line that says it."""
    return {**asdict(moved), "lines": [asdict(line) for line in moved.lines], "text": told(moved)}


# ── since the last board ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Mover:
    """A line, by section and label, and how much more or less it gave than the last time."""

    label: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class Movement:
    """How a unit moved since the last board.

    Args:
        period: of the last board.
        rank, total: what it had then; ``None`` where it had none.
        up: places gained; negative for lost ones; ``None`` if it was not ranked then or is not now.
        change: of the total; ``None`` if there was none then or is none now, for nothing is no nought.
        by: the lines that moved it most, by label, the largest first.
    """

    period: str
    rank: int | None
    total: Decimal | None
    up: int | None
    change: Decimal | None
    by: tuple[Mover, ...]


MOVERS = 3
"""How many lines are told of what moved a unit."""


def movement(
    period: str,
    before: Row,
    rank: int | None,
    total: Decimal | None,
    lines: Iterable[tuple[str, Decimal]],
    by: str = "",
) -> Movement:
    """How a unit moved against the last board.

    Args:
        period: of the last board.
        before: its row on it.
        rank, total: where it stands now; ``None`` where it has no place, or no number to be ranked by.
        lines: its lines now, by section and label, each with its points.
        by: the name of what it is ranked by, where that has one.
    """
    was = None if unscored(before, by) else Decimal(total_of(before))
    if was is None or total is None:
        return Movement(period, before.get("rank"), was, None, None, ())
    place = before.get("rank")
    told = (("·".join([*line.get("section", ()), line["label"]]), line["points"]) for line in lines_of(before))
    then = _points((label, Decimal(points)) for label, points in told)
    now = _points(lines)
    moved = {label: now.get(label, Decimal(0)) - then.get(label, Decimal(0)) for label in {**then, **now}}
    most = sorted((Mover(n, d) for n, d in moved.items() if d), key=lambda m: (-abs(m.points), m.label))[:MOVERS]
    known = place if isinstance(place, int) else None
    up = known - rank if known is not None and rank is not None else None
    return Movement(period, known, was, up, total - was, tuple(most))


def _points(lines: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """Points by line; lines of one name are taken together."""
    found: dict[str, Decimal] = {}
    for label, points in lines:
        found[label] = found.get(label, Decimal(0)) + points
    return found
