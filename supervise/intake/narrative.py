"""Narrative reports: tasks without numbers.

A clerk's rule: in the chapter headed as a work plan (…工作安排, …工作打算), each paragraph that opens with a short
lead-in sentence is one task, numbered by its section and its place in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from supervise.intake import lines
from supervise.intake.folding import numeral
from supervise.intake.nodes import Segment

_PLAN = re.compile(r"(?:工作)?(?:安排|打算|计划|任务|重点|思路|部署|举措|要点)[。:]?$")
_LEAD_IN = re.compile(r"[^。;:!?,]{4,30}。")
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph read as a task: number, place, headings, offsets."""

    no: str
    number: int
    section: tuple[str, ...]
    path: tuple[str, ...]
    line: int
    start: int
    end: int
    title: str


def read(text: str, folded: str, parts: list[Segment]) -> tuple[Passage, ...]:
    """The paragraphs of the plan chapter that open with a lead-in sentence.

    Args:
        text: the whole notice.
        folded: its folded copy.
        parts: its segments.
    """
    found: list[Passage] = []
    chapter: tuple[str, str] | None = None
    section: tuple[str, str] | None = None
    ordinal = 0
    for line in (line for part in parts for line in part.lines):
        mark = lines.marker(line.folded)
        if mark and mark.kind in ("part", "chapter"):
            title = line.folded[mark.length :]
            plan = len(title) <= 40 and bool(_PLAN.search(title))
            chapter = (numeral(mark.number), text[line.start + mark.length : line.end].strip()) if plan else None
            section, ordinal = None, 0
        elif chapter and mark and mark.kind == "section":
            section, ordinal = (f"({numeral(mark.number)})", text[line.start + mark.length : line.end].strip()), 0
        elif chapter and mark is None:
            opening = _LEAD_IN.match(line.folded)
            if opening is None or not line.folded[opening.end() :].strip() or not lines.is_sentence(line.folded):
                continue
            ordinal += 1
            heads = [chapter, section] if section else [chapter]
            found.append(
                Passage(
                    no=f"{(section or chapter)[0]}.{ordinal}", number=ordinal, section=tuple(h[0] for h in heads),
                    path=tuple(h[1] for h in heads), line=line.no, start=line.start, end=line.end,
                    title=text[line.start : line.start + opening.end()],
                )
            )  # fmt: skip
    return tuple(found)


def sections(passages: tuple[Passage, ...], counts: Counter[tuple[str, ...]], make: Callable[..., S]) -> list[S]:
    """The headings above the passages as sections, made by ``make(id, title, line, declared, count, children)``."""
    tree: dict[tuple[str, str], dict[tuple[str, str], int]] = {}
    lines_of: dict[tuple[str, ...], int] = {}
    for p in passages:
        inner = tree.setdefault((p.section[0], p.path[0]), {})
        lines_of.setdefault(p.section[:1], p.line)
        if len(p.section) > 1:
            inner.setdefault((p.section[1], p.path[1]), p.line)
    return [
        make(
            head[0], head[1], lines_of[(head[0],)], None, counts[(head[0],)],
            tuple(make(c[0], c[1], line, None, counts[(head[0], c[0])]) for c, line in inner.items()),
        )
        for head, inner in tree.items()
    ]  # fmt: skip
