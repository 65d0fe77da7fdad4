"""The hall, where the rooms meet: every method of ``Office`` is a straight line from the caller to the record."""

from __future__ import annotations

from supervise.clerk import Clerk
from supervise.designer import Designer
from supervise.judge import Judge


class Office(Clerk, Judge, Designer):
    """Supervision for one district: the clerk's, the judge's and the designer's side in one object.

    Every method that touches the record takes the caller's SQLAlchemy session first, flushes and never commits: the
    transaction belongs to the host. See ``Desk`` for the arguments of the constructor.
    """
