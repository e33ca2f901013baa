"""Five real people's answers from the published night, by rules that anyone can check against the files.

Runs in `make real` (mark `real`); skipped where the data is absent (tests/real/README.md) or no night is published.
Do not put here: facts about the files (test_real_sources.py), the run itself (night.py).
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pyarrow.compute as pc
import pytest

from lake import publication, tables
from tests.real import night, prepare
from tests.real.prepare import read_csv, session_id, snapshot

DATA = prepare.data_folder()
MISSING = prepare.missing_files(DATA)
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(bool(MISSING), reason=f"real data is not here ({MISSING[:1]}); tests/real/README.md says where"),
]

PEOPLE = ("U00606", "U00509", "U02012", "U07573", "U03218")
RESUME_EDUCATION = {"2": 3, "3": 4, "4": 5, "5": 6, "6": 7}
POSTING_EDUCATION = {"2": 3, "3": 4, "4": 5, "6": 0}
JOBS, COURSES = "serving__seeker_jobs_v1", "serving__seeker_courses_v1"
OCCUPATIONS = "serving__seeker_occupations_v1"
PLACES = range(1, 6)


def served(table_id: str, columns: list[str] | None = None) -> list[dict[str, Any]]:
    version = publication.current(night.settings()).tables[table_id].version
    rows: list[dict[str, Any]] = (
        tables.dataset(night.settings(), table_id, version=version).to_table(columns=columns).to_pylist()
    )
    return rows


@pytest.fixture(scope="module")
def keys() -> dict[str, str]:
    """resume_seq -> seeker_key, by the row of the file: a pseudonym cannot be turned back."""
    try:
        publication.current(night.settings())
    except publication.NothingPublished:
        pytest.skip("no real night is published; `make real` runs one first")
    rows = tables.dataset(night.settings(), "silver__seekers", as_of=prepare.NIGHT).to_table(
        columns=["seeker_key", "row_number"]
    )
    resumes = [row["resume_seq"] for row in read_csv("scout/resume.csv")]
    return {resumes[row["row_number"] - 1]: row["seeker_key"] for row in rows.to_pylist()}


@pytest.fixture(scope="module")
def answers(keys: dict[str, str]) -> dict[str, dict[str, dict[str, Any]]]:
    """Table -> resume_seq -> the served row of the five people."""
    wanted = {keys[person]: person for person in PEOPLE}
    return {
        table_id: {wanted[row["seeker_key"]]: row for row in served(table_id) if row["seeker_key"] in wanted}
        for table_id in (JOBS, COURSES, OCCUPATIONS)
    }


def top(row: dict[str, Any], name: str) -> list[Any]:
    return [row[f"{name}_{place}"] for place in PLACES if row[f"{name}_{place}"] is not None]


@pytest.mark.parametrize("table_id", sorted(night.ANSWERS))
def test_every_real_person_has_one_row_in_each_answer(keys: dict[str, str], table_id: str) -> None:
    served_keys = Counter(row["seeker_key"] for row in served(table_id, ["seeker_key"]))
    assert len(served_keys) == 8_482
    assert set(served_keys) == set(keys.values())
    assert set(served_keys.values()) == {1}


def test_employment_probability_says_why_it_is_not_computed(keys: dict[str, str]) -> None:
    codes = Counter(row["answer_code"] for row in served("serving__seeker_employment_v1", ["answer_code"]))
    assert codes == {"NO_EMPLOYMENT_HISTORY_SOURCE": len(keys)}


def test_nobody_is_sent_where_they_have_applied(keys: dict[str, str]) -> None:
    applied = {(keys[row["resume_seq"]], row["recruitment_seq"]) for row in read_csv("scout/apply_public.csv")}
    columns = ["seeker_key", *(f"posting_id_{place}" for place in PLACES)]
    recommended = {(row["seeker_key"], posting) for row in served(JOBS, columns) for posting in top(row, "posting_id")}
    assert not applied & recommended


@pytest.mark.parametrize("person", PEOPLE)
def test_recommended_postings_are_five_new_ones_within_reach(answers: Any, person: str) -> None:
    applied = {row["recruitment_seq"] for row in read_csv("scout/apply_public.csv") if row["resume_seq"] == person}
    degree = next(row["degree"] for row in read_csv("scout/resume.csv") if row["resume_seq"] == person)
    asked = {row["recruitment_seq"]: POSTING_EDUCATION[row["education"]] for row in read_csv("scout/recruitment.csv")}
    recommended = top(answers[JOBS][person], "posting_id")
    assert len(set(recommended)) == 5
    assert not applied & set(recommended)
    assert all(asked[posting] <= RESUME_EDUCATION[degree] for posting in recommended)
    scores = top(answers[JOBS][person], "score_0_1")
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("person", "keyword", "occupation"),
    [
        ("U00606", "우븐디자이너", "패션 디자이너"),
        ("U00509", "머천다이저", "상품 기획자"),
        ("U02012", "니트디자인", "패션 디자이너"),
        ("U07573", "일러스트레이터", "시각 디자이너"),
        ("U03218", "백화점관리", "상점 판매원"),
    ],
)
def test_recommended_occupations_hold_what_the_keywords_say(
    answers: Any, person: str, keyword: str, occupation: str
) -> None:
    resume = next(row for row in read_csv("scout/resume.csv") if row["resume_seq"] == person)
    rows = tables.dataset(night.settings(), "serving__occupations_v1").to_table(
        columns=["occupation_code", "occupation_name"]
    )
    names = {row["occupation_code"]: row["occupation_name"] for row in rows.to_pylist()}
    assert keyword in resume["text_keyword"]
    assert occupation in [names[code] for code in top(answers[OCCUPATIONS][person], "occupation_code")]


def test_rows_in_quarantine_are_the_known_faults_of_the_files(keys: dict[str, str]) -> None:
    assert night.refused_rows() == {
        "certificates resume_certificate.csv certificate_name:MISSING": 4,
        "training_courses result_kdtdata_202505.csv employment_rate_6m_text:OUT_OF_RANGE": 1,
        "training_courses result_kdtdata_202505.csv satisfaction_pct:OUT_OF_RANGE": 1,
        "training_courses result_kdtdata_202506.csv employment_rate_6m_text:OUT_OF_RANGE": 1,
        "training_courses result_kdtdata_202506.csv satisfaction_pct:OUT_OF_RANGE": 1,
        "worker_surveys KNOW_2017.csv occupation_code:MISSING": 382,
    }


def test_every_file_was_landed(keys: dict[str, str]) -> None:
    rows = tables.dataset(night.settings(), "ops__deliveries").to_table(columns=["source_file", "problem"]).to_pylist()
    assert {row["source_file"]: row["problem"] for row in rows if row["problem"]} == {}
    assert {file.name for _, file in prepare.deliveries(DATA)} <= {row["source_file"] for row in rows}


@pytest.mark.parametrize("person", PEOPLE)
def test_recommended_sessions_start_later_and_teach_what_is_missing(answers: Any, person: str) -> None:
    row = answers[COURSES][person]
    starts = {session_id(row): row["과정시작일"] for row in snapshot("202506")}
    sessions = top(row, "session_id")
    assert bool(sessions) == (row["answer_code"] == "OK")
    assert all(date.fromisoformat(starts[session]) > prepare.NIGHT for session in sessions)
    missing = set((row["missing_skill_codes"] or "").split("|"))
    assert set(top(row, "skill_code")) <= missing
    held = tables.dataset(night.settings(), "features__seekers", as_of=prepare.NIGHT).to_table(
        columns=["skill_codes_text"], filter=pc.field("seeker_key") == row["seeker_key"]
    )
    assert not missing & set((held["skill_codes_text"][0].as_py() or "-").split(";"))
