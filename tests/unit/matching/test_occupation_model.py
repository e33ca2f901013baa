"""What is learned from worker surveys: order does not matter, scales may be missing, one format is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from lake.contracts.silver import SCALE_NAMES
from matching.blocks import MatchingInputError
from matching.occupation_model import FORMAT, OccupationModel, ensure_occupation_model, load_occupation_model
from tests.unit.matching.occupation_worlds import CODES, make_surveys


@pytest.fixture(scope="module")
def model() -> OccupationModel:
    return OccupationModel.learn(make_surveys(), CODES)


def test_saved_model_is_the_same_model_and_the_same_bytes(tmp_path: Path, model: OccupationModel) -> None:
    model.save(tmp_path / "a")
    OccupationModel.load(tmp_path / "a").save(tmp_path / "b")
    for name in ("arrays.npz", "model.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert OccupationModel.load(tmp_path / "a").codes == CODES


def spoil(folder: Path) -> None:
    """Make the model in `folder` one of an older format."""
    file = folder / "model.json"
    file.write_text(file.read_text(encoding="utf-8").replace(FORMAT, "occupation-model-0"), encoding="utf-8")


def test_a_model_of_another_format_is_refused(tmp_path: Path, model: OccupationModel) -> None:
    model.save(tmp_path)
    spoil(tmp_path)
    with pytest.raises(MatchingInputError, match="Learn it again"):
        OccupationModel.load(tmp_path)


def test_the_months_model_is_learned_once_and_again_when_its_format_is_old(tmp_path: Path) -> None:
    folder = tmp_path / "2026-01"
    version = ensure_occupation_model(make_surveys(60), CODES, folder)
    assert ensure_occupation_model(make_surveys(0), CODES, folder) == version
    spoil(folder)
    again = ensure_occupation_model(make_surveys(70), CODES, folder)
    assert again != version
    assert load_occupation_model(folder).version == again


def test_learning_does_not_depend_on_the_order_of_workers_and_codes(model: OccupationModel) -> None:
    surveys = make_surveys()
    turned = surveys.take(pa.array(np.random.default_rng(3).permutation(surveys.num_rows)))
    assert OccupationModel.learn(turned, tuple(reversed(CODES))).version == model.version


def test_scales_asked_of_different_workers_make_one_usable_model() -> None:
    """Half of the workers were asked about interests and aptitudes, half about values and personality."""
    surveys = make_surveys()
    is_first = np.arange(surveys.num_rows) % 2 == 0
    for place, name in enumerate(SCALE_NAMES):
        kept = is_first if place < 17 else ~is_first
        surveys = surveys.set_column(place + 1, name, pa.array(surveys[name].to_numpy(), mask=~kept))
    model = OccupationModel.learn(surveys, CODES)
    assert model.is_learned.all()
    assert np.allclose(model.within[:17, 17:], 0)
    # Workers of one occupation deviate by 12 of 15 points: a variance of .64, whoever was asked.
    assert np.diag(model.within) == pytest.approx(np.full(35, 0.64), abs=0.2)
    assert np.linalg.eigvalsh(model.within)[0] > 0
    assert model.answers[CODES.index("3040")].tolist() == [100.0] * 35


def test_an_occupation_without_workers_lies_where_its_group_lies(model: OccupationModel) -> None:
    covered, uncovered = model.means[CODES.index("1520")], model.means[CODES.index("1521")]
    assert np.abs(covered - uncovered).max() < 0.1
    assert model.answers[CODES.index("1521")].tolist() == [0.0] * 35
