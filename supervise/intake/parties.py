"""Unit clauses → parties: who leads, who helps, which leader answers, which names are collective.

A clerk's rules: 主办 and 牵头 lead; 协办, 配合, 会办 and 共同责任 help; 责任 leads when it stands alone and helps
beside a lead; a comma after 责任单位 parts those who lead from those who help; a bracket behind a name is a note.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from supervise.intake import leaders, naming
from supervise.intake.fields import Clause, Field, made
from supervise.intake.folding import as_printed
from supervise.intake.names import Prefixes, is_group, is_person, looks_like_unit
from supervise.intake.naming import Names, Walk
from supervise.intake.parting import Families

_OF_UNITS = frozenset(("lead", "co", "unit", ""))  # roles of fields that name units
_SETTLED = frozenset(("lead", "co"))  # roles of those named
_PERSON = re.compile("领导|责任人|负责人")  # in the label of a field that holds units too
_BUILDS = re.compile("项目|业主|建设")  # who builds helps those who answer for it
_ALONE = re.compile(r"(?!.*[局委办厅府院会社部队所室处科中心站]$)[\u4e00-\u9fff·]{2,4}")
# 县卫健局 高山, 县卫健局(高山), in a field of units and persons.
_BESIDE = re.compile(r"([^() ]+)[ (](?!.*[局委办厅府院会社部队所室处科中心站]\)?$)([\u4e00-\u9fff·]{2,4})\)?")
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
        names: its names, and what they teach about prefixes.
        families: whether a comma parts families of units (、 parting their members).
        joint: whether 责任单位 stands without a lead label beside it.
        first: whether the notice says that the unit named first leads.
        traditional: whether it is printed in traditional characters.
        commas: whether commas between names are usual in it.
        split: folded words of a field → the names in it.
        leaders: words of a field, as folded and as printed → its leaders, and the collective names among them.
    """

    names: Names
    families: bool = True
    joint: bool = False
    first: bool = False
    traditional: bool = False
    commas: bool = True
    split: Families = dataclasses.field(default_factory=Families, hash=False, compare=False)
    leaders: dict[tuple[str, str], tuple[list[str], list[str]]] = dataclasses.field(
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
    roles, alone, printed = set[str](), False, list[str]()
    for clause in clauses:
        kinds = {f.role for f in clause.fields}
        roles |= kinds
        alone = alone or ("unit" in kinds and "lead" not in kinds)
        printed += [folded[f.start : f.end] for f in clause.fields if f.role in _OF_UNITS]
    times = Counter(printed)
    split = Families()
    several, parted, mixed = 0, 0, False
    for words, count in times.items():
        sizes = [len(family) for _, family in split[words]]
        several += count if sum(sizes) > 1 else 0
        if len(sizes) > 1:
            parted, mixed = parted + count, mixed or max(sizes) > 1
    traditional = any([old in text and text.count(old) > text.count(new) for old, new in ("區区", "縣县", "單单")])
    return Style(
        Names(Prefixes.learn(_counted(times, split, addressed), folded)),
        mixed,
        alone and "lead" not in roles,
        bool(_FIRST_LEADS.search(cover) or _FIRST_LEADS.search(folded)),
        traditional,
        several < 20 or 20 * parted > several,
        split,
    )


def _counted(times: Mapping[str, int], split: Families, addressed: Iterable[str]) -> dict[str, int]:
    """How often each name stands in a notice, without the bracket behind it; groups left out."""
    printed = dict[str, int]()
    for words, count in times.items():
        for _, family in split[words]:
            for _, _, name in family:
                printed[name] = printed.get(name, 0) + count
    for name in addressed:
        printed[name] = printed.get(name, 0) + 1
    found = dict[str, int]()
    for name, count in printed.items():
        bare = naming.bare(name)
        if bare and not is_group(bare):
            found[bare] = found.get(bare, 0) + count
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
    found = _Found()
    marked, builders = _beside(folded, clause)
    for part in clause.fields:
        role = part.role
        if role == "leader":
            words = folded[part.start : part.end], text[part.start : part.end]
            if words not in how.leaders:
                how.leaders[words] = leaders.named(*words)
            found.leaders += how.leaders[words][0]
            found.leader_groups += how.leaders[words][1]
        elif role == "due":
            near = found.due is not None and 0 <= part.start - found.due[1] < 4
            if found.due is None or near:  # 3月复工;10月试车: stages, the last of which is the limit
                found.due = (found.due[0] if found.due else part.start, part.end)
        elif role in _OF_UNITS:
            _units(found, text, folded, part, how, marked or part.label in builders)
    settled = len(found.roles) < 2 and found.roles <= _SETTLED
    members = tuple(found.members if settled else _settle(found.members, found.roles))
    persons = tuple(dict.fromkeys(found.leaders)) if found.leaders else ()
    together = tuple(dict.fromkeys(found.leader_groups)) if found.leader_groups else ()
    beside = bool(found.open_at), found.open_at, found.due, found.unlabelled, found.odd_comma
    return made(Parties, (members, persons, together, *beside))


def _beside(folded: str, clause: Clause) -> tuple[bool, set[str]]:
    """Whether a clause names those who lead, beside whom all others help; and the labels of those who build for them.

    常务副县长张三牵头,县交通局负责: a person leads no list of units.
    """
    roles = [f.role for f in clause.fields]
    if "unit" not in roles and "" not in roles:
        return False, set()
    units = {f.label for f in clause.fields if f.role == "unit"}
    builders = {label for label in units if _BUILDS.match(label)} if len(units) > 1 else set()
    first = [folded[f.start : f.end].strip() for f in clause.fields if f.role == "lead"]
    return not all(map(is_person, first)), builders if builders != units else set()


class _Found:
    """What has been read of a clause so far."""

    __slots__ = ("due", "leader_groups", "leaders", "members", "odd_comma", "open_at", "roles", "unlabelled")

    def __init__(self) -> None:
        self.members: list[Party] = []
        self.roles: set[str] = set()  # of the members
        self.leaders: list[str] = []
        self.leader_groups: list[str] = []
        self.open_at = 0
        self.due: tuple[int, int] | None = None
        self.unlabelled = ""
        self.odd_comma = 0


@lru_cache(maxsize=256)  # a notice prints a handful of labels
def _names_persons(label: str) -> bool:
    """Whether a field with this label holds persons beside units."""
    return _PERSON.search(label) is not None


def _units(found: _Found, text: str, folded: str, part: Field, how: Style, marked: bool) -> None:
    """The names of one field, added to those found before."""
    start, words, printed = part.start, folded[part.start : part.end], text[part.start : part.end]
    persons = _names_persons(part.label)
    mixed, broken = persons or ":" in words, "\n" in printed or "\r" in printed
    found.unlabelled = found.unlabelled or (printed if part.role == "" else "")
    members, known, walk = found.members, how.names, Walk(how.names)
    for index, (at, family) in enumerate(how.split[words]):
        role = part.role if part.role in _SETTLED else _role(part, marked, how, index, family)
        found.roles.add(role)
        if index and family and not how.commas:
            found.odd_comma = start + at + family[0][0] - 1
        if index and how.families:
            walk = Walk(how.names)
        for a, b, name in family:
            a, b = at + a, at + b
            if mixed:
                a, b = _unit_alone(found, words, printed, a, b, persons)
                name = words[a:b]
            said, as_is = known[name], printed[a:b]
            bare, note, listed, kind, first, _, _ = said
            if broken:
                as_is = as_is.replace("\r", "").replace("\n", "")
            if listed and not found.open_at:
                found.open_at = start + b
            if kind == "nobody":
                continue
            if kind == "leaders":
                found.leader_groups.append(bare)
            elif kind == "person" or (persons and _ALONE.fullmatch(bare)):
                found.leaders.append(as_is.strip().removesuffix("同志"))
            else:
                full = walk.complete(said)
                if how.traditional:
                    full, note = as_printed(full, as_is), as_printed(note, as_is)
                group = kind == "group" or full[0] in "各相有"
                if first:
                    found.roles.add("first")
                    members.append(Party(full, "first", as_is, "", False, start + a, start + b, walk.guessed))
                    role = "co"
                else:
                    members.append(made(Party, (full, role, as_is, note, group, start + a, start + b, walk.guessed)))


def _unit_alone(found: _Found, words: str, printed: str, start: int, end: int, persons: bool) -> tuple[int, int]:
    """The span of a unit without a label that we do not know before it, and without the person beside it.

    成果形式:报告 names nobody.
    """
    colon = words.find(":", start, end) + 1
    if colon and "(" not in words[start:colon]:
        found.unlabelled, start = found.unlabelled or printed, colon
        if not looks_like_unit(words[start:end].strip()):
            return end, end
    person = _BESIDE.fullmatch(words, start, end) if persons else None
    if person and looks_like_unit(person[1]):
        found.leaders.append(printed[slice(*person.span(2))])
        end = person.end(1)
    return start, end


def _role(field: Field, marked: bool, how: Style, index: int, family: list[tuple[int, int, str]]) -> str:
    """The role of a family in a field that says neither lead nor co.

    Args:
        field: the field; without a role its label is lost in print, and behind a lead it helps.
        marked: whether a lead is named beside it.
        how: how this notice prints its clauses.
        index: which of its families, counted from 0.
        family: its names.
    """
    if field.role == "" or marked:
        return "co"
    if how.first:
        return "unit"
    grouped = index and all([is_group(name) for _, _, name in family])  # 县教体局,各乡镇
    helps = grouped or (index and how.families and how.joint)
    return "co" if helps else "lead"


def _settle(members: list[Party], roles: set[str]) -> list[Party]:
    """Roles said by position ("the first named leads", "县发改局(牵头)") become lead and co; who leads helps nobody."""
    pointed = "first" in roles
    found: list[Party] = []
    for index, member in enumerate(members if roles - _SETTLED else ()):
        if member.role == "first" or (member.role == "unit" and not pointed and index == 0):
            found.append(member._replace(role="lead"))
        elif member.role == "unit" or pointed:
            found.append(member._replace(role="co"))
        else:
            found.append(member)
    found = found or members
    leads = {member.name for member in found if member.role == "lead"}
    return [member for member in found if member.role == "lead" or member.name not in leads]
