"""Try before use: what a changed rule file would have done to what is on record, and the proof that it was looked at.

The mark of a report names the period, the day of the cut and the hash of every change, so that whoever approves the new
file is held to the same report: it is made again, and must come out the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from supervise.errors import Invalid, Problem, Refused
from supervise.hall.assessor import Assessor
from supervise.hall.judge import canonical
from supervise.hall.versions import Versions
from supervise.people import Actor
from supervise.records import Cut
from supervise.rules.assessment import Filed
from supervise.rules.moved import difference, document
from supervise.rules.ruleset import AssessmentRules, BoardRules
from supervise.rules.scheme import Scheme
from supervise.site import approvals
from supervise.site.approvals import Approval
from supervise.site.folder import Source
from supervise.store import library

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Body = dict[str, Any]
Judging = BoardRules | Scheme | AssessmentRules
SHORTEST = 8
"""Digits of a hash that must be given."""


class Trials(Assessor, Versions):
    """Rule files tried on the record before they are used."""

    def replay_rules(
        self,
        session: Session,
        old: Source[Any],
        new: Source[Any],
        period: str = "",
        cut: Cut | None = None,
        files: Mapping[str, Filed] | None = None,
    ) -> Body:
        """Every unit whose score, rank, list or grade would be another under the new file, and the lines that moved it.

        Args:
            session: the caller's; nothing is written.
            old: the rules in use, from a file or the register.
            new: what is proposed.
            period: which; the newest published under the old rules if not given.
            cut: that of that publication if not given, else the day the rules close the period.
            files: for an assessment, its scores out of files.

        Raises:
            Invalid: R38 when the two are not of one kind, or judge nothing; P01 when there is no period to try.
        """
        self._comparable(old, new)
        made = self._made_under(session, old.value)
        period = period or max(made, default="")
        if not period:
            text = f"按 {old.value.name} 还没有公布过,要写明试算哪一期"
            raise Invalid(Problem("P01", text, help="请写 --period,如 2025Q2"))
        cut = cut or (Cut(made[period]) if period in made else None)
        before, after = (self._results(session, source, period, cut, files) for source in (old, new))
        boards = [
            {"board": name, "title": after[name]["title"], "units": len(after[name]["standings"]),
             "changes": [document(m) for m in difference(before[name], after[name]) if m.before != m.after]}
            for name in after if name in before
        ]  # fmt: skip
        day = next(iter(after.values()))["cut"]["as_of"]
        report = {
            "old": old.value.name, "new": new.value.name, "period": period, "as_of": day,
            "rules": [library.fingerprint(source.text) for source in (old, new)], "boards": boards,
            "came": sorted(set(after) - set(before)), "went": sorted(set(before) - set(after)),
        }  # fmt: skip
        return {**report, "mark": f"{period}/{day}/{library.fingerprint(canonical(report))}"}

    def _comparable(self, old: Source[Any], new: Source[Any]) -> None:
        for source in (old, new):
            if not isinstance(source.value, Judging):
                text = f"{source.value.name} 不计分,没有可试算的"
                raise Invalid(Problem("R38", text, help="可试算红黑榜、评分办法、年度考核办法"))
        if type(old.value) is not type(new.value):
            text = f"{old.value.name} 和 {new.value.name} 不是同一种办法,比不了"
            raise Invalid(Problem("R38", text, help="请给同一份办法的新旧两版"))

    def _results(
        self, session: Session, source: Source[Any], period: str, cut: Cut | None, files: Mapping[str, Filed] | None
    ) -> dict[str, Body]:
        """What a rule file comes to, by board; of a scheme each of its boards under its own name."""
        rules = source.value
        if isinstance(rules, AssessmentRules):
            return {"": self.assess(session, rules.name, period, cut, source, files)}
        if isinstance(rules, BoardRules):
            return {"": self.board(session, rules.name, period, cut, source)}
        return {b: self.board(session, f"{rules.scheme}.{b}", period, cut, source) for b in rules.boards}

    def _made_under(self, session: Session, rules: Judging) -> dict[str, date]:
        """The periods published under some rules, each with the cut of its newest publication."""
        if isinstance(rules, Scheme):
            names: tuple[str, ...] = rules.board_names
        else:
            names = (rules.board if isinstance(rules, BoardRules) else rules.assessment,)
        bodies = [json.loads(p.body) for n in names for p in library.publications(session, self.district, n)]
        return {
            body["period"]: date.fromisoformat(body["cut"]["as_of"]) for body in bodies if rules.name in body["rules"]
        }

    def approve(
        self,
        session: Session,
        name: str,
        by: Actor,
        day: date | None = None,
        shown: str = "",
        old: str = "",
        report: str = "",
        files: Mapping[str, Filed] | None = None,
    ) -> Approval:
        """Put on record that a version may be used; one that judges differently only with the report of its trial.

        Args:
            session, name, by, day, shown, old: as for every approval.
            report: the mark of a report of ``replay_rules``, needed once something was published under the old rules.
            files: what the report was made with.

        Raises:
            Unknown, Refused: as for every approval; N09 without a report, N10 when it is not what comes out now.
        """
        source = self.source(session, name)
        before = self.source(session, old) if old else approvals.version_before(source, self._shelf.values())
        if before is not None and isinstance(before.value, Judging):
            made = self._made_under(session, before.value)
            if made and not report:
                text = f"已按 {before.value.name} 公布过 {'、'.join(sorted(made))},新办法要先试算"
                line = f"supervise replay-rules {before.value.name} {source.value.name}"
                raise Refused(Problem("N09", text, help=f"请看过 {line} 列出的变动,再加 --report 印记"))
        if report:
            self._seen(session, before, source, report, files)
        return super().approve(session, name, by, day, shown, old, report)

    def _seen(
        self, session: Session, before: Source[Any] | None, source: Source[Any], report: str,
        files: Mapping[str, Filed] | None,
    ) -> None:  # fmt: skip
        """Make the report again and hold it against its mark."""
        wrong = Problem("N10", f"“{report}”不是试算报告的印记", help="印记见 supervise replay-rules 的末尾")
        period, _, rest = report.partition("/")
        text, _, hash_ = rest.partition("/")
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise Refused(wrong) from None
        if before is None or len(hash_) < SHORTEST:
            raise Refused(wrong)
        if period not in self._made_under(session, before.value):
            told = f"{period} 没有按 {before.value.name} 公布过,这份试算不算数"
            raise Refused(Problem("N10", told, help="请试算公布过的一期"))
        made = self.replay_rules(session, before, source, period, Cut(day), files)["mark"]
        if not made.startswith(report):
            told = f"试算的结果与看过的那一份不同了(看过 {hash_[:8]}…,现在 {made.rpartition('/')[2][:8]}…)"
            raise Refused(Problem("N10", told, help="请重看一遍:supervise replay-rules"))
