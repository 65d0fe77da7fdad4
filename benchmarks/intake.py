"""B5: five notices and a hundred rows read by us, for ``b5_intake.py --extra``.

``supervise_text`` reads the files and the notices in them: chapters, tasks, units, limits, targets, doubts.
``supervise_docx`` and ``supervise_xlsx`` read the table to the neutral form; ``…_notice`` reads its tasks as well.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from supervise.intake import read, readers
from supervise.papers.documents import load

Rows = list[list[str]]


def text(files: Sequence[str], docx: str, xlsx: str) -> Callable[[], int]:
    """All notices, from the disk to their tasks."""
    return lambda: sum(len(read(readers.read(load(Path(file)), file)).items) for file in files)


def rows(path: str) -> Rows:
    """The cells of a table, row by row, the trailing empty ones included."""
    return [line.split("\t") for line in readers.read(load(Path(path)), path).text.split("\n")]


CONTENDERS: dict[str, Callable[[Sequence[str], str, str], Callable[[], Any]]] = {
    "supervise_text": text,
    "supervise_docx": lambda files, docx, xlsx: lambda: rows(docx),
    "supervise_xlsx": lambda files, docx, xlsx: lambda: rows(xlsx),
    "supervise_docx_notice": lambda files, docx, xlsx: lambda: len(read(readers.read(load(Path(docx)), docx)).items),
    "supervise_xlsx_notice": lambda files, docx, xlsx: lambda: len(read(readers.read(load(Path(xlsx)), xlsx)).items),
}
