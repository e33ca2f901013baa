"""How often a simulated worker's own occupation is among the five: printed for infra/benchmarks/occupations.md."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from lake.contracts.silver import INSTRUMENT_SCALES, SCALE_NAMES
from lake.sources.simulated import lists
from lake.sources.simulated.world import Size, World, make_world
from matching.occupation_model import OccupationModel
from matching.occupations import OCCUPATION_COLUMNS, OccupationNight, match_batches
from tests.unit.matching.occupation_worlds import AS_OF, make_facts

TAUGHT_SHARE = 0.8
ASKED = {
    "all 35": SCALE_NAMES,
    **INSTRUMENT_SCALES,
    "interest and aptitude": (*INSTRUMENT_SCALES["interest"], *INSTRUMENT_SCALES["aptitude"]),
    "every second": SCALE_NAMES[::2],
}


def survey_rows(world: World) -> pa.Table:
    """Occupation and scales of the simulated worker survey; its last columns before the skills are the scales."""
    sent = lists.worker_surveys(world)
    headers = [name for name in sent.column_names if name.split("_")[0] in ("흥미", "적성", "가치", "성격")]
    scales = {name: sent[header].cast(pa.float64()) for name, header in zip(SCALE_NAMES, headers, strict=True)}
    return pa.table({"occupation_code": sent["직업코드"], **scales})


@pytest.fixture(scope="module")
def split() -> tuple[OccupationModel, pa.Table]:
    """The model of the first 80 % of each occupation's workers, and the others."""
    rows = survey_rows(make_world(1, date(2026, 11, 20), Size(1_000, 1_000, 1_000, 1)))
    occupations = len(set(rows["occupation_code"].to_pylist()))
    number = np.arange(rows.num_rows) // occupations  # workers come one an occupation, again and again
    is_taught = number < TAUGHT_SHARE * (number.max() + 1)
    model = OccupationModel.learn(rows.filter(pa.array(is_taught)), rows["occupation_code"].to_pylist())
    return model, rows.filter(pa.array(~is_taught))


@pytest.mark.parametrize("asked", ASKED)
def test_workers_find_their_occupation(
    asked: str, split: tuple[OccupationModel, pa.Table], capsys: pytest.CaptureFixture[str]
) -> None:
    model, workers = split
    columns = {name: pa.nulls(workers.num_rows, pa.string()) for name in OCCUPATION_COLUMNS}
    columns |= {name: pa.nulls(workers.num_rows, pa.float64()) for name in SCALE_NAMES}
    columns |= {name: workers[name].combine_chunks() for name in ASKED[asked]}
    columns |= {"seeker_key": pa.array([f"{n:032x}" for n in range(workers.num_rows)])}
    columns |= {"is_opted_out": pa.array(np.zeros(workers.num_rows, bool))}
    block = pa.RecordBatch.from_pydict({name: columns[name] for name in OCCUPATION_COLUMNS})
    night = OccupationNight(AS_OF, model, make_facts(model.codes), model.version)
    made = pa.Table.from_batches(list(match_batches(iter([block]), night)))
    own = np.array(workers["occupation_code"].to_pylist(), dtype=object)
    heads = [np.array(made[f"occupation_code_{place}"].to_pylist(), dtype=object) == own for place in range(1, 6)]
    twins = [
        np.array([code in (named or "").split("|") for code, named in zip(own, made[name].to_pylist(), strict=True)])
        for name in (f"twin_codes_{place}" for place in range(1, 6))
    ]
    found, with_twins = np.any(heads, axis=0), np.any([*heads, *twins], axis=0)
    with capsys.disabled():
        print(  # noqa: T201 - a benchmark's result is what it prints
            f"\n{asked}: {len(own):,} workers, hit@1 {heads[0].mean():.3f}, among five {found.mean():.3f}, "
            f"heads or twins {with_twins.mean():.3f}"
        )
    assert with_twins.mean() > 5 / len(model.codes)
