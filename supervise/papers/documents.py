"""Files on the disk → transcripts: opened here, read below, old Word files turned into new ones on the way."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from supervise.errors import Invalid, Problem, Refused, Unknown
from supervise.intake import readers
from supervise.intake.readers.limits import MAX_CONVERSION, MAX_FILE, broken, exceeded
from supervise.intake.readers.transcript import Transcript
from supervise.papers.guarded import Guarded
from supervise.site.texts import reason

_USUAL = 1 << 16


def read_document(path: Path, name: str = "", guarded: Guarded | None = None) -> Transcript:
    """A notice in any file: txt, docx, xlsx, html, pdf, xls, et, ods; doc, wps, rtf and odt where LibreOffice is.

    Args:
        path: the file.
        name: how messages call it; the path if not given.
        guarded: reads the risky kinds; one of its own for this file if not given.

    Raises:
        Unknown: F01 when there is no such file.
        Invalid: when it cannot be read, each reason with its code.
        Refused: K04 when a library, K06 when LibreOffice is missing.
    """
    shown = name or str(path)
    data = load(path, shown)
    if readers.kind(data, shown) == "doc":
        data = converted(data, shown)
    if guarded is not None:
        return guarded.read(data, shown)
    with Guarded() as own:
        return own.read(data, shown)


def load(path: Path, name: str = "") -> bytes:
    """The bytes of a file, if they are not too many.

    Raises:
        Unknown: F01 when there is no such file.
        Invalid: F03 when it cannot be read, K02 when it is too large.
    """
    shown = name or str(path)
    try:
        with open(path, "rb") as file:
            data = file.read(_USUAL)  # memory for the largest file is asked for only where one is large
            data += file.read(MAX_FILE + 1 - _USUAL) if len(data) == _USUAL else b""
    except FileNotFoundError:
        raise Unknown(Problem("F01", f"没有这个文件:{shown}")) from None
    except OSError as error:
        raise Invalid(Problem("F03", f"读不了 {shown}:{reason(error)}")) from None
    if len(data) > MAX_FILE:
        raise exceeded(f"文件超过 {MAX_FILE // 1_000_000} MB", shown)
    return data


def converted(data: bytes, file: str, seconds: float = MAX_CONVERSION) -> bytes:
    """An old Word or WPS file as docx, by LibreOffice without a window.

    Args:
        data: the file.
        file: its name.
        seconds: what the conversion may take.

    Raises:
        Refused: K06 when there is no LibreOffice.
        Invalid: K01 when it makes nothing of the file, K02 when it does not come to an end.
    """
    program = os.environ.get("SUPERVISE_SOFFICE") or shutil.which("soffice") or shutil.which("libreoffice")
    if not program:
        text = "这是老式 doc、wps、rtf 文件,要由 LibreOffice 转换,这台机器没有装"
        raise Refused(Problem("K06", text, file=file, help="请用 Word、WPS 另存为 docx 再读入,或安装 LibreOffice"))
    with tempfile.TemporaryDirectory(prefix="supervise-") as folder:
        source = Path(folder, "in.doc")
        source.write_bytes(data)
        command = [
            program, "--headless", "--norestore", f"-env:UserInstallation={Path(folder, 'profile').as_uri()}",
            "--convert-to", "docx", "--outdir", str(Path(folder, "out")), str(source),
        ]  # fmt: skip
        _run(command, file, seconds)
        made = Path(folder, "out", "in.docx")
        if not made.is_file():
            raise broken("doc/wps", file)
        return load(made, file)


def _run(command: list[str], file: str, seconds: float) -> None:
    """Run a program to its end, or end it with every process it started."""
    quiet = subprocess.DEVNULL
    try:
        process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
    except OSError as error:
        raise Refused(Problem("K06", f"启动不了 LibreOffice:{reason(error)}", file=file)) from None
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        raise exceeded(f"LibreOffice {seconds:g} 秒没有转换完", file) from None
    finally:
        if process.poll() is None:
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            process.wait()
