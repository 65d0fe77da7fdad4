"""The nouns of a unit clause: its fields, and the clause as a whole."""

from __future__ import annotations

from typing import NamedTuple

made = tuple.__new__  # what is made by the hundred: made(Field, (…)) takes a third of the time of Field(…)


class Field(NamedTuple):
    """One labelled part of a clause.

    Args:
        role: ``lead``, ``co``, ``unit`` (responsible, not yet said how), ``leader``, ``due`` or ``other``.
        label: the label as printed; empty if it is missing in print.
        start: offset of its value in the text.
        end: offset behind its value.
    """

    role: str
    label: str
    start: int
    end: int

    def moved(self, by: int) -> Field:
        """The field with its offsets counted from another place."""
        return Field(self.role, self.label, self.start + by, self.end + by)


class Clause(NamedTuple):
    """The words of a task that name its parties.

    Args:
        start: offset of its first character, the bracket included.
        end: offset behind its last character.
        fields: its labelled parts.
        closed: whether every bracket it opens is closed.
    """

    start: int
    end: int
    fields: tuple[Field, ...]
    closed: bool = True

    def moved(self, by: int) -> Clause:
        """The clause with its offsets counted from another place."""
        fields = tuple([made(Field, (role, label, start + by, end + by)) for role, label, start, end in self.fields])
        return made(Clause, (self.start + by, self.end + by, fields, self.closed))

    def longer(self, end: int) -> Clause:
        """The clause with its last field drawn out to an offset."""
        *fields, last = self.fields
        return Clause(self.start, end, (*fields, last._replace(end=end)), self.closed)


def filled(own: Clause | None, above: Clause | None, roles: tuple[str, ...]) -> tuple[Clause | None, bool]:
    """The parties of a row whose cells are empty because one cell reaches over several rows; whether any was empty.

    Units are taken from the row above only where the row names none at all, a leader where it names none.

    Args:
        own: what the row prints.
        above: the parties of the row above.
        roles: what the columns hold.
    """
    printed = {f.role for f in own.fields} if own else set()
    empty = {role for role in ("leader",) if role in roles and role not in printed}
    if not printed & {"lead", "unit"}:
        empty |= {"lead", "unit"} | ({"co"} - printed)
    taken = tuple(f for f in above.fields if f.role in empty) if above else ()
    if not taken:
        return own, False
    fields = tuple(sorted((*taken, *(own.fields if own else ())), key=lambda f: f.start))
    return Clause(fields[0].start, fields[-1].end, fields), True
