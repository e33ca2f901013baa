"""Keep the lake small: drop nights beyond the kept ones and files that no kept night needs.

Do not put here: anything that changes what is served.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date

from lake import artefacts, publication, tables
from lake.contracts.registry import TABLES
from lake.publication import Pointer
from lake.settings import Settings

log = logging.getLogger(__name__)


def maintain(settings: Settings) -> str:
    """Delete as_of partitions older than the kept nights, then vacuum; returns one line of what was done.

    A night is forgotten before anything that it needs is removed: a kill in between leaves no pointer to a file that
    is gone.
    """
    kept = _kept(settings)
    for night in publication.nights(settings):
        if all(night.run_id != other.run_id for other in kept):
            (settings.publication_dir / "nights" / f"{night.run_id}.json").unlink()
    (settings.publication_dir / publication.CANDIDATE).unlink(missing_ok=True)
    oldest = min(night.as_of for night in kept)
    removed = sum(_vacuum(settings, table_id, kept, oldest) for table_id in TABLES if tables.exists(settings, table_id))
    removed += artefacts.sweep(settings.publication_dir, named_artefacts(kept))
    log.info("maintained %d tables, oldest kept night %s", len(TABLES), oldest)
    return f"kept {len(kept)} nights from {oldest}; removed {removed} files that none of them needs"


def named_artefacts(pointers: Sequence[Pointer]) -> set[str]:
    """The databases, sites and key-value copies that pointers name."""
    return {name for night in pointers for name in (night.database, night.site, night.key_values) if name}


def _kept(settings: Settings) -> list[Pointer]:
    kept = publication.nights(settings)[: settings.keep_nights]
    served = publication.current(settings)
    return kept if any(night.run_id == served.run_id for night in kept) else [*kept, served]


def _vacuum(settings: Settings, table_id: str, kept: list[Pointer], oldest: date) -> int:
    """Remove a table's files that neither its newest version nor a kept night needs; returns how many."""
    table = TABLES[table_id]
    if "as_of" in table.partition_by and table.layer != "ops":
        _drop_before(settings, table_id, oldest)
    before = _files(settings, table_id)
    versions = [night.tables[table_id].version for night in kept if table_id in night.tables]
    tables.delta_to_change(settings, table_id).vacuum(
        retention_hours=0, dry_run=False, enforce_retention_duration=False, keep_versions=versions or None
    )
    return before - _files(settings, table_id)


def _files(settings: Settings, table_id: str) -> int:
    """Data files of a table on disk; what `vacuum` returns also names those that an earlier one removed."""
    return sum(1 for _ in tables.path(settings, table_id).rglob("*.parquet"))


def _drop_before(settings: Settings, table_id: str, oldest: date) -> None:
    opened = tables.delta_to_change(settings, table_id)
    if any(str(p.get("as_of")) < oldest.isoformat() for p in opened.partitions()):
        opened.delete(f"as_of < '{oldest.isoformat()}'")
