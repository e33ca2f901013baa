"""What `goyong nightly` refuses before anything is touched.

Do not put here: what a night does (tests/pipeline).
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from dagster_project.run import NightInTheFuture, nightly
from lake.settings import Settings, today_in_seoul


def test_a_night_that_has_not_begun_is_refused_and_leaves_no_lake(tmp_path: Path) -> None:
    tomorrow = today_in_seoul() + timedelta(days=1)
    with pytest.raises(NightInTheFuture, match=f"found the business date {tomorrow}; expected one up to today"):
        nightly(Settings(lake_dir=tmp_path / "lake"), tmp_path, tomorrow)
    assert not (tmp_path / "lake").exists()
