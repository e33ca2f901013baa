"""From a night that passed its gates to a night that is served: candidate, switch, record; and what a kill left open.

The candidate is everything that will be served, built aside, on disk and read back: only the switch makes it seen. It
is handed from step to step as `published/candidate.json`, so that a rerun from the failed step finds it. Do not put
here: what a database or page holds (dashboards/), how a pointer is written (lake/publication.py).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa

from dagster_project.night import Night
from dagster_project.records import pointer_of, published_status, put_run, run_row
from dashboards import build, catalog
from lake import artefacts, key_value_build, kill_points, maintenance, publication, tables, verification
from lake.contracts.registry import table
from lake.contracts.render import arrow_schema
from lake.file_sync import write_durably
from lake.publication import Pointer
from lake.session import open_session
from lake.settings import Settings

log = logging.getLogger("goyong.night")


class CandidateMissing(RuntimeError):
    """There is no candidate of this run to publish."""


def prepare(night: Night, table_ids: Sequence[str]) -> Pointer:
    """Describe the tables, build database, pages and copy aside, bring all to disk, read it back; nothing is switched.

    Raises PublicationDamaged when something read back is not what was written.
    """
    settings = night.settings
    described = pointer_of(night, {name: publication.describe_table(settings, name) for name in table_ids})
    candidate = _with_artefacts(settings, described, run_row(night, published_status(night)))
    verification.require_whole(settings, candidate)
    write_durably(_file(settings), candidate.to_json())
    return candidate


def _with_artefacts(settings: Settings, pointer: Pointer, run: pa.Table) -> Pointer:
    folder = settings.publication_dir
    aside = artefacts.begin(folder, pointer.run_id)
    built = catalog.build_catalog(settings, pointer, out=aside, run=run)
    build.build_site(settings, pointer, aside / "site", catalog_path=built)
    copy = key_value_build.build(settings, pointer, aside / f"lookups{artefacts.KEY_VALUES}")
    kill_points.pass_point(settings, "key_value:built")
    site, pages = artefacts.keep_site(folder, pointer.run_id, aside / "site")
    database, files = artefacts.keep_database(folder, pointer.run_id, built)
    copies = artefacts.keep_key_values(folder, pointer.run_id, copy)
    kill_points.pass_point(settings, "key_value:kept")
    return replace(pointer, database=database, site=site, artefacts=files | pages | copies)


def switch_to_candidate(night: Night) -> Pointer:
    """Publish this run's candidate in one switch; artefacts that no kept night names are removed."""
    settings, file = night.settings, _file(night.settings)
    candidate = publication.read_pointer(file) if file.is_file() else None
    if candidate is None or candidate.run_id != night.run_id:
        found = "no candidate" if candidate is None else f"the candidate of {candidate.run_id}"
        raise CandidateMissing(
            f"found {found}; expected that of {night.run_id}, which the step goyong_duckdb prepares. Do: run the whole "
            "night"
        )
    publication.publish(settings, candidate)
    file.unlink()
    artefacts.sweep(settings.publication_dir, maintenance.named_artefacts(publication.nights(settings)))
    return candidate


def finish_served(settings: Settings) -> bool:
    """`finish` for whatever is served, before any night begins: the next one may be another date's."""
    try:
        return finish(settings, publication.current(settings))
    except publication.NothingPublished:
        return False


def finish(settings: Settings, served: Pointer) -> bool:
    """Do what a run that was stopped after the switch left undone: links and its row of ops__runs. Nothing is computed.

    Returns whether there was something to do. Call under the lake's lock.
    """
    artefacts.point_links(settings.publication_dir, served.database, served.site)
    if _is_recorded(settings, served):
        return False
    _file(settings).unlink(missing_ok=True)
    row = _run_row_of(publication.database(settings, served), served.run_id)
    with open_session(settings) as spark:
        put_run(tables.Lake(settings, spark), served.as_of, row)
    log.info("run %s was stopped after it was published: its record is written now", served.run_id)
    return True


def _is_recorded(settings: Settings, served: Pointer) -> bool:
    if not tables.exists(settings, "ops__runs"):
        return False
    rows = tables.dataset(settings, "ops__runs", served.as_of).to_table(columns=["run_id", "status_code"]).to_pylist()
    return any(row["run_id"] == served.run_id and row["status_code"] in ("PUBLISHED", "FORCED") for row in rows)


def _run_row_of(database: Path, run_id: str) -> pa.Table:
    """The row of a run as its own database holds it."""
    with duckdb.connect(str(database), read_only=True, config={"enable_external_access": "false"}) as db:
        rows = db.execute("select * from ops.runs where run_id = ?", [run_id]).to_arrow_table()
    schema = arrow_schema(table("ops__runs"))
    return rows.select(schema.names).cast(schema)


def _file(settings: Settings) -> Path:
    return settings.publication_dir / publication.CANDIDATE
