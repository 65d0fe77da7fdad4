"""A deliverer that is killed at any moment loses nothing: a message may come twice, with its old key, and no more."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from time import sleep
from typing import Any

import pytest

from supervise import Actor, Office
from supervise.channels.webhook import Webhook
from supervise.intake.breakdown import Breakdown, Draft
from supervise.store.database import open_database
from tests.faults.judge import seed, trials
from tests.forks import started

KILLS = trials(2)
START = datetime(2025, 3, 5, 2, 0, tzinfo=UTC)
OFFICE = Actor("张督查", "督查室", frozenset({"office"}))


class Receiver:
    """Takes webhooks, each a little late, and remembers what every key held."""

    def __init__(self, number: int) -> None:
        self.got: dict[str, list[list[str]]] = defaultdict(list)
        self.news = threading.Event()
        self._dice, self._lock = Random(number), threading.Lock()

    def take(self, body: bytes) -> None:
        """One message."""
        sleep(self._dice.random() * 0.02)
        said = json.loads(body)
        with self._lock:
            self.got[said["key"]].append([item["key"] for item in said["items"]])
        self.news.set()

    @contextmanager
    def listening(self) -> Iterator[str]:
        """Its address, while it listens."""
        take = self.take

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                whole = int(self.headers["Content-Length"])
                body = self.rfile.read(whole)
                if len(body) < whole:  # the sender was killed while he spoke
                    return
                take(body)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def deliver(database: str, hook: str, moment: datetime) -> None:
    """What a process does that is meant to be killed."""
    with Office(now=lambda: moment, today=moment.date).serve(database) as service:
        service.deliverer({"hub": Webhook(hook, "s")}).run()


def assigned(url: str) -> set[str]:
    """Tasks for every unit; the keys of the letters that makes."""
    office = Office(now=lambda: START, today=START.date)
    names = [unit.name for unit in office.directory.units(START.date())]
    drafts = tuple(Draft(code=f"T{n:02}", text="任务", lead=(name, names[n - 1])) for n, name in enumerate(names))
    sessions = open_database(url, create=True)
    with sessions.begin() as session:
        office.assign(session, Breakdown(due=date(2026, 12, 31), tasks=drafts), OFFICE, START.date())
    sessions.kw["bind"].dispose()
    return {f"default/T{n:02}/1/{name}" for n in range(len(names)) for name in {names[n], names[n - 1]}}


def told(receiver: Receiver, process: Any) -> None:
    """Wait until something arrives, or nothing more can; half a minute at most."""
    for _ in range(150):
        if receiver.news.wait(0.2) or not process.is_alive():
            return


@pytest.mark.parametrize("kind", ("sqlite", "postgresql"), indirect=True)
def test_no_message_is_lost_with_its_deliverer(url: str, tmp_path: Path) -> None:
    """Killed by its id again and again: every letter arrives, a key always holds the same, few come twice."""
    number = seed()
    wanted, receiver, dice = assigned(url), Receiver(number), Random(number)
    with receiver.listening() as hook:
        for turn in range(KILLS):
            receiver.news.clear()
            moment = START + timedelta(minutes=2 * turn)  # by then a claim of the one before has run out
            process = started(deliver, url, hook, moment)
            if dice.random() < 0.75:  # the others may die while they collect and pack
                told(receiver, process)
                sleep(dice.random() * 0.05)
            else:
                sleep(dice.random() * 2)
            process.kill()
            process.join()
        deliver(url, hook, START + timedelta(minutes=2 * KILLS))
    arrived = {key for times in receiver.got.values() for keys in times for key in keys}
    assert arrived == wanted
    assert all(len({tuple(keys) for keys in times}) == 1 for times in receiver.got.values())
    twice = sum(len(times) - 1 for times in receiver.got.values())
    assert twice <= KILLS
    print(f"{KILLS} kills, {len(receiver.got)} messages, {len(wanted)} letters, {twice} came twice")
