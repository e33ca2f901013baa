"""Turns a page's SQL block into a section: its rows, the sentence with its finding, a table and a chart.

The finding is SQL over the same rows as `found`: each column as it is and as people read it (`…_said`), and `place`
from 1. Do not put here: a page's words (pages/*.md), or how a chart is drawn (charts.py).
"""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa

from dashboards import column_words, texts
from dashboards.charts import Chart
from dashboards.page_files import Block, BrokenPage
from dashboards.sections import TONES, Cell, Row, Section, hidden, plain_numbers

_SHOWN = 30
_PEOPLE, _HIDDEN = "명", "is_suppressed"


def exhibit(db: duckdb.DuckDBPyConnection, block: Block) -> Section | None:
    """The section of a SQL block, or None when its table is not in the file or has no row to show."""
    source = block.options["from"]
    if "if" in block.options and not _is_there(db, block.options["if"]):
        return None
    table = plain_numbers(db.execute(block.sql).to_arrow_table())
    if table.num_rows == 0:
        return None
    rows: list[Row] = table.to_pylist()
    told = [{name: _said(name, row) for name in table.column_names} for row in rows]
    shown = int(block.options.get("rows", _SHOWN))
    return Section(
        id=block.name,
        title=_finding(db, block, table, told),
        source=source,
        sql=block.sql,
        columns=tuple(column_words.words_of(name).label for name in table.column_names if name != _HIDDEN),
        rows=tuple(_cells(row, said) for row, said in zip(rows[:shown], told[:shown], strict=True)),
        note=block.note,
        chart=_chart(block, rows, told),
        more=max(len(rows) - shown, 0),
    )


def _is_there(db: duckdb.DuckDBPyConnection, name: str) -> bool:
    schema, _, noun = name.partition(".")
    sql = "select count(*) from duckdb_tables() where schema_name = ? and table_name = ?"
    found = db.execute(sql, [schema, noun]).fetchone()
    return bool(found and found[0])


def _said(name: str, row: Row) -> str:
    value = row[name]
    if value is not None:
        return column_words.said(name, value)
    few = any(row[own] is None and column_words.words_of(own).unit == _PEOPLE for own in row)
    if few or row.get(_HIDDEN):
        return hidden()
    return texts.NO_DATA if column_words.words_of(name).unit or name.endswith(("_ratio", "_at", "_date")) else ""


def _cells(row: Row, told: dict[str, str]) -> tuple[Cell, ...]:
    found = []
    for name, text in told.items():
        if name == _HIDDEN:
            continue  # the cells say so themselves; the files have the column
        is_number = column_words.is_number(row[name]) or (row[name] is None and bool(text))
        extra = row[name] if name in ("table_id", "check_name") and text != row[name] else ""
        tone = TONES.get(str(row[name]), "") if name == "result_code" else ""
        found.append(Cell(text, is_number=is_number, tone=tone, extra=extra))
    return tuple(found)


def _finding(db: duckdb.DuckDBPyConnection, block: Block, table: pa.Table, told: list[dict[str, str]]) -> str:
    found = table.append_column("place", pa.array(range(1, table.num_rows + 1), pa.int64()))
    for name in table.column_names:
        found = found.append_column(f"{name}_said", pa.array([row[name] for row in told], pa.string()))
    db.register("found", found)
    try:
        sentence = db.execute(block.finding).fetchone() if block.finding else None
    finally:
        db.unregister("found")
    if not sentence or not sentence[0]:
        raise BrokenPage(f"block {block.name}: its finding gave no sentence; expected one row with one text")
    return str(sentence[0])


def _chart(block: Block, rows: list[Row], told: list[dict[str, str]]) -> Chart | None:
    """The chart of the option chart:KIND:NAME:MEASURE…, or of else: where that has no row to draw."""
    drawn = [_chart_of(option, block, rows, told) for option in ("chart", "else") if option in block.options]
    return next((chart for chart in drawn if chart is not None), None)


def _chart_of(option: str, block: Block, rows: list[Row], told: list[dict[str, str]]) -> Chart | None:
    kind, name, *measures = block.options[option].split(":")
    across = measures.pop(0) if kind == "tiles" else ""
    whole = [place for place, row in enumerate(rows) if all(row[measure] is not None for measure in measures)]
    if kind != "tiles":
        whole = whole[: int(block.options.get("drawn", 20))]
    if not whole:
        return None
    drawn: list[dict[str, Any]] = []
    for place in whole:
        values = {measure: column_words.drawn(measure, rows[place][measure]) for measure in measures}
        names = {part: told[place][part] for part in (name, across) if part}
        drawn.append(names | values)
    beside = [" → ".join(told[place][measure] for measure in measures[:2]) for place in whole]
    if kind == "spans":
        beside = [f"{told[p][measures[0]]}({told[p][measures[1]]}~{told[p][measures[2]]})" for p in whole]
    shown = tuple(column_words.measure(measure) for measure in measures)
    return Chart(kind, tuple(drawn), name, shown, tuple(beside), across)
