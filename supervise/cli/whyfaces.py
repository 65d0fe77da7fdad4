"""How dates came about, as it reads on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from supervise.cli import faces
from supervise.dates import starred
from supervise.hall.clerk import Owed, View
from supervise.workflows.derived import said
from supervise.workflows.deriving import Derivation


def show(view: View, day: date, made: Sequence[Derivation], words: Mapping[str, str]) -> str:
    """A task, what is owed on it, and how each date came about; ``words`` are the rungs by what they are called."""
    wording, calendar = view.lifecycle.wording, view.lifecycle.calendar_of(view.task)
    lines = [faces.show(view, day, words), "期限的由来"]
    for one in made:
        if one.duty.born <= day:
            head = f"  {wording.duty(one.duty.kind)}({'、'.join(one.duty.units)})"
            lines.append(f"{head}  {starred(said(one), calendar.provisional) or '流程里已没有这一项'}")
    lines += [f"  {line}" for line in _basis(made)]
    return "\n".join(lines)


def owed(rows: Sequence[Owed], made: Mapping[tuple[str, str], Derivation], unknown: faces.Unknown) -> str:
    """How the dates on a list came about; empty if nobody asked."""
    told = [(o, made[o.duty.task, o.duty.key]) for o in rows if (o.duty.task, o.duty.key) in made]
    if not told:
        return ""
    lines = ["", "期限的由来", *(f"  {o.duty.task} {o.label}  {starred(said(one), unknown)}" for o, one in told)]
    return "\n".join([*lines, *(f"  {line}" for line in _basis([one for _, one in told]))])


def _basis(made: Sequence[Derivation]) -> Iterator[str]:
    """The laws and the arrangements that dates rest on."""
    calendars = {link.calendar.name: link.calendar for one in made for link in one.links if link.calendar is not None}
    laws = "、".join(dict.fromkeys(one.law for one in made))
    yield f"依据:流程 {laws}" + "".join(
        f";放假安排 {name.partition('@')[2][:8]}" + "".join(f",{y} 年 {s}" for y, s in sorted(one.sources.items()))
        for name, one in calendars.items()
    )
