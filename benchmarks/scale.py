"""Our own runs: how the cost of one act grows from ten thousand tasks to a million, and from one client to eight.

    python benchmarks/scale.py --sizes 10000,100000 --dir DIR [--dsn DSN] [--out FILE]

For each database and size the tables are filled (see ``filling``), then every measurement runs in a process of its own
and may take only so long. One JSON line for each, then a table of how it grew.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import filling, growth, world
from benchmarks.filling import History, Order
from benchmarks.lines import Lines
from benchmarks.measures import EVENING, NIGHTS, ONE_UNIT, PER_NIGHT, STAGES, WORKED
from benchmarks.processes import finished

DATABASE = "wtb_scale"
MEASURES = ("show", "advance_session", "advance_service", "advance_service_read", "owed", "board", "tick")
CLIENTS = ("clients_session", "clients_service")


def histories() -> list[History]:
    """What a district's tables look like at midyear: a night's dues, then open work at every stage, then finished."""
    found = [
        History(date(2026, 3, 2), EVENING + timedelta(days=night), world.life(date(2026, 3, 2), 2))
        for night in range(NIGHTS)
    ]
    found += [History(WORKED, date(2026, 12, 31), world.life(WORKED, steps)) for steps in range(8)]
    for month in (1, 2, 3):
        opened = date(2026, month, 9)
        found += [History(opened, date(2026, 11, 30), world.life(opened, steps, 9)) for steps in (8, 8, 4, 6)]
    return found


def orders(number: int, dialect: str) -> Iterator[Order]:
    """Tasks so that the clock has a hundred each night, and one unit has twenty however many there are."""
    made = filling.moulds(histories(), EVENING, dialect)
    dues = NIGHTS * PER_NIGHT
    for i in range(number):
        if i < dues:
            mould = made[i // PER_NIGHT]
        elif i < dues + ONE_UNIT + STAGES:
            mould = made[NIGHTS + i % 8]
        else:
            mould = made[NIGHTS + i % (len(made) - NIGHTS)]
        lead = 0 if dues <= i < dues + ONE_UNIT else 1 + i % (world.UNITS - 1)
        yield Order(mould, i, lead, 1 + lead % (world.UNITS - 1))


def fill(url: str, number: int) -> float:
    """Make our tables, fill and seal them; seconds it took."""
    start = time.perf_counter()
    filling.fill(url, orders(number, "sqlite" if url.startswith("sqlite") else "postgresql"))
    return time.perf_counter() - start


def prepared(options: argparse.Namespace, backend: str) -> str:
    """The address of an empty database."""
    if backend == "sqlite":
        path = Path(options.dir, "scale.db").resolve()
        for end in ("", "-wal", "-shm", ".lock"):
            Path(f"{path}{end}").unlink(missing_ok=True)
        return f"sqlite:///{path}"
    _drop(options.dsn, "CREATE DATABASE")
    return world.url_of(backend, options.dsn.rsplit("/", 1)[0] + f"/{DATABASE}")


def _drop(dsn: str, then: str = "") -> None:
    import psycopg

    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        if then:
            connection.execute(f"{then} {DATABASE}")


def measured(url: str, name: str, number: int, options: argparse.Namespace) -> dict[str, Any]:
    """One measurement in a process of its own: its figures, or why there are none."""
    command = [sys.executable, str(world.HERE / "measures.py"), name, url, str(number), str(options.seconds)]
    done = finished(command, options.timeout)
    if done.wrong:
        return {"kind": "error", "error": done.wrong}
    found: dict[str, Any] = json.loads(done.output.strip().splitlines()[-1])
    return {"kind": "result", **found}


def one_size(out: Lines, options: argparse.Namespace, backend: str, number: int) -> None:
    """Fill one database and measure everything on it; the clock comes last, for it changes the most."""
    url = prepared(options, backend)
    out.emit(kind="fill", backend=backend, n=number, s=fill(url, number))
    for name in (n for n in MEASURES if n in options.only):
        out.emit(backend=backend, n=number, name=name, clients=1, **measured(url, name, number, options))
    for name in (n for n in CLIENTS if n in options.only):
        for clients in options.clients:
            row = measured(url, f"{name}:{clients}", number, options)
            out.emit(backend=backend, n=number, name=name, clients=clients, **row)


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000,1000000", help="tasks, comma-separated")
    parser.add_argument("--clients", default="1,2,4,8")
    parser.add_argument("--dir", default="out/bench/tmp", help="where the SQLite file is made; a real disk")
    parser.add_argument("--dsn", help=f"postgresql://…; a database {DATABASE} is made beside it and dropped")
    parser.add_argument("--backend", default="", help="sqlite or postgres; both if a DSN is given")
    parser.add_argument("--only", default=",".join((*MEASURES, *CLIENTS)))
    parser.add_argument("--seconds", type=float, default=1.5, help="of each run with several clients")
    parser.add_argument("--timeout", type=float, default=180, help="seconds for one measurement")
    parser.add_argument("--out", help="append the JSON lines to this file")
    options = parser.parse_args()
    options.clients = [int(word) for word in options.clients.split(",") if word]
    options.only = options.only.split(",")
    return options


def main() -> None:
    """Run it."""
    options = parsed()
    Path(options.dir).mkdir(parents=True, exist_ok=True)
    out = Lines("scale", options.out)
    out.emit(kind="env", check=filling.check(filling.moulds(histories(), EVENING, "sqlite")))
    backends = [options.backend] if options.backend else ["sqlite", *(["postgres"] if options.dsn else [])]
    for backend in backends:
        for number in (int(word) for word in options.sizes.split(",")):
            one_size(out, options, backend, number)
        if backend == "sqlite":
            prepared(options, backend)
        else:
            _drop(options.dsn)
    print(growth.table(out.rows))


if __name__ == "__main__":
    main()
