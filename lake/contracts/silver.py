"""Silver: what sources deliver, typed, checked, pseudonymous, newest correction only.

Bronze and quarantine tables are made from these (`bronze.py`), so a delivered column is declared
here and nowhere else. Do not put here: anything computed over more than one row.
"""

from __future__ import annotations

from dataclasses import replace

from lake.contracts import codes
from lake.contracts import columns as c
from lake.contracts.model import Column, Kind, Privacy, Table

OWNER_PEOPLE = "고용서비스기반과"
_TRACE = (c.DELIVERY_DATE, c.SOURCE_FILE, c.ROW_NUMBER)


def _silver(
    noun: str, label: str, description: str, key: tuple[str, ...], columns: tuple[Column, ...], owner: str
) -> Table:
    return Table(
        id=f"silver__{noun}",
        label=label,
        description=description,
        grain=f"한 행 = {label} 한 건(키: {', '.join(key)})",
        key=key,
        columns=(c.AS_OF, *columns, *_TRACE),
        owner=owner,
        partition_by=("as_of",),
        sort_by=key,
    )


def _personal(column: Column) -> Column:
    return replace(column, privacy=Privacy.PERSONAL)


def _audit(column: Column) -> Column:
    return replace(column, privacy=Privacy.SENSITIVE)


SEEKERS = _silver(
    "seekers",
    "구직자",
    "구직등록을 한 사람. 실명 정보는 이 호수에 들어오지 않는다.",
    ("seeker_key",),
    (
        c.SEEKER_KEY,
        c.day("registered_date", "구직등록일").required(),
        c.UPDATED_AT,
        _audit(c.day("birth_date", "생년월일")),
        _audit(Column("sex_code", Kind.STRING, "성별", codes=codes.SEX)),
        _audit(c.flag("is_foreign_national", "외국인 여부")),
        _audit(c.flag("is_disabled", "장애 여부")),
        c.EDUCATION_CODE,
        _personal(c.count("career_months", "총 경력", unit="개월", maximum=720)),
        c.REGION_CODE.named("home_region_code", "거주 시도코드"),
        c.OCCUPATION_CODE.named("wanted_occupation_code_1", "희망직종 1"),
        c.OCCUPATION_CODE.named("wanted_occupation_code_2", "희망직종 2"),
        c.OCCUPATION_CODE.named("wanted_occupation_code_3", "희망직종 3"),
        c.OCCUPATION_CODE.named("career_occupation_code", "경력 직종"),
        c.REGION_CODE.named("wanted_region_code_1", "희망지역 1"),
        c.REGION_CODE.named("wanted_region_code_2", "희망지역 2"),
        c.REGION_CODE.named("wanted_region_code_3", "희망지역 3"),
        _personal(c.krw_month("wanted_wage_krw_month", "희망임금")),
        c.EMPLOYMENT_TYPE_CODE.named("wanted_employment_type_code", "희망 고용형태"),
        c.flag("is_opted_out", "자동화된 평가 거부", "개인정보보호법 §37의2에 따른 거부"),
        c.flag("is_profile_public", "인재정보 공개 동의"),
    ),
    OWNER_PEOPLE,
)

RESUMES = _silver(
    "resumes",
    "이력서",
    "구직자의 대표 이력서. 본문은 담지 않고 완성도와 핵심어만 담는다.",
    ("seeker_key",),
    (
        c.SEEKER_KEY,
        c.UPDATED_AT,
        Column("completeness_pct", Kind.FLOAT64, "이력서 완성도", unit="%", minimum=0, maximum=100),
        c.text("keywords_text", "이력서 핵심어", "세미콜론(;)으로 나눔"),
        c.text("skill_codes_text", "이력서 역량코드", "NCS 세분류 8자리를 세미콜론(;)으로 나눔"),
        c.count("language_tests_count", "어학시험 수"),
    ),
    OWNER_PEOPLE,
)

EMPLOYMENT_SPELLS = _silver(
    "employment_spells",
    "고용보험 이력",
    "고용보험 취득·상실 한 쌍. 신고일(reported_date) 전에는 없던 사실로 다룬다.",
    ("spell_id",),
    (
        c.text("spell_id", "취득 번호").required(),
        c.SEEKER_KEY,
        c.COMPANY_ID,
        c.day("start_date", "취득일").required(),
        c.day("end_date", "상실일", "비어 있으면 재직 중"),
        c.OCCUPATION_CODE,
        _personal(c.krw_month("wage_krw_month", "월평균보수")),
        Column("separation_reason_code", Kind.STRING, "이직사유", codes=codes.SEPARATION_REASON),
        Column("insurance_type_code", Kind.STRING, "피보험 구분", codes=codes.INSURANCE_TYPE),
        c.day("start_reported_date", "취득 신고일").required(),
        c.day("end_reported_date", "상실 신고일"),
        c.UPDATED_AT,
    ),
    OWNER_PEOPLE,
)

APPLICATIONS = _silver(
    "applications",
    "입사지원",
    "구직자가 공고에 지원한 기록.",
    ("seeker_key", "posting_id"),
    (
        c.SEEKER_KEY,
        c.POSTING_ID,
        c.day("applied_date", "지원일"),
        Column("result_code", Kind.STRING, "지원 결과", codes=codes.APPLICATION_RESULT),
        c.UPDATED_AT,
    ),
    OWNER_PEOPLE,
)

RIASEC = ("realistic", "investigative", "artistic", "social", "enterprising", "conventional")
RIASEC_LABELS = ("현실형", "탐구형", "예술형", "사회형", "진취형", "관습형")
APTITUDES = {
    "verbal": "언어력",
    "numerical": "수리력",
    "reasoning": "추리력",
    "spatial": "공간지각력",
    "object_perception": "사물지각력",
    "judgement": "상황판단력",
    "mechanical": "기계능력",
    "concentration": "집중력",
    "colour": "색채지각력",
    "fluency": "사고유창력",
    "problem_solving": "문제해결능력",
}


def _scale(name: str, label: str) -> Column:
    """A test scale on the published norm: mean 100, standard deviation 15 (SOURCES §3)."""
    return Column(name, Kind.FLOAT64, label, "표준점수(평균 100, 표준편차 15)", unit="점", minimum=20, maximum=180)


SCALES = (
    *(_scale(f"interest_{name}", f"흥미 {label}") for name, label in zip(RIASEC, RIASEC_LABELS, strict=True)),
    *(_scale(f"aptitude_{name}", f"적성 {label}") for name, label in APTITUDES.items()),
)
SCALE_NAMES = tuple(column.name for column in SCALES)

TEST_RESULTS = _silver(
    "test_results",
    "심리검사 결과",
    "구직자가 받은 직업심리검사의 척도 점수. 받지 않은 검사는 비어 있다.",
    ("seeker_key", "tested_date"),
    (c.SEEKER_KEY, c.day("tested_date", "검사일").required(), c.UPDATED_AT, *(_personal(s) for s in SCALES)),
    OWNER_PEOPLE,
)

CERTIFICATES = _silver(
    "certificates",
    "자격증",
    "구직자가 가진 자격증.",
    ("seeker_key", "certificate_name"),
    (c.SEEKER_KEY, c.CERTIFICATE_NAME.required(), c.day("acquired_date", "취득일"), c.UPDATED_AT),
    OWNER_PEOPLE,
)

TRAINING_HISTORY = _silver(
    "training_history",
    "훈련 이력",
    "구직자가 들은 훈련.",
    ("seeker_key", "session_id"),
    (
        c.SEEKER_KEY,
        c.SESSION_ID,
        replace(c.SKILL_CODE, nullable=True),
        c.day("start_date", "훈련 시작일"),
        c.day("end_date", "훈련 종료일"),
        c.flag("is_completed", "수료 여부"),
        c.UPDATED_AT,
    ),
    "직업능력정책과",
)

BENEFITS = _silver(
    "benefits",
    "실업급여",
    "구직급여 수급자격 한 건.",
    ("benefit_id",),
    (
        c.text("benefit_id", "수급자격 번호").required(),
        c.SEEKER_KEY,
        c.day("start_date", "수급 시작일").required(),
        c.day("end_date", "수급 종료 예정일").required(),
        _personal(c.krw_month("benefit_krw_month", "구직급여월액")),
        c.UPDATED_AT,
    ),
    "고용보험기획과",
)

JOB_POSTINGS = _silver(
    "job_postings",
    "구인공고",
    "구인인증을 받은 채용공고. 임금은 월 환산액을 함께 둔다.",
    ("posting_id",),
    (
        c.POSTING_ID,
        c.COMPANY_ID,
        c.text("title", "공고 제목"),
        c.OCCUPATION_CODE,
        c.REGION_CODE,
        c.EDUCATION_CODE.named("min_education_code", "최소 학력"),
        Column("career_code", Kind.STRING, "경력 조건", codes=codes.CAREER),
        c.count("min_career_months", "최소 경력", unit="개월", maximum=720),
        c.CERTIFICATE_NAME.named("required_certificate_name", "필수 자격증"),
        Column("wage_type_code", Kind.STRING, "임금형태", codes=codes.WAGE_TYPE),
        c.count("wage_min_krw", "임금 하한(임금형태 단위)", unit="원"),
        c.count("wage_max_krw", "임금 상한(임금형태 단위)", unit="원"),
        Column("weekly_hours", Kind.FLOAT64, "주 소정근로시간", unit="시간", minimum=0, maximum=112),
        c.EMPLOYMENT_TYPE_CODE,
        c.count("headcount", "모집인원", unit="명", maximum=10_000),
        c.day("registered_date", "등록일").required(),
        c.day("closing_date", "마감일", "비어 있으면 채용시까지"),
        Column("status_code", Kind.STRING, "공고상태", codes=codes.POSTING_STATUS),
        c.text("keywords_text", "공고 핵심어", "세미콜론(;)으로 나눔"),
        c.text("skill_codes_text", "요구 역량코드", "NCS 세분류 8자리를 세미콜론(;)으로 나눔"),
        c.UPDATED_AT,
        c.krw_month(
            "wage_min_krw_month", "월 환산 임금 하한", "시급은 주 시간×4.345, 일급은 20.9일, 연봉은 1/12"
        ).derived(),
    ),
    "고용서비스정책과",
)

TRAINING_COURSES = _silver(
    "training_courses",
    "훈련과정 회차",
    "내일배움카드 등 훈련과정의 한 회차.",
    ("session_id",),
    (
        c.SESSION_ID,
        c.text("course_id", "훈련과정 ID").required(),
        c.count("round_no", "회차", unit="회"),
        c.text("course_name", "훈련과정명"),
        c.text("institution_name", "훈련기관명"),
        replace(c.SKILL_CODE, nullable=True),
        c.text("skill_name", "NCS 세분류명"),
        Column("skill_level", Kind.INT8, "NCS 수준", minimum=1, maximum=8),
        c.OCCUPATION_CODE.named("target_occupation_code", "관련 직업코드"),
        c.REGION_CODE,
        c.flag("is_online", "원격 여부"),
        c.day("start_date", "시작일").required(),
        c.day("end_date", "종료일").required(),
        c.count("training_hours", "훈련시간", unit="시간"),
        c.count("fee_krw", "수강비", unit="원"),
        c.count("seats_count", "정원", unit="명"),
        c.count("enrolled_count", "수강신청 인원", unit="명"),
        c.count("completed_count", "수료 인원", unit="명"),
        Column("satisfaction_pct", Kind.FLOAT64, "만족도", unit="%", minimum=0, maximum=100),
        c.text(
            "employment_rate_6m_text", "6개월 취업률(보낸 그대로)", "수 또는 A 개설예정·B 진행중·C 미실시·D 수료자없음"
        ),
        c.count("employed_6m_count", "6개월 취업 인원", unit="명"),
        c.UPDATED_AT,
        c.share("employment_rate_6m_0_1", "6개월 취업률", "관측된 것만. 종료 6개월 전의 0%는 모름이다").derived(),
        Column("rate_status_code", Kind.STRING, "취업률 상태", codes=codes.RATE_STATUS, delivered=False),
    ),
    "직업능력정책과",
)

OCCUPATIONS = _silver(
    "occupations",
    "직업사전 항목",
    "직업사전의 직업 하나와 그 KECO 세분류.",
    ("occupation_title_id",),
    (
        c.text("occupation_title_id", "직업사전 번호").required(),
        c.text("title", "직업명").required(),
        c.OCCUPATION_CODE,
        c.OCCUPATION_NAME,
        c.text("similar_titles_text", "유사 직업명", "쉼표로 나눔"),
        c.text("duty_text", "수행 직무"),
        c.EDUCATION_CODE,
        c.text("certificates_text", "관련 자격", "쉼표로 나눔"),
        c.UPDATED_AT,
    ),
    "한국고용정보원",
)

COMPANIES = _silver(
    "companies",
    "구인기업",
    "구인공고를 낸 사업장.",
    ("company_id",),
    (
        c.COMPANY_ID.required(),
        Column("company_size_code", Kind.STRING, "기업규모", codes=codes.COMPANY_SIZE),
        c.count("employees_count", "상시근로자 수", unit="명"),
        c.REGION_CODE,
        c.UPDATED_AT,
    ),
    "고용서비스정책과",
)

WORKER_SURVEYS = _silver(
    "worker_surveys",
    "재직자 조사",
    "재직자의 흥미·적성과 직업(KNOW 형식). 직업 추천이 배우는 자료이다.",
    ("respondent_id",),
    (
        c.text("respondent_id", "응답자 번호").required(),
        Column("survey_year", Kind.INT16, "조사연도", minimum=1990, maximum=2100),
        c.OCCUPATION_CODE.required(),
        *SCALES,
        c.UPDATED_AT,
    ),
    "한국고용정보원",
)

SKILL_REQUIREMENTS = _silver(
    "skill_requirements",
    "직업별 필요 역량",
    "직업이 필요로 하는 역량과 중요도(직무데이터사전 형식).",
    ("occupation_code", "skill_code"),
    (
        c.OCCUPATION_CODE.required(),
        c.SKILL_CODE,
        c.text("skill_name", "역량명"),
        Column("skill_level", Kind.INT8, "NCS 수준", minimum=1, maximum=8),
        c.share("importance_0_1", "중요도"),
        c.UPDATED_AT,
    ),
    "한국고용정보원",
)

TABLES = (
    SEEKERS,
    RESUMES,
    EMPLOYMENT_SPELLS,
    APPLICATIONS,
    TEST_RESULTS,
    CERTIFICATES,
    TRAINING_HISTORY,
    BENEFITS,
    JOB_POSTINGS,
    TRAINING_COURSES,
    OCCUPATIONS,
    COMPANIES,
    WORKER_SURVEYS,
    SKILL_REQUIREMENTS,
)
