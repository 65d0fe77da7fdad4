"""How reminding and the burden of units read on a terminal and as JSON."""

from __future__ import annotations

from typing import Any

from supervise.reminder import Chased
from supervise.widths import cut, table


def chased(made: Chased, dry_run: bool) -> str:
    """Who was, or would be, reminded of what, how often now, and why the rest was not."""
    rows = [
        (one.task.code, one.label, cut("、".join(one.event.to), 36), one.duty.due, f"第 {one.times} 次")
        for one in made.done
    ]
    head = f"将催办 {len(rows)} 件(没有入库)" if dry_run else f"已催办 {len(rows)} 件"
    lines = [head, table(rows, header=("编码", "应办", "告诉谁", "期限", "催办"))]
    if made.refused:
        lines += [f"没有催 {len(made.refused)} 件:", *(f"  {problem}" for problem in made.refused)]
    return "\n".join(lines)


def chased_data(made: Chased, dry_run: bool) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "dry_run": dry_run,
        "reminded": [
            {
                "task": one.task.code, "text": one.task.text, "kind": one.duty.kind, "label": one.label,
                "key": one.duty.key, "units": list(one.duty.units), "due": one.duty.due.isoformat(),
                "times": one.times, "to": list(one.event.to),
            }
            for one in made.done
        ],
        "refused": [problem.as_dict() for problem in made.refused],
    }  # fmt: skip
