"""How many duties settled, for who owes them and who helps: asked once for all that the lines of a board count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from supervise.hall.cited import Cited
from supervise.records import CO
from supervise.rules.foreseen import Foreseen
from supervise.rules.measures import COUNTED
from supervise.store import counting
from supervise.store.asking import View
from supervise.store.counting import MISSED, Settling

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Kept = tuple[str, int, int, str | None, str]
"""One kind, the number of a stretch, whether they are letters, the part or none for a share, the outcome."""

Found = dict[str, int]
"""Unit → number."""


class Numbers:
    """Numbers of the duties that settled, without those of the tasks set aside.

    Args:
        session: the caller's.
        view: what is asked of.
        aside: codes of the tasks whose rows do not count.
        kinds: all kinds of duty under the laws that count.
        cited: knows the units that owe anything.
        foreseen: what will be asked for, to be counted with the first of it.
    """

    def __init__(
        self, session: Session, view: View, aside: Collection[str], kinds: Sequence[str],
        cited: Cited, foreseen: Foreseen,
    ) -> None:  # fmt: skip
        self.session, self.view, self.aside, self.kinds = session, view, aside, kinds
        self.cited, self.foreseen = cited, foreseen
        # Both are asked for in one go, with letters and without, unless it is known that all is asked for with them.
        self.apart = "" in foreseen.counts or not foreseen.counts
        self._seen: set[tuple[Settling, str | tuple[str, str]]] = set()
        self._kept: dict[tuple[Settling, str, int, str, int], dict[str, Found]] = defaultdict(dict)
        self.units: set[str] = set()
        """All for which there are any numbers so far."""

    def told(
        self,
        ask: Settling,
        kinds: Sequence[str],
        letters: bool,
        outcomes: Sequence[str] = COUNTED,
        shared: bool = False,
    ) -> Iterator[tuple[str, str, Found]]:
        """Part, outcome and numbers, of what is owed and, if it is wanted, of what was helped with.

        Args:
            ask: which duties, of whatever kinds.
            kinds: of them.
            letters: whether letters count.
            outcomes: of which the numbers are wanted.
            shared: whether shares count.
        """
        ask = ask._replace(kinds=(), letters=letters or self.apart, apart=self.apart)
        self._count(ask, {*kinds, *((kind, outcome) for kind in kinds for outcome in outcomes if shared)})
        for share in range(1 + shared):
            for kind in kinds:
                for outcome in outcomes:
                    for letter in range(1 + (letters and self.apart)):
                        for role, found in self._kept[ask, kind, letter, outcome, share].items():
                            yield role, outcome, found

    def _count(self, ask: Settling, wanted: Collection[str | tuple[str, str]]) -> None:
        """See that some kinds are counted, and with some outcomes what was helped with; with them what is foreseen."""
        if all((ask, one) in self._seen for one in wanted):
            return
        foreseen = self.foreseen if ask.born is None else Foreseen()
        more = self.kinds if "" in foreseen.counts else foreseen.counts
        shares = {(k, came) for kind, came in foreseen.shares for k in ((kind,) if kind else self.kinds)}
        new = {one for one in (*wanted, *more, *shares) if (ask, one) not in self._seen}
        shared = sorted(one for one in new if isinstance(one, tuple))
        every = ask._replace(kinds=tuple(sorted({one[0] if isinstance(one, tuple) else one for one in new})))
        stretches = [ask]
        if (ask.first, ask.last) in foreseen.spans:
            stretches = [ask._replace(first=first, last=last) for first, last in foreseen.spans]
            ends = tuple(last for _, last in foreseen.spans)
            every = every._replace(first=stretches[0].first, last=ends[-1], ends=ends)
        for (kind, stretch, letter, role, came), found in self._counted(every, shared).items():
            if role is None or kind in new:
                by = stretches[stretch], kind, letter, came, int(role is None)
                self._kept[by][role or CO] = found
                self.units |= found.keys()
        self._seen |= {(one, what) for one in stretches for what in new}

    def _counted(self, every: Settling, shared: Sequence[tuple[str, str]]) -> dict[Kept, Found]:
        """The same of all tasks less those set aside."""
        kept: dict[Kept, Found] = defaultdict(partial(defaultdict, int))
        for sign, codes in ((1, None), (-1, sorted(self.aside))):
            if sign > 0 or codes:
                asked = counting.settled(self.session, self.view, every, self.cited.owing, shared, codes)
                for unit, kind, stretch, letter, role, came, number in asked:
                    kept[kind, stretch, letter, role, came or MISSED][unit] += sign * number
        return {what: {unit: n for unit, n in found.items() if n} for what, found in kept.items()}
