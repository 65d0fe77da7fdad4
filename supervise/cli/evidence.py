"""Files that acts name as evidence: a pointer with a fingerprint goes on record, and can be held against the file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from supervise.archives.checker import Break
    from supervise.hall.keeper import Piece


@dataclass(frozen=True, slots=True)
class Compared:
    """How many files were looked at, how many are kept elsewhere, and which are not what they were."""

    checked: int
    elsewhere: int
    breaks: tuple[Break, ...]


def pointer(path: str) -> dict[str, str]:
    """What goes on record of a file: its name, where it is, its fingerprint; of what is no file, its name only."""
    if not os.path.isfile(path):
        return {"title": path, "uri": path}
    return {"title": os.path.basename(path), "uri": path, "sha256": fingerprint(path)}


def fingerprint(path: str | Path) -> str:
    """SHA-256 of a file.

    Raises:
        Invalid: F03 when it cannot be read.
    """
    import hashlib

    from supervise.errors import Invalid, Problem
    from supervise.site.texts import reason

    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Invalid(Problem("F03", f"读不了 {path}:{reason(error)}")) from None


def compare(pieces: Iterable[Piece], folder: str) -> Compared:
    """Hold evidence against the files it points to.

    Args:
        pieces: what is on record with a fingerprint.
        folder: where paths begin that are not whole.
    """
    from supervise.archives.checker import Break

    checked, elsewhere, breaks = 0, 0, list[Break]()
    for one in pieces:
        if "://" in one.uri:
            elsewhere += 1
            continue
        checked += 1
        file = Path(folder, one.uri)
        where = f"第 {one.seq} 条的材料 {one.title}"
        if not file.is_file():
            breaks.append(Break("G16", "missing", f"{where} 找不到了:{file}", one.task, one.seq))
        elif fingerprint(file) != one.sha256.lower():
            breaks.append(Break("G15", "changed", f"{where} 与登记时的指纹不符:{file}", one.task, one.seq))
    return Compared(checked, elsewhere, tuple(breaks))
