"""The names in a field, one by one: which marks, words and blanks part them, and which are a part of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from supervise.intake.folding import pieces, trim
from supervise.intake.names import looks_like_unit

# Words that join names. 和 is a part of many names (发展和改革局); it joins only two whole ones, or before a 各.
_AND = re.compile(
    r"(?:以及|及|会同|联合)(?=[省市区县州旗盟][\u4e00-\u9fff]|各|相关|有关|其他|驻)|[和与](?=各|相关|有关|其他)"
    r"|(?<=[局委办厅府])[和与](?=[省市区县州旗盟][\u4e00-\u9fff]{1,14}(?:局|委|办|厅|府|会|院)(?:$|[、,;。和与及]))"
    # 县医保局等县级有关部门: who is named, and the rest of them
    r"|(?<=[局委办厅府院会部司心]等)(?=(?:有关|相关)?[省市区县州旗](?:级|直)?(?:各|有关|相关)?(?:部门|单位|企业|机构)(?:$|[、,;。及和]))"
)
_JOINS = re.compile("[及和与等会联](?:(?<![会联])|(?<=会)同|(?<=联)合)")
# 各县、市、区(人民)政府: levels of one character each behind a 各 are one collective name.
_EACH = re.compile(r"(?:^|[和及与])(?:各|有关|相关|各有关|各相关)[县市区旗州盟省乡](?:、[县市区旗州盟乡])*$")
_LEVEL = re.compile(r"[县市区旗州盟乡镇](?:\([^()]*\))?(?:人民政府|政府|管委会|党委)?(?:$|[、,;等])")
_BLANKS = " \t\r\n"
_BLANK = re.compile(r"[ \t\r\n]")
_ITS = re.compile(r"各(?:有关)?(?:部门|委办|组成部门|直属)")  # 县政府 / 各部门, broken at the margin
_NEW_NAME = re.compile(r"[省市区县州旗盟各团]|有关|相关")
# Without one of these 、 parts the names of a family, and nothing else does. A bracket without one is part of a name.
_INTRICATE = re.compile(
    r"[\s(及会联等和与各有相](?:(?<=[\s及])|(?<=\()(?![^()、/]*\))|(?<=会)同|(?<=联)合|(?<=等)[有相省市区县州旗]|(?<=[和与])[各相有其省市区县州旗盟]"
    r"|(?:(?<=各)|(?<=[有相])关)[县市区旗州盟省乡](?:、[县市区旗州盟乡])*、)"
)
_PLAIN = re.compile(r"[^、/。.:](?:[^、/]*[^、/。.:])?")


class Families(dict[str, list[tuple[int, list[tuple[int, int, str]]]]]):
    """The folded words of a field → its families: where each begins, and begin, end and words of its names.

    Commas part families, 、 and 及 part names, whose offsets are counted from the beginning of the family. The same
    words are printed again and again in a notice, and are cut once.
    """

    def __init__(self) -> None:
        self.known: dict[str, list[tuple[int, int, str]]] = {}

    def __missing__(self, words: str) -> list[tuple[int, list[tuple[int, int, str]]]]:
        found, known, end = list[tuple[int, list[tuple[int, int, str]]]](), self.known, len(words)
        for a, b in pieces(words, 0, end, ",;") if "," in words or ";" in words else ((0, end),):
            family = words[a:b]
            if family not in known:
                known[family] = names(family)
            found.append((a, known[family]))
        self[words] = found
        return found


def names(family: str) -> list[tuple[int, int, str]]:
    """Begin, end and words of every name in a family."""
    if _INTRICATE.search(family):
        return [(a, b, family[a:b]) for a, b in _members(family, 0, len(family))]
    return [(match.start(), match.end(), match[0]) for match in _PLAIN.finditer(family)]


def _lists(folded: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    """Spans between 、 of a family; 各县、市、区政府 stays one name."""
    spans: list[tuple[int, int]] = []
    for a, b in pieces(folded, start, end, "、/"):
        if spans and _LEVEL.match(folded, a, b) and _EACH.search(folded[slice(*spans[-1])].strip()):
            spans[-1] = (spans[-1][0], b)
        else:
            spans.append((a, b))
    return spans


def _members(folded: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    spans = _lists(folded, start, end)
    if _JOINS.search(folded, start, end):
        joined = ((a, b, _JOINS.search(folded, a, b)) for a, b in spans)
        spans = [span for a, b, joins in joined for span in (_joined(folded, a, b) if joins else ((a, b),))]
    blank = _BLANK.search(folded, start, end) is not None
    for a, b in spans:
        a, b = trim(folded, a, b, " \t\r\n。.:")
        if a < b:
            yield from _by_blanks(folded, a, b) if blank else ((a, b),)


def _joined(folded: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    """Spans between the words that join names."""
    cuts = [m.span() for m in _AND.finditer(folded, start, end) if m.start() > start]
    if not cuts:
        return ((start, end),)
    return zip([start, *(b for _, b in cuts)], [*(a for a, _ in cuts), end], strict=True)


def _by_blanks(folded: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    """A blank parts names only where both sides are names of units; else it is a stray blank of the page."""
    at = start
    for _, b in pieces(folded, start, end, _BLANKS):
        after = folded[b:end].strip(_BLANKS)
        line = "\n" in folded[b : end - len(after)]  # a name broken at the margin goes on without a level in front
        goes_on = line and not _NEW_NAME.match(after)
        goes_on = goes_on or after.startswith("(")
        goes_on = goes_on or (line and folded[at:b].rstrip(_BLANKS).endswith("政府") and bool(_ITS.match(after)))
        begins = b < end and not goes_on and looks_like_unit(after.split()[0].removesuffix("等"))
        if b == end or (begins and looks_like_unit(folded[at:b].strip())):
            yield trim(folded, at, b)
            at = b
