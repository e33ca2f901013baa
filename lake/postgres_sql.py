"""One statement in PostgreSQL with its values bound.

Do not put here: what is asked (postgres.py, postgres_earlier.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

NIGHTS = "nights"
"""Behind the schema's name: the schema that holds the loads themselves."""


def do(db: psycopg.Connection[Any], sql: str, *values: object) -> psycopg.Cursor[Any]:
    """Run a statement; `values` stand for its %s."""
    return db.execute(sql.encode(), values or None)


def one(db: psycopg.Connection[Any], sql: str, *values: object) -> Any:
    """The first value of the first row, None without a row."""
    row = do(db, sql, *values).fetchone()
    return row[0] if row else None
