"""Messages as lines: on a screen, or in a file that another program reads."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from supervise.channels.port import Dispatch, Undelivered
from supervise.site.texts import reason


class Screen:
    """Every message in full, wherever ``write`` puts it.

    Args:
        write: takes a text of several lines.
    """

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write

    def send(self, dispatch: Dispatch) -> None:
        """Show it."""
        self._write(f"【{dispatch.subject}】\n{dispatch.text}\n")


class LinesFile:
    """A file of JSON Lines, one for each message, on the disk when ``send`` returns.

    Args:
        path: of the file; made when the first message comes.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)

    def send(self, dispatch: Dispatch) -> None:
        """Add a line; several processes may write at once."""
        line = json.dumps(dispatch.as_dict(), ensure_ascii=False) + "\n"
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                _whole(handle, line.encode())
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise Undelivered(f"写不了 {self._path}:{reason(error)}") from None


def _whole(handle: int, data: bytes) -> None:
    """All of it, or nothing: a line cut off by a full disk is taken back."""
    before = os.fstat(handle).st_size
    written = os.write(handle, data)
    if written != len(data):
        if os.fstat(handle).st_size == before + written:  # nobody wrote behind it
            os.ftruncate(handle, before)
        raise OSError(28, "cut off")
