"""JSON lines: what every run leaves behind, one measurement each."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]


class Lines:
    """Measurements of one run, printed and appended to a file as they come.

    Args:
        bench: the name of the run.
        path: the file, if any.
    """

    def __init__(self, bench: str, path: str | None = None) -> None:
        self.bench, self.path, self.rows = bench, path, list[Row]()
        self.run = time.strftime("%Y%m%dT%H%M%S")

    def emit(self, **row: Any) -> None:
        """One line more."""
        whole = {"bench": self.bench, "run": self.run, **row}
        self.rows.append(whole)
        line = json.dumps(whole, ensure_ascii=False, default=str)
        print(line, flush=True)
        if self.path:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(line + "\n")


def read(path: Path) -> list[Row]:
    """The lines of a file; none if there is no file."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.startswith("{")]


def summary(values: Sequence[float]) -> Row:
    """Median, smallest, largest, and how many."""
    return {"median": statistics.median(values), "min": min(values), "max": max(values), "n": len(values)}
