"""Gold: facts computed over many rows, each as of a business date.

Do not put here: model inputs (features.py) or anything a model produced.
"""

from __future__ import annotations

from dataclasses import replace

from lake.contracts import codes
from lake.contracts import columns as c
from lake.contracts.model import Column, Kind, Privacy, Table
from lake.contracts.scales import SCALES


def _personal(column: Column) -> Column:
    return replace(column, privacy=Privacy.PERSONAL)


SKILL_KIND_CODE = Column("skill_kind_code", Kind.STRING, "역량 종류", nullable=False, codes=codes.SKILL_KIND)
SKILL_LEVELS_NOTE = "보유 역량코드와 같은 순서로 한 글자씩: 1~8 수준, 0 모름"
UNUSED_TEST_CODES = _personal(
    c.text("unused_test_codes", "쓰지 않은 검사의 까닭", "검사:까닭을 |로 이음(interest:ALL_EQUAL)")
)

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
        c.number("tightness_ratio", "구인배수", "모집인원 ÷ 희망 구직자 수", unit="배"),
        c.krw_month("wage_median_krw_month", "제시임금 중위값"),
        c.count(
            "same_people_hires_12m_count",
            "같은 구직자들의 최근 12개월 취업자 수",
            "두 해가 시작되기 전에 등록한 구직자가 그 직종으로 고용보험을 취득한 수. 신고가 늦으므로 60일 전까지",
            unit="명",
        ),
        c.count(
            "same_people_hires_prior_12m_count",
            "같은 구직자들의 그 전 12개월 취업자 수",
            "두 해가 시작되기 전에 등록한 같은 사람들이 그 앞 12개월에 취득한 수",
            unit="명",
        ),
        Column(
            "outlook_code",
            Kind.STRING,
            "취업 추이",
            "두 해가 시작되기 전에 등록한 구직자의 두 해 취업자 수를 견줌. 5% 이상이고 우연의 폭(1.645×√두 해의 합)을 "
            "넘어야 늘거나 줄어듦, 아니면 비슷함. 어느 해든 30명 미만이면 자료 없음",
            codes=codes.OUTLOOK,
        ),
    ),
    partition_by=("as_of",),
    sort_by=("occupation_code",),
)

COURSE_OUTCOMES = Table(
    id="gold__course_outcomes",
    label="훈련 성과",
    description="과정별 6개월 취업률. 관측된 회차만 쓰고 수료 인원으로 과정→기관→역량(세분류)→분야(대분류) 순으로 "
    "당겨 추정한다.",
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
        c.share(
            "shrunk_rate_0_1", "추정 취업률", "수료 인원이 적으면 기관·분야 평균 쪽으로 당김. 분야에 자료가 없으면 비움"
        ),
        c.share("shrunk_low_0_1", "추정 취업률 하한", "90% 구간"),
        c.share("shrunk_high_0_1", "추정 취업률 상한", "90% 구간"),
    ),
    partition_by=("as_of",),
    sort_by=("course_id",),
)

SKILLS = Table(
    id="gold__skills",
    label="역량 어휘",
    description="한 어휘로 모은 역량: NCS 세분류와 자격증, 통상 수준.",
    grain="한 행 = 역량 하나, 한 기준일",
    key=("as_of", "skill_code"),
    columns=(
        c.AS_OF,
        c.SKILL_CODE,
        SKILL_KIND_CODE,
        c.text("skill_name", "역량명"),
        c.SKILL_LEVEL,
    ),
    partition_by=("as_of",),
    sort_by=("skill_code",),
)

SKILL_PHRASES = Table(
    id="gold__skill_phrases",
    label="역량을 가리키는 말",
    description="이력서와 공고에 적힌 말 가운데 역량 어휘에 이어진 것. 형태소가 얼마나 겹치는지로 잇는다.",
    grain="한 행 = 말 하나, 한 기준일",
    key=("as_of", "phrase"),
    columns=(
        c.AS_OF,
        _personal(c.text("phrase", "적힌 말").required()),
        c.SKILL_CODE,
        c.share("similarity_0_1", "닮은 정도"),
    ),
    partition_by=("as_of",),
    sort_by=("phrase",),
)

OCCUPATION_SKILLS = Table(
    id="gold__occupation_skills",
    label="직업별 필요 역량",
    description="직업이 필요로 하는 역량과 자격. 직무데이터·직업사전, 재직자 조사, 공고, "
    "훈련과정의 목표 직업에서 모은다.",
    grain="한 행 = 직업 하나, 역량 하나, 한 기준일",
    key=("as_of", "occupation_code", "skill_code"),
    columns=(
        c.AS_OF,
        c.OCCUPATION_CODE.required(),
        c.SKILL_CODE,
        SKILL_KIND_CODE,
        c.text("skill_name", "역량명"),
        c.SKILL_LEVEL,
        c.share("importance_0_1", "중요도"),
        c.share("openings_share_0_1", "찾는 모집인원의 비율", "모집중 공고가 없으면 비움"),
        c.count("evidence_count", "근거 수"),
        c.text("evidence_codes_text", "필요 역량 근거", "근거 코드, 세미콜론(;)으로 나눔"),
    ),
    partition_by=("as_of",),
    sort_by=("occupation_code", "skill_code"),
)

SEEKER_SKILLS = Table(
    id="gold__seeker_skills",
    label="구직자 보유 역량",
    description="경력, 훈련 수료, 이력서에서 확인되는 NCS 역량과 수준. 자격증은 따로 둔다(구직자 특성).",
    grain="한 행 = 구직자 한 사람, 한 기준일",
    key=("as_of", "seeker_key"),
    columns=(
        c.AS_OF,
        c.SEEKER_KEY,
        _personal(c.text("skill_codes_text", "보유 역량코드", "오름차순, 세미콜론(;)으로 나눔")),
        _personal(c.text("skill_levels_text", "보유 역량 수준", SKILL_LEVELS_NOTE)),
        _personal(c.text("evidence_codes_text", "역량 근거", "근거 코드, 세미콜론(;)으로 나눔")),
        c.count("skills_count", "보유 역량 수", unit="개"),
    ),
    partition_by=("as_of",),
    sort_by=("seeker_key",),
)

TEST_NORMS = Table(
    id="gold__test_norms",
    label="흥미검사 규준",
    description="문항으로 온 흥미검사의 척도별 응답 평균과 표준편차. 공개된 규준이 없어 이 호수의 응시자로 만든다.",
    grain="한 행 = 척도 하나, 검사 형식 하나, 한 기준일",
    key=("as_of", "scale_name", "test_form_code"),
    columns=(
        c.AS_OF,
        c.text("scale_name", "척도").required(),
        Column("test_form_code", Kind.STRING, "검사 형식", nullable=False, codes=codes.TEST_FORM),
        c.count("respondents_count", "응시자 수", unit="명"),
        c.number("answer_mean", "응답 평균", unit="점"),
        c.number("answer_deviation", "응답 표준편차", unit="점"),
    ),
    partition_by=("as_of",),
    sort_by=("scale_name", "test_form_code"),
)

SEEKER_TESTS = Table(
    id="gold__seeker_tests",
    label="구직자 검사 결과",
    description="검사마다 믿을 수 있는 가장 새 결과를 모은 한 줄. 믿고 쓸 수 없는 답의 검사는 쓰지 않고 까닭을 남긴다.",
    grain="한 행 = 검사를 받은 구직자 한 사람, 한 기준일",
    key=("as_of", "seeker_key"),
    columns=(
        c.AS_OF,
        c.SEEKER_KEY,
        _personal(c.day("tested_date", "최근 검사일")),
        c.count("tests_count", "검사 횟수", unit="회"),
        *(_personal(scale) for scale in SCALES),
        UNUSED_TEST_CODES,
    ),
    partition_by=("as_of",),
    sort_by=("seeker_key",),
)

TABLES = (
    SEEKER_SNAPSHOTS,
    LABOUR_MARKET,
    OCCUPATIONS,
    COURSE_OUTCOMES,
    SKILLS,
    SKILL_PHRASES,
    OCCUPATION_SKILLS,
    SEEKER_SKILLS,
    TEST_NORMS,
    SEEKER_TESTS,
)
