"""The clock's night: what is decided once for many is what each would have been decided by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import sessionmaker

from supervise import Actor, Office, Refused
from supervise.dates import ONE_DAY
from supervise.errors import Unknown
from supervise.hall.clockwork import Sweep
from supervise.hall.nights import TickReport
from supervise.intake.breakdown import Breakdown, Draft
from supervise.rules.ruleset import Reminders
from supervise.site.folder import Folder
from tests.acting import record
from tests.histories import END, FOLDER, LAW, OFFICE, OPENED, Act, script, steps
from tests.laws import folder, second
from tests.servers import in_memory

OTHERS = {"区工信局": "区科技局", "区科技局": "区商务局", "区商务局": "区财政局", "区财政局": "区工信局"}
"""Who stands for whom in a task with the same past."""
FOUR: dict[str, tuple[tuple[str, ...], tuple[str, ...], Mapping[str, str]]] = {
    "a": (("区工信局", "区科技局"), ("区商务局",), {}), "b": (("区科技局", "区工信局"), ("区商务局",), {}),
    "c": (("区工信局", "区科技局"), ("区商务局", "区财政局"), {}),
    "d": (("区科技局", "区商务局"), ("区财政局",), OTHERS),
}  # fmt: skip
"""Lead and helping units of the tasks that live one history, and the names under which others act on them."""
QUIET = replace(FOLDER, rules={n: one for n, one in FOLDER.rules.items() if not isinstance(one.value, Reminders)})


@dataclass(frozen=True)
class Plan:
    """What is lived through.

    Args:
        lives: what is tried, history by history.
        gap: how many days between two runs of the clock.
        between: days between the placing of one of the four tasks that live a history and the next.
        folder: the rules.
        due: the limit of all tasks.
    """

    lives: Sequence[Sequence[Act]]
    gap: int
    between: int
    folder: Folder
    due: date = date(2025, 11, 28)

    @property
    def placed(self) -> Mapping[date, Sequence[Draft]]:
        """The tasks, by the day on which they are placed."""
        found: dict[date, list[Draft]] = {}
        for nth, (letter, (lead, co, _)) in enumerate(FOUR.items()):
            found.setdefault(OPENED + nth * self.between * ONE_DAY, []).extend(
                Draft(code=f"T{n}{letter}", text=f"建成厂房{letter}", lead=lead, co=co, leader=("张副区长",)[: n % 2])
                for n in range(len(self.lives))
            )
        return found

    @property
    def acts(self) -> Mapping[date, Sequence[tuple[str, Act]]]:
        """What is tried on which task, by day."""
        found: dict[date, list[tuple[str, Act]]] = {}
        for n, life in enumerate(self.lives):
            for act in life:
                found.setdefault(act.day, []).extend((f"T{n}{one}", renamed(act, FOUR[one][2])) for one in FOUR)
        return found


def renamed(act: Act, names: Mapping[str, str]) -> Act:
    """The same done by others, and about others."""
    actor, data = replace(act.actor, unit=names.get(act.actor.unit, act.actor.unit)), dict(act.data)
    for name, value in data.items():
        if LAW.definition.fields[name].kind == "units":
            data[name] = [names.get(unit, unit) for unit in value]
    return replace(act, actor=actor, data=data | ({"into": "T0b"} if "into" in data else {}))


class Night:
    """A plan, lived under a clock that stands still within a day.

    Args:
        plan: what happens.
        alike: by what it is told which tasks are decided once.
        on: where.
    """

    def __init__(self, plan: Plan, alike: Collection[str], on: Engine) -> None:
        self.day, self.alike, self.sessions = OPENED, alike, sessionmaker(on)
        self.office = Office(plan.folder, now=lambda: datetime.combine(self.day, time(10), UTC), today=lambda: self.day)
        self.did, placed, acts = 0, plan.placed, plan.acts
        while self.day <= END:
            if self.day in placed:
                breakdown = Breakdown(due=plan.due, tasks=tuple(placed[self.day]))
                with self.sessions.begin() as session:
                    self.office.assign(session, breakdown, OFFICE, self.day)
            for code, act in acts.get(self.day, ()):
                self._do(code, act)
            if (self.day - OPENED).days % plan.gap == 0 or self.day == END:
                self.did += sum(one.count for one in self.tick().did)
            self.day += ONE_DAY

    def _do(self, code: str, act: Act) -> None:
        with self.sessions() as session, suppress(Refused, Unknown):
            self.office.advance(session, code, act.action, act.actor, act.day, **act.data)
            session.commit()

    def tick(self) -> TickReport:
        """One run of the clock."""
        with self.sessions.begin() as session:
            sweep = Sweep(self.office, self.day, alike=self.alike)
            while (piece := sweep.go(session)) is not None:
                sweep.keep(piece)
            sweep.seal(session)
            return sweep.report(session)


@settings(max_examples=6, deadline=None)
@given(st.lists(steps, min_size=1, max_size=2), st.integers(1, 40), st.integers(0, 2), st.sampled_from((FOLDER, QUIET)))
def test_what_is_decided_once_for_many_is_what_each_would_get(
    chosen: list[list[tuple[int, int, int]]], gap: int, between: int, rules: Folder
) -> None:
    """Facts, letters, answers owed, who is told, days to wake, hashes, seals: every row of every table is the same."""
    plan, apart = Plan([script(seed) for seed in chosen], gap, between, rules), in_memory()
    each = Night(plan, (), apart)
    for alike in (("facts", "past"), ("past",)):
        one = in_memory()
        together = Night(plan, alike, one)
        assert record(one) == record(apart)
        assert together.did == each.did
        with together.sessions() as session:
            assert together.office.audit(session).breaks == ()
            together.office.replay(session)


def the_ball_returns(data: dict[str, Any]) -> None:
    """The clock takes a task whose report waits out of the office's hands, and only the reports wait for the office."""
    data["actions"]["lapse"]["from"] = [*data["actions"]["lapse"]["from"], "reported"]
    del data["duties"]["finish"]["waits"], data["duties"]["finish"]["grace"]


def test_limits_that_the_clock_gives_back_are_cast_for_all_with_the_same_past(engine: Engine) -> None:
    """When a task lapses while its report waits, limits and pace that stood end and stand anew, as each by itself."""
    lead, given = Actor("甲", "区工信局"), {"summary": "(略)", "progress": 10, "evidence": ["a.pdf"]}
    life = [
        Act(date(2025, 2, 17), lead, "plan", {"milestones": ["2025-06-30 过半"], "contact": "李某"}),
        Act(date(2025, 2, 19), OFFICE, "start"), Act(date(2025, 6, 20), lead, "report", given),
    ]  # fmt: skip
    rules = replace(folder(second(the_ball_returns)), rules=QUIET.rules)
    plan, apart = Plan([life], 25, 0, rules, date(2025, 12, 29)), in_memory()
    assert Night(plan, (), apart).did == Night(plan, ("past",), engine).did
    assert record(apart) == record(engine)
    lapsed = str(plan.due + ONE_DAY)
    for name in ("duty", "pace"):
        rows = [row for row in record(engine)[name] if row["task"] == "T0d"]
        assert {str(row["since_day"]) for row in rows} >= {lapsed} <= {str(row["until_day"]) for row in rows}
