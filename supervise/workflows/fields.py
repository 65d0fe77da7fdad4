"""Values of form fields: text from a command line or plain values from a host, made into plain JSON values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from supervise.dates import parse_day
from supervise.errors import did_you_mean
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
    if spec.kind in ("list", "units", "files"):
        return _many(value, spec.kind)
    if spec.kind == "percent":
        return _percent(value)
    if spec.kind == "date":
        return _limit(value, day)
    text = str(value).strip()
    if not text:
        raise FieldError("不能是空的")
    return _duty(text, situation) if spec.kind == "duty" else text


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


def _percent(value: Any) -> str:
    try:
        number = Decimal(str(value).strip().rstrip("%").rstrip("%"))
    except InvalidOperation:
        raise FieldError(f"“{value}”不是百分数") from None
    if not number.is_finite() or not 0 <= number <= 100:
        raise FieldError(f"应在 0 到 100 之间,不能是 {value}")
    return f"{number.normalize():f}"


def _limit(value: Any, day: date) -> str:
    try:
        limit = value if isinstance(value, date) else parse_day(str(value))
    except ValueError as error:
        raise FieldError(str(error)) from None
    if limit < day:
        raise FieldError(f"{limit} 早于办理之日 {day}")
    return limit.isoformat()


def _duty(text: str, situation: Situation) -> str:
    keys = [duty.key for duty in situation.duties]
    if text in keys:
        return text
    kinds = situation.definition.duties
    labels = {kind.label: name for name, kind in kinds.items()}
    wanted = [duty.key for duty in situation.duties if duty.kind == labels.get(text, text)]
    if wanted:
        return wanted[-1]
    raise FieldError(f"这项任务没有“{text}”这项应办{did_you_mean(text, dict.fromkeys(keys))}")
