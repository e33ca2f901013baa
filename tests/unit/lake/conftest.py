"""A delivered file read in one call, and tiny Delta tables written without the engine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from lake import tables
from lake.contracts.registry import table
from lake.contracts.render import arrow_schema
from lake.quality import Check
from lake.settings import Settings
from lake.sources.mapped_files import ReadContext, read
from lake.sources.mapping import parse_mapping

KEY = bytes(range(32))
CERTIFICATES = {"seeker_key": {"from": "번호", "pseudonym": True}, "certificate_name": "자격"}
COURSES = {"session_id": "id", "course_id": "id", "start_date": "start", "end_date": "end"}
COMPANIES = {"company_id": "id"}


@pytest.fixture
def read_rows(tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """Write bytes (or text as UTF-8) as a delivered file and read it as a mapping of companies says."""

    def read_one(
        content: bytes | str, columns: dict[str, Any] | None = None, *, name: str = "a.csv", **keys: Any
    ) -> list[dict[str, Any]]:
        file = tmp_path / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        linkers = keys.pop("linkers", {})
        content_of_mapping = {"table": "companies", "pattern": name, "format": "csv"} | keys
        mapping = parse_mapping(content_of_mapping | {"columns": columns or COMPANIES}, "m.toml")
        context = ReadContext(KEY, date(2026, 3, 2), linkers, threads=2)
        return pa.Table.from_batches(list(read(mapping, file, base=tmp_path, context=context))).to_pylist()

    return read_one


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An empty lake of its own, on one thread."""
    return Settings(lake_dir=tmp_path / "lake", memory_mb=256, threads=1)


@pytest.fixture
def write_rows(settings: Settings) -> Callable[..., None]:
    """Rows as a new version of a table, without the engine; what a row does not name is null, even where forbidden."""
    return lambda table_id, *rows, replacing=None: write_table(settings, table_id, *rows, replacing=replacing)


def write_table(settings: Settings, table_id: str, *rows: dict[str, Any], replacing: str | None = None) -> None:
    """Rows as a new version of a table, or as what takes the place of the rows that `replacing` selects."""
    contract = table(table_id)
    loose = pa.schema([wanted.with_nullable(True) for wanted in arrow_schema(contract)])
    write_deltalake(
        str(tables.path(settings, table_id)),
        pa.Table.from_pylist(list(rows), schema=loose),
        mode="overwrite",
        partition_by=list(contract.partition_by),
        predicate=replacing,
    )


@pytest.fixture
def failed(audited: Callable[..., list[Check]]) -> Callable[..., dict[str, tuple[float, str]]]:
    """Gate → value and detail of the gates that fail, of the module's own `audited`."""
    return lambda **rows: {
        check.name.removeprefix("gate:"): (check.value, check.detail) for check in audited(**rows) if not check.passed
    }
