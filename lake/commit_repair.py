"""Commits that a power cut left half written: found before a night begins, taken back where nothing published needs it.

Only the newest commit of a log, and what is written after it, can be torn: only that is read. A commit that a kept
pointer names is never touched: it is reported. Data files that a commit taken back had named go with the next vacuum.
Do not put here: checking published bytes (verification.py).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lake import audit_log, tables
from lake.contracts.registry import TABLES
from lake.file_sync import sync_folder
from lake.publication import NothingPublished, Pointer, current, nights
from lake.settings import Settings

log = logging.getLogger(__name__)

_DIGITS = 20
_HINT, _CHECKPOINT = "_last_checkpoint", ".checkpoint.parquet"


class PublishedCommitTorn(RuntimeError):
    """The newest commit of a published version cannot be read; nothing was touched."""


@dataclass(frozen=True)
class Torn:
    """A file of a log that was written in part; `version` is None where the file belongs to no version."""

    table_id: str
    file: Path
    version: int | None
    why: str

    def __str__(self) -> str:
        return f"{self.table_id}: _delta_log/{self.file.name} {self.why}"


def repair(settings: Settings) -> list[str]:
    """Take back torn commits of unpublished versions; returns one line for each. Call under the lake's lock.

    Raises:
        PublishedCommitTorn: a version that a kept pointer names is torn; then no file is touched.
    """
    named = _named_versions(settings)
    found = list(find_torn(settings))
    published = [torn for torn in found if torn.version is not None and torn.version in named.get(torn.table_id, {})]
    if published:
        first = published[0]
        run_id = named[first.table_id][first.version or 0]
        raise PublishedCommitTorn(
            f"{'; '.join(map(str, published[:5]))}; expected a whole commit: run {run_id} was published with version "
            f"{first.version}. Nothing was touched. Do: restore the file from a backup, or give that night up: goyong "
            f"rollback --discard (or goyong publish OTHER --discard), then goyong nightly"
        )
    for torn in reversed(found):  # a commit after what belongs to it: a checkpoint alone would bring its version back
        audit_log.record(settings, "repair", table_id=torn.table_id, file=torn.file.name, why=torn.why)
        torn.file.unlink()
        sync_folder(torn.file.parent)
        log.warning("took back a torn commit: %s", torn)
    return [str(torn) for torn in found]


def find_torn(settings: Settings) -> Iterator[Torn]:
    """Every torn file at the end of a table's log, newest first within a table."""
    for table_id in TABLES:
        folder = tables.path(settings, table_id) / "_delta_log"
        if folder.is_dir():
            yield from _torn_in(table_id, folder)


def _torn_in(table_id: str, folder: Path) -> Iterator[Torn]:
    names = {file.name for file in folder.iterdir()}
    commits = sorted((name for name in names if _is_commit(name)), reverse=True)
    newest_whole = -1
    for name in commits:
        version, why = int(name[:_DIGITS]), _why_torn((folder / name).read_bytes())
        if not why:
            newest_whole = version
            break
        yield Torn(table_id, folder / name, version, why)
        for other in sorted(other for other in names if other.startswith(name[:_DIGITS]) and other != name):
            yield Torn(table_id, folder / other, version, "belongs to a torn commit")
    checksum = f"{newest_whole:0{_DIGITS}}.crc"
    if checksum in names and not _json_of(folder / checksum):
        yield Torn(table_id, folder / checksum, None, "is a torn checksum")
    yield from _torn_checkpoint(table_id, folder, names, newest_whole)


def _torn_checkpoint(table_id: str, folder: Path, names: set[str], newest_whole: int) -> Iterator[Torn]:
    """Sail writes one every ten versions. It is a short cut while the commits before it are there; its hint always."""
    checkpoints = [name for name in names if name.endswith(_CHECKPOINT) and int(name[:_DIGITS]) <= newest_whole]
    broken = [name for name in sorted(checkpoints)[-1:] if not _is_parquet(folder / name)]
    for name in broken:
        version = int(name[:_DIGITS])
        has_commits = all(f"{number:0{_DIGITS}}.json" in names for number in range(version + 1))
        why = "is a torn checkpoint" if has_commits else "is a torn checkpoint, and the commits before it are gone"
        yield Torn(table_id, folder / name, None if has_commits else version, why)
    if _HINT in names:
        hint = _json_of(folder / _HINT)
        if broken or not hint or int(hint.get("version", newest_whole + 1)) > newest_whole:
            yield Torn(table_id, folder / _HINT, None, "is torn or names a torn checkpoint")


def _is_commit(name: str) -> bool:
    return name.endswith(".json") and name[: -len(".json")].isdigit() and len(name) == _DIGITS + len(".json")


def _why_torn(content: bytes) -> str:
    """Why a commit is not whole, or an empty text."""
    if not content.strip():
        return "is empty"
    actions: list[dict[str, Any]] = []
    for line in content.splitlines():
        try:
            actions.append(json.loads(line))
        except ValueError:
            return "is cut short"
    # Sail says first how many files it added: a commit cut off between two lines has fewer.
    info: dict[str, Any] = next((action["commitInfo"] for action in actions if "commitInfo" in action), {})
    promised = (info.get("operationMetrics") or {}).get("numAddedFiles")
    added = sum(1 for action in actions if "add" in action)
    return f"names {added} of {promised} added files" if promised is not None and added < int(promised) else ""


def _json_of(file: Path) -> dict[str, Any]:
    """What a file of JSON says, or nothing where it is torn."""
    try:
        found = json.loads(file.read_bytes())
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _is_parquet(file: Path) -> bool:
    try:
        pq.read_metadata(file)
    except (pa.ArrowInvalid, OSError):
        return False
    return True


def _named_versions(settings: Settings) -> Mapping[str, Mapping[int, str]]:
    """Table → version → a run that was published with it."""
    pointers: list[Pointer] = nights(settings)
    with suppress(NothingPublished):
        pointers.append(current(settings))
    named: dict[str, dict[int, str]] = {}
    for pointer in pointers:
        for table_id, entry in pointer.tables.items():
            named.setdefault(table_id, {})[entry.version] = pointer.run_id
    return named
