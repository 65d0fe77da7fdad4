"""The sealed lists of tasks that left for an archive, held against what is written down of where they are.

A list is frozen, numbered and sealed like a publication. The newest list that names a task says what it was when it
left; it must be found so in ``retired``, or be back among the tasks at hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from supervise import chain
from supervise.archives import checker
from supervise.archives.checker import Break
from supervise.chain import Record
from supervise.store.retired import Retired

KIND = "archive"
"""Of the seal and of the list; also the name the lists are numbered under."""


def body(year: str, tasks: Iterable[Retired]) -> str:
    """The text of a list."""
    return chain.canonical({"kind": KIND, "year": year, "tasks": [one.entry for one in tasks]})


def told(publications: Iterable[Record]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Task → the newest list that names it, and what it says of it; lists nobody can read say nothing."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for made in publications:
        if made.get("kind") == KIND:
            try:
                found |= {entry["task"]: (made["serial"], entry) for entry in json.loads(made["body"])["tasks"]}
            except (ValueError, KeyError, TypeError):
                continue  # the check of publications says so
    return found


def wrong(
    chunk: Sequence[str],
    lists: Mapping[str, tuple[str, dict[str, Any]]],
    pointers: Mapping[str, Retired],
    home: Sequence[str],
) -> Iterator[Break]:
    """What was forged or dropped among the places of some tasks.

    Args:
        chunk: codes; together with those of ``pointers`` that no record knows.
        lists: what the sealed lists say.
        pointers: what is written down of tasks in archives.
        home: the tasks that are here.
    """
    for code in chunk:
        one, (serial, entry) = pointers.get(code), lists.get(code, ("", {}))
        if one is not None and code in home:
            yield _broken(code, checker.INSERTED, "归档登记是多出来的:这项任务还在库里")
        elif one is not None and not entry:
            yield _broken(code, checker.INSERTED, "归档登记是多出来的,没有封存过")
        elif one is not None and (one.entry, one.serial) != (entry, serial):
            yield _broken(code, checker.CHANGED, f"归档登记被改动过,与封存的清单 {serial} 不同")
        elif one is None and entry and code not in home:
            yield _broken(code, checker.MISSING, f"归档登记被删去,封存的清单 {serial} 里有")


def _broken(task: str, what: str, text: str) -> Break:
    return Break("G12", what, text, task=task)
