"""The hall, where the rooms meet: every method of ``Office`` is a straight line from the caller to the record."""

from __future__ import annotations

from sqlalchemy import Engine

from supervise.hall.archivist import Archivist
from supervise.hall.burdens import Burdens
from supervise.hall.carrier import Carrier
from supervise.hall.comparer import Comparer
from supervise.hall.exempter import Exempter
from supervise.hall.presser import Presser
from supervise.hall.preview import Previewer
from supervise.hall.reminder import Reminder
from supervise.hall.service import Service
from supervise.hall.trials import Trials
from supervise.store.database import open_database


class Office(Reminder, Presser, Burdens, Exempter, Carrier, Comparer, Trials, Previewer, Archivist):
    """Supervision for one district: all sides of the hall in one object.

    Every method that touches the record takes the caller's SQLAlchemy session first, flushes and never commits: the
    transaction belongs to the host. See ``Desk`` for the arguments of the constructor.
    """

    def serve(self, database: str | Engine) -> Service:
        """This office at a database of its own, for programs that bring no session.

        Args:
            database: a URL, or an engine that nobody else sets up; our tables must be there.

        Raises:
            Unknown: B01 when there is no database.
            Invalid: B02 when it is no database, not ours, or of another layout.
        """
        engine = open_database(database).kw["bind"] if isinstance(database, str) else database
        return Service(self, engine)
