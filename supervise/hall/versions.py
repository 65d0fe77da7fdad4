"""The lawmaker's side of the hall: versions side by side, their approval, and running tasks under a new law."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from supervise.errors import Invalid, Problem, Refused
from supervise.hall.desk import Desk
from supervise.people import Actor
from supervise.reading import Document, parse
from supervise.records import Task
from supervise.rules import ruleset
from supervise.site import approvals
from supervise.site.approvals import KIND, Approval
from supervise.site.folder import Source
from supervise.store import library, tasks
from supervise.store.statements import chunks
from supervise.workflows import checking, definition, migration
from supervise.workflows.definition import Migrates
from supervise.workflows.difference import Difference, difference
from supervise.workflows.lifecycle import Lifecycle
from supervise.workflows.migration import Plan

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from supervise.store.statements import Work


@dataclass(frozen=True, slots=True)
class Map:
    """Which state and duty of an old law goes on as which of a new one, and the file that says so."""

    says: Migrates
    document: Document
    at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A change of law for running tasks.

    Args:
        old: the law that tasks come from, such as ``key-work@1``.
        new: the law they come to.
        map_: instead of the one in the new definition.
        back: take it back.
    """

    old: str
    new: str
    map_: Map | None = None
    back: bool = False


class Versions(Desk):
    """Changing the law while tasks run."""

    # ── running tasks ───────────────────────────────────────────────────────────────────────────────────────────────

    def migration(self, session: Session, change: Change, by: Actor, day: date | None = None) -> tuple[Plan, ...]:
        """What would become of every open task that a change of law concerns, by code; nothing is written.

        Args:
            session: the caller's.
            change: which law to which.
            by: who would do it.
            day: from when on the new law holds; today if not given.

        Raises:
            Unknown: F02 when there is no such law.
            Invalid: N06 and others, when the map speaks of what the laws do not have.
        """
        old, new = self._both(session, change)
        codes = tasks.under(session, self.district, new.name if change.back else old.name)
        found = []
        for chunk in chunks(codes):
            for _, task in sorted(tasks.standing(session, self.district, chunk).items()):
                found.append(self._plan(session, change, task, by, day or self.today()))
        return tuple(found)

    def migrate(self, session: Session, code: str, change: Change, by: Actor, day: date | None = None) -> Plan:
        """Bring one task under a new law, or take that back: then all is as it was, and the log keeps both.

        Args:
            session: the caller's; flushed, never committed.
            code: the task.
            change: which law to which.
            by: who does it.
            day: from when on the new law holds; today if not given.

        Raises:
            Refused: N01 to N05 with everything that stops it; N07 when only approved laws may run.
            Unknown, Invalid: as ``migration``; T01 when there is no such task.
            Stale: when someone else changed the task first.
        """
        task, (old, new) = self.at_hand(session, code), self._both(session, change)
        there = new if change.back else old
        if task.definition != there.name or there.closed_on(task) is not None:
            now = "已经办结" if there.closed_on(task) is not None else f"按 {task.definition} 办"
            raise Refused(Problem("N05", f"{code} {now},不是 {there.name} 的在办任务", task=code))
        plan = self._plan(session, change, task, by, day or self.today())
        if plan.step is None:
            raise Refused(plan.problems)
        if not change.back:
            self.register(session, "workflow", self.source(session, new.name))
        self.save(session, [plan.step])
        return plan

    def _plan(self, session: Session, change: Change, task: Task, by: Actor, day: date) -> Plan:
        old, new = self._both(session, change)
        self.law(session, task)
        if change.back:
            return migration.back(old, new, task, by, day)
        says = change.map_.says if change.map_ is not None else new.definition.migrates
        return migration.plan(migration.route(old.definition, new.definition, says), old, new, task, by, day)

    def _both(self, session: Session, change: Change) -> tuple[Lifecycle, Lifecycle]:
        """The two laws, once nothing is wrong with the map between them."""
        old, new = (self.lifecycle(session, self.named(name)) for name in (change.old, change.new))
        if old.name == new.name:
            raise Refused(Problem("N06", f"{change.old} 和 {change.new} 是同一份流程", help="旧的写在前,新的写在后"))
        problems = [] if change.back else list(self._wrong(session, change, old, new))
        if problems:
            raise Invalid(problems)
        return old, new

    def _wrong(self, session: Session, change: Change, old: Lifecycle, new: Lifecycle) -> Iterator[Problem]:
        map_ = change.map_
        if map_ is not None:
            yield from checking.map_names(map_.document, new.definition, map_.says, map_.at)
        elif new.definition.migrates is not None:
            map_ = Map(new.definition.migrates, self.source(session, new.name).document, ("migrates",))
        if map_ is not None:
            for place, text in migration.wrong(old.definition, map_.says):
                yield map_.document.problem("N06", (*map_.at, *place), text)

    # ── versions side by side, and their approval ───────────────────────────────────────────────────────────────────

    def compare(self, session: Work | None, old: str, new: str) -> Difference:
        """What differs between two versions of a lifecycle or a rule set.

        Args:
            session: the caller's, to find what is registered and no longer in the folder; or ``None``.
            old: such as ``key-work@1`` or ``red-black@1``.
            new: the other one.

        Raises:
            Unknown: F02 when there is no such file.
        """
        return difference(self.source(session, old).value, self.source(session, new).value)

    def approve(
        self,
        session: Session,
        name: str,
        by: Actor,
        day: date | None = None,
        shown: str = "",
        old: str = "",
        report: str = "",
    ) -> Approval:
        """Put on record that somebody has seen what a version says and that it may be used; sealed like a publication.

        Whoever approves the same text on the same grounds again gets the approval that stands.

        Args:
            session: the caller's; flushed, never committed.
            name: such as ``key-work@2``.
            by: who approves.
            day: when; today if not given.
            shown: hash of the difference that was shown, or its beginning; refused if it is another one by now.
            old: the version it was compared with; the one before if not given.
            report: the mark of the report on its trial, which goes on record with it.

        Raises:
            Unknown: F02 when there is no such file.
            Refused: N08 when what was shown is not what would be approved.
        """
        source = self.source(session, name)
        before = self.source(session, old) if old else approvals.version_before(source, self._shelf.values())
        made = replace(approvals.approval(source, before, by.id, day or self.today()), trial=report)
        if not made.shown.startswith(shown):
            text = f"{made.name} 与看过的那一份不同了(看过 {shown[:8]}…,现在 {made.shown[:8]}…)"
            raise Refused(Problem("N08", text, help="请重看一遍:supervise diff"))
        for stands in self.approvals(session, made.name):
            if replace(stands, day=made.day, number="") == made:
                return stands
        out = library.publish(
            session, self.district, KIND, made.name, made.day.isoformat(), made.body(), by.id, self.now(),
            self.algorithm, KIND,
        )  # fmt: skip
        session.flush()
        return replace(made, number=out.number)

    def approvals(self, session: Session, name: str) -> tuple[Approval, ...]:
        """Every approval of a version, oldest first."""
        return tuple(map(approvals.read, library.publications(session, self.district, self.named(name))))

    def source(self, session: Work | None, name: str) -> Source[Any]:
        """A lifecycle or rule set from the folder, or as it was registered.

        Raises:
            Unknown: F02 when there is none.
        """
        full = self.named(name)
        if full in self._shelf:
            return self._shelf[full]
        text = library.registered(session, self.district, full) if session is not None else None
        if text is None:
            return self.folder.known(self._shelf, full, "流程或办法")
        document = parse(text, full)
        load = definition.load if "workflow" in document.data else ruleset.load
        return Source(full, text, document, load(document))

    @property
    def _shelf(self) -> dict[str, Source[Any]]:
        """Every lifecycle and rule set of the folder."""
        return {**self.folder.definitions, **self.folder.rules}

    def named(self, name: str) -> str:
        """``key-work@2`` for ``key-work``: the newest in the folder."""
        fit = [source.value for full, source in self._shelf.items() if full.partition("@")[0] == name]
        return str(max(fit, key=lambda value: int(value.version)).name) if fit else name
