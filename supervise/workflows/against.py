"""Two versions of a lifecycle in one picture: what came is green with +, what went red with −, what changed amber.

Every entry of the difference has one number: at one line beneath the picture, and at one place in it if it has one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from supervise.workflows import spoken
from supervise.workflows.definition import Definition
from supervise.workflows.diagram import lifecycle_nodes, subtitle
from supervise.workflows.difference import Difference
from supervise.workflows.moves import Course, arrange, course, everywhere, moves, only_way
from supervise.workflows.picture import Change, Edge, Node, Note, Picture, palette
from supervise.workflows.views import acting, few, with_limits

SIGNS: Mapping[str, str] = {"added": "+", "removed": "−", "changed": "改"}


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
    gone = with_limits(old, [*moves(old), *_from_everywhere(old, marks)])
    ours = _also_owed(with_limits(new, [*moves(new), *_from_everywhere(new, marks)]), gone, marks)
    along = course(states, new.finals | (old.finals - set(new.states)), [*moves(new), *moves(old)])
    used: set[str] = set()
    edges = arrange([*(_marked(edge, marks, used) for edge in ours), *_lost(gone, ours, marks, used)], along)
    edges, over = few(list(_once(edges)), lambda edge: edge.change != "same")
    title = f"{new.title} {old.name} → {new.name}"
    what = f"与 {old.name}{f'({fingerprints[0][:12]})' if fingerprints[0] else ''} 的差异,共 {len(found.entries)} 处"
    return Picture(
        new.name,
        f"{title} · 两份流程不相干" if found.unrelated else title,
        subtitle(new, fingerprints[1], what),
        tuple(_nodes(old, new, states, along, edges, marks)),
        tuple(edges),
        palette(
            _union(acting(old), acting(new)), old.roles | new.roles, _legend(old, new, [*edges, *over], marks, used)
        ),
        "改了什么" if found.entries else "两版没有不同",
        tuple(listed(old, new, found)),
    )


def listed(old: Definition, new: Definition, found: Difference) -> Iterator[Note]:
    """The list under the picture: one line for each entry, with what it was and what it is."""
    marks = _Marks(found)
    for entry in found.entries:
        mark = f"{marks.of(entry.part, entry.name)} {spoken.part(entry)}"
        yield Note(mark, spoken.sentence(old, new, entry), entry.kind)


def _union(old: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    """All names in the new order, each that went behind the one it stood behind."""
    names = list(new)
    for n, name in enumerate(old):
        if name not in names:
            before = old[n - 1] if n else ""
            names.insert(names.index(before) + 1 if before in names else 0, name)
    return tuple(names)


def _from_everywhere(one: Definition, marks: _Marks) -> list[Edge]:
    """Actions open everywhere are arrows where something happened to them, or where nothing else leads."""
    only = {edge.actions for edge in only_way(one, moves(one))}
    return [e for e in everywhere(one) if e.actions in only or marks.change("action", e.actions[0]) != "same"]


def _also_owed(ours: Iterable[Edge], gone: Iterable[Edge], marks: _Marks) -> list[Edge]:
    """The arrows of the new version with the duties that they met in the old one and that are no more."""
    before = {(edge.actions, source, edge.target): edge.deeds[0].duties for edge in gone for source in edge.sources}
    found = []
    for edge in ours:
        (deed,), source = edge.deeds, edge.sources[0] if edge.sources else ""
        lost = [d for d in before.get((edge.actions, source, edge.target), ()) if marks.change("duty", d) == "removed"]
        found.append(replace(edge, deeds=(replace(deed, duties=(*deed.duties, *lost)),)))
    return found


def _marked(edge: Edge, marks: _Marks, used: set[str]) -> Edge:
    """The arrow in the colour of its action, or of a duty that it meets; each mark stands in one place."""
    (deed,) = edge.deeds
    change = marks.change("action", deed.action)
    mine = [marks.of("action", deed.action), *(marks.of("duty", duty) for duty in deed.duties)]
    fresh = [mark for mark in mine if mark and mark not in used]
    used.update(fresh)
    if change == "same" and fresh:
        change = "changed"
    return replace(edge, change=change, deeds=(replace(deed, mark=" ".join(fresh)),))


def _once(edges: Iterable[Edge]) -> Iterator[Edge]:
    """The arrows with each mark on the first of those that an action was split into."""
    seen: set[str] = set()
    for edge in edges:
        deeds = tuple(replace(deed, mark="" if deed.mark in seen else deed.mark) for deed in edge.deeds)
        seen.update(deed.mark for deed in deeds)
        yield replace(edge, deeds=deeds)


def _lost(gone: Iterable[Edge], ours: Iterable[Edge], marks: _Marks, used: set[str]) -> list[Edge]:
    """The arrows of the old version that the new one has not: of an action that went, or that leads elsewhere now."""
    kept = {(edge.actions, source, edge.target) for edge in ours for source in edge.sources or ("",)}
    found = []
    for edge in gone:
        left = tuple(s for s in edge.sources or ("",) if (edge.actions, s, edge.target) not in kept)
        if left and marks.change("action", edge.actions[0]) != "same":
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


def _legend(
    old: Definition, new: Definition, edges: Sequence[Edge], marks: _Marks, used: set[str]
) -> dict[str, tuple[str, ...]]:
    """What each role can do without an arrow, with the marks of what changed."""
    drawn = {action for edge in edges for action in edge.actions}
    found: dict[str, list[str]] = {role: [] for role in _union(acting(old), acting(new))}
    for name in dict.fromkeys([*new.actions, *old.actions]):
        action = (new if name in new.actions else old).actions[name]
        for role in action.by if name not in drawn else ():
            mark = marks.of("action", name)
            found[role].append(f"{mark} {action.label}" if mark and mark not in used else action.label)
            used.add(mark)
    return {role: tuple(items) for role, items in found.items()}
