"""A disk that is full is named, leaves nothing half written, and work goes on once there is room."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from random import Random

import pytest

from supervise import Invalid
from supervise.intake.breakdown import to_yaml
from tests.cli_help import Result
from tests.faults.disks import Disk, small
from tests.faults.judge import Judge, install, opened, seed, trials
from tests.faults.writer import Desk, Hand, Job, draft, work
from tests.forks import Command

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


def supervise(folder: Path, url: str, *words: str, most: int = resource.RLIM_INFINITY) -> Result:
    """A command in a process of its own; with ``most``, it may write no file longer than so many bytes."""
    limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (most, most))
    return Command(folder, *words, "--db", url, first=limit).ended()


def told(done: Result) -> None:
    """A command that failed named the disk and what to do, in a few lines."""
    assert done.code == 4, done.err
    assert "[B05]" in done.err and "磁盘" in done.err and "腾出空间" in done.err
    assert len(done.err.splitlines()) == 2 and "Traceback" not in done.err


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
    told(supervise(tmp_path, disk.url, "assign", "b.yaml", "--day", "2025-04-01"))
    disk.empty()
    sound(disk.url, tmp_path)
    assert {task for task, _ in opened(disk.url).events} == {"T1"}


def test_a_database_that_finds_no_room_can_be_made_later(disk: Disk, tmp_path: Path) -> None:
    """Tables that found no room are not there by halves: they can be made once there is."""
    disk.fill(1 << 16)
    told(supervise(tmp_path, disk.url, "init"))
    disk.empty()
    install(disk.url, "T1")
    sound(disk.url, tmp_path)


@pytest.mark.parametrize("most", (8 << 10, 40 << 10))
def test_a_limit_on_files_is_told_like_a_full_disk(tmp_path: Path, most: int) -> None:
    """A quota stops SQLite as a full disk would, before the first page or amid a step; it needs no right to mount."""
    url = f"sqlite:///{tmp_path / 'test.db'}"
    install(url, "T1")
    told(supervise(tmp_path, url, *PLAN, most=most))
    sound(url, tmp_path)
