"""Synthetic Korea's past: at any date of a backtest it looks as it does on the first date.

The oldest cohort lies 1,001 days back and looks at the three years before it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from lake.sources.simulated import activities, courses, history, papers, people, postings
from lake.sources.simulated.choice import Board
from lake.sources.simulated.counters import Bools, Ints
from lake.sources.simulated.people import People
from lake.sources.simulated.shelf import Shelf
from lake.sources.simulated.world import HISTORY_DAYS, World, expected_wage
from tests.unit.lake.sources.conftest import SEEKERS

pytestmark = pytest.mark.unit

OLDEST_COHORT_DAYS = 1_001
NEWEST_COHORT_DAYS = 273
YEAR = 365.25


@pytest.fixture(scope="module")
def applied(world: World, person: People, spells: history.Spells) -> pa.Table:
    """Applications whose result is known on the first date, with the seeker's number."""
    offer = postings.attributes(world, np.arange(postings.count_postings(world)))
    return with_number(person, activities.applications(world, person, spells, Board.of(world, offer))[1].rows)


@pytest.fixture(scope="module")
def trained(world: World, person: People) -> pa.Table:
    """Training whose completion is known on the first date, with the seeker's number."""
    session = courses.attributes(world, np.arange(2000))
    shelf = Shelf.of(session.skill, session.end)
    return with_number(person, activities.training_history(world, person, session, shelf)[1].rows)


def with_number(person: People, rows: pa.Table) -> pa.Table:
    place = pc.index_in(rows.column("주민등록번호"), value_set=person.resident_number)
    return rows.append_column("seeker_number", place)


def days(rows: pa.Table, name: str) -> Ints:
    return np.asarray(pc.cast(rows.column(name), "int32"), dtype=np.int64)


def searching(person: People, spells: history.Spells, day: int) -> Bools:
    """Who is registered on `day`, has a record and no job."""
    is_employed = np.zeros(len(person.index), dtype=bool)
    is_employed[spells.position[~spells.is_daily & (spells.start <= day) & (day < spells.end)]] = True
    return (person.registered_day <= day) & ~person.is_thin & ~is_employed


def each(spells: history.Spells, chosen: Bools) -> npt.NDArray[np.intp]:
    """How many of the chosen spells each person has."""
    return np.bincount(spells.position[chosen], minlength=SEEKERS)


def test_half_of_the_members_registered_within_624_days_whatever_the_date(world: World, person: People) -> None:
    """900 days × ln 2 = 624; under 40 fewer years lie between school and the date."""
    for day in (world.today, world.today - OLDEST_COHORT_DAYS):
        member = (person.age >= 40) & ~person.is_thin & (person.registered_day <= day)
        assert np.median(day - person.registered_day[member]) == pytest.approx(624, rel=0.06)


def test_registrations_reach_ten_years_back_and_few_further(world: World, person: People) -> None:
    """exp(-3652 / 900) = .017 of those old enough."""
    years = (world.today - person.registered_day) / YEAR
    assert (years[person.age >= 40] > 10).mean() == pytest.approx(0.017, abs=0.005)
    assert years.max() <= 20
    assert years.min() >= 0


def test_people_without_a_record_registered_in_the_last_sixty_days(world: World, person: People) -> None:
    assert (world.today - person.registered_day[person.is_thin]).max() < 60


def test_nobody_registers_or_works_before_the_age_of_fifteen(person: People, spells: history.Spells) -> None:
    of_age = person.birth_day + people.WORKING_AGE_DAYS
    assert (person.registered_day >= of_age).all()
    assert (spells.start >= of_age[spells.position]).all()


def test_oldest_cohort_is_not_thin(world: World, person: People) -> None:
    """exp(-1001 / 900) = .33 of the members had registered by then."""
    member = person.registered_day <= world.today - OLDEST_COHORT_DAYS
    assert member.mean() == pytest.approx(0.32, abs=0.02)


def test_as_many_have_never_had_a_job_in_the_oldest_cohort_as_in_the_newest(
    world: World, person: People, spells: history.Spells
) -> None:
    """Two years apart, so of the same season; without the young, who have been of age for less time back then."""
    shares = []
    for ago in (NEWEST_COHORT_DAYS, OLDEST_COHORT_DAYS):
        has_worked = each(spells, spells.start <= world.today - ago) > 0
        shares.append(1 - has_worked[searching(person, spells, world.today - ago) & (person.age >= 30)].mean())
    assert 0.08 < shares[0] < 0.18
    assert shares[1] == pytest.approx(shares[0], abs=0.02)  # 3,900 people: .005 by chance


def test_three_years_hold_as_many_spells_at_a_past_date_as_today(
    world: World, person: People, spells: history.Spells
) -> None:
    means = []
    for day in (world.today, world.today - OLDEST_COHORT_DAYS):
        within = each(spells, (spells.start > day - 1095) & (spells.start <= day))
        means.append(within[searching(person, spells, day)].mean())
    assert means[1] == pytest.approx(means[0], rel=0.05)


def test_true_rate_is_that_of_the_past_too(world: World, person: People, spells: history.Spells) -> None:
    old = np.log(person.rate[searching(person, spells, world.today - OLDEST_COHORT_DAYS)])
    new = np.log(person.rate[searching(person, spells, world.today)])
    assert old.mean() == pytest.approx(new.mean(), abs=0.05)


def test_wish_is_in_the_won_of_the_day_of_registration(world: World, person: People) -> None:
    """Asked ten years ago: 3 percent a year less, exp(-.30) = .74 of the same wish today."""
    going = expected_wage(world, person.wishes[:, 0], np.maximum(person.education, 1), person.career_months)
    known = ~person.is_thin
    years = (person.registered_day - world.today)[known] / YEAR
    slope, level = np.polyfit(years, np.log(person.wage_wish / going)[known], 1)
    assert slope == pytest.approx(0.03, abs=0.003)
    assert level == pytest.approx(0.04, abs=0.01)


def test_rate_follows_the_wish_against_the_wages_of_its_day(world: World, person: People) -> None:
    """Wages drift with the wish, so somebody who asked long ago has no better chances for it."""
    grown = (person.age >= 40) & (person.age < 45) & ~person.is_thin
    assert abs(np.corrcoef(person.registered_day[grown], np.log(person.rate[grown]))[0, 1]) < 0.05


def test_nobody_applies_before_registration(person: People, applied: pa.Table) -> None:
    registered = person.registered_day[applied.column("seeker_number").to_numpy()]
    assert (days(applied, "지원일") >= registered).all()


def test_members_apply_as_often_in_each_earlier_year(world: World, person: People, applied: pa.Table) -> None:
    """1.35 by search and about one hire in seven through a posting: 1.4 to 1.6 a year."""
    ago = world.today - days(applied, "지원일")
    for year in range(4):
        end = world.today - 365 * year
        member = (person.registered_day <= end - 365) & ~person.is_thin
        within = (ago >= 365 * year) & (ago < 365 * (year + 1))
        count = member[applied.column("seeker_number").to_numpy()[within]].sum()
        assert 1.35 < count / member.sum() < 1.65


def test_posting_of_an_earlier_year_is_not_among_the_delivered(world: World, applied: pa.Table) -> None:
    delivered = postings.make(world, 0, postings.count_postings(world)).column("wantedAuthNo")
    known = pc.is_in(applied.column("구인인증번호"), value_set=delivered.combine_chunks()).to_numpy()
    is_recent = days(applied, "지원일") > world.today - 365
    assert (known == is_recent).all()
    assert pc.starts_with(applied.column("구인인증번호"), "KPAST").to_numpy().tolist() == (~is_recent).tolist()


def test_seeker_applies_to_a_posting_once(applied: pa.Table) -> None:
    pairs = applied.group_by(["주민등록번호", "구인인증번호"]).aggregate([([], "count_all")])
    assert pc.max(pairs.column("count_all")).as_py() == 1


def test_applications_are_three_to_three_and_a_half_a_person(applied: pa.Table) -> None:
    assert 3.0 <= applied.num_rows / SEEKERS <= 3.5


def test_training_ends_evenly_over_the_years(world: World, trained: pa.Table) -> None:
    """.29 × .98 a person over 2,261 days, those still running included: .046 in each of five years, 917 of 20,000."""
    ago = world.today - days(trained, "훈련종료일")
    counts = [((ago >= 30 + 365 * year) & (ago < 395 + 365 * year)).sum() for year in range(5)]
    assert counts == pytest.approx([917] * 5, rel=0.12)
    assert ago.max() <= HISTORY_DAYS


def test_session_of_an_earlier_year_is_not_among_the_delivered(world: World, trained: pa.Table) -> None:
    delivered = courses.attributes(world, np.arange(2000))
    known = set(delivered.course_ids(np.arange(2000)).to_pylist())
    ids = np.array(trained.column("훈련과정 ID").to_pylist())
    is_delivered = np.array([name in known for name in ids])
    is_past = np.char.startswith(ids, "SYNPAST")
    assert (is_delivered == ~is_past).all()
    assert is_delivered.sum() > 100
    assert is_past[world.today - days(trained, "훈련종료일") > 365 + 60].all()


def test_training_is_in_a_skill_that_the_wanted_occupation_needs(
    world: World, person: People, trained: pa.Table
) -> None:
    wished = person.wishes[trained.column("seeker_number").to_numpy(), 0]
    needed = world.ints("skills")[wished]
    skill = np.array([world.skill_codes.index(code) for code in trained.column("NCS코드").to_pylist()])
    assert (needed == skill[:, None]).any(axis=1).all()


def test_résumé_is_written_in_the_weeks_after_registration(world: World, person: People) -> None:
    part = papers.resumes(world, person)
    written = pc.cast(pc.cast(part.rows.column("최종수정일시"), "date32"), "int32").to_numpy()
    wait = written - person.registered_day[person.has_resume]
    assert wait.min() >= 0
    assert wait.max() <= 44
    assert (part.day >= written).all()
