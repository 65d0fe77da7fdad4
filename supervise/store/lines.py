"""Connections of our own, kept open for acts: fixed statements go straight to the driver.

Taking a connection out of a pool, resetting it and going through the layers that a host may hook into costs as much as
deciding an act. A line is for programs that bring no session, where nobody hooks in; errors come out as ever.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from random import uniform
from selectors import EVENT_READ, DefaultSelector
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.pool import QueuePool

from supervise.store import faults
from supervise.store.engines import WAIT

MANY = 1 << 30
PAUSE = 0.005
"""Seconds after which at the latest SQLite's one lock is asked for again."""


class Line:
    """One open connection; what ``Statement`` and the rooms ask of a ``Connection``.

    Args:
        engine: our own.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine, self.dialect = engine, engine.dialect
        self._whole = engine.connect()
        if self.dialect.name != "sqlite":
            self._whole = self._whole.execution_options(isolation_level="AUTOCOMMIT")
        self.execute, self.scalars = self._whole.execute, self._whole.scalars
        self.get_execution_options = self._whole.get_execution_options
        self.connection = self._whole.connection
        raw: Any = self.connection.driver_connection
        self._raw, self._driver = raw, raw.cursor()
        self._error: Any = engine.dialect.loaded_dbapi.Error
        self._lost = False
        self._begin = "BEGIN IMMEDIATE" if self.dialect.name == "sqlite" else "BEGIN"
        self._idle = False

    def exec_driver_sql(self, text: str, given: Any = ()) -> Any:
        """Run a statement, once or for each of a list of values, and give the driver's cursor."""
        if self._idle and not text.startswith("SELECT"):
            self._idle = False
            self._start()
        try:
            if isinstance(given, list):
                self._driver.executemany(text, given)
            elif given:
                self._driver.execute(text, given)
            else:
                self._driver.execute(text)
        except self._error as error:
            raise faults.raised(self, error, text, given) from error
        return self._driver

    def begin(self, bare: bool) -> None:
        """Begin a transaction, which tells whether the connection is still there.

        Args:
            bare: there is to be none before something is written. On SQLite it begins then, so that others wait for
                the lock only while it writes. On a server there is none at all; nothing is asked, for that would be a
                journey, but a server that hung up has left word of it.
        """
        self._idle = bare and self.dialect.name == "sqlite"
        if not bare:
            self._start()
        elif self._idle:
            return
        elif self._spoken_to():
            self.exec_driver_sql("SELECT 1")

    def _start(self) -> None:
        """Begin the transaction now; on SQLite that takes the lock, which is asked for again at short pauses.

        Left to itself SQLite sleeps longer and longer, up to a tenth of a second, while the lock has long been free.
        Where several processes write, most of their time went so.
        """
        if self.dialect.name != "sqlite":
            self.exec_driver_sql(self._begin)
            return
        self.exec_driver_sql("PRAGMA busy_timeout = 0")
        until = monotonic() + WAIT
        try:
            while not self._started(last=monotonic() > until):
                sleep(uniform(0, PAUSE))
        finally:
            self.exec_driver_sql(f"PRAGMA busy_timeout = {WAIT * 1000}")

    def _started(self, last: bool) -> bool:
        try:
            self._driver.execute(self._begin)
        except self._error as error:
            if last or not faults.busy(error):
                raise faults.raised(self, error, self._begin) from error
            return False
        return True

    def _spoken_to(self) -> bool:
        """Whether something has come from the server that nobody has read, or nothing can come any more."""
        try:
            with DefaultSelector() as selector:
                selector.register(self._raw, EVENT_READ)
                return bool(selector.select(0))
        except self._error:
            return True

    def invalidate(self) -> None:
        """Know that the connection is gone."""
        self._lost = True

    @property
    def lost(self) -> bool:
        """Whether the connection is gone."""
        return self._lost or self._whole.invalidated

    def end(self, word: str) -> None:
        """End the transaction with ``COMMIT`` or ``ROLLBACK``, if it has begun."""
        if not self._idle:
            self.exec_driver_sql(word)
        self._idle = False
        if self._whole.in_transaction():  # something went through the layers
            self._whole.rollback()

    def close(self) -> None:
        """Give the connection back for good."""
        self._whole.invalidate()
        self._whole.close()


class Lines:
    """As many lines as are in use at once.

    Args:
        engine: our own.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._free: list[Line] = []
        self._lock = threading.Lock()
        pool = engine.pool
        self._seats = threading.Semaphore(pool.size() or MANY if isinstance(pool, QueuePool) else MANY)

    @contextmanager
    def transaction(self, alone: bool = False) -> Iterator[Line]:
        """A transaction; what the database says against it is told in our words.

        Args:
            alone: one sheet will be written, of which every row is claimed as it was read; so what is read need not be
                locked, and the one statement by which PostgreSQL writes it needs no transaction around it.

        Raises:
            Stale: S01 when it may be tried again.
            Invalid: B04 when the connection is gone, B05 when the database refuses.
        """
        server = isinstance(self.engine.dialect, PGDialect)
        bare = alone and (server or self.engine.dialect.name == "sqlite")
        none = bare and server
        with self._seats, faults.ours():
            line = self._begun(bare)
            try:
                yield line
                if not none:
                    line.end("COMMIT")
            except BaseException:
                self._undo(line, none)
                raise
            self._free.append(line)

    def _begun(self, bare: bool) -> Line:
        """A line on which a transaction has begun; one that died while it lay idle is no loss, a new one will do."""
        with self._lock:
            idle = self._free.pop() if self._free else None
        while True:
            line = idle or Line(self.engine)
            try:
                line.begin(bare)
                return line
            except BaseException:
                self._undo(line, bare)
                if idle is None or not line.lost:
                    raise
                idle = None

    def _undo(self, line: Line, none: bool) -> None:
        """Take back what was done; a line on which that fails is no good any more, nor are those that lay idle."""
        try:
            if not none and not line.lost:
                line.end("ROLLBACK")
        except Exception:
            line.close()
            return
        if line.lost:
            line.close()
            self.close()
        else:
            self._free.append(line)

    def close(self) -> None:
        """Give back every connection."""
        with self._lock:
            lines, self._free = self._free, []
        for line in lines:
            line.close()
