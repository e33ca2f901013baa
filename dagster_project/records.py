"""What a night says of itself: the pointer it publishes and its row of ops__runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.compute as pc

from dagster_project.night import Night
from lake import audit_log, quality, tables
from lake.contracts.registry import contract_version, table
from lake.contracts.render import arrow_schema
from lake.contracts.serving import ANSWER_SOURCES
from lake.publication import Pointer, PublishedTable
from lake.settings import Settings
from lake.verification import ANCHOR_CHECK


def pointer_of(night: Night, published: Mapping[str, PublishedTable]) -> Pointer:
    """The pointer that makes this night the served one, without its artefacts."""
    versions = {name: _model_version(night, name) for name in ANSWER_SOURCES}
    return Pointer(
        run_id=night.run_id,
        as_of=night.as_of,
        tables=dict(published),
        model_versions=versions,
        is_synthetic=is_synthetic(night),
        inputs_hash=night.inputs_hash,
        forced_because=night.options.force_reason or "",
    )


def _model_version(night: Night, table_id: str) -> str:
    """The model version on the rows of a serving table (one a night)."""
    with quality.connect(night.settings) as db:
        db.register("served", tables.dataset(night.settings, table_id))
        row = db.execute("select min(model_version) from served").fetchone()
    return str(row[0]) if row and row[0] else "none"


def is_synthetic(night: Night) -> bool:
    """Whether the sources say that they are synthetic (a file SYNTHETIC.txt beside the deliveries)."""
    return (night.options.sources_dir / "SYNTHETIC.txt").is_file()


def record_run(night: Night, status: str, detail: str | None = None) -> tables.Commit:
    """Put this run into ops__runs beside other runs of the same business date; a rerun replaces its own row."""
    return put_run(night.lake, night.as_of, run_row(night, status, detail))


def put_run(lake: tables.Lake, as_of: date, rows: pa.Table) -> tables.Commit:
    """Put a run's one row into ops__runs, in the place of an earlier row of that run."""
    if tables.exists(lake.settings, "ops__runs"):
        others = tables.dataset(lake.settings, "ops__runs", as_of).to_table()
        others = others.filter(pc.not_equal(others.column("run_id"), rows.column("run_id")[0]))
        rows = pa.concat_tables([others.select(rows.schema.names).cast(rows.schema), rows])
    return tables.replace_from_arrow(lake, "ops__runs", rows, {"as_of": as_of})


def published_status(night: Night) -> str:
    """How a night ends that is published."""
    return "FORCED" if night.options.force_reason else "PUBLISHED"


def run_row(night: Night, status: str, detail: str | None = None) -> pa.Table:
    """One row of ops__runs."""
    now = datetime.now(tz=UTC)
    row = {
        "run_id": night.run_id,
        "as_of": night.as_of,
        "status_code": status,
        "engine": night.settings.engine,
        "device": night.device.name,
        "started_at": night.started_at,
        "finished_at": now,
        "seconds": (now - night.started_at).total_seconds(),
        "seekers_count": night.rows("silver__seekers") if tables.exists(night.settings, "silver__seekers") else None,
        "is_synthetic": is_synthetic(night),
        "stages_json": json.dumps({name: round(seconds, 3) for name, seconds in night.stages.items()}),
        "detail": detail or night.options.force_reason,
        "model_version": None,
        "contract_version": contract_version("ops__runs"),
    }
    return pa.Table.from_pylist([row], schema=arrow_schema(table("ops__runs")))


def audit_anchor(settings: Settings) -> quality.Check:
    """Where the audit log ends now, as a check that always passes: a log cut or put back later shows against it."""
    end = audit_log.anchor(settings)
    return quality.Check("ops__quality", ANCHOR_CHECK, float(end.number), float(end.number), end.mac)
