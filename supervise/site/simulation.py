"""A story told step by step: after each, what happened, where the task stands, who owes what; without a database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from supervise.dates import parse_day
from supervise.errors import Problem, Unknown, did_you_mean
from supervise.reading import Document, validate
from supervise.records import Duty, Event, Task
from supervise.site.folder import Folder
from supervise.site.stories import Story, played, stage
from supervise.workflows.lifecycle import Lifecycle


@dataclass(frozen=True, slots=True)
class Frame:
    """A story after one step.

    Args:
        day: of the step.
        lifecycle: the law, for words.
        events: what happened since the step before, the clock's doing included.
        before: the task after the step before; ``None`` at the beginning.
        task: the task now.
        problems: what did not come out as the story says.
    """

    day: date
    lifecycle: Lifecycle
    events: tuple[Event, ...]
    before: Task | None
    task: Task
    problems: tuple[Problem, ...] = ()

    @property
    def duties(self) -> tuple[Duty, ...]:
        """Everything that is or was owed by now."""
        return tuple(d for d in self.lifecycle.situation(self.task).duties if d.born <= self.day)

    @property
    def todo(self) -> tuple[Duty, ...]:
        """What is owed now, and what was missed and is still to be done."""
        return tuple(d for d in self.duties if d.outcome(self.day) in ("open", "missed"))

    @property
    def orders(self) -> tuple[Event, ...]:
        """The letters among the events."""
        return tuple(event for event in self.events if event.action == self.lifecycle.pressing)


def told(folder: Folder, file: str) -> tuple[Document, tuple[Story, ...]]:
    """The stories of a file of the folder.

    Args:
        folder: with its stories.
        file: name of the file, with or without folder and ending.

    Raises:
        Unknown: F02 when there is no such file.
        Invalid: when it is no story.
    """
    names = {
        document.file.replace("\\", "/").rpartition("/")[2].removesuffix(".yaml"): document
        for document in folder.stories
    }
    name = file.replace("\\", "/").rpartition("/")[2].removesuffix(".yaml")
    if name not in names:
        text = f"没有“{file}”这个故事{did_you_mean(name, names)}"
        raise Unknown(Problem("F02", text, file=str(folder.path), help="有哪些,见这个文件夹的 stories"))
    return names[name], validate(names[name], tuple[Story, ...])


def frames(folder: Folder, document: Document, number: int, story: Story) -> Iterator[Frame]:
    """A story step by step; it is played to its end even where it does not come out as written.

    Args:
        folder: lifecycles and ladders.
        document: the file it stands in, for places.
        number: which story of the file.
        story: as written.

    Raises:
        Unknown: F02 when it speaks of a lifecycle or a ladder that is not there.
        Refused: when the clock itself cannot go on.
    """
    on = stage(story, folder)
    yield Frame(on.day, on.lifecycle, on.task.events, None, on.task)
    for i, step in enumerate(story.then):
        before, at = on.task, (number, "then", i)
        if "day" not in step:
            problem = document.problem("E02", at, "这一步没有写 day")
            yield Frame(on.day, on.lifecycle, (), before, before, (problem,))
            continue
        on.play.until(parse_day(str(step["day"])))
        problems = tuple(played(document, at, on, step))
        yield Frame(on.day, on.lifecycle, _since(before, on.task), before, on.task, problems)
    if story.finally_ is not None:
        before = on.task
        on.play.until(story.finally_.as_of)
        yield Frame(on.day, on.lifecycle, _since(before, on.task), before, on.task)


def _since(before: Task, after: Task) -> tuple[Event, ...]:
    events: Sequence[Event] = after.events[before.version :]
    return tuple(events)
