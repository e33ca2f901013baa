"""The shape of a mapping: which columns of a file make which column of the contract, and how.

Put here: frozen shapes and what follows from one mapping alone. Not here: reading TOML (``mapping.py``, whose
docstring explains the fields) or doing what a mapping says (``values.py``).
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lake.contracts import silver
from lake.contracts.model import Kind, Privacy, Table
from lake.sources.units import Unit


@dataclass(frozen=True)
class Part:
    """One column of the file, by its normalised header, and what is cut out of it."""

    header: str
    extract: str | None = None


@dataclass(frozen=True)
class Scale:
    """A raw test score's mean and standard deviation, put on mean 100, standard deviation 15."""

    mean: float
    sd: float


@dataclass(frozen=True)
class DeleteMark:
    """The column of the file that says a row deletes its key, and the values that say so."""

    header: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class ColumnSpec:
    """How one contract column is made from the file; fields are the keys of the module docstring."""

    name: str
    parts: tuple[Part, ...] = ()
    is_join: bool = False
    separator: str = ""
    value: str | None = None
    is_delivery_date: bool = False
    pad: int | None = None
    prefix: int | None = None
    each: str | None = None
    codes: Mapping[str, str] | None = None
    unit: Unit | None = None
    is_whole_number: bool = False
    scale: Scale | None = None
    before: str = ""
    link: str | None = None
    place: int = 1
    is_pseudonym: bool = False
    is_optional: bool = False
    is_free_text: bool = False
    kind: Kind = Kind.STRING

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header the column reads."""
        return tuple(part.header for part in self.parts)

    @property
    def has_steps(self) -> bool:
        """Whether values are changed after they are found."""
        is_time = self.kind in (Kind.DATE, Kind.INSTANT)
        return self._loses_something or bool(self.before) or self.is_pseudonym or is_time

    @property
    def changes_values(self) -> bool:
        """Whether what was sent cannot be read off the result."""
        is_cut = any(part.extract for part in self.parts)
        return is_cut or self.is_join or len(self.parts) > 1 or self._loses_something

    @property
    def _loses_something(self) -> bool:
        return any(step is not None for step in (self.pad, self.prefix, self.codes, self.unit, self.scale, self.link))


@dataclass(frozen=True)
class SourceMapping:
    """One mapping file. `pattern` is a glob relative to the delivery folder, `ignore` headers never kept.

    `vault` says for each field of ``lake.identity`` which headers hold it, several joined by a blank.
    """

    file: str
    noun: str
    pattern: str
    format: str
    columns: tuple[ColumnSpec, ...]
    encoding: str = "utf-8"
    is_synthetic: bool = False
    null_values: tuple[str, ...] = ("",)
    sheet: str | None = None
    ignore: frozenset[str] = frozenset()
    vault: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    deleted: DeleteMark | None = None

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header the mapping reads, once, in the order of the mapping."""
        of_columns = [header for spec in self.columns for header in spec.headers]
        of_vault = [header for listed in self.vault.values() for header in listed]
        return tuple(dict.fromkeys([*of_columns, *of_vault, *self._marks]))

    @property
    def _marks(self) -> tuple[str, ...]:
        return (self.deleted.header,) if self.deleted else ()

    def header_named(self, cell: str) -> str:
        """The header as the mapping spells it when only case, width or spaces differ, else as the file does.

        A spelling that fits two headers of the mapping fits none.
        """
        name = normalise_header(cell)
        if name in self.headers:
            return name
        alike = [header for header in self.headers if _folded(header) == _folded(name)]
        return alike[0] if len(alike) == 1 else name

    @property
    def required_headers(self) -> tuple[str, ...]:
        """The headers a file must have."""
        needed = [h for spec in self.columns if not spec.is_optional for h in spec.headers]
        return tuple(dict.fromkeys([*needed, *self._marks]))

    @property
    def one_line_headers(self) -> tuple[str, ...]:
        """The headers whose values have no second line: of codes, numbers, dates, keys and marks."""
        of_columns = [header for spec in self.columns if not spec.is_free_text for header in spec.headers]
        return tuple(dict.fromkeys([*of_columns, *self._marks]))

    @property
    def secret_headers(self) -> frozenset[str]:
        """Headers whose values may stand nowhere as sent: pseudonymised ones, and those that go to the vault."""
        pseudonymised = {header for spec in self.columns if spec.is_pseudonym for header in spec.headers}
        return frozenset(pseudonymised.union(*self.vault.values()))

    def holds_resident_number(self, header: str) -> bool:
        """Whether a header is of resident numbers: `[vault]` says so, or its name."""
        return header in self.vault.get("resident_number", ()) or "주민등록번호" in header.replace(" ", "")

    @property
    def is_about_people(self) -> bool:
        """Whether a row of the table belongs to a person."""
        return any(column.privacy is Privacy.PSEUDONYM for column in table_of(self.noun).columns)


def normalise_header(name: str) -> str:
    """One spelling of a header: NFC, no invisible characters, single spaces, none at the ends."""
    visible = re.sub("[\u200b-\u200d\u2060\ufeff]", "", unicodedata.normalize("NFC", name))
    return re.sub(r"\s+", " ", visible).strip()


def _folded(header: str) -> str:
    return unicodedata.normalize("NFKC", header).replace(" ", "").casefold()


def table_of(noun: str) -> Table:
    """The silver contract that a mapping's `table` names; raises KeyError."""
    return {table.noun: table for table in silver.TABLES}[noun]


def nearest(name: str, valid: Iterable[str]) -> str:
    """', nearest: …' for an error message; empty when nothing is near."""
    found = difflib.get_close_matches(name, list(valid), n=1, cutoff=0.5)
    return f", nearest: {found[0]}" if found else ""
