"""Bronze and quarantine, made from silver: what arrived, and what could not be used.

Bronze holds every delivered column as the text that was sent, plus where it came from; quarantine
holds the rows that silver refused, with the reason. Do not put here: hand-written columns.
"""

from __future__ import annotations

from dataclasses import replace

from lake.contracts import columns as c
from lake.contracts import silver
from lake.contracts.model import Column, Kind, Table

PROVENANCE = (
    c.DELIVERY_DATE,
    c.SOURCE_FILE,
    c.ROW_NUMBER,
    c.RECEIVED_AT,
    c.ROW_HASH,
    c.PAYLOAD,
    c.LANDING_ERROR,
    c.IS_DELETED,
)


def _as_sent(column: Column) -> Column:
    return replace(column, kind=Kind.STRING, nullable=True, codes=None, minimum=None, maximum=None, unit=None)


def bronze_of(table: Table) -> Table:
    """The bronze table that feeds `table`."""
    return Table(
        id=f"bronze__{table.noun}",
        label=f"{table.label} 원자료",
        description=f"보낸 그대로의 {table.label}. 같은 파일이 다시 와도 늘지 않는다.",
        grain="한 행 = 납품 파일의 한 행",
        key=("delivery_date", "source_file", "row_number"),
        columns=(*(_as_sent(column) for column in table.delivered), *PROVENANCE),
        owner=table.owner,
        partition_by=("delivery_date",),
    )


def quarantine_of(table: Table) -> Table:
    """The quarantine table beside `table`: refused rows with reason codes, as sent."""
    return Table(
        id=f"quarantine__{table.noun}",
        label=f"{table.label} 격리",
        description=f"{table.label}에서 쓸 수 없던 행과 까닭. 고쳐서 다시 보내면 사라진다.",
        grain="한 행 = 쓸 수 없던 납품 행 하나",
        key=("as_of", "delivery_date", "source_file", "row_number"),
        columns=(
            c.AS_OF,
            *PROVENANCE[:3],
            replace(c.ROW_HASH, nullable=True),
            c.text("reason_codes", "격리 사유", "열:사유를 |로 이음").required().derived(),
            c.text("row_text", "보낸 행", "가명 처리 뒤의 JSON").derived(),
        ),
        owner=table.owner,
        partition_by=("as_of",),
    )


TABLES = tuple(bronze_of(table) for table in silver.TABLES)
QUARANTINE_TABLES = tuple(quarantine_of(table) for table in silver.TABLES)
