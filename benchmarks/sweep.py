"""B3: a night of our clock, for ``b3_sweep.py --extra``: D of N open tasks have run out, each gets event and letter.

The N tasks stand in a database of ours beside the peers', filled once for each size and copied for each run; the clock
runs over duties, ladder and seal as on any night. What it committed is shown to the peers' check when the process
ends, which is not timed. ``supervise_tick_service`` leaves the transactions to the service, ``supervise_tick_past``
trusts no stored fact and reads every history, ``supervise_tick_each`` sends every task through the machine by itself,
and ``same_rows`` is the limit for what we write, see there. A lapse changes no other duty; under ``…_mixed`` a quarter
of the tasks has a report waiting to be verified, whose limit it brings back, so that their histories must be seen.
Under ``…_own`` every task that runs out was placed and acted on on days of its own, so that few histories are alike.

Ten thousand lives of their own take minutes to fill. A million tasks are filled once: where fewer shall be due, the
others of those that are due are told to wait.
"""

from __future__ import annotations

import atexit
import random
import shutil
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import filling, same_rows, world
from benchmarks.filling import History, Order
from supervise.store.engines import open_engine

NIGHT = date(2026, 6, 30)
STATES = ("assigned", "planned", "in_progress", "reported")
AHEAD = tuple(range(30, 300, 15))
WAITS = NIGHT + timedelta(days=90)
"""When the clock looks next at those that are no longer to be due."""


def histories() -> list[History]:
    """Open tasks in four states: those that run out tonight first, then those that have time."""
    dues = [NIGHT - timedelta(days=1), *(NIGHT + timedelta(days=n) for n in AHEAD)]
    return [History(world.OPENED, due, world.life(world.OPENED, steps)) for due in dues for steps in range(len(STATES))]


@dataclass(frozen=True, slots=True)
class Model:
    """A filled database to be copied: so many tasks, so many of them due, with or without reports that wait.

    With ``own`` days those that are due have lived each by itself: hardly two were acted on on the same days.
    """

    number: int
    due: int
    mixed: bool
    own: bool = False

    @property
    def name(self) -> str:
        """Of its file or database."""
        return f"{self.kind}{self.due}"

    @property
    def kind(self) -> str:
        """What those have in common that differ in how many are due."""
        return f"sweep_ours_{'mixed' if self.mixed else 'plain'}{'_own' if self.own else ''}_{self.number}_"

    def with_more(self, names: Iterable[str]) -> str | None:
        """One of these names: of a model from which this one can be made."""
        more = {int(name.removeprefix(self.kind)): name for name in names if name.startswith(self.kind)}
        return more[max(more)] if more and max(more) > self.due else None


def orders(model: Model, dialect: str) -> Iterator[Order]:
    """N tasks of which D run out tonight, in an order that has nothing to do with the code."""
    late = sorted(random.Random(model.number + model.due).sample(range(1, model.number + 1), model.due))
    states = 4 if model.mixed else 3
    own = [own_life(i, i % states) for i in late] if model.own else []
    made = filling.moulds([*histories(), *own], NIGHT - timedelta(days=1), dialect)
    apart = dict(zip(late, made[len(made) - len(own) :], strict=False))
    due = set(late)
    for i in range(1, model.number + 1):
        row = 0 if i in due else 1 + i % len(AHEAD)
        yield Order(apart.get(i, made[4 * row + i % states]), i, world.lead_of(i), world.co_of(i))


def own_life(number: int, steps: int) -> History:
    """The life of one task that runs out tonight, on days that hardly another one shares."""
    dice = random.Random(number)
    opened = day = NIGHT - timedelta(days=dice.randint(61, 240))
    taken = list[tuple[str, date]]()
    for action, _ in world.life(opened, steps):
        day += timedelta(days=dice.randint(2, 20))
        taken.append((action, day))
    return History(opened, NIGHT - timedelta(days=1), taken)


def fill(url: str, model: Model) -> None:
    """Make our tables and put the tasks in."""
    filling.fill(url, orders(model, "sqlite" if url.startswith("sqlite") else "postgresql"))


def hold_back(url: str, due: int) -> None:
    """Tell the clock to look later at all that are due but so many."""
    from sqlalchemy import text

    engine = open_engine(url)
    with engine.begin() as connection:
        query = text("SELECT code FROM sv_task WHERE wake_on <= :night ORDER BY code")
        codes = list(connection.scalars(query, {"night": str(NIGHT)}))
        later = text("UPDATE sv_task SET wake_on = :on WHERE district = 'default' AND code = :code")
        connection.execute(later, [{"on": str(WAITS), "code": code} for code in codes[due:]])
    engine.dispose()
    filling.settle(url)


def copied(backend: str, target: str, mixed: bool, own: bool = False) -> str:
    """The address of a fresh copy of our filled database for the size that the peers' has."""
    model = Model(*sizes(backend, target), mixed, own)
    if backend != "sqlite":
        return _copied_on_server(target, model)
    folder = Path(target).parent
    file, copy = folder / f"{model.name}.db", folder / "sweep_ours.db"
    if not file.exists():
        part, more = folder / "sweep_ours_part.db", model.with_more(found.stem for found in folder.glob("*.db"))
        part.unlink(missing_ok=True)
        if more:
            shutil.copyfile(folder / f"{more}.db", part)
            hold_back(f"sqlite:///{part}", model.due)
        else:
            fill(f"sqlite:///{part}", model)
        part.rename(file)
    for end in ("", "-wal", "-shm"):
        Path(f"{copy}{end}").unlink(missing_ok=True)
    shutil.copyfile(file, copy)
    return f"sqlite:///{copy}"


def _copied_on_server(target: str, model: Model) -> str:
    import psycopg

    base = target.rsplit("/", 1)[0]
    with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:

        def fresh(name: str, like: str = "") -> str:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name} {f'TEMPLATE {like} STRATEGY FILE_COPY' if like else ''}")
            return world.url_of("postgres", f"{base}/{name}")

        names = [name for (name,) in connection.execute("SELECT datname FROM pg_database").fetchall()]
        if model.name not in names:
            more = model.with_more(names)
            if more:
                hold_back(fresh("sweep_ours_part", more), model.due)
            else:
                fill(fresh("sweep_ours_part"), model)
            connection.execute(f"ALTER DATABASE sweep_ours_part RENAME TO {model.name}")
        url = fresh("sweep_ours", model.name)
        connection.execute("CHECKPOINT")
    return url


def sizes(backend: str, target: str) -> tuple[int, int]:
    """How many tasks the peers' table has, and how many of them are overdue."""
    from b3_sweep import NOW
    from sqlalchemy import text

    engine = open_engine(world.url_of(backend, target))
    with engine.connect() as connection:
        query = text("SELECT count(*), sum(CASE WHEN due_at <= :now THEN 1 ELSE 0 END) FROM task")
        number, due = connection.execute(query, {"now": str(NOW)}).one()
    engine.dispose()
    return int(number), int(due or 0)


def tick(backend: str, target: str, mixed: bool = False, own: bool = False) -> Callable[[], int]:
    """``office.tick`` in the caller's session, committed by the caller."""
    url = copied(backend, target, mixed, own)
    sessions, office = world.sessions(url), world.office(NIGHT)
    office.folder.definition("bench-life")
    sessions().connection().close()

    def run() -> int:
        with sessions.begin() as session:
            report = office.tick(session, NIGHT)
        return report.looked_at

    atexit.register(show, backend, url, target)
    return run


def service(
    backend: str, target: str, alike: Collection[str] = ("facts", "past"), own: bool = False
) -> Callable[[], int]:
    """The service's tick, piece by piece, each committed; ``alike`` as in ``Sweep``."""
    url = copied(backend, target, mixed=False, own=own)
    office = world.office(NIGHT)
    office.folder.definition("bench-life")
    made = office.serve(url)
    made.transact(lambda session: session.connection())
    sweep = type(office).sweep
    type(office).sweep = lambda *given: _told(sweep(*given), alike)  # type: ignore[method-assign]
    atexit.register(show, backend, url, target)
    return lambda: made.tick(NIGHT).looked_at


def _told(sweep: Any, alike: Collection[str]) -> Any:
    sweep.alike = alike
    return sweep


def show(backend: str, url: str, target: str) -> None:
    """Copy tonight's events, letters and versions from our database to the peers'."""
    from sqlalchemy import text

    night = {"night": str(NIGHT)}
    ours = open_engine(url)
    with ours.connect() as connection:
        of = "SELECT * FROM {} WHERE day = :night ORDER BY task, seq"
        events = connection.execute(text(of.format("sv_event")), night).mappings().all()
        letters = connection.execute(text(of.format("sv_outbox")), night).mappings().all()
        states: dict[str, Any] = dict(
            connection.execute(
                text("SELECT t.code, t.state FROM sv_task t JOIN sv_event e ON e.district = t.district "
                     "AND e.task = t.code WHERE e.day = :night AND e.seq = t.version"), night,
            ).tuples().all()
        )  # fmt: skip
    theirs = open_engine(world.url_of(backend, target))
    with theirs.begin() as connection:
        _write(connection, events, letters, states)
    ours.dispose()
    theirs.dispose()


def _write(connection: Any, events: Any, letters: Any, states: dict[str, Any]) -> None:
    from sqlalchemy import text

    number = {row["task"]: int(row["task"][1:]) for row in (*events, *letters)}
    if events:
        insert = (
            'INSERT INTO event(task_id, from_state, to_state, "trigger", actor, at, payload) '
            "VALUES (:id, :source, :target, :action, :actor, :recorded_at, '{}')"
        )
        connection.execute(text(insert), [dict(row) | {"id": number[row["task"]]} for row in events])
    if letters:
        insert = "INSERT INTO outbox(task_id, topic, payload, created_at) VALUES (:id, :action, :text, :recorded_at)"
        connection.execute(text(insert), [dict(row) | {"id": number[row["task"]]} for row in letters])
    if states:
        update = "UPDATE task SET state = :state, version = version + 1 WHERE id = :id"
        connection.execute(text(update), [{"id": int(c[1:]), "state": s} for c, s in states.items()])


CONTENDERS: dict[str, Callable[[str, str], Callable[[], int]]] = {
    "same_rows": same_rows.writer, "same_rows_mixed": partial(same_rows.writer, mixed=True),
    "same_rows_mixed_own": partial(same_rows.writer, mixed=True, own=True),
    "supervise_tick": tick, "supervise_tick_mixed": partial(tick, mixed=True),
    "supervise_tick_own": partial(tick, own=True), "supervise_tick_mixed_own": partial(tick, mixed=True, own=True),
    "supervise_tick_service": service,
    "supervise_tick_past": partial(service, alike=("past",)), "supervise_tick_each": partial(service, alike=()),
    "supervise_tick_each_own": partial(service, alike=(), own=True),
}  # fmt: skip
