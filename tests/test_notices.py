"""From a file to placed tasks on the command line: many at once, workbooks back and forth, names remembered."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from supervise.people import Aliased, Unit, UnitList
from tests.cli_help import DEFINITIONS, NOTICE, run

calamine = pytest.importorskip("python_calamine")
xlsxwriter = pytest.importorskip("xlsxwriter")

SMALL = """青禾区2025年民生实事
1.修路12公里。(牵头单位:区工业信息化局;配合单位:区财政局)
2.建学校3所。(牵头单位:区教体局;配合单位:柳汀镇)
"""


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a site's own definitions and a notice that names a unit as the directory does not."""
    monkeypatch.chdir(tmp_path)
    for name in ("SUPERVISE_DB", "SUPERVISE_DEFINITIONS", "SUPERVISE_DISTRICT"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(DEFINITIONS, tmp_path / "definitions")
    (tmp_path / "通知.txt").write_text(SMALL, "utf-8")
    return tmp_path


def saved(path: Path, change: Callable[[list[list[Any]]], None]) -> None:
    """The workbook as a clerk saves it after changing the sheet of tasks."""
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
    sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    change(sheets["任务分解"])
    made = xlsxwriter.Workbook(str(path))
    for name, rows in sheets.items():
        sheet = made.add_worksheet(name)
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                if value != "":
                    sheet.write(i, j, value if isinstance(value, int | float) else str(value))
    made.close()


def renamed(rows: list[list[Any]]) -> None:
    """The clerk's one correction."""
    rows[1][rows[0].index("牵头单位")] = "区工信局"


def test_a_workbook_is_corrected_assigned_and_remembered() -> None:
    """A wrong name is complained of by sheet, row and column; corrected, it is placed, and known from then on."""
    assert run("intake", "通知.txt", "--code", "S", "-o", "分解.xlsx").code == 0
    refused = run("assign", "分解.xlsx", "--day", "2025-02-20")
    assert refused.code == 4 and "分解.xlsx:2  S-001  任务分解!E2(牵头单位)" in refused.err
    saved(Path("分解.xlsx"), renamed)
    placed = run("assign", "分解.xlsx", "--day", "2025-02-20", "--json")
    assert placed.data == {
        "placed": ["S-001", "S-002"], "skipped": [], "learned": [{"name": "区工业信息化局", "unit": "区工信局"}],
    }  # fmt: skip
    assert "name: 区工业信息化局" in Path("definitions/aliases.yaml").read_text("utf-8")
    assert run("check").code == 0
    again = run("intake", "通知.txt", "--code", "T", "-o", "再来.yaml")
    assert again.code == 0 and "区工业信息化局" not in Path("再来.yaml").read_text("utf-8")


def test_loading_twice_changes_nothing() -> None:
    """The same workbook again places nothing, teaches nothing, and says why."""
    run("intake", "通知.txt", "--code", "S", "-o", "分解.xlsx")
    saved(Path("分解.xlsx"), renamed)
    run("assign", "分解.xlsx", "--day", "2025-02-20")
    before = Path("definitions/aliases.yaml").read_bytes(), run("list", "--json").out
    twice = run("assign", "分解.xlsx", "--day", "2025-02-20")
    assert twice.code == 3 and "[T02]" in twice.err
    assert (Path("definitions/aliases.yaml").read_bytes(), run("list", "--json").out) == before


def test_nothing_is_remembered_when_it_is_not_wanted_or_has_no_place() -> None:
    """``--no-learn`` keeps the file as it is; the definitions that come with supervise are never written to."""
    run("intake", "通知.txt", "--code", "S", "-o", "分解.xlsx")
    saved(Path("分解.xlsx"), renamed)
    assert run("assign", "分解.xlsx", "--day", "2025-02-20", "--no-learn", "--json").data["learned"] == []
    assert not Path("definitions/aliases.yaml").exists()
    other = run("assign", "分解.xlsx", "--day", "2025-02-20", "--db", "b.db", "--definitions", DEFINITIONS, "--json")
    assert other.data["learned"] == [] and not (DEFINITIONS / "aliases.yaml").exists()


def test_an_alias_for_two_units_is_found_at_its_line() -> None:
    """A file of aliases that contradicts itself stops work, and says where."""
    lines = ["aliases:", "- {name: 区交运局, unit: 区交通局}", "- {name: 区交运局, unit: 区财政局}"]
    Path("definitions/aliases.yaml").write_text("\n".join(lines), "utf-8")
    result = run("intake", "通知.txt")
    assert result.code == 4 and "aliases.yaml:3" in result.err and "[U01]" in result.err


def test_aliases_lie_over_any_directory_and_change_none() -> None:
    """What the directory knows is the directory's; an alias adds a name and nothing else."""
    inner = UnitList((Unit("区交通局", group="bureaus"), Unit("区交运公司")), groups={"bureaus": "部门"})
    over = Aliased(inner, {"区工业信息化局": "区交通局", "区交运公司": "区交通局", "老名": "没有的单位"})
    assert over.unit("区工业信息化局") == inner.unit("区交通局")
    assert over.unit("区交运公司") == inner.unit("区交运公司")
    assert over.unit("老名") is None
    assert (over.units(), over.groups, over.members("各镇")) == (inner.units(), inner.groups, None)


def test_no_file_is_overwritten_unless_told() -> None:
    """A breakdown that a clerk has worked on is safe from a second reading."""
    Path("分解.yaml").write_text("改过的", "utf-8")
    for line in (("-o", "分解.yaml"), ("-o", "新.yaml", "--units-out", "分解.yaml")):
        refused = run("intake", "通知.txt", *line)
        assert refused.code == 3 and "[F06]" in refused.err and "--overwrite" in refused.err
    assert Path("分解.yaml").read_text("utf-8") == "改过的" and not Path("新.yaml").exists()
    assert run("intake", "通知.txt", "-o", "分解.yaml", "--overwrite").code == 0
    assert "修路12公里" in Path("分解.yaml").read_text("utf-8")


@pytest.mark.parametrize("ending", ["yaml", "xlsx"])
def test_many_notices_in_one_command(ending: str) -> None:
    """Each gets a breakdown of its own with codes of its own; one that cannot be read stops none."""
    from tests.intake.readers.making import HEAD, ROWS, plain_sheet

    Path("子").mkdir()
    shutil.copy(NOTICE, "子/通知.txt")
    Path("表.xlsx").write_bytes(plain_sheet([HEAD, *ROWS]))
    Path("坏.docx").write_bytes(b"PK\x03\x04")
    more = ["--xlsx"] if ending == "xlsx" else []
    result = run("intake", "通知.txt", "子/通知.txt", "坏.docx", "表.xlsx", "-o", "出", *more)
    assert result.code == 4 and "坏.docx" in result.out and "[K01]" in result.out and "读成 3 份" in result.out
    assert sorted(path.name for path in Path("出").iterdir()) == [
        f"表.{ending}", f"通知-2.{ending}", f"通知.{ending}",
    ]  # fmt: skip
    data = run("intake", "通知.txt", "子/通知.txt", "没有.txt", "--json").data
    codes = [task["code"] for notice in data["notices"] for task in notice["tasks"]]
    assert len(codes) == len(set(codes)) == 46
    assert [(problem["code"], problem["file"]) for problem in data["refused"]] == [("F01", "没有.txt")]
    again = run("intake", "通知.txt", "子/通知.txt", "-o", "出", *more)
    assert again.code == 3 and "[F06]" in again.err


def test_a_directory_is_proposed_from_a_notice() -> None:
    """Every name the notice prints is there with its group; the file can be used as it is."""
    assert run("units", "propose", "通知.txt", "-o", "definitions/units.yaml").code == 3
    made = run("units", "propose", "通知.txt", NOTICE, "-o", "definitions/units.yaml", "--overwrite")
    assert made.code == 0
    names = [unit["name"] for unit in run("units", "propose", "通知.txt", "--json").data["units"]]
    assert names == ["区工业信息化局", "区财政局", "区教体局", "柳汀镇"]
    run("intake", "通知.txt", "--code", "S", "-o", "分解.yaml")
    assert run("assign", "分解.yaml", "--day", "2025-02-20").code == 0


def test_json_says_where_every_fact_stands() -> None:
    """A screen can highlight the characters a task, its units and its targets were read from."""
    task = run("intake", "通知.txt", "--json").data["tasks"][0]
    found = {(span["field"], SMALL[span["start"] : span["end"]]) for span in task["spans"]}
    assert {("text", "修路12公里。"), ("lead", "区工业信息化局"), ("co", "区财政局")} <= found
