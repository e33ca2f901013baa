"""What a mapping file may say: a delivery's files described in TOML, checked against the contract.

Put here: reading and checking of `SOURCES/mappings/*.toml`. Not here: doing what it says (``mapped_files.py``).
Keys of the file: table, pattern, format, encoding, is_synthetic, null_values, sheet (xlsx), ignore, [columns], [vault],
and deleted = { from = "h", values = ["Y"] }: a row with such a value (in any case) deletes its key if it is the newest;
a value that is neither listed, blank nor a plain no makes the row unreadable.
A column is a header name, or a table with one source and the steps done to it, always in this order::

    source  from = "h" | ["h1", "h2"] (first that gives a value) | join = [...], separator | value | delivery_date
    steps   extract (RE2, first group) · pad (zeros to the left) · prefix (first n characters) · each (separator of
            items that codes is applied to) · codes (unlisted stays as sent, "" means empty) · unit | scale ·
            before (text put before) · link, place (free text to a code) · pseudonym;   optional: header may lack it

What identifies people stands under [vault], field = "h" | ["h1", "h2"] (joined by a blank); a file may lack it. It
goes to the encrypted vault while the file is read, under the row's seeker_key, and nowhere else.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lake.contracts import silver
from lake.contracts.model import Column, Kind, Privacy
from lake.identity import FIELDS
from lake.sources.errors import MappingError
from lake.sources.mapping_model import (
    ColumnSpec,
    DeleteMark,
    Part,
    Scale,
    SourceMapping,
    nearest,
    normalise_header,
    table_of,
)
from lake.sources.units import Unit, units_for

FILE_FORMATS = ("csv", "tsv", "xlsx", "jsonl", "parquet")
WORK24_FORMATS = (
    "work24_postings",
    "work24_posting_details",
    "work24_courses",
    "work24_occupations",
    "work24_job_dictionary",
    "work24_job_dictionary_details",
)
ENCODINGS = ("utf-8", "cp949", "utf-16")
_TOP_KEYS = (
    *("table", "pattern", "format", "encoding", "is_synthetic", "null_values", "sheet", "ignore"),
    *("deleted", "columns", "vault"),
)
_SOURCES = ("from", "join", "value", "delivery_date")
_STEPS = ("extract", "pad", "prefix", "each", "codes", "unit", "scale", "before", "link", "place", "pseudonym")
_COLUMN_KEYS = (*_SOURCES, "separator", "optional", *_STEPS)


def load_mappings(sources_dir: Path) -> tuple[SourceMapping, ...]:
    """Every mapping of a sources folder, sorted by file name; raises MappingError."""
    files = sorted((sources_dir / "mappings").glob("*.toml"))
    if not files:
        raise MappingError("mappings: found no *.toml; expected one mapping per kind of file in SOURCES/mappings")
    return tuple(load_mapping(file) for file in files)


def load_mapping(file: Path) -> SourceMapping:
    """One mapping file, checked; raises MappingError naming the file and key."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"{file.name}: not TOML in UTF-8: {error}") from None
    return parse_mapping(content, file.name)


def parse_mapping(content: Mapping[str, Any], file: str) -> SourceMapping:
    """The mapping in `content` (decoded TOML); `file` names it in errors."""
    _check_keys(content, _TOP_KEYS, file)
    noun = _choice(content, "table", [table.noun for table in silver.TABLES], file=file)
    kind = _choice(content, "format", [*FILE_FORMATS, *WORK24_FORMATS], file=file)
    pattern = _typed(content, "pattern", str, file, default=work24_folder(kind) if kind in WORK24_FORMATS else None)
    if kind in WORK24_FORMATS and pattern != work24_folder(kind):
        raise MappingError(f"{file}: pattern of {kind} is always {work24_folder(kind)}; remove the key")
    columns = _typed(content, "columns", dict, file)
    mapping = SourceMapping(
        file=file,
        noun=noun,
        pattern=unicodedata.normalize("NFC", pattern),
        format=kind,
        columns=tuple(_column_spec(name, entry, file=file, noun=noun) for name, entry in columns.items()),
        encoding=_choice({"encoding": "utf-8"} | dict(content), "encoding", ENCODINGS, file=file),
        is_synthetic=_typed(content, "is_synthetic", bool, file, default=False),
        null_values=_texts(content.get("null_values", [""]), "null_values", file),
        sheet=_typed(content, "sheet", str, file) if "sheet" in content else None,
        ignore=frozenset(normalise_header(name) for name in _texts(content.get("ignore", []), "ignore", file)),
        deleted=_delete_mark(content["deleted"], file) if "deleted" in content else None,
        vault=_vault(_typed(content, "vault", dict, file, default={}), file),
    )
    _check_whole(mapping)
    return mapping


def _delete_mark(entry: object, file: str) -> DeleteMark:
    if not isinstance(entry, dict) or set(entry) != {"from", "values"} or not isinstance(entry["from"], str):
        raise MappingError(f'{file}: deleted must be {{ from = "header", values = ["Y"] }}')
    return DeleteMark(normalise_header(entry["from"]), _texts(entry["values"], "deleted.values", file))


def work24_folder(kind: str) -> str:
    """Where a fetch of the 고용24 open API lies in a delivery."""
    return f"work24/{kind.removeprefix('work24_')}"


def _check_whole(mapping: SourceMapping) -> None:
    """Rules over several columns: nothing required is missing, and no identifier stands in the clear."""
    _check_vault(mapping)
    mapped = {spec.name: spec for spec in mapping.columns}
    for column in table_of(mapping.noun).delivered:
        if column.name not in mapped and not column.nullable:
            raise MappingError(
                f"{mapping.file}: columns.{column.name} is missing; silver__{mapping.noun} needs it in every row"
            )
        is_plain = column.name in mapped and not mapped[column.name].is_pseudonym
        if column.privacy is Privacy.PSEUDONYM and is_plain and not mapping.is_synthetic:
            raise MappingError(f"{mapping.file}: columns.{column.name} identifies a person; add pseudonym = true")
    for spec in mapping.columns:
        shared = [] if spec.is_pseudonym else sorted(set(spec.headers) & mapping.secret_headers)
        if shared:
            raise MappingError(
                f"{mapping.file}: columns.{spec.name} would keep {shared[0]} in the clear, which is pseudonymised for "
                "another column or kept in the vault; remove one of the two"
            )


def _vault(entries: Mapping[str, Any], file: str) -> dict[str, tuple[str, ...]]:
    """The section [vault]: field → headers."""
    _check_keys(entries, FIELDS, file, "vault")
    listed = {name: [entry] if isinstance(entry, str) else entry for name, entry in entries.items()}
    return {
        name: tuple(normalise_header(header) for header in _texts(headers or None, f"vault.{name}", file))
        for name, headers in listed.items()
    }


def _check_vault(mapping: SourceMapping) -> None:
    """People are kept under their pseudonym, so a mapping with [vault] must make one."""
    is_keyed = any(spec.name == "seeker_key" and spec.is_pseudonym for spec in mapping.columns)
    if mapping.vault and (not is_keyed or mapping.format in WORK24_FORMATS):
        raise MappingError(
            f"{mapping.file}: vault needs columns.seeker_key with pseudonym = true, in a file of people; "
            "add it, or remove [vault]"
        )


def _column_spec(name: str, entry: object, *, file: str, noun: str) -> ColumnSpec:
    delivered = {column.name: column for column in table_of(noun).delivered}
    key = f"columns.{name}"
    if name not in delivered:
        raise MappingError(
            f"{file}: {key} is no delivered column of silver__{noun}{nearest(name, delivered)}; "
            f"valid: {', '.join(delivered)}"
        )
    table = {"from": entry} if isinstance(entry, str) else entry
    if not isinstance(table, dict):
        raise MappingError(f"{file}: {key} must be a header name or a table, not {type(entry).__name__}")
    _check_keys(table, _COLUMN_KEYS, file, key)
    sources = [word for word in _SOURCES if word in table]
    if len(sources) != 1:
        raise MappingError(f"{file}: {key} has {sources or 'no source'}; give exactly one of {', '.join(_SOURCES)}")
    clash = [word for word in ("unit", "scale", "link", "pseudonym") if table.get(word)]
    if len(clash) > 1:
        raise MappingError(f"{file}: {key} has {' and '.join(clash)}, which exclude each other; keep one")
    return _spec_from(table, delivered[name], file=file, key=key)


def _spec_from(table: dict[str, Any], column: Column, *, file: str, key: str) -> ColumnSpec:
    def typed(word: str, kind: type, default: Any = None) -> Any:
        return _typed(table, word, kind, file, default=default, prefix=f"{key}.") if word in table else default

    is_free_text = (
        column.kind is Kind.STRING
        and column.codes is None
        and (column.name == "title" or column.name.endswith(("_text", "_name")))
        and "codes" not in column.name
    )
    codes = typed("codes", dict)
    if codes is not None and not all(isinstance(code, str) for code in codes.values()):
        raise MappingError(f'{file}: {key}.codes: every code is text in quotes, such as "03"')
    for word in ("pad", "prefix", "place"):
        if typed(word, int, 1) < 1:
            raise MappingError(f"{file}: {key}.{word} must be 1 or more")
    return ColumnSpec(
        name=column.name,
        parts=_parts(table, file, key),
        is_join="join" in table,
        separator=typed("separator", str, ""),
        value=typed("value", str),
        is_delivery_date=typed("delivery_date", bool, False),
        pad=typed("pad", int),
        prefix=typed("prefix", int),
        each=typed("each", str),
        codes=codes and {unicodedata.normalize("NFC" if is_free_text else "NFKC", sent): codes[sent] for sent in codes},
        unit=_unit(table, column, file, key),
        is_whole_number=column.kind in (Kind.INT8, Kind.INT16, Kind.INT32, Kind.INT64),
        scale=_scale(typed("scale", dict), file, key),
        before=typed("before", str, ""),
        link=typed("link", str),
        place=typed("place", int, 1),
        is_pseudonym=typed("pseudonym", bool, False),
        is_optional=typed("optional", bool, False),
        is_free_text=is_free_text,
        kind=column.kind,
    )


def _parts(table: Mapping[str, Any], file: str, key: str) -> tuple[Part, ...]:
    word = "join" if "join" in table else "from"
    listed = table.get(word, [])
    if word == "from" and isinstance(listed, str):
        listed = [listed]
    if not isinstance(listed, list) or (word in table and not listed):
        raise MappingError(f"{file}: {key}.{word} must name one header or a list of headers")
    parts = []
    for entry in listed:
        entry = {"from": entry} if isinstance(entry, str) else entry
        if not isinstance(entry, dict) or not isinstance(entry.get("from"), str) or set(entry) - {"from", "extract"}:
            raise MappingError(f'{file}: {key}.{word}: each entry is a header or {{ from = "header", extract = "…" }}')
        parts.append(Part(normalise_header(entry["from"]), _pattern(entry, table, file, key)))
    return tuple(parts)


def _pattern(entry: Mapping[str, Any], table: Mapping[str, Any], file: str, key: str) -> str | None:
    pattern = entry.get("extract", table.get("extract"))
    if pattern is None:
        return None
    try:
        groups = re.compile(pattern).groups
    except (re.error, TypeError):
        groups = 0
    if groups != 1:
        raise MappingError(f"{file}: {key}.extract must be a regular expression with exactly one group in brackets")
    return str(pattern)


def _unit(table: Mapping[str, Any], column: Column, file: str, key: str) -> Unit | None:
    if "unit" not in table:
        return None
    valid = units_for(column)
    name = str(table["unit"])
    if name not in valid:
        raise MappingError(
            f"{file}: {key}.unit {name!r} is no unit for {column.unit or column.kind.value}{nearest(name, valid)}; "
            f"valid: {', '.join(valid) or 'none'}"
        )
    return valid[name]


def _scale(entry: Mapping[str, Any] | None, file: str, key: str) -> Scale | None:
    if entry is None:
        return None
    numbers = [entry.get(word) for word in ("mean", "sd")]
    is_good = set(entry) == {"mean", "sd"} and all(isinstance(n, int | float) for n in numbers)
    if not is_good or not entry["sd"] > 0:
        raise MappingError(f"{file}: {key}.scale must be {{ mean = number, sd = number above 0 }}")
    return Scale(float(entry["mean"]), float(entry["sd"]))


def _check_keys(table: Mapping[str, Any], valid: Iterable[str], file: str, place: str = "") -> None:
    for word in table:
        if word not in valid:
            where = f"{place}.{word}" if place else word
            raise MappingError(f"{file}: unknown key {where}{nearest(word, valid)}; valid: {', '.join(valid)}")


def _typed(table: Mapping[str, Any], key: str, kind: type, file: str, *, default: Any = None, prefix: str = "") -> Any:
    value = table.get(key, default)
    is_right = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
    if not is_right or value == "" and key == "each":
        found = "nothing" if value is None else repr(value)
        raise MappingError(f"{file}: {prefix}{key} is {found}; expected {kind.__name__}")
    return value


def _choice(table: Mapping[str, Any], key: str, valid: Iterable[str], *, file: str) -> str:
    value = _typed(table, key, str, file)
    if value not in valid:
        raise MappingError(f"{file}: {key} {value!r} is unknown{nearest(value, valid)}; valid: {', '.join(valid)}")
    return str(value)


def _texts(value: object, key: str, file: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise MappingError(f"{file}: {key} must be a list of texts")
    return tuple(value)
