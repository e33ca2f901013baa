"""The same code on Sail and on Apache Spark gives the same rows, from bronze to features."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow.compute as pc
import pytest

from dagster_project.engine_steps import LAYERS
from dagster_project.run import DEMO_DATE, simulate_korea
from lake import tables
from lake.contracts.registry import TABLES
from lake.settings import Settings, load_settings
from tests.parity.compare import difference
from tests.parity.oddities import deliver_oddities

SIZES = (1_500, 400, 150)
COMPARED = [table_id for table_id, table in TABLES.items() if table.layer in LAYERS]
# Short runs: Java's second compiler would take more time than it saves.
JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


@pytest.fixture(scope="module")
def lakes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Settings]:
    """The same two deliveries on both engines, under one pseudonym key, in folders that need care with paths."""
    root = tmp_path_factory.mktemp("두 엔진")
    sources, key = root / "deliveries", root / "pseudonym.key"
    simulate_korea(sources, SIZES, nights=1, seed=1, first_date=DEMO_DATE)
    deliver_oddities(sources, like=DEMO_DATE, settings=Settings(lake_dir=root / "landed", secret_file=key))
    embedded = load_settings(lake_dir=root / "embedded", secret_file=key)
    spark = replace(embedded, lake_dir=root / "spark", engine="spark")
    for settings in (embedded, spark):
        _run_night(sources, settings)
    return embedded, spark


def _run_night(sources: Path, settings: Settings) -> None:
    own = {
        "GOYONG_SECRET_FILE": str(settings.secret_file),
        "GOYONG_MEMORY_MB": "1024",
        "JDK_JAVA_OPTIONS": JAVA_OPTIONS,
    }
    night = [str(sources), str(settings.lake_dir), settings.engine, DEMO_DATE.isoformat()]
    command = [sys.executable, "-m", "dagster_project.engine_steps", *night]
    done = subprocess.run(command, env=os.environ | own, capture_output=True, text=True, check=False)  # noqa: S603 - our own command line
    assert done.returncode == 0, f"engine {settings.engine}: {done.stderr[-3_000:]}"


@pytest.mark.parametrize("table_id", COMPARED)
def test_both_engines_write_the_same_rows(table_id: str, lakes: tuple[Settings, Settings]) -> None:
    assert difference(table_id, *lakes, as_of=DEMO_DATE) is None


@pytest.mark.parametrize("layer", ["bronze", "silver", "quarantine", "gold", "features"])
def test_every_table_of_the_comparison_has_rows(layer: str, lakes: tuple[Settings, Settings]) -> None:
    counted = {name: tables.dataset(lakes[0], name).count_rows() for name in COMPARED if name.startswith(f"{layer}__")}
    assert {name: rows for name, rows in counted.items() if rows == 0} == {}


def test_odd_values_reach_silver_and_quarantine(lakes: tuple[Settings, Settings]) -> None:
    good = tables.dataset(lakes[0], "silver__job_postings", DEMO_DATE).to_table(columns=["posting_id"])
    bad = tables.dataset(lakes[0], "quarantine__job_postings", DEMO_DATE).to_table(columns=["source_file"])
    assert pc.sum(pc.starts_with(good["posting_id"], "odd-")).as_py() > 100
    assert pc.sum(pc.match_substring(bad["source_file"], "odd_")).as_py() > 100


def test_one_changed_value_is_found(lakes: tuple[Settings, Settings], tmp_path: Path) -> None:
    """The comparison itself: a lake with one other wage differs, and the message names the cell."""
    table_id, ours = "gold__occupations", lakes[0]
    other = replace(ours, lake_dir=tmp_path / "other")
    shutil.copytree(tables.path(ours, table_id), tables.path(other, table_id))
    tables.delta(other, table_id).update(
        updates={"openings_count": "openings_count + 1"}, predicate="occupation_code = '0231'"
    )
    found = difference(table_id, ours, other, as_of=DEMO_DATE)
    assert found is not None
    assert found.startswith(f"{table_id}.openings_count: ")
    assert "{'occupation_code': '0231'}" in found
