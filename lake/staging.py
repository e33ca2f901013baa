"""Frames of one night that are put on disk between two steps: computed once, read more than once, cleared at its end.

Do not put here: tables of the lake (tables.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from lake.contracts.registry import table as contract
from lake.contracts.render import arrow_schema
from lake.settings import Settings
from lake.tables import Lake

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def stage(lake: Lake, name: str, frame: DataFrame) -> DataFrame:
    """`frame` computed once into the staging folder and read back: a cut in the plan, not a table."""
    folder = staged_path(lake.settings, name)
    frame.write.mode("overwrite").parquet(str(folder))
    if not any(folder.glob("*.parquet")):
        # Sail 0.7.2 writes nothing for a frame without rows; readers need a file to know the columns.
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(frame.limit(0).toArrow(), folder / "empty.parquet")
    return lake.spark.read.parquet(str(folder))


def stage_rows(lake: Lake, table_id: str, batches: Iterator[pa.RecordBatch]) -> DataFrame:
    """Rows of a table put into the staging folder batch by batch and read back as a frame."""
    folder = staged_path(lake.settings, table_id)
    folder.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(folder / "rows.parquet", arrow_schema(contract(table_id))) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return lake.spark.read.parquet(str(folder))


def staged_path(settings: Settings, name: str) -> Path:
    """Where `stage` puts a frame."""
    return settings.staging_dir.resolve() / "frames" / name
