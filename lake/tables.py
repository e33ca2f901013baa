"""Read and replace Delta tables: the only Delta writer, through the Spark API.

Every write is checked against its contract: columns are selected in contract order and cast, the
partition is replaced with `replaceWhere` (Sail ignores dynamic partition overwrite and would replace
the whole table), and the commit is re-opened with deltalake. Content checks live in `quality.py`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.dataset as pads
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError

from lake import opened_tables
from lake.contracts.model import Kind, Privacy, Table
from lake.contracts.registry import table as contract
from lake.contracts.render import SPARK_TYPES, arrow_schema, spark_schema
from lake.delta_log import files_of, rows_of
from lake.file_sync import sync_file, sync_folder
from lake.session import engine_path
from lake.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

log = logging.getLogger(__name__)

_SORTED_FILE_BYTES = 4_194_304  # Sail writes a file as one row group, and a look-up by key reads one of them
_LANDED_LAYERS = ("bronze", "ops")
"""Layers that no rerun computes anew: a delivery counts as landed only when its rows cannot be lost any more."""


class TableMissing(FileNotFoundError):
    """A table, or the partition asked for, has never been written."""


class TableDamaged(RuntimeError):
    """A table's Delta log cannot be read."""


class CommitMismatch(RuntimeError):
    """What stands in the Delta log is not what was just written."""


class ContractViolation(RuntimeError):
    """A frame lacks a column that its contract names."""


@dataclass(frozen=True)
class Lake:
    """The lake's settings and the engine that writes it."""

    settings: Settings
    spark: SparkSession


@dataclass(frozen=True)
class Commit:
    """One write as read back: `rows` is the number of rows in the written partition or table."""

    table_id: str
    version: int
    rows: int
    seconds: float


def path(settings: Settings, table_id: str) -> Path:
    """The Delta folder of a table: tables/{layer}/{noun}."""
    table = contract(table_id)
    return settings.tables_dir / table.layer / table.noun


def exists(settings: Settings, table_id: str) -> bool:
    """Whether the table has at least one commit."""
    return DeltaTable.is_deltatable(str(path(settings, table_id)))


def delta(settings: Settings, table_id: str, *, version: int | None = None) -> DeltaTable:
    """The table opened with deltalake at `version` (newest when None), to read; raises TableMissing or TableDamaged."""
    with _told_apart(table_id, version):
        return opened_tables.open_table(path(settings, table_id), version)


def delta_to_change(settings: Settings, table_id: str, *, version: int | None = None) -> DeltaTable:
    """The same, opened for whoever removes rows, versions or files: what it holds changes with what is done."""
    with _told_apart(table_id, version):
        return DeltaTable(str(path(settings, table_id)), version=version)


@contextmanager
def _told_apart(table_id: str, version: int | None) -> Iterator[None]:
    """A table that cannot be opened is either missing or damaged."""
    try:
        yield
    except TableNotFoundError as error:
        raise TableMissing(f"{table_id}: no such table in this lake; run: goyong nightly") from error
    except DeltaError as error:
        what = "newest version" if version is None else f"version {version}"
        raise TableDamaged(
            f"{table_id}: found a Delta log that cannot be read ({' '.join(str(error).split())[:200]}); expected its "
            f"{what}. Do: goyong nightly (it takes back a commit that was cut short); if that is refused, goyong verify"
        ) from error


def make_durable(settings: Settings, table_id: str, files: Sequence[str]) -> None:
    """Bring data files of a table, its whole log and every folder that names them to disk."""
    folder = path(settings, table_id)
    written = [folder / name for name in files]
    log_files = [file for file in (folder / "_delta_log").iterdir() if file.is_file()]
    for file in (*written, *log_files):
        sync_file(file)
    lake_dir = settings.lake_dir
    folders = {parent for file in (*written, *log_files) for parent in file.parents if parent.is_relative_to(lake_dir)}
    for named in sorted(folders):
        sync_folder(named)


def read(lake: Lake, table_id: str, as_of: date | None = None) -> DataFrame:
    """The table as a Spark frame; with `as_of`, only that business date."""
    if not exists(lake.settings, table_id):
        raise TableMissing(f"{table_id}: no such table in this lake; an earlier step has not run")
    frame = lake.spark.read.format("delta").load(engine_path(lake.settings, path(lake.settings, table_id)))
    return frame if as_of is None else frame.where(f"as_of = DATE'{as_of.isoformat()}'")


def read_version(lake: Lake, table_id: str, version: int) -> DataFrame:
    """An older version of a table without partitions as a Spark frame, read from the files that it names.

    Sail 0.7.2 cannot open a version older than its last checkpoint ("Missing commit file: expected version 0").
    """
    opened, table = delta(lake.settings, table_id, version=version), contract(table_id)
    if table.partition_by:
        raise ContractViolation(f"{table_id}: read by version, but its files lack the columns {table.partition_by}")
    names = files_of(opened)
    if not names:
        return lake.spark.createDataFrame([], spark_schema(table))
    folder = path(lake.settings, table_id).resolve()
    return lake.spark.read.parquet(*(str(folder / name) for name in names))


def dataset(settings: Settings, table_id: str, as_of: date | None = None, version: int | None = None) -> pads.Dataset:
    """The table as a pyarrow dataset, read with deltalake and no Spark; filters push down to files."""
    schema = arrow_schema(contract(table_id))
    with _told_apart(table_id, version):
        return opened_tables.open_dataset(path(settings, table_id), version, as_of, schema)


def dataset_of_night(settings: Settings, table_id: str, as_of: date | None, version: int | None = None) -> pads.Dataset:
    """`dataset` of one business date where the table has them, of everything otherwise."""
    return dataset(settings, table_id, as_of if "as_of" in contract(table_id).partition_by else None, version)


def conform(frame: DataFrame, table: Table) -> DataFrame:
    """`frame` with exactly the contract's columns, in order and cast; raises ContractViolation."""
    from pyspark.sql import functions as F

    missing = [name for name in table.names if name not in frame.columns]
    if missing:
        raise ContractViolation(f"{table.id}: frame lacks {missing}; it has {frame.columns}")
    return frame.select(*(F.col(c.name).cast(SPARK_TYPES[c.kind]).alias(c.name) for c in table.columns))


def replace(lake: Lake, table_id: str, frame: DataFrame, partition: Mapping[str, date | str] | None = None) -> Commit:
    """Replace one partition of a table (or, without `partition`, the whole table) with `frame`.

    Running it twice with the same frame leaves the same rows. Raises CommitMismatch when the commit
    that stands in the log is not one version newer or has other columns than the contract.
    """
    started = time.monotonic()
    table = contract(table_id)
    before = delta(lake.settings, table_id).version() if exists(lake.settings, table_id) else -1
    ordered = conform(frame, table)
    if table.partition_by:
        if partition is None or set(partition) != set(table.partition_by):
            raise ContractViolation(f"{table_id}: written by partition {table.partition_by}, given {partition}")
        where = " AND ".join(f"{name} = '{_literal(value)}'" for name, value in sorted(partition.items()))
        writer = _with_partition(ordered, table, partition).write.partitionBy(*table.partition_by)
        writer = writer.option("replaceWhere", where) if before >= 0 else writer
    else:
        writer = ordered.write
        if table.sort_by:  # published ones, for look-ups by key; sorting the rest would cost more than it gives
            writer = _sorted(lake.settings, ordered, table).write.option("targetFileSize", _SORTED_FILE_BYTES)
    if before < 0:  # a property of the table, which later writes keep
        writer = writer.options(**_statistics(table))
    writer.format("delta").mode("overwrite").save(engine_path(lake.settings, path(lake.settings, table_id)))
    commit = _read_back(lake.settings, table, before, partition)
    if table.layer in _LANDED_LAYERS:
        make_durable(lake.settings, table_id, files_of(delta(lake.settings, table_id)))
    seconds = time.monotonic() - started
    log.info("wrote %s version %d rows %d in %.2f s", table_id, commit[0], commit[1], seconds)
    return Commit(table_id, commit[0], commit[1], seconds)


def _sorted(settings: Settings, frame: DataFrame, table: Table) -> DataFrame:
    """`frame` in the table's order. Sail 0.7.2 drops a sort in front of a write, not one that a window needs."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    if settings.engine != "embedded":
        return frame.sort(*table.sort_by)
    window = Window.partitionBy(F.lit(0)).orderBy(*table.sort_by)
    return frame.withColumn("_place", F.row_number().over(window)).where("_place > 0").select(*table.names)


def _statistics(table: Table) -> dict[str, str]:
    """Keep the least and greatest key of a person and free text out of the Delta log, where they stand in clear."""
    told = [
        column.name
        for column in table.columns
        if column.kind is not Kind.BOOLEAN  # Spark's Delta refuses them in the list
        and column.privacy is not Privacy.PSEUDONYM
        and not column.name.endswith(("_text", "payload"))
        and column.name not in table.partition_by
    ]
    if not told:
        return {"delta.dataSkippingNumIndexedCols": "0"}
    return {"delta.dataSkippingStatsColumns": ",".join(told)}


def count(settings: Settings, table_id: str, partition: Mapping[str, date | str] | None = None) -> int:
    """Rows of a partition (or table) from the Delta log alone."""
    return rows_of(delta(settings, table_id), partition)


def replace_from_arrow(
    lake: Lake, table_id: str, rows: pa.Table, partition: Mapping[str, date | str] | None = None
) -> Commit:
    """`replace` for a small Arrow table (ops, dictionaries): it goes through the Spark API like all else."""
    table = contract(table_id)
    ordered = rows.select(list(table.names)).cast(arrow_schema(table))
    frame = lake.spark.createDataFrame(ordered if ordered.num_rows else [], spark_schema(table))
    return replace(lake, table_id, frame, partition)


def _with_partition(frame: DataFrame, table: Table, partition: Mapping[str, date | str]) -> DataFrame:
    """`frame` with the partition's values set last, as literals.

    Sail 0.7.2 (DataFusion 55) drops the sort that its Delta writer needs when it knows the partition column to be
    constant below a join, and then refuses its own plan. Remove when features__seekers can be written without this.
    """
    from pyspark.sql import functions as F

    types = {name: SPARK_TYPES[table.column(name).kind] for name in partition}
    values = {name: F.lit(_literal(value)).cast(types[name]) for name, value in partition.items()}
    return frame.drop(*partition).withColumns(values)


def _literal(value: date | str) -> str:
    text = value.isoformat() if isinstance(value, date) else value
    if "'" in text:
        raise ContractViolation(f"partition value {text!r} holds a quote")
    return text


def _read_back(
    settings: Settings, table: Table, before: int, partition: Mapping[str, date | str] | None
) -> tuple[int, int]:
    opened = delta(settings, table.id)
    version = opened.version()
    # Sail commits nothing when an empty frame replaces an empty partition (0.7.2); Spark commits a version.
    unchanged = version == before >= 0 and rows_of(opened, partition) == 0
    if version != before + 1 and not unchanged:
        raise CommitMismatch(
            f"{table.id}: expected Delta version {before + 1}, found {version}; another writer is active: "
            "stop it and run the night again"
        )
    found = {field.name for field in opened.schema().fields}
    if found != set(table.names):
        raise CommitMismatch(f"{table.id}: columns differ from the contract: {sorted(found ^ set(table.names))}")
    return version, rows_of(opened, partition)
