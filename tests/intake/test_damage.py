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
LABELS = r"(?:牵头|责任|配合|主办|协办|承办)(?:单位|部门)|完成时[限间]"
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


def letter_for_digit(text: str, chance: random.Random) -> tuple[str, int]:
    """A digit is recognised as the letter it looks like."""
    at = cut(text, r"[01](?=[\d年月日%个家项座处万亿]|\.\d)", chance)
    return text[: max(at - 1, 0)] + ("O" if text[at - 1] == "0" else "l") + text[at:], text.count("\n", 0, at) + 1


def misprinted_label(text: str, chance: random.Random) -> tuple[str, int]:
    """A label has one wrong, lost or doubled character."""
    at = cut(text, rf"{LABELS}(?=[:：\t|])", chance)
    if not at:
        return text, 1
    place = at - chance.randrange(1, 5)
    put = chance.choice(("贵", "", text[place] * 2))
    return text[:place] + put + text[place + 1 :], text.count("\n", 0, at) + 1


def without_month(text: str, chance: random.Random) -> tuple[str, int]:
    """The 月 of a limit is lost."""
    at = cut(text, r"(?<![\d年])\d{1,2}月(?=\d{2}日前|底前)", chance)
    return text[: max(at - 1, 0)] + text[at:], text.count("\n", 0, at) + 1


def without_comma(text: str, chance: random.Random) -> tuple[str, int]:
    """The mark between two bureaus is lost."""
    at = cut(text, r"(?<=局)、(?=[县市区][\u4e00-\u9fff]{2,5}局)", chance)
    return text[: max(at - 1, 0)] + text[at:], text.count("\n", 0, at) + 1


def without_end(text: str, chance: random.Random) -> tuple[str, int]:
    """The last character of a bureau's name is misprinted."""
    at = cut(text, r"(?<=[:：、][县市区][\u4e00-\u9fff]{2})局(?=[、,，;；)）\n])", chance)
    return (text[: at - 1] + "同" + text[at:] if at else text), text.count("\n", 0, at) + 1


def moved_by_a_cell(text: str, chance: random.Random) -> tuple[str, int]:
    """A cell is put into a row of a table, so that those behind it stand one column too far."""
    rows = [no for no, line in enumerate(text.split("\n")) if line.count("\t") > 1]
    if len(rows) < 2:
        return text, 1
    lines, at = text.split("\n"), chance.choice(rows[1:])
    cells = lines[at].split("\t")
    cells.insert(chance.randrange(1, len(cells)), "")
    lines[at] = "\t".join(cells)
    return "\n".join(lines), at + 1


@cache
def intact(text: str) -> list[tuple[object, ...]]:
    """The drafts of a text without damage, read once for every kind of damage."""
    return drafts(read(text))


def facts(drafted: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Drafts without the words of the task, which carry what was misprinted in them."""
    return [draft[:1] + draft[2:] for draft in drafted]


def silent(
    text: str, damage: Damage, seeds: range, kept: Callable[[list[tuple[object, ...]]], list[tuple[object, ...]]] = list
) -> list[str]:
    """The damages of a text that change a draft and are not pointed at."""
    whole = kept(intact(text))
    out = []
    for seed in seeds:
        broken, line = damage(text, random.Random(seed))
        notice = read(broken)
        told = any(abs((problem.line or -9) - line) <= 1 for problem in notice.problems)
        if kept(drafts(notice)) != whole and not told:
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


def test_a_notice_cut_off_anywhere_is_read_as_far_as_it_goes() -> None:
    """A file may end in the middle, even behind nothing but a number; what is read stands in what is left."""
    for path in OURS:
        text, chance = path.read_text(encoding="utf-8"), random.Random(path.stem)
        numbers = [match.end() for match in re.finditer(r"(?m)^\S{1,3}?[.．、]", text)]
        for at in [chance.randrange(5, len(text)) for _ in range(2)] + chance.sample(numbers, min(2, len(numbers))):
            part = text[:at]
            assert all(item.line <= part.count("\n") + 1 for item in read(part, path.name).items)


@pytest.mark.parametrize(("damage", "of"), [(broken_line, 100), (broken_page, 45)])
def test_what_a_page_breaks_is_mended_or_told(damage: Damage, of: int) -> None:
    """Of breaks at any place in short notices all but few are mended or pointed at."""
    tried = [path for path in OURS if not path.stem.startswith(BRITTLE)]
    found = [each for path in tried for each in silent(path.read_text(encoding="utf-8"), damage, range(4))]
    assert of * len(found) <= 4 * len(tried), "\n".join(found)


@pytest.mark.parametrize(
    ("damage", "of"),
    [
        (letter_for_digit, 50),
        (misprinted_label, 12),
        (without_month, 20),
        (without_comma, 25),
        (without_end, 25),
        (moved_by_a_cell, 20),
    ],
)
def test_what_recognition_misreads_is_mended_or_told(damage: Damage, of: int) -> None:
    """Of misread characters and lost marks all but few leave the facts as they are, or are pointed at."""
    found, tried = list[str](), 0
    for path in OURS:
        text = path.read_text(encoding="utf-8")
        if damage(text, random.Random(0))[0] != text:
            tried += 2
            found += silent(text, damage, range(2), facts)
    assert of * len(found) <= tried, "\n".join([f"{len(found)} of {tried}", *found])


def test_characters_that_are_not_seen_change_nothing() -> None:
    """Joiners, soft hyphens and pictures of a telephone stand between words without parting them."""
    for path in OURS:
        text = path.read_text(encoding="utf-8")
        for sign in "\u00ad\u200b\u2060\ufe0f":
            at = cut(text, r"[\u4e00-\u9fff](?=[\u4e00-\u9fff])", random.Random(1))
            assert drafts(read(text[:at] + sign + text[at:])) == intact(text), path.stem


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


def test_two_names_run_together_are_one_question() -> None:
    """Where a mark between two units is lost, that is asked, and not of every task that names one of the two."""
    notice = read(
        "1．整修道路3公里。（牵头单位：县财政局）\n"
        "2．新建校舍2所。（牵头单位：县住建局）\n"
        "3．改造小区30个。（牵头单位：县住建局财政局）\n"
    )
    assert [(problem.code, problem.line) for problem in notice.problems] == [("I10", 3)]
