"""What a channel is given and what it must do; an OA passes objects of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Protocol

MOST = 200
"""Lines of a text; what is more is counted, and stands whole in the data."""


@dataclass(frozen=True, slots=True)
class Item:
    """One letter for one address.

    Args:
        key: the same for ever, so that whoever gets it twice knows it.
        task: code of the task; empty for what is about none.
        ref: its name among the letters of the task.
        kind: ``act``, ``notice``, ``remind``, ``summary``.
        action: what happened.
        day: the day it fell due.
        text: one line in Chinese.
        to: the units, roles or persons that the letter named and that this address stands for.
        grave: whether it may come at any time.
        late: whether it comes so late that it is only for the record.
        remark: why it comes here in somebody's place; mostly empty.
    """

    key: str
    task: str
    ref: str
    kind: str
    action: str
    day: date
    text: str
    to: tuple[str, ...]
    grave: bool
    late: bool
    remark: str


@dataclass(frozen=True, slots=True)
class Dispatch:
    """What one address gets at one time.

    Args:
        key: the same however often it is tried, contents and all.
        channel, address: where it goes.
        who: the person.
        kind: ``digest``, ``summary``, ``single``.
        made_at: the moment it was packed, UTC.
        items: in order; those of a task never overtake each other.
    """

    key: str
    channel: str
    address: str
    who: str
    kind: str
    made_at: datetime
    items: tuple[Item, ...]

    @property
    def grave(self) -> bool:
        """Whether anything in it may come at any time."""
        return any(item.grave for item in self.items)

    @property
    def subject(self) -> str:
        """One line that says what it is."""
        if len(self.items) == 1:
            return f"督查督办:{self.items[0].text}"[:120]
        late = sum(item.late for item in self.items)
        urgent = ",有急件" if self.grave else ""
        if late == len(self.items):
            return f"督查督办:{late} 条积压备查{urgent}"
        return f"督查督办:{len(self.items)} 条消息{f',其中 {late} 条积压备查' if late else ''}{urgent}"

    @property
    def text(self) -> str:
        """The whole of it for a person."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        units = "、".join(dict.fromkeys(name for item in self.items for name in item.to if name != self.who))
        yield f"{self.who}{f'({units})' if units else ''}:"
        for remark in dict.fromkeys(item.remark for item in self.items if item.remark):
            yield f"({remark})"
        number, fresh = 0, [item for item in self.items if not item.late]
        for items, heading in ((fresh, ""), ([item for item in self.items if item.late], "以下发出较迟,列出备查:")):
            if items and heading:
                yield heading
            for item in items:
                number += 1
                if number <= MOST:
                    yield f"{number}. {'【急】' if item.grave else ''}{item.text}({item.day})"
        if number > MOST:
            yield f"…… 共 {number} 条"
        yield f"编号 {self.key}(同一编号收到两次的,是重发,办一次即可)"

    def as_dict(self) -> dict[str, Any]:
        """Plain data with the keys of this class, and the text."""
        items = [{**asdict(item), "day": item.day.isoformat(), "to": list(item.to)} for item in self.items]
        return {
            "key": self.key, "channel": self.channel, "address": self.address, "who": self.who, "kind": self.kind,
            "made_at": self.made_at.isoformat(), "subject": self.subject, "text": self.text, "items": items,
        }  # fmt: skip


class Channel(Protocol):
    """A way by which messages go out."""

    def send(self, dispatch: Dispatch) -> None:
        """Hand it over; when this returns it is delivered.

        Raises:
            Undelivered: when it is not; whatever else is raised counts as that, to be tried again.
        """


class Undelivered(Exception):
    """It did not arrive.

    Args:
        text: why, in one line of Chinese.
        final: whether trying again is of no use.
    """

    def __init__(self, text: str, final: bool = False) -> None:
        super().__init__(text)
        self.text, self.final = text, final
