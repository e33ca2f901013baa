"""One monthly snapshot file of K-Digital Training sessions, whatever its header variant, as a table of sessions.

Must not hold: what is known when (columns.py, snapshots.py). Columns named as in silver__training_courses; a value that
cannot be read is missing. A session is a course and its round: `<course_id>-<round_no>`.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import python_calamine

from lake.sources.decode import utf8_blocks
from lake.sources.errors import EncodingMismatch, SourceFileError
from lake.sources.reader_process import cell_text
from ml.courses import columns as c
from ml.courses.errors import SnapshotColumnError, SnapshotUnreadableError

SUFFIXES = (".csv", ".xlsx")
_NEEDED = {
    "훈련과정 ID": c.COURSE,
    "회차": c.ROUND,
    "훈련기관": c.INSTITUTION,
    "NCS코드": c.FIELD,
    "과정시작일": c.START,
    "과정종료일": c.END,
    "수료인원": c.COMPLETED,
}
_OPTIONAL = {
    "지역": c.REGION,
    "총 훈련시간": c.HOURS,
    "훈련비": c.FEE,
    "정원": c.SEATS,
    "수강신청 인원": c.ENROLLED,
    "만족도": c.SATISFACTION,
    "취업률 (3개월)": c.RATE_3M,
    "취업률 (6개월)": c.RATE_6M,
}
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_DAY = re.compile(r"(\d{4})[-./]?(\d{1,2})[-./]?(\d{1,2})(?!\d)")
_NCS_DIGITS = 8
# Workbooks keep "43%" as .43: a column without a percent sign and nothing above this is a column of shares.
_LARGEST_SHARE = 2.0


@dataclass(frozen=True, eq=False)
class SnapshotFile:
    """The sessions of a snapshot in its order, and what was left out of it and how often."""

    sessions: pa.Table
    faults: dict[str, int]


def read_snapshot(path: Path) -> SnapshotFile:
    """A snapshot file; raises SnapshotUnreadableError or SnapshotColumnError."""
    reader: Callable[[Path], Iterator[list[str]]] = _sheet_rows if path.suffix.lower() == ".xlsx" else _text_rows
    rows = (row for row in reader(path) if any(cell.strip() for cell in row))
    header = [" ".join(name.split()) for name in next(rows, [])]
    missing = [name for name in _NEEDED if name not in header]
    if missing:
        raise SnapshotColumnError(
            f"{path.name}, header",
            found=f"no column {', '.join(missing)}",
            expected=", ".join(_NEEDED),
            action="add or rename it",
        )
    wanted = {**_NEEDED, **{name: ours for name, ours in _OPTIONAL.items() if name in header}}
    positions = {ours: header.index(name) for name, ours in wanted.items()}
    all_rows = list(rows)
    whole = [row for row in all_rows if len(row) == len(header)]
    text = {ours: [row[position].strip() for row in whole] for ours, position in positions.items()}
    sessions, undated = _as_sessions(text)
    if not sessions.num_rows:
        raise SnapshotUnreadableError(
            path.name, found="no session with a start and an end", expected="rows", action="check the file"
        )
    return SnapshotFile(
        sessions,
        {
            f"rows of {path.name} of another length than the header": len(all_rows) - len(whole),
            f"rows of {path.name} without a course, a round or days": undated,
        },
    )


def _as_sessions(text: dict[str, list[str]]) -> tuple[pa.Table, int]:
    """Typed columns of the rows that name a course, a round and both days, and how many do not."""
    starts, ends = ([_day(value) for value in text[name]] for name in (c.START, c.END))
    kept = [
        row
        for row, (start, end) in enumerate(zip(starts, ends, strict=True))
        if start and end and text[c.COURSE][row] and text[c.ROUND][row]
    ]
    columns: dict[str, pa.Array] = {
        c.SESSION: pa.array([f"{text[c.COURSE][row]}-{text[c.ROUND][row]}" for row in kept], pa.string()),
        c.COURSE: pa.array([text[c.COURSE][row] for row in kept], pa.string()),
        c.ROUND: pa.array([text[c.ROUND][row] for row in kept], pa.string()),
        c.INSTITUTION: pa.array([text[c.INSTITUTION][row] or None for row in kept], pa.string()),
        c.FIELD: pa.array([_ncs_code(text[c.FIELD][row]) for row in kept], pa.string()),
        c.REGION: pa.array([_text(text, c.REGION, row)[:2] or None for row in kept], pa.string()),
        c.START: pa.array([starts[row] for row in kept], pa.date32()),
        c.END: pa.array([ends[row] for row in kept], pa.date32()),
    }
    for name in (c.HOURS, c.FEE, c.SEATS, c.ENROLLED, c.COMPLETED, c.SATISFACTION):
        columns[name] = pa.array([_number(_text(text, name, row)) for row in kept], pa.float64())
    columns[c.SATISFACTION] = _between(columns[c.SATISFACTION], 0.0, 100.0)
    for name in (c.RATE_3M, c.RATE_6M):
        columns[name] = pa.array(_shares([_text(text, name, row) for row in kept]), pa.float64())
    return pa.table(columns), len(starts) - len(kept)


def _text(text: dict[str, list[str]], name: str, row: int) -> str:
    return text[name][row] if name in text else ""


def _number(text: str) -> float | None:
    """A number with or without thousands' commas and percent sign."""
    plain = text.replace(",", "").removesuffix("%").strip()
    return float(plain) if _NUMBER.fullmatch(plain) else None


def _between(numbers: pa.Array, low: float, high: float) -> pa.Array:
    """Numbers above `low` and not above `high`: nobody answered yet is 0, "8930%" is a slip."""
    return pa.array([value if value is not None and low < value <= high else None for value in numbers.to_pylist()])


def _shares(texts: Sequence[str]) -> list[float | None]:
    """Percentages as shares, to 6 digits."""
    numbers = [_number(text) for text in texts]
    known = [number for number in numbers if number is not None]
    is_share = known and max(known) <= _LARGEST_SHARE and not any(text.endswith("%") for text in texts)
    scale = 1 if is_share else 100
    return [None if number is None else round(number / scale, 6) for number in numbers]


def _day(text: str) -> date | None:
    found = _DAY.match(text)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:  # the 31st of a short month
        return None


def _ncs_code(text: str) -> str | None:
    """Eight digits; spreadsheets lost leading zeros, "0" and "#N/A" are lookups that failed."""
    code = text.zfill(_NCS_DIGITS)
    return code if code.isdigit() and int(code) else None


def _text_rows(path: Path) -> Iterator[list[str]]:
    """Records of a CSV file in UTF-8 or CP949."""
    for encoding in ("utf-8", "cp949"):
        try:
            data = b"".join(utf8_blocks(path, encoding, label=path.name)).decode()
        except EncodingMismatch:
            continue
        except SourceFileError as error:
            raise SnapshotUnreadableError(
                path.name, found="a damaged file", expected="CSV text", action="fetch it again"
            ) from error
        return iter(csv.reader(io.StringIO(data, newline="")))
    raise SnapshotUnreadableError(
        path.name, found="bytes of another encoding", expected="UTF-8 or CP949", action="save it as UTF-8"
    )


def _sheet_rows(path: Path) -> Iterator[list[str]]:
    """Records of the first sheet, every cell as a person would write it."""
    try:
        sheet = python_calamine.load_workbook(str(path)).get_sheet_by_index(0)
    except (python_calamine.CalamineError, OSError) as error:
        raise SnapshotUnreadableError(
            path.name, found="a damaged or protected workbook", expected="an open .xlsx", action="fetch it again"
        ) from error
    return ([cell_text(cell) or "" for cell in row] for row in sheet.iter_rows())
