"""Synthetic Korea: psychological tests have the published correlations and reliabilities, and gaps as real ones do."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from lake.contracts.scales import INSTRUMENTS, SCALE_NAMES, VALUES
from lake.sources.simulated import groups, inventories, lists, profiles
from lake.sources.simulated.inventories import ITEMS_HEADER, SCALE_HEADERS
from lake.sources.simulated.people import People
from lake.sources.simulated.world import World
from tests.unit.lake.sources.conftest import SEEKERS

pytestmark = pytest.mark.unit

ITEM = re.compile(r"[RIASEC](0[1-9]|[12]\d|3[0-4]):[1-5]")


@pytest.fixture(scope="module")
def true(world: World, person: People) -> np.ndarray:
    known = ~person.is_thin
    return inventories.true_traits(
        world, "test", person.index[known], person.wishes[known, 0], inventories.SEEKER_LEANING
    )


@pytest.fixture(scope="module")
def first(world: World, person: People) -> pa.Table:
    return inventories.test_results(world, person)[0].rows


def observe(world: World, person: People, true: np.ndarray, stream: str) -> np.ndarray:
    return inventories.observed_scores(world.counter, stream, person.index[~person.is_thin], true)


def test_scores_have_mean_100_deviation_15_and_the_published_correlations(
    world: World, person: People, true: np.ndarray
) -> None:
    score = observe(world, person, true, "test")
    assert score.shape[1] == len(SCALE_NAMES) == 35
    assert score.mean() == pytest.approx(100, abs=2)
    assert score.std(axis=0) == pytest.approx(15, abs=1.5)
    assert np.corrcoef(score[:, :6].T) == pytest.approx(profiles.RIASEC_CORRELATIONS, abs=0.08)


def test_two_tests_of_one_person_agree_as_well_as_the_published_reliability(
    world: World, person: People, true: np.ndarray
) -> None:
    """The correlation of two parallel tests is the reliability: R .931 … C .901, .85 for the others."""
    one, two = observe(world, person, true, "test"), observe(world, person, true, "test/again")
    agreement = [np.corrcoef(one[:, n], two[:, n])[0, 1] for n in range(35)]
    assert agreement == pytest.approx(profiles.RELIABILITIES, abs=0.02)


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_what_people_are_has_stronger_correlations_than_what_tests_say(name: str) -> None:
    observed, measured = profiles.BY_NAME[name].correlations, profiles.BY_NAME[name].true_correlations
    assert (np.abs(measured) >= np.abs(observed)).all()
    assert np.linalg.eigvalsh(measured).min() > 0.1


def test_profile_of_a_group_leads_with_its_holland_letters_and_values(world: World) -> None:
    social_work = [code.startswith("23") for code in world.occupation_codes]
    letters = np.argsort(-world.floats("interest")[social_work].mean(axis=0))[:2]
    assert {groups.RIASEC[place] for place in letters} == {"S", "E"}
    assert list(VALUES)[int(world.floats("value")[social_work].mean(axis=0).argmax())] == "service"


def test_every_group_of_occupations_has_values_and_a_personality() -> None:
    assert set(profiles.VALUES_AND_PERSONALITY) == set(groups.GROUPS)
    assert all(set(values.split()) <= set(VALUES) for values, _ in profiles.VALUES_AND_PERSONALITY.values())


def test_missing_parts_are_normal(first: pa.Table) -> None:
    """Of the tested 72 % took the aptitude test, 35 % values, 40 % personality; one scale of 100 lacks."""
    taken = {
        name: np.mean([any(row[header] is not None for header in headers) for row in first.to_pylist()])
        for name, headers in {
            "aptitude": SCALE_HEADERS[6:17],
            "value": SCALE_HEADERS[17:30],
            "personality": SCALE_HEADERS[30:],
        }.items()
    }
    assert taken == pytest.approx({"aptitude": 0.72, "value": 0.35, "personality": 0.405}, abs=0.02)
    verbal, numerical = (pc.is_valid(first.column(f"적성_{name}")).to_numpy() for name in ("언어력", "수리력"))
    assert (verbal & ~numerical).sum() / verbal.sum() == pytest.approx(0.01, abs=0.006)


def test_a_tenth_of_the_interest_tests_come_as_items(first: pa.Table) -> None:
    sent = [text for text in first.column(ITEMS_HEADER).to_pylist() if text]
    assert len(sent) / (0.9 * first.num_rows) == pytest.approx(0.10, abs=0.012)
    counts = np.array([text.count(";") + 1 for text in sent])
    assert (counts > 60).mean() == pytest.approx(0.15, abs=0.05)
    assert counts.max() <= 204
    assert all(ITEM.fullmatch(item) for text in sent for item in text.split(";"))
    assert all(len({item[:3] for item in text.split(";")}) == text.count(";") + 1 for text in sent)
    short = [text for text in sent if text.count(";") < 60]
    assert max(int(item[1:3]) for text in short for item in text.split(";")) == 10
    rows = first.filter(pc.is_valid(first.column(ITEMS_HEADER)))
    assert rows.column("흥미_현실형").null_count == rows.num_rows


def test_answers_to_items_follow_the_scale(world: World, person: People, first: pa.Table) -> None:
    """Mean of ten items against what is measured: α .93 of 34 items gives √.80, a little less for whole numbers."""
    place = pc.index_in(first.column("주민등록번호"), value_set=person.resident_number).to_numpy()
    traits = inventories.true_traits(world, "test", place, person.wishes[place, 0], inventories.SEEKER_LEANING)
    pairs = []
    for row, text in enumerate(first.column(ITEMS_HEADER).to_pylist()):
        answers = [int(item[4]) for item in (text or "").split(";") if item.startswith("R")]
        if len(answers) >= 8 and len(set(text[4::6])) > 1:
            pairs.append((np.mean(answers), traits[row, 0]))
    answered, measured = np.array(pairs).T
    assert 0.82 < np.corrcoef(answered, measured)[0, 1] < 0.93


def test_few_tests_are_careless(first: pa.Table) -> None:
    """.75 % have all answers equal, .75 % took seconds or days; of the others a tenth tells no time."""
    seconds = np.array(first.column("응답시간_초").to_pylist(), dtype=float)
    assert np.isnan(seconds).mean() == pytest.approx(0.10, abs=0.01)
    absurd = (seconds < 20) | (seconds > 86_400)
    assert absurd.mean() == pytest.approx(0.0075, abs=0.003)
    scales = first.filter(pc.is_valid(first.column("적성_언어력"))).select(SCALE_HEADERS[6:17]).to_pylist()
    equal = [len({value for value in row.values() if value is not None}) == 1 for row in scales]
    assert np.mean(equal) == pytest.approx(0.0075, abs=0.003)


def test_some_are_tested_again_on_a_later_day(world: World, person: People) -> None:
    first, second = (part.rows for part in inventories.test_results(world, person))
    assert second.num_rows / first.num_rows == pytest.approx(0.15, abs=0.015)
    days = dict(zip(first.column("주민등록번호").to_pylist(), first.column("검사일").to_pylist(), strict=True))
    waits = [
        (day - days[who]).days
        for who, day in zip(second.column("주민등록번호").to_pylist(), second.column("검사일").to_pylist(), strict=True)
    ]
    assert min(waits) >= 90
    assert max(waits) <= 720


def test_nobody_without_a_record_is_tested(person: People, first: pa.Table) -> None:
    thin = set(person.resident_number.filter(person.is_thin).to_pylist())
    assert not thin & set(first.column("주민등록번호").to_pylist())
    assert first.num_rows / SEEKERS == pytest.approx(0.98 * 0.45, abs=0.015)


def test_most_workers_say_which_skills_they_use(world: World) -> None:
    """85 % tell, of seven tenths of the occupation's skills, within a level of what the occupation needs."""
    surveys = lists.worker_surveys(world)
    told = surveys.column("사용역량")
    assert told.null_count / len(told) == pytest.approx(0.155, abs=0.02)
    needed = {(row["직업코드"], row["역량코드"]): row["NCS수준"] for row in lists.skill_requirements(world).to_pylist()}
    for code, text in zip(surveys.column("직업코드").to_pylist(), told.to_pylist(), strict=True):
        for skill, level in (entry.split(":") for entry in (text or "").split(";") if entry):
            assert abs(int(level) - needed[code, skill]) <= 1
