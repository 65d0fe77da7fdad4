"""Word files: automatic numbers, tables as printed, what Word hides and what it shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervise.errors import Invalid
from supervise.intake import read, readers
from supervise.intake.folding import numeral
from supervise.intake.readers.numbering import chinese, roman, written
from supervise.intake.readers.transcript import BREAK, Place
from tests.intake.readers.making import HEAD, NAMESPACE, ROWS, TITLE, Word, bare_docx, zipped


def lines(word: Word) -> list[str]:
    """The lines of a file."""
    return readers.read(word.bytes(), "通知.docx").text.split("\n")


def test_automatic_numbers_are_printed_as_word_shows_them() -> None:
    """Levels count on their own, an inner one starts again below each outer one."""
    word = Word()
    for text, level in [
        ("工业", 0), ("企业", 1), ("新增企业", 2), ("技改", 2), ("先进的", 3), ("服务", 1), ("审批", 2), ("民生", 0),
        ("公园", 2),
    ]:  # fmt: skip
        word.line(text, level)
    assert lines(word) == [
        "一、工业", "（一）企业", "1.新增企业", "2.技改", "①先进的", "（二）服务", "1.审批", "二、民生", "1.公园",
    ]  # fmt: skip


def test_a_list_may_go_on_or_begin_anew() -> None:
    """Lists of one abstract list share their counter, unless one says that it starts anew."""
    word = Word()
    word.add_num(60, 50)
    word.add_num(61, 50, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>')
    word.line("甲", 0)
    word.line("乙", 0, 60)
    word.line("丙", 0, 61)
    word.line("丁", 0, 61)
    assert lines(word) == ["一、甲", "二、乙", "一、丙", "二、丁"]


def test_an_inner_number_may_run_through() -> None:
    """Items that are not to restart are counted through the chapters; numbers of outer levels may stand in them."""
    word = Word({})
    word.add_list(70, [("chineseCounting", "%1、"), ("decimal", "%2.")], '<w:lvlRestart w:val="0"/>')
    word.add_list(71, [("decimal", "%1"), ("decimal", "%1.%2")])
    for level in (0, 1, 0, 1):
        word.line("事", level, 70)
    for level in (0, 1, 1):
        word.line("项", level, 71)
    assert lines(word) == ["一、事", "1.事", "二、事", "2.事", "1.项", "1.1项", "1.2项"]


def test_a_style_numbers_its_paragraphs() -> None:
    """A heading that is numbered by its style, or by the one that is based on, has its number."""
    styles = """<w:styles {ns}>
      <w:style w:type="paragraph" w:styleId="A"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
      <w:style w:type="paragraph" w:styleId="B"><w:basedOn w:val="A"/></w:style>
      <w:style w:type="paragraph" w:styleId="C"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
    </w:styles>"""
    numbering = """<w:numbering {ns}><w:abstractNum w:abstractNumId="0">
      <w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="第%1章 "/></w:lvl>
      <w:lvl w:ilvl="1"><w:numFmt w:val="decimal"/><w:pStyle w:val="C"/><w:lvlText w:val="%2."/></w:lvl>
      </w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>"""
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{off}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'
        for style, off, text in (
            ("A", "", "总则"), ("C", "", "甲"), ("B", "", "任务"),
            ("A", '<w:numPr><w:numId w:val="0"/></w:numPr>', "无号"),
        )
    )  # fmt: skip
    parts = {"styles": styles.format(ns=NAMESPACE), "numbering": numbering.format(ns=NAMESPACE)}
    text = readers.read(bare_docx(body, **parts), "a.docx").text
    assert text.split("\n") == ["第三章 总则", "1.甲", "第四章 任务", "无号"]


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("decimal", "12"), ("chineseCounting", "十二"), ("japaneseCounting", "十二"),
        ("chineseLegalSimplified", "壹拾贰"),
        ("decimalEnclosedCircle", "⑫"), ("upperRoman", "XII"), ("lowerLetter", "l"), ("ideographTraditional", "乙"),
        ("ideographZodiac", "亥"), ("decimalZero", "12"), ("decimalEnclosedParen", "(12)"), ("unheard", "12"),
    ],
)  # fmt: skip
def test_numbers_are_written_in_words_formats(form: str, shown: str) -> None:
    """Every format an office uses is written as Word writes it; an unknown one in digits."""
    assert written(12, form) == shown


@given(st.integers(1, 99))
def test_counting_agrees_with_the_numerals_of_chapters(value: int) -> None:
    """The number of a chapter is the same by either way."""
    assert chinese(value) == numeral(value)


@pytest.mark.parametrize(
    ("value", "words"), [(100, "一百"), (105, "一百零五"), (110, "一百一十"), (1001, "一千零一"), (20_000, "20000")]
)
def test_counting_goes_on_beyond_a_hundred(value: int, words: str) -> None:
    """A list of more than a hundred items is counted as it is spoken."""
    assert chinese(value) == words
    assert roman(4) == "IV" and roman(4000) == "4000"


def test_a_table_reaches_the_reader_cell_by_cell() -> None:
    """Merged cells are carried, a head of two rows is one, numbers Word counts by itself stand in their column."""
    word = Word()
    word.line(TITLE)
    head = [["序号", "类别", "工作任务", "责任单位", "", "完成时限"], ["", "", "", "牵头", "配合", ""]]
    body = [["", *row[1:]] for row in ROWS]
    body[1][1] = ""
    body[0][4] = "区财政局\n柳汀镇"
    over = [(0, j, 1, j) for j in (0, 1, 2, 5)]
    table = word.table([*head, *body], [*over, (0, 3, 0, 4), (2, 1, 3, 1)])
    for row in (2, 3, 4):
        word.number(table.cell(row, 0).paragraphs[0], 0, 51)
    made = readers.read(word.bytes(), "a.docx")
    assert made.text.split("\n")[1:] == [
        "序号\t类别\t工作任务\t牵头\t配合\t完成时限",
        f"1\t交通\t新建改建农村公路32公里。\t区交通局\t区财政局{BREAK}柳汀镇\t2025年10月底前",
        "2\t交通\t优化公交线路6条。\t区交通局\t\t2025年6月底前",
        "3\t教育\t新增学位1200个。\t区教体局\t区住建局、区自然资源局\t2025年8月底前",
    ]
    assert made.place(made.text.index("柳汀镇")) == Place(table=1, row=3, column=5)
    items = read(made).items
    assert [[p.name for p in i.parties.members] for i in items] == [
        ["区交通局", "区财政局", "柳汀镇"], ["区交通局"], ["区教体局", "区住建局", "区自然资源局"],
    ]  # fmt: skip


def test_units_below_each_other_for_one_task_are_one_row() -> None:
    """A task whose cell reaches over several rows is one task with all their units."""
    rows = [
        ["序号", "工作任务", "牵头单位", "配合单位"],
        ["1", "建设园区。", "区发改局", "区财政局"],
        ["", "", "", "区住建局"],
        ["2", "修路。", "区交通局", "柳汀镇"],
    ]
    word = Word()
    word.table(rows, [(1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 2, 2)])
    notice = read(readers.read(word.bytes(), "a.docx"))
    assert [(i.text, [p.name for p in i.parties.members]) for i in notice.items] == [
        ("建设园区。", ["区发改局", "区财政局", "区住建局"]),
        ("修路。", ["区交通局", "柳汀镇"]),
    ]


def test_a_row_whose_first_cell_is_empty_keeps_its_columns() -> None:
    """An empty class, not merged with the one above, moves no cell to the left."""
    word = Word()
    word.table([HEAD[1:], ROWS[0][1:], ["", *ROWS[1][2:]]])
    notice = read(readers.read(word.bytes(), "a.docx"))
    assert [(i.text, [p.name for p in i.parties.members][:1]) for i in notice.items] == [
        ("新建改建农村公路32公里。", ["区交通局"]), ("优化公交线路6条。", ["区交通局"]),
    ]  # fmt: skip


def test_a_table_without_words_is_nothing() -> None:
    """A form that nobody has filled in holds no line, and what stands around it is read."""
    word = Word()
    word.line(TITLE)
    word.table([["", ""], ["", ""], ["", ""]])
    assert lines(word) == [TITLE]


def test_a_table_that_frames_others_is_no_table() -> None:
    """A page laid out in a table is read as paragraphs, the table within as a table."""
    word = Word()
    frame = word.document.add_table(1, 1).cell(0, 0)
    frame.text = TITLE
    inner = frame.add_table(2, 3)
    for row, words in zip(inner.rows, (("序号", "工作任务", "牵头单位"), ("1", "修路。", "区交通局")), strict=True):
        for cell, text in zip(row.cells, words, strict=True):
            cell.text = text
    assert lines(word) == [TITLE, "序号\t工作任务\t牵头单位", "1\t修路。\t区交通局"]


def test_revisions_are_read_as_accepted_and_told() -> None:
    """What was inserted is read, what was deleted is not, and a clerk is told that the file has revisions."""
    body = (
        "<w:p><w:r><w:t>1.新增</w:t></w:r><w:ins><w:r><w:t>十二户</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>九户</w:delText></w:r></w:del><w:r><w:rPr><w:vanish/></w:rPr><w:t>密</w:t></w:r></w:p>"
    )
    made = readers.read(bare_docx(body), "a.docx")
    assert made.text == "1.新增十二户"
    assert [note.code for note in made.notes] == ["K11", "K11"]
    assert "修订" in made.notes[0].text and "隐藏" in made.notes[1].text


def test_a_text_box_is_read_once() -> None:
    """The words of a text box come behind its paragraph; the copy for old programs is not read again."""
    box = "<w:txbxContent><w:p><w:r><w:t>附件1</w:t></w:r></w:p></w:txbxContent>"
    body = (
        '<w:p><w:r><w:t>标题</w:t></w:r><w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/'
        f'markup-compatibility/2006"><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice><mc:Fallback><w:pict>{box}'
        "</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p><w:p><w:r><w:t>正文</w:t></w:r></w:p>"
    )
    assert readers.read(bare_docx(body), "a.docx").text.split("\n") == ["标题", "附件1", "正文"]


def test_line_breaks_and_tabs_within_a_paragraph_stay() -> None:
    """A break within a paragraph parts lines of one place; a break of the page does not."""
    body = '<w:p><w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t><w:tab/><w:t>丙</w:t><w:br w:type="page"/></w:r></w:p>'
    made = readers.read(bare_docx(body), "a.docx")
    assert made.text == "甲\n乙\t丙"
    assert made.places == (Place(paragraph=1), Place(paragraph=1))


def test_strict_files_read_the_same() -> None:
    """The namespace of the strict standard makes no difference."""
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    document = f"<w:document {NAMESPACE}><w:body><w:p><w:r><w:t>任务</w:t></w:r></w:p></w:body></w:document>"
    document = document.replace("http://schemas.openxmlformats.org/wordprocessingml/2006/main", strict)
    assert readers.read(zipped({"word/document.xml": document}), "a.docx").text == "任务"


def test_a_docx_without_words_is_refused() -> None:
    """A file of pictures only is refused by name."""
    with pytest.raises(Invalid) as refused:
        readers.read(bare_docx("<w:p/>"), "扫描.docx")
    assert [(p.code, p.file) for p in refused.value.problems] == [("K05", "扫描.docx")]


def test_a_table_within_a_cell_is_the_words_of_that_cell() -> None:
    """Who answers may be set as a small table within the row; the row stays one."""
    word = Word()
    table = word.table([("序号", "工作任务", "责任分工"), ("1", "整治内河12条。", "")])
    inner = table.cell(1, 2).add_table(2, 2)
    for row, words in zip(inner.rows, (("牵头单位", "区水务局"), ("配合单位", "各街道")), strict=True):
        for cell, text in zip(row.cells, words, strict=True):
            cell.text = text
    notice = read(readers.read(word.bytes(), "a.docx"))
    assert [(i.text, i.parties.pick("lead"), i.parties.pick("co", group=True)) for i in notice.items] == [
        ("整治内河12条。", ("区水务局",), ("各街道",)),
    ]  # fmt: skip


def test_footnotes_and_comments_are_told() -> None:
    """What stands outside the text is not read, and a clerk is told so."""
    body = '<w:p><w:r><w:t>1.新建公园2个</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    made = readers.read(bare_docx(body), "a.docx")
    assert (made.text, [note.text for note in made.notes]) == ("1.新建公园2个", ["文件有脚注,没有读"])


def test_a_bracket_over_a_break_of_the_line_is_one_bracket() -> None:
    """Who helps may stand behind a break of the line within the bracket."""
    body = "<w:p><w:r><w:t>1.新建公园2个。（牵头单位：区城管局；</w:t><w:br/><w:t>配合单位：各街道）</w:t></w:r></w:p>"
    notice = read(readers.read(bare_docx(body), "a.docx"))
    assert [party.name for party in notice.items[0].parties.members] == ["区城管局", "各街道"]
    assert not notice.problems


def test_what_is_struck_through_by_hand_is_not_read_and_told() -> None:
    """An entry with a line through it is out of the list; the clerk is told that something was left out."""
    word = Word()
    word.line("1.建设公寓300套(责任单位:区住建局)")
    word.document.add_paragraph().add_run("2.改造市场4个(责任单位:区商务局)").font.strike = True
    word.line("3.建设公园2处(责任单位:区文体局)")
    made = readers.read(word.bytes(), "a.docx")
    assert [item.no for item in read(made).items] == ["1", "3"]
    assert [note.text for note in made.notes] == ["有划去的文字,没有读"]


def test_a_table_that_lies_on_its_side_is_read_as_if_it_stood() -> None:
    """Where the first column names what the rows hold, every column behind it is a task."""
    word = Word()
    word.table(
        [
            ("项目名称", "体育公园", "智慧停车"), ("建设内容", "建设球场12片", "接入泊位5000个"),
            ("牵头单位", "区文体局", "区城管局"), ("配合单位", "区城投公司", ""), ("完成时限", "6月底", "9月底"),
        ]
    )  # fmt: skip
    made = readers.read(word.bytes(), "a.docx")
    assert [(i.parties.pick("lead"), i.parties.pick("co")) for i in read(made).items] == [
        (("区文体局",), ("区城投公司",)), (("区城管局",), ()),
    ]  # fmt: skip
    assert str(made.place(made.text.index("区城管局"))) == "表1第1行第3栏"
