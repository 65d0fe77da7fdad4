"""One sheet of rows for everything that acts change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

Rows = list[dict[str, Any]]


@dataclass(slots=True)
class Sheet:
    """Rows by what happens to them: claimed and changed tasks, new ones, and what follows from their events.

    ``moved`` are known tasks whose parties are written anew; ``ended``, ``parted`` and ``paced`` say until when a duty,
    a part in a task and a stretch of pace stood as they did.

    Args:
        district: whose tasks.
    """

    district: str
    claims: Rows = field(default_factory=list)
    tasks: Rows = field(default_factory=list)
    events: Rows = field(default_factory=list)
    moved: Rows = field(default_factory=list)
    parties: Rows = field(default_factory=list)
    ended: Rows = field(default_factory=list)
    duties: Rows = field(default_factory=list)
    news: Rows = field(default_factory=list)
    parted: Rows = field(default_factory=list)
    parts: Rows = field(default_factory=list)
    paced: Rows = field(default_factory=list)
    paces: Rows = field(default_factory=list)
    amended: Rows = field(default_factory=list)


KINDS: Final = Sheet.__slots__[1:]
"""The kinds of rows."""
