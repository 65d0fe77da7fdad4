"""Which nodes of a notice are its tasks, under which headings, with which number."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

from supervise.intake import lines, schedule
from supervise.intake.fields import Clause
from supervise.intake.folding import numeral
from supervise.intake.lines import CAPITALS, RANK, ROMAN, is_decimal
from supervise.intake.nodes import LOST, Node, Segment, any_bears

# Headings that may tell equal numbers apart, the plainest way first.
_TELLING = ((), ("chapter",), ("section",), ("chapter", "section"), ("part", "chapter"), ("part", "chapter", "section"))
# Chapters that say how the work is to be done, not what: without units they hold no task.
# What follows from it is no task.
_CONSEQUENCES = re.compile(r"^(?:考核)?(?:奖惩|附则|责任追究|奖励|惩处|考核办法)")
# How the work will be inspected is none either, unless the points to be inspected name their units.
_INSPECTED = re.compile(
    r"^(?:督查|检查|督导|考核|自查|抽查)(?:的?主要)?(?:内容|范围|方式|对象|时间|步骤|安排)"
    r"|^(?:存在|主要|突出)*的?(?:问题|不足)$|^(?:总体|基本|进展|完成)(?:工作)?情况$"
)
_REQUIREMENTS = re.compile(
    r"(?:要求|措施|保障|组织实施|组织领导|督查考核|督导考核|附则|说明|步骤|阶段安排|进度安排|时间安排)[。:]?$|^(?:加强|强化).{0,4}(?:组织|领导|督查|保障)"
)
_STATE = re.compile("情况|进展|进度|结果")


class Entry(NamedTuple):
    """A node that is a task.

    Args:
        node: the node.
        path: the headings above it, outermost first.
        no: its number as the register writes it: ``12``, or ``三.2`` where numbering restarts.
        clause: its own clause, or the one of the heading above it.
        inherited: whether the clause is the heading's.
    """

    node: Node
    path: tuple[Node, ...]
    no: str
    clause: Clause | None
    inherited: bool = False


def choose(parts: list[Segment]) -> list[Segment]:
    """The segments that hold the list: those with unit clauses, or, without any, those with most numbered entries."""
    bearing = [part for part in parts if part.bearing]
    if bearing:
        return bearing
    counts = [sum(RANK[n.kind] >= RANK["item"] for n in part.nodes) for part in parts]
    most = max(counts, default=0)
    return [part for part, count in zip(parts, counts, strict=True) if count and 3 * count >= most]


def task_kind(parts: list[Segment]) -> str:
    """The kind of marker that numbers tasks: the one that carries most clauses, else the outermost numbered one."""
    nodes = [node for part in parts for node in part.nodes]
    heads = _run_on(nodes)
    inner = {id(child) for node in nodes if len(node.children) > 1 for child in node.children if not child.printed}
    bearing = Counter(
        node.kind
        for node in nodes
        if node.clause is not None
        and id(node) not in inner
        and (RANK[node.kind] >= RANK["item"] or not (id(node) in heads or _is_heading(node)))
    )  # sentences of one paragraph are numbered by us, and say nothing of how tasks are
    if bearing:
        return bearing.most_common(1)[0][0]
    below = Counter(child.kind for node in nodes if node.clause is not None for child in node.children)
    if below:
        return below.most_common(1)[0][0]
    plain = {node.kind for node in nodes}
    return next((kind for kind in ("item", "sub", "point") if kind in plain), "")


def _run_on(nodes: list[Node]) -> set[int]:
    """Headings with parties of their own, where the numbers of the entries below them run on from one to the next."""
    heads = [n for n in nodes if RANK[n.kind] < RANK["item"] and n.clause is not None and n.children]
    rows = [[child.number for child in head.children if child.kind == "item"] for head in heads]
    runs = [b[0] == a[-1] + 1 for a, b in pairwise(rows) if a and b]
    return {id(head) for head in heads} if len(runs) > 1 and all(runs) else set()


def _is_heading(node: Node) -> bool:
    """A heading that names the parties itself, for all entries below it; or that names nobody but a leader."""
    if node.clause is None or RANK[node.kind] >= RANK["item"]:
        return False
    below = any(RANK[child.kind] >= RANK["item"] for child in node.children)
    below = below or (bool(node.children) and not node.card and not node.stops)
    leads = all(f.role == "leader" for f in node.clause.fields)
    return (below and not node.apart and node.end - node.start <= 60) or (bool(node.children) and leads)


def _with_leader(own: Clause, above: Clause | None) -> Clause:
    """A task's own clause; the leader, and the unit that leads, are the heading's where the task names none."""
    if above is None:
        return own
    given = [f for f in above.fields if f.role in ("leader", "lead")]
    named = {f.role for f in own.fields} if given else set()
    taken = tuple([f for f in given if f.role not in named])
    return own._replace(fields=(*taken, *own.fields)) if taken else own


def entries(parts: list[Segment], folded: str) -> list[Entry]:
    """The tasks of the chosen segments in printed order, numbered."""
    kind = task_kind(parts)
    if not kind:
        return []
    clauses_printed = any(part.bearing for part in parts)
    found: list[Entry] = []
    for part in parts:
        for root in part.roots:
            _descend(found, root, (), kind, None, clauses_printed, folded)
    lost = [entry for entry in found if entry.node.number == LOST]
    if 2 * len(lost) > len(found):  # a list without numbers: they are counted below each heading
        counts: Counter[int] = Counter()
        for entry in found:
            counts[id(entry.path[-1]) if entry.path else 0] += 1
            if entry.node.number == LOST:
                entry.node.number = counts[id(entry.path[-1]) if entry.path else 0]
                entry.node.restored = False
    found = [e for e in found if (e.node.clause and not e.node.shared) or not _asks(e.node, folded)] or found
    _between(found)
    return _numbered(_certain(found), folded)


def _asks(node: Node, folded: str) -> bool:
    """Whether an entry that names nobody itself only asks how things stand: 请于6月15日前将办理情况报市政府督查室."""
    words = folded[node.start : node.end] if not node.children else ""
    asks = lines.speaks_to_all(words) and _STATE.search(words)
    return bool(asks) and bool(schedule.read(folded, folded, [(node.start, node.end)], False))


def _between(found: list[Entry]) -> None:
    """A lost number is the one missing between those before and behind it, also across headings."""
    for before, entry, behind in zip(found, found[1:], found[2:], strict=False):
        alike = before.node.kind == behind.node.kind == entry.node.kind
        if entry.node.number == LOST and alike and behind.node.number == before.node.number + 2:
            entry.node.number = before.node.number + 1


def _certain(found: list[Entry]) -> list[Entry]:
    """Entries that take the parties of their heading do so for certain where all below it do."""
    own = {
        id(head) for entry in found if entry.node.clause is not None and not entry.node.shared for head in entry.path
    }
    out: list[Entry] = []
    for entry in found:
        sure = entry.node.borrowed or (entry.inherited and id(_giver(entry)) in own)
        out.append(entry if entry.inherited == sure else entry._replace(inherited=sure))
    return out


def _giver(entry: Entry) -> Node | None:
    """The heading an entry takes its parties from."""
    return next((head for head in reversed(entry.path) if head.clause is not None), None)


def _descend(
    found: list[Entry],
    node: Node,
    path: tuple[Node, ...],
    kind: str,
    above: Clause | None,
    clauses_printed: bool,
    folded: str,
) -> None:
    """Add the tasks among a node and what stands below it to those found."""
    outer = RANK[node.kind] < RANK[kind]
    if outer and _says_how(_title(node, folded), node.bears, clauses_printed):
        return
    below = node.children
    if below and (any_bears(below) or (outer and any(n.kind == kind for c in below for n in c.walk()))):
        path, above = (*path, node), node.whole or above
        for child in below:
            _descend(found, child, path, kind, above, clauses_printed, folded)
    elif node.clause is not None or node.kind == kind:
        clause = _with_leader(own, above) if (own := node.whole) else above
        found.append(Entry(node, path, "", clause, inherited=node.clause is None and above is not None))


def _says_how(title: str, bears: bool, clauses_printed: bool) -> bool:
    """Whether a heading says how the work is to be done, inspected or rewarded, so that no task stands below it."""
    if _CONSEQUENCES.match(title):
        return True
    return not bears and bool(_INSPECTED.match(title) or (clauses_printed and _REQUIREMENTS.search(title)))


def _title(node: Node, folded: str) -> str:
    return folded[node.start : min(node.end, node.start + 60)].strip()


def _numbered(found: list[Entry], folded: str) -> list[Entry]:
    """Plain numbers where they never restart; else with the fewest headings that tell them apart (三.2)."""
    printed = {head.kind for path in {id(entry.path): entry.path for entry in found}.values() for head in path}
    own = [label(entry.node) for entry in found]
    firsts = [entry for entry in found if entry.node.number == 1]
    for kinds in _TELLING:
        if kinds != _TELLING[-1] and not set(kinds) <= printed:
            continue
        numbers = _told(firsts, [label(entry.node) for entry in firsts], kinds, folded)
        if len(set(numbers)) == len(numbers):
            break
    numbers = _told(found, own, kinds, folded)
    return [Entry(e.node, e.path, no, e.clause, e.inherited) for e, no in zip(found, numbers, strict=True)]


def _told(found: list[Entry], own: list[str], kinds: tuple[str, ...], folded: str) -> list[str]:
    """The numbers of entries behind the labels of their headings of ``kinds`` and of an item they stand below."""
    numbers: list[str] = []
    above: dict[tuple[int, bool], str] = {}
    for entry, no in zip(found, own, strict=True):
        node, path = entry.node, entry.path
        sentence = node.kind == "point" and not node.printed
        key = id(path), sentence
        if key not in above:
            above[key] = "".join(
                [f"{label(head) or _title(head, folded)[:12]}." for head in _over(path, kinds, sentence)]
            )
        alone = not no or (is_decimal(node.printed) and not "A" <= node.printed[0] <= "Z")
        numbers.append(no if alone else above[key] + no)  # 2.1 says itself what it stands below
    return numbers


def _over(path: tuple[Node, ...], kinds: tuple[str, ...], sentence: bool) -> list[Node]:
    """The headings whose labels belong to the numbers of entries, or of sentences numbered by us, below them."""
    return [
        head
        for head in path
        if head.kind in kinds
        or (RANK[head.kind] >= RANK["item"] and head.number != LOST)
        or (sentence and head is path[-1] and head.number > 0)
    ]


def label(node: Node) -> str:
    """How a node's number is written: ``第一部分``, ``三``, ``(三)``, ``3``, ``(3)``; empty if it is lost."""
    if not 0 < node.number < 1_000_000:
        return ""
    if is_decimal(node.printed):
        return node.printed.rstrip(".、: ")
    if RANK[node.kind] >= RANK["item"]:
        return f"({node.number})" if node.kind == "sub" else str(node.number)
    if node.printed and node.printed[0] in ROMAN + CAPITALS:
        return node.printed[:1]
    written = numeral(node.number) if node.number < 100 else str(node.number)
    return f"({written})" if node.kind == "section" else f"第{written}部分" if node.kind == "part" else written
