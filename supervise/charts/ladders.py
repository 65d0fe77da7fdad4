"""A ladder of orders as a chart: when each rung goes out, how long it runs, and who hears."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from supervise.charts.engine import FAINT, WIDE, Chart, axis, hidden, label, room
from supervise.hearing import said
from supervise.rules.entries import Saying
from supervise.rules.ladder import LIMIT, Ladder, Rung, UnitRung
from supervise.widths import columns
from supervise.workflows.definition import Definition
from supervise.workflows.wording import UNIT_WORDS, Wording, length

TOP, BOTTOM, ROW = 64, 84, 74
COLOURS = ("#2563eb", "#ea580c", "#b91c1c", "#6d28d9", "#111827")
"""Of the rungs, the mildest first; each has its number too."""
LINE = 84
"""Columns of text beside a bar."""
SHOWN = 0.4
"""How long a bar without an end is drawn."""


def ladder(rules: Ladder, definition: Definition) -> Chart:
    """The rungs over time, if each letter stays without an answer.

    Args:
        rules: the ladder.
        definition: the lifecycle whose duties it presses.
    """
    wording, begun = Wording(definition), 0.0
    starts, bars, names = [], [], []
    for n, rung in enumerate(rules.rungs):
        long = float(rung.reply.count) if rung.reply is not None else 0.0
        starts.append(begun)
        bars.append(_bar(long, n, _told(rules, wording, rung)))
        names.append(f"{n + 1} {rung.label}")
        begun += long
    for n, unit in enumerate(rules.units, len(rules.rungs)):
        starts.append(begun)
        bars.append(_bar(0.0, n, _told_unit(rules, wording, unit)))
        names.append(f"{n + 1} 对单位:{unit.label}")
    option = {
        "grid": {"left": room(names), "right": 24, "top": TOP, "bottom": BOTTOM},
        "xAxis": axis(
            type="value", min=0, max=max(begun * 2.8, 6), splitLine={"lineStyle": {"color": FAINT}},
            name="第一级发出之后的天数(各级限期相加)", nameLocation="middle", nameGap=26,
        ),
        "yAxis": axis(type="category", inverse=True, data=names),
        "series": [hidden(starts, "rungs"), {"type": "bar", "stack": "rungs", "barWidth": 22, "data": bars}],
    }  # fmt: skip
    foot = f"{rules.name} · {rules.effective} 起施行 · 假定每一级都逾期未复;答复了就不再升级"
    return Chart(rules.title, option, WIDE, TOP + BOTTOM + ROW * len(names), foot)


def _bar(long: float, n: int, lines: Iterator[str]) -> dict[str, Any]:
    told = label("\n".join(lines)) | {"align": "left"}
    colour = {"color": COLOURS[min(n, len(COLOURS) - 1)]}
    return {"value": long or SHOWN, "itemStyle": colour, "label": told}


def _told(rules: Ladder, wording: Wording, rung: Rung) -> Iterator[str]:
    roles, saying = wording.definition.roles, Saying(wording, rules.labels)
    direct = f"(直接发出须有事由:{'、'.join(rung.direct)})" if rung.direct else ""
    yield from _folded([*(saying.entry(entry) for entry in rung.when or ()), *((direct,) if direct else ())])
    limit = f"限 {rung.reply.count} {UNIT_WORDS[rung.reply.unit]}内回复" if rung.reply is not None else "不限期回复"
    sent = (
        f"由{roles.get(rung.confirm, rung.confirm)}批准后发出"
        if rung.confirm
        else "由系统发出"
        if rung.when
        else "只由督查室直接发出"
    )
    yield f"{sent},{limit};告知:{'、'.join(said(word, roles) for word in rung.tell) or '无'}"
    if rung.lasts is not None:
        since = "所督应办的期限" if rung.lasts.after == LIMIT else "发出"
        yield f"影响:{since}之后 {rung.lasts.count} {UNIT_WORDS[rung.lasts.unit]}"


def _folded(parts: Sequence[str]) -> Iterator[str]:
    """Reasons one after the other, in lines that fit beside a bar."""
    line = "何时:"
    for n, part in enumerate(parts):
        between = "" if n == 0 or part.startswith("(") else "、或"
        if columns(line + between + part) > LINE:
            yield line + between
            line, between = "  ", ""
        line += between + part
    yield line


def _told_unit(rules: Ladder, wording: Wording, unit: UnitRung) -> Iterator[str]:
    saying = Saying(wording, rules.labels)
    broken = f"({'、'.join(map(saying.what, unit.broken_by))}即断)" if unit.broken_by else ""
    yield from _folded([*map(saying.entry, unit.when), *((broken,) if broken else ())])
    yield f"系统只提请,立项后按 {unit.opens} 办,限 {length(unit.within)}"
