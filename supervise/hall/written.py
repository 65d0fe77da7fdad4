"""What cannot go on record: texts longer than their column, and characters that some database refuses."""

from __future__ import annotations

from typing import Any

from supervise.workflows.fields import FieldError, writable


def unfit(value: Any, most: int | None = None) -> str:
    """Why a value cannot go on record, on whichever database; empty if it can.

    Args:
        value: a text, or plain data with texts in it.
        most: characters that a text may have.
    """
    if most is not None and len(value) > most:
        return f"“{value[:12]}…”有 {len(value)} 个字,至多 {most} 个"
    try:
        writable(value)
    except FieldError as error:
        return str(error)
    return ""
