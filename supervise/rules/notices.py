"""What a file of reminders says: notices ahead of limits, how people remind by hand, what counts as a burden."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from supervise.phrases import Length, parse_length
from supervise.reading import ReadBy, Strict
from supervise.rules.ladder import Rules
from supervise.workflows.definition import Words, listed


def _lengths(value: Any) -> tuple[Length, ...]:
    return tuple(parse_length(text) for text in listed(value))


class NoticeRules(Strict):
    """Who is told that a limit is near, and how long before it."""

    duty: Words
    before: Annotated[tuple[Length, ...], ReadBy(_lengths)]
    tell: Words = ()


class RemindRules(Strict):
    """Reminding by hand: who may, how long between two times, how often a day for one unit, who else is told."""

    by: Words
    every: Annotated[Length, ReadBy(parse_length)]
    daily: int = Field(ge=1)
    channels: dict[str, str] = {}
    tell: Words = ()


class BurdenRules(Strict):
    """What a burden report counts: which duties ask for a report, which acts are an inspection."""

    reports: Words = ()
    inspections: Words = ()


class Reminders(Rules):
    """提醒和催办: messages ahead of a limit, how people may be reminded by hand, what counts as a burden."""

    reminders: str
    notices: tuple[NoticeRules, ...] = ()
    remind: RemindRules | None = None
    burden: BurdenRules | None = None

    @property
    def name(self) -> str:
        """``notices@1``."""
        return f"{self.reminders}@{self.version}"
