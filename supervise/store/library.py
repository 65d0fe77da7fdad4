"""What was decided and published, append-only: registered definitions and rules, publications."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.orm import Session

from supervise import chain
from supervise.dates import parse_period
from supervise.errors import Invalid, Problem
from supervise.records import Cut
from supervise.store import seals
from supervise.store.faults import told
from supervise.store.statements import Work, connection
from supervise.store.tables import of


def fingerprint(text: str) -> str:
    """SHA-256 of a text with line ends made alike, so that a file means the same on every system."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()


@told
def register(work: Work, district: str, kind: str, name: str, text: str, now: datetime) -> str:
    """Put a definition or rule set on record under its name and version; the same text again changes nothing.

    Returns:
        its fingerprint.

    Raises:
        Invalid: L01 when another text is registered under that name.
    """
    print_, library = fingerprint(text), of(work).library
    on = connection(work)
    known = on.execute(
        select(library.c.fingerprint).where(library.c.district == district, library.c.name == name)
    ).scalar()
    if known is None:
        on.execute(
            insert(library).values(
                district=district, name=name, kind=kind, fingerprint=print_, text=text, registered_at=now
            )
        )
    elif known != print_:
        raise Invalid(
            Problem(
                "L01",
                f"{name} 已经启用,内容却变了(登记 {known[:8]}…,文件 {print_[:8]}…)",
                help="改了内容就要升版本号(version),旧版本照旧管着在办的任务",
            )
        )
    return print_


@told
def registered(work: Work, district: str, name: str) -> str | None:
    """The text registered under ``name@version``."""
    library = of(work).library
    query = select(library.c.text).where(library.c.district == district, library.c.name == name)
    return connection(work).execute(query).scalar()


@told
def is_begun(work: Session, district: str) -> bool:
    """Whether anything is on record of a district."""
    at = of(work)
    mine = (select(t.c.district).where(t.c.district == district).limit(1) for t in (at.library, at.task, at.mark))
    return any(work.scalar(query) is not None for query in mine)


@told
def districts(work: Session, most: int = 100) -> list[str]:
    """The first districts, by name, of which anything is on record: a step of the key for each, however many rows."""
    at, found = of(work), set[str]()
    for table in (at.library, at.task, at.mark):
        last: str | None = ""
        while last is not None and len(found) < most:
            found |= {last} - {""}
            last = work.scalar(select(func.min(table.c.district)).where(table.c.district > last))
    return sorted(found)


@told
def names(work: Work, district: str, prefix: str) -> list[str]:
    """What is registered under names that begin with a word, the first one first."""
    library = of(work).library
    mine = (library.c.district == district) & library.c.name.startswith(prefix, autoescape=True)
    query = select(library.c.name).where(mine).order_by(library.c.registered_at, library.c.name)
    return list(connection(work).scalars(query))


@dataclass(frozen=True, slots=True)
class Publication:
    """A published board or assessment: frozen, numbered, with its fingerprint and the seal it went out under."""

    number: str
    kind: str
    name: str
    period: str
    fingerprint: str
    body: str
    published_by: str
    published_at: datetime
    seal: int = 0
    seal_hash: str = ""


@told
def publish(
    session: Session,
    district: str,
    kind: str,
    name: str,
    period: str,
    body: str,
    by: str,
    now: datetime,
    algorithm: str = chain.DEFAULT,
    sealed_as: str = "publication",
) -> Publication:
    """Freeze ``body`` under the next number of its name and period, and seal the record as it stands.

    Raises:
        Stale: S01 when somebody else published or sealed at the same moment.
    """
    before = len(publications(session, district, name, period))
    number = f"{period}-{name}-{before + 1}"
    made = Publication(number, kind, name, period, fingerprint(body), body, by, now)
    paper = chain.paper(publication_record(district, made), algorithm)
    seal = seals.make(session, district, sealed_as, now, algorithm, number, paper)
    assert seal is not None  # a publication is always sealed
    made = replace(made, seal=seal.number, seal_hash=seal.hash)
    session.execute(insert(of(session).publication).values(publication_record(district, made) | {"published_at": now}))
    return made


@told
def bodies(work: Work, district: str, kind: str, name: str) -> list[str]:
    """What was published of a kind under a name."""
    publication = of(work).publication
    mine = (publication.c.district == district) & (publication.c.name == name) & (publication.c.kind == kind)
    return list(connection(work).scalars(select(publication.c.body).where(mine)))


def publication_record(district: str, made: Publication) -> chain.Record:
    """A publication as plain data, as it is hashed, exported and stored."""
    return {
        "district": district, "serial": made.number, "kind": made.kind, "name": made.name, "period": made.period,
        "fingerprint": made.fingerprint, "body": made.body, "published_by": made.published_by,
        "published_at": chain.moment(made.published_at), "seal": made.seal, "seal_hash": made.seal_hash,
    }  # fmt: skip


@told
def publications(
    session: Session, district: str, name: str, period: str = "", known: datetime | None = None
) -> list[Publication]:
    """Publications of a board or assessment, oldest first; with ``known``, only those made by then."""
    publication = of(session).publication
    query = select(publication).where(publication.c.district == district, publication.c.name == name)
    if period:
        query = query.where(publication.c.period == period)
    if known is not None:
        query = query.where(publication.c.published_at <= known)
    rows = session.execute(query.order_by(publication.c.period, publication.c.published_at, publication.c.serial))
    return [as_publication(row) for row in rows]


@told
def newest(session: Session, district: str, name: str, cut: Cut) -> Publication | None:
    """The publication of the last period that was over at a cut, as it was last put right; only its body is read."""
    table = of(session).publication
    mine = (table.c.district == district) & (table.c.name == name)
    query = select(table.c.serial, table.c.period, table.c.seal).where(mine)
    query = query if cut.known is None else query.where(table.c.published_at <= cut.known)
    ended = ((parse_period(row.period).end, row.seal, row.serial) for row in session.execute(query))
    last = max((one for one in ended if one[0] <= cut.as_of), default=None)
    return numbered(session, district, last[2]) if last is not None else None


@told
def numbered(work: Work, district: str, number: str) -> Publication | None:
    """What was frozen under a number."""
    publication = of(work).publication
    query = select(publication).where(publication.c.district == district, publication.c.serial == number)
    row = connection(work).execute(query).first()
    return as_publication(row) if row is not None else None


def as_publication(row: Row[Any]) -> Publication:
    """A publication out of its row."""
    return Publication(
        row.serial, row.kind, row.name, row.period, row.fingerprint, row.body, row.published_by, row.published_at,
        row.seal, row.seal_hash,
    )  # fmt: skip
