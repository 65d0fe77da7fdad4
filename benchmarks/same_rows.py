"""The limit for what our clock writes: the very rows of a night, by the driver alone, in one transaction.

One tick runs on a copy of its own; what it left (changed tasks, events, duties, letters, seals) is read back, and that
is written again on a fresh copy with what the driver does best: COPY and one UPDATE for all on PostgreSQL,
``executemany`` on SQLite. Nothing is decided, hashed or locked here, and the tasks are found once by the index.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Found = dict[str, tuple[list[str], list[tuple[Any, ...]]]]
CHANGED = ("state", "version", "wake_on", "head", "unsealed")
FRESH = {
    "sv_event": "day = {night}", "sv_outbox": "day = {night}", "sv_duty": "since_day = {night}",
    "sv_pace": "since_day = {night}", "sv_sealed": "seq > {seal}", "sv_seal": "seq > {seal}",
}  # fmt: skip
ENDED = {
    "sv_duty": ("until_day", "until_known"), "sv_pace": ("until_day",),
}  # fmt: skip


def writer(backend: str, target: str, mixed: bool = False, own: bool = False) -> Callable[[], int]:
    """Writes what a tick left, on a fresh copy."""
    import atexit

    from benchmarks import sweep, world

    url = sweep.copied(backend, target, mixed, own)
    connection = _connected(backend, url)
    seal = connection.execute("SELECT coalesce(max(seq), 0) FROM sv_seal").fetchone()[0]
    connection.close()
    with world.office(sweep.NIGHT).serve(url) as service:
        service.tick(sweep.NIGHT)
    connection = _connected(backend, url)
    found = _left(connection, f"'{sweep.NIGHT}'", seal)
    connection.close()
    url = sweep.copied(backend, target, mixed, own)
    connection = _connected(backend, url)
    write = _on_sqlite if backend.startswith("sqlite") else _on_postgres
    atexit.register(sweep.show, backend, url, target)

    def run() -> int:
        query = f"SELECT code FROM sv_task WHERE district = 'default' AND wake_on <= '{sweep.NIGHT}'"
        due = len(connection.execute(query).fetchall())
        write(connection, found)
        connection.commit()
        return due

    return run


def _connected(backend: str, url: str) -> Any:
    if backend.startswith("sqlite"):
        import sqlite3

        made = sqlite3.connect(url.removeprefix("sqlite:///"))
        made.execute("PRAGMA synchronous = FULL")
        return made
    import psycopg

    return psycopg.connect(url.replace("+psycopg", "", 1))


def _left(connection: Any, night: str, seal: int) -> Found:
    """The rows a night left, by table; changed ones with what they are found by at the end."""
    found: Found = {}
    for name, rows in FRESH.items():
        cursor = connection.execute(f"SELECT * FROM {name} WHERE {rows.format(night=night, seal=seal)}")
        found[name] = [column[0] for column in cursor.description], [_plain(row) for row in cursor.fetchall()]
    query = (
        f"SELECT {', '.join(CHANGED)}, code FROM sv_task "
        f"WHERE (district, code) IN (SELECT district, task FROM sv_event WHERE day = {night})"
    )
    found["changed"] = [*CHANGED, "code"], connection.execute(query).fetchall()
    for name, columns in ENDED.items():
        keys = ("task", "ref", "from_seq", "unit", *(("day",) if name == "sv_pace" else ()))
        old = f"until_day = {night} AND since_day < {night}"
        rows_ = connection.execute(f"SELECT {', '.join((*columns, *keys))} FROM {name} WHERE {old}").fetchall()
        found[f"ended {name}"] = [*columns, *keys], rows_
    return found


def _plain(row: Sequence[Any]) -> tuple[Any, ...]:
    import json

    return tuple(json.dumps(cell, ensure_ascii=False) if isinstance(cell, dict | list) else cell for cell in row)


def _updates(found: Found) -> list[tuple[str, Sequence[str], Sequence[str], list[tuple[Any, ...]]]]:
    """Table, new columns, columns it is found by, and rows."""
    said = [("sv_task", CHANGED, ("code",), found["changed"][1])]
    for name, columns in ENDED.items():
        names, rows = found[f"ended {name}"]
        said.append((name, columns, tuple(names[len(columns) :]), rows))
    return [one for one in said if one[3]]


def _on_sqlite(connection: Any, found: Found) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for table, new, keys, rows in _updates(found):
        where = " AND ".join(f"{name} = ?" for name in ("district", *keys))
        text = f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in new)} WHERE {where}"
        size = len(new)
        connection.executemany(text, [(*row[:size], "default", *row[size:]) for row in rows])
    for table in FRESH:
        _, rows = found[table]
        if rows:
            connection.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)


def _on_postgres(connection: Any, found: Found) -> None:
    with connection.cursor() as cursor:
        for table, new, keys, rows in _updates(found):
            names = [*new, *keys]
            cursor.execute(f"SELECT column_name, udt_name FROM information_schema.columns WHERE table_name = '{table}'")
            kinds = {name: "text" if kind == "varchar" else kind for name, kind in cursor.fetchall()}
            lists = ", ".join(f"%s::{kinds[name]}[]" for name in names)
            where = " AND ".join(f't."{name}" = r."{name}"' for name in keys)
            cursor.execute(
                f"UPDATE {table} AS t SET {', '.join(f'{name} = r.{name}' for name in new)} FROM (SELECT * FROM "
                f"unnest({lists}) AS one({', '.join(names)}) LIMIT {len(rows)}) AS r "
                f"WHERE t.district = 'default' AND {where}",
                [list(column) for column in zip(*rows, strict=True)],
            )
        for table in FRESH:
            _, rows = found[table]
            if rows:
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
