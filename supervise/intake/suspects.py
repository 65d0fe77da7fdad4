"""Names in a unit clause that are no names as they stand: two of them run together, one that has lost its end, a label.

Only what no office would print is told; whether 县气象局 should have been 县民政局 nobody can see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from supervise.intake.folding import fold
from supervise.intake.items import Item
from supervise.intake.names import LEVELS, is_short, is_territory, looks_like_unit, prefix, stands_alone
from supervise.intake.parties import Party

# Ends of names that belong to no organ of a government: schools, firms, troops, places.
_OTHER_END = re.compile(
    r"(?:[大中小]学|人大|机场|[港厂行团师台区市县旗州盟店矿城营连哨馆寺]|基地|移动|联通|电信|铁塔|电网|国网|石油|石化|烟草|盐业|农垦|武警|政协|物业|车间|班子"
    r"|热线|[交城国旅产水建农]投|公安|党派|网格[员长]|志愿者|专干)$"
)
_LABEL = re.compile(r"(?:牵头|责任|配合|主办|协办|承办|会办)(?:单位|部门|科室|领导)|完成时[限间]|责任人")
_CUT = re.compile(r"(?<=[局委办厅府部会院队司心站所])(?=[\u4e00-\u9fff]{2,18}\Z)")
_BRANCH = re.compile("(?:分局|分公司|支局|支队|大队|站|所)$")  # 市资源局市北分局
_TERRITORY = re.compile("(?:管委会|街道|街道办|办事处|[镇乡]|开发区|高新区|经开区|工业园|供电公司|银行|[支分]行)$")
_GROUP_BEHIND = re.compile(
    r"[\u4e00-\u9fff]{2,10}[局委办厅](?=各(?:乡镇|镇|街|县|区|市|村|社区|园区|旗|团|部门|有关|相关|单位|企业))"
)
_SIGN = re.compile("[牵责配协承位限0-9:;。?!=完达少]")  # no name is odd for its words without one of these
_USUAL = frozenset("局委办厅府院部")  # most names end so
_SHORTEST = 3  # a bare name of two characters is found in many others
_LEVELS = f"{LEVELS}镇乡街村师团连校院"
_NO_NAME = re.compile(r"\d ?[月日%]|[:;。?!=]|完成|达到|不少于")


def names(items: Sequence[Item]) -> Iterator[tuple[Item, Party, str]]:
    """The names that are none, and what is odd about each, in printed order; each once.

    Args:
        items: the tasks of one notice.
    """
    every = {party.name: party for item in items for party in item.parties.members}
    strange = [
        party
        for name, party in every.items()
        if len(name) > 6
        or name[-1] not in _USUAL
        or not prefix(name)
        or (name != party.printed and not is_short(party.printed[:-1]))
    ]
    if not strange:
        return
    printed = fold("\n".join([f"{p.name}\n{''.join(p.printed.split())}" for p in strange])).split("\n")
    bare = {
        p.name: _bare(*said) for p, said in zip(strange, zip(printed[::2], printed[1::2], strict=True), strict=True)
    }
    used = {*(name for name, party in every.items() if not party.group and name not in bare), *bare.values()}
    endings = {name[len(level) :] for name in used if (level := prefix(name))}
    odd = {p.name: words for p in strange if (words := _odd(bare[p.name], used, endings, p.group))}
    for item in items if odd else ():
        for party in item.parties.members:
            if words := odd.pop(party.name, ""):
                yield item, party, words


def _bare(name: str, printed: str) -> str:
    """A name as printed, without its note, 等, and the prefix that was completed."""
    return name if name == printed else next((name[at:] for at in range(len(name)) if name[at:] in printed), name)


def _odd(name: str, used: set[str], endings: set[str], group: bool) -> str:
    """What is odd about a name, if anything is."""
    if group:
        return "像是单位类别,后面可能缺冒号" if _LABEL.fullmatch(name) else _two_groups(name)
    if _SIGN.search(name):
        if _LABEL.search(name):
            return "里夹着单位类别,可能缺冒号"
        if _NO_NAME.search(name):
            return "不像单位名称,可能连上了别的文字"
    if glued := _two_groups(name):
        return glued
    for cut in _CUT.finditer(name) if len(name) >= 2 * _SHORTEST else ():
        first, second = name[: cut.start()], name[cut.start() :]
        if len(first) >= _SHORTEST and len(second) >= _SHORTEST and _are_two(first, second, used, endings):
            return f"像是“{first}”和“{second}”连在一起"
    known = name[1:] in endings or (name[-1] in "局委" and is_short(name[1:-1]))
    if known and name[0] not in _LEVELS and name[1] not in _LEVELS and len(name) > _SHORTEST and name not in endings:
        return "的第一个字可能印得不对"
    whole = name[-1] in _USUAL or looks_like_unit(name) or is_territory(name) or stands_alone(name)
    if whole or _OTHER_END.search(name) or (is_short(name) and _by_habit(used)):
        return ""
    return "不像单位的全称,可能缺字"


def _by_habit(used: set[str]) -> bool:
    """Whether a notice calls its organs for short: 发改, 财政."""
    short = [name for name in used if len(name) < 6 and is_short(name)]
    return len(short) > 2 and 2 * len(short) >= len(used)


def _two_groups(name: str) -> str:
    glued = _GROUP_BEHIND.match(name) if "各" in name[3:] else None
    return f"像是“{name[: glued.end()]}”和“{name[glued.end() :]}”连在一起" if glued else ""


def _are_two(first: str, second: str, used: set[str], endings: set[str]) -> bool:
    """Whether two halves of a name are names: both are printed elsewhere, or both have the same prefix in front."""
    if (second in endings or second in used) and (first in used or first in endings):
        return True
    if not looks_like_unit(first) or not looks_like_unit(second) or _BRANCH.search(second):
        return False
    if prefix(first):
        return prefix(first) == prefix(second) or _TERRITORY.search(second) is not None
    return is_short(first[:-1]) and is_short(second[:-1])
