"""The keeper's side of the hall: is the record what it was, give it away whole, take it back whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from supervise.archives import archive, checker, retirement
from supervise.archives.checker import Break
from supervise.archives.shelves import WHOLE
from supervise.chain import Record
from supervise.errors import Diverged, Invalid, Problem, Refused, Unknown
from supervise.hall.designer import Designer
from supervise.records import Event, replay
from supervise.store import ledger, retired, seals, tasks
from supervise.store.retired import Retired
from supervise.store.seals import Seal
from supervise.store.statements import chunks
from supervise.store.tables import LAYOUT
from supervise.workflows.lifecycle import Step

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Audited:
    """How much was held against its hashes, and everything that is not what it was.

    Args:
        tasks, events, seals, publications: how many were checked.
        archived: how many of the tasks stand in archives.
        out_of_reach: how many of those could not be looked at; they are not among ``tasks``.
        unsealed: tasks that changed since the last seal; what is cut off their ends together with their rows can be
            seen only by who kept a copy.
        since: the seal the audit began after.
        head: the last seal.
        breaks: the first broken position of each task, of the seals, and every broken publication.
    """

    tasks: int
    events: int
    seals: int
    publications: int
    archived: int
    out_of_reach: int
    unsealed: int
    since: int
    head: Seal | None
    breaks: tuple[Break, ...]


class Piece(NamedTuple):
    """A piece of evidence on record with a fingerprint, and the act that named it."""

    task: str
    seq: int
    title: str
    uri: str
    sha256: str


@dataclass(frozen=True, slots=True)
class _Whole:
    """Rows and events of some tasks, and which of them stand in archives, within reach or not."""

    since: int
    heads: dict[str, Record]
    events: dict[str, list[Record]]
    named: dict[str, list[Record]]
    away: frozenset[str]
    unseen: frozenset[str]


class Keeper(Designer):
    """Proof, export and restoration of the record."""

    def seal(self, session: Session) -> Seal | None:
        """Seal what changed since the last seal, without waiting for a tick; ``None`` if nothing did.

        Raises:
            Stale: when somebody else sealed at the same moment.
        """
        return seals.make(session, self.district, "audit", self.now(), self.algorithm)

    def audit(self, session: Session, since: int = 0, printed: str = "") -> Audited:
        """Hold every event, seal and publication against its hash.

        Args:
            session: the caller's; nothing is written.
            since: begin after this seal and take what it covers on trust; 0 for everything.
            printed: the hash of a seal as it stands on a publication, or its beginning; it must be among the seals.

        Raises:
            Unknown: G08 when there is no such seal.
        """
        made = self._audit(session, since, printed)
        if made.breaks:  # who writes while we read can look like a break, but not twice at the same place
            again = self._audit(session, since, printed)
            return replace(again, breaks=tuple(b for b in again.breaks if b in made.breaks))
        return made

    def evidence(self, session: Session) -> Iterator[Piece]:
        """Every piece of evidence that has a fingerprint, by task and act; the files are where the host keeps them.

        Raises:
            Unknown: T07 when an archive cannot be reached.
        """
        codes = sorted({*ledger.codes(session, self.district), *retired.pointers(session, self.district)})
        for chunk in chunks(codes):
            for task in self.histories(session, WHOLE, chunk):
                for event in task.events:
                    members = (one for value in event.data.values() if isinstance(value, list) for one in value)
                    for one in members:
                        if isinstance(one, dict) and one.get("sha256"):
                            uri = str(one.get("uri") or one.get("title"))
                            yield Piece(task.code, event.seq, str(one.get("title") or uri), uri, one["sha256"])

    def _audit(self, session: Session, since: int, printed: str) -> Audited:
        base = seals.numbered(session, self.district, since)
        if since and base is None:
            raise Unknown(Problem("G08", f"没有封存第 {since} 号", help="封存的号见 supervise audit"))
        publications = ledger.publications(session, self.district)
        told, pointers = retirement.told(publications), retired.pointers(session, self.district)
        breaks, events, unseen = list[Break](), 0, 0
        codes = sorted({*ledger.codes(session, self.district), *pointers})
        for chunk in chunks(codes):
            whole = self._whole(session, chunk, since, strict=False)
            found, number = self._audit_tasks(session, [code for code in chunk if code not in whole.unseen], whole)
            home = [code for code in chunk if code in whole.heads and code not in whole.away]
            breaks += [*found, *retirement.wrong(chunk, told, pointers, home)]
            events += number
            unseen += len(whole.unseen)
        made = ledger.all_seals(session, self.district, since)
        highest = ledger.highest(session, self.district)
        totals = None
        if base is not None:
            totals = checker.Totals(base.tasks, base.events, ledger.versions_at(session, self.district, since))
        broken = checker.check_seals(
            self.district, made, lambda number: ledger.of_seal(session, self.district, number), highest, since,
            base.hash if base else "", totals,
        )  # fmt: skip
        breaks += [broken] if broken is not None else []
        every = made if not since else ledger.all_seals(session, self.district)
        breaks += checker.check_publications(publications, every)
        breaks += _printed(printed, every)
        return Audited(
            len(codes) - unseen, events, len(made), len(publications), len(pointers), unseen,
            len(seals.unsealed(session, self.district)), since, seals.newest(session, self.district), tuple(breaks),
        )  # fmt: skip

    def _whole(self, session: Session, chunk: Sequence[str], since: int = 0, strict: bool = True) -> _Whole:
        """What rows and events say of some tasks, wherever they stand.

        Args:
            session: the caller's.
            chunk: codes.
            since: only the last event that this seal had seen, and what follows.
            strict: whether an archive that cannot be reached is an error.
        """
        heads, pointers = self._heads(session, chunk)
        events = ledger.events(session, self.district, chunk, since)
        named = ledger.named(session, self.district, chunk)
        away, unseen = [one for one in pointers.values() if one.task not in events], set[str]()
        for _, group in groupby(sorted(away, key=lambda one: one.place), lambda one: one.place):
            there = list(group)
            try:
                records = self.shelves.records(session, there)
            except Unknown:
                if strict:
                    raise
                unseen |= {one.task for one in there}
                continue
            for one in there:
                seen = max((h["version"] for h in named.get(one.task, ()) if h["number"] <= since), default=0)
                events[one.task] = [row for row in records.get(one.task, ()) if row["seq"] >= seen]
        return _Whole(since, heads, events, named, frozenset(one.task for one in away), frozenset(unseen))

    def _heads(self, session: Session, chunk: Sequence[str]) -> tuple[dict[str, Record], dict[str, Retired]]:
        """What is written down of the heads of some tasks, and the places of those that are not here."""
        here = ledger.heads(session, self.district, chunk)
        away = {k: one for k, one in retired.pointers(session, self.district, chunk).items() if k not in here}
        told = {
            k: {"district": self.district, "task": k, "version": one.version, "head": one.head}
            for k, one in away.items()
        }
        return here | told, away

    def _audit_tasks(self, session: Session, chunk: Sequence[str], whole: _Whole) -> tuple[list[Break], int]:
        stored, named, events, since = whole.heads, whole.named, whole.events, whole.since
        found, number = [], 0
        for code in chunk:
            rows, heads = events.get(code, []), named.get(code, [])
            base = [head for head in heads if head["number"] <= since][-1:]
            start, before = 0, ""
            if base and rows and (rows[0]["seq"], rows[0]["hash"]) == (base[0]["version"], base[0]["head"]):
                start, before, rows, heads = (
                    base[0]["version"],
                    base[0]["head"],
                    rows[1:],
                    heads[heads.index(base[0]) :],
                )
            elif base:  # what the seal saw is no longer there: look at the whole
                rows = self._whole(session, [code]).events.get(code, [])
            number += len(rows)
            broken = checker.check_task(self.district, code, rows, stored.get(code), heads, start, before)
            found += [broken] if broken is not None else []
        return found, number

    def export(self, session: Session, folder: str | Path) -> Record:
        """Write the whole record into a new folder, in open formats and with a checker that needs nothing of ours.

        Tasks in archives are written like the others; a record restored from it has them all.

        Args:
            session: the caller's; nothing is written to it.
            folder: must not exist, or be empty.

        Returns:
            the manifest.

        Raises:
            Refused: F06 when there is something already.
            Invalid: F07 when it cannot be written.
            Unknown: T07 when an archive cannot be reached.
        """
        head = seals.newest(session, self.district)
        about = {
            "district": self.district, "layout": LAYOUT, "exported_at": self.now().isoformat(),
            "seal": {"number": head.number, "hash": head.hash} if head else None,
        }  # fmt: skip
        return archive.write(Path(folder), self._files(session), about)

    def _files(self, session: Session) -> dict[str, Iterator[Record]]:
        codes = ledger.codes(session, self.district)
        many = list(chunks(codes))
        every = ledger.all_seals(session, self.district)
        return {
            "heads": (h for c in many for _, h in sorted(self._heads(session, c)[0].items())),
            "events": (e for c in many for _, rows in sorted(self._whole(session, c).events.items()) for e in rows),
            "seals": iter(every),
            "sealed": (
                h for c in many for _, rows in sorted(ledger.named(session, self.district, c).items()) for h in rows
            ),
            "publications": iter(ledger.publications(session, self.district)),
            "marks": ledger.others(session, self.district, "marks"),
            "library": ledger.others(session, self.district, "library"),
            **{name: ledger.others(session, self.district, name) for name in checker.MORE},
        }  # fmt: skip

    def restore(self, session: Session, folder: str | Path) -> Audited:
        """Put an export back into a database that holds nothing of its district; rows are folded from the events.

        Args:
            session: the caller's; flushed, never committed.
            folder: an export, which is checked first.

        Raises:
            Unknown: F01 when there is no export.
            Invalid: G09 when it is not sound, or of another district.
            Refused: G10 when the district has something on record.
            Diverged: when what came out is not what went in.
        """
        pack = archive.read(Path(folder))
        if pack.district != self.district:
            text = f"这份导出是“{pack.district}”的,不是“{self.district}”的"
            raise Invalid(Problem("G09", text, help=f"请加 --district {pack.district}"))
        if not ledger.empty(session, self.district):
            raise Refused(Problem("G10", f"数据库里已有“{self.district}”的记录,不能恢复进去", help="请换一个空库"))
        for name in ("library", "marks", "seals", "sealed", "publications"):
            for chunk in archive.batches(pack.rows(name)):
                ledger.put(session, name, chunk)
        histories = (
            [ledger.as_event(row) for row in rows] for _, rows in groupby(pack.rows("events"), lambda row: row["task"])
        )
        for batch in archive.batches(histories):
            self._relive(session, batch)
        ledger.mark_sealed(session, self.district)
        self._messages(session, pack)
        return self._prove(session, pack)

    def _messages(self, session: Session, pack: archive.Pack) -> None:
        """What was sent counts as sent and what waits waits; an export of old says nothing of it, and all waits."""
        if pack.has("outbox"):
            ledger.clear(session, self.district, "outbox")
            for name in checker.MORE:
                for chunk in archive.batches(pack.rows(name)):
                    ledger.put(session, name, chunk)

    def _relive(self, session: Session, histories: Sequence[Sequence[Event]]) -> None:
        """Save whole histories as their steps were saved, from the recorded moments."""
        savings = []
        for events in histories:
            parts = [self._saving(session, step, step.task.events[-1].day)[0] for step in _steps(events)]
            stages = (*parts[0].stages[:1], *(stage for part in parts for stage in part.stages[1:]))
            paces = (*parts[0].paces[:1], *(stage for part in parts for stage in part.paces[1:]))
            news = tuple(letter for part in parts for letter in part.news)
            last = parts[-1]
            savings.append(
                replace(
                    last,
                    before=None,
                    events=tuple(events),
                    stages=stages,
                    paces=paces,
                    news=news,
                    was_closed=None,
                    amended=any(part.amended for part in parts),
                )
            )
        tasks.save(session, self.district, savings, self.now(), self.algorithm)
        session.flush()

    def _prove(self, session: Session, pack: archive.Pack) -> Audited:
        """Every head came out as it went in, every row is what the events add up to, and every hash holds."""
        self.replay(session)
        problems = []
        for chunk in archive.batches(pack.rows("heads")):
            stored = ledger.heads(session, self.district, [row["task"] for row in chunk])
            problems += [
                Problem("G11", "恢复出来的印戳与导出的不同", task=row["task"])
                for row in chunk
                if stored.get(row["task"]) != row
            ]
        made = self.audit(session)
        problems += [Problem("G11", f"恢复之后:{b.text}", task=b.task) for b in made.breaks]
        if problems:
            raise Diverged(problems)
        return made


def _printed(text: str, every: Sequence[Record]) -> Iterator[Break]:
    bare = text.strip().rstrip("…")
    hashes = [seal["hash"] for seal in every]
    if bare and not any(h.startswith(bare) or h.partition(":")[2].startswith(bare) for h in hashes):
        yield Break("G05", checker.MISSING, f"印在公布件上的 {text} 不在封存之列")


def _steps(events: Sequence[Event]) -> Iterator[Step]:
    """A history in the steps it was saved in: what became known at one moment."""
    before = None
    for _, group in groupby(events, lambda event: event.recorded_at):
        path = tuple(replay(events[: event.seq]) for event in group)
        yield Step(before, path)
        before = path[-1]
