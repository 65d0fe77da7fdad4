"""How many duties settled, for who owes them and who helps: asked once for all that the lines of a board count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from supervise.hall.cited import Cited
from supervise.rules.foreseen import Foreseen
from supervise.rules.measures import COUNTED
from supervise.store import counting
from supervise.store.asking import View
from supervise.store.counting import Settling

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Kept = tuple[Settling, str, str, int, int]
"""Which duties, of one kind, with one outcome, whether they are letters, whether they were helped with."""

Found = dict[tuple[str, str], int]
"""Unit and part → number."""


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
        self._seen: set[tuple[Settling, str | tuple[str, str]]] = set()
        self._kept: dict[Kept, Found] = {}

    def told(
        self,
        ask: Settling,
        kinds: Sequence[str],
        letters: bool,
        outcomes: Sequence[str] = COUNTED,
        shared: bool = False,
    ) -> Iterator[tuple[str, Found]]:
        """Outcome and numbers, of what is owed and, if it is wanted, of what was helped with.

        Args:
            ask: which duties, of whatever kinds.
            kinds: of them.
            letters: whether letters count.
            outcomes: of which the numbers are wanted.
            shared: whether shares count.
        """
        ask = ask._replace(kinds=(), letters=True)
        self._count(ask, {*kinds, *((kind, outcome) for kind in kinds for outcome in outcomes if shared)})
        for share in range(1 + shared):
            for kind in kinds:
                for outcome in outcomes:
                    for letter in range(1 + letters):
                        yield outcome, self._kept.get((ask, kind, outcome, letter, share), {})

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
        for (stretch, kind, outcome, letter, share), found in self._counted(every, shared).items():
            if share or kind in new:
                numbers = {by: number for by, number in found.items() if number}
                self._kept[stretches[stretch], kind, outcome, letter, share] = numbers
        self._seen |= {(one, what) for one in stretches for what in new}

    def _counted(
        self, every: Settling, shared: Sequence[tuple[str, str]]
    ) -> Mapping[tuple[int, str, str, int, int], Found]:
        """The same by the number of the stretch; of all tasks less those set aside."""
        kept: dict[tuple[int, str, str, int, int], Found] = defaultdict(dict)
        for sign, codes in ((1, None), (-1, sorted(self.aside))):
            if sign > 0 or codes:
                rows = counting.settled(self.session, self.view, every, self.cited.owing, shared, codes)
                for unit, kind, stretch, letter, role, outcome, share, number in rows:
                    found, by = kept[stretch, kind, outcome, letter, share], (unit, role)
                    found[by] = found.get(by, 0) + sign * number
        return kept
