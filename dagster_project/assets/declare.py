"""How a table becomes an asset: key, group, kinds, owner, columns and its blocking contract check.

Everything comes from the contract. Do not put here: an asset.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import dagster as dg

from dagster_project.assets.lineage_metadata import column_lineage
from dagster_project.night import Night, Result
from dagster_project.resumption import once
from lake.contracts.model import Table
from lake.contracts.registry import table
from lake.contracts.render import comment

TIMEZONE = "Asia/Seoul"
NIGHTS = dg.DailyPartitionsDefinition(start_date="2020-01-01", timezone=TIMEZONE, end_offset=1)
SOURCE_RETRIES = dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL)
_SERVED_BY_SIX = dg.FreshnessPolicy.cron(
    deadline_cron="0 6 * * *", lower_bound_delta=timedelta(hours=4), timezone=TIMEZONE
)
PLATFORM_TEAM = "team:data-platform"
_TEAMS = {
    "데이터플랫폼팀": "data-platform",
    "고용서비스기반과": "employment-service",
    "직업능력정책과": "training-policy",
    "고용서비스정책과": "employment-policy",
    "고용보험기획과": "insurance",
    "한국고용정보원": "keis",
}


def asset_options(table_id: str, deps: Sequence[str], *, kinds: Sequence[str] = ("delta", "spark")) -> dict[str, Any]:
    """Keyword arguments of `@dg.asset` for a table made from the tables `deps`."""
    contract = table(table_id)
    return {
        "name": table_id,
        "deps": list(deps),
        "partitions_def": NIGHTS,
        "check_specs": [dg.AssetCheckSpec("contract", asset=table_id, blocking=True, description="계약 점검")],
        **_told(contract, kinds),
    }


def table_asset(
    table_id: str, deps: Sequence[str], *, kinds: Sequence[str] = ("delta", "spark")
) -> Callable[[Callable[[Night], Result]], dg.AssetsDefinition]:
    """Make the asset of a table from the function that writes it; in a rerun of a night it may stand already."""

    def decorate(compute: Callable[[Night], Result]) -> dg.AssetsDefinition:
        @dg.asset(**asset_options(table_id, deps, kinds=kinds))
        def made(night: dg.ResourceParam[Night]) -> Result:
            (result,) = once(night, table_id, [table_id], deps, lambda: [compute(night)])
            return result

        return made

    return decorate


def asset_spec(table_id: str, deps: Sequence[str]) -> dg.AssetSpec:
    """The same as an AssetSpec, for a step that makes two tables."""
    return dg.AssetSpec(table_id, deps=list(deps), partitions_def=NIGHTS, **_told(table(table_id), ("delta", "spark")))


def contract_check(table_id: str) -> dg.AssetCheckSpec:
    """The blocking contract check of a table."""
    return dg.AssetCheckSpec("contract", asset=table_id, blocking=True, description="계약 점검")


def _told(contract: Table, kinds: Sequence[str]) -> dict[str, Any]:
    columns = [
        dg.TableColumn(
            column.name,
            column.kind.value,
            description=comment(column),
            constraints=dg.TableColumnConstraints(nullable=column.nullable),
        )
        for column in contract.columns
    ]
    freshness = {"freshness_policy": _SERVED_BY_SIX} if contract.layer == "serving" else {}
    return {
        "group_name": contract.layer,
        "kinds": set(kinds),
        "owners": [f"team:{_TEAMS[contract.owner]}"],
        "description": f"{contract.label}: {contract.description} {contract.grain}.",
        "metadata": {
            "dagster/column_schema": dg.TableSchema(columns=columns),
            "dagster/column_lineage": column_lineage(contract.id),
            "dagster/table_name": contract.id,
            "owner": contract.owner,
            "cadence": contract.cadence,
        },
        **freshness,
    }
