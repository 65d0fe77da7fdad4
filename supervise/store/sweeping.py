"""What the clock's night asks of the archive: the tasks that are due, and what is known of them without their history.

Every query goes to its tasks by their keys or along ``(district, wake_on)``; none joins more than it has tasks at hand,
so that no statistics of the tables can make a database read the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from supervise.dates import FOREVER
from supervise.facts import Known, Owing, Pacing, Standing
from supervise.store.faults import told
from supervise.store.statements import Statement, chunks, listed
from supervise.store.tables import Tables, of


@told
def waking(session: Session, district: str, day: date, most: int, since: date) -> list[tuple[str, date]]:
    """Codes of tasks that the clock must look at by ``day``, with the day each waits for, the earliest first.

    Args:
        session: the caller's.
        district: whose tasks.
        day: up to which the clock looks.
        most: how many at once.
        since: the first day that is of interest.
    """
    task = of(session).task
    query = select(task.c.code, task.c.wake_on).where(task.c.district == district)
    query = query.where(task.c.wake_on >= since, task.c.wake_on <= day).order_by(task.c.wake_on).limit(most)
    return [(code, on) for code, on in session.execute(query)]


@told
def left(session: Session, district: str, day: date) -> int:
    """How many tasks the clock must look at by ``day``."""
    task = of(session).task
    query = select(func.count()).select_from(task).where(task.c.district == district, task.c.wake_on <= day)
    return int(session.scalar(query) or 0)


@told
def newest(session: Session, district: str) -> date | None:
    """The latest day on which anything stands on record; tasks in archives are closed and count for nothing here."""
    event = of(session).event
    found: date | None = session.scalar(select(func.max(event.c.day)).where(event.c.district == district))
    return found


@dataclass(frozen=True)
class Asking:
    """What counts when the clock looks at many tasks at once; the same for a whole night.

    Args:
        kinds: of duty.
        roles: of parties.
        orders: actions by which orders are recorded.
        paced: whether anybody asks how figures lie to schedules.
    """

    kinds: tuple[str, ...]
    roles: tuple[str, ...]
    orders: tuple[str, ...]
    paced: bool


@told
def known(session: Session, district: str, codes: Sequence[str], day: date) -> list[Known]:
    """The rows of tasks that the clock must still look at, and that nobody is just acting on; they are locked.

    Args:
        session: the caller's.
        district: whose tasks.
        codes: which.
        day: up to which the clock looks.
    """
    on = session.connection()
    found = _rows(of(on)).among(on, codes, district=district)
    return [
        Known(code, version, head, state, law, last or day, bool(unsealed), amended is not None or last is None)
        for code, version, head, state, law, unsealed, wake_on, last, amended in found
        if wake_on <= day  # not in the query: where little is said to be due it would go through all that is
    ]


@told
def alike(session: Session, district: str, tasks: Sequence[Known], asking: Asking, day: date) -> list[Standing]:
    """What else is known of tasks, told once for all of which it is the same; their parties are put beside them.

    Rows stay as the driver gives them until it is known which of them are alike: of what thousands share, one is read.
    """
    on = session.connection()
    found, codes = {one.code: one for one in tasks}, [one.code for one in tasks]
    if not codes:
        return []
    asked = _asked(of(on), asking)
    _put_parties(found, asked.parties.raw(on, codes, district=district, **asked.roles))
    given = {"district": district, "never": FOREVER, "nothing": "", **asked.kinds}
    owed, pressed = _owed(found, asked.duties.raw(on, codes, **given))
    letters = _by_task(asked.letters.raw(on, pressed, district=district, **asked.orders)) if pressed else {}
    paces = _by_task(asked.paces.raw(on, codes, district=district, never=FOREVER, day=day)) if asking.paced else {}
    groups: dict[Hashable, Standing] = {}
    for code, one in found.items():
        parts = tuple([role for role in asking.roles if role in one.parties])
        said = tuple(owed[code].items()), tuple(paces.get(code, ())), tuple(letters.get(code, ()))
        key = one.definition, one.state, one.last, one.odd, parts, said
        if key not in groups:
            groups[key] = _standing(asked, on, one, parts, said)
        groups[key].tasks.append(one)
    return list(groups.values())


_Raw = tuple[Any, ...]


def _put_parties(found: Mapping[str, Known], rows: list[_Raw]) -> None:
    rows.sort(key=itemgetter(3))  # by place
    for task, role, unit, _ in rows:
        parties = found[task].parties
        parties[role] = (*parties[role], unit) if role in parties else (unit,)


def _owed(found: Mapping[str, Known], rows: Iterable[_Raw]) -> tuple[dict[str, dict[_Raw, bool]], list[str]]:
    """The rows of duties of each task without names, with whether one of the names still has the part; and the codes
    of those tasks to which an order was ever sent."""
    owed: dict[str, dict[_Raw, bool]] = {code: {} for code in found}
    pressed: dict[str, None] = {}
    for row in rows:
        task, unit, fact = row[0], row[1], row[2:]
        rest = owed[task]
        rest[fact] = rest.get(fact, False) or unit in found[task].parties.get(fact[_ROLE], ())
        if fact[_ABOUT]:
            pressed[task] = None
    return owed, list(pressed)


def _by_task(rows: Iterable[_Raw]) -> dict[str, list[_Raw]]:
    found: dict[str, list[_Raw]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row[1:])
    return found


def _standing(
    asked: _Asked, on: Connection, one: Known, parts: tuple[str, ...],
    said: tuple[tuple[tuple[_Raw, bool], ...], tuple[_Raw, ...], tuple[_Raw, ...]],
) -> Standing:  # fmt: skip
    """What is known of a task, and of all of which the same is said."""
    duties, pacing, letters = said
    owing, stopped = list[Owing](), set[str]()
    for row, held in duties:
        *fact, met, void = asked.duties.turned(on, row, 2)
        owed = Owing(*fact, held)  # type: ignore[call-arg]
        if met is None and void is None:
            owing.append(owed)
        if owed.missed_from == FOREVER != owed.due:
            stopped.add(owed.kind)
    spans = tuple(Pacing(*asked.paces.turned(on, row, 1)) for row in pacing)
    return Standing(
        one.definition, one.state, one.last, one.odd, frozenset(parts), tuple(owing), spans, letters,
        frozenset(stopped), [],
    )  # fmt: skip


_FACT = ("kind", "ref", "role", "born", "due", "missed_from", "about", "met", "void")
_ROLE, _ABOUT = _FACT.index("role"), _FACT.index("about")


@cache
def _rows(at: Tables) -> Statement:
    """The rows of tasks that nobody is just acting on, with the day of the last event and whether they are amended."""
    task, event, amended = at.task, at.event, at.amended
    here = (event.c.district == task.c.district) & (event.c.task == task.c.code)
    last = select(event.c.day).where(here, event.c.seq == task.c.version).scalar_subquery()
    odd = select(amended.c.task).where(amended.c.district == task.c.district, amended.c.task == task.c.code)
    columns = (
        task.c.code,
        task.c.version,
        task.c.head,
        task.c.state,
        task.c.definition,
        task.c.unsealed,
        task.c.wake_on,
    )
    query = select(*columns, last, odd.scalar_subquery()).where(_ours(task), listed(task.c.code))
    return Statement(query.with_for_update(skip_locked=True))


class _Asked:
    """The statements for one way of asking, and the words that they are given."""

    def __init__(self, at: Tables, asking: Asking) -> None:
        party, duty, pace, event = at.party, at.duty, at.pace, at.event
        self.roles, self.kinds, self.orders = (
            {f"{letter}{n}": word for n, word in enumerate(words)}
            for letter, words in (("r", asking.roles), ("k", asking.kinds), ("o", asking.orders))
        )
        self.parties = Statement(
            select(party.c.task, party.c.role, party.c.unit, party.c.place).where(
                _ours(party), listed(party.c.task), _one_of(party, "role", self.roles)
            )
        )
        owed = and_(duty.c.met.is_(None), duty.c.void.is_(None), _one_of(duty, "kind", self.kinds))
        stopped, about = duty.c.missed_from == _given(duty, "missed_from", "never"), duty.c.about != _nothing(duty)
        self.duties = Statement(
            select(duty.c.task, duty.c.unit, *(duty.c[name] for name in _FACT)).where(
                _ours(duty), listed(duty.c.task), duty.c.until_day.is_(None), or_(owed, stopped, about)
            )
        )
        self.letters = Statement(
            select(event.c.task, event.c.day, cast(event.c.data, Text()))
            .where(_ours(event), listed(event.c.task), _one_of(event, "action", self.orders))
            .order_by(event.c.task, event.c.seq)
        )
        self.paces = Statement(
            select(pace.c.task, pace.c.kind, pace.c.ref, pace.c.day, pace.c.ends, pace.c.behind).where(
                _ours(pace), listed(pace.c.task), pace.c.until_day == _given(pace, "until_day", "never"),
                pace.c.ends > _given(pace, "ends", "day"),
            )
        )  # fmt: skip


@cache
def _asked(at: Tables, asking: Asking) -> _Asked:
    return _Asked(at, asking)


def _ours(table: Table) -> ColumnElement[bool]:
    return table.c.district == _given(table, "district", "district")


def _given(table: Table, column: str, name: str) -> BindParameter[Any]:
    return bindparam(name, type_=table.c[column].type)


def _nothing(table: Table) -> BindParameter[Any]:
    return _given(table, "about", "nothing")


def _one_of(table: Table, column: str, names: Iterable[str]) -> ColumnElement[bool]:
    return or_(false(), *(table.c[column] == _given(table, column, name) for name in names))


@told
def recorded(session: Session, district: str, keys: Sequence[str]) -> set[str]:
    """Those of these idempotency keys under which something is on record."""
    on = session.connection()
    return {row[0] for row in _recorded(of(on)).among(on, keys, district=district)} if keys else set()


@cache
def _recorded(at: Tables) -> Statement:
    return Statement(select(at.event.c.idem).where(_ours(at.event), listed(at.event.c.idem)))


@told
def have_done(session: Session, district: str, codes: Sequence[str], actions: Collection[str]) -> set[str]:
    """Those of these tasks to which one of these actions was ever done."""
    event = of(session).event
    query = select(event.c.task).where(event.c.district == district, event.c.action.in_(sorted(actions)))
    return {code for some in chunks(codes) for code in session.scalars(query.where(event.c.task.in_(some)))}
