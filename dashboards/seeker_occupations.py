"""The published five occupations of one person, with name, usual education and outlook of each.

Look-ups only; explain.py puts the answers together. What rests on fewer than ten people is left out. Do not put here:
sentences (occupation_words.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow.dataset as pads

from dashboards.catalog import published
from dashboards.few_people import hide_few
from dashboards.lookups import Row, list_places, occupations_by_code, split_codes
from dashboards.suppression import SMALLEST_SHOWN
from lake import tables
from lake.contracts import features, gold
from lake.contracts.answers import PLACES
from lake.publication import Pointer
from lake.settings import Settings

_STORED = (
    "score_0_1",
    "past_nearness_0_1",
    "education_fit_code",
    "tightness_ratio",
    "wage_median_krw_month",
)
_STORED_CODES = ("trait_codes", "unlike_trait_codes", "twin_codes")
_FACTS = (
    "occupation_name",
    "typical_education_code",
    "open_postings_count",
    "openings_count",
    "same_people_hires_12m_count",
    "same_people_hires_prior_12m_count",
    "outlook_code",
)
_PEOPLE: dict[str, tuple[str, ...]] = {"same_people_hires_12m_count": (), "same_people_hires_prior_12m_count": ()}
_REGION = ("wanted_region_code_1", "home_region_code")
"""Whose market a place tells: the first wished region's, else that of home (matching/occupations.py)."""
_SAME_RATIO = 1e-6


def occupations(settings: Settings, pointer: Pointer, row: Row) -> Row:
    """Up to five places; `twins` are the occupations that share a place, as code and name.

    `hidden` names the facts of a place that rest on fewer than ten people: they are None.
    """
    places = list_places(row, "occupation_code", (*_STORED, *_STORED_CODES), PLACES)
    for place in places:
        place |= {name: split_codes(place[name]) for name in _STORED_CODES}
    named = [code for place in places for code in (place["occupation_code"], *place["twin_codes"])]
    details = occupations_by_code(settings, pointer, named)
    seekers = _seekers(settings, pointer, row["seeker_key"], places)
    for place in places:
        detail = details.get(place["occupation_code"], {})
        place |= hide_few({name: detail.get(name) for name in _FACTS}, _PEOPLE)
        if place["tightness_ratio"] is not None and seekers.get(place["occupation_code"], 0) < SMALLEST_SHOWN:
            place |= {"tightness_ratio": None, "hidden": [*place["hidden"], "tightness_ratio"]}
        place["twins"] = [
            {"occupation_code": code, "occupation_name": details.get(code, {}).get("occupation_name")}
            for code in place["twin_codes"]
        ]
    head = {name: row[name] for name in ("answer_code", "basis_code", "model_version")}
    return {**head, "unused_test_codes": split_codes(row["unused_test_codes"]), "places": places}


def _seekers(settings: Settings, pointer: Pointer, key: str, places: Sequence[Row]) -> dict[str, int]:
    """Occupation → seekers in the person's region on whom the stored ratio rests; absent where that is not known.

    A cell with another ratio is of another night: then nobody knows how many the stored one rests on.
    """
    sources = (features.SEEKERS.id, gold.LABOUR_MARKET.id)
    if not all(tables.exists(settings, table_id) for table_id in sources):
        return {}
    people, market = (published(settings, pointer, table_id) for table_id in sources)
    person = people.to_table(columns=list(_REGION), filter=pads.field("seeker_key") == key).to_pylist()
    region = next((one[name] for one in person for name in _REGION if one[name] is not None), None)
    ratios = {place["occupation_code"]: place["tightness_ratio"] for place in places}
    is_own = (pads.field("region_code") == region) & pads.field("occupation_code").isin(list(ratios))
    cells = market.to_table(filter=is_own).to_pylist() if region is not None and ratios else []
    return {
        cell["occupation_code"]: cell["seekers_count"] or 0
        for cell in cells
        if _is_same(cell["tightness_ratio"], ratios[cell["occupation_code"]])
    }


def _is_same(ratio: float | None, stored: float | None) -> bool:
    return ratio is not None and stored is not None and abs(ratio - stored) <= _SAME_RATIO * max(1.0, abs(stored))
