"""Stored form of an additive model: model.json + arrays.npz + manifest.json with hashes; no pickle anywhere.

Must not hold: the choice of which model is served (ml/registry.py). The same model gives the same bytes.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lake.array_files import read_arrays
from lake.file_sync import write_durably
from ml.additive.errors import ModelFileMissingError, ModelHashMismatchError, ModelSchemaError
from ml.additive.model import SCHEMA, AdditiveModel, encode_json, from_document, to_document

DOCUMENT_FILE = "model.json"
ARRAYS_FILE = "arrays.npz"
MANIFEST_FILE = "manifest.json"
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def serialise_model(model: AdditiveModel) -> dict[str, bytes]:
    """The three files of a model as bytes; equal models give equal bytes."""
    document, arrays = to_document(model)
    files = {DOCUMENT_FILE: encode_json(document), ARRAYS_FILE: _encode_arrays(arrays)}
    listed = {name: {"bytes": len(data), "sha256": _sha256(data)} for name, data in files.items()}
    manifest = {"schema": SCHEMA, "model_version": model.model_version, "files": listed}
    return {**files, MANIFEST_FILE: encode_json(manifest)}


def save_model(model: AdditiveModel, directory: Path) -> str:
    """Writes the model's files, the manifest last, and returns the model version."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, data in serialise_model(model).items():
        write_durably(directory / name, data)
    return model.model_version


def load_model(directory: Path) -> AdditiveModel:
    """Reads a model, refusing missing, changed, truncated or foreign files by a named error."""
    manifest = _read_manifest(directory)
    files = {}
    for name in (DOCUMENT_FILE, ARRAYS_FILE):
        data, listed = _read(directory / name), manifest["files"].get(name, {})
        found = {"bytes": len(data), "sha256": _sha256(data)}
        if found != listed:
            raise ModelHashMismatchError(
                str(directory / name), found=found, expected=listed, action="restore the file or roll back the model"
            )
        files[name] = data
    model = from_document(
        _parse_json(directory / DOCUMENT_FILE, files[DOCUMENT_FILE]), _decode_arrays(directory, files)
    )
    if model.model_version != manifest["model_version"]:
        raise ModelHashMismatchError(
            str(directory / MANIFEST_FILE),
            found=f"version {manifest['model_version']}",
            expected=f"version {model.model_version}",
            action="restore the file or roll back the model",
        )
    return model


def _read_manifest(directory: Path) -> dict[str, Any]:
    """The manifest, with its schema and shape checked."""
    path = directory / MANIFEST_FILE
    manifest = _parse_json(path, _read(path))
    if manifest.get("schema") != SCHEMA:
        raise ModelSchemaError(
            str(path), found=manifest.get("schema"), expected=SCHEMA, action="train again with this version"
        )
    if not isinstance(manifest.get("files"), dict) or not isinstance(manifest.get("model_version"), str):
        raise ModelSchemaError(
            str(path), found=sorted(manifest), expected="files and model_version", action="restore the file"
        )
    return manifest


def _parse_json(path: Path, data: bytes) -> dict[str, Any]:
    """A JSON object, or a named error."""
    try:
        value = json.loads(data)
    except ValueError as error:
        raise ModelHashMismatchError(
            str(path), found="no JSON (truncated?)", expected="a JSON object", action="restore the file"
        ) from error
    if not isinstance(value, dict):
        raise ModelSchemaError(str(path), found=type(value).__name__, expected="an object", action="restore the file")
    return value


def _read(path: Path) -> bytes:
    """The file's bytes, or a named error."""
    if not path.is_file():
        raise ModelFileMissingError(
            str(path), found="no file", expected="a file", action="restore it or roll back the model"
        )
    return path.read_bytes()


def _encode_arrays(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """An npz whose bytes depend on the arrays only: sorted names, fixed dates, no compression."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(arrays):
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(arrays[name]), version=(1, 0), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", date_time=_ZIP_DATE)
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, member.getvalue())
    return buffer.getvalue()


def _decode_arrays(directory: Path, files: Mapping[str, bytes]) -> dict[str, npt.NDArray[Any]]:
    """The arrays of an npz, never unpickled."""
    try:
        return read_arrays(io.BytesIO(files[ARRAYS_FILE]))
    except (ValueError, zipfile.BadZipFile, OSError) as error:
        raise ModelSchemaError(
            str(directory / ARRAYS_FILE), found=str(error), expected="plain arrays", action="restore the file"
        ) from error


def _sha256(data: bytes) -> str:
    """Hex digest."""
    return hashlib.sha256(data).hexdigest()
