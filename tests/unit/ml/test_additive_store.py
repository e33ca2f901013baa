"""Stored models: the same bytes every time, and no changed, truncated or foreign file is ever loaded."""

import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ml.additive import AdditiveModel, load_model, save_model
from ml.additive.errors import (
    ModelFileMissingError,
    ModelHashMismatchError,
    ModelSchemaError,
    NonFiniteModelError,
)
from ml.additive.model import encode_json, validate_model
from ml.additive.store import _sha256, serialise_model


def reseal(folder: Path) -> None:
    """Makes the manifest agree with changed files, as someone who knows the format would."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for name in manifest["files"]:
        data = (folder / name).read_bytes()
        manifest["files"][name] = {"bytes": len(data), "sha256": _sha256(data)}
    (folder / "manifest.json").write_bytes(encode_json(manifest))


def test_round_trip_gives_the_same_bytes(calibrated: AdditiveModel, tmp_path: Path) -> None:
    """Saved, loaded and saved again: byte for byte the same files and the same version."""
    version = save_model(calibrated, tmp_path / "first")
    loaded = load_model(tmp_path / "first")
    assert serialise_model(loaded) == serialise_model(calibrated)
    assert loaded.model_version == version
    assert {path.name for path in (tmp_path / "first").iterdir()} == {"model.json", "arrays.npz", "manifest.json"}


def test_archive_carries_no_clock_and_no_pickle(tiny: AdditiveModel, tmp_path: Path) -> None:
    """Every member has the same date and loads without pickle."""
    save_model(tiny, tmp_path)
    with zipfile.ZipFile(tmp_path / "arrays.npz") as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    with np.load(tmp_path / "arrays.npz", allow_pickle=False) as arrays:
        assert arrays["term_000_scores"].tolist() == [0.25, 1.0, -1.0]


@pytest.mark.parametrize("name", ["model.json", "arrays.npz"])
def test_one_changed_byte_is_refused(tiny: AdditiveModel, tmp_path: Path, name: str) -> None:
    """The hash of the manifest no longer fits."""
    save_model(tiny, tmp_path)
    data = bytearray((tmp_path / name).read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ModelHashMismatchError, match=name):
        load_model(tmp_path)


@pytest.mark.parametrize("name", ["model.json", "arrays.npz", "manifest.json"])
def test_truncated_file_is_refused(tiny: AdditiveModel, tmp_path: Path, name: str) -> None:
    """Half a file is no model."""
    save_model(tiny, tmp_path)
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: len(data) // 2])
    with pytest.raises(ModelHashMismatchError, match=name):
        load_model(tmp_path)


@pytest.mark.parametrize("name", ["model.json", "arrays.npz", "manifest.json"])
def test_missing_file_is_named(tiny: AdditiveModel, tmp_path: Path, name: str) -> None:
    """A folder without one of the three files is refused."""
    save_model(tiny, tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(ModelFileMissingError, match=name):
        load_model(tmp_path)


def test_changed_table_with_fitting_hashes_has_another_version(tiny: AdditiveModel, tmp_path: Path) -> None:
    """Who also repairs the file hashes is betrayed by the version, which is the content's own hash."""
    save_model(tiny, tmp_path / "good")
    save_model(replace(tiny, intercept=3.0), tmp_path / "other")
    shutil.copy(tmp_path / "other" / "model.json", tmp_path / "good" / "model.json")
    reseal(tmp_path / "good")
    with pytest.raises(ModelHashMismatchError, match="version"):
        load_model(tmp_path / "good")


@pytest.mark.parametrize("name", ["model.json", "manifest.json"])
def test_other_schema_is_refused(tiny: AdditiveModel, tmp_path: Path, name: str) -> None:
    """A model of another layout is never half understood."""
    save_model(tiny, tmp_path)
    document = json.loads((tmp_path / name).read_bytes())
    (tmp_path / name).write_bytes(encode_json({**document, "schema": "goyong.additive/0"}))
    reseal(tmp_path)
    with pytest.raises(ModelSchemaError, match="goyong.additive/1"):
        load_model(tmp_path)


def test_pickled_array_is_refused(tiny: AdditiveModel, tmp_path: Path) -> None:
    """An object array would run code when loaded; it is not loaded."""
    save_model(tiny, tmp_path)
    with (tmp_path / "arrays.npz").open("wb") as handle:
        np.savez(handle, knots_x=np.array([{}], dtype=object), allow_pickle=True)
    reseal(tmp_path)
    with pytest.raises(ModelSchemaError, match="arrays.npz"):
        load_model(tmp_path)


def test_map_beyond_its_table_is_refused(tiny: AdditiveModel) -> None:
    """A code past the table's end would answer from another cell."""
    term = replace(tiny.terms[0], axis_maps=(np.array([0, 1, 3], np.int32),))
    with pytest.raises(ModelSchemaError, match="beyond its table"):
        validate_model(replace(tiny, terms=(term, *tiny.terms[1:])))


def test_nan_in_a_table_is_refused(tiny: AdditiveModel) -> None:
    """A NaN part would make NaN answers."""
    term = replace(tiny.terms[0], scores=np.array([0.0, np.nan, 0.0]))
    with pytest.raises(NonFiniteModelError, match="term_000_scores"):
        validate_model(replace(tiny, terms=(term, *tiny.terms[1:])))
