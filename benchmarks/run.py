"""``make bench``: the peers, the limit and ourselves in turns, our own growth, one table of ratios, and the document.

    python benchmarks/run.py [--short | --quick | --largest] [--sqlite-only] [--dsn DSN] [--only b1,b2,…]

Every part appends JSON lines under ``out/bench/``; the tables come from those lines and from nothing else. The peers'
scripts are run where they lie, in ``../shared/bench``; without them only our own runs are made. A full run writes
``docs/performance.md``; so does a short one, which takes less than half an hour on a quiet machine, leaves our growth
as it was measured and has fewer rounds. A quick one writes ``out/bench/performance.md``: it is for seeing that all is
well.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import report, world
from benchmarks.processes import finished

OUT = world.ROOT / "out" / "bench"
DATABASE = "wtb_bench"
PORT = "55432"
PATIENCE = 3600
"""Seconds for one script; a client that fails while others wait for it would else hold up everything."""

NEEDED = {
    "orm_python_statemachine": "statemachine", "orm_spiffworkflow": "SpiffWorkflow", "django_fsm": "django_fsm",
    "transitions": "transitions", "python": "statemachine", "sismic": "sismic", "spiffworkflow": "SpiffWorkflow",
    "duckdb_parquet": "duckdb", "polars_parquet": "polars", "pandas_naive_parquet": "pandas",
}  # fmt: skip
ADVANCE = (
    "raw_3stmt", "raw_read_3stmt", "orm_transitions_naive", "orm_python_statemachine", "orm_spiffworkflow",
    "django_fsm", "supervise_service", "supervise_service_read", "supervise_session",
)  # fmt: skip
PROCESSES = ("raw_3stmt", "orm_transitions_naive", "supervise_service", "supervise_session")
"""Those that are measured in eight processes, each of which loads everything, where time is short."""
LARGE = ("set_based", "core_executemany", "same_rows", "supervise_tick", "supervise_tick_service")
"""What of a night is measured at a million tasks: what does not read them all, and is not minutes at one."""
SWEEP = (
    *LARGE, "orm_filtered", "orm_load_all", "same_rows_mixed", "supervise_tick_mixed", "same_rows_mixed_own",
    "supervise_tick_own", "supervise_tick_mixed_own", "supervise_tick_past", "supervise_tick_each",
    "supervise_tick_each_own",
)  # fmt: skip
BOARD = (
    "limit_rollup", "duckdb_parquet", "polars_parquet", "sqlite_sql", "sqlite_sql_covering", "pandas_naive_parquet",
    "supervise_sqlite", "supervise_sqlite_past", "supervise_sqlite_receipts", "supervise_sqlite_receipts_past",
)  # fmt: skip
SERVED = (
    "postgres_sql", "postgres_sql_covering", "supervise_postgres", "supervise_postgres_past",
    "supervise_postgres_receipts", "supervise_postgres_receipts_past",
)  # fmt: skip
"""Those that need a server."""


class Run:
    """What one call of ``make bench`` has to work with.

    Args:
        options: the command line.
        dsn: of a server to measure on; empty for SQLite alone.
    """

    def __init__(self, options: argparse.Namespace, dsn: str) -> None:
        self.quick, self.short, self.largest = options.quick, options.short, options.largest
        self.dsn, self.rounds = dsn, options.rounds
        self.tmp = OUT / "tmp"
        self.tmp.mkdir(parents=True, exist_ok=True)

    def pick(self, full: object, quick: object, short: object = None) -> str:
        """A setting of the full form, of the small one, or of the short one, which is that of the full if not given."""
        return str(quick if self.quick else short if self.short and short is not None else full)

    def repeats(self, full: int, quick: int) -> str:
        """How many rounds: as many as the command line says, else those of the form; half of the full in the short."""
        return str(self.rounds or int(self.pick(full, quick, -(-full // 2))))

    def call(self, part: str, script: Path, *arguments: str, extra: str = "") -> None:
        """Run a script that appends its lines; what it says wrong is shown and the rest goes on."""
        command = [sys.executable, str(script), *arguments, "--out", str(OUT / f"{part}.jsonl")]
        if extra:
            command += ["--extra", str(world.HERE / extra)]
        print(f"— {time.strftime('%H:%M:%S')} {part}: {script.name} {' '.join(arguments)}", flush=True)
        environment = os.environ | {"PYTHONPATH": str(world.ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        if wrong := finished(command, PATIENCE, environment).wrong:
            print(f"  failed: {wrong}", flush=True)

    def backends(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The databases, with how B2 and the batches are told of them."""
        yield "sqlite-full", ("--dir", str(self.tmp))
        if self.dsn:
            yield "postgres", ("--dir", str(self.tmp), "--dsn", _beside(self.dsn))


def installed(names: Sequence[str]) -> list[str]:
    """Those contenders whose library is here."""
    return [name for name in names if name not in NEEDED or find_spec(NEEDED[name]) is not None]


def dispatch(run: Run) -> None:
    """B1."""
    script = world.PEERS / "b1_dispatch.py"
    run.call("b1", script, "--repeats", run.repeats(9, 3), "--seconds", run.pick(0.4, 0.1), extra="dispatch.py")


def advance(run: Run) -> None:
    """B2: one client, eight threads, eight processes."""
    script = world.PEERS / "b2_advance.py"
    names = installed(ADVANCE)
    for backend, where in run.backends():
        for clients, mode in (("1", "thread"), ("8", "thread"), ("8", "process")):
            if run.quick and mode == "process" and not run.rounds:
                continue
            # Django is set up once in a process and not by eight threads at a time
            some = [name for name in names if name != "django_fsm" or clients == "1" or mode == "process"]
            if run.short or run.quick:
                some = [name for name in some if mode == "thread" or name in PROCESSES]
            run.call(
                "b2", script, "--backend", backend, *where, "--clients", clients, "--mode", mode,
                "--only", ",".join(some), "--preload", run.pick(100_000, 5_000, 30_000),
                "--repeats", run.repeats(9, 2),
                "--seconds", run.pick(0.6 if clients == "8" else 0.4, 0.3), "--warm", "0.15", extra="contenders.py",
            )  # fmt: skip
            _forget(run, backend)


def _forget(run: Run, backend: str) -> None:
    """The next database begins without our tables."""
    if backend == "postgres":
        _make_database(run.dsn)
    for file in run.tmp.glob("*.lock"):
        file.unlink()


def batches(run: Run) -> None:
    """A thousand acts in one transaction."""
    for backend, where in run.backends():
        sizes = ("--repeats", run.repeats(7, 2), "--acts", run.pick(1000, 200), "--preload")
        sizes += (run.pick(100_000, 2_000, 20_000),)
        run.call("batch", world.HERE / "batch.py", "--backend", backend, *where, *sizes)
        _forget(run, backend)


def loads(run: Run) -> None:
    """Large loads."""
    for backend in ("sqlite", *(["postgres"] if run.dsn else [])):
        where = ("--backend", backend, "--dir", str(run.tmp), *(("--dsn", run.dsn) if run.dsn else ()))
        full: tuple[tuple[int, int], ...] = ((10_000, 3), (100_000, 1))
        for size, repeats in ((2000, 1),) if run.quick else full[:1] if run.short else full:
            run.call("load", world.HERE / "load.py", *where, "--sizes", str(size), "--repeats", str(repeats))


def sweep(run: Run) -> None:
    """B3; at a million tasks as many due as at ten thousand, for the growth, and ten thousand."""
    script, few = world.PEERS / "b3_sweep.py", [name for name in SWEEP if name != "orm_load_all"]
    large = [("10000", "100", LARGE), ("1000000", "10000,100", LARGE)]
    full = [("10000,100000", "100,1%,10%", SWEEP), *large[1:]]
    forms = large if run.largest else [("10000", "100", few)] if run.quick or run.short else full
    for backend, where in (("sqlite", ()), *([("postgres", ("--dsn", run.dsn))] if run.dsn else [])):
        for sizes, due, only in forms:
            run.call(
                "b3", script, "--backend", backend, "--dir", str(run.tmp), *where, "--n", sizes, "--due", due,
                "--only", ",".join(only), "--repeats", run.repeats(3 if only is LARGE else 5, 2),
                "--timeout", str(PATIENCE), extra="sweep.py",
            )  # fmt: skip
        _drop_models(run)


def _drop_models(run: Run) -> None:
    for file in run.tmp.glob("sweep_ours*"):
        file.unlink()
    if run.dsn:
        with _server(run.dsn) as connection:
            names = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'sweep\\_ours%'").fetchall()
            for (name,) in names:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def board(run: Run) -> None:
    """B4: a month's board and a year of them, at the present cut and at a past one; then the year's assessment."""
    script, data, ours = world.PEERS / "b4_board.py", run.tmp / "board", world.HERE / "board.py"
    # so few units that each has a task: one without is on the peers' board and not on ours
    sizes = ("--scale", run.pick(1.0, 0.01, 0.05), "--units", run.pick(3000, 300, 600))
    sizes += ("--districts", run.pick(60, 6, 12))
    server = ("--dsn", run.dsn) if run.dsn else ()
    stores = "sqlite,postgres" if run.dsn else "sqlite"
    made = [sys.executable, str(script), "prepare", "--dir", str(data), "--stores", stores, *server, *sizes]
    if subprocess.run(made, stdout=subprocess.DEVNULL).returncode:
        print("  failed: b4_board.py prepare (needs numpy and pyarrow)")
        return
    subprocess.run([sys.executable, str(ours), "make", str(data), *server], check=True)
    only = ",".join(installed((*BOARD, *(SERVED if run.dsn else ()))))
    run.call("b4", script, "run", "--dir", str(data), *server, *sizes, "--only", only, "--repeats", run.repeats(5, 2),
             extra="board.py")  # fmt: skip
    run.call("b4", ours, "assess", str(data), *server, "--repeats", run.repeats(3, 1))
    shutil.rmtree(data, ignore_errors=True)
    if run.dsn:
        with _server(run.dsn) as connection:
            for name in ("board", "board_ours"):
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def intake(run: Run) -> None:
    """B5: the sample notices, then a table of a hundred rows in Word and Excel."""
    forms = {
        "b5": ("text_lines", "text_floor", "supervise_text"),
        "b5-docx": ("docx_stdlib", "docx_row_cells", "supervise_docx", "supervise_docx_notice"),
        "b5-xlsx": (
            "xlsx_stdlib", "xlsx_openpyxl", "xlsx_openpyxl_read_only", "supervise_xlsx", "supervise_xlsx_notice",
        ),
    }  # fmt: skip
    texts = ("--texts", str(world.PEERS.parent / "seeds" / "*.txt"))
    for part, only in forms.items():
        (OUT / f"{part}.jsonl").unlink(missing_ok=True)
        sizes = ("--only", ",".join(only), "--repeats", run.repeats(25, 15))
        run.call(part, world.PEERS / "b5_intake.py", *texts, *sizes, extra="intake.py")


def startup(run: Run) -> None:
    """B7: help, and one durable step from cold."""
    from benchmarks import cold

    ours = f"{sys.executable} -m supervise"
    commands = {"supervise_help": f"{ours} --help", "supervise_do": f"{ours} {cold.prepare(run.tmp / 'cold.db')}"}
    named = [word for name, words in commands.items() for word in ("--command", f"{name}={words}")]
    run.call("b7", world.PEERS / "b7_startup.py", "--repeats", run.repeats(15, 9), *named)


def scale(run: Run) -> None:
    """Our own growth."""
    where = ("--dir", str(run.tmp), *(("--dsn", run.dsn) if run.dsn else ()))
    sizes = ("--sizes", run.pick("10000,100000,1000000", "5000,20000"), "--clients", run.pick("1,2,4,8", "1,2"))
    limits = ("--timeout", run.pick(180, 90), "--seconds", run.pick(1.5, 0.5))
    run.call("scale", world.HERE / "scale.py", *where, *sizes, *limits)


PARTS = {
    "b1": dispatch, "b2": advance, "batch": batches, "load": loads, "b3": sweep, "b4": board, "b5": intake,
    "b7": startup,
    "scale": scale,
}  # fmt: skip
OWN = ("load", "scale")
"""What needs nothing of the peers."""


@contextmanager
def _server(dsn: str) -> Iterator[Any]:
    import psycopg

    with psycopg.connect(dsn, autocommit=True) as connection:
        yield connection


def _beside(dsn: str) -> str:
    return dsn.rsplit("/", 1)[0] + f"/{DATABASE}"


def _make_database(dsn: str, make: bool = True) -> None:
    with _server(dsn) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        if make:
            connection.execute(f"CREATE DATABASE {DATABASE}")


@contextmanager
def server(options: argparse.Namespace) -> Iterator[str]:
    """The DSN of a PostgreSQL server: the one given, a throw-away cluster of our own, or none, and then it is said."""
    if options.sqlite_only or find_spec("psycopg") is None:
        print("PostgreSQL: left out" + ("" if options.sqlite_only else ", psycopg is not installed"))
        yield ""
        return
    tool, folder = world.PEERS / "pg.sh", OUT / "pg"
    dsn = options.dsn or _started(tool, folder)
    try:
        if dsn:
            _make_database(dsn)
        yield dsn
        if dsn:
            _make_database(dsn, make=False)
    finally:
        if dsn and not options.dsn:
            subprocess.run(["bash", str(tool), "stop", str(folder)], check=False)
            shutil.rmtree(folder, ignore_errors=True)


def _started(tool: Path, folder: Path) -> str:
    """The DSN of a fresh cluster, on the loopback only; empty when there is no server software."""
    if not tool.exists():
        print("PostgreSQL: left out, no --dsn and no ../shared/bench/pg.sh to start a server with")
        return ""
    done = subprocess.run(["bash", str(tool), "start", str(folder), _free_port()], capture_output=True, text=True)
    if done.returncode:
        print("PostgreSQL: left out, no server could be started here; give one with --dsn")
        return ""
    return done.stdout.strip().splitlines()[-1]


def _free_port() -> str:
    """The usual port, or another while somebody listens there."""
    with socket.socket() as usual, socket.socket() as other:
        try:
            usual.bind(("127.0.0.1", int(PORT)))
        except OSError:
            other.bind(("127.0.0.1", 0))
            return str(other.getsockname()[1])
        return PORT


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument("--quick", action="store_true", help="the small form: some minutes, for a look")
    forms.add_argument("--short", action="store_true", help="less than half an hour, all but our own growth")
    forms.add_argument("--largest", action="store_true", help="of b3 only what its growth to a million is read from")
    parser.add_argument("--sqlite-only", action="store_true")
    parser.add_argument("--rounds", type=int, default=0, help="rounds of every part, instead of those of the form")
    parser.add_argument(
        "--dsn", help="postgresql://…/postgres; the databases wtb_*, sweep_* and board* beside it are dropped and made"
    )
    parser.add_argument("--only", default="", help=f"parts, comma-separated: {','.join(PARTS)}")
    parser.add_argument("--report", action="store_true", help="measure nothing, write the tables from the lines")
    return parser.parse_args()


def main() -> None:
    """Run it."""
    options = parsed()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server is stopped and nothing left behind
    usual = [part for part in PARTS if part != "scale" or not options.short]
    asked = options.only.split(",") if options.only else usual
    wanted = [part for part in PARTS if part in asked]
    if not options.report:
        if not world.PEERS.is_dir():
            print("the peers' scripts are not in ../shared/bench: only our own runs are made")
            wanted = [part for part in wanted if part in OWN]
        if missing := sorted({module for module in NEEDED.values() if find_spec(module) is None}):
            print(f"not installed, left out: {', '.join(missing)}; pip install -r benchmarks/requirements.txt")
        OUT.mkdir(parents=True, exist_ok=True)
        with server(options) as dsn:
            run = Run(options, dsn)
            for part in wanted:
                (OUT / f"{part}.jsonl").unlink(missing_ok=True)
                PARTS[part](run)
        shutil.rmtree(OUT / "tmp", ignore_errors=True)
    print(report.text(OUT))
    target = OUT / "performance.md" if options.quick else world.ROOT / "docs" / "performance.md"
    report.write(OUT, world.ROOT / "docs" / "performance.md", target)
    print(f"written: {target.relative_to(world.ROOT)}")


if __name__ == "__main__":
    main()
