"""Benchmarks print; they hold no limits. `goyong bench STAGE --seekers N` runs the same at any size."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project import bench


@pytest.mark.parametrize("stage", ["simulate", "night", "lookups"])
def test_a_stage_prints_size_machine_time_and_memory(
    stage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = bench.run(stage, sizes=(20_000, 5_000, 800), out=tmp_path)
    with capsys.disabled():
        print(f"\n{told}")  # noqa: T201 - a benchmark's result is what it prints
    assert "20,000 seekers" in told
    assert "peak" in told
