"""The first thing anybody runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_the_demo_plays_a_whole_year(tmp_path: Path) -> None:
    """It ends well, with boards, the year and the reasons for its points on the disk."""
    told = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "demo.py"), "--out", str(tmp_path)],
        cwd=ROOT, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert told.returncode == 0, told.stderr[-2000:]
    assert "与现状一致" in told.stdout
    made = {path.name for path in tmp_path.iterdir()}
    assert {"assessment-2025.txt", "why-best.txt", "why-worst.txt"} <= made
