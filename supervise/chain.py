"""The hash chain: one canonical text for everything on record, and the hash that follows from the one before.

An event's hash covers the hash of the event before it and every field of its own; a seal's hash covers the seal
before it and the heads of all tasks that changed since. Who alters, drops, adds or swaps anything must alter
everything after it, up to a head that was printed on a publication. ``checker.py`` says the same a second time, in
one file of its own, so that each holds the other to the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from supervise.errors import Invalid, Problem
from supervise.records import Event

ALGORITHMS = ("sha256", "sm3")
DEFAULT = "sha256"
Record = dict[str, Any]


def ready(algorithm: str) -> str:
    """The algorithm, once it is known that this machine can compute it.

    Raises:
        Invalid: G07 when it is unknown or not in this Python's OpenSSL.
    """
    if algorithm not in ALGORITHMS:
        help = f"可用的有:{'、'.join(ALGORITHMS)}"
        raise Invalid(Problem("G07", f"没有“{algorithm}”这种杂凑算法", help=help))
    try:
        hashlib.new(algorithm)
    except ValueError:
        help = "请换用带 SM3 的 OpenSSL(3.0 以上),或改用 sha256;已用 SM3 存的仍可核对"
        raise Invalid(Problem("G07", f"这台机器的 Python 算不了 {algorithm}", help=help)) from None
    return algorithm


def canonical(value: Any) -> str:
    """The one text of a value: keys sorted, no blanks, Chinese as it is, days and moments in ISO, decimals as text."""
    return _ENCODER.encode(value)


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no canonical text")


_ENCODER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_written
)


def moment(at: datetime) -> str:
    """A moment as every database gives it back: UTC, always six digits of microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def digest(algorithm: str, *parts: str) -> str:
    """The hash of texts, one below the other, with the algorithm's name before it."""
    data = "\n".join(parts).encode("utf-8", "surrogatepass")
    return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"


def genesis(district: str, task: str = "") -> str:
    """What stands in the place of the previous hash before a task's first event, or a district's first seal."""
    return canonical([district, task] if task else [district])


def event_record(district: str, event: Event, at: datetime | None = None) -> Record:
    """The whole of an event as plain data, without its hash; ``at`` is its moment while it has none."""
    at = event.recorded_at or at
    assert at is not None
    return {
        "district": district, "task": event.task, "seq": event.seq, "action": event.action, "source": event.source,
        "target": event.target, "day": event.day.isoformat(), "recorded_at": moment(at),
        "actor": event.actor, "unit": event.unit, "definition": event.definition, "data": event.data,
        "changes": event.changes, "hearers": list(event.to), "key": event.key,
    }  # fmt: skip


def follow(
    district: str, previous: str, events: Iterable[Event], recorded_at: datetime, algorithm: str = DEFAULT
) -> tuple[Event, ...]:
    """New events of one task as they are recorded: each with its moment and its hash.

    Args:
        district: whose task.
        previous: hash of the last event on record; empty if there is none.
        events: in order; one that already has a moment keeps it.
        recorded_at: the moment of the others.
        algorithm: of the hashes; an event that comes back with a hash keeps the one it had.
    """
    linked = []
    for event in events:
        at = event.recorded_at or recorded_at
        before = previous or genesis(district, event.task)
        name = event.hash.partition(":")[0] or algorithm
        previous = digest(name, before, canonical(event_record(district, event, at)))
        linked.append(event.linked(at, previous))
    return tuple(linked)


def root(heads: Iterable[tuple[str, int, str]], algorithm: str = DEFAULT) -> str:
    """One hash over (task, version, head) of the tasks that a seal names, sorted by task."""
    return digest(algorithm, *(canonical(list(head)) for head in sorted(heads)))


def paper(record: Record, algorithm: str = DEFAULT) -> str:
    """The hash of a publication as it went out, its text by fingerprint, without the seal it got."""
    return digest(algorithm, canonical({k: v for k, v in record.items() if k not in OUTSIDE_PAPER}))


OUTSIDE_PAPER = ("body", "seal", "seal_hash")


def seal_hash(district: str, record: Record, algorithm: str = DEFAULT) -> str:
    """The hash of a seal, given as plain data with the hash of the one before under ``previous``."""
    bare = {k: v for k, v in record.items() if k != "hash"}
    return digest(algorithm, record["previous"] or genesis(district), canonical(bare))
