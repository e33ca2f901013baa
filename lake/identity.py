"""What identifies a person: the five fields, how each is written, and five texts as one.

Put here: fields and their spelling. Do not put here: where they are kept (`vault.py`) or come from (a mapping).
Concept: what cannot be right (a phone number of four digits, an impossible resident number) is kept as sent, without
a flag: it is what the office knows of the person, and the vault judges nobody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

FIELDS = ("name", "phone", "email", "address", "resident_number")
_BETWEEN = "\x1f"
_CONTROL = "[\\x00-\\x1f\\x7f]"
_UNTIDY = re.compile(rb"[\x00-\x1f\x7f]|  ")
_RESIDENT_DIGITS, _FRONT = "^[0-9]{13}$", "^([0-9]{6})"
_PHONE_DIGITS = "^0[0-9]{8,11}$"


def clean_identity(rows: pa.Table) -> pa.Table:
    """`rows` with its fields in NFC, single spaces, blank as null, numbers in one spelling; other columns stay."""
    cleaned = {"phone": _phone, "email": pc.utf8_lower, "resident_number": _resident_number}
    for name in set(FIELDS) & set(rows.column_names):
        values = _tidy(rows.column(name).cast(pa.string()))
        values = cleaned[name](values) if name in cleaned else values
        values = pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)
        rows = rows.set_column(rows.column_names.index(name), name, values)
    return rows


def pack(rows: pa.Table, fields: Sequence[str] = FIELDS) -> pa.Array:
    """The cleaned `fields` of each row as one text."""
    parts = [pc.fill_null(rows.column(name), "") for name in fields]
    packed = pc.binary_join_element_wise(*parts, _BETWEEN)
    return packed.combine_chunks() if isinstance(packed, pa.ChunkedArray) else packed


def unpack(text: str, fields: Sequence[str] = FIELDS) -> dict[str, str | None]:
    """Field → value, or None where nothing is known, of a text made by ``pack`` with the same fields."""
    return {name: value or None for name, value in zip(fields, text.split(_BETWEEN), strict=True)}


def repack(known: dict[str, str | None]) -> str:
    """The same as ``pack`` for one person."""
    return _BETWEEN.join(known[name] or "" for name in FIELDS)


def _tidy(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """NFC without control characters and double spaces; the expensive parts run only where bytes show a need."""
    data = b"".join(chunk.buffers()[2].to_pybytes() for chunk in values.chunks if len(chunk) and chunk.buffers()[2])
    if not unicodedata.is_normalized("NFC", data.decode(errors="replace")):
        values = pc.utf8_normalize(values, "NFC")
    if _UNTIDY.search(data):
        values = pc.replace_substring_regex(pc.replace_substring_regex(values, _CONTROL, " "), r"\s+", " ")
    return pc.utf8_trim_whitespace(values)


def _phone(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Digits alone, with the 0 in place of +82."""
    digits = pc.replace_substring_regex(pc.utf8_normalize(values, "NFKC"), r"[-–—.()\s]", "")
    if pc.any(pc.or_kleene(pc.starts_with(digits, "+"), pc.starts_with(digits, "00"))).as_py():
        digits = pc.replace_substring_regex(digits, r"^(\+|00)820?", "0")
    return pc.if_else(pc.match_substring_regex(digits, _PHONE_DIGITS), digits, values)


def _resident_number(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Thirteen digits with the hyphen after the sixth."""
    digits = pc.replace_substring_regex(pc.utf8_normalize(values, "NFKC"), r"[-–—‐.\s]", "")
    written = pc.replace_substring_regex(digits, _FRONT, r"\1-")
    return pc.if_else(pc.match_substring_regex(digits, _RESIDENT_DIGITS), written, values)
