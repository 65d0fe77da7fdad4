"""One measurement of ``scale.py`` in a process of its own: ``measures.py NAME URL SIZE SECONDS`` prints a JSON line."""

from __future__ import annotations

import json
import multiprocessing
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import world
from benchmarks.lines import summary

EVENING = date(2026, 6, 22)
"""The day up to which a filled database has been lived; the clock of each following night has a hundred to settle."""

WORKED = date(2026, 4, 20)
NIGHTS, PER_NIGHT, ONE_UNIT, STAGES = 4, 100, 20, 40
STEPS = ("plan", "start", "report", "verify", "next_cycle", "report", "verify", "close")
LEADS = ("plan", "start", "report")
KINDS = len(STEPS) + 12
"""Of the tasks beyond the night's: open ones at every stage, and twelve others."""

SLOTS, WAVE = 37, 32
"""Every measurement and every client has tasks of its own; 37 is prime to ``KINDS``, so all have some of each kind."""

Body = Callable[[], Any]


def timed(body: Body, warm: int, times: int) -> dict[str, Any]:
    """Milliseconds of a call, after some that do not count."""
    found = []
    for i in range(warm + times):
        start = time.perf_counter()
        body()
        if i >= warm:
            found.append((time.perf_counter() - start) * 1e3)
    return {"ms": summary(found)}


def acts(size: int, slot: int) -> Iterator[tuple[str, str, Any, int]]:
    """Steps that are open somewhere: code, action, who, and the version stored; no task stands in two slots."""
    start = NIGHTS * PER_NIGHT + ONE_UNIT + STAGES
    numbers = (i for i in range(start + slot, size, SLOTS) if i % KINDS < len(STEPS))
    while wave := list(islice(numbers, WAVE)):
        for done in range(len(STEPS)):
            for i in wave:
                stage = i % KINDS + done
                if stage < len(STEPS):
                    leads = STEPS[stage] in LEADS
                    by = world.clerk_of(1 + i % (world.UNITS - 1)) if leads else world.SUPERVISOR
                    yield world.code(i), STEPS[stage], by, stage + 1


def show(url: str, size: int, seconds: float) -> dict[str, Any]:
    """One task with its duties."""
    office, sessions = world.office(EVENING), world.sessions(url)
    found = acts(size, 0)

    def body() -> None:
        with sessions() as session:
            office.show(session, next(found)[0])

    return timed(body, 5, 40)


def advance_session(url: str, size: int, seconds: float) -> dict[str, Any]:
    """One step in a session of the caller's, committed."""
    step, found = by_session(url), acts(size, 0)
    return timed(lambda: step(*next(found)), 10, 100)


def by_session(url: str) -> Callable[..., None]:
    """A step through ``office.advance`` and the caller's commit."""
    office, sessions = world.office(EVENING), world.sessions(url)

    def step(code: str, action: str, by: Any, version: int) -> None:
        with sessions.begin() as session:
            office.advance(session, code, action, by, EVENING, **world.given(action))

    return step


def by_service(service: Any, blind: bool) -> Callable[..., None]:
    """A step through the service; ``blind`` if the caller says which version was seen."""

    def step(code: str, action: str, by: Any, version: int) -> None:
        seen = version if blind else None
        service.advance(code, action, by, EVENING, seen=seen, **world.given(action))

    return step


def advance_service(url: str, size: int, seconds: float, blind: bool = True) -> dict[str, Any]:
    """One step through the service."""
    service = world.serve(url)
    step, found = by_service(service, blind), acts(size, 1 if blind else 2)
    made = timed(lambda: step(*next(found)), 10, 100)
    service.close()
    return made


def advance_service_read(url: str, size: int, seconds: float) -> dict[str, Any]:
    """One step through the service, which reads first."""
    return advance_service(url, size, seconds, False)


def owed(url: str, size: int, seconds: float) -> dict[str, Any]:
    """The to-do list of a unit that has twenty tasks, however many there are."""
    office, sessions = world.office(EVENING), world.sessions(url)
    lengths = set()

    def body() -> None:
        with sessions() as session:
            lengths.add(len(office.owed(session, world.unit_name(0))))

    return timed(body, 1, 3) | {"output": max(lengths)}


def board(url: str, size: int, seconds: float) -> dict[str, Any]:
    """A month's board of all units with its receipts."""
    office, sessions = world.office(EVENING), world.sessions(url)
    lengths = set()

    def body() -> None:
        with sessions() as session:
            lengths.add(len(office.board(session, "bench-board", "2026-05")["standings"]))

    return timed(body, 0, 2) | {"output": max(lengths)}


def tick(url: str, size: int, seconds: float) -> dict[str, Any]:
    """A night of the clock with a hundred tasks to settle, and the seal."""
    sessions = world.sessions(url)
    nights = iter(range(1, NIGHTS + 1))
    marked = set()

    def body() -> None:
        day = EVENING + timedelta(days=next(nights))
        with sessions.begin() as session:
            report = world.office(EVENING).tick(session, day)
        marked.add(len(report.events))

    return timed(body, 1, NIGHTS - 1) | {"output": max(marked)}


def _worker(url: str, size: int, seconds: float, slot: int, gate: Any, results: Any) -> None:
    try:
        results.put(_walk(by_session(url), acts(size, slot), seconds, gate))
    except Exception as error:  # the others must not wait for ever
        gate.abort()
        results.put(repr(error))


def _walk(step: Callable[..., None], found: Iterator[Any], seconds: float, gate: Any) -> tuple[int, float, list[float]]:
    """Steps for so many seconds, after a few that do not count; how many, how long, and the time of each."""
    for _ in range(5):
        step(*next(found))
    gate.wait()
    start = now = time.perf_counter()
    spent: list[float] = []
    for act in found:
        step(*act)
        before, now = now, time.perf_counter()
        spent.append((now - before) * 1e3)
        if now - start >= seconds:
            break
    return len(spent), now - start, spent


def clients_session(url: str, size: int, seconds: float, clients: int) -> dict[str, Any]:
    """So many processes, each with its own sessions, as the workers of a web server."""
    context = multiprocessing.get_context("spawn")
    gate, results = context.Barrier(clients), context.Queue()
    workers = [
        context.Process(target=_worker, args=(url, size, seconds, _slot(3, clients, i), gate, results))
        for i in range(clients)
    ]
    for worker in workers:
        worker.start()
    found = [results.get() for _ in workers]
    for worker in workers:
        worker.join()
    return _together(found)


def clients_service(url: str, size: int, seconds: float, clients: int) -> dict[str, Any]:
    """So many threads on one service."""
    service = world.serve(url)
    gate, found = threading.Barrier(clients), list[Any]()

    def run(number: int) -> None:
        try:
            found.append(_walk(by_service(service, True), acts(size, _slot(19, clients, number)), seconds, gate))
        except Exception as error:
            gate.abort()
            found.append(repr(error))

    threads = [threading.Thread(target=run, args=(i,)) for i in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    service.close()
    return _together(found)


def _slot(first: int, clients: int, number: int) -> int:
    """A client's own slot: one for a single client, then two, four, eight more."""
    return first + clients - 1 + number


def _together(found: list[Any]) -> dict[str, Any]:
    failed = [one for one in found if isinstance(one, str) and "BrokenBarrier" not in one]
    if failed:
        raise RuntimeError(failed[0])
    spent = sorted(ms for _, _, one in found for ms in one)
    rate = sum(number for number, _, _ in found) / max(seconds for _, seconds, _ in found)
    last = spent[min(len(spent) - 1, int(len(spent) * 0.99))]
    return {"rate": rate, "ms": summary(spent), "p99_ms": last}


def peak() -> float:
    """Peak resident memory of this process in MiB; 0 where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


def main() -> None:
    """Measure one thing."""
    name, url, size, seconds = sys.argv[1:5]
    name, _, clients = name.partition(":")
    more = (int(clients),) if clients else ()
    found = globals()[name](url, int(size), float(seconds), *more)
    print(json.dumps(found | {"rss_mib": peak()}))


if __name__ == "__main__":
    main()
