"""One printed name: without its note and 等, a person, a group or the one that leads; and completed by its neighbours.

县发改局、财政局 are two units of the county: what stands before a name says which prefix it takes.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from supervise.intake.names import Prefixes, determiner, is_class, is_group, is_person

_OPEN = re.compile(
    r"等(?:[\d一二三四五六七八九十两]{1,2}[个家])?(?:有关|相关|各)?(?:(?:部门|单位)[和及、与](?:单位|部门|企业)|单位|部门|地区|镇街|乡镇|司局|处室|科室)?$"
)
# 区级领导, 各分管县领导, 班子成员: leaders, though they stand among the units.
_LEADERS = re.compile(
    r"(?:全体|各有关|各相关|各|相关|有关|分管|包联|包保|挂联|联系)*(?:[省市区县州旗镇乡校院局委]级?|县处级|厅级|党政)?(?:党政|分管|包联|包保|主要)?"
    r"(?:领导(?:干部|同志|班子成员)?|(?:领导)?班子成员)"
)
_COMMITTEE = re.compile(r"((?:各|有关|相关)[\u4e00-\u9fff()、]{1,12}?)(?:党委|党工委|委)")
_RULED = re.compile(r"([\u4e00-\u9fff]{2,6}([省市区县州旗镇乡]))(?:党委|委)")
_ITS = re.compile(r"[省市区县州旗]?(?:政府|人民政府|管委会)")
_PARKS = re.compile(r"(?:开发区|园区|功能区|产业园区?)(?:管委会|管理委员会)")
_NOTE_OR_BLANK = re.compile(r"\([^()]*\)$|\s+")
_NOBODY = frozenset(("", "无", "/", "-", "—", "--", "——", "暂无"))
_REMARK = re.compile(r"\([^()]*(?:下同|[列排]第|不分先后|为牵头|为主办|职责分工)[^()]*\)$")
# Words among the names that say how they are to be read: 排名第一的为牵头单位,下同.
_SAYS_HOW = re.compile(r"(?:[排列署].{0,3}|第)(?:第?一|首位|最前).{0,8}(?:牵头|主办|负责).{0,4}|以?下均?同|不分先后")
_HOW_ENDS = frozenset("位门责头办同后")
_NOTED = re.compile(r"(.+?)\(([^()]*)\)?")
_STARS = re.compile(r"[★☆※▲△●*]")
_STAR = re.compile(r"[★☆※▲△●*]+$|^[★☆※▲△●*]+")  # the mark of the unit that leads


class Name(NamedTuple):
    """A printed name by itself.

    Args:
        name: without its note and 等.
        note: the bracket behind it.
        listed: whether 等 stood behind it.
        kind: ``unit``, ``group``, ``person``, ``leaders`` (a collective name of leaders) or ``nobody``.
        first: whether a star or its note says that it leads.
        level: the prefix it prints; empty if none.
        party: whether that is the Party committee's (县委).
    """

    name: str
    note: str
    listed: bool
    kind: str
    first: bool
    level: str
    party: bool


class Names(dict[str, Name]):
    """The names of one notice as printed, folded, each understood once.

    Args:
        prefixes: what they teach about prefixes.
    """

    def __init__(self, prefixes: Prefixes) -> None:
        self.prefixes = prefixes
        self.full: dict[tuple[str, str, bool], str] = {}  # a name behind a prefix, perhaps the Party committee's

    def __missing__(self, printed: str) -> Name:
        name, note, listed = _strip("".join(printed.split()))
        starred = _STARS.search(printed) is not None and bool(_STAR.search(_REMARK.sub("", printed.strip())))
        first = starred or note in ("牵头", "主办", "牵头单位", "主办单位")  # 县发改局(牵头)、县财政局
        level = self.prefixes.level(name)
        party = name.startswith(("委", "党委"), len(level))
        self[printed] = said = Name(name, note, listed, _kind(name), first, level, party)
        return said


class Walk:
    """Walks along the names of a family and hands on what they share: the prefix, 各 and 相关, the Party committee."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.inherited, self.party = "", False  # the prefix, and whether it is the Party committee's
        self.which = ""
        self.last = ""  # the collective name before, as printed
        self.before = ""  # the name before, as printed
        self.guessed = False  # whether the last name was completed without a neighbour

    def complete(self, said: Name) -> str:
        """The next name as the register writes it."""
        name, _, _, kind, _, level, party = said
        self.guessed, before, self.before = False, self.before, name
        ruled = _RULED.fullmatch(before) if name[-1:] in "府会" and _ITS.fullmatch(name) else None
        if ruled and name[0] in (ruled[2], "政", "人", "管"):
            self.which = ""
            return ruled[1] + name.removeprefix(ruled[2])  # 东港区委、区政府
        if self.which and (full := self._behind(name)):
            return full
        if kind == "group":
            full = self.which + name if self.which and is_class(name) else name
            self.which, self.last = determiner(full), name
            return full
        self.which = ""
        if level:
            self.inherited, self.party = level, party
            return name
        key = name, self.inherited, self.party
        full = self.names.full.get(key, "")
        if not full:
            full = self.names.full[key] = self.names.prefixes.complete(*key)
        self.guessed = full != name and not self.inherited
        return full

    def _behind(self, name: str) -> str:
        """What an organ or a park behind a collective name shares with it: 各县(区)党委、政府; empty if nothing."""
        if _ITS.fullmatch(name) and (same := _COMMITTEE.fullmatch(self.last)):
            self.last = same[1] + name.removeprefix(same[1][-1])  # 各市委、市政府
            return self.last
        if not is_group(name) and _PARKS.fullmatch(name):
            self.last = name
            return self.which + name
        return ""


def bare(name: str) -> str:
    """A folded name without the bracket and the 等 behind it."""
    name = _NOTE_OR_BLANK.sub("", name)
    return _OPEN.sub("", name) if "等" in name else name


def _kind(name: str) -> str:
    if name in _NOBODY:
        return "nobody"
    if ("领导" in name or "班子" in name) and _LEADERS.fullmatch(name):
        return "leaders"
    # (副县长李明牵头,县发改局负责): a person is a leader wherever the name stands
    return "group" if is_group(name) else "person" if is_person(name) else "unit"


def _strip(name: str) -> tuple[str, str, bool]:
    """A printed name → name, bracketed note, whether 等 stood behind it."""
    if "(" in name:
        name = _REMARK.sub("", name)
    if _STARS.search(name):
        name = _STAR.sub("", name)
    core = _OPEN.sub("", name) if "等" in name else name
    listed = core != name
    if is_group(core):
        surplus = core.count(")") - core.count("(")
        return (core[: len(core) - surplus] if surplus > 0 else core + ")" * -surplus), "", listed
    match = _NOTED.fullmatch(core) if "(" in core else None
    if match:
        return match[1].strip(), match[2].strip(), listed
    told = core[-1:] in _HOW_ENDS and _SAYS_HOW.fullmatch(core)
    return ("" if told else core.strip("() ")), "", listed
