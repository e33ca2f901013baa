"""Every code that can stand in a serving row has a Korean text, and values are said with their unit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dashboards import texts, wording
from lake.contracts import codes, silver
from lake.contracts.scales import INSTRUMENTS, SCALE_NAMES
from lake.reference import read_occupations, read_regions, read_skills
from matching.explain import MET_CODES, OPEN_CODES, PULL_CODES
from ml.employment.inputs import FACTORS, input_names
from transforms.silver import clean


@pytest.mark.parametrize("code", input_names(uses_age=True))
def test_every_model_input_has_a_name_and_the_group_the_model_gives_it(code: str) -> None:
    factor = texts.factor(code)
    assert factor.name
    assert factor.group == FACTORS.get(code, "fixed").upper()
    assert factor.group in codes.FACTOR_GROUP


@pytest.mark.parametrize("code", input_names(uses_age=True))
def test_only_what_a_person_can_change_has_an_action(code: str) -> None:
    factor = texts.factor(code)
    assert bool(factor.action) == (factor.group == "CHANGEABLE")


def test_every_reason_why_a_row_is_set_aside_has_a_text_and_no_text_is_left_over() -> None:
    code = "".join(file.read_text(encoding="utf-8") for file in Path(clean.__file__).parent.glob("*.py"))
    kinds = {column.kind.name for each in silver.TABLES for column in each.delivered} - {"STRING"}
    written = set(re.findall(r'"[a-z0-9_]+:([A-Z_]{4,})[" ]', code)) | set(re.findall(r"\}:([A-Z_]{4,})\"", code))
    assert set(texts.load("night")["reason"]) == written | {f"NOT_A_{kind}" for kind in kinds}


def test_no_text_is_left_over_from_a_dropped_input() -> None:
    assert set(texts.load("factors")) == set(input_names(uses_age=True))


@pytest.mark.parametrize("code", codes.ANSWER.codes)
def test_every_answer_code_says_why(code: str) -> None:
    assert texts.no_result(code).why


def test_no_answer_text_is_left_over() -> None:
    assert set(texts.load("answers")) == set(codes.ANSWER.codes)


CONDITIONS = {
    "met": MET_CODES,
    "open": OPEN_CODES,
    "pull": PULL_CODES,
    "employer_met": MET_CODES,
    "employer_open": OPEN_CODES,
    "job_basis": codes.JOB_BASIS.codes,
}


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind, found in CONDITIONS.items() for code in found])
def test_every_condition_has_a_text_for_the_person_and_for_the_employer(kind: str, code: str) -> None:
    assert texts.condition(kind, code)


@pytest.mark.parametrize("kind", CONDITIONS)
def test_no_condition_text_is_left_over(kind: str) -> None:
    assert set(texts.load("conditions")[kind]) == set(CONDITIONS[kind])


@pytest.mark.parametrize("code", codes.OCCUPATION_BASIS.codes)
def test_every_basis_has_a_text(code: str) -> None:
    assert texts.basis(code)


@pytest.mark.parametrize("level", codes.TRAIT_LEVEL.codes)
@pytest.mark.parametrize("scale", SCALE_NAMES)
def test_every_test_scale_has_a_name_high_and_low(scale: str, level: str) -> None:
    assert texts.trait(f"{scale}:{level}").endswith(" 편")


@pytest.mark.parametrize("problem", codes.TEST_PROBLEM.codes)
@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_every_reason_why_a_test_is_not_used_is_said(instrument: str, problem: str) -> None:
    assert texts.unused_test(f"{instrument}:{problem}").endswith("쓰지 않았습니다.")


TEST_WORDS = {
    "scale": SCALE_NAMES,
    "level": codes.TRAIT_LEVEL.codes,
    "instrument": INSTRUMENTS,
    "problem": codes.TEST_PROBLEM.codes,
}


@pytest.mark.parametrize("section", TEST_WORDS)
def test_no_text_about_a_test_is_left_over(section: str) -> None:
    assert set(texts.load("traits")[section]) == set(TEST_WORDS[section])


OCCUPATION_WORDS = {
    "education_fit": codes.EDUCATION_FIT,
    "outlook": codes.OUTLOOK,
    "outcome_basis": codes.OUTCOME_BASIS,
    "need_evidence": codes.NEED_EVIDENCE,
}


@pytest.mark.parametrize("section", OCCUPATION_WORDS)
def test_every_code_about_an_occupation_has_a_text_and_no_text_is_left_over(section: str) -> None:
    assert set(texts.load("occupation")[section]) == set(OCCUPATION_WORDS[section].codes)
    assert all(texts.word(section, code) for code in OCCUPATION_WORDS[section].codes)


def test_every_state_of_a_review_has_a_sentence_and_no_text_is_left_over() -> None:
    assert set(texts.load("rights")["state"]) == set(codes.REVIEW_STATE.codes)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("jobs",), "지원해 볼 만한 일자리"),
        (("jobs", "courses"), "지원해 볼 만한 일자리, 훈련"),
        (("employment", "occupations", "jobs", "gaps", "courses", "certificates"), "모든 결과"),
    ],
)
def test_a_review_says_what_it_is_about_and_when_the_answer_comes(names: tuple[str, ...], said: str) -> None:
    review = {"review_requested_date": "2026-11-01", "review_due_date": "2026-12-01", "review_state_code": "OPEN"}
    (line,) = wording.review_lines({"as_of": "2026-11-20", "reviews": dict.fromkeys(names, review)})
    assert (
        line
        == f"사람의 재검토를 요구하셨습니다({said}, 2026년 11월 1일). 2026년 12월 1일까지 답을 드립니다(11일 남음)."
    )


def test_every_skill_belongs_to_a_major_group_with_a_name() -> None:
    assert all(texts.ncs_major_group(skill.code[:2]) for skill in read_skills())


def test_every_region_and_occupation_group_has_a_name() -> None:
    assert all(texts.region(region.code) for region in read_regions())
    assert all(texts.occupation_group(code[0]) for code in read_occupations())
    assert all(texts.occupation_sub_group(code[:2]) for code in read_occupations())


@pytest.mark.parametrize("name", ["sex_code", "is_foreign_national", "is_disabled", "age_years"])
def test_no_protected_trait_is_called_changeable(name: str) -> None:
    factors = texts.load("factors")
    assert name not in factors or factors[name]["group"] == "FIXED"


@pytest.mark.parametrize(
    ("code", "raw", "said"),
    [
        ("last_wage_krw_month", "2500000", "월 250만원"),
        ("education_code", "05", "대졸(4년)"),
        ("home_region_code", "11", "서울"),
        ("wanted_occupation_group_code", "3", "보건·의료"),
        ("days_since_last_job", "45", "45일"),
        ("days_since_last_job", "213", "약 7개월"),
        ("insured_days_3y", "900", "약 2년 6개월"),
        ("career_months", "40", "3년 4개월"),
        ("career_months", "24", "2년"),
        ("certificates_count", "2", "2개"),
        ("applications_90d_count", "0", "0회"),
        ("resume_completeness_pct", "62.5", "62%"),
        ("wage_wish_ratio", "1.24", "1.2배"),
        ("is_same_occupation", "1", "같음"),
        ("is_same_occupation", "0", "다름"),
        ("is_same_occupation", "false", "다름"),
        ("last_wage_krw_month", None, "정보 없음"),
        ("home_region_code & career_months", "11", "사는 지역 서울"),
    ],
)
def test_values_are_said_with_their_unit(code: str, raw: str | None, said: str) -> None:
    assert texts.value(code, raw) == said


def test_an_unknown_code_is_an_error_that_says_where_its_text_belongs() -> None:
    with pytest.raises(texts.MissingText, match=r"conditions\.toml \[met\]: no text for code 'PARKING'"):
        texts.condition("met", "PARKING")


def test_an_unreadable_value_is_an_error_without_the_value() -> None:
    with pytest.raises(texts.MissingText, match="certificates_count") as caught:
        texts.value("certificates_count", "many")
    assert "many" not in str(caught.value)
