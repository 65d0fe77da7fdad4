"""How work comes in: the text of a notice → tasks with parties, limits and the line each was read from."""

from supervise.intake.breakdown import Breakdown, Doubt, Draft, Source, check, draft, expand, from_yaml, to_yaml
from supervise.intake.gold import as_gold
from supervise.intake.items import Notice
from supervise.intake.notice import read
from supervise.intake.units import draft_units

__all__ = [
    "Breakdown",
    "Doubt",
    "Draft",
    "Notice",
    "Source",
    "as_gold",
    "check",
    "draft",
    "draft_units",
    "expand",
    "from_yaml",
    "read",
    "to_yaml",
]
