"""What boards ask of the stored facts: numbers by unit, and the rows behind the points, at the end of any day.

The database compares dates that the core wrote, and knows no rule. Days alone decide here what a cut shows: whoever
asks sets apart the tasks of which that is not the whole truth, see ``unsettled``, and folds those.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Label,
    Row,
    Select,
    Table,
    and_,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)  # fmt: skip
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import FromClause

from supervise.records import PARTIES, Cut
from supervise.store.asking import WIDE, Span, View, among, asked, lawful, some
from supervise.store.faults import told
from supervise.store.statements import chunks
from supervise.store.tables import Tables, of

LEAD, CO = PARTIES[:2]
MISSED = "missed"
Rows = Sequence[Row[Any]]


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
    """Duties of some kinds that settled in a span, without letters unless wanted, begun by a day if one is given.

    ``ends`` are the last days of the stretches that the span is divided into, for numbers that tell them apart; with
    ``apart`` they tell letters from work.
    """

    first: date
    last: date
    kinds: tuple[str, ...]
    letters: bool = True
    born: date | None = None
    ends: tuple[date, ...] = ()
    apart: bool = False


@told
def owing(session: Session, district: str) -> list[str]:
    """The units that have anything on their list, found by one step each: the index of what is owed begins with them.

    With them a few duties of a kind and a month are found without looking at all that is open.
    """
    duty = of(session).duty
    open_ = duty.c.district == district, duty.c.until_day.is_(None), duty.c.met.is_(None), duty.c.void.is_(None)
    found = select(func.min(duty.c.unit).label("unit")).where(*open_).cte("owing", recursive=True)
    after = select(func.min(duty.c.unit)).where(*open_, duty.c.unit > found.c.unit).scalar_subquery()
    found = found.union_all(select(after).where(found.c.unit.is_not(None)))
    return list(session.scalars(select(found.c.unit).where(found.c.unit.is_not(None))).all())


@told
def settled(
    session: Session, view: View, ask: Settling, owing: Sequence[str], shared: Collection[tuple[str, str]] = (),
    codes: Sequence[str] | None = None,
) -> Iterator[Any]:  # fmt: skip
    """Numbers of the duties that settled: unit, kind, stretch, letter or not, role, outcome, number.

    No role is a share: how often a unit helped with what leads owed; no outcome is one that was missed.
    What several leads owe together is one duty to who helps with it, and who owes it himself does not help with it.

    Args:
        session: the caller's.
        view: what is asked of.
        ask: which duties.
        owing: the units that owe anything.
        shared: of which kinds and outcomes, owed by leads, it is counted too who helped on the day they settled.
        codes: of these tasks only.
    """
    at, duty = of(session), of(session).duty
    columns = [duty.c[name] for name in ("task", "ref", "kind", "unit", "role", "settles")]
    more, fixed = _apart(duty, ask)
    for stands, is_open in _stood(at, view):
        query = select(*columns, *more, *(() if is_open else (_outcome(duty, view.after),))).where(*stands)
        query, values = query.where(*_settled(at, view, ask)), owing if is_open and codes is None else codes
        if values is not None:
            query = query.where(among(duty.c.unit if codes is None else duty.c.task))
        same = {**fixed, **({"outcome": null()} if is_open else {})}  # what is on a list was not met
        pairs = [pair for pair in shared if not is_open or pair[1] == MISSED]
        # Parts of a task lie together; by an expression, or SQLite reads all duties to have them in this order.
        came = (query.order_by(duty.c.task.concat("")) if pairs else query).cte("came")
        numbers: Any = _numbers(came, same)
        numbers = union_all(numbers, _shares(at, view, came, pairs, same)) if pairs else numbers
        yield from asked(session, numbers, values, WIDE)


def _apart(duty: Table, ask: Settling) -> tuple[list[Label[int]], dict[str, ColumnElement[Any]]]:
    """Stretch and letter where numbers tell them apart, and what stands for them where they do not."""
    ends = [(duty.c.settles <= end, literal(n)) for n, end in enumerate(ask.ends[:-1])]
    more = [case(*ends, else_=literal(len(ends))).label("stretch")] if ends else []
    more += [case((duty.c.about == "", literal(0)), else_=literal(1)).label("letter")] if ask.apart else []
    return more, {name: literal(0) for name in {"stretch", "letter"} - {column.name for column in more}}


def _numbers(came: CTE, same: Mapping[str, Any]) -> Select[Any]:
    """How often a unit is in what was found; by what is the same in all of it nothing need be sorted."""
    names = ("unit", "kind", "stretch", "letter", "role", "outcome")
    by = {name: same[name] if name in same else came.c[name] for name in names}
    differ = [column for name, column in by.items() if name not in same or name == "unit"]
    return select(*by.values(), func.count()).group_by(*differ)


def _shares(
    at: Tables, view: View, found: CTE, pairs: Collection[tuple[str, str]], same: Mapping[str, Any]
) -> Select[Any]:  # fmt: skip
    """How often a unit helped with what was found."""
    part = at.part
    held = and_(
        part.c.since_day <= found.c.settles, or_(part.c.until_day.is_(None), part.c.until_day > found.c.settles)
    )
    before = and_(part.c.from_seq == 1, part.c.since_day > found.c.settles)  # of a day before the task: who began it
    mine = part.c.district == view.district, part.c.task == found.c.task, part.c.role == CO
    numbers = _numbers(found, {**same, "unit": part.c.unit, "role": null()})
    came = _came(literal(MISSED) if "outcome" in same else found.c.outcome, found, pairs)
    return numbers.select_from(found.join(part, and_(*mine, or_(held, before)))).where(
        found.c.role == LEAD, came, part.c.unit != found.c.unit, _first(at, view, found)
    )


def _first(at: Tables, view: View, found: CTE) -> ColumnElement[bool]:
    """Whether a lead's duty is looked at by the first who owes it, and who helps does not owe it.

    Where nobody else ever led the task, no duty is looked up for it.
    """
    led, other = at.part.alias(), at.duty.alias()
    leads = led.c.district == view.district, led.c.task == found.c.task, led.c.role == LEAD
    same = other.c.district == view.district, other.c.task == found.c.task, other.c.ref == found.c.ref
    stands = other.c.since_day <= view.day, or_(other.c.until_day.is_(None), other.c.until_day > view.day)
    owes = or_(other.c.unit < found.c.unit, other.c.unit == at.part.c.unit)
    return or_(
        ~select(led.c.task).where(*leads, led.c.unit != found.c.unit).exists(),
        ~select(other.c.task).where(*same, owes, *stands).exists(),
    )


def _came(outcome: ColumnElement[str], whose: FromClause, pairs: Collection[tuple[str, str]]) -> ColumnElement[bool]:
    """Only some kinds with some outcomes."""
    kinds = {one: sorted(kind for kind, came in pairs if came == one) for _, one in sorted(pairs)}
    return or_(*(and_(outcome == one, whose.c.kind.in_(some)) for one, some in kinds.items()))


@told
def settled_rows(
    session: Session, view: View, ask: Settling, owing: Sequence[str], pairs: Collection[tuple[str, str]],
    units: Sequence[str] | None = None,
) -> Iterator[Any]:  # fmt: skip
    """The duties themselves, by kind and outcome, a row for each unit, of some units only if they are given."""
    at, duty = of(session), of(session).duty
    outcome = _outcome(duty, view.after)
    rows = _duty_rows(at, view, duty).add_columns(duty.c.settles, outcome)
    rows = rows.where(*_settled(at, view, ask), _came(outcome, duty, pairs))
    missed = any(came == MISSED for _, came in pairs)
    open_ = () if not missed else owing if units is None else units  # what is on a list was not met
    for stands, is_open in _stood(at, view):
        yield from some(session, rows.where(*stands), duty.c.unit, open_ if is_open else units)


def _settled(at: Tables, view: View, ask: Settling) -> tuple[ColumnElement[bool], ...]:
    duty, after = at.duty, view.after
    work = () if ask.letters else (duty.c.about == "",)
    begun = (duty.c.born <= ask.born,) if ask.born is not None else ()
    return (
        *work, *begun, duty.c.kind.in_(ask.kinds), duty.c.settles >= ask.first, duty.c.settles <= ask.last,
        or_(duty.c.void.is_(None), duty.c.void > after), or_(duty.c.met <= after, duty.c.missed_from <= after),
    )  # fmt: skip


def _stood(at: Tables, view: View) -> Iterator[tuple[tuple[ColumnElement[bool], ...], bool]]:
    """The rows of duties that stood at the end of a view, and whether they are open: an index for each.

    What is on a list, where it is looked for by units; what is on none; what ended later.
    """
    duty = at.duty
    common = duty.c.district == view.district, duty.c.since_day <= view.day, *lawful(at, view, duty)
    stands = (duty.c.until_day.is_(None), *common)
    yield (duty.c.met.is_(None), duty.c.void.is_(None), *stands), True
    yield (or_(duty.c.met.is_not(None), duty.c.void.is_not(None)), *stands), False
    yield (duty.c.until_day > view.day, *common), False


def _outcome(duty: Table, after: date) -> Label[str]:
    """As ``Duty.outcome`` says of one that is settled."""
    on_time = and_(duty.c.met <= after, duty.c.met < duty.c.missed_from)
    words = case((on_time, literal("on time")), (duty.c.met <= after, literal("late")), else_=literal(MISSED))
    return words.label("outcome")


def _duty_rows(at: Tables, view: View, whose: FromClause) -> Select[Any]:
    """What a receipt says of a duty, with its law where there are several."""
    duty, task = at.duty, at.task
    columns = (duty.c.task, duty.c.ref, duty.c.kind, duty.c.role, duty.c.unit, duty.c.due, duty.c.met)
    if view.law:
        return select(*columns, literal(view.law).label("definition")).select_from(whose)
    law = and_(task.c.district == view.district, task.c.code == duty.c.task)
    return select(*columns, task.c.definition).select_from(whose).join(task, law)


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
    yield from some(session, query.where(pace.c.nominal > moment.end), pace.c.task, codes)
    # what fell due by then may have settled since, and then counts by its outcome
    rest = query.select_from(pace.join(at.duty, _paced_duty(at))).where(*_unsettled(at, view, moment))
    yield from some(session, rest.where(pace.c.nominal <= moment.end), pace.c.task, codes)


@told
def paced_rows(
    session: Session, view: View, moment: Moment, good: bool | None, units: Sequence[str] | None = None
) -> Iterator[Any]:
    """The duties themselves, on pace or not, a row for each unit."""
    at, pace = of(session), of(session).pace
    rows = _duty_rows(at, view, pace.join(at.duty, _paced_duty(at))).add_columns(_on_pace(pace))
    rows = rows.where(*_unsettled(at, view, moment), *_paced(at, view, moment))
    rows = rows if good is None else rows.where(pace.c.behind <= 0 if good else pace.c.behind > 0)
    return some(session, rows, pace.c.unit, units)


def _paced(at: Tables, view: View, moment: Moment) -> tuple[ColumnElement[bool], ...]:
    """The stretches that judge a day, as they stood at the end of the view."""
    pace = at.pace
    return (
        pace.c.district == view.district, pace.c.kind == moment.kind, pace.c.day <= moment.day,
        pace.c.judged > moment.day, pace.c.since_day <= view.day, pace.c.until_day > view.day, *lawful(at, view, pace),
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


# ── acts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


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
    query = query.where(*lawful(at, view, duty)).distinct()
    query = query.where(duty.c.kind.in_(kinds)) if kinds else query
    return set(session.scalars(query if due is None else query.where(duty.c.due >= due.first, duty.c.due <= due.last)))


@told
def overdue(session: Session, view: View, kinds: Sequence[str], span: Span, owing: Sequence[str]) -> Iterator[Any]:
    """The duties of some kinds that were missed from a day of a span on, a row for each unit."""
    at, duty = of(session), of(session).duty
    rows = _duty_rows(at, view, duty).add_columns(duty.c.missed_from, duty.c.void)
    late = or_(duty.c.met.is_(None), duty.c.met >= duty.c.missed_from)
    counts = or_(duty.c.void.is_(None), duty.c.void > duty.c.missed_from)
    # what was missed had fallen due
    days = duty.c.missed_from >= span.first, duty.c.missed_from <= span.last, duty.c.settles <= span.last
    rows = rows.where(duty.c.kind.in_(kinds), late, counts, *days)
    for stands, is_open in _stood(at, view):
        yield from some(session, rows.where(*stands), duty.c.unit, owing if is_open else None)


@told
def behind(session: Session, view: View, kind: str, span: Span, least: int) -> set[str]:
    """Tasks on which a figure of a span lay at least so far behind the schedule of a kind of duty."""
    at = of(session)
    pace = at.pace
    stood = pace.c.district == view.district, pace.c.since_day <= view.day, pace.c.until_day > view.day
    days = pace.c.kind == kind, pace.c.day >= span.first, pace.c.day <= span.last, pace.c.behind >= least
    return set(session.scalars(select(pace.c.task).where(*stood, *days, *lawful(at, view, pace)).distinct()))
