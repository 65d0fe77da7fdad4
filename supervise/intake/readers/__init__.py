"""Files as offices keep them → one neutral form: text line by line, with the place of every line and cell.

Every reader takes bytes and a name and gives a ``Transcript``; the libraries are imported when a file needs them. What
is no notice is refused with a code, within the limits of ``limits``.
"""

from __future__ import annotations

from importlib import import_module

from supervise.errors import Invalid, Problem
from supervise.intake.readers.limits import MAX_FILE, exceeded
from supervise.intake.readers.sniffing import kind
from supervise.intake.readers.transcript import Place, Transcript

__all__ = ["Place", "Transcript", "kind", "read"]

_READERS = {"txt": "plain", "docx": "docx", "html": "html", "xlsx": "xlsx", "xls": "xlsx", "ods": "xlsx", "pdf": "pdf"}


def read(data: bytes, file: str = "", form: str = "") -> Transcript:
    """Read a file of any kind but those that LibreOffice must convert first.

    Args:
        data: the file.
        file: its name for messages.
        form: its kind, if it is known already.

    Raises:
        Invalid: F03 no text, K01 broken, K02 larger than any notice, K03 a kind that is not read, K05 no words in it.
        Refused: K04 when a library is missing.
    """
    if len(data) > MAX_FILE:
        raise exceeded(f"文件超过 {MAX_FILE // 1_000_000} MB", file)
    form = form or kind(data, file)
    if form not in _READERS:
        raise Invalid(Problem("K03", "这是老式 doc、wps 文件,要先转换", file=file, help="请另存为 docx 再读入"))
    made: Transcript = import_module(f"supervise.intake.readers.{_READERS[form]}").read(data, file)
    if form != "txt" and not made.text.strip():
        raise Invalid(Problem("K05", "文件里没有文字", file=file, help="若是扫描件或图片,请先做文字识别,或用原文读入"))
    return made
