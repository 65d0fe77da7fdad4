"""An engine's svg made fit for a page: names, sentences for those who listen, and nothing hostile.

Nothing odd that a definition says is ever a name in DOT, where colons and backslashes mean something: there the names
are ours, and they become those of the definition here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape

from supervise.workflows.picture import Picture

EVERYWHERE = "凡未终结"
"""Where actions start that are open everywhere."""

# XML 1.0 knows no other characters; a stray one would spoil the whole image.
_NOT_XML = re.compile("[^\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """The text in one line, without characters that XML does not know."""
    return _NOT_XML.sub("", re.sub(r"[\t\r\n]+", " ", text))


def names(picture: Picture) -> dict[str, str]:
    """State → its name in DOT: the same if it is a plain word, which our own names with a hyphen never are."""
    names = (node.name for node in picture.nodes)
    return {name: name if re.fullmatch(r"\w+", name) else f"state-{n}" for n, name in enumerate(names, 1)}


def finish(svg: str, picture: Picture) -> str:
    """The engine's svg without its preamble, with the names of the definition, and with something to read aloud.

    Args:
        svg: as the engine wrote it.
        picture: what it shows.
    """
    svg = re.sub(r"<!--.*?-->\n?", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    said = dict(_said(picture))
    states = {ours: name for name, ours in names(picture).items()}

    def name(match: re.Match[str]) -> str:
        ours = unescape(match["id"])
        # The points and pieces of a rail say what their arrow says.
        text = said.get(ours) or said.get("-".join(ours.split("-")[:2]), "")
        return f'<g id="{escape(clean(states.get(ours, ours)))}"{match["rest"]}<title>{text}</title>'

    svg = re.sub(r'<g id="(?P<id>[^"]+)"(?P<rest> class="(?:node|edge)">\s*)<title>[^<]*</title>', name, svg)
    svg = _labels_last(svg)
    title = escape(clean(picture.title))
    svg = re.sub(r"<title>(?:picture|cluster_picture)</title>\n?", "", svg)
    return svg.replace("<svg ", f'<svg role="graphics-document document" aria-label="{title}" ', 1).replace(
        ">", f">\n<title>{title}</title>", 1
    )


_EDGE = re.compile(r'<g id="[^"]*" class="edge">.*?</g>\n?', re.DOTALL)
_HALO = '<text paint-order="stroke" stroke="#ffffff" stroke-width="4" stroke-linejoin="round" '


def _labels_last(svg: str) -> str:
    """The arrows with those that bear a name behind the others, each name with a white rim: no line strikes it out."""
    edges = [match[0] for match in _EDGE.finditer(svg)]
    if not edges:
        return svg
    start = svg.index(edges[0])
    ordered = sorted((edge.replace("<text ", _HALO) for edge in edges), key=lambda edge: "<text " in edge)
    return svg[:start] + "".join(ordered) + _EDGE.sub("", svg[start:])


def size(svg: str) -> tuple[float, float]:
    """Width and height of an svg, as its view box says."""
    box = re.search(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"', svg)
    return (float(box[1]), float(box[2])) if box else (1.0, 1.0)


def _said(picture: Picture) -> Iterator[tuple[str, str]]:
    """Our name of everything drawn → the sentence that says it."""
    states = {node.name: node.label for node in picture.nodes}
    for node, ours in zip(picture.nodes, names(picture).values(), strict=True):
        kind = "(起点)" if node.initial else "(终点)" if node.final else ""
        count = "" if node.count is None else f":{node.count} 项"
        yield ours, escape(clean(f"{node.label}{kind}{count}"))
    for n, edge in enumerate(picture.edges, 1):
        who = "、".join(picture.role(role).label for role in edge.roles)
        what = f"{'、'.join(edge.labels)}({who})"
        sources = "、".join(states[s] for s in edge.sources) or EVERYWHERE
        text = escape(clean(f"{sources} → {states[edge.target]}:{what}"))
        yield f"edge-{n}", text
