"""How an entry of a difference reads in Chinese: which part, which key, what it said and what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from supervise.workflows.definition import CLOCK, Definition
from supervise.workflows.difference import Change, Entry
from supervise.workflows.views import limit_of
from supervise.workflows.wording import UNIT_WORDS, Wording

PART_WORDS = {
    "state": "状态", "action": "办理", "duty": "应办", "field": "字段", "role": "角色", "category": "类别",
    "head": "全文",
}  # fmt: skip
KEY_WORDS = {
    "label": "名称", "by": "谁办", "from": "从", "to": "到", "needs": "须附", "when": "条件", "sets": "改写",
    "voids": "免去", "tell": "告知", "at_most": "至多", "other_than": "须另由他人", "pauses": "停表至",
    "carries": "结转至", "lends": "借出", "stops": "提前终止", "undoes": "撤回", "gathers": "汇集", "also": "并办",
    "of": "谁欠", "due": "时限",
    "met_by": "办到", "dated": "以其日为准", "waits": "等候的状态", "grace": "至少宽限", "notice": "接手满",
    "kind": "种类", "options": "可选", "title": "名称", "source": "依据", "effective": "施行", "holidays": "逢节假日",
    "initial": "起点", "ends": "终点",
}  # fmt: skip
_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_LENGTH = re.compile(r"(\d+) (workdays?|days?|months?)")


class Told(NamedTuple):
    """One key of an entry, in words."""

    key: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.key}:{self.old or '(没有)'} ⇒ {self.new or '(没有)'}"


def part(entry: Entry) -> str:
    """What kind of part an entry is about."""
    return PART_WORDS.get(entry.part, entry.part)


def name(old: Definition, new: Definition, entry: Entry) -> str:
    """What people call the part that an entry is about, with its name in the file."""
    label = entry.label or _words(new).get(entry.name) or _words(old).get(entry.name, "")
    return f"{label}({entry.name})" if label and entry.name else label or entry.name or "流程"


def changes(old: Definition, new: Definition, entry: Entry) -> Iterator[Told]:
    """The keys that differ, in words; of what came or went, all that are written."""
    for change in entry.changes:
        if change.key != "label" or entry.kind == "changed":
            yield Told(_key(change), _text(old, entry, change, change.old), _text(new, entry, change, change.new))


def sentence(old: Definition, new: Definition, entry: Entry) -> str:
    """An entry in one line."""
    told = list(changes(old, new, entry))
    if entry.kind == "changed":
        text = ";".join(map(str, told))
    else:
        text = ";".join(f"{one.key}:{one.new or one.old}" for one in told)
    return name(old, new, entry) + (f":{text}" if text else "")


def _key(change: Change) -> str:
    return ".".join(KEY_WORDS.get(word, word) for word in change.key.split("."))


def _text(definition: Definition, entry: Entry, change: Change, text: str) -> str:
    """What a file says under a key, with names as labels and limits and conditions as sentences."""
    known: Mapping[str, Mapping[str, Any]] = {"action": definition.actions, "duty": definition.duties}
    shelf = known.get(entry.part, {})
    if not text:
        return ""
    if entry.name in shelf and change.key == "when":
        return Wording(definition).any_of(shelf[entry.name].when)
    if entry.name in shelf and change.key == "due":
        return limit_of(definition, entry.name)
    if change.key in ("label", "title", "source", "effective"):
        return text
    return _labelled(definition, text)


def _labelled(definition: Definition, text: str) -> str:
    words = _words(definition)
    shown = _LENGTH.sub(lambda match: f"{match[1]} {UNIT_WORDS[match[2].removesuffix('s') + 's']}", text)
    shown = _NAME.sub(lambda match: words.get(match[0], match[0]), shown)
    return shown.strip("[]").replace(", ", "、")


def _words(definition: Definition) -> dict[str, str]:
    """Every name of a definition → its label; a state comes before an action of the same name."""
    labelled = (definition.fields, definition.duties, definition.actions)
    found = {key: spec.label for shelf in labelled for key, spec in shelf.items()}
    return {**found, CLOCK: "系统", **definition.categories, **definition.roles, **definition.states}
