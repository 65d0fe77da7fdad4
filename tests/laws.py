"""Newer versions of the shipped lifecycle, made by renaming, changing and leaving out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from supervise.folder import Folder, Source
from supervise.reading import Document, dump, parse
from supervise.workflows import checking
from supervise.workflows.definition import Definition, load
from tests.histories import FOLDER

SOURCE = FOLDER.definitions["key-work@1"]
OLD = SOURCE.value
OPTIONAL = ("contribution", "replan", "approval", "review", "rework")
"""Duties that no condition speaks of, so that a law can do without them."""
KEEP = {*OLD.figure_actions, *(n for n, a in OLD.actions.items() if a.by == ("clock",)), "order"}
"""Actions whose names a newer law keeps: figures are read again, and what the clock did it has done."""


def second(change: Callable[[dict[str, Any]], None] = lambda data: None) -> Definition:
    """Version 2 of the lifecycle after a change of what is written; it must be sound."""
    data = deepcopy(SOURCE.document.data)
    data["version"] = 2
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
        return {new(k): new(v) for k, v in text.items()} if isinstance(text, dict) else text

    keys = {"states": ("from", "to", "waits"), "actions": ("due", "met_by", "dated"), "duties": ("when",)}[part]
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
