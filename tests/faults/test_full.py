"""A disk that is full is named, leaves nothing half written, and work goes on once there is room."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

import pytest

from supervise import Invalid
from supervise.intake.breakdown import to_yaml
from tests.faults.disks import Disk, small
from tests.faults.judge import Judge, install, opened, seed, trials
from tests.faults.writer import Desk, Hand, Job, draft, work

TIMES = min(trials(3), 50)
DAY = date(2025, 4, 1)
LONG = Random(1).randbytes(30_000).hex()  # so that no room left within a page is enough
PLAN = (
    "do",
    "T1",
    "plan",
    "--as",
    "区工信局",
    "--day",
    "2025-04-01",
    "--milestones",
    "2025-06-30 过半",
    "--contact",
    LONG,
)


@pytest.fixture(params=("sqlite", "postgresql"))
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    """A small disk with an empty database, for each kind in turn."""
    folder = tmp_path / "disk"
    folder.mkdir()
    with small(request.param, folder) as made:
        yield made


def supervise(url: str, *words: str, most: int = 0) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own; with ``most``, it may write no file longer than so many bytes."""

    def limit() -> None:
        if most:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    env = {**os.environ, "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "supervise", *words, "--db", url]
    return subprocess.run(command, env=env, text=True, capture_output=True, preexec_fn=limit)


def told(done: subprocess.CompletedProcess[str]) -> None:
    """A command that failed named the disk and what to do, in a few lines."""
    assert done.returncode == 4, done.stderr
    assert "[B05]" in done.stderr and "磁盘" in done.stderr and "腾出空间" in done.stderr
    assert len(done.stderr.splitlines()) == 2 and "Traceback" not in done.stderr


def sound(url: str, folder: Path) -> None:
    """The database opens, audits and replays, and takes another act."""
    opened(url)
    work(Job(url, folder / "book.jsonl", "W", 0, DAY, code="T1", first="act", steps=1))
    judge = Judge(url)
    judge.read(folder / "book.jsonl")
    assert judge.said["done act"] == 1
    judge.hold()


def test_a_full_disk_stops_the_work_and_harms_nothing(disk: Disk, tmp_path: Path) -> None:
    """However little room is left, the act that finds none is said not to be on record, and is not; the others are."""
    number, judge = seed(), Judge(disk.url)
    dice = Random(number)
    install(disk.url, "T1", "T2", "T3")
    for turn in range(TIMES):
        desk = Desk(Job(disk.url, tmp_path / f"book-{turn}.jsonl", f"W{turn:03}", number, DAY))
        hand = Hand(desk, 0, None)
        disk.fill(dice.choice((0, dice.randrange(1 << 16), dice.randrange(1 << 18))))
        with pytest.raises(Invalid, match=r"磁盘.*\[B05\]\n.*腾出空间") as caught:
            while True:
                hand.step()
        disk.empty()
        hand.step()  # the same process goes on
        desk.close()
        judge.read(desk.job.book)
        stored = judge.hold()
        assert not set(stored.keys) & judge.open or "没有入库" not in str(caught.value)
    print(f"{TIMES} times full: {dict(judge.said)}")


def test_a_command_on_a_full_disk_says_so(disk: Disk, tmp_path: Path) -> None:
    """No traceback, no word of the driver's own; of many tasks none is placed; and all goes on once there is room."""
    (tmp_path / "b.yaml").write_text(to_yaml(draft(*(f"T{i}" for i in range(2, 400)))), "utf-8")
    install(disk.url, "T1")
    disk.fill(0)
    told(supervise(disk.url, "assign", str(tmp_path / "b.yaml"), "--day", "2025-04-01"))
    disk.empty()
    sound(disk.url, tmp_path)
    assert {task for task, _ in opened(disk.url).events} == {"T1"}


def test_a_database_that_finds_no_room_can_be_made_later(disk: Disk, tmp_path: Path) -> None:
    """Tables that found no room are not there by halves: they can be made once there is."""
    disk.fill(1 << 16)
    told(supervise(disk.url, "init"))
    disk.empty()
    install(disk.url, "T1")
    sound(disk.url, tmp_path)


@pytest.mark.parametrize("most", (8 << 10, 40 << 10))
def test_a_limit_on_files_is_told_like_a_full_disk(tmp_path: Path, most: int) -> None:
    """A quota stops SQLite as a full disk would, before the first page or amid a step; it needs no right to mount."""
    url = f"sqlite:///{tmp_path / 'test.db'}"
    install(url, "T1")
    told(supervise(url, *PLAN, most=most))
    sound(url, tmp_path)
