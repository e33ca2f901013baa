"""Where people stand in a table, and the table without them: both from its contract alone.

Put here: which columns hold a person's key, rows that do, frames without them. Not here: which tables and versions
there are (erasure.py), who was erased (erasures.py). Makes no table.
Three shapes: a row about a person (gone), a refused row that holds a key in its text (gone), a list of people in
columns key_1 … key_n (the person is taken out and the others move up, so that the list stays without gaps).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, reduce
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads

from lake.contracts.model import Privacy, Table
from lake.contracts.registry import TABLES
from lake.contracts.render import spark_schema

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

KEY_FORM = re.compile("[0-9a-f]{32}")
_SENT = "row_text"
_PLACE = re.compile(r"(.+)_([0-9]+)")


def person_columns(table: Table) -> tuple[str, ...]:
    """The columns whose value is a person's key."""
    return tuple(column.name for column in table.columns if column.privacy is Privacy.PSEUDONYM)


def text_columns(table: Table) -> tuple[str, ...]:
    """The columns whose text may hold a person's key: rows as sent, where the noun is about people."""
    is_refused = table.layer == "quarantine" and person_columns(TABLES[f"silver__{table.noun}"])
    return (_SENT,) if is_refused else ()


@cache
def tables_about_people() -> tuple[str, ...]:
    """Every table that can hold a person's key, in the order of the registry."""
    return tuple(name for name, table in TABLES.items() if person_columns(table) or text_columns(table))


def lists_people(table: Table) -> bool:
    """Whether a row is a list of people, rather than about one."""
    return len(person_columns(table)) > 1


def find_rows(file: Path, table: Table, keys: Sequence[str]) -> tuple[int, set[str]]:
    """How many rows of a Parquet file of the table hold one of `keys`, and which; other columns are not read.

    Raises pyarrow.ArrowInvalid or OSError when the file is no whole Parquet file.
    """
    rows = pads.dataset(file, format="parquet")
    by_value = [name for name in person_columns(table) if name in rows.schema.names]
    by_text = [name for name in text_columns(table) if name in rows.schema.names]
    wanted, pattern = pa.array(keys, pa.string()), "|".join(keys)
    conditions = [pc.field(name).isin(wanted) for name in by_value]
    conditions += [pc.match_substring_regex(pc.field(name), pattern) for name in by_text]
    if not conditions:
        return 0, set()
    found = rows.to_table(columns=[*by_value, *by_text], filter=reduce(pc.or_kleene, conditions))
    texts = {text for name in found.schema.names for text in found[name].to_pylist() if text is not None}
    return found.num_rows, {key for key in keys if key in texts or any(key in text for text in texts if by_text)}


def without(frame: DataFrame, table: Table, keys: Sequence[str]) -> DataFrame:
    """`frame`, rows of the table, without the people `keys`; every other value is as it was."""
    from pyspark.sql import functions as F

    if lists_people(table):

        def closed_up(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            yield from (close_up(batch, table, keys) for batch in batches)

        return frame.select(*table.names).mapInArrow(closed_up, spark_schema(table))
    for name in person_columns(table):
        frame = frame.where(F.col(name).isNull() | ~F.col(name).isin(*keys))
    for name in text_columns(table):
        frame = frame.where(F.col(name).isNull() | ~F.col(name).rlike("|".join(keys)))
    return frame


def close_up(batch: pa.RecordBatch, table: Table, keys: Sequence[str]) -> pa.RecordBatch:
    """Rows of lists without the people `keys`: the others move up; a list that becomes empty says that it is."""
    people, rows = person_columns(table), batch.num_rows
    wanted = pa.array(keys, pa.string())
    gone = np.stack([pc.is_in(batch.column(name), value_set=wanted).to_numpy(zero_copy_only=False) for name in people])
    absent = gone | np.stack([batch.column(name).is_null().to_numpy(zero_copy_only=False) for name in people])
    order = np.argsort(absent, axis=0, kind="stable")
    sources = pa.array((order * rows + np.arange(rows)).ravel(), mask=np.take_along_axis(absent, order, axis=0).ravel())
    columns = {name: batch.column(name) for name in batch.schema.names}
    for stem in _listed_stems(table):
        places = [f"{stem}_{place}" for place in range(1, len(people) + 1)]
        moved = pa.concat_arrays([columns[name] for name in places]).take(sources)
        columns |= {name: moved.slice(place * rows, rows) for place, name in enumerate(places)}
    if "answer_code" in columns:
        emptied = pa.array(absent.all(axis=0) & gone.any(axis=0))
        columns["answer_code"] = pc.if_else(emptied, pa.scalar("NO_CANDIDATE"), columns["answer_code"])
    return pa.RecordBatch.from_arrays(list(columns.values()), schema=batch.schema)


def _listed_stems(table: Table) -> tuple[str, ...]:
    """What is told of each person on the list: names that stand once for each place."""
    places = range(1, len(person_columns(table)) + 1)
    found = [_PLACE.fullmatch(name) for name in table.names]
    stems = dict.fromkeys(match[1] for match in found if match)
    return tuple(stem for stem in stems if all(f"{stem}_{place}" in table.names for place in places))
