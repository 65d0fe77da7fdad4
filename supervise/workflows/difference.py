"""What is different between two versions of a file, part by part, as plain data.

Two parts are the same if they mean the same (``lead`` and ``[lead]`` do); what is shown is what the files say. The keys
come from the models, so that a new key is compared from the day it exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

from supervise.reading import Strict

Kind = Literal["added", "removed", "changed"]
HEAD = "head"
"""The part that holds what belongs to the whole file, such as its source."""
SHARED_BY_ALL = ("role", "field", HEAD)
"""Parts whose names say nothing about whether two files are about the same thing."""
RELATED = 4
"""One name in so many must be on both sides, or two files are not versions of one thing."""


class Named(Protocol):
    """A file's model: it has a name with a version."""

    @property
    def name(self) -> str:
        """``key-work@1``."""


class Change(NamedTuple):
    """A key of a part that says something else now; a text is empty where the key is absent."""

    key: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A part that came, went or changed.

    Args:
        part: ``state``, ``action``, ``duty``, ``line`` …, or ``head`` for what belongs to the whole.
        name: its name in the file; empty for the head.
        kind: what happened to it.
        label: what people call it, the new label if it has changed.
        changes: the keys that differ; of what came or went, all that are written.
    """

    part: str
    name: str
    kind: Kind
    label: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that differs between two files.

    Args:
        old, new: their names.
        entries: part by part, in the order of the new file, what went last.
        unrelated: they share next to nothing, so that comparing them says little.
    """

    old: str
    new: str
    entries: tuple[Entry, ...]
    unrelated: bool

    def of(self, part: str) -> Mapping[str, Entry]:
        """The entries of one kind of part, by name."""
        return {entry.name: entry for entry in self.entries if entry.part == part}

    def as_dict(self) -> dict[str, Any]:
        """Plain data, as it is printed, hashed and stored."""
        entries = [
            {
                "part": e.part, "name": e.name, "kind": e.kind, "label": e.label,
                "changes": [change._asdict() for change in e.changes],
            }
            for e in self.entries
        ]  # fmt: skip
        return {"old": self.old, "new": self.new, "unrelated": self.unrelated, "entries": entries}


def difference(old: Named, new: Named) -> Difference:
    """What is different between two lifecycles, or two rule sets of one kind.

    Args:
        old: as read from its file.
        new: the same.
    """
    before, after = _parts(old), _parts(new)
    found = []
    for part in dict.fromkeys((*after, *before)):
        olds, news = before.get(part, {}), after.get(part, {})
        for name in dict.fromkeys((*news, *olds)):
            entry = _entry(part, name, olds.get(name), news.get(name))
            if entry is not None:
                found.append(entry)
    return Difference(old.name, new.name, tuple(found), type(old) is not type(new) or _unrelated(before, after))


class _Part(NamedTuple):
    """A part of a file: what it means, and what is written."""

    meant: Any
    written: Any


_Parts = dict[str, dict[str, _Part]]


def _parts(file: Any) -> _Parts:
    """Kind of part → name → part; what belongs to no part stands in the head, under its key."""
    found: _Parts = {HEAD: {"": _Part({}, {})}}
    _collect(found, file, file.written, "")
    head = found[HEAD][""]
    for key in ("version", file.name.partition("@")[0]):
        head.meant.pop(key, None)
    return found


def _collect(found: _Parts, model: Strict, written: Any, prefix: str) -> None:
    head = found[HEAD][""]
    for key, meant in _fields(model):
        said = _said(written, key)
        if isinstance(meant, Strict):
            _collect(found, meant, said, f"{prefix}{key}.")
        elif isinstance(meant, Mapping) and not prefix:
            named = ((name, _Part(value, _said(said, name))) for name, value in meant.items())
            found[_singular(key)] = dict(named)
            if key == "states":  # the first is where every task begins
                head.meant["initial"] = head.written["initial"] = next(iter(meant))
        elif isinstance(meant, tuple) and meant and all(isinstance(one, Strict) for one in meant):
            found[_singular(key)] = _listed(meant, said)
        else:
            head.meant[prefix + key] = meant
            if said is not None:
                head.written[prefix + key] = said


def _fields(model: Strict) -> Iterator[tuple[str, Any]]:
    """The keys of a model as a file writes them, with what they mean."""
    for name, field in type(model).model_fields.items():
        yield field.alias or name, getattr(model, name)


def _said(written: Any, key: str) -> Any:
    return written.get(key) if isinstance(written, Mapping) else None


def _listed(models: Sequence[Strict], written: Any) -> dict[str, _Part]:
    """Parts in a list go by the first key that each of them has, such as their label."""
    said = written if isinstance(written, Sequence) else [None] * len(models)
    found: dict[str, _Part] = {}
    for model, text in zip(models, said, strict=True):
        first = next(_fields(model))[1]
        name = "、".join(first) if isinstance(first, tuple) else str(first)
        same = sum(known.partition("#")[0] == name for known in found)
        found[f"{name}#{same + 1}" if same else name] = _Part(model, text)
    return found


def _singular(word: str) -> str:
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")


def _entry(part: str, name: str, old: _Part | None, new: _Part | None) -> Entry | None:
    """What happened to one part, ``None`` if nothing did."""
    kind: Kind = "added" if old is None else "removed" if new is None else "changed"
    changes = tuple(_changes(old, new))
    if kind == "changed" and not changes:
        return None
    return Entry(part, name, kind, _label(new) or _label(old), changes)


def _changes(old: _Part | None, new: _Part | None) -> Iterator[Change]:
    before, after = _keys(old), _keys(new)
    for key in dict.fromkeys((*before, *after)):
        one, other = before.get(key), after.get(key)
        if one is None or other is None:
            was, now = _text(one), _text(other)
        elif one.meant != other.meant:
            was, now = _text(one), _text(other)
            if was == now:  # nothing is written where a model was not read from a file
                was, now = text(one.meant), text(other.meant)
        else:
            continue
        if was != now:
            yield Change(key, was, now)


def _keys(part: _Part | None) -> dict[str, _Part]:
    """Key → what stands under it; models within a part are taken apart, a part that is one word is its label."""
    if part is None:
        return {}
    if isinstance(part.meant, Strict):
        found: dict[str, _Part] = {}
        for key, meant in _fields(part.meant):
            inner = _Part(meant, _said(part.written, key))
            deeper = _keys(inner) if isinstance(meant, Strict) else {}
            found |= {f"{key}.{below}": one for below, one in deeper.items()} or {key: inner}
        return found
    if isinstance(part.meant, Mapping):
        return {key: _Part(meant, _said(part.written, key)) for key, meant in part.meant.items()}
    return {"label": _Part(part.meant, part.written if part.written is not None else part.meant)}


def _label(part: _Part | None) -> str:
    if part is None or isinstance(part.meant, str):
        return str(part.meant) if part is not None else ""
    return str(getattr(part.meant, "label", ""))


def _text(part: _Part | None) -> str:
    """What is written, on one line; empty if nothing is."""
    return "" if part is None or part.written is None else text(part.written)


def text(value: Any) -> str:
    """Plain data on one line, as a file would say it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {text(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return "[" + ", ".join(text(inner) for inner in value) + "]"
    return str(value)


def _unrelated(before: _Parts, after: _Parts) -> bool:
    olds, news = (
        {(part, name) for part, named in parts.items() if part not in SHARED_BY_ALL for name in named}
        for parts in (before, after)
    )
    return len(olds & news) * RELATED < min(len(olds), len(news))
