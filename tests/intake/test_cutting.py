"""Cutting a span at marks: a closed bracket holds its words together, one that is never closed does not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from supervise.intake.folding import pieces


def _walked(text: str) -> list[str]:
    """The pieces by walking from character to character."""
    out, at = [""], 0
    while at < len(text):
        close = _closing(text, at) if text[at] == "(" else at
        if text[at] in "、,":
            out.append("")
        else:
            out[-1] += text[at : close + 1]
        at = close + 1
    return out


def _closing(text: str, opening: int) -> int:
    """Where a bracket is closed; where it opens if it never is."""
    depth = 0
    for at in range(opening, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return at
    return opening


@given(st.text("局乡、,()", max_size=24))
def test_a_mark_cuts_unless_a_closed_bracket_holds_it(text: str) -> None:
    """Wherever brackets are closed, nested or lost, the pieces are those a clerk finds who reads from left to right."""
    assert [text[a - 1 : b - 1] for a, b in pieces(f"、{text}、", 1, len(text) + 1, "、,")] == _walked(text)
