"""The engine seam: the ONLY place that knows which engine runs.

`embedded` is Sail (a Spark Connect server in this process), `spark` is Apache Spark with Delta on a
local JVM, `sc://host:port` is any Spark Connect cluster. Do not put here: reading or writing tables.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lake.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

log = logging.getLogger(__name__)


class EngineUnavailable(RuntimeError):
    """The asked-for engine cannot start here; the message says what is missing."""


@contextmanager
def open_session(settings: Settings) -> Iterator[SparkSession]:
    """A Spark session of the configured engine, closed on leaving. Session time zone is UTC."""
    if settings.engine == "embedded":
        opened = _embedded(settings)
    elif settings.engine == "spark":
        opened = _local_spark(settings)
    else:
        opened = _remote(settings.engine)
    with opened as spark:
        spark.conf.set("spark.sql.session.timeZone", "UTC")
        yield spark


@contextmanager
def _embedded(settings: Settings) -> Iterator[SparkSession]:
    spill = settings.staging_dir / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    options = {
        "SAIL_RUNTIME__MEMORY_POOL__TYPE": "fair",
        "SAIL_RUNTIME__MEMORY_POOL__FAIR__MAX_SIZE": str(settings.memory_mb * 1_048_576),
        "SAIL_RUNTIME__TEMPORARY_FILES__PATHS": f'["{spill.resolve()}"]',
        "SAIL_EXECUTION__DEFAULT_PARALLELISM": str(settings.cores),
        "SAIL_PARQUET__COMPRESSION": "zstd(1)",
        "SAIL_PARQUET__STATISTICS_ENABLED": "chunk",
        "RUST_LOG": os.environ.get("RUST_LOG", "error"),
        # Sail and our own arrays take turns on the same cores: waiting threads must not spin.
        "OMP_WAIT_POLICY": "passive",
    }
    os.environ.update(options)  # Sail reads its configuration from the environment and nowhere else.
    from pysail.spark import SparkConnectServer
    from pyspark.sql import SparkSession

    # The handle must outlive the session: a collected server leaves the client retrying for ever
    # (lakehq/sail#2530; remove this note when it is closed).
    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    host, port = server.listening_address
    spark = SparkSession.builder.remote(f"sc://{host}:{port}").create()
    try:
        yield spark
    finally:
        spark.stop()
        server.stop()


@contextmanager
def _local_spark(settings: Settings) -> Iterator[SparkSession]:
    jars = sorted(Path(os.environ.get("GOYONG_SPARK_JARS", ".spark/jars")).glob("*.jar"))
    if not jars:
        raise EngineUnavailable("engine spark: no Delta jars in .spark/jars; run: make spark")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    if importlib.util.find_spec("delta") is None:
        raise EngineUnavailable("engine spark needs the full pyspark and delta-spark; run: make spark")
    from pyspark.sql import SparkSession

    spark = (
        SparkSession.builder.master(f"local[{settings.cores}]")
        .appName("goyong")
        .config("spark.jars", ",".join(str(jar.resolve()) for jar in jars))
        .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
        .config("spark.driver.memory", f"{settings.memory_mb}m")
        .config("spark.sql.shuffle.partitions", str(settings.cores * 2))
        .config("spark.databricks.delta.snapshotPartitions", "2")
        .config("spark.sql.execution.arrow.pyspark.enabled", "true")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    try:
        yield spark
    finally:
        spark.stop()


@contextmanager
def _remote(url: str) -> Iterator[SparkSession]:
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.remote(url).create()
    try:
        yield spark
    finally:
        spark.stop()
