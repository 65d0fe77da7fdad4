"""Values of form fields: text from a command line or plain values from a host, made into plain JSON values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from supervise.dates import FOREVER, parse_day
from supervise.errors import did_you_mean
from supervise.goals import Target, distinct, goal, numeric
from supervise.records import Task
from supervise.workflows import entries
from supervise.workflows.definition import FieldSpec
from supervise.workflows.situations import Situation, parts_of

STAGE = re.compile(
    r"(\d{4})(?:-|年)(\d{1,2})(?:-|月)(\d{1,2})日?前?[:：,，\s]*(.+?)"
    r"[\s,，(（]*(?:(\d{1,3}(?:\.\d+)?)\s*[%％])?[)）]?"
)
"""A dated goal as a clerk writes it: ``2025-06-30 主体完工 50%``."""
_BETWEEN = "[;；\n]"
_POINTER = {"title": "", "uri": "", "sha256": ""}.keys()
"""What a host may say of a piece of evidence; the bytes stay with it."""
_SINGLE = (str, int, float, Decimal, date)
_MEMBERS: Mapping[str, tuple[type, ...]] = {
    "list": (str,), "units": (str,), "files": (str, Mapping), "stages": (str, Mapping), "parts": (Mapping,),
    "figures": (str, Mapping, Sequence), "targets": (str, Mapping, Target),
}  # fmt: skip
"""What the members of a field of several values may be."""
_LONE = ("figures", "targets")
"""Those of which one alone may be handed over."""
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
"""Characters that databases do not take: what a broken paste or a terminal of another encoding leaves behind."""


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
    if spec.kind == "stages":
        return _stages(value, situation.task, day)
    if spec.kind == "parts":
        return _parts(value, situation.task, day)
    text = str(value).strip()
    if not text:
        raise FieldError("不能是空的")
    if spec.kind == "choice":
        return _choice(text, spec.options)
    if spec.kind == "task" and text == situation.task.code:
        raise FieldError("不能是这项任务自己")
    return _duty(text, situation, day) if spec.kind == "duty" else text


def shaped(spec: FieldSpec, value: Any) -> None:
    """See that a host's value has a shape that its field can have, and that every text in it can be put on record.

    Raises:
        FieldError: when it has not.
    """
    members = _MEMBERS.get(spec.kind)
    if members is None:
        if isinstance(value, bool) or not isinstance(value, _SINGLE):
            raise FieldError("应是一段文字")
    elif not isinstance(value, (str, Sequence, Mapping) if spec.kind in _LONE else (str, Sequence)):
        raise FieldError("应是一串值")
    elif not isinstance(value, str):
        for member in [value] if isinstance(value, Mapping) else value:
            if not isinstance(member, members):
                raise FieldError(f"“{member!r}”不是这一栏的写法")
            if isinstance(member, Mapping):
                _plain(member, ("lead",) if spec.kind == "parts" else ())
    writable(value)


def _plain(member: Mapping[Any, Any], lists: Sequence[str]) -> None:
    """See that a mapping holds single values, and under some names texts or lists of them."""
    for name, value in member.items():
        if name in lists and isinstance(value, (list, tuple)):
            fits = all(isinstance(word, str) for word in value)
        else:
            fits = value is None or isinstance(value, str if name in lists else _SINGLE)
        if not fits:
            raise FieldError(f"“{name}”不能是 {value}")


def writable(value: Any) -> None:
    """See that every text in a value can be put on record, on any database.

    Raises:
        FieldError: when one cannot.
    """
    if isinstance(value, str):
        if found := _UNWRITABLE.search(value):
            raise FieldError(f"第 {found.start() + 1} 个字是乱码,写不进库,请删去重填")
    elif isinstance(value, Mapping):
        writable([*value, *value.values()])
    elif isinstance(value, Sequence):
        for part in value:
            writable(part)


def _choice(text: str, options: Mapping[str, str]) -> str:
    """The name of an option given by name or label."""
    named = {**{label: name for name, label in options.items()}, **{name: name for name in options}}
    if text not in named:
        raise FieldError(f"“{text}”不在可选之列{did_you_mean(text, options.values())}")
    return named[text]


def _stages(value: Any, task: Task, day: date) -> list[dict[str, str]]:
    """Dated goals, given as text or as mappings of ``day``, ``text`` and ``percent``."""
    lines: Sequence[Any] = re.split(_BETWEEN, value) if isinstance(value, str) else value
    given = [line for line in lines if not isinstance(line, str) or line.strip()]
    if not given:
        raise FieldError("不能是空的")
    found = [_stage(line) for line in given]
    for stage in found:
        on = date.fromisoformat(stage["day"])
        if on < day:
            raise FieldError(f"阶段目标“{stage['text']}”的日期 {on} 早于办理之日 {day}")
        if on > task.due >= day:
            raise FieldError(f"阶段目标“{stage['text']}”的日期 {on} 晚于完成时限 {task.due}")
    return sorted(found, key=lambda stage: stage["day"])


def _stage(given: Any) -> dict[str, str]:
    if isinstance(given, Mapping):
        on, text, percent = _day(given.get("day", "")), str(given.get("text", "")).strip(), given.get("percent")
    else:
        match = STAGE.fullmatch(str(given).strip())
        if match is None:
            raise FieldError(f"“{given}”没有写明日期,应写作 2025-06-30 主体完工 50%(百分数可不写),几项之间用分号隔开")
        on, text, percent = _day(f"{match[1]}-{match[2]}-{match[3]}"), match[4].strip(), match[5]
    if not text:
        raise FieldError(f"{on} 这一阶段没有写目标")
    stage = {"day": on.isoformat(), "text": text}
    return stage if percent in (None, "") else stage | {"percent": _percent(percent)}


def listed_parts(value: Any) -> list[dict[str, Any]]:
    """The parts a task is split into, as mappings of ``text``, ``lead``, ``due`` and ``weight``.

    Args:
        value: such mappings, or text: ``内容|单位、单位|2025-06-30|2`` with a semicolon between parts; limit and weight
            may be left out.

    Raises:
        FieldError: when a part does not say what, or who.
    """
    if not isinstance(value, str):
        return [dict(part) for part in value]
    found = []
    for line in (line.strip() for line in re.split(_BETWEEN, value)):
        words = [word.strip() for word in re.split("[|｜]", line)]
        if line and len(words) < 2:
            raise FieldError(f"“{line}”应写作 内容|单位|时限|权重(时限、权重可不写),几项之间用分号隔开")
        if line:
            lead = [word.strip() for word in re.split("[、,，]", words[1]) if word.strip()]
            found.append(dict(zip(("text", "lead", "due", "weight"), (words[0], lead, *words[2:4]), strict=False)))
    return found


def _parts(value: Any, task: Task, day: date) -> list[dict[str, Any]]:
    """Parts with the codes they will have; each by the limit of the whole, weights of 1 unless given."""
    known, found = len(parts_of(task)[0]), []
    for number, part in enumerate(listed_parts(value), known + 1):
        text, lead = str(part.get("text", "")).strip(), part.get("lead") or ()
        if not text or not lead:
            raise FieldError("每个子任务都要写内容和单位")
        due = _day(part["due"]) if part.get("due") else task.due
        if due <= day or due > task.due > day:
            raise FieldError(f"子任务“{text}”的时限 {due} 应在 {day} 之后" + f"、不晚于 {task.due}" * (task.due > day))
        if due == FOREVER:
            raise FieldError(f"子任务“{text}”要写时限")
        weight = _weight(part.get("weight") or 1)
        found.append(
            {
                "code": f"{task.code}.{number}",
                "text": text,
                "lead": list(lead),
                "due": due.isoformat(),
                "weight": weight,
            }
        )
    if not found:
        raise FieldError("不能是空的")
    return found


def _weight(value: Any) -> str:
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise FieldError(f"权重“{value}”不是数字") from None
    if not number.is_finite() or not 0 < number <= 1000:
        raise FieldError(f"权重应大于 0、不超过 1000,不能是 {value}")
    return f"{number.normalize():f}"


def _many(value: Any, kind: str) -> list[Any]:
    if isinstance(value, str):
        parts: Sequence[Any] = [part.strip() for part in re.split("[;；、]", value)]
        if kind == "files":
            parts = [value.strip()]
    elif isinstance(value, Sequence):
        parts = value
    else:
        raise FieldError("应是一串值")
    kept = [part for part in parts if part]
    if not kept:
        raise FieldError("不能是空的")
    for pointer in kept if kind == "files" else ():
        if isinstance(pointer, Mapping) and not ({"title", "uri"} & pointer.keys() <= pointer.keys() <= _POINTER):
            raise FieldError(f"材料应写名称,或 {'、'.join(_POINTER)},不能是 {dict(pointer)}")
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
        parts = re.split(_BETWEEN, value) if isinstance(value, str) else value
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
