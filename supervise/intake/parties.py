"""Unit clauses → parties: who leads, who helps, which leader answers, which names are collective.

A clerk's rules: 主办 and 牵头 lead; 协办, 配合, 会办 and 共同责任 help; 责任 leads when it stands alone and helps
beside a lead; a comma after 责任单位 parts those who lead from those who help; a bracket behind a name is a note.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from supervise.intake import leaders
from supervise.intake.fields import Clause, Field
from supervise.intake.folding import as_printed
from supervise.intake.names import Prefixes, determiner, is_class, is_group, is_person, looks_like_unit
from supervise.intake.parting import names

_OPEN = re.compile(
    r"等(?:有关|相关|各)?(?:(?:部门|单位)[和及、与](?:单位|部门|企业)|单位|部门|地区|镇街|乡镇|司局|处室|科室)?$"
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
_PERSON = re.compile("领导|责任人|负责人")  # in the label of a field that holds units too
_BUILDS = re.compile("项目|业主|建设")  # who builds helps those who answer for it
_ALONE = re.compile(r"(?!.*[局委办厅府院会社部队所室处科中心站]$)[\u4e00-\u9fff·]{2,4}")
# 县卫健局 高山, 县卫健局(高山), in a field of units and persons.
_BESIDE = re.compile(r"([^() ]+)[ (](?!.*[局委办厅府院会社部队所室处科中心站]\)?$)([\u4e00-\u9fff·]{2,4})\)?")
_REMARK = re.compile(r"\([^()]*(?:下同|[列排]第|不分先后|为牵头|为主办|职责分工)[^()]*\)$")
# Words among the names that say how they are to be read: 排名第一的为牵头单位,下同.
_SAYS_HOW = re.compile(r"(?:[排列署].{0,3}|第)(?:第?一|首位|最前).{0,8}(?:牵头|主办|负责).{0,4}|以?下均?同|不分先后")
_NOTED = re.compile(r"(.+?)\(([^()]*)\)?")
_STARS = re.compile(r"[★☆※▲△●*]")
_STAR = re.compile(r"[★☆※▲△●*]+$|^[★☆※▲△●*]+")  # the mark of the unit that leads
_FIRST_LEADS = re.compile(
    r"[排列署第](?:(?:(?<=[排署])名|(?<=[排列]))[^。;,]{0,8}(?:第一|首位|最前|前列)[^。;]{0,12}(?:牵头|主办|负总责)"
    r"|(?<=第)一(?:个|家)[^。;,]{0,8}为?(?:牵头|主办))"
)


class Party(NamedTuple):
    """One name in a clause.

    Args:
        name: as the register writes it, prefix completed.
        role: ``lead`` or ``co``.
        printed: as printed.
        note: a bracketed remark behind the name.
        group: whether it is a collective name.
        start: offset of its first character in the notice.
        end: offset behind its last character.
        guessed: whether its prefix was completed without a name before it that prints one.
    """

    name: str
    role: str
    printed: str
    note: str = ""
    group: bool = False
    start: int = 0
    end: int = 0
    guessed: bool = False

    @property
    def full(self) -> str:
        """The name with its note, as a clerk would copy it."""
        return f"{self.name}({self.note})" if self.note else self.name


class Parties(NamedTuple):
    """Everybody a task names.

    Args:
        members: units and groups in printed order.
        leaders: names of leaders.
        leader_groups: collective names of leaders (各区长).
        open: whether the list ends with 等.
        open_at: offset behind that 等.
        due: offsets of a printed deadline field, if there is one.
        unlabelled: printed text of a part whose label is missing in print.
        odd_comma: offset of a comma in a notice that parts its names by 、; 0 if there is none.
    """

    members: tuple[Party, ...] = ()
    leaders: tuple[str, ...] = ()
    leader_groups: tuple[str, ...] = ()
    open: bool = False
    open_at: int = 0
    due: tuple[int, int] | None = None
    unlabelled: str = ""
    odd_comma: int = 0

    def pick(self, role: str, group: bool = False) -> tuple[str, ...]:
        """Names with this role, units or groups, in printed order, each once."""
        return tuple(dict.fromkeys(p.name for p in self.members if p.role == role and p.group == group))

    def full(self, role: str) -> tuple[str, ...]:
        """Units and groups with this role, notes kept, in printed order."""
        return tuple(dict.fromkeys(p.full for p in self.members if p.role == role))


@dataclass(frozen=True, slots=True)
class Style:
    """How one notice prints its clauses; found once, applied to all of them.

    Args:
        prefixes: what its names teach.
        families: whether a comma parts families of units (、 parting their members).
        joint: whether 责任单位 stands without a lead label beside it.
        first: whether the notice says that the unit named first leads.
        traditional: whether it is printed in traditional characters.
        commas: whether commas between names are usual in it.
        split: spans of names in the fields read so far.
    """

    prefixes: Prefixes
    families: bool = True
    joint: bool = False
    first: bool = False
    traditional: bool = False
    commas: bool = True
    split: dict[tuple[int, int], list[list[tuple[int, int]]]] = dataclasses.field(
        default_factory=dict, hash=False, compare=False
    )


def style(text: str, folded: str, clauses: Iterable[Clause], cover: str, addressed: Iterable[str] = ()) -> Style:
    """How a notice prints its clauses.

    Args:
        text: the whole notice.
        folded: its folded copy.
        clauses: all clauses found in it.
        cover: folded text outside the tasks, where the notice may say who leads.
        addressed: folded names of those it is addressed to.
    """
    found, roles, mixed, alone = [], set[str](), False, False
    several, parted = 0, 0
    split: dict[tuple[int, int], list[list[tuple[int, int]]]] = {}
    for clause in clauses:
        kinds = {f.role for f in clause.fields}
        roles |= kinds
        alone = alone or ("unit" in kinds and "lead" not in kinds)
        for field in clause.fields:
            if field.role in ("lead", "co", "unit", ""):
                split[field.start, field.end] = families = names(folded, field)
                several, parted = several + (sum(map(len, families)) > 1), parted + (len(families) > 1)
                mixed = mixed or (len(families) > 1 and any(len(f) > 1 for f in families))
                found += [folded[a:b] for family in families for a, b in family]
    prefixes = Prefixes.learn(_counted([*found, *addressed]), folded)
    traditional = any(text.count(old) > text.count(new) for old, new in ("區区", "縣县", "單单"))
    return Style(
        prefixes,
        mixed,
        alone and "lead" not in roles,
        bool(_FIRST_LEADS.search(cover) or _FIRST_LEADS.search(folded)),
        traditional,
        several < 20 or 20 * parted > several,
        split,
    )


def _counted(printed: Iterable[str]) -> Counter[str]:
    """How often each name stands in a notice, without the bracket behind it; groups left out."""
    found: Counter[str] = Counter()
    for name, count in Counter(printed).items():
        bare = _OPEN.sub("", _NOTE_OR_BLANK.sub("", name))
        if bare and not is_group(bare):
            found[bare] += count
    return found


def read(text: str, folded: str, clause: Clause | None, how: Style) -> Parties:
    """The parties a clause names.

    Args:
        text: the whole notice.
        folded: its folded copy.
        clause: the clause, ``None`` if the task has none.
        how: how this notice prints its clauses.
    """
    if clause is None:
        return Parties()
    # 常务副县长张三牵头,县交通局负责: a person leads no list of units
    roles = {field.role for field in clause.fields}
    units = {f.label for f in clause.fields if f.role == "unit"}
    builders = {label for label in units if _BUILDS.match(label)} if len(units) > 1 else set()
    first = [f for f in clause.fields if f.role == "lead"] if units or "" in roles else []
    marked = any(not is_person(folded[f.start : f.end].strip()) for f in first)
    found = _Found()
    for field in clause.fields:
        if field.role == "leader":
            persons, together = leaders.named(text, folded, field)
            found.leaders += persons
            found.leader_groups += together
        elif field.role == "due":
            near = found.due is not None and 0 <= field.start - found.due[1] < 4
            if found.due is None or near:  # 3月复工;10月试车: stages, the last of which is the limit
                found.due = (found.due[0] if found.due else field.start, field.end)
        elif field.role in ("lead", "co", "unit", ""):
            _units(found, text, folded, field, how, marked or (field.label in builders and builders != units))
    members = _settle(found.members)
    leads = {m.name for m in members if m.role == "lead"}
    return Parties(
        members=tuple([m for m in members if m.role == "lead" or m.name not in leads]),
        leaders=tuple(dict.fromkeys(found.leaders)),
        leader_groups=tuple(dict.fromkeys(found.leader_groups)),
        open=bool(found.open_at),
        open_at=found.open_at,
        due=found.due,
        unlabelled=found.unlabelled,
        odd_comma=found.odd_comma,
    )


class _Found:
    """What has been read of a clause so far."""

    def __init__(self) -> None:
        self.members: list[Party] = []
        self.leaders: list[str] = []
        self.leader_groups: list[str] = []
        self.open_at = 0
        self.due: tuple[int, int] | None = None
        self.unlabelled = ""
        self.odd_comma = 0


def _units(found: _Found, text: str, folded: str, field: Field, how: Style, marked: bool) -> None:
    """The names of one field, added to those found before."""
    walk: _Walk | None = None
    persons = _PERSON.search(field.label) is not None
    labelled = folded.find(":", field.start, field.end) >= 0
    for index, family in enumerate(how.split.get((field.start, field.end)) or names(folded, field)):
        role = field.role if field.role in ("lead", "co") else _role(folded, field, marked, how, index, family)
        if index and not how.commas:
            found.odd_comma = family[0][0] - 1 if family else 0
        if how.families or walk is None:
            walk = _Walk()
        for a, b in family:
            colon = folded.find(":", a, b) + 1 if labelled else 0
            if colon and "(" not in folded[a:colon]:  # a label we do not know stands before the name
                found.unlabelled, a = found.unlabelled or text[field.start : field.end], colon
                if not looks_like_unit(folded[a:b].strip()):
                    continue  # 成果形式:报告: nobody is named
            person = _BESIDE.fullmatch(folded, a, b) if persons else None
            if person and looks_like_unit(person[1]):
                found.leaders.append(text[slice(*person.span(2))])
                b = person.end(1)
            said = _understood(folded[a:b])
            found.open_at = found.open_at or (b if said.listed else 0)
            if said.name in _NOBODY:
                continue
            printed = text[a:b].replace("\r", "").replace("\n", "")
            # (副县长李明牵头,县发改局负责): a person is a leader wherever the name stands
            if _LEADERS.fullmatch(said.name):
                found.leader_groups.append(said.name)
                continue
            if said.person or (persons and _ALONE.fullmatch(said.name)):
                found.leaders.append(printed.strip().removesuffix("同志"))
                continue
            full, note = walk.complete(said, how.prefixes), said.note
            if how.traditional:
                full, note = as_printed(full, printed), as_printed(note, printed)
            if said.first:
                found.members.append(Party(full, "first", printed, "", False, a, b, walk.guessed))
                role = "co"
            else:
                group = said.group or full[0] in "各相有"
                found.members.append(Party(full, role, printed, note, group, a, b, walk.guessed))
    if field.role == "":
        found.unlabelled = found.unlabelled or text[field.start : field.end]


class _Name(NamedTuple):
    """A printed name by itself: without its note and 等, and whether it is a person, a group, the one that leads."""

    name: str
    note: str
    listed: bool
    person: bool
    group: bool
    first: bool


class _Walk:
    """Walks along the names of a family and hands on what they share: the prefix, 各 and 相关, the Party committee."""

    def __init__(self) -> None:
        self.inherited = ""
        self.party = False
        self.which = ""
        self.last = ""  # the name before, as printed
        self.guessed = False  # whether the last name was completed without a neighbour

    def complete(self, said: _Name, prefixes: Prefixes) -> str:
        self.guessed, name = False, said.name
        if self.which and _ITS.fullmatch(name) and (same := _COMMITTEE.fullmatch(self.last)):
            self.last = same[1] + name.removeprefix(same[1][-1])  # 各县(区)党委、政府; 各市委、市政府
            return self.last
        ruled = _RULED.fullmatch(self.last) if name[-1] in "府会" and _ITS.fullmatch(name) else None
        if ruled and name[0] in (ruled[2], "政", "人", "管"):
            return ruled[1] + name.removeprefix(ruled[2])  # 东港区委、区政府
        self.last = name
        if said.group:
            full = self.which + name if self.which and is_class(name) else name
            self.which = determiner(full)
            return full
        if self.which and _PARKS.fullmatch(name):
            return self.which + name
        self.which = ""
        level = prefixes.level(name)
        if level:
            self.inherited, self.party = level, name.startswith("委", len(level))
            return name
        full = prefixes.complete(name, self.inherited, self.party)
        self.guessed = full != name and not self.inherited
        return full


@lru_cache(4096)  # one notice names the same few hundred again and again
def _understood(printed: str) -> _Name:
    """What a folded name says by itself."""
    name, note, listed = _strip("".join(printed.split()))
    starred = bool(_STARS.search(printed)) and bool(_STAR.search(_REMARK.sub("", printed.strip())))
    first = starred or note in ("牵头", "主办", "牵头单位", "主办单位")  # 县发改局(牵头)、县财政局
    return _Name(name, note, listed, is_person(name), is_group(name), first)


def _strip(name: str) -> tuple[str, str, bool]:
    """A printed name → name, bracketed note, whether 等 stood behind it."""
    if "(" in name:
        name = _REMARK.sub("", name)
    if _STARS.search(name):
        name = _STAR.sub("", name)
    bare = _OPEN.sub("", name)
    listed = bare != name
    if is_group(bare):
        surplus = bare.count(")") - bare.count("(")
        return (bare[: len(bare) - surplus] if surplus > 0 else bare + ")" * -surplus), "", listed
    match = _NOTED.fullmatch(bare) if "(" in bare else None
    if match:
        return match[1].strip(), match[2].strip(), listed
    return ("" if _SAYS_HOW.fullmatch(bare) else bare.strip("() ")), "", listed


def _role(folded: str, field: Field, marked: bool, how: Style, index: int, family: list[tuple[int, int]]) -> str:
    """The role of a family in a field that says neither lead nor co.

    Args:
        folded: the folded text.
        field: the field; without a role its label is lost in print, and behind a lead it helps.
        marked: whether a lead is named beside it.
        how: how this notice prints its clauses.
        index: which of its families, counted from 0.
        family: spans of its names.
    """
    if field.role == "" or marked:
        return "co"
    if how.first:
        return "unit"
    grouped = index and all(is_group(folded[a:b]) for a, b in family)  # 县教体局,各乡镇
    helps = grouped or (index and how.families and how.joint)
    return "co" if helps else "lead"


def _settle(members: list[Party]) -> list[Party]:
    """Roles said by position ("the first named leads", "县发改局(牵头)") become lead and co."""
    roles = {member.role for member in members}
    if roles <= {"lead", "co"}:
        return members
    pointed = "first" in roles
    found: list[Party] = []
    for index, member in enumerate(members):
        if member.role == "first" or (member.role == "unit" and not pointed and index == 0):
            found.append(member._replace(role="lead"))
        elif member.role == "unit" or pointed:
            found.append(member._replace(role="co"))
        else:
            found.append(member)
    return found
