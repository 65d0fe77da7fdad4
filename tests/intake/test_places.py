"""Every drafted fact points to the characters it was read from."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from supervise.intake import draft, read, readers
from supervise.intake.breakdown import Breakdown, Draft
from supervise.intake.folding import fold
from supervise.intake.traces import tasks
from supervise.people import Unit, UnitList
from tests.intake.readers.making import HEAD, ROWS, TITLE, Word, plain_sheet

NOTICE = """云岭县人民政府办公室关于印发2023年重点任务的通知
云政办发〔2023〕6号

云岭县人民政府办公室
2023年2月16日
2023年重点任务
一、工业(牵头领导:张三)
1.新增企业12户,6月底前完成
9户。(牵头单位:县工信局;配合单位:发改局、各乡镇)
2.推进园区扩容。(责任单位:县发改局、县工信局)
"""


def bare(text: str) -> str:
    """Words without blanks, in one kind of punctuation."""
    return "".join(fold(text).split())


def facts(task: Draft) -> set[tuple[str, str]]:
    """Everything a task drafts that is printed somewhere."""
    found = {("text", task.text)}
    for field in ("lead", "co", "leader"):
        found |= {(field, name) for name in getattr(task, field)}
    found |= {("target", str(label)) for label in task.targets}
    return found | ({("due", task.due.isoformat())} if task.due else set())


def pointed(made: Breakdown, text: str) -> Iterable[tuple[str, str, str]]:
    """Field, fact and the characters pointed at, of every fact of every task."""
    for task in made.tasks:
        assert {(s.field, s.value) for s in task.spans} >= facts(task)
        for span in task.spans:
            yield span.field, span.value, text[span.start : span.end]


def test_facts_of_a_text_point_into_it() -> None:
    """The task over its line break, every unit as printed, limits and targets, title and number."""
    made = draft(read(NOTICE), None, "X", source=NOTICE)
    found = list(pointed(made, NOTICE))
    assert ("text", made.tasks[0].text, "新增企业12户,6月底前完成\n9户。") in found
    assert ("co", "县发改局", "发改局") in found
    assert ("due", "2023-06-30", "6月底前") in found
    assert ("leader", "张三", "张三") in found or not made.tasks[0].leader
    said = {span.field: NOTICE[span.start : span.end] for span in made.document.spans}
    assert said["number"] == "云政办发〔2023〕6号" and said["issued"] == "2023年2月16日"
    assert said["title"] == NOTICE.split("\n")[0]


def test_a_unit_is_pointed_at_under_the_name_of_the_directory() -> None:
    """A screen looks a fact up as it is drafted, and shows what was printed."""
    directory = UnitList((Unit("云岭县工业和信息化局", also=("县工信局",)), Unit("县发改局")))
    made = draft(read(NOTICE), directory, "X", source=NOTICE)
    assert ("lead", "云岭县工业和信息化局", "县工信局") in list(pointed(made, NOTICE))


def test_facts_of_a_file_have_their_place_in_it() -> None:
    """A cell is named as the file's own program names it, a paragraph by its number."""
    sheet = readers.read(plain_sheet([[TITLE], HEAD, *ROWS]), "a.xlsx")
    made = draft(read(sheet), None, "X", source=sheet)
    places = {(span.value, span.place) for task in made.tasks for span in task.spans}
    assert {("区住建局", "任务表!E5"), ("2025-10-31", "任务表!F3"), (ROWS[1][2], "任务表!C4")} <= places
    word = Word()
    word.line(TITLE)
    word.line("新增企业12户。(牵头单位:区工信局)", 2)
    file = readers.read(word.bytes(), "a.docx")
    made = draft(read(file), None, "X", source=file)
    assert {span.place for span in made.tasks[0].spans} == {"第2段"}


def test_a_doubt_says_its_place_where_a_file_has_no_lines() -> None:
    """What is to be looked at is found in the file, not in our copy of it."""
    sheet = readers.read(plain_sheet([[TITLE], HEAD, ROWS[0], ("2", "教育", "建学校。", "", "", "")]), "a.xlsx")
    made = draft(read(sheet), None, "X", source=sheet)
    assert [(d.code, d.place) for d in made.problems if d.code == "I01"] == [("I01", "任务表!4")]
    assert all(d.place == "" for d in draft(read(NOTICE), None, "X", source=NOTICE).problems)


@pytest.mark.parametrize("name", ["000", "001", "002", "003", "004"])
def test_every_fact_of_the_samples_points_to_words_that_say_it(name: str, seed: Callable[[str], str]) -> None:
    """On whole notices, damaged print included: the text is the text, a unit's end is the end of its name."""
    text = seed(name)
    made = draft(read(text), None, "X", source=text)
    for field, value, words in pointed(made, text):
        if field == "text":
            assert bare(words) == bare(value)
        elif field in ("lead", "co"):
            assert bare(words)[:2] in bare(value) or bare(value)[-2:] in bare(words)
        elif field == "leader":
            assert bare(words) == bare(value)
        else:
            assert words.strip()
    for task in made.tasks:
        start = next(span.start for span in task.spans if span.field == "text")
        assert text.count("\n", 0, start) + 1 == task.lines


def test_signs_taken_out_of_a_text_are_passed_over() -> None:
    """A task in bold print or with a picture in it still points to its characters."""
    text = (
        "关于分解2025年任务的通知\n1.**建校**2所。（牵头单位：县教育局）\n2.修\u2705路3公里。（牵头单位：县交通局）\n"
    )
    found = [trace for traced in tasks(read(text), text) for trace in traced if trace.field == "text"]
    assert [text[trace.start : trace.end] for trace in found] == ["建校**2所。", "修\u2705路3公里。"]
