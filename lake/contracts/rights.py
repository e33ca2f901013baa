"""What people may ask for by law, as it stands on a business date, and the clock of every request to be answered.

Law: 개인정보 보호법 제37조의2 (refusal, explanation and review of automated decisions), 제37조 (stop of processing),
시행령 제44조의3 (an answer within 30 days, longer for good reason).
Do not put here: requests as they were sent (silver_people.py).
"""

from __future__ import annotations

from dataclasses import replace

from lake.contracts import codes
from lake.contracts import columns as c
from lake.contracts.model import Column, Kind, Privacy, Table

ANSWER_WITHIN_DAYS = 30
"""Days from a request to its answer (시행령 제44조의3)."""


def _personal(column: Column) -> Column:
    return replace(column.derived(), privacy=Privacy.PERSONAL)


def _flag(name: str, label: str, description: str) -> Column:
    return _personal(replace(c.flag(name, label, description), nullable=False))


def _state(*, nullable: bool) -> Column:
    state = Column("review_state_code", Kind.STRING, "재검토 상태", nullable=nullable, codes=codes.REVIEW_STATE)
    return _personal(state)


REVIEW_DUE_DATE = _personal(c.day("review_due_date", "답할 기한", f"요구일 + {ANSWER_WITHIN_DAYS}일 + 연장 일수"))
REVIEW = (
    _personal(
        c.day("review_requested_date", "사람의 재검토를 요구한 날", "답하지 않은 것이 먼저, 기한이 이른 것이 먼저")
    ),
    REVIEW_DUE_DATE,
    _state(nullable=True),
)
"""The request for a review by a person that weighs most; all empty without one."""

SEEKER_RIGHTS = Table(
    id="gold__seeker_rights",
    label="행사 중인 권리",
    description="기준일에 거부, 처리정지, 사람의 재검토가 살아 있는 사람. "
    "배치가 답을 내기 전에 따르는 단 하나의 표이다.",
    grain="한 행 = 권리를 행사한 한 사람, 한 기준일",
    key=("as_of", "seeker_key"),
    columns=(
        c.AS_OF,
        c.SEEKER_KEY,
        _flag(
            "is_opted_out",
            "자동화된 평가 거부",
            "구직등록의 거부 표시나 거부 요구. 답들이 서로를 쓰므로 한 서비스만 거부해도 전부 내지 않는다. "
            "인재 추천만 거부하면 구인기업에만 보이지 않는다",
        ),
        _flag("is_restricted", "처리정지", "저장만 한다: 특성·답·학습·집계 어디에도 쓰지 않는다"),
        _flag(
            "is_withheld_from_employers",
            "구인기업에 보이지 않음",
            "인재 추천을 거부했거나 그 재검토에 아직 답하지 않음",
        ),
        *REVIEW,
    ),
    owner="고용서비스기반과",
    partition_by=("as_of",),
    sort_by=("seeker_key",),
)

HUMAN_REVIEWS = Table(
    id="ops__human_reviews",
    label="사람이 답할 요구",
    description="사람의 재검토와 설명 요구 가운데 아직 답하지 않았거나 30일 안에 답한 것과 남은 날.",
    grain="한 행 = 요구 하나, 한 기준일",
    key=("as_of", "request_id"),
    columns=(
        c.AS_OF,
        c.REQUEST_ID.derived(),
        c.SEEKER_KEY,
        c.REQUEST_KIND_CODE.derived(),
        c.REQUEST_SERVICE_CODE.required().derived(),
        c.REQUESTED_DATE.derived(),
        replace(REVIEW_DUE_DATE, nullable=False),
        c.ANSWERED_DATE.derived(),
        c.REQUEST_OUTCOME_CODE.derived(),
        Column(
            "days_left", Kind.INT32, "남은 날", "0이면 오늘까지, 음수면 지난 날. 답했으면 비움", unit="일"
        ).derived(),
        _state(nullable=False),
    ),
    owner="고용서비스기반과",
    partition_by=("as_of",),
    sort_by=("request_id",),
)

TABLES = (SEEKER_RIGHTS, HUMAN_REVIEWS)
