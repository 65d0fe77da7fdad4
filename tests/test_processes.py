"""Two real processes on one SQLite file: exactly one wins."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

BREAKDOWN = """
due: 2027-12-31
tasks:
- {code: T1, text: 建成标准厂房12万平方米, lead: [区工信局]}
"""


def supervise(folder: Path, *words: str) -> subprocess.Popen[str]:
    """A command in a process of its own, on the folder's database."""
    env = {**os.environ, "SUPERVISE_DB": f"sqlite:///{folder / 'x.db'}", "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "supervise", *words]
    return subprocess.Popen(command, cwd=folder, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def run(folder: Path, *words: str) -> str:
    """Output of a command that must succeed."""
    process = supervise(folder, *words)
    out, err = process.communicate()
    assert process.returncode == 0, err
    return out


def assigned(folder: Path) -> None:
    """One task, placed on 2027-03-01."""
    (folder / "b.yaml").write_text(BREAKDOWN, "utf-8")
    run(folder, "assign", "b.yaml", "--day", "2027-03-01")


PLAN = ("--day", "2027-03-02", "--milestones", "六月过半", "--contact", "李某")


def test_one_of_two_processes_from_the_same_version_wins(tmp_path: Path) -> None:
    """Both saw version 1; one acts, the other exits 6 and is told the new state."""
    assigned(tmp_path)
    both = [
        supervise(tmp_path, "do", "T1", "plan", "--as", "区工信局", "--seen", "1", *PLAN),
        supervise(
            tmp_path, "do", "T1", "withdraw", "--as", "督查室", "--seen", "1", "--day", "2027-03-02", "--reason", "调整"
        ),
    ]
    ended = [(process.communicate(), process.returncode) for process in both]
    assert sorted(code for _, code in ended) == [0, 6]
    (_, said), _ = next(e for e in ended if e[1] == 6)
    assert "别人先办了" in said and ("已报方案" in said or "已办结" in said)
    assert "2 条办理记录" in run(tmp_path, "replay", "--verify")


def test_eight_processes_leave_one_act_and_a_sound_record(tmp_path: Path) -> None:
    """Eight processes race to file the same plan: one is on record, the others are refused or stale, none half done."""
    assigned(tmp_path)
    race = [supervise(tmp_path, "do", "T1", "plan", "--as", "区工信局", *PLAN) for _ in range(8)]
    codes = []
    for process in race:
        _, said = process.communicate()
        codes.append(process.returncode)
        assert "Traceback" not in said
    assert codes.count(0) == 1 and set(codes) <= {0, 3, 6}
    assert "2 条办理记录" in run(tmp_path, "replay", "--verify")


def test_two_clocks_at_once_send_each_order_once(tmp_path: Path) -> None:
    """Two ticks of one night in two processes send one letter; whoever comes second changes nothing."""
    assigned(tmp_path)
    night = [supervise(tmp_path, "tick", "2027-03-20") for _ in range(2)]
    codes = sorted((process.communicate(), process.returncode)[1] for process in night)
    assert codes[0] == 0 and set(codes) <= {0, 6}
    assert run(tmp_path, "log", "T1").count("发督查单") == 1
