"""Newer versions of the shipped lifecycle, made by renaming, changing and leaving out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from supervise.reading import Document, dump, parse
from supervise.site.folder import Folder, Source
from supervise.workflows import checking
from supervise.workflows.definition import CLOCK, Definition, load
from supervise.workflows.migration import looked_back
from tests.histories import FOLDER

OLD = FOLDER.newest["key-work"]
SOURCE = FOLDER.definitions[OLD.name]
OPTIONAL = ("contribution", "replan", "approval", "review", "rework")
"""Duties that no condition speaks of, so that a law can do without them."""
KEEP = {*looked_back(OLD), *(n for n, a in OLD.actions.items() if CLOCK in a.by)}
"""Actions whose names a newer law keeps: those that are looked back at, and what the clock did it has done."""


def second(change: Callable[[dict[str, Any]], None] = lambda data: None) -> Definition:
    """The next version of the lifecycle after a change of what is written; it must be sound."""
    data = deepcopy(SOURCE.document.data)
    data["version"] = OLD.version + 1
    change(data)
    return sound(data)


def sound(data: dict[str, Any]) -> Definition:
    """The definition that is written, if nothing is wrong with it."""
    document = parse(dump(data), "key-work-2.yaml")
    definition = load(document)
    assert checking.check(document, definition) == ()
    return definition


def rename(data: dict[str, Any], part: str, names: Mapping[str, str]) -> None:
    """Give states, actions or duties new names, wherever they are written."""
    data[part] = {names.get(name, name): what for name, what in data[part].items()}

    def new(text: Any) -> Any:
        if isinstance(text, str):
            return re.sub(r"[a-z_]+", lambda m: names.get(m[0], m[0]), text)
        if isinstance(text, list):
            return [new(one) for one in text]
        return (
            {(new(k) if part == "states" else k): new(v) for k, v in text.items()} if isinstance(text, dict) else text
        )

    keys = {
        "states": ("from", "to", "waits"), "duties": ("when",),
        "actions": ("due", "met_by", "dated", "other_than", "stops", "gathers", "also"),
    }[part]  # fmt: skip
    if part == "states":
        data["ends"] = new(data["ends"])
    for inner in (*data["actions"].values(), *data["duties"].values()):
        for key in keys:
            if key in inner:
                inner[key] = new(inner[key])


def renamed() -> tuple[Definition, dict[str, dict[str, str]]]:
    """A version that says the same of everything under other names, and the names, part by part."""
    names = {
        "states": {name: f"{name}_b" for name in OLD.states},
        "actions": {name: f"{name}_b" for name in OLD.actions if name not in KEEP},
        "duties": {name: f"{name}_b" for name in OLD.duties},
    }

    def change(data: dict[str, Any]) -> None:
        for part, of_part in names.items():
            rename(data, part, of_part)
        states = {k: v for k, v in names["states"].items() if k not in OLD.finals}
        data["migrates"] = {"from": OLD.name, "states": states, "duties": names["duties"]}

    return second(change), names


def folder(*newer: Definition) -> Folder:
    """The shipped folder with newer versions beside the first, under the rules that are there."""
    both = dict(FOLDER.definitions)
    for law in newer:
        text = dump(law.written)
        both[law.name] = Source(f"{law.name}.yaml", text, parse(text, f"{law.name}.yaml"), law)
    return replace(FOLDER, definitions=both)


def document(data: Any) -> Document:
    """A file that says this."""
    return parse(dump(data), "map.yaml")
