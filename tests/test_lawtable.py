"""The table officials sign as a file: workbook and Markdown from the command line, and back into a lifecycle."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import xlsxwriter

from supervise.errors import Invalid
from supervise.intake.readers import xlsx
from supervise.papers.lawtable import definition_of, table
from supervise.reading import dump, parse
from supervise.site.folder import read_file
from supervise.workflows.definition import Definition, load
from supervise.workflows.tables import FORM
from tests.cli_help import DEFINITIONS, run
from tests.workflows.builders import FOLDER

SHIPPED = sorted(FOLDER.definitions)
LAW = FOLDER.newest["key-work"]


def book(change: dict[tuple[str, str, int], object]) -> bytes:
    """The workbook of the lifecycle as a clerk saves it, with cells (sheet, column, row from one) written otherwise."""
    buffer, todo = io.BytesIO(), dict(change)
    made = xlsxwriter.Workbook(buffer, {"in_memory": True})
    for name, rows in xlsx.values(table(LAW, workbook=True), "").items():
        sheet = made.add_worksheet(name)
        for i, row in enumerate(rows, start=1):
            for j, value in enumerate(row):
                sheet.write(i - 1, j, todo.pop((name, chr(ord("A") + j), i), value))
    made.close()
    assert not todo, "a cell to be changed is not there"
    return buffer.getvalue()


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_lifecycle_reads_back_from_its_workbook(name: str) -> None:
    """Definition → xlsx → definition → table is the identity."""
    law = FOLDER.definitions[name].value
    again = definition_of(table(law, workbook=True), "表.xlsx")
    assert again == law
    assert table(again) == table(law)


def test_the_workbook_has_a_sheet_for_every_table() -> None:
    """Tables with rows are sheets, in the order of the form, each with its heads on top."""
    sheets = xlsx.values(table(LAW, workbook=True), "")
    assert list(sheets) == [name for name in FORM if name in sheets]
    assert {name: rows[0] for name, rows in sheets.items()} == {
        name: [column.head for column in FORM[name]] for name in sheets
    }


def test_numbers_and_days_that_excel_makes_are_read() -> None:
    """A version typed as a number means the number; nothing has to be text."""
    law = definition_of(book({("流程", "B", 3): 3}), "表.xlsx")
    assert (law.version, law.states) == (3, LAW.states)


def test_a_wrong_cell_of_a_workbook_is_named_by_sheet_row_and_column() -> None:
    """The clerk finds the cell, and the nearest name."""
    with pytest.raises(Invalid) as caught:
        definition_of(book({("办理", "D", 2): "牵头单伟", ("应办", "D", 3): "尽快"}), "表.xlsx")
    first, second = caught.value.problems
    assert (first.code, first.path) == ("D51", "办理!D2(谁办)")
    assert "是不是 牵头单位?" in first.text
    assert (second.code, second.path) == ("D51", "应办!D3(时限)")


def test_a_lifecycle_that_no_table_can_say_is_not_written_as_one() -> None:
    """Whatever would read back as something else is refused before anyone signs it."""
    data = dict(FOLDER.definitions[LAW.name].document.data)
    law = load(parse(dump(data | {"roles": data["roles"] | {"lead": ""}}), "a.yaml"))
    for workbook in (False, True):
        with pytest.raises(Invalid) as caught:
            table(law, workbook)
        assert [p.code for p in caught.value.problems] == ["D52"]


@pytest.mark.parametrize("form", [".md", ".xlsx"])
@pytest.mark.parametrize("name", ["key-work", "instruction"])
def test_from_the_command_line_and_back(tmp_path: Path, name: str, form: str) -> None:
    """``supervise table`` writes the file and reads it back into one that the folder accepts."""
    paper, file = tmp_path / f"流程表{form}", tmp_path / "流程.yaml"
    assert run("table", name, "-o", paper, "--definitions", DEFINITIONS).code == 0
    made = run("table", "--read", paper, "-o", file, "--definitions", DEFINITIONS, "--json")
    assert (made.code, made.data["same"], made.data["output"]) == (0, True, str(file))
    value = read_file(file).value
    assert isinstance(value, Definition)
    assert value == FOLDER.newest[name]
    again = run("table", "--read", paper, "-o", file, "--definitions", DEFINITIONS, "--json")
    assert (again.code, again.codes) == (3, ["F06"])


def test_a_table_that_cannot_be_read_writes_nothing(tmp_path: Path) -> None:
    """A table with a wrong cell ends with the code for an invalid file, and no lifecycle is written."""
    paper, file = tmp_path / "表.md", tmp_path / "流程.yaml"
    paper.write_text(table(LAW).decode().replace("| 谁办 |", "| 由谁办 |"), "utf-8")
    made = run("table", "--read", paper, "-o", file, "--json")
    assert made.code == 4
    assert set(made.codes) == {"D50"}
    assert not file.exists()


def test_one_thing_at_a_time() -> None:
    """Neither nothing nor both is asked for, and only two kinds of file are written."""
    assert run("table").code == 2
    assert run("table", "key-work", "--read", "表.md").code == 2
    assert run("table", "key-work", "-o", "表.docx").code == 2
