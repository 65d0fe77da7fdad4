"""A site's definitions folder, read and checked as a whole: lifecycles, rules, stories, units, calendar years.

*.yaml            a lifecycle each (first key ``workflow``), units.yaml, the directory for use without an OA, and
                  aliases.yaml, the names that corrections have taught
rules/*.yaml      ladders, lights, reminders, boards, assessments, how messages are sent
stories/*.yaml    acceptance cases, see ``stories``
calendar/*.yaml   one year's working days each, over the built-in ones
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from supervise.dates import Calendar, YearFile, official_calendar
from supervise.errors import Invalid, Problem, Unknown, did_you_mean
from supervise.people import AliasesFile, UnitList, UnitsFile, alias_map, unit_list
from supervise.reading import Document, parse, validate
from supervise.rules import checking as rules_checking
from supervise.rules import ruleset
from supervise.rules.hints import hints
from supervise.rules.procedure import check_procedure
from supervise.rules.ruleset import AssessmentRules, BoardRules, Ladder, Lights, Reminders, RuleSet
from supervise.rules.scheme import Scheme
from supervise.rules.schemecheck import check_scheme
from supervise.rules.sending import Sending
from supervise.site.texts import read_text
from supervise.workflows import checking, definition
from supervise.workflows.definition import Definition

T = TypeVar("T")
R = TypeVar("R", Ladder, Lights, Reminders, BoardRules, AssessmentRules, Scheme, Sending)
PACKAGED = Path(__file__).parent.parent / "definitions"
ALIASES = "aliases.yaml"
CHECKOUT = Path(__file__).parents[2] / "definitions"


def shipped() -> Path:
    """The definitions that come with supervise: inside the wheel, or at the top of a checkout."""
    return PACKAGED if PACKAGED.is_dir() else CHECKOUT


@dataclass(frozen=True)
class Source(Generic[T]):
    """A file, its text, and what it says."""

    name: str
    text: str
    document: Document
    value: T


@dataclass
class Folder:
    """Everything a definitions folder says.

    Args:
        path: the folder.
        definitions: ``key-work@2`` → lifecycle.
        rules: ``red-black@1`` → ladder, reminders, board or assessment.
        stories: parsed story files, not yet read.
        units: the directory.
        homes: folders beside that have a directory of their own, with it.
        aliases: names that corrections have taught → units.
        calendar: built-in years under the site's own.
        years: year → the file that arranges it.
        problems: everything wrong with any file.
        notes: what is worth a look in a file and no mistake.
    """

    path: Path
    definitions: dict[str, Source[Definition]] = field(default_factory=dict)
    rules: dict[str, Source[RuleSet]] = field(default_factory=dict)
    stories: list[Document] = field(default_factory=list)
    units: UnitList = field(default_factory=lambda: UnitList(()))
    homes: dict[Path, UnitList] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    calendar: Calendar = field(default_factory=official_calendar)
    years: dict[int, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    @cached_property
    def newest(self) -> dict[str, Definition]:
        """Workflow → its newest version."""
        by_version = sorted((s.value for s in self.definitions.values()), key=lambda d: d.version)
        return {d.workflow: d for d in by_version}

    def definition(self, name: str) -> Source[Definition]:
        """A lifecycle by ``key-work`` (the newest) or ``key-work@2``.

        Raises:
            Unknown: F02.
        """
        full = self.newest[name].name if name in self.newest else name
        return self.known(self.definitions, full, "流程")

    def rule(self, kind: type[R], name: str, day: Any = None) -> Source[R]:
        """A rule set by ``red-black@1``, or by ``red-black``: the newest in force on ``day``.

        Raises:
            Unknown: F02.
        """
        fit = [s for s in self.rules.values() if isinstance(s.value, kind) and s.value.name.split("@")[0] == name]
        current = [s for s in fit if day is None or s.value.effective <= day]
        full = max(current or fit, key=lambda s: s.value.version).value.name if fit else name
        of_kind = {k: cast(Source[R], s) for k, s in self.rules.items() if isinstance(s.value, kind)}
        return self.known(of_kind, full, "办法")

    def of_kind(self, kind: type[R], workflow: str = "") -> tuple[R, ...]:
        """All rule sets of one kind, for one workflow if given, the newest version of each."""
        newest: dict[str, R] = {}
        for source in sorted(self.rules.values(), key=lambda s: s.value.version):
            if isinstance(source.value, kind) and workflow in ("", source.value.for_):
                newest[source.value.name.split("@")[0]] = source.value
        return tuple(newest.values())

    def known(self, shelf: dict[str, Source[T]], name: str, what: str) -> Source[T]:
        """What a shelf has under a name.

        Raises:
            Unknown: F02, with the nearest name.
        """
        if name not in shelf:
            names = list(shelf) if "@" in name else list(dict.fromkeys(n.split("@")[0] for n in shelf))
            text = f"没有“{name}”这个{what}{did_you_mean(name, names)}"
            raise Unknown(Problem("F02", text, file=str(self.path), help="有哪些,见 supervise check"))
        return shelf[name]

    def at_home(self, file: str) -> Folder:
        """The same with the directory of the folder in which a file stands."""
        return replace(self, units=next((u for f, u in self.homes.items() if f in Path(file).parents), self.units))

    def sound(self) -> Folder:
        """This folder, if nothing is wrong with it.

        Raises:
            Invalid: with everything that is.
        """
        if self.problems:
            raise Invalid(self.problems)
        return self


def read_file(path: Path) -> Source[Any]:
    """One lifecycle or rule set from a file of its own.

    Raises:
        Unknown: F01 when there is no such file.
        Invalid: with everything that is wrong in it.
    """
    folder, name = Folder(path.parent), str(path)
    text = read_text(path)
    document = _parsed(text, name)
    kind = _definition if isinstance(document.data, dict) and "workflow" in document.data else _rule
    kind(folder, name, text, document)
    folder.sound()
    return next(iter([*folder.definitions.values(), *folder.rules.values()]))


def read_year(folder: Folder, path: Path) -> Source[YearFile] | None:
    """Put a year's file from elsewhere over a folder's calendar; ``None`` if it stands there already, word for word.

    Raises:
        Unknown: F01 when there is no such file.
        Invalid: with everything that is wrong in it; F05 when the folder says something else of that year.
    """
    name, text = str(path), read_text(path)
    document = parse(text, name)
    year = validate(document, YearFile)
    there = folder.years.get(year.year)
    if there is not None and read_text(Path(there)) == text:
        return None
    _year(folder, name, text, document)
    return Source(name, text, document, year)


def read_beside(path: Path, folder: Folder) -> Folder:
    """One lifecycle or rule set from a file of its own, checked against the lifecycles and boards of a folder.

    Args:
        path: the file.
        folder: whose lifecycles, boards and ladders it may name.

    Raises:
        Unknown: F01 when there is no such file.
    """
    found, name = Folder(path.parent, units=folder.units, calendar=folder.calendar), str(path)
    text = read_text(path)
    try:
        document = _parsed(text, name)
        kind = _definition if isinstance(document.data, dict) and "workflow" in document.data else _rule
        kind(found, name, text, document)
    except Invalid as error:
        found.problems += error.problems
    for source in found.rules.values():
        found.problems += _wrong_in(source, folder)
    found.notes += hints((s.document, s.value) for s in found.rules.values())
    return found


def read_folder(path: Path, *beside: Path, stories: bool = True) -> Folder:
    """Read a definitions folder; whatever is wrong is gathered in ``problems``, nothing is skipped in silence.

    Args:
        path: the folder.
        beside: more of the same kind, with lifecycles, rules and stories that stand on those of the first.
        stories: whether stories are read too; an office at work tells none.

    Raises:
        Unknown: F01 when there is no such folder.
    """
    if missing := [one for one in (path, *beside) if not one.is_dir()]:
        help_ = "请用 --definitions(或环境变量 SUPERVISE_DEFINITIONS)指明" if missing[0] == path else ""
        raise Unknown(Problem("F01", f"没有这个文件夹:{missing[0]}", help=help_))
    folder = Folder(path)
    own = {"units.yaml": _units, ALIASES: _aliases}
    below = [("calendar", _year), ("rules", _rule), ("stories", _story)][: 3 if stories else 2]
    unread = False
    for one in (path, *beside):
        first = folder.units
        for file in sorted(one.glob("*.yaml")):
            unread |= not _try(folder, file, own.get(file.name, _definition))
        for sub, reader in below:
            for file in sorted((one / sub).glob("*.yaml")):
                unread |= not _try(folder, file, reader)
        if one != path and folder.units is not first:  # the stories of the first folder know its own units
            folder.homes[one], folder.units = folder.units, first
    wrong = [one for one in _rule_problems(folder) if not (unread and one.code in _ELSEWHERE)]
    folder.problems += [*wrong, *_overlooked(folder)]
    folder.notes += [
        *(() if unread else _unscored(folder)),
        *hints((s.document, s.value) for s in folder.rules.values()),
    ]
    return folder


def _overlooked(folder: Folder) -> Iterator[Problem]:
    """Files that look as if they were meant, and a folder that says nothing."""
    for file in sorted(folder.path.rglob("*.yml")):
        yield Problem("F04", "文件名须以 .yaml 结尾,否则不读", file=str(file), help=f"请改名为 {file.stem}.yaml")
    if not folder.definitions and not folder.problems:
        yield Problem("F04", "文件夹里没有流程文件(以 workflow: 开头的 .yaml)", file=str(folder.path))


def _try(folder: Folder, file: Path, reader: Callable[[Folder, str, str, Document], None]) -> bool:
    """Read a file of a folder; ``False`` if it cannot be."""
    name = str(file)
    try:
        text = read_text(file)
        reader(folder, name, text, _parsed(text, name))
    except (Invalid, Unknown) as error:
        folder.problems += error.problems
        return False
    return True


_ELSEWHERE = frozenset({"R01", "R10", "R30"})
"""What a file says of others that are not there; nothing is said of it while one of them cannot be read."""

# What a text says never changes: who opens an office for each district, or each request, has it worked out once.
_kept = lru_cache(maxsize=256)
_parsed = _kept(parse)


@_kept
def _law(text: str, name: str) -> tuple[Definition, tuple[Problem, ...], tuple[Problem, ...]]:
    """What a lifecycle file says, what is wrong with it, and what is worth a look."""
    document = _parsed(text, name)
    value = definition.load(document)
    return value, checking.check(document, value), checking.notes(document, value)


@_kept
def _rules(text: str, name: str) -> RuleSet:
    """What a rules file says."""
    return ruleset.load(_parsed(text, name))


def _definition(folder: Folder, name: str, text: str, document: Document) -> None:
    if not isinstance(document.data, dict) or "workflow" not in document.data:
        raise Invalid(document.problem("F04", (), "认不出这是什么文件:流程文件应以 workflow: 开头"))
    value, problems, notes = _law(text, name)
    folder.problems += problems
    folder.notes += notes
    _put(folder, folder.definitions, value.name, Source(name, text, document, value))


def _rule(folder: Folder, name: str, text: str, document: Document) -> None:
    if not isinstance(document.data, dict) or not ruleset.KINDS.keys() & document.data.keys():
        kinds = "、".join(f"{kind}:" for kind in ruleset.KINDS)
        raise Invalid(document.problem("F04", (), f"认不出这是什么办法,应以 {kinds} 之一开头"))
    value = _rules(text, name)
    _put(folder, folder.rules, value.name, Source(name, text, document, value))


def _put(folder: Folder, shelf: dict[str, Source[Any]], name: str, source: Source[Any]) -> None:
    if name in shelf:
        text, help_ = (
            f"{name} 在 {shelf[name].name} 里已有,版本号不能重复",
            "请改版本号;查另一整份文件夹用 --definitions",
        )
        folder.problems.append(source.document.problem("F05", (), text, help_))
    else:
        shelf[name] = source


def _units(folder: Folder, name: str, text: str, document: Document) -> None:
    folder.units = unit_list(validate(document, UnitsFile), document)


def _aliases(folder: Folder, name: str, text: str, document: Document) -> None:
    folder.aliases = alias_map(validate(document, AliasesFile), document)


def _year(folder: Folder, name: str, text: str, document: Document) -> None:
    year = validate(document, YearFile)
    if year.year in folder.years:
        raise Invalid(
            document.problem("F05", ("year",), f"{year.year} 年在 {folder.years[year.year]} 里已有,一年只写一份")
        )
    both = sorted(year.days(year.off).keys() & year.days(year.work).keys())
    if both:
        raise Invalid(document.problem("Q01", ("work",), f"{both[0]} 既写了放假,又写了上班", help="只留一处"))
    if year.extends and year.year not in official_calendar().years:
        text = f"没有自带的 {year.year} 年放假安排,无从增补"
        raise Invalid(document.problem("Q02", ("extends",), text, help="请删去 extends,把全年的放假和调休都写上"))
    folder.years[year.year] = name
    folder.calendar = folder.calendar.with_year(year)


def _story(folder: Folder, name: str, text: str, document: Document) -> None:
    folder.stories.append(document)


def _rule_problems(folder: Folder) -> Iterator[Problem]:
    for source in folder.rules.values():
        yield from _wrong_in(source, folder)
    yield from _one_sending(folder)
    for law in _newest(folder):
        ladders = folder.of_kind(Ladder, law.value.workflow)
        yield from rules_checking.unknown_rungs(law.document, law.value, ladders)
        reminders = folder.of_kind(Reminders, law.value.workflow)
        yield from rules_checking.reminded_twice((folder.rules[rules.name].document, rules) for rules in reminders)


def _one_sending(folder: Folder) -> Iterator[Problem]:
    """Messages are sent in one way: several versions of it, but not two."""
    found = [(source, source.value.sending) for source in folder.rules.values() if isinstance(source.value, Sending)]
    for source, name in found[1:]:
        if name != found[0][1]:
            text = f"发送办法只能有一份,{found[0][0].name} 里已有 {found[0][1]}"
            yield source.document.problem("R33", ("sending",), text, "请并成一份,或删去一份")


def _wrong_in(source: Source[RuleSet], folder: Folder) -> Iterable[Problem]:
    rules, laws = source.value, folder.newest
    half = list(check_procedure(source.document, rules, laws))
    if isinstance(rules, Scheme):
        return [*check_scheme(source.document, rules, laws), *half]
    schemes = [name for scheme in folder.of_kind(Scheme) for name in scheme.board_names]
    boards = sorted({s.value.board for s in folder.rules.values() if isinstance(s.value, BoardRules)})
    rungs = [rung.order for s in folder.rules.values() if isinstance(s.value, Ladder) for rung in s.value.rungs]
    found = [*rules_checking.check(source.document, rules, laws, boards, rungs, schemes), *half]
    if not isinstance(rules, AssessmentRules):
        return found
    known = folder.at_home(source.name).units
    names = [unit.name for unit in known.units()]
    return [*found, *rules_checking.unknown_groups(source.document, rules, known.groups, names)]


def _unscored(folder: Folder) -> Iterator[Problem]:
    """Notes on what no board and no assessment counts; of lifecycles of which nothing counts, one for all."""
    bare = []
    for law in _newest(folder):
        rules = [rule.value for rule in folder.rules.values() if rule.value.for_ == law.value.workflow]
        if found := rules_checking.counting(rules):
            yield from rules_checking.unscored(law.document, law.value, found)
        else:
            bare.append(f"“{law.value.title}”")
    if bare:
        text = f"只督办、不计分的流程:{''.join(bare)}(没有一份红黑榜或考核办法计它们的应办)"
        yield Problem("R15", text, file=str(folder.path))


def _newest(folder: Folder) -> list[Source[Definition]]:
    return [folder.definitions[definition.name] for definition in folder.newest.values()]
