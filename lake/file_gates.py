"""Gates on files that could not be taken in: requests by right that nobody could read stop the night, others warn.

Put here: what ops__deliveries says of refused files. Do not put here: amounts and ages of deliveries (feed_gates.py),
why a file is refused (landing.py).
"""

from __future__ import annotations

from datetime import date

import duckdb

from lake import publication, tables
from lake.quality import Check
from lake.settings import Settings

_RIGHTS = "rights_requests"
# A file that no mapping takes is listed under "none", as mappings are: by its name it may hold requests all the same.
_UNMAPPED = f"""table_id = 'none' and contains(lower(source_file), '{_RIGHTS}')
    and not (starts_with(source_file, 'mappings/') and ends_with(source_file, '.toml'))"""
_REFUSED = f"""
select source_file, coalesce(problem, 'no mapping takes it') as problem,
    table_id = 'bronze__{_RIGHTS}' or ({_UNMAPPED}) as is_of_rights
from deliveries where delivery_date > coalesce($since, date '0001-01-01') and delivery_date <= $as_of
    and (problem is not null or ({_UNMAPPED}))
order by source_file
"""
_MOST_TOLD = 3


def audit_files(settings: Settings, db: duckdb.DuckDBPyConnection, *, as_of: date) -> list[Check]:
    """Refused files of every delivery since the last published night, tonight's included."""
    requests, others = _refused(settings, db, as_of)
    return [
        Check("ops__deliveries", "gate:refused_rights_files", float(len(requests)), detail=_told(requests)),
        Check("ops__deliveries", "gate:refused_files", float(len(others)), detail=_told(others), is_warning=True),
    ]


def _refused(
    settings: Settings, db: duckdb.DuckDBPyConnection, as_of: date
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Name and problem of refused files of requests by right, and of others."""
    if not tables.exists(settings, "ops__deliveries"):
        return [], []
    db.register("deliveries", tables.dataset(settings, "ops__deliveries"))
    since = max((night.as_of for night in publication.nights(settings) if night.as_of < as_of), default=None)
    rows = db.execute(_REFUSED, {"since": since, "as_of": as_of}).fetchall()
    found = [[(name, problem) for name, problem, is_of_rights in rows if is_of_rights is own] for own in (True, False)]
    return found[0], found[1]


def _told(files: list[tuple[str, str]]) -> str:
    """The first few; a problem begins with the name of its file as a rule."""
    named = [problem if problem.startswith(name) else f"{name}: {problem}" for name, problem in files[:_MOST_TOLD]]
    return "; ".join([*named, f"and {len(files) - _MOST_TOLD} more"] if len(files) > _MOST_TOLD else named)
