"""The nouns a clerk corrects: a breakdown, its tasks, and what is still to be looked at."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, PlainSerializer, PlainValidator

from supervise import reading
from supervise.goals import Target, goal

WORKFLOW = "key-work"
Goal = Annotated[Target | str, PlainValidator(goal), PlainSerializer(str)]
"""A goal as one line of the file; words without a number stay words."""


class Span(reading.Strict):
    """The characters a fact was read from; offsets into the text that the notice was read from.

    Args:
        field: which fact: ``text``, ``lead``, ``co``, ``leader``, ``due``, ``target``, or one of the document's.
        value: the fact as drafted.
        start: offset of the first character.
        end: offset behind the last.
        place: where that is in the file, in words; empty in plain text.
    """

    field: str
    value: str
    start: int
    end: int
    place: str = ""


class Source(reading.Strict):
    """The document the tasks come from.

    Args:
        title: its title.
        number: document number.
        issuer: who issued it.
        issued: the day it was issued.
        file: the file it was read from.
        spans: where these facts stand in its text.
    """

    title: str = ""
    number: str = ""
    issuer: str = ""
    issued: reading.Day | None = None
    file: str = ""
    spans: tuple[Span, ...] = ()


class Draft(reading.Strict):
    """One task to be assigned.

    Args:
        code: unique code.
        path: titles of the headings above it.
        text: what is to be done.
        targets: its goals; those with a number will be reported on in figures.
        lead: units and collective names that lead.
        co: units and collective names that help.
        leader: leaders in charge.
        lines: 1-based line in the notice.
        due: its own limit, if the notice prints one.
        category: kind of task, where the lifecycle has several.
        spans: where these facts stand in the notice; for a screen, and not written to files.
    """

    code: str
    path: tuple[str, ...] = ()
    text: str
    targets: tuple[Goal, ...] = ()
    lead: tuple[str, ...] = ()
    co: tuple[str, ...] = ()
    leader: tuple[str, ...] = ()
    lines: int | None = None
    due: reading.Day | None = None
    category: str = ""
    spans: tuple[Span, ...] = ()


class Doubt(reading.Strict):
    """Something in the notice a clerk must look at; deleted from the file when it is settled.

    Args:
        code: problem code.
        task: code of the task, if it concerns one.
        lines: 1-based line in the notice.
        place: where that is in a file that has no lines of its own: 第3段, 任务表!C5.
        text: what is wrong and what to do.
    """

    code: str
    task: str = ""
    lines: int | None = None
    place: str = ""
    text: str


class Breakdown(reading.Strict):
    """All tasks of one document.

    Args:
        document: where they come from.
        workflow: the lifecycle they will follow.
        due: limit of tasks that print none.
        tasks: the tasks in printed order.
        problems: what is still to be looked at.
    """

    document: Source = Source()
    workflow: str = WORKFLOW
    due: reading.Day | None = None
    tasks: tuple[Draft, ...] = Field(default=())
    problems: tuple[Doubt, ...] = Field(default=())
