"""Results as plain documents: every row with its receipt, or with figures alone for who only looks at them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from supervise.rules.board import Standing
from supervise.rules.measures import Ref
from supervise.rules.scoring import ScoreLine, Working

Body = dict[str, Any]


def as_plain(value: Any) -> Any:
    """Dataclasses, decimals and days as plain JSON values; decimals as text, so that no digit is lost."""
    return _plain(value, {})


def _plain(value: Any, cited: dict[int, Body]) -> Any:
    """The same; what is cited more than once is made plain once, for there is nothing that there is more of."""
    kind: Any = type(value)
    if kind is Ref:
        made = cited.get(id(value))
        if made is None:
            made = cited[id(value)] = vars(_Cited(value))
        return made
    turn = _TURNS.get(kind)
    if turn is not None:
        return turn(value)
    if names := _names(kind):
        parts = [(name, getattr(value, name)) for name in names]
        return {name: _plain(p, cited) if (turn := _TURNS.get(type(p))) is None else turn(p) for name, p in parts}
    if isinstance(value, dict):
        return {str(k): _plain(v, cited) for k, v in value.items()}
    return [_plain(v, cited) for v in value] if isinstance(value, list | tuple) else value


class _Cited:
    """What is cited, made plain: ``vars`` of it, for such dictionaries share their keys and take half the room."""

    def __init__(self, ref: Ref) -> None:
        self.task, self.what, self.day = ref.task, ref.what, _iso(ref.day)
        self.due, self.met = ref.due and _iso(ref.due), ref.met and _iso(ref.met)
        self.key, self.seq = ref.key, ref.seq


@lru_cache(2000)
def _iso(day: date) -> str:
    """A day as text, one for all that cite it: a year's receipts speak of few days very often."""
    return day.isoformat()


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()


_TURNS: dict[type, Callable[[Any], Any]] = {
    str: str, int: int, type(None): lambda nothing: nothing, date: date.isoformat, Decimal: lambda n: f"{n:f}",
}  # fmt: skip
"""What there is most of, made plain without being looked at."""


def any_of(cited: Collection[str] | None) -> bool:
    """Whether any receipts are wanted."""
    return cited is None or bool(cited)


def receipted(rows: list[Body], cited: Collection[str] | None) -> list[Body]:
    """Rows of a board or a year whose lines say what they rest on for some units only; for all if ``None``."""
    for row in rows if cited is not None else ():
        if row["unit"] not in (cited or ()):
            for line in row["score"]["lines"] if isinstance(row["score"], dict) else row["lines"]:
                del line["because"]
    return rows


def said_of(cited: Collection[str] | None) -> Body:
    """What a body says of its receipts: of which units they are, where not all are."""
    return {} if cited is None else {"cited": sorted(cited)}


def standings(standings: Sequence[Standing], cited: Collection[str] | None) -> list[Body]:
    """Rows of a board; there are many lines, so they are not looked at field by field.

    Lines without what they rest on are made plain once for all units that have them.
    """
    plain: dict[int, Body] = {}
    shared: dict[int, Body] = {}

    def figures(line: ScoreLine) -> Body:
        return {"label": line.label, "quantity": line.quantity, "points": f"{line.points:f}"}

    def lines(working: Working, whole: bool) -> list[Body]:
        if whole:
            return [{**figures(one), "because": [_plain(ref, plain) for ref in one.because]} for one in working.lines]
        return [shared.get(id(one)) or shared.setdefault(id(one), figures(one)) for one in working.lines]

    def score(unit: str, period: str, working: Working) -> Body:
        made = lines(working, cited is None or unit in cited)
        return {"unit": unit, "period": period, "lines": made, "total": f"{working.total:f}"}

    return [
        {
            "group": row.group, "unit": row.unit, "rank": row.rank,
            **({} if row.tasks is None else {"tasks": row.tasks}), "score": score(*row.score),
            "list": row.list, "why": list(row.why), "tested": [_plain(one, plain) for one in row.tested],
        }
        for row in standings
    ]  # fmt: skip
