"""A thousand acts in one transaction, which the peers' protocol of one act each cannot say: ours beside the limit.

    python benchmarks/batch.py --backend sqlite-full --dir DIR [--acts 1000] [--repeats 5] [--out FILE]

The limit is the raw driver: one transaction of three ``executemany``. All take turns within a round, on the peers'
database and ours in it; what counts is acts a second, committed.
"""

from __future__ import annotations

import argparse
import atexit
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import mirror, world
from benchmarks.lines import Lines, summary
from supervise import Act

sys.path.append(str(world.PEERS))
Batch = Callable[[Sequence[Any]], None]


def raw(backend: str, target: str) -> Batch:
    """Update, event and letter of every act by the driver alone."""
    from b2_advance import Raw
    from common import DUE_DELTA, TABLE, TOPIC, guard, sqlite_dt, utcnow

    limit = Raw(backend, target)
    sqlite = backend.startswith("sqlite")
    cursor = limit.con.cursor()
    mark = "?" if sqlite else "%s"

    def many(sql: str, rows: list[Any]) -> None:
        cursor.executemany(sql.replace("?", mark), rows)

    def run(requests: Sequence[Any]) -> None:
        now = utcnow()
        at, due = (sqlite_dt(now), sqlite_dt(now + DUE_DELTA)) if sqlite else (now, now + DUE_DELTA)
        assert all(guard(r.role, r.fields, r.trigger) for r in requests)
        to = [TABLE[(r.trigger, r.source)][0] for r in requests]
        if sqlite:
            cursor.execute("BEGIN IMMEDIATE")
        pairs = list(zip(requests, to, strict=True))
        many("UPDATE task SET state=?, version=version+1, due_at=?, updated_at=? WHERE id=? AND state=?",
             [(t, due, at, r.task_id, r.source) for r, t in pairs])  # fmt: skip
        if cursor.rowcount != len(requests):
            raise RuntimeError("the limit lost an update")
        many('INSERT INTO event(task_id, from_state, to_state, "trigger", actor, at, payload) VALUES(?,?,?,?,?,?,?)',
             [(r.task_id, r.source, t, r.trigger, r.actor, at, json.dumps(r.payload)) for r, t in pairs])  # fmt: skip
        many("INSERT INTO outbox(task_id, topic, payload, created_at) VALUES(?,?,?,?)",
             [(r.task_id, TOPIC, json.dumps({"task": r.task_id, "to": t}), at) for r, t in pairs])  # fmt: skip
        cursor.execute("COMMIT") if sqlite else limit.con.commit()

    return run


def loop(backend: str, target: str) -> Batch:
    """``office.advance`` again and again in one session of the caller's, committed once."""
    sessions, office = world.sessions(world.url_of(backend, target)), world.office()

    def run(requests: Sequence[Any]) -> None:
        with sessions.begin() as session:
            for r in requests:
                code, action, by, data = _words(r)
                office.advance(session, code, action, by, world.DAY, **data)

    return run


def acts(requests: Sequence[Any], seen: int) -> list[Act]:
    """The same acts as ours."""
    return [Act(*_words(request), day=world.DAY, seen=seen) for request in requests]


def _words(r: Any) -> tuple[str, str, Any, dict[str, Any]]:
    """Code, action, who, and what is filled in."""
    return world.code(r.task_id), r.trigger, world.actor(r.role, r.task_id), world.given(r.trigger, r.fields)


def session_many(backend: str, target: str) -> Batch:
    """``office.advance_many`` in a session of the caller's."""
    sessions, office = world.sessions(world.url_of(backend, target)), world.office()

    def run(requests: Sequence[Any]) -> None:
        with sessions.begin() as session:
            office.advance_many(session, acts(requests, _version(requests)))

    return run


def service_many(backend: str, target: str) -> Batch:
    """``service.advance_many``."""
    service = world.serve(world.url_of(backend, target))
    atexit.register(service.close)
    return lambda requests: service.advance_many(acts(requests, _version(requests)))


def _version(requests: Sequence[Any]) -> int:
    """What was shown: all tasks of a batch stand at the same step."""
    from common import LIFE, TABLE

    state, version = "assigned", 1
    for action in LIFE:
        if (action, state) == (requests[0].trigger, requests[0].source):
            return version
        state, version = TABLE[(action, state)][0], version + 1
    raise ValueError(requests[0].trigger)


CONTENDERS = {
    "raw_batch": raw, "supervise_service_many": service_many, "supervise_session_many": session_many,
    "supervise_session_loop": loop,
}  # fmt: skip


def one_round(out: Lines, db: Any, ready: dict[str, Batch], options: argparse.Namespace, rates: dict[str, Any]) -> None:
    """Every contender takes fresh tasks through their first four steps, one batch each."""
    from common import LIFE, TABLE, make_request

    for name in list(ready):
        first = db.add_tasks(options.acts)
        mirror.place(world.url_of(options.backend, db.target))
        state, spent, before = "assigned", 0.0, db.counts()
        for action in LIFE[:4]:
            requests = [make_request(i, action, state) for i in range(first, first + options.acts)]
            start = time.perf_counter()
            ready[name](requests)
            spent += time.perf_counter() - start
            state = TABLE[(action, state)][0]
        mirror.show(world.url_of(options.backend, db.target))
        delta = {b - a for a, b in zip(before, db.counts(), strict=True)}
        if delta != {4 * options.acts}:
            out.emit(
                kind="error", backend=options.backend, name=name, error=f"rows: {delta} instead of {4 * options.acts}"
            )
            ready.pop(name)
            continue
        rates.setdefault(name, []).append(4 * options.acts / spent)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backend", choices=["sqlite-full", "postgres"], default="sqlite-full")
    parser.add_argument("--dir", default="out/bench/tmp")
    parser.add_argument("--dsn")
    parser.add_argument("--acts", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--preload", type=int, default=100_000)
    parser.add_argument("--out")
    options = parser.parse_args()
    from b2_advance import Db

    out = Lines("batch", options.out)
    target = options.dsn if options.backend == "postgres" else str(Path(options.dir, "batch.db").resolve())
    db = Db(options.backend, target, options.preload)
    mirror.place(world.url_of(options.backend, target))
    ready: dict[str, Batch] = {}
    for name, make in CONTENDERS.items():
        try:
            ready[name] = make(options.backend, target)
        except RuntimeError as error:
            out.emit(kind="error", backend=options.backend, name=name, error=str(error))
    rates: dict[str, list[float]] = {}
    for _ in range(options.repeats):
        one_round(out, db, ready, options, rates)
    for name, found in rates.items():
        ratio = [a / b for a, b in zip(rates["raw_batch"], found, strict=False)]
        out.emit(kind="result", backend=options.backend, name=name, acts=options.acts, rate=summary(found),
                 ratio_to_limit=summary(ratio), rows_check=["ok"])  # fmt: skip
    if options.backend != "postgres":
        for end in ("", "-wal", "-shm", ".lock"):
            Path(f"{target}{end}").unlink(missing_ok=True)


if __name__ == "__main__":
    main()
