"""A delivered file and its mapping, read in one call: what most tests of landing need."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

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
