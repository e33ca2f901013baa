"""The erasure list: who was erased and must not come back with the next delivery.

Put here: writing the list and asking it. Not here: erasing (erasure.py), where a person stands in a table
(erased_rows.py). Concept: of each key it keeps a keyed hash and the first 4 hexadecimal digits, so nobody without the
master key can tell who was erased, and only one row in 65,536 an erased person needs its hash computed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lake.file_sync import write_durably
from lake.privacy import keyed_hash, load_master_key
from lake.settings import Settings

Rows = TypeVar("Rows", pa.RecordBatch, pa.Table)

_PURPOSE = "erased person"
_PREFIX_DIGITS = 4


class ErasureListDamaged(RuntimeError):
    """The list is missing, or not what this lake wrote: erased people could come back."""


@dataclass(frozen=True)
class Erasures:
    """The list as read: first digits of the key → keyed hash → the day of the erasure."""

    marks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    master_key: bytes = field(default=b"", repr=False)

    def __len__(self) -> int:
        return sum(map(len, self.marks.values()))

    @property
    def digest(self) -> str:
        """A hash of who is on the list, "" when nobody is."""
        listed = sorted(mark for marks in self.marks.values() for mark in marks)
        return hashlib.sha256("\n".join(listed).encode()).hexdigest() if listed else ""

    def erased_on(self, key: str) -> str | None:
        """The day (ISO) on which this person was erased, None when never."""
        marks = self.marks.get(key[:_PREFIX_DIGITS])
        return marks.get(mark_of(key, self.master_key)) if marks else None

    def includes(self, keys: pa.Array | pa.ChunkedArray) -> pa.Array:
        """For each key (text, null: nobody) whether it is an erased person's, as booleans without nulls."""
        found = np.zeros(len(keys), bool)
        if self.marks and len(keys):
            prefixes = pc.utf8_slice_codeunits(keys, 0, _PREFIX_DIGITS)
            suspected = pc.is_in(prefixes, value_set=pa.array(list(self.marks), pa.string()))
            for place in np.flatnonzero(suspected.to_numpy(zero_copy_only=False)):
                found[place] = self.erased_on(keys[int(place)].as_py()) is not None
        return pa.array(found)

    def leave_out(self, rows: Rows, columns: Sequence[str]) -> Rows:
        """The rows in which none of `columns` (keys of people) is an erased person's."""
        present = [name for name in columns if name in rows.schema.names]
        for name in present if self.marks else ():
            rows = rows.filter(pc.invert(self.includes(rows.column(name))))
        return rows


def mark_of(key: str, master_key: bytes) -> str:
    """What the list and the certificate keep of a key: HMAC-SHA256 in hexadecimal."""
    return keyed_hash(key, master_key, purpose=_PURPOSE)


def load_erasures(settings: Settings) -> Erasures:
    """The list of a lake; empty when nobody was ever erased.

    Raises:
        ErasureListDamaged: the file was changed by something else, or is gone although people were erased.
    """
    file = _file(settings)
    if not file.is_file():
        if any((settings.audit_dir / "certificates").glob("*.json")):
            raise ErasureListDamaged(
                f"{file.name}: no erasure list, but this lake has certificates of erasures. "
                "Do: restore the file from its backup; without it erased people come back."
            )
        return Erasures()
    key = load_master_key(settings)
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
        entries, seal = raw["erased"], raw["seal"]
        marks: dict[str, dict[str, str]] = {}
        for entry in entries:
            marks.setdefault(entry["prefix"], {})[entry["mark"]] = entry["erased_on"]
    except (ValueError, KeyError, TypeError):
        entries, seal, marks = [], "", {}
    if not hmac.compare_digest(str(seal), _seal(entries, key)):
        raise ErasureListDamaged(
            f"{file.name}: not the erasure list that this lake wrote. Do: restore the file from its backup."
        )
    return Erasures(marks, key)


def add_erasures(settings: Settings, keys: Iterable[str], *, erased_on: date) -> None:
    """Put people on the list, durably; who is on it keeps the day of the first erasure."""
    known, key = load_erasures(settings), load_master_key(settings)
    entries = [
        {"prefix": prefix, "mark": mark, "erased_on": day}
        for prefix, marks in known.marks.items()
        for mark, day in marks.items()
    ]
    for person in keys:
        if not known or known.erased_on(person) is None:
            mark = mark_of(person, key)
            entries.append({"prefix": person[:_PREFIX_DIGITS], "mark": mark, "erased_on": erased_on.isoformat()})
    entries.sort(key=lambda entry: entry["mark"])
    settings.vault_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_durably(_file(settings), json.dumps({"erased": entries, "seal": _seal(entries, key)}, indent=1), mode=0o600)


def _seal(entries: Sequence[Mapping[str, str]], key: bytes) -> str:
    return keyed_hash(json.dumps(entries, sort_keys=True), key, purpose="erasure list")


def _file(settings: Settings) -> Path:
    return settings.vault_dir / "erasures.json"
