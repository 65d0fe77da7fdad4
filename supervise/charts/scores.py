"""Boards, assessments and receipts as charts: who stands where, and how a score came about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from supervise.charts.engine import FAINT, GREY, INK, WIDE, Chart, Option, axis, hidden, label, room
from supervise.rules.ruleset import AssessmentRules, BoardRules
from supervise.rules.scoring import plain
from supervise.widths import width

Body = Mapping[str, Any]
RED, BLACK, USUAL, GAIN, LOSS, TOTAL = "#b91c1c", "#111827", "#93a4b8", "#15803d", "#b91c1c", "#1d4ed8"
LISTED = {"red": (RED, "★ 红榜"), "black": (BLACK, "▼ 黑榜"), "": (USUAL, "")}
BAND_PAPER = ("#f8fafc", "#eef2f7")
ROW, TOP, BOTTOM = 26, 76, 64
"""Sizes in pixels: a row, the room above and below."""


class Band(NamedTuple):
    """A stretch of scores with a name; the lowest has no lower end."""

    label: str
    start: Decimal | None


def bands(rules: BoardRules | AssessmentRules) -> tuple[Band, ...]:
    """The grades of an assessment, or the mark that the red list asks for, from the best down."""
    if isinstance(rules, BoardRules):
        return tuple(Band(f"红榜须满 {plain(at)} 分", at) for at in _bounds(rules.red.when))
    found = []
    for grade in rules.grades:
        at = next(iter(_bounds(grade.when)), None)
        found.append(Band(grade.grade, at))
    return tuple(found)


def _bounds(conditions: Iterable[Any]) -> Iterator[Decimal]:
    return (c.value for c in conditions if c.subject == "score" and c.sign in (">", ">="))


def ranking(body: Body, found: Sequence[Band] = ()) -> Chart:
    """A board or an assessment: a bar for each unit, best first, group by group.

    Args:
        body: as the hall gives it.
        found: bands of scores that stand behind the bars.
    """
    rows = list(_rows(body))
    title = f"{body['title']} {body['label']}" + (f" {body['number']}" if "number" in body else "")
    numbers = [row["number"] for row in rows if row["number"] is not None]
    low, high = min([0.0, *numbers]), max([100.0, *numbers])
    series = {
        "type": "bar", "barWidth": 15, "data": [_bar(row) for row in rows],
        "markArea": {"silent": True, "data": list(_areas(found, low, high))},
        "markLine": {"silent": True, "z": 1, "symbol": "none", "data": list(_marks(found, low, high))},
    }  # fmt: skip
    option = {
        "grid": {"left": room(f"———{row['label']}" for row in rows), "right": 150, "top": TOP, "bottom": BOTTOM},
        "xAxis": axis(type="value", min=low, max=high, splitLine={"lineStyle": {"color": FAINT}}),
        "yAxis": axis(type="category", inverse=True, data=[_name(row) for row in rows]),
        "series": [series],
    }
    return Chart(title, option, WIDE, TOP + BOTTOM + ROW * max(len(rows), 1), _basis(body))


def _rows(body: Body) -> Iterator[dict[str, Any]]:
    for group in dict.fromkeys(row["group"] for row in body["standings"]):
        yield {"label": body["groups"].get(group, group), "number": None}
        for row in body["standings"]:
            if row["group"] == group:
                score = row["score"]["total"] if isinstance(row["score"], Mapping) else row["score"]
                place = row["grade"] if "grade" in row else "不排名" if row["rank"] is None else f"第 {row['rank']} 名"
                yield {
                    "label": row["unit"], "number": float(score), "shown": plain(Decimal(score)),
                    "list": row.get("list", ""), "place": place,
                }  # fmt: skip


def _name(row: Mapping[str, Any]) -> Any:
    if row["number"] is None:
        return {"value": f"—— {row['label']} ——", "textStyle": {"color": GREY}}
    return row["label"]


def _bar(row: Mapping[str, Any]) -> Any:
    if row["number"] is None:
        return "-"
    colour, listed = LISTED.get(row["list"], LISTED[""])
    told = "  ".join(part for part in (row["shown"], row["place"], listed) if part)
    ink = colour if listed else INK
    return {"value": row["number"], "itemStyle": {"color": colour}, "label": label(told, ink)}


def _areas(found: Sequence[Band], low: float, high: float) -> Iterator[list[Option]]:
    top = high
    for n, band in enumerate(found):
        start = low if band.start is None else float(band.start)
        above = {"color": GREY, "position": "insideTop", "offset": [0, -22]}
        paper = {"color": BAND_PAPER[n % 2]}
        yield [{"xAxis": start, "name": band.label, "itemStyle": paper, "label": above}, {"xAxis": top}]
        top = start


def _marks(found: Sequence[Band], low: float, high: float) -> Iterator[Option]:
    for band in found:
        if band.start is not None and low < float(band.start) < high:
            yield {"xAxis": float(band.start), "label": {"show": False}, "lineStyle": {"color": GREY, "type": "dashed"}}


def _basis(body: Body) -> str:
    laws = " · ".join(f"{name} {print_[:8]}" for name, print_ in {**body["rules"], **body["definitions"]}.items())
    return f"截至 {body['cut']['as_of']} · {laws}"


def receipt(body: Body) -> Chart:
    """One unit's score as a waterfall: every line of its receipt, from the first to the sum.

    Args:
        body: as ``why`` gives it.
    """
    row = body["standing"]
    score = row["score"] if isinstance(row["score"], Mapping) else {"total": row["score"], "lines": row["lines"]}
    steps = list(_steps(score["lines"], Decimal(score["total"])))
    floor = min([Decimal(0), *(min(step.before, step.after) for step in steps)])
    data: list[Any] = []
    for step in steps:
        long = float(abs(step.after - step.before))
        data.append({"value": long, "itemStyle": {"color": step.colour}, "label": label(step.shown)})
    names = [step.label for step in steps]
    option = {
        "grid": {"left": room(names), "right": 120, "top": TOP - 10, "bottom": BOTTOM - 10},
        "xAxis": axis(type="value", splitLine={"lineStyle": {"color": FAINT}}, show=floor == 0),
        "yAxis": axis(type="category", inverse=True, data=names),
        "series": [
            hidden([float(min(step.before, step.after) - floor) for step in steps], "points"),
            {"type": "bar", "stack": "points", "barWidth": 16, "data": data, "markLine": _zero(floor)},
        ],
    }
    title = f"{row['unit']} {plain(Decimal(score['total']))} 分 · {body['title']} {body['label']}"
    return Chart(title, option, WIDE, TOP + BOTTOM + ROW * len(steps), f"▲ 加分  ▼ 减分  ■ 合计    {_basis(body)}")


def _zero(floor: Decimal) -> Option:
    """Where nothing stands, if bars reach below it."""
    at = [{"xAxis": float(-floor), "label": {"formatter": "0 分", "color": GREY}}] if floor < 0 else []
    return {"silent": True, "symbol": "none", "lineStyle": {"color": GREY, "type": "solid"}, "data": at}


class _Step(NamedTuple):
    label: str
    shown: str
    before: Decimal
    after: Decimal
    colour: str


def _steps(lines: Sequence[Mapping[str, Any]], total: Decimal) -> Iterator[_Step]:
    stand = Decimal(0)
    for line in lines:
        points = Decimal(line["points"])
        sign, colour = ("▲ +", GAIN) if points > 0 else ("▼ −", LOSS) if points < 0 else ("", GREY)
        name = " ".join(part for part in (line["label"], line["quantity"]) if part)
        yield _Step(_short(name), f"{sign}{plain(abs(points))}", stand, stand + points, colour)
        stand += points
    yield _Step("合计", f"■ {plain(total)}", Decimal(0), total, TOTAL)


def _short(text: str, ems: float = 30) -> str:
    while width(text) > ems:
        text = text[:-2].rstrip("…") + "…"
    return text
