"""Columns as people's tables hold them -> plain arrays as the scorer takes them (strings become category codes).

Must not hold: binning of numbers or scoring. Everything here runs on the host, above the device seam.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ml.additive.errors import ColumnTypeError, InfiniteValueError, MissingColumnError
from ml.additive.model import Feature

MISSING_CODE = -1


def encode_table(table: pa.Table, features: tuple[Feature, ...]) -> dict[str, npt.NDArray[Any]]:
    """The features' columns of an Arrow table as arrays: float64 (n,), or int32 category codes (n,)."""
    absent = [feature.name for feature in features if feature.name not in table.column_names]
    if absent:
        raise MissingColumnError("table", found=table.column_names, expected=absent, action="add the columns")
    return {feature.name: encode_column(feature, table.column(feature.name)) for feature in features}


def encode_column(feature: Feature, column: pa.Array | pa.ChunkedArray) -> npt.NDArray[Any]:
    """One Arrow column as the feature's array.

    Category codes are positions in the feature's list; -1 is missing, the list's length is 'other'.
    """
    if feature.kind == "numeric":
        return numbers_of(feature.name, column)
    return category_codes(feature.name, column, feature.categories)


def numbers_of(name: str, column: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.float64]:
    """A numeric or boolean Arrow column as float64 (n,) with NaN for null; infinity is an error."""
    kind = column.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)):
        raise ColumnTypeError(f"column {name}", found=kind, expected="a number or boolean", action="cast it before")
    if pa.types.is_boolean(kind):
        column = pc.cast(column, pa.int8())
    values = np.asarray(pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
    check_finite_or_missing(name, values)
    return values


def check_finite_or_missing(name: str, values: npt.NDArray[np.float64]) -> None:
    """Raises InfiniteValueError when a value is infinite, naming the column and the count."""
    infinite = int(np.isinf(values).sum())
    if infinite:
        raise infinite_value(name, infinite)


def infinite_value(name: str, count: int) -> InfiniteValueError:
    """The error of a column that holds infinities."""
    return InfiniteValueError(
        f"column {name}",
        found=f"{count} infinite values",
        expected="finite numbers, NaN or null for missing",
        action="correct the feature",
    )


def category_codes(name: str, column: pa.Array | pa.ChunkedArray, categories: tuple[str, ...]) -> npt.NDArray[np.int32]:
    """A string or dictionary Arrow column as codes int32 (n,)."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks)
    if not isinstance(array, pa.DictionaryArray):
        if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
            raise ColumnTypeError(
                f"column {name}", found=array.type, expected="strings or a dictionary", action="cast it before"
            )
        array = array.dictionary_encode()
    words = pc.cast(array.dictionary, pa.string())
    positions = pc.index_in(words, value_set=pa.array(categories, pa.string()))
    known = pc.fill_null(positions, len(categories)).to_numpy(zero_copy_only=False).astype(np.int32)
    known[np.flatnonzero(words.is_null().to_numpy(zero_copy_only=False))] = MISSING_CODE
    lookup = np.append(known, np.int32(MISSING_CODE))
    indices = pc.fill_null(pc.cast(array.indices, pa.int64()), len(known)).to_numpy(zero_copy_only=False)
    return np.asarray(lookup[indices], dtype=np.int32)


def encode_mapping(columns: Mapping[str, Any], features: tuple[Feature, ...]) -> dict[str, Any]:
    """Arrow columns of a mapping encoded, arrays passed through; every feature must be there and equally long."""
    encoded: dict[str, Any] = {}
    lengths: dict[int, str] = {}
    for feature in features:
        if feature.name not in columns:
            raise MissingColumnError("columns", found=sorted(columns), expected=feature.name, action="add the column")
        value = columns[feature.name]
        if isinstance(value, (pa.Array, pa.ChunkedArray)):
            value = encode_column(feature, value)
        lengths.setdefault(len(value), feature.name)
        encoded[feature.name] = value
    if len(lengths) > 1:
        raise ColumnTypeError("columns", found=lengths, expected="one length", action="pass columns of the same rows")
    return encoded
