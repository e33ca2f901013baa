"""Past snapshots: what was known then, in the words of then, and what became of people, checked by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.engine.conftest import AS_OF
from tests.engine.people import seeker, spell
from transforms.features.seeker_cohorts import Sample, cohort
from transforms.registers import Past, Registers, known_then

pytestmark = pytest.mark.engine
Frame = Callable[..., Any]
EVERYBODY = Sample("seeker_key is not null", "seeker_key = 'z'")
OUTCOMES = ("is_hired_183d", "is_kept_90d")
LOADED, LATER = date(2026, 1, 5), date(2026, 1, 9)


@pytest.fixture
def past(frame: Frame) -> Past:
    """No corrections, everything loaded at once on the night."""
    loads = dict.fromkeys(Registers.__dataclass_fields__, AS_OF)
    return Past(frame("silver__seeker_versions"), frame("silver__resume_versions"), loads)


def row_of(people: Registers, past: Past, on: date) -> dict[str, Any]:
    known = known_then(people, past, on)
    rows = cohort(known, people.employment_spells, EVERYBODY, snapshot_date=on, as_of=AS_OF).collect()
    return rows[0].asDict() if rows else {}


def test_truncating_the_future_leaves_every_past_feature_as_it_was(people: Registers, past: Past, frame: Frame) -> None:
    before = [spell("s1", date(2023, 1, 1), date(2024, 1, 1)), spell("s2", date(2024, 5, 1), date(2025, 1, 1))]
    after = [spell("s3", date(2025, 9, 1), None), spell("s4", date(2026, 2, 1), date(2026, 5, 1))]
    on = date(2025, 6, 1)
    whole = row_of(replace(people, employment_spells=frame("silver__employment_spells", *before, *after)), past, on)
    cut = row_of(replace(people, employment_spells=frame("silver__employment_spells", *before)), past, on)
    assert whole["spells_3y_count"] == 2
    assert [whole.pop(name) for name in OUTCOMES] == [True, True]
    assert [cut.pop(name) for name in OUTCOMES] == [False, False]
    assert whole == cut


@pytest.mark.parametrize(
    ("start", "end", "hired"),
    [
        (date(2025, 6, 2), date(2025, 6, 30), True),  # 28 days
        (date(2025, 6, 2), date(2025, 6, 29), False),  # 27 days
        (date(2025, 12, 1), None, True),  # day 183
        (date(2025, 12, 2), None, False),  # day 184
        (date(2025, 6, 1), None, None),  # in work on the day itself: not in the cohort
    ],
)
def test_hired_means_28_days_begun_within_183(
    people: Registers, past: Past, frame: Frame, start: date, end: date | None, hired: bool | None
) -> None:
    spells = frame("silver__employment_spells", spell("s1", start, end))
    assert row_of(replace(people, employment_spells=spells), past, date(2025, 6, 1)).get("is_hired_183d") is hired


@pytest.mark.parametrize(("last_day", "hired"), [(date(2025, 9, 9), True), (date(2025, 9, 8), False)])
def test_days_of_day_labour_are_added_up(
    people: Registers, past: Past, frame: Frame, last_day: date, hired: bool
) -> None:
    """Ten days in July and ten in August leave eight for September: 1 to 9 September makes 28, to 8 makes 27."""
    days = [(date(2025, 7, 1), date(2025, 7, 11)), (date(2025, 8, 1), date(2025, 8, 11)), (date(2025, 9, 1), last_day)]
    spells = [spell(f"d{n}", *day, insurance_type_code="DAILY") for n, day in enumerate(days)]
    frames = replace(people, employment_spells=frame("silver__employment_spells", *spells))
    assert row_of(frames, past, date(2025, 6, 1))["is_hired_183d"] is hired


def test_two_regular_jobs_of_two_weeks_are_no_job_of_28_days(people: Registers, past: Past, frame: Frame) -> None:
    spells = [spell("s1", date(2025, 7, 1), date(2025, 7, 15)), spell("s2", date(2025, 8, 1), date(2025, 8, 15))]
    frames = replace(people, employment_spells=frame("silver__employment_spells", *spells))
    assert row_of(frames, past, date(2025, 6, 1))["is_hired_183d"] is False


@pytest.mark.parametrize(("end", "kept"), [(date(2025, 12, 30), True), (date(2025, 12, 29), False)])
def test_kept_means_90_days_within_seven_months(
    people: Registers, past: Past, frame: Frame, end: date, kept: bool
) -> None:
    """1 October to 30 December are 90 days; the window ends on 31 December (1 June + 213 days)."""
    spells = frame("silver__employment_spells", spell("s1", date(2025, 10, 1), end))
    assert row_of(replace(people, employment_spells=spells), past, date(2025, 6, 1))["is_kept_90d"] is kept


def test_days_beyond_seven_months_do_not_count_as_kept(people: Registers, past: Past, frame: Frame) -> None:
    """From 3 October on only 89 days lie within the 213 after 1 June, however long the job lasts."""
    spells = frame("silver__employment_spells", spell("s1", date(2025, 10, 4), None))
    row = row_of(replace(people, employment_spells=spells), past, date(2025, 6, 1))
    assert (row["is_kept_90d"], row["is_hired_183d"]) == (False, True)


def test_people_who_only_judge_are_marked(people: Registers, past: Past, frame: Frame) -> None:
    both = replace(people, seekers=frame("silver__seekers", seeker("a"), seeker("b")))
    known = known_then(both, past, date(2025, 6, 1))
    sample = Sample("seeker_key is not null", "right(seeker_key, 1) in ('b')")
    rows = cohort(known, both.employment_spells, sample, snapshot_date=date(2025, 6, 1), as_of=AS_OF).collect()
    assert {row.seeker_key: row.is_evaluation for row in rows} == {"a": False, "b": True}


def _words(occupation: str, said: datetime, delivered: date) -> dict[str, Any]:
    return seeker(wanted_occupation_code_1=occupation, updated_at=said, delivery_date=delivered)


@pytest.fixture
def corrected(people: Registers, frame: Frame) -> tuple[Registers, Past]:
    """0231 in the first load of 5 January, corrected to 0243 by a delivery of 9 January."""
    first = _words("0231", datetime(2026, 1, 2, tzinfo=UTC), LOADED)
    second = _words("0243", datetime(2026, 1, 8, tzinfo=UTC), LATER) | {"first_delivery_date": LOADED}
    loads = {"seekers": LOADED}
    past = Past(frame("silver__seeker_versions", first), frame("silver__resume_versions"), loads)
    return replace(people, seekers=frame("silver__seekers", second)), past


@pytest.mark.parametrize(
    ("on", "wanted"),
    [
        (date(2026, 1, 5), "0231"),
        (date(2026, 1, 8), "0231"),  # said on the 8th, delivered on the 9th: nobody here knew it yet
        (date(2026, 1, 9), "0243"),
    ],
)
def test_a_correction_counts_from_its_delivery(corrected: tuple[Registers, Past], on: date, wanted: str) -> None:
    (row,) = known_then(*corrected, on).seekers.collect()
    assert row.wanted_occupation_code_1 == wanted


def test_before_the_first_load_the_sources_own_time_stands_for_arrival(people: Registers, frame: Frame) -> None:
    """A first load brings years: words of 2024 and their correction of 2025; in between the old words were true."""
    old = _words("0231", datetime(2024, 2, 1, tzinfo=UTC), LOADED)
    new = _words("0243", datetime(2025, 2, 1, tzinfo=UTC), LOADED) | {"first_delivery_date": LOADED}
    past = Past(frame("silver__seeker_versions", old), frame("silver__resume_versions"), {"seekers": LOADED})
    registers = replace(people, seekers=frame("silver__seekers", new))
    wanted = [
        known_then(registers, past, on).seekers.collect()[0].wanted_occupation_code_1
        for on in (date(2024, 6, 1), date(2025, 6, 1))
    ]
    assert wanted == ["0231", "0243"]


def test_a_person_of_whom_only_later_words_are_left_is_not_left_out(people: Registers, frame: Frame) -> None:
    later = _words("0243", datetime(2025, 2, 1, tzinfo=UTC), LOADED) | {"first_delivery_date": LOADED}
    past = Past(frame("silver__seeker_versions"), frame("silver__resume_versions"), {"seekers": LOADED})
    registers = replace(people, seekers=frame("silver__seekers", later))
    assert known_then(registers, past, date(2024, 6, 1)).seekers.count() == 1


def test_a_job_that_was_delivered_later_is_not_known_yet(people: Registers, frame: Frame) -> None:
    """Reported to the insurance on 2 January, but delivered to this lake on the 9th."""
    job = spell("s1", date(2026, 1, 1), None, start_reported_date=date(2026, 1, 2), first_delivery_date=LATER)
    past = Past(frame("silver__seeker_versions"), frame("silver__resume_versions"), {"employment_spells": LOADED})
    registers = replace(people, employment_spells=frame("silver__employment_spells", job))
    known = [known_then(registers, past, on).employment_spells.count() for on in (LOADED, LATER)]
    assert known == [0, 1]
