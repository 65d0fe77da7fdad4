"""Lines that look broken off, or whose brackets do not match: what a clerk is asked to look at.

Offices end the lines of one kind alike. A line that stops in the middle where the others of its kind do not, and goes
on in a line that begins nothing, was broken by the page; so was a row with fewer cells than the rows around it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise

from supervise.intake.across import unread
from supervise.intake.cards import says_until
from supervise.intake.clauses import is_leader, only_units
from supervise.intake.cover import heading, is_organ
from supervise.intake.folding import NUMERAL, numeral
from supervise.intake.labels import LABEL
from supervise.intake.lines import Line, Marker, bullet, is_furniture, is_of_all, is_unbalanced, marker
from supervise.intake.names import looks_like_unit, prefix
from supervise.intake.structure import is_attachment_mark, is_date_only
from supervise.intake.tables import cells_of, head

UNBALANCED = "括号不成对,可能缺字"
MENDED = "这一行像是上一行断下来的,与上一行接起来读"
BROKEN = "这里像是一句话断开了"
UNLABELLED = "这一行只有单位,没有写类别"
GLUED = "这一行里像是连着下一项"
_BESIDE_LIST = ("附", "注", "说明", "备注")  # what counts on its own lines, its first number behind these words
_NUMBER = re.compile(rf"\d+|[{NUMERAL}]+")
# Columns of units that have another part in a matter: who found it, who is told, where it came from.
_ASKS = re.compile(
    "督|监|考核|验收|统计|交办|提|诉|反映|来|报|企业|对象|地点|位置|地区|区域|所|主题|被|名称|项目|代表|界别|人"
)
_LONGEST = 80  # a line of units alone
_BEFORE, _BEHIND = re.compile(rf"[^\d{NUMERAL}、.“第(A-Z-]"), re.compile(" *[\u4e00-\u9fff“《(]")
_WORD = re.compile("[,。;:·]? ?(?![年月日是要项个级期类批季大方条])[\u4e00-\u9fff“《]{2}")
HALVES = "这一行与上一行像是一个词断成了两半"
_ENDS = frozenset("。;!?:…)”|.,、")
_BARS = "\t|"  # they part the cells of a row
_NUMBERS = re.compile(r"[\u4e00-\u9fff]{0,2}(?:序号|编号|号)")
_STOP = re.compile("[,。;]")
_MARK = re.compile("[,。;:]")
_CLOSING = frozenset("、,;。:)”")  # nothing begins with one of these
_OF_UNITS = ("lead", "co", "unit")
_HAN = re.compile("[\u4e00-\u9fff]+")
_LABEL = re.compile(r"[\u4e00-\u9fff]{2,8} ?[::]")
_BESIDE = re.compile(r"附 ?[件表录注]|抄[送报]|注 ?:|\(")
Begins = Callable[[str], bool]


def odd(
    folded: str, all_lines: list[Line], gone: list[Line], mended: list[int], begins: Begins | None
) -> dict[int, str]:
    """Line number → what is odd about the line.

    Args:
        folded: the folded text of a notice.
        all_lines: its lines, those that were mended joined.
        gone: page numbers and running heads that stood between them.
        mended: numbers of lines joined to the one above where lines are not broken as a rule.
        begins: whether a folded line begins something of its own; ``None`` where every line is one for certain.
    """
    found = dict(_torn(folded, all_lines, gone, begins) if begins else ())
    found |= dict(_unread_columns(all_lines)) | dict.fromkeys(_glued(all_lines), GLUED)
    found |= dict.fromkeys(_unlabelled(all_lines, begins) if begins else (), UNLABELLED)
    bracketed = [line for line in all_lines if "(" in line.folded or ")" in line.folded]
    found |= {line.no: UNBALANCED for line in bracketed if is_unbalanced(line.folded)}
    return found | dict.fromkeys(mended, MENDED)


def _torn(folded: str, all_lines: list[Line], gone: list[Line], begins: Begins) -> Iterator[tuple[int, str]]:
    """Lines that look like the rest of the one above, or what a page left between the two, and what is odd."""
    barred = any([bar in folded for bar in _BARS])
    kinds = [_kind(line.folded, barred) for line in all_lines]
    begun = [at for at, kind in enumerate(kinds) if kind not in ("plain", "label")] or [
        at for at, kind in enumerate(kinds) if kind == "label"
    ]
    first = begun[0] if begun else len(kinds)
    number = Counter(kinds)
    bars = Counter([kind for kind in kinds if kind[0] in _BARS]) if barred else None
    usual = bars.most_common(1)[0][0] if bars else ""
    rest: list[tuple[str, int, bool]] = []
    for at, (above, line) in enumerate(pairwise(all_lines)):
        ended = above.folded[-1] in _ENDS
        if ended and not bars:
            continue
        kind, own = kinds[at], kinds[at + 1]
        if not ended and len(above.folded) < 60 and _halves(above, line, begins):
            pages = [page.no for page in gone if above.end < page.start < line.start]
            yield next(iter(pages), line.no), HALVES
            continue
        rows = kind[0] in _BARS or own[0] in _BARS
        if not rows and (own != "plain" or ended):
            continue
        pages = [page.no for page in gone if above.end < page.start < line.start]
        apart = folded.count("\n", above.end, line.start) > 1 + len(pages)
        if apart or begins(line.folded) or not _goes_on(above, kind, line, own, usual, bool(pages)):
            continue
        sure = bool(pages) or rows or line.folded[0] in _CLOSING or is_of_all(above.folded)
        heads = not _MARK.search(above.folded) and len(line.folded) > 5 and line.folded[-1] in _ENDS
        if sure or (at >= first and (not heads or 2 * _told(kind, kinds, all_lines) >= number[kind] - 1 > 0)):
            rest.append((kind, pages[0] if pages else line.no, sure))
    often = Counter(kind for kind, _, sure in rest if not sure)
    yield from ((no, BROKEN) for kind, no, sure in rest if sure or often[kind] < min(3, number[kind]))


def _unread_columns(all_lines: list[Line]) -> Iterator[tuple[int, str]]:
    """Heads of tables with a column that nobody knows and that names units, and what is said of it."""
    for line, below in pairwise(all_lines):
        if "\t" not in line.folded and "|" not in line.folded:
            continue
        bar = next((bar for bar in _BARS if line.folded.count(bar) > 1), "")
        columns = head(line) if bar else None
        cells = cells_of(below, columns.bar) if columns else []
        for label, role, (a, b) in zip(columns.labels, columns.roles, cells, strict=False) if columns else ():
            words = below.folded[a:b]
            if role == "other" and not _ASKS.search(label) and len(words) > 2 and only_units(words, True):
                yield line.no, f"“{label}”一栏写的是单位,没有读作承办单位"


def _unlabelled(all_lines: list[Line], begins: Begins) -> Iterator[int]:
    """Numbers of lines that name nothing but units below a label whose list does not go on."""
    for above, line in pairwise(all_lines):
        words = line.folded
        if "、" not in words or len(words) > _LONGEST or ":" in words or "。" in words or above.folded[-1] in "、,:及":
            continue
        below = _LABEL.match(above.folded) and begins(above.folded) and not begins(words)
        if below and only_units(words, False):
            yield line.no


def _glued(all_lines: list[Line]) -> Iterator[int]:
    """Numbers of lines within which the next number of a row of markers stands, where no line begins with it."""
    rows: dict[str, list[tuple[int, Marker]]] = {}
    for index, line in enumerate(all_lines):
        mark = None if line.card or line.opens else marker(line.folded)  # a card counts (1)…;(2)… within itself
        if mark and mark.number and mark.kind != "point" and not mark.under:
            rows.setdefault(mark.kind, []).append((index, mark))
    for row in rows.values():
        for (index, mark), (end, follower) in pairwise([*_ahead(row, all_lines), *row, (len(all_lines), None)]):
            if mark is not None and (follower is None or follower.number != mark.number + 1):
                yield from _runs_on(all_lines, index, end, mark)


def _ahead(row: list[tuple[int, Marker]], all_lines: list[Line]) -> list[tuple[int, Marker]]:
    """Where the first entry of a row that begins with 2 may stand, unless 附件:1.… or 说明:1.… stands above it."""
    index, first = row[0]
    above = all_lines[max(0, index - 3) : index]
    if first.number != 2 or any(line.folded.startswith(_BESIDE_LIST) for line in above):
        return []
    return [(index - len(above) - 1, first._replace(number=0))]


def _runs_on(all_lines: list[Line], index: int, end: int, mark: Marker) -> Iterator[int]:
    """Lines between two entries, the first of them included, in which the number due stands."""
    value = _NUMBER.search(mark.printed)
    if value is None:
        return
    due = str(mark.number + 1) if value[0].isdigit() else numeral(mark.number + 1)
    sign, after = mark.printed[: value.start()] + due, mark.printed[value.end() :]
    for line in all_lines[max(index, 0) : end] if len(sign + after) > 1 else ():
        at = line.folded.find(sign + after, 1)
        cut = sign == due and after in (".", "、") and at > 0 and line.folded[at - 1] in ")。 "  # reading cuts there
        behind = at + len(sign + after)
        if at > 0 and not cut and _BEFORE.match(line.folded, at - 1) and _BEHIND.match(line.folded, behind):
            yield line.no
    yield from _bare(all_lines[index + 1 : end], sign, after)


def _bare(between: list[Line], sign: str, after: str) -> Iterator[int]:
    """The line that begins with the number due, its mark lost or misprinted: 三强化安全保障."""
    for line in between if after[:1] in "、." and after else ():
        mark = marker(line.folded) if line.folded.startswith(sign) else None
        if line.folded.startswith(sign) and _WORD.match(line.folded, len(sign)) and not (mark and mark.sure):
            yield line.no
            return


def _told(kind: str, kinds: list[str], all_lines: list[Line]) -> int:
    """How many lines of a kind say something, and are no headings."""
    alike = [line for own, line in zip(kinds, all_lines, strict=True) if own == kind]
    return sum([_STOP.search(line.folded) is not None for line in alike])


def _halves(above: Line, line: Line, begins: Begins) -> bool:
    """Whether two lines are the halves of a marker, a label, a limit, a leader or the head of a table.

    Neither is one by itself; together they are.
    """
    first, second = above.folded, line.folded
    lists = "、" in first or ":" in first
    if lists and not begins(second) and marker(second) is None and _within_name(first, second):
        return True
    heads = len(first) < 4 or _NUMBERS.match(first) is not None
    if not heads and len(first) > 12:
        return False
    whole = first + second
    if heads and head(above) is None and head(line._replace(folded=whole)) is not None:
        return True
    if len(first) < 4 and second.endswith(":") and looks_like_unit(whole[:-1]) and marker(whole) is None:
        return True  # 市 / 城市管理局:
    if len(first) > 12:
        return False
    mark = marker(first)
    body = first[mark.length :] if mark else first
    label = len(body) < 3 and not begins(first) and begins(whole)
    number = mark is None and marker(second) is None and len(first) < 6 and (m := marker(whole)) is not None and m.sure
    limit = says_until(whole) and not says_until(first)
    return label or number or limit or (is_leader(whole) and not is_leader(first))


def _within_name(first: str, second: str) -> bool:
    """Whether a list of units breaks off within a name that the next line ends.

    县水利局、团 / 山镇人民政府: and 责任单位:县住房 / 城乡建设局.
    """
    label = LABEL.match(first)
    if label and label.lastgroup not in _OF_UNITS:
        return False
    *named, last = first[label.end() if label else 0 :].removesuffix("等").split("、")
    rest = re.split("[、,:;。]", second)[0]
    whole = _HAN.fullmatch(last) and not looks_like_unit(last) and looks_like_unit(last + rest) and not prefix(rest)
    return bool(whole) and all(map(looks_like_unit, named))


def _kind(line: str, barred: bool) -> str:
    """What kind of line a folded line is: its marker, a row with so many bars, a label, or plain.

    Args:
        line: the line.
        barred: whether the notice prints bars.
    """
    for bar in _BARS if barred else "":
        if (count := line.count(bar)) > 1:
            return f"{bar}{count}"
    if mark := marker(line):
        return mark.kind
    return "label" if _LABEL.match(line) or bullet(line)[0] else "plain"


def _goes_on(above: Line, kind: str, line: Line, own: str, usual: str, paged: bool) -> bool:
    """Whether a line may be the rest of the one above, by what the two look like."""
    if line.card or line.opens or line.heads or is_date_only(line.folded) or is_of_all(line.folded):
        return False
    whole = looks_like_unit(re.split("[、,;:\t| ]", above.folded)[-1])
    if is_organ(line.folded) and (whole or not paged or (kind != "label" and kind[0] not in _BARS)):
        return False  # a signature; 县生态环境局、县 / 财政局 is none
    if heading(line.folded)[1] is not None:
        return False  # 黄牌督办(3件)
    beside = _BESIDE.match(line.folded) or is_attachment_mark(above.folded)
    if beside or is_furniture(above.folded) or is_furniture(line.folded):
        return False
    if kind[0] in _BARS or own[0] in _BARS:
        if own[0] not in _BARS or unread((line,)):
            return own == "plain" and not unread((line,))
        return kind[0] == own[0] == usual[0] and int(kind[1:]) + int(own[1:]) <= int(usual[1:])
    if head(line):
        return False  # of a table
    return paged or not (kind == "label" and whole)
