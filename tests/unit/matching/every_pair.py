"""The oracle of matching: one person against all postings, every condition straight from its definition.

Do not put here: anything of the product's own conditions (matching/eligibility.py).
"""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lake.reference import distances_km, read_regions
from matching.market import PostingMarket
from matching.vectors import DIMENSIONS

NEAR_KM = 45.0
TIMES = {"10": "full", "20": "full", "11": "part", "21": "part"}
REGIONS = [region.code for region in read_regions()]


def find_near(home: str) -> set[str]:
    """The home region and those whose offices are within 45 km of its own."""
    if home not in REGIONS:
        return {home}
    return {code for code, away in zip(REGIONS, distances_km()[REGIONS.index(home)], strict=True) if away <= NEAR_KM}


class EveryPair:
    """Postings by id, and for a person which of them may be taken and which fit best."""

    def __init__(self, postings: pa.Table, as_of: datetime.date) -> None:
        """Read the postings row by row."""
        rows = sorted(postings.to_pylist(), key=lambda row: row["posting_id"])
        self.ids = [row["posting_id"] for row in rows]
        self.region = np.array([row["region_code"] or "" for row in rows], str)
        self.education = np.array([row["min_education_code"] or "00" for row in rows], str)
        self.months = np.array([self.ask_months(row) for row in rows], int)
        self.licence = np.array([(row["required_certificate_name"] or "").strip() for row in rows], str)
        self.wage = np.array([row["wage_min_krw_month"] or 10**9 for row in rows], int)
        self.time = np.array([TIMES.get(row["employment_type_code"], "") for row in rows], str)
        self.is_open = np.array([row["closing_date"] is None or row["closing_date"] >= as_of for row in rows], bool)

    @staticmethod
    def ask_months(row: dict[str, Any]) -> int:
        """Months of work that a posting asks for."""
        months = row["min_career_months"] or 0
        return {"E": max(months, 1), None: months}.get(row["career_code"], 0)

    def find_eligible(self, seeker: dict[str, Any]) -> npt.NDArray[np.bool_]:
        """Which postings (m,), by id, the person may take."""
        wishes = {seeker[f"wanted_region_code_{place}"] for place in (1, 2, 3)} - {None}
        home = seeker["home_region_code"]
        reach = wishes or (find_near(home) if home else set())
        held = (seeker["certificate_names_text"] or "").split(";")
        months, wish = seeker["career_months"], seeker["wanted_wage_krw_month"]
        eligible = self.is_open & np.isin(self.licence, [*held, ""]) & (self.wage * 100 >= (wish or 0) * 80)
        eligible &= ~np.isin(self.ids, (seeker["applied_posting_ids_text"] or "").split(";"))
        if reach:
            eligible &= np.isin(self.region, [*reach, ""])
        if seeker["education_code"]:
            eligible &= self.education <= seeker["education_code"]
        if time := TIMES.get(seeker["wanted_employment_type_code"]):
            eligible &= np.isin(self.time, [time, ""])
        return eligible & (self.months <= (10**9 if months is None else months))

    def search(
        self, seekers: pa.Table, market: PostingMarket, queries: npt.NDArray[np.float32], top: int
    ) -> tuple[list[list[str]], list[int]]:
        """The ids of the best `top` of each person, best first, and how many each may take."""
        place = {name: number for number, name in enumerate(market.posting_ids.to_pylist())}
        vectors = np.array(
            [market.vectors[place[name]] if name in place else np.zeros(DIMENSIONS) for name in self.ids]
        ).reshape(-1, DIMENSIONS)
        steps = np.floor((queries.astype(np.float64) @ vectors.T.astype(np.float64)) / 1e-6 + 0.5)
        best, counts = [], []
        for number, seeker in enumerate(seekers.to_pylist()):
            eligible = np.flatnonzero(self.find_eligible(seeker))
            # ids are sorted: ties go to the lower
            order = eligible[np.argsort(-steps[number, eligible], kind="stable")]
            best.append([self.ids[posting] for posting in order[:top]] if queries[number].any() else [])
            counts.append(len(eligible))
        return best, counts
