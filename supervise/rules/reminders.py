"""Reminders: which notices go out ahead of a limit, when to look again, and reminding by hand.

A notice (提醒) is a message and no act: it changes no state, no duty and no score, and is not in the history. Whether
it went out is known by its key alone, so nothing here depends on when the clock ran. Reminding by hand (催办) is an
act of the office, on record like every other: how often it was done, and when last, is read from the history.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import NamedTuple

from supervise.dates import FOREVER, ONE_DAY
from supervise.errors import Problem, Refused, did_you_mean
from supervise.hearing import hearers
from supervise.people import Actor
from supervise.phrases import REMIND, Length
from supervise.records import PARTIES, Duty, Event, Task, evolve
from supervise.rules.notices import NoticeRules, Reminders, RemindRules
from supervise.workflows.lifecycle import Lifecycle, Step
from supervise.workflows.situations import Situation
from supervise.workflows.wording import length


@dataclass(frozen=True, slots=True)
class Notice:
    """A message ahead of a limit.

    Args:
        duty: what is owed.
        ahead: how long before its limit.
        start: the day that distance names.
        to: who is told: those who owe it, then roles of the task.
    """

    duty: Duty
    ahead: Length
    start: date
    to: tuple[str, ...]

    @property
    def key(self) -> str:
        """Once for each limit and distance of a task: a limit that was put off is told of again."""
        return f"{self.duty.key}:{self.duty.due}:{self.ahead.count} {self.ahead.unit}"


@dataclass(frozen=True, slots=True)
class Chase:
    """What somebody says who reminds by hand.

    Args:
        why: the reason.
        whom: the person spoken to, if it was one.
        how: name of the channel in the rule file; the first one there if empty.
    """

    why: str
    whom: str = ""
    how: str = ""


def notices(rules: Sequence[Reminders], situation: Situation, day: date) -> Iterator[Notice]:
    """The notices that fit ``day``, for each duty the one nearest to its limit; those sent before are among them.

    So a clock that stood still for a week says once how near the limit is, and nothing once it is over.

    Args:
        rules: those of the workflow.
        situation: the task, settled up to ``day``.
        day: today.
    """
    if situation.task.events[-1].day > day:
        return  # a clock set back sends nothing into the past
    found: dict[str, _Planned] = {}
    for one in _planned(rules, situation, day):
        if one.start <= day and (one.duty.key not in found or one.raw > found[one.duty.key].raw):
            found[one.duty.key] = one
    for one in found.values():
        yield Notice(one.duty, one.ahead, one.raw, _hearers(situation, one.duty, one.tell))


def wake(rules: Sequence[Reminders], situation: Situation, day: date, looked: bool) -> date:
    """The next day a notice may go out; ``FOREVER`` if none is in sight.

    Args:
        rules: those of the workflow.
        situation: the task.
        day: up to which the record tells.
        looked: whether the clock has looked on that day; if not, a notice whose day has come may still be unsent.
    """
    starts = (one.start for one in _planned(rules, situation, day))
    return min((start for start in starts if start > day or not looked), default=FOREVER)


class _Planned(NamedTuple):
    """A notice that still makes sense: the day that its distance names, and the first one left on which it may go."""

    raw: date
    start: date
    duty: Duty
    ahead: Length
    tell: tuple[str, ...]


def _planned(rules: Sequence[Reminders], situation: Situation, day: date) -> Iterator[_Planned]:
    """Every notice of what is still owed and not over on a day."""
    for one in (notice for rule in rules for notice in rule.notices):
        for kind in one.duty:
            for duty in situation.of_kind(kind):
                if day <= duty.due < FOREVER and _owed(duty) and _held(situation.task, duty):
                    yield from _at(one, duty, situation, day)


def _at(one: NoticeRules, duty: Duty, situation: Situation, day: date) -> Iterator[_Planned]:
    if situation.task.state in situation.spec(duty).waits:
        return  # the ball lies with the office; whatever gives it back says anew when the clock must look
    for ahead in one.before:
        raw = situation.calendar.add(duty.due, -ahead.count, ahead.unit)
        if raw > duty.born:  # what just began was told by its act
            start = _running(situation.task, duty, max(raw, day))
            if start <= duty.due:
                yield _Planned(raw, start, duty, ahead, one.tell)


def _owed(duty: Duty) -> bool:
    return duty.met is None and duty.void is None


def _held(task: Task, duty: Duty) -> bool:
    """Nobody is reminded of what a former holder left undone."""
    return duty.role not in PARTIES or bool(set(duty.units) & set(getattr(task, duty.role)))


def _running(task: Task, duty: Duty, day: date) -> date:
    """The first day from ``day`` on which the clock of those who owe a duty does not stand still."""
    for pause in sorted(task.pauses, key=lambda pause: pause.start) if duty.role in PARTIES else ():
        if pause.start <= day <= pause.end:
            day = pause.end + ONE_DAY
    return day


def _hearers(situation: Situation, duty: Duty, roles: Sequence[str]) -> tuple[str, ...]:
    """Who owes a duty, who acts for them, and the roles that are told beside them."""
    labels = situation.definition.roles
    owing = duty.units or (labels.get(duty.role, duty.role),)
    return tuple(dict.fromkeys((*owing, *hearers(roles, labels)(partial(getattr, situation.task)))))


def remind(
    rules: Sequence[Reminders],
    lifecycle: Lifecycle,
    task: Task,
    key: str,
    by: Actor,
    day: date,
    chase: Chase,
    today: Mapping[str, int],
) -> Step:
    """Remind by hand of a duty, after everything the clock had to settle by then.

    Args:
        rules: those of the workflow; one of them says who may and how often.
        lifecycle: the law of the task.
        task: as it stands.
        key: of the duty.
        by: who reminds.
        day: when.
        chase: the reason, the person, the channel.
        today: how often each unit was reminded of anything on that day.

    Raises:
        Refused: with everything that is wrong, and when it is possible again.
    """
    settled = lifecycle.settle(task, day)
    situation = lifecycle.situation(settled.task)
    rule = by_hand(rules)
    if rule is None:
        help_ = "请在 rules/ 里写一份 reminders,用 remind 写明由谁催、隔多久、一天至多几次"
        text = f"没有办法规定“{lifecycle.definition.title}”怎样催办"
        raise Refused(Problem("H10", text, task=task.code, help=help_))
    duty = next((duty for duty in situation.duties if duty.key == key), None)
    problems = [*_unfit(rule, lifecycle, situation.task, by, day, chase), *_unowed(rule.by, situation, duty, key, day)]
    if duty is not None and not problems:
        problems += _too_often(rule, lifecycle, situation.task, duty, day, today)
    if duty is None or problems:
        raise Refused(problems)
    event = _event(rule, situation, duty, by, day, chase)
    return Step(task, (*settled.path, evolve(settled.task, event)))


def _unfit(
    rule: RemindRules, lifecycle: Lifecycle, task: Task, by: Actor, day: date, chase: Chase
) -> Iterator[Problem]:
    """What is wrong with who, when and what."""
    yield from unfit(rule.by, lifecycle, task, by, day, chase.why, "催办")
    if chase.how and chase.how not in rule.channels:
        known = "、".join(f"{name}({label})" for name, label in rule.channels.items()) or "无"
        text = f"没有“{chase.how}”这种方式{did_you_mean(chase.how, rule.channels)}"
        yield Problem("A04", text, task=task.code, path="channel", help=f"可写:{known}")


def unfit(
    roles: Sequence[str], lifecycle: Lifecycle, task: Task, by: Actor, day: date, why: str, label: str
) -> Iterator[Problem]:
    """What is wrong with who does something of the office's own, when, and with his reason."""
    if not (by.roles | task.roles_of(by.unit, day)).intersection(roles):
        doers = lifecycle.wording.doers(task, roles) or "督查室(办法里的 remind.by)"
        yield Problem("A02", f"“{label}”应由{doers}办理,{by.unit or by.id}不能办", task=task.code)
    last = task.events[-1].day
    if day < last:
        text, help_ = f"{day} 早于最近一条办理记录({last}),不能倒着办", f"请用 {last} 或以后的日期"
        yield Problem("A07", text, task=task.code, help=help_)
    if not why.strip():
        yield Problem("A03", f"“{label}”须写事由", task=task.code, path="reason")


def by_hand(rules: Sequence[Reminders]) -> RemindRules | None:
    """How people may remind by hand, if the rules say so."""
    return next((rule.remind for rule in rules if rule.remind is not None), None)


def idle(rules: Sequence[Reminders], situation: Situation, duty: Duty, day: date) -> bool:
    """Whether there is nothing to remind of: not owed on that day, the office's own, waiting for it, or paused."""
    rule = by_hand(rules)
    return any(_unowed(rule.by if rule is not None else (), situation, duty, duty.key, day))


def _unowed(by: Sequence[str], situation: Situation, duty: Duty | None, key: str, day: date) -> Iterator[Problem]:
    """Why there is nothing to remind of."""
    task, labels = situation.task, situation.definition.roles
    if duty is None:
        known = did_you_mean(key, [d.key for d in situation.duties if _owed(d)])
        yield Problem("H11", f"没有“{key}”这项应办{known}", task=task.code)
        return
    label, text = situation.spec(duty).label, ""
    if duty.born > day or duty.outcome(day) not in ("open", "missed"):
        text = f"“{label}”({key})这天没有欠着,不用催"
    elif duty.role in by:
        text = f"“{label}”由{labels.get(duty.role, duty.role)}承担,不能自己催自己"
    elif not _held(task, duty):
        text = f"“{label}”是前一个承办单位欠下的,现在催不到它"
    elif task.state in situation.spec(duty).waits:
        text = f"“{label}”正等着审核,这些天不算{'、'.join(duty.units)}迟,不能催"
    elif (resumes := _running(task, duty, day)) > day:
        text = f"正在暂停计时,{resumes} 起才能催"
    if text:
        yield Problem("H11", text, task=task.code)


def _too_often(
    rule: RemindRules, lifecycle: Lifecycle, task: Task, duty: Duty, day: date, today: Mapping[str, int]
) -> Iterator[Problem]:
    """That it was done lately, or often enough on that day, and when it can be done again."""
    label, done = lifecycle.wording.duty(duty.kind), reminded(task).get(duty.key, [])
    if done and day < (again := lifecycle.calendar.add(done[-1].day, rule.every.count, rule.every.unit)):
        text = f"“{label}”已于 {done[-1].day} 催办过(第 {len(done)} 次),两次至少隔 {length(rule.every)}"
        yield Problem("H12", text, task=task.code, help=f"下次最早 {again}")
    for unit in duty.units:
        if today.get(unit, 0) >= rule.daily:
            text = f"{unit} 一天至多催 {rule.daily} 次,催“{label}”就是 {day} 的第 {today[unit] + 1} 次"
            yield Problem("H13", text, task=task.code, help=f"下次最早 {day + ONE_DAY}")


def _event(rule: RemindRules, situation: Situation, duty: Duty, by: Actor, day: date, chase: Chase) -> Event:
    """The act as it goes on record; where the law has a field for duties it names the duty, so that scores find it."""
    task, named = situation.task, situation.definition.field_of("duty")
    channel = chase.how or next(iter(rule.channels), "")
    said = {
        "about": duty.key, "due": duty.due.isoformat(), "units": list(duty.units),
        "how": rule.channels.get(channel, channel), "whom": chase.whom,
        "why": chase.why.strip(),
    }  # fmt: skip
    return Event(
        task.code, task.version + 1, REMIND, task.state, task.state, day, by.id, by.unit, task.definition,
        ({named: duty.key} if named else {}) | {REMIND: said}, to=_hearers(situation, duty, rule.tell),
    )  # fmt: skip


def reminded(task: Task) -> dict[str, list[Event]]:
    """How often each duty was reminded of by hand: key → the acts, in order."""
    found: dict[str, list[Event]] = {}
    for event in task.acts:
        if event.action == REMIND:
            found.setdefault(event.data[REMIND]["about"], []).append(event)
    return found
