"""Types of columns that mean the same on every database: names, moments, plain data, long texts.

Left to themselves databases differ: MySQL and MariaDB compare names without case and without trailing blanks, round
moments to seconds, and MySQL reorders the keys of JSON; PostgreSQL sorts by the language it was installed for.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, String, Text, TypeDecorator
from sqlalchemy.dialects import mysql

MYSQL = ("mysql", "mariadb")


def _binary(dialect: Dialect) -> str:
    """The collation that tells any two texts apart, trailing blanks included."""
    maria = dialect.name == "mariadb" or getattr(dialect, "is_mariadb", False)
    return "utf8mb4_nopad_bin" if maria else "utf8mb4_0900_bin"


class Name(TypeDecorator[str]):
    """A code or name: told apart, and put in order, by its characters alone."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """The collation of characters; SQLite has it unasked."""
        length: int = self.impl_instance.length  # type: ignore[attr-defined]
        if dialect.name in MYSQL:
            kind: Any = mysql.VARCHAR(length, charset="utf8mb4", collation=_binary(dialect))
        else:
            kind = String(length, collation="C" if dialect.name == "postgresql" else None)
        return kind


class LongText(TypeDecorator[str]):
    """A text of any length; MySQL's own TEXT ends at 64 KB."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Up to 4 GB on MySQL and MariaDB."""
        return _long(dialect) if dialect.name in MYSQL else Text()


class _JsonText(TypeDecorator[Any]):
    """JSON kept as a text."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Up to 4 GB."""
        return _long(dialect)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Data in."""
        return json.dumps(value, ensure_ascii=False)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Data out."""
        return json.loads(value) if value is not None else value


Data = JSON().with_variant(_JsonText(), *MYSQL)
"""Plain data with its keys in the order they came: JSON, but a text on MySQL, whose JSON would reorder keys."""


def _long(dialect: Dialect) -> Any:
    return mysql.LONGTEXT(charset="utf8mb4", collation=_binary(dialect))


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored as UTC without zone and given back with it, alike on every database."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Microseconds everywhere; MySQL and MariaDB would round to seconds unasked."""
        return mysql.DATETIME(fsp=6) if dialect.name in MYSQL else DateTime()

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Zone-aware in; naive UTC stored."""
        return value.astimezone(UTC).replace(tzinfo=None) if value is not None else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Naive UTC stored; zone-aware out."""
        return value.replace(tzinfo=UTC) if value is not None else None
