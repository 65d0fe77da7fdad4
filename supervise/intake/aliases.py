"""What a clerk's corrections teach: a name that notices print, and the unit that was written in its place.

Only what can be taken for a correction of the name is learned: one name for one unit, in the same role of the same
task, and the name an abbreviation of the unit's or an older form of it. A change of mind teaches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from supervise.intake import names
from supervise.intake.drafts import Breakdown, Draft
from supervise.intake.folding import fold
from supervise.people import Directory

_GENERIC = re.compile(r"[省市区县州旗盟镇乡街道局委办厅部会处室院所和与及的政府人民()]")
_ALIKE = (2, 3)
"""Of the characters that tell a name from others, so many must be in the unit's name."""


@dataclass(frozen=True, slots=True)
class Alias:
    """A name and the unit it stands for.

    Args:
        name: as notices print it.
        unit: canonical name of the unit.
    """

    name: str
    unit: str


def learned(
    drafted: Mapping[str, Mapping[str, tuple[str, ...]]], made: Breakdown, directory: Directory, day: date | None = None
) -> tuple[Alias, ...]:
    """The aliases that the corrections of a breakdown teach, each once, in the order of the tasks.

    Args:
        drafted: code of a task → role → names as drafted.
        made: as corrected.
        directory: knows the units; a name it knows already teaches nothing.
        day: the day on which it is asked; the day of issue if none is given.
    """
    asked = day or made.document.issued
    found: dict[str, set[str]] = {}
    for task in made.tasks:
        for name, unit in _corrected(drafted.get(task.code, {}), task):
            known = directory.unit(unit, asked) or directory.unit(unit)
            if known is not None and _unknown(name, directory):
                found.setdefault(name, set()).add(known.name)
    sure = ((name, next(iter(units))) for name, units in found.items() if len(units) == 1)
    return tuple(Alias(name, unit) for name, unit in sure if alike(name, unit))


def _corrected(drafted: Mapping[str, tuple[str, ...]], task: Draft) -> Iterator[tuple[str, str]]:
    """What was taken out and what was put in its place, where that can be told."""
    every = {*task.lead, *task.co}
    for role, after in (("lead", task.lead), ("co", task.co)):
        before = drafted.get(role, ())
        gone = [name for name in before if name not in every]
        new = [name for name in after if name not in before and name not in drafted.get("lead", ())]
        if len(gone) == len(new) == 1:
            yield gone[0], new[0]
        elif len(before) == len(after):
            yield from ((a, b) for a, b in zip(before, after, strict=True) if a in gone and b in new)


def _unknown(name: str, directory: Directory) -> bool:
    return directory.unit(name) is None and directory.members(name) is None and not names.is_group(fold(name))


def alike(name: str, unit: str) -> bool:
    """Whether a name can be another form of a unit's name: most of what tells one from others stands in the other.

    Args:
        name: as printed.
        unit: the unit's name.
    """
    return _within(name, unit) or _within(unit, name)


def _within(short: str, long: str) -> bool:
    core = _GENERIC.sub("", fold(short))
    return bool(core) and sum(char in long for char in core) * _ALIKE[1] >= len(core) * _ALIKE[0]
