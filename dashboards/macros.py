"""The ten table macros of goyong.duckdb: usual questions asked by name, FROM gold.labour_market_by_region('2026-11').

Their SQL stands in sql/macros/<noun>.sql. They read the tables of the file as they are shown, so what is hidden there
stays hidden, and add nothing up over hidden cells. Do not put here: numbers that no table has (aggregates.py).
"""

from __future__ import annotations

from dataclasses import replace

import duckdb

from dashboards.aggregate_shape import HIDDEN, count_column, share_column
from dashboards.macro_shape import Parameter, macro
from lake.contracts import columns as c
from lake.contracts import gold, judgement, ops
from lake.contracts.model import Column, Kind


def create_macros(db: duckdb.DuckDBPyConnection) -> None:
    """Make the macros, each with its Korean comment, in a file that holds their tables."""
    for each in MACROS:
        db.execute(each.statement)
        told = each.comment.replace("'", "''")
        db.execute(f"comment on macro table {each.name} is '{told}'")


_MARKET, _OCCUPATION = gold.LABOUR_MARKET.column, gold.OCCUPATIONS.column
_FAIR, _EXPOSED, _CHECKED = judgement.FAIRNESS.column, ops.EXPOSURE.column, ops.QUALITY.column
_REGION_NAME = c.text("region_name", "시도 이름")
_GROUP_CODE, _GROUP_LABEL = c.text("group_code", "집단"), c.text("group_label", "집단 이름")

_OCCUPATION_ASKED = Parameter(
    "occupation",
    "null",
    "직업",
    "KECO 코드의 앞자리(예: '0', '023', '0231') 또는 직업 이름의 일부(예: '간호'). 비우면 모두",
)
_REGION_ASKED = Parameter("region", "null", "시도", "시도코드나 이름(예: '11', '서울'). 비우면 모두")
_TOP = Parameter("top", "20", "몇 개", "1에서 1000까지. 비우면 20")

_REGIONS = macro(
    "gold.labour_market_by_region",
    "시도별 노동시장",
    "시도마다 모집인원, 희망 구직자, 구인배수, 제시임금, 최근 12개월 취업자.",
    (
        *(_MARKET(name) for name in ("month", "region_code")),
        _REGION_NAME,
        *(
            _MARKET(name)
            for name in (
                "open_postings_count",
                "openings_count",
                "seekers_count",
                "tightness_ratio",
                "wage_median_krw_month",
                "hires_12m_count",
            )
        ),
        HIDDEN,
    ),
    (Parameter("wanted_month", "null", "기준월", "YYYY-MM. 비우면 이 파일의 기준월"),),
)

_TIGHTNESS = macro(
    "gold.tightness_by_occupation",
    "직업별 구인배수",
    "직업마다 모집인원, 희망 구직자, 구인배수, 제시임금, 취업 추이. 구인배수가 큰 것부터.",
    (
        c.text("occupation_group_code", "직업 대분류", "KECO 첫 자리"),
        c.text("occupation_group_label", "직업 대분류 이름"),
        *(
            _OCCUPATION(name)
            for name in (
                "occupation_code",
                "occupation_name",
                "openings_count",
                "seekers_count",
                "tightness_ratio",
                "wage_median_krw_month",
                "outlook_code",
            )
        ),
        c.text("outlook_label", "취업 추이의 뜻"),
        HIDDEN,
    ),
    (
        _OCCUPATION_ASKED,
        Parameter("at_least_openings", "0", "모집인원 하한", "이 인원 이상을 모집하는 직업만. 비우면 0"),
    ),
)

_WAGES = macro(
    "gold.wages_by_occupation",
    "직업·시도별 임금",
    "직업과 시도마다 제시임금과 희망임금의 중위값과 그 차이. 임금을 아는 칸만.",
    (
        _MARKET("occupation_code"),
        _OCCUPATION("occupation_name"),
        _MARKET("region_code"),
        _REGION_NAME,
        *(
            _MARKET(name)
            for name in (
                "open_postings_count",
                "openings_count",
                "wage_median_krw_month",
                "wage_wish_median_krw_month",
            )
        ),
        Column(
            "wage_gap_krw_month",
            Kind.INT32,
            "제시임금 − 희망임금",
            "둘 다 아는 칸만. 음수면 희망이 더 높음",
            unit="원/월",
        ),
    ),
    (_OCCUPATION_ASKED, _REGION_ASKED),
)

_CHANCES = macro(
    "agg.employment_chance_by_group",
    "집단별 취업확률과 보정",
    "집단마다 오늘 밤 6개월 취업확률의 분포와, 지난 시점의 평가용 사람에게서 잰 추정과 실제의 차이(보정). "
    "희망직종별 보정은 재지 않아 비어 있다.",
    (
        _GROUP_CODE,
        _GROUP_LABEL,
        count_column("people_count", "구직자 수", "TOTAL은 결과가 없는 사람도 넣은 전체"),
        share_column("mean_0_1", "평균 취업확률"),
        *(share_column(f"p{q}_0_1", f"취업확률 하위 {q}% 값" if q != 50 else "취업확률 중위값") for q in (10, 50, 90)),
        count_column("judged_people_count", "평가한 사람 수", "사람 × 과거 시점"),
        *(_FAIR(name) for name in ("mean_probability_0_1", "hired_rate_0_1", "ece_0_1", "result_code")),
        c.text("result_label", "결과의 뜻"),
        HIDDEN,
    ),
    (Parameter("breakdown", "'시도'", "나눈 기준", "'시도', '연령대', '희망직종' 가운데 하나. 비우면 '시도'"),),
)

_COURSES = macro(
    "agg.course_outcomes_by_field",
    "분야별 훈련 성과",
    "NCS 대분류마다 과정, 수료 인원, 6개월 취업률. 누가 듣는지는 우연이 아니므로 훈련의 효과가 아니다.",
    (
        c.text("field_code", "NCS 대분류", "역량코드의 앞 두 자리. UNKNOWN 모름"),
        c.text("field_name", "NCS 대분류 이름"),
        *(
            Column(name, Kind.INT64, label, unit="개", minimum=0)
            for name, label in (
                ("courses_count", "과정 수"),
                ("observed_courses_count", "취업률이 관측된 과정 수"),
                ("coming_sessions_count", "신청할 수 있는 회차 수"),
            )
        ),
        count_column("graduates_count", "관측된 수료 인원"),
        count_column("employed_count", "관측된 취업 인원"),
        share_column("raw_rate_0_1", "관측 취업률"),
        share_column("shrunk_mean_0_1", "추정 취업률 평균"),
        share_column("shrunk_low_mean_0_1", "추정 취업률 하한 평균"),
        share_column("shrunk_high_mean_0_1", "추정 취업률 상한 평균"),
        HIDDEN,
    ),
    (Parameter("field", "null", "분야", "NCS 대분류 코드나 이름의 일부(예: '20', '정보통신'). 비우면 모두"),),
)

_SKILLS = macro(
    "gold.most_wanted_skills",
    "많이 찾는 역량과 부족한 사람",
    "역량마다 찾는 모집인원(직업의 모집인원 × 그 역량을 찾는 비율의 합)과, "
    "1순위 희망직종에 그 역량이 부족한 전국의 구직자.",
    (
        gold.OCCUPATION_SKILLS.column("skill_code"),
        gold.OCCUPATION_SKILLS.column("skill_name"),
        gold.OCCUPATION_SKILLS.column("skill_kind_code"),
        c.text("skill_kind_label", "역량 종류의 뜻"),
        Column("asking_openings_count", Kind.INT64, "찾는 모집인원", "공고에서 추정", unit="명", minimum=0),
        Column("occupations_count", Kind.INT64, "찾는 직업 수", unit="개", minimum=0),
        count_column("people_count", "부족한 구직자 수", "모든 직업의 희망자. 비어 있으면 가렸거나 없음"),
        share_column("share_0_1", "부족한 구직자의 비율", "등록 구직자 가운데"),
        share_column("unlocked_mean_0_1", "갖추면 더 열리는 모집인원의 비율 평균"),
        HIDDEN,
    ),
    (_OCCUPATION_ASKED, _TOP),
)

_EXPOSURE = macro(
    "ops.exposure_concentration",
    "추천 쏠림",
    "추천이 공고에 얼마나 고르게 나뉘었는지를, 나누기 전과 나눈 뒤로 견준다.",
    (
        _EXPOSED("group_kind"),
        _GROUP_CODE,
        _GROUP_LABEL,
        _EXPOSED("postings_count"),
        _EXPOSED("openings_share_0_1"),
        *(
            replace(_EXPOSED(f"{name}{unit}"), name=f"{name}_{phase}{unit}", label=f"{label} ({word})")
            for name, unit, label in (
                ("recommendations_share", "_0_1", "추천의 비중"),
                ("gini", "_0_1", "지니계수"),
                ("coverage", "_0_1", "한 번이라도 추천된 공고의 비율"),
                ("mean_score", "_0_1", "추천된 자리의 평균 종합 점수"),
            )
            for phase, word in (("before", "나누기 전"), ("after", "나눈 뒤"))
        ),
        *(
            replace(_EXPOSED("p99_ratio"), name=f"p99_{phase}_ratio", label=f"추천 ÷ 몫의 99백분위 ({word})")
            for phase, word in (("before", "나누기 전"), ("after", "나눈 뒤"))
        ),
    ),
    (Parameter("breakdown", "null", "집단 구분", "'전체', '기업규모', '지역' 가운데 하나. 비우면 모두"),),
)

_ANSWERS = macro(
    "agg.answers_by_reason",
    "서비스별 결과와 결과가 없는 까닭",
    "여섯 서비스에서 결과를 받은 사람과, 결과가 없는 까닭별 사람 수와 비율. 많은 것부터.",
    (
        c.text("service_code", "서비스"),
        c.text("service_label", "서비스 이름"),
        c.text("answer_code", "답변 상태"),
        c.text("answer_label", "답변 상태의 뜻"),
        count_column("people_count", "구직자 수"),
        share_column("share_0_1", "비율", "등록 구직자 가운데"),
        HIDDEN,
    ),
    (Parameter("service", "null", "서비스", "서비스 코드나 이름(예: 'JOBS', '추천 훈련'). 비우면 모두"),),
)

_CHECKS = macro(
    "ops.checks_of_night",
    "이 밤의 점검과 관문",
    "공표 전의 관문과 표마다의 계약 점검: 무엇이 지켜져야 하고, 잰 값과 기준이 얼마이며, 통과했는가. "
    "통과하지 못한 것부터.",
    (
        _CHECKED("table_id"),
        c.text("table_label", "표 이름"),
        _CHECKED("check_name"),
        c.text("check_label", "지켜져야 하는 것"),
        c.text("measure_name", "잰 것", "점검이 본 열이나 값"),
        c.flag("is_gate", "공표를 막는 관문인가"),
        *(_CHECKED(name) for name in ("value", "limit_value", "result_code")),
        c.text("result_label", "결과의 뜻"),
        _CHECKED("detail"),
    ),
    (Parameter("result", "null", "결과", "'통과', '주의', '실패'(PASS, WARN, FAIL) 가운데 하나. 비우면 모두"),),
)

_FAIRNESS = macro(
    "ops.fairness_by_group",
    "집단별 공정성",
    "집단마다 보정 오차와, 취업이 어려울 것으로 본 판정이 맞고 틀린 비율을 기준 집단과 견준다. "
    "성별·국적·장애는 모형에 넣지 않는다.",
    (
        _FAIR("group_name"),
        c.text("group_name_label", "나눈 기준의 뜻"),
        _GROUP_CODE,
        _GROUP_LABEL,
        *(
            _FAIR(name)
            for name in (
                "people_count",
                "hired_rate_0_1",
                "mean_probability_0_1",
                "ece_0_1",
                "true_positive_rate_0_1",
                "false_positive_rate_0_1",
                *(f"true_positive_gap{end}" for end in ("", "_low", "_high")),
                *(f"false_positive_gap{end}" for end in ("", "_low", "_high")),
                *(f"wrongly_high_risk_ratio{end}" for end in ("", "_low", "_high")),
                "is_reference",
                "result_code",
            )
        ),
        c.text("result_label", "결과의 뜻"),
        HIDDEN,
    ),
    (
        Parameter(
            "breakdown",
            "null",
            "나눈 기준",
            "'전체', '성별', '연령대', '장애 여부', '지역', '국적' 가운데 하나. 비우면 모두",
        ),
    ),
)

MACROS = (_REGIONS, _TIGHTNESS, _WAGES, _CHANCES, _COURSES, _SKILLS, _EXPOSURE, _ANSWERS, _CHECKS, _FAIRNESS)
MACRO_NAMES = frozenset(each.name for each in MACROS)
"""schema.name of each: what an analyst's query may call (analyst_child.py)."""
