"""Slips of print that can be meant in one way only: mended in the folded copy, and told with the line.

Letters for digits (2O25年), labels with one wrong, lost or doubled character (责仕单位), a number printed twice. What
could be meant in two ways is left as it is; a label in front of units that says no known role is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from supervise.intake.labels import LABEL
from supervise.intake.names import looks_like_unit

# Characters that are not seen, and the signs of a telephone's keyboard; none of them is a part of any word.
_UNSEEN = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0e\ufe0f"
_NOT_SEEN = re.compile(f"[{_UNSEEN}]")
_PICTURE = "\u2705\u2728\u2757\u274c\u27a1\u2b50\U0001f000-\U0001faff"
_PICTURES = re.compile(f"[{_PICTURE}]+ ?")
_BOLD = re.compile(r"(?<!\*)\*\*([^*\n]{1,200})\*\*(?!\*)")

# A letter among digits, or in the place of a number.
_COUNTED = "年月日号底%个家项条座处亩万亿千百公人户名栋台辆次场"
_LETTERS = re.compile(
    r"[OoIl](?<![A-Za-z].)(?!2[Oo])(?:(?<=\d.)|(?=[OoIl]*[\d.、"
    rf"{_COUNTED}]))[OoIl]{{0,2}}(?![A-Za-z])"
)
_DIGITS = str.maketrans("OoIl", "0011")
_MONTH = re.compile("用(?<=[0-9].)(?=[0-9]{1,2} ?日|[底末上中下])")  # 8用25日
_TWICE = re.compile(r"\n[ \t]*((\d{1,3})[.、])\1(?=[\u4e00-\u9fff])")

_WORDS = {
    "lead": ("牵头单位", "主办单位", "牵头部门", "主办部门", "牵头科室"),
    "co": ("配合单位", "协办单位", "会办单位", "配合部门", "协办部门", "配合科室"),
    "unit": ("责任单位", "承办单位", "责任部门", "承办部门", "责任科室"),
    "leader": ("牵头领导", "责任领导", "分管领导", "包联领导", "包抓领导", "责任人"),
    "due": ("完成时限", "完成时间", "办理时限", "整改时限", "办结时限", "完成期限"),
}
_ROLES = {word: role for role, words in _WORDS.items() for word in words}
_LIKE: dict[str, list[str]] = {}  # 责 任 位 and where a character is wrong → the labels that are written so
for _word in _ROLES:
    for _at in range(len(_word)):
        _LIKE.setdefault(f"{_word[:_at]}*{_word[_at + 1 :]}", []).append(_word)
_SHORTENED = {word[:at] + word[at + 1 :]: word for word in _ROLES for at in range(len(word)) if len(word) > 3}
_IN_THREE = {"lead": "牵头 ", "co": "配合 ", "unit": "承办 ", "leader": "领导 ", "due": "时限 "}
_RUN = re.compile(r"[\u4e00-\u9fff]{2,9}\Z")
_VALUE = re.compile(r" *([^、,;。:\s()|]{2,20})")
_ENDS = ("单位", "部门", "科室", "处室", "专班", "小组")
# Whom a notice names for other reasons than the work: who is written to, who comes, who is asked or examined.
_BESIDE = re.compile(
    r"[主抄发呈报受]送|参[会加与]|[出列]席|填[报表写]|制表|报送|上报|编制|印发|发布|[发来收]文|提[案出]|建议|交办|下达|申[请报]|推荐|表彰|受奖"
    r"|签[章发收]|会签|成员|以下|下列|如下|所[在属]|来[信访]|被"
)
_HEADS = re.compile(r"[ \t|](?<=[序编单部领][号位门导].)")
_LONGEST_HEAD = 160
_CELL = re.compile(r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{3,5}(?![\u4e00-\u9fff:])")
_IN_BRACKETS = ("牵头单位", "责任单位", "主办单位", "承办单位", "完成时限")
_BRACKETED = re.compile(r"\(([\u4e00-\u9fff]{3,5})\)")
PASSED = rf"[\s*{_PICTURE}{_UNSEEN}]*"
"""What may stand between two characters of a text that was made ``visible``."""
Told = dict[int, str]


def visible(text: str) -> str:
    """A text without characters that are not seen, pictures and signs of bold print."""
    if any([sign in text for sign in _UNSEEN]):
        text = _NOT_SEEN.sub("", text)
    if "\u2705" in text or len(text.encode("utf-16-le", "replace")) > 2 * len(text):
        text = _PICTURES.sub(" ", text)
    return _BOLD.sub(r"\1", text) if "**" in text else text


def mend(folded: str) -> tuple[str, Told]:
    """The folded text with what can be meant in one way only, and line → what was mended or is not known.

    Args:
        folded: a folded text.
    """
    told = dict[int, str]()

    def tell(at: int, words: str) -> None:
        told.setdefault(folded.count("\n", 0, at) + 1, words)

    mended: list[tuple[int, str]] = []
    for match in _LETTERS.finditer(folded) if any([sign in folded for sign in "OoIl"]) else ():
        mended.append((match.start(), match[0].translate(_DIGITS)))
        tell(match.start(), f"“{folded[max(0, match.start() - 4) : match.end() + 2].strip()}”里的字母读作数字")
    for match in _MONTH.finditer(folded):
        mended.append((match.start(), "月"))
        tell(match.start(), f"“{folded[match.start() - 1 : match.end() + 3]}”里的“用”读作“月”")
    mended += _labels(folded, tell)
    for match in _TWICE.finditer(folded):
        number, mark = match[2], match[1][-1]
        if not re.search(rf"\n[ \t]*{number}\.(?!{number}\D)\d", folded) or mark == "、":
            mended.append((match.start(1), " " * len(match[1])))
            tell(match.start(1), f"编号“{match[1]}”印了两次,读作一个")
    for at, words in mended:
        folded = folded[:at] + words + folded[at + len(words) :]
    return folded, told


def _labels(folded: str, tell: Callable[[int, str], None]) -> list[tuple[int, str]]:
    """Labels to be put in place of misprinted ones, each with its offset."""
    found: list[tuple[int, str]] = []
    at = folded.find(":")
    while at >= 0:
        if folded[at - 4 : at] not in _ROLES and (run := _RUN.search(folded, max(0, at - 9), at)):
            found += _label(folded, run.start(), at, tell)
        at = folded.find(":", at + 1)
    parted = "\t" in folded or "|" in folded or "  " in folded  # only then a table's head may be printed
    for line in {folded.rfind("\n", 0, m.start()) + 1: m for m in _HEADS.finditer(folded)} if parted else ():
        end = folded.find("\n", line)
        for cell in _CELL.finditer(folded, line, end) if line < end < line + _LONGEST_HEAD else ():
            meant, put = _meant(cell[0])
            if meant:
                found.append((cell.start(), put))
                tell(line, f"栏目“{cell[0]}”读作“{meant}”")
    if "单位)" in folded and any([f"({word})" in folded for word in _IN_BRACKETS]):
        for inside in _BRACKETED.finditer(folded):
            meant, put = _meant(inside[1])
            if meant:
                found.append((inside.start(1), put))
                tell(inside.start(), f"“{inside[1]}”读作“{meant}”")
    return found


def _label(folded: str, start: int, colon: int, tell: Callable[[int, str], None]) -> list[tuple[int, str]]:
    """What to put in place of the word before a colon, if it is a misprinted label."""
    word = folded[start:colon]
    meant, put = _meant(word)
    if meant:
        tell(colon, f"“{word}”读作“{meant}”")
        return [(start, put)]
    named = word.endswith(_ENDS) and not _BESIDE.search(word) and _names_unit(folded, colon + 1)
    if named and not any(LABEL.fullmatch(f"{word[cut:]}:") for cut in range(len(word) - 1)):
        tell(colon, f"“{word}”不知是哪一类单位,没有读作承办单位")
    return []


def _meant(word: str) -> tuple[str, str]:
    """The label a word is with one character wrong, lost or doubled, and what is put in its place; else empty.

    None is meant where labels of several roles are written so.
    """
    if not 3 <= len(word) <= 5 or word in _ROLES or LABEL.fullmatch(f"{word}:"):
        return "", ""
    like = [label for at in range(len(word)) for label in _LIKE.get(f"{word[:at]}*{word[at + 1 :]}", ())]
    if len({_ROLES[label] for label in like}) == 1:
        return like[0], like[0]
    if like:
        return "", ""
    if word in _SHORTENED:
        return _SHORTENED[word], _IN_THREE[_ROLES[_SHORTENED[word]]]
    once = [word[:at] + word[at + 1 :] for at in range(len(word) - 1) if word[at] == word[at + 1]]
    meant = next((label for label in once if label in _ROLES), "")
    return meant, f" {meant}" if meant else ""


def _names_unit(folded: str, at: int) -> bool:
    """Whether the words from an offset on begin with the name of a unit."""
    value = _VALUE.match(folded, at)
    return value is not None and looks_like_unit(value[1])
