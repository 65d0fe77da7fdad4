"""The plotting side of the hall: ladders, calendars of duties, boards, receipts and lights as charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from supervise.charts import ladders, lights, scores, years
from supervise.charts.engine import Chart
from supervise.dates import parse_period
from supervise.errors import Invalid, Problem
from supervise.hall.asked import key_called
from supervise.hall.desk import Desk
from supervise.records import Cut
from supervise.rules.ruleset import AssessmentRules, BoardRules, Ladder

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Body = dict[str, Any]


class Plotter(Desk):
    """Charts; each is plain data until ``charts.engine`` draws it."""

    def ladder_chart(self, name: str) -> Chart:
        """The rungs of a ladder over time: when each goes out, how long it runs, who hears.

        Raises:
            Unknown: F02, no such ladder.
        """
        rules = self.folder.rule(Ladder, name).value
        return ladders.ladder(rules, self.folder.definition(rules.for_).value)

    def year_chart(self, name: str, year: str, category: str = "") -> Chart:
        """What a task of a lifecycle owes in a year, as strips.

        Args:
            name: ``key-work`` or ``key-work@1``.
            year: such as ``2025``.
            category: of the task, by name or by what it is called.

        Raises:
            Unknown: F02, no such lifecycle; D13, no such category.
            Invalid: P01, no year.
        """
        definition = self.folder.definition(name).value
        category = key_called(category, definition.categories, "D13", "类别") if category else ""
        return years.year(definition, self.calendar, _year(year), category)

    def ranking_chart(self, body: Body) -> Chart:
        """A board or an assessment as ranked bars before the bands of its rules.

        Args:
            body: as ``board`` or ``assess`` gives it, or as it was published.
        """
        kind: type[BoardRules] | type[AssessmentRules] = BoardRules if body["kind"] == "board" else AssessmentRules
        known = [self.folder.rules[name].value for name in body["rules"] if name in self.folder.rules]
        bands = next((scores.bands(rules) for rules in known if isinstance(rules, kind)), ())
        return scores.ranking(body, bands)

    def receipt_chart(self, body: Body) -> Chart:
        """One unit's score as a waterfall.

        Args:
            body: as ``why`` gives it.
        """
        return scores.receipt(body)

    def lights_chart(self, session: Session, year: str, cut: Cut | None = None) -> Chart:
        """Red, yellow and green of every unit over the months of a year, as far as the cut sees.

        Raises:
            Invalid: P01, no year.
        """
        cut, of = cut or Cut(self.today()), _year(year)
        owed = [duty for situation in self.situations(session, cut) for duty in situation.duties]
        found = lights.lit(owed, self.calendar, of, cut.as_of)
        return lights.lights(found, f"各单位红黄绿灯 · {of} 年", f"截至 {cut.as_of}")


def _year(text: str) -> int:
    try:
        period = parse_period(text)
    except ValueError as error:
        raise Invalid(Problem("P01", str(error))) from None
    if period.kind != "year":
        raise Invalid(Problem("P01", f"“{text}”不是年份,应写作 2025"))
    return period.start.year
