"""A notice as JSON in the schema of the annotated samples, for ``supervise intake --json``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from supervise.errors import Problem
from supervise.intake.items import Item, Notice, Section


def as_gold(notice: Notice, problems: Iterable[Problem] | None = None) -> dict[str, Any]:
    """The notice as plain data.

    Args:
        notice: as read.
        problems: what to report with it; the notice's own if none are given.
    """
    listed = notice.problems if problems is None else problems
    return {
        "document": _document(notice),
        "sections": [_section(section) for section in notice.sections],
        "tasks": [_task(item) for item in notice.items],
        "problems": [{"code": p.code, "line": p.line, "task": p.task or None, "text": p.text} for p in listed],
    }


def _document(notice: Notice) -> dict[str, Any]:
    return {
        "file": notice.file or None,
        "title": notice.title or None,
        "attachment_title": notice.attachment_title or None,
        "doc_number": notice.number or None,
        "doc_number_conflict": list(notice.numbers) if len(notice.numbers) > 1 else [],
        "issuer": notice.issuer or None,
        "plan_year": notice.plan_year,
        "plan_period": notice.plan_period or None,
        "issued_on": notice.issued or None,
        "script": notice.script,
        "kind": notice.kind,
        "lead_convention": notice.lead_convention,
        "declared_task_count": notice.declared_task_count,
        "declared_chapter_count": notice.declared_chapter_count,
        "due": notice.due.isoformat() if notice.due else None,
        "reporting": [
            {
                "who": duty.who, "scope": duty.scope or None, "to": duty.to or None, "cc": duty.cc or None,
                "schedule": duty.schedule(), "content": duty.content or None, "source": duty.source,
            }
            for duty in notice.reporting
        ],
        "mechanisms": [
            {"name": m.name, "by": m.by or None, "kind": m.kind, "source": m.source} for m in notice.mechanisms
        ],
        "aliases": [],
        "notes": [],
        "non_task_lines": [],
    }  # fmt: skip


def _section(section: Section) -> dict[str, Any]:
    return {
        "id": section.id,
        "title": section.title or None,
        "declared_count": section.declared_count,
        "task_count": section.task_count,
        "children": [_section(child) for child in section.children],
        "damage": section.damage or None,
    }


def _task(item: Item) -> dict[str, Any]:
    named = item.parties
    return {
        "no": item.no,
        "section": list(item.section),
        "text": item.text,
        "title": item.title or None,
        "leaders": list(named.leaders),
        "leader_groups": list(named.leader_groups),
        "lead_units": list(named.pick("lead")),
        "co_units": list(named.pick("co")),
        "unit_groups": [{"role": r, "text": name} for r in ("lead", "co") for name in named.pick(r, group=True)],
        "unit_notes": [{"unit": p.name, "note": p.note} for p in named.members if p.note],
        "unit_line": item.unit_line or None,
        "unit_list_open": named.open,
        "targets": [
            {
                "indicator": t.indicator, "comparator": t.comparator, "value": float(t.value), "unit": t.unit or None,
                "text": t.text, "change": t.change or None,
            }
            for t in item.targets
        ],
        "deadline": _deadline(item),
        "coverage": [],
        "damage": ";".join(remark.text for remark in item.damage) or None,
        "line": item.line,
    }  # fmt: skip


def _deadline(item: Item) -> dict[str, Any] | None:
    limit = item.deadline
    if limit is None:
        return None
    return {
        "text": limit.text,
        "date": limit.date.isoformat() if limit.date else None,
        "kind": limit.kind,
        "scope": limit.scope or None,
    }
