"""The illustrating side of the hall: lifecycles, numbers, differences and ways of tasks as pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from supervise.errors import Invalid, Problem, Unknown
from supervise.hall.asked import key_called, unit_called
from supervise.hall.plotter import Plotter
from supervise.papers import review as reviews
from supervise.people import Actor
from supervise.reading import parse
from supervise.records import PARTIES, Cut, Task
from supervise.site.folder import Source
from supervise.site.texts import read_text
from supervise.store import library
from supervise.workflows import against, checking, diagram, drawing, engines, texts, views, walk
from supervise.workflows import definition as definition_room
from supervise.workflows.definition import CLOCK, Definition
from supervise.workflows.difference import difference
from supervise.workflows.lifecycle import Lifecycle
from supervise.workflows.picture import Picture
from supervise.workflows.traffic import Traffic, traffic

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Format = Literal["svg", "png", "pdf", "dot", "mmd", "md", "json"]
_TEXTS: Mapping[str, Callable[[Picture], str]] = {
    "dot": drawing.dot, "mmd": texts.mermaid, "md": texts.arrows, "json": texts.as_json,
}  # fmt: skip


def render(picture: Picture, format: Format = "svg") -> bytes:
    """A picture in one of its forms; the texts are the same bytes on every machine.

    Args:
        picture: any.
        format: an image (``svg``, ``png``, ``pdf``) or a text (``dot``, ``mmd``, ``md``, ``json``).

    Raises:
        Refused: V01–V03 when an image cannot be made.
    """
    if format in ("svg", "png", "pdf"):
        return engines.draw(picture, format)
    return _TEXTS[format](picture).encode()


class Illustrator(Plotter):
    """Pictures of lifecycles, of versions, and of tasks."""

    def counts(self, session: Session, name: str, cut: Cut | None = None) -> dict[str, int]:
        """How many tasks of a lifecycle are in each state on a day."""
        definition = self.folder.definition(name).value
        found = self.traffic(session, name, cut).tasks
        return {state: found.get(state, 0) for state in definition.states}

    def traffic(
        self, session: Session, name: str, cut: Cut | None = None, unit: str = "", document: str = ""
    ) -> Traffic:
        """Where the tasks of a lifecycle are, which way they went, and how many working days that took.

        Args:
            session: the caller's.
            name: ``key-work`` or ``key-work@1``.
            cut: the day; today if not given.
            unit: only tasks in which this unit has a part.
            document: only tasks of the document with this number or title.

        Raises:
            Unknown: U04, no such unit; T14, no task comes from such a document.
        """
        definition, cut = self.folder.definition(name).value, cut or Cut(self.today())
        mine = unit_called(self.directory, unit, cut.as_of) if unit else ""
        tasks = [s.task for s in self.situations(session, cut) if s.task.definition == definition.name]
        if document:
            titles = {task.document: task.document for task in tasks if task.document}
            document = key_called(document, titles, "T14", "文件")
            tasks = [task for task in tasks if task.document == document]
        if mine:
            tasks = [task for task in tasks if any(mine in getattr(task, role) for role in PARTIES)]
        return traffic(definition.states, tasks, self.calendar, cut.as_of)

    def picture(
        self, name: str, view: str = "full", traffic: Traffic | None = None, as_of: date | None = None
    ) -> Picture:
        """The picture of a lifecycle.

        Args:
            name: ``key-work``, ``key-work@1``, or the path of a file.
            view: ``full``, ``main``, ``time``, ``exceptions`` or ``role ROLE``.
            traffic: numbers, from ``traffic``.
            as_of: the day of the numbers.

        Raises:
            Unknown: F02 no such lifecycle, V04 no such view.
        """
        source = self._drawn(name)
        shown = views.view(source.value, view)
        return diagram.picture(source.value, traffic, as_of, shown, library.fingerprint(source.text))

    def diagram(
        self, name: str, format: Format = "svg", traffic: Traffic | None = None, as_of: date | None = None
    ) -> bytes:
        """The picture of a lifecycle in one of its forms; as a table the definition itself.

        Raises:
            Refused: V01 when no drawing program is there.
        """
        if format == "md":
            source = self._drawn(name)
            return texts.matrix(source.value, library.fingerprint(source.text)).encode()
        return render(self.picture(name, traffic=traffic, as_of=as_of), format)

    def compared(self, old: str, new: str) -> Picture:
        """Two versions of a lifecycle in one picture.

        Args:
            old, new: names, or paths of files.

        Raises:
            Unknown: F02, no such lifecycle.
        """
        before, after = self._drawn(old), self._drawn(new)
        prints = library.fingerprint(before.text), library.fingerprint(after.text)
        return against.compared(before.value, after.value, difference(before.value, after.value), prints)

    def review(self, old: str, new: str, session: Session | None = None, cut: Cut | None = None) -> reviews.Reviewed:
        """A review of a new version, to look at and to sign, as files.

        Args:
            old, new: names, or paths of files.
            session: where the tasks are that run under the old one; ``None`` if there is no record to ask.
            cut: the day; today if not given.

        Raises:
            Unknown: F02, no such lifecycle.
            Refused: V01–V03 when the pictures cannot be drawn.
        """
        before, after, cut = self._drawn(old), self._drawn(new), cut or Cut(self.today())
        live = None
        if session is not None:
            of_old = (s for s in self.situations(session, cut) if s.task.definition == before.value.name)
            running = tuple(s for s in of_old if s.task.state not in before.value.finals)
            live = reviews.Live(running, cut.as_of)
        body = reviews.review(before, after, difference(before.value, after.value), live, cut.as_of)
        drawn = {"两版的差异": self.compared(old, new), "新版全图": self.picture(new)}
        return reviews.reviewed(body, {heading: render(one).decode() for heading, one in drawn.items()})

    def way(self, session: Session, code: str, cut: Cut | None = None) -> Picture:
        """The way that a task has gone, where it stands, and what may be done next.

        Only what is on record is marked as walked; what the clock has still to write down is among the next things.

        Raises:
            Unknown: T01, no such task, or not yet on that day.
        """
        day = cut.as_of if cut is not None else self.today()
        found = self.histories(session, cut or Cut(day), [code])
        if not found:
            opened = self.load(session, code).opened
            raise Unknown(Problem("T01", f"{code} 到 {day} 还没有交办({opened} 交办)", task=code))
        lifecycle = self.law(session, found[0])
        text = library.registered(session, self.district, lifecycle.name)
        print_ = library.fingerprint(text) if text is not None else ""
        return walk.way(lifecycle.definition, found[0], day, ahead(lifecycle, found[0], day), print_)

    def _drawn(self, name: str) -> Source[Definition]:
        """A lifecycle by name, or by the path of a file that need not be in the folder.

        Raises:
            Unknown: F01 or F02.
            Invalid: with everything that is wrong in the file.
        """
        if not name.endswith((".yaml", ".yml")):
            return self.folder.definition(name)
        text = read_text(Path(name))
        document = parse(text, name)
        value = definition_room.load(document)
        if problems := checking.check(document, value):
            raise Invalid(problems)
        return Source(name, text, document, value)


def ahead(lifecycle: Lifecycle, task: Task, day: date) -> list[walk.Next]:
    """What may be done next with a task, and by whom; first of all what the clock has to settle.

    Args:
        lifecycle: the law it lives under.
        task: as it is on record.
        day: today.
    """
    pending = lifecycle.settle(task, day).events
    if pending:
        event = pending[0]
        return [walk.Next(event.action, event.target, (CLOCK,), f"系统,{event.day} 已到点,下次走时记上")]
    definition = lifecycle.definition
    doers: dict[str, list[str]] = {}
    for role in views.acting(definition):
        if role != CLOCK:
            for button in lifecycle.allowed(task, Actor(role, "", frozenset({role})), day):
                doers.setdefault(button.action, []).append(role)
    return [
        walk.Next(
            name, definition.target(definition.actions[name], task.state), tuple(roles),
            lifecycle.wording.doers(task, roles),
        )
        for name, roles in doers.items()
    ]  # fmt: skip
