"""Small disks that can be filled: a tmpfs for SQLite, and one that a tablespace of PostgreSQL lies on."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.servers import server

SIZE = {"sqlite": 4 << 20, "postgresql": 24 << 20}


@dataclass(frozen=True, slots=True)
class Disk:
    """A small disk with a database on it.

    Args:
        url: the database.
        folder: where it is mounted.
    """

    url: str
    folder: Path

    def fill(self, room: int) -> None:
        """Take everything but some bytes."""
        self.empty()
        filled = False
        while not filled and (taken := self._free() - room) > 0:
            with open(self.folder / "ballast", "wb") as file, suppress(OSError):  # the server took some meanwhile
                os.posix_fallocate(file.fileno(), 0, taken)
                filled = True

    def _free(self) -> int:
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize

    def empty(self) -> None:
        """Give it all back."""
        (self.folder / "ballast").unlink(missing_ok=True)


@contextmanager
def mounted(folder: Path, size: int, owner: int) -> Iterator[None]:
    """A tmpfs of some size; skipped where one may not mount."""
    tool = shutil.which("mount")
    command = [tool or "mount", "-t", "tmpfs", "-o", f"size={size},uid={owner},mode=755", "tmpfs", str(folder)]
    if tool is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("no right to mount a small tmpfs: a full disk is tried by a limit on the size of files only")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def small(kind: str, folder: Path) -> Iterator[Disk]:
    """A small disk with a new and empty database on it, gone afterwards."""
    if kind == "sqlite":
        with mounted(folder, SIZE[kind], os.getuid()):
            yield Disk(f"sqlite:///{folder / 'test.db'}", folder)
        return
    address = server(kind)
    if address is None:
        pytest.skip("no PostgreSQL to test on")
    root = create_engine(address, isolation_level="AUTOCOMMIT")
    with root.connect() as connection:
        home = Path(connection.execute(text("show data_directory")).scalar_one())
    if not home.is_dir():
        pytest.skip("the PostgreSQL server is on another machine: its disk cannot be filled from here")
    name = f"svtest_{secrets.token_hex(6)}"
    # not below the folder of the test, which the server may not enter
    with tempfile.TemporaryDirectory(prefix="svdisk") as place:
        os.chmod(place, 0o755)
        with mounted(Path(place), SIZE[kind], home.stat().st_uid), root.connect() as connection:
            connection.execute(text(f"create tablespace {name} location '{place}'"))
            try:
                connection.execute(text(f"create database {name} tablespace {name}"))
                yield Disk(make_url(address).set(database=name).render_as_string(hide_password=False), Path(place))
            finally:
                connection.execute(text(f"drop database if exists {name} with (force)"))
                connection.execute(text(f"drop tablespace {name}"))
    root.dispose()
