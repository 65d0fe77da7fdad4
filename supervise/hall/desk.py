"""What every method of the hall needs: definitions, directory, calendar, clock, and tasks in and out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from supervise import chain
from supervise.archives.shelves import WHOLE, Shelves
from supervise.arrangements import FIRST, Calendars, WorkingDays, as_text, from_text, hosted
from supervise.dates import Calendar, starred
from supervise.errors import Problem, Refused, Unknown, did_you_mean
from supervise.hearing import hearers
from supervise.people import Actor, Aliased, Directory
from supervise.reading import parse
from supervise.records import PARTIES, Cut, Event, Task
from supervise.rules import escalation, reminders
from supervise.rules.ruleset import Ladder, Reminders
from supervise.site import approvals
from supervise.site.folder import Folder, Source, read_folder, shipped
from supervise.store import library, retired, tasks
from supervise.workflows import definition as definition_room
from supervise.workflows.definition import Definition
from supervise.workflows.lifecycle import Lifecycle, Step
from supervise.workflows.situations import Situation

if TYPE_CHECKING:
    from supervise.store.statements import Work


@dataclass(frozen=True, slots=True)
class Message:
    """What someone must hear, handed to listeners within the transaction.

    Args:
        task: code of the task.
        action: name of the action.
        day: the day it happened.
        to: units and roles, by name.
        text: one line in Chinese.
        event: the event itself.
    """

    task: str
    action: str
    day: date
    to: tuple[str, ...]
    text: str
    event: Event


Listener = Callable[[Session, Message], None]


class Desk:
    """The shared ground of the hall's rooms.

    Args:
        definitions: a folder, or one already read; the shipped one if not given.
        district: whose tasks; every row in the database begins with it.
        directory: the host's organisation; ``units.yaml`` of the folder if not given.
        calendar: the host's working days; the official ones and the folder's years if not given.
        now: gives the moment of recording, UTC.
        today: gives the current day in the district.
        algorithm: of the hash chain, ``sha256`` or ``sm3``; what is on record keeps the one it was written with.
        archives: addresses of archives whose passwords are not written down, in full.
        approved_only: nothing is done under a definition or rule set that nobody has approved.

    Raises:
        Unknown: when there is no such folder.
        Invalid: with everything that is wrong in it.
    """

    def __init__(
        self,
        definitions: str | Path | Folder | None = None,
        *,
        district: str = "default",
        directory: Directory | None = None,
        calendar: Calendar | WorkingDays | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        today: Callable[[], date] = date.today,
        algorithm: str = chain.DEFAULT,
        archives: Iterable[str] = (),
        approved_only: bool = False,
    ) -> None:
        if not isinstance(definitions, Folder):
            definitions = read_folder(Path(definitions or shipped()), stories=False)
        self.folder = folder = definitions.sound()
        self.district = district
        known: Directory = directory if directory is not None else folder.units
        self.directory: Directory = Aliased(known, folder.aliases) if folder.aliases else known
        self.calendar = hosted(calendar, folder.calendar)
        self.calendars = Calendars(self.calendar)
        self.now, self.today, self.algorithm = now, today, chain.ready(algorithm)
        self.shelves = Shelves(district, archives)
        self.approved_only = approved_only
        self._lifecycles: dict[str, Lifecycle] = {}
        self._laws = {name: source.value for name, source in folder.definitions.items()}
        self._ladders: dict[str, tuple[Ladder, ...]] = {}
        self._reminders: dict[str, tuple[Reminders, ...]] = {}
        self._held: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()
        self._listeners: dict[str, list[Listener]] = {}

    def listen(self, *actions: str) -> Callable[[Listener], Listener]:
        """Call a function within the transaction when one of ``actions`` has happened; what it raises undoes all."""

        def keep(listener: Listener) -> Listener:
            for action in actions:
                self._listeners.setdefault(action, []).append(listener)
            return listener

        return keep

    @property
    def listened(self) -> bool:
        """Whether anybody listens."""
        return bool(self._listeners)

    def lifecycle(self, session: Work, name: str) -> Lifecycle:
        """The law called ``key-work@2``: as registered when it came into use, never a changed text under an old number.

        Raises:
            Invalid: L01 when the file was changed without a new version.
            Unknown: F02 when neither the folder nor the register has it.
        """
        bind = session.get_bind() if isinstance(session, Session) else session
        held = self._held.get(bind.engine)
        if held is None:
            held = self._held.setdefault(bind.engine, set())
        if name not in held:
            self._begin(session)
            text = library.registered(session, self.district, name)
            source = self.folder.definitions.get(name)
            if source is not None and text is not None:
                self.register(session, "workflow", source)
            if name not in self._lifecycles:
                found = source.value if source is not None else self._old(name, text)
                self._laws[name] = found
                self._lifecycles[name] = Lifecycle(found, self.calendar, self._laws, self.calendars)
            if text is not None:
                held.add(name)  # what is registered never changes, so once per database is enough
        return self._lifecycles[name]

    def law(self, session: Work, task: Task) -> Lifecycle:
        """The law that a task lives under; those it lived under before and its calendars are then at hand too.

        Raises:
            Invalid, Unknown: as ``lifecycle``.
        """
        for name in {event.definition for event in task.events}:
            self.lifecycle(session, name)
        for name in self.calendars.missing(task.calendar):
            self._arrangement(session, name)
        return self._lifecycles[task.definition]

    def _arrangement(self, session: Work, name: str) -> None:
        """Have a calendar at hand as it was registered."""
        text = library.registered(session, self.district, name)
        found = from_text(text) if text is not None else None
        if found is not None and found.name == name:
            self.calendars.known[name] = found

    def _begin(self, session: Work) -> None:
        """Tasks that name no calendar go by the first that was registered; before that, by the one we have."""
        text = library.registered(session, self.district, FIRST) if self.calendar.name else None
        if text is not None:
            self.calendars.begin(from_text(text))

    def keep_calendar(self, session: Work, calendar: Calendar | None = None) -> None:
        """Put a calendar on record, so that what was worked out by it can be worked out again; ours if not given."""
        kept = calendar or self.calendar
        if kept.name and library.registered(session, self.district, kept.name) is None:
            first = library.registered(session, self.district, FIRST) is None
            for name in (FIRST, kept.name) if first else (kept.name,):
                library.register(session, self.district, "calendar", name, as_text(kept), self.now())

    def _old(self, name: str, text: str | None) -> Definition:
        if text is None:
            return self.folder.definition(name).value
        return definition_room.load(parse(text, name))

    def ladders(self, workflow: str) -> tuple[Ladder, ...]:
        """The ladders that press tasks of a workflow, of every one if empty."""
        if workflow not in self._ladders:  # every act asks, more than once
            found = self.folder.of_kind(Ladder, workflow)
            self._ladders[workflow] = tuple(ladder.sparing(self.directory) for ladder in found)
        return self._ladders[workflow]

    def reminders(self, workflow: str) -> tuple[Reminders, ...]:
        """What is said ahead of limits, and how people may remind by hand."""
        if workflow not in self._reminders:
            self._reminders[workflow] = self.folder.of_kind(Reminders, workflow)
        return self._reminders[workflow]

    def rung_words(self, workflow: str) -> dict[str, str]:
        """Name of a rung → what it is called on paper."""
        return {name: label for ladder in self.ladders(workflow) for name, label in ladder.labels.items()}

    def register(self, session: Work, kind: str, source: Source[Any]) -> None:
        """Put a definition or rule set on record when it comes into use: the first task, the first publication.

        Raises:
            Invalid: L01 when another text is on record under that name and version.
            Refused: N07 when only approved texts may be used.
        """
        self.must_be_approved(session, source.value.name, source.text)
        library.register(session, self.district, kind, source.value.name, source.text, self.now())

    def must_be_approved(self, session: Work, name: str, text: str | None = None) -> None:
        """See that somebody approved a text, if this office does nothing without.

        Args:
            session: the caller's, or a connection of our own.
            name: of the definition or rule set.
            text: what it says; as registered if not given.

        Raises:
            Refused: N07.
        """
        if not self.approved_only:
            return
        if text is None:
            text = library.registered(session, self.district, name) or ""
        bodies = library.bodies(session, self.district, approvals.KIND, name)
        if library.fingerprint(text) not in approvals.texts(bodies):
            help_ = f"请先审定:supervise approve {name} --by 姓名"
            raise Refused(Problem("N07", f"{name} 的这一稿还没有审定,不能启用", help=help_))

    def load(self, session: Session, code: str, cut: Cut | None = None) -> Task:
        """One task as stored, or as a cut shows it, wherever it stands.

        Raises:
            Unknown: T01, with the nearest code; T07 when its archive cannot be reached.
        """
        found = self.histories(session, cut or WHOLE, [code])
        if not found:
            raise self.unknown(session, code)
        return found[0]

    def unknown(self, session: Work, code: str) -> Unknown:
        """What is raised when no task has that code."""
        codes = [*tasks.codes(session, self.district), *retired.pointers(session, self.district)]
        none = f"“{self.district}”还没有任务;别的区县的,用 --district(SUPERVISE_DISTRICT)指明"
        help_ = "有哪些任务,见 supervise list" if codes else none
        return Unknown(Problem("T01", f"没有“{code}”这项任务{did_you_mean(code, codes)}", task=code, help=help_))

    def at_hand(self, session: Session, code: str) -> Task:
        """One task as stored, for someone who will act on it.

        Raises:
            Unknown: T01, with the nearest code.
            Refused: T06 when it stands in an archive.
        """
        found = tasks.standing(session, self.district, [code])
        if not found:
            raise self.absent(session, code)
        return found[code]

    def absent(self, session: Work, code: str) -> Refused | Unknown:
        """Why nobody can act on a task that is not at hand: it stands in an archive, or there is none."""
        away = retired.pointers(session, self.district, [code]).get(code)
        if away is None:
            return self.unknown(session, code)
        text = f"{code} 已于 {away.closed_on} 办结,归档在 {away.place},不能再办"
        return Refused(Problem("T06", text, task=code, help=f"确要再办,请先取回:supervise retire {code} --back"))

    def histories(
        self, session: Session, cut: Cut, codes: Iterable[str] | None = None, since: date | None = None
    ) -> list[Task]:
        """Tasks as a cut shows them, by code, those in archives with them.

        Args:
            session: the caller's.
            cut: what had happened and was known.
            codes: only these, all if ``None``.
            since: leave out tasks in archives on which nothing counts from this day on.

        Raises:
            Unknown: T07 when an archive that is needed cannot be reached.
        """
        codes = None if codes is None else list(codes)
        before = retired.pointers(session, self.district, cut=cut, since=since) if codes is None else {}
        if cut == WHOLE and codes is not None:
            here = [task for _, task in sorted(tasks.standing(session, self.district, codes).items())]
        else:
            here = tasks.histories(session, self.district, cut, codes)
        found = {task.code for task in here}
        left = None if codes is None else [code for code in codes if code not in found]
        if left == []:
            return here
        # before and after: a task that is leaving or coming back at this moment is in one of the two
        away = before | retired.pointers(session, self.district, left, cut, since)
        old = self.shelves.histories(session, [one for one in away.values() if one.task not in found], cut)
        return sorted([*here, *old], key=lambda task: task.code) if old else here

    def situations(
        self, session: Session, cut: Cut, codes: Iterable[str] | None = None, since: date | None = None
    ) -> list[Situation]:
        """Tasks as a cut shows them, settled up to its day; what the nightly clock has not written yet is no excuse.

        Args: as for ``histories``.
        """
        found = []
        for task in self.histories(session, cut, codes, since):
            lifecycle = self.law(session, task)
            found.append(lifecycle.situation(lifecycle.settle(task, cut.as_of).task))
        return found

    def left_out(self, session: Session, cut: Cut, since: date | None) -> set[str]:
        """The laws of the tasks that ``histories`` leaves out for someone who asks about ``since`` and later."""
        return set() if since is None else retired.laws(session, self.district, cut, since)

    def acting(self, actor: Actor, task: Task, day: date) -> Actor:
        """The actor under the name by which the task knows its unit: canonical, or the party it has succeeded."""
        unit = self.directory.unit(actor.unit, day)
        name = unit.name if unit is not None else actor.unit
        held = [party for role in PARTIES[:2] for party in getattr(task, role)]
        if name not in held:
            name = next((party for party in held if self.directory.heir(party, day) == name), name)
        return actor if name == actor.unit else replace(actor, unit=name)

    def save(self, session: Work, steps: Sequence[Step], day: date | None = None) -> list[Task]:
        """Write what steps gave, rows and letters with it, then tell the listeners; the tasks as they are on record.

        Args:
            session: the caller's, or a connection of our own while nobody listens.
            steps: at most one for each task.
            day: up to which the clock has looked; the day of each step's last event if not given.

        Raises:
            Stale: when someone else changed a task first.
        """
        for name in {step.task.definition for step in steps if self.approved_only}:
            self.must_be_approved(session, name)
        if any(step.before is None and step.path for step in steps):
            self.keep_calendar(session)
        savings = [self._saving(session, step, day) for step in steps if step.path]
        kept = tasks.save(session, self.district, [saving for saving, _ in savings], self.now(), self.algorithm)
        for saving, task in zip((saving for saving, _ in savings), kept, strict=True):
            self._lifecycles[task.definition].on_record(saving.task, task)
        if isinstance(session, Session):
            session.flush()
            for message in (message for _, messages in savings for message in messages):
                for listener in self._listeners.get(message.action, ()):
                    listener(session, message)
        return kept

    def _saving(self, session: Work, step: Step, day: date | None) -> tuple[tasks.Saving, list[Message]]:
        task, events = step.task, step.events
        lifecycle, laws = self.law(session, task), self._lifecycles  # all that its events name are now at hand
        heard = [(t, e) for t, e in zip(step.path, events, strict=True) if e.to or e.action in self._listeners]
        # to the parties it then had
        messages = [self._message(laws[then.definition], then, event) for then, event in heard]
        news = tuple([tasks.News(m.event.seq, m.to, m.text) for m in messages if m.to])
        passed = (step.before, *step.path)
        then = [laws[t.definition].situation(t) if t is not None else None for t in passed]
        stages = tuple([s.duties if s is not None else () for s in then])
        paces = tuple([s.paces if s is not None else () for s in then])
        before, amended = step.before, lifecycle.amended(task)
        law = laws[before.definition] if before is not None else lifecycle
        was_closed = law.closed_on(before) if before is not None else None
        amended = amended and (before is None or not law.amended(before))
        saving = tasks.Saving(
            before, task, events, self.wake(lifecycle, task, day or events[-1].day, looked=day is not None),
            lifecycle.closed_on(task),
            lifecycle.definition.states, stages, news, paces, was_closed, amended,
        )  # fmt: skip
        return saving, messages

    def wake(self, lifecycle: Lifecycle, task: Task, day: date, looked: bool = False) -> date:
        """The next day the clock must look at ``task``, as far as the record up to ``day`` tells.

        ``looked`` says that the clock itself has looked on that day, so that what was to be told is told.
        """
        ladders, rules = self.ladders(lifecycle.definition.workflow), self.reminders(lifecycle.definition.workflow)
        days = [escalation.wake(ladder, lifecycle, task, day) for ladder in ladders]
        days += [reminders.wake(rules, lifecycle.situation(task), day, looked)] if rules else []
        return min([lifecycle.wake(task), *days])

    def _message(self, lifecycle: Lifecycle, task: Task, event: Event) -> Message:
        wording = lifecycle.wording
        said = wording.said(event, self.rung_words(lifecycle.definition.workflow))
        details = starred(said, lifecycle.calendar_of(task).provisional)
        text = f"{event.task} {wording.action(event.action)}" + (f":{details}" if details else "")
        to = hearers(event.to, lifecycle.definition.roles)(partial(getattr, task))
        return Message(event.task, event.action, event.day, to, text, event)
