"""How what waits for people's word, and lights, read on a terminal and in JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from supervise.hall.presser import Pending
from supervise.hearing import said
from supervise.records import Duty, Task
from supervise.rules.escalation import Proposal
from supervise.rules.ladder import Lights
from supervise.rules.lights import Burning
from supervise.rules.unitladder import UnitProposal
from supervise.widths import table
from supervise.workflows.wording import Wording


def pending(found: Pending, opened: Sequence[Task], laws: Mapping[str, Wording]) -> str:
    """What waits, table by table.

    Args:
        found: on a day.
        opened: tasks that were made of proposals just now.
        laws: code of a task → how its law is said.
    """
    return "\n".join(_tables(found, opened, laws)) or f"{found.day} 没有等批准的"


def _tables(found: Pending, opened: Sequence[Task], laws: Mapping[str, Wording]) -> Iterator[str]:
    if opened:
        rows = [(task.code, "、".join(task.lead), task.title, str(task.due)) for task in opened]
        yield "已立项\n" + table(rows, header=("编码", "单位", "事由", "限期办结"))
    if found.orders:
        waiting = [_order_row(order, laws[order.task]) for order in found.orders]
        yield "督查单,批准后才发\n" + table(
            waiting, header=("任务", "哪一级", "所督应办", "何日起", "由谁批", "告知谁")
        )
    if found.matters:
        matters = [_matter_row(one, rule) for one, rule in found.matters]
        header = ("单位", "提请", "何日够", "依据", "数到的", "立项后的编码")
        yield "对单位的提请\n" + table(matters, header=header)


def _order_row(order: Proposal, wording: Wording) -> tuple[str, ...]:
    who = wording.definition.roles.get(order.confirm, order.confirm)
    told = "、".join(said(word, wording.definition.roles) for word in order.tell) or "无"
    return order.task, order.label, wording.duty(order.duty.partition(":")[0]), str(order.since), who, told


def _matter_row(one: UnitProposal, rule: str) -> tuple[str, ...]:
    because = "、".join(f"{ref.task or ref.what}({ref.day})" for ref in one.because)
    return one.unit, one.label, str(one.day), rule, because, one.code


def pending_data(found: Pending, opened: Sequence[Task]) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "day": found.day.isoformat(),
        "orders": [
            {
                "task": o.task, "rung": o.rung, "label": o.label, "duty": o.duty, "since": o.since.isoformat(),
                "confirm": o.confirm, "tell": list(o.tell),
            }
            for o in found.orders
        ],
        "matters": [
            {
                "code": one.code, "ladder": one.ladder, "rung": one.matter, "label": one.label, "unit": one.unit,
                "day": one.day.isoformat(), "rule": rule,
                "because": [{"task": r.task, "what": r.what, "day": r.day.isoformat()} for r in one.because],
            }
            for one, rule in found.matters
        ],
        "opened": [{"code": t.code, "units": list(t.lead), "due": t.due.isoformat()} for t in opened],
    }  # fmt: skip


def lights(law: Lights, found: Sequence[Burning], labels: Mapping[str, str]) -> str:
    """The lights of tasks, gravest first, with how many there are of each.

    Args:
        law: the lights.
        found: of tasks.
        labels: kind of duty → its label.
    """
    if not found:
        return f"{law.title}:没有任务"
    rows = [
        (f"{one.shape} {one.label}" if one.light else "? 没有规定", one.task, "、".join(one.units), one.rule,
         "、".join(_fact(duty, labels) for duty in one.facts))
        for one in found
    ]  # fmt: skip
    burning = [one.light for one in found]
    numbers = "、".join(f"{one.shape} {one.label} {burning.count(one.light)} 项" for one in reversed(law.rungs))
    board = table(rows, header=("灯", "任务", "牵头", "凭哪一条", "应办"))
    return f"{law.title} · {found[0].day}\n{board}\n{numbers}"


def _fact(duty: Duty, labels: Mapping[str, str]) -> str:
    return f"{labels.get(duty.kind, duty.kind)}({duty.due} 到期{f',{duty.met} 办成' if duty.met else ''})"


def lights_data(law: Lights, found: Sequence[Burning]) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "lights": law.name, "title": law.title,
        "tasks": [
            {
                "task": one.task, "units": list(one.units), "light": one.light or None, "label": one.label,
                "shape": one.shape, "rule": one.rule, "day": one.day.isoformat(),
                "duties": [
                    {
                        "kind": d.kind, "key": d.key, "due": d.due.isoformat(),
                        "met": d.met.isoformat() if d.met else None,
                    }
                    for d in one.facts
                ],
            }
            for one in found
        ],
    }  # fmt: skip
