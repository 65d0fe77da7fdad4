"""Damaged, hostile and enormous files: a refusal with a code, in seconds, and never anything else.

``SUPERVISE_TRIALS=10000 pytest -s tests/intake/readers/test_damage.py`` tries that many of each kind,
``SUPERVISE_SEED=…`` plays the printed choices again.
"""

from __future__ import annotations

import os
import random
import zlib
from collections import Counter
from collections.abc import Callable

import pytest

from supervise.errors import Invalid, SuperviseError
from supervise.intake import read, readers
from supervise.intake.readers.limits import MAX_FILE
from supervise.papers.guarded import Guarded
from tests.intake.readers.making import (
    HEAD,
    NAMESPACE,
    ROWS,
    TITLE,
    Print,
    Word,
    bare_docx,
    html_table,
    page,
    repacked,
    zipped,
)
from tests.intake.readers.making import plain_sheet as sheet_of

TRIALS = int(os.environ.get("SUPERVISE_TRIALS", "150"))
SEED = int(os.environ.get("SUPERVISE_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
REFUSALS = {"F03", "I20", "I21", "I22", "K01", "K02", "K03", "K05"}
OPENINGS = (
    b"",
    b"PK\x03\x04",
    b"%PDF-1.4\n",
    b"<html><body>",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\xff\xfe",
    b"{\\x",
)


def docx() -> bytes:
    """A notice with a list and a table."""
    word = Word()
    for text, level in ((TITLE, None), ("工业", 0), ("新增企业12户。(牵头单位:区工信局)", 2)):
        word.line(text, level)
    word.table([HEAD, *ROWS], [(1, 1, 2, 1)])
    return word.bytes()


def pdf() -> bytes:
    """A page of text and a table."""
    sheet = Print()
    sheet.paragraph("1.新增企业12户。(牵头单位:区工信局)")
    sheet.table([HEAD, *ROWS], (4, 4, 13, 6, 8, 8))
    return sheet.bytes()


MAKERS: dict[str, Callable[[], bytes]] = {
    "docx": docx,
    "xlsx": lambda: sheet_of([HEAD, *ROWS]),
    "html": lambda: page(f"<ol><li>{TITLE}</li></ol>{html_table([HEAD, *ROWS])}", "gbk"),
    "pdf": pdf,
}


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The file cut short, with bits flipped, with a piece missing, or with noise in it."""
    way, at = chance.randrange(4), chance.randrange(len(data))
    if way == 0:
        return data[:at]
    if way == 1:
        out = bytearray(data)
        for _ in range(chance.choice((1, 3, 30, 300))):
            out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
        return bytes(out)
    if way == 2:
        return data[:at] + data[at + chance.randrange(2000) :]
    return data[:at] + chance.randbytes(chance.randrange(300)) + data[at:]


def outcome(data: bytes) -> str:
    """What comes of a file: ``read``, or the code of its refusal; anything else is a failure."""
    try:
        read(readers.read(data, "f"))
        return "read"
    except SuperviseError as error:
        assert all(p.file == "f" or p.code.startswith("I") for p in error.problems)
        return error.problems[0].code


def tried(name: str, make: Callable[[random.Random], bytes]) -> Counter[str]:
    """The outcomes of all trials of a kind, each with choices of its own."""
    found: Counter[str] = Counter()
    for trial in range(TRIALS):
        chance = random.Random(f"{SEED} {name} {trial}")
        data = make(chance)
        try:
            found[outcome(data)] += 1
        except Exception as error:
            raise AssertionError(f"SUPERVISE_SEED={SEED} {name} trial {trial}: {error!r}") from error
    print(f"SUPERVISE_SEED={SEED} {name}: {dict(found)}")
    return found


def test_random_bytes_are_read_or_refused() -> None:
    """Whatever bytes a file has, it is read as something or refused with a known code."""
    found = tried("bytes", lambda c: c.choice(OPENINGS) + c.randbytes(c.randrange(3000)))
    assert set(found) <= REFUSALS | {"read", "K06"}


@pytest.mark.parametrize("kind", MAKERS)
def test_damaged_files_are_read_or_refused(kind: str) -> None:
    """A file cut short, with flipped bits, missing pieces or noise is read as far as it is sound, or refused."""
    whole = MAKERS[kind]()
    assert outcome(whole) == "read"
    found = tried(kind, lambda c: damaged(whole, c))
    assert set(found) <= REFUSALS | {"read"}


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("docx", "word/document.xml"),
        ("docx", "word/numbering.xml"),
        ("xlsx", "xl/worksheets/sheet1.xml"),
        ("xlsx", "xl/styles.xml"),
        ("xlsx", "xl/workbook.xml"),
    ],
)
def test_damaged_parts_are_read_or_refused(kind: str, part: str) -> None:
    """The same holds where the packing is sound and what is packed is not."""
    whole = MAKERS[kind]()
    found = tried(f"{kind} {part}", lambda c: repacked(whole, {part: lambda data: damaged(data, c)}))
    assert set(found) <= REFUSALS | {"read"}


SIZE = "督" * 1000
ENTITIES = (
    f'<!DOCTYPE x [<!ENTITY a "{SIZE}"><!ENTITY b "{"&a;" * 50}"><!ENTITY c "{"&b;" * 50}"><!ENTITY d "{"&c;" * 50}">]>'
)
SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def cells(text: str) -> bytes:
    """A workbook whose sheet holds this XML."""
    made = f"<worksheet {SHEET}><sheetData>{text}</sheetData></worksheet>".encode()
    return repacked(sheet_of([["1"]]), {"xl/worksheets/sheet1.xml": lambda _: made})


def raw_pdf(content: bytes, pages: int = 1) -> bytes:
    """A PDF of one content for all its pages."""
    packed = zlib.compress(content, 9)
    kids = b" ".join(b"%d 0 R" % (4 + i) for i in range(pages))
    body = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, pages),
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed),
        *[b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 3 0 R/Resources<<>>>>"] * pages,
    ]
    out, places = b"%PDF-1.4\n", []
    for number, item in enumerate(body, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        len(body) + 1, table, len(body) + 1, len(out),
    )  # fmt: skip


WIDE = '<w:tr><w:tc><w:tcPr><w:gridSpan w:val="9999"/></w:tcPr><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc></w:tr>'
HOSTILE: dict[str, Callable[[], bytes]] = {
    "a docx that unpacks to 60 MB": lambda: bare_docx("<w:p><w:r><w:t>" + "a" * 60_000_000 + "</w:t></w:r></w:p>"),
    "a docx of a million paragraphs": lambda: bare_docx("<w:p/>" * 1_000_000),
    "a docx of one endless word": lambda: bare_docx("<w:p><w:r><w:t>" + "a" * 20_000_000 + "</w:t></w:r></w:p>"),
    "a docx nested without end": lambda: bare_docx("<w:sdt>" * 100_000),
    "a docx table as wide as the world": lambda: bare_docx(
        f"<w:tbl>{WIDE * 500}</w:tbl>"
    ),
    "a docx with entities": lambda: zipped(
        {"word/document.xml": f"{ENTITIES}<w:document {NAMESPACE}><w:body><w:p>&d;</w:p></w:body></w:document>"}
    ),
    "a docx with entities in UTF-16": lambda: zipped(
        {"word/document.xml": f'<?xml version="1.0" encoding="UTF-16"?>{ENTITIES}<x>&d;</x>'.encode("utf-16")}
    ),
    "a docx of ten thousand parts": lambda: zipped({f"word/document{i}.xml": "" for i in range(10_000)}),
    "a sheet from corner to corner": lambda: cells(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    ),
    "a sheet of a million cells": lambda: cells(
        "".join(f'<row r="{i}">' + "<c><v>1</v></c>" * 10 + "</row>" for i in range(1, 100_001))
    ),
    "a workbook that unpacks to 100 MB": lambda: repacked(
        sheet_of([["文字"]]), {"xl/sharedStrings.xml": lambda _: b"<sst><si><t>" + b"a" * 100_000_000}
    ),
    "a page nested without end": lambda: page("<div>" * 200_000 + "任务"),
    "a page of a million words": lambda: page("<p>a" * 1_000_000),
    "a page table of endless spans": lambda: page("<table>" + "<tr><td rowspan=60000 colspan=1000>1" * 300),
    "a PDF of thousands of pages": lambda: raw_pdf(b"BT ET", 2_000),
    "a file of 40 MB": lambda: b"a" * (MAX_FILE + 1),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused(name: str) -> None:
    """A file made to use up the machine is refused, most of them before anything is laid out."""
    with pytest.raises(Invalid) as refused:
        readers.read(HOSTILE[name](), "f")
    assert [p.code for p in refused.value.problems] in (["K01"], ["K02"], ["K05"])


def test_what_takes_too_long_is_ended_and_the_next_file_is_read() -> None:
    """A PDF that never ends costs its own process and nothing else; the file after it is read as ever."""
    endless = raw_pdf(b"".join(b"%d 0 m %d 800 l S 0 %d m 600 %d l S " % (i, i, i, i) for i in range(600)) * 40)
    with Guarded(seconds=1) as guarded:
        with pytest.raises(Invalid) as refused:
            guarded.read(endless, "f.pdf")
        assert [(p.code, p.file) for p in refused.value.problems] == [("K02", "f.pdf")]
    with Guarded() as guarded:
        first, second = (guarded.read(MAKERS["xlsx"](), f"{n}.xlsx") for n in "ab")
        assert first.text == second.text == readers.read(MAKERS["xlsx"](), "c").text
        assert (first.places, first.cells, second.file) == (second.places, second.cells, "b.xlsx")


def test_what_takes_too_much_memory_is_refused() -> None:
    """A stream that unpacks to more than it may take ends the process that reads it, or its reading, and is refused."""
    with Guarded(memory=200_000_000) as guarded, pytest.raises(Invalid) as refused:
        guarded.read(raw_pdf(b" " * 400_000_000), "f.pdf")
    assert refused.value.problems[0].code in ("K01", "K02")


def test_a_refusal_comes_back_from_the_other_process_as_it_is() -> None:
    """Code, file, words and advice are those of the reader itself."""
    with Guarded() as guarded, pytest.raises(Invalid) as there:
        guarded.read(raw_pdf(b"BT ET"), "扫描.pdf")
    with pytest.raises(Invalid) as here:
        readers.read(raw_pdf(b"BT ET"), "扫描.pdf")
    assert there.value.problems == here.value.problems
