#!/usr/bin/env python3
"""Check an export of supervise with nothing but Python 3.8: chains, seals, publications and the manifest.

This file stands alone and travels with every export as ``check.py``: ``python3 check.py FOLDER``. Its arithmetic is
written a second time on purpose (the first is ``chain.py``): who checks must not have to trust who wrote. The audit of
a database uses the same checks on the same plain records.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    Record = dict[str, Any]

CHANGED, MISSING, INSERTED, REORDERED = "changed", "missing", "inserted", "reordered"
ALGORITHMS = ("sha256", "sm3")
FILES = ["events", "heads", "seals", "sealed", "publications", "marks", "library"]
MORE = ["outbox", "letters", "deliveries", "parcels"]  # what exports of old have not
NEAR = 100  # how many rows around a broken one are tried in its place


class Break(NamedTuple):
    """The first broken position of a task, of the seals, of a publication or of a file."""

    code: str
    what: str
    text: str
    task: str = ""
    seq: int = 0
    number: int = 0
    serial: str = ""
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        """One line for a person."""
        place = self.task or self.serial or (self.file + (f":{self.line}" if self.line else ""))
        return f"{place}  {self.text}  [{self.code}]"


# ── the arithmetic ──────────────────────────────────────────────────────────────────────────────────────────────────


def sm3(data: bytes) -> str:
    """SM3 (GB/T 32905) for a Python whose OpenSSL has none."""
    mask, state = 0xFFFFFFFF, [
        0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E,
    ]  # fmt: skip
    padded = data + b"\x80" + b"\0" * ((55 - len(data)) % 64) + (8 * len(data)).to_bytes(8, "big")
    for start in range(0, len(padded), 64):
        block = padded[start : start + 64]
        w = [int.from_bytes(block[i : i + 4], "big") for i in range(0, 64, 4)]
        for j in range(16, 68):
            x = w[j - 16] ^ w[j - 9] ^ _turn(w[j - 3], 15)
            w.append(x ^ _turn(x, 15) ^ _turn(x, 23) ^ _turn(w[j - 13], 7) ^ w[j - 6])
        a, b, c, d, e, f, g, h = state
        for j in range(64):
            t = 0x79CC4519 if j < 16 else 0x7A879D8A
            ss1 = _turn((_turn(a, 12) + e + _turn(t, j % 32)) & mask, 7)
            ff = a ^ b ^ c if j < 16 else (a & b) | (a & c) | (b & c)
            gg = e ^ f ^ g if j < 16 else (e & f) | (~e & mask & g)
            tt1 = (ff + d + (ss1 ^ _turn(a, 12)) + (w[j] ^ w[j + 4])) & mask
            tt2 = (gg + h + ss1 + w[j]) & mask
            a, b, c, d, e, f, g, h = tt1, a, _turn(b, 9), c, tt2 ^ _turn(tt2, 9) ^ _turn(tt2, 17), e, _turn(f, 19), g
        fresh = (a, b, c, d, e, f, g, h)
        state = [state[i] ^ fresh[i] for i in range(8)]
    return "".join(f"{word:08x}" for word in state)


def _turn(word: int, by: int) -> int:
    return ((word << by) | (word >> (32 - by))) & 0xFFFFFFFF


def canonical(value: Any) -> str:
    """The one text of plain data."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(algorithm: str, *parts: str) -> str:
    """The hash of texts, one below the other, with the algorithm's name before it."""
    data = "\n".join(parts).encode("utf-8", "surrogatepass")
    try:
        value = hashlib.new(algorithm, data).hexdigest()
    except ValueError:
        value = sm3(data)
    return algorithm + ":" + value


def matches(stored: str, *parts: str) -> bool:
    """Whether ``stored`` is the hash of these texts, by the algorithm it names."""
    algorithm = stored.partition(":")[0]
    return algorithm in ALGORITHMS and digest(algorithm, *parts) == stored


def genesis(district: str, task: str = "") -> str:
    """What stands before the first event of a task, or the first seal of a district."""
    return canonical([district, task] if task else [district])


def follows(previous: str, row: Record, **other: int) -> bool:
    """Whether a row's hash is right after ``previous``, with some of its fields taken to be other ones."""
    bare = {key: value for key, value in row.items() if key != "hash"}
    bare.update(other)
    return matches(row["hash"], previous, canonical(bare))


# ── a task ──────────────────────────────────────────────────────────────────────────────────────────────────────────

_EVENT = {
    CHANGED: ("G01", "第 {} 条办理记录被改动过"),
    MISSING: ("G02", "缺第 {} 条办理记录"),
    INSERTED: ("G03", "第 {} 条办理记录是多出来的"),
    REORDERED: ("G04", "第 {} 条办理记录的次序被调换过"),
}


def check_task(
    district: str,
    task: str,
    rows: Sequence[Record],
    stored: Record | None,
    seals: Sequence[Record] = (),
    start: int = 0,
    before: str = "",
) -> Break | None:
    """The first broken position of a task's chain, if there is one.

    Args:
        district: whose task.
        task: its code.
        rows: its events in order, those up to ``start`` left out.
        stored: what the task's own row says: version and head.
        seals: what seals say of it, oldest first: number, version and head.
        start: the version at which to begin.
        before: the head at that version, taken on trust.
    """
    previous, heads = before or genesis(district, task), {start: before}
    told = max([stored["version"] if stored else 0, *(seal["version"] for seal in seals)])
    for expected, row in enumerate(rows, start + 1):
        what = _wrong(rows, row, expected, previous)
        if what:
            at = min(expected, row["seq"])  # what is there twice is named by its own number
            return _broken(task, at, INSERTED if what == CHANGED and expected > told else what)
        previous = heads[expected] = row["hash"]
    last, right = start + len(rows), start
    for seal in seals:
        if seal["version"] > last:
            return _broken(task, last + 1, MISSING, f",封存第 {seal['number']} 号时有 {seal['version']} 条")
        if heads.get(seal["version"]) != seal["head"]:
            return _broken(task, right + 1, CHANGED, f",与封存第 {seal['number']} 号时不同")
        right = seal["version"]
    return _against_row(task, last, heads[last], stored, bool(seals))


def _against_row(task: str, last: int, head: str, stored: Record | None, known: bool) -> Break | None:
    if stored is None:
        return _broken(task, last, CHANGED, ",任务登记被删去") if known else _broken(task, 1, INSERTED)
    if stored["version"] > last:
        return _broken(task, last + 1, MISSING, f",任务登记有 {stored['version']} 条")
    if stored["version"] < last:
        return _broken(task, stored["version"] + 1, INSERTED, f",任务登记只有 {stored['version']} 条")
    return _broken(task, last, CHANGED, ",与任务登记的印戳不同") if stored["head"] != head else None


def _broken(task: str, seq: int, what: str, detail: str = "") -> Break:
    return Break(_EVENT[what][0], what, _EVENT[what][1].format(seq) + detail, task=task, seq=seq)


def _wrong(rows: Sequence[Record], row: Record, expected: int, previous: str, key: str = "seq") -> str:
    """What is wrong with the row that stands where ``expected`` should."""
    if row[key] < expected:
        return INSERTED
    if row[key] > expected:
        return REORDERED if any(r[key] == expected for r in rows) else MISSING
    if follows(previous, row):
        return ""
    near = rows[max(0, rows.index(row) - NEAR) :][: 2 * NEAR]
    if not any(r is not row and follows(previous, r, **{key: expected}) for r in near):
        return CHANGED
    later = range(expected + 1, expected + len(near))
    return REORDERED if any(follows(r["hash"], row, **{key: n}) for r in near for n in later) else INSERTED


# ── the seals of a district ─────────────────────────────────────────────────────────────────────────────────────────


class Totals:
    """How many tasks and events the seals have covered so far."""

    def __init__(self, tasks: int = 0, events: int = 0, versions: Mapping[str, int] | None = None) -> None:
        self.tasks, self.events, self.versions = tasks, events, dict(versions or {})

    def add(self, heads: Iterable[Record]) -> None:
        """Count what one more seal names."""
        for head in heads:
            known = self.versions.get(head["task"], 0)
            self.tasks += not known
            self.events += head["version"] - known
            self.versions[head["task"]] = head["version"]


def check_seals(
    district: str,
    seals: Sequence[Record],
    named: Callable[[int], Sequence[Record]],
    highest: int,
    start: int = 0,
    before: str = "",
    totals: Totals | None = None,
) -> Break | None:
    """The first broken seal, if there is one.

    Args:
        district: whose seals.
        seals: in order.
        named: gives the heads that the seal of a number names.
        highest: the greatest number that any head or publication speaks of.
        start: the number of the seal after which to begin.
        before: that seal's hash, taken on trust.
        totals: what it had counted by then.
    """
    previous, totals = before, totals or Totals()
    for number, seal in enumerate(seals, start + 1):
        what = _wrong(seals, seal, number, previous or genesis(district), "number")
        if what or seal["previous"] != previous:
            return _ill_sealed(number, INSERTED if what == CHANGED and number > highest else what or CHANGED)
        heads = named(number)
        if not matches(seal["root"], *_named(heads)):
            return _ill_sealed(number, CHANGED, ",所记的任务对不上")
        totals.add(heads)
        if (seal["tasks"], seal["events"]) != (totals.tasks, totals.events):
            return _ill_sealed(number, CHANGED, ",件数对不上")
        if not heads and not seal["serial"]:
            return _ill_sealed(number, INSERTED)
        previous = seal["hash"]
    last = start + len(seals)
    return _ill_sealed(last + 1, MISSING) if highest > last else None


_SEAL = {CHANGED: "被改动过", MISSING: "缺失", INSERTED: "是多出来的", REORDERED: "的次序被调换过"}


def _ill_sealed(number: int, what: str, detail: str = "") -> Break:
    return Break("G05", what, f"封存第 {number} 号{_SEAL[what]}{detail}", number=number)


def _named(heads: Iterable[Record]) -> list[str]:
    return [canonical(list(head)) for head in sorted((h["task"], h["version"], h["head"]) for h in heads)]


# ── the publications ────────────────────────────────────────────────────────────────────────────────────────────────


def check_publications(publications: Iterable[Record], seals: Iterable[Record]) -> Iterator[Break]:
    """Everything that is wrong with publications, held against the seals they went out under."""
    sealed = {seal["serial"]: seal for seal in seals if seal["serial"]}
    seen: set[str] = set()
    for made in publications:
        serial = made["serial"]
        what = INSERTED if serial in seen or serial not in sealed else _forged(made, sealed)
        seen.add(serial)
        if what:
            yield _misprint(serial, what, sealed.get(serial))
    for serial in sorted(set(sealed) - seen):
        yield _misprint(serial, MISSING, sealed[serial])


def _forged(made: Record, sealed: Mapping[str, Record]) -> str:
    seal = sealed[made["serial"]]
    bare = {key: value for key, value in made.items() if key not in ("body", "seal", "seal_hash")}
    body = hashlib.sha256(made["body"].replace("\r\n", "\n").encode("utf-8", "surrogatepass")).hexdigest()
    right = matches(seal["paper"], canonical(bare)) and body == made["fingerprint"]
    if right and (made["seal"], made["seal_hash"]) == (seal["number"], seal["hash"]):
        return ""
    others = (other for serial, other in sealed.items() if serial != made["serial"])
    swapped = any(matches(o["paper"], canonical(dict(bare, serial=o["serial"]))) for o in others)
    return REORDERED if swapped else CHANGED


_PUBLICATION = {CHANGED: "被改动过", MISSING: "被删去", INSERTED: "是多出来的,没有封存过", REORDERED: "与另一份调换过"}


def _misprint(serial: str, what: str, seal: Record | None) -> Break:
    number = seal["number"] if seal else 0
    return Break("G06", what, f"公布的 {serial} {_PUBLICATION[what]}", serial=serial, number=number)


# ── a folder ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Folder:
    """An export on disk, read line by line; what cannot be read is kept among the ``breaks``."""

    def __init__(self, path: str) -> None:
        self.path, self.breaks = path, []  # type: str, list[Break]
        try:
            with open(os.path.join(path, "manifest.json"), encoding="utf-8") as file:
                self.manifest: Record = json.load(file)
            self.district, listed = str(self.manifest["district"]), self.manifest["files"]
            self.files: Record = {n: listed[n + ".jsonl"] for n in FILES + [m for m in MORE if m + ".jsonl" in listed]}
        except (OSError, ValueError, KeyError, TypeError):
            raise SystemExit(f"{path} 里没有可用的 manifest.json,不是一份完整的导出") from None

    def rows(self, name: str, *whole: str) -> Iterator[Record]:
        """The lines of a file; whole numbers are expected under the given keys."""
        file = name + ".jsonl"
        hasher, number = hashlib.sha256(), 0
        try:
            with open(os.path.join(self.path, file), "rb") as lines:
                for number, line in enumerate(lines, 1):
                    hasher.update(line)
                    row = _row(line, whole)
                    if row is None:
                        self.breaks.append(Break("G09", CHANGED, "这一行看不懂", file=file, line=number))
                    else:
                        yield row
        except OSError:
            self.breaks.append(Break("G09", MISSING, "缺这个文件", file=file))
            return
        told = self.files[name]
        if (number, hasher.hexdigest()) != (told["rows"], told["sha256"]):
            text = f"与清单不符:清单 {told['rows']} 行,现有 {number} 行"
            self.breaks.append(Break("G09", CHANGED, text, file=file))


def _row(line: bytes, whole: Sequence[str]) -> Record | None:
    try:
        row = json.loads(line.decode("utf-8", "surrogatepass"))
    except ValueError:
        return None
    fine = isinstance(row, dict) and all(isinstance(row.get(key), int) for key in whole)
    return row if fine else None


def check_folder(path: str) -> tuple[list[Break], tuple[int, ...]]:
    """Everything that is wrong with an export, and how much was checked."""
    folder = Folder(path)
    stored = {row["task"]: row for row in folder.rows("heads", "version")}
    named: dict[str, list[Record]] = {}
    sealing: dict[int, list[Record]] = {}
    for row in folder.rows("sealed", "number", "version"):
        named.setdefault(row["task"], []).append(row)
        sealing.setdefault(row["number"], []).append(row)
    for heads in named.values():
        heads.sort(key=lambda head: int(head["number"]))
    events = list(_check_events(folder, stored, named))
    seals = list(folder.rows("seals", "number", "tasks", "events"))
    publications = list(folder.rows("publications", "seal"))
    highest = max([0, *sealing, *(made["seal"] for made in publications)])
    broken = check_seals(folder.district, seals, lambda number: sealing.get(number, ()), highest)
    found = [b for _, b in events if b] + ([broken] if broken else []) + list(check_publications(publications, seals))
    for name in ("marks", "library", *folder.files.keys() & MORE):
        sum(1 for _ in folder.rows(name))  # read to the end, for the manifest's sake
    return folder.breaks + found, (len(events), sum(n for n, _ in events), len(seals), len(publications))


def _check_events(
    folder: Folder, stored: Mapping[str, Record], named: Mapping[str, list[Record]]
) -> Iterator[tuple[int, Break | None]]:
    """How many events each task has, and its first broken position."""
    seen: set[str] = set()
    for task, group in groupby(folder.rows("events", "seq"), key=lambda row: str(row.get("task"))):
        rows = list(group)
        if task in seen:
            yield len(rows), _broken(task, rows[0]["seq"], REORDERED)
            continue
        seen.add(task)
        yield len(rows), check_task(folder.district, task, rows, stored.get(task), named.get(task, ()))
    for task in sorted((set(stored) | set(named)) - seen):
        yield 0, check_task(folder.district, task, (), stored.get(task), named.get(task, ()))


def main(arguments: Sequence[str]) -> int:
    """Check a folder, say what was found, and give 0 if it is sound, 1 if not."""
    path = arguments[0] if arguments else os.path.dirname(os.path.abspath(__file__))
    try:
        breaks, counts = check_folder(path)
    except (KeyError, TypeError, AttributeError) as error:
        print(f"导出的内容缺项或种类不对:{type(error).__name__}: {error}")
        return 1
    for broken in breaks:
        print(broken)
    text = "{} 项任务、{} 条办理记录、{} 号封存、{} 份公布".format(*counts)
    print(f"{text}:有 {len(breaks)} 处不对" if breaks else f"{text}:都对得上")
    return 1 if breaks else 0


if __name__ == "__main__":
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))
