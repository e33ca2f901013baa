"""Lists of Korea that ship with the product: occupations (KECO 2018), regions (시도), skills (NCS 세분류), holidays.

Codes and names are facts, restated here in our own layout; coordinates are the province's office and serve for
distances between provinces. `basis` of a skill says whether code and name were seen in public data (`seen`) or
written down from memory (`recalled`: check with ncs.go.kr before a citizen relies on the name). Public holidays are
those of 관공서의 공휴일에 관한 규정 with substitute, election and temporary days, as python-holidays 0.109 (MIT)
computes them for 2025 to 2028; a day that is declared later is one more line. Do not put here: closed lists that a
contract column checks (`lake/contracts/codes.py`), anything measured or personal.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0


@dataclass(frozen=True)
class Region:
    """One 시도: code, names, where its office stands, which provinces border it."""

    code: str
    name: str
    short_name: str
    latitude: float
    longitude: float
    neighbour_codes: tuple[str, ...]


@dataclass(frozen=True)
class Skill:
    """One NCS 세분류 (8 digits)."""

    code: str
    name: str
    basis: str


def _rows(name: str) -> list[dict[str, str]]:
    with files(__package__).joinpath(name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@cache
def read_occupations() -> dict[str, str]:
    """KECO 2018 unit groups, code → name, in code order (military codes are not part of it)."""
    return {row["occupation_code"]: row["occupation_name"] for row in _rows("keco_2018.csv")}


@cache
def read_regions() -> tuple[Region, ...]:
    """The 17 시도 in code order."""
    return tuple(
        Region(
            code=row["region_code"],
            name=row["region_name"],
            short_name=row["short_name"],
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            neighbour_codes=tuple(code for code in row["neighbour_codes"].split(";") if code),
        )
        for row in _rows("regions.csv")
    )


@cache
def distances_km() -> tuple[tuple[float, ...], ...]:
    """Kilometres between the offices of the 17 시도, in code order both ways; 0 to itself."""
    places = [(radians(region.latitude), radians(region.longitude)) for region in read_regions()]
    return tuple(tuple(_great_circle_km(one, other) for other in places) for one in places)


def _great_circle_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The haversine formula on a sphere; to the metre, so that no machine's last digit shows."""
    half = sin((other[0] - one[0]) / 2) ** 2 + cos(one[0]) * cos(other[0]) * sin((other[1] - one[1]) / 2) ** 2
    return round(2 * EARTH_RADIUS_KM * asin(sqrt(half)), 3)


@cache
def read_skills() -> tuple[Skill, ...]:
    """The NCS 세분류 used as skill vocabulary, in code order."""
    return tuple(Skill(row["skill_code"], row["skill_name"], row["basis"]) for row in _rows("ncs.csv"))


@cache
def read_holidays() -> dict[date, str]:
    """Public holidays of Korea in the years that the list covers, in order of date → name."""
    return {date.fromisoformat(row["holiday_date"]): row["holiday_name"] for row in _rows("holidays.csv")}
