"""The aggregates of goyong.duckdb about skills: course outcomes by field, missing skills, readiness, certificates.

Their SQL stands in sql/<noun>.sql. Do not put here: other aggregates (aggregates.py), a page's words.
"""

from __future__ import annotations

from dataclasses import replace

from dashboards.aggregate_shape import (
    GROUP_NOTE,
    HIDDEN,
    Aggregate,
    People,
    aggregate_table,
    count_column,
    share_column,
)
from lake.contracts import columns as c
from lake.contracts.model import Column, Kind


def _group(column: Column) -> Column:
    note = f"{column.description}. {GROUP_NOTE}".lstrip(". ")
    return replace(column, nullable=False, delivered=False, description=note)


_RATES = (
    count_column("employed_count", "관측된 취업 인원"),
    share_column("raw_rate_0_1", "관측 취업률", "취업 인원 ÷ 수료 인원. 관측된 회차가 없으면 비움"),
    share_column("shrunk_mean_0_1", "추정 취업률 평균", "취업률이 관측된 과정마다 당겨 추정한 값의 평균"),
    share_column("shrunk_low_mean_0_1", "추정 취업률 하한 평균", "과정마다의 90% 구간 아래 끝의 평균"),
    share_column("shrunk_high_mean_0_1", "추정 취업률 상한 평균", "과정마다의 90% 구간 위 끝의 평균"),
)

COURSE_FIELDS = Aggregate(
    table=aggregate_table(
        "course_fields",
        "분야별 훈련 성과",
        "NCS 대분류마다 과정 수, 수료 인원, 6개월 취업률. 누가 듣는지는 우연이 아니므로 훈련의 효과가 아니다.",
        ("field_code",),
        (
            c.text("field_code", "NCS 대분류", "역량코드의 앞 두 자리. UNKNOWN 모름").required().derived(),
            c.text("field_name", "NCS 대분류 이름").derived(),
            count_column("courses_count", "과정 수", unit="개"),
            count_column("observed_courses_count", "취업률이 관측된 과정 수", unit="개"),
            count_column("coming_sessions_count", "신청할 수 있는 회차 수", unit="개"),
            count_column("graduates_count", "관측된 수료 인원", "관측된 회차가 없으면 비움"),
            *_RATES,
            HIDDEN,
        ),
    ),
    reads=("gold__course_outcomes", "serving__courses_v1"),
    # No total over fields is published, so each field stands alone; its courses' line is the field (catalog.py).
    people=(
        People("graduates_count", hides=tuple(column.name for column in _RATES), lines=("field_code",)),
        People("employed_count", hides=tuple(column.name for column in _RATES[1:]), lines=("field_code",)),
    ),
    may_be_empty=True,  # a lake without training courses
)

MISSING_SKILLS = Aggregate(
    table=aggregate_table(
        "missing_skills",
        "부족한 역량",
        "1순위 희망직종에 부족한 역량마다 구직자 수와, 그것을 갖추면 더 열리는 모집인원의 비율. "
        "한 사람이 여럿에 들 수 있다. 희망직종이 없어 해 온 일을 기준으로 본 사람은 TOTAL에만 든다.",
        ("skill_code",),
        (
            _group(c.SKILL_CODE),
            c.text("skill_name", "역량명").derived(),
            count_column("people_count", "구직자 수", "TOTAL은 등록 구직자 전체"),
            share_column("share_0_1", "비율", "등록 구직자 가운데"),
            share_column("unlocked_mean_0_1", "더 열리는 모집인원의 비율 평균", "공고가 없는 직종을 희망한 사람은 뺌"),
            HIDDEN,
        ),
    ),
    reads=("serving__seeker_skill_gaps_v1", "serving__skills_v1"),
    people=(People("people_count", hides=("share_0_1", "unlocked_mean_0_1")),),
    group="skill_code",
)

SKILL_GAPS = Aggregate(
    table=aggregate_table(
        "skill_gaps",
        "희망직종별 갖춘 정도",
        "1순위 희망직종마다 구직자 수, 필요 역량을 갖춘 정도, 이미 열린 모집인원의 비율. "
        "희망직종이 없어 해 온 일을 기준으로 본 사람은 NO_ANSWER에 센다.",
        ("occupation_code",),
        (
            _group(c.OCCUPATION_CODE),
            c.OCCUPATION_NAME.derived(),
            count_column("people_count", "구직자 수", "TOTAL은 결과가 없는 사람도 넣은 전체"),
            share_column("readiness_mean_0_1", "갖춘 정도 평균", "필요 역량의 중요도 가운데 가진 것"),
            share_column("open_share_mean_0_1", "이미 열린 모집인원의 비율 평균", "공고가 없는 직종은 비움"),
            Column("missing_mean", Kind.FLOAT64, "부족한 역량 수 평균", unit="개", minimum=0, delivered=False),
            HIDDEN,
        ),
    ),
    reads=("serving__seeker_skill_gaps_v1", "serving__occupations_v1"),
    people=(People("people_count", hides=("readiness_mean_0_1", "open_share_mean_0_1", "missing_mean")),),
    group="occupation_code",
)

CERTIFICATE_RECOMMENDATIONS = Aggregate(
    table=aggregate_table(
        "certificate_recommendations",
        "1순위 추천 자격증",
        "1순위로 추천받은 구직자를 센다. 10명 미만인 칸은 가린다.",
        ("certificate_name",),
        (
            _group(c.CERTIFICATE_NAME),
            count_column("people_count", "구직자 수", "TOTAL은 결과가 없는 사람도 넣은 전체"),
            share_column("score_mean_0_1", "추천점수 평균"),
            share_column("openings_share_mean_0_1", "찾는 모집인원의 비율 평균", "공고가 없는 직종은 뺌"),
            HIDDEN,
        ),
    ),
    reads=("serving__seeker_certificates_v1",),
    people=(People("people_count", hides=("score_mean_0_1", "openings_share_mean_0_1")),),
    group="certificate_name",
)

SKILL_AGGREGATES = (COURSE_FIELDS, MISSING_SKILLS, SKILL_GAPS, CERTIFICATE_RECOMMENDATIONS)
