"""How wide Chinese text is, in a picture and in a terminal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervise.widths import NARROW, columns, cut, lines, pad, table, width, wrap

TEXTS = st.text(alphabet=st.sampled_from("督查室办结,。(abc 12“”…é🚩\u0301\u200d"), max_size=40)


@pytest.mark.parametrize(
    ("text", "ems", "cells"),
    [
        ("", 0, 0),
        ("督查室", 3, 6),
        ("2021", 4 * NARROW, 4),
        ("●“”", 3, 3),
        ("ab", 2 * NARROW, 2),
        ("e\u0301", NARROW, 1),
        ("🚩", 1, 2),
        ("\u200b", 0, 0),
    ],
)
def test_a_chinese_character_is_two_columns_and_one_em(text: str, ems: float, cells: int) -> None:
    """Wide characters count double, marks that stand on others count nothing."""
    assert width(text) == pytest.approx(ems)
    assert columns(text) == cells


def test_pad_fills_columns_not_characters() -> None:
    """Padded Chinese and Latin end in the same column, on whichever side the blanks are."""
    assert [pad(t, 6) for t in ("市局", "abc")] == ["市局  ", "abc   "]
    assert pad("市局", 7, "right") == "   市局"
    assert pad("市局", 7, "center") == " 市局  "
    assert pad("市发展改革委", 4) == "市发展改革委"


def test_cut_says_that_something_is_missing() -> None:
    """Shortened text ends in … and never takes more room than it was given."""
    assert cut("政府重点工作", 12) == "政府重点工作"
    assert cut("政府重点工作", 11) == "政府重点工…"
    assert cut("政府重点工作", 10) == "政府重点…"
    assert cut("政府", 0) == ""


@given(TEXTS, st.integers(0, 30))
def test_cut_fits_any_text_into_any_room(text: str, room: int) -> None:
    """No text is wider than its room after cutting, and text that fits is left alone."""
    assert columns(cut(text, room)) <= room
    if columns(text) <= room:
        assert cut(text, room) == text


@pytest.mark.parametrize(
    ("text", "width", "number"),
    [
        ("", 10, 1),
        ("abc", 3, 1),
        ("abcd", 3, 2),
        ("办结销号", 4, 2),
        ("ab cdefgh", 6, 2),
        ("ab cdefghijklm", 6, 3),
        ("a\nb", 6, 2),
    ],
)
def test_lines_are_counted_as_they_wrap(text: str, width: int, number: int) -> None:
    """A word that does not fit behind another begins a line; one that is wider than a line takes several."""
    assert lines(text, width) == number


def test_wrap_makes_even_lines() -> None:
    """Nine characters in lines of eight become five and four, not eight and one."""
    assert wrap("报送落实方案", 8) == ["报送落实方案"]
    assert wrap("一二三四五六七八九", 8) == ["一二三四五", "六七八九"]
    assert wrap("approve the plan now please", 8) == ["approve the", "plan now", "please"]
    assert not any(line.startswith((",", ")")) for line in wrap("审定方案(含附件),转发各承办单位", 8))


@given(TEXTS, st.integers(2, 12))
def test_wrap_loses_nothing_but_blanks(text: str, ems: int) -> None:
    """Every line fits, and put together again the lines say the same."""
    made = wrap(text, ems)
    assert "".join("".join(made).split()) == "".join(text.split())
    assert all(width(line) <= ems for line in made)


def test_table_puts_columns_below_each_other() -> None:
    """Names stand left and numbers right, whatever they are made of."""
    rows = [("市发展改革委", Decimal("98.5"), date(2021, 6, 30)), ("县局", 7, date(2021, 7, 1))]
    assert table(rows, header=("单位", "得分", "日期")) == (
        "  单位          得分  日期\n  市发展改革委  98.5  2021-06-30\n  县局             7  2021-07-01"
    )


def test_table_takes_short_rows_no_rows_and_an_order() -> None:
    """A missing cell is empty, an empty table is its header, and a column stands where it is told."""
    assert table([("甲", "一"), ("乙",)], indent=0) == "甲  一\n乙"
    assert table([], header=("单位", "得分"), indent=0) == "单位  得分"
    assert table([]) == ""
    assert table([(1,), (22,)], align=("left",), indent=0) == "1\n22"
