"""A ladder of orders as a chart: when each rung goes out, how long it runs, and who hears."""

from __future__ import annotations

from collections.abc import Iterator

from supervise.charts.engine import FAINT, WIDE, Chart, axis, hidden, label, room
from supervise.rules.entries import Saying
from supervise.rules.ladder import Ladder, Rung
from supervise.workflows.definition import Definition
from supervise.workflows.wording import UNIT_WORDS, Wording

TOP, BOTTOM, ROW = 64, 84, 74
COLOURS = ("#2563eb", "#ea580c", "#b91c1c", "#6d28d9", "#111827")
"""Of the rungs, the mildest first; each has its number too."""
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
        told = label("\n".join(_told(rules, wording, rung))) | {"align": "left"}
        colour = {"color": COLOURS[min(n, len(COLOURS) - 1)]}
        bars.append({"value": long or SHOWN, "itemStyle": colour, "label": told})
        names.append(f"{n + 1} {rung.label}")
        begun += long
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


def _told(rules: Ladder, wording: Wording, rung: Rung) -> Iterator[str]:
    roles, saying = wording.definition.roles, Saying(wording, rules.labels)
    yield f"何时:{saying.any_of(rung.when) or '只由督查室直接发出'}" + (
        f"(直接发出须有事由:{'、'.join(rung.direct)})" if rung.direct else ""
    )
    limit = f"限 {rung.reply.count} {UNIT_WORDS[rung.reply.unit]}内回复" if rung.reply is not None else "不限期回复"
    sent = f"由{roles.get(rung.confirm, rung.confirm)}批准后发出" if rung.confirm else "由系统发出"
    yield f"{sent},{limit};告知:{'、'.join(roles.get(role, role) for role in rung.tell) or '无'}"
