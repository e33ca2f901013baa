"""Building the key-value copy of a night from the files that its pointer names.

DuckDB writes the JSON of the values, Arrow hands whole blocks over: nothing is done row by row in Python. Put here:
building. Not here: the form of the file and reading it (key_value.py), when it is built (dagster_project/candidate.py,
erasure.py).
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import lmdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lake import tables
from lake.contracts.model import Column, ContractError, Kind, Table
from lake.contracts.registry import table as contract
from lake.key_value import ABOUT, LONGEST_KEY, damaged, pack, prefix_of
from lake.publication import Pointer, PublicationDamaged
from lake.quality import connect
from lake.settings import Settings

log = logging.getLogger(__name__)

VALUES_A_BLOCK = 400
"""Rows of a block times columns: larger blocks are fewer bytes and slower to unpack (infra/benchmarks/lookups.md)."""
_MAP_BYTES = 1 << 38  # address space, not disk
_COMMIT_BLOCKS = 16_384
_BATCH_ROWS = 8_192
_JSON: dict[Kind, str] = {
    Kind.STRING: "to_json({0})",
    Kind.BOOLEAN: "{0}::varchar",
    Kind.INT8: "{0}::varchar",
    Kind.INT16: "{0}::varchar",
    Kind.INT32: "{0}::varchar",
    Kind.INT64: "{0}::varchar",
    Kind.FLOAT32: "case when isfinite({0}) then {0}::varchar end",
    Kind.FLOAT64: "case when isfinite({0}) then to_json({0}) end",  # twice as fast as ::varchar
    Kind.DATE: "'\"' || {0} || '\"'",
}


def build(settings: Settings, pointer: Pointer, out: Path) -> Path:
    """Write the copy of the pointer's serving tables to `out` (a new file), on disk when this returns.

    The same rows under the same run are the same bytes. Memory is bounded by the settings, whatever the rows.
    Raises PublicationDamaged when the files do not hold the rows that the pointer says.
    """
    started = time.monotonic()
    served = {name: contract(name) for name in sorted(pointer.tables) if contract(name).layer == "serving"}
    about = {"run_id": pointer.run_id, "tables": {name: table.names for name, table in served.items()}}
    # No writable map: on a full disk it would end the process instead of failing.
    with lmdb.open(str(out), map_size=_MAP_BYTES, subdir=False, lock=False, sync=False, max_spare_txns=0) as env:
        with env.begin(write=True) as txn:
            txn.put(ABOUT, json.dumps(about, ensure_ascii=False).encode())
        for name, table in served.items():
            _write_table(env, settings, pointer, table)
            log.debug("copied %s", name)
        env.sync(True)
    log.info("wrote %s bytes %d in %.2f s", out.name, out.stat().st_size, time.monotonic() - started)
    return out


def _write_table(env: lmdb.Environment, settings: Settings, pointer: Pointer, table: Table) -> None:
    entry, rows = pointer.tables[table.id], 0
    prefix = prefix_of(table.id)
    txn = env.begin(write=True)
    try:
        for number, (last, count, block) in enumerate(_blocks(settings, pointer, table), 1):
            key = prefix + last.encode()
            if len(key) > LONGEST_KEY or not txn.put(key, block, append=True):
                raise PublicationDamaged(
                    f"{table.id}, run {pointer.run_id}: found a {table.key[0]} twice, or of more than "
                    f"{LONGEST_KEY - len(prefix)} bytes; expected short keys, once each. Do: run the night again"
                )
            rows += count
            if number % _COMMIT_BLOCKS == 0:
                txn.commit()
                txn = env.begin(write=True)
        txn.commit()
    except BaseException:
        txn.abort()
        raise
    if rows != entry.rows:
        raise PublicationDamaged(
            f"{table.id}, run {pointer.run_id}: found {rows} rows with a key, expected {entry.rows}. Do: run the night "
            "again; if it stays, check the disk"
        )


def _blocks(settings: Settings, pointer: Pointer, table: Table) -> Iterator[tuple[str, int, bytes]]:
    """Last key, number of rows and packed rows of each block, in the order of keys."""
    a_block = max(1, VALUES_A_BLOCK // len(table.columns))
    waiting: pa.Table | None = None
    for batch in _lines(settings, pointer, table):
        found = pa.Table.from_batches([batch])
        found = found if waiting is None else pa.concat_tables([waiting, found])
        whole = found.num_rows - found.num_rows % a_block
        yield from _packed(found.slice(0, whole), a_block)
        waiting = found.slice(whole)
    if waiting is not None:
        yield from _packed(waiting, a_block)


def _packed(lines: pa.Table, a_block: int) -> Iterator[tuple[str, int, bytes]]:
    if lines.num_rows == 0:
        return
    keys, texts = (pa.concat_arrays(lines.column(name).chunks) for name in ("key", "line"))
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]
    for start in range(0, len(texts), a_block):
        end = min(start + a_block, len(texts))
        plain = texts.buffers()[2][int(offsets[start]) : int(offsets[end])]
        yield keys[end - 1].as_py(), end - start, pack(plain)


def _lines(settings: Settings, pointer: Pointer, table: Table) -> Iterator[pa.RecordBatch]:
    """The key and the line of each row (newline, key, values, each behind a separator), in the order of keys."""
    folder = tables.path(settings, table.id)
    files = [str(folder / name) for name in pointer.tables[table.id].files]
    if not files:
        return
    (key,) = table.key
    files, is_sorted = _in_order(files, key)
    values = ", ".join(f"chr(31), {_json_value(column)}" for column in table.columns)
    order = "" if is_sorted else f'order by "{key}"'
    with connect(settings) as db:
        db.execute("set temp_directory = ?", [str(settings.staging_dir / "spill")])
        sql = f"""select "{key}" as key, concat(chr(10), to_json("{key}"), {values}) as line
        from read_parquet(?, hive_partitioning = false) where "{key}" is not null {order}"""
        try:
            yield from db.execute(sql, [files]).to_arrow_reader(_BATCH_ROWS)
        except duckdb.IOException as error:
            raise PublicationDamaged(damaged(table.id, f"cannot be read ({str(error)[:200]})")) from error


def _json_value(column: Column) -> str:
    """SQL for the JSON text of a column's value; null where the value is, or is no number."""
    if column.kind not in _JSON:
        raise ContractError(f"{column.name}: {column.kind} has no JSON text in the key-value copy; add it to _JSON")
    return _JSON[column.kind].format(f'"{column.name}"')


def _in_order(files: Sequence[str], key: str) -> tuple[list[str], bool]:
    """The files by their first key, and whether all rows are sorted by key that way. Reads only the keys."""
    found = []
    for file in files:
        column = pq.read_table(file, columns=[key])[0]
        if len(column):
            ascends = pc.all(pc.less(column[:-1], column[1:])).as_py() is not False
            found.append((str(column[0]), str(column[-1]), file, ascends))
    found.sort()
    apart = all(one[1] < other[0] for one, other in zip(found, found[1:], strict=False))
    return [file for _, _, file, _ in found], apart and all(ascends for *_, ascends in found)
