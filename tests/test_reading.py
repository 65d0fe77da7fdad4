"""Strict YAML: words stay words, every problem has its line, and nothing a file holds makes reading fall over."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervise.errors import Invalid, Problem
from supervise.reading import MAX_BYTES, Strict, dump, parse, read, validate


class Step(Strict):
    """A step of the sample."""

    label: str
    due: date | None = None
    kind: Literal["text", "percent"] = "text"


class Sample(Strict):
    """A file of the sample."""

    name: str
    version: int = 1
    share: Decimal = Decimal(0)
    holiday: bool = False
    steps: dict[str, Step] = {}
    words: tuple[str, ...] = ()


def problems(text: str, model: type[Any] | None = Sample) -> tuple[Problem, ...]:
    """What reading ``text`` complains about."""
    with pytest.raises(Invalid) as caught:
        read(text, "f.yaml", model) if model else parse(text, "f.yaml")
    assert all(p.file == "f.yaml" for p in caught.value.problems)
    return caught.value.problems


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("true", True),
        ("false", False),
        ("12", 12),
        ("-3", -3),
        ("010", 10),
        ("2.50", Decimal("2.50")),
        ("1.5e3", Decimal(1500)),
        ("~", None),
        ("null", None),
        ("", None),
        *((word, word) for word in ("on", "off", "yes", "no", "n", "True", "NULL", "Null")),
        *((word, word) for word in ("10:30", "2021-03-25", "1_000", "0x1f", "0o17", "1e3", ".inf", "06-25", "<<", "=")),
        ("'12'", "12"),
        ('"true"', "true"),
    ],
)
def test_words_stay_words(written: str, meant: object) -> None:
    """Only true and false are booleans, only digits are numbers, and dates and times stay text."""
    found = parse(f"a: {written}").data["a"]
    assert found == meant
    assert type(found) is type(meant)


def test_a_document_knows_the_line_of_everything() -> None:
    """Keys, values and items are found on their lines, and what is not there on the line of what encloses it."""
    document = parse("name: a\nsteps:\n  one:\n    label: b\nwords:\n- x\n- y\n", "f.yaml")
    assert [document.line(p) for p in [("name",), ("steps", "one", "label"), ("words", 1)]] == [1, 4, 7]
    assert document.line(("steps", "one", "nothing", 3)) == 3
    problem = document.problem("Y06", ("words", 1), "错了")
    assert (problem.where, problem.path) == ("f.yaml:7:3", "words.1")


def test_a_doubled_key_names_both_lines() -> None:
    """The second of two equal keys is refused, and the first is pointed to."""
    (problem,) = problems("name: a\nversion: 1\n\nname: b\n", None)
    assert (problem.code, problem.line) == ("Y02", 4)
    assert problem.text == "键“name”重复,第 1 行已经写过"
    (inner,) = problems("steps:\n  one: {label: a, label: b}\n", None)
    assert (inner.code, inner.line) == ("Y02", 2)


@pytest.mark.parametrize("text", ["a: &x 1\nb: *x\n", "a: &x {c: 1}\nb:\n  <<: *x\n"])
def test_aliases_are_refused(text: str) -> None:
    """A file says in full what it means; a reference to another place is refused at its line."""
    (problem,) = problems(text, None)
    assert (problem.code, "别名" in problem.text) == ("Y03", True)


@pytest.mark.parametrize("text", ["a: !!python/object:os.system x", "a: !!binary aGk=", "a: !mine x", "? [a]\n: b"])
def test_tags_and_keys_that_are_no_words_are_refused(text: str) -> None:
    """Nothing in a file names a kind of object."""
    (problem,) = problems(text, None)
    assert (problem.code, problem.line) == ("Y01", 1)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\nb: c: d\n", 2, "冒号"),
        ("a:\n\tb: 1\n", 2, "制表符"),
        ("a: 1\nb: [1, 2\nc: 3\n", 2, "方括号"),
        ("a: 1\nb: {c: 1\nd: 3\n", 2, "花括号"),
        ("a: 1\nb: 'x\n", 2, "引号没有收尾"),
        ("- a\nb: c\n", 2, "列表缩进不齐"),
        ("a: 1\n  b: 2\n", 2, "缩进不齐"),
        ("a: 1\n---\nb: 2\n", 2, "多个 ---"),
        ("a: *x\n", 1, "别名"),
        ("a: '\x07'\n", None, "控制字符"),
        ("[" * 5000, 1, "嵌套太深"),
        ("- " * 5000, 1, "嵌套太深"),
    ],
)
def test_a_slip_is_explained_at_its_line(text: str, line: int | None, said: str) -> None:
    """What is no YAML is answered in words a clerk can act on, not in those of a parser."""
    (problem,) = problems(text, None)
    assert (problem.code, problem.line) == ("Y01", line)
    assert said in problem.text


@pytest.mark.parametrize("text", ["9" * 5000, "1.0e999999", "1.0e99999999999999999999", "-" + "1" * 60])
def test_a_number_beyond_reason_is_refused(text: str) -> None:
    """A number nobody can have meant is refused at its line, and can be kept as text in quotes."""
    (problem,) = problems(f"a: 1\nb: {text}\n", None)
    assert (problem.code, problem.line) == ("Y06", 2)
    assert parse(f"b: '{text}'").data == {"b": text}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "是空的"),
        ("# 只有说明\n", "是空的"),
        ("a: \0", "不是文本"),
        ("a: \ud800", "不是文本"),
        ("\ufffd\ufffd\ufffd: b", "不是文本"),
        ("a" * (MAX_BYTES + 1), "不像人写的"),
    ],
)
def test_what_is_no_text_of_a_person_is_refused(text: str, said: str) -> None:
    """Empty, binary and enormous files are told apart."""
    (problem,) = problems(text, None)
    assert (problem.code, said in problem.text) == ("Y07", True)


def test_one_damaged_character_is_still_text() -> None:
    """A long text with one character lost in some other program can be read."""
    assert parse("a: " + "字" * 200 + "\ufffd").data["a"].endswith("\ufffd")


def test_an_unknown_key_is_answered_with_the_nearest() -> None:
    """A misspelt key is named at its own line, with the key that was probably meant."""
    (problem,) = problems("name: a\nsteps:\n  one:\n    lable: b\n    label: c\n")
    assert (problem.code, problem.where, problem.path) == ("Y04", "f.yaml:4:5", "steps.one.lable")
    assert problem.text == "没有“lable”这个键,是不是 label?"
    (other,) = problems("name: a\nqqq: 1\n")
    assert other.text.startswith("没有“qqq”这个键,可用的有:name、version")


def test_a_missing_key_is_named_where_it_should_stand() -> None:
    """The line is that of the thing that lacks it."""
    (problem,) = problems("name: a\nsteps:\n  one:\n    kind: text\n")
    assert (problem.code, problem.line, problem.text) == ("Y05", 3, "缺少“label”")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("version: x", "应是整数"),
        ("version: [1]", "应是整数"),
        ("share: x", "应是数字"),
        ("holiday: maybe", "应是 true 或 false"),
        ("words: x", "应是列表"),
        ("words: [1]", "应是文字"),
        ("steps: x", "应是“键: 值”的形式"),
        ("steps: {one: x}", "应是“键: 值”的形式"),
        ("steps: {one: {label: a, due: 2021-02-30}}", "没有这个日期:2021-02-30"),
        ("steps: {one: {label: a, due: 明天}}", "应是日期"),
        ("steps: {one: {label: a, kind: txt}}", "不能写“txt”,是不是 text?"),
    ],
)
def test_a_wrong_value_is_told_what_it_should_be(line: str, said: str) -> None:
    """The kind of value that belongs there is said in Chinese, at the line where it stands."""
    found = problems(f"name: a\n{line}\n")
    assert {(p.code, p.line) for p in found} == {("Y06", 2)}
    assert all(said in p.text for p in found)


def test_everything_wrong_is_said_at_once() -> None:
    """A file is checked to its end, each problem at its own line."""
    found = problems("version: x\nsteps:\n  one: {label: a, kind: b}\n  two: {}\nwords: y\n")
    assert [(p.code, p.line) for p in found] == [("Y05", 1), ("Y06", 1), ("Y06", 3), ("Y05", 4), ("Y06", 5)]


def test_a_good_file_becomes_its_model() -> None:
    """Text, numbers, days and nested parts arrive as what the model asks for."""
    made = read("name: 甲\nversion: 2\nshare: 0.25\nsteps:\n  one: {label: 乙, due: 2021-03-25}\n", "f.yaml", Sample)
    assert made == Sample(
        name="甲", version=2, share=Decimal("0.25"), steps={"one": Step(label="乙", due=date(2021, 3, 25))}
    )
    with pytest.raises(ValueError, match="frozen"):
        made.name = "丙"  # type: ignore[misc]


def test_a_file_of_another_shape_is_one_problem() -> None:
    """A list where keys are expected is said once."""
    (problem,) = problems("- a\n- b\n")
    assert (problem.code, problem.text) == ("Y06", "应是“键: 值”的形式")
    assert validate(parse("- {name: a}\n"), tuple[Sample, ...])[0].name == "a"


@given(st.text(max_size=60) | st.text(alphabet="ab:-[]{}&*!|>'\"#%@,? \n\t\r\ufeff\0\x85é督", max_size=40))
def test_any_text_is_data_or_invalid(text: str) -> None:
    """Whatever a file holds, reading it gives data or raises ``Invalid`` with a place."""
    try:
        parse(text, "f.yaml")
    except Invalid as error:
        assert all(p.code.startswith("Y") and p.file == "f.yaml" for p in error.problems)


@given(st.binary(max_size=60))
def test_any_bytes_read_as_something_are_data_or_invalid(raw: bytes) -> None:
    """The same for bytes that another program has turned into text."""
    for text in (raw.decode("gb18030", "replace"), raw.decode("utf-8", "surrogateescape")):
        try:
            parse(text)
        except Invalid as error:
            assert error.problems


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)


@given(PLAIN)
def test_what_is_written_reads_back_the_same(data: Any) -> None:
    """Plain data survives a file exactly, whatever its words look like."""
    assert parse(dump(data)).data == data


@pytest.mark.parametrize(
    "word", ["08", "010", "1.5e3", "true", "null", "no", "10:30", "2021-03-25", "", " a", "\x85", "\u2028"]
)
def test_text_that_looks_like_something_else_stays_text(word: str) -> None:
    """A code such as 08 does not come back as the number eight."""
    assert parse(dump({"code": word})).data == {"code": word}


def test_files_are_written_for_people() -> None:
    """Chinese stays Chinese, keys keep their order, lists stand below each other."""
    assert dump({"b": "牵头单位", "a": ["区工信局"]}) == "b: 牵头单位\na:\n- 区工信局\n"
