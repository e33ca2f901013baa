"""Columns that mean the same in several tables: same meaning, same name, declared once.

Put here: a column used by two tables or more. Do not put here: columns of one table only.
"""

from __future__ import annotations

from typing import Any

from lake.contracts import codes
from lake.contracts.model import Column, Kind, Privacy

# --- who and what -------------------------------------------------------------------------------
SEEKER_KEY = Column(
    "seeker_key",
    Kind.STRING,
    "구직자 가명키",
    "주민등록번호를 비밀키로 HMAC-SHA256 처리한 앞 32자리(16진수)",
    nullable=False,
    privacy=Privacy.PSEUDONYM,
)
POSTING_ID = Column("posting_id", Kind.STRING, "구인인증번호", "고용24 wantedAuthNo", nullable=False)
COMPANY_ID = Column("company_id", Kind.STRING, "사업장 번호", "사업자등록번호 또는 출처의 기업 번호")
SESSION_ID = Column("session_id", Kind.STRING, "훈련회차 번호", "과정ID-회차-기관", nullable=False)
OCCUPATION_CODE = Column(
    "occupation_code", Kind.STRING, "직업코드", "KECO 2018 세분류 4자리. 0으로 시작하므로 문자열이다"
)
OCCUPATION_NAME = Column("occupation_name", Kind.STRING, "직업명")
REGION_CODE = Column("region_code", Kind.STRING, "시도코드", "행정표준 시도 2자리(11 서울 … 50 제주)")
EDUCATION_CODE = Column("education_code", Kind.STRING, "학력", codes=codes.EDUCATION)
SKILL_CODE = Column("skill_code", Kind.STRING, "역량코드", "NCS 세분류 8자리. 자격증은 CERT:자격증명", nullable=False)
SKILL_LEVEL = Column("skill_level", Kind.INT8, "NCS 수준", minimum=1, maximum=8)
EMPLOYMENT_TYPE_CODE = Column("employment_type_code", Kind.STRING, "고용형태", codes=codes.EMPLOYMENT_TYPE)
CERTIFICATE_NAME = Column("certificate_name", Kind.STRING, "자격증명")

# --- what a person asks for by right --------------------------------------------------------------
REQUEST_ID = Column("request_id", Kind.STRING, "요구 번호", nullable=False)


def _request(name: str, kind: Kind, label: str, description: str = "", **more: Any) -> Column:
    return Column(name, kind, label, description, privacy=Privacy.PERSONAL, **more)


REQUEST_KIND_CODE = _request("request_kind_code", Kind.STRING, "요구 종류", codes=codes.REQUEST_KIND, nullable=False)
REQUEST_SERVICE_CODE = _request(
    "request_service_code", Kind.STRING, "요구한 서비스", "비어 있으면 전체로 봄", codes=codes.REQUEST_SERVICE
)
REQUESTED_DATE = _request("requested_date", Kind.DATE, "요구일", nullable=False)
ANSWERED_DATE = _request("answered_date", Kind.DATE, "답한 날", "비어 있으면 아직 답하지 않음")
REQUEST_OUTCOME_CODE = _request("request_outcome_code", Kind.STRING, "요구의 결과", codes=codes.REQUEST_OUTCOME)

# --- when ---------------------------------------------------------------------------------------
AS_OF = Column(
    "as_of", Kind.DATE, "기준일", "이 날까지 도착한 자료만으로 계산함(Asia/Seoul)", nullable=False, delivered=False
)
UPDATED_AT = Column("updated_at", Kind.INSTANT, "출처의 수정 시각", "정정 중 이 시각이 가장 늦은 것이 이긴다(UTC)")
DELIVERY_DATE = Column("delivery_date", Kind.DATE, "납품일", nullable=False, delivered=False)

# --- provenance ---------------------------------------------------------------------------------
SOURCE_FILE = Column(
    "source_file", Kind.STRING, "출처 파일", "납품 폴더 기준 상대 경로", nullable=False, delivered=False
)
ROW_NUMBER = Column("row_number", Kind.INT64, "출처 행 번호", "첫 자료 행이 1", nullable=False, delivered=False)
ROW_HASH = Column("row_hash", Kind.STRING, "행 해시", "보낸 그대로의 값의 SHA-256", nullable=False, delivered=False)
RECEIVED_AT = Column("received_at", Kind.INSTANT, "도착 시각", nullable=False, delivered=False)
PAYLOAD = Column(
    "payload",
    Kind.STRING,
    "원본 행",
    "코드·단위를 바꾸었거나 계약에 없는 항목이 있을 때 보낸 그대로의 JSON",
    delivered=False,
)
LANDING_ERROR = Column(
    "landing_error", Kind.STRING, "반입 오류", "파일에서 이 행을 읽지 못한 까닭. 비어 있으면 읽었다", delivered=False
)
IS_DELETED = Column(
    "is_deleted",
    Kind.BOOLEAN,
    "삭제 표시",
    "출처가 이 키를 지웠다고 알린 행. 가장 늦은 정정이면 키가 사라진다",
    delivered=False,
)

FIRST_DELIVERY_DATE = Column(
    "first_delivery_date",
    Kind.DATE,
    "첫 납품일",
    "이 키의 쓸 수 있는 행이 처음 도착한 납품일. 이 날 전에는 없던 사실로 다룬다",
    delivered=False,
)

# --- on every published row ---------------------------------------------------------------------
RUN_ID = Column("run_id", Kind.STRING, "실행 번호", nullable=False, delivered=False)
MODEL_VERSION = Column("model_version", Kind.STRING, "모형 버전", nullable=False, delivered=False)
CONTRACT_VERSION = Column("contract_version", Kind.STRING, "계약 버전", nullable=False, delivered=False)
PUBLISHED = (AS_OF, RUN_ID, MODEL_VERSION, CONTRACT_VERSION)

ANSWER_CODE = Column(
    "answer_code",
    Kind.STRING,
    "답변 상태",
    "OK가 아니면 결과가 없는 까닭",
    nullable=False,
    codes=codes.ANSWER,
    delivered=False,
)


def text(name: str, label: str, description: str = "") -> Column:
    """A free or coded text column."""
    return Column(name, Kind.STRING, label, description)


def flag(name: str, label: str, description: str = "") -> Column:
    """A yes/no column; name begins with is_ or has_."""
    return Column(name, Kind.BOOLEAN, label, description)


def day(name: str, label: str, description: str = "") -> Column:
    """A calendar day (never an instant)."""
    return Column(name, Kind.DATE, label, description)


def count(name: str, label: str, description: str = "", *, unit: str = "건", maximum: float | None = None) -> Column:
    """A whole number that is never negative."""
    return Column(name, Kind.INT32, label, description, unit=unit, minimum=0, maximum=maximum)


def krw_month(name: str, label: str, description: str = "") -> Column:
    """Won a month; a bound of 100 million catches unit mistakes."""
    return Column(name, Kind.INT32, label, description, unit="원/월", minimum=0, maximum=100_000_000)


def share(name: str, label: str, description: str = "") -> Column:
    """A share, probability or score between 0 and 1."""
    return Column(name, Kind.FLOAT64, label, description, minimum=0, maximum=1)


def number(name: str, label: str, description: str = "", *, unit: str | None = None) -> Column:
    """A real number without bounds."""
    return Column(name, Kind.FLOAT64, label, description, unit=unit)


def ranked(column: Column, places: int) -> tuple[Column, ...]:
    """`column` once for each place of a TOP list: name_1 .. name_k."""
    return tuple(column.named(f"{column.name}_{place}", f"{column.label} {place}위") for place in range(1, places + 1))
