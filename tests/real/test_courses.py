"""Real K-Digital Training snapshots: 6-month rates predicted as if on earlier days, beside what came out.

No snapshot before 2025-05 holds rates, so those settled by the asked month are taken from later ones
(infra/benchmarks/courses.md). Skipped where the data is absent (tests/real/README.md).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from ml import courses
from ml.courses import columns as c
from ml.courses.errors import NoKnownRateError
from tests.real import prepare

FOLDER = prepare.data_folder() / "kdt"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not any(FOLDER.glob("result_kdtdata_*.csv")),
        reason="real data is not here (kdt/result_kdtdata_*.csv); tests/real/README.md says where",
    ),
]


def judge(month: str, *, has_early: bool = True) -> courses.Judgement:
    day = courses.parse_month(month)
    known = courses.read_snapshots(FOLDER, as_of=day, settled_rates=True)
    sessions = known.sessions if has_early else known.sessions.drop_columns([c.RATE_3M])
    answers = courses.build_answers(known, courses.predict_rates(sessions, as_of=day))
    outcomes = courses.read_outcomes(FOLDER, as_of=day)
    assert outcomes is not None
    judgement = courses.judge_rates(sessions, answers, outcomes, as_of=day)
    print(f"\n{month}, 3-month rates {has_early}\n{courses.describe_judgement(judgement)}")  # noqa: T201 - benchmark page
    return judgement


@pytest.mark.parametrize(("has_early", "limit"), [(True, 0.11), (False, 0.135)])
def test_rates_until_june_are_predicted_in_march(has_early: bool, limit: float) -> None:
    judgement = judge("2025-03", has_early=has_early)
    own, *peers = judgement.models
    assert judgement.judged == 382
    assert own.mean_absolute_error < limit
    assert own.mean_absolute_error < min(peer.mean_absolute_error for peer in peers)
    assert own.coverage is not None
    assert 0.9 <= own.coverage <= 0.96


@pytest.mark.parametrize("month", ["2024-10", "2024-12"])
def test_intervals_hold_on_other_days_too(month: str) -> None:
    own = judge(month).models[0]
    assert own.mean_absolute_error < 0.13
    assert own.coverage is not None
    assert 0.88 <= own.coverage <= 0.96


def answers(folder: Path, month: str) -> pa.Table:
    day = courses.parse_month(month)
    known = courses.read_snapshots(folder, as_of=day)
    return courses.build_answers(known, courses.predict_rates(known.sessions, as_of=day))


def test_snapshots_after_the_month_change_nothing(tmp_path: Path) -> None:
    for file in FOLDER.glob("result_kdtdata_20250[45].csv"):
        shutil.copy(file, tmp_path)
    assert answers(tmp_path, "2025-05").equals(answers(FOLDER, "2025-05"))


def test_no_snapshot_up_to_april_holds_a_rate() -> None:
    with pytest.raises(NoKnownRateError):
        answers(FOLDER, "2025-04")


def test_settled_rates_did_not_change_between_the_two_snapshots_that_hold_them() -> None:
    """What makes it fair to take settled rates from a later snapshot."""
    may, june = (
        courses.read_snapshots(FOLDER, as_of=courses.parse_month(month)).sessions for month in ("2025-05", "2025-06")
    )
    day = courses.parse_month("2025-05")
    june_rates = dict(zip(june.column(c.SESSION).to_pylist(), c.known_rates(june, as_of=day), strict=True))
    may_rates = c.known_rates(may, as_of=day)
    later = np.array([june_rates[name] for name in may.column(c.SESSION).to_pylist()])
    is_known = ~np.isnan(may_rates)
    assert is_known.sum() > 3_000
    assert (may_rates[is_known] == later[is_known]).all()
