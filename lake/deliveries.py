"""Deliveries from folder to bronze: stage what is new, write it, and record it last.

A delivery (one dated folder) is landed when ops__deliveries says so with the same file hashes; it is
recorded only after all its bronze rows stand, so a night killed in between lands it again, whole.
Do not put here: decoding of files (landing.py, sources/).
"""

from __future__ import annotations

import json
import shutil
import unicodedata
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lake import landing, tables
from lake.contracts.registry import table
from lake.contracts.render import arrow_schema
from lake.delivery_files import walk
from lake.delta_log import rows_by_value
from lake.erased_rows import person_columns
from lake.file_hash import sha256_of
from lake.privacy import load_master_key, redact_label
from lake.quality import connect
from lake.settings import Settings
from lake.sources.values import Linker
from lake.titles import TitleLinker

_PLAN = "plan.json"


@dataclass(frozen=True)
class Staged:
    """What `stage` found: the delivery dates being landed now and their files."""

    dates: tuple[date, ...]
    files: tuple[landing.LandedFile, ...]


def stage(lake: tables.Lake, sources_dir: Path, dates: Sequence[date]) -> Staged:
    """Decode every delivery of `dates` that is not recorded as it stands on disk, into the staging folder."""
    settings = lake.settings
    recorded = _recorded(settings)
    key = load_master_key(settings)
    mappings = _folder_hashes(sources_dir / "mappings", key, "mappings")
    on_disk = {day: mappings | _folder_hashes(sources_dir / day.isoformat(), key) for day in dates}
    wanted = _wanted(dates, on_disk, recorded, _short_days(settings, recorded))
    kept = {day for day in dates if day not in wanted}
    known = {row["file_sha256"]: row["source_file"] for row in recorded if row["delivery_date"] in kept and _owns(row)}
    files: list[landing.LandedFile] = []
    plan: list[dict[str, object]] = []
    for day in wanted:
        shutil.rmtree(settings.staging_dir / day.isoformat(), ignore_errors=True)
        linkers = {"occupation_titles": _title_linker(settings, [other for other in wanted if other <= day])}
        received = datetime.now(tz=UTC)
        landed = landing.land_delivery(settings, sources_dir, day, known=known, received_at=received, linkers=linkers)
        known |= {file.file_sha256: file.source_file for file in landed if not file.problem}
        files += landed
        plan.append(
            {
                "date": day.isoformat(),
                "received_at": received.isoformat(),
                "hashes": on_disk[day],
                "files": [asdict(file) | {"staged": str(file.staged or "")} for file in landed],
            }
        )
    settings.staging_dir.mkdir(parents=True, exist_ok=True)
    (settings.staging_dir / _PLAN).write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
    return Staged(tuple(wanted), tuple(files))


def write_bronze(lake: tables.Lake, noun: str) -> tables.Commit:
    """Replace the bronze partition of `noun` for each staged delivery; the last commit is returned."""
    table_id = f"bronze__{noun}"
    folders = [lake.settings.staging_dir / str(entry["date"]) for entry in _plan(lake.settings)]
    commit = None
    for folder in folders:
        staged = sorted((folder / noun).glob("*.parquet"))
        day = date.fromisoformat(folder.name)
        if not staged and not _holds(lake.settings, table_id, day):
            continue
        commit = _replace_bronze(lake, table_id, staged, day)
    if commit is None and not tables.exists(lake.settings, table_id):
        empty = pa.Table.from_pylist([], schema=arrow_schema(table(table_id)))
        return tables.replace_from_arrow(lake, table_id, empty, {"delivery_date": date(1970, 1, 1)})
    if commit is None:
        version = tables.delta(lake.settings, table_id).version()
        return tables.Commit(table_id, version, 0, 0.0)
    return commit


def record(lake: tables.Lake) -> tables.Commit:
    """Record every staged delivery in ops__deliveries and clear the staging folder."""
    table_id = "ops__deliveries"
    commit = None
    for entry in _plan(lake.settings):
        rows = pa.Table.from_pylist(_delivery_rows(entry), schema=arrow_schema(table(table_id)))
        commit = tables.replace_from_arrow(lake, table_id, rows, {"delivery_date": str(entry["date"])})
        shutil.rmtree(lake.settings.staging_dir / str(entry["date"]), ignore_errors=True)
    (lake.settings.staging_dir / _PLAN).write_text("[]", encoding="utf-8")
    if commit is None and not tables.exists(lake.settings, table_id):
        raise NoDelivery("no delivery folder (YYYY-MM-DD) up to this date in the sources folder; nothing to land")
    return commit or tables.Commit(table_id, tables.delta(lake.settings, table_id).version(), 0, 0.0)


def recount_erased(lake: tables.Lake) -> None:
    """Bring erased_rows_count of every file about people in line with bronze, after people were erased from it."""
    table_id, settings = "ops__deliveries", lake.settings
    recorded = _recorded(settings)
    about_people = {row["table_id"] for row in recorded if _owns(row) and person_columns(table(row["table_id"]))}
    held = {name: _rows_by_file(settings, name) for name in about_people if tables.exists(settings, name)}
    changed = set()
    for row in recorded:
        if row["table_id"] in held and _owns(row):
            erased = row["rows_count"] - held[row["table_id"]].get((row["delivery_date"], row["source_file"]), 0)
            changed |= {row["delivery_date"]} if erased != (row["erased_rows_count"] or 0) else set()
            row["erased_rows_count"] = erased
    for day in sorted(changed):
        rows = [row for row in recorded if row["delivery_date"] == day]
        arrow = pa.Table.from_pylist(rows, schema=arrow_schema(table(table_id)))
        tables.replace_from_arrow(lake, table_id, arrow, {"delivery_date": day})


def _rows_by_file(settings: Settings, table_id: str) -> dict[tuple[date, str], int]:
    with connect(settings) as db:
        db.register("landed", tables.dataset(settings, table_id))
        found = db.execute("select delivery_date, source_file, count(*) from landed group by all").fetchall()
    return {(day, name): rows for day, name, rows in found}


class NoDelivery(FileNotFoundError):
    """There is nothing to land for the night."""


def _title_linker(settings: Settings, days: Sequence[date]) -> Linker:
    """Free text → occupation code, built at first use: the dictionary must be staged (on `days`) or landed by then."""
    built: list[TitleLinker] = []

    def link(texts: pa.Array, place: int = 1) -> pa.Array:
        if not built:
            built.append(TitleLinker.from_arrow(_dictionary(settings, days)))
        return built[0].link(texts, place)

    return link


def _dictionary(settings: Settings, days: Sequence[date]) -> pa.Table:
    names = ["occupation_code", "occupation_name", "title", "similar_titles_text"]
    folders = [settings.staging_dir / day.isoformat() / "occupations" for day in days]
    parts = [pq.read_table(file, columns=names) for folder in folders for file in sorted(folder.glob("*.parquet"))]
    if tables.exists(settings, "bronze__occupations"):
        parts.append(tables.dataset(settings, "bronze__occupations").to_table(columns=names))
    if not sum(part.num_rows for part in parts):
        raise NoDelivery("a mapping links titles to occupations, but no occupation dictionary was delivered")
    return pa.concat_tables(parts)


def _replace_bronze(lake: tables.Lake, table_id: str, staged: Sequence[Path], day: date) -> tables.Commit:
    partition = {"delivery_date": day}
    if not staged:
        empty = pa.Table.from_pylist([], schema=arrow_schema(table(table_id)))
        return tables.replace_from_arrow(lake, table_id, empty, partition)
    frame = lake.spark.read.parquet(*(str(file.resolve()) for file in staged))
    return tables.replace(lake, table_id, frame, partition)


def _holds(settings: Settings, table_id: str, day: date) -> bool:
    return tables.exists(settings, table_id) and tables.count(settings, table_id, {"delivery_date": day}) > 0


def _plan(settings: Settings) -> list[dict[str, Any]]:
    """What `stage` has laid out; raises NoDelivery when that is gone, as after an erasure."""
    file = settings.staging_dir / _PLAN
    if not file.is_file():
        raise NoDelivery("nothing is staged: the staging folder was emptied in between. Do: run the whole night.")
    plan: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return plan


def _recorded(settings: Settings) -> list[dict[str, Any]]:
    """The rows of ops__deliveries."""
    if not tables.exists(settings, "ops__deliveries"):
        return []
    rows: list[dict[str, Any]] = tables.dataset(settings, "ops__deliveries").to_table().to_pylist()
    return rows


def _owns(row: dict[str, Any]) -> bool:
    """Whether the bronze rows of these bytes stand in this file's own delivery."""
    return row["table_id"] != "none" and not row["duplicate_of"] and not row["problem"]


def _short_days(settings: Settings, recorded: Sequence[dict[str, Any]]) -> set[date]:
    """Recorded days whose bronze rows are not those recorded: a torn commit was taken back, or a table is gone."""
    expected: dict[str, Counter[date]] = {}
    for row in filter(_owns, recorded):
        rows = row["rows_count"] - (row["erased_rows_count"] or 0)
        expected.setdefault(row["table_id"], Counter())[row["delivery_date"]] += rows
    short = set()
    for table_id, days in expected.items():
        is_there = tables.exists(settings, table_id)
        held = rows_by_value(tables.delta(settings, table_id), "delivery_date") if is_there else {}
        short |= {day for day, rows in days.items() if held.get(day.isoformat(), 0) != rows}
    return short


def _wanted(
    dates: Sequence[date],
    on_disk: dict[date, dict[str, str]],
    recorded: Sequence[dict[str, Any]],
    short: Set[date] = frozenset(),
) -> list[date]:
    """The dates to land: new, changed or `short` ones, and those that repeat a file of a recorded one that changed."""
    hashes: dict[date, dict[str, str]] = {}
    for row in recorded:
        hashes.setdefault(row["delivery_date"], {})[row["source_file"]] = row["file_sha256"]
    changed = {day for day in dates if day in short or not _is_landed(on_disk[day], hashes.get(day))}
    if changed & set(hashes):  # the file that was repeated may be the one that changed
        changed |= {row["delivery_date"] for row in recorded if row["duplicate_of"]}
    return [day for day in dates if day in changed]


def _folder_hashes(folder: Path, key: bytes, prefix: str = "") -> dict[str, str]:
    """Relative path, without personal data, → sha256 of every file below `folder`."""
    found = {}
    # A delivery may hold links that lead elsewhere; the mappings are the operator's own.
    paths = [] if not folder.is_dir() else sorted(folder.rglob("*")) if prefix else walk(folder)[0]
    for file in paths:
        if file.is_file():
            label = unicodedata.normalize("NFC", (Path(prefix) / file.relative_to(folder)).as_posix())
            found[redact_label(label, key)] = sha256_of(file)
    return found


def _is_landed(on_disk: dict[str, str], recorded: dict[str, str] | None) -> bool:
    """Whether every file on disk is recorded with the same bytes."""
    return recorded is not None and all(recorded.get(name) == sha for name, sha in on_disk.items())


def _delivery_rows(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """One row a landed file and table, and one for each other file on disk, so that nothing goes unseen."""
    common = {
        "delivery_date": date.fromisoformat(entry["date"]),
        "received_at": datetime.fromisoformat(entry["received_at"]),
    }
    rows = [
        common
        | {
            "table_id": f"bronze__{file['table_noun']}" if file["table_noun"] else "none",
            "source_file": file["source_file"],
            "file_sha256": file["file_sha256"],
            "rows_count": file["rows"],
            "unreadable_rows_count": file["unreadable_rows"],
            "erased_rows_count": file["erased_rows"],
            "duplicate_of": file["duplicate_of"],
            "problem": file["problem"],
        }
        for file in entry["files"]
    ]
    told = {file["source_file"] for file in entry["files"]}
    rest = sorted((name, sha) for name, sha in entry["hashes"].items() if name not in told)
    return rows + [common | {"table_id": "none", "source_file": name, "file_sha256": sha} for name, sha in rest]
