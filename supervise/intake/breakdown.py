"""Notice + Directory → ``Breakdown``: what the office will assign, as a file a clerk can correct.

``draft`` writes it, ``to_yaml`` and ``from_yaml`` carry it out and in, ``check`` says what keeps it from being
assigned, ``expand`` turns collective names into units; until then they stay as printed inside ``lead`` and ``co``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from supervise import reading
from supervise.errors import Problem, nearest
from supervise.intake import names, traces
from supervise.intake.drafts import Breakdown, Doubt, Draft, Source, Span
from supervise.intake.folding import fold, number
from supervise.intake.items import Item, Notice
from supervise.intake.readers.transcript import Transcript
from supervise.people import Directory

__all__ = [
    "Breakdown", "Doubt", "Draft", "Source", "Span", "check", "draft", "expand", "from_yaml", "to_yaml",
]  # fmt: skip


def draft(
    notice: Notice,
    directory: Directory | None,
    code: str = "",
    day: date | None = None,
    source: str | Transcript | None = None,
) -> Breakdown:
    """The breakdown of a notice, names turned into the directory's where it knows them.

    Args:
        notice: as read.
        directory: knows units and collective names; ``None`` keeps every name as the notice has it.
        code: beginning of every task's code, e.g. ``GF2021``; the plan year if empty.
        day: the day on which the directory is asked; the day of issue if none is given.
        source: what the notice was read from; with it every fact says where it stands.
    """
    text = Transcript(source) if isinstance(source, str) else source
    issued = date.fromisoformat(notice.issued) if notice.issued else None
    asked = day or issued
    codes = _codes(notice, code or f"T{notice.plan_year or ''}")
    tasks = tuple(_draft(item, codes[i], directory, asked) for i, item in enumerate(notice.items))
    of_no: dict[str, str] = {}
    for item, own in zip(notice.items, codes, strict=True):
        of_no.setdefault(item.no, own)
    doubts = [
        Doubt(code=p.code, task=of_no.get(p.task, "") if p.task else "", lines=p.line, text=p.text)
        for p in notice.problems
    ]
    if directory is not None:
        doubts += _expanded(notice, codes, directory, asked)
    document = Source(
        title=notice.title or notice.attachment_title,
        number=notice.number,
        issuer=notice.issuer,
        issued=issued,
        file=notice.file,
    )
    if text is not None:
        doubts = [d.model_copy(update={"place": text.whereabouts(d.lines or 0)}) for d in doubts]
        document = document.model_copy(update={"spans": _spans(traces.document(notice, text.text), text)})
        found = traces.tasks(notice, text.text)
        tasks = tuple(_located(t, s, text, directory, asked) for t, s in zip(tasks, found, strict=True))
    doubts.sort(key=lambda d: (d.lines or 0, d.code))
    return Breakdown(document=document, due=_year_end(notice), tasks=tasks, problems=tuple(doubts))


def _located(
    task: Draft, found: Iterable[traces.Trace], text: Transcript, directory: Directory | None, day: date | None
) -> Draft:
    """The task with the places of its facts, units under the name it drafts."""
    spans = [replace(t, value=_known([t.value], directory, day)[0]) if t.field in ("lead", "co") else t for t in found]
    return task.model_copy(update={"spans": _spans(spans, text)})


def _spans(found: Iterable[traces.Trace], text: Transcript) -> tuple[Span, ...]:
    return tuple(
        Span(field=t.field, value=t.value, start=t.start, end=t.end, place=str(text.place(t.start))) for t in found
    )


def _codes(notice: Notice, prefix: str) -> list[str]:
    """One code per task: prefix-001, or prefix-03.02 where numbering restarts; a doubled number gets -2."""
    out: dict[str, None] = {}
    for position, item in enumerate(notice.items, start=1):
        parts = [number(p.strip("()第部分")) for p in item.no.split(".")] if item.no else []
        if not parts or None in parts:
            own = f"x{position:03d}"  # a number of ours, not of the notice
        else:
            own = ".".join(f"{n:02d}" for n in parts) if len(parts) > 1 else f"{parts[0]:03d}"
        full, again = f"{prefix}-{own}", 1
        while full in out:
            again += 1
            full = f"{prefix}-{own}-{again}"
        out[full] = None
    return list(out)


def _draft(item: Item, code: str, directory: Directory | None, day: date | None) -> Draft:
    lead = _known(item.parties.full("lead"), directory, day)
    return Draft(
        code=code,
        path=item.path,
        text=item.text,
        targets=tuple(t.goal for t in item.targets),
        lead=lead,
        co=tuple(name for name in _known(item.parties.full("co"), directory, day) if name not in lead),
        leader=(*item.parties.leaders, *item.parties.leader_groups),
        lines=item.line,
        due=item.deadline.date if item.deadline else None,
    )


def _known(printed: Iterable[str], directory: Directory | None, day: date | None) -> tuple[str, ...]:
    """Names as the directory writes them; those it does not know stay as they are."""
    out = []
    for name in printed:
        unit = _unit(name, directory, day) if directory is not None else None
        out.append(unit or name)
    return tuple(dict.fromkeys(out))


def _unit(name: str, directory: Directory, day: date | None) -> str:
    """The directory's name of a unit printed with or without a note; empty if it knows none."""
    bare = _bare(name)
    for form in (name, bare):
        unit = directory.unit(form, day)
        if unit is not None:
            return unit.name
        if day is not None and (old := directory.unit(form)) is not None:
            return old.name
    return ""


def _bare(name: str) -> str:
    return name if names.is_group(fold(name)) or "(" not in fold(name) else name[: fold(name).index("(")]


def _year_end(notice: Notice) -> date | None:
    """The limit of tasks that print none: the one the notice sets, else the end of the period the plan is for."""
    if notice.due or notice.plan_year is None:
        return notice.due
    last = {"Q1": (3, 31), "Q2": (6, 30), "Q3": (9, 30), "H1": (6, 30)}.get(notice.plan_period[5:], (12, 31))
    return date(notice.plan_year, *last)


def _expanded(notice: Notice, codes: list[str], directory: Directory, day: date | None) -> list[Doubt]:
    """Collective names the directory expands, each said once, at the first task that has it."""
    first: dict[str, tuple[int, int, str]] = {}
    for i, item in enumerate(notice.items):
        for party in item.parties.members:
            if party.group and directory.members(party.name, day) is not None:
                line, count, code = first.get(party.name, (item.unit_line_no or item.line, 0, codes[i]))
                first[party.name] = (line, count + 1, code)
    return [
        Doubt(code="I14", task=code, lines=line, text=f"“{name}”将按单位目录展开(共 {count} 项),请核对")
        for name, (line, count, code) in first.items()
    ]


def to_yaml(breakdown: Breakdown) -> str:
    """The breakdown as YAML a clerk can edit; what is empty is left out, except a missing lead."""
    bare = {"spans"}  # for a screen, and not for a file that is edited by hand
    data: dict[str, Any] = {
        "document": _filled(breakdown.document.model_dump(exclude=bare)),
        "workflow": breakdown.workflow,
        "due": breakdown.due,
        "tasks": [_filled(task.model_dump(exclude=bare), keep=("code", "text", "lead")) for task in breakdown.tasks],
        "problems": [_filled(doubt.model_dump()) for doubt in breakdown.problems],
    }
    head = (
        "# 任务分解:由 supervise intake 从通知原文读出,改定后用 supervise assign 交办。\n"
        "# lines 是原文行号;problems 里是拿不准的地方,改好一处删一处。\n\n"
    )
    return head + reading.dump(_filled(data, keep=("tasks",)))


def _filled(data: dict[str, Any], keep: Sequence[str] = ()) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in data.items():
        if value in (None, "", (), [], {}) and key not in keep:
            continue
        out[key] = list(value) if isinstance(value, tuple) else value.isoformat() if isinstance(value, date) else value
    return out


def from_yaml(text: str, file: str = "") -> Breakdown:
    """A breakdown from its file.

    Args:
        text: the file's text.
        file: its name for messages.

    Raises:
        Invalid: with the line of everything that is wrong.
    """
    return reading.read(text, file, Breakdown)


def check(
    breakdown: Breakdown, directory: Directory | None, document: reading.Document | None = None
) -> tuple[Problem, ...]:
    """What keeps a breakdown from being assigned; empty if nothing does.

    Args:
        breakdown: as drafted or read.
        directory: knows the units; without one, names are not checked.
        document: the parsed file, so that problems name its lines.
    """
    place = document or reading.Document({}, "", {})
    found: list[Problem] = []
    issued = breakdown.document.issued
    known = [u.name for u in directory.units(issued)] if directory is not None else []
    if not breakdown.tasks:
        found.append(place.problem("I11", ("tasks",), "没有任务,无从交办"))
    first: dict[str, int] = {}
    for i, task in enumerate(breakdown.tasks):
        at = ("tasks", i)
        if task.code in first:
            text = f"编码 {task.code} 与第 {first[task.code] + 1} 项重复,请改成不同的编码"
            found.append(_at(place, "I15", (*at, "code"), text, task.code))
        first.setdefault(task.code, i)
        if not task.code.strip() or not task.text.strip():
            found.append(_at(place, "I15", at, "编码和任务内容不能为空", task.code))
        if not task.lead:
            found.append(_at(place, "I01", (*at, "lead"), "没有牵头单位,请指定", task.code))
        found += _due(place, (*at, "due"), task.due, issued, task.code)
        for role, listed in (("lead", task.lead), ("co", task.co)):
            for j, name in enumerate(listed):
                if directory is not None:
                    found += _name(place, (*at, role, j), name, directory, known, issued, task.code)
    found += _due(place, ("due",), breakdown.due, issued, "")
    return tuple(found)


def _at(place: reading.Document, code: str, path: tuple[str | int, ...], text: str, task: str) -> Problem:
    return replace(place.problem(code, path, text), task=task)


def _due(
    place: reading.Document, path: tuple[str | int, ...], due: date | None, issued: date | None, task: str
) -> list[Problem]:
    if due is None or issued is None or due >= issued:
        return []
    return [_at(place, "I16", path, f"期限 {due} 早于成文日期 {issued},请改正", task)]


def _name(
    place: reading.Document,
    path: tuple[str | int, ...],
    name: str,
    directory: Directory,
    known: list[str],
    day: date | None,
    task: str,
) -> list[Problem]:
    """What is wrong with one name: unknown, or a collective name that says nothing or nobody."""
    if _unit(name, directory, day):
        return []
    members = directory.members(name, day)
    if members:
        return []
    if members is not None:
        return [_at(place, "I17", path, f"“{name}”在单位目录里没有成员,请补上成员或改成具体单位", task)]
    if names.is_group(fold(name)):
        return [_at(place, "I03", path, f"“{name}”不知道是哪些单位,请改成具体单位,或在单位目录的 sets 里写明", task)]
    close = nearest(name, known)
    hint = f",是不是 {close}?" if close else ",请补进目录或改正"
    return [_at(place, "I18", path, f"单位目录里没有“{name}”{hint}", task)]


def expand(breakdown: Breakdown, directory: Directory, day: date | None = None) -> tuple[Draft, ...]:
    """The tasks with every collective name replaced by its units, in the directory's order.

    A unit is named once; one that leads is never also co. Names the directory does not know stay as they are.

    Args:
        breakdown: as checked.
        directory: knows units and collective names.
        day: the day on which it is asked; the day of issue if none is given.
    """
    asked = day or breakdown.document.issued
    cache: dict[str, tuple[str, ...]] = {}

    def units(listed: tuple[str, ...]) -> tuple[str, ...]:
        out: list[str] = []
        for name in listed:
            if name not in cache:
                cache[name] = _expand(name, directory, asked)
            out += cache[name]
        return tuple(dict.fromkeys(out))

    tasks = []
    for task in breakdown.tasks:
        lead = units(task.lead)
        co = tuple(name for name in units(task.co) if name not in lead)
        tasks.append(task.model_copy(update={"lead": lead, "co": co}))
    return tuple(tasks)


def _expand(name: str, directory: Directory, day: date | None) -> tuple[str, ...]:
    unit = _unit(name, directory, day)
    if unit:
        return (unit,)
    members = directory.members(name, day)
    return tuple(u.name for u in members) if members else (name,)
