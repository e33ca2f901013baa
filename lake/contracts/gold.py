"""Gold: facts computed over many rows, each as of a business date.

Do not put here: model inputs (features.py) or anything a model produced.
"""

from __future__ import annotations

from dataclasses import replace

from lake.contracts import codes
from lake.contracts import columns as c
from lake.contracts.model import Column, Kind, Privacy, Table


def _personal(column: Column) -> Column:
    return replace(column, privacy=Privacy.PERSONAL)


HISTORY = (
    _personal(c.flag("is_employed", "재직 여부", "기준일에 고용보험 피보험 상태인가")),
    _personal(c.count("spells_3y_count", "최근 3년 취업 횟수", unit="회")),
    _personal(c.count("insured_days_3y", "최근 3년 피보험일수", unit="일")),
    _personal(c.count("last_tenure_days", "직전 직장 근속일수", unit="일")),
    _personal(c.krw_month("last_wage_krw_month", "직전 월평균보수")),
    _personal(c.count("days_since_last_job", "직전 이직 뒤 경과일", unit="일")),
    Column(
        "last_separation_reason_code",
        Kind.STRING,
        "직전 이직사유",
        codes=codes.SEPARATION_REASON,
        privacy=Privacy.PERSONAL,
    ),
    c.OCCUPATION_CODE.named("last_occupation_code", "직전 직종"),
    _personal(c.count("benefit_days_left", "남은 구직급여 일수", unit="일")),
    _personal(c.count("certificates_count", "자격증 수", unit="개")),
    _personal(c.count("trainings_3y_count", "최근 3년 훈련 수료", unit="회")),
    _personal(c.count("applications_90d_count", "최근 90일 지원 횟수", unit="회")),
    _personal(replace(c.share("resume_completeness_pct", "이력서 완성도"), unit="%", maximum=100)),
    _personal(c.count("language_tests_count", "어학시험 수", unit="개")),
)

SEEKER_SNAPSHOTS = Table(
    id="gold__seeker_snapshots",
    label="구직자 시점 기록",
    description="기준일까지 도착한 사실만으로 본 구직자의 이력 요약.",
    grain="한 행 = 구직자 한 사람, 한 기준일",
    key=("as_of", "seeker_key"),
    columns=(c.AS_OF, c.SEEKER_KEY, *HISTORY),
    partition_by=("as_of",),
    sort_by=("seeker_key",),
)

LABOUR_MARKET = Table(
    id="gold__labour_market",
    label="노동시장",
    description="직업 × 시도의 모집인원, 구직자, 구인배수, 임금.",
    grain="한 행 = 직업 하나, 시도 하나, 한 기준일",
    key=("as_of", "occupation_code", "region_code"),
    columns=(
        c.AS_OF,
        c.text("month", "기준월", "YYYY-MM").required(),
        c.OCCUPATION_CODE.required(),
        c.REGION_CODE.required(),
        c.count("open_postings_count", "모집중 공고 수"),
        c.count("openings_count", "모집인원", unit="명"),
        c.count("seekers_count", "희망 구직자 수", unit="명"),
        c.number("tightness_ratio", "구인배수", "모집인원 ÷ 희망 구직자 수", unit="배"),
        c.krw_month("wage_median_krw_month", "제시임금 중위값"),
        c.krw_month("wage_wish_median_krw_month", "희망임금 중위값"),
        c.count("hires_12m_count", "최근 12개월 취업자 수", "그 직종으로 고용보험을 취득한 구직자", unit="명"),
    ),
    partition_by=("as_of",),
    sort_by=("occupation_code", "region_code"),
)

OCCUPATIONS = Table(
    id="gold__occupations",
    label="직업",
    description="KECO 세분류마다 이름, 통상 학력, 시장 상황.",
    grain="한 행 = KECO 세분류 하나, 한 기준일",
    key=("as_of", "occupation_code"),
    columns=(
        c.AS_OF,
        c.OCCUPATION_CODE.required(),
        c.OCCUPATION_NAME.required(),
        c.EDUCATION_CODE.named("typical_education_code", "통상 학력"),
        c.count("open_postings_count", "모집중 공고 수"),
        c.count("openings_count", "모집인원", unit="명"),
        c.count("seekers_count", "희망 구직자 수", unit="명"),
        c.krw_month("wage_median_krw_month", "제시임금 중위값"),
    ),
    partition_by=("as_of",),
    sort_by=("occupation_code",),
)

COURSE_OUTCOMES = Table(
    id="gold__course_outcomes",
    label="훈련 성과",
    description="과정별 6개월 취업률. 관측된 회차만 쓰고 수료 인원으로 과정→기관→분야 순으로 당겨 추정한다.",
    grain="한 행 = 훈련과정 하나, 한 기준일",
    key=("as_of", "course_id"),
    columns=(
        c.AS_OF,
        c.text("course_id", "훈련과정 ID").required(),
        c.text("institution_name", "훈련기관명"),
        replace(c.SKILL_CODE, nullable=True),
        c.count("observed_sessions_count", "취업률이 관측된 회차 수", unit="회"),
        c.count("graduates_count", "관측된 수료 인원", unit="명"),
        c.count("employed_count", "관측된 취업 인원", unit="명"),
        c.share("raw_rate_0_1", "관측 취업률"),
        c.share("shrunk_rate_0_1", "추정 취업률", "수료 인원이 적으면 기관·분야 평균 쪽으로 당김"),
    ),
    partition_by=("as_of",),
    sort_by=("course_id",),
)

OCCUPATION_SKILLS = Table(
    id="gold__occupation_skills",
    label="직업별 필요 역량",
    description="직업이 필요로 하는 역량. 직무데이터, 공고의 요구, 훈련과정의 목표 직업에서 모은다.",
    grain="한 행 = 직업 하나, 역량 하나, 한 기준일",
    key=("as_of", "occupation_code", "skill_code"),
    columns=(
        c.AS_OF,
        c.OCCUPATION_CODE.required(),
        c.SKILL_CODE,
        c.text("skill_name", "역량명"),
        Column("skill_level", Kind.INT8, "NCS 수준", minimum=1, maximum=8),
        c.share("importance_0_1", "중요도"),
        c.count("evidence_count", "근거 수"),
    ),
    partition_by=("as_of",),
    sort_by=("occupation_code", "skill_code"),
)

SEEKER_SKILLS = Table(
    id="gold__seeker_skills",
    label="구직자 보유 역량",
    description="경력, 훈련 수료, 이력서에서 확인되는 역량.",
    grain="한 행 = 구직자 한 사람, 한 기준일",
    key=("as_of", "seeker_key"),
    columns=(
        c.AS_OF,
        c.SEEKER_KEY,
        _personal(c.text("skill_codes_text", "보유 역량코드", "오름차순, 세미콜론(;)으로 나눔")),
        _personal(c.text("evidence_codes_text", "역량 근거", "근거 코드, 세미콜론(;)으로 나눔")),
        c.count("skills_count", "보유 역량 수", unit="개"),
    ),
    partition_by=("as_of",),
    sort_by=("seeker_key",),
)

TABLES = (SEEKER_SNAPSHOTS, LABOUR_MARKET, OCCUPATIONS, COURSE_OUTCOMES, OCCUPATION_SKILLS, SEEKER_SKILLS)
