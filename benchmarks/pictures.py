"""Pictures: what it costs to build one, apart from the engine that lays it out.

A line for each shipped lifecycle and view: from the definition to its DOT and to its Mermaid, in milliseconds, and once
more with the numbers of a thousand tasks. Nothing is drawn.

    PYTHONPATH=. python benchmarks/pictures.py --repeats 50
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from benchmarks.lines import Lines, summary
from supervise.site.folder import read_folder, shipped
from supervise.workflows import drawing, texts
from supervise.workflows.diagram import picture
from supervise.workflows.moves import moves
from supervise.workflows.traffic import Traffic, Way
from supervise.workflows.views import VIEWS, View, acting

TASKS = 1000


def milliseconds(made: Callable[[], str], repeats: int) -> list[float]:
    """How long each of some runs took."""
    found = []
    for _ in range(repeats):
        start = time.perf_counter()
        made()
        found.append((time.perf_counter() - start) * 1000)
    return found


def main() -> None:
    """Measure every view of every lifecycle that is shipped."""
    asked = argparse.ArgumentParser(description="what a picture costs apart from its engine")
    asked.add_argument("--repeats", type=int, default=50)
    asked.add_argument("--lines", default=None)
    given = asked.parse_args()
    lines = Lines("pictures", given.lines)
    for law in read_folder(shipped()).sound().newest.values():
        days = tuple(range(TASKS))
        ways = {Way(m.actions[0], s, m.target): days for m in moves(law) for s in m.sources}
        numbers = Traffic(dict.fromkeys(law.states, TASKS), dict.fromkeys(law.states, days), ways)
        for view in (*(View(name) for name in VIEWS), *(View("role", role) for role in acting(law))):
            for form, told in (("dot", drawing.dot), ("mmd", texts.mermaid)):
                for traffic in (None, numbers):
                    spent = milliseconds(lambda: told(picture(law, traffic, view=view)), given.repeats)  # noqa: B023
                    name = f"{view.name} {view.role}".strip()
                    lines.emit(
                        law=law.name, view=name, form=form, counts=traffic is not None, unit="ms", **summary(spent)
                    )


if __name__ == "__main__":
    main()
