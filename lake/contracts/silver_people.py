"""Silver tables about people: registration, résumé, insurance, applications, tests, training, benefits, rights.

Do not put here: anything computed over more than one row, or a name, number or address of a person.
"""

from __future__ import annotations

from dataclasses import replace

from lake.contracts import codes
from lake.contracts import columns as c
from lake.contracts.declare import audit, personal, silver_table
from lake.contracts.model import Column, Kind
from lake.contracts.scales import SCALES

OWNER_PEOPLE = "고용서비스기반과"

SEEKERS = silver_table(
    "seekers",
    "구직자",
    "구직등록을 한 사람. 실명 정보는 암호 금고에만 있고 표에는 없다.",
    ("seeker_key",),
    (
        c.SEEKER_KEY,
        c.day("registered_date", "구직등록일").required(),
        c.UPDATED_AT,
        audit(c.day("birth_date", "생년월일")),
        audit(Column("sex_code", Kind.STRING, "성별", codes=codes.SEX)),
        audit(c.flag("is_foreign_national", "외국인 여부")),
        audit(c.flag("is_disabled", "장애 여부")),
        c.EDUCATION_CODE,
        personal(c.count("career_months", "총 경력", unit="개월", maximum=720)),
        c.REGION_CODE.named("home_region_code", "거주 시도코드"),
        c.OCCUPATION_CODE.named("wanted_occupation_code_1", "희망직종 1"),
        c.OCCUPATION_CODE.named("wanted_occupation_code_2", "희망직종 2"),
        c.OCCUPATION_CODE.named("wanted_occupation_code_3", "희망직종 3"),
        c.OCCUPATION_CODE.named("career_occupation_code", "경력 직종"),
        c.REGION_CODE.named("wanted_region_code_1", "희망지역 1"),
        c.REGION_CODE.named("wanted_region_code_2", "희망지역 2"),
        c.REGION_CODE.named("wanted_region_code_3", "희망지역 3"),
        personal(c.krw_month("wanted_wage_krw_month", "희망임금")),
        c.EMPLOYMENT_TYPE_CODE.named("wanted_employment_type_code", "희망 고용형태"),
        c.flag("is_opted_out", "자동화된 평가 거부", "개인정보보호법 §37의2에 따른 거부"),
        c.flag("is_profile_public", "인재정보 공개 동의"),
    ),
    OWNER_PEOPLE,
)

RESUMES = silver_table(
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
        c.count("language_tests_count", "어학시험 수", unit="개"),
    ),
    OWNER_PEOPLE,
)

EMPLOYMENT_SPELLS = silver_table(
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
        personal(c.krw_month("wage_krw_month", "월평균보수")),
        Column("separation_reason_code", Kind.STRING, "이직사유", codes=codes.SEPARATION_REASON),
        Column("insurance_type_code", Kind.STRING, "피보험 구분", codes=codes.INSURANCE_TYPE),
        c.day("start_reported_date", "취득 신고일").required(),
        c.day("end_reported_date", "상실 신고일"),
        c.UPDATED_AT,
    ),
    OWNER_PEOPLE,
)

APPLICATIONS = silver_table(
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

TEST_RESULTS = silver_table(
    "test_results",
    "심리검사 결과",
    "구직자가 받은 직업심리검사의 척도 점수나 문항별 답. 받지 않은 검사는 비어 있다.",
    ("seeker_key", "tested_date"),
    (
        c.SEEKER_KEY,
        c.day("tested_date", "검사일").required(),
        c.UPDATED_AT,
        *(personal(s) for s in SCALES),
        personal(
            c.text("item_answers_text", "흥미검사 문항별 답", "문항:답을 세미콜론(;)으로 나눔(R01:4;R02:3). 답은 1~5")
        ),
        personal(c.count("answer_seconds", "응답 시간", unit="초")),
    ),
    OWNER_PEOPLE,
)

CERTIFICATES = silver_table(
    "certificates",
    "자격증",
    "구직자가 가진 자격증.",
    ("seeker_key", "certificate_name"),
    (c.SEEKER_KEY, c.CERTIFICATE_NAME.required(), c.day("acquired_date", "취득일"), c.UPDATED_AT),
    OWNER_PEOPLE,
)

TRAINING_HISTORY = silver_table(
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

BENEFITS = silver_table(
    "benefits",
    "실업급여",
    "구직급여 수급자격 한 건.",
    ("benefit_id",),
    (
        c.text("benefit_id", "수급자격 번호").required(),
        c.SEEKER_KEY,
        c.day("start_date", "수급 시작일").required(),
        c.day("end_date", "수급 종료 예정일").required(),
        personal(c.krw_month("benefit_krw_month", "구직급여월액")),
        c.UPDATED_AT,
    ),
    "고용보험기획과",
)

RIGHTS_REQUESTS = silver_table(
    "rights_requests",
    "정보주체의 요구",
    "자동화된 결정의 거부·설명·사람의 재검토(개인정보보호법 §37의2)와 처리정지(§37)를 요구한 기록. "
    "등록하지 않은 사람의 요구도 둔다.",
    ("request_id",),
    (
        c.REQUEST_ID,
        c.SEEKER_KEY,
        c.REQUEST_KIND_CODE,
        c.REQUEST_SERVICE_CODE,
        c.REQUESTED_DATE,
        personal(c.day("withdrawn_date", "철회일", "이 날부터 요구가 없던 것과 같다")),
        c.ANSWERED_DATE,
        c.REQUEST_OUTCOME_CODE,
        personal(c.count("extension_days", "연장 일수", "정당한 사유로 30일에 더한 날", unit="일", maximum=60)),
        c.UPDATED_AT,
    ),
    OWNER_PEOPLE,
)
