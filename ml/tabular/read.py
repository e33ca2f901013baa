"""A CSV file as a table of trimmed text, and text as numbers.

Must not hold: the columns' roles (columns.py) or learning. Missing is null here and nowhere a word: empty, NA, N/A,
NaN and null all are.
"""

import codecs
import csv
import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lake.sources.decode import utf8_blocks
from lake.sources.errors import EncodingMismatch, TruncatedFile
from ml.additive.model import FeatureKind
from ml.tabular.errors import (
    EmptyTableError,
    HeaderError,
    InfiniteNumberError,
    NotANumberError,
    RowShapeError,
    TableEncodingError,
    TableFileMissingError,
)

MISSING_WORDS = ("", "NA", "N/A", "NaN", "nan", "null", "NULL")
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_INFINITY = r"^[+-]?(?i:inf|infinity|∞)$"
_CODE = r"^[+-]?0\d"


def read_table(path: Path) -> pa.Table:
    """All columns as strings, trimmed, null where missing; UTF-8 with or without a mark, or CP949; .gz too."""
    if not path.is_file():
        raise TableFileMissingError(str(path), found="no file", expected="a CSV file", action="check the path")
    data = _read_utf8(path)
    if not data.strip():
        raise EmptyTableError(str(path), found="no text", expected="a header and rows", action="check the file")
    header = _read_header(path, data)
    table = _parse(path, data, header)
    if not table.num_rows:
        raise EmptyTableError(str(path), found="a header only", expected="rows below it", action="check the file")
    return pa.table({name.strip(): _clean(table.column(name)) for name in header})


def infer_kind(column: pa.ChunkedArray) -> FeatureKind:
    """Numeric when every value that is there reads as a number and none is a code with a leading zero."""
    words = pc.drop_null(pc.unique(column))
    is_number = pc.or_(pc.match_substring_regex(words, _NUMBER), pc.match_substring_regex(words, _INFINITY))
    has_code = pc.any(pc.match_substring_regex(words, _CODE)).as_py()
    return "numeric" if pc.all(is_number, min_count=0).as_py() and not has_code else "categorical"


def read_numbers(column: pa.ChunkedArray, where: str) -> pa.ChunkedArray:
    """Text as float64 with null for missing; `where` names file and column in errors."""
    is_infinite = pc.match_substring_regex(column, _INFINITY)
    is_text = pc.invert(pc.or_(pc.match_substring_regex(column, _NUMBER), is_infinite))
    if pc.any(is_text).as_py():
        raise NotANumberError(
            f"{where}, row {first_row(is_text)}",
            found="text",
            expected="a number or nothing, as in the training file",
            action="correct the value or drop the column",
        )
    plain = pc.if_else(is_infinite, None, pc.replace_substring_regex(column, r"^\+", ""))
    numbers = pc.cast(plain, pa.float64())
    is_infinite = pc.or_kleene(is_infinite, pc.is_inf(numbers))
    if pc.any(is_infinite).as_py():
        raise InfiniteNumberError(
            f"{where}, row {first_row(is_infinite)}",
            found=f"{pc.sum(is_infinite).as_py()} infinite values",
            expected="finite numbers, or nothing where missing",
            action="correct the values",
        )
    return numbers


def first_row(is_found: pa.ChunkedArray) -> int:
    """Number of the first row found, 1 being the one below the header."""
    return int(pc.index(is_found, pa.scalar(True)).as_py()) + 1


def _read_utf8(path: Path) -> bytes:
    """The file's text as UTF-8 without a mark."""
    for encoding in ("utf-8", "cp949"):
        try:
            return b"".join(utf8_blocks(path, encoding, label=str(path))).removeprefix(codecs.BOM_UTF8)
        except (EncodingMismatch, TruncatedFile) as error:
            problem = error
    if isinstance(problem, TruncatedFile):
        raise problem
    raise TableEncodingError(
        str(path), found="bytes of another encoding", expected="UTF-8 or CP949", action="save it as UTF-8"
    ) from problem


def _read_header(path: Path, data: bytes) -> list[str]:
    """Names of the columns as they stand there; blank and repeated ones are refused by their position."""
    start = io.StringIO(data[: 4 << 20].decode("utf-8", errors="ignore"), newline="")
    header = next(row for row in csv.reader(start) if row)
    names = [name.strip() for name in header]
    for position, name in enumerate(names, 1):
        found = "a blank name" if not name else f"{name!r} again" if name in names[: position - 1] else ""
        if found:
            raise HeaderError(
                f"{path}, header, column {position}",
                found=found,
                expected="a name of its own for each column",
                action="rename the column",
            )
    return header


def _parse(path: Path, data: bytes, header: list[str]) -> pa.Table:
    """The rows as strings; a row of another length is refused by its number."""
    from pyarrow import csv as arrow_csv

    bad: list[Any] = []

    def note(row: Any) -> str:
        bad.append(row)
        return "skip"  # its own error would quote the row

    table = arrow_csv.read_csv(
        io.BytesIO(data),
        read_options=arrow_csv.ReadOptions(use_threads=False),  # rows are numbered in one thread only
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=note),
        convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(header, pa.string())),
    )
    if bad:
        where = f"{path}, row {bad[0].number - 1}" if bad[0].number else str(path)
        raise RowShapeError(
            where,
            found=f"{bad[0].actual_columns} values",
            expected=f"{len(header)} as in the header",
            action="correct the row (a comma inside a value needs quotes)",
        )
    return table


def _clean(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Trimmed text, null where it says missing."""
    trimmed = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.is_in(trimmed, value_set=pa.array(MISSING_WORDS)), None, trimmed)
