"""A picture as text: Mermaid for pages that draw it themselves, JSON for programs; a definition as a table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from supervise.workflows import svg, views
from supervise.workflows.definition import CLOCK, Action, Definition
from supervise.workflows.drawing import CHANGED, CHANGED_PAPER, HERE_PAPER, INK, LATE_INK, LATE_PAPER, PALE, keys
from supervise.workflows.moves import moves
from supervise.workflows.picture import Edge, Node, Picture
from supervise.workflows.wording import Wording

_SPECIAL = {"#": "#35;", '"': "#quot;", "&": "#amp;", "<": "#lt;", ">": "#gt;", "\\": "#92;", "`": "#96;"}
STAYS, CANNOT = "·", ""
"""What a cell of the table says of an action that changes nothing, and of one that is not possible there."""


def mermaid(picture: Picture) -> str:
    """The picture as a Mermaid flowchart."""
    names = {node.name: f"s{n}" for n, node in enumerate(picture.nodes, 1)}
    lines = ["---", f"title: {json.dumps(svg.clean(picture.title), ensure_ascii=False)}", "---", "flowchart LR"]
    lines += [f"  {names[node.name]}{_shape(node)}" for node in picture.nodes]
    styles, links = [_style(names[node.name], node) for node in picture.nodes], list[str]()
    for n, edge in enumerate(picture.edges, 1):
        sources = [names[source] for source in edge.sources] or [f"e{n}"]
        lines += [] if edge.sources else [f'  e{n}["{svg.EVERYWHERE}"]']
        text = _quoted("\n".join(_labels(edge, picture)))
        for source in sources:
            lines.append(f'  {source} {_link(edge)}|"{text}"| {names[edge.target]}')
            links.append(_colour(edge, picture))
    lines += [f"  linkStyle {n} stroke:{colour},color:{colour}" for n, colour in enumerate(links)]
    return "\n".join([*lines, *filter(None, styles), *_remarks(picture)]) + "\n"


def _shape(node: Node) -> str:
    label = f"{node.mark} {node.label}" if node.mark else node.label
    counted = [] if node.count is None else [f"{node.count} 项"]
    text = _quoted("\n".join([label, *counted, *node.notes])) or " "
    return f'[["{text}"]]' if node.final else f'(["{text}"])' if node.initial else f'("{text}")'


def _style(name: str, node: Node) -> str:
    ink, paper = INK, "#ffffff"
    if node.change:
        ink, paper = CHANGED[node.change], "#ffffff" if node.change == "same" else CHANGED_PAPER[node.change]
    elif node.tone == "here":
        ink, paper = CHANGED["changed"], HERE_PAPER
    elif node.tone == "pale":
        ink = PALE
    elif node.late:
        ink, paper = LATE_INK, LATE_PAPER
    wide = ",stroke-width:3px" if node.initial or node.tone == "here" else ""
    return f"  style {name} fill:{paper},stroke:{ink}{wide}"


def _link(edge: Edge) -> str:
    if edge.tone == "walked":
        return "==>"
    return "-.->" if edge.clock or edge.change == "removed" else "-->"


def _colour(edge: Edge, picture: Picture) -> str:
    if edge.change:
        return CHANGED[edge.change]
    return PALE if edge.tone == "pale" else picture.role(edge.roles[0]).colour if edge.roles else INK


def _labels(edge: Edge, picture: Picture) -> Iterator[str]:
    marks = "".join(picture.role(role).mark for role in edge.roles)
    for deed in edge.deeds:
        yield " ".join(part for part in (marks, deed.mark, deed.label) if part) or " "
        yield from ([deed.limit] if deed.limit else [])
        yield from deed.notes


def _quoted(text: str) -> str:
    lines = ("".join(_SPECIAL.get(char, char) for char in svg.clean(line)) for line in text.split("\n"))
    return "<br/>".join(lines)


def _remarks(picture: Picture) -> Iterator[str]:
    yield f"%% {svg.clean(picture.subtitle)}"
    for role in picture.legend:
        yield f"%% {role.mark} {svg.clean(role.label)}:{svg.clean('、'.join(role.anywhere)) or '只办图中各步'}"
    yield f"%% {keys(picture)}"
    for note in picture.notes:
        yield f"%% {svg.clean(note.mark)} {svg.clean(note.text)}"


def as_json(picture: Picture) -> str:
    """Everything that is to be seen, as data."""
    return json.dumps(asdict(picture), ensure_ascii=False, indent=1) + "\n"


def arrows(picture: Picture) -> str:
    """The picture as a Markdown table, an arrow to each line, with what stands beneath it."""
    labels = {node.name: f"{node.mark} {node.label}" if node.mark else node.label for node in picture.nodes}
    rows = [["从", "办理", "谁", "时限", "到", "说明"], ["---"] * 6]
    for edge in picture.edges:
        sources = "、".join(labels[source] for source in edge.sources) or svg.EVERYWHERE
        who = "或".join(picture.role(role).label for role in edge.roles)
        for deed in edge.deeds:
            told = ";".join([*TONES.get(edge.tone, ()), *deed.notes])
            act = f"{deed.mark} {deed.label}" if deed.mark else deed.label
            rows.append([sources, act, who, deed.limit, labels[edge.target], told])
    notes = [f"- {note.mark}:{svg.clean(note.text)}" for note in picture.notes]
    parts = [f"# {svg.clean(picture.title)}", "", svg.clean(picture.subtitle), "", *map(_piped, rows)]
    return "\n".join([*parts, *(["", f"## {picture.heading}", ""] if picture.heading else [""]), *notes]) + "\n"


TONES = {"pale": ("没有走过",), "walked": ("走过",), "next": ()}


def matrix(definition: Definition, fingerprint: str = "") -> str:
    """The definition as a Markdown table: actions down, states across, in each cell where it leads."""
    labels = definition.states
    head = ["办理", "谁", "须附", "条件", "时限", *labels.values()]
    rows = [_matrix_row(definition, name, action) for name, action in definition.actions.items()]
    parts = [f"# {definition.title} {definition.name}", "", f"第 {definition.version} 版,{definition.effective} 起施行"]
    parts[-1] += f",指纹 {fingerprint[:12]}。" if fingerprint else "。"
    parts += [f"格子里是办完之后的状态;“{STAYS}”是可以办、状态不变;空白是这时不能办。终点:{_ends(definition)}。", ""]
    parts += [_piped(head), _piped(["---"] * len(head)), *(_piped(row) for row in rows)]
    duties = [f"- {label}:{told}" for label, told in views.duties_told(definition)]
    return "\n".join([*parts, "", "## 应办与时限", "", *duties]) + "\n"


def _ends(definition: Definition) -> str:
    return "、".join(label for name, label in definition.states.items() if name in definition.finals) or "没有"


def _matrix_row(definition: Definition, name: str, action: Action) -> list[str]:
    wording, open_in = Wording(definition), definition.sources(action)
    who = "或".join("系统" if role == CLOCK else definition.roles.get(role, role) for role in action.by)
    needs = "、".join(definition.fields[field].label for field in action.needs if field in definition.fields)
    limited = [m for m in views.with_limits(definition, moves(definition), 9) if m.deeds[0].action == name]
    limits = "、".join(dict.fromkeys(m.deeds[0].limit for m in limited if m.deeds[0].limit))
    cells = []
    for state in definition.states:
        target = definition.target(action, state)
        cells.append(
            CANNOT if state not in open_in else STAYS if target == state else definition.states.get(target, target)
        )
    return [action.label, who, needs, wording.any_of(action.when), limits, *cells]


def _piped(cells: list[str]) -> str:
    shown = (svg.clean(cell).replace("|", r"\|") for cell in cells)
    return f"| {' | '.join(shown)} |"
