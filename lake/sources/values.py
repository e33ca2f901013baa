"""What a mapping does to columns of text: cleaning, and the steps from what was sent to the contract's column.

Put here: one function per step, a column in, a column out. Not here: which steps (``mapping.py``), files or rows.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from lake.contracts.model import Kind
from lake.privacy import pseudonyms, redact_texts
from lake.sources.errors import MappingError
from lake.sources.limits import DEFAULT_LIMITS, ReadLimits
from lake.sources.mapping_model import ColumnSpec, Part, Scale, nearest
from lake.sources.times import as_korean_days, as_utc
from lake.sources.units import Unit

_INVISIBLE = "[\u200b-\u200d\u2060\ufeff]"
_INVISIBLE_BYTES = tuple(mark.encode() for mark in "\u200b\u200c\u200d\u2060\ufeff")
_NOTHING = pa.scalar(None, pa.string())
_THOUSANDS = r"^[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$"
_NUMBER = r"^[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$"

_TIMES = {Kind.DATE: as_korean_days, Kind.INSTANT: as_utc}

Linker = Callable[..., pa.Array]


def _keep_nothing(_: pa.Table) -> None:
    """Without a vault what would go there is dropped."""


def _know_nobody(_: list[str]) -> Mapping[str, Mapping[str, str | None]]:
    return {}


@dataclass(frozen=True)
class ReadContext:
    """What a mapping needs besides the file: the master key, linkers of free text by name, the delivery's date.

    A linker is called with an array of texts (and `place`, when the mapping asks for another than the best) and
    returns as many codes. `threads` is how many chunks of a file are worked on side by side. `keep` takes what goes to
    the vault, chunk by chunk in the file's order; `known` tells what the vault knows of people, from any thread.
    """

    master_key: bytes = field(repr=False)
    delivery_date: date
    linkers: Mapping[str, Linker] = field(default_factory=dict)
    threads: int = 1
    keep: Callable[[pa.Table], object] = field(default=_keep_nothing, repr=False)
    known: Callable[[list[str]], Mapping[str, Mapping[str, str | None]]] = field(default=_know_nobody, repr=False)
    limits: ReadLimits = DEFAULT_LIMITS


def clean(values: pa.Array, null_values: pa.Array) -> pa.Array:
    """Text without invisible characters and outer spaces, in NFC; `null_values` (and blank) become null.

    The expensive parts run only where the column's bytes show that they change something.
    """
    buffer = values.buffers()[2]
    data = buffer.to_pybytes() if buffer is not None else b""
    if not data.isascii():
        if any(mark in data for mark in _INVISIBLE_BYTES):
            values = pc.replace_substring_regex(values, _INVISIBLE, "")
        # The buffer of a slice may begin inside a character of its neighbour; then normalising does no harm.
        if not unicodedata.is_normalized("NFC", data.decode(errors="replace")):
            values = pc.utf8_normalize(values, "NFC")
        values = pc.utf8_trim_whitespace(values)
    elif any(space in data for space in (b" ", b"\t", b"\n", b"\r")):
        values = pc.ascii_trim_whitespace(values)
    is_nothing = pc.is_in(values, value_set=null_values)
    return pc.if_else(is_nothing, _NOTHING, values) if pc.any(is_nothing).as_py() else values


def make_column(spec: ColumnSpec, sent: Mapping[str, pa.Array], *, rows: int, context: ReadContext) -> pa.Array:
    """The contract's column from the cleaned columns of a file; a missing optional column is all null."""
    if spec.is_delivery_date or spec.value is not None:
        constant = context.delivery_date.isoformat() if spec.is_delivery_date else spec.value
        return pa.repeat(pa.scalar(constant, pa.string()), rows)
    empty = pa.nulls(rows, pa.string())
    found = [sent.get(part.header, empty) for part in spec.parts]
    if not spec.is_free_text:
        found = [narrowed(values) for values in found]
    parts = [_part(part, values) for part, values in zip(spec.parts, found, strict=True)]
    if spec.is_join:
        parts = [pc.binary_join_element_wise(*parts, spec.separator, null_handling="emit_null")]
    results = (
        [by_distinct(part, lambda values: _steps(spec, values, context)) for part in parts] if spec.has_steps else parts
    )
    made = results[0] if len(results) == 1 else pc.coalesce(*results)
    return by_distinct(made, redact_texts) if spec.is_free_text else made


def narrowed(values: pa.Array) -> pa.Array:
    """Full-width digits and letters, and other compatibility forms, as the plain ones (NFKC): １１ is the code 11."""
    if pc.all(pc.string_is_ascii(values)).as_py() is not False:
        return values
    return pc.utf8_trim_whitespace(pc.utf8_normalize(values, "NFKC"))


def by_distinct(values: pa.Array, function: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """`function` of each distinct value once."""
    encoded = pc.dictionary_encode(values)
    return function(encoded.dictionary).take(encoded.indices)


def _part(part: Part, values: pa.Array) -> pa.Array:
    if part.extract is None:
        return values
    found = pc.extract_regex(values, _with_named_group(part.extract)).field("found")
    return pc.if_else(pc.equal(found, ""), _NOTHING, found)


def _with_named_group(pattern: str) -> str:
    """Arrow wants group names; the mapping has exactly one group, which may or may not be named."""
    position = -1
    while True:
        position = pattern.index("(", position + 1)
        escapes = len(pattern[:position]) - len(pattern[:position].rstrip("\\"))
        if escapes % 2 == 0 and pattern[position + 1 : position + 2] != "?":
            return f"{pattern[:position]}(?P<found>{pattern[position + 1 :]}"


def _steps(spec: ColumnSpec, values: pa.Array, context: ReadContext) -> pa.Array:
    if spec.pad is not None:
        values = pc.utf8_lpad(values, spec.pad, "0")
    if spec.prefix is not None:
        values = pc.utf8_slice_codeunits(values, 0, spec.prefix)
    if spec.codes is not None:
        values = _coded_items(values, spec.each, spec.codes) if spec.each else _coded(values, spec.codes)
    if spec.kind in _TIMES:
        values = _TIMES[spec.kind](values)
    if spec.unit is not None:
        values = convert_unit(values, spec.unit, is_whole_number=spec.is_whole_number)
    if spec.scale is not None:
        values = _standardised(values, spec.scale)
    if spec.before:
        values = pc.binary_join_element_wise(pa.scalar(spec.before), values, "", null_handling="emit_null")
    if spec.link is not None:
        values = _linked(values, spec, context)
    if spec.is_pseudonym:
        values = pseudonyms(values, context.master_key, purpose=spec.name)
    return values


def _coded(values: pa.Array, codes: Mapping[str, str]) -> pa.Array:
    """Listed values replaced, the others as sent (silver refuses what the contract does not know); "" is null."""
    position = pc.index_in(values, value_set=pa.array(list(codes), pa.string()))
    replaced = pa.array([code or None for code in codes.values()], pa.string()).take(position)
    return pc.if_else(pc.is_valid(position), replaced, values)


def _coded_items(values: pa.Array, separator: str, codes: Mapping[str, str]) -> pa.Array:
    """`codes` for each item of values like "2507;2707"; items that become null are left out."""
    items = pc.split_pattern(values, separator)
    flat = pc.utf8_trim_whitespace(items.flatten())
    flat = pc.if_else(pc.equal(flat, ""), _NOTHING, _coded(flat, codes))
    owner = pc.list_parent_indices(items)
    kept = pa.table({"owner": owner, "item": flat}).filter(pc.is_valid(flat))
    grouped = kept.group_by("owner", use_threads=False).aggregate([("item", "list")])
    joined = pc.binary_join(grouped.column("item_list").combine_chunks(), separator)
    position = pc.index_in(pa.array(range(len(values)), owner.type), value_set=grouped.column("owner").combine_chunks())
    return joined.take(position)


def convert_unit(values: pa.Array, unit: Unit, *, is_whole_number: bool) -> pa.Array:
    """Numbers in the contract's unit, as text; what is no number stays as sent for silver to refuse.

    The unit itself behind the number and commas between thousands are taken off; 1,5 is no number, it may be one and
    a half. A whole number is rounded half up.
    """
    plain = pc.replace_substring_regex(values, rf"\s*(?:{unit.written})\s*$", "")
    bare = pc.replace_substring_regex(plain, ",", "")
    is_number = pc.and_(
        pc.match_substring_regex(bare, _NUMBER),
        pc.or_(pc.equal(bare, plain), pc.match_substring_regex(plain, _THOUSANDS)),
    )
    number = pc.cast(pc.if_else(is_number, bare, _NOTHING), pa.float64())
    result = pc.divide(pc.multiply(number, float(unit.numerator)), float(unit.denominator))
    if is_whole_number:
        text = pc.cast(pc.cast(pc.round(result, 0, "half_towards_infinity"), pa.int64(), safe=False), pa.string())
    else:
        text = pc.cast(pc.round(result, 10), pa.string())
    return pc.if_else(pc.fill_null(is_number, False), text, values)


def _standardised(values: pa.Array, scale: Scale) -> pa.Array:
    is_number = pc.match_substring_regex(values, _NUMBER)
    number = pc.cast(pc.if_else(is_number, values, _NOTHING), pa.float64())
    score = pc.add(pc.multiply(pc.divide(pc.subtract(number, scale.mean), scale.sd), 15.0), 100.0)
    return pc.if_else(pc.fill_null(is_number, False), pc.cast(pc.round(score, 4), pa.string()), values)


def _linked(values: pa.Array, spec: ColumnSpec, context: ReadContext) -> pa.Array:
    linker = context.linkers.get(spec.link or "")
    if linker is None:
        raise MappingError(
            f"columns.{spec.name}: no linker {spec.link!r}{nearest(spec.link or '', context.linkers)}; "
            f"available: {', '.join(context.linkers) or 'none'}"
        )
    codes = linker(values) if spec.place == 1 else linker(values, spec.place)
    return codes.cast(pa.string())
