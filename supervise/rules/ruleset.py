"""What a rules file says: a ladder, lights, reminders, a board, an assessment, a scheme, or how to send messages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from supervise.phrases import Comparison, parse_comparison
from supervise.reading import Document, ReadBy, Strict, validate
from supervise.rules.ladder import Ladder as Ladder
from supervise.rules.ladder import Lights as Lights
from supervise.rules.ladder import Measures, Rules, Spared
from supervise.rules.notices import Reminders as Reminders
from supervise.rules.scheme import Announced, MarkKind, Proposing, Scheme
from supervise.rules.sending import Sending
from supervise.workflows.definition import Words, listed

PeriodKind = Literal["year", "half", "quarter", "month", "week"]


@dataclass(frozen=True, slots=True)
class Place:
    """Which end of the ranking, and how many: ``top 5``."""

    end: str
    count: int


@dataclass(frozen=True, slots=True)
class Source:
    """Where a part of a year comes from: a ``board``, a year's ``score``, a ``mark``, or a ``file`` of scores."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Quota:
    """How many of a group may have a grade: so many, or a share of those who count."""

    count: int = 0
    share: Decimal | None = None


def _place(text: Any) -> Place:
    match = re.fullmatch(r"(top|bottom) (\d+)", str(text))
    if match is None:
        raise ValueError(f"看不懂名次“{text}”,应写作 top 5 或 bottom 3")
    return Place(match[1], int(match[2]))


def _source(text: Any) -> Source:
    match = re.fullmatch(r"(board|score|mark|file) ([\w-]+(?:\.[\w-]+)?)", str(text))
    if match is None or ("." in match[2] and match[1] != "board"):
        ways = "board red-black、board two-boards.push、score red-black、mark leader 或 file survey"
        raise ValueError(f"看不懂来源“{text}”,应写作 {ways}")
    return Source(match[1], match[2])


def _quotas(value: Any) -> dict[str, Quota]:
    """Group → quota; under the empty name for every group."""
    if isinstance(value, dict):
        return {str(group): _quota(text) for group, text in value.items()}
    return {"": _quota(value)}


def _quota(text: Any) -> Quota:
    if isinstance(text, int) and not isinstance(text, bool) and text >= 0:
        return Quota(text)
    return Quota(share=_percent(text))


def _percent(text: Any) -> Decimal:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)%", str(text))
    if match is None or not 0 < Decimal(match[1]) <= 100:
        raise ValueError(f"看不懂比例“{text}”,应写作 30%,或写个数如 3")
    return Decimal(match[1]) / 100


def _tasks(text: Any) -> int:
    match = re.fullmatch(r"(\d+) tasks?", str(text))
    if match is None:
        raise ValueError(f"看不懂“{text}”,应写作 3 tasks")
    return int(match[1])


Comparisons = Annotated[tuple[Comparison, ...], ReadBy(lambda v: tuple(parse_comparison(t) for t in listed(v)))]


class Line(Strict):
    """One line of a score: a rate worth ``points``, or a count worth something for each ``lead`` and ``co``."""

    label: str
    rate: Measures | None = None
    count: Measures | None = None
    points: Decimal | None = None
    lead: Decimal | None = None
    co: Decimal | None = None
    at_most: Annotated[Decimal, Field(ge=0)] | None = None


class ScoreRules(Strict):
    """How a score is made: base, lines rounded half up to ``places``, bounds."""

    base: Decimal
    min: Decimal | None = None
    max: Decimal | None = None
    places: int = Field(default=2, ge=0, le=6)
    lines: tuple[Line, ...]
    spare: Spared = ()


class Listing(Strict):
    """Who goes on a list: a place in the group AND every condition."""

    rank: dict[str, Annotated[Place, ReadBy(_place)]]
    when: Comparisons = ()


class Streak(Proposing):
    """A proposal when a unit is on a list several times in a row."""

    list: Literal["red", "black"]
    in_a_row: int


class BoardRules(Announced, Rules):
    """红黑榜: how units of a group are scored, ranked and listed for a period."""

    board: str
    period: PeriodKind
    groups: dict[str, str]
    score: ScoreRules
    red: Listing
    black: Listing
    ties: Literal["share"] = "share"
    at_least: Annotated[int, ReadBy(_tasks)] = 0
    streaks: tuple[Streak, ...] = ()

    @property
    def name(self) -> str:
        """``red-black@1``."""
        return f"{self.board}@{self.version}"


class Part(Strict):
    """One part of the assessment and its weight; what has no source at all is left out and said so."""

    label: str
    from_: Annotated[Source, ReadBy(_source)] = Field(alias="from")
    take: Literal["mean", "latest", "sum", "year"]
    weight: Decimal
    full: Annotated[Decimal, Field(gt=0)] = Decimal(100)


class Adjustment(Strict):
    """Points added or taken for each time on a list, or for what was marked of a declared kind."""

    label: str
    count: str
    points: Decimal
    at_most: Annotated[Decimal, Field(ge=0)] | None = None


class Grade(Strict):
    """A grade: every condition, and at most ``quota`` of the group, or of each group its own."""

    grade: str
    when: Comparisons = ()
    quota: Annotated[dict[str, Quota], ReadBy(_quotas)] = {}


class Circumstance(Strict):
    """What counts against a unit, in some groups or in all."""

    label: str
    when: Comparisons
    groups: Words = ()


class GradeLimit(Circumstance):
    """A circumstance that caps the grade; at the last one, it is a veto."""

    at_most: str


class Lowering(Circumstance):
    """A circumstance that lowers the grade which a unit would have had."""

    by: int = Field(default=1, ge=1)


class Bar(Circumstance):
    """A circumstance that bars from honours."""


class AssessmentRules(Announced, Rules):
    """年度考核: parts, adjustments, grades from the top down, caps and bars.

    ``marks`` say what may be entered for the year and are counted in ``adjust`` and conditions by their names; a mark
    that a part takes and that nobody declares is any number.
    ``rounding`` is that of a quota which is a share; ``then`` names the parts that tell equal scores apart where a
    quota ends; ``apart`` are units or groups that are scored and graded outside the quotas.
    """

    assessment: str
    period: Literal["year"] = "year"
    carries: Annotated[Decimal, Field(gt=0)]
    max: Decimal | None = None
    places: int = Field(default=2, ge=0, le=6)
    marks: dict[str, MarkKind] = {}
    parts: tuple[Part, ...]
    adjust: tuple[Adjustment, ...] = ()
    grades: tuple[Grade, ...]
    rounding: Literal["half up", "half even", "down", "up"] = "down"
    ties: Literal["exclude", "include"] = "exclude"
    then: Words = ()
    apart: Words = ()
    limits: tuple[GradeLimit, ...] = ()
    lower: tuple[Lowering, ...] = ()
    bars: tuple[Bar, ...] = ()

    @property
    def name(self) -> str:
        """``annual@1``."""
        return f"{self.assessment}@{self.version}"


RuleSet = Ladder | Lights | Reminders | BoardRules | AssessmentRules | Scheme | Sending
KINDS: dict[str, type[RuleSet]] = {
    "ladder": Ladder,
    "lights": Lights,
    "reminders": Reminders,
    "board": BoardRules,
    "assessment": AssessmentRules,
    "scheme": Scheme,
    "sending": Sending,
}


def load(document: Document) -> RuleSet:
    """The rule set in a parsed file, told by its first key; names are not checked yet, see ``checking``.

    Raises:
        Invalid: with every problem at its line.
    """
    kind = next((k for k in KINDS if k in document.data), "")
    return validate(document, KINDS[kind])
