"""Columns of a table of sessions (named as in silver__training_courses) and when a rate counts as known.

Must not hold: reading of files or learning. Grain: one row = one session of a course.
"""

from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ml.courses.errors import SnapshotColumnError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

SESSION, COURSE, ROUND = "session_id", "course_id", "round_no"
INSTITUTION, FIELD, REGION = "institution_name", "skill_code", "region_code"
START, END = "start_date", "end_date"
HOURS, FEE, SEATS, ENROLLED = "training_hours", "fee_krw", "seats_count", "enrolled_count"
COMPLETED, SATISFACTION = "completed_count", "satisfaction_pct"
RATE_3M, RATE_6M = "employment_rate_3m_0_1", "employment_rate_6m_0_1"
NEEDED = (SESSION, COURSE, INSTITUTION, FIELD, START, END, COMPLETED, RATE_6M)
# Days after a session's end from which its rates are complete. The second is silver's FOLLOW_UP_DAYS.
FOLLOW_UP_3M_DAYS, FOLLOW_UP_6M_DAYS = 92, 183


def check_columns(sessions: pa.Table) -> None:
    """Refuse a table without what every session must have; the other columns may be missing."""
    missing = [name for name in NEEDED if name not in sessions.column_names]
    if missing:
        raise SnapshotColumnError(
            "sessions",
            found=f"no column {', '.join(missing)}",
            expected=", ".join(NEEDED),
            action="hand over rows of silver__training_courses",
        )


def read_number(sessions: pa.Table, name: str) -> FloatArray:
    """A column (n,), NaN where missing; all NaN when the table lacks it."""
    if name not in sessions.column_names:
        return np.full(sessions.num_rows, np.nan)
    column = sessions.column(name)
    if pa.types.is_string(column.type):  # the round of a session is text in snapshots
        column = pc.if_else(pc.match_substring_regex(column, r"^\d+$"), column, None)
    numbers = pc.fill_null(pc.cast(column, pa.float64()), float("nan"))
    return np.asarray(numbers.to_numpy(), dtype=np.float64)


def read_days(sessions: pa.Table, name: str) -> IntArray:
    """A date column as days since 1970 (n,)."""
    return np.asarray(pc.cast(pc.cast(sessions.column(name), pa.date32()), pa.int32()).to_numpy(), dtype=np.int64)


def read_codes(sessions: pa.Table, name: str) -> IntArray:
    """A text column as numbers (n,), equal for equal texts, all missing ones equal too."""
    if name not in sessions.column_names:
        return np.zeros(sessions.num_rows, dtype=np.int64)
    words = pc.fill_null(pc.cast(sessions.column(name), pa.string()), "")
    encoded = pc.rank(words.combine_chunks() if isinstance(words, pa.ChunkedArray) else words, tiebreaker="dense")
    return np.asarray(encoded.to_numpy(), dtype=np.int64)


def day_number(day: date) -> int:
    """A date as days since 1970."""
    return (day - date(1970, 1, 1)).days


def known_rates(sessions: pa.Table, *, as_of: date) -> FloatArray:
    """The 6-month rate (n,) where it is known on `as_of`, NaN elsewhere.

    Known: six months have passed since the end, somebody finished, and the rate is a share. A rate above 1 is a fault.
    """
    return _settled(sessions, RATE_6M, day_number(as_of) - FOLLOW_UP_6M_DAYS)


def known_early_rates(sessions: pa.Table, *, as_of: date) -> FloatArray:
    """The 3-month rate (n,) where it is known on `as_of`, NaN elsewhere."""
    return _settled(sessions, RATE_3M, day_number(as_of) - FOLLOW_UP_3M_DAYS)


def _settled(sessions: pa.Table, name: str, last_end: int) -> FloatArray:
    rate = read_number(sessions, name)
    with np.errstate(invalid="ignore"):
        is_known = (read_days(sessions, END) <= last_end) & (read_number(sessions, COMPLETED) > 0)
        return np.where(is_known & (rate >= 0) & (rate <= 1), rate, np.nan)
