"""Plain text: every line is its own place."""

from __future__ import annotations

from supervise.intake.readers.decoding import decode
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
    return Transcript(text, "txt", file, notes=notes)
