"""Odd, damaged, hostile and very large text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervise.errors import Invalid
from supervise.intake import as_gold, draft, from_yaml, read, to_yaml
from supervise.intake.deadlines import splits
from supervise.intake.folding import fold, number, numeral

SECONDS = 10  # of the processor: what a clerk is promised of any file; what grows with the square takes minutes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "I20"),
        (" \n\u3000\r\n", "I20"),
        ("任务\0", "I21"),
        ("\ufffd" * 5 + "任务" * 20, "I21"),
        ("责" * 20_000_000, "I22"),
    ],
    ids=["empty", "blank", "binary", "mojibake", "huge"],
)
def test_what_is_no_notice_is_refused(text: str, code: str) -> None:
    """Empty, binary and huge input is refused with a reason."""
    with pytest.raises(Invalid) as refused:
        read(text, "a.txt")
    assert refused.value.problems[0].code == code


def test_an_entry_that_is_nothing_but_its_number_is_told() -> None:
    """A file that ends behind a number is read as far as it goes, and the empty entry is pointed at."""
    notice = read("1.革委牵头\n2．")
    assert [item.no for item in notice.items] == ["1", "2"]
    assert [(p.code, p.line) for p in notice.problems if "没有任务内容" in p.text] == [("I10", 2)]


@pytest.mark.parametrize("text", ["— 3 —", "第 3 页 共 9 页", "- 7 -\n- 8 -\n"])
def test_a_page_without_words_holds_no_task(text: str) -> None:
    """Where nothing is left beside page numbers, that no task was found is said."""
    notice = read(text)
    assert not notice.items
    assert [p.code for p in notice.problems] == ["I11"]


def test_marks_with_no_name_between_them_stop_nobody() -> None:
    """An order whose entries begin with marks alone is answered by whom it addresses."""
    notice = read("督办函\n县水利局、县林业局：\n1.县水利局、、于4月20日前完成。\n2.、、、于4月20日前完成\n")
    assert [item.no for item in notice.items] == ["1", "2"]


LONG = """责任单位: ( 1. 、 x 各 12月 每季度末向 牵头, 于1月 关于 附件 “ 完成 工作 新增 5个、 10亿元 达到5家 各乡镇及
区人民政府 责任单位:区a局; 1.工作(责任单位:区a局; 2020年 共1项 及时将 (2020)号 第 任务"""


@pytest.mark.parametrize("unit", [*LONG.split(), "区局 ", "\t", "县商务局\t"])
def test_one_long_line_is_read_in_linear_time(unit: str) -> None:
    """A line of 200 000 characters of any one word does not blow up."""
    text = "一、章\n1." + unit * (200_000 // len(unit)) + "(责任单位:区发改局)"
    begun = time.process_time()
    read(text)
    assert time.process_time() - begun < SECONDS


@pytest.mark.parametrize("unit", ["1.", "①", "一、", "局", "责任单位:", "县商务局、", "附件", "| 1 |", "("])
def test_many_short_lines_are_read_in_linear_time(unit: str) -> None:
    """100 000 characters of short lines of any one word do not blow up."""
    text = "一、章\n" + (unit + "\n") * (100_000 // (len(unit) + 1))
    begun = time.process_time()
    read(text)
    assert time.process_time() - begun < SECONDS


def test_text_without_tasks_is_no_error() -> None:
    """A letter is read, and a clerk is told that it holds no task."""
    notice = read("各位同事:\n下午三点开会。", "letter.txt")
    assert notice.items == ()
    assert [(p.code, p.file) for p in notice.problems] == [("I11", "letter.txt")]


WORDS = """一、 (二) 3. 4、 (5) ① 附件 。 ; ; : : ( ( ) ) 【 】 、 , 责任单位: 牵头单位: 协办单位 区发改局 市 各镇街 等
2021年 615日 前 共9项 关于 通知 牵头 配合 负责 报送 每月 x 序号 工作任务 新增 5个 10亿元 以上 年底前 完成时限:"""
PIECES = st.sampled_from([*WORDS.split(), "\n", "\n\n", "\t", " ", "|"])


@given(st.lists(PIECES | st.text(max_size=5), max_size=60).map("".join))
def test_arbitrary_text_is_read_or_refused(text: str) -> None:
    """Nothing but ``Invalid`` is ever raised; what is read is printed there, and can be written and read again."""
    try:
        notice = read(text)
    except Invalid:
        return
    for task in as_gold(notice)["tasks"]:
        assert "".join(task["text"].split()) in "".join(text.split())
        assert (task["unit_line"] or "") in text
        assert 1 <= task["line"] <= text.count("\n") + 1
    made = draft(notice, None, "X")
    assert from_yaml(to_yaml(made)) == made


@given(st.text())
def test_folding_keeps_every_offset(text: str) -> None:
    """The folded copy is as long as the text, and folding it again changes nothing."""
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


@given(st.integers(1, 99))
def test_numerals_go_both_ways(value: int) -> None:
    """A chapter's number and its numeral are the same thing."""
    assert number(numeral(value)) == value


@pytest.mark.parametrize(
    ("digits", "readings"),
    [
        ("325", [(3, 25)]),
        ("615", [(6, 15)]),
        ("1215", [(12, 15)]),
        ("111", [(1, 11), (11, 1)]),
        ("99", [(9, 9)]),
        ("450", []),
    ],
)
def test_digits_are_split_where_the_calendar_allows(digits: str, readings: list[tuple[int, int]]) -> None:
    """Lost characters are put back only where one reading is a date."""
    assert splits(digits) == readings
