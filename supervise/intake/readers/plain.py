"""Plain text: every line is its own place, but for tables that spreadsheets save as text."""

from __future__ import annotations

from dataclasses import replace

from supervise.errors import Invalid, Problem
from supervise.intake.readers import delimited
from supervise.intake.readers.decoding import decode
from supervise.intake.readers.limits import MAX_CHARS
from supervise.intake.readers.transcript import Transcript


def read(data: bytes, file: str) -> Transcript:
    """A text file.

    Args:
        data: the file.
        file: its name.

    Raises:
        Invalid: F03 when it is no text.
    """
    text, notes = decode(data, file)
    if "," in text or '"' in text:
        made = delimited.rows(text, file)
        if made is not None:
            return replace(made, notes=(*notes, *made.notes))
    return Transcript(text, "txt", file, notes=notes)


def readable(text: str, file: str) -> None:
    """Refuse at once what cannot be a notice; nothing here takes longer than one look at the text.

    Args:
        text: a text.
        file: the file's name for messages.

    Raises:
        Invalid: I20 empty, I21 no text (binary, or not UTF-8), I22 longer than any notice.
    """
    if len(text) > MAX_CHARS:
        raise Invalid(
            Problem("I22", f"通知超过 {MAX_CHARS // 10_000} 万字,不像一份通知", file=file, help="请拆成单份通知再读入")
        )
    if "\0" in text or text.count("\ufffd") * 100 > len(text):
        raise Invalid(Problem("I21", "不是文本文件(或不是 UTF-8 编码)", file=file, help="请另存为 UTF-8 文本再读入"))
    if not text.strip("\ufeff \t\r\n\u3000"):
        raise Invalid(Problem("I20", "通知是空的", file=file, line=1))
