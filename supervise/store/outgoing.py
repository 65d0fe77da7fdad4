"""The columns of what goes out, as of layout 7; a later layout that changes them writes down these in its own step."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Date, Integer

from supervise.store.types import Data, LongText, Name, UtcDateTime


def letter() -> list[Column[Any]]:
    """The columns of a letter; ``ref`` is the number of an event, or the name by which it is sent only once."""
    return [
        Column("task", Name(64), primary_key=True),
        Column("ref", Name(191), primary_key=True),
        Column("kind", Name(16), nullable=False),
        Column("action", Name(64), nullable=False),
        Column("day", Date, nullable=False),
        Column("recorded_at", UtcDateTime, nullable=False),
        Column("hearers", Data, nullable=False),
        Column("text", LongText, nullable=False),
        Column("grave", Integer, nullable=False),
        Column("place", Integer, nullable=False),
        Column("addressed", Integer, nullable=False),
    ]


def delivery() -> list[Column[Any]]:
    """The columns of a letter on its way to one address; ``parcel`` is empty until it is packed."""
    return [
        Column("task", Name(64), primary_key=True),
        Column("ref", Name(191), primary_key=True),
        Column("hearer", Name(128), primary_key=True),
        Column("address", Name(191), primary_key=True),
        Column("channel", Name(64), nullable=False),
        Column("who", Name(128), nullable=False),
        Column("remark", Name(191), nullable=False),
        Column("place", Integer, nullable=False),
        Column("grave", Integer, nullable=False),
        Column("parcel", Integer),
    ]


def parcel() -> list[Column[Any]]:
    """The columns of what one address gets at one time."""
    return [
        Column("channel", Name(64), primary_key=True),
        Column("address", Name(191), primary_key=True),
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("kind", Name(16), nullable=False),
        Column("who", Name(128), nullable=False),
        Column("items", Integer, nullable=False),
        Column("state", Name(16), nullable=False),
        Column("made_at", UtcDateTime, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("next_at", UtcDateTime, nullable=False),
        Column("lease", Name(40)),
        Column("leased_until", UtcDateTime),
        Column("sent_at", UtcDateTime),
        Column("error", LongText, nullable=False),
    ]
