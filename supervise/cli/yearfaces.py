"""What a year lacks, what its publication says of itself, and reports on trials, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from supervise.records import replay
from supervise.widths import Align, filled, table

if TYPE_CHECKING:
    from supervise.hall.assessor import Gap
    from supervise.hall.carrier import Carried
    from supervise.hall.clerk import Dealt

Body = Mapping[str, Any]
GAPS = {
    "board": "没有公布的榜", "minimum": "没有排名的", "answer": "等着督查室办的", "result": "没有结果的",
    "part": "没有分数的", "objection": "没有裁定的异议", "step": "没有走完的程序",
}  # fmt: skip


def gaps(body: Body, found: Sequence[Gap]) -> str:
    """What a year lacks, kind by kind."""
    lines = [
        f"{body['title']} {body['label']} 截至 {body['cut']['as_of']}:"
        + (f"还缺 {len(found)} 处" if found else "不缺什么")
    ]
    for kind, label in GAPS.items():
        rows = [(gap.unit, gap.task, gap.due, gap.text) for gap in found if gap.kind == kind]
        if rows:
            header, shown = filled(("单位", "任务", "期限", "缺什么"), rows)
            lines += [f"{label}({len(rows)})", table(shown, header=header)]
    return "\n".join(lines)


def gaps_data(body: Body, found: Sequence[Gap]) -> dict[str, Any]:
    """The same as plain data."""
    names = ("kind", "unit", "task", "due", "text")
    rows = [{name: getattr(gap, name) for name in names} for gap in found]
    return {"assessment": body["assessment"], "period": body["period"], "cut": body["cut"], "gaps": rows}


def notes(body: Body) -> str:
    """What a publication says of itself: why it was frozen over its gaps, and what it corrects."""
    lines = []
    if "over" in body:
        lines.append(f"缺 {len(body['over']['gaps'])} 处仍定稿:{body['over']['reason']}({body['over']['by']})")
    if "supplement" in body:
        said = body["supplement"]
        lines.append(f"补充 {said['to']}:{said['reason']};改动 {len(said['differences'])} 个单位")
        lines += [f"  {one['text']}" for one in said["differences"]]
    return "".join(f"\n{line}" for line in lines)


def report(made: Body) -> str:
    """Who would stand otherwise under new rules."""
    lines = [f"{made['old']} → {made['new']}    {made['period']} 截至 {made['as_of']}"]
    for board in made["boards"]:
        changes = board["changes"]
        head = f"{board['title']}:{board['units']} 个单位," + (f"变动 {len(changes)} 个" if changes else "没有变动")
        lines += ["", head, *(f"  {one['text']}" for one in changes)]
    lines += [f"新办法多出一榜:{name}" for name in made["came"]] + [f"新办法没有这一榜:{name}" for name in made["went"]]
    return "\n".join([*lines, "", f"印记:{made['mark']}"])


CARRIED = {"done": "已结转 {} 项", "would": "将结转 {} 项(没有入库)", "undone": "已撤回 {} 项的结转"}
"""How a round of carrying on went → what it says first."""


def carried(made: Dealt[Carried], how: str) -> str:
    """What was carried on to when, how late and how old it is, and why the rest was not."""
    rows = [
        (
            one.before.code,
            "、".join(one.before.lead),
            replay(one.before.events[:1]).due,
            one.before.due,
            one.after.due,
            one.late,
            one.age,
        )
        for one in made.done
    ]
    head = ("编码", "牵头", "最初的时限", "原来的时限", "现在的时限", "逾期天数", "交办天数")
    sides: tuple[Align, ...] = ("left", "left", "left", "left", "left", "right", "right")
    lines = [CARRIED[how].format(len(rows)), table(rows, header=head, align=sides)]
    if made.refused:
        lines += [f"没有办成 {len(made.refused)} 项:", *(f"  {problem}" for problem in made.refused)]
    return "\n".join(lines)


def carried_data(made: Dealt[Carried], how: str) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "dry_run": how == "would", "undone": how == "undone",
        "tasks": [
            {
                "task": one.before.code, "text": one.before.text, "units": list(one.before.lead),
                "first": replay(one.before.events[:1]).due.isoformat(), "old": one.before.due.isoformat(),
                "new": one.after.due.isoformat(), "late": one.late, "age": one.age,
            }
            for one in made.done
        ],
        "refused": [problem.as_dict() for problem in made.refused],
    }  # fmt: skip
