"""Answers and look-ups in the shape portals read, stamped with who made them."""

from __future__ import annotations

import dagster as dg

from dagster_project.assets.declare import table_asset
from dagster_project.night import Night, Result
from lake.contracts.registry import contract_version
from lake.contracts.rights import HUMAN_REVIEWS
from lake.contracts.serving import REVIEWED_SERVICES, SOURCES
from transforms.serving.answers import serve
from transforms.serving.reviews import mark_reviews


def serving_asset(serving_id: str, source_id: str) -> dg.AssetsDefinition:
    """One serving table from its source (the same shape every time, hence a factory)."""
    service = REVIEWED_SERVICES.get(serving_id)

    @table_asset(serving_id, [source_id, *([HUMAN_REVIEWS.id] if service else [])])
    def served(night: Night) -> Result:
        stamp = f"contract-{contract_version(source_id)}"
        source = night.read(source_id)
        marked = mark_reviews(source, night.read(HUMAN_REVIEWS.id), service) if service else source
        frame = serve(marked, serving_id, as_of=night.as_of, run_id=night.run_id, model_version=stamp)
        return night.write(serving_id, frame)

    return served


ASSETS = [serving_asset(serving, source) for serving, source in SOURCES.items()]
