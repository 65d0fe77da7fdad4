"""Papers sent to those who are to act (督查通知, 交办函): whom they address answers for what names nobody."""

from __future__ import annotations

import re

from supervise.intake import lines, minutes
from supervise.intake.fields import Clause, Field
from supervise.intake.names import is_group, looks_like_unit
from supervise.intake.nodes import Segment

_ORDER = re.compile(r"督查|督办|交办|转办|催办|批办")
# 红旗镇、前进乡于4月20日前…: who acts stands in front of what is to be done.
_CALLED = re.compile(r"(?:请|由|责成) *")
_ACTS = re.compile(
    r"[于要应须需负牵抓立尽做会\d](?:(?<=[于要应须需])|(?<=负)责|(?<=牵)头|(?<=抓)紧"
    r"|(?<=立)即|(?<=尽)快|(?<=做)好|(?<=会)同|(?<=\d)\d? ?月)"
)
_FURTHEST = 40
_TOP = 8  # so many lines may stand above the names: letterhead, number, title


def answer(parts: list[Segment], folded: str) -> None:
    """Where no entry of such a paper names anybody, those addressed answer.

    Args:
        parts: the segments of the notice.
        folded: its folded text.
    """
    top = [line for part in parts for line in part.lines][:_TOP]
    if any(part.bearing or part.ahead for part in parts) or not any(_ORDER.search(line.folded) for line in top):
        return
    whom = next((line for line in top if _names_units(line.folded)), None)
    if whom is None:
        return
    lead = Field("unit", "", whom.start, whom.start + len(whom.folded.rstrip(": ")))
    for part in parts:
        for node in part.nodes:
            if not node.children:
                called = minutes.called_in(folded, node.start, node.end)
                own = _own(folded, node.start, node.end) or lead
                node.clause, node.shared = Clause(own.start, own.end, (own, *called)), own is lead
                node.apart = True


def _own(folded: str, start: int, end: int) -> Field | None:
    """The units an entry begins with, if it says that these act."""
    asked = _CALLED.match(folded, start, end)
    begin = asked.end() if asked else start
    for verb in _ACTS.finditer(folded, begin + 2, min(end, begin + _FURTHEST)):
        named = folded[begin : verb.start()].split("、")
        if all(looks_like_unit(name.strip()) and not is_group(name.strip()) for name in named):
            return Field("unit", "", begin, verb.start())
    return None


def _names_units(line: str) -> bool:
    """Whether a folded line names those addressed, one by one: 县教体局、县财政局:."""
    body = line.rstrip()
    named = re.split(r"[、,]", body[:-1]) if body.endswith(":") and not lines.marker(body) else []
    return bool(named) and all(looks_like_unit(name.strip()) and not is_group(name.strip()) for name in named)
