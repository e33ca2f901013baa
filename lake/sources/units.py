"""Units a source may send and the exact factor to the unit of the contract.

Put here: one line per unit. Not here: units of the contract (``lake/contracts``) or wage maths that needs hours
(``transforms/silver/job_postings.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lake.contracts.model import Column, Kind


@dataclass(frozen=True)
class Unit:
    """`sent × numerator ÷ denominator` is the value in `target`, a unit of the contract ("0-1" for shares).

    `written` (a regular expression) is how the unit may stand behind the number; another unit there is no number.
    """

    name: str
    numerator: int
    denominator: int
    target: str
    written: str


_UNITS = (
    Unit("krw_month", 1, 1, "원/월", "원"),
    Unit("thousand_krw_month", 1_000, 1, "원/월", "천 ?원?"),
    Unit("manwon_month", 10_000, 1, "원/월", "만 ?원?"),
    Unit("krw_year", 1, 12, "원/월", "원"),
    Unit("thousand_krw_year", 1_000, 12, "원/월", "천 ?원?"),
    Unit("manwon_year", 10_000, 12, "원/월", "만 ?원?"),
    Unit("krw", 1, 1, "원", "원"),
    Unit("thousand_krw", 1_000, 1, "원", "천 ?원?"),
    Unit("manwon", 10_000, 1, "원", "만 ?원?"),
    Unit("months", 1, 1, "개월", "개월"),
    Unit("years", 12, 1, "개월", "년"),
    Unit("hours", 1, 1, "시간", "시간"),
    Unit("minutes", 1, 60, "시간", "분"),
    Unit("percent", 1, 1, "%", "%"),
    Unit("share_percent", 100, 1, "%", ""),
    Unit("percent_0_1", 1, 100, "0-1", "%"),
    Unit("permille_0_1", 1, 1_000, "0-1", "‰"),
)
UNITS: Mapping[str, Unit] = {unit.name: unit for unit in _UNITS}


def units_for(column: Column) -> dict[str, Unit]:
    """The units in which a source may send `column`; empty when the contract gives it none."""
    is_share = column.kind is Kind.FLOAT64 and (column.minimum, column.maximum) == (0, 1)
    target = "0-1" if is_share else column.unit
    return {name: unit for name, unit in UNITS.items() if unit.target == target}
