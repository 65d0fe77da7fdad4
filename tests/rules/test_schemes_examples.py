"""Published schemes and some of our own as rule files: every number, place, list and grade worked out by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from supervise.hall.receipts import as_plain
from supervise.records import Mark
from supervise.rules.facts import Earlier
from tests.cli_help import run
from tests.rules.schemes import EXAMPLES, boards, example, mark, on, rows


def worked(shared: Path, name: str) -> Any:
    """A worked example from the survey of practice."""
    file = shared / "rules" / f"{name}.example.json"
    return json.loads(file.read_text("utf-8"), parse_float=Decimal, parse_int=Decimal)


def test_deductions_by_section_with_floor_and_veto(shared: Path) -> None:
    """Set 1: sections, totals, ranks, grades, vetoes, carried points and both lists of both groups."""
    told = worked(shared, "s1-bucket-deductions")
    units = told["input"]["units"]
    marks = [mark(u["id"], kind) for u in units for kind, n in u["events"].items() for _ in range(int(n))]
    marks += [mark(u["id"], "no_proposal_duty") for u in units if u["no_proposal_duty"]]
    made = boards(example("bucket-deductions"), {u["id"]: u["group"] for u in units}, marks, "2025")["main"]
    for unit, row in rows(made).items():
        want = told["expected"]["units"][unit]
        value = {name: Decimal(text) for name, text in row.values.items() if text is not None}
        assert {name: value[name] for name in want["sections"]} == want["sections"], unit
        found = (row.score.total, row.rank, row.grade, bool(value["award_veto"]), value["annual_points"])
        keys = ("total", "rank", "grade", "award_veto", "annual_points")
        assert found == tuple(want[key] for key in keys), unit
    for group, lists in told["expected"]["lists"].items():
        assert {name: on(made, name, group) for name in lists} == lists


def test_lead_and_co_shares_counted_once_a_matter(shared: Path) -> None:
    """Set 2: scores, deductions, ties broken by them, lists, interviews, and the variant that spares townships."""
    told = worked(shared, "s2-lead-co-points")
    groups = {unit: group for group, units in told["input"]["groups"].items() for unit in units}
    marks = [
        mark(e["unit"], e["event"], matter=e["matter"], role=e["role"], status=e["status"])
        for e in told["input"]["events"]
    ]
    score = {"total": "0", "lines": []}
    before = {unit: {"lists": ["black"], "rank": None, "score": score} for unit in told["input"]["previous_black"]}
    earlier = [Earlier("main", "2025-05", date(2025, 5, 1), before)]
    text = example("lead-co-points")
    spared = text.replace("per_matter: apart\n", "per_matter: apart\n    spare: [township as co minus]\n")
    assert spared != text
    want = told["expected"]
    for rules, expected in ((text, want), (spared, want["variant_township_co_deductions_ignored"])):
        made = boards(rules, groups, marks, "2025-06", earlier)["main"]
        for unit, numbers in expected["units"].items():
            row = rows(made)[unit]
            found = {"score": row.score.total, "rank": row.rank, "total_deduction": row.values["score.deducted"]}
            assert {key: Decimal(found[key]) for key in numbers} == numbers, unit
        for group, lists in expected["lists"].items():
            assert {name: on(made, name, group) for name in lists} == lists
        assert sorted(proposal.unit for proposal in made.proposals) == expected["interview"]
    raw = {
        unit: Decimal(rows(boards(text, groups, marks)["main"])[unit].values["score.raw"]) for unit in want["uncapped"]
    }
    assert raw == want["uncapped"]


def test_two_boards_by_place_and_target(shared: Path) -> None:
    """Set 3: a formula of three figures, places over the whole series first, two boards, a mean of the series."""
    told = worked(shared, "s3-two-boards")
    units = told["input"]["units"]
    figures = [(u["id"], kind, value) for u in units for kind, value in u.items() if kind not in ("id", "series")]
    marks = [
        mark(unit, kind, int(value) if value is True else value) for unit, kind, value in figures if value is not False
    ]
    made = boards(example("two-boards"), {u["id"]: u["series"] for u in units}, marks, "2025Q2")
    for name in ("push", "invest"):
        want, board = told["expected"][name], made[name]
        assert {unit: row.rank for unit, row in rows(board).items()} == want["ranks"]
        for listed in ("red", "black"):
            assert {group: on(board, listed, group) for group in want[listed]} == {
                g: sorted(u) for g, u in want[listed].items()
            }
    assert {u: row.score.total for u, row in rows(made["push"]).items()} == told["expected"]["push"]["scores"]
    means = {Decimal(row.values["mean_growth"] or 0) for row in made["invest"].standings}
    assert means == {told["expected"]["invest"]["mean_growth"]}


def test_lights_of_projects_by_owner(shared: Path) -> None:
    """Set 4: four lights and the gravest of each project, months and days counted to the day, summed by owner."""
    told = worked(shared, "s4-progress-lights")
    projects = told["input"]["projects"]
    marks = [found for project in projects for found in project_marks(project)]
    made = boards(example("progress-lights"), {p["owner"]: "owner" for p in projects}, marks, "2025-09")["lights"]
    want = told["expected"]
    lights = {item.matter: item.values for row in made.standings for item in row.items}
    assert {m: {key: lights[m][key] for key in shown} for m, shown in want["projects"].items()} == want["projects"]
    assert {unit: dict(row.lights["overall"]) for unit, row in rows(made).items()} == want["by_owner"]


def project_marks(project: Mapping[str, Any]) -> list[Mark]:
    """What is on record of a project."""
    found = []
    for kind, value in project.items():
        more = {"matter": project["id"]}
        if kind in ("planned_start", "started", "entered") and value:
            day = date.fromisoformat(value if len(value) > 7 else f"{value}-01")
            found.append(mark(project["owner"], kind, day=day, **more))
        elif kind == "good_reason" and value:
            found.append(mark(project["owner"], kind, **more))
        elif kind in ("expected", "actual", "paid", "required") and value is not None:
            found.append(mark(project["owner"], kind, value, date(2025, 9, 30), **more))
    return found


# Worked by hand from the tables beside the rule files: unit → points, place, lists.
OWN: dict[tuple[str, str], dict[str, dict[str, tuple[str, int | None, list[str]]]]] = {
    ("bucket-deductions", "2025"): {
        "bucket-deductions": {
            "甲县": ("100", 1, ["red"]),
            "乙县": ("77", 2, ["black"]),  # 0 (4 × −5 on 16) + 45−5 + 27 + 12−2
            "甲局": ("97", 1, ["red"]),  # no proposals, so 27; one second supervision
            "丙局": ("97", 1, ["red"]),
            "乙局": ("84", 3, []),  # 16 + 45−3−3−10 + 27 + 12; the third place is below 90, the last not below 80
        }
    },
    ("lead-co-points", "2025-06"): {
        "lead-co-points": {
            "甲镇": ("81.5", 1, ["red"]),  # what was revoked does not count
            "乙镇": ("79.5", 2, ["black"]),  # −2.5 as co, +2 as lead
            "甲局": ("82.5", 1, ["red"]),  # of +2.5 and +1 in one matter the higher
            "乙局": ("75", 2, ["black"]),  # of −5 and −1 in one matter the graver; May is over
        }
    },
    ("two-boards", "2025Q2"): {
        "two-boards.push": {
            "甲县": ("83", 1, []),  # 45 + 24 + 14, at exactly 100 neither beaten nor missed
            "乙县": ("83", 1, ["red"]),  # 40 + 24 + 19
            "丙县": ("61", 3, ["black"]),  # 30 + 21 + 10, missed by 0.1
            "甲局": ("91.5", 1, ["red"]),
            "乙局": ("70", 2, []),  # force majeure
        },
        "two-boards.invest": {
            "甲县": ("80", 1, ["red"]),
            "乙县": ("80", 1, []),  # growth 3 is below the mean of 5
            "丙县": ("70", 3, ["black"]),
        },
    },
    ("three-step-targets", "2025"): {
        "three-step-targets": {
            "甲": ("97", 1, []),  # 50 × 80% + 30 × 120% + 20 × 105%
            "丙": ("71.63", 2, []),  # 50 × 60% + 30 × 100% + 20 × (80 − 21.875)%
            "乙": ("67.5", 3, []),  # six months, so 50/100/150: 50 × 108% + 30 × 0, out of 80
        }
    },
    ("four-lights", "2025-06"): {
        "four-lights": {
            "甲": ("100", 1, ["red"]),
            "丙": ("75", 2, []),  # of May nothing is given: yellow and green
            "丁": ("65", 3, []),  # 5 days are blue, 6 are yellow
            "乙": ("43.3", 4, ["black"]),  # (80 + 50 + 0) ÷ 3
        }
    },
    ("three-raters", "2025"): {
        "three-raters": {
            "F院": ("90", 1, []),
            "C院": ("89.6", 2, []),
            "B院": ("88.5", 3, []),  # two raters: nobody is left out
            "A院": ("85", 4, []),  # of 70, 88, 90, 92, 95 the middle three
            "D院": ("77.2", 5, []),
            "E院": ("55", 6, []),
        }
    },
    ("rate-of-full", "2025"): {
        "rate-of-full": {
            "丁局": ("97", 1, []),
            "甲局": ("91.76", 2, []),  # 78 of the 85 that applied
            "乙局": ("75", 3, []),  # 80 − 5: four times missing would take 5.5
            "丙局": ("52.83", 4, []),  # 48 of 90, once missing
        }
    },
    ("rolling-points", "2025-06"): {
        "rolling-points": {
            "甲局": ("12", 1, ["red"]),
            "戊局": ("12", 1, ["red"]),  # what was revoked takes nothing, a course gives nothing beyond twelve
            "乙局": ("8", 3, []),  # June 2024 is over; −1, then within six months −2 and −0.5 × 2
            "丙局": ("5", 4, ["black"]),  # −6, seven months later −1, a month after that −2; of three courses two
            "丁局": ("0", 5, ["black"]),  # −6 and −12
        }
    },
    ("best-projects", "2025Q4"): {
        "best-projects": {
            "甲县": ("95", 1, ["red"]),  # of 85, 45, 65 and 14 the best three, a meeting this quarter
            "丙县": ("73.67", 2, ["red"]),  # (52 + 71 + 8) ÷ 3, of two meetings one
            "乙县": ("34.67", 3, ["black"]),  # (69 + 65 + 0) ÷ 3 − 10
        }
    },
    ("unit-lights", "2025-06"): {
        "unit-lights": {
            "甲局": ("100", 1, ["red"]),  # four of five green, no red
            "丙局": ("100", 1, ["red"]),  # the sixth is force majeure
            "丁局": ("70", 3, []),  # nine of ten green, one red: neither
            "乙局": ("40", 4, ["black"]),  # one of four red
            "己局": ("40", 4, ["black"]),  # one of two; what is closed is green
            "戊局": ("0", None, []),  # nothing lights up
        }
    },
    ("flags-that-stay", "2025-05"): {
        "flags-that-stay": {
            "子区": ("95", 1, ["red"]),
            "丑区": ("91", 2, []),
            "甲街": ("94", 1, ["red"]),  # 38 + 28 + 28
            "丙街": ("92", 2, []),
            "乙街": ("70", 3, ["black"]),
            "丁街": ("70", 3, ["black"]),
        }
    },
    ("year-end", "2025"): {
        "year-end": {
            "甲镇": ("96.74", 1, []),  # 47.5 + 18.8 + 9.44 + 18, of two praises in one matter the higher
            "乙镇": ("86.4", 2, []),  # quarters 86.4: 43.2 + 18 + 8.8 + 18.4 − 2
            "丙局": ("92.47", 1, []),  # 36.32 + 19 + 27.9 out of 90
            "丁局": ("91.3", 2, []),
            "戊局": ("91", 3, []),
            "统计局": ("96", 1, []),
        }
    },
    ("carried-quarters", "2025Q1"): {
        "carried-quarters": {
            "甲局": ("116", 1, []),  # nothing was carried into a first quarter
            "乙局": ("100", 2, []),
            "丙局": ("76", 3, ["black"]),
        }
    },
    ("places-and-rises", "2025"): {
        "places-and-rises": {
            "甲": ("98.2", 1, []),  # 97.2, from third to first
            "乙": ("96.5", 2, []),  # 96.8, from first to second
            "丙": ("95.7", 3, []),  # 95.2, from fourth to third
            "丁": ("89", 4, ["black"]),  # 89.6, from second to fourth
        }
    },
}
GRADES = {
    "three-raters": {"A院": "优秀", "B院": "优秀", "C院": "不合格", "D院": "良好", "E院": "不合格", "F院": "良好"},
    "rate-of-full": {"甲局": "B", "乙局": "C", "丙局": "D", "丁局": "B"},
    "year-end": {"甲镇": "优秀", "乙镇": "良好", "丙局": "优秀", "丁局": "良好", "戊局": "较差", "统计局": "优秀"},
}


@pytest.mark.parametrize(("name", "period"), OWN, ids=lambda value: str(value))
def test_our_own_tables_from_files_alone(name: str, period: str) -> None:
    """The command judges the tables beside each rule file without a database, and receipts add up."""
    bodies = made(name, period)
    found = {
        body["board"]: {r["unit"]: (_bare(r["score"]["total"]), r["rank"], r["lists"]) for r in body["standings"]}
        for body in bodies
    }
    assert found == OWN[name, period]
    for row in (row for body in bodies for row in body["standings"]):
        assert sum(Decimal(line["points"]) for line in row["score"]["lines"]) == Decimal(row["score"]["total"])


def made(name: str, period: str, *more: object) -> list[dict[str, Any]]:
    """The boards that the command gives of our own tables."""
    files = ("--marks", EXAMPLES / f"{name}.marks.csv", "--units", EXAMPLES / f"{name}.units.csv")
    answer = run("board", EXAMPLES / f"{name}.yaml", period, *files, *more, "--json").data
    return list(answer["boards"])


@pytest.mark.parametrize("name", GRADES)
def test_our_own_grades(name: str) -> None:
    """Quotas rounded and shared, a veto, a grade lowered that leaves its place to the next; the mean and its spread."""
    [body] = made(name, "2025")
    assert {row["unit"]: row["grade"] for row in body["standings"]} == GRADES[name]


def test_two_yellow_months_are_red(tmp_path: Path) -> None:
    """With the board of May beside it, what was yellow then and is yellow still is red; what was green is yellow."""
    before = tmp_path / "5.json"
    before.write_text(json.dumps({"boards": made("four-lights", "2025-05")}), "utf-8")
    [body] = made("four-lights", "2025-06", "--earlier", before)
    lights = {item["matter"]: item["values"]["light"] for row in body["standings"] for item in row["items"]}
    assert (lights["p7"], lights["p10"]) == ("red", "yellow")
    scores = {row["unit"]: (row["score"]["total"], row["lists"]) for row in body["standings"]}
    assert scores["丙"] == ("50.0", ["black"])


# What earlier periods change: unit → points and lists once their boards are given.
AFTER: dict[tuple[str, tuple[str, ...]], dict[str, tuple[str, list[str]]]] = {
    ("unit-lights", ("2025-05", "2025-06")): {"甲局": ("105", ["red"]), "丙局": ("100", ["red"])},  # from red to green
    ("flags-that-stay", ("2025-05", "2025-06")): {
        "乙街": ("83", ["black"]),  # third of four: the flag stays
        "丁街": ("89", []),  # second: taken down
        "丙街": ("64", ["black"]),
    },
    ("carried-quarters", ("2025Q1", "2025Q2", "2025Q3")): {
        "甲局": ("105", []),  # 102, and half of what the second quarter had above 110
        "乙局": ("76", ["black"]),  # 80 in the second quarter was none
        "丙局": ("86", []),  # 96, twice black before
    },
}


@pytest.mark.parametrize(("name", "periods"), AFTER, ids=lambda value: str(value))
def test_what_earlier_periods_change(name: str, periods: tuple[str, ...], tmp_path: Path) -> None:
    """Each period made with those before it: a light that turned, a flag that stays, points carried over."""
    earlier: list[object] = []
    for period in periods[:-1]:
        file = tmp_path / f"{period}.json"
        file.write_text(json.dumps({"boards": made(name, period, *earlier)}), "utf-8")
        earlier += ["--earlier", file]
    [body] = made(name, periods[-1], *earlier)
    found = {row["unit"]: (_bare(row["score"]["total"]), row["lists"]) for row in body["standings"]}
    wanted = AFTER[name, periods]
    assert {unit: found[unit] for unit in wanted} == wanted


def test_what_is_no_earlier_board_is_refused(tmp_path: Path) -> None:
    """A file of problems, or of another command, is not taken for a board without units."""
    wrong = tmp_path / "5.json"
    wrong.write_text('{"problems": []}', "utf-8")
    answer = run("board", EXAMPLES / "four-lights.yaml", "2025-06", "--marks", EXAMPLES / "four-lights.marks.csv",
                 "--units", EXAMPLES / "four-lights.units.csv", "--earlier", wrong)  # fmt: skip
    assert answer.code != 0 and "不是 supervise board --json 的输出" in answer.err


def _bare(text: str) -> str:
    return f"{Decimal(text).normalize():f}"


def test_our_own_projects_light_up() -> None:
    """The lights of six projects: undefined lags are green as the file says, 10 is yellow, 30.1 red."""
    files = ("--marks", EXAMPLES / "progress-lights.marks.csv", "--units", EXAMPLES / "progress-lights.units.csv")
    [body] = run("board", EXAMPLES / "progress-lights.yaml", "2025-09", *files, "--json").data["boards"]
    lights = {item["matter"]: item["values"]["overall"] for row in body["standings"] for item in row["items"]}
    assert lights == {
        "一号项目": "green", "二号项目": "yellow", "三号项目": "not_due", "四号项目": "red", "五号项目": "exempt",
        "六号项目": "red",
    }  # fmt: skip
    assert [row["lights"]["overall"] for row in body["standings"]] == [
        {"green": 1, "not_due": 1, "yellow": 1}, {"exempt": 1, "red": 2},
    ]  # fmt: skip


@pytest.mark.parametrize("name", sorted(file.stem for file in EXAMPLES.glob("*.yaml")))
def test_the_examples_are_sound(name: str) -> None:
    """The check finds nothing in the rule files we show, nor has it a hint."""
    answer = run("check", EXAMPLES / f"{name}.yaml", "--json")
    assert (answer.code, answer.data["problems"], answer.data["notes"]) == (0, [], [])


def test_plain_data_of_a_standing_is_stable() -> None:
    """A standing as plain data has text for every number, so that no digit is lost."""
    made = boards(example("lead-co-points"), {"甲": "township"}, [])["main"]
    assert as_plain(made.standings[0])["score"]["total"] == "80.00"
