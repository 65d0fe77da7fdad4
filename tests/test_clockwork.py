"""The clock's night: what is decided once for many is what each would have been decided by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import sessionmaker

from supervise import Office, Refused
from supervise.hall.clockwork import Sweep
from supervise.hall.nights import TickReport
from supervise.intake.breakdown import Breakdown, Draft
from tests.acting import record
from tests.histories import END, FOLDER, OFFICE, OPENED, script, steps
from tests.servers import in_memory

TRIO = (
    (("区工信局", "区科技局"), ("区商务局",)), (("区科技局", "区工信局"), ("区商务局",)),
    (("区工信局", "区科技局"), ("区商务局", "区财政局")),
)  # fmt: skip


class Night:
    """Several histories, each lived by three tasks with other parties, under a clock that stands still within a day.

    Args:
        seeds: choices for each history.
        gap: how many days between two runs of the clock.
        alike: whether tasks that are alike are decided once.
        on: where.
    """

    def __init__(self, seeds: Sequence[list[tuple[int, int, int]]], gap: int, alike: bool, on: Engine) -> None:
        self.day, self.alike, self.sessions = OPENED, alike, sessionmaker(on)
        self.office = Office(FOLDER, now=lambda: datetime.combine(self.day, time(10), UTC), today=lambda: self.day)
        self.did = 0
        drafts = tuple(
            Draft(code=f"T{n}{letter}", text="建成厂房", lead=lead, co=co, leader=("张副区长",)[: n % 2])
            for n in range(len(seeds)) for letter, (lead, co) in zip("abc", TRIO, strict=True)
        )  # fmt: skip
        with self.sessions.begin() as session:
            self.office.assign(session, Breakdown(due=date(2025, 11, 28), tasks=drafts), OFFICE, OPENED)
        acts = sorted(((act.day, n, act) for n, seed in enumerate(seeds) for act in script(seed)), key=lambda a: a[:2])
        while self.day <= END:
            for _, n, act in [one for one in acts if one[0] == self.day]:
                for letter in "abc":
                    self._do(
                        f"T{n}{letter}", replace(act, data=act.data | ({"into": "T0b"} if "into" in act.data else {}))
                    )
            if (self.day - OPENED).days % gap == 0 or self.day == END:
                self.did += sum(one.count for one in self.tick().did)
            self.day += timedelta(days=1)

    def _do(self, code: str, act: object) -> None:
        with self.sessions() as session:
            try:
                self.office.advance(session, code, act.action, act.actor, act.day, **act.data)  # type: ignore[attr-defined]
                session.commit()
            except Refused:
                session.rollback()

    def tick(self) -> TickReport:
        """One run of the clock."""
        with self.sessions.begin() as session:
            sweep = Sweep(self.office, self.day, alike=self.alike)
            while (piece := sweep.go(session)) is not None:
                sweep.keep(piece)
            sweep.seal(session)
            return sweep.report(session)


@settings(max_examples=6, deadline=None)
@given(st.lists(steps, min_size=1, max_size=3), st.integers(1, 40))
def test_what_is_decided_once_for_many_is_what_each_would_get(
    chosen: list[list[tuple[int, int, int]]], gap: int
) -> None:
    """Facts, letters, answers owed, who is told, days to wake, hashes, seals: every row of every table is the same."""
    one, other = in_memory(), in_memory()
    together, apart = Night(chosen, gap, True, one), Night(chosen, gap, False, other)
    assert record(one) == record(other)
    assert together.did == apart.did
    with together.sessions() as session:
        assert together.office.audit(session).breaks == ()
        together.office.replay(session)
