"""Tables whose cells stand on lines of their own, as they come out when they are copied from a page, made into rows."""

from __future__ import annotations

import re
from itertools import pairwise

from supervise.intake.lines import Line, is_page_number, marker
from supervise.intake.rows import fits, place
from supervise.intake.tables import CELL, NUMBER, Columns, cells_of, head, role_of

_HEAD = 40  # no head of a column takes more characters
_NARROW = 12  # nor as many where no number tells the rows apart


def stack(given: list[Line]) -> list[Line]:
    """Put a table together whose cells stand on lines of their own: its head, then its rows, each becomes one line.

    The head is 序号 and the labels below it down to the first number; a row begins with the next number due.
    """
    out: list[Line] = []
    at = 0
    for begin in [at for at, line in enumerate(given) if len(line.folded) <= _HEAD]:
        if begin < at:
            continue  # a cell of the table above
        numbered = _stacked_head(given, begin)
        wide = numbered or (_plain_head(given, begin) if len(given[begin].folded) < _NARROW else 0)
        if not wide:
            continue
        out += given[at:begin]
        at = begin
        if numbered:
            out.append(_merged(given[at : at + wide]))
            at = _stacked_rows(given, at + wide, wide, out)
        else:
            roles = [role_of(_bare(line)) for line in given[at : at + wide]]
            out.append(_merged(given[at : at + wide]))
            at += wide
            while at + wide <= len(given) and all(map(fits, roles, map(_bare, given[at : at + wide]))):
                out.append(_merged(given[at : at + wide]))
                at += wide
    return [*out, *given[at:]] if out else given


def _plain_head(given: list[Line], at: int) -> int:
    """How many lines name the columns of a table without numbers, none of its cells empty."""
    if max([len(line.folded) for line in given[at : at + 3]]) >= _NARROW:
        return 0
    wide = 0
    while at + wide < len(given) and len(given[at + wide].folded) < _NARROW:
        if role_of(_bare(given[at + wide])) == "other":
            break
        wide += 1
    below = given[at + wide : at + 2 * wide]
    columns = head(_merged(given[at : at + wide])) if wide > 2 and len(below) == wide else None
    return wide if columns and all(map(fits, columns.roles, map(_bare, below))) else 0


def _bare(line: Line) -> str:
    return line.folded.strip("| ")


def _stacked_head(given: list[Line], at: int) -> int:
    """How many lines from here on are the heads of columns; 0 if this is no such head."""
    first = _bare(given[at])
    if not first.endswith(("号", "次")) or not NUMBER.fullmatch(first.replace(" ", "")):
        return 0
    wide = 1
    while at + wide < len(given) and wide < 12 and len(_bare(given[at + wide])) <= 16:
        if re.fullmatch(r"\d{1,3}[.、]?", _bare(given[at + wide])) or marker(given[at + wide].folded):
            break
        wide += 1
    return wide if head(_merged(given[at : at + wide])) else 0


def _stacked_rows(given: list[Line], at: int, wide: int, out: list[Line]) -> int:
    """Take the rows below a head of ``wide`` columns; returns where they end."""
    due, columns = 0, head(out[-1])  # an excerpt may begin with any number
    while columns and at < len(given):
        value = re.fullmatch(r"(\d{1,3})[.、]?", _bare(given[at]))
        mark = marker(given[at].folded)
        if value and (not due or int(value[1]) in (due, 1)):
            end = _row_end(given, at, int(value[1]) + 1, columns)
            if end - at < 3:
                break
            out.append(_merged(given[at:end]))
            due, at = int(value[1]) + 1, end
        elif mark and mark.kind in ("part", "chapter", "section"):
            out.append(given[at])
            at += 1
        elif is_page_number(given[at].folded):
            at += 1
        elif same := _stacked_head(given, at):
            at += same
        else:
            break
    return at


def _row_end(given: list[Line], begin: int, due: int, columns: Columns) -> int:
    """Where a row ends: before the next number due, a chapter, a page; the last row where its cells fit the columns."""
    wide = len(columns.roles)
    for end in range(begin + 3, min(len(given), begin + wide + 12)):
        mark = marker(given[end].folded)
        if re.fullmatch(rf"{due}[.、]?", _bare(given[end])) or (mark and mark.kind in ("part", "chapter")):
            return end
        if is_page_number(given[end].folded) or _stacked_head(given, end):
            return end
    best = (0, 0, begin)  # the end at which most columns are filled, with as few lines as possible
    for end in range(begin + 3, min(begin + wide + 4, len(given) + 1)):
        line = _merged(given[begin:end])
        filled = sum(a < b for a, b in place(line.folded, cells_of(line, CELL), columns.roles)[0])
        signed = end < len(given) and re.match(r"\d{4} ?年|二[〇○零]", given[end].folded)
        best = max(best, (filled if not signed else 0, -end, end))
    return best[2] if best[0] else begin


def _merged(cells: list[Line]) -> Line:
    """One line of the lines of its cells."""
    words = cells[0].folded
    for before, line in pairwise(cells):
        words += CELL + " " * (line.start - before.end - 1) + line.folded
    return Line(cells[0].no, cells[0].start, cells[-1].end, words.replace("|", " "))
