"""What boards ask of the stored facts: numbers by unit, and the rows behind the points, at the end of any day.

The database compares dates that the core wrote, and knows no rule. Days alone decide here what a cut shows: whoever
asks sets apart the tasks of which that is not the whole truth, see ``unsettled``, and folds those.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Label, Row, Select, Table, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import FromClause

from supervise.dates import FOREVER, ONE_DAY
from supervise.records import PARTIES, Cut
from supervise.store.faults import told
from supervise.store.statements import chunks
from supervise.store.tables import Tables, of

Rows = Sequence[Row[Any]]
LEAD, CO = PARTIES[:2]


@dataclass(frozen=True, slots=True)
class View:
    """What is asked of.

    Args:
        district: whose tasks.
        day: the last day seen, to its very end.
        laws: names of the definitions whose tasks count; all tasks if ``None``.
        law: the only one there is, if there is only one.
    """

    district: str
    day: date
    laws: tuple[str, ...] | None = None
    law: str = ""

    @property
    def after(self) -> date:
        """The morning after, when what was due on the last day and not done is missed."""
        return self.day + ONE_DAY


class Span(NamedTuple):
    """Days from ``first`` to ``last``, both counted."""

    first: date
    last: date


# ── what a cut shows that days alone do not tell ────────────────────────────────────────────────────────────────────


@told
def unsettled(session: Session, district: str, cut: Cut) -> set[str]:
    """Codes of the tasks that must be folded to know how they stood at a cut.

    The clock has not settled them up to its day, or something that happened by its day became known only after it, or
    parts and pace are still to be written, or something was taken back, opened again or brought under another law, be
    it after the cut. Of all others every event up to the day was known, and nothing was pending:
    whoever acts on a later day settles first what came before.
    """
    task, found = of(session).task, set[str]()
    for table in (of(session).unmeasured, of(session).amended):
        found |= set(session.scalars(select(table.c.task).where(table.c.district == district)))
    mine = task.c.district == district, task.c.wake_on <= cut.as_of
    found |= set(session.scalars(select(task.c.code).where(*mine)))
    return found if cut.known is None else found | _known_later(session, district, cut.as_of, cut.known)


def _known_later(session: Session, district: str, as_of: date, known: datetime) -> set[str]:
    """Tasks with an event by a day that was recorded after a moment: one short walk on the index for each day."""
    event = of(session).event
    first = session.scalar(select(func.min(event.c.day)).where(event.c.district == district))
    days = [first + timedelta(days=n) for n in range((as_of - first).days + 1)] if first is not None else []
    late = select(event.c.task).where(event.c.district == district, event.c.recorded_at > known)
    return {code for chunk in chunks(days) for code in session.scalars(late.where(event.c.day.in_(chunk)))}


@told
def laws(session: Session, district: str, cut: Cut) -> set[str]:
    """The definitions under which a cut shows any task that was never amended."""
    task, event, library, amended = (getattr(of(session), name) for name in ("task", "event", "library", "amended"))
    placed = and_(event.c.district == district, event.c.task == task.c.code, event.c.seq == 1)
    seen = event.c.day <= cut.as_of if cut.known is None else and_(*_seen(event, cut.as_of, cut.known))
    used = select(library.c.name).where(library.c.district == district, library.c.kind == "workflow")
    apart = exists().where(amended.c.district == district, amended.c.task == task.c.code).correlate(task)
    one = select(task.c.code).select_from(task.join(event, placed)).where(task.c.district == district, seen, ~apart)
    names = list(session.scalars(used))
    return {
        name for name in names if session.execute(one.where(task.c.definition == name).limit(1)).first() is not None
    }


def _seen(event: Table, as_of: date, known: datetime) -> tuple[ColumnElement[bool], ...]:
    return event.c.day <= as_of, event.c.recorded_at <= known


# ── duties that settled ─────────────────────────────────────────────────────────────────────────────────────────────


class Settling(NamedTuple):
    """Duties of some kinds that settled in a span, without letters unless wanted, begun by a day if one is given."""

    first: date
    last: date
    kinds: tuple[str, ...]
    letters: bool = True
    born: date | None = None


@told
def settled(session: Session, view: View, ask: Settling, codes: Sequence[str] | None = None) -> Iterator[Any]:
    """Numbers of the duties that settled: kind, whether it answers a letter, unit, role, outcome, number.

    Args:
        session: the caller's.
        view: what is asked of.
        ask: which duties.
        codes: of these tasks only.
    """
    duty = of(session).duty
    by = (duty.c.kind, _letter(duty), duty.c.unit, duty.c.role, _outcome(duty, view.after))
    for where in _settled(of(session), view, ask):
        yield from _asked(session, select(*by, func.count()).where(*where).group_by(*by), duty, codes)


@told
def settled_rows(
    session: Session, view: View, ask: Settling, outcomes: Sequence[str], units: Sequence[str] = ()
) -> Iterator[Any]:
    """The duties themselves that came to some outcomes, a row for each unit."""
    at = of(session)
    rows = _duty_rows(at, view, at.duty).add_columns(at.duty.c.settles, _outcome(at.duty, view.after))
    rows = rows.where(_outcome(at.duty, view.after).in_(outcomes))
    for where in _settled(at, view, ask):
        yield from _of_units(session, rows.where(*where), at.duty, units)


def _settled(at: Tables, view: View, ask: Settling) -> Iterator[tuple[ColumnElement[bool], ...]]:
    duty, after = at.duty, view.after
    work = () if ask.letters else (duty.c.about == "",)
    begun = (duty.c.born <= ask.born,) if ask.born is not None else ()
    some = (
        *work, *begun, duty.c.kind.in_(ask.kinds), duty.c.settles >= ask.first, duty.c.settles <= ask.last,
        or_(duty.c.void.is_(None), duty.c.void > after), or_(duty.c.met <= after, duty.c.missed_from <= after),
    )  # fmt: skip
    return ((*stood, *some) for stood in _stood(at, view))


def _stood(at: Tables, view: View) -> Iterator[tuple[ColumnElement[bool], ...]]:
    """The rows of duties that stood at the end of a view: on a list, on none, or ended later; an index for each."""
    duty = at.duty
    common = duty.c.district == view.district, duty.c.since_day <= view.day, *_lawful(at, view, duty)
    stands = (duty.c.until_day.is_(None), *common)
    yield (duty.c.met.is_(None), duty.c.void.is_(None), *stands)
    yield (or_(duty.c.met.is_not(None), duty.c.void.is_not(None)), *stands)
    yield (duty.c.until_day > view.day, *common)


def _outcome(duty: Table, after: date) -> Label[str]:
    """As ``Duty.outcome`` says of one that is settled."""
    on_time = and_(duty.c.met <= after, duty.c.met < duty.c.missed_from)
    words = case((on_time, literal("on time")), (duty.c.met <= after, literal("late")), else_=literal("missed"))
    return words.label("outcome")


def _letter(duty: Table) -> Label[int]:
    return case((duty.c.about == "", literal(0)), else_=literal(1)).label("letter")


def _lawful(at: Tables, view: View, table: Table) -> tuple[ColumnElement[bool], ...]:
    """Only tasks under the laws that are asked for."""
    if view.laws is None:
        return ()
    task = at.task
    mine = task.c.district == view.district, task.c.code == table.c.task, task.c.definition.in_(view.laws)
    return (select(task.c.code).where(*mine).exists(),)


def _duty_rows(at: Tables, view: View, whose: FromClause) -> Select[Any]:
    """What a receipt says of a duty, with its law where there are several."""
    duty, task = at.duty, at.task
    columns = (duty.c.task, duty.c.ref, duty.c.kind, duty.c.role, duty.c.unit, duty.c.due, duty.c.met)
    if view.law:
        return select(*columns, literal(view.law).label("definition")).select_from(whose)
    law = and_(task.c.district == view.district, task.c.code == duty.c.task)
    return select(*columns, task.c.definition).select_from(whose).join(task, law)


def _asked(session: Session, query: Select[Any], table: Table, codes: Sequence[str] | None) -> Iterator[Any]:
    """The rows one by one, of some tasks only if they are given."""
    for chunk in [None] if codes is None else chunks(codes):
        asked = query if chunk is None else query.where(table.c.task.in_(chunk))
        yield from session.execute(asked)


def _of_units(session: Session, query: Select[Any], table: Table, units: Sequence[str]) -> Iterator[Any]:
    for chunk in chunks(units) if units else [None]:
        yield from session.execute(query if chunk is None else query.where(table.c.unit.in_(chunk)))


# ── pace ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Moment(NamedTuple):
    """On which day open duties of a kind are held against their schedule, and the end of the period it counts in."""

    kind: str
    day: date
    end: date


@told
def paced(session: Session, view: View, moment: Moment, codes: Sequence[str] | None = None) -> Iterator[Any]:
    """Numbers of the open duties that can be judged: unit, role, whether on pace, number."""
    at, pace = of(session), of(session).pace
    by = (pace.c.unit, pace.c.role, _on_pace(pace))
    query = select(*by, func.count()).where(*_paced(at, view, moment)).group_by(*by)
    yield from _asked(session, query.where(pace.c.nominal > moment.end), pace, codes)
    # what fell due by then may have settled since, and then counts by its outcome
    rest = query.select_from(pace.join(at.duty, _paced_duty(at))).where(*_unsettled(at, view, moment))
    yield from _asked(session, rest.where(pace.c.nominal <= moment.end), pace, codes)


@told
def paced_rows(
    session: Session, view: View, moment: Moment, good: bool | None, units: Sequence[str] = ()
) -> Iterator[Any]:
    """The duties themselves, on pace or not, a row for each unit."""
    at, pace = of(session), of(session).pace
    rows = _duty_rows(at, view, pace.join(at.duty, _paced_duty(at))).add_columns(_on_pace(pace))
    rows = rows.where(*_unsettled(at, view, moment), *_paced(at, view, moment))
    rows = rows if good is None else rows.where(pace.c.behind <= 0 if good else pace.c.behind > 0)
    return _of_units(session, rows, pace, units)


def _paced(at: Tables, view: View, moment: Moment) -> tuple[ColumnElement[bool], ...]:
    """The stretches that judge a day, as they stood at the end of the view."""
    pace = at.pace
    return (
        pace.c.district == view.district, pace.c.kind == moment.kind, pace.c.day <= moment.day,
        pace.c.judged > moment.day, pace.c.since_day <= view.day, pace.c.until_day > view.day, *_lawful(at, view, pace),
    )  # fmt: skip


def _paced_duty(at: Tables) -> ColumnElement[bool]:
    return and_(*(at.duty.c[name] == at.pace.c[name] for name in ("district", "task", "ref", "unit")))


def _unsettled(at: Tables, view: View, moment: Moment) -> tuple[ColumnElement[bool], ...]:
    """Duties as they stood, but those that settled for the period or an earlier one."""
    duty, after = at.duty, view.after
    met = and_(duty.c.met.is_not(None), duty.c.met <= after)
    settled = and_(duty.c.settles <= moment.end, or_(met, duty.c.missed_from <= after))
    return duty.c.since_day <= view.day, or_(duty.c.until_day.is_(None), duty.c.until_day > view.day), ~settled


def _on_pace(pace: Table) -> Label[int]:
    return case((pace.c.behind <= 0, literal(1)), else_=literal(0)).label("good")


# ── acts, and parts in tasks ────────────────────────────────────────────────────────────────────────────────────────


def acted(session: Session, view: View, last: date, actions: Sequence[str]) -> set[str]:
    """Codes of the tasks on which any of some acts was done up to a day.

    Args:
        session: the caller's.
        view: what is asked of.
        last: the day.
        actions: by name.
    """
    return {row.task for action in actions for row in acts(session, view, Span(date.min, last), action)}


@told
def acts(session: Session, view: View, span: Span, action: str) -> Rows:
    """What was done in a span: task, number, day, unit, data and law of each act, by task."""
    event = of(session).event
    columns = [event.c[name] for name in ("task", "seq", "day", "unit", "data", "definition")]
    mine = event.c.district == view.district, event.c.day >= span.first, event.c.day <= span.last
    query = select(*columns).where(*mine, event.c.action == action)
    query = query if view.laws is None else query.where(event.c.definition.in_(view.laws))
    return session.execute(query.order_by(event.c.task, event.c.seq)).all()


@told
def parts(session: Session, district: str, codes: Sequence[str]) -> Iterator[Any]:
    """Who had which part in some tasks, and from which act and day to which."""
    part = of(session).part
    columns = ("task", "role", "unit", "from_seq", "since_day", "until_seq", "until_day")
    query = select(*(part.c[name] for name in columns))
    return _asked(session, query.where(part.c.district == district), part, codes)


@told
def handled(session: Session, view: View, span: Span) -> Iterator[Any]:
    """Numbers of the tasks in which a unit held a part up to now or their end: unit, as lead, as co, number."""
    at, part = of(session), of(session).part
    roles = [func.max(case((part.c.role == role, literal(1)), else_=literal(0))).label(role) for role in (LEAD, CO)]
    since = min(span.first, view.after)
    for ended in (part.c.closed_on == FOREVER, and_(part.c.closed_on >= since, part.c.closed_on < FOREVER)):
        mine = part.c.district == view.district, ended, part.c.since_day <= span.last, part.c.until_day.is_(None)
        each = select(part.c.unit, *roles).where(*mine, *_lawful(at, view, part)).group_by(part.c.unit, part.c.task)
        yield from session.execute(select(*each.subquery().c, func.count()).group_by(*each.selected_columns.keys()))


@told
def handed_on(session: Session, view: View, span: Span) -> set[str]:
    """Tasks in which a part was given up on a day of the span or later."""
    part = of(session).part
    since = min(span.first, view.after)
    mine = part.c.district == view.district, part.c.closed_on >= since, part.c.closed_on < FOREVER
    return set(session.scalars(select(part.c.task).where(*mine, part.c.until_day.is_not(None)).distinct()))


@told
def handled_rows(
    session: Session, view: View, span: Span, units: Sequence[str] = (), codes: Sequence[str] | None = None
) -> Iterator[Any]:
    """Each part that was held on any day of a span, by some units or in some tasks: unit, role, task, until when."""
    part = of(session).part
    query = select(part.c.unit, part.c.role, part.c.task, part.c.until_day)
    query = query.where(
        part.c.district == view.district, part.c.closed_on >= min(span.first, view.after),
        part.c.since_day <= span.last, *_lawful(of(session), view, part),
    )  # fmt: skip
    return _asked(session, query, part, codes) if codes is not None else _of_units(session, query, part, units)


# ── which tasks a rarer phrase can find anything on ─────────────────────────────────────────────────────────────────


@told
def everything(session: Session, view: View) -> set[str]:
    """All tasks under the laws that are asked for."""
    task = of(session).task
    query = select(task.c.code).where(task.c.district == view.district)
    return set(session.scalars(query if view.laws is None else query.where(task.c.definition.in_(view.laws))))


@told
def with_duties(session: Session, view: View, kinds: Sequence[str], due: Span | None = None) -> set[str]:
    """Tasks with a duty of some kinds, of any kind if there are none, that falls due in a span if one is given."""
    at, duty = of(session), of(session).duty
    stood = or_(duty.c.until_day.is_(None), duty.c.until_day > view.day)
    query = select(duty.c.task).where(duty.c.district == view.district, duty.c.since_day <= view.day, stood)
    query = query.where(*_lawful(at, view, duty)).distinct()
    query = query.where(duty.c.kind.in_(kinds)) if kinds else query
    return set(session.scalars(query if due is None else query.where(duty.c.due >= due.first, duty.c.due <= due.last)))


@told
def overdue(session: Session, view: View, kinds: Sequence[str], span: Span) -> Iterator[Any]:
    """The duties of some kinds that were missed from a day of a span on, a row for each unit."""
    at, duty = of(session), of(session).duty
    rows = _duty_rows(at, view, duty).add_columns(duty.c.missed_from, duty.c.void)
    late = or_(duty.c.met.is_(None), duty.c.met >= duty.c.missed_from)
    counts = or_(duty.c.void.is_(None), duty.c.void > duty.c.missed_from)
    # what was missed had fallen due
    days = duty.c.missed_from >= span.first, duty.c.missed_from <= span.last, duty.c.settles <= span.last
    rows = rows.where(duty.c.kind.in_(kinds), late, counts, *days)
    for stood in _stood(at, view):
        yield from session.execute(rows.where(*stood))


@told
def behind(session: Session, view: View, kind: str, span: Span, least: int) -> set[str]:
    """Tasks on which a figure of a span lay at least so far behind the schedule of a kind of duty."""
    at = of(session)
    pace = at.pace
    stood = pace.c.district == view.district, pace.c.since_day <= view.day, pace.c.until_day > view.day
    days = pace.c.kind == kind, pace.c.day >= span.first, pace.c.day <= span.last, pace.c.behind >= least
    return set(session.scalars(select(pace.c.task).where(*stood, *days, *_lawful(at, view, pace)).distinct()))
