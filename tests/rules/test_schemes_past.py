"""What a scheme asks of earlier boards: the period just before, of whichever board has the unit, and nothing else."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from supervise.rules.facts import Earlier
from tests.cli_help import run
from tests.rules.schemes import HEAD, boards, mark, rows

MARKS = "marks:\n  n: {label: 数, value: number}\n"
SCORE = "scores: {score: {points: n}}\n"
GAIN = "values: {gain: score - before(score)}\n"
ONE = "boards: {main: {by: score, show: gain, lists: {black: {when: score < 60}}}}\n"
TWO = "boards: {all: {by: score, show: gain}, some: {by: score, groups: a}}\n"
UNITS = {"甲": "a", "乙": "b"}


def stood(board: str, month: int, **scores: int) -> Earlier:
    """A board of some month as it was published."""
    told = {unit: {"values": {"score": str(score)}, "lists": [], "score": {"total": str(score), "lines": []}}
            for unit, score in scores.items()}  # fmt: skip
    return Earlier(board, f"2025-{month:02d}", date(2025, month, 1), told)


def gains(text: str, *earlier: Earlier) -> dict[str, str | None]:
    """What each unit gained on the period before."""
    made = boards(
        HEAD + MARKS + GAIN + SCORE + text, UNITS, [mark("甲", "n", 70), mark("乙", "n", 80)], earlier=earlier
    )
    return {unit: row.values["gain"] for unit, row in rows(next(iter(made.values()))).items()}


def test_the_period_before_is_the_one_just_before() -> None:
    """Where no board was made of May, June has nothing to compare itself with, though there is one of April."""
    assert gains(ONE, stood("main", 4, 甲=60, 乙=60)) == {"甲": None, "乙": None}
    assert gains(ONE, stood("main", 4, 甲=60, 乙=60), stood("main", 5, 甲=65, 乙=60)) == {"甲": "5", "乙": "20"}


def test_what_was_before_is_found_on_whichever_board_has_the_unit() -> None:
    """Another board of the scheme that leaves a group out hides nothing of that group."""
    assert gains(TWO, stood("all", 5, 甲=65, 乙=60), stood("some", 5, 甲=65)) == {"甲": "5", "乙": "20"}


@pytest.fixture
def trial(tmp_path: Path) -> Any:
    """The command on a scheme that looks back, with given boards of earlier periods."""
    (tmp_path / "s.yaml").write_text(HEAD + MARKS + GAIN + SCORE + ONE, "utf-8")
    (tmp_path / "n.csv").write_text("单位,数\n甲,70\n乙,50\n", "utf-8")
    (tmp_path / "u.csv").write_text("单位,分组\n甲,a\n乙,b\n", "utf-8")

    def made(period: str, *earlier: Path, scheme: str = "s.yaml", data: bool = False) -> Any:
        more = [part for file in earlier for part in ("--earlier", file)]
        files = ("--marks", tmp_path / "n.csv", "--units", tmp_path / "u.csv")
        return run("board", tmp_path / scheme, period, *files, *more, *(["--json"] if data else []))

    def kept(period: str) -> Path:
        file = tmp_path / f"{period}.json"
        file.write_text(json.dumps(made(period, data=True).data), "utf-8")
        return file

    made.kept, made.at = kept, tmp_path  # type: ignore[attr-defined]
    return made


def test_a_trial_says_which_period_it_could_not_look_at(trial: Any) -> None:
    """Without the board of May it is told, with it not; a scheme that never looks back says nothing of it."""
    assert "没有上一期 2025-05" in trial("2025-06").out
    assert trial("2025-06", data=True).data["boards"][0]["earlier"] == {"given": [], "missing": "2025-05"}
    told = trial("2025-06", trial.kept("2025-05"))
    assert "没有上一期" not in told.out and "+0" in told.out.replace("平", "+0")
    (trial.at / "plain.yaml").write_text((HEAD + MARKS + SCORE + ONE).replace("show: gain, ", ""), "utf-8")
    assert "没有上一期" not in trial("2025-06", scheme="plain.yaml").out


def test_a_trial_says_what_lay_behind_its_last_day(trial: Any) -> None:
    """A date slipped into next year is not left out in silence."""
    (trial.at / "n.csv").write_text("单位,日期,数\n甲,2025-06-30,70\n乙,2025-06-30,50\n乙,2026-06-30,90\n", "utf-8")
    assert "有 1 条登记的日期在 2025-06-30 以后,没有计" in trial("2025-06").out


def test_boards_that_are_none_of_its_past_are_refused(trial: Any) -> None:
    """Of another scheme, of this period or a later one, or twice the same: each is told with its file."""
    before = trial.kept("2025-05")
    assert "已经给了 2025-05 的" in trial("2025-06", before, before).err
    assert "2025-05 不在 2025-05 以前" in trial("2025-05", before).err
    (trial.at / "other.yaml").write_text(
        (trial.at / "s.yaml").read_text("utf-8").replace("scheme: s", "scheme: t"), "utf-8"
    )
    answer = trial("2025-06", before, scheme="other.yaml")
    assert answer.code != 0 and "2025-05.json" in answer.err and "是 s 的榜,不是 t 的" in answer.err
