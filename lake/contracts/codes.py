"""Closed code lists with their Korean labels.

Put here: lists that a contract column refers to. Do not put here: source-specific codes (they are
mapped to these in lake/sources/mappings), occupations and regions (tables, see lake/reference).
"""

from __future__ import annotations

from lake.contracts.model import CodeList

NO_WORDS = ("n", "no", "0", "false", "f", "아니오")
"""What sources write for no, in lower case."""

SEX = CodeList("sex", "성별", {"M": "남성", "F": "여성"})

EDUCATION = CodeList(
    "education",
    "학력",
    {
        "00": "학력무관",
        "01": "초졸 이하",
        "02": "중졸",
        "03": "고졸",
        "04": "전문대졸(2~3년)",
        "05": "대졸(4년)",
        "06": "석사",
        "07": "박사",
    },
)

CAREER = CodeList("career", "경력 조건", {"N": "신입", "E": "경력", "Z": "경력무관"})

EMPLOYMENT_TYPE = CodeList(
    "employment_type",
    "고용형태",
    {
        "10": "기간의 정함이 없는 근로계약",
        "11": "기간의 정함이 없는 근로계약(시간선택제)",
        "20": "기간의 정함이 있는 근로계약",
        "21": "기간의 정함이 있는 근로계약(시간선택제)",
        "4": "파견근로",
        "Y": "대체인력",
    },
)

WAGE_TYPE = CodeList("wage_type", "임금형태", {"H": "시급", "D": "일급", "M": "월급", "Y": "연봉"})

POSTING_STATUS = CodeList("posting_status", "공고상태", {"OPEN": "모집중", "CLOSED": "마감", "SUSPENDED": "게시중지"})

INSURANCE_TYPE = CodeList("insurance_type", "피보험 구분", {"REGULAR": "상용", "DAILY": "일용"})

SEPARATION_REASON = CodeList(
    "separation_reason",
    "이직사유",
    {
        "11": "개인사정 자진퇴사",
        "12": "사업장 이전·근로조건 변동 자진퇴사",
        "22": "폐업·도산",
        "23": "경영상 필요·불황(권고사직 포함)",
        "26": "근로자 귀책사유에 의한 권고사직",
        "31": "정년",
        "32": "계약기간 만료·공사 종료",
        "41": "고용보험 비적용",
        "42": "이중고용",
    },
)

APPLICATION_RESULT = CodeList(
    "application_result", "지원 결과", {"PENDING": "진행중", "REJECTED": "불합격", "HIRED": "채용", "UNKNOWN": "미확인"}
)

COMPANY_SIZE = CodeList("company_size", "기업규모", {"S": "50인 미만", "M": "50~299인", "L": "300인 이상", "P": "공공"})

RATE_STATUS = CodeList(
    "rate_status",
    "취업률 상태",
    {
        "OBSERVED": "관측됨",
        "PLANNED": "개설예정",
        "RUNNING": "진행중",
        "NOT_HELD": "미실시",
        "NO_GRADUATE": "수료자 없음",
        "TOO_EARLY": "수료 후 6개월 미경과",
        "NOT_DELIVERED": "자료 없음",
    },
)

TRAINING_TYPE = CodeList(
    "training_type",
    "훈련 유형",
    {
        "GENERAL": "일반(누구나)",
        "SEEKER": "구직자",
        "WORKER": "재직자",
        "STRATEGIC": "국가기간·전략산업직종",
        "DIGITAL": "K-디지털 트레이닝",
    },
)

TRAIT_LEVEL = CodeList("trait_level", "척도의 높낮이", {"HIGH": "재직자 평균보다 높음", "LOW": "재직자 평균보다 낮음"})

TEST_FORM = CodeList("test_form", "검사 형식", {"LONG": "문항 전체", "SHORT": "짧은 형식"})

TEST_PROBLEM = CodeList(
    "test_problem",
    "쓰지 않은 검사",
    {
        "ALL_EQUAL": "모든 답이 같음",
        "TOO_FAST": "읽고 답하기에는 너무 짧은 시간",
        "TOO_LONG": "하루가 넘는 응답 시간",
        "TOO_FEW_ITEMS": "답한 문항이 너무 적음",
        "NO_NORM": "견줄 응시자가 100명이 되지 않음",
    },
)

SKILL_KIND = CodeList("skill_kind", "역량 종류", {"NCS": "NCS 세분류", "CERTIFICATE": "자격증"})

NEED_EVIDENCE = CodeList(
    "need_evidence",
    "필요 역량 근거",
    {"DICTIONARY": "직업사전·직무데이터", "SURVEY": "재직자 조사", "POSTING": "구인공고", "COURSE": "훈련과정"},
)

OUTLOOK = CodeList(
    "outlook",
    "취업 추이",
    {"RISING": "늘고 있음", "STEADY": "비슷함", "FALLING": "줄고 있음", "NO_DATA": "자료 없음"},
)

EDUCATION_FIT = CodeList(
    "education_fit", "학력 조건", {"MEETS": "통상 학력에 닿음", "BELOW": "통상 학력보다 낮음", "NO_DATA": "자료 없음"}
)

COURSE_STAGE = CodeList(
    "course_stage", "회차 단계", {"COMING": "시작 전이거나 진행 중", "ENDED": "끝남", "FOLLOWED": "3개월 취업률을 앎"}
)

OUTCOME_BASIS = CodeList(
    "outcome_basis",
    "취업률 추정 근거",
    {"MODEL": "모형", "COURSE": "과정·기관·분야의 지난 취업률", "NO_DATA": "자료 없음"},
)

AGE_BAND = CodeList(
    "age_band",
    "연령대",
    {
        "15-24": "15~24세",
        "25-29": "25~29세",
        "30-39": "30~39세",
        "40-49": "40~49세",
        "50-59": "50~59세",
        "60+": "60세 이상",
    },
)

ANSWER = CodeList(
    "answer",
    "답변 상태",
    {
        "OK": "결과 있음",
        "THIN_FILE": "판단할 정보가 부족함",
        "NO_EMPLOYMENT_HISTORY_SOURCE": "고용보험 이력 자료가 없어 계산하지 않음",
        "NO_MODEL": "배울 기록이 적거나 점검을 통과한 모형이 없어 계산하지 않음",
        "CURRENTLY_EMPLOYED": "현재 고용보험 피보험 상태",
        "NO_EVIDENCE": "검사 결과·희망 직종·경력 정보가 없음",
        "NO_WISH": "희망 직종을 알 수 없음",
        "NO_ELIGIBLE_POSTING": "조건에 맞는 모집중 공고가 없음",
        "NO_CANDIDATE": "조건이 맞고 정보 공개에 동의한 구직자가 없음",
        "NO_GAP": "희망 직종에 부족한 역량이 확인되지 않음",
        "NO_SKILL_DATA": "희망 직종에 필요한 역량 자료가 없음",
        "NO_COURSE_CLOSES_GAP": "부족한 역량을 채우는 수강 가능한 과정이 없음",
        "NO_CERTIFICATE_ASKED": "희망 직종이 찾는 자격이 확인되지 않음",
        "NO_CERTIFICATE_CLOSES_GAP": "희망 직종의 공고가 찾는 자격 가운데 더 딸 것이 없음",
        "CONTRADICTORY_TEST": "심리검사의 답을 믿고 쓸 수 없어 추천하지 않음",
    },
)

OCCUPATION_BASIS = CodeList(
    "occupation_basis",
    "직업 추천 근거",
    {"TEST": "심리검사", "HISTORY": "희망 직종·경력", "TEST_AND_HISTORY": "심리검사와 희망 직종·경력"},
)

JOB_BASIS = CodeList(
    "job_basis",
    "일자리를 찾은 근거",
    {"WISH": "희망직종", "HISTORY": "희망직종이 없어 경력·마지막 직종", "RESUME": "직종이 없어 이력서 핵심어"},
)

SHARING_PHASE = CodeList("sharing_phase", "쏠림 나누기 앞뒤", {"BEFORE": "나누기 전", "AFTER": "나눈 뒤"})

EXPOSURE_GROUP = CodeList(
    "exposure_group",
    "공고 집단",
    {"ALL": "전체", "company_size_code": "기업규모", "region_code": "지역"},
)

SKILL_EVIDENCE = CodeList(
    "skill_evidence",
    "역량 근거",
    {"CAREER": "경력", "TRAINING": "훈련 수료", "RESUME": "이력서"},
)

CHECK_RESULT = CodeList("check_result", "점검 결과", {"PASS": "통과", "WARN": "주의", "FAIL": "실패"})

SERVICE = CodeList("service", "서비스", {"EMPLOYMENT": "6개월 취업확률", "JOBS": "추천 일자리의 채용 가능성"})

EVALUATION_SCOPE = CodeList(
    "evaluation_scope",
    "평가 범위",
    {
        "BACKTEST": "과거 시점에서 그 뒤를 맞혀 봄",
        "SERVED": "공표하는 모형을 평가용 사람들로 봄",
        "TRUTH": "합성 데이터의 참 확률과 견줌",
        "LEAK": "새어 든 정보가 없는지 봄",
        "AGE": "나이를 쓰지 않는 대가",
    },
)

EVALUATED_MODEL = CodeList(
    "evaluated_model",
    "모형",
    {
        "additive": "공표 모형(설명 가능한 덧셈 모형)",
        "base_rate": "모두에게 평균",
        "logistic": "로지스틱 회귀(오스트리아 방식)",
        "gradient_boosting": "그래디언트 부스팅",
        "additive_with_age": "나이를 더한 덧셈 모형",
        "incumbent": "지금까지 쓰던 모형",
        "shuffled_label": "이름표를 섞어 배운 모형",
    },
)

AUDIT_GROUP = CodeList(
    "audit_group",
    "살펴보는 집단",
    {
        "ALL": "전체",
        "sex_code": "성별",
        "age_band_code": "연령대",
        "is_disabled": "장애 여부",
        "home_region_code": "지역",
        "is_foreign_national": "국적",
    },
)

RUN_STATUS = CodeList(
    "run_status",
    "실행 상태",
    {"PUBLISHED": "공표됨", "BLOCKED": "차단됨", "FAILED": "실패", "ROLLED_BACK": "되돌림", "FORCED": "강제 공표"},
)

FACTOR_GROUP = CodeList(
    "factor_group",
    "요인 구분",
    {"CHANGEABLE": "바꿀 수 있는 것", "MARKET": "시장 상황", "FIXED": "바꾸기 어려운 것"},
)

REQUEST_KIND = CodeList(
    "request_kind",
    "요구 종류",
    {
        "AUTOMATED_DECISION_OPT_OUT": "자동화된 결정 거부",
        "PROCESSING_RESTRICTION": "개인정보 처리정지",
        "HUMAN_REVIEW": "사람의 재검토",
        "EXPLANATION": "설명",
    },
)

REQUEST_SERVICE = CodeList(
    "request_service",
    "요구한 서비스",
    {
        "ALL": "전체",
        "EMPLOYMENT": "6개월 취업확률",
        "OCCUPATIONS": "추천 직업",
        "JOBS": "추천 일자리",
        "SKILL_GAPS": "부족 역량",
        "COURSES": "추천 훈련",
        "CERTIFICATES": "추천 자격증",
        "TALENTS": "구인기업에 보이는 인재 추천",
    },
)

REQUEST_OUTCOME = CodeList(
    "request_outcome",
    "요구의 결과",
    {"ACCEPTED": "받아들임", "CHANGED": "다시 살펴 고침", "CONFIRMED": "다시 살펴 그대로 둠", "REJECTED": "거절함"},
)

REVIEW_STATE = CodeList(
    "review_state", "답변 기한 상태", {"OPEN": "기한 안", "OVERDUE": "기한이 지남", "ANSWERED": "답함"}
)
