"""The judging side of the hall: boards, publications, and why.

What is shown, published and explained is one plain document (a *body*), made once from the record at a cut; its
canonical bytes are what a publication freezes and what a recomputation must reproduce.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from supervise.dates import PERIOD_WORDS, Period, parse_period, periods_of
from supervise.errors import Invalid, Problem, Refused, Unknown, did_you_mean
from supervise.hall.marker import Marker
from supervise.hall.receipts import any_of, as_plain, said_of, standings
from supervise.hall.surveyor import NOTHING, Surveyed
from supervise.people import Actor, Unit
from supervise.phrases import Length
from supervise.records import Cut
from supervise.rules.assessment import Published
from supervise.rules.board import Board, Standing, rank, streaks
from supervise.rules.compared import Criteria
from supervise.rules.foreseen import Foreseen, foreseen
from supervise.rules.ladder import Ladder
from supervise.rules.measures import Ground
from supervise.rules.moved import movement, must_cite
from supervise.rules.reach import reach
from supervise.rules.ruleset import BoardRules
from supervise.rules.scheme import Scheme
from supervise.rules.scoring import Tally
from supervise.site.folder import Source
from supervise.store import counting, library, retired
from supervise.store.asking import View
from supervise.store.library import Publication
from supervise.workflows.definition import Definition
from supervise.workflows.situations import Situation
from supervise.workflows.wording import Wording

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Body = dict[str, Any]
DRAFT = "draft"


def canonical(body: Body) -> str:
    """The one text of a body: sorted keys, Chinese as it is, no spare blanks."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def drafted(source: Source[Any]) -> dict[str, str]:
    """How a body names the rules that it was tried by, so that nobody takes it for one that holds."""
    return {source.value.name: f"{DRAFT} {library.fingerprint(source.text)}"}


def is_draft(body: Body) -> bool:
    """Whether a body was made by rules that are only tried."""
    return any(print_.startswith(DRAFT) for print_ in body["rules"].values())


def name_of(body: Mapping[str, Any]) -> str:
    """What a board or a year is called, under which it is published."""
    return str(body[body["kind"]])


@dataclass(frozen=True, slots=True)
class Odd:
    """The tasks of which the stored dates do not tell how they stood at a cut.

    Args:
        aside: codes of those that are here.
        folded: all of them as folded, with those in archives.
        laws: the laws of the tasks here that the cut shows and that were never amended.
        left_out: the laws of tasks in archives that were over too early to count.
    """

    aside: frozenset[str]
    folded: tuple[Situation, ...]
    laws: frozenset[str]
    left_out: frozenset[str]


class Judge(Marker):
    """Everything that turns the record into points."""

    _units: tuple[Sequence[Unit], str] | None = None

    def board(
        self,
        session: Session,
        name: str,
        period: str,
        cut: Cut | None = None,
        rules: BoardRules | None = None,
        *,
        cited: Collection[str] | None = None,
        tasks: bool = True,
    ) -> Body:
        """The red/black board of a period at a cut.

        Args:
            session: the caller's.
            name: of the board's rules, with or without version.
            period: such as ``2021Q2``; must be of the kind the rules are for.
            cut: defaults to the day the rules close the period, or today if that is earlier, as known by now.
            rules: a draft to try instead.
            cited: units whose lines say what they rest on; all if ``None``. With none of them (``()``) scores, ranks
                and lists come from numbers alone, and far sooner; such a board is for looking at, not for publishing.
            tasks: whether each row says how many tasks the unit has, which takes a walk over all parts on record.

        Raises:
            Unknown: no such board.
            Invalid: P01 when the period is of another kind.
        """
        span = self._period(period)
        rules = rules or self._board_rules(name, span)
        if span.kind != rules.period:
            raise Invalid(Problem("P01", f"{rules.title}按{PERIOD_WORDS[rules.period]}出榜,不能出 {period}"))
        cut = self._cut(cut, span, rules.closes)
        since = reach(span, self.calendar, rules)
        tally, seen = self._tally(session, self._odd(session, cut, since), rules, span, cut, any_of(cited))
        board = rank(rules, tally, self.directory, self._criteria(rules.for_, seen), any_of(cited), tasks)
        del tally  # the board cites its facts: what led there needs no room beside the body
        return self._body(session, rules, span, cut, board, seen, cited)

    def _body(
        self, session: Session, rules: BoardRules, span: Period, cut: Cut, board: Board, seen: dict[str, str],
        cited: Collection[str] | None,
    ) -> Body:  # fmt: skip
        """A board as a document, with what moved since the last one and what is proposed."""
        earlier = self._earlier(session, rules, span, cut)
        lists = {s.unit: s.list for s in board.standings}
        past = self._past(session, rules.board, span, cut)[-1:]
        rows = standings(board.standings, cited)
        for last in past:
            old = {row["unit"]: row for row in last["standings"]}
            for row, standing in zip(rows, board.standings, strict=True):
                row["movement"] = _moved(last["period"], old.get(standing.unit), standing)
        return {
            "kind": "board", "board": rules.board, **self._basis(span, cut, rules.name, seen), "title": rules.title,
            "groups": dict(board.groups), "standings": rows,
            "proposals": as_plain(streaks(rules, [*earlier, lists])), **said_of(cited),
        }  # fmt: skip

    def publish(self, session: Session, body: Body, by: Actor) -> Publication:
        """Freeze a board or an assessment under the next number; it can be superseded but never changed.

        The record is sealed with it; the seal stands beside the body, never within, so that the body stays what
        anyone can compute again.

        Raises:
            Refused: P02 when the period is not over at the cut.
            Invalid: L01 when the rules were changed without a new version since they were first published by.
        """
        period = self._period(body["period"])
        if date.fromisoformat(body["cut"]["as_of"]) < period.end:
            raise Refused(Problem("P02", f"{period.label}还没有过完,口径只到 {body['cut']['as_of']},不能公布"))
        for name in body["rules"]:
            if name in self.folder.rules:
                self.register(session, "rules", self.folder.rules[name])
        return library.publish(
            session, self.district, body["kind"], name_of(body), period.name, canonical(body), by.id, self.now(),
            self.algorithm,
        )  # fmt: skip

    def held(self, body: Body) -> None:
        """See that a result was made by rules that hold, with all its receipts.

        Raises:
            Refused: P24 when it was made by a draft, P28 when its lines do not say what they rest on.
        """
        must_cite(body)
        if is_draft(body):
            text = f"{'、'.join(body['rules'])} 是试算用的草稿,不能公示、公布"
            raise Refused(Problem("P24", text, help="请放进 rules/ 并审定(supervise approve),再出榜、公布"))

    def published(self, session: Session, name: str, period: str) -> Body | None:
        """The newest publication of a board or assessment for a period, as it was frozen."""
        found = library.publications(session, self.district, name.split("@")[0], period)
        return _body(found[-1]) if found else None

    def _criteria(self, workflow: str, seen: Mapping[str, str]) -> Criteria:
        """How conditions on tasks are said: as the newest of the laws that were looked at calls things."""
        laws = [s.value for name, s in self.folder.definitions.items() if name in seen and s.value.workflow == workflow]
        law = max(laws, key=lambda one: one.version, default=self.folder.newest.get(workflow))
        ladders = self.folder.of_kind(Ladder, workflow)
        rungs = {name: label for ladder in ladders for name, label in ladder.labels.items()}
        return Criteria(Wording(law) if law is not None else None, rungs)

    def why(self, body: Body, unit: str) -> Body:
        """One unit's receipt out of a board or an assessment; nothing is computed again.

        Only ``provisional`` is said anew of every limit: whether the arrangement of its year is not announced yet.

        Raises:
            Unknown: U05 when the unit is not in it.
            Refused: P28 when it was made without the receipt of this unit.
        """
        known = self.directory.unit(unit)
        name = known.name if known is not None else unit
        names = [row["unit"] for row in body["standings"]]
        if name not in names:
            raise Unknown(Problem("U05", f"{body['title']} {body['period']} 里没有“{unit}”{did_you_mean(unit, names)}"))
        must_cite(body, name)
        rest = {k: v for k, v in body.items() if k not in ("standings", "cited")}
        return {**rest, "standing": self._doubted(body["standings"][names.index(name)])}

    def _doubted(self, said: Any) -> Any:
        """A receipt with its provisional limits told."""
        if isinstance(said, list | tuple):
            return [self._doubted(one) for one in said]
        if not isinstance(said, Mapping):
            return said
        found = {key: self._doubted(value) for key, value in said.items()}
        if "due" in found and "met" in found:
            due = found["due"]
            found["provisional"] = bool(due) and self.calendar.provisional(date.fromisoformat(due))
        return found

    def _groups(self) -> dict[str, str]:
        return dict(getattr(self.directory, "groups", {}))

    def _board_rules(self, name: str, span: Period) -> BoardRules:
        return self.folder.rule(BoardRules, name, span.start).value

    def _period(self, text: str) -> Period:
        try:
            return parse_period(text)
        except ValueError as error:
            raise Invalid(Problem("P01", str(error))) from None

    def _cut(self, cut: Cut | None, span: Period, closes: Length) -> Cut:
        closing = self.calendar.add(span.end, closes.count, closes.unit)
        as_of = cut.as_of if cut is not None else min(closing, self.today())
        known = cut.known if cut is not None and cut.known is not None else self.now()
        return Cut(as_of, known, cut.beside if cut is not None else ())

    def _odd(self, session: Session, cut: Cut, since: date | None) -> Odd:
        """What must be folded to know how it stood at a cut, and the laws of all that it shows."""
        aside = set(counting.unsettled(session, self.district, cut)) | {act.rpartition("#")[0] for act in cut.beside}
        away = retired.pointers(session, self.district, cut=cut, since=since)
        folded = self.situations(session, cut, sorted(aside | away.keys()), since)
        laws = counting.laws(session, self.district, cut)
        return Odd(frozenset(aside), tuple(folded), frozenset(laws), frozenset(self.left_out(session, cut, since)))

    def _tally(
        self, session: Session, odd: Odd, rules: BoardRules | Scheme | None, span: Period, cut: Cut, cited: bool = True,
        spans: Sequence[Period] = (),
    ) -> tuple[Tally, dict[str, str]]:  # fmt: skip
        workflow = rules.for_ if rules is not None else ""
        spare = rules.score.spare if isinstance(rules, BoardRules) else ()
        ahead = foreseen(rules, cited, spans) if isinstance(rules, BoardRules) else NOTHING
        record, seen = self._surveyed(session, odd, workflow, cut, ahead)
        return Tally(record, span, self.directory, spare), seen

    def _surveyed(
        self, session: Session, odd: Odd, workflow: str, cut: Cut, ahead: Foreseen = NOTHING
    ) -> tuple[Surveyed, dict[str, str]]:
        """The record of a workflow at a cut, of every one if empty, and the fingerprints of the laws in it."""
        old = {name for name in odd.left_out if workflow in ("", name.partition("@")[0])}
        laws = {n: self.lifecycle(session, n).definition for n in odd.laws}
        mine = {name: law for name, law in laws.items() if workflow in ("", law.workflow)}
        folded = [s for s in odd.folded if workflow in ("", s.definition.workflow)]
        lived = {event.definition for s in folded for event in s.task.events}
        seen = {name: self._print(session, name) for name in sorted(mine.keys() | lived | old)}
        record = Surveyed(
            session, _view(self.district, cut, mine, len(mine) == len(laws)), mine, self._laws, odd.aside,
            Ground(folded, cut.as_of, self.directory),
            lambda codes: self.situations(session, cut, codes), self.calendar, self.directory, ahead,
        )  # fmt: skip
        return record, seen

    def _print(self, session: Session, name: str) -> str:
        return library.fingerprint(library.registered(session, self.district, name) or "")

    def _basis(self, span: Period, cut: Cut, rules: str, definitions: dict[str, str]) -> Body:
        """What the result depends on and nothing else: days, law, organisation, calendar."""
        source = self.folder.rules.get(rules)
        return {
            "period": span.name, "label": span.label, "cut": as_plain(
                {"as_of": cut.as_of, "known": cut.known.isoformat() if cut.known else None}
                | ({"beside": cut.beside} if cut.beside else {})),
            "rules": {rules: library.fingerprint(source.text) if source else DRAFT}, "definitions": definitions,
            "directory": self._organised(), "calendar": self.calendar.fingerprint,
        }  # fmt: skip

    def _organised(self) -> str:
        """The fingerprint of all units; it is made once for as long as they are the same."""
        units = self.directory.units()
        if self._units is None or self._units[0] != units:
            self._units = units, library.fingerprint(canonical({"units": as_plain(units)}))
        return self._units[1]

    def _earlier(self, session: Session, rules: BoardRules, span: Period, cut: Cut) -> list[Mapping[str, str]]:
        """The lists of the periods before, oldest first; a period never published breaks every streak."""
        years = (span.start.year - 1, span.start.year)
        lists = {b.period: b.lists for year in years for b in self._published(session, rules.board, year, cut)}
        periods = [p for year in years for p in periods_of(year, rules.period) if p.end < span.start]
        return [{unit: on[0] for unit, on in lists.get(p.name, {}).items() if on} for p in periods]

    def _past(self, session: Session, name: str, span: Period, cut: Cut) -> list[Body]:
        """The newest publication of every earlier period of a board, as known at the cut, oldest first."""
        newest = {p.period: p for p in library.publications(session, self.district, name, known=cut.known)}
        found = [(self._period(period), p) for period, p in newest.items()]
        before = sorted(((one.start, p) for one, p in found if one.end < span.start), key=lambda pair: pair[0])
        return [json.loads(p.body) for _, p in before]

    def _published(self, session: Session, board: str, year: int, cut: Cut) -> list[Published]:
        """The newest publication of each period of a year, as known at the cut, oldest first."""
        newest = {
            p.period: p
            for p in library.publications(session, self.district, board, known=cut.known)
            if p.period[:4] == str(year) and self._period(p.period).end <= cut.as_of
        }
        return [_published(newest[period]) for period in sorted(newest)]


def _view(district: str, cut: Cut, laws: Mapping[str, Definition], all_: bool) -> View:
    return View(district, cut.as_of, None if all_ else tuple(laws), next(iter(laws)) if len(laws) == 1 else "")


def _moved(period: str, old: Body | None, standing: Standing) -> Body | None:
    """How a unit moved since the last board; ``None`` if it was not on it."""
    if old is None:
        return None
    lines = ((line.label, line.points) for line in standing.score.lines)
    found: Body = as_plain(movement(period, old, standing.rank, standing.score.total, lines))
    return found


def _body(publication: Publication) -> Body:
    body: Body = json.loads(publication.body)
    return body | {
        "number": publication.number, "fingerprint": publication.fingerprint,
        "published_by": publication.published_by, "published_at": publication.published_at.isoformat(),
        "seal": {"number": publication.seal, "hash": publication.seal_hash},
    }  # fmt: skip


def _published(publication: Publication) -> Published:
    body = json.loads(publication.body)
    rows: Sequence[Body] = body["standings"]
    return Published(
        publication.number, body["board"], body["period"],
        {row["unit"]: Decimal(row["score"]["total"]) for row in rows if row["rank"] is not None},
        {row["unit"]: tuple(row.get("lists", [row["list"]])) for row in rows}, date.fromisoformat(body["cut"]["as_of"]),
    )  # fmt: skip
