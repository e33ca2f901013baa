"""Synthetic Korea: margins that can be checked by hand, and the truth that the data must follow."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from lake.reference import read_occupations, read_regions, read_skills
from lake.sources.simulated import (
    activities,
    courses,
    groups,
    hazard,
    history,
    identities,
    lists,
    papers,
    people,
    postings,
    wording,
)
from lake.sources.simulated.choice import Board
from lake.sources.simulated.people import People
from lake.sources.simulated.world import World
from tests.unit.lake.sources.conftest import SEEKERS

pytestmark = pytest.mark.unit


def test_reference_lists_are_whole() -> None:
    assert len(read_occupations()) == 443
    assert read_occupations()["0221"] == "경영·진단 전문가"  # a code that begins with 0 stays text
    assert [region.code for region in read_regions()][:3] == ["11", "26", "27"]
    assert len(read_regions()) == 17
    assert all(len(skill.code) == 8 for skill in read_skills())


def test_neighbouring_provinces_name_each_other() -> None:
    near = {region.code: set(region.neighbour_codes) for region in read_regions()}
    assert all(code in near[other] for code, others in near.items() for other in others)
    assert near["50"] == set()  # Jeju is an island


def test_every_group_of_occupations_is_described() -> None:
    assert {code[:2] for code in read_occupations()} == set(groups.GROUPS)
    assert set(groups.LICENCES) <= set(read_occupations())


def test_shares_of_people(person: People) -> None:
    assert person.is_female.mean() == pytest.approx(0.54, abs=0.015)
    assert person.is_thin.mean() == pytest.approx(0.02, abs=0.005)
    assert (person.region == 8).mean() == pytest.approx(0.264, abs=0.015)  # 41 경기도
    assert (person.wishes[:, 0] >= 0).mean() == pytest.approx(0.98, abs=0.005)


def test_resident_numbers_are_unique_and_cannot_be_real(person: People) -> None:
    numbers = person.resident_number.to_pylist()
    assert len(set(numbers)) == SEEKERS
    assert all(number[7] == "9" for number in numbers)
    for number in numbers[:500]:
        digits = [int(digit) for digit in number.replace("-", "")]
        weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
        valid = (11 - sum(w * d for w, d in zip(weights, digits, strict=False)) % 11) % 10
        assert digits[12] != valid


def test_names_phones_emails_and_addresses_are_plainly_nobodys(world: World, person: People) -> None:
    sent = {name: column.to_pylist() for name, column in identities.columns(world, person.index).items()}
    assert all(len(name) == 3 for name in sent["성명"])
    assert len(set(sent["성명"])) > 5_000
    assert len(set(sent["휴대전화"])) == SEEKERS
    assert all(re.fullmatch("010-[01][0-9]{3}-[0-9]{4}", phone) for phone in sent["휴대전화"])
    known = [email for email in sent["이메일"] if email]
    assert 0.9 < len(known) / SEEKERS < 0.94
    assert all(email.endswith("@example.com") for email in known)
    assert len(set(known)) == len(known)
    assert all(address.startswith("가상시 합성로 ") for address in sent["주소"])


def test_resident_number_begins_with_the_birth_date(person: People) -> None:
    births = np.datetime_as_string(person.birth_day[:500].astype("datetime64[D]"))
    expected = [birth[2:4] + birth[5:7] + birth[8:10] for birth in births]
    assert [number[:6] for number in person.resident_number.to_pylist()[:500]] == expected


def test_people_without_a_record_have_nothing(world: World, person: People) -> None:
    thin = set(person.resident_number.filter(person.is_thin).to_pylist())
    rows = people.table(world, person, world.today).filter(person.is_thin)
    assert rows.column("학력").null_count == rows.num_rows
    assert rows.column("희망임금").null_count == rows.num_rows
    assert not thin & set(papers.resumes(world, person).rows.column("주민등록번호").to_pylist())


def test_truth_is_the_share_that_is_hired(world: World, person: People, spells: history.Spells) -> None:
    truth = history.truth(world, person, spells, world.today)
    free = truth.filter(pc.invert(truth.column("is_employed")))
    probability = free.column("probability_183d_0_1").to_numpy()
    hired = free.column("is_hired_183d").to_numpy(zero_copy_only=False)
    assert 0.45 <= probability.mean() <= 0.60
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        chosen = (probability >= low) & (probability < low + 0.2)
        error = 4 * np.sqrt(0.25 / chosen.sum())
        assert hired[chosen].mean() == pytest.approx(probability[chosen].mean(), abs=error)


def test_about_three_in_ten_are_employed(world: World, person: People, spells: history.Spells) -> None:
    truth = history.truth(world, person, spells, world.today)
    assert pc.mean(truth.column("is_employed")).as_py() == pytest.approx(0.29, abs=0.04)
    employed = truth.filter(truth.column("is_employed"))
    assert employed.column("probability_183d_0_1").null_count == employed.num_rows


def test_probability_by_hand() -> None:
    """One hire in 365 days: 1 - exp(-183/365) = .394, a little more or less by the season."""
    year = [hazard.probability(np.array([1 / 365]), day)[0] for day in range(20_000, 20_365, 5)]
    assert np.mean(year) == pytest.approx(0.394, abs=0.005)
    assert max(year) - min(year) > 0.02


def test_day_of_hire_is_the_first_by_which_the_exposure_has_passed() -> None:
    start = np.full(1000, 20_000)
    exposure = np.linspace(0.01, 900, 1000)
    day = hazard.day_reached(start, exposure)
    target = hazard.season(start) + exposure
    assert (hazard.season(day) >= target).all()
    assert ((hazard.season(day - 1) < target) | (day == 20_001)).all()


def test_jobs_last_28_days_and_never_overlap(spells: history.Spells) -> None:
    job = ~spells.is_daily
    position, start, end = spells.position[job], spells.start[job], spells.end[job]
    assert (end - start).min() >= 28
    same = position[1:] == position[:-1]
    assert (start[1:] > end[:-1])[same].all()
    assert (spells.end - spells.start)[spells.is_daily].max() < 28


def test_first_delivery_holds_nothing_that_was_not_yet_reported(world: World) -> None:
    rows = history.make(world, 0, 2000)
    for column in ("취득신고일", "상실신고일"):
        assert pc.max(rows.column(column)).as_py() <= world.first_date
    assert pc.min(pc.days_between(rows.column("취득일"), rows.column("취득신고일"))).as_py() >= 1
    ended = rows.filter(pc.is_valid(rows.column("상실일")))
    assert ended.column("이직사유코드").null_count == 0


def test_open_postings_pay_the_minimum_wage_by_hours(world: World) -> None:
    offer = postings.attributes(world, np.arange(4000))
    hourly = offer.wage_type == 2
    assert offer.wage[hourly].min() >= 10_030 - 10  # per hour, rounded up to tens
    monthly = offer.wage_type == 0
    assert offer.wage[monthly].min() >= 2_000_000
    assert offer.wage[monthly].max() < 15_000_000
    yearly = offer.wage_type == 1
    assert offer.wage[yearly].min() > 24_000_000


def test_postings_close_after_they_open_and_past_ones_are_closed(world: World) -> None:
    offer = postings.attributes(world, np.arange(postings.count_postings(world)))
    assert (offer.closing_day > offer.registered_day).all()
    assert (offer.closing_day[:4000] >= world.today).all()
    assert (offer.closing_day[4000:] < world.today).all()


def test_licensed_occupations_ask_for_the_licence(world: World) -> None:
    rows = postings.make(world, 0, 4000)
    care = rows.filter(pc.equal(rows.column("jobsCd"), "550100"))
    asked = set(care.column("certificate").to_pylist())
    assert asked == {"요양보호사", None}


def test_few_postings_without_a_licence_ask_for_another_certificate(world: World) -> None:
    """Three percent of those in a group that knows one: office work (02) asks for 컴퓨터활용능력 2급."""
    offer = postings.attributes(world, np.arange(4000))
    office = [code.startswith("02") for code in world.occupation_codes]
    rows = offer.licence[np.array(office)[offer.occupation] & (world.ints("licence")[offer.occupation] < 0)]
    assert {world.certificate_names[place] for place in rows if place >= 0} == {"컴퓨터활용능력 2급"}
    assert (rows >= 0).mean() == pytest.approx(0.03, abs=0.02)


def test_some_skills_are_written_in_own_words_without_codes(world: World, person: People) -> None:
    for rows, names, codes, share in (
        (papers.resumes(world, person).rows, "핵심어", "역량코드", wording.SEEKERS_OWN_WORDS),
        (postings.make(world, 0, 4000), "srchKeywordNm", "skillCd", wording.EMPLOYERS_OWN_WORDS),
    ):
        named = rows.filter(pc.is_valid(rows.column(names)))
        assert named.column(codes).null_count / named.num_rows == pytest.approx(share, abs=0.025)
        coded = named.filter(pc.is_valid(named.column(codes)))
        known = set(world.skill_names)
        assert all(set(text.split(";")) <= known for text in coded.column(names).to_pylist())


def test_a_skill_in_five_wordings() -> None:
    assert wording.phrase_skill("자재관리") == (
        "자재관리",
        "자재관리 실무",
        "자재관리 가능",
        "자재관리 자격",
        "자재 관리",
    )
    assert wording.phrase_skill("총무")[-1] == "총무"


def test_strategic_and_digital_training_costs_a_trainee_nothing(world: World) -> None:
    rows = courses.make(world, 0, 2000)
    share = np.array(rows.column("본인부담금").to_pylist(), dtype=float) / rows.column("훈련비").to_numpy()
    kind = np.array(rows.column("훈련유형").to_pylist())
    free = np.isin(kind, ["C0054", "C0104"])
    known = ~np.isnan(share)
    assert set(kind) == {"C0061", "C0061S", "C0061I", "C0054", "C0104"}
    assert (share[free & known] == 0).all()
    assert share[~free & known].min() > 0.149
    assert share[~free & known].max() < 0.551
    assert 0.01 < (~known).mean() < 0.06
    assert all(code.startswith("20") for code in rows.filter(pa.array(kind == "C0104")).column("NCS코드").to_pylist())


def test_nearly_everyone_finds_a_posting_in_a_wanted_province(world: World, person: People) -> None:
    offer = postings.attributes(world, np.arange(4000))
    provinces_with_easy_postings = np.unique(offer.region[(offer.education == 0) & (offer.career != 2)])
    known = ~person.is_thin
    assert np.isin(person.wanted_regions[known, 0], provinces_with_easy_postings).mean() > 0.99


def test_applications_name_postings_that_existed_then(world: World, person: People, spells: history.Spells) -> None:
    offer = postings.attributes(world, np.arange(postings.count_postings(world)))
    parts = activities.applications(world, person, spells, Board.of(world, offer))
    rows = parts[1].rows.filter(pc.starts_with(parts[1].rows.column("구인인증번호"), "KSYN"))
    number = pc.cast(pc.utf8_slice_codeunits(rows.column("구인인증번호"), 4), "int64").to_numpy()
    applied = pc.cast(rows.column("지원일"), "int32").to_numpy()
    assert (offer.registered_day[number] <= applied).all()
    assert (applied - offer.registered_day[number] <= 40).all()
    pairs = list(zip(rows.column("주민등록번호").to_pylist(), number.tolist(), strict=True))
    assert len(pairs) == len(set(pairs))


def test_employment_rate_is_a_letter_a_zero_or_a_number(world: World) -> None:
    session = courses.attributes(world, np.arange(2000))
    sent = np.array(courses.employment_rate_text(world, session, world.today).to_pylist(), dtype=object)
    planned = session.is_held & (session.start > world.today)
    running = session.is_held & (session.start <= world.today) & (session.end >= world.today)
    early = session.is_held & (session.end < world.today) & (session.end + 183 > world.today) & (session.completed > 0)
    assert set(sent[~session.is_held]) == {"C"}
    assert set(sent[planned]) == {"A"}
    assert set(sent[running]) == {"B"}
    assert set(sent[early]) == {"0", None}  # "0" may mean not yet observed


def test_every_occupation_needs_three_to_eight_skills(world: World) -> None:
    codes = lists.skill_requirements(world).column("직업코드").to_pylist()
    counts = {code: codes.count(code) for code in set(codes)}
    assert len(counts) == 443
    assert min(counts.values()) >= 3
    assert max(counts.values()) <= 8


def test_résumés_leave_gaps(world: World, person: People) -> None:
    rows = papers.resumes(world, person).rows
    held = pc.list_value_length(pc.split_pattern(pc.fill_null(rows.column("역량코드"), ""), ";")).to_numpy()
    needed = world.ints("skills_count")[person.wishes[person.has_resume, 0]]
    assert (held <= needed).all()
    assert (held < needed).mean() > 0.8
