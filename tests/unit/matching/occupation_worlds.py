"""Worker surveys whose best occupation is known, and how their model is asked."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from lake.contracts.answers import SEEKER_OCCUPATIONS
from lake.contracts.render import arrow_schema
from lake.contracts.silver import INSTRUMENT_SCALES, SCALE_NAMES
from lake.device import Device
from matching import occupations
from matching.heads import Kin, list_groups
from matching.occupation_facts import OccupationFacts
from matching.occupation_model import OccupationModel
from matching.twins import list_siblings

AS_OF = datetime.date(2026, 1, 6)
INTERESTS, APTITUDES = INSTRUMENT_SCALES["interest"], INSTRUMENT_SCALES["aptitude"]
# A nurse is social, an engineer investigative, a welder realistic and mechanical, an actor artistic.
TRAITS = {
    "3040": "interest_social",
    "1520": "interest_investigative",
    "8240": "aptitude_mechanical",
    "4160": "interest_artistic",
}
CODES = ("0131", "0132", "1520", "1521", "3040", "4160", "8240")
NO_WISH = {"wanted_occupation_code_1": None}


def make_surveys(
    people: int = 200, absent: Sequence[str] = (), traits: Mapping[str, str] = TRAITS, lift: float = 30
) -> pa.Table:
    """`people` workers of each occupation, `lift` points (2.5 deviations) up on the trait of the occupation."""
    random = np.random.default_rng(1)
    codes = np.repeat(list(traits), people)
    scores = 100 + 12 * random.standard_normal((len(codes), len(SCALE_NAMES)))
    for row, code in enumerate(codes):
        scores[row, SCALE_NAMES.index(traits[code])] += lift
    columns = {name: pa.array(scores[:, place]) for place, name in enumerate(SCALE_NAMES)}
    columns |= {name: pa.nulls(len(codes), pa.float64()) for name in absent}
    return pa.table({"occupation_code": pa.array(codes, pa.string()), **columns})


def scores_of(trait: str, scales: Sequence[str] = SCALE_NAMES) -> dict[str, Any]:
    """A person's test: 130 on one scale, 100 on the others."""
    return {name: 130.0 if name == trait else 100.0 for name in scales}


def make_kin(codes: Sequence[str], twins: Collection[frozenset[str]] = ()) -> Kin:
    """The groups and siblings of `codes`, ascending, and which of them are twins."""
    model = OccupationModel.learn(make_surveys(0), codes)
    siblings = list_siblings(model)
    pairs = zip(siblings.first, siblings.second, strict=True)
    is_twin = np.array([frozenset({model.codes[one], model.codes[other]}) in twins for one, other in pairs], bool)
    return Kin(list_groups(model), siblings, is_twin)


def make_facts(
    codes: Sequence[str], titles: Sequence[Mapping[str, Any]] = (), cells: Sequence[Mapping[str, Any]] = ()
) -> OccupationFacts:
    """The facts of gold__occupations and gold__labour_market rows; a cell has ten seekers if it does not say."""
    text, number = pa.string(), pa.float64()
    title = pa.schema([("occupation_code", text), ("typical_education_code", text)])
    cell = pa.schema(
        [("occupation_code", text), ("region_code", text), ("tightness_ratio", number)]
        + [("wage_median_krw_month", pa.int32()), ("seekers_count", pa.int32())]
    )
    return OccupationFacts.from_arrow(
        pa.Table.from_pylist([dict(row) for row in titles], schema=title),
        pa.Table.from_pylist([{"seekers_count": 10} | dict(row) for row in cells], schema=cell),
        codes,
    )


def match(
    seekers: pa.Table,
    model: OccupationModel,
    *,
    batch: int = 8192,
    facts: OccupationFacts | None = None,
    device: Device | None = None,
) -> list[dict[str, Any]]:
    """The answers of `seekers`, checked to have the contract's columns."""
    night = occupations.OccupationNight(AS_OF, model, facts or make_facts(model.codes), "test-1")
    batches = iter(seekers.to_batches(max_chunksize=batch))
    answers = list(occupations.match_batches(batches, night, device=device))
    assert all(answer.schema.equals(arrow_schema(SEEKER_OCCUPATIONS)) for answer in answers)
    rows: list[dict[str, Any]] = pa.Table.from_batches(answers).to_pylist()
    return rows
