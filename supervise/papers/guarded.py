"""A process of its own for files whose library sets itself no limits: it may fall over, and nothing else does.

The process is started once and reads file after file. One that takes too long or too much is ended, and the next file
gets a new process. What passes between the two is bytes one way and JSON the other.
"""

from __future__ import annotations

import json
import math
import os
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from supervise.errors import Invalid, Problem, Refused, SuperviseError
from supervise.intake import readers
from supervise.intake.readers.limits import MAX_MEMORY, MAX_SECONDS, exceeded
from supervise.intake.readers.transcript import Place, Transcript

GUARDED = frozenset(("xlsx", "xls", "ods", "pdf"))
"""Kinds read in a process of their own; the others are bounded before they are read."""
START = 60
"""Seconds such a process may take to start on a busy machine; reading has its own limit."""
PATIENCE = 4
"""Where the system counts a process's own time, so many times as long may pass on a clock: others work here too."""
_LENGTH = struct.Struct(">Q")


class Guarded:
    """Reads files, the risky kinds one at a time in a process of its own; threads may share it.

    Args:
        seconds: of its own time that one file may take there.
        memory: bytes it may take there.
    """

    def __init__(self, seconds: float = MAX_SECONDS, memory: int = MAX_MEMORY) -> None:
        self.seconds, self.memory = seconds, memory
        self.process: subprocess.Popen[bytes] | None = None
        self.turn = threading.Lock()

    def __enter__(self) -> Guarded:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process, if there is one."""
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            for stream in (process.stdin, process.stdout):
                with suppress(OSError):
                    stream.close()  # type: ignore[union-attr]
            process.wait()

    def read(self, data: bytes, file: str) -> Transcript:
        """The transcript of a file.

        Args:
            data: the file.
            file: its name.

        Raises:
            Invalid: when it is no notice, or too much for one.
            Refused: when a library is missing.
        """
        form = readers.kind(data, file)
        if form not in GUARDED:
            return readers.read(data, file, form)
        with self.turn:
            try:
                process = self._started()
            except OSError:  # no second process to be had here: read it in this one
                return readers.read(data, file, form)
            patience = self.seconds * (PATIENCE if find_spec("resource") is not None else 1)
            answer = self._asked(process, [file.encode(errors="surrogateescape"), form.encode(), data], patience)
            if answer is None:
                self.close()
        if answer is None:
            raise exceeded(f"{self.seconds:g} 秒没有读完,或用尽了内存", file)
        return _answered(answer, file)

    def _started(self) -> subprocess.Popen[bytes]:
        if self.process is None or self.process.poll() is not None:
            self.close()
            package = str(Path(__file__).parents[2])
            paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
            limits = [str(self.memory), str(self.seconds)]
            self.process = subprocess.Popen(
                [sys.executable, "-c", "from supervise.papers.guarded import serve; serve()", *limits],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
            )  # fmt: skip
            if self._asked(self.process, [], START) is None:
                self.close()
                raise OSError("the reading process did not start")
        return self.process

    def _asked(self, process: subprocess.Popen[bytes], parts: list[bytes], seconds: float) -> bytes | None:
        """Send parts and wait for the answer; ``None`` if none comes in time."""
        found: list[bytes] = []

        def talk() -> None:
            with suppress(OSError, ValueError, struct.error):
                for part in parts:
                    _send(process.stdin, part)
                found.append(_received(process.stdout))

        thread = threading.Thread(target=talk, daemon=True)
        thread.start()
        thread.join(seconds)
        return found[0] if found else None


def _send(stream: IO[bytes] | None, part: bytes) -> None:
    if stream is not None:
        stream.write(_LENGTH.pack(len(part)))
        stream.write(part)
        stream.flush()


def _received(stream: IO[bytes] | None) -> bytes:
    """One part; ``struct.error`` where the other side is gone."""
    if stream is None:
        raise struct.error
    (length,) = _LENGTH.unpack(stream.read(_LENGTH.size))
    part = stream.read(length)
    if len(part) < length:
        raise struct.error
    return part


def _answered(answer: bytes, file: str) -> Transcript:
    """The transcript, or the refusal, that came back."""
    data = json.loads(answer)
    if "error" in data:
        kind = Refused if data["error"] == "Refused" else Invalid
        raise kind([Problem(**problem) for problem in data["problems"]])
    return Transcript(
        data["text"],
        data["kind"],
        file,
        tuple(Place(*place) for place in data["places"]),
        {int(line): tuple(columns) for line, columns in data["cells"].items()},
        tuple(Problem(**note) for note in data["notes"]),
    )


def serve() -> None:
    """What the process does: limit itself, then answer file after file until nobody asks any more."""
    memory, seconds = int(sys.argv[1]), float(sys.argv[2])
    _limit(memory)
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints goes nowhere
    _send(target, b"ready")
    with suppress(struct.error, OSError):
        while True:
            file, form, data = _received(source), _received(source), _received(source)
            _allow(seconds)
            _send(target, json.dumps(_reading(data, file.decode(errors="surrogateescape"), form.decode())).encode())


def _limit(memory: int) -> None:
    try:
        import resource
    except ModuleNotFoundError:  # not on this system: time is limited still
        return
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _allow(seconds: float) -> None:
    """Let the process live so much longer, in time of its own; then the system ends it."""
    try:
        import resource
    except ModuleNotFoundError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    with suppress(ValueError, OSError):
        until = math.ceil(used.ru_utime + used.ru_stime + seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _reading(data: bytes, file: str, form: str) -> dict[str, Any]:
    try:
        made = readers.read(data, file, form)
        places = [
            (p.page, p.sheet, p.table, p.row, p.column, p.paragraph) for p in made.places
        ]  # plain lists are a quarter of the length of named fields
        notes = [asdict(note) for note in made.notes]
        return {"text": made.text, "kind": made.kind, "places": places, "cells": made.cells, "notes": notes}
    except SuperviseError as error:
        return {"error": type(error).__name__, "problems": [asdict(problem) for problem in error.problems]}
    except MemoryError:
        refused = exceeded("读这份文件用尽了内存", file)
        return {"error": "Invalid", "problems": [asdict(problem) for problem in refused.problems]}
