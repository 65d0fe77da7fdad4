"""Views of a lifecycle, limits on its arrows, and the texts that pages and programs read."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from supervise.errors import Refused, Unknown
from supervise.site.folder import Folder, read_folder, shipped
from supervise.workflows import drawing, engines, letters, looking, texts
from supervise.workflows.diagram import picture
from supervise.workflows.moves import main_line
from supervise.workflows.picture import Deed, Edge, Node, Picture
from supervise.workflows.views import MOST, VIEWS, View, acting, view
from tests.workflows.test_diagram import HOSTILE, SVG, drawn_moves, engine, groups, long_one, outline, read
from tests.workflows.test_diagram import texts as texts_of

__all__ = ["engine"]
FOLDER: Folder = read_folder(shipped()).sound()
LAWS = FOLDER.newest
KEY_WORK = LAWS["key-work"]


@cache
def drawn(engine: str, name: str, shown: View) -> tuple[Picture, bytes]:
    """A lifecycle in a view, drawn once for all that is asked of it."""
    made = picture(long_one() if name == "long" else LAWS[name], view=shown)
    return made, engines.draw(made)


def every_view() -> list[tuple[str, View]]:
    """Every shipped lifecycle in every view, that of each role among them."""
    return [
        (name, shown)
        for name, law in LAWS.items()
        for shown in (*(View(name) for name in VIEWS), *(View("role", role) for role in acting(law)))
    ]


def test_the_main_line_goes_through_what_only_the_clock_can_do() -> None:
    """Where people alone reach no end, what runs out by itself is on the line, and its view draws it."""
    waiting = LAWS["publication"]
    assert main_line(waiting) == tuple(waiting.states)
    assert ("elapse", "consulting", "heard") in drawn_moves(picture(waiting, view=View("main")))


@pytest.mark.parametrize(("name", "shown"), every_view(), ids=str)
def test_a_view_has_few_arrows_and_a_straight_main_line(engine: str, name: str, shown: View) -> None:
    """At most 25 arrows; the main line stands at one height, and no other arrow crosses it."""
    made, image = drawn(engine, name, shown)
    assert len(made.edges) <= MOST
    root = ET.fromstring(image)
    boxes = {node: group for node, group in groups(root, "node").items() if group.find(f"{SVG}path") is not None}
    line = [outline(boxes[node.name]) for node in made.nodes if node.main]
    assert len({round((box.top + box.bottom) / 2) for box in line}) == 1
    height, main = (line[0].top + line[0].bottom) / 2, {f"edge-{n}" for n, e in enumerate(made.edges, 1) if e.main}
    for arrow, group in groups(root, "edge").items():
        path = group.find(f"{SVG}path")
        points = list(_curve(path.get("d", ""))) if path is not None and arrow not in main else []
        for (x, y), (_, after) in pairwise(points):
            between = line[0].right < x < line[-1].left and not any(box.left <= x <= box.right for box in line)
            assert not between or (y - height) * (after - height) >= 0, (arrow, x)


BAD = """<svg xmlns="http://www.w3.org/2000/svg">
<g id="a" class="node"><path d="M0,0 40,40"/></g><g id="b" class="node"><path d="M100,0 140,40"/></g>
<g id="c" class="node"><path d="M60,80 100,120"/></g>
<g id="edge-1" class="edge"><path d="M40,20C60,20 80,20 100,20"/><text x="50" y="16" font-size="10">主线</text></g>
{0}</svg>"""


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", 0),
        ('<text x="55" y="16" font-size="10">叠字</text>', 5),
        ('<g id="edge-2" class="edge"><path d="M60,79C60,60 60,40 60,0"/></g>', 13),
        ('<g id="edge-2" class="edge"><path d="M50,110C70,110 90,110 130,110"/></g>', 3),
        ('<g id="edge-2-rail-1" class="edge"><path d="M0,50C10,60 20,70 30,80"/></g>', 2),
    ],
)
def test_what_is_hard_to_read_is_found(more: str, expected: int) -> None:
    """Text on text, a line across the main line and through a name, through a state, and a crooked rail."""
    nodes = tuple(Node(name, name, main=name != "c") for name in "abc")
    step = Edge(("a",), "b", (Deed("x", "主线"),), (), main=True)
    side = Edge(("a",), "b", (Deed("y", "旁"),), ())
    made = Picture("w@1", "w", "", nodes, (step, side), ())
    assert looking.faults(BAD.replace("{0}", more), made) == expected


def test_two_ways_back_under_one_head_are_hard_to_read() -> None:
    """Heads of arrows that turn back to one state must lie apart; where they do, nothing is wrong."""
    back = tuple(Edge((source,), "a", (Deed(source, source),), (), back=True) for source in "bc")
    made = Picture("w@1", "w", "", tuple(Node(name, name) for name in "abc"), back, ())
    head = '<g id="edge-{n}" class="edge"><polygon points="{x},0 {y},4 {x},8 {x},0"/></g>'
    for apart, expected in ((2, 1), (20, 0)):
        heads = head.format(n=1, x=10, y=14) + head.format(n=2, x=10 + apart, y=14 + apart)
        assert looking.faults(f'<svg xmlns="http://www.w3.org/2000/svg">{heads}</svg>', made) == expected


def test_three_ways_back_to_one_state_end_at_three_points(engine: str) -> None:
    """What the office does to a key work turns back to one state three times; one sees which line ends where."""
    made, image = drawn(engine, "key-work", View("role", "office"))
    assert sum(edge.back and edge.target == "in_progress" for edge in made.edges) >= 3
    assert looking.faults(image.decode(), made) == 0


def test_a_hard_case_is_laid_out_until_it_can_be_read(engine: str) -> None:
    """Twenty states with arrows from everywhere: some layout is found in which nothing is hard to read."""
    for shown in (*(View(known) for known in VIEWS), *(View("role", role) for role in acting(long_one()))):
        made, image = drawn(engine, "long", shown)
        assert looking.faults(image.decode(), made) == 0


@pytest.mark.parametrize("name", [*LAWS, "long"])
def test_no_line_strikes_out_a_text(engine: str, name: str) -> None:
    """What is written is never crossed by a line drawn later, and the title and the legend by none at all."""
    law = long_one() if name == "long" else LAWS[name]
    for shown in (*(View(known) for known in VIEWS), *(View("role", role) for role in acting(law))):
        root = ET.fromstring(drawn(engine, name, shown)[1])
        arrows = groups(root, "edge").values()
        mine = {text for group in (*arrows, *groups(root, "node").values()) for text in texts_of(group)}
        written = [text for text in texts_of(root) if text not in mine]
        assert len(written) > 3
        for group in arrows:
            for x, y in (point for path in group.findall(f"{SVG}path") for point in _curve(path.get("d", ""))):
                for text in written:
                    inside = text.left + 1 < x < text.right - 1 and text.top + 1 < y < text.bottom - 1
                    assert not inside, (shown, group.get("id"), text)
            written += texts_of(group)


def _curve(path: str) -> Iterator[tuple[float, float]]:
    """Points close to each other on a line of Bezier curves."""
    numbers = [float(n) for n in re.findall(r"-?[\d.]+", path)]
    ends = list(zip(numbers[::2], numbers[1::2], strict=True))
    for n in range(0, len(ends) - 3, 3):
        for step in range(25):
            t = step / 24
            weights = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
            x, y = (sum(w * end[k] for w, end in zip(weights, ends[n : n + 4], strict=True)) for k in (0, 1))
            yield x, y


def test_every_role_finds_all_it_can_do_in_its_view() -> None:
    """The view of a role shows or lists every action that is open to it, and no other loudly."""
    for law in LAWS.values():
        for role in acting(law):
            made = picture(law, view=View("role", role))
            loud = {name for edge in made.edges if edge.tone != "pale" for name in edge.actions}
            listed = " ".join(made.role(role).anywhere)
            mine = {name for name, action in law.actions.items() if role in action.by}
            assert loud <= mine
            assert all(name in loud or law.actions[name].label in listed for name in mine)


def test_the_view_of_time_tells_every_duty() -> None:
    """Each kind of duty stands in a line with who owes it by when; arrows within limits have them."""
    for law in LAWS.values():
        made = picture(law, view=View("time"))
        assert [note.mark for note in made.notes] == [kind.label for kind in law.duties.values()]
    limits = {d.label: d.limit for e in picture(KEY_WORK, view=View("time")).edges for d in e.deeds if e.tone != "pale"}
    assert limits["报送落实方案"].startswith("10 个工作日内")
    assert limits["审定方案"] == "5 个工作日内" and "逾期" in limits


def test_a_limit_stands_only_where_it_began() -> None:
    """The limit of reporting again after a return is not on the report of what is overdue."""
    edges = {(edge.sources, deed.action): deed.limit for edge in picture(KEY_WORK).edges for deed in edge.deeds}
    time = {deed.action: deed.limit for edge in picture(KEY_WORK, view=View("time")).edges for deed in edge.deeds}
    assert time["plan"] == "10 个工作日内;“退回方案”后 5 个工作日内", "what began with a step back says so"
    assert edges[("reported",), "verify"] == "10 个工作日内"
    assert edges[("overdue",), "catch_up"] == ""


@pytest.mark.parametrize("text", ["full", "主线", "time", "exceptions", "role lead", "role:牵头单位", "角色 督查室"])
def test_views_have_names_in_both_languages(text: str) -> None:
    """A view is called by its name or by what people call it."""
    assert view(KEY_WORK, text).label(KEY_WORK)


@pytest.mark.parametrize("text", ["mian", "role", "role nobody", ""])
def test_an_unknown_view_is_refused_with_those_there_are(text: str) -> None:
    """The message lists every view."""
    with pytest.raises(Unknown) as refused:
        view(KEY_WORK, text)
    (problem,) = refused.value.problems
    assert problem.code == "V04" and "exceptions" in problem.help and "role lead" in problem.help


def test_the_table_says_where_each_action_leads_from_each_state() -> None:
    """One row for each action, one cell for each state, held to the definition."""
    table = [line.strip("|").split(" | ") for line in texts.matrix(KEY_WORK).splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in row] for row in table[2:]]
    assert [row[0] for row in rows] == [action.label for action in KEY_WORK.actions.values()]
    for row, action in zip(rows, KEY_WORK.actions.values(), strict=True):
        for cell, state in zip(row[5:], KEY_WORK.states, strict=True):
            target = KEY_WORK.target(action, state)
            known = state in KEY_WORK.sources(action)
            assert cell == ("" if not known else "·" if target == state else KEY_WORK.states[target])


def test_json_tells_all_that_is_drawn() -> None:
    """States and arrows come back as they are in the picture."""
    made = picture(KEY_WORK)
    told = json.loads(texts.as_json(made))
    assert [node["name"] for node in told["nodes"]] == [node.name for node in made.nodes]
    assert [[d["action"] for d in e["deeds"]] for e in told["edges"]] == [list(e.actions) for e in made.edges]


PICTURES = [*(picture(law) for law in LAWS.values()), picture(long_one()), picture(read(HOSTILE))]


@pytest.mark.skipif(shutil.which("dot") is None, reason="no dot on this machine")
@pytest.mark.parametrize("made", PICTURES, ids=lambda made: made.name)
def test_dot_reads_what_we_write(made: Picture) -> None:
    """Graphviz parses the source without a word of complaint, names with markup in them too."""
    asked = subprocess.run(["dot", "-Tcanon"], input=drawing.dot(made).encode(), capture_output=True, check=True)
    assert asked.stdout and not asked.stderr


MERMAID = """
import {{JSDOM}} from 'jsdom';
const page = new JSDOM('<body></body>').window;
globalThis.window = page; globalThis.document = page.document;
const mermaid = (await import('mermaid')).default;
const texts = JSON.parse(process.argv[2]);
for (const text of texts) console.log((await mermaid.parse(text)).diagramType);
"""


def test_mermaid_reads_what_we_write(tmp_path: Path) -> None:
    """The package from npm parses every flowchart; skipped where SUPERVISE_NODE_MODULES names no folder with it."""
    import os

    modules = Path(os.environ.get("SUPERVISE_NODE_MODULES", "nowhere"))
    if shutil.which("node") is None or not (modules / "mermaid").is_dir():
        pytest.skip("no mermaid on this machine: npm install mermaid jsdom, then set SUPERVISE_NODE_MODULES")
    (tmp_path / "node_modules").symlink_to(modules.resolve())
    script = tmp_path / "check.mjs"
    script.write_text(MERMAID.replace("{{", "{").replace("}}", "}"))
    told = json.dumps([texts.mermaid(made) for made in PICTURES])
    asked = subprocess.run(["node", str(script), told], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert asked.stdout.split() == ["flowchart-v2"] * len(PICTURES), asked.stderr


def test_a_missing_letter_is_refused_with_the_package_that_brings_it() -> None:
    """No boxes instead of characters: the message shows the letters and what to install."""
    if shutil.which("fc-list") is None:
        pytest.skip("no fontconfig on this machine")
    with pytest.raises(Refused) as refused:
        letters.see_letters("a\U0001f9ff\U0002fa1d", "或改画 svg")
    (problem,) = refused.value.problems
    assert problem.code == "V02" and "\U0001f9ff" in problem.text
    assert "fonts-symbola" in problem.help and "fonts-hanazono" in problem.help


def test_a_page_for_printing_has_its_letters_in_it() -> None:
    """A pdf of A4 is made, the same one twice, where typst and a Chinese font are."""
    pytest.importorskip("typst")
    try:
        one, other = (engines.draw(picture(KEY_WORK), "pdf") for _ in range(2))
    except Refused as refused:
        assert refused.problems[0].code == "V02"
        return
    assert one == other and one.startswith(b"%PDF") and b"/FontFile" in one
