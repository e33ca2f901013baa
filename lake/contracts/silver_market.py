"""Silver tables about the market: postings, courses, occupations, companies, worker surveys, skills.

Do not put here: people, or anything computed over more than one row.
"""

from __future__ import annotations

from dataclasses import replace

from lake.contracts import codes
from lake.contracts import columns as c
from lake.contracts.declare import silver_table
from lake.contracts.model import Column, Kind
from lake.contracts.scales import SCALES

JOB_POSTINGS = silver_table(
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

TRAINING_COURSES = silver_table(
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
        c.SKILL_LEVEL,
        c.OCCUPATION_CODE.named("target_occupation_code", "관련 직업코드"),
        c.REGION_CODE,
        c.flag("is_online", "원격 여부"),
        c.day("start_date", "시작일").required(),
        c.day("end_date", "종료일").required(),
        c.count("training_hours", "훈련시간", unit="시간"),
        c.count("fee_krw", "수강비", unit="원"),
        Column("training_type_code", Kind.STRING, "훈련 유형", codes=codes.TRAINING_TYPE),
        c.count("self_payment_krw", "본인부담금", "훈련생이 내는 돈. 비어 있으면 모름", unit="원"),
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

OCCUPATIONS = silver_table(
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

COMPANIES = silver_table(
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

WORKER_SURVEYS = silver_table(
    "worker_surveys",
    "재직자 조사",
    "재직자의 흥미·적성과 직업(KNOW 형식). 직업 추천이 배우는 자료이다.",
    ("respondent_id",),
    (
        c.text("respondent_id", "응답자 번호").required(),
        Column("survey_year", Kind.INT16, "조사연도", minimum=1990, maximum=2100),
        c.OCCUPATION_CODE.required(),
        *SCALES,
        c.text("used_skills_text", "쓰는 역량과 수준", "NCS 세분류 8자리:수준(1~8)을 세미콜론(;)으로 나눔"),
        c.UPDATED_AT,
    ),
    "한국고용정보원",
)

SKILL_REQUIREMENTS = silver_table(
    "skill_requirements",
    "직업별 필요 역량",
    "직업이 필요로 하는 역량과 중요도(직무데이터사전 형식).",
    ("occupation_code", "skill_code"),
    (
        c.OCCUPATION_CODE.required(),
        c.SKILL_CODE,
        c.text("skill_name", "역량명"),
        c.SKILL_LEVEL,
        c.share("importance_0_1", "중요도"),
        c.UPDATED_AT,
    ),
    "한국고용정보원",
)
