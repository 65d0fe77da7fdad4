"""Parts of a docx or xlsx, unpacked no further than the limits allow."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from supervise.errors import Refused
from supervise.intake.readers.limits import MAX_PART, MAX_PARTS, MAX_TAGS, broken, exceeded, missing

if TYPE_CHECKING:
    from lxml.etree import XMLParser, _Element

_CHUNK = 1 << 20
_DECLARES = re.compile(rb"<\0?!\0?(?:D\0?O\0?C\0?T\0?Y\0?P\0?E|E\0?N\0?T\0?I\0?T\0?Y)")


class Parts:
    """The parts of a packed file.

    Args:
        data: the file.
        what: its kind for messages.
        file: its name.

    Raises:
        Invalid: K01 no zip, K02 too many parts.
    """

    def __init__(self, data: bytes, what: str, file: str) -> None:
        self.what, self.file = what, file
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(data))
        except Exception as error:
            raise broken(what, file, error) from None
        listed = self.archive.namelist()
        if len(listed) > MAX_PARTS:
            raise exceeded(f"{what} 里有 {len(listed)} 个部件", file)
        if len(set(listed)) < len(listed):
            raise broken(what, file, "部件重名")
        self.names = frozenset(listed)

    def chunks(self, name: str, most: int) -> Iterator[bytes]:
        """A part piece by piece; its length is what comes out, not what the archive says.

        Raises:
            Invalid: K01 when it cannot be unpacked, K02 when it is longer than ``most``.
        """
        size = 0
        try:
            with self.archive.open(name) as part:
                while chunk := part.read(_CHUNK):
                    size += len(chunk)
                    if size > most:
                        break
                    yield chunk
        except Exception as error:
            raise broken(self.what, self.file, error) from None
        if size > most:
            raise exceeded(f"{self.what} 展开后超过 {most // 1_000_000} MB", self.file)

    def read(self, name: str, most: int = MAX_PART) -> bytes:
        """A whole part."""
        return b"".join(self.chunks(name, most))

    def tree(self, name: str) -> _Element:
        """A part as a tree.

        Raises:
            Invalid: K01 when it is no sound XML; one that declares entities is none.
        """
        return tree(self.read(name), self.what, self.file)


def tree(data: bytes, what: str, file: str) -> _Element:
    """XML as a tree, without entities, without the network, no deeper than libxml2 allows.

    Args:
        data: the XML.
        what: kind of file for messages.
        file: its name.

    Raises:
        Invalid: K01.
        Refused: K04 without lxml.
    """
    try:
        from lxml import etree
    except ModuleNotFoundError:
        raise Refused(missing("lxml", file)) from None
    if data.count(b"<") > MAX_TAGS:
        raise exceeded(f"{what} 里有 {data.count(b'<')} 个标记", file)
    if (b"<!" in data or b"<\0!" in data) and _DECLARES.search(data):
        raise broken(what, file, "里面有 DOCTYPE 或 ENTITY 声明")
    try:
        return etree.fromstring(data, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        if "HUGE" in str(error):  # the library's own limits: depth, length of a name or a text
            raise exceeded(f"{what} 套得太深或太大", file) from None
        raise broken(what, file, error) from None


@cache
def _parser() -> XMLParser:
    from lxml import etree

    return etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)


@lru_cache(maxsize=4096)
def _bare(name: object) -> str:
    return str(name).rpartition("}")[2]


def local(element: _Element) -> str:
    """The name of an element without its namespace; a strict and a transitional file then read alike."""
    return _bare(element.tag)


def attribute(element: _Element | None, name: str) -> str:
    """An attribute by its name without namespace; empty if it is not there."""
    if element is None:
        return ""
    for key, value in element.items():
        if _bare(key) == name:
            return str(value)
    return ""


def child(element: _Element | None, *path: str) -> _Element | None:
    """The first descendant along a path of names, or ``None``."""
    for name in path:
        if element is None:
            return None
        element = next(element.iterchildren(f"{{*}}{name}"), None)
    return element
