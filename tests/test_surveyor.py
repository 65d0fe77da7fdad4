"""Boards and years are asked of stored facts; the fold of every history gives the same bytes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from supervise import Actor, Cut
from supervise.dates import parse_period
from supervise.judge import canonical
from tests.histories import END, OPENED, steps
from tests.servers import KINDS
from tests.surveying import Lived, everything

PERIODS = ("2025-03", "2025-06", "2025-11", "2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2025")
lives = st.lists(steps, min_size=1, max_size=4)
CHIEF = Actor("主任", "督查室", frozenset({"office"}))


def a_cut(made: Lived, data: st.DataObject) -> Cut:
    """Now, as it was known at a moment, or a day as known earlier or later."""
    known = data.draw(st.sampled_from([made.moment, *(cut.known for cut in made.cuts)]))
    days = st.integers(0, (END - OPENED).days + 60).map(lambda n: OPENED + timedelta(days=n))
    return Cut(data.draw(st.sampled_from([END, *(cut.as_of for cut in made.cuts)]) | days), known)


def boards_agree(made: Lived, data: st.DataObject) -> None:
    """The board and every receipt at a cut, both ways."""
    period, cut = data.draw(st.sampled_from(PERIODS)), a_cut(made, data)
    rules = everything(parse_period(period).kind)
    with made.sessions() as session:
        asked = made.office.board(session, "red-black", period, cut, rules)
        folded = made.folding.board(session, "red-black", period, cut, rules)
        for row, other in zip(asked["standings"], folded["standings"], strict=True):
            for line, right in zip(row["score"]["lines"], other["score"]["lines"], strict=True):
                assert line == right, (period, cut, row["unit"])
            assert row == other
        assert canonical(asked) == canonical(folded)
        for row in folded["standings"]:
            assert made.office.why(asked, row["unit"]) == made.folding.why(folded, row["unit"])


@settings(max_examples=60, deadline=None)
@given(lives, st.integers(0, 6), st.booleans(), st.data())
def test_a_board_asked_of_stored_facts_is_the_board_of_all_histories(
    chosen: list[list[tuple[int, int, int]]], gap: int, moving: bool, data: st.DataObject
) -> None:
    """At any cut, with whatever phrases, clock or no clock, units standing or taken over: the same bytes."""
    made = Lived(chosen, gap, moving=moving)
    for _ in range(4):
        boards_agree(made, data)
