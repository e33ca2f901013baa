"""One analyst query in a process of its own: limits first, then the file read-only and locked, the rules, the answer.

A request (JSON) on stdin, lines of JSON on stdout: the column names, the rows, then a line that says how it ended. The
parent is analyst.py. Do not put here: what SQL may hold (analyst_rules.py), settings, logs.
"""

from __future__ import annotations

import json
import math
import re
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import duckdb

from dashboards.analyst_rules import CATALOG, SqlRefused, check_tree
from dashboards.macros import MACRO_NAMES

ROWS_AT_A_TIME = 1_000
# What Python, DuckDB's code and its threads' stacks take beside DuckDB's own pool, as address space.
OVERHEAD_MB = 1_536
_TABLES = "select schema_name || '.' || table_name from duckdb_tables() where not internal"
_LOCK = ("enable_external_access = false", "lock_configuration = true")
_PATH = re.compile(r"(?:/[^\s/\"':;,]+){2,}/?")
_LIMIT_ERRORS = (duckdb.OutOfMemoryException, duckdb.InternalException, duckdb.IOException, MemoryError)


class TooMuch(RuntimeError):
    """The answer is larger than a query may return."""


def main() -> None:
    """Answer the request on stdin."""
    request: dict[str, Any] = json.load(sys.stdin)
    limit(request["memory_mb"] + OVERHEAD_MB, request["seconds"] * request["threads"])
    for line in respond(request):
        sys.stdout.write(line)


def respond(request: dict[str, Any]) -> Iterator[str]:
    """The lines that answer a request; the last one says how it ended and why."""
    try:
        yield from _answer(request)
        end = {"end": "OK"}
    except SqlRefused as error:
        end = {"end": "REFUSED", "why": str(error)}
    except TooMuch as error:
        end = {"end": "LIMIT", "why": str(error)}
    except _LIMIT_ERRORS as error:
        end = {"end": "LIMIT", "why": f"the query needs more memory than {request['memory_mb']} MB ({_kind(error)})"}
    except duckdb.Error as error:
        end = {"end": "REFUSED", "why": _first_line(error)}
    yield json.dumps(end, ensure_ascii=False) + "\n"


def limit(memory_mb: int, cpu_seconds: int) -> None:
    """What the kernel refuses from here on, whatever the database does: memory, processor time, files, core dumps."""
    limits = {
        resource.RLIMIT_AS: memory_mb << 20,
        resource.RLIMIT_CPU: cpu_seconds + 5,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for which, value in limits.items():
        resource.setrlimit(which, (value, value))


def _answer(request: dict[str, Any]) -> Iterator[str]:
    with _open(request) as db:
        tables = {name for (name,) in db.execute(_TABLES).fetchall()}
        tree = db.execute("select json_serialize_sql(?)", [request["sql"]]).fetchone()
        check_tree(json.loads(tree[0]) if tree else {}, tables, MACRO_NAMES)
        found = db.execute(request["sql"])
        left = request["bytes"]
        for rows in _lines(found, request["rows"]):
            left -= len(rows)
            if left < 0:
                raise TooMuch(f"the answer is larger than {request['bytes']:,} bytes; aggregate or filter it")
            yield rows


def _open(request: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    """The file, read-only under the catalog's own name whatever the file is called, and everything else locked."""
    db = duckdb.connect(config=_limits(request))
    file = str(request["database"]).replace("'", "''")
    db.execute(f"attach '{file}' as {CATALOG} (read_only)")
    db.execute(f"use {CATALOG}")
    for setting in _LOCK:
        db.execute(f"set {setting}")
    return db


def _lines(found: duckdb.DuckDBPyConnection, most: int) -> Iterator[str]:
    yield json.dumps([column[0] for column in found.description], ensure_ascii=False) + "\n"
    count = 0
    while rows := found.fetchmany(ROWS_AT_A_TIME):
        count += len(rows)
        if count > most:
            raise TooMuch(f"the answer has more than {most:,} rows; aggregate it, or write a limit")
        yield "".join(json.dumps([_plain(value) for value in row], ensure_ascii=False) + "\n" for row in rows)


def _limits(request: dict[str, Any]) -> dict[str, Any]:
    return {
        "autoload_known_extensions": "false",
        "autoinstall_known_extensions": "false",
        "allow_community_extensions": "false",
        "allow_persistent_secrets": "false",
        "python_enable_replacements": "false",
        "temp_directory": "",
        "max_temp_directory_size": "0KB",
        "max_expression_depth": "250",
        "memory_limit": f"{request['memory_mb']}MB",
        "threads": request["threads"],
    }


def _plain(value: Any) -> Any:
    """A value as JSON can say it; what has no number (NaN, infinity) is null, dates and the like are texts."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    return str(value)


def _first_line(error: BaseException) -> str:
    """What is wrong with the SQL, in one line without a place on this machine."""
    line = str(error).strip().splitlines()[0] if str(error).strip() else _kind(error)
    return _PATH.sub("…", line)[:300]


def _kind(error: BaseException) -> str:
    return type(error).__name__


if __name__ == "__main__":
    main()
