"""Rows about a person that engine tests start from."""

from __future__ import annotations

from datetime import date
from typing import Any


def seeker(key: str = "a", **columns: Any) -> dict[str, Any]:
    """A registered seeker of silver__seekers."""
    return {
        "seeker_key": key,
        "registered_date": date(2024, 1, 1),
        "birth_date": date(1990, 11, 21),
        "wanted_occupation_code_1": "0231",
        "home_region_code": "11",
        "wanted_wage_krw_month": 2_000_000,
    } | columns


def spell(spell_id: str, start: date, end: date | None, **columns: Any) -> dict[str, Any]:
    """An insured spell of person "a", reported when it happened."""
    return {
        "spell_id": spell_id,
        "seeker_key": "a",
        "start_date": start,
        "end_date": end,
        "start_reported_date": start,
        "end_reported_date": end,
        "insurance_type_code": "REGULAR",
        "occupation_code": "0231",
        "wage_krw_month": 2_500_000,
    } | columns
