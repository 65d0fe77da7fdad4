"""The deliverer's side of the hall: what acts and reminders left is addressed, packed and sent, at least once.

Any number of deliverers may run at once, each with transactions of its own: a parcel is claimed for a time before it
is sent, and whoever is killed loses only that claim. So one message may come twice, with the same key, and none is
lost. The moment is the office's own ``now``; nothing here is a timer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from secrets import token_hex
from time import monotonic
from typing import TYPE_CHECKING, Protocol, TypeVar

from supervise.channels.port import Channel, Dispatch, Item, Undelivered
from supervise.errors import Stale
from supervise.hall.addressing import Addressing, Vacancy
from supervise.hearing import post_and_role
from supervise.rules import sending
from supervise.rules.sending import Sending, Waiting
from supervise.site.folder import Folder
from supervise.store import parcels, postbook, tray
from supervise.store.parcels import NOBODY, PARKED, SENT, Address, Delivery, Parcel

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from supervise.hall.desk import Desk
    from supervise.store.statements import Work

T = TypeVar("T")

LEASE = 60.0
"""Seconds for which a claimed parcel is left to whoever claimed it; longer than any channel takes."""
PLAIN = Sending(sending="plain", version=1, title="", effective=date.min)
"""What holds where no file says how messages are sent."""


@dataclass(slots=True)
class Round:
    """What one round of sending did.

    Args:
        sent: parcels that arrived.
        failed: those that did not and are tried again, with the reason.
        parked: those that wait for people, with the reason.
        items: letters that arrived.
        held: addresses for which something waits for a better hour.
        twice: parcels whose claim had run out when they were sent, so that somebody may get them twice.
        idle: channels that parcels wait for and that nobody has set up.
        unfinished: whether the time was up before everything was done.
        vacancies: posts that nobody can get messages for.
    """

    sent: list[Parcel] = field(default_factory=list)
    failed: list[Parcel] = field(default_factory=list)
    parked: list[Parcel] = field(default_factory=list)
    items: int = 0
    held: int = 0
    twice: list[Parcel] = field(default_factory=list)
    idle: tuple[str, ...] = ()
    unfinished: bool = False
    vacancies: tuple[Vacancy, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a round would send now, and for how many addresses something would wait for a better hour."""

    messages: tuple[Dispatch, ...]
    held: int


class Serving(Protocol):
    """An office at a database of its own, see ``Service``."""

    @property
    def office(self) -> Desk:
        """The office."""

    def transact(self, work: Callable[[Session], T]) -> T:
        """Do something in one transaction, again while it only collided."""


class Deliverer:
    """Sends what an office has to say.

    Args:
        service: the office at its database.
        channels: name → channel, as ``units.yaml`` and the sending file name them.
        default: the channel for names that the directory keeps no people for; the first if empty.
        lease: seconds for which a claim holds.
    """

    def __init__(
        self, service: Serving, channels: Mapping[str, Channel], default: str = "", lease: float = LEASE
    ) -> None:
        self.service, self.office, self.channels = service, service.office, dict(channels)
        self.default = default or next(iter(self.channels), NOBODY)
        self._lease, self._name = timedelta(seconds=lease), token_hex(8)

    def run(
        self,
        within: float | None = None,
        progress: Callable[[Round], object] = lambda _: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> Round:
        """One round: everything that may go now and for which there is time.

        Args:
            within: seconds after which no further parcel is begun.
            progress: called after every parcel.
            stop: asked before every parcel whether to leave it at that.
        """
        until = monotonic() + within if within is not None else None

        def over() -> bool:
            return stop() or (until is not None and monotonic() >= until)

        made = Round(vacancies=tuple(self._addressing().vacancies()))
        self._prepare(over)
        while not over():
            packed = self._pack(made)
            before = len(made.sent) + len(made.failed) + len(made.parked)
            while not over() and (claimed := self._claim()) is not None:
                self._send(*claimed, made)
                progress(made)
            if not packed and before == len(made.sent) + len(made.failed) + len(made.parked):
                break
        made.unfinished = over()
        waiting = self.service.transact(lambda work: postbook.parcels(work, self._district, parcels.WAITING))
        made.idle = tuple(sorted({one.channel for one in waiting} - self.channels.keys()))
        made.held = len(self.service.transact(lambda work: parcels.unpacked(work, self._district)))
        return made

    def preview(self) -> Preview:
        """What would go out now; nothing is sent and nothing is kept."""
        found: list[Dispatch] = []
        waiting: set[Address] = set()

        def look(work: Work) -> None:
            found.clear()
            waiting.clear()
            while tray.collect(work, self._district, self.rules.grave):
                pass
            while self._address(work):
                pass
            for to in parcels.unpacked(work, self._district):
                self._packed(work, to)
            waiting.update(parcels.unpacked(work, self._district))
            now = self.office.now()
            for parcel in postbook.parcels(work, self._district, parcels.WAITING):
                letters = parcels.deliveries(work, self._district, (parcel.channel, parcel.address), parcel.seq)
                dispatch = self._dispatch(parcel, letters)
                if parcel.next_at <= now and parcel.channel in self.channels and self._later(dispatch, now) <= now:
                    found.append(dispatch)
                else:
                    waiting.add((parcel.channel, parcel.address))
            raise _Undo

        with suppress(_Undo):
            self.service.transact(look)
        return Preview(tuple(found), len(waiting))

    def retry(self, who: str = "") -> int:
        """Let parked parcels go anew, by the directory and the channels as they are now; how many there were.

        Args:
            who: only those of this person, unit or address; all if empty.
        """
        return self.service.transact(lambda work: postbook.retry(work, self._district, who))

    def replay(self, since: date) -> int:
        """Let everything go again that was sent from a day on, under the same keys; how many parcels that is."""
        start, now = self.rules.midnight(since), self.office.now()
        return self.service.transact(lambda work: postbook.replay(work, self._district, start, now))

    def vacancies(self) -> tuple[Vacancy, ...]:
        """Posts that are to hear and that nobody can get messages for today."""
        return tuple(self._addressing().vacancies())

    @property
    def rules(self) -> Sending:
        """The sending file in force today."""
        return in_force(self.office.folder, self.office.now().date())

    def local(self, moment: datetime | None = None) -> datetime:
        """A moment, now if not given, in the district's time."""
        return (moment or self.office.now()).astimezone(self.rules.zone)

    @property
    def _district(self) -> str:
        return self.office.district

    def _addressing(self) -> Addressing:
        told = (word for ladder in self.office.ladders("") for rung in ladder.rungs for word in rung.tell)
        named = dict.fromkeys(post for post, _ in map(post_and_role, told) if post)
        return Addressing(
            self.office.directory, self.rules, self.channels.keys(), self.default, self.local().date(), tuple(named)
        )

    def _prepare(self, over: Callable[[], bool]) -> None:
        """Collect and address, a piece at a time; where somebody else is just at it, it is his."""
        try:
            while not over() and self.service.transact(
                lambda work: tray.collect(work, self._district, self.rules.grave)
            ):
                pass
            while not over() and self.service.transact(self._address):
                pass
        except Stale:
            pass

    def _address(self, work: Work) -> int:
        letters = tray.unaddressed(work, self._district)
        if letters:
            addressing = self._addressing()
            targets = [addressing.targets(letter.to, letter.grave) for letter in letters]
            tray.address(work, self._district, letters, targets)
        return len(letters)

    def _pack(self, made: Round) -> int:
        packed = 0
        for to in self.service.transact(lambda work: parcels.unpacked(work, self._district)):
            try:
                number = self.service.transact(lambda work, to=to: self._packed(work, to))  # type: ignore[misc]
            except Stale:
                continue
            packed += number
            if number and to[0] == NOBODY:
                lost = self.service.transact(lambda work: postbook.parcels(work, self._district, PARKED))
                made.parked += [one for one in lost if (one.channel, one.address) == to][-number:]
        return packed

    def _packed(self, work: Work, to: Address) -> int:
        """Pack what an address gets now."""
        now = self.office.now()
        waiting = parcels.deliveries(work, self._district, to, None)
        by_letter = {key: list(ones) for key, ones in groupby(waiting, lambda one: (one.letter.task, one.letter.ref))}
        if to[0] == NOBODY:
            return parcels.pack(work, self._district, to, [("nobody", waiting)] if waiting else [], now)
        sent = 0
        if self.rules.at_most is not None:
            sent = parcels.made_since(work, self._district, to, self.rules.midnight(self.local().date()))
        items = [
            Waiting(task, ref, ones[0].place, ones[0].letter.day, ones[0].letter.grave)
            for (task, ref), ones in by_letter.items()
        ]
        found = sending.pack(self.rules, self.office.calendar, items, self.local(), sent)
        packed = [
            (one.kind, [delivery for item in one.items for delivery in by_letter[item.task, item.ref]])
            for one in found
        ]  # fmt: skip
        return parcels.pack(work, self._district, to, packed, now)

    def _claim(self) -> tuple[Parcel, list[Delivery]] | None:
        """A parcel that is due, now ours for a time, and what is in it."""
        now = self.office.now()

        def take(work: Work) -> tuple[Parcel, list[Delivery]] | None:
            mine = parcels.claim(work, self._district, self._name, now, now + self._lease, self.channels)
            if mine is None:
                return None
            return mine, parcels.deliveries(work, self._district, (mine.channel, mine.address), mine.seq)

        return self.service.transact(take)

    def _send(self, parcel: Parcel, letters: Sequence[Delivery], made: Round) -> None:
        """Send a claimed parcel, and write down what came of it."""
        dispatch, now = self._dispatch(parcel, letters), self.office.now()
        later = self._later(dispatch, now)
        if later > now:  # it was packed in time and comes to be sent at night
            self._settle(replace(parcel, next_at=later))
            return
        try:
            self.channels[parcel.channel].send(dispatch)
        except Undelivered as error:
            self._failed(parcel, dispatch, error, made)
        except Exception as error:  # a host's channel may raise anything
            said = f"{type(error).__name__}: {' '.join(str(error).split())}"[:500]
            self._failed(parcel, dispatch, Undelivered(f"通道 {parcel.channel} 出错:{said}"), made)
        else:
            done = replace(parcel, state=SENT, attempts=parcel.attempts + 1, sent_at=self.office.now(), error="")
            if not self._settle(done):
                made.twice.append(done)
            made.sent.append(done)
            made.items += len(dispatch.items)

    def _failed(self, parcel: Parcel, dispatch: Dispatch, error: Undelivered, made: Round) -> None:
        attempts, now = parcel.attempts + 1, self.office.now()
        wait = None if error.final else self.rules.wait(attempts)
        if wait is None:
            parked = replace(parcel, state=PARKED, attempts=attempts, error=error.text)
            self._settle(parked)
            made.parked.append(parked)
        else:
            again = replace(
                parcel, attempts=attempts, next_at=self._later(dispatch, now + wait), error=error.text
            )  # fmt: skip
            self._settle(again)
            made.failed.append(again)

    def _settle(self, parcel: Parcel) -> bool:
        return self.service.transact(lambda work: parcels.settle(work, self._district, parcel, self._name))

    def _later(self, dispatch: Dispatch, moment: datetime) -> datetime:
        """The first moment from one on at which a dispatch may go."""
        if dispatch.grave:
            return moment
        local = self.local(moment)
        opening = self.rules.opening(self.office.calendar, local)
        return moment if opening <= local else opening

    def _dispatch(self, parcel: Parcel, letters: Sequence[Delivery]) -> Dispatch:
        today = self.local().date()
        items = []
        for (task, ref), ones in groupby(letters, lambda one: (one.letter.task, one.letter.ref)):
            mine = list(ones)
            letter = mine[0].letter
            items.append(Item(
                f"{self._district}/{task}/{ref}/{parcel.address}", task, ref, letter.kind, letter.action, letter.day,
                letter.text, tuple(one.target.hearer for one in mine), letter.grave,
                self.rules.is_stale(self.office.calendar, letter.day, today),
                ";".join(dict.fromkeys(one.target.remark for one in mine if one.target.remark)),
            ))  # fmt: skip
        key = f"{self._district}/{parcel.channel}/{parcel.address}/{parcel.seq}"
        return Dispatch(
            key, parcel.channel, parcel.address, parcel.who, parcel.kind, parcel.made_at, tuple(items)
        )  # fmt: skip


def in_force(folder: Folder, day: date) -> Sending:
    """The sending file in force on a day."""
    found = [source.value for source in folder.rules.values() if isinstance(source.value, Sending)]
    current = [rules for rules in found if rules.effective <= day]
    return max(current, key=lambda rules: rules.version, default=PLAIN)


class _Undo(Exception):
    """Takes back what was only tried."""
