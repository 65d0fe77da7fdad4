"""Tables that name the units in their head and mark in the rows who does what: ● leads, ▲ helps.

What a sign means is told where the notice says it (●为牵头单位); else the sign that every row has once leads.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from supervise.intake.fields import Field
from supervise.intake.names import looks_like_unit
from supervise.intake.nodes import Segment

_SIGNS = "√✓✔●○★☆▲△■□◆◇◎※⊙▼▽"
_MARK = re.compile(
    rf"[{_SIGNS}]{{1,3}}|(?:牵头|主办|主责|负责|责任|承办|配合|协办|协同|协助|参与|会办)(?:单位|部门)?|[主协]"
)
_HOLLOW = dict(zip("●★▲■◆▼", "○☆△□◇▽", strict=True))
_LEADS = r"(?P<lead>牵头|主办|主责|主要责任|第一责任|主(?=$))"
_HELPS = r"(?P<co>配合|协办|协同|协助|参与|会办|共同责任|协(?=$))"
_ROLE = re.compile(rf"{_LEADS}|{_HELPS}|(?P<unit>责任|负责|承办)")
_IS = r"[”\"’)]? ?(?:的|处|者|项|号)?(?:单位|部门)?(?:为|表示|代表|是|指|系|:|—|-|=| |“)*"
_BY = r"(?:单位|部门)?(?:用|以|标|为|记|打|注|示|:|\(|“| )*"


def columns(heads: tuple[str, ...], roles: tuple[str, ...]) -> tuple[str, ...]:
    """The roles; columns headed by the names of two units or more hold marks.

    Args:
        heads: the heads of a table.
        roles: what is known of its columns.
    """
    if "text" not in roles:
        return roles
    first = roles.index("text")
    units = {i for i, role in enumerate(roles) if i > first and role == "other" and looks_like_unit(heads[i])}
    return tuple("mark" if i in units else role for i, role in enumerate(roles)) if len(units) > 1 else roles


def is_mark(words: str) -> bool:
    """Whether the words of a cell are a sign, or a role, and nothing else."""
    return _MARK.fullmatch(words.replace(" ", "")) is not None


def settle(parts: Iterable[Segment], folded: str) -> None:
    """Give the units that rows mark the roles their signs mean.

    Args:
        parts: the segments of a notice.
        folded: its folded text.
    """
    if "\t" not in folded and "|" not in folded:
        return
    nodes = [node for part in parts for node in part.nodes]
    marked = [n for n in nodes if n.clause is not None and any([f.role == "mark" for f in n.clause.fields])]
    if not marked:
        return
    rows = [[f.label for f in n.clause.fields if f.role == "mark"] for n in marked if n.clause is not None]
    roles = _told(dict.fromkeys(sign for row in rows for sign in row), folded)
    if len(roles) < len({sign for row in rows for sign in row}):
        roles = _guessed(rows)
        marked[0].doubt = marked[0].doubt or "表中的符号没有说明," + _said(roles)
    for node in marked:
        if node.clause is not None:
            node.clause = node.clause._replace(fields=tuple([_with(f, roles) for f in node.clause.fields]))


def _with(field: Field, roles: dict[str, str]) -> Field:
    return field._replace(role=roles[field.label], label="") if field.role == "mark" else field


def _told(signs: Iterable[str], folded: str) -> dict[str, str]:
    """The role of each sign, where the sign is a word itself or the notice says what it means."""
    found: dict[str, str] = {}
    for sign in signs:
        said = _ROLE.match(sign)
        said = said or re.search(rf"{re.escape(sign)}{_IS}(?:{_ROLE.pattern})", folded)
        said = said or re.search(rf"(?:{_ROLE.pattern}){_BY}{re.escape(sign)}", folded)
        if said:
            found[sign] = str(said.lastgroup)
    return found


def _guessed(rows: list[list[str]]) -> dict[str, str]:
    """Roles of signs nobody explains: a filled one leads beside its hollow twin, as does the one every row has once."""
    signs = list(dict.fromkeys(sign for row in rows for sign in row))
    first = [sign for sign in signs if _HOLLOW.get(sign) in signs]
    first = first or [sign for sign in signs if all(Counter(row)[sign] == 1 for row in rows)]
    if len(signs) < 2 or len(first) != 1:
        return dict.fromkeys(signs, "unit")
    return {sign: "lead" if sign == first[0] else "co" for sign in signs}


def _said(roles: dict[str, str]) -> str:
    lead = [sign for sign, role in roles.items() if role == "lead"]
    return f"“{lead[0]}”读作牵头" if lead else "标了的都读作责任单位"
