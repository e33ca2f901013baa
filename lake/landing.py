"""Landing: every file of one delivery becomes staged rows of its bronze table, or a named problem.

Put here: which files there are, which were here before, and where their rows are staged. Not here: how a file is
read (``lake/sources``), the write of bronze itself (``lake/tables.py``). Stages bronze__* (nothing is committed).
A file is staged whole or not at all; one bad file does not keep the others out.
"""

from __future__ import annotations

import fnmatch
import hashlib
import logging
import shutil
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq

from lake.contracts.registry import table as contract
from lake.contracts.render import arrow_schema
from lake.delivery_files import HIDDEN, hash_unit, shown_name, size_and_time, walk, why_unread
from lake.erased_rows import person_columns
from lake.erasures import Erasures, load_erasures
from lake.privacy import load_master_key, redact, redact_label
from lake.settings import Settings
from lake.sources.errors import SourceFileError, UnreadableFile
from lake.sources.limits import ReadLimits
from lake.sources.mapped_files import ReadContext, read, source_label
from lake.sources.mapping import WORK24_FORMATS, load_mappings
from lake.sources.mapping_model import SourceMapping, table_of
from lake.sources.values import Linker
from lake.sources.work24 import Work24Error
from lake.vault import Vault, open_vault

log = logging.getLogger(__name__)

NO_MAPPING = "no mapping"
# Nearly every value differs, as in keys: a dictionary would be built and thrown away.
_WITHOUT_DICTIONARY = {"row_number", "row_hash", "payload", "received_at", "delivery_date"}


class DeliveryMissing(FileNotFoundError):
    """There is no folder for a delivery date."""


@dataclass(frozen=True)
class LandedFile:
    """What became of one file under one mapping (`table_noun` "" when there is none).

    `rows` counts every data row, `unreadable_rows` those among them with landing_error, `erased_rows` those of erased
    people, which are staged nowhere. Exactly one of `staged`,
    `duplicate_of` and `problem` is set.
    """

    table_noun: str
    source_file: str
    file_sha256: str
    rows: int = 0
    unreadable_rows: int = 0
    erased_rows: int = 0
    staged: Path | None = None
    duplicate_of: str | None = None
    problem: str | None = None


@dataclass
class _Delivery:
    """One run of land_delivery: the folders, the context and what has been seen so far."""

    folder: Path
    staging: Path
    received_at: datetime
    context: ReadContext
    erased: Erasures
    known: Mapping[str, str]
    vault: Vault | None = None
    seen: dict[tuple[str, str], str] = field(default_factory=dict)
    taken: set[tuple[str, str]] = field(default_factory=set)
    numbers: Counter[str] = field(default_factory=Counter)


def land_delivery(
    settings: Settings,
    sources_dir: Path,
    delivery_date: date,
    *,
    known: Mapping[str, str],
    received_at: datetime,
    linkers: Mapping[str, Linker],
) -> list[LandedFile]:
    """Stage every file of `sources_dir`/`delivery_date`; the staging folder of that date is made anew.

    `known` names the files (sha256 → source_file) that other delivery dates have brought already: leave out those of
    this date, or a second run would find nothing but duplicates.

    Raises:
        DeliveryMissing: there is no folder for the date.
        MappingError: a mapping is wrong; nothing is staged.
    """
    # Titles are linked through the occupation dictionary, so its files come first.
    # Whose name must not stand in a text is known from the files that bring names, so these are next.
    mappings = sorted(
        load_mappings(sources_dir), key=lambda mapping: (mapping.noun != "occupations", not mapping.vault)
    )
    folder = sources_dir / delivery_date.isoformat()
    if not folder.is_dir():
        raise DeliveryMissing(
            f"delivery {delivery_date}: no such folder in the sources. Do: deliver it, or check --date."
        )
    staging = settings.staging_dir / delivery_date.isoformat()
    shutil.rmtree(staging, ignore_errors=True)
    erased = load_erasures(settings)
    landed: list[LandedFile] = []
    units, strange = _units(folder)
    limits = ReadLimits(settings.source_file_mb, settings.source_reader_mb, settings.source_reader_seconds)
    context = ReadContext(load_master_key(settings), delivery_date, dict(linkers), settings.cores, limits=limits)
    with open_vault(settings) if any(mapping.vault for mapping in mappings) else nullcontext() as vault:
        if vault:
            context = replace(
                context, keep=lambda people: vault.put(erased.leave_out(people, ["seeker_key"])), known=vault.get_many
            )
        delivery = _Delivery(folder, staging, received_at.astimezone(UTC), context, erased, known, vault)
        for mapping in mappings:
            landed += [_land(delivery, mapping, unit) for unit in units if _matches(mapping, unit, folder)]
    without = [unit for unit in units if not any(_matches(mapping, unit, folder) for mapping in mappings)]
    landed += [_without_mapping(delivery, unit) for unit in without]
    return landed + [_refused_unread(delivery, unit) for unit in strange]


def _units(folder: Path) -> tuple[list[Path], list[Path]]:
    """What is landed as one (each file, each fetched folder work24/{service}), and what may not even be opened."""
    plain, strange = walk(folder)
    found = set()
    for path in plain:
        parts = path.relative_to(folder).parts
        if parts[0] == "work24" and len(parts) > 1:
            found.add(folder / parts[0] / parts[1])
        elif path.is_file() and not any(part.startswith(HIDDEN) for part in parts):
            found.add(path)
    return sorted(found), strange


def _refused_unread(delivery: _Delivery, unit: Path) -> LandedFile:
    label = redact_label(shown_name(source_label(unit, delivery.folder)), delivery.context.master_key)
    problem = (
        f"{label}: found {why_unread(unit)}; expected a plain file. Do: deliver the file itself, under a plain name."
    )
    log.warning("landing: refused: %s", problem)
    return LandedFile("", label, hashlib.sha256(label.encode()).hexdigest(), problem=problem)


def _matches(mapping: SourceMapping, unit: Path, folder: Path) -> bool:
    if unit.is_dir() is not (mapping.format in WORK24_FORMATS):
        return False
    parts, pattern = PurePosixPath(source_label(unit, folder)).parts, PurePosixPath(mapping.pattern).parts
    return len(parts) == len(pattern) and all(map(fnmatch.fnmatchcase, parts, pattern))


def _without_mapping(delivery: _Delivery, unit: Path) -> LandedFile:
    label = redact_label(source_label(unit, delivery.folder), delivery.context.master_key)
    log.warning("landing %s: %s", label, NO_MAPPING)
    return LandedFile("", label, hash_unit(unit, delivery.folder), problem=NO_MAPPING)


def _land(delivery: _Delivery, mapping: SourceMapping, unit: Path) -> LandedFile:
    """One file under one mapping, never raising for what is wrong with the file alone."""
    noun, label = mapping.noun, source_label(unit, delivery.folder)
    started = time.monotonic()
    shown = redact_label(label, delivery.context.master_key)
    if shown != label:
        problem = f"{shown}: the file's name holds personal data. Do: have it sent under another name."
        return LandedFile(noun, shown, hash_unit(unit, delivery.folder), problem=problem)
    before = size_and_time(unit)
    sha256 = hash_unit(unit, delivery.folder)
    try:
        if (unit.parent / "_delta_log").is_dir():
            raise UnreadableFile(
                label,
                "a part of a Delta table, of which some parts are no longer valid",
                expected="a plain file",
                todo="have the present rows of the table exported and sent",
            )
        first = delivery.known.get(sha256) or delivery.seen.get((noun, sha256))
        if (noun, label) in delivery.taken:
            problem = f"{label}: a second mapping, {mapping.file}, for {noun}. Do: let one pattern match it."
            return LandedFile(noun, label, sha256, problem=problem)
        delivery.taken.add((noun, label))
        if first is not None:
            log.info("landing %s into %s: the same bytes as %s, skipped", label, noun, first)
            return LandedFile(noun, label, sha256, duplicate_of=first)
        staged = _stage(delivery, mapping, unit, sha256=sha256, before=before)
    except (SourceFileError, Work24Error) as error:
        log.warning("landing %s into %s: refused: %s", label, noun, redact(str(error)))
        return LandedFile(noun, label, sha256, problem=redact(str(error)))
    delivery.seen[(noun, sha256)] = label
    log.info(
        "landing %s into %s: %d rows, %d unreadable, %.1f s",
        *(label, noun, staged.rows, staged.unreadable_rows, time.monotonic() - started),
    )
    return staged


def _stage(
    delivery: _Delivery, mapping: SourceMapping, unit: Path, *, sha256: str, before: tuple[int, int]
) -> LandedFile:
    label = source_label(unit, delivery.folder)
    target = delivery.staging / mapping.noun / f"{delivery.numbers[mapping.noun]:04d}.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(".tmp")
    try:
        # Of a file that is refused nothing may stay in the vault.
        with delivery.vault.transaction() if delivery.vault and mapping.vault else nullcontext():
            rows, unreadable, erased = _write(delivery, mapping, unit, temporary)
            if size_and_time(unit) != before:
                raise UnreadableFile(
                    label, "a file that changed while it was read", expected="a finished upload", todo="land it again"
                )
            temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    delivery.numbers[mapping.noun] += 1
    return LandedFile(mapping.noun, label, sha256, rows, unreadable, erased, staged=target)


def _write(delivery: _Delivery, mapping: SourceMapping, unit: Path, target: Path) -> tuple[int, int, int]:
    """Write the rows with exactly the bronze contract's columns; (rows, with landing_error, of erased people)."""
    table = contract(f"bronze__{mapping.noun}")
    schema = arrow_schema(table)
    rows = unreadable = erased = 0
    with pq.ParquetWriter(
        target,
        schema,
        compression="snappy",
        write_statistics=False,
        use_dictionary=[
            name for name in schema.names if name not in (*_WITHOUT_DICTIONARY, *table_of(mapping.noun).key)
        ],
    ) as writer:
        for batch in read(mapping, unit, base=delivery.folder, context=delivery.context):
            kept = delivery.erased.leave_out(batch, person_columns(table))
            whole = _as_bronze(kept, schema, delivery.context.delivery_date, delivery.received_at)
            writer.write_batch(whole)
            rows += batch.num_rows
            erased += batch.num_rows - kept.num_rows
            unreadable += batch.num_rows - batch.column("landing_error").null_count
    return rows, unreadable, erased


def _as_bronze(batch: pa.RecordBatch, schema: pa.Schema, delivery_date: date, received_at: datetime) -> pa.RecordBatch:
    given = {"delivery_date": delivery_date, "received_at": received_at}
    present = set(batch.schema.names)

    def column(wanted: pa.Field) -> pa.Array:
        if wanted.name in present:
            return batch.column(wanted.name)
        return pa.repeat(pa.scalar(given.get(wanted.name), wanted.type), batch.num_rows)

    return pa.RecordBatch.from_arrays([column(wanted) for wanted in schema], schema=schema)
