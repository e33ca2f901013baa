"""The gates on job matching: each condition looked at anew in SQL, closed by one pair that breaks it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from lake.job_gates import audit_jobs
from lake.quality import Check, connect
from lake.settings import Settings
from lake.tables import dataset

AS_OF = date(2026, 11, 20)
Rows = list[dict[str, Any]]
Failed = Callable[..., dict[str, tuple[float, str]]]
TABLES = {"seekers": "silver__seekers", "postings": "features__job_postings"}
ANSWERS = ("matches__seeker_jobs", "matches__posting_talents")
SCORE = 0.061234
RATIO = "1.00 before sharing"


@pytest.fixture
def audited(settings: Settings, write_rows: Callable[..., None]) -> Callable[..., list[Check]]:
    """The gates of a night of one seeker in Seoul and one posting there, recommended to each other.

    Each argument is put over the row of its table.
    """

    def audit(
        seeker: dict[str, Any] | None = None,
        posting: dict[str, Any] | None = None,
        answer: dict[str, Any] | None = None,
        talents: dict[str, Any] | None = None,
        exposure: dict[str, dict[str, Any]] | None = None,
    ) -> list[Check]:
        person = {"as_of": AS_OF, "seeker_key": "a", "home_region_code": "11", "is_profile_public": True}
        pair = {"score_0_1_1": SCORE, "answer_code": "OK", "as_of": AS_OF}
        measured = {"as_of": AS_OF, "group_kind": "ALL", "group_code": "ALL"}
        measured |= {"largest_ratio": 1.0, "mean_score_0_1": 0.06, "short_seekers_count": 0}
        rows: dict[str, Rows] = {name: [person | (seeker or {})] for name in ("silver__seekers", "features__seekers")}
        rows["features__job_postings"] = [{"as_of": AS_OF, "posting_id": "P1", "region_code": "11"} | (posting or {})]
        rows["matches__seeker_jobs"] = [pair | {"seeker_key": "a", "posting_id_1": "P1"} | (answer or {})]
        listed = pair | {"posting_id": "P1", "seeker_key_1": "a", "is_recommended_1": True}
        rows["matches__posting_talents"] = [listed | (talents or {})]
        rows["ops__exposure"] = [
            measured | {"phase_code": phase} | (exposure or {}).get(phase, {}) for phase in ("BEFORE", "AFTER")
        ]
        for table_id, own in rows.items():
            write_rows(table_id, *own)
        with connect(settings) as db:
            for name, table_id in (TABLES | dict(zip(ANSWERS, ANSWERS, strict=True))).items():
                db.register(name, dataset(settings, table_id, AS_OF))
            return audit_jobs(settings, db, as_of=AS_OF)

    return audit


def test_a_clean_night_passes_every_gate(audited: Callable[..., list[Check]]) -> None:
    assert [(check.table_id, check.name, check.value) for check in audited()] == [
        ("matches__seeker_jobs", "gate:ineligible_postings", 0),
        ("matches__posting_talents", "gate:ineligible_people", 0),
        ("matches__posting_talents", "gate:people_shown_without_consent", 0),
        ("matches__posting_talents", "gate:sides_that_differ", 0),
        ("ops__exposure", "gate:unmeasured_sharing", 0),
        ("ops__exposure", "gate:exposure_over_capacity", 1.0),
        ("ops__exposure", "gate:sharing_loss", 0),
        ("ops__exposure", "gate:short_seekers", 0),
    ]


@pytest.mark.parametrize(
    ("seeker", "posting", "rule"),
    [
        pytest.param({}, {"region_code": "26"}, "REGION", id="far from home"),
        pytest.param({"wanted_region_code_2": "11"}, {"region_code": "28"}, "REGION", id="near home, not wished"),
        pytest.param({"wanted_region_code_3": "26"}, {}, "REGION", id="home, not wished"),
        pytest.param({"education_code": "03"}, {"min_education_code": "05"}, "EDUCATION", id="education below"),
        pytest.param({"career_months": 11}, {"career_code": "E", "min_career_months": 12}, "CAREER", id="career short"),
        pytest.param({"career_months": 0}, {"career_code": "E"}, "CAREER", id="experienced asked, none"),
        pytest.param({"career_months": 3}, {"min_career_months": 6}, "CAREER", id="months asked, kind unknown"),
        pytest.param({}, {"required_certificate_name": "전기기사"}, "LICENCE", id="no licence"),
        pytest.param(
            {"certificate_names_text": "전기기능사;조리기능사"},
            {"required_certificate_name": "전기기사"},
            "LICENCE",
            id="other licences",
        ),
        pytest.param(
            {"wanted_wage_krw_month": 3_750_002}, {"wage_min_krw_month": 3_000_000}, "WAGE", id="below 80 % of the wish"
        ),
        pytest.param(
            {"wanted_employment_type_code": "10"}, {"employment_type_code": "21"}, "WORKING_TIME", id="part for full"
        ),
        pytest.param(
            {"wanted_employment_type_code": "11"}, {"employment_type_code": "20"}, "WORKING_TIME", id="full for part"
        ),
        pytest.param({}, {"closing_date": date(2026, 11, 19)}, "CLOSING", id="closed yesterday"),
        pytest.param({"applied_posting_ids_text": "P0;P1"}, {}, "NOT_APPLIED", id="applied"),
    ],
)
def test_a_pair_that_breaks_one_condition_is_found_on_both_sides(
    failed: Failed, seeker: dict[str, Any], posting: dict[str, Any], rule: str
) -> None:
    expected = (1.0, f"{rule} 1")
    assert failed(seeker=seeker, posting=posting) == {"ineligible_postings": expected, "ineligible_people": expected}


@pytest.mark.parametrize(
    ("seeker", "posting"),
    [
        pytest.param({"wanted_region_code_3": "26"}, {"region_code": "26"}, id="wished region"),
        pytest.param({}, {"region_code": "28"}, id="27 km from home, no wish"),
        pytest.param({"wanted_region_code_1": "26"}, {"region_code": None}, id="region unknown"),
        pytest.param({"home_region_code": None}, {"region_code": "26"}, id="home unknown"),
        pytest.param({"education_code": None}, {"min_education_code": "05"}, id="education unknown"),
        pytest.param({"education_code": "05"}, {"min_education_code": "05"}, id="education equal"),
        pytest.param({"career_months": 0}, {"career_code": "Z", "min_career_months": 9}, id="career not asked"),
        pytest.param({"career_months": None}, {"career_code": "E", "min_career_months": 9}, id="career unknown"),
        pytest.param({"career_months": 90}, {"career_code": "N"}, id="newcomer asked"),
        pytest.param(
            {"certificate_names_text": "조리기능사; 전기기사"}, {"required_certificate_name": " 전기기사 "}, id="held"
        ),
        pytest.param({}, {"required_certificate_name": " "}, id="blank licence"),
        pytest.param({"wanted_wage_krw_month": 3_750_000}, {"wage_min_krw_month": 3_000_000}, id="wage of 80 %"),
        pytest.param({"wanted_wage_krw_month": 9_000_000}, {"wage_min_krw_month": None}, id="wage unknown"),
        pytest.param({"wanted_employment_type_code": "11"}, {"employment_type_code": "21"}, id="both part time"),
        pytest.param({"wanted_employment_type_code": "11"}, {"employment_type_code": "4"}, id="dispatch is either"),
        pytest.param({"wanted_employment_type_code": "Y"}, {"employment_type_code": "20"}, id="cover is either"),
        pytest.param({}, {"closing_date": AS_OF}, id="closes today"),
        pytest.param({"applied_posting_ids_text": "P0;P11"}, {}, id="applied elsewhere"),
    ],
)
def test_a_pair_that_meets_every_condition_or_leaves_it_open_passes(
    failed: Failed, seeker: dict[str, Any], posting: dict[str, Any]
) -> None:
    assert failed(seeker=seeker, posting=posting) == {}


def test_a_pair_that_breaks_two_conditions_counts_once_and_names_both(failed: Failed) -> None:
    posting = {"region_code": "26", "closing_date": date(2026, 1, 1)}
    assert failed(posting=posting)["ineligible_postings"] == (1.0, "CLOSING 1, REGION 1")


@pytest.mark.parametrize("place", range(2, 6))
def test_every_place_is_looked_at(failed: Failed, place: int) -> None:
    found = failed(answer={f"posting_id_{place}": "P9"})
    assert found == {"ineligible_postings": (1.0, "POSTED 1")}


@pytest.mark.parametrize("place", [2, 20])
@pytest.mark.parametrize(
    "seeker",
    [{"is_profile_public": False}, {"is_profile_public": None}, {"is_opted_out": True}],
    ids=["refused", "did not say", "opted out"],
)
def test_someone_shown_without_consent_blocks(failed: Failed, seeker: dict[str, Any], place: int) -> None:
    moved = {"seeker_key_1": None, "score_0_1_1": None, "is_recommended_1": None}
    moved |= {f"seeker_key_{place}": "a", f"score_0_1_{place}": SCORE, f"is_recommended_{place}": True}
    assert failed(seeker=seeker, talents=moved) == {"people_shown_without_consent": (1.0, "")}


def test_someone_shown_who_is_not_registered_blocks(failed: Failed) -> None:
    found = failed(talents={"seeker_key_2": "nobody", "score_0_1_2": SCORE, "is_recommended_2": False})
    assert found == {"people_shown_without_consent": (1.0, "")}


@pytest.mark.parametrize(
    "talents",
    [{"score_0_1_1": SCORE + 1e-6}, {"is_recommended_1": False}],
    ids=["another score", "said not to be recommended"],
)
def test_sides_that_say_different_things_of_a_pair_block(failed: Failed, talents: dict[str, Any]) -> None:
    assert failed(talents=talents) == {"sides_that_differ": (1.0, "")}


def test_someone_said_to_be_recommended_who_is_not_blocks(failed: Failed) -> None:
    assert failed(answer={"posting_id_1": None}) == {"sides_that_differ": (1.0, "")}


def test_someone_listed_who_was_recommended_other_postings_passes(failed: Failed) -> None:
    assert failed(answer={"posting_id_1": None}, talents={"is_recommended_1": False}) == {}


@pytest.mark.parametrize(
    ("exposure", "expected"),
    [
        ({"AFTER": {"largest_ratio": 1.5}}, {}),
        ({"AFTER": {"largest_ratio": 1.51}}, {"exposure_over_capacity": (1.51, RATIO)}),
        ({"AFTER": {"largest_ratio": 2.9, "mean_score_0_1": 0.0591}}, {}),  # 1.5 % spent: half of the 3 %
        ({"AFTER": {"largest_ratio": 2.9, "mean_score_0_1": 0.0592}}, {"exposure_over_capacity": (2.9, RATIO)}),
        ({"AFTER": {"largest_ratio": 3.1, "mean_score_0_1": 0.0585}}, {"exposure_over_capacity": (3.1, RATIO)}),
        ({"BEFORE": {"largest_ratio": 9.0}}, {}),
        ({"AFTER": {"mean_score_0_1": 0.0582}}, {}),  # 3 % of .06
        ({"AFTER": {"mean_score_0_1": 0.0570}}, {"sharing_loss": (0.05, "")}),
        ({"AFTER": {"mean_score_0_1": 0.0630}}, {}),
        ({"AFTER": {"short_seekers_count": 1}}, {"short_seekers": (1.0, "")}),
        ({phase: {"mean_score_0_1": None, "largest_ratio": None} for phase in ("BEFORE", "AFTER")}, {}),
        ({"AFTER": {"group_kind": "region_code"}}, {"unmeasured_sharing": (1.0, "")}),
    ],
    ids=[
        "at the aim",
        "over it",
        "spent",
        "not spent",
        "over the worst",
        "before only",
        "3 %",
        "5 %",
        "a gain",
        "short",
        "nothing recommended",
        "unmeasured",
    ],
)
def test_sharing_that_failed_or_cost_too_much_blocks(
    failed: Failed, exposure: dict[str, dict[str, Any]], expected: dict[str, tuple[float, str]]
) -> None:
    assert failed(exposure=exposure) == expected
