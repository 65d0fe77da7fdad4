"""The five sample notices, held to what an expert clerk reads in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from supervise.intake import as_gold, read

DECOMPOSITIONS = ("001", "003", "004")
Seed = Callable[[str], str]
Gold = Callable[[str], dict[str, Any]]
Score = Callable[[str, dict[str, Any]], dict[str, Any]]

COUNTS = {"000": 41, "001": 101, "002": 13, "003": 109, "004": 115}


@pytest.mark.parametrize("name", COUNTS)
def test_every_task_is_found_once(seed: Seed, score: Score, name: str) -> None:
    """No printed task is lost, glued to another or invented."""
    figures = score(name, as_gold(read(seed(name))))
    assert figures["predicted_tasks"] == COUNTS[name]
    assert figures["task_recall"] == 1.0
    assert figures["task_precision"] == 1.0


@pytest.mark.parametrize("name", DECOMPOSITIONS)
def test_parties_are_those_of_the_clerk(seed: Seed, score: Score, name: str) -> None:
    """Lead, co, groups and leaders of every task agree with the annotation."""
    figures = score(name, as_gold(read(seed(name))))
    for field in ("lead_units", "co_units", "unit_groups", "leaders"):
        assert figures[f"{field}_exact"] == 1.0, field


@pytest.mark.parametrize("name", COUNTS)
def test_places_and_dates_are_those_of_the_clerk(seed: Seed, score: Score, name: str) -> None:
    """Section path, limits and reporting schedule agree with the annotation."""
    figures = score(name, as_gold(read(seed(name))))
    for field in ("section_path", "deadline_date", "deadline_date_where_dated", "reporting_exact_documents"):
        assert figures[field] == 1.0, field


@pytest.mark.parametrize("name", COUNTS)
def test_the_document_is_that_of_the_clerk(seed: Seed, score: Score, name: str) -> None:
    """Title, number, issuer, year, date, script and declared count agree with the annotation."""
    figures = score(name, as_gold(read(seed(name))))
    for field, value in figures.items():
        if field.startswith("doc_"):
            assert value == 1.0, field


@pytest.mark.parametrize("name", COUNTS)
def test_words_are_cut_from_the_page(seed: Seed, gold: Gold, name: str) -> None:
    """Text and unit clause are what is printed, on the line they are said to be on."""
    text = seed(name)
    lines = text.split("\n")
    for mine, theirs in zip(as_gold(read(text))["tasks"], gold(name)["tasks"], strict=True):
        assert mine["text"] in text
        assert mine["text"][:20] in lines[mine["line"] - 1]
        assert (mine["no"], mine["text"], mine["unit_line"], mine["line"]) == (
            theirs["no"], theirs["text"], theirs["unit_line"], theirs["line"],
        )  # fmt: skip


def codes(seed: Seed, name: str) -> list[tuple[str, str]]:
    return [(p.code, p.task) for p in read(seed(name)).problems]


def test_a_task_without_units_goes_back_to_the_office(seed: Seed) -> None:
    """In 001 no. 95 prints no bracket; it inherits nothing from its neighbours and is reported at its line."""
    notice = read(seed("001"), "001.txt")
    found = [p for p in notice.problems if p.code == "I01"]
    assert [(p.task, p.where) for p in found] == [("95", "001.txt:279")]
    assert notice.items[94].parties.members == ()


def test_a_lost_label_is_read_and_reported(seed: Seed) -> None:
    """In 001 no. 83 has lost 协办单位: before the townships."""
    assert ("I04", "83") in codes(seed, "001")


def test_dates_with_lost_characters_are_read_where_only_one_reading_is_a_date(seed: Seed) -> None:
    """001 prints 2021325, 615日 and 1215日; each has one reading, and a clerk is asked to confirm it."""
    notice = read(seed("001"))
    assert notice.issued == "2021-03-25"
    assert sum(p.code == "I07" for p in notice.problems) == 5


def test_two_document_numbers_are_reported(seed: Seed) -> None:
    """004 prints 20号 above and 21号 in a letterhead that slipped into a sentence."""
    assert ("I08", "") in codes(seed, "004")


@pytest.mark.parametrize("name", COUNTS)
def test_damaged_print_is_reported_and_other_print_is_not(seed: Seed, gold: Gold, name: str) -> None:
    """Every task whose damage the annotation tells carries a problem; of the others three in a hundred at most do."""
    notice = read(seed(name))
    told, tasks = {p.task for p in notice.problems}, gold(name)["tasks"]
    damaged = [item.no for item, task in zip(notice.items, tasks, strict=True) if task.get("damage")]
    whole = [item.no for item in notice.items if item.no not in damaged]
    assert told.issuperset(damaged)
    assert len(told.intersection(whole)) <= 0.03 * len(whole)


def test_a_restored_heading_is_reported(seed: Seed) -> None:
    """003 prints section (四) without its marker; the numbers around it prove it."""
    notice = read(seed("003"))
    fourth = notice.sections[1].children[3]
    assert (fourth.id, fourth.task_count) == ("(四)", 13)
    assert any(p.code == "I10" and fourth.title in p.text for p in notice.problems)


def test_masked_quantities_are_reported(seed: Seed) -> None:
    """000 masks quantities as xx幅 and xx条; they are unknown, not absent."""
    assert [task for code, task in codes(seed, "000") if code == "I09"]


def test_numbers_that_restart_name_their_chapter(seed: Seed) -> None:
    """000 counts from 1 in every chapter, so 2 alone names no task."""
    assert [item.no for item in read(seed("000")).items][10:12] == ["二.1", "二.2"]
