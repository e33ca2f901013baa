"""A tiny published night written with deltalake: 60 people with an answer in three provinces, 12 without.

Seoul 40 people at 0.60, Busan 15 at 0.40, Jeju 5 at 0.20; one posting's title carries a script and an escape code.
The model of the night is judged in judgement_rows.py; the employers' side stands in matching_rows.py, occupations,
skills, courses and certificates in skill_rows.py.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from lake import tables
from lake.contracts.registry import table
from lake.contracts.render import arrow_schema
from lake.publication import Pointer, PublishedTable
from lake.settings import Settings
from tests.unit.dashboards import skill_rows
from tests.unit.dashboards.judgement_rows import JUDGED
from tests.unit.dashboards.matching_rows import CLOSED, EXPOSURE, TALENTS

AS_OF = date(2026, 7, 1)
RUN_ID = "20260701-test"
STAMP = {"as_of": AS_OF, "run_id": RUN_ID, "model_version": "m-1", "contract_version": "c-1"}
PEOPLE = 72
OK_PEOPLE = 60
REVIEWED = 30
"""Asked a person to look at the recommended jobs; the answer is due a day before the night."""
REVIEW = {
    "review_requested_date": date(2026, 5, 31),
    "review_due_date": date(2026, 6, 30),
    "review_state_code": "OVERDUE",
}


def seeker_key(number: int) -> str:
    return f"{number:032x}"


def write(settings: Settings, table_id: str, rows: list[dict[str, Any]]) -> None:
    contract = table(table_id)
    frame = pa.Table.from_pylist(rows, schema=arrow_schema(contract))
    write_deltalake(
        str(tables.path(settings, table_id)), frame, mode="overwrite", partition_by=list(contract.partition_by)
    )


def _region(number: int) -> tuple[str, float]:
    return ("11", 0.60) if number < 40 else ("26", 0.40) if number < 55 else ("50", 0.20)


def _employment(number: int) -> dict[str, Any]:
    row = {**STAMP, "seeker_key": seeker_key(number), "answer_code": "OK" if number < OK_PEOPLE else "THIN_FILE"}
    if number >= OK_PEOPLE:
        return row
    chance = _region(number)[1]
    row |= {"probability_0_1": chance, "low_0_1": chance - 0.07, "high_0_1": chance + 0.07}
    row |= {"raw_logit": 0.45, "usual_logit": -0.1, "other_logit": 0.05, "peer_group": "0231|11", "peers_count": 40}
    row |= {"change_certificate_name": "사회조사분석사", "change_certificate_0_1": chance + 0.04}
    row |= {"change_session_id": "S1", "change_course_0_1": chance - 0.02}
    row |= {"change_wage_krw_month": 2_850_000, "change_wage_0_1": chance + 0.001, "missing_skill_codes": "02010101"}
    row |= {
        "reason_for_1_code": "days_since_last_job",
        "reason_for_1_logit": 0.7,
        "reason_for_1_value": "45",
        "reason_for_1_reference": "213",
        "reason_for_2_code": "home_region_code",
        "reason_for_2_logit": 0.1,
        "reason_for_2_value": "11",
        "reason_against_1_code": "last_wage_krw_month",
        "reason_against_1_logit": -0.25,
        "reason_against_1_value": "2500000",
        "reason_against_1_reference": "2100000",
        "reason_against_2_code": "certificates_count",
        "reason_against_2_logit": -0.05,
        "reason_against_2_value": "1",
        "reason_against_2_reference": "1",
    }
    return row


def _jobs(number: int) -> dict[str, Any]:
    """Two of three eligible postings; one of the two stands there because crowded postings are shared out."""
    row = {**STAMP, "seeker_key": seeker_key(number), "answer_code": "OK", "eligible_postings_count": 3}
    row |= {"basis_code": "HISTORY", "shared_out_count": 1}
    row |= REVIEW if number == REVIEWED else {}
    for place, (posting, chance) in enumerate((("P1", 0.08), ("P2", 0.004)), 1):
        row |= {f"posting_id_{place}": posting, f"score_0_1_{place}": chance * 0.7, f"fit_0_1_{place}": 0.9}
        row |= {f"chance_0_1_{place}": chance, f"usefulness_0_1_{place}": 0.7}
        row |= {f"wage_value_0_1_{place}": 0.5, f"distance_value_0_1_{place}": 1.0}
        row |= {f"occupation_value_0_1_{place}": 0.8, f"permanence_value_0_1_{place}": 0.25}
        row |= {f"met_codes_{place}": "REGION|CAREER", f"open_codes_{place}": "WAGE_UNKNOWN"}
        row |= {f"pull_codes_{place}": "DISTANCE|CHANCE"}
    return row


def _lookups(settings: Settings) -> None:
    write(settings, "serving__occupations_v1", [STAMP | row for row in skill_rows.OCCUPATIONS])
    write(settings, "gold__occupations", [{"as_of": AS_OF} | row for row in skill_rows.OCCUPATIONS])
    posting = STAMP | {"occupation_code": "0231", "region_code": "11", "headcount": 3, "employment_type_code": "10"}
    posting |= {"fill_chance_0_1": 0.061, "min_education_code": "05", "career_code": "E", "min_career_months": 24}
    titles = {"P1": "<script>alert(1)</script>\x1b[31m 복지사", "P2": "사회복지사 채용", "P3": "추천되지 않은 공고"}
    write(settings, "serving__job_postings_v1", [posting | {"posting_id": i, "title": t} for i, t in titles.items()])
    write(settings, "serving__posting_talents_v1", [STAMP | row for row in TALENTS])
    write(settings, "silver__job_postings", [CLOSED])
    write(settings, "silver__occupations", skill_rows.DICTIONARY)
    write(settings, "serving__courses_v1", [STAMP | row for row in skill_rows.COURSES])
    write(settings, "serving__skills_v1", [STAMP | row for row in skill_rows.SKILLS])
    write(settings, "gold__skills", [{"as_of": AS_OF} | row for row in skill_rows.SKILLS])
    norm = {"as_of": AS_OF, "scale_name": "interest_social", "answer_mean": 3.1, "answer_deviation": 0.6}
    norms = [norm | {"test_form_code": "LONG", "respondents_count": 400}]
    write(settings, "gold__test_norms", norms)
    write(settings, "gold__occupation_skills", [{"as_of": AS_OF} | row for row in skill_rows.NEEDS])
    write(settings, "gold__course_outcomes", [{"as_of": AS_OF} | row for row in skill_rows.OUTCOMES])
    cell = {"as_of": AS_OF, "month": "2026-07", "occupation_code": "0231", "openings_count": 3, "tightness_ratio": 0.1}
    seekers = {"11": 40, "26": 24, "50": 8}
    write(
        settings,
        "gold__labour_market",
        [cell | {"region_code": r, "seekers_count": n, "hires_12m_count": 0} for r, n in seekers.items()],
    )


def _ops(settings: Settings) -> None:
    started = datetime(2026, 6, 30, 17, 0, tzinfo=UTC)
    run = {"run_id": RUN_ID, "as_of": AS_OF, "status_code": "PUBLISHED", "engine": "embedded", "device": "cpu"}
    run |= {"started_at": started, "seconds": 73.4, "seekers_count": PEOPLE, "is_synthetic": True}
    run |= {
        "stages_json": '{"staged_deliveries": 4.0, "silver__seekers": 12.5, "features__seekers": 30.25}',
        "contract_version": "c",
    }
    write(settings, "ops__runs", [run])
    check = {"as_of": AS_OF, "run_id": RUN_ID, "table_id": "silver__seekers", "limit_value": 0.0}
    checks = [("unique_key", 0.0, "PASS"), ("quarantined_share", 0.03, "WARN")]
    rows = [check | {"check_name": n, "value": v, "result_code": r} for n, v, r in checks]
    gates = [
        ("drift_last_night:home_region_code", 0.01, "most at 11: +0.1% of 40 rows"),
        ("drift_last_night:education_code", 0.20, "most at 05: +2.0% of 40 rows"),
        ("drift_same_weekday:home_region_code", 0.0, "no earlier night"),
    ]
    rows += [
        check | {"check_name": f"gate:{n}", "value": v, "limit_value": 0.25, "result_code": "PASS", "detail": d}
        for n, v, d in gates
    ]
    write(settings, "ops__quality", rows)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a lake with one small published night."""
    made = Settings(lake_dir=tmp_path_factory.mktemp("lake"), threads=2)
    people = range(PEOPLE)
    write(made, "serving__seeker_employment_v1", [_employment(n) for n in people])
    write(made, "serving__seeker_jobs_v1", [_jobs(n) for n in people])
    answers = {
        "occupations": skill_rows.occupations_of,
        "skill_gaps": skill_rows.gaps_of,
        "courses": skill_rows.courses_of,
        "certificates": skill_rows.certificates_of,
    }
    for name, answer in answers.items():
        rows = [STAMP | {"seeker_key": seeker_key(n)} | answer(n) for n in people]
        write(made, f"serving__seeker_{name}_v1", rows)
    features = {"as_of": AS_OF, "wanted_occupation_group_code": "0", "age_band_code": "30-39"}
    rows = [features | {"seeker_key": seeker_key(n), "home_region_code": _region(n)[0]} for n in people]
    write(made, "features__seekers", rows)
    _lookups(made)
    _ops(made)
    write(made, "ops__exposure", EXPOSURE)
    for table_id, judged in JUDGED.items():
        write(made, table_id, judged)
    return made


@pytest.fixture(scope="session")
def pointer(settings: Settings) -> Pointer:
    """The pointer of that night: every table of it at version 0."""
    served = [path.name for path in sorted((settings.tables_dir / "serving").iterdir())]
    entries = {f"serving__{noun}": PublishedTable(0, PEOPLE, "hash", "c-1", {}) for noun in served}
    return Pointer(RUN_ID, AS_OF, entries, {"employment": "m-1"}, is_synthetic=True)


@pytest.fixture(scope="session")
def catalog(settings: Settings, pointer: Pointer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """goyong.duckdb of that night."""
    from dashboards.catalog import build_catalog

    return build_catalog(settings, pointer, out=tmp_path_factory.mktemp("catalog"))


def page_of(settings: Settings, catalog: Path, name: str) -> str:
    """The page `name` of the night that `catalog` holds."""
    from dashboards import site_pages
    from dashboards.catalog import open_catalog, served_night

    with open_catalog(settings, catalog) as db:
        return site_pages.render(name, served_night(db, catalog), site_pages.sections_of(db, name), db)
