"""Exemptions (免责、容错): who was excused from what, for how long, on what ground, by whom; totals per unit.

Three things free a unit: an act that waives a duty, stops the clock or keeps orders from rising; a mark of a kind that
exempts; and a list of a board whose ``unless`` held. Nobody excuses himself, see ``workflows.excuses``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from supervise.dates import Period
from supervise.hall.clerk import Clerk
from supervise.hall.judge import Judge
from supervise.phrases import Length
from supervise.records import PARTIES, Cut, Event, Task
from supervise.rules.ladder import Ladder
from supervise.rules.scheme import Scheme
from supervise.store import counting, library
from supervise.store.asking import Span, View
from supervise.workflows.definition import Definition
from supervise.workflows.situations import Situation

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Body = dict[str, Any]
KINDS = {"waived": "免责", "paused": "停计时", "accepted": "认可理由", "marked": "登记免责", "spared": "不上榜"}
"""What a row is about → what it is called."""


class Exempter(Clerk, Judge):
    """Reports on exemptions."""

    def exemptions(self, session: Session, period: str, unit: str = "", cut: Cut | None = None) -> Body:
        """Every exemption of a period, and how many each unit had.

        Args:
            session: the caller's.
            period: such as ``2025Q2``; what was decided on its days.
            unit: only this one.
            cut: by default the last day of the period, or today if that is earlier, as known by now.

        Raises:
            Invalid: P01 when it is no period.
            Unknown: U04 when there is no such unit.
        """
        span = self._period(period)
        cut = self._cut(cut, span, Length(0, "days"))
        name = self._known_unit(unit, cut.as_of) if unit else ""
        found = [*self._acts(session, span, cut), *self._marks(session, span, cut), *self._lists(session, span, cut)]
        rows = sorted((r for r in found if name in ("", r["unit"])), key=lambda r: (r["unit"], r["day"], r["task"]))
        totals = []
        for who in dict.fromkeys(row["unit"] for row in rows):
            own = [row for row in rows if row["unit"] == who]
            times = Counter(row["kind"] for row in own)
            totals.append({"unit": who, **{k: times[k] for k in KINDS}, "days": sum(row["days"] for row in own)})
        known = cut.known.isoformat() if cut.known is not None else None
        return {"period": span.name, "as_of": cut.as_of.isoformat(), "known": known, "totals": totals, "rows": rows}

    def _exempting(self) -> dict[str, str]:
        """Act → what kind of exemption it is."""
        found = {s.action: "accepted" for ladder in self.folder.of_kind(Ladder) for s in ladder.suspends}
        for source in self.folder.definitions.values():
            for name, action in source.value.actions.items():
                if action.voids or action.pauses:
                    found[name] = "waived" if action.voids else "paused"
        return found

    def _acts(self, session: Session, span: Period, cut: Cut) -> Iterator[Body]:
        kinds = self._exempting()
        days = Span(span.start, min(span.end, cut.as_of))
        view = View(self.district, cut.as_of)
        codes = {row.task for name in kinds for row in counting.acts(session, view, days, name)}
        for situation in self.situations(session, cut, sorted(codes)):
            for event in situation.task.acts:
                if event.action in kinds and days.first <= event.day <= days.last:
                    yield from self._act(situation, event, kinds[event.action])

    def _act(self, situation: Situation, event: Event, kind: str) -> Iterator[Body]:
        law, task = situation.definition, situation.task
        action = law.actions.get(event.action)
        name = law.field_of("duty", event.data)
        duty = next((d for d in situation.duties if name and d.key == event.data[name]), None)
        until = event.data.get(law.field_of("date", event.data))
        days = (date.fromisoformat(until) - event.day).days if until and kind == "paused" else 0
        label = action.label if action is not None else event.action
        about = law.duties[duty.kind].label if duty is not None and duty.kind in law.duties else task.text
        for unit in _concerned(task, duty.units if duty is not None else ()):
            yield {
                "unit": unit, "kind": kind, "label": label, "day": event.day.isoformat(), "until": until,
                "days": days, "task": task.code, "about": about, "ground": _ground(law, event), "by": event.unit,
                "person": event.actor, "ref": f"{task.code}#{event.seq}",
            }  # fmt: skip

    def _marks(self, session: Session, span: Period, cut: Cut) -> Iterator[Body]:
        kinds = {k: specs[0].label for k, specs in self.kinds().items() if any(spec.exempts for spec in specs)}
        for kept in self.marks(session, cut=cut) if kinds else ():
            mark = kept.mark
            if mark.kind in kinds and not kept.voided and span.start <= mark.day <= min(span.end, cut.as_of):
                yield {
                    "unit": mark.unit, "kind": "marked", "label": kinds[mark.kind], "day": mark.day.isoformat(),
                    "until": None, "days": 0, "task": mark.matter, "about": mark.matter, "ground": mark.note, "by": "",
                    "person": mark.by, "ref": mark.id,
                }  # fmt: skip

    def _lists(self, session: Session, span: Period, cut: Cut) -> Iterator[Body]:
        """Who would have been on a list of a published board, but for what its rules except."""
        for name in (board for scheme in self.folder.of_kind(Scheme) for board in scheme.board_names):
            newest = {p.period: p for p in library.publications(session, self.district, name, known=cut.known)}
            for publication in newest.values():
                body = json.loads(publication.body)
                for row in body["standings"] if self._period(publication.period).end in span else ():
                    for listed in row.get("spared", ()):
                        yield {
                            "unit": row["unit"], "kind": "spared", "label": f"不上{body['lists'][listed]}",
                            "day": body["cut"]["as_of"], "until": None, "days": 0, "task": "", "about": body["title"],
                            "ground": ";".join(why for why in row["why"] if "除外" in why), "by": "", "person": "",
                            "ref": publication.number,
                        }  # fmt: skip


def _concerned(task: Task, units: tuple[str, ...]) -> tuple[str, ...]:
    """The units that an act frees: those of the duty it names, or every party."""
    return tuple(dict.fromkeys(units or (unit for role in PARTIES[:2] for unit in getattr(task, role))))


def _ground(law: Definition, event: Event) -> str:
    """The reason that was written down: what was filled in as a text or picked from a list."""
    told = []
    for name, value in event.data.items():
        spec = law.fields.get(name)
        if spec is not None and spec.kind in ("text", "choice"):
            told.append(str(spec.options.get(value, value) if spec.kind == "choice" else value))
    return ";".join(told)
