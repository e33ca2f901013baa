"""Features: what models and matching read, as of a date, only from what was available by then.

EMPLOYMENT_INPUTS names the only columns the employment model may see (and AGE_INPUT, if a setting says so). Do not
put here: sex, nationality, disability as inputs (they are carried as audit columns and nothing else).
"""

from __future__ import annotations

from dataclasses import replace

from lake.contracts import codes, gold, silver
from lake.contracts import columns as c
from lake.contracts.model import Column, Kind, Privacy, Table


def _silver(table: Table, *names: str) -> tuple[Column, ...]:
    return tuple(table.column(name).derived() for name in names)


_DERIVED = (
    replace(c.count("days_since_registration", "구직등록 뒤 경과일", unit="일"), privacy=Privacy.PERSONAL),
    replace(c.number("wage_wish_ratio", "희망임금 ÷ 직종 중위임금", unit="배"), privacy=Privacy.PERSONAL),
    c.count("wanted_regions_count", "희망지역 수", unit="개"),
    c.count("wanted_occupations_count", "희망직종 수", unit="개"),
    c.flag("is_same_occupation", "희망직종과 경력 직종이 같은가"),
    c.number("market_hires_ratio", "시장 흡수율", "희망직종·지역의 최근 12개월 취업자 ÷ 구직자", unit="배"),
    c.text("wanted_occupation_group_code", "희망직종 대분류"),
)

EMPLOYMENT_INPUTS: tuple[str, ...] = (
    "education_code",
    "career_months",
    "home_region_code",
    "wanted_employment_type_code",
    "spells_3y_count",
    "insured_days_3y",
    "last_tenure_days",
    "last_wage_krw_month",
    "days_since_last_job",
    "last_separation_reason_code",
    "benefit_days_left",
    "certificates_count",
    "trainings_3y_count",
    "applications_90d_count",
    "resume_completeness_pct",
    "language_tests_count",
    "days_since_registration",
    "wage_wish_ratio",
    "wanted_regions_count",
    "wanted_occupations_count",
    "is_same_occupation",
    "market_hires_ratio",
    "wanted_occupation_group_code",
)

AGE_INPUT = "age_years"

_AUDIT = (
    Column("sex_code", Kind.STRING, "성별", "감사용. 입력이 아니다", codes=codes.SEX, privacy=Privacy.SENSITIVE),
    replace(
        c.count("age_years", "나이", "감사용. 설정이 허락할 때만 입력이 된다", unit="세"), privacy=Privacy.SENSITIVE
    ),
    Column("age_band_code", Kind.STRING, "연령대", "감사용", codes=codes.AGE_BAND, privacy=Privacy.SENSITIVE),
    replace(c.flag("is_foreign_national", "외국인 여부", "감사용. 입력이 아니다"), privacy=Privacy.SENSITIVE),
    replace(c.flag("is_disabled", "장애 여부", "감사용. 입력이 아니다"), privacy=Privacy.SENSITIVE),
)

_SEEKER = (
    *_silver(
        silver.SEEKERS,
        "education_code",
        "career_months",
        "home_region_code",
        "wanted_occupation_code_1",
        "wanted_occupation_code_2",
        "wanted_occupation_code_3",
        "career_occupation_code",
        "wanted_region_code_1",
        "wanted_region_code_2",
        "wanted_region_code_3",
        "wanted_wage_krw_month",
        "wanted_employment_type_code",
        "is_opted_out",
        "is_profile_public",
    ),
    *(column.derived() for column in gold.HISTORY),
    *(column.derived() for column in _DERIVED),
    *(column.derived() for column in _AUDIT),
)

SEEKERS = Table(
    id="features__seekers",
    label="구직자 특성",
    description="확률과 매칭이 읽는 구직자 한 줄.",
    grain="한 행 = 구직자 한 사람, 한 기준일",
    key=("as_of", "seeker_key"),
    columns=(
        c.AS_OF,
        c.SEEKER_KEY,
        *_SEEKER,
        *_silver(silver.RESUMES, "keywords_text"),
        c.text("certificate_names_text", "보유 자격증", "오름차순, 세미콜론(;)으로 나눔").derived(),
        c.text("applied_posting_ids_text", "이미 지원한 공고", "오름차순, 세미콜론(;)으로 나눔").derived(),
        c.text("skill_codes_text", "보유 역량코드", "오름차순, 세미콜론(;)으로 나눔").derived(),
        gold.SEEKER_SKILLS.column("skill_levels_text").derived(),
        c.day("tested_date", "최근 검사일").derived(),
        gold.UNUSED_TEST_CODES.derived(),
        *(replace(scale, delivered=False, privacy=Privacy.PERSONAL) for scale in silver.SCALES),
    ),
    partition_by=("as_of",),
    sort_by=("seeker_key",),
)


def _outcome(name: str, label: str, description: str) -> Column:
    return Column(name, Kind.BOOLEAN, label, description, nullable=False, privacy=Privacy.PERSONAL, delivered=False)


SEEKER_COHORTS = Table(
    id="features__seeker_cohorts",
    label="구직자 과거 집단",
    description="학습과 평가에 쓰는 과거 시점의 구직자 표본과 그 뒤 6개월의 결과. 추적이 짧은 시점은 넣지 않는다.",
    grain="한 행 = 구직자 한 사람, 한 과거 시점",
    key=("as_of", "snapshot_date", "seeker_key"),
    columns=(
        c.AS_OF,
        c.day("snapshot_date", "과거 시점").required().derived(),
        c.SEEKER_KEY,
        *_SEEKER,
        _outcome(
            "is_hired_183d",
            "183일 안에 취업",
            "183일 안에 시작한 고용보험 취득이 28일 이상 이어짐. 일용은 그 사이 시작한 일수를 더해 28일 이상",
        ),
        _outcome(
            "is_kept_90d", "7개월 안에 90일 이상 취업", "213일 안에 고용보험에 든 날을 더해 90일 이상(둘째 이름표)"
        ),
        replace(
            c.flag("is_evaluation", "평가용 여부", "배우거나 보정하는 데 쓰지 않고 모형을 평가하는 데만 쓰는 사람"),
            nullable=False,
            delivered=False,
        ),
    ),
    partition_by=("as_of",),
    sort_by=("snapshot_date", "seeker_key"),
)

PEER_REFERENCES = Table(
    id="features__peer_references",
    label="통상 값",
    description="일자리가 없는 구직자의 희망직종 × 지역마다 모형 입력의 통상 값: 수는 중위값, 코드는 가장 많은 것. "
    "30명이 되지 않으면 넓은 집단을 쓴다.",
    grain="한 행 = 비교 집단 하나, 한 기준일",
    key=("as_of", "peer_group"),
    columns=(
        c.AS_OF,
        c.text("peer_group", "비교 집단", "희망직종|지역. *는 나누지 않음, 두 글자는 대분류").required().derived(),
        c.count("peers_count", "구직자 수", unit="명").required().derived(),
        *(replace(SEEKERS.column(name), privacy=Privacy.NONE) for name in (*EMPLOYMENT_INPUTS, AGE_INPUT)),
    ),
    partition_by=("as_of",),
    sort_by=("peer_group",),
)

JOB_POSTINGS = Table(
    id="features__job_postings",
    label="모집중 공고 특성",
    description="기준일에 지원할 수 있는 공고만.",
    grain="한 행 = 모집중 공고 하나, 한 기준일",
    key=("as_of", "posting_id"),
    columns=(
        c.AS_OF,
        c.POSTING_ID,
        *_silver(
            silver.JOB_POSTINGS,
            "company_id",
            "title",
            "occupation_code",
            "region_code",
            "min_education_code",
            "career_code",
            "min_career_months",
            "required_certificate_name",
            "wage_min_krw_month",
            "employment_type_code",
            "headcount",
            "closing_date",
            "keywords_text",
            "skill_codes_text",
        ),
        Column("company_size_code", Kind.STRING, "기업규모", codes=codes.COMPANY_SIZE).derived(),
        c.share("fill_chance_0_1", "지원 한 건의 채용 가능성", "직업별 과거 지원의 채용 비율(당김 추정)").derived(),
    ),
    partition_by=("as_of",),
    sort_by=("posting_id",),
)

COURSES = Table(
    id="features__courses",
    label="수강 가능한 회차 특성",
    description="기준일 뒤에 시작하고 자리가 남은 회차만.",
    grain="한 행 = 훈련회차 하나, 한 기준일",
    key=("as_of", "session_id"),
    columns=(
        c.AS_OF,
        c.SESSION_ID,
        *_silver(
            silver.TRAINING_COURSES,
            "course_id",
            "course_name",
            "institution_name",
            "skill_code",
            "skill_name",
            "skill_level",
            "target_occupation_code",
            "region_code",
            "is_online",
            "start_date",
            "end_date",
            "training_hours",
            "fee_krw",
            "training_type_code",
            "self_payment_krw",
        ),
        c.count("seats_left_count", "남은 자리", unit="명").derived(),
        c.share("expected_rate_0_1", "추정 취업률").derived(),
        c.share("expected_low_0_1", "추정 취업률 하한", "90% 구간").derived(),
        c.share("expected_high_0_1", "추정 취업률 상한", "90% 구간").derived(),
        Column("outcome_basis_code", Kind.STRING, "취업률 추정 근거", codes=codes.OUTCOME_BASIS).derived(),
        c.count("graduates_count", "추정에 쓴 수료 인원", unit="명").derived(),
    ),
    partition_by=("as_of",),
    sort_by=("session_id",),
)

TABLES = (SEEKERS, SEEKER_COHORTS, PEER_REFERENCES, JOB_POSTINGS, COURSES)
