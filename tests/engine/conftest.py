"""One engine for all engine tests of a process, and rows that only name what matters to the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from lake.contracts.registry import table
from lake.contracts.render import arrow_schema, spark_schema
from lake.session import open_session
from lake.settings import Settings
from lake.tables import Lake
from tests.engine.people import seeker
from transforms.registers import Registers

AS_OF = date(2026, 11, 20)
_ALWAYS = {
    "as_of": AS_OF,
    "delivery_date": AS_OF,
    "first_delivery_date": AS_OF,
    "source_file": "a.csv",
    "row_number": 1,
    "row_hash": "h",
    "received_at": datetime(2026, 11, 20, tzinfo=UTC),
}


@pytest.fixture(scope="session")
def session_lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """The embedded engine over an empty lake; shared, so tests must use tables of their own."""
    settings = Settings(lake_dir=tmp_path_factory.mktemp("lake"), memory_mb=512)
    with open_session(settings) as spark:
        yield Lake(settings, spark)


@pytest.fixture
def lake(session_lake: Lake, tmp_path: Path) -> Lake:
    """An empty lake on the shared engine."""
    return Lake(Settings(lake_dir=tmp_path / "lake", memory_mb=512), session_lake.spark)


def arrow_rows(table_id: str, rows: list[dict[str, Any]]) -> pa.Table:
    """`rows` as Arrow in the shape of `table_id`; what a row does not name is null."""
    contract = table(table_id)
    filled = [{name: row.get(name, _ALWAYS.get(name)) for name in contract.names} for row in rows]
    unknown = {name for row in rows for name in row} - set(contract.names)
    assert not unknown, f"{table_id} has no columns {unknown}"
    return pa.Table.from_pylist(filled, schema=arrow_schema(contract))


@pytest.fixture
def frame(session_lake: Lake) -> Callable[..., Any]:
    """Rows as a Spark frame in the shape of a table: call it with the table id and the rows."""

    def make(table_id: str, *rows: dict[str, Any]) -> Any:
        if not rows:
            return session_lake.spark.createDataFrame([], spark_schema(table(table_id)))
        return session_lake.spark.createDataFrame(arrow_rows(table_id, list(rows)))

    return make


@pytest.fixture
def people(frame: Callable[..., Any]) -> Registers:
    """One registered seeker and empty registers; tests replace what they are about."""
    nouns = Registers.__dataclass_fields__
    empty = Registers(**{noun: frame(f"silver__{noun}") for noun in nouns})
    return replace(empty, seekers=frame("silver__seekers", seeker()))
