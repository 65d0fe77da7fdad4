"""Values of form fields: text from a command line or plain values from a host, made into plain JSON values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from supervise.dates import parse_day
from supervise.errors import did_you_mean
from supervise.goals import Target, distinct, goal, numeric
from supervise.workflows import entries
from supervise.workflows.definition import FieldSpec
from supervise.workflows.situations import Situation


class FieldError(ValueError):
    """A value does not fit its field; the text says why, in Chinese."""


def read_field(spec: FieldSpec, value: Any, situation: Situation, day: date) -> Any:
    """The value as it is put on record.

    Args:
        spec: what the definition says of the field.
        value: text, or a plain value of the right shape.
        situation: the task, for fields that name one of its duties.
        day: the day of the act; a limit must lie after it.

    Raises:
        FieldError: when it does not fit.
    """
    if spec.kind == "figures":
        return _figures(value, situation, day)
    if spec.kind == "targets":
        return _targets(value)
    if spec.kind in ("list", "units", "files"):
        return _many(value, spec.kind)
    if spec.kind == "percent":
        return _percent(value)
    if spec.kind == "date":
        return _limit(value, day)
    if spec.kind == "day":
        return _past(value, situation.task.opened, day)
    text = str(value).strip()
    if not text:
        raise FieldError("不能是空的")
    return _duty(text, situation, day) if spec.kind == "duty" else text


def _many(value: Any, kind: str) -> list[Any]:
    if isinstance(value, str):
        parts: Sequence[Any] = [part.strip() for part in value.replace(";", ";").replace("、", ";").split(";")]
        if kind == "files":
            parts = [value.strip()]
    elif isinstance(value, Sequence):
        parts = value
    else:
        raise FieldError("应是一串值")
    kept = [part for part in parts if part]
    if not kept:
        raise FieldError("不能是空的")
    return kept


def _figures(value: Any, situation: Situation, day: date) -> list[dict[str, str]]:
    """Figures under the goals of the task, for the period of the earliest report still owed, else for the day."""
    owed = (d for d in situation.duties if d.kind in situation.definition.figure_duties)
    nominal = (d.nominal for d in owed if d.outcome(day) in ("open", "missed"))
    try:
        return entries.read(value, numeric(situation.task.targets), min(nominal, default=day).isoformat())
    except ValueError as error:
        raise FieldError(str(error)) from None


def _targets(value: Any) -> list[Any]:
    try:
        parts = re.split("[;\uff1b\r\n]", value) if isinstance(value, str) else value
        made = [goal(part) for part in ([parts] if isinstance(parts, Mapping) else _many(parts, "list"))]
    except ValueError as error:
        raise FieldError(str(error)) from None
    return [part.as_json() if isinstance(part, Target) else part for part in distinct(made)]


def _percent(value: Any) -> str:
    try:
        number = Decimal(str(value).strip().rstrip("%").rstrip("%"))
    except InvalidOperation:
        raise FieldError(f"“{value}”不是百分数") from None
    if not number.is_finite() or not 0 <= number <= 100:
        raise FieldError(f"应在 0 到 100 之间,不能是 {value}")
    return f"{number.normalize():f}"


def _day(value: Any) -> date:
    try:
        given = value.date() if isinstance(value, datetime) else value
        return given if isinstance(given, date) else parse_day(str(given))
    except ValueError as error:
        raise FieldError(str(error)) from None


def _limit(value: Any, day: date) -> str:
    limit = _day(value)
    if limit < day:
        raise FieldError(f"{limit} 早于办理之日 {day}")
    return limit.isoformat()


def _past(value: Any, opened: date, day: date) -> str:
    past = _day(value)
    if not opened <= past <= day:
        raise FieldError(f"{past} 不在交办({opened})与录入({day})之间")
    return past.isoformat()


def _duty(text: str, situation: Situation, day: date) -> str:
    """The key of a duty named by key, or by kind or label: then the one that stands, else the last that stood."""
    keys = [duty.key for duty in situation.duties]
    if text in keys:
        return text
    kinds = situation.definition.duties
    labels = {kind.label: name for name, kind in kinds.items()}
    wanted = [duty for duty in situation.duties if duty.kind == labels.get(text, text)]
    if not wanted:
        raise FieldError(f"这项任务没有“{text}”这项应办{did_you_mean(text, dict.fromkeys(keys))}")
    standing = [duty for duty in wanted if duty.outcome(day) in ("open", "missed")]
    chosen = standing[0] if standing else wanted[-1]
    alike = [duty.key for duty in standing if duty.due == chosen.due]
    if len(alike) > 1:
        raise FieldError(f"“{text}”有 {len(alike)} 项,请写明是哪一项:{'、'.join(alike)}")
    return chosen.key
