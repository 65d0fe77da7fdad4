"""Tables as Markdown, and Markdown as tables: what a person can print, compare line by line, and correct by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from supervise.workflows.tableplaces import Grid, Row
from supervise.workflows.tables import Table

_PLAIN = str.maketrans({"\\": "\\\\", "|": "\\|", "*": "\\*", "`": "\\`", "&": "&amp;", "<": "&lt;", "\n": "<br>"})
_RULE = re.compile(r"\|(?: *:?-+:? *\|)+")


def markdown(tables: Iterable[Table], title: str) -> str:
    """Tables under headings, one row a line.

    Args:
        tables: what they say.
        title: of the page; it is not read back.
    """
    lines = [f"# {_cell(title)}", ""]
    for table in tables:
        heads = [column.head for column in table.columns]
        lines += [f"## {table.name}", "", _line(heads), _line("---" for _ in heads), *map(_line, table.rows), ""]
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    edged = re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", lambda m: f"\0{ord(m[0])};", text)
    return edged.translate(_PLAIN).replace("\0", "&#")


def _text(cell: str) -> str:
    def plain(match: re.Match[str]) -> str:
        if match[1]:
            return match[1]
        return chr(int(match[2])) if match[2] else {"&amp;": "&", "&lt;": "<"}.get(match[0], "\n")

    return re.sub(r"\\([\\|*`_])|&#(\d{1,5});|&amp;|&lt;|<br ?/?>", plain, cell.strip())


def grids(text: str) -> Iterator[Grid]:
    """The tables of a page, each under its heading; lines between a heading and the next that are no row stay rows.

    Args:
        text: the page.
    """
    name, rows = "", list[Row]()
    for number, line in enumerate(text.split("\n"), start=1):
        bare = line.strip()
        if heading := re.match(r"##+ *(.*)$", bare):
            if name:
                yield Grid(name, tuple(rows))
            name, rows = _text(heading[1]), []
        elif bare and name and not (len(rows) == 1 and _RULE.fullmatch(bare)):
            rows.append(Row(number, tuple(_text(cell) for cell in _cells(bare))))
    if name:
        yield Grid(name, tuple(rows))


def _cells(line: str) -> list[str]:
    """The cells of a row; a line that is no row is a single one."""
    if not line.startswith("|"):
        return [line]
    return re.findall(r"((?:\\.|[^\\|])*)\|", line[1:])
