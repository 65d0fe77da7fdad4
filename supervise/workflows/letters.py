"""Whether this machine has every letter that a picture needs; boxes instead of characters are worse than no picture."""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys
import unicodedata

from supervise.errors import Problem, Refused

PACKAGES = (
    (0x1F000, 0x1FAFF, "fonts-symbola"),
    (0x2600, 0x27BF, "fonts-symbola"),
    (0x20000, 0x3FFFF, "fonts-hanazono"),
    (0x2E80, 0xFFEF, "fonts-noto-cjk"),
)
"""Range of characters → the Debian package that brings a font for it."""
OTHERS = "fonts-noto-core"
SHOWN = 12


def see_letters(text: str, help: str) -> None:
    """See that the system's fonts know every character of a text.

    Args:
        text: everything that is to be painted; marks of a format among it do no harm.
        help: what else one can do.

    Raises:
        Refused: V02 with what is missing and the package that brings it.
    """
    needed = {ord(char) for char in set(text) if ord(char) > 0x7E and unicodedata.category(char)[0] not in "CMZ"}
    program = shutil.which("fc-list")
    if not needed or (program is None and not sys.platform.startswith("linux")):
        return  # other systems have their own ways to find a font
    if program is None:
        raise Refused(Problem("V02", "画不成:这台机器没有中文字体(也没有 fontconfig),画出来是空框", help=help))
    missing = sorted(code for code in needed if not any(low <= code <= high for low, high in _known(program)))
    if missing:
        packages = dict.fromkeys(_package(code) for code in missing)
        letters = "".join(chr(code) for code in missing[:SHOWN]) + ("…" if len(missing) > SHOWN else "")
        text = f"画不成:这台机器的字体里没有这 {len(missing)} 个字:{letters}"
        raise Refused(Problem("V02", text, help=f"安装 apt-get install {' '.join(packages)}。{help}"))


def _package(code: int) -> str:
    return next((package for low, high, package in PACKAGES if low <= code <= high), OTHERS)


@functools.cache
def _known(program: str) -> tuple[tuple[int, int], ...]:
    """All characters of all fonts, as ranges."""
    found = subprocess.run([program, "--format", "%{charset}\n"], capture_output=True, text=True, check=False)
    ranges = sorted({tuple(int(end, 16) for end in part.split("-")) for part in found.stdout.split()})
    joined: list[tuple[int, int]] = []
    for part in ranges:
        low, high = part[0], part[-1]
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return tuple(joined)
