"""Column lineage from the night's own steps: every asset is run on frames without rows, and its plans are read.

What a Python function computes is opaque to a plan: those tables are in lineage_probe.py. Do not put here: how a plan
is read (plan_lineage.py), what lineage is used for (lake/contracts/lineage.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from inspect import isgenerator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import dagster as dg

from dagster_project.assets import features, gold, rights, serving, silver
from dagster_project.night import Night, NightOptions
from dagster_project.plan_lineage import Scope, lineage_of, source_frame
from lake import quality, staging, tables
from lake.settings import Settings

AS_OF = date(2026, 11, 20)
STAGES = (silver, rights, gold, features, serving)
OPAQUE = frozenset(
    {"gold__skill_phrases", "gold__seeker_tests", "features__application_pairs", "features__seeker_cohorts"}
)
"""Made by a Python function; and the past, which teaches models and goes into no answer."""


class TracingNight(Night):
    """A night whose tables have no rows: what a step would write is kept as lineage in `scopes`."""

    scopes: dict[str, Scope]

    @classmethod
    def opened(cls, spark: Any) -> TracingNight:
        """A tracing night on an engine that is running."""
        settings = Settings(lake_dir=Path("nowhere"))
        lake: Any = SimpleNamespace(settings=settings, spark=spark)
        device: Any = SimpleNamespace(name="cpu")
        options = NightOptions(settings, Path("nowhere"))
        night = cls(options, lake, device, AS_OF, "run", "inputs", datetime.now(tz=UTC))
        night.scopes = {}
        return night

    def read(self, table_id: str) -> Any:
        """The table as a frame without rows."""
        return source_frame(self.lake.spark, table_id)

    def read_usable(self, table_id: str) -> Any:
        """The same: whom a right in force leaves out is not where a value is from."""
        return self.read(table_id)

    def rows(self, table_id: str) -> int:
        """As many as a small country has."""
        return 100_000

    def write(self, table_id: str, frame: Any) -> Any:
        """Keep where the columns come from; nothing is computed."""
        self.scopes[table_id] = lineage_of(frame)
        return dg.MaterializeResult(asset_key=table_id)


def trace_tables(spark: Any) -> dict[str, Scope]:
    """Table → its columns with their sources, of every table that the engine computes."""
    night = TracingNight.opened(spark)
    assets = [asset for stage in STAGES for asset in stage.ASSETS if asset.node_def.name not in OPAQUE]
    with _nothing_is_stored(night):
        for asset in assets:
            run_asset(asset, night)
    return night.scopes


def run_asset(asset: dg.AssetsDefinition, night: Night) -> None:
    """The function of an asset with `night` as its resource."""
    made = asset.op.compute_fn.decorated_fn(night)  # type: ignore[union-attr]
    if isgenerator(made):
        list(made)


@contextmanager
def _nothing_is_stored(night: TracingNight) -> Iterator[None]:
    """The lake's own doors, that silver and staging go through, lead to frames without rows."""

    def balanced(_settings: Settings, noun: str, *_: object, **__: object) -> quality.Check:
        return quality.Check(f"silver__{noun}", "row_balance", 0)

    with (
        mock.patch.object(tables, "read", lambda _lake, table_id, _as_of=None: night.read(table_id)),
        mock.patch.object(staging, "stage", lambda _lake, _name, frame: frame),
        mock.patch.object(quality, "row_balance", balanced),
        mock.patch.object(quality, "refusals", return_value=[]),
    ):
        yield
