"""Eight processes at one task and one district at once: each act is done and said to be done, or neither."""

from __future__ import annotations

from pathlib import Path

from tests.faults.judge import Judge, ended, install, seed, trials
from tests.faults.writer import OPENED, THREADS, Job, work
from tests.forks import PROCESSES, started

MANY, ROUNDS = 8, min(trials(3), 24)
FIRST = ("tick", "tick", "seal", *["act"] * 5)


def test_of_eight_processes_at_one_task_each_is_done_or_told(url: str, way: str, tmp_path: Path) -> None:
    """Acknowledged acts are the events, no two from one version seen; losers are stale or refused and leave nothing."""
    number, judge = seed(), Judge(url)
    install(url, "T1", "T2")
    gate = PROCESSES.Barrier(MANY * THREADS[way])  # all act on what they saw before anyone acted
    books = [tmp_path / f"book-{i}.jsonl" for i in range(MANY)]
    jobs = [
        Job(
            url,
            book,
            f"W{i}",
            number,
            OPENED,
            way,
            code="T1",
            first=FIRST[i] if i < len(FIRST) else "act",
            steps=ROUNDS,
        )
        for i, book in enumerate(books)
    ]
    ended([started(work, job, gate) for job in jobs])
    for book in books:
        judge.read(book)
    print(f"{MANY} processes, {ROUNDS} rounds: {dict(judge.said)}")
    stored = judge.hold()
    assert not judge.cut and set(judge.tried) == set(judge.done) | judge.refused
    seen = [line["seen"] for line in judge.done.values() if line["seen"] is not None]
    assert len(seen) == len(set(seen)), "two acts were done from one version: an update is lost"
    versions = sorted(seq for task, seq in stored.events if task == "T1")
    assert versions == list(range(1, len(versions) + 1)) and judge.done
