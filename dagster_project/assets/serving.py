"""Answers and look-ups in the shape portals read, stamped with who made them."""

from __future__ import annotations

import dagster as dg

from dagster_project.assets.declare import asset_options
from dagster_project.night import Night, Result
from lake.contracts.registry import contract_version
from lake.contracts.serving import SOURCES
from transforms.serving.answers import serve


def serving_asset(serving_id: str, source_id: str) -> dg.AssetsDefinition:
    """One serving table from its source (the same shape eight times, hence a factory)."""

    @dg.asset(**asset_options(serving_id, [source_id]))
    def served(night: dg.ResourceParam[Night]) -> Result:
        stamp = f"contract-{contract_version(source_id)}"
        frame = serve(night.read(source_id), serving_id, as_of=night.as_of, run_id=night.run_id, model_version=stamp)
        return night.write(serving_id, frame)

    return served


ASSETS = [serving_asset(serving, source) for serving, source in SOURCES.items()]
