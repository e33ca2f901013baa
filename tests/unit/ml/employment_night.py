"""A small night to score: a hand-made model, usual values, postings and a market, one person; no test stands here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lake.contracts.features import PEER_REFERENCES, SEEKERS
from lake.contracts.gold import LABOUR_MARKET
from lake.contracts.render import arrow_schema
from ml import registry
from ml.additive import AdditiveModel
from ml.employment.score import Night, score_batches, score_columns
from tests.unit.ml.employment_people import categorical, make_model, numeric

AS_OF = date(2026, 11, 20)
SERVE = registry.Decision(True, "test", "2026-11-20T00:00:00Z")
COURSES = {"session_id_1": pa.string(), "missing_skill_codes": pa.string()}

PERSON: dict[str, Any] = {
    "seeker_key": "a" * 32,
    "is_employed": False,
    "wanted_occupation_code_1": "0231",
    "wanted_region_code_1": "11",
    "home_region_code": "26",
    "wanted_wage_krw_month": 2_500_000,
    "career_months": 40,
    "education_code": "05",
    "is_same_occupation": False,
    "wage_wish_ratio": 1.25,
    "certificates_count": 2,
    "certificate_names_text": "용접;한식",
    "trainings_3y_count": 0,
    "wanted_regions_count": 1,
    "resume_completeness_pct": 60.0,
    "market_hires_ratio": 0.5,
    "session_id_1": "S1",
    "missing_skill_codes": "0101|0102",
}
"""Whose logit is -1 +0.5 +0.75 -1 -2 +0.2 -0.1 -0.2 +0 -0.6 -0.2 = -3.65 by `night_model`."""

USUAL = {"is_same_occupation": True, "wage_wish_ratio": 1.05, "trainings_3y_count": 0, "wanted_regions_count": 1}
PEERS = (
    {"peer_group": "*|*", "peers_count": 1_000, "career_months": 36, "education_code": "03", "home_region_code": "11"}
    | {"certificates_count": 1, "resume_completeness_pct": 60.0, "market_hires_ratio": 0.9},
    {"peer_group": "02|*", "peers_count": 400, "career_months": 72, "education_code": "03", "home_region_code": "11"},
    {"peer_group": "02|11", "peers_count": 200, "career_months": 60, "education_code": "03", "home_region_code": "11"},
    {"peer_group": "0231|*", "peers_count": 90, "career_months": 48, "education_code": "05", "home_region_code": "11"},
    {"peer_group": "0231|11", "peers_count": 40, "career_months": 12, "education_code": "05", "home_region_code": "26"}
    | {"certificates_count": 2, "resume_completeness_pct": 60.0, "market_hires_ratio": 0.5},
)
"""Those next to PERSON: logit -1 -0.5 +0.75 +1 +0.125 +0.2 -0.1 -0.2 +0 = 0.275, and +0.6 of the country's market."""

POSTINGS = (("0231", "지게차", 3), ("0231", "용접", 2), ("0231", "굴착", 2), ("0231", "한식", 1), ("0232", "한식", 1))
MARKET = (("0231", "28", 10, 0), ("0231", "41", 30, 80), ("0232", "28", 3, 10), ("0232", "41", 30, 80))
"""Occupation, region, hires, seekers. 10 / (0 + 20) = 0.5 before 30 / (80 + 20) = 0.3; and 3 / 30 = 0.1 after 0.3."""


def night_model() -> AdditiveModel:
    """Ten inputs; each row of scores is missing, then from low to high (or the codes, then other)."""
    return make_model(
        [
            (numeric("career_months", [24]), [0, -0.5, 0.5]),
            (categorical("education_code", ("03", "05")), [0, -0.25, 0.75, -1]),
            (numeric("is_same_occupation", [0.5]), [0, -1, 1]),
            (numeric("wage_wish_ratio", [1.2]), [0, 0.125, -2]),
            (numeric("certificates_count", [0.5, 1.5, 2.5]), [0, -0.3, 0, 0.2, 0.4]),
            (numeric("trainings_3y_count", [0.5]), [0, -0.1, 0.1]),
            (numeric("wanted_regions_count", [1.5, 2.5]), [0, -0.2, 0.1, 0.15]),
            (numeric("resume_completeness_pct", [50, 99]), [0, -0.4, 0, 0.3]),
            (numeric("market_hires_ratio", [0.8], factor="market"), [0, -0.6, 0.6]),
            (categorical("home_region_code", ("11", "26"), factor="market"), [0, 0.2, -0.2, 0]),
        ],
        intercept=-1.0,
    )


def write_files(folder: Path) -> dict[str, Path]:
    """Exports of the tables that a night reads besides people, by the names that Night gives them."""
    rows = [{"as_of": AS_OF, **USUAL, **group} for group in PEERS]
    peers = pa.Table.from_pylist(rows, schema=arrow_schema(PEER_REFERENCES))
    asked = [(code, name) for code, name, count in POSTINGS for _ in range(count)] + [("0231", None)] * 9
    postings = {
        "occupation_code": [code for code, _ in asked],
        "required_certificate_name": [name for _, name in asked],
    }
    names = ("occupation_code", "region_code", "hires_12m_count", "seekers_count")
    schema = arrow_schema(LABOUR_MARKET)
    market = pa.table(
        [
            pa.array(list(values), schema.field(name).type)
            for name, values in zip(names, zip(*MARKET, strict=True), strict=True)
        ],
        names=list(names),
    )
    files = {"peers_file": peers, "postings_file": pa.table(postings), "market_file": market}
    for name, table in files.items():
        pq.write_table(table, folder / f"{name}.parquet")
    return {name: folder / f"{name}.parquet" for name in files}


def open_night(folder: Path, model: AdditiveModel | None, **changed: Any) -> Night:
    """A night that answers with this model, or with none."""
    if model is not None:
        registry.register(model, folder / "registry", SERVE)
    given = {"as_of": AS_OF, "device": "cpu", "silent_answer": "NO_MODEL", **write_files(folder), **changed}
    return Night(registry_folder=None if model is None else str(folder / "registry"), **given)


def people_table(*people: Mapping[str, Any]) -> pa.Table:
    """Rows as the scorer gets them; columns that are not named are null."""
    seekers = arrow_schema(SEEKERS)
    types = {name: seekers.field(name).type for name in score_columns(uses_age=True)} | COURSES
    columns = {name: pa.array([person.get(name) for person in people], kind) for name, kind in types.items()}
    return pa.table(columns)


def batches(*people: Mapping[str, Any]) -> Iterator[pa.RecordBatch]:
    """The same as batches."""
    return iter(people_table(*people).to_batches())


def score(night: Night, *people: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of the contract, in the order of people."""
    rows: list[dict[str, Any]] = pa.Table.from_batches(list(score_batches(batches(*people), night))).to_pylist()
    return rows
