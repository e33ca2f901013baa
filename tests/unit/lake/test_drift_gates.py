"""Gates on drift: what may differ from last night and from the same weekday, and what may not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from lake.drift_gates import audit_drift
from lake.earlier_nights import Compared
from lake.profiles import Distribution, Profiles
from lake.quality import Check

TONIGHT = date(2026, 11, 20)
LAST, LAST_WEEK = TONIGHT - timedelta(days=1), TONIGHT - timedelta(days=7)
SCORES = "scores__employment_probability"
REGIONS = ("silver__seekers", "home_region_code")
Failed = Callable[..., dict[str, tuple[float, str]]]


def regions(**counts: int) -> Profiles:
    return {REGIONS: Distribution({name.removeprefix("r"): rows for name, rows in counts.items()}, {})}


def probabilities(*people: int, means: tuple[float, ...] = (0.12, 0.47, 0.88)) -> Profiles:
    """People in three bins of the probability."""
    names = ("02", "09", "17")
    bins = Distribution(dict(zip(names, people, strict=True)), dict(zip(names, means, strict=True)))
    return {(SCORES, "probability_0_1"): bins}


@pytest.fixture
def audited() -> Callable[..., list[Check]]:
    def audited(now: Profiles, last: Profiles | None, week: Profiles | None, first: date | None = None) -> list[Check]:
        profiles = {day: counted for day, counted in ((LAST, last), (LAST_WEEK, week)) if counted is not None}
        same = (LAST_WEEK,) if week is not None else ()
        nights = Compared(TONIGHT, now, (LAST,), (LAST,) if last is not None else (), same, profiles)
        return audit_drift(nights, {"silver__seekers": first} if first else {})

    return audited


def test_a_first_night_passes_and_says_why(audited: Callable[..., list[Check]]) -> None:
    checks = audited(regions(r11=5), None, None)
    assert all(check.passed for check in checks)
    assert {check.detail for check in checks} == {"no earlier night"}


def test_the_same_shares_pass(failed: Failed) -> None:
    assert failed(now=regions(r11=600, r26=400), last=regions(r11=60, r26=40), week=regions(r11=300, r26=200)) == {}


def test_one_region_only_blocks_and_is_named(failed: Failed) -> None:
    usual = {f"r{code}": 100 for code in (11, 26, 41, 48, 50)}
    found = failed(now=regions(r11=500), last=regions(**usual), week=regions(**usual))
    assert set(found) == {f"drift_{told}:home_region_code" for told in ("last_night", "same_weekday")}
    assert found["drift_last_night:home_region_code"][1] == "most at 11: +80.0% of 500 rows"


def test_a_change_since_last_week_that_last_night_had_too_blocks(failed: Failed) -> None:
    then, now = regions(r11=500, r26=500), regions(r11=900, r26=100)
    assert set(failed(now=now, last=now, week=then)) == {"drift_same_weekday:home_region_code"}


def test_a_handful_in_other_regions_may_be_chance(failed: Failed) -> None:
    assert failed(now=regions(r11=3), last=regions(r26=2, r41=2, r11=1), week=regions(r26=4, r48=1)) == {}


def test_the_first_delivery_is_no_measure_of_a_nights_rows(failed: Failed) -> None:
    found = failed(now=regions(r11=500), last=regions(r26=500), week=None, first=LAST)
    assert found == {}


def test_probabilities_that_rise_for_everybody_block_by_their_mean(failed: Failed) -> None:
    """All of 10,000 people 0.1 higher within the same bins: a third of the standard deviation of 0.31."""
    means = (0.12, 0.47, 0.88)
    then = probabilities(3_300, 3_400, 3_300, means=means)
    now = probabilities(3_300, 3_400, 3_300, means=tuple(mean + 0.1 for mean in means))  # type: ignore[arg-type]
    assert set(failed(now=now, last=then, week=then)) == {
        f"mean_shift_{told}:probability_0_1" for told in ("last_night", "same_weekday")
    }


def test_probabilities_that_all_lie_in_one_bin_block_by_their_distribution(failed: Failed) -> None:
    then = probabilities(3_300, 3_400, 3_300)
    assert "drift_last_night:probability_0_1" in failed(now=probabilities(0, 10_000, 0), last=then, week=then)


def test_a_little_more_people_with_high_probabilities_pass(failed: Failed) -> None:
    then = probabilities(3_300, 3_400, 3_300)
    assert failed(now=probabilities(3_000, 3_400, 3_600), last=then, week=then) == {}
