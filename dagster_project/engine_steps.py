"""Bronze to features on one engine, in a process of its own: seconds of each step as one line of JSON.

`python -m dagster_project.engine_steps SOURCES LAKE ENGINE DATE`, for the benchmark and the parity test.
A process of its own because pyspark keeps to the first kind of engine it meets. Do not put here: comparing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from dagster_project.night import NightOptions
from dagster_project.run import execute
from lake.contracts.registry import TABLES
from lake.settings import load_settings

LAYERS = ("bronze", "silver", "quarantine", "gold", "features")
_LANDING = ("work24_delivery", "staged_deliveries", "ops__deliveries")
_BETWEEN = ("scores__course_outcomes",)
"""Of a later layer, and read by features__courses."""
_TIMED = ("clean_", "gold__", "features__")


def run(sources: Path, lake: Path, engine: str, as_of: date) -> dict[str, float]:
    """Step → seconds of one night up to features; settings besides lake and engine come from the environment."""
    options = NightOptions(load_settings(lake_dir=lake, engine=engine), sources)
    tables = [table_id for table_id, table in TABLES.items() if table.layer in LAYERS]
    return execute(options, as_of, [*_LANDING, *_BETWEEN, *tables])


def features_seconds(steps: dict[str, float]) -> float:
    """Seconds from silver to features: what the engine computes, without landing and starting."""
    return sum(seconds for step, seconds in steps.items() if step.startswith(_TIMED))


def main(arguments: Sequence[str]) -> None:
    """Print the steps of the night given on the command line."""
    sources, lake, engine, day = arguments
    steps = run(Path(sources), Path(lake), engine, date.fromisoformat(day))
    sys.stdout.write(json.dumps(steps) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
