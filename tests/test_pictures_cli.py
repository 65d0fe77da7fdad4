"""The commands that draw, as they are typed."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.cli_help import DEFINITIONS, Day, play, run

LAW = (DEFINITIONS / "key-work.yaml").read_text("utf-8")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """A clerk's whole day."""
    return play(tmp_path_factory.mktemp("pictures"))


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """The next version of the shipped lifecycle, in a file of its own."""
    file = tmp_path / "修订稿.yaml"
    text = re.sub(r"^version: (\d+)", lambda m: f"version: {int(m[1]) + 1}", LAW, flags=re.MULTILINE)
    file.write_text(text.replace("label: 核实,", "label: 核验,"), "utf-8")
    return file


@pytest.mark.parametrize("form", ["svg", "dot", "mmd", "md", "json"])
def test_the_name_of_the_file_says_the_form(tmp_path: Path, form: str) -> None:
    """One command writes every form, each of them readable as what it is."""
    file = tmp_path / f"流程.{form}"
    assert run("diagram", "key-work", "--view", "main", "-o", file, "--definitions", DEFINITIONS).code == 0
    text = file.read_text("utf-8")
    if form == "svg":
        assert ET.fromstring(text).tag.endswith("svg")
    elif form == "json":
        assert json.loads(text)["nodes"]
    else:
        assert {"dot": "digraph", "mmd": "flowchart LR", "md": "| --- |"}[form] in text
    assert "已办结" in text


def test_the_table_of_a_whole_lifecycle_is_states_by_actions(tmp_path: Path) -> None:
    """Without a view the table has a column for each state."""
    file = tmp_path / "表.md"
    assert run("diagram", "key-work", "-o", file, "--definitions", DEFINITIONS).code == 0
    assert "| 已交办 | 已报方案 | 推进中 |" in file.read_text("utf-8")


def test_one_task_is_drawn_with_the_way_it_came(played: Day, tmp_path: Path) -> None:
    """The numbers of the log stand on the arrows, at a day too."""
    file = tmp_path / "来路.svg"
    drawn = played.run("diagram", "--task", "QH2025-001", "--as-of", "2025-06-24", "-o", file)
    text = "".join(ET.fromstring(file.read_bytes()).itertext()).replace("\xa0", " ")
    assert drawn.code == 0 and "现处于此" in text
    log = played.run("log", "QH2025-001", "--as-of", "2025-06-24", "--json").data
    steps = [e for e in log["events"] if e["source"] and e["source"] != e["target"]]
    assert steps and all(f"{e['seq']} {e['day']} {e['unit']}" in text for e in steps)


def test_two_versions_are_drawn_in_one_picture(draft: Path, tmp_path: Path) -> None:
    """A draft in a file against what is in the folder: one change, one mark."""
    file = tmp_path / "修订.md"
    drawn = run("diagram", draft, "--against", "key-work", "-o", file, "--definitions", DEFINITIONS)
    text = file.read_text("utf-8")
    assert drawn.code == 0 and text.count("改1") == 2 and "名称:核实 ⇒ 核验" in text


def test_a_review_is_written_into_a_folder(played: Day, draft: Path, tmp_path: Path) -> None:
    """Page, data and picture are there, and the paper or the reason why it is not; the hash is that of ``diff``."""
    made = played.run("review", "key-work", draft, "-o", tmp_path / "审查", "--as-of", "2025-06-30", "--json").data
    files = {path.name for path in (tmp_path / "审查").iterdir()}
    assert files == set(made["files"]) and {"review.html", "review.json", "difference.svg"} <= files
    assert ("review.pdf" in files) == (made["no_pdf"] is None)
    told = json.loads((tmp_path / "审查" / "review.json").read_text("utf-8"))
    shown = played.run("diff", DEFINITIONS / "key-work.yaml", draft, "--json").data
    assert told["shown"] == shown["differences"][0]["shown"]
    assert told["live"]["tasks"] == 44


@pytest.mark.parametrize(
    "line",
    [
        "chart ladder three-colour-orders",
        "chart calendar key-work 2025",
        "chart board red-black 2025Q2",
        "chart assess annual 2025 --as-of 2025-12-31",
        "chart receipt 区工信局 red-black 2025Q2",
        "chart lights 2025 --as-of 2025-06-30",
    ],
)
def test_every_kind_of_chart_is_drawn(played: Day, line: str) -> None:
    """Each prints one svg with a title in Chinese."""
    pytest.importorskip("quickjs")
    drawn = played.run(*line.split())
    title = ET.fromstring(drawn.out).findtext("{http://www.w3.org/2000/svg}title")
    assert drawn.code == 0 and title is not None and re.search("[\u4e00-\u9fff]", title)


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("diagram", "C01", "请写流程,或 --task 编码"),
        ("diagram key-work --task QH2025-001", "C01", "请写流程,或 --task 编码"),
        ("diagram key-work --counts --against key-work", "C01", "一次只用一样"),
        ("diagram key-work --view mian", "V04", "是不是 main"),
        ("diagram key-work --against key-wrk", "F02", "是不是 key-work"),
        ("diagram 没有.yaml", "F01", "没有这个文件"),
        ("diagram --task QH2025-999", "T01", "QH2025-999"),
        ("chart ladder", "C01", ""),
        ("chart calendar key-work", "C01", "calendar 后面要写:流程 年份"),
        ("chart calendar key-work 25", "P01", "25"),
        ("chart board red-black 2025Q2 -o 榜.md", "C01", ".json"),
        ("chart receipt 没有局 red-black 2025Q2", "U05", "没有局"),
    ],
)
def test_what_cannot_be_drawn_is_explained(played: Day, line: str, code: str, words: str) -> None:
    """A wrong word gets a code and a sentence, and nothing on standard output."""
    result = played.run(*line.split())
    assert result.out == "" and f"[{code}]" in result.err and words in result.err, result.err
