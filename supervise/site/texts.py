"""Text files as offices write them: UTF-8 or GB18030, and why one could not be read or written."""

from __future__ import annotations

import errno
from pathlib import Path

from supervise.errors import Invalid, Problem, Unknown

MOST = 32_000_000
"""Bytes of a file that are read at all; a file of definitions may have far fewer."""

_REASONS = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.ENOTDIR: "路径里有一段不是文件夹",
    errno.EISDIR: "这是文件夹,不是文件",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "这个位置只能读",
    errno.ENOSPC: "磁盘满了",
    errno.EEXIST: "已经有了",
    errno.ENAMETOOLONG: "文件名太长",
}


def reason(error: OSError) -> str:
    """Why a file could not be read or written, in Chinese where we have words for it."""
    return _REASONS.get(error.errno or 0, error.strerror or str(error))


def read_text(path: Path, name: str = "") -> str:
    """A text file as UTF-8 (with or without BOM) or GB18030, the two that offices use.

    Raises:
        Unknown: F01 when there is no such file.
        Invalid: F03 when it is no text.
    """
    shown = name or str(path)
    try:
        with path.open("rb") as file:
            raw = file.read(MOST + 1)
    except FileNotFoundError:
        raise Unknown(Problem("F01", f"没有这个文件:{shown}")) from None
    except OSError as error:
        raise Invalid(Problem("F03", f"读不了 {shown}:{reason(error)}")) from None
    if len(raw) > MOST:
        raise Invalid(Problem("F03", f"{shown} 超过 {MOST // 1_000_000} MB,不像人写的文件"))
    return decoded(raw, shown)


def decoded(raw: bytes, name: str) -> str:
    """The text of a file, as UTF-8 or GB18030.

    Raises:
        Invalid: F03 when it is no text.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid(Problem("F03", f"{name} 不是文本文件(既不是 UTF-8 也不是 GB18030)", help="请另存为 UTF-8 文本"))
