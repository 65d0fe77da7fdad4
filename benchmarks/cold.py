"""B7: a database with one task that never closes, for one durable step from the command line."""

from __future__ import annotations

from pathlib import Path

from benchmarks import filling, mirror, world
from benchmarks.filling import Order


def prepare(path: Path) -> str:
    """Make the database; the words of a step that can be done on it again and again."""
    for end in ("", "-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)
    url = f"sqlite:///{path}"
    filling.fill(url, [Order(mirror.fresh_mould("sqlite"), 1, 1, 2)])
    return (
        f"do {world.code(1)} prompt --as 督查室 --opinion {world.FIELDS['opinion']} --day {world.DAY} "
        f"--db {url} --definitions {world.DEFINITIONS}"
    )
