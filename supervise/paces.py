"""How a reported figure is held against a schedule, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import floor

from supervise.records import Duty

STEPS = 4
"""Decimals of a percentage point to which a lag is told apart from a number in a rule."""


@dataclass(frozen=True, slots=True)
class Pace:
    """A stretch of days on which one reported figure is held against the schedule of a duty.

    Args:
        duty: what keeps its schedule or does not.
        day: the first day, that of the figure.
        ends: the first day after it: the next figure, or the end of the duty.
        lag: how many percentage points the figure lies behind on that day.
    """

    duty: Duty
    day: date
    ends: date
    lag: Decimal

    @property
    def judged(self) -> date:
        """Until this day the duty is open and this figure judges it; a void duty is not judged at all."""
        return self.day if self.duty.void is not None else max(self.day, min(self.ends, self.duty.missed_from))

    @property
    def behind(self) -> int:
        """Twice the lag in ten-thousandths, odd if it lies between two: so it compares with any four decimals alike."""
        scaled = self.lag.scaleb(STEPS)
        whole = floor(scaled)
        return 2 * whole + (scaled != whole)
