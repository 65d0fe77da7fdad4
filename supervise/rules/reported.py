"""Figures that were reported on tasks, as a scheme counts them: ``figure progress``, ``figure 规上企业 in 家``.

A task counts with the last figure that was reported on it in the days that are asked about, for who leads it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from supervise.goals import convert, plain
from supervise.records import Event
from supervise.workflows.definition import Definition

PROGRESS = "progress"
"""The percentage that a task has come to, whatever its field is called."""
_FIGURE = re.compile(r"figure (\S+)(?: in (\S+))?")


@dataclass(frozen=True, slots=True)
class Figure:
    """What is asked of the reports on a task.

    Args:
        of: ``progress``, or the name of an indicator, or a part of it that fits one indicator of the task only.
        unit: in which unit; figures that count something else are none. Empty for the unit of the goal.
    """

    of: str
    unit: str = ""


def figure(text: str) -> Figure | None:
    """The figure that a phrase asks for; ``None`` where it speaks of something else."""
    match = _FIGURE.fullmatch(" ".join(text.split()))
    return Figure(match[1], match[2] or "") if match is not None else None


def words(text: str) -> str:
    """What a phrase asks for, as a unit reads it; whatever else it is, as it stands."""
    found = figure(text)
    if found is None:
        return text
    name = "完成进度" if found.of == PROGRESS else found.of
    return f"{name}({found.unit})" if found.unit else name


def lacking(law: Definition, wanted: Figure) -> bool:
    """Whether reports under a law hold no such figures at all."""
    return not law.field_of("percent" if wanted.of == PROGRESS else "figures")


def told(law: Definition, event: Event, wanted: Figure) -> tuple[Decimal, str] | None:
    """What an act says of a figure, and how that reads; ``None`` if nothing.

    Args:
        law: under which it was done.
        event: the act.
        wanted: the figure.
    """
    if event.action not in law.figure_actions:
        return None
    if wanted.of == PROGRESS:
        name = law.field_of("percent")
        value = event.data.get(name)
        return None if value is None else (Decimal(str(value)), f"{law.fields[name].label} {value}%")
    found = _of(event.data.get(law.field_of("figures")) or (), wanted.of)
    if found is None:
        return None
    number, unit = Decimal(found["value"]), found.get("unit", "")
    try:
        number = convert(number, unit, wanted.unit) if wanted.unit else number
    except ValueError:
        return None
    return number, f"{found['indicator']} {plain(number)} {wanted.unit or unit}".strip()


def _of(figures: Any, name: str) -> Mapping[str, Any] | None:
    """The figure of an indicator: the one of that name, else the only one whose name has it in it."""
    exact = [one for one in figures if one["indicator"] == name]
    near = exact or [one for one in figures if name in one["indicator"]]
    return near[0] if len(near) == 1 else None
