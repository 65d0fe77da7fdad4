"""The catalogue of a database as plain text: what stands in it, to be compared before and after."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, inspect

from supervise.store.tables import of


def catalogue(engine: Engine) -> dict[str, str]:
    """Every table and view → its columns, keys, indexes and constraints, or its text."""
    look, schema = inspect(engine), of(engine).schema
    found = {}
    for name in look.get_table_names(schema=schema):
        parts = {
            "columns": [
                (c["name"], str(c["type"]), c["nullable"], c["default"]) for c in look.get_columns(name, schema)
            ],
            "primary": look.get_pk_constraint(name, schema),
            "foreign": look.get_foreign_keys(name, schema),
            "indexes": [_plain(index) for index in look.get_indexes(name, schema)],
            "unique": look.get_unique_constraints(name, schema),
        }
        found[name] = "\n".join(f"{key}: {value}" for key, value in parts.items())
    return found | {f"view {name}": str(look.get_view_definition(name, schema)) for name in look.get_view_names(schema)}


def _plain(index: Any) -> dict[str, Any]:
    """An index with its options as text, so that two looks at it are equal."""
    return {**index, "dialect_options": {k: str(v) for k, v in index.get("dialect_options", {}).items()}}
