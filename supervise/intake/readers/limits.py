"""How much of a file is read: every limit of this room in one place, each far above any notice of an office."""

from __future__ import annotations

from supervise.errors import Invalid, Problem

MAX_FILE = 30_000_000
"""Bytes of a file."""
MAX_PART = 24_000_000
"""Bytes of one part inside a docx, unpacked, and of a page in HTML: the tree of it takes ten times as much."""
MAX_UNPACKED = 80_000_000
"""Bytes of all parts of an xlsx together, unpacked."""
MAX_PARTS = 3_000
"""Parts inside a docx or xlsx."""
MAX_CELLS = 300_000
"""Cells of one table or sheet, empty ones between the filled included."""
MAX_SPAN = 1_000
"""Rows or columns that one merged cell covers."""
MAX_PAGES = 300
"""Pages of a PDF."""
MAX_TAGS = 500_000
"""Tags of one part inside a docx, or of a page: a hundred pages of a notice have some tens of thousands."""
MAX_CHARS = 400_000
"""Characters of a notice; the longest we know has sixty thousand."""
MAX_SECONDS = 8
"""Seconds of its own time that a file may take in a process of its own."""
MAX_MEMORY = 400_000_000
"""Bytes such a process may take."""
MAX_CONVERSION = 60
"""Seconds LibreOffice may take to turn an old file into a new one; it is the one step that may be slow to start."""


def exceeded(what: str, file: str) -> Invalid:
    """The refusal of a file that is larger than any notice.

    Args:
        what: which limit, in words: ``表格超过 30 万格``.
        file: the file's name.
    """
    text = f"{what},不像一份通知,没有读"
    return Invalid(Problem("K02", text, file=file, help="请只留通知正文和任务表,另存后再读入"))


def broken(what: str, file: str, why: object = "") -> Invalid:
    """The refusal of a file that is not what it says it is.

    Args:
        what: the kind of file: ``docx``.
        file: the file's name.
        why: what the library said, kept short.
    """
    said = " ".join(str(why).split())[:80]
    text = f"{what} 文件损坏或不完整,读不了" + (f"({said})" if said else "")
    return Invalid(Problem("K01", text, file=file, help="请用 Word、WPS 打开看看,能打开就另存一份再读入"))


def missing(library: str, file: str) -> Problem:
    """What to install when a library is not there.

    Args:
        library: its name on the package index.
        file: the file that needs it.
    """
    return Problem("K04", f"没有装读这种文件的库 {library}", file=file, help='请安装:pip install "supervise[import]"')
