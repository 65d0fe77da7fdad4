"""Every named thing of a scheme for every unit, worked out once, in exact fractions.

A thing may ask for others: of the same unit, of its items, of the whole group. What is not there (no figure was
reported) is no number: sums with it are not there either, and no comparison with it holds.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from supervise.errors import Invalid
from supervise.reading import Document, Path
from supervise.rules.arithmetic import (
    FUNCTIONS,
    Call,
    Comparison,
    Logic,
    Name,
    Negative,
    Node,
    Number,
    Operation,
    Word,
    number_of,
    options_of,
    source_of,
    walk,
)
from supervise.rules.bands import place_of
from supervise.rules.facts import Entry, Facts
from supervise.rules.functions import PLAIN, Quantity, among, compared, counted, number, parted, rounded, spread, truth
from supervise.rules.reckoning import PARTS, Reckoner
from supervise.rules.scheme import Formula, Scheme, SchemeLine, Value
from supervise.rules.spoken import labels, plain, spoken, told, with_numbers
from supervise.rules.windows import Window, window

BUILT_IN = ("as_of", "period_start", "period_end", "tasks", "group", "nothing")
"""Names that every scheme has."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Sheet:
    """A scheme at work on a record.

    Args:
        scheme: as checked.
        document: its file, for places.
        facts: the record.
        groups: unit → group, of every unit that is judged, in the order of the directory.
    """

    def __init__(self, scheme: Scheme, document: Document, facts: Facts, groups: Mapping[str, str]) -> None:
        self.scheme, self.document, self.facts, self.groups = scheme, document, facts, groups
        self.reckoner, self.labels = Reckoner(self), labels(scheme)
        self._known: dict[tuple[str, str, str | None], Quantity] = {}
        self._over: dict[tuple[int, str], tuple[list[Fraction], Quantity]] = {}
        self._pools: dict[str, list[str]] = {}
        self._asked: dict[tuple[int, str], list[tuple[Quantity, Quantity]]] = {}
        self._at: list[tuple[str, Path]] = []

    # ── what is wrong, and where ────────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def at(self, unit: str, path: Path) -> Iterator[None]:
        """Within the block, whatever goes wrong goes wrong there."""
        self._at.append((unit, path))
        try:
            yield
        finally:
            self._at.pop()

    def wrong(self, code: str, text: str) -> Invalid:
        """A problem with what is being worked out."""
        unit, path = self._at[-1] if self._at else ("", ())
        return Invalid(self.document.problem(code, path, f"{unit}:{text}" if unit else text))

    # ── values ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def value(self, unit: str, name: str, item: str | None = None) -> Quantity:
        """What a name stands for, for a unit or for one of its items."""
        items, first = self.scheme.items, parted(name)[0]
        own = first in self.scheme.marks or (items is not None and first in items.values)
        of_item = item if own else None
        key = (unit, name, of_item)
        if key not in self._known:
            self._known[key] = self._found(unit, name, of_item)
        return self._known[key]

    def _found(self, unit: str, name: str, item: str | None) -> Quantity:
        scheme, (first, part) = self.scheme, parted(name)
        if item is not None and scheme.items is not None and first in scheme.items.values:
            return self._worked(unit, scheme.items.values[first], ("items", "values", first), item)
        if first in self.reckoner.paths:
            return self._reckoned(unit, first, part)
        if first in scheme.values:
            return self._worked(unit, scheme.values[first], ("values", first), None)
        if first in scheme.bars:
            with self.at(unit, ("bars", first, "when")):
                return Fraction(truth(self.worth(scheme.bars[first].when.node, unit)))
        if first in scheme.marks:
            return self._marked(unit, first, part, item)
        if first == "tasks":
            return Fraction(self.facts.handled(unit))
        if first == "group":
            return self.groups[unit]
        period = self.facts.period
        days = {"as_of": self.facts.last, "period_start": period.start, "period_end": period.end}
        return days.get(first)  # ``nothing`` is none of them

    def _reckoned(self, unit: str, name: str, part: str) -> Quantity:
        made = self.reckoner.made(unit, self.reckoner.paths[name])
        if made.out:
            return None
        return Fraction(getattr(made, PARTS[part]))

    def _worked(self, unit: str, spec: Value, path: Path, item: str | None) -> Quantity:
        with self.at(unit, path):
            found = self.worth(spec.of.node, unit, item)
            if not spec.bands or found is None:
                return found
            return self.banded(spec, found, unit, item)

    def banded(self, spec: Value | SchemeLine, found: Quantity, unit: str, item: str | None = None) -> Quantity:
        """The result of the band in which a number lies."""
        exact = number(self, found)
        if spec.whole:
            exact = Fraction(self.rounded(exact, 0))
        place = place_of([band for _, band, _ in spec.bands], exact)
        result = spec.bands[place][2] if place is not None else spec.otherwise
        if result is None:
            raise self.wrong("J08", f"{self.shown(exact)} 不在任何一档里,请补上这一档或写 otherwise")
        return self.worth(result.node, unit, item)

    def _marked(self, unit: str, kind: str, part: str, item: str | None) -> Quantity:
        """What a kind of mark stands for by its bare name."""
        entries = self.facts.entries(unit, kind, Window())
        here = [e for e in entries if (item is None or e.matter == item) and (not part or e.role == part)]
        value = self.scheme.marks[kind].value
        if value == "count":
            return Fraction(len(here))
        if value == "flag":
            return Fraction(any(e.value for e in here))
        if not here:
            return None
        return here[-1].day if value == "day" else Fraction(here[-1].value)

    # ── formulas ────────────────────────────────────────────────────────────────────────────────────────────────────

    def worth(self, node: Node, unit: str, item: str | None = None) -> Quantity:
        """What a formula comes to."""
        if isinstance(node, Number):
            return node.value
        if isinstance(node, Word):
            return node.text
        if isinstance(node, Name):
            return self.value(unit, node.name, item)
        if isinstance(node, Negative):
            found = self.worth(node.of, unit, item)
            return None if found is None else -number(self, found)
        if isinstance(node, Operation):
            return self._operated(node, self.worth(node.left, unit, item), self.worth(node.right, unit, item))
        if isinstance(node, Comparison):
            left, fine = self.worth(node.first, unit, item), True
            for sign, part in node.rest:
                right = self.worth(part, unit, item)
                fine = fine and compared(self, sign, left, right)
                left = right
            return Fraction(fine)
        if isinstance(node, Logic):
            return self._reasoned(node, unit, item)
        return self._called(node, unit, item)

    def _operated(self, node: Operation, left: Quantity, right: Quantity) -> Quantity:
        if left is None or right is None:
            return None
        if node.sign == "-" and isinstance(left, date) and isinstance(right, date):
            return Fraction((left - right).days)
        a, b = number(self, left), number(self, right)
        if node.sign == "/":
            if not b:
                raise self.wrong("J07", "除数是 0;请写 none_when(没有时怎么算),或用 if(…)")
            return a / b
        return a + b if node.sign == "+" else a - b if node.sign == "-" else a * b

    def _reasoned(self, node: Logic, unit: str, item: str | None) -> Quantity:
        parts = (truth(self.worth(part, unit, item)) for part in node.parts)
        if node.sign == "not":
            return Fraction(not next(parts))
        return Fraction(any(parts) if node.sign == "or" else all(parts))

    def _called(self, call: Call, unit: str, item: str | None) -> Quantity:
        name, arguments = call.name, call.arguments
        if name == "if":
            chosen = arguments[1] if truth(self.worth(arguments[0], unit, item)) else arguments[2]
            return self.worth(chosen, unit, item)
        if name in PLAIN or (name in ("min", "max") and len(arguments) > 1):
            found = [self.worth(argument, unit, item) for argument in arguments]
            if name in PLAIN:
                return PLAIN[name](self, found)
            return None if None in found else among(self, name, found)  # a cap is no substitute for what is missing
        if name in ("before", "times", "in_a_row"):
            return self._past(name, source_of(call), unit, item)
        if name == "items" or name.startswith("items_"):
            return self._of_items(call, unit)
        if name in ("rate", "owed"):
            owed, good, _ = self.facts.owed(unit, [source_of(Call(name, (a,))) for a in arguments], Window())
            return Fraction(owed) if name == "owed" else Fraction(good, owed) if owed else None
        if FUNCTIONS[name].kind == "group":
            return self._grouped(call, unit)
        return counted(self, call, unit, item)

    def entries(self, call: Call, unit: str, item: str | None) -> Sequence[Entry]:
        """What a function of the record is about."""
        options = options_of(call)
        roles = [word for word in options if word in ("lead", "co")]
        days = next((window(word) for word in options if word not in ("lead", "co")), Window())
        found = self.facts.entries(unit, source_of(call), days)
        return [e for e in found if (item is None or e.matter == item) and (not roles or e.role in roles)]

    def _of_items(self, call: Call, unit: str) -> Quantity:
        """Over the items of a unit: a number of them, or what their values come to."""
        items, arguments = self.scheme.items, call.arguments
        if call.name == "items":
            every = self.facts.matters(unit, items.of if items is not None else ())
            return Fraction(sum(truth(self.worth(arguments[0], unit, i)) for i in every) if arguments else len(every))
        pairs = [(number(self, n), w) for n, w in self._in_question(call, unit) if n is not None and w is not None]
        if call.name == "items_mean":
            weights = sum((number(self, w) for _, w in pairs), Fraction(0))
            weighed = sum((n * number(self, w) for n, w in pairs), Fraction(0))
            return weighed / weights if weights else None
        if call.name == "items_top":
            return sum(sorted((n for n, _ in pairs), reverse=True)[: int(number_of(call) or 0)], Fraction(0))
        return among(self, call.name.removeprefix("items_"), [n for n, _ in pairs])

    def _in_question(self, call: Call, unit: str) -> list[tuple[Quantity, Quantity]]:
        """The figure of each item that a function is about, ``None`` where there is none, and its weight."""
        key = (id(call), unit)
        if key not in self._asked:
            items, (one, *rest) = self.scheme.items, call.arguments
            second = rest[0] if rest and call.name != "items_top" else None
            every = self.facts.matters(unit, items.of if items is not None else ())
            pairs = [self._pair(one, second, unit, item) for item in every]
            self._asked[key] = [(n, w) for n, w in pairs if call.name == "items_mean" or truth(w)]
        return self._asked[key]

    def _pair(self, one: Node, second: Node | None, unit: str, item: str) -> tuple[Quantity, Quantity]:
        found = self.worth(one, unit, item)
        if second is None:
            return found, Fraction(1)
        try:
            return found, self.worth(second, unit, item)
        except Invalid:
            if found is not None:
                raise
            return None, Fraction(1)  # what has no figure need not have a weight that can be worked out

    def _without(self, part: Node, unit: str) -> tuple[int, int]:
        """Of how many items a part of a formula asks for figures, and how many have none; of the call with most."""
        found, seen = [(0, 0)], set[str]()

        def look(of: Node) -> None:
            for node in walk(of):
                if isinstance(node, Call) and node.name.startswith("items_"):
                    pairs = self._in_question(node, unit)
                    found.append((sum(None in pair for pair in pairs), len(pairs)))
                elif isinstance(node, Name) and node.name in self.scheme.values and node.name not in seen:
                    seen.add(node.name)
                    look(self.scheme.values[node.name].of.node)

        look(part)
        lacking, every = max(found)
        return every, lacking

    def _grouped(self, call: Call, unit: str) -> Quantity:
        """Over the units of the group, or over all."""
        options = options_of(call, 0 if call.name == "size" else 1)
        pool = "" if "all" in options else self.groups[unit]
        if call.name == "size":
            return Fraction(len(self._peers(pool)))
        key = (id(call), pool)
        if key not in self._over:
            found = [self.worth(call.arguments[0], peer) for peer in self._peers(pool)]
            there = sorted(number(self, value) for value in found if value is not None)
            self._over[key] = there, self._together(call, there)
        there, result = self._over[key]
        if call.name != "rank":
            return result
        own = self.worth(call.arguments[0], unit)
        if own is None:
            return None
        mine = number(self, own)
        better = bisect_left(there, mine) if "low" in options else len(there) - bisect_right(there, mine)
        return Fraction(1 + better)

    def _together(self, call: Call, there: Sequence[Fraction]) -> Quantity:
        """What the numbers of a group come to; a rank is each unit's own."""
        if call.name == "deviation":
            places = number_of(call)
            return spread(self, there, self.scheme.places if places is None else int(places))
        return None if call.name == "rank" else among(self, call.name, there)

    def _peers(self, pool: str) -> list[str]:
        if pool not in self._pools:
            self._pools[pool] = [unit for unit, group in self.groups.items() if pool in ("", group)]
        return self._pools[pool]

    def _past(self, name: str, source: str, unit: str, item: str | None) -> Quantity:
        """Out of earlier boards: a value of the period before, or how often a unit was on a list."""
        if name == "before":
            row: Mapping[str, Any] = next((e.rows[unit] for e in self.facts.just_before if unit in e.rows), {})
            items = {one["matter"]: one["values"] for one in row.get("items", ())}
            own = item is not None and self.scheme.items is not None and source in self.scheme.items.values
            return _stored((items.get(item, {}) if own else row.get("values", {})).get(source))
        board, _, listed = source.rpartition(".")
        board = board or next(iter(self.scheme.boards))
        on = [
            listed in earlier.rows.get(unit, {}).get("lists", ())  # type: ignore[operator]
            for earlier in self.facts.earlier
            if earlier.board == board and (name == "in_a_row" or earlier.start.year == self.facts.period.start.year)
        ]
        if name == "times":
            return Fraction(sum(on))
        return Fraction(next((n for n, hit in enumerate(reversed(on)) if not hit), len(on)))

    # ── what reckoning asks for, and how things are shown ───────────────────────────────────────────────────────────

    def rounded(self, exact: Fraction, places: int) -> Decimal:
        """A number at so many places, as the scheme rounds."""
        return rounded(exact, places, self.scheme.rounding)

    def shown(self, found: Quantity) -> str:
        """A value as a person reads it; a number that has no end is cut to six places."""
        if found is None:
            return "无"
        if isinstance(found, Fraction):
            return plain(found)
        return found.isoformat() if isinstance(found, date) else found

    def told(self, formula: Formula, unit: str) -> str:
        """A formula as a unit reads it, with what its names and functions come to."""
        parts = ((spoken(part, self.labels), self._shown(part, unit)) for part in told(formula.node))
        return with_numbers(spoken(formula.node, self.labels), parts)

    def _shown(self, part: Node, unit: str) -> str:
        """What a part comes to; in a branch that was not taken it may come to nothing at all.

        Items without a figure are left out of what items come to, so it is told how many there are.
        """
        try:
            text = self.shown(self.worth(part, unit))
            every, lacking = self._without(part, unit)
        except Invalid:
            return "算不出"
        return f"{text};{every} 个事项中 {lacking} 个没有数,未计" if lacking else text


def _stored(text: str | None) -> Quantity:
    """A value of an earlier board as it was written down: a number, a day, a word."""
    if text is None:
        return None
    try:
        return Fraction(Decimal(text))
    except InvalidOperation:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else text
