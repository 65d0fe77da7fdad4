"""The tables: one MetaData per prefix and schema, every table begins with the district, plain types only.

Names begin with ``sv_`` so that they stand beside an OA's own; a host may choose another prefix, or a schema. ``event``
is the truth; the rows of ``task`` and ``duty`` are copies written in the same transaction by the same pure functions.
The core decides every date found here; the database compares.

    engine = create_engine(url, execution_options=tables("dc_", "duban").option)

Whoever works through this engine finds our tables there; a host's own tables are not concerned.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol

from sqlalchemy import Column, Connection, Date, Engine, Index, Integer, MetaData, Table, text
from sqlalchemy.orm import Session

from supervise.errors import Invalid, Problem
from supervise.store.outgoing import delivery, letter, parcel
from supervise.store.types import Data, LongText, Name, UtcDateTime

LAYOUT = "0009"
"""The newest layout: the last revision in ``migrations/``."""

ADDED = {
    "0004": ("retired",),
    "0005": (
        "part", "pace", "amended", "unmeasured", "duty.settles", "event_district_day_recorded_at_action", "duty_done",
        "duty_owed", "duty_ended",
    ),
    "0006": ("duty_ended",),
    "0007": ("letter", "delivery", "parcel"),
    "0008": ("mark.matter", "mark.role", "mark.status", "mark.voids"),
    "0009": ("duty_owed", "duty_done"),
}  # fmt: skip
"""What came, or changed, with a later layout than the first: tables, columns, indexes by names without ``ix_sv_``."""

CODE, NAME, KEY, STATUS = 64, 128, 255, 32
"""Characters that a task's code, a name, a request's key and the status of a mark may have."""
PREFIX, OPTION = "sv_", "supervise_tables"
OWED = "until_day IS NULL AND met IS NULL AND void IS NULL"
"""The duties that are on somebody's list as the record stands."""
DONE, ENDED = "until_day IS NULL AND (met IS NOT NULL OR void IS NOT NULL)", "until_day IS NOT NULL"
"""Those that stand and are on no list any more, and those that stood so once."""
CONVENTION = {  # without the schema's name, which would make every comparison under a schema find differences
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
}
_SAID = ("role", "missed_from", "since_day", "due", "born", "about")
OWING = ("district", "unit", "kind", "settles", "task", *_SAID, "until_day", "met", "void")
DOING = ("district", "kind", "settles", "unit", "met", "void", *_SAID, "until_day")
ENDING = ("district", "until_day", "task", "kind", "settles", "unit", "met", "void", *_SAID)
HELD = ("district", "closed_on", "unit", "task", "role", "since_day", "until_day")
"""Indexes that hold all that counting asks, so that no row is looked up for a number.

What ended is asked for by a stretch of days; within a day it stands by task, so that what one act ends is on one page.
"""
MYSQL_SETTINGS: dict[str, Any] = {
    f"{name}_{key}": value
    for name in ("mysql", "mariadb")
    for key, value in (("engine", "InnoDB"), ("charset", "utf8mb4"))
}
BY_KEY = frozenset({
    "task", "party", "event", "duty", "outbox", "sealed", "part", "pace", "amended", "unmeasured", "delivery", "parcel",
})  # fmt: skip
"""Tables whose rows SQLite keeps in their keys: one page to write where there were two, and a history on one page."""


class Tables:
    """Our tables under one prefix and in one schema.

    Args:
        prefix: what every name begins with.
        schema: where they stand; ``None`` for the connection's own.

    Raises:
        Invalid: B02 when the prefix or schema cannot be one.
    """

    def __init__(self, prefix: str = PREFIX, schema: str | None = None) -> None:
        for word, most in ((prefix, 16), (schema or "x", 63)):
            if not re.fullmatch(rf"[a-z][a-z0-9_]{{0,{most - 1}}}", word):
                help_ = f"以小写字母开头,只用小写字母、数字和下划线,不超过 {most} 个字符"
                raise Invalid(Problem("B02", f"“{word}”不能作表名的前缀或模式名", help=help_))
        self.prefix, self.schema = prefix, schema
        self.metadata = MetaData(schema=schema, naming_convention=CONVENTION)
        self.version = Table(f"{prefix}version", MetaData(schema=schema), Column("version_num", Name(32)))
        self._tasks()
        self._log()
        self._counted()
        self._decided()
        self._chain()
        self._retired()
        self._told()

    def _tasks(self) -> None:
        self.task = self._table(
            "task",
            Column("code", Name(64), primary_key=True),
            Column("version", Integer, nullable=False),
            Column("state", Name(64), nullable=False),
            Column("definition", Name(128), nullable=False),
            Column("text", LongText, nullable=False),
            Column("due", Date, nullable=False),
            Column("wake_on", Date, nullable=False),
            Column("closed_on", Date),
            Column("head", Name(80), nullable=False),
            Column("unsealed", Integer, nullable=False),
            Index(None, "district", "wake_on"),
            _only(Index(None, "district", "unsealed"), "unsealed = 1"),
        )
        self.party = self._table(
            "party",
            Column("task", Name(64), primary_key=True),
            Column("role", Name(16), primary_key=True),
            Column("unit", Name(128), primary_key=True),
            Column("place", Integer, nullable=False),
            Index(None, "district", "unit"),
        )

    def _log(self) -> None:
        self.event = self._table(
            "event",
            Column("task", Name(64), primary_key=True),
            Column("seq", Integer, primary_key=True),
            Column("action", Name(64), nullable=False),
            Column("source", Name(64), nullable=False),
            Column("target", Name(64), nullable=False),
            Column("day", Date, nullable=False),
            Column("recorded_at", UtcDateTime, nullable=False),
            Column("actor", Name(NAME), nullable=False),
            Column("unit", Name(128), nullable=False),
            Column("definition", Name(128), nullable=False),
            Column("data", Data, nullable=False),
            Column("changes", Data, nullable=False),
            Column("hearers", Data, nullable=False),
            Column("idem", Name(KEY)),
            Column("hash", Name(80), nullable=False),
            _only(Index(None, "district", "idem", unique=True), "idem IS NOT NULL"),
            Index(None, "district", "day", "recorded_at", "action"),
        )
        self.duty = self._table(
            "duty",
            Column("task", Name(64), primary_key=True),
            Column("ref", Name(191), primary_key=True),
            Column("from_seq", Integer, primary_key=True),
            Column("unit", Name(128), primary_key=True),
            Column("kind", Name(64), nullable=False),
            Column("role", Name(16), nullable=False),
            Column("units", Data, nullable=False),
            Column("born", Date, nullable=False),
            Column("due", Date, nullable=False),
            Column("nominal", Date, nullable=False),
            Column("missed_from", Date, nullable=False),
            Column("met", Date),
            Column("void", Date),
            Column("about", Name(191), nullable=False),
            Column("opened_by", Integer, nullable=False),
            Column("since_day", Date, nullable=False),
            Column("since_known", UtcDateTime, nullable=False),
            Column("until_day", Date),
            Column("until_known", UtcDateTime),
            Column("settles", Date, nullable=False),
            _only(Index(f"ix_{self.prefix}duty_owed", *OWING), OWED),
            _only(Index(f"ix_{self.prefix}duty_done", *DOING), DONE),
            _only(Index(f"ix_{self.prefix}duty_ended", *ENDING), ENDED),
        )
        self.outbox = self._table(
            "outbox",
            Column("task", Name(64), primary_key=True),
            Column("seq", Integer, primary_key=True),
            Column("day", Date, nullable=False),
            Column("recorded_at", UtcDateTime, nullable=False),
            Column("action", Name(64), nullable=False),
            Column("hearers", Data, nullable=False),
            Column("text", LongText, nullable=False),
        )

    def _counted(self) -> None:
        """What only counting asks for: parts and pace through time, and the tasks for which it is still to be written.

        ``amended`` are the tasks whose days do not tell how they stood, see ``Lifecycle.amended``.

        A cut is told by days alone here: a task of which something within the cut became known only after it is folded.
        """
        self.part = self._table(
            "part",
            Column("task", Name(64), primary_key=True),
            Column("role", Name(16), primary_key=True),
            Column("unit", Name(128), primary_key=True),
            Column("from_seq", Integer, primary_key=True, autoincrement=False),
            Column("since_day", Date, nullable=False),
            Column("until_seq", Integer),
            Column("until_day", Date),
            Column("closed_on", Date, nullable=False),
            Index(f"ix_{self.prefix}part_counted", *HELD),
        )
        self.pace = self._table(
            "pace",
            Column("task", Name(64), primary_key=True),
            Column("ref", Name(191), primary_key=True),
            Column("day", Date, primary_key=True),
            Column("unit", Name(128), primary_key=True),
            Column("from_seq", Integer, primary_key=True, autoincrement=False),
            Column("kind", Name(64), nullable=False),
            Column("role", Name(16), nullable=False),
            Column("ends", Date, nullable=False),
            Column("judged", Date, nullable=False),
            Column("nominal", Date, nullable=False),
            Column("behind", Integer, nullable=False),
            Column("since_day", Date, nullable=False),
            Column("until_day", Date, nullable=False),
        )
        self.amended = self._table("amended", Column("task", Name(64), primary_key=True))
        self.unmeasured = self._table("unmeasured", Column("task", Name(64), primary_key=True))

    def _decided(self) -> None:
        self.library = self._table(
            "library",
            Column("name", Name(128), primary_key=True),
            Column("kind", Name(16), nullable=False),
            Column("fingerprint", Name(64), nullable=False),
            Column("text", LongText, nullable=False),
            Column("registered_at", UtcDateTime, nullable=False),
        )
        self.publication = self._table(
            "publication",
            Column("serial", Name(128), primary_key=True),
            Column("kind", Name(16), nullable=False),
            Column("name", Name(128), nullable=False),
            Column("period", Name(16), nullable=False),
            Column("fingerprint", Name(64), nullable=False),
            Column("body", LongText, nullable=False),
            Column("published_by", Name(128), nullable=False),
            Column("published_at", UtcDateTime, nullable=False),
            Column("seal", Integer, nullable=False),
            Column("seal_hash", Name(80), nullable=False),
            Index(None, "district", "name", "period"),
        )
        self.mark = self._table(
            "mark",
            Column("seq", Integer, primary_key=True, autoincrement=False),
            Column("unit", Name(128), nullable=False),
            Column("kind", Name(64), nullable=False),
            Column("day", Date, nullable=False),
            Column("value", Name(32), nullable=False),
            Column("actor", Name(128), nullable=False),
            Column("note", LongText, nullable=False),
            Column("recorded_at", UtcDateTime, nullable=False),
            Column("matter", Name(64)),
            Column("role", Name(16)),
            Column("status", Name(STATUS)),
            Column("voids", Integer),
            Index(None, "district", "unit", "kind"),
        )

    def _chain(self) -> None:
        """A seal for every tick that found something new and for every publication, and the heads that it names."""
        self.seal = self._table(
            "seal",
            Column("seq", Integer, primary_key=True, autoincrement=False),
            Column("sealed_at", UtcDateTime, nullable=False),
            Column("kind", Name(16), nullable=False),
            Column("tasks", Integer, nullable=False),
            Column("events", Integer, nullable=False),
            Column("serial", Name(128), nullable=False),
            Column("paper", Name(80), nullable=False),
            Column("root", Name(80), nullable=False),
            Column("previous", Name(80), nullable=False),
            Column("hash", Name(80), nullable=False),
        )
        self.sealed = self._table(
            "sealed",
            Column("task", Name(64), primary_key=True),
            Column("seq", Integer, primary_key=True, autoincrement=False),
            Column("version", Integer, nullable=False),
            Column("head", Name(80), nullable=False),
            Index(None, "district", "seq"),
        )

    def _retired(self) -> None:
        """Tasks whose rows stand in an archive: what must be known of them without opening it, and where it is."""
        self.retired = self._table(
            "retired",
            Column("task", Name(64), primary_key=True),
            Column("version", Integer, nullable=False),
            Column("head", Name(80), nullable=False),
            Column("definition", Name(128), nullable=False),
            Column("opened", Date, nullable=False),
            Column("closed_on", Date, nullable=False),
            Column("last_day", Date, nullable=False),
            Column("last_known", UtcDateTime, nullable=False),
            Column("serial", Name(128), nullable=False),
            Column("place", LongText, nullable=False),
        )

    def _told(self) -> None:
        """What goes out: ``outbox`` is what acts left there, ``letter`` what was taken from it, or written by others.

        A letter is delivered to every address of its hearers; what one address gets at one time is a parcel.
        """
        self.letter = self._table("letter", *letter(), _only(Index(None, "district", "addressed"), "addressed = 0"))
        self.delivery = self._table("delivery", *delivery(), Index(None, "district", "parcel", "channel", "address"))
        self.parcel = self._table("parcel", *parcel(), Index(None, "district", "state", "next_at"))

    def _table(self, name: str, *items: Any) -> Table:
        district: Column[str] = Column("district", Name(64), primary_key=True)
        settings = MYSQL_SETTINGS | {"sqlite_with_rowid": name not in BY_KEY}
        return Table(self.prefix + name, self.metadata, district, *items, **settings)

    @property
    def option(self) -> dict[str, Any]:
        """The execution option by which an engine or a connection is told to use these tables."""
        return {OPTION: self}

    @property
    def names(self) -> frozenset[str]:
        """The bare names of all of them."""
        return frozenset(table.name for table in self.metadata.sorted_tables)


def _only(index: Index, rows: str) -> Index:
    """An index of these rows alone, where a database can: the others cost nothing to write."""
    for name in ("sqlite", "postgresql"):
        index.dialect_options[name]["where"] = text(rows)
    return index


class Bound(Protocol):
    """Whatever carries execution options."""

    def get_execution_options(self) -> Mapping[str, Any]:
        """The options."""


@cache
def tables(prefix: str = PREFIX, schema: str | None = None) -> Tables:
    """The tables under a prefix and in a schema, made once."""
    return Tables(prefix, schema)


DEFAULT = tables(PREFIX, None)
metadata = DEFAULT.metadata
"""Of the default tables, for hosts that keep all layouts in migrations of their own."""


def of(where: Session | Connection | Engine | Bound) -> Tables:
    """The tables that a session, connection or engine was told to use; the default ones if it was told nothing."""
    bind = where.get_bind() if isinstance(where, Session) else where
    found: Tables = bind.get_execution_options().get(OPTION, DEFAULT)
    return found
