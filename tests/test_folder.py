"""A definitions folder is read as a whole, in the encodings offices use, and says everything that is wrong with it."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from supervise import Office
from supervise.errors import Invalid, Problem, Unknown
from supervise.rules.ruleset import AssessmentRules, BoardRules, Ladder, Lights
from supervise.site.folder import read_folder, shipped
from supervise.site.texts import read_text

TEXT = "# 说明\nyear: 2027\noff: [01-01]\n"


MEASURED = Path(__file__).resolve().parents[1] / "benchmarks" / "definitions"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped definitions without the stories."""
    target = tmp_path / "办法"
    shutil.copytree(shipped(), target, ignore=shutil.ignore_patterns("stories"))
    return target


def found(folder: Path) -> list[tuple[str, str, int | None]]:
    """Code, file name and line of everything wrong with a folder."""
    return [(p.code, Path(p.file).name, p.line) for p in read_folder(folder).problems]


def change(file: Path, old: str, new: str) -> int:
    """Replace one piece of a file; gives the line it stood on."""
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_what_is_shipped_is_sound() -> None:
    """The shipped folder has no problem, eight lifecycles, a ladder, lights, a board, an assessment, and units."""
    made = read_folder(shipped()).sound()
    assert made.problems == []
    laws = {"key-work", "proposal", "rectification", "instruction", "special-inspection", "censure"}
    laws |= {"publication", "objection"}
    assert made.newest.keys() == laws
    assert [len(made.of_kind(kind, "key-work")) for kind in (Ladder, Lights, BoardRules, AssessmentRules)] == [1] * 4
    assert made.of_kind(Ladder, "other-work") == ()
    assert len(made.units.units()) > 30
    assert made.stories


def test_an_office_at_work_reads_no_stories(folder: Path) -> None:
    """A damaged story is found by whoever checks the folder, and keeps nobody from his work."""
    (folder / "stories").mkdir()
    (folder / "stories" / "broken.yaml").write_text("- [", "utf-8")
    assert found(folder)[0][:2] == ("Y01", "broken.yaml")
    assert Office(folder).folder.problems == []


def test_what_is_measured_by_is_sound() -> None:
    """The lifecycles, ladder and boards of the benchmarks are as good as any."""
    assert read_folder(MEASURED).problems == []


def test_laws_are_found_by_name_and_by_version() -> None:
    """``key-work`` is the newest version, ``key-work@2`` that one."""
    made = read_folder(shipped())
    assert made.definition("key-work") is made.definition("key-work@2")
    assert made.rule(BoardRules, "red-black", date(2025, 4, 1)).value.name == "red-black@1"
    assert made.rule(BoardRules, "red-black@1").name.endswith("red-black.yaml")


@pytest.mark.parametrize("name", ["key-wrok", "key-work@9", ""])
def test_an_unknown_lifecycle_is_answered_with_the_nearest(name: str) -> None:
    """The name asked for is quoted, and those there are stand beside it (F02)."""
    with pytest.raises(Unknown, match=f"没有“{name}”这个流程.*key-work"):
        read_folder(shipped()).definition(name)


def test_rules_of_another_kind_are_not_found() -> None:
    """A ladder is no board, even under its own name (F02)."""
    with pytest.raises(Unknown, match="没有“three-colour-orders”这个办法"):
        read_folder(shipped()).rule(BoardRules, "three-colour-orders")


def test_only_one_file_says_how_a_workflow_is_reminded_by_hand(folder: Path) -> None:
    """A second set of rules for reminding by hand is found at its line; a newer version of the same is none."""
    text = (folder / "rules" / "reminders.yaml").read_text("utf-8")
    (folder / "rules" / "reminders-2.yaml").write_text(text.replace("version: 1", "version: 2"), "utf-8")
    assert read_folder(folder).problems == []
    (folder / "rules" / "more.yaml").write_text(text.replace("reminders: reminders", "reminders: more"), "utf-8")
    (wrong,) = read_folder(folder).problems
    assert (wrong.code, wrong.path) == ("H02", "remind")


def test_rules_are_chosen_by_the_day(folder: Path) -> None:
    """The newest version in force on the day counts, the newest of all where no day is given."""
    rules = folder / "rules"
    text = (rules / "red-black.yaml").read_text("utf-8")
    later = text.replace("version: 1", "version: 2").replace("effective: 2020-01-01", "effective: 2026-01-01")
    (rules / "red-black-2.yaml").write_text(later, "utf-8")
    made = read_folder(folder).sound()
    chosen = [made.rule(BoardRules, "red-black", day).value.version for day in (date(2025, 12, 31), date(2026, 1, 1))]
    assert chosen == [1, 2]
    assert made.rule(BoardRules, "red-black").value.version == 2
    assert [r.version for r in made.of_kind(BoardRules)] == [2]


@pytest.mark.parametrize("raw", [TEXT.encode(), b"\xef\xbb\xbf" + TEXT.encode(), TEXT.encode("gb18030")])
def test_a_file_is_utf8_with_or_without_mark_or_gb18030(tmp_path: Path, raw: bytes) -> None:
    """The encodings that Chinese offices save in read alike."""
    (tmp_path / "2027.yaml").write_bytes(raw)
    assert read_text(tmp_path / "2027.yaml") == TEXT


def test_windows_line_ends_and_gb18030_give_the_same_folder(folder: Path) -> None:
    """A folder saved by an office's editor says what it said before."""
    for file in folder.rglob("*.yaml"):
        file.write_bytes(file.read_text("utf-8").replace("\n", "\r\n").encode("gb18030"))
    made, before = read_folder(folder).sound(), read_folder(shipped())
    assert made.definition("key-work").value == before.definition("key-work").value
    assert made.units == before.units


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    """A picture under the name of a text, a folder, and a file that is not there are told apart."""
    (tmp_path / "a.yaml").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe")
    with pytest.raises(Invalid, match=r"不是文本文件.*\[F03\]"):
        read_text(tmp_path / "a.yaml")
    with pytest.raises(Invalid, match=r"这是文件夹.*\[F03\]"):
        read_text(tmp_path)
    with pytest.raises(Unknown, match=r"没有这个文件.*none\.yaml.*\[F01\]"):
        read_text(tmp_path / "none.yaml")


def test_a_folder_that_is_not_there_says_how_to_name_one(tmp_path: Path) -> None:
    """The path and the ways to give another are named (F01)."""
    with pytest.raises(Unknown, match=r"没有这个文件夹:.*nowhere(.|\n)*SUPERVISE_DEFINITIONS"):
        read_folder(tmp_path / "nowhere")


def test_what_a_text_says_is_worked_out_once(folder: Path) -> None:
    """Who reads a folder again has the very same laws and rules; of a file that was changed, what it now says."""
    first, again = read_folder(folder), read_folder(folder)
    for shelf in ("definitions", "rules"):
        for name, source in getattr(first, shelf).items():
            assert getattr(again, shelf)[name].value is source.value
    change(folder / "key-work.yaml", "title: 政府重点工作", "title: 改了名")
    assert read_folder(folder).newest["key-work"].title == "改了名"
    change(folder / "key-work.yaml", "title: 改了名", "title: [")
    assert found(folder) == found(folder) and found(folder)[0][0] == "Y01"


def test_a_misspelt_action_is_found_where_it_stands(folder: Path) -> None:
    """A name that no action has is answered with its file, its line and the nearest name (D07)."""
    line = change(folder / "key-work.yaml", "met_by: contribute,", "met_by: contribut,")
    (problem,) = read_folder(folder).problems
    assert (problem.code, Path(problem.file).name, problem.line) == ("D07", "key-work.yaml", line)
    assert problem.path == "duties.contribution.met_by"
    assert problem.text == "没有“contribut”这个动作,是不是 contribute?"


def test_every_file_is_read_to_its_end(folder: Path) -> None:
    """Problems of several files are shown together, and only the first use asks for a sound folder."""
    change(folder / "units.yaml", "becomes: sjj", "becomes: sjjj")
    change(folder / "rules" / "annual.yaml", "weight: 60", "weight: 50")
    (folder / "calendar" / "2027.yaml").write_text("year: 2027\noff: [02-30]\n", "utf-8")
    assert {code for code, _, _ in found(folder)} >= {"U02", "R09", "Y06"}
    with pytest.raises(Invalid) as caught:
        read_folder(folder).sound()
    assert len(caught.value.problems) == len(found(folder))


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("key-work.yaml", "label: 报送落实方案, by: lead", "label: 报送落实方案, by lead"),
        ("rules/red-black.yaml", "closes: 10 workdays", "closed: 10 workdays"),
        ("rules/three-colour-orders.yaml", "version: 1", "versoin: 1"),
    ],
)
def test_one_fault_is_one_problem(folder: Path, file: str, old: str, new: str) -> None:
    """While a file cannot be read, nobody is told that what it holds is missing elsewhere; the fault itself is told."""
    line = change(folder / file, old, new)
    assert [(name, at) for _, name, at in found(folder)] == [(Path(file).name, line)]
    assert "R15" not in {note.code for note in read_folder(folder).notes}


def test_files_nobody_would_read_are_named(folder: Path) -> None:
    """An unknown kind of file, a doubled version and a wrong ending are problems, not silence."""
    (folder / "note.yaml").write_text("a: 1\n", "utf-8")
    (folder / "rules" / "note.yaml").write_text("- a\n", "utf-8")
    (folder / "rules" / "mine.yml").write_text("ladder: mine\n", "utf-8")
    shutil.copy(folder / "key-work.yaml", folder / "key-work-copy.yaml")
    named = [(code, name) for code, name, _ in found(folder)]
    assert sorted(named) == [
        ("F04", "mine.yml"), ("F04", "note.yaml"), ("F04", "note.yaml"), ("F05", "key-work.yaml"),
    ]  # fmt: skip


def test_an_empty_folder_says_nothing_and_is_told_so(tmp_path: Path) -> None:
    """A folder without a lifecycle is a mistake of the path, not a sound set of laws (F04)."""
    (problem,) = read_folder(tmp_path).problems
    assert (problem.code, problem.file) == ("F04", str(tmp_path))


def test_a_year_of_the_site_counts_and_is_written_once(folder: Path) -> None:
    """A calendar file replaces its year; a second one for the same year is refused (F05)."""
    (folder / "calendar" / "2025.yaml").write_text("year: 2025\noff: [03-03]\n", "utf-8")
    made = read_folder(folder).sound()
    assert not made.calendar.is_workday(date(2025, 3, 3))
    assert made.calendar.is_workday(date(2025, 10, 1))
    assert not made.calendar.is_workday(date(2024, 10, 1))
    (folder / "calendar" / "again.yaml").write_text("year: 2025\noff: []\n", "utf-8")
    assert found(folder) == [("F05", "again.yaml", 1)]


def test_a_problem_reads_as_place_text_code_and_advice() -> None:
    """One line says where and what, the next what to do."""
    problem = Problem("U04", "没有“某局”这个单位", line=3, task="QH-1", help="请补进目录")
    assert str(problem.at("a.yaml")) == "a.yaml:3  QH-1  没有“某局”这个单位  [U04]\n  请补进目录"
    assert problem.where == "第3行"
    assert problem.at("a.yaml").at("b.yaml").file == "a.yaml"
    assert problem.as_dict() == {
        "code": "U04", "text": "没有“某局”这个单位", "line": 3, "task": "QH-1", "help": "请补进目录",
    }  # fmt: skip


def test_groups_of_a_year_are_those_of_the_directory(folder: Path) -> None:
    """A quota, a unit apart or a circumstance for a group that does not exist would hold for nobody."""
    file = folder / "rules" / "annual.yaml"
    text = (
        file.read_text("utf-8")
        .replace("quota: 30%", "quota: {bureau: 30%}")
        .replace("limits:", "apart: 乡鎮\n\nlimits:")
    )
    file.write_text(text, "utf-8")
    assert [code for code, _, _ in found(folder) if code == "R06"] == ["R06", "R06"]
