"""What differs between two results for the same units: a trial and what stands, a supplement and what it corrects."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from supervise.rules.moved import called, lines_of, total_of

Body = Mapping[str, Any]
KEYS = ("score", "rank", "list", "grade", "bars")
"""What is compared of a unit."""


def differences(before: Body, after: Body) -> list[dict[str, Any]]:
    """Every unit whose score, rank, list, grade or bars are not the same, with the lines that moved it.

    Args:
        before, after: a board or an assessment each, as plain documents.

    Returns:
        by unit: each key that differs as ``[from, to]``, ``None`` where the unit is not there; ``lines`` by how much
        they moved.
    """
    olds, news = ({row["unit"]: row for row in body["standings"]} for body in (before, after))
    found = []
    for unit in sorted({*olds, *news}):
        old, new = _said(olds.get(unit)), _said(news.get(unit))
        changed = {key: [old.get(key), new.get(key)] for key in KEYS if old.get(key) != new.get(key)}
        if changed:
            found.append({"unit": unit, **changed, "lines": _lines(olds.get(unit), news.get(unit))})
    return found


def _said(row: Body | None) -> dict[str, Any]:
    """What a row says under the keys that are compared, whatever sort of result it is of."""
    if row is None:
        return {}
    lists = row.get("lists", [row["list"]] if row.get("list") else [])
    told = {"score": total_of(row), "rank": row.get("rank"), "grade": row.get("grade") or None}
    return told | {"list": "、".join(lists) or None, "bars": "、".join(row.get("bars", ())) or None}


def _lines(old: Body | None, new: Body | None) -> list[dict[str, Any]]:
    before, after = _points(old), _points(new)
    moved = [
        (label, before.get(label, Decimal(0)), after.get(label, Decimal(0)))
        for label in dict.fromkeys((*before, *after))
    ]
    moved.sort(key=lambda one: (-abs(one[2] - one[1]), one[0]))
    return [{"label": label, "from": f"{a:f}", "to": f"{b:f}"} for label, a, b in moved if a != b]


def _points(row: Body | None) -> dict[str, Decimal]:
    """Points by line; lines of one name are taken together."""
    if row is None:
        return {}
    found: dict[str, Decimal] = {}
    for line in lines_of(row):
        label = called(line)
        found[label] = found.get(label, Decimal(0)) + Decimal(line["points"])
    return found
