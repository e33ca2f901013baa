"""A session opens in any process, however Python was started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """\
from pathlib import Path
from lake.session import open_session
from lake.settings import Settings
with open_session(Settings(lake_dir=Path("lake"), memory_mb=512)) as spark:
    print(spark.range(3).count())
"""


def test_a_session_opens_where_the_main_module_has_no_file(tmp_path: Path) -> None:
    """As in a run worker of Dagster: pyspark took it for a doctest, and no night could be run from the UI."""
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "3"), done.stderr
