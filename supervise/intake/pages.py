"""What the page did to the lines: running heads, page numbers, sentences broken at the margin."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise

from supervise.intake.lines import RANK, Line, closes, is_furniture, is_open, is_page_number, is_sentence, marker
from supervise.intake.names import LEVELS, looks_like_unit, prefix
from supervise.intake.structure import is_date_only

_NUMBERED = re.compile(r"\(?[\u4e00-\u9fff]{0,8} ?\(\d{4}\) ?第? ?\d{1,4} ?号")  # the document's own number
_ANY_LABEL = re.compile(r"[\u4e00-\u9fff]{4,8} ?:")
_BAR = re.compile(r"[\t|\x0b]")
_HEADER = re.compile(r"[\u4e00-\u9fff]{4,26}(?:文件|公报|简报|专报|通报)")
_SECOND_HALF = re.compile(r"(?:人民)?政府|办公室|委员会|管委会|办事处")  # no organ by itself
_CLAUSE = re.compile(r"(?:单位|部门|科室|机关|主办|协办|配合) ?:[^。:]*$")
_LABEL_IN_FRONT = re.compile(r"[\u4e00-\u9fff]{2,8} ?:")
_HALF_LABEL = re.compile(r"[\u4e00-\u9fff]{1,4} ?:")
_LABELLED = re.compile(r"(?:单位|部门|科室|机关|主办|协办|领导|责任人) ?:")
_LIST_ON = re.compile(
    r"[、,;](?=.)|等(?:$|[,;。、)(]|有关|相关|各|部门|单位|[省市区县州旗](?:级|直))|各(?:有关)?(?:部门|委办|组成部门|直属)"
)
_NARROW = 40  # page numbers and running heads are shorter
LONGEST = 5_000  # no paragraph is longer; joining on and on takes time that grows with its square
_ENDS = "。;!?:…)”|,"
Begins = Callable[[str], bool]


def running(all_lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """Lines without page numbers and running heads; returns the lines, and those left out.

    A number alone is no page number here: it may be a cell of a table. A running head is a letterhead below the first
    numbered or labelled line, or a line that stands beside page numbers again and again.
    """
    short = [(at, line.folded) for at, line in enumerate(all_lines) if len(line.folded) < _NARROW]
    pages = {at for at, words in short if is_page_number(words) and not words.isdigit()}
    if not pages and not any([_HEADER.fullmatch(words) for _, words in short]):
        return all_lines, []
    counts = Counter([line.folded for line in all_lines])
    beside = {near for at in pages for near in (at - 1, at, at + 1) if 0 <= near < len(all_lines)}
    heads = Counter([all_lines[at].folded for at in beside])
    kept: list[Line] = []
    out: list[Line] = []
    begun = False
    for at, line in enumerate(all_lines):
        begun = (
            begun
            or marker(line.folded) is not None
            or "\t" in line.folded
            or "|" in line.folded
            or line.folded == "序号"
            or _LABELLED.search(line.folded) is not None
        )
        again = counts[line.folded] > 2 and heads[line.folded] > 1 and len(line.folded) < _NARROW
        again = again and not marker(line.folded)
        if at in pages or again or (begun and _HEADER.fullmatch(line.folded)):
            out.append(line)
        else:
            kept.append(line)
    return kept, out


def unwrap(
    all_lines: list[Line], gone: list[Line], folded: str, begins: Begins
) -> tuple[list[Line], list[Line], list[int]]:
    """Join lines that a page broke at its margin; returns the lines, what of the page stood between them, and doubts.

    Doubtful are the lines, by number, that were joined to the one above where lines are not broken as a rule.

    A text is broken so when many of its lines are equally long and short; a line is joined to the next when it is full,
    ends no sentence, and the next begins with no marker and no label. Else single lines broken off are mended.

    Args:
        all_lines: the lines of a notice.
        gone: lines left out of them before.
        folded: the folded text they were cut from.
        begins: whether a folded line opens a unit clause.
    """
    # Rows of a table end where they end; they are neither full nor broken off.
    barred = {line.no for line in all_lines if _BAR.search(line.folded)} if _rows(all_lines) else set[int]()
    widths = sorted([len(line.folded) for line in all_lines if not barred or line.no not in barred])
    width = widths[int(len(widths) * 0.9)] if widths else 0
    full = bisect_right(widths, width) - bisect_left(widths, width - 4)
    if len(widths) < 12 or not 16 <= width <= 60 or full < max(4, 0.3 * len(widths)):
        return _mended(all_lines, gone, folded, begins)
    signed = _signatures(all_lines)
    pairs = pairwise([all_lines[0], *all_lines])
    new = [line.no in signed or _begins_anew(line.folded, above.folded, begins) for above, line in pairs]
    listed = list(enumerate(all_lines[:-1]))
    if barred:
        below = pairwise([all_lines[0], *all_lines])
        new = [at or line.no in barred or above.no in barred for at, (above, line) in zip(new, below, strict=True)]
        listed = [(i, line) for i, line in listed if line.no not in barred]
    follows = [new[i + 1] for i, line in listed if width - 4 <= len(line.folded) <= width]
    if 2 * sum(follows) > len(follows):  # full lines are ends of entries here, not lines broken off
        return _mended(all_lines, gone, folded, begins)
    out: list[Line] = []
    between: list[Line] = []
    passed: list[Line] = []
    left = list(gone)
    before: Line | None = None
    for line, starts in zip(all_lines, new, strict=True):
        if out and is_page_number(line.folded):
            passed.append(line)
            continue
        skipped = _taken(left, line)
        near = before is not None and (bool(passed) or bool(skipped) or line.no == before.no + 1)
        runs_on = before is not None and near and len(before.folded) >= width - 4
        last = out[-1] if out else None
        goes_on = last is not None and (is_open(last.folded) or not is_sentence(last.folded))
        if last and runs_on and goes_on and not starts and len(last.folded) < LONGEST:
            out[-1] = _joined(last, line)
            between += [*passed, *skipped]
        else:
            out += [*passed, line]
        before, passed = line, []
    return [*out, *passed], between, []


def _rows(all_lines: list[Line]) -> bool:
    """Whether any line is a row of a table."""
    whole = "".join([line.folded for line in all_lines])
    return "\t" in whole or "|" in whole or "\x0b" in whole


def bracketed(all_lines: list[Line]) -> list[Line]:
    """The lines of a file that knows its paragraphs; a bracket that a line opens and the next one closes joins the two.

    Args:
        all_lines: its lines.
    """
    out: list[Line] = []
    for line in all_lines:
        last = out[-1].folded if out else ""
        open_ = is_open(last) and last.count("(") > last.count(")") and len(last) < LONGEST
        if open_ and closes(line.folded) and not marker(line.folded) and not _BAR.search(last + line.folded):
            out[-1] = _joined(out[-1], line)
        else:
            out.append(line)
    return out


def _taken(left: list[Line], line: Line) -> list[Line]:
    """The lines left out before a line, taken off the list."""
    found: list[Line] = []
    while left and left[0].no < line.no:
        found.append(left.pop(0))
    return found


def _joined(last: Line, line: Line) -> Line:
    return Line(last.no, last.start, line.end, last.folded + " " * (line.start - last.end) + line.folded)


def _mended(
    all_lines: list[Line], gone: list[Line], folded: str, begins: Begins
) -> tuple[list[Line], list[Line], list[int]]:
    """Join single lines broken off: a bracket closed on the next line, a sentence that ends there.

    A sentence counts as broken where the entries of this notice end with a full stop or a bracket.
    """
    marks = [marker(line.folded) for line in all_lines]
    entries = [
        line.folded for line, mark in zip(all_lines, marks, strict=True) if mark and RANK[mark.kind] >= RANK["item"]
    ]
    stops = len(entries) > 3 and 5 * sum(line.endswith(("。", ")", ";")) for line in entries) >= 4 * len(entries)
    printed = [bar for bar in "|\t" if bar in folded]
    bars = {bar: usual for bar in printed if (usual := _usual([line.folded.count(bar) for line in all_lines]))}
    out: list[Line] = []
    between: list[Line] = []
    mended: list[int] = []
    left, signed = list(gone), _signatures(all_lines)
    for line, mark in zip(all_lines, marks, strict=True):
        skipped = _taken(left, line) if left else []
        last = out[-1] if out and (mark is None or bars) else None  # what bears a number begins anew
        if (
            last is not None
            and line.no not in signed
            and len(last.folded) < LONGEST
            and (
                (bars and _row_goes_on(last.folded, line.folded, bars))
                or _goes_on(last.folded, line.folded, stops, begins)
                or (skipped and _torn(last.folded, line.folded, begins))
            )
        ):
            out[-1] = _joined(last, line)
            between += skipped
            certain = last.folded.endswith((",", "、")) or line.folded[0] in ",、;等" or is_furniture(last.folded)
            mended += [] if certain else [skipped[0].no if skipped else line.no]
        else:
            out.append(line)
    return out, between, mended


def _signatures(all_lines: list[Line]) -> set[int]:
    """Numbers of the lines that name an organ above a date: they sign, and are the rest of no line."""
    return {
        line.no
        for line, below in pairwise(all_lines)
        if len(below.folded) < 20
        and "年" in below.folded
        and is_date_only(below.folded)
        and looks_like_unit(line.folded)
    }


def _usual(counts: Iterable[int]) -> int:
    """How often a bar stands in the rows of a table: the number most of its lines agree on; 0 if there is no table."""
    found = Counter([count for count in counts if count > 1]).most_common(1)
    return found[0][0] if found and found[0][1] > 2 else 0


def _row_goes_on(above: str, line: str, bars: dict[str, int]) -> bool:
    """Whether two lines are the halves of one row: neither has the usual number of bars, together they have."""
    for bar, usual in bars.items():
        first, second = above.count(bar), line.count(bar)
        if first == usual and not second and above.endswith("、") and not marker(line):
            return True
        if first < usual and second < usual and first + second == usual and (first or second):
            return not re.match(r"\|? ?\d{1,3} ?[|\t]", line)
    return False


def _goes_on(above: str, line: str, stops: bool, begins: Begins) -> bool:
    """Whether a folded line is the rest of the one above it."""
    if _begins_anew(line, above, begins) or not _is_rest(above, line, stops, begins):
        return False
    return not _BAR.search(line) and not _BAR.search(above)


def _is_rest(above: str, line: str, stops: bool, begins: Begins) -> bool:
    """Whether a folded line that begins nothing of its own is the rest of the one above it, by what the two say."""
    if is_open(above) and _LABELLED.search(line):
        return True
    if above.count("(") > above.count(")") and closes(line):
        return True
    if line.endswith(":") and "、" in above and above[-1] != ":" and _addresses(above + line):
        return True
    if len(above) < 12 and len(line) < 14 and _breaks_heading(above, line):
        return True
    if _breaks_label(above, line, begins) or _breaks_name(above, line) or _lists_on(above, line):
        return True
    mark = marker(above)
    entry = mark is not None and RANK[mark.kind] >= RANK["item"]
    if above.endswith((",", "、")) and not _LABELLED.search(above):
        return True
    if above.endswith(tuple(_ENDS)):
        return False
    if entry and _LABELLED.search(line) and not _LABELLED.search(above):
        return True
    prose = mark is None and any(stop in above for stop in ",。") and not _LABELLED.search(above) and len(above) > 7
    return ((stops and entry) or prose) and line.endswith(("。", ")", ";", "”"))


def _addresses(line: str) -> bool:
    """Whether a folded line names those a notice is sent to: 县水利局、沿河各镇街:."""
    return all(looks_like_unit(name) and "关于" not in name for name in line[:-1].split("、"))


def _torn(above: str, line: str, begins: Begins) -> bool:
    """Whether a page ended inside an entry or inside the words behind a label."""
    if above.endswith(tuple(_ENDS)) or _begins_anew(line, above, begins):
        return False
    mark = marker(above)
    inside = (mark is not None and RANK[mark.kind] >= RANK["item"]) or _LABEL_IN_FRONT.match(above)
    return bool(inside) and not looks_like_unit(re.split(r"[、,;: ]", above)[-1])


def _lists_on(above: str, line: str) -> bool:
    """县商务局 / 等,各乡镇: nothing begins with 等 or a separator; 各部门 behind 县政府 is its second half."""
    if _LIST_ON.match(line) is None or not _LABELLED.search(above):
        return False
    return line[0] != "各" or above.endswith("政府")


def _breaks_label(above: str, line: str, begins: Begins) -> bool:
    """牵头单 / 位:县商务局: neither half opens a clause, together they do."""
    if len(above) < 8:
        return not above.endswith((":", "位", "门")) and not begins(above) and begins(above + line)
    label = _HALF_LABEL.match(line)  # …局 协 / 办单位:…
    return label is not None and not begins(line) and any(begins(above[-n:] + line) for n in (1, 2, 3))


def _breaks_heading(above: str, line: str) -> bool:
    """一、县水 / 利局(2项): a heading that begins as the name of a unit does, and is one only with the line below."""
    mark = marker(above)
    if mark is None or RANK[mark.kind] >= RANK["item"]:
        return False
    body = above[mark.length :]
    return body[:1] in LEVELS and not looks_like_unit(body) and looks_like_unit(body + line) and not prefix(line)


def _breaks_name(above: str, line: str) -> bool:
    """牵头单位:县商 / 务局: the last name of a clause is none before what the next line begins with joins it."""
    head = _CLAUSE.search(above)
    if head is not None and _SECOND_HALF.fullmatch(line):
        return True
    if head is None or len(line) > 300:
        return False
    last = re.split(r"[、,;:]", above)[-1]
    rest = re.split(r"[、,;。)]", line)[0]
    return (
        bool(last)
        and last != "无"
        and not looks_like_unit(last)
        and not last.endswith(("等", ")"))
        and looks_like_unit(last + rest)
    )


def _begins_anew(line: str, above: str, begins: Begins) -> bool:
    """Whether a folded line cannot be the rest of the one above: a marker, a label, an attachment."""
    if marker(line) or line[0] == "附":
        return True
    if not is_open(above) and (begins(line) or _ANY_LABEL.match(line)):
        return True
    return _NUMBERED.match(line) is not None
