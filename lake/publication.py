"""Publication: one pointer names one night; switch it, roll it back, verify it.

`published/nights/{run_id}.json` describes a published night and never changes; `published/current.json`
is a copy of the one that is served. Readers open exactly the table versions the pointer names, so a
night is seen whole or not at all. Do not put here: what may be published (the audit, in gates.py).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from lake import audit_log, tables
from lake.contracts.registry import contract_version
from lake.file_hash import sha256_of
from lake.file_sync import sync_file, write_durably
from lake.quality import connect
from lake.settings import Settings


class NothingPublished(FileNotFoundError):
    """No night has been published in this lake yet."""


class LakeLocked(RuntimeError):
    """Another run holds the lake."""


class PublicationDamaged(RuntimeError):
    """Published bytes are not what the manifest says."""


@dataclass(frozen=True)
class PublishedTable:
    """One published table: Delta version, rows, per-file SHA-256 and a hash of the content."""

    version: int
    rows: int
    content_hash: str
    contract_version: str
    files: Mapping[str, str]


@dataclass(frozen=True)
class Pointer:
    """One published night."""

    run_id: str
    as_of: date
    tables: Mapping[str, PublishedTable]
    model_versions: Mapping[str, str]
    is_synthetic: bool
    inputs_hash: str = ""
    forced_because: str = ""

    def to_json(self) -> str:
        """Deterministic JSON of the pointer."""
        return json.dumps(
            asdict(self) | {"as_of": self.as_of.isoformat()}, ensure_ascii=False, indent=1, sort_keys=True
        )

    @classmethod
    def from_json(cls, text: str) -> Pointer:
        """The pointer that `to_json` wrote."""
        raw: dict[str, Any] = json.loads(text)
        raw["as_of"] = date.fromisoformat(raw["as_of"])
        raw["tables"] = {name: PublishedTable(**entry) for name, entry in raw["tables"].items()}
        return cls(**raw)


@contextmanager
def lock(settings: Settings) -> Iterator[None]:
    """Hold the lake for one run; raises LakeLocked naming the holder. The OS frees it if we die."""
    settings.lake_dir.mkdir(parents=True, exist_ok=True)
    with (settings.lake_dir / ".lock").open("a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.seek(0)
            raise LakeLocked(
                f"another run holds this lake ({handle.read().strip()}); wait for it or stop it"
            ) from error
        handle.seek(0)
        handle.truncate()
        handle.write(f"process {os.getpid()}")
        handle.flush()
        try:
            yield
        finally:
            handle.truncate(0)


def describe_table(settings: Settings, table_id: str) -> PublishedTable:
    """The newest version of a table as a manifest entry; its files are hashed and made durable."""
    opened = tables.delta(settings, table_id)
    folder = tables.path(settings, table_id)
    files = sorted(str(name) for name in pa.table(opened.get_add_actions(flatten=True)).column("path").to_pylist())
    return PublishedTable(
        version=opened.version(),
        rows=tables.count(settings, table_id),
        content_hash=content_hash(settings, table_id, opened.version()),
        contract_version=contract_version(table_id),
        files={name: _file_hash(folder / name, durable=True) for name in files},
    )


def content_hash(settings: Settings, table_id: str, version: int) -> str:
    """A hash of the rows whatever their order and files; run_id is left out, so equal nights are equal."""
    with connect(settings) as db:
        rows = tables.dataset(settings, table_id, version=version)
        db.register("hashed", rows)
        names = ", ".join(f'"{name}"' for name in rows.schema.names if name != "run_id")
        found = db.execute(f"select count(*), sum(hash({names})::hugeint) from hashed").fetchone()
    return hashlib.sha256(repr(found).encode()).hexdigest()[:32]


def switch(settings: Settings, pointer: Pointer) -> None:
    """Make `pointer` the served night: durable night file first, then one atomic rename."""
    nights = settings.publication_dir / "nights"
    nights.mkdir(parents=True, exist_ok=True)
    write_durably(nights / f"{pointer.run_id}.json", pointer.to_json())
    write_durably(settings.publication_dir / "current.json", pointer.to_json())


def rewrite(settings: Settings, pointers: Sequence[Pointer], because: str) -> None:
    """Put kept nights in place of those of the same run ids, the served one's copy last, each durably.

    The versions that the old and the new ones name must all stand: readers may follow either until this returns.
    """
    served = current(settings).run_id
    for pointer in pointers:
        audit_log.record(settings, "rewrite", run_id=pointer.run_id, because=because)
        write_durably(settings.publication_dir / "nights" / f"{pointer.run_id}.json", pointer.to_json())
    for pointer in pointers:
        if pointer.run_id == served:
            write_durably(settings.publication_dir / "current.json", pointer.to_json())


def current(settings: Settings) -> Pointer:
    """The served night; raises NothingPublished."""
    file = settings.publication_dir / "current.json"
    if not file.is_file():
        raise NothingPublished("no night is published in this lake yet; run: goyong nightly (or: goyong demo)")
    return Pointer.from_json(file.read_text(encoding="utf-8"))


def nights(settings: Settings) -> list[Pointer]:
    """Every published night that is kept, newest business date first."""
    folder = settings.publication_dir / "nights"
    found = [Pointer.from_json(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]
    return sorted(found, key=lambda pointer: (pointer.as_of, pointer.run_id), reverse=True)


def rollback(settings: Settings, run_id: str | None = None) -> Pointer:
    """Serve an older night again (`run_id`, or the one before the served one)."""
    served, kept = current(settings), nights(settings)
    older = [night for night in kept if night.as_of < served.as_of or night.run_id == run_id]
    chosen = [night for night in older if run_id is None or night.run_id == run_id]
    if not chosen:
        known = ", ".join(night.run_id for night in kept)
        raise NothingPublished(f"no kept night {run_id or 'before ' + served.run_id}; kept nights: {known}")
    switch(settings, chosen[0])
    return chosen[0]


def verify(settings: Settings, pointer: Pointer) -> list[str]:
    """Re-hash every published file; returns one line for each file that is not what the manifest says."""
    problems = []
    for table_id, entry in sorted(pointer.tables.items()):
        for name, expected in sorted(entry.files.items()):
            file = tables.path(settings, table_id) / name
            if not file.is_file():
                problems.append(f"{table_id}: {name} is missing")
            elif _file_hash(file) != expected:
                problems.append(f"{table_id}: {name} differs from the manifest")
    return problems


def _file_hash(file: Path, *, durable: bool = False) -> str:
    if durable:
        sync_file(file)
    return sha256_of(file)
