"""What is printed: the text of a notice, the copy to match on, and its lines, put right where print broke them.

Pages break lines, tables are drawn or copied cell by cell, cards print words behind labels. Every pass here undoes one
such habit of print; it asks first whether the notice has it, and hands the same lines on where it has not.
"""

from __future__ import annotations

from typing import NamedTuple

from supervise.intake import cards, clauses, drawn, folding, lines, pages, slips, stacked
from supervise.intake.folding import Unusual
from supervise.intake.lines import Line
from supervise.intake.readers.transcript import Transcript


class Printed(NamedTuple):
    """A notice as it lies on the desk.

    Args:
        text: its text, what is no part of any task blanked.
        folded: the copy to match on.
        unusual: the unusual characters of the text.
        lines: its lines, those that belong together joined.
        gone: page numbers and running heads.
        between: what of the page stood inside a sentence.
        mended: numbers of lines joined to the one above where lines are not broken as a rule.
        wrapped: whether any lines were joined.
        read_as: line → what was misprinted and how it is read.
    """

    text: str
    folded: str
    unusual: Unusual
    lines: list[Line]
    gone: list[Line]
    between: list[Line]
    mended: list[int]
    wrapped: bool
    read_as: slips.Told


def begins(line: str) -> bool:
    """Whether a folded line begins something of its own, and is no rest of the one above."""
    return clauses.begins(line) or cards.is_labelled(line) or bool(lines.bullet(line)[0])


def read(given: Transcript) -> Printed:
    """Take a notice line by line.

    Args:
        given: the notice as a reader of files wrote it down.
    """
    text = slips.visible(given.text)
    unusual = folding.unusual(text)
    flat = drawn.flattened(text, unusual)
    text, unusual = (text, unusual) if flat is text else (flat, folding.unusual(flat))
    folded, read_as = slips.mend(folding.folded(text, unusual))
    folded = cards.parted_by_blanks(folding.opened(folded), clauses.begins)
    split, gone, between, mended = lines.split(folded, given.cells), list[Line](), list[Line](), list[int]()
    if given.kind == "txt":  # other files know what is a table, a line and a running head
        kept, gone = pages.running(split)
        split = stacked.stack(kept)
        whole, between, mended = pages.unwrap(split, gone, folded, begins)
    else:
        whole = pages.bracketed(split)
    wrapped = len(whole) < len(split)
    whole, counted = cards.unnumbered(whole, clauses.begins)
    whole = cards.stacked(cards.unpacked(whole), clauses.begins)
    whole, labels = cards.contents(cards.classes(whole), clauses.begins)
    whole = cards.fronts(cards.blocks(whole, clauses.begins), clauses.is_fronted)
    away = sorted((page.start, page.end) for page in {*between, *gone})
    labels = sorted([*folding.bracketed(text, folded, labels), *counted])
    if away or labels:  # no part of any task
        text, folded = (folding.blanked(folding.blanked(words, labels), away, "\r") for words in (text, folded))
    return Printed(text, folded, unusual, whole, gone, between, mended, wrapped, read_as)
