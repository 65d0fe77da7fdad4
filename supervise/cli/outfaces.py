"""How the outbox looks: what waits, what is parked, what was sent to whom and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from supervise.rules.sending import PARTS
from supervise.store.parcels import PARKED, SENT, WAITING, Parcel
from supervise.widths import table

if TYPE_CHECKING:
    from supervise.hall.addressing import Vacancy
    from supervise.hall.deliverer import Preview, Round
    from supervise.hall.letterbook import Spent
    from supervise.store.postbook import Held


MOST = 60
"""Rows of each table."""


def first_of(moment: datetime, weeks: int) -> datetime:
    """The beginning of the week so many weeks ago, this one counted, in the time of this machine."""
    local = moment.astimezone()
    monday = local.date() - timedelta(days=local.weekday() + 7 * max(weeks - 1, 0))
    return datetime.combine(monday, time(), local.tzinfo)


@dataclass(frozen=True, slots=True)
class Book:
    """What the list shows.

    Args:
        untouched: letters that no deliverer has looked at.
        held: what waits to be packed, by address.
        parcels: those that wait, are parked, or were sent of late.
    """

    untouched: int
    held: Sequence[Held]
    parcels: Sequence[Parcel]

    def of(self, state: str) -> list[Parcel]:
        """The parcels in a state."""
        return [one for one in self.parcels if one.state == state]

    def weeks(self) -> list[tuple[str, str, int, int]]:
        """Who got how many parcels and letters in which week, the newest week and who got most first."""
        number: Counter[tuple[str, str]] = Counter()
        items: Counter[tuple[str, str]] = Counter()
        for one in self.of(SENT):
            assert one.sent_at is not None
            year, week, _ = one.sent_at.astimezone().isocalendar()
            who = one.who if one.who == one.address else f"{one.who}({one.channel}:{one.address})"
            key = (f"{year}-W{week:02}", who)
            number[key] += 1
            items[key] += one.items
        rows = [(week, who, number[week, who], items[week, who]) for week, who in number]
        return sorted(sorted(rows, key=lambda row: (-row[2], row[1])), key=lambda row: row[0], reverse=True)

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "untouched": self.untouched,
            "held": [{"channel": h.channel, "address": h.address, "who": h.who, "items": h.items} for h in self.held],
            "waiting": [parcel(one) for one in self.of(WAITING)],
            "parked": [parcel(one) for one in self.of(PARKED)],
            "weeks": [{"week": w, "who": who, "messages": n, "items": items} for w, who, n, items in self.weeks()],
        }

    def text(self) -> str:
        """For a person."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        if not (self.untouched or self.held or self.parcels):
            yield "没有待发的消息,最近也没有发过。"
            return
        if self.untouched:
            yield f"新的:{self.untouched} 条,下一次 supervise outbox send 处理"
        if self.held:
            yield f"攒着(免打扰、非工作日、当天份数已满,或前一份还没有送到):{len(self.held)} 人"
            yield _rows([(h.who, f"{h.channel}:{h.address}", f"{h.items} 条") for h in self.held])
        if waiting := self.of(WAITING):
            yield f"待发、重发中:{len(waiting)} 份"
            yield _rows([(*_to(one), f"试过 {one.attempts} 次", _then(one.next_at), one.error) for one in waiting])
        if parked := self.of(PARKED):
            yield f"搁置(改好后 supervise outbox retry):{len(parked)} 份"
            yield _rows([(*_to(one), one.error) for one in parked])
        if weeks := self.weeks():
            yield "每人每周收到:"
            yield _rows([(week, who, f"{number} 份", f"{items} 条") for week, who, number, items in weeks])


def _rows(rows: Sequence[tuple[str, ...]]) -> str:
    """A table of what a person can read; JSON has all of it."""
    more = f"\n  …… 共 {len(rows)} 行,加 --json 看全部" if len(rows) > MOST else ""
    return table(rows[:MOST]) + more


def _to(one: Parcel) -> tuple[str, str, str]:
    return one.who, f"{one.channel}:{one.address}", f"{PARTS[one.kind]} {one.items} 条"


def _then(moment: datetime) -> str:
    return f"{moment.astimezone():%m-%d %H:%M} 起再发"


def parcel(one: Parcel) -> dict[str, Any]:
    """A parcel as plain data."""
    return {
        "channel": one.channel, "address": one.address, "number": one.seq, "kind": one.kind, "who": one.who,
        "items": one.items, "state": one.state, "made_at": one.made_at.isoformat(), "attempts": one.attempts,
        "next_at": one.next_at.isoformat(), "sent_at": one.sent_at.isoformat() if one.sent_at else None,
        "error": one.error,
    }  # fmt: skip


def vacancy(one: Vacancy) -> dict[str, Any]:
    """A vacancy as plain data."""
    return {"unit": one.unit, "post": one.post, "away": one.away, "instead": one.instead, "text": one.text}


def round_(made: Round) -> dict[str, Any]:
    """A round as plain data."""
    return {
        "sent": [parcel(one) for one in made.sent], "failed": [parcel(one) for one in made.failed],
        "parked": [parcel(one) for one in made.parked], "items": made.items, "held": made.held,
        "twice": [parcel(one) for one in made.twice], "idle": list(made.idle), "unfinished": made.unfinished,
        "vacancies": [vacancy(one) for one in made.vacancies],
    }  # fmt: skip


def sent(made: Round) -> str:
    """A round for a person."""
    lines = [f"已发 {len(made.sent)} 份 {made.items} 条"]
    lines[0] += f",攒着等时段的 {made.held} 人" if made.held else ""
    lines[0] += ",时间到了,还没有发完" if made.unfinished else ""
    if made.failed:
        lines.append(f"没成、隔一阵再发的 {len(made.failed)} 份")
        lines.append(_rows([(*_to(one), _then(one.next_at), one.error) for one in made.failed]))
    if made.parked:
        lines.append(f"搁置的 {len(made.parked)} 份(改好后 supervise outbox retry)")
        lines.append(_rows([(*_to(one), one.error) for one in made.parked]))
    if made.twice:
        lines.append(f"有 {len(made.twice)} 份发得太久,可能被别的发送程序也发了一次,编号相同")
    if made.idle:
        lines.append(f"通道 {'、'.join(made.idle)} 有待发的,channels.yaml 里却没有设")
    if made.vacancies:
        lines.append(f"空缺 {len(made.vacancies)} 处,见 supervise outbox vacancies")
    return "\n".join(lines)


def preview(found: Preview) -> str:
    """What would go out, for a person."""
    whole = [f"→ {one.channel}:{one.address}\n【{one.subject}】\n{one.text}\n" for one in found.messages]
    held = f";还有 {found.held} 人的攒着,等能发的时段" if found.held else ""
    number = sum(len(one.items) for one in found.messages)
    return "\n".join([*whole, f"共 {len(found.messages)} 份 {number} 条,一份也没有发{held}"])


def vacant(found: Sequence[Vacancy]) -> str:
    """Vacancies for a person."""
    rows = [(one.unit, one.text) for one in found]
    return table(rows, indent=0) if rows else "该收消息的职务都有人,或者目录里没有写人(units.yaml 的 people)。"


def retired(made: Spent) -> str:
    """What left the record, or would, for a person."""
    if not made.parcels:
        return f"{made.day} 以前送到的消息没有可移的"
    if not made.serial:
        return f"{made.day} 以前送到的 {made.parcels} 份可以移走(没有动)"
    head = f"已把 {made.parcels} 份写进 {made.file},从库里移走 {made.letters} 条,清单 {made.serial} 已封存"
    return f"{head}\n请把这个文件与备份放在一起"
