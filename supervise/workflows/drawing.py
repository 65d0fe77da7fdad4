"""A picture as DOT: boxes, arrows, rails, and the lines above and beneath.

Every box gets its width from ``widths``, because graphviz-pure takes a Chinese character for a blank, and so does
``dot`` where the font is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from supervise.widths import width, wrap
from supervise.workflows import svg
from supervise.workflows.picture import Edge, Node, Note, Picture, Role

if TYPE_CHECKING:
    from graphviz import Digraph

FONTS = "Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, SimHei, WenQuanYi Micro Hei, sans-serif"
INK, PAPER, LATE_INK, LATE_PAPER, GREY, PALE = "#374151", "white", "#b91c1c", "#fee2e2", "#6b7280", "#9ca3af"
HERE_PAPER = "#fef3c7"
CHANGED = {"added": "#15803d", "removed": "#b91c1c", "changed": "#b45309", "same": GREY}
CHANGED_PAPER = {"added": "#dcfce7", "removed": "#fee2e2", "changed": "#fef3c7", "same": PAPER}
CHANGE_WORDS = {"added": "绿色 +:新增", "removed": "红色 −:删去", "changed": "琥珀色 改:有改动", "same": "灰色:未改"}
TITLE_SIZE, NODE_SIZE, EDGE_SIZE, LEGEND_SIZE, SMALL_SIZE = 18, 13, 11, 11, 10
LABEL_EMS, UNDER_EMS, START_EMS, LEGEND_EMS, NOTE_EMS = 8.0, 14.0, 10.0, 56.0, 72.0
EACH = 3
"""States up to which an arrow from several may be drawn from each."""
KEYS = "粗框:起点   双框:终点"
CLOCK_KEY, RAIL_KEY, COUNT_KEY = "   虚线:到时由系统自动办", "   圆点或灰字:从这几个状态都可以办", "   天数均为工作日"
WALK_KEY = "   粗线:走过的路,数字是办理记录的序号   细线空箭头:接下来可办   浅灰:没有走过"
PALE_KEY = "   浅灰:本视图之外的主线"


class Line(NamedTuple):
    """A line of a label: what it says, and how large."""

    text: str
    size: int


class Style(NamedTuple):
    """One of several ways to lay out the same picture.

    Args:
        several: how an arrow from several states is drawn: a ``rail`` that they all feed, one from ``each``, or one
            from their ``names``; ``stubs``: what turns back from beside the main line starts at a name too.
        aside: states beside the main line are told to the engine first.
        under: arrows between the main line and what is beside it use the lower side of its states.
        spread: ways back to one state of the main line reach it at points of their own.
    """

    several: str = "rail"
    aside: bool = False
    under: bool = False
    spread: bool = False


STYLES = tuple(
    Style(several, aside, under, spread)
    for under in (False, True) for aside in (False, True) for several in ("rail", "each", "names", "stubs")
    for spread in (False, True)
)  # fmt: skip
"""The first is what is written as DOT; an image tries the next where something would be hard to read."""


def dot(picture: Picture) -> str:
    """The picture in the language of Graphviz; the same picture gives the same text on every machine."""
    return str(graph(picture).source)


def graph(picture: Picture, style: Style = STYLES[0]) -> Digraph:
    """The picture as the graphviz library has it.

    Args:
        picture: what is drawn.
        style: how it is laid out.
    """
    import graphviz

    made = graphviz.Digraph("picture")
    text = {"fontname": FONTS}
    # A second look at crossings forgets that the points of a rail stand below their states.
    rails = style.several == "rail" and any(len(edge.sources) > 1 for edge in picture.edges)
    made.attr(
        rankdir="LR", remincross=str(not rails).lower(), ranksep="0.15", nodesep="0.3", pad="0.12",
        bgcolor=PAPER, outputorder="edgesfirst", **text,
    )  # fmt: skip
    made.attr("node", shape="box", style="rounded,filled", height="0.6", fontsize=str(NODE_SIZE), **text)
    made.attr("edge", arrowsize="0.7", fontsize=str(EDGE_SIZE), **text)
    title = [Line(picture.title, TITLE_SIZE), Line(picture.subtitle, LEGEND_SIZE)]
    made.attr(label=_block(title, align="CENTER"), labelloc="t", labeljust="c")
    names = svg.names(picture)
    # The root has one label, the title, which keeps clear of every arrow; the legend is that of a group in it.
    with made.subgraph(name="cluster_picture") as body:
        body.attr(label=_legend(picture, style), labelloc="b", labeljust="l", peripheries="0", margin="8")
        for node in sorted(picture.nodes, key=lambda node: style.aside and node.main):
            _box(body, names[node.name], node)
        # Beside the main line there is no room below a state that would be free for sure.
        taken = {names[node.name] for node in picture.nodes if not node.main}
        for n, edge in sorted(enumerate(picture.edges, 1), key=lambda pair: -len(pair[1].sources)):
            _arrow(body, f"edge-{n}", edge, picture, names, taken, style)
    return made


def _lines(node: Node) -> list[str]:
    label = f"{node.mark} {node.label}" if node.mark else node.label
    lines = wrap(svg.clean(label), LABEL_EMS) or [""]
    counted = [] if node.count is None else [f"{node.count} 项"]
    return [*lines, *counted, *(svg.clean(note) for note in node.notes)]


def _box(made: Digraph, name: str, node: Node) -> None:
    from graphviz import nohtml

    lines = _lines(node)
    inches = (max(map(width, lines)) + 1.3) * NODE_SIZE / 72
    high = max(0.6, (len(lines) * 1.25 + 0.8) * NODE_SIZE / 72)
    # Graphviz would read entities and backslashes in a plain label; html is not used here because plain text is centred
    # by the viewer, who has the font, and not by the engine, who may not.
    label = "\\n".join(line.replace("\\", "\\\\").replace("&", "&amp;") for line in lines)
    made.node(
        name, nohtml(label), id=name, width=f"{max(inches, 0.75):.2f}", height=f"{high:.2f}",
        penwidth="2.4" if node.initial or node.tone == "here" else "1", peripheries="2" if node.final else "1",
        **_box_colours(node), **({"group": "main"} if node.main else {}),
    )  # fmt: skip


def _box_colours(node: Node) -> dict[str, str]:
    if node.change:
        ink = CHANGED[node.change]
        style = {"style": "rounded,filled,dotted"} if node.change == "removed" else {}
        return {"color": ink, "fontcolor": ink, "fillcolor": CHANGED_PAPER[node.change], **style}
    if node.tone == "here":
        return {"color": CHANGED["changed"], "fillcolor": HERE_PAPER}
    if node.tone == "pale":
        return {"color": PALE, "fontcolor": GREY, "fillcolor": PAPER}
    return {"color": LATE_INK if node.late else INK, "fillcolor": LATE_PAPER if node.late else PAPER}


def _arrow(
    made: Digraph, name: str, edge: Edge, picture: Picture, names: Mapping[str, str], taken: set[str], style: Style
) -> None:
    """One arrow, from one state, from several, or from their names."""
    look = _look(edge, picture)
    label = _block(_label(edge, picture), look["fontcolor"])
    look |= {"arrowhead": "empty"} if edge.tone == "next" else {}
    line = [node.name for node in picture.nodes if node.main]
    sources, target, several = edge.sources, names[edge.target], len(edge.sources)
    if several > 1 and _from_each(edge, style):
        for n, source in enumerate(sources):
            ports = _ports(source, edge, picture, style)
            _line(made, names[source], target, edge.back, label=label, id=f"{name}-{n}" if n else name, **look, **ports)
        return
    weight, ports = "100" if edge.main else "2", dict[str, str]()
    aside = edge.back and several == 1 and sources[0] not in line
    if several == 1 and not (aside and style.several == "stubs"):
        start, ports = names[sources[0]], _ports(sources[0], edge, picture, style)
    elif several and style.several == "rail":
        start = _rail(made, name, edge, [names[source] for source in sources], taken, look)
    else:
        start = _start(made, name, edge, picture, names, line)
    _line(made, start, target, edge.back, label=label, id=name, weight=weight, **look, **ports)


def _from_each(edge: Edge, style: Style) -> bool:
    """Whether an arrow is drawn from each of its states, with nothing to gather them."""
    return style.several == "each" and len(edge.sources) <= EACH


def _start(
    made: Digraph, name: str, edge: Edge, picture: Picture, names: Mapping[str, str], line: Sequence[str]
) -> str:
    """Where an arrow starts that has no one state to start from: at the names of several, or at a word for all."""
    start, plain = f"{name}-start", {"shape": "plaintext", "style": "", "fontcolor": GREY}
    labels = {node.name: node.label for node in picture.nodes}
    said = wrap(svg.clean("、".join(labels[source] for source in edge.sources) or svg.EVERYWHERE), START_EMS)
    made.node(start, _block([Line(text, EDGE_SIZE) for text in said], GREY), id=start, **plain)
    if not edge.sources and edge.target not in line and len(line) > 2:  # out of the way, at the end
        made.edge(names[line[-3]], start, style="invis", weight="0")
    return start


def _ports(source: str, edge: Edge, picture: Picture, style: Style) -> dict[str, str]:
    """Where an arrow leaves and enters: what turns back goes over the main line, what leaves it may go under it."""
    line = [node.name for node in picture.nodes if node.main]
    on = (source in line, edge.target in line)
    if all(on):
        where = _entry(source, edge.target, picture, line) if edge.back and style.spread else "ne"
        return {"tailport": where, "headport": "nw"} if edge.back else {}
    if not any(on) or not style.under:
        return {}
    return {"tailport": "s"} if on[0] != edge.back else {"headport": "s"}  # laid out reversed, the target comes first


def _entry(source: str, target: str, picture: Picture, line: Sequence[str]) -> str:
    """Where a way back reaches its state: the nearest comes in at the near corner, the farther ones beyond it."""
    back = {(s, edge.target) for edge in picture.edges if edge.back for s in edge.sources if s in line}
    near = sorted((s for s, end in back if end == target), key=line.index)
    corners = ("ne", "n") if any(s == target for s, _ in back) else ("ne", "n", "nw")  # its own way back leaves there
    return corners[min(near.index(source), len(corners) - 1)]


def _look(edge: Edge, picture: Picture) -> dict[str, str]:
    colour = picture.role(edge.roles[0]).colour if edge.roles else INK
    look = {"color": colour, "fontcolor": colour, "style": "dashed" if edge.clock else "solid"}
    if edge.tone == "pale":
        look |= {"color": PALE, "fontcolor": GREY}
    if edge.tone == "walked":
        look |= {"penwidth": "2.4"}
    if edge.change:
        look |= {"color": CHANGED[edge.change], "fontcolor": CHANGED[edge.change]}
        look |= {"penwidth": "2.2"} if edge.change != "same" else {}
        look |= {"style": "dotted"} if edge.change == "removed" else {}
    return look


def _rail(made: Digraph, name: str, edge: Edge, sources: list[str], taken: set[str], look: Mapping[str, str]) -> str:
    """A point for each source and a line through the points; gives the last point, the one nearest to the target.

    The point stands below its source; a source in ``taken`` has one there already, so its point stands one step on.
    """
    last = ""
    piece = {"dir": "none", **look}
    for n, source in enumerate(sources, 1):
        point = f"{name}-point-{n}"
        made.node(point, "", shape="point", width="0.04", color=look["color"], id=point, group=name)
        if source in taken:
            _line(made, source, point, edge.back, id=f"{name}-from-{n}", weight="400", **piece)
        else:
            # A line of no length is level, and the end it starts from stands lower.
            made.edge(point, source, id=f"{name}-from-{n}", minlen="0", weight="400", **piece)
            taken.add(source)
        if last:
            # Lines between nodes of one group weigh a hundred times as much, so this is a quarter of an arm.
            _line(made, last, point, edge.back, id=f"{name}-rail-{n}", minlen="0", weight="1", **piece)
        last = point
    return last


def _line(made: Digraph, source: str, target: str, back: bool, **attributes: str) -> None:
    """A line laid out the way life goes: one that leads back is laid out reversed and drawn backwards."""
    ends = (target, source) if back else (source, target)
    if back and "arrowhead" in attributes:
        attributes["arrowtail"] = attributes.pop("arrowhead")
    attributes.setdefault("dir", "back" if back else "forward")
    made.edge(*ends, **attributes)


def _label(edge: Edge, picture: Picture) -> list[Line]:
    marks = "".join(picture.role(role).mark for role in edge.roles)
    marks = f"{marks} " if marks else ""
    found: list[Line] = []
    for deed in edge.deeds:
        head = f"{marks}{deed.mark} " if deed.mark else marks
        found += [Line(line, EDGE_SIZE) for line in wrap(head + svg.clean(deed.label), LABEL_EMS + width(head))]
        under = [*deed.limit.split(";"), *deed.notes]
        found += [Line(line, SMALL_SIZE) for text in under for line in wrap(svg.clean(text), UNDER_EMS)]
    return found


def _block(lines: Sequence[Line], colour: str = INK, align: str = "LEFT") -> str:
    """A label of fixed width; its lines begin at the left, where every engine agrees on the place."""
    points = max(width(line.text) * line.size for line in lines)
    cells = "".join(f"<TR>{_cell(line.text, points, line.size, colour, align)}</TR>" for line in lines if line.text)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{cells or _EMPTY}</TABLE>>'


_EMPTY = "<TR><TD> </TD></TR>"


def _cell(text: str, points: float, size: int, colour: str = INK, align: str = "LEFT") -> str:
    shown = escape(svg.clean(text)) or " "
    return (
        f'<TD ALIGN="{align}" WIDTH="{points + 4:.0f}" HEIGHT="{size * 1.35:.0f}">'
        f'<FONT POINT-SIZE="{size}" COLOR="{colour}">{shown}</FONT></TD>'
    )


class Row(NamedTuple):
    """A line beneath the picture: what it begins with, what it says, and their colours."""

    head: str
    text: str
    colour: str
    ink: str


def _legend(picture: Picture, style: Style) -> str:
    roles = [row for role in picture.legend for row in _role_rows(role)]
    notes = [row for note in picture.notes for row in _note_rows(note)]
    told = keys(picture, style)
    room = max([_points(told), *(_points(row.text) + _head(rows) for rows in (roles, notes) for row in rows)]) + 12
    parts = [_nested(roles, room), _cell(told, room, LEGEND_SIZE, GREY)]
    if notes:
        parts += [_cell(" ", room, LEGEND_SIZE), _cell(picture.heading, room, NODE_SIZE), _nested(notes, room)]
    rows = "".join(f"<TR>{part}</TR>" for part in parts)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="2" CELLPADDING="1">{rows}</TABLE>>'


def _head(rows: Sequence[Row]) -> float:
    return max((_points(row.head) for row in rows), default=0.0)


def _nested(rows: Sequence[Row], room: float) -> str:
    """Rows in a table of their own that fills the room, or the engine would share out what is left as it likes."""
    first = _head(rows)
    inner = "".join(
        f"<TR>{_cell(row.head, first, LEGEND_SIZE, row.colour)}"
        f"{_cell(row.text, room - first - 8, LEGEND_SIZE, row.ink)}</TR>"
        for row in rows
    )
    table = f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="2" CELLPADDING="1">{inner or _EMPTY}</TABLE>'
    return f'<TD ALIGN="LEFT" CELLPADDING="0">{table}</TD>'


def _points(text: str) -> float:
    return width(text) * LEGEND_SIZE


def _role_rows(role: Role) -> Iterator[Row]:
    items = list(_filled(role.anywhere))
    lines = [f"随时可办:{items[0]}", *items[1:]] if items else [""]
    for n, line in enumerate(lines):
        yield Row("" if n else f"{role.mark} {role.label}", line, role.colour, INK)


def _note_rows(note: Note) -> Iterator[Row]:
    colour = CHANGED[note.change] if note.change else INK
    for n, line in enumerate(wrap(svg.clean(note.text), NOTE_EMS) or [""]):
        yield Row("" if n else note.mark, line, colour, colour)


def keys(picture: Picture, style: Style = STYLES[0]) -> str:
    """What the kinds of line and box mean that are in the picture when it is laid out so."""
    tones, changes = ({getattr(edge, key) for edge in picture.edges} for key in ("tone", "change"))
    walked = "walked" in tones or any(node.tone == "here" for node in picture.nodes)
    text = KEYS
    text += CLOCK_KEY if any(edge.clock for edge in picture.edges) else ""
    text += RAIL_KEY if any(len(edge.sources) > 1 and not _from_each(edge, style) for edge in picture.edges) else ""
    text += COUNT_KEY if any(node.count is not None for node in picture.nodes) else ""
    text += WALK_KEY if walked else PALE_KEY if "pale" in tones else ""
    changes |= {node.change for node in picture.nodes}
    return text + "".join(f"   {word}" for change, word in CHANGE_WORDS.items() if change in changes)


def _filled(items: tuple[str, ...]) -> Iterator[str]:
    """The items one after the other, in lines of at most ``LEGEND_EMS``."""
    line = ""
    for n, item in enumerate(items):
        piece = item + ("、" if n < len(items) - 1 else "")
        if line and width(line + piece) > LEGEND_EMS:
            yield line
            line = ""
        line += piece
    if line:
        yield line
