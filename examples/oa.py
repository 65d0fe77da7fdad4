"""A tiny office system to embed into: its own users, units, inbox and transactions, in its own database.

Stands for the OA you already have; nothing here belongs to supervise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, insert
from sqlalchemy.orm import Session as SqlSession
from sqlalchemy.orm import sessionmaker

from supervise import Unit, UnitList

metadata = MetaData()
inbox_table = Table(
    "oa_inbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("receiver", String(64)),
    Column("text", String(400)),
    Column("link", String(200)),
)

engine = create_engine("sqlite://")
Session = sessionmaker(engine)

units = UnitList(
    (
        Unit("区政府督查室", id="D01", also=("督查室",), group="office"),
        Unit("区工信局", id="D02", group="bureaus"),
        Unit("区商务局", id="D03", group="bureaus"),
    )
)


@dataclass(frozen=True)
class User:
    """Who is logged in, as the OA knows them."""

    id: str
    unit: str
    roles: frozenset[str] = frozenset()


class WorkingDays:
    """The OA's own calendar: weekdays, and one Saturday that is worked."""

    def is_workday(self, day: date) -> bool:
        """Whether ``day`` is worked."""
        return day.weekday() < 5 or day == date(2025, 4, 26)


class Inbox:
    """Where people find what they must know."""

    def push(self, session: SqlSession, to: tuple[str, ...], text: str, link: str) -> None:
        """One line for each receiver, in the caller's transaction."""
        for receiver in to:
            session.execute(insert(inbox_table).values(receiver=receiver, text=text, link=link))


calendar = WorkingDays()
inbox = Inbox()
