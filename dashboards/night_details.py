"""Tables about nights (checks, runs, drift, cohorts) without what tells of few people.

A count of another night or another date is as telling as a small one: the two subtracted are the people of a day. Do
not put here: counts of people that are hidden cell by cell (hiding.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dashboards.aggregates import OPS_PEOPLE, ROUNDED_SHARES
from dashboards.suppression import SMALLEST_SHOWN, Mask
from lake.contracts.registry import TABLES

COHORTS_APART = timedelta(days=28)
"""Counts of two dates are shown only if so many days lie between them: those who came within fewer days are few."""
_PUBLISHED = ("PUBLISHED", "FORCED")
_QUOTING_ALERTS = ("NIGHT_FAILED", "NIGHT_BLOCKED", "REVIEWS_OVERDUE", "ERASURE_UNFINISHED")
# A whole number of 1 to 9 standing alone; 2.0, 0.3, 1,200 and 5% are none.
_NAMES_FEW = r"(?:^|[^0-9.,])[1-9](?:$|[^0-9.,%]|[.,](?:$|[^0-9]))"
_NAMES_ANY = r"[0-9]"


def hide_details(rows: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """The tables of `rows` (by id) that change: shares to hundredths, checks, runs and cohorts without counts."""
    changed = {}
    for table_id, names in ROUNDED_SHARES.items():
        if table_id not in rows:
            continue
        found = rows[table_id]
        for name in names:
            position = found.schema.get_field_index(name)
            found = found.set_column(position, found.schema.field(position), pc.round(found.column(name), 2))
        changed[table_id] = found
    steps = {
        "ops__quality": hide_check_counts,
        "ops__runs": hide_run_details,
        "ops__alerts": hide_alert_details,
        "ops__cohorts": hide_close_cohorts,
    }
    return changed | {table_id: step(rows[table_id]) for table_id, step in steps.items() if table_id in rows}


def hide_check_counts(checks: pa.Table) -> pa.Table:
    """Checks of tables about people: of the newest night no number of 1 to 9, of earlier ones no count at all."""
    of_people = pa.array([_is_about_people(name) for name in checks.column("table_id").to_pylist()], pa.bool_())
    value, detail = checks.column("value"), pc.fill_null(checks.column("detail"), "")
    is_count = pc.and_(pc.greater_equal(value, 1), pc.equal(value, pc.floor(value)))
    is_few = pc.and_(is_count, pc.less(value, SMALLEST_SHOWN))
    nights = checks.column("as_of")
    is_earlier = pc.fill_null(pc.less(nights, pc.max(nights)), False)
    names_few = pc.match_substring_regex(detail, _NAMES_FEW)
    few = pc.or_(pc.fill_null(is_few, False), names_few)
    told = pc.or_(pc.fill_null(is_count, False), pc.match_substring_regex(detail, _NAMES_ANY))
    hidden = _with_neighbours(checks, _mask(pc.and_(of_people, pc.if_else(is_earlier, pc.or_(few, told), few))))
    return emptied(emptied(checks, "value", hidden), "detail", hidden)


def _with_neighbours(checks: pa.Table, hidden: Mask) -> Mask:
    """`hidden` with every reason of a table of which one is hidden: the rest and their sum, which is shown, tell it."""
    names = checks.column("check_name").to_pylist()
    nights, owners = checks.column("as_of").to_pylist(), checks.column("table_id").to_pylist()
    reasons = [place for place, name in enumerate(names) if name.startswith("refused:")]
    telling = {(nights[place], owners[place]) for place in reasons if hidden[place]}
    wider = hidden.copy()
    for place in reasons:
        wider[place] |= (nights[place], owners[place]) in telling
    return wider


def hide_run_details(runs: pa.Table) -> pa.Table:
    """Why a run was not published may quote counts of people; the command line tells those who run it."""
    hidden = pc.invert(pc.is_in(runs.column("status_code"), value_set=pa.array(_PUBLISHED)))
    return emptied(runs, "detail", _mask(hidden))


def hide_alert_details(alerts: pa.Table) -> pa.Table:
    """Why a night failed or was blocked may quote counts of people, and so may what waits for an answer."""
    hidden = pc.is_in(alerts.column("alert_kind_code"), value_set=pa.array(_QUOTING_ALERTS))
    return emptied(alerts, "detail", _mask(hidden))


def hide_close_cohorts(cohorts: pa.Table) -> pa.Table:
    """Counts of a date only if the next later one whose counts are shown lies four weeks off or more."""
    days: list[date] = cohorts.column("snapshot_date").to_pylist()
    kept: date | None = None
    hidden = np.zeros(len(days), dtype=bool)
    for place in sorted(range(len(days)), key=lambda own: days[own], reverse=True):
        is_close = kept is not None and kept - days[place] < COHORTS_APART
        hidden[place] = is_close
        kept = kept if is_close else days[place]
    for people in OPS_PEOPLE["ops__cohorts"]:
        cohorts = emptied(cohorts, people.count, hidden)
    return cohorts


def emptied(rows: pa.Table, name: str, cells: Mask) -> pa.Table:
    """`rows` with NULL in the column `name` where `cells` (n,)."""
    position = rows.schema.get_field_index(name)
    nothing = pa.nulls(rows.num_rows, rows.schema.field(name).type)
    return rows.set_column(
        position, rows.schema.field(position), pc.if_else(pa.array(cells), nothing, rows.column(name))
    )


def _is_about_people(table_id: str) -> bool:
    """Whether a table, or the one whose refused rows it holds, has a column about a person."""
    owner = table_id.replace("quarantine__", "silver__", 1)
    return owner in TABLES and TABLES[owner].is_personal


def _mask(flags: pa.Array | pa.ChunkedArray) -> Mask:
    return np.array(flags.to_pylist(), dtype=bool)
