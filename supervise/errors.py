"""Every exception of supervise, and the problems they carry.

SuperviseError
├── Refused      this cannot be done now: problems say why, and what can be done instead
├── Invalid      a definition, rule, notice, breakdown or database is wrong: with file and line
├── Stale        someone else was first: load again
├── Unknown      no such task, unit, definition, board: with the nearest names
└── Diverged     replay and rows differ: with the first difference

Messages are Chinese because clerks read them; codes are stable so that programs can.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: what, where, and what to do about it.

    Args:
        code: stable code such as ``I01``; all are listed in ``docs/problems.md``.
        text: what is wrong, in Chinese, in one sentence.
        file: the file it was found in, as the user named it; empty if none.
        line: 1-based line in that file.
        column: 1-based column in that line, counted in characters.
        path: dotted path inside a structured file, e.g. ``duties.plan.met_by``.
        task: code of the task concerned.
        help: what the user can do now.
    """

    code: str
    text: str
    file: str = ""
    line: int | None = None
    column: int | None = None
    path: str = ""
    task: str = ""
    help: str = ""

    @property
    def where(self) -> str:
        """The place as ``file:line:column``, or as much of it as is known."""
        if self.line is None:
            return self.file
        if not self.file:
            return f"第{self.line}行" + (f"第{self.column}列" if self.column else "")
        return f"{self.file}:{self.line}" + (f":{self.column}" if self.column else "")

    def at(self, file: str) -> Problem:
        """The same problem, said to be in ``file`` unless it already names one."""
        if self.file:
            return self
        return Problem(self.code, self.text, file, self.line, self.column, self.path, self.task, self.help)

    def as_dict(self) -> dict[str, Any]:
        """Plain data with the keys of this class, empty ones left out."""
        return {k: v for k, v in asdict(self).items() if v not in ("", None)}

    def __str__(self) -> str:
        place = "  ".join(part for part in (self.where, self.task, self.path) if part)
        line = f"{place}  {self.text}" if place else self.text
        return f"{line}  [{self.code}]" + (f"\n  {self.help}" if self.help else "")


class SuperviseError(Exception):
    """The root of everything supervise raises on purpose."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class Refused(SuperviseError):
    """This cannot be done now; the problems say why and what can be done instead."""


class Invalid(SuperviseError):
    """A file, notice or database is not what it should be."""


class Stale(SuperviseError):
    """Someone else changed the task first; load it again and decide anew."""


class Unknown(SuperviseError):
    """There is no such task, unit, definition or board."""


class Diverged(SuperviseError):
    """Rows and replay of the log differ."""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known name most like ``word``, or an empty string if none is like it."""
    close: Sequence[str] = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return close[0] if close else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The tail of a message: a question with the nearest name, else all the names there are."""
    names = list(known)
    close = nearest(word, names)
    if close:
        return f",是不是 {close}?"
    return f",可用的有:{'、'.join(names)}" if 0 < len(names) <= 16 else ""
