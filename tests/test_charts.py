"""Ladders, duty calendars, boards, receipts and lights as charts: what is on them is what the rules and records say."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import combinations, pairwise
from typing import Any, NamedTuple

import pytest

from supervise.charts import engine, lights, scores, years
from supervise.charts.engine import Chart
from supervise.dates import Calendar, official_calendar
from supervise.errors import Invalid, Refused, Unknown
from supervise.office import Office
from supervise.records import Duty
from supervise.rules.ruleset import AssessmentRules, BoardRules, Ladder
from supervise.widths import width
from tests.histories import FOLDER

pytest.importorskip("quickjs")
SVG = "{http://www.w3.org/2000/svg}"
OFFICE = Office(FOLDER, today=lambda: date(2026, 1, 31))
CALENDAR: Calendar = official_calendar()


def line(label: str, points: str, quantity: str = "") -> dict[str, Any]:
    """A line of a receipt."""
    return {"label": label, "quantity": quantity, "points": points, "because": []}


def standing(unit: str, group: str, rank: int | None, listed: str, *lines: dict[str, Any]) -> dict[str, Any]:
    """A unit's row on a board."""
    total = sum((Decimal(one["points"]) for one in lines), Decimal(0))
    score = {"total": f"{total:f}", "lines": list(lines)}
    return {"unit": unit, "group": group, "rank": rank, "list": listed, "score": score, "tasks": 3, "why": []}


def graded(unit: str, grade: str, *lines: dict[str, Any]) -> dict[str, Any]:
    """A unit's row of a year."""
    total = sum((Decimal(one["points"]) for one in lines), Decimal(0))
    more = {"grade": grade, "carried": "9", "bars": [], "why": []}
    return {"unit": unit, "group": "bureaus", "score": f"{total:f}", "lines": list(lines), **more}


BASE = line("基础分", "60")
BOARD: dict[str, Any] = {
    "kind": "board", "board": "red-black", "title": "重点工作红黑榜", "label": "2025年第二季度", "period": "2025Q2",
    "groups": {"bureaus": "区直部门", "towns": "乡镇(街道)"}, "cut": {"as_of": "2025-07-14", "known": None},
    "rules": {next(s.value.name for s in FOLDER.rules.values() if isinstance(s.value, BoardRules)): "ab" * 32},
    "definitions": {"key-work@1": "cd" * 32},
    "standings": [
        standing("区工信局", "bureaus", 1, "red", BASE, line("报送按期率", "20", "4/4 × 20"), line("按期完成", "10")),
        standing("区财政局", "bureaus", 2, "", BASE, line("报送按期率", "14.3", "10/14 × 20")),
        standing(
            "区商务局", "bureaus", 3, "black", BASE, line("逾期未完成", "-72.5", "牵头 12 × -5,协办 5 × -2.5"),
            line("保底", "12.5", "0"),
        ),
        standing("云锦街道", "towns", None, "", BASE),
    ],
}  # fmt: skip
YEAR: dict[str, Any] = {
    **BOARD, "kind": "assessment", "title": "年度考核", "label": "2025年",
    "rules": {next(s.value.name for s in FOLDER.rules.values() if isinstance(s.value, AssessmentRules)): "ab" * 32},
    "standings": [
        graded("区工信局", "优秀", line("四季平均", "60"), line("全年办理", "35.5")),
        graded("区财政局", "不合格", line("四季平均", "59.9")),
    ],
}  # fmt: skip


def receipt(body: dict[str, Any], n: int) -> dict[str, Any]:
    """One unit's receipt."""
    return {**{k: v for k, v in body.items() if k != "standings"}, "standing": body["standings"][n]}


def charts() -> Iterator[Chart]:
    """One chart of every kind."""
    for rules in FOLDER.of_kind(Ladder):
        yield OFFICE.ladder_chart(rules.name)
    for law in FOLDER.newest.values():
        yield OFFICE.year_chart(law.name, "2025")
    yield OFFICE.ranking_chart(BOARD)
    yield OFFICE.ranking_chart(YEAR)
    for n in range(4):
        yield OFFICE.receipt_chart(receipt(BOARD, n))
    yield OFFICE.receipt_chart(receipt(YEAR, 0))
    yield lights.lights({"区工信局": ["green", "yellow", "red", ""], "云锦街道": ["red"] * 12}, "红黄绿灯")


CHARTS = list(charts())


class Text(NamedTuple):
    """A text of an image and its room."""

    said: str
    left: float
    top: float
    right: float
    bottom: float


def texts(image: bytes) -> list[Text]:
    """Every text of a chart, by our own measure."""
    found = []
    for node in ET.fromstring(image).iter(f"{SVG}text"):
        said, style = "".join(node.itertext()), node.get("style", "")
        size = float((re.search(r"font-size:([\d.]+)px", style) or re.search(r"([\d.]+)px", style) or [0, 12])[1])
        moved = re.search(r"translate\(([-\d.]+)[ ,]([-\d.]+)\)", node.get("transform", ""))
        x, y = (float(moved[1]), float(moved[2])) if moved else (0.0, 0.0)
        x, y = x + float(node.get("x", "0")), y + float(node.get("y", "0"))
        wide, anchor = width(said) * size, node.get("text-anchor", "start")
        left = x - {"start": 0, "middle": wide / 2, "end": wide}[anchor]
        found.append(Text(said, left, y - size / 2 + 1, left + wide, y + size / 2 - 1))
    return found


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.title)
def test_a_chart_can_be_read(chart: Chart) -> None:
    """It is sound XML, has its title, no text lies on another or leaves the image, and it is the same twice."""
    image = engine.draw(chart)
    root = ET.fromstring(image)
    assert image == engine.draw(chart) and root.findtext(f"{SVG}title") == chart.title
    said = texts(image)
    assert chart.title in {text.said for text in said}
    wide, high = (float(n) for n in root.get("viewBox", "").split()[2:])
    for text in said:
        assert text.left >= 0 and text.right <= wide and text.top >= 0 and text.bottom <= high, text
    for one, other in combinations(said, 2):
        apart = one.right <= other.left or other.right <= one.left or one.bottom <= other.top or other.bottom <= one.top
        assert apart, (one, other)
    assert not re.search(rb"https?://(?!www\.w3\.org)", image)


def test_a_page_gets_what_the_image_was_drawn_from() -> None:
    """The JSON form is what ECharts in a browser is given: title, axes and series."""
    told = json.loads(engine.draw(CHARTS[0], "json"))
    assert told["title"][0]["text"] == CHARTS[0].title and told["series"]


def test_a_chart_is_painted_where_there_are_letters() -> None:
    """A png where a Chinese font is, else a refusal that names the package."""
    try:
        assert engine.draw(CHARTS[0], "png").startswith(b"\x89PNG")
    except Refused as refused:
        assert refused.problems[0].code == "V02" and "fonts-noto-cjk" in refused.problems[0].help


@pytest.mark.parametrize("n", range(4))
def test_a_waterfall_adds_up(n: int) -> None:
    """Each bar begins where the one before it ended, and the last one is the total."""
    body = receipt(BOARD, n)
    option = OFFICE.receipt_chart(body).option
    starts, longs = option["series"][0]["data"], [bar["value"] for bar in option["series"][1]["data"]]
    points = [Decimal(one["points"]) for one in body["standing"]["score"]["lines"]]
    floor = min(Decimal(0), *(sum(points[:k], Decimal(0)) for k in range(1, len(points) + 1)))
    stand = Decimal(0)
    for start, long, step in zip(starts, longs, points, strict=False):
        assert Decimal(str(start)) == min(stand, stand + step) - floor and Decimal(str(long)) == abs(step)
        stand += step
    total = Decimal(body["standing"]["score"]["total"])
    assert stand == total and Decimal(str(longs[-1])) == abs(total)
    labels = [bar["label"]["formatter"] for bar in option["series"][1]["data"]]
    assert all(label.startswith("▲" if step > 0 else "▼") for label, step in zip(labels, points, strict=False) if step)


def test_a_board_shows_every_unit_with_its_place_and_list() -> None:
    """Best first within each group; a list is told by colour, by shape and by word."""
    option = OFFICE.ranking_chart(BOARD).option
    names = [name if isinstance(name, str) else None for name in option["yAxis"]["data"]]
    assert [name for name in names if name] == [row["unit"] for row in BOARD["standings"]]
    told = [bar["label"]["formatter"] for bar in option["series"][0]["data"] if isinstance(bar, dict)]
    assert told == ["90  第 1 名  ★ 红榜", "74.3  第 2 名", "0  第 3 名  ▼ 黑榜", "60  不排名"]


def test_bands_are_those_of_the_rules() -> None:
    """The grades of an assessment cover everything without a gap; a board shows what the red list asks for."""
    grades = scores.bands(FOLDER.of_kind(AssessmentRules)[0])
    starts = [band.start for band in grades]
    assert starts[-1] is None and all(a is not None and (b is None or a > b) for a, b in pairwise(starts))
    (red,) = scores.bands(FOLDER.of_kind(BoardRules)[0])
    assert red.start == 90 and "红榜" in red.label


def test_a_ladder_runs_from_answer_to_answer() -> None:
    """Each rung begins where the reply to the one before would have been due, and says who hears."""
    for rules in FOLDER.of_kind(Ladder):
        option = OFFICE.ladder_chart(rules.name).option
        starts, bars = (series["data"] for series in option["series"])
        replies = [rung.reply.count if rung.reply else 0 for rung in rules.rungs]
        assert starts == [sum(replies[:n]) for n in range(len(replies))]
        for rung, bar in zip(rules.rungs, bars, strict=True):
            told = bar["label"]["formatter"]
            assert all(FOLDER.newest[rules.for_].roles.get(role, role) in told for role in rung.tell)
            assert "何时:" in told and ("批准后发出" in told) == bool(rung.confirm)


@pytest.mark.parametrize("name", list(FOLDER.newest))
def test_the_calendar_has_every_limit_of_the_year_on_its_day(name: str) -> None:
    """One point for each duty of a task placed at the beginning of the year, moved off holidays as the law says."""
    law = FOLDER.newest[name]
    option = years.year(law, CALENDAR, 2025).option
    points = option["series"][-1]["data"]
    owed = [duty for duty in years.owed_in(law, CALENDAR, 2025) if duty.due.year == 2025]
    assert sorted(point["name"][:5] for point in points) == sorted(f"{d.due:%m-%d}" for d in owed)
    moved = [duty for duty in owed if duty.nominal != duty.due]
    assert sum("原" in point["name"] for point in points) == len(moved)
    assert {point["value"][1] for point in points} == set(option["yAxis"]["data"])


def a_duty(due: date, met: date | None = None, born: date = date(2025, 1, 2)) -> Duty:
    """A duty of one unit."""
    late = date.fromordinal(due.toordinal() + 1)
    return Duty("plan", f"plan:{due}", "T1", "lead", ("区工信局",), born, due, due, late, met)


@pytest.mark.parametrize(
    ("duties", "expected"),
    [
        ([], ""),
        ([a_duty(date(2025, 9, 30))], "green"),
        ([a_duty(date(2025, 7, 3))], "yellow"),
        ([a_duty(date(2025, 6, 20), date(2025, 6, 23))], "yellow"),
        ([a_duty(date(2025, 5, 20), date(2025, 5, 23))], ""),
        ([a_duty(date(2025, 6, 20), date(2025, 6, 20))], "green"),
        ([a_duty(date(2025, 6, 20)), a_duty(date(2025, 9, 30))], "red"),
        ([a_duty(date(2025, 6, 20), date(2025, 7, 1))], "red"),
        ([a_duty(date(2025, 9, 30), born=date(2025, 7, 1))], ""),
    ],
)
def test_a_light_follows_from_the_duties_alone(duties: list[Duty], expected: str) -> None:
    """At the end of June: red for what is missed, yellow for late or soon, green for the rest, none for nothing."""
    assert lights.light(duties, CALENDAR, date(2025, 6, 30)) == expected


def test_lights_end_where_the_days_end() -> None:
    """No light is shown for months that have not come; the current one is that of today."""
    (row,) = lights.lit([a_duty(date(2025, 6, 20))], CALENDAR, 2025, date(2025, 7, 10)).values()
    assert row == ["green"] * 5 + ["red", "red"]


def test_what_is_not_there_is_refused() -> None:
    """An unknown ladder or lifecycle, and a year that is none."""
    for asked in (lambda: OFFICE.ladder_chart("nothing"), lambda: OFFICE.year_chart("nothing", "2025")):
        with pytest.raises(Unknown) as refused:
            asked()
        assert refused.value.problems[0].code == "F02"
    for year in ("2025Q1", "x"):
        with pytest.raises(Invalid) as wrong:
            OFFICE.year_chart("key-work", year)
        assert wrong.value.problems[0].code == "P01"
