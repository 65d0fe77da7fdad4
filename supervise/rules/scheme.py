"""What a scheme says (评分办法): marks, values, scores of nested lines, boards, grades; see ``docs/schemes.md``.

It is the general form of a rule file: where ``board:`` counts duties in a fixed sheet, a scheme names what it counts,
works out values in the closed arithmetic of ``arithmetic``, and may publish several boards.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from supervise.phrases import Length, parse_length
from supervise.reading import Day, ReadBy, Strict
from supervise.rules.arithmetic import Call, Name, Node, Number, Operation, Word, parse
from supervise.rules.bands import Range, parse_range
from supervise.rules.windows import Window, window
from supervise.workflows.definition import Words

ROUNDINGS = {"half up": "ROUND_HALF_UP", "half even": "ROUND_HALF_EVEN", "down": "ROUND_DOWN", "up": "ROUND_UP"}
Roundings = Literal["half up", "half even", "down", "up"]
LABELS = {"red": "红榜", "black": "黑榜"}
IGNORED = ("revoked", "撤销", "已撤销", "撤消", "已撤消")
"""Statuses that do not count, as people write them."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as it was written, and its tree."""

    text: str
    node: Node

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Key:
    """What units are ranked by, and which end is the better one."""

    formula: Formula
    best: str = "desc"


@dataclass(frozen=True, slots=True)
class Spared:
    """Whose part counts for nothing: a group in a role; ``sign`` if only its ``minus`` or ``plus``."""

    group: str
    role: str
    sign: str = ""


def formula(text: Any) -> Formula:
    """A formula of a file.

    Raises:
        ValueError: in Chinese, when it is none.
    """
    return Formula(str(text), parse(text))


def _result(value: Any) -> Formula:
    """What a band gives: a number, a word, or behind ``=`` a formula."""
    if isinstance(value, str) and not value.lstrip().startswith("="):
        return Formula(value, Word(value.strip()))
    return formula(value.lstrip()[1:] if isinstance(value, str) else value)


def _bands(value: Any) -> tuple[tuple[str, Range, Formula], ...]:
    if not isinstance(value, dict) or not value:
        raise ValueError("应写成 范围: 结果,如 {'>= 90': 优秀, '< 90': 良好}")
    return tuple((str(key), parse_range(key), _result(result)) for key, result in value.items())


def _key(value: Any) -> Key:
    match = re.fullmatch(r"(.*?)(?:\s+(desc|asc))?", str(value).strip())
    return Key(formula(match[1] if match else value), (match and match[2]) or "desc")


def _keys(value: Any) -> tuple[Key, ...]:
    return tuple(_key(text) for text in (value if isinstance(value, list) else [value]))


def _places(value: Any) -> dict[str, Formula]:
    """Group → how many places; under the empty name for every group. A percentage is of the group."""
    if isinstance(value, dict):
        return {str(group): _number_of(text) for group, text in value.items()}
    return {"": _number_of(value)}


def _number_of(value: Any) -> Formula:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)%", str(value).strip())
    if match is None:
        return formula(value)
    share = Number(parse(Decimal(match[1])).value / 100)  # type: ignore[union-attr]
    return Formula(str(value), Operation("*", share, Call("size", ())))


def _steps(value: Any) -> tuple[Decimal, ...]:
    """What one thing is worth; of several numbers, what the first, the second and every further one is."""
    found = value if isinstance(value, list) else [value]
    if not found or any(isinstance(one, bool) or not isinstance(one, int | Decimal) for one in found):
        raise ValueError("应是几分,如 -2;分次的写作 [-1, -3, -10],即第一次、第二次、第三次起每次几分")
    return tuple(map(Decimal, found))


def _spared(value: Any) -> tuple[Spared, ...]:
    found = []
    for text in value if isinstance(value, list) else [value]:
        match = re.fullmatch(r"(\w+) as (\w+)(?: (minus|plus))?", str(text).strip())
        if match is None:
            raise ValueError(f"看不懂“{text}”,应写作 towns as co 或 towns as co minus(只是不扣分)")
        found.append(Spared(match[1], match[2], match[3] or ""))
    return tuple(found)


Formulas = Annotated[Formula, ReadBy(formula)]
Result = Annotated[Formula, ReadBy(_result)]
Bands = Annotated[tuple[tuple[str, Range, Formula], ...], ReadBy(_bands)]
Ranges = Annotated[Range, ReadBy(parse_range)]
Windows = Annotated[Window, ReadBy(window)]
Steps = Annotated[tuple[Decimal, ...], ReadBy(_steps)]
Keys = Annotated[tuple[Key, ...], ReadBy(_keys)]
Places = Annotated[dict[str, Formula], ReadBy(_places)]


class MarkKind(Strict):
    """A kind of mark: what it is called, what is written down with it, and who may enter it."""

    label: str
    value: Literal["count", "flag", "number", "day"] = "count"
    role: Words = ()
    range: Ranges | None = None
    by: Words = ()
    matter: bool = False
    standing: bool = False
    exempts: bool = False


class Value(Strict):
    """A named value of a unit or of an item: a formula, maybe put into bands."""

    label: str = ""
    of: Formulas
    bands: Bands = ()
    otherwise: Result | None = None
    span: Ranges | None = None
    whole: bool = False

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: Any) -> Any:
        return data if isinstance(data, dict) else {"of": data}


class Items(Strict):
    """Values of every matter that a unit has marks of, such as a project or a task."""

    label: str = ""
    of: Words = ()
    values: dict[str, Value] = {}


class SchemeLine(Strict):
    """A line of a score, or a section with lines of its own.

    It holds one of: ``lines``, ``count`` or ``sum`` (each worth something), ``rate``, ``points`` (a formula), ``of``
    with ``bands``.
    """

    label: str = ""
    name: str = ""
    clause: str = ""
    lines: tuple[SchemeLine, ...] = ()
    base: Decimal | None = None
    worth: Decimal | None = None
    count: Words = ()
    sum: Words = ()
    each: Steps = ()
    lead: Steps = ()
    co: Steps = ()
    nth: Literal["unit", "matter"] = "unit"
    nth_since: Windows | None = None
    nth_within: Annotated[Length, ReadBy(parse_length)] | None = None
    within: Windows = Window()
    rate: Words = ()
    points: Formulas | None = None
    of: Formulas | None = None
    bands: Bands = ()
    otherwise: Result | None = None
    span: Ranges | None = None
    whole: bool = False
    when: Formulas | None = None
    times: Formulas | None = None
    none_when: Formulas | None = None
    none: Literal["full", "out"] | Decimal | None = None
    min: Decimal | None = None
    max: Decimal | None = None
    at_most: Annotated[Decimal, Field(ge=0)] | None = None
    per_matter: Literal["all", "apart", "one"] = "all"
    spare: Annotated[tuple[Spared, ...], ReadBy(_spared)] = ()

    @property
    def stepped(self) -> bool:
        """Whether the second thing is worth another number than the first."""
        return max(map(len, (self.each, self.lead, self.co))) > 1

    @property
    def full(self) -> Decimal | None:
        """Full marks, as far as the file says them."""
        if self.worth is not None or self.base is not None:
            return self.worth if self.worth is not None else self.base
        known = [line.full for line in self.lines]
        return None if None in known or not known else sum((n for n in known if n is not None), Decimal(0))

    @property
    def start(self) -> Decimal:
        """What a section begins with: its base, or its full marks where no line of it says its own."""
        if self.base is not None or self.worth is None:
            return self.base or Decimal(0)
        return Decimal(0) if any(line.full is not None for line in self.lines) else self.worth


class SchemeList(Strict):
    """Who goes on a list: by place, by condition, or both."""

    label: str = ""
    top: Places = {}
    bottom: Places = {}
    when: Formulas | None = None
    unless: Formulas | None = None
    by: Keys = ()
    among: Literal["group", "all"] | None = None
    over: Literal["group", "fitting"] = "group"
    ties: Literal["include", "exclude", "next"] = "include"
    then: Keys = ()
    rounding: Roundings = "down"


class Proposing(Strict):
    """A proposal about a unit that has been on a list so often; people decide.

    ``opens`` names the workflow in which it is decided, due ``within`` a length of time; without it the board says it.
    """

    label: str
    list: str
    tell: Words = ()
    opens: str = ""
    within: Annotated[Length, ReadBy(parse_length)] = Length(10, "workdays")


class SchemeStreak(Proposing):
    """A proposal after so many boards in a row, or within the year."""

    in_a_row: int | None = Field(default=None, ge=1)
    in_year: int | None = Field(default=None, ge=1)


class SchemeBoard(Strict):
    """A board: which groups, ranked by what, and its lists; without ``by`` nobody is ranked."""

    label: str = ""
    groups: Words = ()
    by: Keys = ()
    over: Literal["group", "all"] = "group"
    ties: Literal["share", "dense"] = "share"
    ranked_when: Formulas | None = None
    lists: dict[str, SchemeList] = {}
    lights: Words = ()
    show: Words = ()
    streaks: tuple[SchemeStreak, ...] = ()


class SchemeGrade(Strict):
    """A grade: a range of the graded value or a condition, and at most ``quota`` of the group."""

    grade: str
    range: Ranges | None = None
    when: Formulas | None = None
    quota: Places = {}
    together: Places = {}


class SchemeLimit(Strict):
    """A circumstance that caps the grade."""

    label: str
    when: Formulas
    at_most: str


class SchemeLowering(Strict):
    """A circumstance that lowers the grade which a unit would have had."""

    label: str
    when: Formulas
    by: int = Field(default=1, ge=1)


class Grading(Strict):
    """Grades from the best down; a unit gets the first that it fits. ``then`` tells equal units apart at a quota."""

    of: Formulas
    span: Ranges | None = None
    whole: bool = False
    grades: tuple[SchemeGrade, ...]
    limits: tuple[SchemeLimit, ...] = ()
    lower: tuple[SchemeLowering, ...] = ()
    then: Keys = ()
    ties: Literal["exclude", "include"] = "exclude"
    rounding: Roundings = "down"


class SchemeBar(Strict):
    """A circumstance that bars from honours; its name counts 1 in formulas where it holds."""

    label: str
    when: Formulas


class Announced(Strict):
    """What is published of a period, and by which steps.

    ``closes`` says how long after the period the result is compiled, so that what fell due on its last day is decided
    and reports handed in before its end are verified. ``sign`` names the roles that must sign what is published, after
    it was served on every unit and ``notice`` has passed; ``appeals`` is the time to contest what was published.
    """

    closes: Annotated[Length, ReadBy(parse_length)] = Length(0, "days")
    notice: Annotated[Length, ReadBy(parse_length)] | None = None
    sign: Words = ()
    appeals: Annotated[Length, ReadBy(parse_length)] | None = None


class Scheme(Announced):
    """评分办法: marks, values, scores, boards and grades of one scheme."""

    scheme: str
    version: int
    title: str
    source: str = ""
    effective: Day
    for_: str = Field(default="", alias="for")
    period: Literal["year", "half", "quarter", "month"]
    places: int = Field(default=2, ge=0, le=6)
    rounding: Roundings = "half up"
    round: Literal["lines", "total"] = "lines"
    ignore: Words = IGNORED
    groups: dict[str, str]
    marks: dict[str, MarkKind] = {}
    items: Items | None = None
    values: dict[str, Value] = {}
    scores: dict[str, SchemeLine] = {}
    bars: dict[str, SchemeBar] = {}
    boards: dict[str, SchemeBoard]
    grading: Grading | None = None

    @field_validator("boards")
    @classmethod
    def _some(cls, value: dict[str, SchemeBoard]) -> dict[str, SchemeBoard]:
        if not value:
            raise ValueError("至少要有一榜")
        return value

    @property
    def name(self) -> str:
        """``two-boards@1``."""
        return f"{self.scheme}@{self.version}"

    def called(self, board: str) -> str:
        """What a board is called: by its scheme, and by its own name where the scheme has several."""
        return self.scheme if len(self.boards) == 1 else f"{self.scheme}.{board}"

    @property
    def board_names(self) -> tuple[str, ...]:
        """What its boards are called."""
        return tuple(map(self.called, self.boards))


def column(board: SchemeBoard) -> str:
    """The name of the score that a board is ranked by first, if it is ranked by one; else empty."""
    node = board.by[0].formula.node if board.by else None
    return node.name if isinstance(node, Name) else ""
