"""What a workflow file says, in the words of the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from supervise.phrases import (
    AfterAction,
    Bound,
    Condition,
    Due,
    Fixed,
    Length,
    TaskDue,
    UntilOf,
    Value,
    parse_bound,
    parse_condition,
    parse_due,
    parse_length,
    parse_value,
)
from supervise.reading import Day, Document, ReadBy, Strict, validate
from supervise.records import Event

CLOCK = "clock"
"""The role of the clock itself; every other role is a person's."""
PARENT = "parent"
"""In ``also``: the task that this one was split from."""


def as_tuple(value: Any) -> Any:
    """A single word stands for a list of one."""
    return (value,) if isinstance(value, str) else value


def listed(value: Any) -> Iterable[Any]:
    """The same for phrases, of which nothing else can be made.

    Raises:
        ValueError: in Chinese, when it is neither text nor a list.
    """
    items = as_tuple(value)
    if not isinstance(items, list | tuple):
        raise ValueError(f"应是文字或列表,不能是“{str(value).lower() if isinstance(value, bool) else value}”")
    return items


Words = Annotated[tuple[str, ...], BeforeValidator(as_tuple)]
FieldKind = Literal[
    "text", "list", "percent", "files", "date", "day", "units", "duty", "choice", "stages", "task", "parts",
    "figures", "targets",
]  # fmt: skip


def _conditions(value: Any) -> tuple[Condition, ...]:
    return tuple(parse_condition(text) for text in listed(value))


def _bounds(value: Any) -> tuple[Bound, ...]:
    return tuple(parse_bound(text) for text in listed(value))


def _window(value: Any) -> Bound:
    bound = parse_bound(value)
    if not bound.after:
        raise ValueError(f"“{value}”没有写从哪一步起,可写:30 days after assign")
    return bound


def _values(value: Any) -> dict[str, Value]:
    if not isinstance(value, dict):
        raise ValueError("应写作 {改的事项: 字段}")
    return {str(name): parse_value(text) for name, text in value.items()}


def _dues(value: Any) -> dict[str, Due]:
    """Category → limit; one limit for every category stands under the empty name."""
    if not isinstance(value, dict):
        return {"": parse_due(value)}
    if not value:
        raise ValueError("期限是空的")
    return {str(name): parse_due(text) for name, text in value.items()}


class FieldSpec(Strict):
    """A field that an action may ask for; with ``by``, only these roles may fill it in.

    A ``date`` is a limit ahead, a ``day`` one that has been: the day on which paper was received counts as the day of
    the act, whenever it is entered. A ``choice`` is one of ``options``; ``stages`` are dated goals, ``parts`` the
    tasks that a task is split into, ``task`` names another task. A percentage ``from`` a field of figures is computed
    where a task has numeric goals, and typed where it has none; ``explain`` names the field that must say why a
    cumulative figure fell.
    """

    label: str
    kind: FieldKind
    by: Words = ()
    options: dict[str, str] = {}
    from_: str = Field(default="", alias="from")
    explain: str = ""


class Action(Strict):
    """What someone can do: who, in which states, with which fields, leading where.

    ``to`` is a state, or a mapping from state to state for actions that move only some; ``when`` is a list of
    conditions of which one must hold; ``sets`` maps a property of the task to the field it takes its value from, in
    this act or in an earlier one (``until of ask``); ``voids`` names the field that says which duty no longer counts;
    ``tell`` names the roles that must hear of it.

    ``within`` is a window: the act is possible only for so long after another. ``at_most`` bounds how often the act is
    done and how far it moves the limit; ``other_than`` names acts whose doer must be someone else (four eyes).
    ``pauses`` names the field that says until when the clock of the parties stands still; ``carries`` the one with the
    limit to which a task is carried on that was not done by its own: what was missed stays missed. ``lends`` gives
    parts to the units in a field until the date in the act; ``stops`` ends early what these acts paused or lent.
    ``undoes`` takes back the last act within so long. ``gathers`` names acts whose content belongs into this one;
    ``also`` does an act to the task named in a field, or to the ``parent``.
    """

    label: str
    by: Words
    from_: Words = Field(default=(), alias="from")
    to: str | dict[str, str] = ""
    needs: Words = ()
    when: Annotated[tuple[Condition, ...], ReadBy(_conditions)] = ()
    sets: Annotated[dict[str, Value], ReadBy(_values)] = {}
    voids: str = ""
    within: Annotated[Bound | None, ReadBy(_window)] = None
    at_most: Annotated[tuple[Bound, ...], ReadBy(_bounds)] = ()
    other_than: Words = ()
    pauses: str = ""
    carries: str = ""
    lends: dict[str, str] = {}
    stops: Words = ()
    undoes: Annotated[Length | None, ReadBy(parse_length)] = None
    gathers: Words = ()
    also: dict[str, str] = {}
    tell: Words = ()


class DutyKind(Strict):
    """What is owed: by whom, by when, and what meets it.

    ``dated`` names actions whose day counts as the day of meeting (the report, not its approval). ``waits`` names
    states in which the ball lies with the office: if it does on the due date, the unit gets back the days it had left,
    and at least ``grace``. ``notice``: a fixed date is owed only by who has held the task that long. ``due`` may give
    each category of task its own limit; a category that is not there owes none.
    """

    label: str
    of: str
    due: Annotated[dict[str, Due], ReadBy(_dues)]
    met_by: Words
    dated: Words = ()
    waits: Words = ()
    grace: Annotated[Length, ReadBy(parse_length)] = Length(0, "days")
    notice: Annotated[Length, ReadBy(parse_length)] = Length(0, "days")

    @cached_property
    def role(self) -> str:
        """The role that owes it."""
        return self.of.removeprefix("each ")

    def due_for(self, category: str) -> Due | None:
        """The limit for tasks of a category; ``None`` if they owe none."""
        due = self.due
        return due[category] if category in due else due.get("")

    @cached_property
    def form(self) -> Due:
        """A limit of the form that all of its limits have."""
        return next(iter(self.due.values()))

    @cached_property
    def fixed(self) -> bool:
        """Whether it falls due on dates that are known beforehand."""
        return isinstance(self.form, Fixed)

    @cached_property
    def triggers(self) -> tuple[str, ...]:
        """The actions it begins with; none if it begins with the task."""
        return self.form.actions if isinstance(self.form, AfterAction | UntilOf) else ()

    @cached_property
    def acts(self) -> frozenset[str]:
        """The actions that begin it or meet it."""
        return frozenset((*self.triggers, *self.met_by))

    @cached_property
    def each(self) -> bool:
        """Whether every unit of the role owes its own."""
        return self.of.startswith("each ")


class Migrates(Strict):
    """How running tasks come here from an older definition: what keeps its name need not be said.

    Args:
        from_: the older definition, such as ``key-work@1``.
        states: state there → state here.
        duties: duty there → duty here; ``null`` for one that ends with the old law.
    """

    from_: str = Field(alias="from")
    states: dict[str, str] = {}
    duties: dict[str, str | None] = {}


class Definition(Strict):
    """A workflow: states, fields, actions and duties, with its legal source.

    ``ends`` names the states in which a task counts as done; without it they are those that nothing leaves. One that
    is named may still be left, by a relapse or for the files. ``categories`` are kinds of task with limits of their
    own.
    """

    workflow: str
    version: int
    title: str
    source: str = ""
    effective: Day
    holidays: Literal["next workday", "as written"] = "as written"
    roles: dict[str, str]
    states: dict[str, str]
    ends: Words = ()
    categories: dict[str, str] = {}
    fields: dict[str, FieldSpec] = {}
    actions: dict[str, Action]
    duties: dict[str, DutyKind] = {}
    migrates: Migrates | None = None

    @model_validator(mode="after")
    def _has_states(self) -> Definition:
        if not self.states:
            raise ValueError("states 是空的,至少要有一个起点和一个终点")
        return self

    @property
    def name(self) -> str:
        """``key-work@2``."""
        return f"{self.workflow}@{self.version}"

    @cached_property
    def initial(self) -> str:
        """The first state in the file."""
        return next(iter(self.states))

    @cached_property
    def finals(self) -> frozenset[str]:
        """States in which a task is done: those named as ends, and those that no action leaves by name."""
        left = {s for a in self.actions.values() for s in (*a.from_, *(a.to if isinstance(a.to, Mapping) else ()))}
        reached = {t for a in self.actions.values() for t in targets(a)}
        return frozenset(s for s in self.states if s in self.ends or (s not in left and s in reached))

    @cached_property
    def duty_order(self) -> tuple[tuple[str, DutyKind], ...]:
        """Duties with their names, triggered ones first: what answers them cannot also count ahead for a fixed date."""
        return tuple(sorted(self.duties.items(), key=lambda item: item[1].fixed))

    @cached_property
    def given_duties(self) -> tuple[str, ...]:
        """Kinds of duty whose limit an act gives, such as the reply to an order."""
        return tuple(name for name, duty in self.duties.items() if isinstance(duty.form, UntilOf))

    @cached_property
    def paced(self) -> tuple[str, ...]:
        """Kinds of duty whose pace is kept on record: those that run to the task's own limit, if figures are told."""
        return tuple(n for n, d in self.duties.items() if isinstance(d.form, TaskDue) and self.figure_actions)

    def sources(self, action: Action) -> tuple[str, ...]:
        """The states in which ``action`` is possible: those it names, else all that are not final.

        Taking back is possible everywhere: the last act may have been the one that closed the task.
        """
        if action.from_ or action.undoes is not None:
            return action.from_ or tuple(self.states)
        return tuple(s for s in self.states if s not in self.finals)

    def target(self, action: Action, source: str) -> str:
        """Where ``action`` leads from ``source``."""
        if isinstance(action.to, Mapping):
            return action.to.get(source, source)
        return action.to or source

    @cached_property
    def _of_kind(self) -> dict[str, tuple[str, ...]]:
        names: dict[str, tuple[str, ...]] = {}
        for name, spec in self.fields.items():
            names[spec.kind] = (*names.get(spec.kind, ()), name)
        return names

    def field_of(self, kind: FieldKind, names: Iterable[str] | None = None) -> str:
        """The first field of ``kind``, among ``names`` if given; empty if there is none."""
        fields = self._of_kind.get(kind, ())
        if fields:
            for name in fields if names is None else names:
                if name in fields:
                    return name
        return ""

    def acted_on(self, event: Event) -> date:
        """The day that counts for an act: the day paper was received, if one was noted, else the day it was done."""
        received = self.field_of("day", event.data)
        return date.fromisoformat(event.data[received]) if received else event.day

    @cached_property
    def figure_actions(self) -> frozenset[str]:
        """Actions that report a percentage."""
        figure = self.field_of("percent")
        return frozenset(name for name, action in self.actions.items() if figure and figure in action.needs)

    @cached_property
    def figure_duties(self) -> frozenset[str]:
        """Kinds of duty on fixed dates that are met by reporting a percentage."""
        return frozenset(n for n, d in self.duties.items() if d.fixed and self.figure_actions.intersection(d.met_by))


def targets(action: Action) -> tuple[str, ...]:
    """Every state that ``action`` names as a target."""
    if isinstance(action.to, Mapping):
        return tuple(action.to.values())
    return (action.to,) if action.to else ()


def load(document: Document) -> Definition:
    """The definition in a parsed file; names are not checked yet, see ``checking``.

    Raises:
        Invalid: with every problem at its line.
    """
    return validate(document, Definition)
