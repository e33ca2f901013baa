"""The aggregates of goyong.duckdb: what each holds, which SQL makes it, and which of its cells are about people.

Their contracts stand here because no Delta table has them; the SQL stands in sql/<noun>.sql under the same name.
Do not put here: reading the lake or writing the file (catalog.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from lake.contracts import columns as c
from lake.contracts import features, gold
from lake.contracts.codes import AGE_BAND, ANSWER
from lake.contracts.model import CodeList, Column, Kind, Table

TOTAL, UNKNOWN, NO_ANSWER = "TOTAL", "UNKNOWN", "NO_ANSWER"
"""Rows of a breakdown that are not a group: everyone, group not known, people without an answer."""

SERVICES = CodeList(
    "service",
    "서비스",
    {"EMPLOYMENT": "6개월 취업확률", "OCCUPATIONS": "추천 직업", "JOBS": "추천 일자리", "COURSES": "추천 훈련"},
)
_SQL = Path(__file__).parent / "sql"
_HIDDEN = c.flag("is_suppressed", "비공개 여부", "10명 미만이거나, 다른 칸에서 계산해 낼 수 있어 가린 칸").derived()
_GROUP_NOTE = "TOTAL 전체, UNKNOWN 모름, NO_ANSWER 결과가 없는 사람"


@dataclass(frozen=True)
class People:
    """A people count in a table, what goes with it when it is hidden, and the lines whose totals may be known."""

    count: str
    hides: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Aggregate:
    """One table of the file: its contract, the published tables it reads, its people counts.

    `group` names the column that holds TOTAL and NO_ANSWER; empty when the table has no such rows.
    """

    table: Table
    reads: tuple[str, ...]
    people: tuple[People, ...] = ()
    group: str = ""

    @property
    def sql(self) -> str:
        """The query that makes the rows, over views named by table id."""
        return (_SQL / f"{self.table.noun}.sql").read_text(encoding="utf-8")


def _count(name: str, label: str, description: str = "", unit: str = "명") -> Column:
    return Column(name, Kind.INT64, label, description, unit=unit, minimum=0, delivered=False)


def _share(name: str, label: str, description: str = "") -> Column:
    return c.share(name, label, description).derived()


def _table(noun: str, label: str, description: str, key: tuple[str, ...], columns: tuple[Column, ...]) -> Table:
    return Table(
        id=f"agg__{noun}",
        label=label,
        description=description,
        grain=f"한 행 = {' × '.join(key)}",
        key=key,
        columns=(c.AS_OF, *columns),
        owner="고용서비스기반과",
    )


_QUANTILES = tuple(
    _share(f"p{q}_0_1", f"취업확률 하위 {q}% 값" if q != 50 else "취업확률 중위값") for q in (10, 25, 50, 75, 90)
)


def _employment_by(noun: str, label: str, group: Column, name: str) -> Aggregate:
    coded = replace(group, description=f"{group.description}. {_GROUP_NOTE}".lstrip(". "), codes=None)
    shown = (_share("mean_0_1", "평균 취업확률"), *_QUANTILES)
    return Aggregate(
        table=_table(
            f"employment_probability_by_{noun}",
            f"{label}별 취업확률",
            "결과가 있는 구직자의 6개월 취업확률 분포. 10명 미만인 칸은 가린다.",
            (group.name,),
            (
                coded.required().derived(),
                c.text(name, f"{label} 이름").derived(),
                _count("people_count", "구직자 수", "결과가 있는 사람. TOTAL은 결과가 없는 사람도 넣은 전체"),
                *shown,
                _HIDDEN,
            ),
        ),
        reads=("serving__seeker_employment_v1", "features__seekers"),
        people=(People("people_count", hides=tuple(column.name for column in shown)),),
        group=group.name,
    )


ANSWERS_BY_CODE = Aggregate(
    table=_table(
        "answers_by_code",
        "서비스별 답변 상태",
        "네 가지 서비스에서 결과를 받은 사람과, 결과가 없는 까닭별 사람 수.",
        ("service_code", "answer_code"),
        (
            Column("service_code", Kind.STRING, "서비스", nullable=False, codes=SERVICES, delivered=False),
            Column("answer_code", Kind.STRING, "답변 상태", nullable=False, codes=ANSWER, delivered=False),
            _count("people_count", "구직자 수"),
            _share("share_0_1", "비율", "등록 구직자 가운데"),
            _HIDDEN,
        ),
    ),
    reads=(
        "serving__seeker_employment_v1",
        "serving__seeker_occupations_v1",
        "serving__seeker_jobs_v1",
        "serving__seeker_courses_v1",
    ),
    people=(People("people_count", hides=("share_0_1",), lines=("service_code",)),),
)


def _first_place(noun: str, label: str, group: Column, name: Column, reads: tuple[str, ...]) -> Aggregate:
    means = [_share("score_mean_0_1", "추천점수 평균")]
    extra: tuple[Column, ...] = ()
    if noun == "course_recommendations":
        means += [_share("outcome_mean_0_1", "추정 취업률 평균")]
        extra = (_count("sessions_count", "훈련회차 수", "1순위로 추천된 서로 다른 회차", unit="개"),)
    hides = tuple(column.name for column in (*extra, *means))
    return Aggregate(
        table=_table(
            noun,
            label,
            "1순위로 추천받은 구직자를 센다. 10명 미만인 칸은 가린다.",
            (group.name,),
            (
                replace(group, nullable=False, delivered=False, description=f"{group.description}. {_GROUP_NOTE}"),
                name.derived(),
                _count("people_count", "구직자 수", "TOTAL은 결과가 없는 사람도 넣은 전체"),
                *extra,
                *means,
                _HIDDEN,
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
)

# Course outcomes of few graduates are hidden like any small group. No total over courses is published, so no line.
GOLD_PEOPLE: dict[str, tuple[People, ...]] = {
    gold.LABOUR_MARKET.id: (
        People("seekers_count", ("tightness_ratio", "wage_wish_median_krw_month"), ("occupation_code", "region_code")),
        People("hires_12m_count", (), ("occupation_code", "region_code")),
    ),
    gold.OCCUPATIONS.id: (People("seekers_count", (), ("as_of",)),),
    gold.COURSE_OUTCOMES.id: (People("graduates_count", ("employed_count", "raw_rate_0_1"), ("course_id",)),),
    gold.OCCUPATION_SKILLS.id: (),
}

# A recommendation is one person's: few of them in a group of postings are few people. Groups of a kind add up to ALL.
EXPOSURE_LINE = ("as_of", "phase_code", "group_kind")
EXPOSURE_PEOPLE = (
    People(
        "recommendations_count",
        hides=("recommendations_share_0_1", "largest_ratio", "p99_ratio", "mean_score_0_1"),
        lines=("line",),
    ),
    People("short_seekers_count", lines=("line",)),
)

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
        _count("rows_count", "행 수", unit="행"),
        c.text("content_hash", "내용 해시").derived(),
    ),
)
