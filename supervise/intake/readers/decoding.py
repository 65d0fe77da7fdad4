"""Bytes → text: the encodings that offices use, tried in the order in which they can be told apart."""

from __future__ import annotations

import codecs
import re

from supervise.errors import Invalid, Problem

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_WORDS = re.compile(r"[的一是在和年月日工作单位责任、,。:\n]|[,。:;]")
_FREQUENT = re.compile("[的一是在和年月日工作單单位責责、，。：；第市區区縣县]")
_SEEN = 200_000
_FEW = 50
"""One damaged character in so many is put up with."""


def decode(data: bytes, file: str, declared: str = "") -> tuple[str, tuple[Problem, ...]]:
    """The text of a file, and a note where some of it could not be read.

    A byte order mark decides; then UTF-8, which other text hardly ever is by chance, whatever the file declares; then
    UTF-16 without a mark; then GB18030, also for what calls itself gb2312 or gbk, or Big5 where it is declared or
    plainly is.

    Args:
        data: the bytes.
        file: the file's name.
        declared: the encoding a page says it has.

    Raises:
        Invalid: F03 when it is no text in any of them.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _tolerant(data, encoding, file)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        pass
    if (wide := _wide(data)) is not None:
        return _tolerant(data, wide, file)
    text = data.decode("utf-8", "replace")
    if text.count("\ufffd") * _FEW < sum(char > "\x7f" for char in text[:_SEEN]):  # UTF-8, cut or damaged somewhere
        return _tolerant(data, "utf-8", file)
    if declared.lower().replace("-", "") in ("big5", "big5hkscs", "cp950") or _is_big5(data[:_SEEN]):
        return _tolerant(data, "big5hkscs", file)
    return _tolerant(data, "gb18030", file)


def _is_big5(data: bytes) -> bool:
    """Whether the frequent characters of official prose come out in Big5, and hardly any in GB18030."""
    big5, ours = (len(_FREQUENT.findall(data.decode(name, "ignore"))) for name in ("big5hkscs", "gb18030"))
    return big5 > 3 and big5 > 3 * ours


def _wide(data: bytes) -> str | None:
    """UTF-16 that lost its mark: every other byte of its line ends and digits is zero."""
    head = data[:4000]
    zeros = head.count(0)
    if not zeros or len(data) % 2 or zeros * 50 < len(head):
        return None
    found = "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
    text = head.decode(found, "replace")
    return found if len(_WORDS.findall(text)) * 20 > len(text) and "\0" not in text else None


def _tolerant(data: bytes, encoding: str, file: str) -> tuple[str, tuple[Problem, ...]]:
    """Decode, with a few damaged characters put up with and told of."""
    text = data.decode(encoding, "replace")
    lost = text.count("\ufffd")
    if lost * 100 > len(text):
        raise Invalid(
            Problem("F03", f"{file} 不是文本文件(既不是 UTF-8 也不是 GB18030)", file=file, help="请另存为 UTF-8 文本")
        )
    note = Problem("K11", f"有 {lost} 处文字损坏,以 \ufffd 代替,请对照原件", file=file)
    return text, (note,) if lost else ()
