"""What a file is, by its first bytes and never by its name: offices rename freely."""

from __future__ import annotations

import io
import re
import zipfile

from supervise.errors import Invalid, Problem
from supervise.intake.readers.limits import broken

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"II*\0", b"MM\0*", b"GIF8", b"BM")
_HTML = re.compile(rb"<(?:!doctype html|html|head|body|table|div|p|span|meta|ol|ul)\b", re.IGNORECASE)
_OPEN = {"odt": b"opendocument.text", "ods": b"opendocument.spreadsheet"}
_WORD_XML = re.compile(rb"mso-application[^>]*Word\.Document|<w:wordDocument")


def kind(data: bytes, file: str = "") -> str:
    """``txt``, ``docx``, ``xlsx``, ``xls``, ``html``, ``pdf``, or ``doc`` for what LibreOffice must turn into docx.

    Args:
        data: the file.
        file: its name for messages.

    Raises:
        Invalid: K01 a zip that is broken, K03 a kind of file that is known and not read.
    """
    head = data[:4096]
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data, file)
    if data.startswith(_OLE):
        return _compound(data, file)
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if data.startswith(b"{\\rtf") or (b"Document" in head and _WORD_XML.search(head)):
        return "doc"
    if data.startswith(_PICTURES) and b"\0" in head:
        raise _unread("图片,里面没有文字", file, "请用扫描件的原文(Word、PDF)读入,或先做文字识别")
    plain = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return "html" if plain.startswith(b"<") and _HTML.search(plain) else "txt"


def _zipped(data: bytes, file: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {name.lower() for name in archive.namelist()}
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                mime = archive.read("mimetype")
                names |= {name for name, word in _OPEN.items() if word in mime}
    except Exception as error:  # zipfile raises a dozen kinds on what is no zip
        raise broken("docx/xlsx(压缩包)", file, error) from None
    if any(name.startswith("word/document") for name in names):
        return "docx"
    if any(name.startswith("xl/workbook") for name in names):
        return "xlsx"
    if "ods" in names:
        return "ods"
    if "odt" in names:
        return "doc"
    if "ofd.xml" in names:
        raise _unread("OFD 版式文件", file, "请在 WPS 或阅读器里另存为 PDF 或 docx 再读入")
    raise _unread("压缩包", file, "请解压后读入里面的通知")


def _compound(data: bytes, file: str) -> str:
    """The container of Office before 2007 and of WPS: the names in its directory say what it holds."""
    if _named(data, "EncryptedPackage"):
        raise _unread("加了密码的文件", file, "请去掉密码,另存后再读入")
    if _named(data, "WordDocument"):
        return "doc"
    if _named(data, "Workbook") or _named(data, "Book"):
        return "xls"
    if _named(data, "PowerPoint Document"):
        raise _unread("幻灯片", file, "请读入通知正文")
    raise broken("doc/xls", file)


def _named(data: bytes, name: str) -> bool:
    return (name + "\0").encode("utf-16-le") in data


def _unread(what: str, file: str, help: str) -> Invalid:
    return Invalid(Problem("K03", f"这是{what},读不了", file=file, help=help))
