"""Short notices of invented places, each in the manner of another office, held to what a clerk reads in them.

``notices/NAME.yaml`` says what is expected of ``notices/NAME.txt``, with the keys of the annotated samples and in a
short hand: ``lead``, ``co`` and ``groups`` (role, name) for the parties, a target as ``>= 12 户 增`` (comparator,
value, unit, direction), a limit as its day or as kind and words, a problem as ``code@line``. What a task does not
mention is expected to be absent; of the document only the facts named are compared, its reporting duties always.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from supervise import reading
from supervise.intake import Notice, as_gold, read
from supervise.intake.folding import fold, straighten

NOTICES = Path(__file__).parent / "notices"
NAMES = sorted(path.stem for path in NOTICES.glob("*.txt"))
Data = dict[str, Any]


def differences(notice: Notice, expected: Data) -> Iterator[str]:
    """What is read otherwise than the clerk reads it, one line each."""
    found = as_gold(notice)
    yield from _document(found["document"], expected.get("document") or {})
    tasks, wanted = found["tasks"], expected["tasks"]
    if len(tasks) != len(wanted):
        listed = "|".join(f"{t['no']} {t['text'][:12]}" for t in tasks)
        yield f"tasks: {len(tasks)} read, {len(wanted)} expected: {listed}"
    for mine, theirs in zip(tasks, wanted, strict=False):
        for field, a, b in _task(mine, theirs):
            if a != b:
                yield f"{theirs['no']} {field}: {a!r} read, {b!r} expected"
    problems = sorted(f"{p['code']}@{p['line']}" for p in found["problems"])
    if problems != sorted(expected.get("problems") or []):
        yield f"problems: {problems} read, {sorted(expected.get('problems') or [])} expected"


def _document(found: Data, wanted: Data) -> Iterator[str]:
    for key, value in {"reporting": [], **wanted}.items():
        mine: Any = found.get(key)
        if key == "reporting":
            mine = [{k: v for k, v in m.items() if k in w} for m, w in zip(mine, value, strict=False)] + mine[
                len(value) :
            ]
        elif key == "mechanisms":
            mine = [f"{m['kind']} {m['name']}" for m in mine]
        elif isinstance(mine, str):
            mine, value = re.sub(r"\s", "", straighten(mine)), re.sub(r"\s", "", straighten(str(value)))
        if mine != value:
            yield f"document {key}: {mine!r} read, {value!r} expected"


def _task(found: Data, wanted: Data) -> Iterator[tuple[str, Any, Any]]:
    yield "no", found["no"], str(wanted["no"])
    yield "section", found["section"], wanted.get("section", [])
    text = straighten(found["text"])
    begin, _, end = straighten(wanted["text"]).partition("…")
    yield (
        "text",
        text,
        text if text.startswith(begin) and (text.endswith(end) if end else text == begin) else wanted["text"],
    )
    if "title" in wanted:
        yield "title", found["title"], wanted["title"]
    yield "lead", found["lead_units"], wanted.get("lead", [])
    yield "co", found["co_units"], wanted.get("co", [])
    groups = [f"{g['role']} {g['text']}" for g in found["unit_groups"]]
    yield "groups", groups, wanted.get("groups", [])
    yield "leaders", found["leaders"], wanted.get("leaders", [])
    yield "leader_groups", found["leader_groups"], wanted.get("leader_groups", [])
    yield "open", found["unit_list_open"], wanted.get("open", False)
    yield "deadline", _limit(found["deadline"], wanted.get("deadline")), wanted.get("deadline")
    yield "targets", [_target(t) for t in found["targets"]], wanted.get("targets", [])


def _limit(found: Data | None, wanted: Any) -> Any:
    if found is None:
        return None
    if isinstance(wanted, dict):
        return {key: straighten(str(found[key])) for key in wanted}
    return found["date"] or found["kind"]


def _target(found: Data) -> str:
    value = found["value"]
    number = int(value) if value == int(value) else value
    change = {"increase": " 增", "decrease": " 减"}.get(found["change"] or "", "")
    return f"{found['comparator']} {number} {fold(found['unit'] or '')}{change}".strip()


@pytest.mark.parametrize("name", NAMES)
def test_every_office_is_read_as_its_clerk_reads_it(name: str) -> None:
    """Tasks, parties, limits, goals, duties to report and problems are those of the expectation, and no others."""
    text = (NOTICES / f"{name}.txt").read_text(encoding="utf-8")
    expected: Data = reading.parse((NOTICES / f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml").data
    found = list(differences(read(text, f"{name}.txt"), expected))
    assert not found, "\n".join(["", *found])
