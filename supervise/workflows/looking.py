"""Looking at a finished image: what in it would be hard to read.

Layout is the engines' business; whether one of several layouts can be read is ours, and is measured on the image.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

from supervise.widths import width
from supervise.workflows.picture import Picture

SVG = "{http://www.w3.org/2000/svg}"
STEPS = 16
"""Points looked at on each piece of a curve."""
ROUGH = 8.0
"""Points by which a straight line may be off."""
NEAR = 5.0
"""Points by which two heads of arrows must be apart."""
Point = tuple[float, float]


class Box(NamedTuple):
    """A rectangle, and the text it is the room of."""

    left: float
    top: float
    right: float
    bottom: float
    text: str = ""

    def holds(self, point: Point, rim: float = 0) -> bool:
        """Whether a point lies inside, more than ``rim`` from the edge."""
        x, y = point
        return self.left + rim < x < self.right - rim and self.top + rim < y < self.bottom - rim

    def meets(self, other: Box) -> bool:
        """Whether they have more than an edge in common."""
        beside = self.right <= other.left or other.right <= self.left
        return not (beside or self.bottom <= other.top or other.bottom <= self.top)


def faults(svg: str, picture: Picture) -> int:
    """How much is hard to read: texts on texts, names struck out, shared heads, above all lines across the main line.

    Args:
        svg: as ``svg.finish`` leaves it.
        picture: what it shows.
    """
    root = ET.fromstring(svg)
    edges, nodes = (_groups(root, kind) for kind in ("edge", "node"))
    curves = {name: list(_curve(group)) for name, group in edges.items()}
    states = {name: box for name, group in nodes.items() if (box := _outline(group)) is not None}
    said = texts(root)
    found = 5 * sum(one.meets(other) for one, other in combinations(said, 2))
    found += _struck(root, edges, nodes, curves) + _together(picture, edges)
    return found + 10 * _crossings(picture, curves, states) + _through(picture, curves, states) + _crooked(curves)


def texts(root: ET.Element) -> list[Box]:
    """The room every text takes by our measure; one point of blur is allowed."""
    return [_room(node) for node in root.iter(f"{SVG}text")]


def _room(node: ET.Element) -> Box:
    x, y, size = (float(node.get(key, "0")) for key in ("x", "y", "font-size"))
    wide = width(node.text or "") * size
    left = x - wide / 2 if node.get("text-anchor") == "middle" else x
    return Box(left + 1, y - size * 0.8 + 1, left + wide - 1, y + size * 0.15 - 1, node.text or "")


def _groups(root: ET.Element, kind: str) -> dict[str, ET.Element]:
    return {group.get("id", ""): group for group in root.iter(f"{SVG}g") if group.get("class") == kind}


def _numbers(text: str) -> list[Point]:
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", text)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _outline(group: ET.Element) -> Box | None:
    path = group.find(f"{SVG}path")
    if path is None:
        return None
    points = _numbers(path.get("d", ""))
    across, down = zip(*points, strict=True)
    return Box(min(across), min(down), max(across), max(down))


def _curve(group: ET.Element) -> Iterator[Point]:
    """Points close to each other on the line of an arrow."""
    path = group.find(f"{SVG}path")
    ends = _numbers(path.get("d", "")) if path is not None else []
    for n in range(0, len(ends) - 3, 3):
        for step in range(STEPS + 1):
            t = step / STEPS
            weights = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
            yield _mean(weights, ends[n : n + 4])


def _mean(weights: Sequence[float], ends: Sequence[Point]) -> Point:
    return (
        sum(w * x for w, (x, _) in zip(weights, ends, strict=True)),
        sum(w * y for w, (_, y) in zip(weights, ends, strict=True)),
    )


def _struck(
    root: ET.Element, edges: dict[str, ET.Element], nodes: dict[str, ET.Element], curves: dict[str, list[Point]]
) -> int:
    """Texts that a line crosses which is drawn after them; title and legend come first."""
    mine = {text for group in (*edges.values(), *nodes.values()) for text in texts(group)}
    written, found = [text for text in texts(root) if text not in mine], 0
    for name, group in edges.items():
        found += sum(any(text.holds(point, 1) for point in curves[name]) for text in written)
        written += texts(group)
    return 3 * found


def _together(picture: Picture, edges: dict[str, ET.Element]) -> int:
    """Pairs of ways back whose heads lie on each other, so that nobody sees which line ends there."""
    heads = []
    for n, edge in enumerate(picture.edges, 1):
        group = edges.get(f"edge-{n}") if edge.back else None
        head = group.find(f"{SVG}polygon") if group is not None else None
        if head is not None:
            points = _numbers(head.get("points", ""))
            heads.append(_mean([1 / len(points)] * len(points), points))
    return sum(abs(x - u) < NEAR and abs(y - v) < NEAR for (x, y), (u, v) in combinations(heads, 2))


def _crossings(picture: Picture, curves: dict[str, list[Point]], states: dict[str, Box]) -> int:
    """Arrows that cross the main line between two of its states."""
    line = [states[node.name] for node in picture.nodes if node.main and node.name in states]
    if not line:
        return 0
    height, found = (line[0].top + line[0].bottom) / 2, 0
    main = {f"edge-{n}" for n, edge in enumerate(picture.edges, 1) if edge.main}
    for name, points in curves.items():
        for one, other in pairwise(points if name not in main else []):
            between = line[0].right < one[0] < line[-1].left and not _inside(one[0], line)
            found += between and (one[1] - height) * (other[1] - height) < 0
    return found


def _inside(x: float, line: Iterable[Box]) -> bool:
    return any(box.left <= x <= box.right for box in line)


def _through(picture: Picture, curves: dict[str, list[Point]], states: dict[str, Box]) -> int:
    """Arrows that run through a state which is none of their ends."""
    found = 0
    for n, edge in enumerate(picture.edges, 1):
        ends = {*edge.sources, edge.target}
        others = [box for name, box in states.items() if name not in ends]
        found += sum(any(box.holds(point, 2) for point in curves.get(f"edge-{n}", ())) for box in others)
    return 3 * found


def _crooked(curves: dict[str, list[Point]]) -> int:
    """Pieces of a rail that do not stand up or lie level, as they were meant to."""
    found = 0
    for name, points in curves.items():
        across, down = zip(*points, strict=True) if points else ((0.0,), (0.0,))
        if "-from-" in name:
            found += max(across) - min(across) > ROUGH
        elif "-rail-" in name:
            found += max(down) - min(down) > ROUGH
    return 2 * found
