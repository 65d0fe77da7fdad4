"""An archive as a folder of Parquet files, for who wants to read old years with other tools.

What is put in together is one folder inside, ``task.parquet``, ``party.parquet``, ``event.parquet``, ``duty.parquet``;
it appears whole or not at all and is never changed. The library is loaded only when such an archive is used.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC
from pathlib import Path
from typing import Any

from supervise import chain
from supervise.errors import Invalid, Problem, Unknown
from supervise.site.whole import appearing
from supervise.store.retired import TABLES, Row, Rows, event_record, key, kinds


class ParquetShelf:
    """An archive of Parquet files.

    Args:
        folder: where they are.
        create: make the folder if it is not there.
    """

    def __init__(self, folder: Path, create: bool = False) -> None:
        self._folder, self._lib = folder, _library()
        if not create and not folder.is_dir():
            raise Unknown(Problem("T07", f"没有文件夹 {folder}"))

    def put(self, district: str, name: str, batches: Callable[[], Iterator[Rows]]) -> None:
        """Put whole rows in, as one folder that is there only when all of it is on the disk."""
        whole = self._folder / name
        if whole.exists():
            return  # the name is made from the rows; whoever put them here reads them again before relying on it
        for debris in self._folder.glob(f".{name}.*.part"):  # of somebody who was killed over the same rows
            shutil.rmtree(debris, ignore_errors=True)
        with appearing(whole) as part:
            part.mkdir(parents=True)
            self._write(part, batches())

    def _write(self, part: Path, batches: Iterator[Rows]) -> None:
        writer, schemas = self._lib.parquet.ParquetWriter, {table: self._schema(table) for table in TABLES}
        with ExitStack() as stack:
            files = {
                table: stack.enter_context(writer(part / f"{table}.parquet", schema, compression="zstd"))
                for table, schema in schemas.items()
            }
            for rows in batches:
                for table, file in files.items():
                    words = kinds(table)
                    columns = {name: [_written(row[name], word) for row in rows[table]] for name, word in words.items()}
                    file.write_table(self._lib.table(columns, schema=schemas[table]))

    def _schema(self, table: str) -> Any:
        lib = self._lib
        types = {
            "text": lib.string(), "number": lib.int64(), "day": lib.date32(), "moment": lib.timestamp("us", "UTC"),
            "data": lib.string(),
        }  # fmt: skip
        return lib.schema([(name, types[word]) for name, word in kinds(table).items()])

    def take(self, district: str, heads: Mapping[str, str]) -> Rows:
        """All rows of the tasks whose histories end with these heads."""
        return self._taken(district, heads, TABLES)

    def events(self, district: str, heads: Mapping[str, str]) -> dict[str, list[chain.Record]]:
        """Their events as plain data with their hashes, by task."""
        found: dict[str, list[chain.Record]] = {}
        for row in self._taken(district, heads, ("event",))["event"]:
            found.setdefault(row["task"], []).append(event_record(row))
        return found

    def _taken(self, district: str, heads: Mapping[str, str], names: Sequence[str]) -> Rows:
        found: Rows = {name: [] for name in names}
        left = dict(heads)
        for folder in self._parts():
            there = self._read(folder, "task", district, list(left)) if left else []
            codes = [row["code"] for row in there if row["head"] == left[row["code"]]]
            for name in names if codes else ():
                found[name] += self._read(folder, name, district, codes)
            for code in codes:
                del left[code]
        for name in names:
            found[name].sort(key=lambda row, name=name: row[key(name)])  # type: ignore[misc]
        return found

    def _parts(self) -> list[Path]:
        if not self._folder.is_dir():
            raise Unknown(Problem("T07", f"没有文件夹 {self._folder}"))
        return sorted(p for p in self._folder.iterdir() if p.is_dir() and not p.name.startswith("."))

    def _read(self, folder: Path, table: str, district: str, codes: Sequence[str]) -> list[Row]:
        lib, words = self._lib, kinds(table)
        wanted = [("district", "==", district), (key(table), "in", list(codes))]
        try:
            rows = lib.parquet.read_table(folder / f"{table}.parquet", columns=list(words), filters=wanted).to_pylist()
        except (OSError, lib.ArrowException, lib.ArrowInvalid) as error:
            text = f"读不了 {folder.name}/{table}.parquet:{' '.join(str(error).split())[:200]}"
            raise Invalid(Problem("F03", text)) from None
        return [{name: _read_back(row[name], word) for name, word in words.items()} for row in rows]


def _library() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        help_ = '请安装:pip install "supervise[parquet]",或归档到数据库文件(--to 2021.db)'
        raise Invalid(Problem("W02", "没有读写 Parquet 的库", help=help_)) from None
    return pyarrow


def _written(value: Any, word: str) -> Any:
    return json.dumps(value, ensure_ascii=False) if word == "data" else value


def _read_back(value: Any, word: str) -> Any:
    if value is None:
        return None
    if word == "data":
        try:
            return json.loads(value)
        except ValueError:
            return value  # somebody changed it: no hash will fit
    return value.astimezone(UTC) if word == "moment" else value


def batch(district: str, year: str, heads: Mapping[str, str]) -> str:
    """The name of what is put in together: the year, and a hash of the district and every head."""
    return f"{year}-{chain.digest('sha256', chain.canonical([district, dict(heads)])).partition(':')[2][:12]}"
