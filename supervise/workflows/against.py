"""Two versions of a lifecycle in one picture: what came is green with +, what went red with −, what changed amber.

Every entry of the difference has one number; it stands at one place in the picture and at one line beneath it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from supervise.workflows.course import Course, arrange, course, everywhere, moves, named
from supervise.workflows.definition import Definition
from supervise.workflows.diagram import lifecycle_nodes, subtitle
from supervise.workflows.difference import Difference, Entry
from supervise.workflows.picture import Change, Deed, Edge, Node, Note, Picture, palette
from supervise.workflows.views import acting, with_limits

SIGNS: Mapping[str, str] = {"added": "+", "removed": "−", "changed": "改"}
PART_WORDS = {
    "state": "状态", "action": "办理", "duty": "应办", "field": "字段", "role": "角色", "head": "全文", "category": "类别",
}  # fmt: skip


class _Marks:
    """The number of each entry, in the order of the list, and what a part has become."""

    def __init__(self, found: Difference) -> None:
        self.entries = found.entries
        self._at = {(e.part, e.name): (n, e) for n, e in enumerate(found.entries, 1)}

    def of(self, part: str, name: str) -> str:
        """The mark of a part, such as ``+3``; empty if nothing happened to it."""
        found = self._at.get((part, name))
        return f"{SIGNS[found[1].kind]}{found[0]}" if found is not None else ""

    def change(self, part: str, name: str) -> Change:
        """What happened to a part."""
        found = self._at.get((part, name))
        return found[1].kind if found is not None else "same"


def compared(old: Definition, new: Definition, found: Difference, fingerprints: tuple[str, str] = ("", "")) -> Picture:
    """The picture of a difference.

    Args:
        old, new: two versions.
        found: what is different between them.
        fingerprints: hashes of the two files.
    """
    marks = _Marks(found)
    states = _union(tuple(old.states), tuple(new.states))
    ours = with_limits(new, [*moves(new), *_from_everywhere(new, old, marks)])
    gone = [edge for edge in with_limits(old, [*moves(old), *_from_everywhere(old, new, marks)])]
    along = course(states, new.finals | (old.finals - set(new.states)), [*moves(new), *moves(old)])
    edges = arrange([*_new(ours, marks), *_lost(gone, ours, marks)], along)
    title = f"{new.title} {old.name} → {new.name}"
    what = f"与 {old.name}{f'({fingerprints[0][:12]})' if fingerprints[0] else ''} 的差异,共 {len(found.entries)} 处"
    return Picture(
        new.name,
        f"{title} · 两份流程不相干" if found.unrelated else title,
        subtitle(new, fingerprints[1], what),
        tuple(_nodes(old, new, states, along, edges, marks)),
        tuple(edges),
        palette(_union(acting(old), acting(new)), old.roles | new.roles, _legend(old, new, edges, marks)),
        "改了什么" if found.entries else "两版没有不同",
        tuple(listed(old, new, found)),
    )


def listed(old: Definition, new: Definition, found: Difference) -> Iterator[Note]:
    """The list under the picture: one line for each entry, with what it was and what it is."""
    marks = _Marks(found)
    for entry in found.entries:
        mark = f"{marks.of(entry.part, entry.name)} {PART_WORDS.get(entry.part, entry.part)}"
        yield Note(mark, f"{label(old, new, entry)}{_told(entry)}", entry.kind)


def label(old: Definition, new: Definition, entry: Entry) -> str:
    """What people call the part that an entry is about, with its name in the file."""
    for definition in (new, old):
        if entry.part in ("state", "role"):
            words: Mapping[str, str] = definition.states if entry.part == "state" else definition.roles
            if entry.name in words:
                return f"{words[entry.name]}({entry.name})"
        shelves = {"action": definition.actions, "duty": definition.duties, "field": definition.fields}
        shelf: Mapping[str, object] = shelves.get(entry.part, {})  # type: ignore[assignment]
        if entry.name in shelf:
            return f"{getattr(shelf[entry.name], 'label', entry.name)}({entry.name})"
    return entry.name or "流程"


def _told(entry: Entry) -> str:
    if entry.kind == "changed":
        told = (f"{key}:{old or '(没有)'} ⇒ {new or '(没有)'}" for key, old, new in entry.changes)
    else:
        told = (f"{key}:{old or new}" for key, old, new in entry.changes if key != "label")
    text = ";".join(told)
    return f":{text}" if text else ""


def _union(old: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    """All names in the new order, each that went behind the one it stood behind."""
    names = list(new)
    for n, name in enumerate(old):
        if name not in names:
            before = old[n - 1] if n else ""
            names.insert(names.index(before) + 1 if before in names else 0, name)
    return tuple(names)


def _from_everywhere(one: Definition, other: Definition, marks: _Marks) -> list[Edge]:
    """Actions open everywhere are arrows only where something happened to them; else the legend has them."""
    return [edge for edge in everywhere(one) if marks.change("action", edge.actions[0]) != "same"]


def _marked(edge: Edge, marks: _Marks, used: set[str]) -> Edge:
    """The arrow in the colour of its action, or of a duty that its action meets; each mark stands in one place."""
    (deed,) = edge.deeds
    change, mark = marks.change("action", deed.action), marks.of("action", deed.action)
    shown = mark if mark not in used else ""
    used.add(mark)
    return replace(edge, change=change, deeds=(replace(deed, mark=shown),))


def _new(ours: Iterable[Edge], marks: _Marks) -> list[Edge]:
    used: set[str] = set()
    return [_marked(edge, marks, used) for edge in ours]


def _lost(gone: Iterable[Edge], ours: Iterable[Edge], marks: _Marks) -> list[Edge]:
    """The arrows of the old version that the new one has not: of an action that went, or that leads elsewhere now."""
    kept = {(edge.actions[0], source, edge.target) for edge in ours for source in edge.sources or ("",)}
    here = {edge.actions[0] for edge in ours}
    used = {marks.of("action", name) for name in here}
    found = []
    for edge in gone:
        name = edge.actions[0]
        left = tuple(s for s in edge.sources or ("",) if (name, s, edge.target) not in kept)
        if left and marks.change("action", name) != "same":
            sources = tuple(source for source in left if source)
            found.append(replace(_marked(replace(edge, sources=sources), marks, used), change="removed"))
    return found


def _nodes(
    old: Definition, new: Definition, states: Iterable[str], along: Course, edges: Iterable[Edge], marks: _Marks
) -> Iterator[Node]:
    ours = {node.name: node for node in lifecycle_nodes(new, along, edges)}
    theirs = {node.name: node for node in lifecycle_nodes(old, along, edges)}
    for name in states:
        node = ours.get(name) or theirs[name]
        yield replace(node, change=marks.change("state", name), mark=marks.of("state", name))


def _legend(old: Definition, new: Definition, edges: Sequence[Edge], marks: _Marks) -> dict[str, tuple[str, ...]]:
    """What each role can do without an arrow, with the marks of what changed."""
    drawn = {action for edge in edges for action in edge.actions}
    found: dict[str, tuple[str, ...]] = {}
    for role in _union(acting(old), acting(new)):
        items = []
        for name in dict.fromkeys([*new.actions, *old.actions]):
            definition = new if name in new.actions else old
            action = definition.actions[name]
            if role in action.by and name not in drawn and not named(definition, action):
                items.append(" ".join(filter(None, (marks.of("action", name), action.label))))
        found[role] = tuple(items)
    return found


