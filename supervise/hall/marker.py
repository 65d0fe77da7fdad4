"""The marking side of the hall: facts from outside the lifecycles are entered, loaded from a file, listed, taken back.

What a mark may say is declared by the schemes and assessments of the folder; a kind that only a part of an assessment
asks for is a number, and one that no rule asks for is not taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from supervise.errors import Invalid, Problem, Refused, Unknown, did_you_mean
from supervise.hall.asked import key_called, unit_called
from supervise.hall.desk import Desk
from supervise.hall.written import unfit
from supervise.people import Actor, Directory
from supervise.records import Cut, Mark
from supervise.rules.facts import content, identified
from supervise.rules.marking import faults, may_enter
from supervise.rules.ruleset import AssessmentRules
from supervise.rules.scheme import MarkKind, Scheme
from supervise.store import marks as marks_store
from supervise.store.marks import Kept
from supervise.store.tables import CODE, NAME, STATUS

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from supervise.intake.marking import Row

Kinds = Mapping[str, Sequence[MarkKind]]
"""Kind → what every scheme says of it."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of a file of marks.

    Args:
        rows: marks in the file.
        new: entered now.
        voided: on record and taken back now, because the file says so, such as by a status ``revoked``.
        known: on record already, or taken back since: nothing was done about them.
    """

    rows: int
    new: tuple[Mark, ...]
    voided: tuple[Mark, ...]
    known: int


def declared(rules: Iterable[Scheme | AssessmentRules]) -> dict[str, list[MarkKind]]:
    """The kinds of marks that some rules declare."""
    found: dict[str, list[MarkKind]] = {}
    for one in rules:
        for kind, spec in one.marks.items():
            found.setdefault(kind, []).append(spec)
    return found


def taken(
    data: bytes, file: str, kinds: Kinds, directory: Directory, day: date, by: str = ""
) -> list[tuple[Mark, Row]]:
    """The marks of a file with the rows that say them, checked.

    Args:
        data: the file.
        file: its name; the ending tells its form.
        kinds: what may be marked.
        directory: units by any of their names.
        day: for rows without one.
        by: who enters them.

    Raises:
        Invalid: M01–M08 and U04 with every cell that is wrong.
    """
    from supervise.intake.marking import rows_of, table  # with it comes all that reads notices

    told = {kind: (specs[0].label, specs[0].value) for kind, specs in kinds.items()}
    found, problems = [], []
    for row in rows_of(table(data, file), file, told):
        when = row.day or day
        known = directory.unit(row.unit, when) or directory.unit(row.unit)
        if known is None:
            hint = did_you_mean(row.unit, [unit.name for unit in directory.units(when)])
            text = f"没有“{row.unit}”这个单位{hint}"
            problems.append(Problem("U04", text, file=file, line=row.line, path=row.columns["unit"]))
            continue
        mark = Mark(known.name, row.kind, when, row.value, by, row.note, row.matter, row.role, row.status)
        for code, field, text in dict.fromkeys(fault for spec in kinds[row.kind] for fault in faults(spec, mark)):
            where = row.columns.get(field) or row.columns.get("kind") or row.columns["unit"]
            problems.append(Problem(code, text, file=file, line=row.line, path=where))
        found.append((mark, row))
    if problems:
        raise Invalid(dict.fromkeys(problems))
    return found


class Marker(Desk):
    """Everything that puts marks on record."""

    def kinds(self, scheme: str = "") -> dict[str, list[MarkKind]]:
        """The kinds of marks there are, of one scheme if it is named.

        Raises:
            Unknown: F02, no such scheme.
        """
        if scheme:
            return declared([self.folder.rule(Scheme, scheme).value])
        years = self.folder.of_kind(AssessmentRules)
        found = declared([*self.folder.of_kind(Scheme), *years])
        for rules in years:
            for part in rules.parts:
                if part.from_.kind == "mark" and part.from_.name not in found:
                    found[part.from_.name] = [MarkKind(label=part.label, value="number")]
        return found

    def mark(
        self,
        session: Session,
        unit: str,
        kind: str,
        day: date,
        value: Decimal | int | str,
        by: Actor,
        note: str = "",
        *,
        matter: str = "",
        role: str = "",
        status: str = "",
    ) -> Mark:
        """Record a fact from outside the lifecycle, such as a leader's mark.

        Args:
            session: the caller's.
            unit: by any of its names.
            kind: its key or label.
            day: the day it counts on.
            value: 1 for what is only counted.
            by: who enters it.
            note: in words.
            matter: the item it is about.
            role: ``lead`` or ``co``.
            status: as the paper says.

        Raises:
            Unknown: U04, no such unit.
            Invalid: M01 when the value is no number, M02 when no rule asks for such a kind, M03, M04, M06 when the kind
                does not allow it.
            Refused: M05 when somebody else must enter it.
        """
        name = unit_called(self.directory, unit, day)
        try:
            number = Decimal(str(value))
        except ArithmeticError:
            number = Decimal("NaN")
        if not number.is_finite():
            raise Invalid(Problem("M01", f"“{value}”不是数字"))
        kinds = self.kinds()
        key = next((k for k, specs in kinds.items() if kind in (k, specs[0].label)), "")
        if not key:
            names = [*kinds, *(specs[0].label for specs in kinds.values())]
            text = f"没有一份办法用到“{kind}”这个登记项{did_you_mean(kind, names)}"
            had = f"登记项有:{'、'.join(f'{k}({specs[0].label})' for k, specs in kinds.items())};" if kinds else ""
            raise Invalid(Problem("M02", text, help=f"{had}新的请写进办法的 marks"))
        made = Mark(name, key, day, number, by.id, note, matter, role, status)
        specs = kinds[key]
        problems = [Problem(code, text) for spec in specs for code, _, text in faults(spec, made)]
        if problems:
            raise Invalid(dict.fromkeys(problems))
        self._may(specs, made, by)
        return self._entered(session, [made])[0]

    def load_marks(
        self,
        session: Session,
        data: bytes,
        file: str,
        by: Actor,
        day: date | None = None,
        scheme: str = "",
        keep: bool = True,
    ) -> Loaded:
        """Enter the marks of a file, all or none; those that are on record already, or were taken back, change nothing.

        Args:
            session: the caller's.
            data: the file: CSV, xlsx or JSON.
            file: its name.
            by: who enters them.
            day: for rows without one; today if not given.
            scheme: whose kinds they are; those of all rules if not given.
            keep: whether anything is entered, or only looked at.

        Raises:
            Invalid: with every cell that is wrong.
            Refused: M05 with every row that somebody else must enter.
        """
        kinds = self.kinds(scheme)
        if not kinds:
            raise Invalid(Problem("M02", "没有一份办法写了登记项(marks)", file=file, help="请先在 rules/ 里放评分办法"))
        found = taken(data, file, kinds, self.directory, day or self.today(), by.id)
        problems = [
            Problem("M05", f"“{kinds[mark.kind][0].label}”不由 {by.unit} 登记", file=file, line=row.line)
            for mark, row in found
            if not all(may_enter(spec, mark, by) for spec in kinds[mark.kind])
        ]
        if problems:
            raise Refused(dict.fromkeys(problems))
        new, voided = self._unknown(session, found, kinds)
        if keep:
            for kept, note in voided:
                self._void(session, kept, by, f"{file} {note}")
            new = self._entered(session, new)
        taken_back = tuple(kept.mark for kept, _ in voided)
        return Loaded(len(found), tuple(new), taken_back, len(found) - len(new) - len(voided))

    def _unknown(
        self, session: Session, found: Sequence[tuple[Mark, Row]], kinds: Kinds
    ) -> tuple[list[Mark], list[tuple[Kept, str]]]:
        """What of a file is not on record yet, and what of the record it takes back, with the row that says so."""
        ignored = {status for rules in self.folder.of_kind(Scheme) for status in rules.ignore}
        kept = self._kept(session, kinds=list(kinds))
        there, left = Counter(content(k.mark) for k in kept), {k.seq: k for k in kept}
        new, voided = [], []
        for mark, row in found:
            twin = (
                next((k for k in left.values() if _is_twin(k, mark, ignored)), None) if mark.status in ignored else None
            )
            if there[content(mark)] > 0:
                there[content(mark)] -= 1
            elif twin is not None:
                del left[twin.seq]
                voided += [(twin, f"第 {row.line} 行:{mark.status}")] if twin.voided is None else []
            else:
                new.append(mark)
        return new, voided

    def _may(self, specs: Sequence[MarkKind], mark: Mark, by: Actor) -> None:
        for spec in specs:
            if not may_enter(spec, mark, by):
                own = spec.exempts and by.unit == mark.unit
                text = f"“{spec.label}”不由 {by.unit or by.id} 登记" + (":单位不能给自己免责" if own else "")
                who = "、".join(one for one in spec.by if one != "self") or "别的单位"
                raise Refused(Problem("M05", text, help=f"应由 {'本单位以外的 ' if own else ''}{who} 登记"))

    def _entered(self, session: Session, new: Sequence[Mark]) -> list[Mark]:
        """Marks put on record, with their ids.

        Raises:
            Invalid: M12 when a text cannot go on record as it is.
        """
        for one in new:
            texts = (one.by, NAME), (one.matter, CODE), (one.status, STATUS), (one.note, None)
            if why := next(filter(None, (unfit(text or "", most) for text, most in texts)), ""):
                raise Invalid(Problem("M12", f"{one.unit} {one.day} 的登记:{why}"))
        marks_store.add(session, self.district, new, self.now())
        session.flush()
        kinds, days = sorted({mark.kind for mark in new}), [mark.day for mark in new]
        return (
            [kept.mark for kept in self._kept(session, None, kinds, (min(days), max(days)))[-len(new) :]] if new else []
        )

    def _kept(
        self,
        session: Session,
        cut: Cut | None = None,
        kinds: Sequence[str] | None = None,
        days: tuple[date, date] | None = None,
    ) -> list[Kept]:
        """Every mark as far as known, with ids; those that are alike are of one kind and day, so these may be told."""
        found = marks_store.every(session, self.district, cut.known if cut is not None else None, kinds, days)
        ids = identified(kept.mark for kept in found)
        return [replace(kept, mark=mark) for kept, mark in zip(found, ids, strict=True)]

    def marks(
        self, session: Session, unit: str = "", kind: str = "", matter: str = "", cut: Cut | None = None
    ) -> list[Kept]:
        """Marks in the order they were entered, voided ones with what voided them; of one unit, kind or matter.

        Raises:
            Unknown: U04, no such unit; M02, no such kind, in the rules or on record.
        """
        name, keys = unit_called(self.directory, unit) if unit else "", self._kinds_of(session, kind)
        return [
            kept
            for kept in self._kept(session, cut, keys)
            if name in ("", kept.mark.unit)
            and matter in ("", kept.mark.matter)
            and (cut is None or kept.mark.day <= cut.as_of)
        ]

    def _kinds_of(self, session: Session, kind: str) -> list[str] | None:
        """The keys of a kind by key or label, of rules that are gone as well; ``None`` if none is asked for."""
        if not kind:
            return None
        labels = {key: specs[0].label for key, specs in self.kinds().items()}
        if kind not in labels and kind not in labels.values():
            labels |= {key: key for key in {kept.mark.kind for kept in self._kept(session)} if key not in labels}
        return [key_called(kind, labels, "M02", "登记项")]

    def unmark(self, session: Session, ident: str, by: Actor, note: str, day: date | None = None) -> Kept:
        """Take a mark back, as an upheld appeal does: it stays on record and counts in no later board.

        Args:
            session: the caller's.
            ident: the id that lists and receipts show, or enough of its beginning.
            by: who takes it back; only who may enter it.
            note: why; must be said.
            day: the day of the decision, today if not given.

        Raises:
            Unknown: M09, no such mark.
            Refused: M10 when it was taken back already, M11 without a reason, M05 when somebody else must.
        """
        every = self._kept(session)
        found = [kept for kept in every if ident and kept.mark.id.startswith(ident)]
        if len(found) != 1:
            hint = did_you_mean(ident, [kept.mark.id for kept in every])
            text = f"“{ident}”开头的有 {len(found)} 条,请多写几位" if found else f"没有编号 {ident} 的登记{hint}"
            raise Unknown(Problem("M09", text, help="编号见 supervise marks"))
        kept = found[0]
        if kept.voided is not None:
            text = f"编号 {kept.mark.id} 已由 {kept.voided.by} 于 {kept.voided.day} 撤销:{kept.voided.note}"
            raise Refused(Problem("M10", text))
        if not note.strip():
            raise Refused(Problem("M11", "撤销要写明理由", help="请写 --note,如 --note 申诉成立"))
        self._may(self.kinds().get(kept.mark.kind, ()), kept.mark, by)
        self._void(session, kept, by, note.strip(), day)
        return next(k for k in self._kept(session) if k.seq == kept.seq)

    def _void(self, session: Session, kept: Kept, by: Actor, note: str, day: date | None = None) -> None:
        marks_store.void(session, self.district, kept.seq, by.id, day or self.today(), note, self.now())
        session.flush()


def _is_twin(kept: Kept, mark: Mark, ignored: set[str]) -> bool:
    """Whether a row of a file says that a mark on record does not count any more: the same but for such a status."""
    said = replace(mark, status=kept.mark.status)
    return kept.mark.status not in ignored and content(kept.mark) == content(said)
