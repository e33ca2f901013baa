"""The engine seam: the ONLY place that knows which engine runs.

`embedded` is Sail (a Spark Connect server in this process), `spark` is Apache Spark with Delta on a
local JVM, `sc://host:port` is any Spark Connect cluster. Do not put here: reading or writing tables.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from lake.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

log = logging.getLogger(__name__)

PROJECT_DIR = Path(__file__).resolve().parent.parent


class EngineUnavailable(RuntimeError):
    """The asked-for engine cannot start here; the message says what is missing."""


@contextmanager
def open_session(settings: Settings) -> Iterator[SparkSession]:
    """A Spark session of the configured engine, closed on leaving. Session time zone is UTC."""
    _give_the_main_module_a_file()
    if settings.engine == "embedded":
        opened = _embedded(settings)
    elif settings.engine == "spark":
        opened = _local_spark(settings)
    else:
        opened = _remote(settings.engine)
    with opened as spark:
        spark.conf.set("spark.sql.session.timeZone", "UTC")
        yield spark


def _give_the_main_module_a_file() -> None:
    """Keep pyspark from taking this process for a doctest, for which it looks for a Spark source tree and exits.

    It does so where the main module has no file (pyspark 4.2, sql/connect/utils.py, check_dependencies): in a run
    worker of Dagster, in a process of pytest-xdist. Remove when tests/engine/test_session.py passes without it.
    """
    main = sys.modules["__main__"]
    if not hasattr(main, "__file__"):
        main.__file__ = __file__


def engine_path(settings: Settings, folder: Path) -> str:
    """`folder`, which lies in the lake, as the engine must be told it.

    Sail 0.7.2 percent-encodes the path of a Delta table and then takes the encoding for the path: with a space or a
    Korean letter in it the table would stand in a folder "%EA%B3%A0…" beside the lake. So the embedded engine
    goes through a link of plain letters. Remove when tests/engine/test_engine_paths.py passes without it.
    """
    lake, whole = settings.lake_dir.resolve(), folder.resolve()
    if settings.engine != "embedded" or quote(str(whole)) == str(whole):
        return str(whole)
    lake.mkdir(parents=True, exist_ok=True)
    link = Path(tempfile.gettempdir()) / f"goyong-{hashlib.sha256(os.fsencode(lake)).hexdigest()[:16]}"
    with suppress(FileExistsError):
        link.symlink_to(lake, target_is_directory=True)
    if not link.is_symlink() or link.readlink() != lake or link.lstat().st_uid != os.geteuid():
        raise EngineUnavailable(
            f"engine embedded: the lake's path has letters it cannot write, and {link} belongs to something else; "
            "delete that, or put the lake in a folder of plain letters"
        )
    return str(link / whole.relative_to(lake))


# The client looks up the caller of every column expression, and IPython, in vain, each time: a second of a night.
_NO_CALL_SITES = ("spark.python.sql.dataFrameDebugging.enabled", "false")


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
    spark = SparkSession.builder.remote(f"sc://{host}:{port}").config(*_NO_CALL_SITES).create()
    try:
        yield spark
    finally:
        spark.stop()
        server.stop()


@contextmanager
def _local_spark(settings: Settings) -> Iterator[SparkSession]:
    jars = _spark_requirements(settings)
    spill = (settings.staging_dir / "spill").resolve()
    spill.mkdir(parents=True, exist_ok=True)
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    # Functions given to mapInArrow are unpickled by Spark's Python workers, which must find our packages.
    known = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if str(PROJECT_DIR) not in known:
        os.environ["PYTHONPATH"] = os.pathsep.join([str(PROJECT_DIR), *filter(None, known)])
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(f"local[{settings.cores}]").appName("goyong")
    for name, value in _spark_options(settings, jars, spill).items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    try:
        yield spark
    finally:
        spark.stop()


def _spark_options(settings: Settings, jars: Sequence[Path], spill: Path) -> dict[str, str]:
    return {
        # Driver and workers are one JVM: a class path is enough, bears spaces, and copies no jar at the start.
        "spark.driver.extraClassPath": os.pathsep.join(str(jar.resolve()) for jar in jars),
        "spark.driver.extraJavaOptions": "-Duser.timezone=UTC",
        "spark.driver.memory": f"{settings.memory_mb}m",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(spill),
        "spark.sql.warehouse.dir": spill.as_uri(),
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.databricks.delta.snapshotPartitions": "2",
        "spark.sql.shuffle.partitions": str(settings.cores * 2),
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        # INT96, Spark's default, has no statistics and other readers take it for nanoseconds.
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
        "spark.sql.parquet.compression.codec": "zstd",
    }


def _spark_requirements(settings: Settings) -> list[Path]:
    """Delta's jars, after making sure that Java and the full pyspark are here; raises EngineUnavailable."""
    if importlib.util.find_spec("delta") is None:
        raise EngineUnavailable(
            "engine spark: the full pyspark and delta-spark are not in this Python environment; "
            "run: make spark, then start with .venv-spark/bin/goyong"
        )
    if os.environ.get("SPARK_CONNECT_MODE_ENABLED"):
        raise EngineUnavailable(
            "engine spark: this process has used a Spark Connect engine (embedded or sc://) before, and pyspark "
            "keeps to the first kind it met; start a new process"
        )
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else "java"
    if shutil.which(java) is None:
        raise EngineUnavailable(
            f"engine spark: no Java {'in JAVA_HOME' if home else 'on the PATH'}; "
            "install Java 17 (apt-get install openjdk-17-jre-headless) or set JAVA_HOME"
        )
    jars = sorted(settings.spark_jars.glob("*.jar"))
    if not jars:
        raise EngineUnavailable(
            f"engine spark: no Delta jars in {settings.spark_jars}; run: make spark (or set GOYONG_SPARK_JARS)"
        )
    return jars


@contextmanager
def _remote(url: str) -> Iterator[SparkSession]:
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.remote(url).create()
    try:
        yield spark
    finally:
        spark.stop()
