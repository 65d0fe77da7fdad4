"""A command in a process group of its own, which ends whole: a client that waits for others is never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Ended(NamedTuple):
    """What came of a command: its output, and what was wrong, empty if nothing."""

    output: str
    wrong: str


def finished(command: Sequence[str], patience: float, environment: Mapping[str, str] | None = None) -> Ended:
    """Run a command to its end, or to the end of our patience in seconds."""
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as started:
        try:
            output, said = started.communicate(timeout=patience)
        except BaseException as error:
            os.killpg(started.pid, signal.SIGKILL)
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
            return Ended("", f"over {patience:g} s")
    lines = said.strip().splitlines() or ["no message"]
    return Ended(output, lines[-1][-300:] if started.returncode else "")
