"""Charts as images, offline: ECharts in a small JavaScript engine, with text widths of our own.

An option is plain data, so that a page can hand the same one to the ECharts in the browser.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any, Literal, NamedTuple

from supervise.errors import Problem, Refused
from supervise.widths import width, wrap
from supervise.workflows import engines

Option = dict[str, Any]
Form = Literal["svg", "png", "pdf", "json"]
ECHARTS = Path(__file__).parent / "echarts.common.min.js"
FONTS = "Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, SimHei, WenQuanYi Micro Hei, sans-serif"
INK, GREY, FAINT = "#374151", "#6b7280", "#e5e7eb"
WIDE, SIZE = 1040, 12
"""The width of a chart and the size of its letters, in pixels: A4 lying, with letters of eight points."""
FOOT_SIZE, FOOT_LINE = 11, 16
MONTHS = [f"{n}月" for n in range(1, 13)]
INSTALL = '安装 pip install "supervise[diagram]"'
PNG_ZOOM = 2
"""Dots of a png for each unit of a chart."""
# The engine knows no page: no timers that ever ring, nobody who reads a log.
_WORLD = "var setTimeout = function () { return 0 }, clearTimeout = function () {}, console = {warn() {}, error() {}};"
_DRAW = """
function paint(option, width, height) {
  echarts.setPlatformAPI({measureText: function (text, font) {
    return {width: measure(String(text)) * parseFloat((/([0-9.]+)px/.exec(font || '') || [0, 12])[1])};
  }});
  var chart = echarts.init(null, null, {renderer: 'svg', ssr: true, width: width, height: height});
  chart.setOption(JSON.parse(option));
  return JSON.stringify(chart.renderToSVGString());
}
"""


class Chart(NamedTuple):
    """A chart: what ECharts is told, how large it is, and what it shows, for those who listen."""

    title: str
    option: Option
    width: int
    height: int
    foot: str = ""


def draw(chart: Chart, form: Form = "svg") -> bytes:
    """A chart in one of its forms; the same chart gives the same svg on every machine.

    Args:
        chart: any.
        form: an image (``svg``, ``png``, ``pdf``), or ``json``: what a page gives to ECharts.

    Raises:
        Refused: V01 without the engine, V02 where characters would be missing, V03 when it fails.
    """
    if form == "json":
        return (json.dumps(_whole(chart), ensure_ascii=False, indent=1) + "\n").encode()
    drawn = _svg(chart)
    if form == "svg":
        return drawn.encode()
    return engines.painted(drawn, zoom=PNG_ZOOM) if form == "png" else engines.printed(drawn)


def _whole(chart: Chart) -> Option:
    """What ECharts is told: the chart under its title, with room for all lines of its foot."""
    text = {"fontFamily": FONTS, "color": INK}
    head = {"text": chart.title, "left": "center", "top": 12, "textStyle": {"fontSize": 18, "fontWeight": "normal"}}
    small = {"fontSize": FOOT_SIZE, "fontWeight": "normal", "color": GREY, "lineHeight": FOOT_LINE}
    foot = {"text": "\n".join(_foot(chart)), "left": 24, "bottom": 8, "textStyle": small}
    grid = {"grid": chart.option["grid"] | {"bottom": chart.option["grid"]["bottom"] + _more(chart)}}
    told = {"animation": False, "textStyle": text, "backgroundColor": "#ffffff", "title": [head, foot]}
    return {**told, **chart.option, **grid}


def _foot(chart: Chart) -> list[str]:
    lines = (part for line in chart.foot.split("\n") for part in wrap(line, (chart.width - 48) / FOOT_SIZE))
    return list(lines)


def _more(chart: Chart) -> int:
    """The height that more than one line of the foot takes."""
    return FOOT_LINE * max(len(_foot(chart)) - 1, 0)


def _svg(chart: Chart) -> str:
    try:
        import quickjs
    except ModuleNotFoundError:
        raise Refused(Problem("V01", "没有画图表的程序:没有装 quickjs-ng", help=INSTALL)) from None
    context = quickjs.Context()
    context.add_callable("measure", width)
    try:
        for script in (_WORLD, ECHARTS.read_text("utf-8"), _DRAW):
            context.eval(script)
        call: Callable[..., str] = context.get("paint")
        drawn = json.loads(call(json.dumps(_whole(chart)), chart.width, chart.height + _more(chart)))
    except quickjs.JSException as error:
        raise Refused(Problem("V03", f"画图程序 ECharts 出错:{str(error).splitlines()[0]}", help=INSTALL)) from None
    return _finished(drawn, chart.title)


def _finished(svg: str, title: str) -> str:
    """The engine's svg with a title, without the styles of a mouse that is not there."""
    svg = re.sub(r"<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' class="zr\d+-cls-\d+"', "", svg)
    said = escape(title)
    return svg.replace("<svg ", f'<svg role="graphics-document document" aria-label="{said}" ', 1).replace(
        ">", f">\n<title>{said}</title>", 1
    )


def axis(**more: Any) -> Option:
    """An axis without decoration."""
    bare = {"axisTick": {"show": False}, "axisLine": {"lineStyle": {"color": GREY}}, "axisLabel": {"color": INK}}
    return {**bare, **more}


def label(text: str, colour: str = INK, position: str = "right") -> Option:
    """A text at a bar or a point, on a ground of its own so that lines behind it do no harm."""
    return {
        "show": True, "position": position, "formatter": text, "color": colour, "lineHeight": 15,
        "backgroundColor": "rgba(255,255,255,0.9)", "padding": [1, 2],
    }  # fmt: skip


def room(names: Iterable[str]) -> float:
    """The room that names take before a chart."""
    return max([4.0, *map(width, names)]) * SIZE + 24


def hidden(data: list[Any], stack: str) -> Option:
    """Bars that only hold up others."""
    plain: Mapping[str, Any] = {"color": "transparent"}
    return {"type": "bar", "stack": stack, "silent": True, "itemStyle": plain, "data": data}
