"""Nobody excuses himself: whoever waives a duty, stops a clock, grants time or accepts a reason is not concerned."""

from __future__ import annotations

from collections.abc import Collection

from supervise.errors import Problem
from supervise.workflows.situations import Situation


def own_excuse(situation: Situation, label: str, unit: str, roles: Collection[str], key: str = "") -> Problem | None:
    """That a unit would excuse itself, if it would.

    Args:
        situation: of the task.
        label: of the act.
        unit: who would do it.
        roles: what it may act as on the task.
        key: of the duty that is excused; every party is concerned without one.
    """
    task = situation.task
    duty = next((duty for duty in situation.duties if duty.key == key), None) if key else None
    units = duty.units if duty is not None else (*task.lead, *task.co)
    if unit not in units and not (duty is not None and not duty.units and duty.role in roles):
        return None
    text = f"“{label}”不能由{unit}自己办:{'这件应办' if duty is not None else '这项任务'}就是{unit}承担的"
    help_ = "请由本单位以外、流程许可的人办;流程里没有的,给这个动作的 by 加一个角色,如政府领导"
    return Problem("A23", text, task=task.code, help=help_)
