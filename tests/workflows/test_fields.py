"""Values of forms: what people type and what hosts hand over becomes plain data on record, or is refused in Chinese."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervise.workflows.definition import FieldKind, FieldSpec
from supervise.workflows.fields import FieldError, read_field, shaped, writable
from tests.workflows.builders import OFFICE, A, C, Case, D, on

DAY = on("2021-07-05")


def read(kind: str, value: Any, case: Case | None = None, day: str = "2021-07-05") -> Any:
    """What a field of a kind puts on record."""
    spec = FieldSpec.model_validate({"label": "栏", "kind": kind})
    return read_field(spec, value, (case or Case()).situation, on(day))


@pytest.mark.parametrize(
    ("kind", "value", "recorded"),
    [
        ("text", "  已完成 ", "已完成"),
        ("text", 12, "12"),
        ("percent", "55", "55"),
        ("percent", "55%", "55"),
        ("percent", " 55.50% ", "55.5"),
        ("percent", 100, "100"),
        ("percent", Decimal("0"), "0"),
        ("list", "过半;完成;收尾", ["过半", "完成", "收尾"]),
        ("units", f"{A}、{D}", [A, D]),
        ("list", ("甲", "", "乙"), ["甲", "乙"]),
        ("files", "报告;附件.pdf", ["报告;附件.pdf"]),
        ("files", [{"title": "报告", "uri": "oa://1"}], [{"title": "报告", "uri": "oa://1"}]),
        ("date", "2021-07-05", "2021-07-05"),
        ("date", "2021-8-1", "2021-08-01"),
        ("date", on("2021-12-31"), "2021-12-31"),
        ("date", datetime(2021, 12, 31, 17, 30), "2021-12-31"),
    ],
)
def test_text_and_plain_values_become_plain_data(kind: str, value: Any, recorded: Any) -> None:
    """A command line's text and a host's values give the same record, which is plain JSON."""
    assert read(kind, value) == recorded
    assert json.loads(json.dumps(recorded)) == recorded


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        ("percent", "很多", "不是百分数"),
        ("percent", "101", "0 到 100"),
        ("percent", "-1", "0 到 100"),
        ("percent", "NaN", "0 到 100"),
        ("percent", "Infinity", "0 到 100"),
        ("text", "   ", "不能是空的"),
        ("list", ";;", "不能是空的"),
        ("list", 5, "应是一串值"),
        ("date", "2021-07-04", "早于"),
        ("date", "2021-02-30", "没有 2021年2月30日 这一天"),
        ("date", "明天", "不是日期"),
        ("duty", "reprot", "没有“reprot”这项应办"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(kind: str, value: Any, says: str) -> None:
    """A wrong value is never put on record or quietly changed."""
    with pytest.raises(FieldError, match=says):
        read(kind, value)


@given(st.decimals(0, 100, places=4))
def test_a_percentage_keeps_every_digit(number: Decimal) -> None:
    """What was reported is what is on record: no float, no rounding, no exponent."""
    recorded = read("percent", str(number))
    assert Decimal(recorded) == number and "E" not in recorded.upper()


def test_a_duty_is_named_by_key_kind_or_label() -> None:
    """A clerk may write the label of a duty; the record keeps its key."""
    for name in ("plan:1", "plan", "报送方案"):
        assert read("duty", name) == "plan:1"


def test_a_kind_means_the_duty_that_stands_now() -> None:
    """Waiving “progress” in July excuses the report missed in June and not the one owed in December."""
    case = Case().started()
    assert read("duty", "progress", case) == "progress:2021-06-25"
    case.cycle("2021-07-06", "2021-07-07")
    assert read("duty", "progress", case, "2021-07-08") == "progress:2021-12-25"
    case.do("2021-12-20", A, "report").do("2021-12-21", OFFICE, "verify")
    assert read("duty", "progress", case, "2021-12-22") == "progress:2021-12-25"


def test_a_kind_that_several_units_owe_on_one_day_must_be_named_in_full() -> None:
    """Nobody is excused by the order of the alphabet: the refusal lists the duties to choose from."""
    with pytest.raises(FieldError, match="请写明是哪一项") as caught:
        read("duty", "contribution", Case(co=[C, D]))
    assert all(f"contribution:2021-06-15:{unit}" in str(caught.value) for unit in (C, D))
    assert read("duty", "contribution", Case(co=[C])) == f"contribution:2021-06-15:{C}"


WORDS = st.one_of(
    st.text(max_size=4), st.sampled_from(["2021-12-31", "title", "lead", "text", "day", "x\x00", "\ud800", A])
)
SINGLE = st.one_of(WORDS, st.none(), st.booleans(), st.integers(), st.floats(), st.binary(max_size=2), st.dates())
VALUES = st.recursive(
    SINGLE,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=5,
)


@given(st.sampled_from(get_args(FieldKind)), VALUES)
def test_whatever_a_host_hands_over_is_plain_data_or_refused(kind: str, value: Any) -> None:
    """No value ends in an error of another kind, and none reaches the record that a database would not take."""
    options = {"yes": "是"} if kind == "choice" else {}
    spec = FieldSpec.model_validate({"label": "栏", "kind": kind, "options": options})
    try:
        shaped(spec, value)
        made = read_field(spec, value, Case().situation, on("2021-07-05"))
    except FieldError as error:
        assert str(error)
        return
    writable(json.loads(json.dumps(made)))
    json.dumps(made, ensure_ascii=False).encode()
