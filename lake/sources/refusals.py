"""Rows that were split into columns and still cannot be taken: nobody's number as a key, a mark that says nothing.

Put here: what makes a row unreadable once its values are clean. Not here: how a row is split (``delimited.py``,
``structured.py``), what is wrong with the value of one contract column (silver says so).
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from lake.contracts.codes import NO_WORDS
from lake.privacy import normalised_identifiers
from lake.sources.mapping_model import DeleteMark, SourceMapping
from lake.sources.rows import Rows, Unreadable
from lake.sources.values import by_distinct, narrowed

_RESIDENT_NUMBER = "^[0-9]{13}$"
_ONE_DIGIT = f"^({'|'.join(f'{digit}+' for digit in range(10))})$"


def without_refused(
    mapping: SourceMapping, rows: Rows, sent: Mapping[str, pa.Array]
) -> tuple[Rows, dict[str, pa.Array]]:
    """The rows and their cleaned columns (`sent`) that can be taken; the others stand among the unreadable ones."""
    reasons = _reasons(mapping, sent, rows.columns.num_rows)
    if reasons.null_count == len(reasons):
        return rows, dict(sent)
    is_bad = pc.is_valid(reasons)
    # Of a row about a person only a keyed hash of the text is kept, so that it may hold the number.
    told = [values for name, values in sent.items() if mapping.is_about_people or name not in mapping.secret_headers]
    texts = pc.binary_join_element_wise(*told, ",", null_handling="replace", null_replacement="").filter(is_bad)
    numbers = rows.numbers.filter(is_bad).to_pylist()
    places = rows.places.filter(is_bad).to_pylist() if rows.places is not None else [None] * len(numbers)
    refused = [
        Unreadable(number, reason, text, place)
        for number, reason, text, place in zip(
            numbers, reasons.drop_null().to_pylist(), texts.to_pylist(), places, strict=True
        )
    ]
    stays = pc.invert(is_bad)
    kept = Rows(
        rows.columns.filter(stays),
        rows.numbers.filter(stays),
        tuple(sorted((*rows.unreadable, *refused), key=lambda row: row.number)),
        rows.count,
        rows.places.filter(stays) if rows.places is not None else None,
    )
    return kept, {name: values.filter(stays) for name, values in sent.items()}


def is_delete_mark(mark: DeleteMark, values: pa.Array) -> pa.Array:
    """Which cleaned values say that the row deletes its key, whatever their case and width; never null."""
    listed = _folded(pa.array(mark.values, pa.string()))
    return pc.is_in(_folded(values), value_set=listed)


def _reasons(mapping: SourceMapping, sent: Mapping[str, pa.Array], count: int) -> pa.Array:
    """Why each row is refused, null where it is not."""
    reasons = pa.nulls(count, pa.string())
    for spec in mapping.columns:
        for header in spec.headers if spec.is_pseudonym else ():
            if header in sent and mapping.holds_resident_number(header):
                is_bad = by_distinct(sent[header], _is_no_resident_number)
                reasons = pc.if_else(is_bad, f"{spec.name}:NOT_AN_IDENTIFIER", reasons)
    if mapping.deleted is not None and mapping.deleted.header in sent:
        is_bad = _is_unknown_mark(mapping.deleted, sent[mapping.deleted.header])
        reasons = pc.if_else(is_bad, pc.coalesce(reasons, pa.scalar("is_deleted:UNKNOWN_MARK")), reasons)
    return reasons


def _is_no_resident_number(values: pa.Array) -> pa.Array:
    """Which values are masked, words or of one digit: many people's at once, who would become one. Null is no value."""
    normal = normalised_identifiers(values)
    is_number = pc.and_not(
        pc.match_substring_regex(normal, _RESIDENT_NUMBER), pc.match_substring_regex(normal, _ONE_DIGIT)
    )
    return pc.invert(pc.fill_null(is_number, True))


def _is_unknown_mark(mark: DeleteMark, values: pa.Array) -> pa.Array:
    is_no = pc.is_in(_folded(values), value_set=pa.array(NO_WORDS, pa.string()))
    return pc.and_(pc.is_valid(values), pc.invert(pc.or_(is_no, is_delete_mark(mark, values))))


def _folded(values: pa.Array) -> pa.Array:
    return pc.utf8_lower(narrowed(values))
