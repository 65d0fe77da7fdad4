"""Schemes, units and marks for the tests that judge by them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from supervise.dates import official_calendar, parse_period
from supervise.people import Unit, UnitList
from supervise.reading import parse, validate
from supervise.records import Mark
from supervise.rules.facts import Earlier, Facts, identified
from supervise.rules.placing import Placed, SchemeStanding, place
from supervise.rules.scheme import Scheme
from supervise.rules.schemecheck import check_scheme
from supervise.rules.sheet import Sheet

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "rules"
DAY = date(2025, 6, 1)
HEAD = "scheme: s\nversion: 1\ntitle: 试\neffective: 2020-01-01\nperiod: month\ngroups: {a: 甲组, b: 乙组}\n"
MARKS = (
    "marks:\n  late: {label: 迟办}\n  good: {label: 表扬, role: [lead, co]}\n  n: {label: 数, value: number}\n"
    "  m: {label: 又一数, value: number}\n  f: {label: 不可抗力, value: flag}\n"
)
PLAIN = "scores:\n  score:\n    points: n\n    none: out\nboards:\n  main: {by: score}\n"


def example(name: str) -> str:
    """The text of a rule file among the examples."""
    return (EXAMPLES / f"{name}.yaml").read_text("utf-8")


def mark(unit: str, kind: str, value: object = 1, day: date = DAY, **more: str) -> Mark:
    """A mark."""
    return Mark(unit, kind, day, Decimal(str(value)), **more)


def boards(
    text: str, groups: Mapping[str, str], marks: Iterable[Mark], period: str = "2025-06",
    earlier: Sequence[Earlier] = (), as_of: date | None = None,
) -> dict[str, Placed]:  # fmt: skip
    """Every board of a scheme, from marks alone."""
    document = parse(text, "s.yaml")
    scheme, span = validate(document, Scheme), parse_period(period)
    assert [str(problem) for problem in check_scheme(document, scheme, {})] == []
    directory = UnitList(tuple(Unit(unit, group=group) for unit, group in groups.items()))
    known = identified(marks)
    facts = Facts(scheme, known, span, as_of or span.end, directory, official_calendar(), None, earlier)
    sheet = Sheet(scheme, document, facts, groups)
    return {name: place(sheet, name) for name in scheme.boards}


def rows(placed: Placed) -> dict[str, SchemeStanding]:
    """Unit → its standing."""
    return {row.unit: row for row in placed.standings}


def on(placed: Placed, name: str, group: str = "") -> list[str]:
    """Who is on a list, by name."""
    return sorted(row.unit for row in placed.standings if name in row.lists and group in ("", row.group))


def problems(text: str) -> dict[str, str]:
    """What the check says of a scheme: place → code and text."""
    document = parse(text, "s.yaml")
    return {f"{p.line}": f"{p.code} {p.text}" for p in check_scheme(document, validate(document, Scheme), {})}


def past(placed: Placed, period: str, **rows_: Any) -> Earlier:
    """An earlier board as it would have been published."""
    from supervise.hall.receipts import as_plain

    told = {row.unit: as_plain(row) for row in placed.standings}
    return Earlier(placed.name, period, parse_period(period).start, told)
