"""A slip of the hand in any file of a folder is sound or located: never a traceback."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervise.dates import YearFile
from supervise.errors import Invalid, Problem, Refused, Unknown
from supervise.intake import Breakdown
from supervise.intake import check as check_breakdown
from supervise.people import UnitsFile, unit_list
from supervise.reading import Document, dump, parse, validate
from supervise.rules import checking, ruleset
from supervise.site.folder import read_folder, shipped
from supervise.site.stories import play
from tests.test_schemas import SAMPLES
from tests.workflows.test_broken import edited

FOLDER = read_folder(shipped()).sound()


def judged(kind: str, document: Document) -> tuple[Problem, ...]:
    """Everything wrong with a file of a kind, as its reader tells it."""
    if kind in ruleset.KINDS:
        rules = ruleset.load(document)
        return checking.check(document, rules, FOLDER.newest, ["red-black"])
    if kind == "story":
        return play(replace(FOLDER, stories=[document]))[2]
    if kind == "units":
        unit_list(validate(document, UnitsFile), document)
    elif kind == "year":
        validate(document, YearFile)
    elif kind == "breakdown":
        return check_breakdown(validate(document, Breakdown), FOLDER.units, document)
    return ()


def plain(data: Any) -> Any:
    """Data as it was parsed, with numbers that a file can hold."""
    if isinstance(data, dict):
        return {key: plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [plain(value) for value in data]
    return data if isinstance(data, str | int | None) else int(data)


@pytest.mark.parametrize("kind", ["ladder", "board", "assessment", "units", "year", "story", "breakdown"])
@given(draw=st.data())
@settings(max_examples=20, deadline=None)
def test_a_slip_in_a_file_is_sound_or_located(kind: str, draw: st.DataObject) -> None:
    """Whatever one thing is deleted, renamed, replaced or swapped in a rule, a story, a directory or a calendar."""
    text = draw.draw(st.sampled_from([text for of, text, _ in SAMPLES if of == kind]))
    text = dump(edited(plain(parse(text).data), draw))
    try:
        document = parse(text, f"{kind}.yaml")
        if kind in ruleset.KINDS and not (isinstance(document.data, dict) and ruleset.KINDS.keys() & document.data):
            return  # the folder says that it cannot tell what this is
        found = judged(kind, document)
    except (Invalid, Unknown, Refused) as error:
        found = error.problems
    for problem in found:
        assert re.fullmatch("[A-Z][0-9]{2}", problem.code)
        assert Path(problem.file).name == f"{kind}.yaml" and problem.line is not None, problem
