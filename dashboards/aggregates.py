"""The aggregates of goyong.duckdb: what each holds, which SQL makes it, and which of its cells are about people.

Their contracts stand here because no Delta table has them; the SQL stands in sql/<noun>.sql under the same name.
Those about skills: skill_aggregates.py; about regions: market_aggregates.py. Do not put here: reading the lake or
writing the file (catalog.py).
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
from dashboards.market_aggregates import MARKET_AGGREGATES
from dashboards.skill_aggregates import SKILL_AGGREGATES
from lake.contracts import columns as c
from lake.contracts import features, gold, judgement, ops
from lake.contracts.codes import AGE_BAND, ANSWER
from lake.contracts.model import CodeList, Column, Kind, Table

SERVICES = CodeList(
    "service",
    "서비스",
    {
        "EMPLOYMENT": "6개월 취업확률",
        "OCCUPATIONS": "추천 직업",
        "JOBS": "추천 일자리",
        "GAPS": "희망직종별 부족 역량",
        "COURSES": "추천 훈련",
        "CERTIFICATES": "추천 자격증",
    },
)
_QUANTILES = tuple(
    share_column(f"p{q}_0_1", f"취업확률 하위 {q}% 값" if q != 50 else "취업확률 중위값") for q in (10, 25, 50, 75, 90)
)


def _employment_by(noun: str, label: str, group: Column, name: str) -> Aggregate:
    coded = replace(group, description=f"{group.description}. {GROUP_NOTE}".lstrip(". "), codes=None)
    shown = (share_column("mean_0_1", "평균 취업확률"), *_QUANTILES)
    return Aggregate(
        table=aggregate_table(
            f"employment_probability_by_{noun}",
            f"{label}별 취업확률",
            "결과가 있는 구직자의 6개월 취업확률 분포. 10명 미만인 칸은 가린다.",
            (group.name,),
            (
                coded.required().derived(),
                c.text(name, f"{label} 이름").derived(),
                count_column("people_count", "구직자 수", "결과가 있는 사람. TOTAL은 결과가 없는 사람도 넣은 전체"),
                *shown,
                HIDDEN,
            ),
        ),
        reads=("serving__seeker_employment_v1", "features__seekers"),
        people=(People("people_count", hides=tuple(column.name for column in shown)),),
        group=group.name,
    )


ANSWERS_BY_CODE = Aggregate(
    table=aggregate_table(
        "answers_by_code",
        "서비스별 답변 상태",
        "여섯 가지 서비스에서 결과를 받은 사람과, 결과가 없는 까닭별 사람 수.",
        ("service_code", "answer_code"),
        (
            Column("service_code", Kind.STRING, "서비스", nullable=False, codes=SERVICES, delivered=False),
            Column("answer_code", Kind.STRING, "답변 상태", nullable=False, codes=ANSWER, delivered=False),
            count_column("people_count", "구직자 수"),
            share_column("share_0_1", "비율", "등록 구직자 가운데"),
            HIDDEN,
        ),
    ),
    reads=(
        "serving__seeker_employment_v1",
        "serving__seeker_occupations_v1",
        "serving__seeker_jobs_v1",
        "serving__seeker_skill_gaps_v1",
        "serving__seeker_courses_v1",
        "serving__seeker_certificates_v1",
    ),
    people=(People("people_count", hides=("share_0_1",), lines=("service_code",)),),
)


def _first_place(noun: str, label: str, group: Column, name: Column, reads: tuple[str, ...]) -> Aggregate:
    means = [share_column("score_mean_0_1", "추천점수 평균")]
    extra: tuple[Column, ...] = ()
    if noun == "course_recommendations":
        means += [share_column("outcome_mean_0_1", "추정 취업률 평균", "추천받은 사람으로 평균. 자료가 없는 회차는 뺌")]
        extra = (count_column("sessions_count", "훈련회차 수", "1순위로 추천된 서로 다른 회차", unit="개"),)
    hides = tuple(column.name for column in (*extra, *means))
    return Aggregate(
        table=aggregate_table(
            noun,
            label,
            "1순위로 추천받은 구직자를 센다. 10명 미만인 칸은 가린다.",
            (group.name,),
            (
                replace(group, nullable=False, delivered=False, description=f"{group.description}. {GROUP_NOTE}"),
                name.derived(),
                count_column("people_count", "구직자 수", "TOTAL은 결과가 없는 사람도 넣은 전체"),
                *extra,
                *means,
                HIDDEN,
            ),
        ),
        reads=reads,
        people=(People("people_count", hides=hides),),
        group=group.name,
    )


AGGREGATES: tuple[Aggregate, ...] = (
    ANSWERS_BY_CODE,
    _employment_by("region", "거주 시도", features.SEEKERS.column("home_region_code"), "region_name"),
    _employment_by(
        "occupation_group",
        "희망직종 대분류",
        features.SEEKERS.column("wanted_occupation_group_code"),
        "occupation_group_name",
    ),
    _employment_by(
        "age_band", "연령대", Column("age_band_code", Kind.STRING, "연령대", "감사용", codes=AGE_BAND), "age_band_name"
    ),
    _first_place(
        "occupation_recommendations",
        "1순위 추천 직업",
        c.OCCUPATION_CODE,
        c.OCCUPATION_NAME,
        ("serving__seeker_occupations_v1", "serving__occupations_v1"),
    ),
    _first_place(
        "course_recommendations",
        "1순위 추천 훈련의 역량",
        c.SKILL_CODE,
        c.text("skill_name", "역량명"),
        ("serving__seeker_courses_v1", "serving__courses_v1"),
    ),
    *SKILL_AGGREGATES,
    *MARKET_AGGREGATES,
)

COURSE_FIELD = "field_code"
"""The line of a course (hiding.py adds it): agg.course_fields has totals over the courses of an NCS major group."""
OCCUPATION_GROUP = "occupation_group_code"
"""The line of an occupation (hiding.py adds it): there is an aggregate of the major groups that people wish."""
COURSE_RATES = ("raw_rate_0_1", "shrunk_rate_0_1", "shrunk_low_0_1", "shrunk_high_0_1")

GOLD_PEOPLE: dict[str, tuple[People, ...]] = {
    gold.LABOUR_MARKET.id: (
        People("seekers_count", ("tightness_ratio", "wage_wish_median_krw_month"), ("occupation_code", "region_code")),
        People("hires_12m_count", (), ("occupation_code", "region_code")),
    ),
    gold.OCCUPATIONS.id: (
        People("seekers_count", ("tightness_ratio",), ("as_of", OCCUPATION_GROUP)),
        People("same_people_hires_12m_count", (), ("as_of",)),
        People("same_people_hires_prior_12m_count", (), ("as_of",)),
    ),
    # The width of an interval tells how many finished, and an estimate to six places how many of them found work.
    gold.COURSE_OUTCOMES.id: (
        People("graduates_count", ("employed_count", *COURSE_RATES), (COURSE_FIELD,)),
        People("employed_count", COURSE_RATES, (COURSE_FIELD,)),
    ),
    gold.SKILLS.id: (),
    gold.OCCUPATION_SKILLS.id: (),
    gold.TEST_NORMS.id: (People("respondents_count", ("answer_mean", "answer_deviation"), ("as_of",)),),
}

# A recommendation is one person's: few of them in a group of postings are few people. Groups of a kind add up to ALL.
EXPOSURE_LINE = ("as_of", "phase_code", "group_kind")
_GROUPS = "as_of+service_code+group_name"
_OBSERVED = tuple(f"observed_rate_0_1{end}" for end in ("", "_low", "_high"))
_JUDGED = tuple(
    f"{name}{end}"
    for name in (
        "ece_0_1",
        "true_positive_rate_0_1",
        "false_positive_rate_0_1",
        "true_positive_gap",
        "false_positive_gap",
        "wrongly_high_risk_ratio",
    )
    for end in ("", "_low", "_high")
)

OPS_PEOPLE: dict[str, tuple[People, ...]] = {
    ops.EXPOSURE.id: (
        People(
            "recommendations_count",
            hides=("recommendations_share_0_1", "largest_ratio", "p99_ratio", "mean_score_0_1"),
            lines=("line",),
        ),
        People("short_seekers_count", lines=("line",)),
    ),
    # Groups add up to ALL, over all scores and within each tenth of them.
    judgement.CALIBRATION.id: (
        People(
            "people_count",
            ("mean_probability_0_1", *_OBSERVED),
            (f"{_GROUPS}+bin_number", f"{_GROUPS}+group_code"),
            null_is_few=True,
        ),
    ),
    judgement.FAIRNESS.id: (
        People("people_count", ("hired_count", "hired_rate_0_1", "mean_probability_0_1", *_JUDGED), (_GROUPS,)),
        People("hired_count", ("hired_rate_0_1", "mean_probability_0_1", *_JUDGED), (_GROUPS,), null_is_few=True),
    ),
    judgement.COHORTS.id: tuple(
        People(name, lines=("as_of+snapshot_date",))
        for name in (
            "registered_count",
            "rows_count",
            "evaluation_rows_count",
            "hired_count",
            "kept_count",
            "left_out_count",
        )
    ),
    judgement.DRIFT.id: (People("unknown_count", lines=("as_of+feature_name",)),),
}
ROUNDED_SHARES = {judgement.DRIFT.id: ("missing_then_0_1", "missing_now_0_1")}
"""Shares of everybody: to hundredths, for at more places they tell that it is one person or two."""

PUBLISHED_TABLES = Table(
    id="ops__published_tables",
    label="공표된 표",
    description="이 파일을 만든 밤에 공표된 표와 그 버전.",
    grain="한 행 = 공표된 표 하나",
    key=("table_id",),
    columns=(
        c.RUN_ID,
        c.AS_OF,
        c.flag("is_synthetic", "합성 데이터 여부").derived(),
        c.text("table_id", "표").required().derived(),
        Column("delta_version", Kind.INT64, "Delta 버전", delivered=False),
        count_column("rows_count", "행 수", unit="행"),
        c.text("content_hash", "내용 해시").derived(),
    ),
)
