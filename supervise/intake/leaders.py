"""The leaders a field names: names alone, with the post before or behind them, parted by marks or by blanks."""

from __future__ import annotations

import re
from collections.abc import Iterable

from supervise.intake.folding import fold, pieces, trim
from supervise.intake.names import is_group

_TITLE_ALONE = re.compile(
    r"[\u4e00-\u9fff、]{0,16}(?:常委|书记|[省市区县州旗盟镇乡村]长|部长|主任|秘书长|主席|局长|成员|委员|调研员|巡视员|董事长|总经理|经理|[院校所站队]长|工程师|经济师|会计师|顾问|总监)"
)
_GROUP_BEHIND = re.compile(r"[、,;/] *(?:各|相关|有关)")
_NOTE = re.compile(r"(?<=[\u4e00-\u9fff])\([^()]*(?:长|书记|常委|主任|主席|委员|经理|师)\)$")
# 李明 县委常委、副县长: a name with the posts behind it.
_POSTS_BEHIND = re.compile(
    rf"([\u4e00-\u9fff·]{{2,4}}) +{_TITLE_ALONE.pattern}(?:(?:、|兼|, ?){_TITLE_ALONE.pattern})*[。 ]*"
)


def named(folded: str, text: str) -> tuple[list[str], list[str]]:
    """The leaders a field names, and the collective names among them (各区长).

    Args:
        folded: the folded words of the field.
        text: the same as printed.
    """
    spans = pieces(folded, 0, len(folded), ";\n") if " " in folded else []  # a blank parts a name from the posts behind
    behind = [_POSTS_BEHIND.fullmatch(folded, *trim(folded, a, b)) for a, b in spans if folded[a:b].strip()]
    if behind and all(match and not _TITLE_ALONE.fullmatch(match[1]) for match in behind):
        return [text[match.start(1) : match.end(1)] for match in behind if match], []
    persons, together = list[str](), list[str]()
    begin = -1
    for a, b in pieces(folded, 0, len(folded), "、,;/"):
        a, end = trim(folded, a, b, " \r\n。")
        begin = a if begin < 0 else begin
        words = folded[a:end]
        group = _GROUP_BEHIND.match(folded, b)  # 应急办主任、各村书记: a post by itself
        if b < len(folded) and is_post(words) and not group:
            continue  # 县委常委、副县长李明: a title alone is the beginning of a name
        end -= words.endswith(")") and "(" not in words  # (责任人:李明) as a note behind a unit
        if note := _NOTE.search(folded, begin, end):
            end = note.start()  # 李明(县委常委、副县长): the posts are no part of the name
        for name in _persons(text[begin:end].replace("\r", "").replace("\n", "").split()):
            (together if is_group(fold(name)) else persons).append(name.removesuffix("同志"))
        begin = -1
    return persons, together


def is_post(words: str) -> bool:
    """Whether folded words are a post without a name: 县委常委、副县长."""
    return _TITLE_ALONE.fullmatch(words) is not None and not is_group(words)


def _persons(words: list[str]) -> Iterable[str]:
    """Names parted by blanks: 副县长 李明 is one, and so is 李 明, whose two characters are set wide."""
    left = list(words)
    title = ""
    while left:
        word = left.pop(0)
        if len(word) == 1 and left:
            word, rest = word + left[0][0], left[0][1:]
            left[:1] = [rest] if rest else []
        if left and is_post(fold(word)):
            title += word + " "
            continue
        yield title + word
        title = ""
