"""The nouns of this room: a notice, its sections and its items, as read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from supervise.errors import Problem
from supervise.intake.deadlines import Deadline
from supervise.intake.mechanisms import Mechanism
from supervise.intake.parties import Parties
from supervise.intake.schedule import Reporting
from supervise.intake.targets import Target

_NOBODY = Parties()


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter or section of the list.

    Args:
        id: ``三`` or ``(三)``.
        title: as printed, without marker and declared count.
        line: 1-based line.
        declared_count: number of tasks it says it has.
        task_count: number of tasks found in it.
        children: sections below it.
        damage: what is wrong with its print.
    """

    id: str
    title: str
    line: int
    declared_count: int | None = None
    task_count: int = 0
    children: tuple[Section, ...] = ()
    damage: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something odd about the print of a task.

    Args:
        code: problem code.
        text: what is printed and how it was read.
        line: 1-based line it stands on.
    """

    code: str
    text: str
    line: int


class Item(NamedTuple):
    """One task as printed.

    Args:
        no: number, ``12`` or ``三.2`` where numbering restarts; empty if lost in print.
        number: the last part of it as an integer; 0 if lost.
        section: ids of the headings above it.
        path: titles of these headings.
        text: the task as printed, without number and units.
        title: its lead-in sentence, in lists without units.
        line: 1-based line it begins on.
        parties: whom it names.
        unit_line: the unit clause as printed; empty if none.
        unit_line_no: 1-based line of that clause.
        deadline: the limit it prints.
        targets: its numeric goals.
        inherited: whether the parties are taken from its heading, or the row above, while others print their own.
        damage: remarks about its print.
        part: which list of the notice it stands in, counted from 0.
    """

    no: str
    number: int
    section: tuple[str, ...]
    path: tuple[str, ...]
    text: str
    line: int
    title: str = ""
    parties: Parties = _NOBODY
    unit_line: str = ""
    unit_line_no: int = 0
    deadline: Deadline | None = None
    targets: tuple[Target, ...] = ()
    inherited: bool = False
    damage: tuple[Remark, ...] = ()
    part: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as read.

    Args:
        file: the file's name for messages.
        title: its title; empty if none is printed.
        attachment_title: title of the list.
        number: document number, 〔〕 as brackets.
        numbers: every document number found in the cover; more than one is a conflict.
        issuer: who signed.
        issued: ISO date under the signature; empty if none.
        plan_year: year the tasks are for.
        plan_period: ``2021``, ``2020-Q1`` …
        script: ``hans`` or ``hant``.
        kind: ``decomposition``, ``key-work-list``, ``narrative-report`` or ``none``.
        lead_convention: ``marked``, ``joint``, ``first`` or ``none``.
        declared_task_count: how many tasks it says it has.
        declared_chapter_count: how many chapters it says it has.
        restarts: whether numbering starts again in every chapter.
        due: the limit it sets for tasks that print none.
        reporting: duties to report.
        mechanisms: how the work will be watched.
        sections: chapters with their sections.
        items: tasks in printed order.
        problems: what a clerk must look at.
    """

    file: str = ""
    title: str = ""
    attachment_title: str = ""
    number: str = ""
    numbers: tuple[str, ...] = ()
    issuer: str = ""
    issued: str = ""
    plan_year: int | None = None
    plan_period: str = ""
    script: str = "hans"
    kind: str = "none"
    lead_convention: str = "none"
    declared_task_count: int | None = None
    declared_chapter_count: int | None = None
    restarts: bool = False
    due: date | None = None
    reporting: tuple[Reporting, ...] = ()
    mechanisms: tuple[Mechanism, ...] = ()
    sections: tuple[Section, ...] = ()
    items: tuple[Item, ...] = ()
    problems: tuple[Problem, ...] = field(default=(), repr=False)
