"""How far predicted rates of simulated sessions miss what becomes of them: printed for infra/benchmarks/courses.md."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from lake.contracts.registry import table
from lake.contracts.render import arrow_schema
from lake.session import open_session
from lake.settings import Settings
from lake.sources.simulated import courses
from lake.sources.simulated.world import Size, World, make_world
from ml.courses.night import READ_COLUMNS, predict_night
from transforms.gold.course_outcomes import course_outcomes

SESSIONS = 30_000
AS_OF = date(2026, 11, 20)
HEADERS = {
    "course_id": "훈련과정 ID",
    "round_no": "회차",
    "institution_name": "훈련기관",
    "skill_code": "NCS코드",
    "region_code": "지역",
    "training_hours": "총 훈련시간",
    "fee_krw": "훈련비",
    "seats_count": "정원",
    "enrolled_count": "수강신청 인원",
    "completed_count": "수료인원",
    "satisfaction_pct": "만족도",
}


def silver_rows(world: World, drawn: courses.Sessions) -> pa.Table:
    """silver__training_courses rows of the sessions as they stand on the first date."""
    sent = courses.table(world, drawn, world.today)
    is_known = (drawn.end + courses.OBSERVED_AFTER_DAYS <= world.today) & (drawn.completed > 0) & drawn.is_held
    rate = drawn.employed / np.maximum(drawn.completed, 1)
    days = {
        name: pa.array(day.astype(np.int32)).cast(pa.date32())
        for name, day in (("start_date", drawn.start), ("end_date", drawn.end))
    }
    columns = {name: sent[header] for name, header in HEADERS.items()} | days
    columns |= {
        "session_id": pa.array([f"{number:06d}" for number in drawn.index.tolist()]),
        "employment_rate_6m_0_1": pa.array(rate, mask=~is_known),
        "rate_status_code": pa.array(np.where(is_known, "OBSERVED", "TOO_EARLY").astype(object), pa.string()),
    }
    # What neither reads is left out; the contract's columns that may not be null would have to be made up.
    read = ("session_id", "course_id", "skill_code", "institution_name", "rate_status_code", *READ_COLUMNS)
    schema = arrow_schema(table("silver__training_courses"))
    fields = [schema.field(name) for name in dict.fromkeys(read)]
    return pa.table({field.name: columns[field.name] for field in fields}).cast(pa.schema(fields))


def test_predicted_and_shrunk_rates_against_what_became_of_the_sessions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = make_world(1, AS_OF, Size(1_000, 1_000, SESSIONS, 1))
    drawn = courses.attributes(world, np.arange(SESSIONS))
    rows = silver_rows(world, drawn)
    predicted = predict_night(rows.select(READ_COLUMNS), as_of=AS_OF)
    with open_session(Settings(lake_dir=tmp_path / "lake", memory_mb=512)) as spark:
        made = course_outcomes(spark.createDataFrame(rows), as_of=AS_OF).toArrow()
    of_course = dict(zip(made["course_id"].to_pylist(), made["shrunk_rate_0_1"].to_pylist(), strict=True))
    known_courses = {
        c for c, n in zip(made["course_id"].to_pylist(), made["graduates_count"].to_pylist(), strict=True) if n
    }
    asked = np.array([int(key) for key in predicted["session_id"].to_pylist()])
    model, low, high = (
        predicted[name].to_numpy() for name in ("predicted_rate_0_1", "predicted_low_0_1", "predicted_high_0_1")
    )
    course = np.array(rows["course_id"].to_pylist(), dtype=object)[asked]
    shrunk = np.array([of_course[key] for key in course], dtype=np.float64)
    rate = drawn.employed[asked] / np.maximum(drawn.completed[asked], 1)
    is_judged = (drawn.completed[asked] > 0) & drawn.is_held[asked] & ~np.isnan(model)
    coming = drawn.start[asked] > world.today
    groups = {
        "not started": coming,
        "ended, rate not due yet": drawn.end[asked] <= world.today,
        "not started, course has a known rate": coming & np.isin(course, list(known_courses)),
    }
    mean = np.nanmean(rows["employment_rate_6m_0_1"].to_numpy())
    lines = [f"{np.isnan(model).sum()} of {len(model):,} sessions without data"]
    for name, mine in groups.items():
        of = mine & is_judged
        misses = [np.nanmean(np.abs(values[of] - rate[of])) for values in (model, shrunk, np.full(len(rate), mean))]
        held = np.mean((low[of] <= rate[of]) & (rate[of] <= high[of]))
        lines.append(
            f"{name}: {of.sum():,} sessions, mean absolute error {misses[0]:.4f}, shrunk rate {misses[1]:.4f}, "
            f"mean of all {misses[2]:.4f}; interval holds {held:.3f}, width {np.mean(high[of] - low[of]):.3f}"
        )
    with capsys.disabled():
        print("\n" + "\n".join(lines))  # noqa: T201 - a benchmark's result is what it prints
    assert len(asked) > 20_000
