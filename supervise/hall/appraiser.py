"""The appraising side of the hall: boards by schemes, from the record at a cut or from files alone.

A board is one plain document, as every other, so that it is published, explained and computed again in the same way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from supervise.collecting import undisturbed
from supervise.dates import ONE_DAY, PERIOD_WORDS, Calendar, Period, parse_period, period_at
from supervise.errors import Invalid, Problem, Unknown, did_you_mean
from supervise.hall.judge import Judge, canonical, drafted
from supervise.hall.marker import declared, taken
from supervise.hall.receipts import any_of, as_plain, receipted, said_of
from supervise.people import Directory, Unit, UnitList, UnitsFile, unit_list
from supervise.reading import Document, parse, validate
from supervise.records import Cut, Mark
from supervise.rules.anatomy import compares, phrases
from supervise.rules.board import rank
from supervise.rules.facts import Earlier, Facts, Tallies, content, identified
from supervise.rules.placing import Placed, SchemeStanding, place
from supervise.rules.reach import reach
from supervise.rules.ruleset import BoardRules
from supervise.rules.scheme import Scheme
from supervise.rules.scoring import Tally
from supervise.rules.sheet import Sheet
from supervise.rules.spoken import label_of, labels
from supervise.site.folder import Source
from supervise.store import library, retired

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Body = dict[str, Any]


def earlier_of(scheme: Scheme, bodies: Iterable[Mapping[str, Any]]) -> list[Earlier]:
    """What a scheme needs of earlier boards of its own, oldest first."""
    names = {scheme.called(board): board for board in scheme.boards}
    found = [
        Earlier(
            names[body["board"]], body["period"], parse_period(body["period"]).start,
            {row["unit"]: row for row in body["standings"]},
        )
        for body in bodies
        if body.get("board") in names
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.start)


def appraised(
    source: Source[Scheme], facts: Facts, directory: Directory, boards: Sequence[str] = ()
) -> list[tuple[str, Body]]:
    """Boards of a scheme as plain documents, without what they rest on.

    Args:
        source: the scheme and its file.
        facts: the record of the period.
        directory: units and groups as of the cut.
        boards: which, all if none is named.
    """
    scheme = source.value
    groups = {unit.name: unit.group for unit in directory.units(facts.last) if unit.group in scheme.groups}
    sheet = Sheet(scheme, source.document, facts, groups)
    return [(board, _body(scheme, place(sheet, board))) for board in boards or scheme.boards]


def _body(scheme: Scheme, made: Placed) -> Body:
    known, spec = labels(scheme), scheme.boards[made.name]
    return {
        "kind": "board", "board": scheme.called(made.name), "title": made.label, "groups": dict(made.groups),
        "lists": dict(made.lists), "standings": [_standing(row) for row in made.standings],
        "proposals": as_plain(list(made.proposals)), "show": {name: label_of(known, name) for name in spec.show},
        "lights": {name: known[name] for name in spec.lights},
        "items": {name: known[name] for name in scheme.items.values} if scheme.items is not None else {},
    }  # fmt: skip


def _standing(row: SchemeStanding) -> Body:
    plain: Body = as_plain(row)
    return plain


def fingerprint_of(marks: Iterable[Mark]) -> str:
    """What marks say, whoever entered them and in whatever order."""
    return library.fingerprint(canonical({"marks": sorted(content(mark) for mark in marks)}))


class Appraiser(Judge):
    """Boards by schemes."""

    @undisturbed()
    def board(
        self,
        session: Session,
        name: str,
        period: str,
        cut: Cut | None = None,
        rules: BoardRules | Source[Any] | None = None,
        *,
        cited: Collection[str] | None = None,
        tasks: bool = True,
    ) -> Body:
        """The board of a period at a cut; of a scheme too, ``two-boards.push`` where it has several.

        Args:
            session: the caller's.
            name: of the board's rules or of the scheme, with or without version.
            period: such as ``2021Q2``; must be of the kind the rules are for.
            cut: defaults to the day the rules close the period, or today if that is earlier, as known by now.
            rules: a draft to try instead; what comes of a file says so and cannot be published.
            cited: units whose lines say what they rest on; all if ``None``. With none of them (``()``) scores, ranks
                and lists come from numbers alone, and far sooner; such a board is for looking at, not for publishing.
            tasks: whether each row says how many tasks the unit has, which takes a walk over all parts on record;
                a scheme always does.

        Raises:
            Unknown: no such board.
            Invalid: P01 when the period is of another kind; J06–J10 when a value cannot be worked out.
        """
        if isinstance(rules, Source):
            body = (
                self._scheme_board(session, rules, name, period, cut, cited)
                if isinstance(rules.value, Scheme)
                else super().board(session, name, period, cut, rules.value, cited=cited, tasks=tasks)
            )
            return {**body, "rules": drafted(rules)}
        source = self._scheme(name, period) if rules is None else None
        if source is None:
            return super().board(session, name, period, cut, rules, cited=cited, tasks=tasks)
        return self._scheme_board(session, source, name, period, cut, cited)

    def boards(
        self,
        session: Session,
        name: str,
        periods: Sequence[str],
        cut: Cut,
        rules: BoardRules | None = None,
        *,
        cited: Collection[str] | None = None,
        tasks: bool = True,
    ) -> Iterator[Body]:
        """The boards of several periods at one cut, each as ``board`` gives it; what they share is asked once.

        That is what settled in each of them, where no receipts are wanted, they follow on each other, are judged by
        the same rules and nothing lies in archives; else each is asked by itself.

        Args:
            session: the caller's.
            name: of the board's rules or of the scheme, with or without version.
            periods: in their order, such as the twelve months of a year.
            cut: at which they all are told.
            rules: a draft to try instead.
            cited: units whose lines say what they rest on, see ``board``.
            tasks: whether each row says how many tasks the unit has, see ``board``.

        Raises:
            Unknown, Invalid: as ``board``.
        """
        spans = [self._period(period) for period in periods]
        law = self._law_of_all(name, spans, rules)
        if law is None or any_of(cited) or retired.pointers(session, self.district, cut=cut):
            for period in periods:
                yield self.board(session, name, period, cut, rules, cited=cited, tasks=tasks)
            return
        cut = self._cut(cut, spans[0], law.closes)
        odd = self._odd(session, cut, reach(spans[0], self.calendar, law))
        first, seen = self._tally(session, odd, law, spans[0], cut, False, spans)
        criteria = self._criteria(law.for_, seen)
        for span in spans:
            with undisturbed():
                tally = Tally(first.ground, span, self.directory, law.score.spare)
                made = rank(law, tally, self.directory, criteria, False, tasks)
                body = self._body(session, law, span, cut, made, seen, cited)
            yield body

    def _law_of_all(self, name: str, spans: Sequence[Period], rules: BoardRules | None) -> BoardRules | None:
        """The rules of a board that hold in all of some periods which follow on each other, if they do."""
        follow = all(one.end + ONE_DAY == other.start for one, other in pairwise(spans))
        if not follow or len(spans) < 2 or (rules is None and self._scheme(name, spans[0].name) is not None):
            return None
        laws = [rules or self._board_rules(name, span) for span in spans]
        same = all(law is laws[0] and law.period == span.kind for law, span in zip(laws, spans, strict=True))
        return laws[0] if same else None

    def _scheme_board(
        self, session: Session, source: Source[Scheme], name: str, period: str, cut: Cut | None,
        cited: Collection[str] | None,
    ) -> Body:  # fmt: skip
        scheme, span = source.value, self._period(period)
        _fits(scheme, span)
        board = chosen(scheme, name)
        cut = self._cut(cut, span, scheme.closes)
        known = self._kept(session, cut, list(scheme.marks))
        marks = [kept.mark for kept in known if kept.voided is None and _is_seen(scheme, kept.mark, cut.as_of)]
        tallies, seen = self._tallies(session, scheme, span, cut)
        asked = scheme.board_names if compares(scheme) else (scheme.called(board),)
        past = [body for called in asked for body in self._past(session, called, span, cut)]
        earlier = earlier_of(scheme, past)
        facts = Facts(scheme, marks, span, cut.as_of, self.directory, self.calendar, tallies, earlier)
        [(_, body)] = appraised(source, facts, self.directory, (board,))
        receipted(body["standings"], cited)
        return {**self._basis(span, cut, scheme.name, seen), "marks": fingerprint_of(marks), **body, **said_of(cited)}

    def _scheme(self, name: str, period: str) -> Source[Scheme] | None:
        """The scheme that a name means, if it means one."""
        bare = name.partition(".")[0] if name.partition("@")[0].count(".") else name
        there = {s.value.name for s in self.folder.rules.values() if isinstance(s.value, Scheme)}
        if bare not in there | {known.partition("@")[0] for known in there}:
            return None
        return self.folder.rule(Scheme, bare, self._period(period).start)

    def _tallies(
        self, session: Session, scheme: Scheme, span: Period, cut: Cut
    ) -> tuple[Tallies | None, dict[str, str]]:
        """Facts of tasks in any stretch of days, and the laws they stand under; nothing where only marks count."""
        if not scheme.for_:
            return None, {}
        odd = self._odd(session, cut, reach(span, self.calendar, scheme))
        first, seen = self._tally(session, odd, scheme, span, cut)
        return lambda days, spare: Tally(first.ground, days, self.directory, spare), seen


def _is_seen(scheme: Scheme, mark: Mark, as_of: date) -> bool:
    """Whether a mark lies before the cut; a planned day may lie behind it."""
    kind = scheme.marks[mark.kind]
    return mark.day <= as_of or (kind.value == "day" and kind.standing)


def chosen(scheme: Scheme, name: str) -> str:
    """The board that a name means.

    Raises:
        Unknown: F02 when the scheme has none of that name, or several.
    """
    _, dot, board = name.partition("@")[0].partition(".")
    if board in scheme.boards:
        return board
    names = [scheme.called(one) for one in scheme.boards]
    if dot or len(names) > 1:
        wanted = f"没有“{name}”这一榜" if dot else f"{scheme.title}有几榜"
        raise Unknown(Problem("F02", f"{wanted}{did_you_mean(name, names)}"))
    return next(iter(scheme.boards))


def _fits(scheme: Scheme, span: Period) -> None:
    if span.kind != scheme.period:
        raise Invalid(Problem("P01", f"{scheme.title}按{PERIOD_WORDS[scheme.period]}出榜,不能出 {span.name}"))


# ── from files alone ────────────────────────────────────────────────────────────────────────────────────────────────


def directory_of(data: bytes, file: str, groups: Mapping[str, str]) -> UnitList:
    """Units from a table, or from a file such as ``units.yaml``.

    Raises:
        Invalid: with everything that is wrong.
    """
    from supervise.intake.marking import table, units  # with it comes all that reads notices

    if file.lower().endswith((".yaml", ".yml")):
        document: Document = parse(data.decode("utf-8-sig", "replace"), file)
        return unit_list(validate(document, UnitsFile), document)
    found = [Unit(**row) for row in units(table(data, file), file, groups)]
    twice = [unit.name for n, unit in enumerate(found) if unit.name in {other.name for other in found[:n]}]
    if twice:
        raise Invalid(Problem("U01", f"“{twice[0]}”写了两次", file=file, help="请删去一行"))
    return UnitList(tuple(found), {}, dict(groups))


def trial(
    source: Source[Scheme],
    period: str,
    directory: UnitList,
    files: Sequence[tuple[bytes, str]],
    calendar: Calendar,
    as_of: date | None = None,
    earlier: Sequence[tuple[Mapping[str, Any], str]] = (),
) -> Body:
    """Every board of a scheme from files alone, for trial and teaching; nothing is stored.

    Args:
        source: the scheme and its file, checked.
        period: such as ``2022Q1``.
        directory: units and groups.
        files: tables of marks, each with its name.
        calendar: working days, for formulas.
        as_of: the last day seen; the last of the period if not given.
        earlier: boards of earlier periods, as this gives them, each with the name of its file.

    Raises:
        Invalid: P01 no such period, J05 when tasks are counted, and everything wrong with the tables; F03 when what is
            given as earlier is none of its own, or not before the period, or given twice.
    """
    scheme = source.value
    try:
        span = parse_period(period)
    except ValueError as error:
        raise Invalid(Problem("P01", str(error))) from None
    _fits(scheme, span)
    for path, phrase in phrases(scheme):
        text = f"“{phrase}”要数任务的应办,只有文件数不了"
        raise Invalid(source.document.problem("J05", path, text, "请去掉 --marks、--units,在数据库上出榜", phrase))
    last = as_of or span.end
    kinds = declared([scheme])
    read = [mark for data, file in files for mark, _ in taken(data, file, kinds, directory, min(last, span.end))]
    marks = identified(mark for mark in read if _is_seen(scheme, mark, last))
    past = _own(scheme, span, earlier)
    facts = Facts(scheme, marks, span, last, directory, calendar, None, past)
    missing = period_at(span.start - ONE_DAY, span.kind).name if compares(scheme) and not facts.just_before else None
    basis = {
        "period": span.name, "label": span.label, "cut": {"as_of": last.isoformat(), "known": None},
        "rules": {scheme.name: library.fingerprint(source.text)}, "definitions": {},
        "directory": library.fingerprint(canonical({"units": as_plain(directory.units())})),
        "calendar": calendar.fingerprint, "marks": fingerprint_of(marks),
        "earlier": {"given": list(dict.fromkeys(one.period for one in past)), "missing": missing},
        "unseen": len(read) - len(marks),
    }  # fmt: skip
    return {"boards": [{**basis, **body} for _, body in appraised(source, facts, directory)]}


def _own(scheme: Scheme, span: Period, earlier: Sequence[tuple[Mapping[str, Any], str]]) -> list[Earlier]:
    """The earlier boards that were given for a trial, oldest first.

    Raises:
        Invalid: F03 with the file that is no board of this scheme, or not before the period, or there twice.
    """
    given: dict[tuple[str, str], Mapping[str, Any]] = {}
    for one, file in earlier:
        for body in one.get("boards", [one]):
            board, period = key = body["board"], body["period"]
            wrong = ""
            if board not in scheme.board_names:
                wrong = f"是 {board} 的榜,不是 {'、'.join(scheme.board_names)} 的"
            elif parse_period(period).start >= span.start:
                wrong = f"{period} 不在 {span.name} 以前"
            elif key in given:
                wrong = f"已经给了 {period} 的 {board}"
            if wrong:
                help_ = "--earlier 只给这份办法以前各期的 --json 输出,每期一份"
                raise Invalid(Problem("F03", wrong, file=file, help=help_))
            given[key] = body
    return earlier_of(scheme, given.values())
