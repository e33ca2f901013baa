"""Bronze becomes silver and quarantine, one step a noun (the same shape every time, hence a factory)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import dagster as dg

from dagster_project.assets.bronze import NOUNS
from dagster_project.assets.declare import asset_spec, contract_check
from dagster_project.night import Night, Result
from dagster_project.resumption import once
from lake import quality, staging, tables
from lake.contracts import silver
from transforms.silver.clean import accepted, judge, refused, replaced

VERSIONS = {"seekers": silver.SEEKER_VERSIONS.id, "resumes": silver.RESUME_VERSIONS.id}
"""Nouns whose replaced rows are kept beside the newest ones."""


def silver_assets(noun: str) -> dg.AssetsDefinition:
    """silver__{noun} and quarantine__{noun}: typed, checked, newest correction only; the rest with reasons."""
    good, bad = f"silver__{noun}", f"quarantine__{noun}"
    written = [good, bad, *([VERSIONS[noun]] if noun in VERSIONS else [])]
    deps = [f"bronze__{noun}", "ops__deliveries"]

    @dg.multi_asset(
        name=f"clean_{noun}",
        specs=[asset_spec(name, deps) for name in written],
        check_specs=[
            *(contract_check(name) for name in written),
            dg.AssetCheckSpec("row_balance", asset=good, blocking=True),
        ],
    )
    def cleaned(night: dg.ResourceParam[Night]) -> Iterator[Result | dg.AssetCheckResult]:
        yield from once(night, f"clean_{noun}", written, deps, lambda: _clean(night, noun, written))
        (balance,) = (check for check in night.checks if (check.table_id, check.name) == (good, "row_balance"))
        yield dg.AssetCheckResult(
            asset_key=good, check_name="row_balance", passed=balance.passed, metadata={"balance": balance.detail}
        )

    return cleaned


def _clean(night: Night, noun: str, written: Sequence[str]) -> Iterator[Result]:
    """Write the tables of a noun from the staged judgement of its rows, and count that none was lost between them."""
    name, (good, bad, *versions) = f"judged_{noun}", written
    judged = staging.stage(night.lake, name, judge(tables.read(night.lake, f"bronze__{noun}"), noun, as_of=night.as_of))
    yield night.write(good, accepted(judged, noun, as_of=night.as_of))
    yield night.write(bad, refused(judged, noun))
    for table_id in versions:
        yield night.write(table_id, replaced(judged, noun))
    folder = staging.staged_path(night.settings, name)
    balance = quality.row_balance(night.settings, noun, folder, as_of=night.as_of)
    night.checks += [balance, *quality.refusals(night.settings, noun, as_of=night.as_of)]


ASSETS = [silver_assets(noun) for noun in NOUNS]
