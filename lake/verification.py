"""Whether what is published is still what was published: read again by other readers than the writer, byte by byte.

Put here: checking a night's tables, artefacts and pointer, and the audit log. Not here: repairing (commit_repair.py),
or anything that changes a file. A swapped or flipped Parquet file reads as good data in every reader: only the SHA-256
in the manifest shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from lake import artefacts, audit_log, tables
from lake.delta_log import files_of, rows_of
from lake.file_hash import find_changed
from lake.publication import (
    Pointer,
    PublicationDamaged,
    PublishedTable,
    hash_view,
    read_pointer,
)
from lake.quality import connect
from lake.settings import Settings

ANCHOR_CHECK = "audit_log"
"""The check in ops__quality that keeps where the audit log ended: value = number of the entry, detail = its MAC."""
_DO = "Do: restore the file from a backup, or serve another night: goyong rollback"
_MOST_TOLD = 5


def require_whole(settings: Settings, pointer: Pointer) -> None:
    """Open a night that is about to be published once more and compare; raises PublicationDamaged."""
    problems = check_night(settings, pointer)
    if problems:
        told = "; ".join(problems[:_MOST_TOLD])
        raise PublicationDamaged(
            f"run {pointer.run_id}: {len(problems)} things read back are not what was written: {told}. Nothing was "
            "switched; the last night is still served. Do: run the night again; if it stays, check the disk"
        )


def check_night(settings: Settings, pointer: Pointer) -> list[str]:
    """One line for each table, file and artefact of a night that is not what its pointer says."""
    found = [check_table(settings, name, entry, pointer.run_id) for name, entry in sorted(pointer.tables.items())]
    broken = artefacts.check(settings.publication_dir, dict(pointer.artefacts))
    return [problem for problems in found for problem in problems] + [f"{line}. {_DO}" for line in broken]


def check_table(settings: Settings, table_id: str, entry: PublishedTable, run_id: str) -> list[str]:
    """One line for each difference between a published table and its manifest entry.

    The log at that version is read by deltalake, the rows by DuckDB from the files of the manifest; files that differ
    are not read.
    """
    problems = _compare_files(tables.path(settings, table_id), entry)
    if not problems:
        problems = _compare_log(settings, table_id, entry) + _compare_rows(settings, table_id, entry, run_id)
    else:
        problems += _compare_log(settings, table_id, entry)
    return [f"{table_id}: {problem}. {_DO}" for problem in problems]


def _compare_files(folder: Path, entry: PublishedTable) -> list[str]:
    changed = find_changed(folder, entry.files)
    return [f"{name} {'differs from the manifest' if there else 'is missing'}" for name, there in changed.items()]


def _compare_log(settings: Settings, table_id: str, entry: PublishedTable) -> list[str]:
    """The version still opens and names exactly the files of the manifest."""
    try:
        opened = tables.delta(settings, table_id, version=entry.version)
        named, rows = set(files_of(opened)), rows_of(opened)
    except (tables.TableMissing, tables.TableDamaged, OSError) as error:
        return [f"version {entry.version} cannot be opened ({str(error).partition('. Do:')[0][:300]})"]
    log = f"_delta_log at version {entry.version}"
    problems = [f"{log} names {name}, which was not published" for name in sorted(named - set(entry.files))]
    problems += [f"{log} does not name {name}" for name in sorted(set(entry.files) - named)]
    return problems + ([f"{log} says {rows} rows, {entry.rows} were published"] if rows != entry.rows else [])


def _compare_rows(settings: Settings, table_id: str, entry: PublishedTable, run_id: str) -> list[str]:
    """Rows, content hash and run of what DuckDB reads from the files themselves."""
    if not entry.files:
        return [] if entry.rows == 0 else [f"no file, but {entry.rows} rows were published"]
    files = [str(tables.path(settings, table_id) / name) for name in entry.files]
    try:
        with connect(settings) as db:
            listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)  # a view takes no parameters
            db.execute(f"create temp view published as from read_parquet([{listed}], hive_partitioning = false)")
            content = hash_view(db, "published", [name for name, *_ in db.execute("describe published").fetchall()])
            runs = db.execute("select run_id, count(*) from published group by run_id order by run_id").fetchall()
    except duckdb.Error as error:
        return [f"its files cannot be read ({' '.join(str(error).split())[:300]})"]
    rows, others = sum(count for _, count in runs), [str(run) for run, _ in runs if run != run_id]
    problems = [f"found {rows} rows, expected {entry.rows}"] if rows != entry.rows else []
    problems += ["the content hash of its rows is not the published one"] if content != entry.content_hash else []
    return problems + ([f"holds rows of another run: {', '.join(others[:5])}"] if others else [])


def verify(settings: Settings, *, all_nights: bool = False) -> tuple[list[str], int]:
    """Check the served night (or every kept one), the pointers and the audit log; returns problems and nights checked.

    One line a problem: table or place, file, and what to do.
    """
    files = sorted((settings.publication_dir / "nights").glob("*.json"))
    current = settings.publication_dir / "current.json"
    pointers, problems = _read_pointers([current, *files])
    served = pointers.pop(current, None)
    if served is not None:
        problems += _compare_with_night(served, pointers)
    recorded = {str(entry.get("facts", {}).get("pointer_sha256")) for entry in audit_log.entries(settings)}
    for file, pointer in (({current: served} if served else {}) | pointers).items():
        if pointer.sha256 not in recorded:
            problems.append(
                f"{_short(file)}: the audit log knows no publication of this pointer: it was edited, or written by "
                "something else. Do: put it back from a backup, or publish a kept night: goyong publish RUN"
            )
    chosen = {pointer.run_id: pointer for pointer in (pointers.values() if all_nights else ())}
    chosen |= {served.run_id: served} if served else {}
    for _, pointer in sorted(chosen.items()):
        problems += [f"{pointer.run_id}: {line}" if all_nights else line for line in check_night(settings, pointer)]
    problems += [f"{line}. Do: find out who changed it" for line in audit_log.verify(settings, anchors(settings))]
    return problems, len(chosen)


def _read_pointers(files: Sequence[Path]) -> tuple[dict[Path, Pointer], list[str]]:
    found, problems = {}, []
    for file in files:
        try:
            found[file] = read_pointer(file)
        except (PublicationDamaged, OSError) as error:
            problems.append(str(error))
    return found, problems


def _compare_with_night(served: Pointer, nights: dict[Path, Pointer]) -> list[str]:
    own = next((pointer for pointer in nights.values() if pointer.run_id == served.run_id), None)
    if own == served:
        return []
    what = "names a night that is not kept" if own is None else "is not the copy of its night"
    return [f"published/current.json: {what} ({served.run_id}). Do: goyong publish RUN with a kept night"]


def _short(file: Path) -> str:
    return f"published/{file.relative_to(file.parents[1] if file.parent.name == 'nights' else file.parent)}"


def anchors(settings: Settings) -> list[audit_log.Anchor]:
    """The ends of the audit log that earlier nights saw, from ops__quality."""
    if not tables.exists(settings, "ops__quality"):
        return []
    rows = tables.dataset(settings, "ops__quality").to_table(columns=["check_name", "value", "detail"]).to_pylist()
    return [
        audit_log.Anchor(int(row["value"]), str(row["detail"])) for row in rows if row["check_name"] == ANCHOR_CHECK
    ]
