"""DOT as an image, by whichever program there is: ``dot`` or graphviz-pure, resvg for png, typst for pdf."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from supervise.errors import Problem, Refused
from supervise.workflows import svg
from supervise.workflows.drawing import PAPER, STYLES, Style, graph
from supervise.workflows.letters import see_letters
from supervise.workflows.looking import faults
from supervise.workflows.picture import Picture

if TYPE_CHECKING:
    from graphviz import Digraph

Image = Literal["svg", "png", "pdf"]
INSTALL = '安装 apt-get install graphviz fonts-noto-cjk 或 pip install "supervise[diagram]";也可以先写成 .dot 文件'
INSTALL_PNG = '安装 apt-get install fonts-noto-cjk 和 graphviz(或 pip install "supervise[diagram]"),或改画 svg'
INSTALL_PDF = '安装 pip install "supervise[pdf]" 和 apt-get install fonts-noto-cjk,或改画 svg,用浏览器打印成 pdf'
PNG_DPI = 144

# The library takes its program from one global, so only one thread may draw at a time.
_ONE_AT_A_TIME = threading.Lock()


def draw(picture: Picture, format: Image = "svg") -> bytes:
    """The picture as an image.

    The svg opens with ``<svg``, so that it can stand in a page as it is; the group of a state has its name as ``id``.

    Args:
        picture: from ``diagram.picture``.
        format: ``svg``, ``png`` or ``pdf``.

    Raises:
        Refused: V01 without an engine, V02 where characters would be missing, V03 when the engine fails.
    """
    dot = shutil.which("dot")
    program = dot or _pure()
    if program is None:
        raise Refused(Problem("V01", "没有画图程序:既没有 dot,也没有 graphviz-pure", help=INSTALL))
    style, drawn = _best(picture, program)
    if format == "png" and dot is not None and not _has("resvg_py"):
        see_letters(drawn, INSTALL_PNG)
        made = graph(picture, style)
        made.attr(dpi=str(PNG_DPI))
        return _run(made, dot, "png")
    if format == "svg":
        return drawn.encode()
    return painted(drawn) if format == "png" else printed(drawn)


def _best(picture: Picture, program: str) -> tuple[Style, str]:
    """The first way to lay out the picture in which nothing is hard to read, or else the one with the least of it."""
    found: list[tuple[int, Style, str]] = []
    for style in STYLES:
        drawn = svg.finish(_run(graph(picture, style), program, "svg").decode(), picture)
        found.append((faults(drawn, picture), style, drawn))
        if not found[-1][0]:
            break
    least = min(found, key=lambda one: one[0])
    return least[1], least[2]


def painted(drawn: str, zoom: int = 0) -> bytes:
    """An svg as png by resvg, which knows the system's fonts; graphviz-pure would paint empty squares for Chinese.

    Args:
        drawn: a whole svg.
        zoom: dots for each unit of what is measured in pixels; ``dot`` measures in points.

    Raises:
        Refused: V02 without resvg or where characters would be missing, V03 when it fails.
    """
    see_letters(drawn, INSTALL_PNG)
    try:
        import resvg_py
    except ModuleNotFoundError:
        raise Refused(Problem("V02", "画不成 png:既没有 dot,也没有 resvg-py", help=INSTALL_PNG)) from None
    try:
        dpi = 0 if zoom else PNG_DPI
        return bytes(resvg_py.svg_to_bytes(svg_string=drawn, background=PAPER, dpi=dpi, zoom=zoom or None))
    except ValueError as error:
        raise Refused(Problem("V03", f"画图程序 resvg 出错:{error}", help=INSTALL_PNG)) from None


PAGE = """#set page(width: {width}pt, height: {height}pt, margin: {margin}pt)
#set document(date: none)
#image(bytes(sys.inputs.svg), format: "svg", width: 100%, height: 100%, fit: "contain")
"""
A4 = (841.89, 595.28)


def printed(drawn: str) -> bytes:
    """An svg as a page of A4, lying or standing as it fits, with its letters embedded.

    Raises:
        Refused: V02 where characters would be missing, and as ``typeset``.
    """
    across, down = svg.size(drawn)
    width, height = A4 if across >= down else A4[::-1]
    return typeset(PAGE.format(width=width, height=height, margin=20), {"svg": drawn})


def typeset(page: str, inputs: dict[str, str]) -> bytes:
    """A page written for typst as pdf; the same page gives the same bytes.

    Args:
        page: what typst is to set.
        inputs: what the page finds in ``sys.inputs``.

    Raises:
        Refused: V01 without typst, V02 where characters would be missing, V03 when it fails.
    """
    see_letters("".join(inputs.values()), INSTALL_PDF)
    try:
        import typst
    except ModuleNotFoundError:
        raise Refused(Problem("V01", "没有排版程序 typst,出不了 pdf", help=INSTALL_PDF)) from None
    try:
        made = typst.compile(page.encode(), format="pdf", sys_inputs=inputs, timestamp=0)
    except RuntimeError as error:
        raise Refused(Problem("V03", f"排版程序 typst 出错:{error}", help=INSTALL_PDF)) from None
    return bytes(made)


def _has(module: str) -> bool:
    from importlib.util import find_spec

    return find_spec(module) is not None


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


def _run(made: Digraph, program: str, format: str) -> bytes:
    from graphviz import backend
    from graphviz.backend import dot_command

    with _ONE_AT_A_TIME:
        usual, dot_command.DOT_BINARY = dot_command.DOT_BINARY, Path(program)
        try:
            return bytes(backend.pipe("dot", format, made.source.encode(), quiet=True))
        except (subprocess.CalledProcessError, OSError, RuntimeError) as error:
            said = getattr(error, "stderr", b"") or str(error)
            text = said.decode(errors="replace") if isinstance(said, bytes) else said
            last = (text.strip().splitlines() or ["没有说明原因"])[-1]
            raise Refused(Problem("V03", f"画图程序 {Path(program).name} 出错:{last}", help=INSTALL)) from None
        finally:
            dot_command.DOT_BINARY = usual
