"""Monthly snapshots of K-Digital Training sessions (CSV or XLSX as published) as one table of sessions.

Must not hold: learning. What is known on a month's last day is read from snapshots up to that month and no other; with
`settled_rates` also the rates (nothing else) of later snapshots, and of those only what had been settled by that day.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ml.courses.columns import (
    COMPLETED,
    END,
    FOLLOW_UP_3M_DAYS,
    FOLLOW_UP_6M_DAYS,
    RATE_3M,
    RATE_6M,
    SESSION,
    day_number,
    read_days,
    read_number,
)
from ml.courses.errors import MonthFormatError, NoSnapshotError, TwoSnapshotsError
from ml.courses.snapshot_file import SUFFIXES, read_snapshot
from ml.tabular.errors import TableFileMissingError

_MONTH_IN_NAME = re.compile(r"(?<!\d)(20\d\d)[-_. ]?(0[1-9]|1[0-2])(?!\d)")
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, eq=False)
class Snapshots:
    """What was known on `as_of`.

    `sessions`: the newest row of each session up to that day. `asked`: session ids of the newest snapshot, as listed.
    `faults`: what was left out and how often.
    """

    as_of: date
    sessions: pa.Table
    asked: pa.Array
    faults: dict[str, int]


def parse_month(text: str) -> date:
    """The last day of a month written YYYY-MM."""
    found = _MONTH.fullmatch(text.strip())
    if not found:
        raise MonthFormatError("--as-of", found=repr(text), expected="YYYY-MM, such as 2025-03", action="correct it")
    return _last_day(int(found[1]), int(found[2]))


def read_snapshots(folder: Path, *, as_of: date, settled_rates: bool = False) -> Snapshots:
    """The folder as known on `as_of`, the last day of a month."""
    files = list_snapshots(folder)
    past, future = [m for m in files if m <= as_of], [m for m in files if m > as_of]
    if not past:
        raise NoSnapshotError(
            str(folder),
            found=f"snapshots from {min(files):%Y-%m} on" if files else "no snapshot (YYYYMM in a .csv or .xlsx name)",
            expected=f"one of {as_of:%Y-%m} or before",
            action="ask for a later month or add the snapshot",
        )
    tables = [read_snapshot(files[month]) for month in past]
    faults = dict(tables[-1].faults)
    sessions = _newest_rows([snapshot.sessions for snapshot in tables])
    if settled_rates:
        sessions, filled = _fill_settled(sessions, [read_snapshot(files[month]).sessions for month in future], as_of)
        faults["rates taken from later snapshots, settled by then"] = filled
    faults |= _count_rate_faults(sessions, as_of)
    return Snapshots(as_of, sessions, pc.unique(tables[-1].sessions.column(SESSION)), faults)


def read_outcomes(folder: Path, *, as_of: date) -> tuple[date, pa.Table] | None:
    """The last snapshot of the folder with its last day when it is later than `as_of`: for judging only."""
    files = list_snapshots(folder)
    last = max(files, default=as_of)
    return (last, read_snapshot(files[last]).sessions) if last > as_of else None


def list_snapshots(folder: Path) -> dict[date, Path]:
    """The file of each month, by the month's last day, in order; a name without a month is no snapshot."""
    if not folder.is_dir():
        raise TableFileMissingError(
            str(folder), found="no folder", expected="a folder of monthly snapshots", action="check the path"
        )
    files: dict[date, Path] = {}
    for path in sorted(folder.iterdir()):
        months = _MONTH_IN_NAME.findall(path.stem)
        if path.suffix.lower() not in SUFFIXES or not months or path.name.startswith(("~", ".")):
            continue
        month = _last_day(int(months[-1][0]), int(months[-1][1]))
        if month in files:
            raise TwoSnapshotsError(
                f"{folder}, {month:%Y-%m}",
                found=f"{files[month].name} and {path.name}",
                expected="one file a month",
                action="take one of them away",
            )
        files[month] = path
    return dict(sorted(files.items()))


def _last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _newest_rows(tables: list[pa.Table]) -> pa.Table:
    """Each session once, as its newest snapshot has it (the last row where that lists it twice), by session id."""
    together = pa.concat_tables(tables)
    numbered = together.append_column("row", pa.array(np.arange(together.num_rows)))
    kept = numbered.group_by(SESSION).aggregate([("row", "max")])
    return together.take(kept.sort_by(SESSION).column("row_max"))


def _fill_settled(sessions: pa.Table, later: list[pa.Table], as_of: date) -> tuple[pa.Table, int]:
    """Rates that had been settled by `as_of` but stand only in later snapshots, from the first one that has each.

    HRD-Net had shown them by then: who collected the snapshots kept them only from 2025-05 on.
    """
    filled = 0
    ends = read_days(sessions, END)
    keys = sessions.column(SESSION).combine_chunks()
    for name, wait in ((RATE_3M, FOLLOW_UP_3M_DAYS), (RATE_6M, FOLLOW_UP_6M_DAYS)):
        rate = read_number(sessions, name)
        is_settled = ends + wait <= day_number(as_of)
        for table in later:
            position = pc.index_in(keys, value_set=table.column(SESSION).combine_chunks())
            stated = np.append(read_number(table, name), np.nan)
            value = stated[pc.fill_null(position, table.num_rows).to_numpy()]
            is_taken = is_settled & np.isnan(rate) & ~np.isnan(value)
            rate = np.where(is_taken, value, rate)
            filled += int(is_taken.sum())
        column = pa.array(rate, from_pandas=True)
        sessions = sessions.set_column(sessions.column_names.index(name), name, column)
    return sessions, filled


def _count_rate_faults(sessions: pa.Table, as_of: date) -> dict[str, int]:
    rate, completed = read_number(sessions, RATE_6M), read_number(sessions, COMPLETED)
    is_early = read_days(sessions, END) + FOLLOW_UP_6M_DAYS > day_number(as_of)
    with np.errstate(invalid="ignore"):
        return {
            "6-month rates above 100 %, left out": int((rate > 1).sum()),
            "6-month rates stated before six months had passed, unknown": int(
                (is_early & ~np.isnan(rate) & (completed > 0)).sum()
            ),
        }
