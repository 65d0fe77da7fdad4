"""The lawmaker at the counter: what differs, who approved, what becomes of running tasks; and rehearsals."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli_help import DEFINITIONS, Result, run
from tests.laws import OLD, SOURCE

BREAKDOWN = """
workflow: key-work@{number}
due: 2025-12-31
tasks:
  - {{code: A1, text: 任务一, lead: [区工信局], co: [区商务局]}}
  - {{code: A2, text: 任务二, lead: [区工信局]}}
"""
NEW = f"{OLD.workflow}@{OLD.version + 1}"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two versions of the lifecycle, the second without a state that the first has, and two tasks."""
    laws = tmp_path / "laws"
    shutil.copytree(DEFINITIONS, laws)
    text = SOURCE.text.replace(f"version: {OLD.version}\n", f"version: {OLD.version + 1}\n", 1)
    text = text.replace("  planned: 已报方案", "  drafted: 方案已报").replace("planned", "drafted")
    (laws / "new.yaml").write_text(text, "utf-8")
    monkeypatch.setenv("SUPERVISE_DEFINITIONS", str(laws))
    monkeypatch.setenv("SUPERVISE_DB", f"sqlite:///{tmp_path / 'a.db'}")
    (tmp_path / "分解.yaml").write_text(BREAKDOWN.format(number=OLD.version), "utf-8")
    assert run("assign", tmp_path / "分解.yaml", "--day", "2025-02-20").code == 0
    made = run(
        "do",
        "A1",
        "plan",
        "--as",
        "区工信局",
        "--day",
        "2025-02-24",
        "--milestones",
        "2025-06-30 甲",
        "--contact",
        "王某",
    )
    assert made.code == 0
    return tmp_path


def migrate(*more: str | Path) -> Result:
    """Tasks under the new version from July."""
    return run("migrate", OLD.name, NEW, "--day", "2025-07-01", *more)


def test_a_plan_is_looked_at_then_done_then_taken_back(site: Path) -> None:
    """What stops a task is said with the line for the map; with it the task moves, and everything can go back."""
    looked = migrate("--dry-run")
    assert looked.code == 3
    assert "[N01]" in looked.out and "states: {planned: …}" in looked.out
    assert "可改 1 项,不能动 1 项" in looked.out
    assert run("log", "A2").out.count("\n") == 2
    map_ = site / "对照.yaml"
    map_.write_text(f"from: {OLD.name}\nstates: {{planned: drafted}}\n", "utf-8")
    moved = migrate("--map", map_, "--by", "张某")
    assert (moved.code, moved.out.splitlines()[-1]) == (0, "已改 2 项")
    assert "方案已报" in moved.out
    log = run("log", "A1").out
    assert f"{OLD.name} → {NEW}" in log and "改用新版流程" in log
    assert run("replay", "--verify").code == run("audit").code == 0
    assert migrate("--dry-run").out == "没有要改的在办任务\n"
    back = migrate("--revert")
    assert (back.code, back.out.splitlines()[-1]) == (0, "已退回 2 项")
    assert "退回原版流程" in run("log", "A1").out
    assert "已报方案" in run("show", "A1", "--as-of", "2025-07-01").out
    assert run("replay", "--verify").code == 0


def test_a_wrong_map_is_answered_at_its_line(site: Path) -> None:
    """File, line and the nearest name, as for every file."""
    map_ = site / "对照.yaml"
    map_.write_text(f"from: {OLD.name}\nstates: {{planed: drafted}}\n", "utf-8")
    made = migrate("--map", map_)
    assert made.code == 4
    assert f"{map_}:2" in made.err and "是不是 planned" in made.err and "[N06]" in made.err


def test_versions_are_compared_by_name_by_file_and_by_folder(site: Path) -> None:
    """All three ways say the same of the same two texts."""
    by_name = run("diff", OLD.name, NEW)
    laws = site / "laws"
    by_file = run("diff", laws / "key-work.yaml", laws / "new.yaml")
    assert by_name.out == by_file.out
    for line in ("增  drafted 方案已报", "删  planned 已报方案", "从 planned → drafted", "印记 "):
        assert line in by_name.out
    (laws / "key-work.yaml").write_text((laws / "new.yaml").read_text("utf-8"), "utf-8")
    (laws / "new.yaml").unlink()
    by_folder = run("diff", DEFINITIONS, laws)
    assert by_name.out.splitlines()[0] in by_folder.out
    assert "red-black@" in by_folder.out and "没有不同" in by_folder.out
    assert run("diff", OLD.name, "key-wrok").code == 5


def test_approval_is_shown_and_demanded(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash at the end of a comparison is the one an approval asks for; without approval nothing runs."""
    monkeypatch.setenv("SUPERVISE_APPROVED_ONLY", "1")
    refused = run("do", "A1", "start", "--as", "督查室", "--day", "2025-02-26")
    assert refused.code == 3 and "[N07]" in refused.err and f"supervise approve {OLD.name}" in refused.err
    shown = run("diff", OLD.name, NEW).out.split()[-1]
    assert run("approve", NEW, "--by", "李某", "--shown", "00").code == 3
    made = run("approve", NEW, "--by", "李某", "--shown", shown[:10])
    assert made.code == 0 and shown in made.out and "李某" in made.out
    assert run("approve", OLD.name, "--by", "李某").code == 0
    assert run("do", "A1", "start", "--as", "督查室", "--day", "2025-02-26").code == 0
    assert run("audit").code == 0


def test_rehearsals_need_no_database(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A story and the ways of a lifecycle are printed where there is no database at all, and none is made."""
    monkeypatch.setenv("SUPERVISE_DB", f"sqlite:///{site / 'none.db'}")
    story = run("simulate", "rework", "--only", "补报")
    assert story.code == 0
    for line in ("2025-06-26  推进中", "办  2025-06-26 督查室 退回重报:已报告 → 推进中", "欠  区民政局 退回重报"):
        assert line in story.out
    assert story.out.count("\n\n") == 0
    walked = run("walk", "key-work", "--day", "2025-03-03", "--most", "3")
    assert walked.code == 0 and "路太多,没有走完" in walked.out
    assert "2025-03-04  牵头单位报送落实方案,办结 报送方案(按期)" in walked.out
    assert not (site / "none.db").exists()


def test_a_story_that_does_not_come_out_is_found_in_rehearsal(site: Path) -> None:
    """The step is marked where it stands, and the exit code tells."""
    text = (DEFINITIONS / "stories" / "rework.yaml").read_text("utf-8")
    wrong = site / "错.yaml"
    wrong.write_text(text.replace("督查室: rework, state: in_progress", "督查室: rework, state: reported"), "utf-8")
    made = run("simulate", wrong)
    assert made.code == 4
    assert "不符" in made.out and f"{wrong}:" in made.out and "[E03]" in made.out


def test_an_act_can_be_looked_at_first(site: Path) -> None:
    """Old and new state, duties born and met; the record stays as it is."""
    seen = run("do", "A1", "start", "--as", "督查室", "--day", "2025-02-26", "--dry-run")
    assert seen.code == 0
    assert seen.out.startswith("A1  已报方案 → 推进中(还没有入库)")
    assert "结  督查室 审定方案" in seen.out and "告  区工信局" in seen.out
    assert "已报方案" in run("show", "A1", "--as-of", "2025-02-26").out
    assert run("do", "A1", "start", "--as", "区工信局", "--day", "2025-02-26", "--dry-run").code == 3
