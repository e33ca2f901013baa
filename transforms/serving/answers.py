"""Answers and look-ups as portals read them (makes every serving__*_v1).

One stamp for all: who made the row, when, from which run, under which contract. Opted-out people have
no row at all. Do not put here: any number that is not already in the source table.
"""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.contracts.registry import contract_version, table
from transforms.registers import day


def serve(source: DataFrame, serving_id: str, *, as_of: date, run_id: str, model_version: str) -> DataFrame:
    """`source` in the shape of `serving_id`; a model_version in the source wins over the argument."""
    stamps = {"as_of": day(as_of), "run_id": F.lit(run_id), "contract_version": F.lit(contract_version(serving_id))}
    if "model_version" not in source.columns:
        stamps["model_version"] = F.lit(model_version)
    return source.withColumns(stamps).select(*table(serving_id).names)
