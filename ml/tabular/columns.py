"""The roles of a file's columns: label, id, features; and typed tables of them for training and scoring.

Must not hold: reading of files or learning. Kinds are inferred from the training file alone; a column without
information there is left out and said.
"""

import csv
import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ml.additive.train import FeatureSpec
from ml.challengers import MINIMUM_CATEGORY_ROWS
from ml.tabular.errors import (
    LabelValueError,
    MissingFeatureError,
    MissingIdError,
    NoFeatureError,
    UnknownColumnError,
)
from ml.tabular.read import first_row, infer_kind, read_numbers, read_table

LABEL, ID, ROW = "goyong label", "goyong id", "goyong row"
_ONES, _ZEROS = ("1", "1.0", "true"), ("0", "0.0", "false")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Roles:
    """What the options say of the columns; without `id_column` the row number is the id."""

    label: str
    positive: str | None = None
    dropped: tuple[str, ...] = ()
    id_column: str | None = None


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """Typed features beside LABEL (0/1), ID (text) and ROW (number); `path` is named in errors."""

    path: Path
    table: pa.Table
    features: tuple[FeatureSpec, ...]


@dataclass(frozen=True, eq=False)
class AskedRows:
    """Typed features of rows to be scored with ID, ROW and, where the file has it, LABEL; `text` as it stood there."""

    table: pa.Table
    text: pa.Table


def split_names(option: str | None) -> tuple[str, ...]:
    """Names of a comma-separated option; a name with a comma stands in quotes."""
    names = next(csv.reader([option], skipinitialspace=True), []) if option else []
    return tuple(name.strip() for name in names if name.strip())


def read_training(path: Path, roles: Roles) -> TrainingRows:
    """The training file with its label checked and its kinds inferred."""
    text = read_table(path)
    _check_names(path, roles, text.column_names)
    columns, features = _key_columns(text, roles), []
    columns[LABEL] = _read_label(text.column(roles.label), f"{path}, column {roles.label}", roles.positive)
    if len(pc.unique(columns[LABEL])) < 2:
        raise LabelValueError(
            f"{path}, column {roles.label}",
            found=f"one class in {text.num_rows} rows",
            expected="both classes",
            action="check --label and --positive",
        )
    not_features = {roles.label, roles.id_column, *roles.dropped}
    for name in text.column_names:
        if name in not_features:
            continue
        kind = infer_kind(text.column(name))
        column = (
            text.column(name) if kind == "categorical" else read_numbers(text.column(name), f"{path}, column {name}")
        )
        reason = _lacks_information(column)
        if reason:
            _log.warning("%s, column %s: left out, %s", path, name, reason)
            continue
        columns[name] = column
        features.append(FeatureSpec(name, kind))
    if not features:
        raise NoFeatureError(str(path), found="no usable column", expected="at least one", action="check --drop")
    return TrainingRows(path, pa.table(columns), tuple(features))


def read_test(path: Path, roles: Roles, features: tuple[FeatureSpec, ...]) -> AskedRows:
    """The test file in the kinds of the training file."""
    text = read_table(path)
    absent = [feature.name for feature in features if feature.name not in text.column_names]
    if absent:
        raise MissingFeatureError(
            f"{path}, header",
            found=f"no column {', '.join(absent)}",
            expected="every column the model was trained on",
            action="add it, or train with --drop",
        )
    if roles.id_column is not None and roles.id_column not in text.column_names:
        raise _unknown(path, "--id", roles.id_column)
    columns = _key_columns(text, roles)
    if pc.any(pc.is_null(columns[ID])).as_py():
        raise MissingIdError(
            f"{path}, column {roles.id_column}, row {first_row(pc.is_null(columns[ID]))}",
            found="no id",
            expected="an id in every row",
            action="fill it, or leave out --id to number the rows",
        )
    if roles.label in text.column_names and text.column(roles.label).null_count < text.num_rows:
        columns[LABEL] = _read_label(text.column(roles.label), f"{path}, column {roles.label}", roles.positive)
    for feature in features:
        column = text.column(feature.name)
        is_text = feature.kind == "categorical"
        columns[feature.name] = column if is_text else read_numbers(column, f"{path}, column {feature.name}")
    return AskedRows(pa.table(columns), text)


def _check_names(path: Path, roles: Roles, names: list[str]) -> None:
    """Every option names a column of the training file, and none names the label."""
    if roles.label not in names:
        raise _unknown(path, "--label", roles.label)
    for name in roles.dropped:
        if name not in names:
            raise _unknown(path, "--drop", name)
    if roles.id_column is not None and roles.id_column not in names:
        raise _unknown(path, "--id", roles.id_column)
    if roles.label in (*roles.dropped, roles.id_column):
        raise UnknownColumnError(
            f"--label {roles.label}", found="the same name in --drop or --id", expected="one role", action="choose one"
        )


def _unknown(path: Path, option: str, name: str) -> UnknownColumnError:
    """The error of an option that names no column."""
    return UnknownColumnError(
        f"{path}, header",
        found=f"no column {name}",
        expected=f"the column that {option} names",
        action="check the spelling and the file",
    )


def _key_columns(text: pa.Table, roles: Roles) -> dict[str, pa.ChunkedArray]:
    """ID and ROW of a table: rows are numbered from 1."""
    row = pa.chunked_array([pa.array(np.arange(1, text.num_rows + 1))])
    named = text.column(roles.id_column) if roles.id_column else pc.cast(row, pa.string())
    return {ID: named, ROW: row}


def _read_label(column: pa.ChunkedArray, where: str, positive: str | None) -> pa.ChunkedArray:
    """The label as 0/1: equal to `positive`, or as it stands there; missing and other values are refused by row."""
    if positive is None:
        word = pc.utf8_lower(column)
        is_one = pc.is_in(word, value_set=pa.array(_ONES))
        is_known = pc.or_(is_one, pc.is_in(word, value_set=pa.array(_ZEROS)))
        expected, action = "0 or 1, or true or false", "fill it, or name the value that counts as 1 with --positive"
    else:
        is_one = pc.fill_null(pc.equal(column, positive.strip()), False)
        is_known = pc.is_valid(column)
        expected, action = "a value in every row", "leave out the rows without an outcome"
    is_bad = pc.invert(is_known)
    if pc.any(is_bad).as_py():
        raise LabelValueError(
            f"{where}, row {first_row(is_bad)}",
            found=f"{pc.sum(is_bad).as_py()} rows without a usable label",
            expected=expected,
            action=action,
        )
    return pc.cast(is_one, pa.int64())


def _lacks_information(column: pa.ChunkedArray) -> str:
    """Why a column cannot tell rows apart, or nothing: missing, each frequent category and 'other' are classes."""
    if column.null_count == len(column):
        return "it is missing in every row"
    counted = pc.value_counts(pc.drop_null(column)).field("counts").to_numpy()
    if len(counted) == 1 and not column.null_count:
        return "it is the same in every row"
    if pa.types.is_string(column.type) and counted.max() < MINIMUM_CATEGORY_ROWS and not column.null_count:
        return f"no value stands in {MINIMUM_CATEGORY_ROWS} rows"
    return ""
