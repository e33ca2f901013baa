"""Scores and matches: the four answers, one row for every registered seeker who did not opt out.

A row without an answer says why in `answer_code`. Do not put here: what portals read (serving.py).
"""

from __future__ import annotations

from dataclasses import replace

from lake.contracts import codes
from lake.contracts import columns as c
from lake.contracts.model import Column, Kind, Privacy, Table

PLACES = 5
REASONS = 3


def _reason(side: str, label: str, place: int) -> tuple[Column, ...]:
    name = f"reason_{side}_{place}"
    return (
        c.text(f"{name}_code", f"{label} {place} 요인", "모형 입력의 이름").derived(),
        Column(f"{name}_logit", Kind.FLOAT64, f"{label} {place} 크기", unit="로짓", delivered=False),
        replace(c.text(f"{name}_value", f"{label} {place} 본인 값").derived(), privacy=Privacy.PERSONAL),
        c.text(f"{name}_reference", f"{label} {place} 기준 값", "학습 집단의 통상 값").derived(),
    )


def _top(*columns: Column) -> tuple[Column, ...]:
    return tuple(place for column in columns for place in c.ranked(column.derived(), PLACES))


def _optional(column: Column) -> Column:
    return replace(column, nullable=True)


def _answers(name: str, label: str, description: str, columns: tuple[Column, ...]) -> Table:
    return Table(
        id=name,
        label=label,
        description=description,
        grain="한 행 = 구직자 한 사람, 한 기준일",
        key=("as_of", "seeker_key"),
        columns=(c.AS_OF, c.SEEKER_KEY, c.ANSWER_CODE, *columns, c.MODEL_VERSION),
        owner="고용서비스기반과",
        partition_by=("as_of",),
        sort_by=("seeker_key",),
    )


EMPLOYMENT_PROBABILITY = _answers(
    "scores__employment_probability",
    "6개월 취업확률",
    "6개월(183일) 안에 28일 이상 이어지는 고용보험 취업을 할 확률과 그 요인.",
    (
        replace(c.share("probability_0_1", "취업확률").derived(), privacy=Privacy.PERSONAL),
        replace(c.share("low_0_1", "확률 하한").derived(), privacy=Privacy.PERSONAL),
        replace(c.share("high_0_1", "확률 상한").derived(), privacy=Privacy.PERSONAL),
        *(column for place in range(1, REASONS + 1) for column in _reason("for", "유리한", place)),
        *(column for place in range(1, REASONS + 1) for column in _reason("against", "불리한", place)),
    ),
)

SEEKER_OCCUPATIONS = _answers(
    "matches__seeker_occupations",
    "추천 직업 TOP5",
    "흥미·적성과 희망·경력에 맞는 KECO 세분류 다섯.",
    (
        Column("basis_code", Kind.STRING, "추천 근거", codes=codes.OCCUPATION_BASIS, delivered=False),
        *_top(
            _optional(c.OCCUPATION_CODE),
            c.share("score_0_1", "일치 점수"),
            c.text("trait_codes", "맞는 특성", "가장 크게 맞는 척도 이름, |로 이음"),
        ),
    ),
)

SEEKER_JOBS = _answers(
    "matches__seeker_jobs",
    "추천 일자리 TOP5",
    "조건에 맞는 모집중 공고 전체에서 정확히 찾은 다섯.",
    (
        c.count("eligible_postings_count", "조건에 맞는 공고 수").derived(),
        *_top(
            _optional(c.POSTING_ID),
            c.share("score_0_1", "종합 점수", "가능성 × 유용성"),
            c.share("fit_0_1", "직무 적합도"),
            c.share("chance_0_1", "채용 가능성"),
            c.share("usefulness_0_1", "유용성", "희망임금·직종·지역·고용안정"),
            c.text("met_codes", "맞는 조건", "조건 코드, |로 이음"),
            c.text("open_codes", "확인이 필요한 조건", "자료가 없거나 덜 맞는 조건 코드, |로 이음"),
        ),
    ),
)

SEEKER_COURSES = _answers(
    "matches__seeker_courses",
    "추천 훈련 TOP5",
    "희망 직업에 부족한 역량을 채우는 회차만.",
    (
        c.OCCUPATION_CODE.named("gap_occupation_code", "기준 희망직종").derived(),
        c.count("needed_skills_count", "필요 역량 수", unit="개").derived(),
        c.text("missing_skill_codes", "부족한 역량", "중요도 순, |로 이음").derived(),
        *_top(
            _optional(c.SESSION_ID),
            c.share("score_0_1", "종합 추천점수"),
            c.share("job_fit_0_1", "직무 적합도"),
            c.share("region_fit_0_1", "지역 적합도"),
            c.share("level_fit_0_1", "수준 적합도"),
            c.share("outcome_0_1", "추정 취업률"),
            _optional(c.SKILL_CODE),
        ),
    ),
)

TABLES = (EMPLOYMENT_PROBABILITY, SEEKER_OCCUPATIONS, SEEKER_JOBS, SEEKER_COURSES)
