"""A review of a new version: one sheet to look at, to talk about and to sign, as a page and as paper.

What is on it is one plain document, made from two files, the record and a day; the page and the paper only set it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from supervise.errors import Problem, Refused
from supervise.records import Duty
from supervise.site import approvals
from supervise.site.folder import Source
from supervise.store.library import fingerprint
from supervise.workflows import engines, spoken
from supervise.workflows.against import SIGNS
from supervise.workflows.definition import Definition
from supervise.workflows.difference import Difference, Entry
from supervise.workflows.situations import Situation

Body = dict[str, Any]
SHEETS = Path(__file__).parent / "sheets"
SIGNERS = ("起草", "法制审核", "督查室负责人", "分管领导")
"""Who signs, each with a line of their own."""
_REMARK = re.compile(r"(?:^|\s)#\s*(.+?)\s*$")
_SHELVES = {
    "state": "states", "action": "actions", "duty": "duties", "field": "fields", "role": "roles",
    "category": "categories",
}  # fmt: skip
_KINDS = {"added": "新增", "removed": "删去", "changed": "改动"}


@dataclass(frozen=True, slots=True)
class Live:
    """The tasks that run under the old version: as they stand on a day."""

    situations: tuple[Situation, ...]
    day: date

    def count(self, holds: Callable[[Situation], bool]) -> int:
        """How many are so."""
        return sum(map(holds, self.situations))


def review(old: Source[Definition], new: Source[Definition], found: Difference, live: Live | None, day: date) -> Body:
    """Everything that stands on the sheet, as plain data.

    Args:
        old, new: two versions, with their files.
        found: what is different between them.
        live: the tasks that run under the old one; ``None`` where there is no record to ask.
        day: of the sheet.
    """
    return {
        "title": f"{new.value.title}流程修订审查",
        "names": [old.value.name, new.value.name],
        "day": day.isoformat(),
        "unrelated": found.unrelated,
        "versions": [_version(label, source) for label, source in (("原版", old), ("新版", new))],
        "shown": approvals.shown(found),
        "live": None if live is None else {"tasks": len(live.situations), "day": live.day.isoformat()},
        "entries": [_entry(n, old, new, entry, live) for n, entry in enumerate(found.entries, 1)],
        "signers": list(SIGNERS),
    }


def _version(label: str, source: Source[Definition]) -> Body:
    value = source.value
    return {
        "label": label, "name": value.name, "effective": value.effective.isoformat(),
        "source": value.source or "(未写)", "fingerprint": fingerprint(source.text),
        "states": len(value.states), "actions": len(value.actions), "duties": len(value.duties),
    }  # fmt: skip


def _entry(n: int, old: Source[Definition], new: Source[Definition], entry: Entry, live: Live | None) -> Body:
    told = spoken.changes(old.value, new.value, entry)
    return {
        "mark": f"{SIGNS[entry.kind]}{n}", "kind": entry.kind, "what": f"{_KINDS[entry.kind]}{spoken.part(entry)}",
        "name": spoken.name(old.value, new.value, entry), "changes": [one._asdict() for one in told],
        "clauses": [c for c in (clause("原", old, entry), clause("新", new, entry)) if c],
        "live": None if live is None else touched(old.value, new.value, entry, live),
    }  # fmt: skip


def clause(label: str, source: Source[Definition], entry: Entry) -> str:
    """Where a part stands in a file, and what the file remarks there: clauses are cited beside what they ask for.

    Args:
        label: of the version.
        source: its file.
        entry: the part.
    """
    path: tuple[str, ...] = (_SHELVES.get(entry.part, entry.part), entry.name)
    if entry.part == "head":
        path = (entry.changes[0].key,) if entry.changes else ()
    place = source.document.places.get(path)
    if place is None:
        return ""
    at = place.line
    lines = source.text.splitlines()
    remark = _REMARK.search(re.sub(r"'[^']*'|\"[^\"]*\"", "", lines[at - 1]))
    above: list[str] = []
    for line in reversed(lines[: at - 1]):
        if not line.strip().startswith("#"):
            break
        above.insert(0, line.strip().lstrip("# "))
    told = " ".join([*above, remark[1] if remark else ""]).strip()
    return f"{label} 第 {at} 行" + (f":{told}" if told else "")


def touched(old: Definition, new: Definition, entry: Entry, live: Live) -> int | None:
    """How many running tasks a change touches; ``None`` for what no task stands at.

    They stand in the state, where the action can be done, or owe the duty.

    Args:
        old, new: two versions.
        entry: the change.
        live: the tasks.
    """
    if entry.part == "state":
        return live.count(lambda s: s.task.state == entry.name)
    if entry.part == "action":
        places = {p for d in (old, new) if entry.name in d.actions for p in d.sources(d.actions[entry.name])}
        return live.count(lambda s: s.task.state in places)
    if entry.part == "duty":
        return live.count(lambda s: any(d.kind == entry.name and _owed(d, live.day) for d in s.duties))
    return None


def _owed(duty: Duty, day: date) -> bool:
    return duty.born <= day and duty.outcome(day) in ("open", "missed")


def page(body: Body, pictures: Mapping[str, str]) -> bytes:
    """The sheet as one HTML page that needs nothing else.

    Args:
        body: from ``review``.
        pictures: heading → svg.

    Raises:
        Refused: V01 without the library for pages.
    """
    try:
        import jinja2
    except ModuleNotFoundError:
        help_ = '请安装:pip install "supervise[diagram]"'
        raise Refused(Problem("V01", "没有装写网页的库 Jinja2", help=help_)) from None
    world = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = world.from_string((SHEETS / "review.html").read_text("utf-8"))
    shown = {heading: _apart(n, svg) for n, (heading, svg) in enumerate(pictures.items())}
    return (template.render(body, pictures=shown) + "\n").encode()


def _apart(n: int, svg: str) -> str:
    """An svg whose ids are not those of another on the same page."""
    return re.sub(r'(<g id=")', rf"\1p{n}-", svg)


def paper(body: Body, pictures: Mapping[str, str]) -> bytes:
    """The sheet as a pdf, its letters embedded.

    Args:
        body: from ``review``.
        pictures: heading → svg.

    Raises:
        Refused: V01–V03 as ``engines.typeset``.
    """
    shown = [{"heading": heading, "svg": svg} for heading, svg in pictures.items()]
    data = json.dumps({**body, "pictures": shown}, ensure_ascii=False)
    return engines.typeset((SHEETS / "review.typ").read_text("utf-8"), {"data": data})


class Reviewed(NamedTuple):
    """What a review leaves: name of a file → content, and why there is no pdf among them, if there is none."""

    files: dict[str, bytes]
    no_pdf: str = ""


def reviewed(body: Body, pictures: Mapping[str, str]) -> Reviewed:
    """Everything that a review leaves in its folder; a machine that cannot set paper still makes the page.

    Args:
        body: from ``review``.
        pictures: heading → svg, the difference first.

    Raises:
        Refused: V01 without the library for pages.
    """
    told = (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode()
    found = {"review.html": page(body, pictures), "review.json": told}
    found["difference.svg"] = next(iter(pictures.values())).encode()
    try:
        return Reviewed(found | {"review.pdf": paper(body, pictures)})
    except Refused as refused:
        (problem,) = refused.problems
        return Reviewed(found, f"{problem.text};{problem.help}")
