"""Small worlds of seekers and postings: rows given by hand, or drawn from a seed with nulls everywhere."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as pads
import pytest

from lake.contracts.codes import COMPANY_SIZE
from lake.contracts.features import JOB_POSTINGS, SEEKERS
from lake.contracts.render import arrow_schema
from lake.contracts.silver import APPLICATIONS
from matching.job_sample import draw_sample
from matching.job_space import JobSpace
from matching.job_space_model import learn_job_space

AS_OF = datetime.date(2026, 1, 6)
MakeTable = Callable[[Sequence[Mapping[str, Any]]], pa.Table]

REGIONS = ["11", "26", "27", "28", "41"]
OCCUPATIONS = ["0131", "0132", "0133", "0211", "0213", "1331", "1332", "2040", "8710", "9010"]
SKILLS = [f"{number:08d}" for number in range(40)]
WORDS = [
    *("용접", "배관", "조리", "제빵", "경비", "간호", "요양", "회계", "세무", "번역", "통역", "교육", "상담", "영업"),
    *("판매", "물류", "운전", "정비", "도장", "전기", "설계", "측량", "디자인", "편집", "홍보", "기획", "개발", "보안"),
    *("통신", "반도체", "화학", "섬유", "봉제", "금형", "선반", "포장", "검사", "청소", "미용", "농업"),
]
EMPLOYMENT_TYPES = ["10", "10", "20", "11", "21", "4", "Y"]
COMPANY_SIZES = list(COMPANY_SIZE.codes)
LICENCES = ["전기기사", "지게차운전기능사", "정보처리기사", "조리기능사"]


def build(schema: pa.Schema, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """A table of `schema`; what a row does not give is null."""
    return pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema=schema)


@pytest.fixture
def as_of() -> datetime.date:
    """The business date of every world."""
    return AS_OF


@pytest.fixture
def make_seekers() -> MakeTable:
    """features__seekers rows: a seeker who wants occupation 0131 in Seoul unless the row says otherwise."""
    usual = {"as_of": AS_OF, "wanted_occupation_code_1": "0131", "home_region_code": "11", "is_opted_out": False}
    schema = arrow_schema(SEEKERS)

    def make(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
        return build(schema, [usual | {"seeker_key": f"{number:032x}"} | dict(row) for number, row in enumerate(rows)])

    return make


@pytest.fixture
def make_postings() -> MakeTable:
    """features__job_postings rows: an open posting for 0131 in Seoul, for everyone, unless the row says otherwise."""
    usual = {
        "as_of": AS_OF,
        "occupation_code": "0131",
        "region_code": "11",
        "min_education_code": "00",
        "career_code": "Z",
        "wage_min_krw_month": 3_000_000,
        "employment_type_code": "10",
        "fill_chance_0_1": 0.1,
    }
    schema = arrow_schema(JOB_POSTINGS)

    def make(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
        return build(schema, [usual | {"posting_id": f"K{number:04d}"} | dict(row) for number, row in enumerate(rows)])

    return make


@pytest.fixture(scope="session")
def learn_space() -> Callable[..., JobSpace]:
    """The job space of postings, and of applications and applicants where they are given."""

    def learn(
        postings: pa.Table, applications: Sequence[Mapping[str, Any]] = (), seekers: pa.Table | None = None
    ) -> JobSpace:
        people = arrow_schema(SEEKERS).empty_table() if seekers is None else seekers
        applied = build(arrow_schema(APPLICATIONS), applications)
        sample = draw_sample(pads.dataset(postings), pads.dataset(applied), pads.dataset(people))
        return learn_job_space(sample, OCCUPATIONS)

    return learn


def draw(random: np.random.Generator, values: Sequence[Any], null_share: float) -> Any:
    """One of the values, or null."""
    return None if random.random() < null_share else values[int(random.integers(len(values)))]


def draw_words(random: np.random.Generator, words: Sequence[str], most: int) -> str | None:
    """Some words joined by semicolons, or null."""
    count = int(random.integers(most + 1))
    return ";".join(sorted({words[int(place)] for place in random.integers(0, len(words), count)})) or None


@pytest.fixture
def draw_postings(make_postings: MakeTable) -> Callable[[int, int], pa.Table]:
    """`count` random postings from a seed; every fact is sometimes null and many scores tie."""

    def make(count: int, seed: int) -> pa.Table:
        random = np.random.default_rng(seed)
        order = random.permutation(count)
        rows = [
            {
                "posting_id": f"K{order[number]:06d}",
                "occupation_code": draw(random, OCCUPATIONS, 0.05),
                "region_code": draw(random, REGIONS, 0.05),
                "min_education_code": draw(random, ["00", "03", "04", "05", "07"], 0.1),
                "career_code": draw(random, ["N", "E", "E", "Z"], 0.1),
                "min_career_months": draw(random, [0, 12, 36, 120], 0.3),
                "required_certificate_name": draw(random, LICENCES, 0.8),
                "wage_min_krw_month": draw(random, [2_100_000, 2_500_000, 3_000_000, 4_000_000], 0.1),
                "employment_type_code": draw(random, EMPLOYMENT_TYPES, 0.1),
                "headcount": draw(random, [1, 1, 2, 5], 0.2),
                "company_size_code": draw(random, COMPANY_SIZES, 0.2),
                "closing_date": AS_OF + datetime.timedelta(days=int(random.integers(-2, 20))),
                "keywords_text": draw_words(random, WORDS, 3),
                "skill_codes_text": draw_words(random, SKILLS, 2),
                "fill_chance_0_1": draw(random, [0.02, 0.1, 0.3], 0.1),
            }
            for number in range(count)
        ]
        return make_postings(rows)

    return make


@pytest.fixture
def draw_seekers(make_seekers: MakeTable) -> Callable[[int, int], pa.Table]:
    """`count` random seekers from a seed, some without any wish, some who applied to K000000 … K000099."""

    def make(count: int, seed: int) -> pa.Table:
        random = np.random.default_rng(seed)
        ids = [f"K{number:06d}" for number in range(100)]
        rows = [
            {
                "wanted_occupation_code_1": draw(random, OCCUPATIONS, 0.2),
                "wanted_occupation_code_2": draw(random, OCCUPATIONS, 0.6),
                "wanted_occupation_code_3": draw(random, OCCUPATIONS, 0.8),
                "career_occupation_code": draw(random, OCCUPATIONS, 0.5),
                "last_occupation_code": draw(random, OCCUPATIONS, 0.5),
                "education_code": draw(random, ["02", "03", "05", "06"], 0.1),
                "career_months": draw(random, [0, 5, 30, 130], 0.1),
                "home_region_code": draw(random, REGIONS, 0.1),
                "wanted_region_code_1": draw(random, [*REGIONS, "50"], 0.4),
                "wanted_region_code_2": draw(random, REGIONS, 0.6),
                "wanted_wage_krw_month": draw(random, [2_300_000, 3_100_000, 5_200_000], 0.2),
                "wanted_employment_type_code": draw(random, EMPLOYMENT_TYPES, 0.2),
                "is_profile_public": draw(random, [True, True, False], 0.1),
                "keywords_text": draw_words(random, [*WORDS, "고고학"], 4),
                "skill_codes_text": draw_words(random, SKILLS, 2),
                "certificate_names_text": draw_words(random, LICENCES, 2),
                "applied_posting_ids_text": draw_words(random, ids, 6),
            }
            for _ in range(count)
        ]
        return make_seekers(rows)

    return make
