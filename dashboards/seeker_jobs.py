"""The published five postings of one person, with what the features of each posting say.

Look-ups only; explain.py puts the answers together. Do not put here: sentences (job_words.py).
"""

from __future__ import annotations

from dashboards.lookups import Row, list_places, occupations_by_code, rows_by_id, split_codes
from lake.contracts import serving
from lake.contracts.answers import PLACES
from lake.publication import Pointer
from lake.settings import Settings

_JOB_SCORES = (
    "score_0_1",
    "fit_0_1",
    "chance_0_1",
    "usefulness_0_1",
    "wage_value_0_1",
    "distance_value_0_1",
    "occupation_value_0_1",
    "permanence_value_0_1",
)
_JOB_CODES = ("met_codes", "open_codes", "pull_codes")


def jobs(settings: Settings, pointer: Pointer, row: Row) -> Row:
    """Up to five postings with what their features say; codes as lists."""
    places = list_places(row, "posting_id", (*_JOB_SCORES, *_JOB_CODES), PLACES)
    details = rows_by_id(settings, pointer, serving.JOB_POSTINGS.id, "posting_id", [p["posting_id"] for p in places])
    occupation_ids = [detail["occupation_code"] for detail in details.values()]
    occupations = occupations_by_code(settings, pointer, occupation_ids)
    names = (
        "title",
        "occupation_code",
        "region_code",
        "wage_min_krw_month",
        "employment_type_code",
        "company_size_code",
        "headcount",
        "closing_date",
    )
    for place in places:
        detail = details.get(place["posting_id"], {})
        place |= {name: detail.get(name) for name in names}
        place["occupation_name"] = occupations.get(str(place["occupation_code"]), {}).get("occupation_name")
        place |= {name: split_codes(place[name]) for name in _JOB_CODES}
    head_names = ("answer_code", "basis_code", "eligible_postings_count", "shared_out_count", "model_version")
    head = {name: row[name] for name in head_names}
    return {**head, "places": places}
