"""Papers sent to those who are to act (督查通知, 交办函): whom they address answers for what names nobody."""

from __future__ import annotations

import re

from supervise.intake import lines, minutes
from supervise.intake.fields import Clause, Field
from supervise.intake.names import is_group, looks_like_unit
from supervise.intake.nodes import LOST, Node, Segment

_ORDER = re.compile(r"督 *[查办函]|[交转催批] *办|由[你贵](?:单位|[局委办部厅院镇乡])")
_VAGUE = re.compile("有关|相关|各(?:单位|部门)")
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
    if any(part.ahead or _named(part) for part in parts) or not any(_ORDER.search(line.folded) for line in top):
        return
    whom = next((line for line in top if _names_units(line.folded)), None)
    if whom is None:
        return
    lead = Field("lead", "", whom.start, whom.start + len(whom.folded.rstrip(": ")))
    for part in parts:
        if not part.roots:  # a letter of one paragraph: …反映…。请你局…
            told = minutes.asked(part)
            part.roots = [Node("item", LOST, "", ln.no, ln.start, ln.end, restored=True) for ln in told]
        for node in part.nodes:
            if not node.children:
                called = minutes.called_in(folded, node.start, node.end)
                who = _own(folded, node.start, node.end) or lead
                own = node.whole or Clause(who.start, who.end, ())  # 配合单位:…: who helps those addressed
                node.clause, node.more = own._replace(fields=(who, *called, *own.fields)), []
                node.shared, node.apart = who is lead, True


def _named(part: Segment) -> bool:
    """Whether any entry says who answers, and not only who helps and until when."""
    return any(f.role not in ("co", "due") for node in part.nodes if node.clause for f in node.clause.fields)


def _own(folded: str, start: int, end: int) -> Field | None:
    """The units an entry begins with, if it says that these act."""
    asked = _CALLED.match(folded, start, end)
    begin = asked.end() if asked else start
    for verb in _ACTS.finditer(folded, begin + 2, min(end, begin + _FURTHEST)):
        named = folded[begin : verb.start()].split("、")
        if all(map(_is_named, map(str.strip, named))):
            return Field("lead", "", begin, verb.start())
    return None


def _is_named(name: str) -> bool:
    """Whether a name is that of one unit; 你局 says who is written to."""
    return not name.startswith(("你", "贵")) and looks_like_unit(name) and not is_group(name)


def _names_units(line: str) -> bool:
    """Whether a folded line names those addressed, one by one: 县教体局、县财政局:."""
    body = line.rstrip()
    named = re.split(r"[、,](?![^()]*\))", body[:-1]) if body.endswith(":") and not lines.marker(body) else []
    names = [name.strip() for name in named]
    single = any(not is_group(name) for name in names)  # 市林草局,各县(市)人民政府
    return single and all(looks_like_unit(name) and not _VAGUE.search(name) for name in names)
