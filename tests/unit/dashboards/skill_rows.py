"""What the small night says about occupations, skills, courses and certificates, written by hand.

The first thirty people lack 총무 for their first wish (needed at NCS level 5; it alone opens 12 % of its openings) and
a skill of unknown level and effect; their second wish has no open posting, their third no skill data. Person 58 has no
wish and is measured against what they have done. Session S1 scores
0.35 × 0.9 + 0.2 × 1 + 0.2 × 0.5 + 0.15 × 0.62 + 0.1 × 0.73 = 0.781; nobody knows S2's rate or price. The last twelve
answered the tests all alike. Courses C1, C2 and C4 of one field have 40, 7 and 200 graduates. Occupation 0261 has six
seekers, which is too few to be shown; so are the eight of 0231 in Jeju, where people 55 to 59 live.
"""

from __future__ import annotations

from datetime import date
from typing import Any

AS_OF = date(2026, 7, 1)
Row = dict[str, Any]
LACKING = 30
WITHOUT_WISH = 58
CARELESS = 60
DELIVERED = {"as_of": AS_OF, "delivery_date": AS_OF, "source_file": "a.csv"}


def _numbered(place: int, **values: Any) -> Row:
    return {f"{name}_{place}": value for name, value in values.items()}


def occupations_of(number: int) -> Row:
    """The five occupations of a person; one of the tests of the others was left open for more than a day."""
    if number >= CARELESS:
        return {"answer_code": "CONTRADICTORY_TEST", "unused_test_codes": "interest:ALL_EQUAL|aptitude:TOO_FAST"}
    first = _numbered(
        1,
        occupation_code="0231",
        score_0_1=0.9,
        trait_codes="interest_social:HIGH|aptitude_verbal:HIGH",
        unlike_trait_codes="value_reward:LOW",
        twin_codes="0232|0233",
        past_nearness_0_1=0.55,
        education_fit_code="MEETS",
        tightness_ratio=0.1,
        wage_median_krw_month=2_700_000,
    )
    second = _numbered(2, occupation_code="0261", score_0_1=0.4, trait_codes="interest_realistic:LOW")
    return {"answer_code": "OK", "basis_code": "TEST", "unused_test_codes": "value:TOO_LONG"} | first | second


def _basis(number: int) -> Row:
    return {"basis_code": "HISTORY" if number == WITHOUT_WISH else "WISH"}


def gaps_of(number: int) -> Row:
    """The gaps of three wishes."""
    basis = _basis(number)
    if number == WITHOUT_WISH:
        worked = _numbered(1, gap_occupation_code="0231", needed_skills_count=6, readiness_0_1=0.9, open_share_0_1=0.4)
        return {"answer_code": "OK"} | basis | worked | {"missing_skill_codes_1": "07010103"}
    if number >= LACKING:
        return {"answer_code": "NO_GAP"} | basis
    first = _numbered(1, gap_occupation_code="0231", needed_skills_count=6, readiness_0_1=0.62, open_share_0_1=0.4)
    first |= _numbered(
        1, missing_skill_codes="02010101|07010103", missing_levels_text="50", unlocked_shares_text="0.12|"
    )
    second = _numbered(2, gap_occupation_code="0261", needed_skills_count=3, readiness_0_1=0.996)
    second |= _numbered(2, missing_skill_codes="02010101", missing_levels_text="3")
    return {"answer_code": "OK"} | basis | first | second | _numbered(3, gap_occupation_code="0232")


def courses_of(number: int) -> Row:
    """One session with everything known, one with unknown rate and price."""
    if number >= LACKING:
        return {"answer_code": "NO_COURSE_CLOSES_GAP" if number == WITHOUT_WISH else "NO_GAP"} | _basis(number)
    row: Row = {"answer_code": "OK", "gap_occupation_code": "0231", "needed_skills_count": 6} | _basis(number)
    row |= {"missing_skill_codes": "02010101|07010103"}
    row |= _numbered(1, session_id="S1", score_0_1=0.781, job_fit_0_1=0.9, region_fit_0_1=1.0, level_fit_0_1=0.5)
    row |= _numbered(1, outcome_0_1=0.62, cost_fit_0_1=0.731707, skill_code="02010101")
    row |= _numbered(2, session_id="S2", score_0_1=0.625, job_fit_0_1=0.4, region_fit_0_1=0.8, level_fit_0_1=1.0)
    return row | _numbered(2, skill_code="07010103")


def certificates_of(number: int) -> Row:
    """One certificate that openings ask for, one of an unknown share."""
    if number >= LACKING:
        return {"answer_code": "NO_CERTIFICATE_CLOSES_GAP"} | _basis(number)
    row: Row = {"answer_code": "OK", "gap_occupation_code": "0231"} | _basis(number)
    row |= _numbered(1, certificate_name="사회조사분석사 2급", score_0_1=0.645, job_fit_0_1=0.6, level_fit_0_1=0.75)
    row |= _numbered(1, openings_share_0_1=0.004)
    return row | _numbered(2, certificate_name="사회복지사 1급", score_0_1=0.43, job_fit_0_1=0.4, level_fit_0_1=0.5)


_OCCUPATION = {"open_postings_count": 3, "openings_count": 9, "seekers_count": 72, "tightness_ratio": 0.125}
_OCCUPATION |= {"wage_median_krw_month": 2_850_000, "typical_education_code": "05", "outlook_code": "RISING"}
_OCCUPATION |= {"same_people_hires_12m_count": 1_200, "same_people_hires_prior_12m_count": 1_050}
OCCUPATIONS: list[Row] = [
    _OCCUPATION | {"occupation_code": "0231", "occupation_name": "사회복지사"},
    {"occupation_code": "0232", "occupation_name": "직업상담사", "seekers_count": 20, "outlook_code": "NO_DATA"},
    {"occupation_code": "0233", "occupation_name": "청소년지도사", "seekers_count": 15},
    {"occupation_code": "0261", "occupation_name": "웹개발자", "seekers_count": 6, "tightness_ratio": 0.5}
    | {"openings_count": 3, "open_postings_count": 1, "same_people_hires_12m_count": 4, "outlook_code": "NO_DATA"},
]

DICTIONARY: list[Row] = [
    DELIVERED
    | {"row_number": number, "occupation_title_id": f"T{number}", "title": title, "occupation_code": code}
    | {"occupation_name": name, "similar_titles_text": similar}
    for number, (title, code, name, similar) in enumerate(
        [
            ("사회복지사", "0231", "사회복지사", "복지상담원,상담원"),
            ("직업상담사", "0232", "직업상담사", "취업상담원,상담원"),
            ("웹퍼블리셔", "0261", "웹개발자", "홈페이지 제작자"),
            ("등대지기", "0999", "공표되지 않은 직업", None),
        ],
        start=1,
    )
]

SKILLS: list[Row] = [
    {"skill_code": "02010101", "skill_kind_code": "NCS", "skill_name": "총무", "skill_level": 5},
    {"skill_code": "07010103", "skill_kind_code": "NCS", "skill_name": "사례관리"},
    {"skill_code": "CERT:사회조사분석사 2급", "skill_kind_code": "CERTIFICATE", "skill_name": "사회조사분석사 2급"}
    | {"skill_level": 5},
]

_NEED = {"occupation_code": "0231", "evidence_count": 12}
NEEDS: list[Row] = [
    _NEED
    | SKILLS[0]
    | {"importance_0_1": 0.8, "openings_share_0_1": 0.25, "evidence_codes_text": "DICTIONARY;POSTING"},
    _NEED | SKILLS[1] | {"importance_0_1": 0.3, "evidence_codes_text": "COURSE"},
    _NEED | SKILLS[2] | {"importance_0_1": 0.5, "openings_share_0_1": 0.004, "evidence_codes_text": "POSTING"},
]

COURSES: list[Row] = [
    {"session_id": "S1", "course_id": "C1", "course_name": "사회복지 실무", "skill_code": "02010101"}
    | {"skill_name": "총무", "skill_level": 5, "region_code": "11", "is_online": False, "training_hours": 160}
    | {"start_date": date(2026, 8, 3), "end_date": date(2026, 9, 30), "training_type_code": "SEEKER"}
    | {"fee_krw": 800_000, "self_payment_krw": 110_000, "seats_left_count": 7, "graduates_count": 40}
    | {"expected_rate_0_1": 0.62, "expected_low_0_1": 0.481, "expected_high_0_1": 0.749}
    | {"outcome_basis_code": "COURSE", "institution_name": "한국훈련원"},
    {"session_id": "S2", "course_id": "C3", "course_name": "사례관리 입문", "skill_code": "07010103"}
    | {"skill_name": "사례관리", "is_online": True, "outcome_basis_code": "NO_DATA", "fee_krw": 300_000}
    | {"start_date": date(2026, 9, 1), "end_date": date(2026, 9, 5)},
]

_OUTCOME = {"institution_name": "한국훈련원", "skill_code": "02010101", "shrunk_rate_0_1": 0.6}
_OUTCOME |= {"shrunk_low_0_1": 0.5, "shrunk_high_0_1": 0.7}
OUTCOMES: list[Row] = [
    _OUTCOME
    | {"course_id": "C1", "observed_sessions_count": 2, "graduates_count": 40, "employed_count": 26}
    | {"raw_rate_0_1": 0.65},
    _OUTCOME
    | {"course_id": "C2", "observed_sessions_count": 1, "graduates_count": 7, "employed_count": 5}
    | {"raw_rate_0_1": 5 / 7, "shrunk_rate_0_1": 0.7},
    _OUTCOME
    | {"course_id": "C4", "observed_sessions_count": 9, "graduates_count": 200, "employed_count": 100}
    | {"raw_rate_0_1": 0.5, "shrunk_rate_0_1": 0.5},
    {"course_id": "C3", "institution_name": "새훈련원", "skill_code": "07010103"}
    | {"observed_sessions_count": 0, "graduates_count": 0, "employed_count": 0},
]
