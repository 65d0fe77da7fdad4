"""Messages leave the record when they were delivered long ago: written to a file first, whose print is sealed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from supervise import chain
from supervise.errors import Problem, Refused
from supervise.hall.deliverer import in_force
from supervise.hall.keeper import Keeper
from supervise.people import Actor
from supervise.site.whole import appearing
from supervise.store import library, spent

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

KIND = "messages"
"""Of the seal and of the publication that tells the print of a file; also the name they are numbered under."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What left the record, or would.

    Args:
        day: delivered before it.
        parcels: how many.
        letters: how many left with them; others may be in a parcel that stays.
        file: where they are written.
        serial: number of the publication that tells the print of the file; empty if nothing was written.
    """

    day: date
    parcels: int
    letters: int
    file: str
    serial: str = ""


class Letterbook(Keeper):
    """Everything about messages that were delivered."""

    def spent(self, session: Session, day: date) -> Spent:
        """What ``retire_messages`` would write to a file and take out; nothing is written.

        Raises:
            Refused: O13 when the day is not over.
        """
        return Spent(day, len(spent.parcels(session, self.district, self._before(day))), 0, "")

    def retire_messages(self, session: Session, day: date, to: str | Path, by: Actor) -> Spent:
        """Write what was delivered before a day to a file of JSON lines, seal its print, and take it out.

        The file is whole on the disk before anything is removed; whoever is stopped between has both.

        Args:
            session: the caller's; flushed, never committed.
            day: such as the first of a year; later days stay.
            to: a file that is not there yet.
            by: who does it.

        Raises:
            Refused: O13 when the day is not over; F06 when the file is there.
            Invalid: F07 when it cannot be written.
        """
        gone, path = spent.parcels(session, self.district, self._before(day)), Path(to)
        if not gone:
            return Spent(day, 0, 0, str(path))
        text = "".join(f"{chain.canonical(spent.told_by(session, self.district, one))}\n" for one in gone)
        if path.exists():
            raise Refused(Problem("F06", f"{path} 已经在了,不覆盖", help="请换一个名字"))
        with appearing(path) as part:
            part.write_bytes(text.encode())
        letters = spent.drop(session, self.district, gone)
        told = {
            "kind": KIND, "before": day.isoformat(), "file": path.name, "parcels": len(gone), "letters": letters,
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
        }  # fmt: skip
        made = library.publish(
            session, self.district, KIND, KIND, day.isoformat(), chain.canonical(told), by.id, self.now(),
            self.algorithm, KIND,
        )  # fmt: skip
        session.flush()
        return Spent(day, len(gone), letters, str(path), made.number)

    def _before(self, day: date) -> datetime:
        if day > self.today():
            text = f"{day} 还没有到,不知道到那时会送到哪些"
            raise Refused(Problem("O13", text, help=f"最晚写今天:{self.today()}"))
        return in_force(self.folder, day).midnight(day)
