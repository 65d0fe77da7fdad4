"""What is odd about the print of one task: lost brackets, full stops and quotes, masked words, numbers run together.

Each remark quotes what is printed and says how it was read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from supervise.intake import deadlines, targets
from supervise.intake.fields import Clause
from supervise.intake.readers.transcript import BREAK

_MASKED_COUNT = re.compile(r"[xX×]{2,8}(?=[个所条幅家座户处亩公里米])")
_MASKED = re.compile(r"[xX×]{2,8}|\*{2,}|[○〇]{2,}|某某|□{2,}")
_PAIRS = (("“", "”"), ("《", "》"), ("‘", "’"))
_STRAY = re.compile(
    r" (?:(?<=[\u4e00-\u9fff] ) *(?=[\u4e00-\u9fff。,、;])|(?<=[,、] ) *(?=[\u4e00-\u9fff])|(?<=” ) *(?=[。,]))"
)
_AFTER_STOP = re.compile(r" (?<=。 ) *(?=[\u4e00-\u9fff])")
_LOST_PLUS = re.compile(r"互联网 ?(?:[“”]|(?=[\u4e00-\u9fff]{2,6}”))")
_MASKS = "xX×*○〇□某"
_MASK = re.compile(rf"[{_MASKS}]")
_JOINED = re.compile(
    r"新(?<=(?:投资|资金|债券|贷款|基金)新)增\d[\d.]*[万亿]*元[\u4e00-\u9fff]{0,4}?(?:债券|资金|贷款|基金)"
)  # a sum cannot be new both of what stands before it and of what stands behind it
_EMPTY = re.compile(r"[;,] *\)+\Z")  # nothing stands between the last mark and the closing bracket
# 责任领导: within the words of a task: what it says was not read.
_LABEL_LEFT = re.compile(r":(?<=(?:[牵责配协主承会分][头任合办管][单部领科][位门导室]|完成时[限间]).)")
# 增长6.5,: a rate whose % is lost; 4 2公里: a figure with a blank in it. 系数不低于0.58 is a ratio and has none.
_NO_UNIT = re.compile(
    r"\d(?!(?<=0)\.)(?:(?<=[长降率出到至达于在幅比持节超破减].)\d{0,3}(?:\.\d+)?(?=(?:以上|以下|以内|左右)?(?:[,。;)(]|$)|以上的)"
    rf"|(?<![\d.月].)(?:{deadlines.BEHIND_FIRST}))"
)
_BLANK_INSIDE = re.compile(r"\d{1,4} +\d{1,4}(?=[\u4e00-\u9fff%])")
_PARTED = re.compile(r"\d +\d")
_HOLLOW = (";)", ",)", " )", "))")  # a bracket with such a field ends so
_ENDS = "。;!?”’)…."


class Signs(NamedTuple):
    """Signs of print that a notice has at all: asked once for the whole, not of every task.

    Args:
        pairs: the quotation marks and book marks it prints.
        masks: whether it prints what words may be masked with.
    """

    pairs: tuple[tuple[str, str], ...]
    masks: bool


def signs(folded: str) -> Signs:
    """The signs of a notice.

    Args:
        folded: its folded copy.
    """
    pairs = [pair for pair in _PAIRS if pair[0] in folded or pair[1] in folded]
    return Signs(tuple(pairs), any([sign in folded for sign in _MASKS]))


def ends_open(folded: str, start: int, end: int, clause: Clause | None) -> bool | None:
    """Whether a text ends without a full stop before the bracket of its units; ``None`` if no bracket follows."""
    if clause is None or end <= start or not folded.startswith("(", clause.start):
        return None
    return folded[end - 1] not in _ENDS


def read(
    text: str, folded: str, start: int, end: int, clause: Clause | None, signs: Signs,
    restored: bool = False, stops: bool = True, spaced: bool = False, apart: bool = False,
) -> list[tuple[str, str, int]]:  # fmt: skip
    """The remarks about one task: code, words, offset.

    Args:
        text: the whole notice.
        folded: its folded copy.
        start: first offset of its text.
        end: offset behind it.
        clause: its own unit clause.
        signs: what the notice prints at all.
        restored: whether its number was lost among others that have theirs.
        stops: whether the texts of this notice end with a full stop before the bracket of their units.
        spaced: whether blanks between its words are the table's, not the print's.
        apart: whether its units stand on a line of their own while those of the others do not.
    """
    found: list[tuple[str, str, int]] = []
    if restored:
        found.append(("I10", "编号缺失,按前后编号补出", start))
    if clause is not None:
        if not clause.closed:
            found.append(("I10", "单位括号没有右半边,读到行末为止", clause.start))
        if apart:
            found.append(("I10", "单位括号单独成行,读作上面这一项的单位", clause.start))
        if folded.endswith(_HOLLOW, clause.start, clause.end) and _EMPTY.search(folded, clause.start, clause.end):
            found.append(("I10", "单位括号里有空字段", clause.start))
        if stops and ends_open(folded, start, end, clause):
            words = f"“{text[max(start, end - 8) : end]}”后没有句号,任务内容读到单位括号为止"
            found.append(("I10", words, end - 1))
        found += _fields(text, folded, clause)
    printed = folded[start:end]
    if not printed.strip():
        found.append(("I10", "只有编号,没有任务内容", start))
    found += _left(text, folded, start, end, printed)
    if ("等" in printed or "G" in printed) and (broken := targets.DAMAGED.search(folded, start, end)):
        words = f"“{text[broken.start() : broken.end() + 2]}”的数字可能缺字,不读作目标"
        found.append(("I10", words, broken.start()))
    if "新增" in printed and (joined := _JOINED.search(folded, start, end)):
        words = text[joined.start() - 2 : joined.end()]
        found.append(("I10", f"“{words}”读不通,可能缺“、”或“和”", joined.start()))
    if signs.masks and _MASK.search(folded, start, end):
        found += _masked(text, folded, start, end)
    for opening, closing in signs.pairs:
        if printed.count(opening) != printed.count(closing):
            found.append(("I10", f"“{opening}”和“{closing}”不成对,可能缺字", start))
    if "互联网" in printed and (plus := _LOST_PLUS.search(folded, start, end)):
        found.append(("I10", f"“{text[plus.start() : plus.end() + 3]}”可能缺“+”", plus.start()))
    if " " in printed and not spaced:
        found += _stray(text, folded, start, end)
    return found


def _stray(text: str, folded: str, start: int, end: int) -> Iterator[tuple[str, str, int]]:
    """Blanks that part nothing."""
    after = list(_AFTER_STOP.finditer(folded, start, end))
    if len(after) > 1:
        yield "I10", f"句号后有 {len(after) - 1} 处空格,按没有空格读", after[1].start()
    if stray := [
        m
        for m in _STRAY.finditer(folded, start, end)
        if BREAK not in text[m.start() : m.end()] and not _bracketed(folded, start, m.start())
    ]:
        words = text[max(start, stray[0].start() - 3) : stray[0].end() + 3].strip()
        yield "I10", f"文字中间有 {len(stray)} 处空格(如“{words}”),按没有空格读", stray[0].start()


def _fields(text: str, folded: str, clause: Clause) -> Iterator[tuple[str, str, int]]:
    """What is odd about the labelled parts: words before the first label, a limit that lost a character."""
    if clause.fields and (end := folded.find(";", clause.start, clause.fields[0].start)) > 0:
        head = folded[clause.start + 1 : end]
        if folded[clause.start] == "(" and ":" not in head and len(head) < 30:
            yield "I10", f"“{head}”前没有写类别,没有读", clause.start
    for role, _, start, end in clause.fields:
        if role == "due" and (lost := deadlines.RUN_TOGETHER.search(folded, start, end + 1)):
            yield "I07", f"时限“{text[lost.start() : lost.end() + 1]}”可能缺“月”字", lost.start()
        elif role == "due" and (parted := _PARTED.search(folded, start, end)):
            yield "I07", f"时限“{text[start:end]}”的数字中间有空格", parted.start()


def _left(text: str, folded: str, start: int, end: int, printed: str) -> Iterator[tuple[str, str, int]]:
    """Figures in the words of a task that have lost a character, and labels that were not read."""
    figure = _NO_UNIT.search(folded, start, end)
    if figure is None and " " in printed:
        figure = _BLANK_INSIDE.search(folded, start, end)
    if figure and deadlines.RUN_TOGETHER.match(folded, figure.start(), end):
        yield "I07", f"“{text[figure.start() : figure.end() + 2]}”可能缺“月”字", figure.start()
    elif figure:
        yield "I10", f"“{text[figure.start() : figure.end() + 1]}”的数字没有单位或断开了,可能缺字", figure.start()
    if ":" in printed and (label := _LABEL_LEFT.search(folded, start, end)):
        words = text[max(start, label.start() - 4) : label.end() + 4]
        yield "I10", f"“{words}”留在任务内容里,没有读出单位或时限", label.start()


def _bracketed(folded: str, start: int, at: int) -> bool:
    """Whether an offset lies within a bracket, where blanks part names: (北山代表团 李明)."""
    return folded.rfind("(", start, at) > folded.rfind(")", start, at)


def _masked(text: str, folded: str, start: int, end: int) -> Iterator[tuple[str, str, int]]:
    if count := _MASKED_COUNT.search(folded, start, end):
        yield "I09", f"数量被隐去(“{text[count.start() : count.end() + 1]}”),不读作目标", count.start()
    elif masked := _MASKED.search(folded, start, end):
        words = text[max(start, masked.start() - 2) : min(end, masked.end() + 4)]
        yield "I09", f"有隐去的文字(“{words}”),照原样保留", masked.start()
