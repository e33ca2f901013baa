"""Publication: one pointer names one night; switch it, roll it back.

`published/nights/{run_id}.json` describes a published night; `published/current.json` is a copy of the one that is
served. Readers open exactly the table versions, the database and the pages that the pointer names, so a night is seen
whole or not at all. A pointer holds the SHA-256 of its own text, and the audit log that SHA-256. Do not put here: what
may be published (gates.py), whether published bytes are still right (verification.py), where artefacts lie
(artefacts.py).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from lake import artefacts, audit_log, kill_points, tables
from lake.contracts.registry import contract_version
from lake.delta_log import files_of, rows_of
from lake.file_hash import sha256_of
from lake.file_sync import write_durably
from lake.quality import connect
from lake.settings import Settings

CANDIDATE = "candidate.json"
"""A night on its way to the switch; one that a killed run left may name files that are removed later."""


class NothingPublished(FileNotFoundError):
    """No night has been published in this lake yet."""


class LakeLocked(RuntimeError):
    """Another run holds the lake."""


class PublicationDamaged(RuntimeError):
    """Published bytes are not what was published."""


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
    """One published night.

    `database` and `site` are paths below `published/`; `artefacts` says the SHA-256 of that file and of every page.
    """

    run_id: str
    as_of: date
    tables: Mapping[str, PublishedTable]
    model_versions: Mapping[str, str]
    is_synthetic: bool
    inputs_hash: str = ""
    forced_because: str = ""
    database: str = ""
    site: str = ""
    artefacts: Mapping[str, str] = field(default_factory=dict)

    @property
    def key_values(self) -> str:
        """The night's key-value copy below `published/`; empty when it has none."""
        return next((name for name in self.artefacts if name.endswith(artefacts.KEY_VALUES)), "")

    @property
    def sha256(self) -> str:
        """The SHA-256 of everything the pointer says."""
        return hashlib.sha256(self._text().encode()).hexdigest()

    def _text(self, **more: str) -> str:
        facts = asdict(self) | {"as_of": self.as_of.isoformat()} | more
        return json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True)

    def to_json(self) -> str:
        """Deterministic JSON of the pointer and its SHA-256."""
        return self._text(sha256=self.sha256)

    @classmethod
    def from_json(cls, text: str) -> Pointer:
        """The pointer that `to_json` wrote; raises ValueError or TypeError when the text is another one."""
        raw: dict[str, Any] = json.loads(text)
        written = raw.pop("sha256", "")
        raw["as_of"] = date.fromisoformat(raw["as_of"])
        raw["tables"] = {name: PublishedTable(**entry) for name, entry in raw["tables"].items()}
        pointer = cls(**raw)
        if pointer.sha256 != written:
            raise ValueError("its text does not have the SHA-256 that stands in it")
        return pointer


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


def describe_table(settings: Settings, table_id: str, version: int | None = None) -> PublishedTable:
    """A version of a table (the newest when None) as a manifest entry; all that it is made of stands on disk."""
    opened = tables.delta(settings, table_id, version=version)
    folder = tables.path(settings, table_id)
    files = files_of(opened)
    tables.make_durable(settings, table_id, files)
    return PublishedTable(
        version=opened.version(),
        rows=rows_of(opened),
        content_hash=content_hash(settings, table_id, opened.version()),
        contract_version=contract_version(table_id),
        files={name: sha256_of(folder / name) for name in files},
    )


def content_hash(settings: Settings, table_id: str, version: int) -> str:
    """A hash of the rows whatever their order and files; run_id is left out, so equal nights are equal."""
    with connect(settings) as db:
        rows = tables.dataset(settings, table_id, version=version)
        db.register("hashed", rows)
        return hash_view(db, "hashed", rows.schema.names)


def hash_view(db: duckdb.DuckDBPyConnection, view: str, names: Sequence[str]) -> str:
    """The content hash of a view of these columns."""
    hashed = ", ".join(f'"{name}"' for name in names if name != "run_id")
    found = db.execute(f'select count(*), sum(hash({hashed})::hugeint) from "{view}"').fetchone()
    return hashlib.sha256(repr(found).encode()).hexdigest()[:32]


def write_night(settings: Settings, pointer: Pointer) -> None:
    """Write down a night that can be served; what is served stays."""
    folder = _nights_dir(settings)
    folder.mkdir(parents=True, exist_ok=True)
    write_durably(folder / f"{pointer.run_id}.json", pointer.to_json())


def switch(settings: Settings, pointer: Pointer) -> None:
    """Make `pointer` the served night: durable night file first, then one atomic rename, then the links of its names.

    `publish` does this for nights, with its entry in the audit log.
    """
    write_night(settings, pointer)
    kill_points.pass_point(settings, "publication:before the switch")
    write_durably(settings.publication_dir / "current.json", pointer.to_json())
    kill_points.pass_point(settings, "publication:after the switch")
    artefacts.point_links(settings.publication_dir, pointer.database, pointer.site)


def publish(settings: Settings, pointer: Pointer, action: str = "publish", **facts: Any) -> None:
    """Record what is done, then switch: nothing is ever served without an entry in the audit log."""
    if pointer.forced_because and action == "publish":
        audit_log.record(settings, "force", run_id=pointer.run_id, reason=pointer.forced_because)
    audit_log.record(settings, action, run_id=pointer.run_id, pointer_sha256=pointer.sha256, **facts)
    switch(settings, pointer)


def rewrite(settings: Settings, pointers: Sequence[Pointer], because: str) -> None:
    """Put corrected manifests in the place of kept nights (after an erasure), the served one's copy last.

    The versions that the old and the new ones name must all stand: readers may follow either until this returns.
    """
    served = current(settings).run_id
    for pointer in sorted(pointers, key=lambda night: night.run_id == served):
        if pointer.run_id == served:
            publish(settings, pointer, "rewrite", because=because)
        else:
            audit_log.record(settings, "rewrite", run_id=pointer.run_id, pointer_sha256=pointer.sha256, because=because)
            write_night(settings, pointer)


def current(settings: Settings) -> Pointer:
    """The served night; raises NothingPublished or PublicationDamaged."""
    file = settings.publication_dir / "current.json"
    if not file.is_file():
        raise NothingPublished("no night is published in this lake yet; run: goyong nightly (or: goyong demo)")
    return read_pointer(file)


def database(settings: Settings, pointer: Pointer) -> Path:
    """The analysts' database of a published night; raises PublicationDamaged when it is not there."""
    file = settings.publication_dir / pointer.database
    if not pointer.database or not file.is_file():
        raise PublicationDamaged(
            f"run {pointer.run_id}: found no database {pointer.database or '(none is named)'}; expected the one built "
            "with that night. Do: goyong rollback, or run the night again"
        )
    return file


def nights(settings: Settings) -> list[Pointer]:
    """Every published night that is kept, newest business date first."""
    found = [read_pointer(file) for file in sorted(_nights_dir(settings).glob("*.json"))]
    return sorted(found, key=lambda pointer: (pointer.as_of, pointer.run_id), reverse=True)


def read_pointer(file: Path) -> Pointer:
    """The pointer in a file; raises PublicationDamaged when it is not one that was written whole."""
    try:
        return Pointer.from_json(file.read_text(encoding="utf-8"))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise PublicationDamaged(
            f"{file.parent.name}/{file.name}: found {error}; expected a pointer as it was written. Do: put the file "
            "back from a backup; in the place of current.json serve a kept night (goyong publish RUN); a night's file "
            "that cannot be put back is removed, and the night given up"
        ) from error


def rollback(settings: Settings, run_id: str | None = None, *, discard: bool = False) -> Pointer:
    """Serve a kept night again (`run_id`, or the one before the served one); with `discard` forget the one left."""
    kept = nights(settings)
    served = _served(settings)
    older = [night for night in kept if night.run_id == run_id or (served and night.as_of < served.as_of)]
    chosen = [night for night in older if run_id is None or night.run_id == run_id]
    if not chosen:
        known = ", ".join(night.run_id for night in kept)
        before = f"before {served.run_id}" if served else "(nothing is served: name one)"
        raise NothingPublished(f"no kept night {run_id or before}; kept nights: {known}")
    left = served.run_id if served else ""
    publish(settings, chosen[0], "rollback", from_run=left, to_run=chosen[0].run_id)
    if discard and left not in ("", chosen[0].run_id):
        audit_log.record(settings, "discard", run_id=left)
        (_nights_dir(settings) / f"{left}.json").unlink(missing_ok=True)
    return chosen[0]


def _served(settings: Settings) -> Pointer | None:
    """The night that is left; None where nothing is served, or what is served cannot be told any more."""
    try:
        return current(settings)
    except (NothingPublished, PublicationDamaged):
        return None


def _nights_dir(settings: Settings) -> Path:
    return settings.publication_dir / "nights"
