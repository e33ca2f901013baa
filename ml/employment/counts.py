"""What each cohort was used for and how many people were left out for want of follow-up (rows of ops__cohorts).

Do not put here: which cohorts there are (cohorts.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ml.employment.cohorts import Origin, judged_dates, origin, unfollowed_dates
from ml.employment.inputs import KEPT_LABEL, LABEL
from ml.employment.judge import Row

_COUNTED = ("rows_count", "evaluation_rows_count", "hired_count", "kept_count")


def used_rows(cohorts: pa.Table, *, known_until: date) -> list[Row]:
    """What each cohort in a table was used for, with its counts; dates are ISO text, as they are kept with a model."""
    judged = judged_dates(known_until)
    origins = [origin(known_until), *(origin(day) for day in judged)]
    rows = []
    for day in sorted(set(cohorts["snapshot_date"].to_pylist())):
        part = cohorts.filter(pc.equal(cohorts["snapshot_date"], pa.scalar(day, pa.date32())))
        flags = (part["is_evaluation"], part[LABEL], part[KEPT_LABEL])
        counts = (part.num_rows, *(int(pc.sum(pc.cast(flag, pa.int64())).as_py() or 0) for flag in flags))
        uses = "|".join(_uses(day, origins, judged))
        rows.append({"snapshot_date": day.isoformat(), "uses_text": uses, **dict(zip(_COUNTED, counts, strict=True))})
    return rows


def cohort_rows(
    taught: list[Row], cohorts: pa.Table, registered: npt.NDArray[np.datetime64], *, known_until: date
) -> list[Row]:
    """ops__cohorts: the cohorts of the month's training, tonight's judged ones, and those too recent to be judged.

    `taught` are the rows kept with the model (used_rows), `registered` (n,) everybody's day of registration.
    """
    kept = {str(row["snapshot_date"]): row for row in taught}
    tonight = {str(row["snapshot_date"]): row for row in used_rows(cohorts, known_until=known_until)}
    ranked = np.sort(registered)
    rows = []
    for text, counted in sorted((tonight | kept).items()):
        day = date.fromisoformat(text)
        numbers = {name: counted[name] for name in ("uses_text", *_COUNTED)}
        rows.append(_row(day, _registered_by(ranked, day), is_followed_up=True) | numbers)
    for day in unfollowed_dates(known_until):
        rows.append(_row(day, _registered_by(ranked, day), is_followed_up=False))
    return rows


def _row(day: date, registered: int, *, is_followed_up: bool) -> dict[str, Any]:
    return {
        "snapshot_date": day,
        "uses_text": None,
        "is_followed_up": is_followed_up,
        "registered_count": registered,
        **dict.fromkeys(_COUNTED),
        "left_out_count": 0 if is_followed_up else registered,
        "detail": None if is_followed_up else "결과를 아직 알 수 없어 배우고 평가하는 데 쓰지 않음",
    }


def _registered_by(ranked: npt.NDArray[np.datetime64], day: date) -> int:
    return int(np.searchsorted(ranked, np.datetime64(day), side="right"))


def _uses(day: date, origins: Sequence[Origin], judged: Sequence[date]) -> list[str]:
    uses = (
        ("TEACH", any(day in each.teaches for each in origins)),
        ("CALIBRATE", any(day == each.calibrates for each in origins)),
        ("JUDGE", day in judged),
    )
    return [name for name, is_used in uses if is_used]
