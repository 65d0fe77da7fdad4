"""How reminding and the burden of units read on a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from supervise.hall.burdens import Combined, Joined
from supervise.hall.clerk import Dealt
from supervise.hall.reminder import Reminding
from supervise.papers.exports import BURDENS
from supervise.widths import Align, cut, table


def chased(made: Dealt[Reminding], dry_run: bool) -> str:
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


def chased_data(made: Dealt[Reminding], dry_run: bool) -> dict[str, Any]:
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


def burden(body: Mapping[str, Any]) -> str:
    """What was asked of each unit in each month."""
    if not body["rows"]:
        return f"{body['period']} 没有要求任何单位办什么"
    rows = [(row["month"], row["unit"], *list(row.values())[2:]) for row in body["rows"]]
    numbers: Sequence[Align] = ["right" for _ in BURDENS]
    total = ["合计", "", *(sum(row[n] for row in rows) for n in range(2, 2 + len(BURDENS)))]
    shown = table([*rows, total], header=("月份", "单位", *BURDENS), align=["left", "left", *numbers], indent=0)
    return f"{shown}\n截至 {body['as_of']};应办按榜单的口径计入办结或到期的那个月,还没到期的计入到期的那个月"


def joint(found: Sequence[Joined]) -> str:
    """Reports that one paper could answer."""
    if not found:
        return "还没到期的报送里,没有一个单位在同一周要报两件以上"
    note = "合并只往后不往前:各件都在“合并到”这一天报即可。这里只是建议,没有改动期限;要合并,加 --as、--reason"
    return f"{_joined(found, '合并到', '原期限')}\n{note}"


def _joined(found: Sequence[Joined], to: str, was: str) -> str:
    rows = [
        (*(("", "", "") if n else (one.week, one.unit, one.day)), o.duty.task, o.label, o.duty.due, cut(o.text, 36))
        for one, owed in found for n, o in enumerate(owed)
    ]  # fmt: skip
    return table(rows, header=("哪一周", "单位", to, "编码", "应办", was, "任务"), indent=0)


def combined(made: Combined, apart: bool) -> str:
    """What was put together or taken apart, and why the rest was not."""
    number = sum(len(owed) for _, owed in made.done)
    lines = [f"已拆开 {number} 件,各按原期限报" if apart else f"已合并 {number} 件,各在“合并到”这一天报"]
    lines.append(_joined(made.done, "合并的日子" if apart else "合并到", "此前期限"))
    if made.refused:
        lines += [f"没有{'拆开' if apart else '合并'}:", *(f"  {problem}" for problem in made.refused)]
    return "\n".join(lines)


def combined_data(made: Combined, apart: bool) -> dict[str, Any]:
    """The same as JSON."""
    refused = [problem.as_dict() for problem in made.refused]
    return {"done": "apart" if apart else "combined", **joint_data(made.done), "refused": refused}


def joint_data(found: Sequence[Joined]) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "joint": [
            {
                "week": one.week, "unit": one.unit, "day": one.day.isoformat(),
                "duties": [
                    {"task": o.duty.task, "text": o.text, "label": o.label, "key": o.duty.key,
                     "due": o.duty.due.isoformat()}
                    for o in owed
                ],
            }
            for one, owed in found
        ]
    }  # fmt: skip
