"""Text files in the encodings offices use, and files whose names say one thing and whose bytes another."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervise.errors import Invalid
from supervise.intake import read, readers
from tests.intake.readers import making

NOTICE = "青禾区人民政府办公室\n一、做强工业\n1.新增企业12户。(牵头单位:区工信局;配合单位:各镇)\n"


@pytest.mark.parametrize(
    "data",
    [
        NOTICE.encode(),
        codecs.BOM_UTF8 + NOTICE.encode(),
        NOTICE.encode("gb18030"),
        NOTICE.encode("utf-16"),
        NOTICE.encode("utf-16-le"),
        NOTICE.encode("utf-16-be"),
        codecs.BOM_UTF16_BE + NOTICE.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 with mark", "gb18030", "utf-16", "utf-16-le bare", "utf-16-be bare", "utf-16-be"],
)
def test_a_text_reads_the_same_in_every_encoding(data: bytes) -> None:
    """However an office saves a text, the same words come out, and nothing is noted."""
    read = readers.read(data, "通知.txt")
    assert (read.text, read.kind, read.notes) == (NOTICE, "txt", ())


def test_traditional_text_in_big5_is_told_from_gb18030() -> None:
    """A text in Big5 is valid in GB18030 too, where it means nothing; it is read as what makes sense."""
    text = "臺青區政府關於二〇二五年重點工作的通知，各單位：\n一、工業和民生\n".replace("〇", "零") * 3
    assert readers.read(text.encode("big5"), "a.txt").text == text


def test_a_damaged_byte_is_told_and_the_rest_is_read() -> None:
    """A text cut in the middle of a character is no other encoding: it is read, and the loss is said."""
    whole = (NOTICE * 20).encode()
    read = readers.read(whole[:-3], "通知.txt")
    assert read.text.startswith(NOTICE * 19)
    assert [(note.code, note.file) for note in read.notes] == [("K11", "通知.txt")]


def test_bytes_that_are_no_text_are_refused() -> None:
    """What is no text in any encoding is refused by name."""
    with pytest.raises(Invalid) as refused:
        readers.read(bytes(range(128, 256)) * 50, "a.txt")
    assert [(p.code, p.file) for p in refused.value.problems] == [("F03", "a.txt")]


@given(st.text(st.characters(codec="gb18030", exclude_categories=["Cs", "Cc"]), min_size=40))
def test_whatever_gb18030_can_write_is_read_back(text: str) -> None:
    """A text of office length in GB18030 is never taken for something else."""
    words = "青禾区重点工作任务分解" * 4 + text
    assert readers.read(words.encode("gb18030"), "a.txt").text == words


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "txt"),
        (making.page("<p>x"), "html"),
        (codecs.BOM_UTF8 + b"\r\n<TABLE><tr><td>1", "html"),
        ("<p>任务</p>".encode("utf-16"), "html"),
        ("<任务>不是网页".encode(), "txt"),
        (b"%PDF-1.7\n", "pdf"),
        (b"\n\n%PDF-1.7\n", "pdf"),
        (b"{\\rtf1\\ansi x}", "doc"),
        (b'<?xml version="1.0"?><office:document office:version="1.3">', "doc"),
        (making.bare_docx("<w:p/>"), "docx"),
        (making.zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}), "ods"),
        (making.zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}), "doc"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook\0".encode("utf-16-le"), "xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument\0".encode("utf-16-le"), "doc"),
    ],
)  # fmt: skip
def test_a_file_is_what_its_bytes_say(data: bytes, kind: str) -> None:
    """A web page saved as .xls and a .wps that is a doc are known for what they are; no name is asked."""
    assert readers.kind(data, "任务.xls") == kind


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (making.zipped({"OFD.xml": "<x/>"}), "OFD"),
        (making.zipped({"通知.txt": "x"}), "压缩包"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\0", "图片"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage\0".encode("utf-16-le"), "密码"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "PowerPoint Document\0".encode("utf-16-le"), "幻灯片"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x", "mht"),
    ],
    ids=["ofd", "zip", "picture", "password", "slides", "archived page"],
)
def test_what_is_not_read_is_refused_by_name(data: bytes, words: str) -> None:
    """A kind of file that is known and not read says what it is and what to do."""
    with pytest.raises(Invalid) as refused:
        readers.read(data, "a")
    problem = refused.value.problems[0]
    assert problem.code == "K03" and words in problem.text and problem.help


def test_a_table_saved_as_text_is_read_cell_by_cell() -> None:
    """Commas, quotes and line ends within quotes part nothing; a text with commas in its sentences is no table."""
    table = (
        '"2025年招商任务",,,\n序号,任务内容,牵头单位,完成时限\n'
        '1,"引进项目30个，\n到位资金90亿元","区商务局,区发改局",2025/12/31\n2,"举办“走出去”活动8场",区商务局,\n'
    )
    for data in (table.encode("utf-16"), table.encode("gb18030"), table.replace("\n", "\r\n").encode("utf-8-sig")):
        made = readers.read(data, "任务.csv")
        items = read(made).items
        assert (made.kind, made.text.split("\n")[0], len(items)) == ("csv", "2025年招商任务", 2)
        assert items[0].text == "引进项目30个，\n到位资金90亿元"
        assert str(made.place(made.text.index("区发改局"))) == "表1第3行第3栏"
    prose = "各单位,各部门,区直企业:\n一、任务\n1.修路5公里,9月底前完成。(牵头单位:区交通局,配合单位:区财政局)\n"
    assert readers.read(prose.encode(), "通知.csv").kind == "txt"
