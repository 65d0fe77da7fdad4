"""Notices whose print was damaged: the drafts stay what they were, or the damaged line is pointed at."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from supervise.intake import Notice, read
from supervise.intake.folding import fold, straighten

OURS = sorted((Path(__file__).parent / "notices").glob("*.txt"))
WIDE, NARROW = "，：；（）", ",:;()"
HEADS = ("- 7 -", "—12—", "云岭县人民政府办公室文件", "第 3 页 共 9 页")
# Cells on lines of their own or inside drawn lines bear no line more or less: there a break is a new cell.
BRITTLE = ("09-", "10-", "160-")
Damage = Callable[[str, random.Random], tuple[str, int]]


def drafts(notice: Notice, plain: Callable[[str], str] = str) -> list[tuple[object, ...]]:
    """What the office would assign, blanks and widths apart."""

    def words(text: str) -> str:
        return re.sub(r"\s", "", plain(straighten(text)))

    return [
        (
            words(item.no),
            words(item.text),
            [(words(party.name), party.role) for party in item.parties.members],
            [words(leader) for leader in item.parties.leaders],
            item.deadline and item.deadline.date,
            [(target.comparator, target.value, fold(target.unit)) for target in item.targets],
        )
        for item in notice.items
    ]


def cut(text: str, pattern: str, chance: random.Random) -> int:
    """A place that matches, by chance; 0 if there is none."""
    found = [match.end() for match in re.finditer(pattern, text)]
    return chance.choice(found) if found else 0


def without_bracket(text: str, chance: random.Random) -> tuple[str, int]:
    """One bracket is lost."""
    at = cut(text, r"[()（）\[\]【】〔〕]", chance)
    return text[: max(at - 1, 0)] + text[at:], text.count("\n", 0, at) + 1


def other_width(text: str, chance: random.Random) -> tuple[str, int]:
    """One mark is printed in the other width."""
    at = cut(text, rf"[{WIDE}{NARROW}]", chance)
    if not at:
        return text, 1
    mark = text[at - 1]
    other = NARROW[WIDE.index(mark)] if mark in WIDE else WIDE[NARROW.index(mark)]
    return text[: at - 1] + other + text[at:], text.count("\n", 0, at) + 1


def page_head(text: str, chance: random.Random) -> tuple[str, int]:
    """A page number or a running head stands between two lines."""
    at = cut(text, r"\n", chance)
    return text[:at] + chance.choice(HEADS) + "\n" + text[at:], text.count("\n", 0, at) + 1


def broken_line(text: str, chance: random.Random) -> tuple[str, int]:
    """A line is broken off."""
    at = cut(text, r"[\u4e00-\u9fff,，、](?=[\u4e00-\u9fff])", chance)
    return text[:at] + "\n" + text[at:], text.count("\n", 0, at) + 1


def broken_page(text: str, chance: random.Random) -> tuple[str, int]:
    """A page ends inside a sentence."""
    at = cut(text, r"[\u4e00-\u9fff](?=[\u4e00-\u9fff])", chance)
    return f"{text[:at]}\n{chance.choice(HEADS[:3])}\n{text[at:]}", text.count("\n", 0, at) + 1


@cache
def intact(text: str) -> list[tuple[object, ...]]:
    """The drafts of a text without damage, read once for every kind of damage."""
    return drafts(read(text))


def silent(text: str, damage: Damage, seeds: range) -> list[str]:
    """The damages of a text that change a draft and are not pointed at."""
    whole = intact(text)
    out = []
    for seed in seeds:
        broken, line = damage(text, random.Random(seed))
        notice = read(broken)
        told = any(abs((problem.line or -9) - line) <= 1 for problem in notice.problems)
        if drafts(notice) != whole and not told:
            out.append(f"{damage.__name__} {seed}, line {line}: {broken.split(chr(10))[line - 1][-40:]}")
    return out


@pytest.mark.parametrize("damage", [without_bracket, other_width, page_head])
def test_what_a_printer_loses_is_told(damage: Damage) -> None:
    """A lost bracket, another width or a page's head never changes a draft in silence."""
    found = [
        f"{path.stem}: {each}"
        for path in OURS
        if damage is not page_head or not path.stem.startswith(BRITTLE)
        for each in silent(path.read_text(encoding="utf-8"), damage, range(4))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("damage", "of"), [(broken_line, 100), (broken_page, 45)])
def test_what_a_page_breaks_is_mended_or_told(damage: Damage, of: int) -> None:
    """Of breaks at any place in short notices all but few are mended or pointed at."""
    tried = [path for path in OURS if not path.stem.startswith(BRITTLE)]
    found = [each for path in tried for each in silent(path.read_text(encoding="utf-8"), damage, range(4))]
    assert of * len(found) <= 4 * len(tried), "\n".join(found)


@pytest.mark.parametrize("damage", [without_bracket, other_width, page_head, broken_line, broken_page])
@pytest.mark.parametrize("name", ["000", "001", "003", "004"])
def test_the_samples_stand_damage(seed: Callable[[str], str], name: str, damage: Damage) -> None:
    """The sample notices, damaged at random, give the same drafts or a problem at the damaged line."""
    found = silent(seed(name), damage, range(6))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_traditional_print_is_read_alike(path: Path) -> None:
    """A notice converted to traditional characters gives the same drafts."""
    opencc = pytest.importorskip("opencc")
    plain, old = opencc.OpenCC("t2s").convert, opencc.OpenCC("s2t").convert
    text = path.read_text(encoding="utf-8")
    assert drafts(read(old(text)), plain) == drafts(read(text), plain)


def test_the_rules_know_every_traditional_character_of_their_words() -> None:
    """No character the rules match on has a traditional form that is not folded."""
    opencc = pytest.importorskip("opencc")
    room = Path(read.__code__.co_filename).parent
    chars = {
        char for path in room.glob("*.py") for char in path.read_text(encoding="utf-8") if "\u4e00" <= char <= "\u9fff"
    }
    forms = {form for char in chars for form in opencc.OpenCC("s2t").convert(char)}
    simple = opencc.OpenCC("t2s").convert
    assert not {form for form in forms if simple(form) in chars and simple(form) != form and fold(form) == form}
