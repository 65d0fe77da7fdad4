"""Processes of their own, each a fork of one that has imported everything, so that to start one costs little."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from supervise.cli.main import main
from tests.cli_help import Result

PROCESSES = multiprocessing.get_context("forkserver")
OURS = ["tests.histories", "tests.faults.writer", "supervise.cli.faces", "supervise.cli.shapes"]
PROCESSES.set_forkserver_preload(["pytest", "alembic.command", "psycopg", "pymysql", *OURS])


def started(work: Callable[..., None], *given: Any) -> Any:
    """A process of its own."""
    process = PROCESSES.Process(target=work, args=given)
    process.start()
    return process


class Command:
    """A command line in a process of its own, as the system sees it.

    Args:
        folder: where it runs, and where what it says is kept until it has ended.
        words: the command line.
        first: what is done in the process before the command.
    """

    def __init__(self, folder: Path, *words: str | Path, first: Callable[[], None] | None = None) -> None:
        number = sum(1 for _ in folder.glob("*.said.err"))
        self.said = [folder / f"{number}.said.{stream}" for stream in ("out", "err")]
        self.said[1].touch()
        self.process = started(_command, folder, self.said, [str(word) for word in words], first)

    def ended(self, within: float | None = None) -> Result:
        """What it gave in the end; of one that does not end in time nothing is left."""
        self.process.join(within)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        out, err = (path.read_text("utf-8") if path.exists() else "" for path in self.said)
        return Result(self.process.exitcode, out, err)


def _command(folder: Path, said: list[Path], words: list[str], first: Callable[[], None] | None) -> None:
    os.chdir(folder)
    sys.stdout, sys.stderr = (path.open("w", encoding="utf-8") for path in said)
    if first is not None:
        first()
    main(words)


def killed_before(number: int) -> None:
    """See that this process is killed before a statement or commit of a given number."""
    steps = count()

    def step(*_: object) -> None:
        if next(steps) >= number:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("before_cursor_execute", "commit"):
        event.listen(Engine, name, step)
