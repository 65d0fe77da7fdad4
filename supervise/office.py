"""The hall, where the rooms meet: every method of ``Office`` is a straight line from the caller to the record."""

from __future__ import annotations

from supervise.archivist import Archivist
from supervise.clerk import Clerk
from supervise.judge import Judge


class Office(Clerk, Judge, Archivist):
    """Supervision for one district: all sides of the hall in one object.

    Every method that touches the record takes the caller's SQLAlchemy session first, flushes and never commits: the
    transaction belongs to the host. See ``Desk`` for the arguments of the constructor.
    """
