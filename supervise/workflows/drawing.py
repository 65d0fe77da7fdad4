"""A picture as DOT, and DOT as an image, by whichever engine there is.

Every box gets its width from ``widths``, because graphviz-pure takes a Chinese character for a blank, and so does
``dot`` where the font is missing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from supervise.errors import Problem, Refused
from supervise.widths import width, wrap
from supervise.workflows import svg
from supervise.workflows.diagram import Edge, Node, Picture, Role

if TYPE_CHECKING:
    from graphviz import Digraph

Format = Literal["svg", "png", "dot"]

FONTS = "Noto Sans CJK SC, Microsoft YaHei, SimHei, sans-serif"
INK, PAPER, LATE_INK, LATE_PAPER, GREY = "#374151", "white", "#b91c1c", "#fee2e2", "#6b7280"
TITLE_SIZE, NODE_SIZE, EDGE_SIZE, LEGEND_SIZE = 18, 13, 11, 11
LABEL_EMS, LEGEND_EMS = 8.0, 56.0
INSTALL = '安装 apt-get install graphviz fonts-noto-cjk 或 pip install "supervise[diagram]";也可以先写成 .dot 文件'
INSTALL_PNG = '安装 apt-get install fonts-noto-cjk 和 graphviz(或 pip install "supervise[diagram]"),或改画 svg'
PNG_DPI = 144
KEYS, CLOCK_KEY, RAIL_KEY = "粗框:起点   双框:终点", "   虚线:到时由系统自动办", "   圆点:几个状态都可以办"

# The library takes its program from one global, so only one thread may draw at a time.
_ONE_AT_A_TIME = threading.Lock()


def draw(picture: Picture, format: Format = "svg") -> bytes:
    """The picture as an image.

    The svg opens with ``<svg``, so that it can stand in a page as it is; the group of a state has its name as ``id``.

    Args:
        picture: from ``diagram.picture``.
        format: ``svg``, ``png`` or ``dot``; only ``dot`` needs no engine.

    Raises:
        Refused: V01 without an engine, V02 where none can write Chinese into a png, V03 when the engine fails.
    """
    graph = _graph(picture)
    if format == "dot":
        return str(graph.source).encode()
    dot = shutil.which("dot")
    if format == "png" and not _has_chinese_font():
        raise Refused(Problem("V02", "画不成 png:这台机器没有中文字体,画出来是空框", help=INSTALL_PNG))
    if format == "png" and dot is not None:
        graph.attr(dpi=str(PNG_DPI))
        return _run(graph, dot, "png")
    program = dot or _pure()
    if program is None:
        raise Refused(Problem("V01", "没有画图程序:既没有 dot,也没有 graphviz-pure", help=INSTALL))
    drawn = svg.finish(_run(graph, program, "svg").decode(), picture)
    return _painted(drawn) if format == "png" else drawn.encode()


def _painted(drawn: str) -> bytes:
    """An svg as png by resvg, which knows the system's fonts; graphviz-pure would paint empty squares for Chinese."""
    try:
        import resvg_py
    except ModuleNotFoundError:
        raise Refused(Problem("V02", "画不成 png:既没有 dot,也没有 resvg-py", help=INSTALL_PNG)) from None
    try:
        return bytes(resvg_py.svg_to_bytes(svg_string=drawn, dpi=PNG_DPI, background=PAPER))
    except ValueError as error:
        raise Refused(Problem("V03", f"画图程序 resvg 出错:{error}", help=INSTALL_PNG)) from None


def _pure() -> str | None:
    """The program graphviz-pure: beside this Python, on the path, or where its wheel says it is."""
    from importlib import metadata

    beside = shutil.which("graphviz-pure", path=str(Path(sys.executable).parent))
    if found := beside or shutil.which("graphviz-pure"):
        return found
    try:
        files = metadata.files("graphviz-pure") or []
    except metadata.PackageNotFoundError:
        return None
    programs = (str(file.locate()) for file in files if file.stem == "graphviz-pure" and file.parent.name != "licenses")
    return next((found for program in programs if (found := shutil.which(program))), None)


def _has_chinese_font() -> bool:
    """Whether fontconfig knows a font for Chinese; where there is no fontconfig the system has its own ways."""
    program = shutil.which("fc-list")
    if program is None:
        return not sys.platform.startswith("linux")
    found = subprocess.run([program, ":lang=zh", "family"], capture_output=True, check=False)
    return found.returncode != 0 or bool(found.stdout.strip())


def _run(graph: Digraph, program: str, format: str) -> bytes:
    from graphviz import backend
    from graphviz.backend import dot_command

    with _ONE_AT_A_TIME:
        usual, dot_command.DOT_BINARY = dot_command.DOT_BINARY, Path(program)
        try:
            return bytes(backend.pipe("dot", format, graph.source.encode(), quiet=True))
        except (subprocess.CalledProcessError, OSError, RuntimeError) as error:
            said = getattr(error, "stderr", b"") or str(error)
            text = said.decode(errors="replace") if isinstance(said, bytes) else said
            last = (text.strip().splitlines() or ["没有说明原因"])[-1]
            raise Refused(Problem("V03", f"画图程序 {Path(program).name} 出错:{last}", help=INSTALL)) from None
        finally:
            dot_command.DOT_BINARY = usual


def _graph(picture: Picture) -> Digraph:
    import graphviz

    graph = graphviz.Digraph("picture")
    text = {"fontname": FONTS}
    # A second look at crossings forgets that the points of a rail stand below their states.
    again = "false" if any(len(edge.sources) > 1 for edge in picture.edges) else "true"
    graph.attr(
        rankdir="LR", remincross=again, ranksep="0.3", nodesep="0.3", pad="0.3",
        bgcolor=PAPER, outputorder="edgesfirst", **text,
    )  # fmt: skip
    graph.attr("node", shape="box", style="rounded,filled", height="0.6", fontsize=str(NODE_SIZE), **text)
    graph.attr("edge", arrowsize="0.7", fontsize=str(EDGE_SIZE), **text)
    graph.attr(label=_legend(picture), labelloc="b", labeljust="l")
    names = svg.names(picture)
    # The root has one label, the legend; the title is that of a group around everything else.
    with graph.subgraph(name="cluster_picture") as body:
        body.attr(label=_block([picture.title], TITLE_SIZE), labelloc="t", labeljust="c", peripheries="0", margin="8")
        for node in picture.nodes:
            _box(body, names[node.name], node)
        # Beside the main line there is no room below a state that would be free for sure.
        taken = {names[node.name] for node in picture.nodes if not node.main}
        for n, edge in sorted(enumerate(picture.edges, 1), key=lambda pair: -len(pair[1].sources)):
            _arrow(body, f"edge-{n}", edge, picture, names, taken)
    return graph


def _lines(node: Node) -> list[str]:
    lines = wrap(svg.clean(node.label), LABEL_EMS) or [""]
    return lines if node.count is None else [*lines, f"{node.count} 项"]


def _box(graph: Digraph, name: str, node: Node) -> None:
    from graphviz import nohtml

    lines = _lines(node)
    inches = (max(map(width, lines)) + 1.6) * NODE_SIZE / 72
    # Graphviz would read entities and backslashes in a plain label; html is not used here because plain text is centred
    # by the viewer, who has the font, and not by the engine, who may not.
    label = "\\n".join(line.replace("\\", "\\\\").replace("&", "&amp;") for line in lines)
    graph.node(
        name, nohtml(label), id=name, width=f"{max(inches, 0.9):.2f}",
        penwidth="2.4" if node.initial else "1", peripheries="2" if node.final else "1",
        color=LATE_INK if node.late else INK, fillcolor=LATE_PAPER if node.late else PAPER,
        **({"group": "main"} if node.main else {}),
    )  # fmt: skip


def _arrow(graph: Digraph, name: str, edge: Edge, picture: Picture, names: Mapping[str, str], taken: set[str]) -> None:
    """One arrow; from several states it is a rail below them that they all feed, with one label and one head."""
    colour = picture.role(edge.roles[0]).colour if edge.roles else INK
    look = {"color": colour, "fontcolor": colour, "style": "dashed" if edge.clock else "solid"}
    label = _block(_label(edge, picture), EDGE_SIZE, colour)
    sources = [names[source] for source in edge.sources]
    if not sources:
        start, plain = f"{name}-start", {"shape": "plaintext", "style": "", "fontcolor": GREY}
        graph.node(start, svg.EVERYWHERE, id=start, fontsize=str(EDGE_SIZE), **plain)
    elif len(sources) == 1:
        start = sources[0]
    else:
        start = _rail(graph, name, edge, sources, taken, look)
    weight = "100" if edge.main else "2"
    _line(graph, start, names[edge.target], edge.back, label=label, id=name, weight=weight, **look)


def _rail(graph: Digraph, name: str, edge: Edge, sources: list[str], taken: set[str], look: Mapping[str, str]) -> str:
    """A point for each source and a line through the points; gives the last point, the one nearest to the target.

    The point stands below its source; a source in ``taken`` has one there already, so its point stands one step on.
    """
    last = ""
    piece = {"dir": "none", **look}
    for n, source in enumerate(sources, 1):
        point = f"{name}-point-{n}"
        graph.node(point, "", shape="point", width="0.04", color=look["color"], id=point, group=name)
        if source in taken:
            _line(graph, source, point, edge.back, id=f"{name}-from-{n}", weight="400", **piece)
        else:
            # A line of no length is level, and the end it starts from stands lower.
            graph.edge(point, source, id=f"{name}-from-{n}", minlen="0", weight="400", **piece)
            taken.add(source)
        if last:
            # Lines between nodes of one group weigh a hundred times as much, so this is a quarter of an arm.
            _line(graph, last, point, edge.back, id=f"{name}-rail-{n}", minlen="0", weight="1", **piece)
        last = point
    return last


def _line(graph: Digraph, source: str, target: str, back: bool, **attributes: str) -> None:
    """A line laid out the way life goes: one that leads back is laid out reversed and drawn backwards."""
    ends = (target, source) if back else (source, target)
    attributes.setdefault("dir", "back" if back else "forward")
    graph.edge(*ends, **attributes)


def _label(edge: Edge, picture: Picture) -> list[str]:
    marks = "".join(picture.role(role).mark for role in edge.roles)
    ems = LABEL_EMS + width(f"{marks} ")
    return [line for label in edge.labels for line in wrap(f"{marks} {svg.clean(label)}", ems)]


def _block(lines: list[str], size: int, colour: str = INK) -> str:
    """A label of fixed width; its lines begin at the left, where every engine agrees on the place."""
    points = max(map(width, lines)) * size
    cells = "".join(f"<TR>{_cell(line, points, size, colour)}</TR>" for line in lines)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{cells}</TABLE>>'


def _cell(text: str, points: float, size: int, colour: str = INK) -> str:
    shown = escape(svg.clean(text)) or " "
    return (
        f'<TD ALIGN="LEFT" WIDTH="{points + 4:.0f}" HEIGHT="{size * 1.35:.0f}">'
        f'<FONT POINT-SIZE="{size}" COLOR="{colour}">{shown}</FONT></TD>'
    )


def _legend(picture: Picture) -> str:
    rows = "".join(_legend_row(role) for role in picture.legend)
    text = KEYS
    text += CLOCK_KEY if any(edge.clock for edge in picture.edges) else ""
    text += RAIL_KEY if any(len(edge.sources) > 1 for edge in picture.edges) else ""
    keys = _cell(text, width(text) * LEGEND_SIZE, LEGEND_SIZE, GREY).replace("<TD ", '<TD COLSPAN="2" ', 1)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="2" CELLPADDING="1">{rows}<TR>{keys}</TR></TABLE>>'


def _legend_row(role: Role) -> str:
    name = f"{role.mark} {role.label}"
    items = list(_filled(role.anywhere))
    lines = [f"随时可办:{items[0]}", *items[1:]] if items else [""]
    rows = []
    for n, line in enumerate(lines):
        head = name if n == 0 else ""
        rows.append(
            f"<TR>{_cell(head, width(name) * LEGEND_SIZE, LEGEND_SIZE, role.colour)}"
            f"{_cell(line, width(line) * LEGEND_SIZE, LEGEND_SIZE)}</TR>"
        )
    return "".join(rows)


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
