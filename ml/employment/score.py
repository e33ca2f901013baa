"""Score everyone (makes the rows of scores__employment_probability): Arrow batches in, Arrow batches out.

Abstains with a reason on people in work and on thin files. Reasons are the model's own terms less those of the
peers' usual values, so usual_logit + reasons + other_logit is raw_logit. Do not put here: training, what can be
changed (changes.py), or text (dashboards/texts).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lake.batches import gather
from lake.contracts.answers import EMPLOYMENT_PROBABILITY, REASONS
from lake.contracts.render import arrow_schema
from lake.device import open_device
from ml import registry
from ml.additive.change import change_logit
from ml.additive.encode import encode_table
from ml.additive.model import AdditiveModel
from ml.additive.reasons import References
from ml.additive.score import Scores, probability_from_logit, score_batch
from ml.employment.changes import Options, changes_of, read_options
from ml.employment.guard import check_for_night
from ml.employment.inputs import input_names
from ml.employment.peers import Cells, PeerTable, read_peers, shown_values

BLOCK_ROWS = 131_072
NO_MODEL = "none"
_SCHEMA = arrow_schema(EMPLOYMENT_PROBABILITY)
_THIN = ("education_code", "wanted_occupation_code_1", "resume_completeness_pct")
_BESIDES = (
    "seeker_key",
    "is_employed",
    "wanted_occupation_code_1",
    "career_occupation_code",
    "wanted_region_code_1",
    "wanted_region_code_2",
    "wanted_region_code_3",
    "wanted_wage_krw_month",
    "certificate_names_text",
)
COURSE_COLUMNS = ("session_id_1", "missing_skill_codes")
"""Of matches__seeker_courses: the course that the change is about, and what the wanted occupation lacks."""


@dataclass(frozen=True)
class Night:
    """What every batch of a night is scored with; files are exports of the tables they are named after.

    `registry_folder` None means that there is no model: every row says `silent_answer`.
    """

    as_of: date
    device: str
    registry_folder: str | None
    silent_answer: str
    peers_file: Path
    postings_file: Path
    market_file: Path
    uses_age: bool = False


@dataclass(frozen=True, eq=False)
class _Opened:
    model: AdditiveModel
    peers: PeerTable
    options: Options


def score_columns(*, uses_age: bool) -> tuple[str, ...]:
    """Columns of features__seekers that scoring reads."""
    return tuple(dict.fromkeys((*_BESIDES, *input_names(uses_age=uses_age))))


def score_batches(batches: Iterator[pa.RecordBatch], night: Night) -> Iterator[pa.RecordBatch]:
    """Rows of the contract for rows of features__seekers (score_columns) joined with COURSE_COLUMNS."""
    opened = _open(night) if night.registry_folder else None
    for people in gather(batches, BLOCK_ROWS):
        yield from (_unscored(people, night) if opened is None else score_table(people, opened, night)).to_batches()


@lru_cache(maxsize=2)
def _open(night: Night) -> _Opened:
    """The served model and its tables, loaded once a process; a model that must not answer tonight is refused."""
    model = registry.current(Path(str(night.registry_folder)))
    check_for_night(model, night.as_of, uses_age=night.uses_age)
    return _Opened(model, read_peers(model, night.peers_file), read_options(night.postings_file, night.market_file))


def score_table(people: pa.Table, opened: _Opened, night: Night) -> pa.Table:
    """Rows of the contract for one block of people."""
    model, device = opened.model, open_device(night.device)
    cell = opened.peers.cell_of(people)
    encoded = encode_table(people, model.features)
    references = References(opened.peers.usual, cell)
    scores = score_batch(model, encoded, device.xp, with_contributions=False, references=references)
    answer = answer_codes(people)
    silent = answer != "OK"
    columns: dict[str, Any] = {"answer_code": pa.array(answer, pa.string())}
    for name, values in (("probability", scores.probability), ("low", scores.low), ("high", scores.high)):
        columns[f"{name}_0_1"] = pa.array(np.round(_host(values), 6), mask=silent)
    columns["peer_group"] = opened.peers.groups.take(pa.array(cell, mask=silent))
    columns["peers_count"] = opened.peers.peers_count.take(pa.array(cell, mask=silent))
    columns |= _logits(scores, silent) | _reasons(people, opened, scores, (cell, silent))
    columns |= _changed(people, opened, (_host(scores.logit), encoded), silent)
    columns["missing_skill_codes"] = _unless(silent, people["missing_skill_codes"].combine_chunks())
    return _assemble(columns, people, night, model.model_version)


def answer_codes(people: pa.Table) -> npt.NDArray[np.object_]:
    """OK, or why there is no number (n,): in work, or too little is known to tell the person from any other."""
    employed = np.asarray(pc.fill_null(people["is_employed"], False))
    thin = np.ones(people.num_rows, dtype=bool)
    for name in _THIN:
        thin &= np.asarray(pc.is_null(people[name]))
    for name in ("spells_3y_count", "certificates_count", "trainings_3y_count"):
        thin &= np.asarray(pc.fill_null(people[name], 0)) == 0
    return np.where(employed, "CURRENTLY_EMPLOYED", np.where(thin, "THIN_FILE", "OK")).astype(object)


def _logits(scores: Scores, silent: npt.NDArray[np.bool_]) -> dict[str, pa.Array]:
    """raw, usual and other, each rounded so that the stored parts add up to the stored whole."""
    raw, usual = np.round(_host(scores.logit), 6), np.round(_host(scores.baseline), 6)
    told = sum(
        np.round(_host(values)[:, place].astype(np.float64), 6)
        for values in (scores.positive_values, scores.negative_values)
        for place in range(REASONS)
    )
    parts = {"raw_logit": raw, "usual_logit": usual, "other_logit": np.round(raw - usual - told, 6)}
    return {name: pa.array(values, mask=silent) for name, values in parts.items()}


def _reasons(
    people: pa.Table, opened: _Opened, scores: Scores, where: tuple[Cells, npt.NDArray[np.bool_]]
) -> dict[str, pa.Array]:
    """The columns of up to three reasons on each side."""
    own = {feature.name: shown_values(feature, people[feature.name]) for feature in opened.model.features}
    sides = (
        ("for", _host(scores.positive_terms), _host(scores.positive_values)),
        ("against", _host(scores.negative_terms), _host(scores.negative_values)),
    )
    columns: dict[str, pa.Array] = {}
    for side, terms, values in sides:
        for place in range(REASONS):
            name = f"reason_{side}_{place + 1}"
            columns |= _reason(opened, own, name, (terms[:, place], values[:, place], *where))
    return columns


def _reason(
    opened: _Opened,
    own: dict[str, pa.Array],
    name: str,
    chosen: tuple[npt.NDArray[Any], npt.NDArray[Any], Cells, npt.NDArray[np.bool_]],
) -> dict[str, pa.Array]:
    """The four columns of one reason; rows without that many reasons are null."""
    model = opened.model
    terms, values, cell, silent = chosen
    absent = silent | (terms < 0)
    index = pa.array(np.where(absent, 0, terms).astype(np.int32), mask=absent)
    first = np.array([term.feature_indices[0] for term in model.terms])
    shown = pa.nulls(len(terms), pa.string())
    for position, term in enumerate(model.terms):
        here = pa.array((terms == position) & ~absent)
        shown = pc.if_else(here, own[model.features[term.feature_indices[0]].name], shown)
    return {
        f"{name}_code": pa.array(model.term_names).take(index),
        f"{name}_logit": pa.array(np.round(values.astype(np.float64), 6), mask=absent),
        f"{name}_value": shown,
        f"{name}_reference": opened.peers.texts(cell, first[np.where(absent, 0, terms)], absent),
    }


def _changed(
    people: pa.Table, opened: _Opened, scored: tuple[npt.NDArray[np.float64], Any], silent: npt.NDArray[np.bool_]
) -> dict[str, pa.Array]:
    """The columns of what could be changed; null where a change does not apply."""
    raw, encoded = scored
    columns: dict[str, pa.Array] = {}
    for change in changes_of(people, opened.options):
        absent = silent | ~change.applies
        moved = change_logit(opened.model, encoded, np, {change.feature: np.asarray(change.value, dtype=np.float64)})
        probability = np.round(probability_from_logit(opened.model, raw + moved, np), 6)
        columns[f"change_{change.name}_0_1"] = pa.array(probability, mask=absent)
        if change.told_as and change.told is not None:
            columns[change.told_as] = _unless(absent, change.told)
    return columns


def _unless(absent: npt.NDArray[np.bool_], values: pa.Array) -> pa.Array:
    return pc.if_else(pa.array(absent), pa.nulls(len(values), values.type), values)


def _unscored(people: pa.Table, night: Night) -> pa.Table:
    return _assemble({"answer_code": pa.array([night.silent_answer] * people.num_rows)}, people, night, NO_MODEL)


def _assemble(columns: dict[str, pa.Array], people: pa.Table, night: Night, model_version: str) -> pa.Table:
    rows = people.num_rows
    zeros = pa.array(np.zeros(rows, np.int32))
    columns |= {
        "as_of": pa.array([night.as_of], pa.date32()).take(zeros),
        "seeker_key": people["seeker_key"],
        "model_version": pa.array([model_version]).take(zeros),
    }
    arrays = [columns.get(field.name, pa.nulls(rows, field.type)) for field in _SCHEMA]
    return pa.table(arrays, names=_SCHEMA.names).cast(_SCHEMA)


def _host(values: Any) -> npt.NDArray[Any]:
    """An array of either device as numpy."""
    return np.asarray(values.get() if hasattr(values, "get") else values)
