"""How a database means to answer the program's own queries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

WORDS = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}


def plans(session: Session, act: Callable[[], object]) -> list[str]:
    """The plan of every query that is asked while something is done, in order."""
    connection = session.connection()
    asked: list[tuple[str, Any]] = []

    def heard(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.append((statement, parameters))

    event.listen(connection.engine, "before_cursor_execute", heard)
    try:
        act()
    finally:
        event.remove(connection.engine, "before_cursor_execute", heard)
    word = WORDS[connection.dialect.name]
    return [
        "\n".join(str(row[-1]) for row in connection.exec_driver_sql(word + statement, parameters))
        for statement, parameters in asked
    ]
