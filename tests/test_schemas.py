"""The JSON Schema of every kind of file says what the parser takes: the same keys, the same phrases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from supervise.errors import Invalid, Unknown
from supervise.intake import draft, read, to_yaml
from supervise.patterns import PATTERNS
from supervise.phrases import (
    parse_bound,
    parse_comparison,
    parse_condition,
    parse_due,
    parse_length,
    parse_measure,
    parse_value,
)
from supervise.reading import Strict, parse, validate
from supervise.rules import entries, ladder, ruleset, scheme, sending
from supervise.site.folder import shipped
from supervise.site.keys import MEANING, PHRASES
from supervise.site.schemas import MODELS, models, schema
from tests.cli_help import NOTICE, run
from tests.workflows.test_broken import FAULTS
from tests.workflows.wide import WIDE

YEAR = "year: 2027\noff: [01-01..01-03, 05-01]\nwork: [05-08]\nsource: 某通知\n"
KINDS = list(MODELS)


def complaints(kind: str, text: str) -> list[str]:
    """What the schema of a kind says against a file."""
    found = Draft202012Validator(schema(kind)).iter_errors(parse(text).data)
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in found]


def kind_of(file: Path, text: str) -> str:
    """The kind of a shipped file, as the folder tells it."""
    if file.parent.name in ("stories", "calendar"):
        return {"stories": "story", "calendar": "year"}[file.parent.name]
    first = parse(text).data
    return next((kind for kind in ruleset.KINDS if kind in first), "definition" if "workflow" in first else "units")


def breakdown() -> str:
    """The breakdown of the shipped notice."""
    return to_yaml(draft(read(NOTICE.read_text("utf-8"), "notice.txt"), None))


SAMPLES = (
    [
        (kind_of(file, text), text, str(file.relative_to(shipped())))
        for file in sorted(shipped().rglob("*.yaml"))
        for text in [file.read_text("utf-8")]
    ]
    + [
        ("scheme", file.read_text("utf-8"), file.name)
        for file in sorted((Path(__file__).resolve().parents[1] / "examples" / "rules").glob("*.yaml"))
    ]
    + [("definition", WIDE, "wide"), ("year", YEAR, "year"), ("breakdown", breakdown(), "breakdown")]
)


@pytest.mark.parametrize(("kind", "text"), [sample[:2] for sample in SAMPLES], ids=[sample[2] for sample in SAMPLES])
def test_every_shipped_file_fits_its_schema(kind: str, text: str) -> None:
    """An editor finds nothing wrong with what we ship."""
    assert complaints(kind, text) == []


def test_every_kind_of_file_is_among_the_samples() -> None:
    """No schema goes without a file that fits it."""
    assert {kind for kind, _, _ in SAMPLES} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_a_schema(kind: str) -> None:
    """It keeps the rules of JSON Schema 2020-12, and is plain JSON."""
    made = schema(kind)
    Draft202012Validator.check_schema(made)
    assert json.loads(json.dumps(made, ensure_ascii=False)) == made


def objects(kind: str) -> Iterator[tuple[type[Strict], dict[str, Any]]]:
    """Every model of a kind of file with its part of the schema."""
    made = schema(kind)
    root = made["items"] if made.get("type") == "array" else made
    for model in dict.fromkeys(models(MODELS[kind])):
        yield model, root if model is MODELS[kind] else made["$defs"][model.__name__]


@pytest.mark.parametrize("kind", KINDS)
def test_the_parser_knows_the_keys_of_the_schema_and_no_other(kind: str) -> None:
    """Each key of the schema is read, each other key is refused, and what is missing there is missing here."""
    for model, part in objects(kind):
        told = {key: "?" for key in part["properties"]}
        unknown = {p.path for p in refused(model, told | {"some_key": 1}) if p.code == "Y04"}
        assert unknown == {"some_key"}, model
        assert all(problem.code != "Y04" for problem in refused(model, told)), model
        for field, spec in model.model_fields.items():  # the name in Python is no key of a file
            wrong = refused(model, {field: 1}) if spec.alias else ()
            assert not spec.alias or "Y04" in {problem.code for problem in wrong}, field
        missing = {p.text for p in refused(model, {}) if p.code == "Y05"}
        assert missing == {f"缺少“{key}”" for key in part.get("required", ())}, model
        assert part["additionalProperties"] is False


def refused(model: type[Strict], data: dict[str, Any]) -> tuple[Any, ...]:
    """The problems with which the parser refuses some data, if it does."""
    text = json.dumps(data) if data else "{}"
    try:
        validate(parse(text, "f"), model)
    except Invalid as error:
        return error.problems
    return ()


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_is_explained_and_leaves_nothing_open(kind: str) -> None:
    """Each key has its Chinese, and a kind of value or a phrase."""
    for model, part in objects(kind):
        assert part["description"]
        for key, value in part["properties"].items():
            assert any("\u4e00" <= letter <= "\u9fff" for letter in value["description"]), (model, key)
            assert value.keys() & {"type", "anyOf", "$ref", "enum", "const"}, (model, key)
            assert {} not in value.get("anyOf", ()), (model, key)
            assert value.get("additionalProperties") is not True or key == "then", (model, key)


def test_no_explanation_of_what_is_not_there() -> None:
    """Each explained model and key exists."""
    there = {m.__name__: {f.alias or n for n, f in m.model_fields.items()} for k in KINDS for m in models(MODELS[k])}
    assert there.keys() == MEANING.keys()
    for table in (MEANING, PHRASES):
        for name, keys in table.items():
            assert set(keys) - {""} <= there[name], name


PARSERS: dict[str, Any] = {
    "value": parse_value,
    "length": parse_length,
    "limit": parse_due,
    "month_day": lambda text: parse_due([text]),
    "condition": parse_condition,
    "bound": parse_bound,
    "measure": parse_measure,
    "comparison": parse_comparison,
    "place": ruleset._place,
    "source": ruleset._source,
    "percent": ruleset._percent,
    "tasks": ruleset._tasks,
    "spared": ladder._spared,
    "spared part": scheme._spared,
    "reckoned": scheme.window,
    "entry": entries.parse_entry,
    "lit": entries.parse_lit,
    "suspension": entries.parse_suspension,
    "reset": entries.parse_reset,
    "wait": sending.parse_wait,
    "quiet": sending.parse_quiet,
    "zone": sending.parse_zone,
}


@pytest.mark.parametrize("kind", PARSERS)
@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_what_a_pattern_allows_is_understood(kind: str, data: st.DataObject) -> None:
    """Every phrase that an editor lets pass, the parser reads."""
    PARSERS[kind](data.draw(st.from_regex(f"^(?:{PATTERNS[kind].regex})$", fullmatch=True)))


@pytest.mark.parametrize("kind", PATTERNS)
def test_the_examples_of_a_pattern_fit_it(kind: str) -> None:
    """What an editor proposes is right, for the pattern and for the parser."""
    for example in PATTERNS[kind].examples:
        assert Draft202012Validator({"pattern": f"^{PATTERNS[kind].regex}$"}).is_valid(example)
        if kind in PARSERS:
            PARSERS[kind](example)


SHAPES = [fault for fault in FAULTS if fault.code in ("Y04", "Y05", "Y06") and "2020-02-30" not in fault.new]


@pytest.mark.parametrize("fault", SHAPES, ids=lambda fault: f"{fault.code} {fault.new[:40]}")
def test_a_definition_of_the_wrong_shape_does_not_fit(fault: Any) -> None:
    """Unknown and missing keys, wrong kinds and phrases nobody understands are seen in the editor already."""
    try:
        assert complaints("definition", WIDE.replace(fault.old, fault.new))
    except Invalid as error:  # it is not even YAML that we read
        assert [problem.code for problem in error.problems] == ["Y06"]


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("ladder", "reply: 5 workdays", "reply: 5 weeks"),
        ("ladder", "when: [red unanswered]", "when: [red unanswerd]"),
        ("ladder", "    label: 约谈主要负责人\n", ""),
        ("board", "period: quarter", "period: fortnight"),
        ("board", "towns: top 5", "towns: first 5"),
        ("board", "count: finish on time", "counts: finish on time"),
        ("board", "at_least: 3 tasks", "at_least: 3"),
        ("board", "spare: [towns as co]", "spare: [towns for co]"),
        ("assessment", "quota: 30%", "quota: 0.3"),
        ("assessment", "from: mark leader", "from: leader"),
        ("assessment", "when: [score >= 80]", "when: [score => 80]"),
        ("assessment", "take: latest", "take: last"),
        ("units", "since: 2025-07-01", "since: 2025年7月1日"),
        ("units", "name: 区政府督查室", "nam: 区政府督查室"),
        ("units", "各园区: group parks", "各园区: 3"),
        ("sending", "quiet: 20:00..08:00", "quiet: 20-8"),
        ("sending", "retry: [1 minute", "retry: [1 minut"),
        ("year", "off: [01-01..01-03, 05-01]", "off: [1月1日]"),
        ("year", "year: 2027", "year: 二〇二七"),
        ("story", "assigned: 2025-02-24", "assignd: 2025-02-24"),
        ("story", "{day: 2025-03-04, 区交通局: plan}", "{区交通局: plan}"),
        ("story", "finish on time: 1", "finish just in time: 1"),
        ("breakdown", "workflow: key-work", "work: key-work"),
        ("breakdown", "- code: T2025-001", "- codes: T2025-001"),
    ],
)
def test_a_file_with_a_slip_does_not_fit(kind: str, old: str, new: str) -> None:
    """One slip in a file of each kind is seen in the editor already."""
    texts = [text for of, text, _ in SAMPLES if of == kind and old in text]
    assert texts, "nothing to change"
    assert complaints(kind, texts[0].replace(old, new, 1))


def test_an_unknown_kind_is_answered_with_the_nearest() -> None:
    """A misspelt kind of file is answered with the one that was probably meant (F08)."""
    with pytest.raises(Unknown, match=r"没有“bord”这种文件,是不是 board\?.*\[F08\]"):
        schema("bord")


def test_the_command_writes_every_schema(tmp_path: Path) -> None:
    """``--all`` fills a folder with one file for each kind; one kind alone is printed or written."""
    assert run("schema", "--all", "-o", tmp_path / "s").code == 0
    written = {file.name: json.loads(file.read_text("utf-8")) for file in (tmp_path / "s").iterdir()}
    assert written == {f"{kind}.schema.json": schema(kind) for kind in KINDS}
    assert run("schema", "board").data == schema("board")
    assert run("schema", "board", "-o", tmp_path / "b.json").out == f"已写入 {tmp_path / 'b.json'}\n"
    assert json.loads((tmp_path / "b.json").read_text("utf-8")) == schema("board")


@pytest.mark.parametrize("words", [["schema"], ["schema", "--all"], ["schema", "board", "--all", "-o", "x"]])
def test_the_command_says_what_it_needs(words: list[str]) -> None:
    """Neither kind nor ``--all``, ``--all`` without a place, or both, is a mistake of the command line."""
    assert run(*words).code == 2


def test_the_command_says_where_it_cannot_write(tmp_path: Path) -> None:
    """A file where the folder should be is said, not fallen over (F07)."""
    (tmp_path / "f").write_text("")
    result = run("schema", "--all", "-o", tmp_path / "f", "--json")
    assert (result.code, result.codes) == (4, ["F07"])
