"""Pictures of lifecycles: what is on them, and that they can be read whichever engine draws them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import date
from importlib import metadata
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import pytest

from supervise.errors import Refused
from supervise.reading import parse
from supervise.widths import width
from supervise.workflows.definition import Definition, load
from supervise.workflows.diagram import picture
from supervise.workflows.drawing import EDGE_SIZE, dot
from supervise.workflows.engines import draw
from supervise.workflows.moves import main_line
from supervise.workflows.picture import CLOCK_COLOUR, COLOURS, Picture
from supervise.workflows.traffic import Traffic

ROOT = Path(__file__).resolve().parents[2]
SVG = "{http://www.w3.org/2000/svg}"

HEAD = "workflow: {0}\nversion: 1\ntitle: {0}\neffective: 2020-01-01\n"
TOY = HEAD.format("toy") + "roles: {u: 单位}\nstates: {a: 在办, b: 办完}\nactions: {end: {label: 办完, by: u, to: b}}\n"
HOSTILE = r"""
workflow: hostile
version: 1
title: 'A<b> & "C" \N'
effective: 2020-01-01
roles: {'r<1>': '甲&乙 <"部">', 'r\2': '🚀组'}
states: {'a<b>': '始<i>&amp;"\n"', 'c:d:e': '反\\斜 \G 🎉', 'x y': '<>', 'fin': '结束'}
actions:
  'go "1"': {label: '走<&>"\N\"', by: 'r<1>', from: 'a<b>', to: 'c:d:e'}
  'go2': {label: '旗🚩', by: ['r\2', clock], from: ['a<b>', 'c:d:e'], to: 'x y'}
  'go3': {label: '&lt;b&gt;', by: clock, from: 'x y', to: 'fin'}
  'go4': {label: '<b>x</b>', by: 'r\2'}
"""


def read(text: str) -> Definition:
    """The definition in a text."""
    return load(parse(text, "test.yaml"))


@pytest.fixture(scope="module")
def key_work() -> Definition:
    """The lifecycle that the package ships."""
    return read((ROOT / "definitions" / "key-work.yaml").read_text("utf-8"))


def long_one() -> Definition:
    """Twenty states, long names, many roles, ways back, two states that only the clock knows, several ends."""
    roles = ["office", "lead", "co", "leader", "fin"]
    states = "".join(f"  s{n}: 第{n}步{'办理情况核查与评估阶段' if n % 5 == 3 else ''}\n" for n in range(20))
    words = [f"{'审核并转交下一环节办理' if n % 4 == 1 else '推进'}{n}" for n in range(14)]
    steps = "".join(
        f"  a{n}: {{label: {word}, by: {roles[n % 5]}, from: s{n}, to: s{n + 1}}}\n" for n, word in enumerate(words)
    )
    return read(f"""{HEAD.format("long")}
roles: {{office: 督查室, lead: 牵头单位, co: 协办单位, leader: 分管领导, fin: 财政局, aud: 审计局}}
states:
{states}
actions:
{steps}
  back:    {{label: 退回修改,   by: office, from: [s3, s5, s6], to: s2}}
  reject:  {{label: 驳回,       by: leader, from: s8, to: s4}}
  aside:   {{label: 转专项调查, by: aud, from: [s7, s9], to: s15}}
  aside2:  {{label: 调查结束,   by: aud, from: s15, to: s10}}
  stop:    {{label: 终止,       by: [office, leader], from: [s1, s4, s9], to: s16}}
  late:    {{label: 逾期,       by: clock, from: [s2, s3, s4, s5, s6], to: s17}}
  later:   {{label: 严重逾期,   by: clock, from: s17, to: s18}}
  recover: {{label: 恢复,       by: office, from: [s17, s18], to: s6}}
  abandon: {{label: 放弃,       by: office, to: s19}}
  note:    {{label: 记录,       by: aud}}
  amend:   {{label: 补充材料,   by: lead, from: [s2, s3]}}
  shift:   {{label: 调整,       by: leader, to: {{s5: s3, s11: s12}}}}
""")


@pytest.fixture(params=["dot", "graphviz-pure"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each engine in turn; without ``dot`` on the path the other one must do."""
    if request.param == "dot" and shutil.which("dot") is None:
        pytest.skip("no dot on this machine: drawn with graphviz-pure only")
    if request.param == "graphviz-pure":
        monkeypatch.setenv("PATH", "")
    return str(request.param)


class Box(NamedTuple):
    """A rectangle, and the text it is the room of."""

    left: float
    top: float
    right: float
    bottom: float
    text: str = ""


def texts(root: ET.Element) -> list[Box]:
    """The room every text takes by our measure; one point of blur is allowed."""
    found = []
    for node in root.iter(f"{SVG}text"):
        x, y, size, said = (
            float(node.get("x", "")),
            float(node.get("y", "")),
            float(node.get("font-size", "")),
            node.text,
        )
        wide = width(said or "") * size
        left = x - wide / 2 if node.get("text-anchor") == "middle" else x
        found.append(Box(left + 1, y - size * 0.8 + 1, left + wide - 1, y + size * 0.15 - 1, said or ""))
    return found


def outline(group: ET.Element) -> Box:
    """The inner rectangle of a state."""
    path = next(group.iter(f"{SVG}path"))
    numbers = [float(n) for n in re.findall(r"-?[\d.]+", path.get("d", ""))]
    return Box(min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2]))


def groups(root: ET.Element, kind: str) -> dict[str, ET.Element]:
    """Everything drawn of one kind, by its id."""
    return {g.get("id", ""): g for g in root.iter(f"{SVG}g") if g.get("class") == kind}


def drawn_moves(shown: Picture) -> list[tuple[str, str, str]]:
    """Action, source and target of everything that is an arrow."""
    return [(action, s, edge.target) for edge in shown.edges for s in edge.sources for action in edge.actions]


def test_the_main_line_follows_the_file_to_an_end(key_work: Definition) -> None:
    """From the first state to a final one, through as many states as people can go through without turning back."""
    states = list(key_work.states)
    assert main_line(key_work) == tuple(states[:6])
    assert main_line(long_one()) == tuple(f"s{n}" for n in range(15))
    turns = "actions: {x: {label: 转, by: u, from: a, to: b}, y: {label: 回, by: u, from: b, to: a}}\n"
    endless = read(f"{HEAD.format('w')}roles: {{u: 单位}}\nstates: {{a: 甲, b: 乙}}\n{turns}")
    assert main_line(endless) == ("a", "b")


def test_every_state_and_every_move_is_there_once(key_work: Definition) -> None:
    """Nothing that leads from a named state to another is missing, and nothing is drawn twice."""
    for definition in (key_work, long_one(), read(HOSTILE)):
        shown = picture(definition)
        assert [node.name for node in shown.nodes] == list(definition.states)
        moves = [
            (name, source, definition.target(action, source))
            for name, action in definition.actions.items()
            for source in (action.from_ or (action.to if isinstance(action.to, dict) else ()))
            if definition.target(action, source) != source
        ]
        assert sorted(drawn_moves(shown)) == sorted(moves)


def test_what_has_no_arrow_is_in_the_legend(key_work: Definition) -> None:
    """Every action of every role can be found: as an arrow of its colour, or beside the name of the role."""
    for definition in (key_work, long_one(), read(TOY)):
        shown = picture(definition)
        for action in definition.actions.values():
            for name in action.by:
                arrows = {label for edge in shown.edges if name in edge.roles for label in edge.labels}
                listed = " ".join(shown.role(name).anywhere)
                assert action.label in arrows or action.label in listed, (action.label, name)


def test_the_legend_says_where_to_or_in_which_states(key_work: Definition) -> None:
    """An action open everywhere names its target; one that changes nothing names the states it is open in."""
    assert "撤销立项 → 已办结" in picture(key_work).role("office").anywhere
    assert "补充材料(第2步、第3步办理情况核查与评估阶段)" in picture(long_one()).role("lead").anywhere


def test_a_state_reached_only_by_the_clock_is_marked(key_work: Definition) -> None:
    """Overdue is told from the states people bring about; the first state and the final ones are marked too."""
    nodes = {node.label: node for node in picture(key_work).nodes}
    assert [label for label, node in nodes.items() if node.late] == ["已逾期"]
    assert [label for label, node in nodes.items() if node.initial] == ["已交办"]
    assert [label for label, node in nodes.items() if node.final] == ["已办结", "已并案"]


def test_counts_stand_in_the_states_and_add_up_in_the_title(key_work: Definition) -> None:
    """The title has the day and the sum; a state without tasks shows none, a state unknown here is owned up to."""
    shown = picture(key_work, Traffic({"assigned": 6, "closed": 5}), date(2021, 6, 30))
    assert shown.title == "政府重点工作 key-work@2 · 2021-06-30 · 11 项"
    assert sum(node.count or 0 for node in shown.nodes) == 11
    assert {node.count for node in shown.nodes if node.name not in {"assigned", "closed"}} == {0}
    assert picture(key_work).title == "政府重点工作 key-work@2"
    assert picture(key_work, Traffic({"assigned": 1, "gone": 2})).title.endswith("3 项 · 其中 2 项的状态本流程没有")


def test_ways_back_are_known_as_such(key_work: Definition) -> None:
    """Arrows to an earlier place are laid out reversed; those along the line and past it are not."""
    back = {label for edge in picture(key_work).edges if edge.back for label in edge.labels}
    assert back == {"退回方案", "退回重报", "转入下期", "限期补办", "结转下年", "批准延期", "重新立项"}


def test_roles_differ_by_colour_and_by_mark() -> None:
    """Thirty roles have thirty marks, and no colour is too light to read on white."""
    roles = "".join(f"  r{n}: 单位{n}\n" for n in range(30))
    actions = "".join(f"  x{n}: {{label: 办{n}, by: r{n}}}\n" for n in range(30))
    shown = picture(read(f"{HEAD.format('many')}roles:\n{roles}states: {{a: 甲, b: 乙}}\nactions:\n{actions}"))
    assert len({role.mark for role in shown.legend}) == len(shown.legend) == 30
    for colour in (*COLOURS, CLOCK_COLOUR):
        assert 1.05 / (luminance(colour) + 0.05) >= 4.5


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("which", ["key-work", "key-work with counts", "toy", "long", "hostile"])
def test_no_text_leaves_its_box_or_sits_on_another(engine: str, which: str, key_work: Definition) -> None:
    """Measured on the finished image: every name is inside its box, and no two texts overlap."""
    counts = Traffic({"assigned": 1234567890}) if which.endswith("counts") else None
    definition = {"toy": read(TOY), "long": long_one(), "hostile": read(HOSTILE)}.get(which, key_work)
    root = ET.fromstring(draw(picture(definition, counts)))
    boxes = groups(root, "node")
    for name in definition.states:
        room = outline(boxes[name])
        for text in texts(boxes[name]):
            assert room.left <= text.left and text.right <= room.right, text.text
            assert room.top <= text.top and text.bottom <= room.bottom, text.text
    for one, other in combinations(texts(root), 2):
        apart = one.right <= other.left or other.right <= one.left or one.bottom <= other.top or other.bottom <= one.top
        assert apart, (one, other)
    wide = float(root.get("viewBox", "").split()[2])
    assert all(text.right - text.left <= wide for text in texts(root))


def test_labels_keep_clear_of_boxes(engine: str, key_work: Definition) -> None:
    """No name of an action lies over a state."""
    root = ET.fromstring(draw(picture(key_work)))
    rooms = [outline(group) for group in groups(root, "node").values() if group.find(f"{SVG}path") is not None]
    for group in groups(root, "edge").values():
        for text in texts(group):
            for room in rooms:
                beside = text.right <= room.left or room.right <= text.left
                assert beside or text.bottom <= room.top or room.bottom <= text.top, text.text


def test_the_main_line_is_straight(engine: str) -> None:
    """The states of the main line stand at one height, whatever hangs beside them."""
    definition = long_one()
    boxes = groups(ET.fromstring(draw(picture(definition))), "node")
    heights = {round((outline(boxes[s]).top + outline(boxes[s]).bottom) / 2) for s in main_line(definition)}
    assert len(heights) == 1


def test_hostile_names_survive(engine: str) -> None:
    """Markup, quotes, backslashes, entities and emoji come out as they went in, as text and as the id of the state."""
    definition = read(HOSTILE)
    root = ET.fromstring(draw(picture(definition)))
    nodes = groups(root, "node")
    for name, label in definition.states.items():
        shown = "".join(text.text for text in texts(nodes[name]))
        assert shown.replace("\xa0", " ").replace(" ", "") == label.replace(" ", "")
    said = " ".join(text.text for text in texts(root)).replace("\xa0", " ")
    assert all(action.label in said for action in definition.actions.values())
    assert root.get("aria-label") == 'A<b> & "C" \\N hostile@1'


def test_characters_that_xml_does_not_know_are_left_out() -> None:
    """A stray control character in a label does not spoil the image."""
    definition = read(TOY)
    odd = definition.model_copy(update={"states": {"a": "在\x00\x0b办\ud800\n中", "b": "办完"}})
    node = groups(ET.fromstring(draw(picture(odd))), "node")["a"]
    assert "".join(text.text for text in texts(node)).replace("\xa0", " ") == "在办 中"


def test_an_image_can_be_read_aloud_and_put_into_a_page(engine: str, key_work: Definition) -> None:
    """It opens with the svg itself, has a title, and every part says in a sentence what it is."""
    image = draw(picture(key_work, Traffic({"overdue": 4})))
    assert image.startswith(b"<svg ") and b"<!DOCTYPE" not in image and b"<!--" not in image
    root = ET.fromstring(image)
    assert root.findtext(f"{SVG}title") == root.get("aria-label") == "政府重点工作 key-work@2 · 4 项"
    titles = {name: g.findtext(f"{SVG}title") for kind in ("node", "edge") for name, g in groups(root, kind).items()}
    assert titles["overdue"] == "已逾期:4 项"
    assert "overdue" not in titles.values() and all(titles.values())
    assert "已核实 → 已办结:办结销号(督查室)" in titles.values()
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


def test_the_same_input_gives_the_same_bytes(engine: str, key_work: Definition) -> None:
    """Drawn twice, the image does not differ; so a page may cache it and a commit may hold it."""
    one, other = (picture(key_work, Traffic({"closed": 1})) for _ in range(2))
    assert draw(one) == draw(other)
    assert dot(picture(long_one())) == dot(picture(long_one()))


def test_any_small_definition_can_be_drawn(engine: str) -> None:
    """One state, no actions, a loop to itself, no end: none of them is a reason to fail."""
    for body in (
        "states: {a: 甲}\nactions: {}\n",
        "states: {a: 甲}\nactions: {x: {label: 转, by: u, from: a, to: a}}\n",
        "states: {a: 甲, b: 乙}\nactions: {x: {label: 转, by: clock, from: a, to: b}, y: {label: 回, by: z, to: a}}\n",
        "states: {a: 甲, b: 乙, c: ''}\nactions: {x: {label: '', by: [], from: [a, b], to: c}}\n",
    ):
        root = ET.fromstring(draw(picture(read(HEAD.format("w") + "roles: {u: 单位}\n" + body))))
        assert "a" in groups(root, "node")


def test_thirty_states_are_drawn_in_a_moment(engine: str) -> None:
    """A long lifecycle is still one picture: the whole main line is drawn, and what is too much stands beneath."""
    states = "".join(f"  s{n}: 状态{n}\n" for n in range(30))
    steps = "".join(f"  a{n}: {{label: 办{n}, by: u, from: s{n}, to: s{n + 1}}}\n" for n in range(29))
    back = "  back: {label: 退回, by: u, from: [" + ", ".join(f"s{n}" for n in range(2, 29, 3)) + "], to: s0}\n"
    text = f"{HEAD.format('w')}roles: {{u: 单位}}\nstates:\n{states}actions:\n{steps}{back}"
    shown = picture(read(text))
    assert len(groups(ET.fromstring(draw(shown)), "node")) == 30
    assert len(shown.edges) == 29 and [note.mark for note in shown.notes] == ["退回"]


def test_dot_needs_no_engine(key_work: Definition, no_engine: None) -> None:
    """The source can always be written, with plain state names as names, for whoever has an engine elsewhere."""
    source = dot(picture(key_work))
    assert re.search(r"^\s*verified -> closed ", source, re.MULTILINE)
    assert f'POINT-SIZE="{EDGE_SIZE}"' in source


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine on which neither engine is installed."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(metadata, "files", lambda _: None)


def test_without_an_engine_one_is_told_what_to_install(key_work: Definition, no_engine: None) -> None:
    """No traceback: a refusal with the two ways to get an engine."""
    with pytest.raises(Refused) as refused:
        draw(picture(key_work))
    (problem,) = refused.value.problems
    assert problem.code == "V01"
    assert "apt-get install graphviz fonts-noto-cjk" in problem.help and "supervise[diagram]" in problem.help


def test_no_png_rather_than_one_with_empty_squares(key_work: Definition, monkeypatch: pytest.MonkeyPatch) -> None:
    """graphviz-pure has no Chinese letters of its own, so a png is refused and svg offered."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Refused) as refused:
        draw(picture(key_work), "png")
    assert refused.value.problems[0].code == "V02" and "svg" in refused.value.problems[0].help


def test_a_png_is_painted_with_or_without_dot(key_work: Definition) -> None:
    """Where a Chinese font is, a png is a png: by dot, or by graphviz-pure and resvg."""
    try:
        assert draw(picture(key_work), "png").startswith(b"\x89PNG")
    except Refused as refused:
        assert refused.problems[0].code == "V02" and "fonts-noto-cjk" in refused.problems[0].help


@pytest.mark.skipif(sys.platform == "win32", reason="the broken engine is a shell script")
def test_an_engine_that_fails_is_quoted(key_work: Definition, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the engine said is in the message, and the next engine is not left with the broken one's path."""
    broken = tmp_path / "dot"
    broken.write_text("#!/bin/sh\necho 'cannot allocate' >&2\nexit 3\n")
    broken.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
        with pytest.raises(Refused) as refused:
            draw(picture(key_work))
    assert refused.value.problems[0].code == "V03" and "cannot allocate" in refused.value.problems[0].text
    monkeypatch.setenv("PATH", "")
    assert draw(picture(key_work)).startswith(b"<svg")


def test_importing_is_cheap() -> None:
    """Nobody pays for the drawing library who does not draw."""
    code = "import sys, supervise.workflows.engines; sys.exit(not {'graphviz', 'typst'}.isdisjoint(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
