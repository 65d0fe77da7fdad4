"""What stands between an act and the record: who may act, on which day, with what filled in, within which bounds.

A guard finds everything that is wrong at once. When nothing is, the act's data are in the form in which they are put
on record, and it is known what they change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from supervise.dates import FOREVER
from supervise.errors import Problem, did_you_mean
from supervise.goals import numeric, plain
from supervise.people import Actor
from supervise.phrases import Bound, TaskDue, Value
from supervise.records import PARTIES, Event, Loan, Pause, Task, evolve
from supervise.workflows import entries, figures
from supervise.workflows.definition import CLOCK, Action, Definition, FieldSpec
from supervise.workflows.excuses import own_excuse
from supervise.workflows.fields import FieldError, read_field
from supervise.workflows.situations import Situation
from supervise.workflows.wording import UNIT_WORDS, Wording


@dataclass(frozen=True, slots=True)
class Companion:
    """An act to another task that comes with an act to this one.

    Args:
        code: the other task.
        action: what is done to it.
        part: if it is the task that this one was split from: this one's code, and whether it has ended.
    """

    code: str
    action: str
    part: Mapping[str, bool]


@dataclass
class Move:
    """What the machine sees of a task; lives for one call."""

    state: str
    task: Task
    actor: Actor
    day: date
    given: Mapping[str, Any]
    via: Companion | None = None
    data: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)


class Guard:
    """The checks of one definition.

    Args:
        definition: the law.
        wording: its Chinese.
        situation: gives what conditions can be asked about a task.
    """

    def __init__(self, definition: Definition, wording: Wording, situation: Callable[[Task], Situation]) -> None:
        self.definition, self.wording, self.situation = definition, wording, situation
        self._splits = any(spec.kind == "parts" for spec in definition.fields.values())
        self.echoes = frozenset(name for action in definition.actions.values() for name in action.also.values())

    def objections(self, move: Move, name: str, instead: Callable[[], str]) -> list[Problem]:
        """Everything that speaks against an act; fills in ``data`` and ``changes`` of the move.

        Args:
            move: the task, who acts, when, with what.
            name: of the action.
            instead: tells what the actor can do now.
        """
        action, task = self.definition.actions[name], move.task
        found = [] if self.may(task, move.actor, action, move.day) else [self.wrong_actor(move, action, instead)]
        if move.day < task.events[-1].day:
            last = task.events[-1].day
            text = f"{move.day} 早于最近一条办理记录({last}),不能倒着办"
            found.append(Problem("A07", text, task=task.code, help=f"请用 {last} 或以后的日期"))
        found += self.barred(move, name, instead)
        found += self._read(move, action)
        if not found:
            found += self._changes(move, action)
        return found or [*self._own_excuse(move, action), *self._beyond(move, name, action)]

    def may(self, task: Task, actor: Actor, action: Action, day: date) -> bool:
        """Whether the actor has a role that may do it."""
        return bool(self._roles(task, actor, day).intersection(action.by))

    def _roles(self, task: Task, actor: Actor, day: date) -> frozenset[str]:
        return actor.roles.union(task.roles_of(actor.unit, day))

    def wrong_actor(self, move: Move, action: Action, instead: Callable[[], str]) -> Problem:
        """That the actor has no role that may do it, and who has."""
        who = move.actor.unit or move.actor.id
        text = f"“{action.label}”应由{self.wording.doers(move.task, action.by)}办理,{who}不能办"
        return Problem("A02", text, task=move.task.code, help=instead())

    def barred(self, move: Move, name: str, instead: Callable[[], str] = str) -> list[Problem]:
        """What speaks against the act whatever is filled in: its conditions, four eyes, how often, what to take back.

        Args: as for ``objections``.
        """
        action, task, found = self.definition.actions[name], move.task, []
        if name in self.echoes and move.via is None:
            text = f"“{action.label}”随另一项任务的办理一并记录,不能单独办"
            found.append(Problem("A02", text, task=task.code, help=instead()))
        if action.when and CLOCK not in move.actor.roles:
            situation = self.situation(task)
            if not any(situation.holds(condition, move.day) for condition in action.when):
                text = f"现在不能“{action.label}”:须{self.wording.any_of(action.when)}"
                found.append(Problem("A05", text, task=task.code, help=instead()))
        if action.other_than:
            found += self._same_eyes(move, action)
        if action.within is not None:
            last = self._last_day(task, action.within, newest=True)
            if last is None or move.day > last:
                text = f"“{action.label}”限“{self.wording.action(action.within.after)}”后 {_length(action.within)}内"
                text += f",已于 {last} 截止" if last is not None else ",现在还谈不上"
                found.append(Problem("A05", text, task=task.code, help=instead()))
        for bound in action.at_most:
            done = sum(event.action == name for event in task.acts) if bound.unit == "times" else 0
            if bound.unit == "times" and done >= bound.count:
                text = f"“{action.label}”最多 {bound.count} 次,已办过 {done} 次"
                found.append(Problem("A14", text, task=task.code, help=instead()))
        if action.stops and not self._running(move, action):
            names = "、".join(f"“{self.wording.action(name)}”" for name in action.stops)
            found.append(Problem("A05", f"现在没有正在生效的{names}", task=task.code, help=instead()))
        asked = [value for value in action.sets.values() if value.of] if action.sets else ()
        if asked and all(self._value(move, value) is None for value in asked):
            labels = dict.fromkeys(self.wording.action(value.of) for value in asked)
            text = f"{'、'.join(f'“{label}”' for label in labels)}里没有写要改什么"
            found.append(Problem("A03", text, task=task.code, help=instead()))
        if action.undoes is not None:
            found += self._not_to_undo(move, action)
        if action.carries and move.day <= task.due:
            text = "没有时限" if task.due == FOREVER else f"时限 {task.due} 还没有过"
            found.append(Problem("A05", f"现在不能“{action.label}”:{text}", task=task.code, help=instead()))
        return found

    def _same_eyes(self, move: Move, action: Action) -> Iterator[Problem]:
        """Four eyes: not the same person; and nobody of a party that did it itself."""
        for name in action.other_than:
            done = next((event for event in reversed(move.task.acts) if event.action == name), None)
            if done is None:
                continue
            party = any(done.unit in getattr(move.task, role) for role in PARTIES) and done.unit == move.actor.unit
            if done.actor == move.actor.id or party:
                who = done.unit if party else move.actor.id
                text = f"“{action.label}”须换人办:“{self.wording.action(name)}”就是{who}办的"
                yield Problem("A12", text, task=move.task.code, help="请由另一人办理,用 --by 写明姓名")

    def _not_to_undo(self, move: Move, action: Action) -> Iterator[Problem]:
        """Only one's own last act can be taken back, soon, and while nobody has built on it."""
        task, last = move.task, move.task.events[-1]
        assert action.undoes is not None
        spec = self.definition.actions.get(last.action)
        text = ""
        if last.seq in task.undone:
            text = "上一步已经撤回过了"
        elif spec is None or spec.also or "parts" in last.changes or "part" in last.changes:
            text = f"“{self.wording.action(last.action)}”不能撤回"
        elif (last.actor, last.unit) != (move.actor.id, move.actor.unit):
            who = "系统" if not last.unit else f"{last.unit}({last.actor})"
            text = f"最近一步“{spec.label}”是{who} {last.day} 办的,只能撤回自己刚办的一步"
        elif self.situation(task).calendar.add(last.day, action.undoes.count, action.undoes.unit) < move.day:
            limit = f"{action.undoes.count} {UNIT_WORDS[action.undoes.unit]}"
            text = f"“{spec.label}”是 {last.day} 办的,已过 {limit},不能撤回"
        if text:
            yield Problem("A13", text, task=task.code)

    def _read(self, move: Move, action: Action) -> list[Problem]:
        found: list[Problem] = []
        for name in move.given:
            if name not in self.definition.fields:
                text = f"没有“{name}”这个字段{did_you_mean(name, self.definition.fields)}"
                found.append(Problem("A08", text, task=move.task.code, path=name))
        for name, spec in self.definition.fields.items():
            if name not in move.given and name not in action.needs:
                continue
            value = move.given.get(name)
            if value is None or value == "":
                if name in action.needs and figures.asked(spec, move.task):
                    text = f"“{action.label}”须填“{spec.label}”({name})"
                    found.append(Problem("A03", text, task=move.task.code, path=name))
                continue
            if figures.computed(spec, move.task):
                found.append(self._typed(move.task, name, spec))
                continue
            if spec.by and not self._roles(move.task, move.actor, move.day).intersection(spec.by):
                text = f"“{spec.label}”应由{self.wording.doers(move.task, spec.by)}填写"
                found.append(Problem("A11", text, task=move.task.code, path=name))
                continue
            try:
                move.data[name] = read_field(spec, value, self.situation(move.task), move.day)
            except FieldError as error:
                found.append(Problem("A04", f"{spec.label}:{error}", task=move.task.code, path=name))
        return found + self._settled(move, action)

    def _typed(self, task: Task, name: str, spec: FieldSpec) -> Problem:
        asked, goals = self.definition.fields[spec.from_].label, numeric(task.targets)
        example = ";".join(f"{target.indicator} {plain(target.value)}{target.unit}" for target in goals[:2])
        return Problem(
            "A20", f"“{spec.label}”由“{asked}”算出,不能自己填", task=task.code, path=name,
            help=f"请去掉它,在“{asked}”({spec.from_})里报{entries.names(goals)}的数,写法如“{example}”",
        )  # fmt: skip

    def _settled(self, move: Move, action: Action) -> list[Problem]:
        """Put on record what follows from reported figures; a cumulative one that fell must be explained."""
        made, falls = figures.settled(self.definition, move.task, action, move.data)
        move.data.update(made)
        why = self.definition.fields[next(iter(made))].explain if falls else ""
        if not falls or why in move.data:
            return []
        can = f"确应核减的,请同时在“{self.definition.fields[why].label}”({why})里说明" if why else "请核对后重报"
        return [Problem("A21", f"累计数不能减少:{fell}", task=move.task.code, help=can) for fell in falls]

    def _changes(self, move: Move, action: Action) -> list[Problem]:
        """Work out what the act changes."""
        found = self._set(move, action)
        if action.voids:
            move.changes["void"] = move.data[action.voids]
        if action.undoes is not None:
            move.changes["undone"] = move.task.events[-1].seq
        if action.pauses:
            self._pause(move, move.data[action.pauses])
        if action.carries:
            found += self._carry(move, action)
        if action.lends:
            until = move.data[self.definition.field_of("date", move.data)]
            parts = {role: move.data[name] for role, name in action.lends.items()}
            move.changes["lent"] = {"parts": parts, "until": until}
        if action.stops:
            self._stop(move, action)
        split = self.definition.field_of("parts", move.data) if self._splits else ""
        if split:
            move.changes["parts"] = [{"code": part["code"], "weight": part["weight"]} for part in move.data[split]]
        if move.via is not None and move.via.part:
            move.changes["part"] = dict(move.via.part)
        return found

    def _set(self, move: Move, action: Action) -> list[Problem]:
        new = {prop: self._value(move, value) for prop, value in action.sets.items()}
        move.changes.update({prop: value for prop, value in new.items() if value is not None})
        given = action.sets.get("due")
        if given is not None and not given.of and move.changes.get("due", "~") <= move.task.due.isoformat():
            text = f"新的时限 {move.changes['due']} 不晚于原来的 {move.task.due}"
            return [Problem("A04", text, task=move.task.code, path=given.field)]
        return []

    def _value(self, move: Move, value: Value) -> Any:
        """What was filled in, here or in the latest act of that name."""
        if not value.of:
            return move.data.get(value.field)
        asked = next((event for event in reversed(move.task.acts) if event.action == value.of), None)
        return asked.data.get(value.field) if asked is not None else None

    def _pause(self, move: Move, until: str) -> None:
        move.changes["pause"] = until
        if move.day <= move.task.due < FOREVER:
            move.changes["due"] = (move.task.due + (date.fromisoformat(until) - move.day)).isoformat()

    def _carry(self, move: Move, action: Action) -> Iterator[Problem]:
        """Give a task a limit after the one it was not done by, which stays on record."""
        task, new = move.task, move.data[action.carries]
        move.changes |= {"carried": task.due.isoformat(), "due": new}
        if new <= task.due.isoformat():
            text = f"结转到的时限 {new} 不晚于原来的 {task.due}"
            yield Problem("A04", text, task=task.code, path=action.carries)

    def _running(self, move: Move, action: Action) -> list[Pause | Loan]:
        """What these acts paused or lent and is still so."""
        begun = {event.seq for event in move.task.acts if event.action in action.stops}
        spans: list[Pause | Loan] = [*move.task.pauses, *move.task.loans]
        return [span for span in spans if span.seq in begun and span.end > move.day]

    def _stop(self, move: Move, action: Action) -> None:
        """End what still runs of what these acts began; what is left of a pause is taken off the limit again."""
        task, running = move.task, self._running(move, action)
        move.changes["stop"] = sorted({one.seq for one in running})
        for pause in running:
            if isinstance(pause, Pause) and pause.start <= task.due < FOREVER:
                move.changes["due"] = (task.due - (pause.end - move.day)).isoformat()

    def _own_excuse(self, move: Move, action: Action) -> Iterator[Problem]:
        """That who waives a duty, stops a clock or puts off the limit of the task is a unit concerned."""
        task, situation = move.task, self.situation(move.task)
        later = "due" in action.sets and move.changes.get("due", "") > task.due.isoformat()
        if not (action.voids or action.pauses or later):
            return
        key = str(move.data[action.voids]) if action.voids else ""
        if later:  # whoever owes what is due then
            kinds = self.definition.duties
            key = next((duty.key for duty in situation.duties if isinstance(kinds[duty.kind].form, TaskDue)), "")
        own = own_excuse(situation, action.label, move.actor.unit, self._roles(task, move.actor, move.day), key)
        yield from (own,) if own is not None else ()

    def _beyond(self, move: Move, name: str, action: Action) -> Iterator[Problem]:
        """The bounds on how far the act may put off the limit."""
        bounds = [bound for bound in action.at_most if bound.unit != "times"]
        if not bounds or "due" not in move.changes:
            return
        task, new = move.task, date.fromisoformat(move.changes["due"])
        for bound in bounds:
            if bound.after:
                last = self._last_day(task, bound)
                if last is not None and new > last:
                    text = f"“{action.label}”最远到 {last}(“{self.wording.action(bound.after)}”后 {_length(bound)})"
                    yield Problem("A14", f"{text},{new} 超过了", task=task.code)
                continue
            used = sum(moved for event, moved in _postponed(task) if event.action == name)
            if used + (new - task.due).days > bound.count:
                text = f"“{action.label}”累计最多 {_length(bound)},已用 {used} 天,这次 {(new - task.due).days} 天"
                yield Problem("A14", text, task=task.code)

    def _last_day(self, task: Task, bound: Bound, newest: bool = False) -> date | None:
        """The last day of a bound, counted from the first such act or from the newest; ``None`` if there was none."""
        acts = [event.day for event in task.acts if event.action == bound.after]
        calendar = self.situation(task).calendar
        return calendar.add(acts[-1 if newest else 0], bound.count, bound.unit) if acts else None


def _length(bound: Bound) -> str:
    return f"{bound.count} {UNIT_WORDS[bound.unit]}"


def _postponed(task: Task) -> Iterator[tuple[Event, int]]:
    """Each act that moved the limit, with the days it moved it by."""
    then = Task(task.code)
    for event in task.acts:
        after = evolve(then, event)
        if "due" in event.changes and event.seq > 1:
            yield event, (after.due - then.due).days
        then = after
