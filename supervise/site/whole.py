"""Files and folders that appear whole, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from supervise.errors import Invalid, Problem
from supervise.site.texts import reason


@contextmanager
def appearing(whole: Path, help: str = "请换一个能写的位置") -> Iterator[Path]:
    """Where to write a file or a folder that gets its name when everything within the block went well.

    It is on the disk before it has its name, so nobody ever finds half of it; whatever fails leaves nothing.

    Args:
        whole: its name in the end; a file of that name is replaced.
        help: what to do when it cannot be written.

    Raises:
        Invalid: F07 when it cannot be written.
    """
    part = whole.with_name(f".{whole.name}.{os.getpid()}.part")
    try:
        yield part
        for path in (*sorted(part.rglob("*")), part):
            _kept(path)
        os.replace(part, whole)
        _kept(whole.parent)
    except OSError as error:
        raise Invalid(Problem("F07", f"写不了 {whole}:{reason(error)}", help=help)) from None
    finally:
        if part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _kept(path: Path) -> None:
    """See that a file or folder is on the disk."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
