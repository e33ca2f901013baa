"""Occupations through the engine: a function that carries only paths gives the answers of this process."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lake.contracts.registry import table
from lake.contracts.render import spark_schema
from lake.contracts.silver import SCALE_NAMES
from matching import occupations
from matching.occupation_model import ensure_occupation_model
from tests.engine.conftest import AS_OF, arrow_rows

pytestmark = pytest.mark.engine
Frame = Callable[..., Any]


@pytest.fixture
def mapper(tmp_path: Path) -> partial[Any]:
    """The function of matches__seeker_occupations; 100 social workers and 100 welders were surveyed."""
    workers = [{name: 100.0 + number % 7 for name in SCALE_NAMES} for number in range(100)]
    surveys = [
        row | {"occupation_code": "0231", "interest_social": 130.0 + number % 5} for number, row in enumerate(workers)
    ]
    surveys += [row | {"occupation_code": "8240", "aptitude_mechanical": 130.0} for row in workers]
    ensure_occupation_model(arrow_surveys(surveys), ("0231", "8240"), tmp_path / "model")
    files = tmp_path / "titles.parquet", tmp_path / "cells.parquet"
    title = {"occupation_code": "0231", "occupation_name": "사회복지사", "typical_education_code": "05"}
    cell = {"month": "2026-11", "occupation_code": "0231", "region_code": "11", "tightness_ratio": 0.25}
    cell |= {"seekers_count": 12}
    pq.write_table(arrow_rows("gold__occupations", [title]), files[0])
    pq.write_table(arrow_rows("gold__labour_market", [cell]), files[1])
    return partial(occupations.match_from_files, folder=tmp_path / "model", facts=files, as_of=AS_OF, device="cpu")


def arrow_surveys(rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as silver__worker_surveys holds them, but for what the model does not read."""
    return pa.table({name: [row[name] for row in rows] for name in ("occupation_code", *SCALE_NAMES)})


def test_engine_answers_everybody_who_did_not_opt_out(frame: Frame, mapper: partial[Any]) -> None:
    seeker = {"education_code": "03", "home_region_code": "11"}
    people = frame(
        "features__seekers",
        seeker | {"seeker_key": "social", "interest_social": 131.0, "wanted_occupation_code_1": "8240"},
        seeker | {"seeker_key": "careless", "unused_test_codes": "interest:TOO_FAST", "last_occupation_code": "0231"},
        seeker | {"seeker_key": "out", "interest_social": 131.0, "is_opted_out": True},
    )
    answers = people.select(*occupations.OCCUPATION_COLUMNS).mapInArrow(
        mapper, spark_schema(table("matches__seeker_occupations"))
    )
    rows = {row.seeker_key: row for row in answers.collect()}
    assert {key: row.answer_code for key, row in rows.items()} == {"social": "OK", "careless": "CONTRADICTORY_TEST"}
    social = rows["social"]
    assert (social.occupation_code_1, social.trait_codes_1, social.basis_code) == (
        "0231",
        "interest_social:HIGH",
        "TEST_AND_HISTORY",
    )
    assert (social.education_fit_code_1, social.tightness_ratio_1, social.wage_median_krw_month_1) == (
        "BELOW",
        0.25,
        None,
    )
    assert (social.occupation_code_2, social.past_nearness_0_1_2, social.occupation_code_3) == ("8240", None, None)
