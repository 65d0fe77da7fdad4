"""The cases an official can sign come out as written, and a wrong one is found out at its line."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from supervise.errors import Problem
from supervise.reading import Document, parse
from supervise.rules.sending import Sending
from supervise.site.folder import Source, read_folder, shipped
from supervise.site.stories import play
from tests.workflows.builders import FOLDER, law

FILES = {Path(document.file).name: document for document in FOLDER.stories}


def told(*documents: Document) -> tuple[int, int, tuple[Problem, ...]]:
    """How many stories and steps were played, and what did not come out."""
    return play(replace(FOLDER, stories=list(documents)))


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_story_comes_out_as_written(name: str) -> None:
    """Every step, refusal, letter, count and score of the file is what the definitions give."""
    stories, steps, problems = told(FILES[name])
    assert stories > 0 and steps > 0
    assert problems == (), "\n".join(map(str, problems))


def test_every_story_file_opens_with_what_it_shows() -> None:
    """Each file opens with a comment in words an official reads, and fits a page's width."""
    for name in FILES:
        text = (shipped() / "stories" / name).read_text("utf-8")
        assert text.startswith("#"), name
        assert all(len(line) < 120 for line in text.splitlines()), name


def test_every_rule_set_and_most_acts_have_a_story() -> None:
    """Between them the stories use every ladder, board and assessment, and every kind of act people can do."""
    text = "\n".join((shipped() / "stories" / name).read_text("utf-8") for name in FILES)
    for name, source in FOLDER.rules.items():
        assert name.split("@")[0] in text or isinstance(source.value, Sending), name
    used = set(re.findall(r": ([a-z_]+)", text)) | set(re.findall(r"clock: ([a-z]+)", text))
    spoken = {"inspect", "urge", "told_part", "absorb"}  # notes, and what other tasks say
    for definition in FOLDER.newest.values():
        assert set(definition.actions) - used <= spoken, definition.name


STORY = """
- story: 方案迟报
  workflow: key-work@2
  rules: [three-colour-orders@1]
  given:
    task: {code: T1, due: 2021-12-31, lead: [区工信局], co: [区商务局]}
    assigned: 2021-03-25
  then:
    - {day: 2021-04-09, owes: {区工信局: [plan]}}
    - {day: 2021-04-10, clock: order blue, until: 2021-04-16}
    - {day: 2021-04-14, 区工信局: plan, state: planned}
    - {day: 2021-04-15, 区工信局: start, refused: 应由督查室办理}
    - {day: 2021-04-15, 督查室: start, state: in_progress}
  finally:
    as_of: 2021-06-30
    counts: {plan late: 1, order blue: 3}
    score:
      red-black 2021Q2: {区工信局: 57, 区商务局: 79}
"""


def wrong(old: str, new: str) -> tuple[Problem, ...]:
    """What is said of the story with one thing changed."""
    text = STORY.replace(old, new, 1)
    assert text != STORY
    return told(parse(text, "story.yaml"))[2]


def test_the_story_itself_is_right() -> None:
    """Before anything is changed nothing is wrong with it."""
    assert told(parse(STORY, "story.yaml")) == (1, 5, ())


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "says"),
    [
        ("owes: {区工信局: [plan]}", "owes: {区工信局: [progress, reply]}", "E04", 9, "区工信局 这天应欠 reply"),
        ("clock: order blue", "clock: order red", "E05", 10, "应办 order red"),
        ("until: 2021-04-16", "until: 2021-04-17", "E05", 10, "限期应到 2021-04-17"),
        ("state: planned", "state: assigned", "E03", 11, "实际是 planned(已报方案)"),
        ("state: planned", "state: plannd", "E03", 11, "是不是 planned?"),
        ("区工信局: plan, state: planned", "区商务局: plan, state: assigned", "E06", 11, "办不了 plan"),
        ("refused: 应由督查室办理", "refused: 时限未到", "E06", 12, "应因“时限未到”办不了"),
        ("督查室: start, state: in_progress", "督查室: start, refused: 不行", "E06", 13, "却办成了"),
        ("督查室: start, state", "督查室: start, 区工信局: report, state", "E02", 13, "一步只能有一个人"),
        ("{day: 2021-04-15, 督查室: start,", "{督查室: start,", "E02", 13, "没有写 day"),
        ("plan late: 1", "plan late: 2", "E07", 16, "plan late 应为 2,实际 1"),
        ("区商务局: 79", "区商务局: 80", "E08", 18, "应得 80,实际 79"),
        ("workflow: key-work@2", "workflow: key-wrok@1", "E01", 2, "key-work"),
        ("day: 2021-04-09", "day: 2021-04-31", "E01", 2, "没有 2021年4月31日 这一天"),
        ("story: 方案迟报", "stroy: 方案迟报", "Y04", 2, "是不是 story?"),
    ],
)  # fmt: skip
def test_a_wrong_story_fails_at_its_line(old: str, new: str, code: str, line: int, says: str) -> None:
    """A story that does not come out names file, line, what was expected and what happened."""
    found = [p for p in wrong(old, new) if p.code == code]
    assert found, [str(p) for p in wrong(old, new)]
    assert (found[0].file, found[0].line) == ("story.yaml", line) and says in found[0].text


def test_a_wrong_score_shows_its_working() -> None:
    """Who signed 80 sees the lines that make 79."""
    (problem,) = wrong("区商务局: 79", "区商务局: 80")
    assert "报送按期率 0/1 × 20 0" in problem.text and "协办漏报" in problem.text


def test_one_wrong_story_does_not_hide_another() -> None:
    """Every story of every file is played to its end."""
    text = STORY.replace("plan late: 1", "plan late: 2")
    stories, steps, problems = told(parse(text + text.lstrip("\n"), "a.yaml"), parse(text, "b.yaml"))
    assert (stories, steps) == (3, 15) and [p.code for p in problems] == ["E07"] * 3
    assert [p.file for p in problems] == ["a.yaml", "a.yaml", "b.yaml"]


REPORT = """
- story: 报数
  workflow: key-work@2
  given:
    task: {code: T1, due: 2021-12-31, lead: [区工信局], targets: ['企业 >= 18 家']}
    assigned: 2021-03-25
  then:
    - {day: 2021-04-01, 区工信局: plan}
    - {day: 2021-04-02, 督查室: start}
    - {day: 2021-06-20, 区工信局: report, figures: 企业 9家, gives: {progress: 50}}
"""


def test_a_story_says_what_is_computed() -> None:
    """A story gives its task goals in numbers and holds the percentage that follows; a wrong one fails at its line."""
    assert told(parse(REPORT, "a.yaml"))[2] == ()
    (problem,) = told(parse(REPORT.replace("progress: 50", "progress: 51"), "a.yaml"))[2]
    assert (problem.code, problem.line) == ("E20", 10)
    assert problem.text == "progress 应为 51,实际 50"
    (problem,) = told(parse(REPORT.replace("'企业 >= 18 家'", "'企业 >= 1B 家'"), "a.yaml"))[2]
    assert (problem.code, problem.line) == ("Y06", 5) and "看不懂目标" in problem.text


def test_the_lifecycle_in_the_guide_is_sound_short_and_does_what_its_story_says() -> None:
    """Whoever copies the example gets a lifecycle of under sixty lines that passes its checks and plays its story."""
    page = (Path(__file__).parents[1] / "docs" / "lifecycle-example.md").read_text("utf-8")
    text, story = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert len([line for line in text.splitlines() if line.strip()]) < 60
    example = law(text)
    source = Source(example.name, text, parse(text, "hukou-review.yaml"), example.definition)
    folder = replace(
        FOLDER, definitions={**FOLDER.definitions, example.name: source}, stories=[parse(story, "户籍.yaml")]
    )
    stories, steps, problems = play(folder)
    assert (stories, problems) == (1, ()) and steps > 8


ELSEWHERE = """- story: 另一个县的单位
  workflow: key-work@2
  rules: [three-colour-orders@1]
  given:
    task: {code: T1, due: 2021-12-31, lead: [县水务局]}
    assigned: 2021-03-25
  then:
    - {day: 2021-04-09, owes: {县水务局: [plan]}}
  finally:
    as_of: 2021-06-30
    score:
      red-black 2021Q2: {县水务局: 54}
"""


def test_a_folder_beside_with_its_own_units_leaves_the_stories_of_the_first_theirs(tmp_path: Path) -> None:
    """Stories of both folders come out as written, each with the units of the folder it stands in."""
    (tmp_path / "stories").mkdir()
    (tmp_path / "units.yaml").write_text("groups: {bureaus: 局}\nunits:\n- {name: 县水务局, group: bureaus}\n", "utf-8")
    (tmp_path / "stories" / "own.yaml").write_text(ELSEWHERE, "utf-8")
    folder = read_folder(shipped(), tmp_path)
    stories, _, problems = play(folder)
    assert folder.problems == [] and problems == () and stories > len(FILES)
