"""supervise: 督查督办 as a state machine, for any office system.

The public names, imported when first used so that ``supervise --help`` stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from supervise.errors import Diverged, Invalid, Problem, Refused, Stale, SuperviseError, Unknown
    from supervise.goals import Target
    from supervise.hall.desk import Message
    from supervise.hall.liaison import Act
    from supervise.office import Office
    from supervise.people import Actor, Directory, Unit, UnitList
    from supervise.records import Cut, Duty, Event, Task

__version__ = "0.1.0"

_HOMES = {
    "Office": "office",
    "Act": "hall.liaison",
    "Message": "hall.desk",
    "Target": "goals",
    **dict.fromkeys(("Actor", "Directory", "Unit", "UnitList"), "people"),
    **dict.fromkeys(("Cut", "Duty", "Event", "Task"), "records"),
    **dict.fromkeys(("Diverged", "Invalid", "Problem", "Refused", "Stale", "SuperviseError", "Unknown"), "errors"),
}

__all__ = [
    "Act", "Actor", "Cut", "Directory", "Diverged", "Duty", "Event", "Invalid", "Message", "Office", "Problem",
    "Refused", "Stale", "SuperviseError", "Target", "Task", "Unit", "UnitList", "Unknown",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a public name from its home."""
    if name not in _HOMES:
        raise AttributeError(f"module 'supervise' has no attribute '{name}'")
    return getattr(import_module(f"supervise.{_HOMES[name]}"), name)
