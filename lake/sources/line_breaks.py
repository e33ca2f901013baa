"""Line breaks within values of delimited text: which are text, and which are rows that a stray quote swallowed.

Put here: what a line break in a value means. Not here: splitting (``delimited.py``), quotes that do not pair
(``records.py``).
Concept: a quote too many in one row and one in a later row make a value of everything between them. The value then
holds the rest of its own row, whole rows, and the beginning of the last one: as many delimiters as they have.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lake.sources.rows import Rows, Unreadable

_LINE_END = re.compile("\r\n|\n|\r")


def has_inner_line_ends(data: bytes, records: int) -> bool:
    """Whether text of so many records has more line ends than they need, quoted ones maybe among them."""
    if b'"' not in data:
        return False
    ends = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
    return ends - data.endswith((b"\n", b"\r")) >= records


def without_swallowed(rows: Rows, cells: Sequence[pa.Array], *, delimiter: str, one_line: dict[int, str]) -> Rows:
    """The rows without those that a stray quote made of several, each line of which is an unreadable row of its own.

    `cells` are all columns of the rows, also those not wanted; `one_line` names those, by position, in which no value
    has two lines: codes, numbers, dates, keys. A row with a line break there is unreadable too.
    """
    swallowed, broken = _judged(cells, delimiter, one_line)
    if not swallowed and not broken:
        return rows
    numbers = rows.numbers.to_numpy()
    more = np.zeros(rows.count + 2, np.int64)  # lines that turned out to be rows, behind the row of each number
    lines = {record: _lines(cells, record, delimiter) for record in swallowed | broken.keys()}
    for record in swallowed:
        more[numbers[record] + 1 :] += len(lines[record]) - 1
    refused = [replace(row, number=row.number + int(more[row.number])) for row in rows.unreadable]
    for record in sorted(lines):
        number = int(numbers[record] + more[numbers[record]])
        if record in swallowed:
            reason = f"one of {len(lines[record])} lines in one value: a quote too many, or one missing"
            refused += [Unreadable(number + place, reason, line) for place, line in enumerate(lines[record])]
        else:
            refused.append(Unreadable(number, f"a line break in {broken[record]}", "\n".join(lines[record])))
    stays = pa.array(np.isin(np.arange(len(numbers)), list(lines), invert=True))
    return Rows(
        rows.columns.filter(stays),
        pa.array(numbers + more[numbers]).filter(stays),
        tuple(sorted(refused, key=lambda row: row.number)),
        rows.count + int(more[-1]),
    )


def _judged(cells: Sequence[pa.Array], delimiter: str, one_line: dict[int, str]) -> tuple[set[int], dict[int, str]]:
    """The records with a value that swallowed rows; the others with a line break where none may be, and the header."""
    swallowed: set[int] = set()
    broken: dict[int, str] = {}
    for position, values in enumerate(cells):
        for record in pc.indices_nonzero(pc.match_substring_regex(values, "[\r\n]")).to_pylist():
            text = values[record].as_py()
            if _holds_rows(text, position, width=len(cells), delimiter=delimiter):
                swallowed.add(record)
            elif position in one_line and _LINE_END.search(text.strip()):
                broken[record] = one_line[position]
    return swallowed, {record: header for record, header in broken.items() if record not in swallowed}


def _holds_rows(text: str, position: int, *, width: int, delimiter: str) -> bool:
    """Whether a line behind the first is a whole row, or first and last are the parts of rows that a quote leaves."""
    first, *behind = [line.count(delimiter) for line in _LINE_END.split(text)]
    if width == 1:
        return False
    return max(behind) >= width - 1 or (first >= width - 1 - position and behind[-1] >= position)


def _lines(cells: Sequence[pa.Array], record: int, delimiter: str) -> list[str]:
    text = delimiter.join(values[record].as_py() for values in cells)
    return [line for line in _LINE_END.split(text) if line.strip()]
