"""The published five occupations of one person, with name, usual education and outlook of each.

Look-ups only; explain.py puts the answers together. What rests on fewer than ten people is left out. Do not put here:
sentences (occupation_words.py).
"""

from __future__ import annotations

from dashboards.few_people import hide_few
from dashboards.lookups import Row, list_places, occupations_by_code, split_codes
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


def occupations(settings: Settings, pointer: Pointer, row: Row) -> Row:
    """Up to five places; `twins` are the occupations that share a place, as code and name.

    `hidden` names the facts of a place that rest on fewer than ten people: they are None.
    """
    places = list_places(row, "occupation_code", (*_STORED, *_STORED_CODES), PLACES)
    for place in places:
        place |= {name: split_codes(place[name]) for name in _STORED_CODES}
    named = [code for place in places for code in (place["occupation_code"], *place["twin_codes"])]
    details = occupations_by_code(settings, pointer, named)
    for place in places:
        detail = details.get(place["occupation_code"], {})
        place |= hide_few({name: detail.get(name) for name in _FACTS}, _PEOPLE)
        place["twins"] = [
            {"occupation_code": code, "occupation_name": details.get(code, {}).get("occupation_name")}
            for code in place["twin_codes"]
        ]
    head = {name: row[name] for name in ("answer_code", "basis_code", "model_version")}
    return {**head, "unused_test_codes": split_codes(row["unused_test_codes"]), "places": places}
