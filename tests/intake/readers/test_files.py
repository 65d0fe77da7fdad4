"""Files on the disk: opened, converted where they are old, and refused with the name the user gave."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from supervise.errors import Invalid, Refused, Unknown
from supervise.intake import read
from supervise.intake.readers.limits import MAX_FILE
from supervise.papers import documents
from supervise.papers.documents import converted, read_document
from tests.intake.readers.making import HEAD, ROWS, TITLE, Word, plain_sheet

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def notice() -> bytes:
    """A Word file with automatic numbers and a table."""
    word = Word()
    for text, level in ((TITLE, None), ("工业", 0), ("新增企业12户。(牵头单位:区工信局)", 2)):
        word.line(text, level)
    word.table([HEAD, *ROWS], [(1, 1, 2, 1)]).style = "Table Grid"
    word.line("联系人另行通知")
    return word.bytes()


def test_a_file_is_read_from_the_disk(tmp_path: Path) -> None:
    """Kind and place come with the text, and messages use the name that was given."""
    path = tmp_path / "表.xlsx"
    path.write_bytes(plain_sheet([HEAD, *ROWS]))
    made = read_document(path, "收文/表.xlsx")
    assert (made.kind, made.file) == ("xlsx", "收文/表.xlsx")
    assert len(read(made).items) == 3


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    """Missing files, folders and files of enormous size each have their code."""
    with pytest.raises(Unknown) as missing:
        read_document(tmp_path / "没有.docx", "没有.docx")
    with pytest.raises(Invalid) as folder:
        read_document(tmp_path)
    huge = tmp_path / "大.txt"
    with huge.open("wb") as file:
        file.truncate(MAX_FILE * 40)
    with pytest.raises(Invalid) as large:
        read_document(huge)
    assert [error.value.problems[0].code for error in (missing, folder, large)] == ["F01", "F03", "K02"]


@pytest.mark.parametrize("form", ["doc", "odt"])
@pytest.mark.skipif(OFFICE is None, reason="no LibreOffice on this machine: old Word files are not tried")
def test_old_files_read_as_the_new_ones(form: str, tmp_path: Path) -> None:
    """A doc (a .wps is one) and an odt give the tasks that the docx gives, numbers and merged cells included."""
    new, old = tmp_path / "a.docx", tmp_path / f"a.{form}"
    new.write_bytes(notice())
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(
        [str(OFFICE), "--headless", profile, "--convert-to", form, "--outdir", str(tmp_path), str(new)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    if not old.exists():
        pytest.skip("LibreOffice without Writer: old Word files are not tried (Debian: libreoffice-writer)")
    wps = old.rename(tmp_path / "a.wps")
    here, there = read(read_document(new)), read(read_document(wps))
    assert len(here.items) == 4
    assert [(i.no, i.path, i.text, i.parties) for i in here.items] == [
        (i.no, i.path, i.text, i.parties) for i in there.items
    ]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A program that stands where LibreOffice would."""
    path = tmp_path / "soffice"
    monkeypatch.setenv("SUPERVISE_SOFFICE", str(path))
    yield path


def test_without_libreoffice_the_message_says_what_to_do(program: Path) -> None:
    """A machine without it, or with a wrong path to it, says so."""
    with pytest.raises(Refused) as refused:
        converted(b"{\\rtf1 x}", "旧.rtf")
    problem = refused.value.problems[0]
    assert (problem.code, problem.file) == ("K06", "旧.rtf")


@pytest.mark.parametrize(("body", "code"), [("pass", "K01"), ("import time; time.sleep(60)", "K02")])
@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program on Windows")
def test_a_conversion_that_fails_or_hangs_is_refused(program: Path, body: str, code: str) -> None:
    """Nothing made of the file, or no end in time: both are said, and nothing is left running."""
    program.write_text(f"#!{sys.executable}\n{body}\n")
    program.chmod(0o755)
    with pytest.raises(Invalid) as refused:
        converted(b"{\\rtf1 x}", "旧.rtf", seconds=2)
    assert [p.code for p in refused.value.problems] == [code]


def test_text_needs_no_library_and_no_process() -> None:
    """A plain notice is read by what is in the core: nothing of the import extra is loaded."""
    code = (
        "import sys; from pathlib import Path; from supervise.papers.documents import read_document;"
        f"read_document(Path({str(Path(documents.__file__))!r}));"
        "print(*{'lxml', 'python_calamine', 'pdfplumber', 'sqlalchemy'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


@pytest.mark.parametrize(
    ("name", "library"),
    [("a.docx", "lxml"), ("a.html", "lxml"), ("a.xlsx", "python_calamine"), ("a.pdf", "pdfplumber")],
)
def test_a_missing_library_is_named_with_its_command(name: str, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What to install is said for each kind of file; nothing else fails."""
    from supervise.intake import readers
    from tests.intake.readers.making import Print, page

    makers = {"docx": notice, "html": lambda: page("<p>x</p>"), "xlsx": lambda: plain_sheet([HEAD, *ROWS])}
    data = makers.get(name[2:], lambda: Print().bytes())()
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(Refused) as refused:
        readers.read(data, name)
    problem = refused.value.problems[0]
    assert problem.code == "K04" and 'pip install "supervise[import]"' in problem.help
    assert library.replace("_", "-") in problem.text
