"""What a page's tables are made of: cells, sections, and how a number, a share or an interval is written.

Plain values in, plain values out; a section keeps the SQL that made it. Do not put here: SQL, findings (the pages'
modules), markup (templates/).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from dashboards import texts
from dashboards.charts import Chart
from lake.contracts import codes

TONES = {"PASS": "ok", "WARN": "check", "FAIL": "bad"}
Row = dict[str, Any]
_SQL = Path(__file__).parent / "sql"


@dataclass(frozen=True)
class Cell:
    """One value as shown; `extra` stands small below it, `share` draws a bar, `is_number` aligns to the right.

    `tone` is ok, check or bad.
    """

    text: str
    is_number: bool = False
    share: float | None = None
    tone: str = ""
    extra: str = ""


@dataclass(frozen=True)
class Section:
    """One table of the page: a title that states the finding, column names, rows, and the SQL behind it.

    `note` says how to read it, `chart` is drawn above the table, `more` rows stand in the files only.
    """

    id: str
    title: str
    source: str
    sql: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    chart: Chart | None = None
    more: int = 0


@cache
def query(name: str, folder: str = "judgement") -> str:
    """The SQL of sql/`folder`/`name`.sql, over the tables of goyong.duckdb."""
    return (_SQL / folder / f"{name}.sql").read_text(encoding="utf-8")


def fetch(db: duckdb.DuckDBPyConnection, name: str, folder: str = "judgement") -> list[Row]:
    """The rows of a named query by column name."""
    rows: list[Row] = db.execute(query(name, folder)).to_arrow_table().to_pylist()
    return rows


def plain_numbers(table: pa.Table) -> pa.Table:
    """`table` with sums as whole numbers: DuckDB gives them as decimals."""
    for place, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            kind = pa.int64() if field.type.scale == 0 else pa.float64()
            table = table.set_column(place, field.name, table.column(place).cast(kind))
    return table


def number(value: float | None, unit: str = "") -> Cell:
    """A whole number with its unit; what is not there is hidden."""
    return Cell(hidden() if value is None else f"{value:,.0f}{unit}", is_number=True)


def percent(share: float | None) -> Cell:
    """A share as a whole percentage; what is not there is hidden."""
    return Cell(hidden() if share is None else said_percent(share), is_number=True)


def estimate(row: Row, name: str, *, digits: int = 3, unit: str = "") -> Cell:
    """A measured value with its 95 % interval below: `name`, `name`_low and `name`_high of the row."""
    if row[name] is None:
        return Cell(hidden(), is_number=True)
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    extra = "" if low is None or high is None else f"{low:z,.{digits}f}~{high:z,.{digits}f}"
    return Cell(f"{row[name]:z,.{digits}f}{unit}", is_number=True, extra=extra)


def percent_estimate(row: Row, name: str, *, is_gap: bool = False) -> Cell:
    """A share (a gap: in percentage points, with its sign) with its 95 % interval below."""
    if row[name] is None:
        return Cell(hidden(), is_number=True)
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    extra = "" if low is None or high is None else f"{low * 100:z.0f}~{high * 100:z.0f}{'' if is_gap else '%'}"
    text = f"{row[name] * 100:+z.0f}%p" if is_gap else said_percent(row[name])
    return Cell(text, is_number=True, extra=extra)


def limit(value: float | None, digits: int = 3) -> Cell:
    """A limit; empty where nothing is limited."""
    return Cell("" if value is None else f"{value:z,.{digits}f}", is_number=True)


def result(code: str) -> Cell:
    """A check's result in words and colour."""
    return Cell(codes.CHECK_RESULT.codes[code], tone=TONES[code])


def said_percent(share: float) -> str:
    """0.446 as 45%."""
    return f"{share * 100:.0f}%"


def said_seconds(seconds: float | None) -> str:
    """Seconds, from a minute on minutes and seconds."""
    if seconds is None:
        return texts.NO_VALUE
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}분 {rest}초" if minutes else f"{seconds:.1f}초"


def hidden() -> str:
    """What stands in a cell that is hidden."""
    return str(texts.load("night")["hidden"])
