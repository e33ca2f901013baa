"""Any CSV, TSV, XLSX, JSONL or Parquet delivery, read as its mapping says, into rows of a bronze table.

Put here: from one file and its mapping to record batches. Not here: formats (``delimited.py``, ``structured.py``),
steps on columns (``values.py``), which files there are and where rows are written (``lake/landing.py``).
Memory: CHUNK_BYTES of text per thread and what is made of it, whatever the size of the file.
"""

from __future__ import annotations

import unicodedata
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from lake.privacy import keyed_hash, redact, sha256_texts
from lake.sources.delimited import delimited_tasks
from lake.sources.errors import EmptyFile
from lake.sources.limits import ReadLimits
from lake.sources.mapping import WORK24_FORMATS
from lake.sources.mapping_model import SourceMapping
from lake.sources.redaction import without_personal
from lake.sources.refusals import is_delete_mark, without_refused
from lake.sources.rows import Rows, missing_columns
from lake.sources.structured import jsonl_tasks, parquet_tasks, work24_tasks, workbook_tasks
from lake.sources.values import ReadContext, clean, make_column
from lake.sources.vault_rows import for_vault

PROVENANCE = ("source_file", "row_number", "row_hash", "payload", "landing_error")
_SEPARATOR = "\x1f"

__all__ = ["PROVENANCE", "ReadContext", "read"]


@dataclass(frozen=True)
class _Made:
    """One chunk as bronze rows, numbered from 1; `headers` are the mapped ones it had, `people` go to the vault."""

    batch: pa.RecordBatch
    count: int
    headers: frozenset[str]
    people: tuple[pa.Table, ...] = ()


def read(mapping: SourceMapping, file: Path, *, base: Path, context: ReadContext) -> Iterator[pa.RecordBatch]:
    """The rows of `file` in order: columns as text, PROVENANCE, and is_deleted where the mapping says what deletes.

    `base` is the delivery folder. row_number counts data rows from 1, unreadable ones (landing_error) included and
    blank lines not. Rows may have come before an exception does: use nothing of a file that raised.

    Raises:
        SourceFileError: the file is cut off, empty, damaged, in another encoding, or lacks a mapped column.
        Work24Error: a fetched folder is unfinished or damaged.
    """
    label = source_label(file, base)
    rows_before = 0
    seen: set[str] = set()
    for made in _in_order(
        _tasks(mapping, file, base=base, limits=context.limits), mapping, label=label, context=context
    ):
        seen |= made.headers
        for people in made.people:
            context.keep(people)
        if made.batch.num_rows:
            yield _numbered(made.batch, 0 if mapping.format in WORK24_FORMATS else rows_before)
        rows_before += made.count
    if not rows_before:
        raise EmptyFile(label, "no data row", expected="at least one", todo="check with the sender; send it again")
    missing = [header for header in mapping.required_headers if header not in seen]
    if missing:
        raise missing_columns(missing, sorted(seen), mapping, label=label)


def source_label(file: Path, base: Path) -> str:
    """The file's name in tables and errors: relative to the delivery folder, with / and in NFC."""
    return unicodedata.normalize("NFC", file.relative_to(base).as_posix())


def _tasks(mapping: SourceMapping, file: Path, *, base: Path, limits: ReadLimits) -> Iterator[Callable[[], Rows]]:
    label = source_label(file, base)
    if mapping.format in WORK24_FORMATS:
        return work24_tasks(mapping, base, label=label)
    readers = {"jsonl": jsonl_tasks, "parquet": parquet_tasks, "xlsx": workbook_tasks}
    return readers.get(mapping.format, delimited_tasks)(mapping, file, label=label, limits=limits)


def _in_order(
    tasks: Iterator[Callable[[], Rows]], mapping: SourceMapping, *, label: str, context: ReadContext
) -> Iterator[_Made]:
    """Chunks made side by side, at most one waiting beyond those in work, handed out in the file's order."""
    with ThreadPoolExecutor(context.threads, thread_name_prefix="mapped-files") as pool:
        waiting: deque[Future[_Made]] = deque()
        try:
            for task in tasks:
                waiting.append(pool.submit(_make, task, mapping, label, context))
                if len(waiting) > context.threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _make(task: Callable[[], Rows], mapping: SourceMapping, label: str, context: ReadContext) -> _Made:
    rows = task()
    nothing = pa.array(sorted({"", *mapping.null_values}), pa.string())
    sent = {name: clean(rows.columns.column(name), nothing) for name in rows.columns.schema.names}
    rows, sent = without_refused(mapping, rows, sent)
    count = rows.columns.num_rows
    people = _people(mapping, sent, count, context)
    sent = without_personal(mapping, sent, people, context=context)
    made = {
        # A pseudonym of a person takes a microsecond: not twice.
        spec.name: people.column("seeker_key").combine_chunks()
        if people is not None and spec.name == "seeker_key" and spec.is_pseudonym
        else make_column(spec, sent, rows=count, context=context)
        for spec in mapping.columns
    }
    shown = {name: values for name, values in sent.items() if name not in mapping.secret_headers}
    shown |= {f"={spec.name}": made[spec.name] for spec in mapping.columns if spec.is_pseudonym}
    marks = _delete_marks(mapping, sent)
    batch = pa.record_batch(
        made
        | {
            "source_file": _places(rows, label),
            "row_number": rows.numbers,
            **_fingerprints(mapping, shown, count),
            "landing_error": pa.nulls(count, pa.string()),
        }
        | marks
    )
    if rows.unreadable:
        batch = _with_unreadable(batch, rows, mapping, label=label, context=context)
    headers = frozenset(sent) & frozenset(mapping.headers)
    if people is None or not mapping.vault:
        return _Made(batch, rows.count, headers)
    return _Made(batch, rows.count, headers, for_vault(people, marks.get("is_deleted"), day=context.delivery_date))


def _people(mapping: SourceMapping, sent: dict[str, pa.Array], count: int, context: ReadContext) -> pa.Table | None:
    """seeker_key, updated_at and the vault's fields of each row; seeker_key alone where the file brings none."""
    wanted = {"seeker_key", "updated_at"} if mapping.vault else {"seeker_key"}
    specs = [spec for spec in mapping.columns if spec.name in wanted]
    if "seeker_key" not in {spec.name for spec in specs}:
        return None
    columns = {spec.name: make_column(spec, sent, rows=count, context=context) for spec in specs}
    for name, headers in mapping.vault.items():
        parts = [sent[header] for header in headers if header in sent]
        if parts:
            columns[name] = pc.binary_join_element_wise(*parts, " ", null_handling="skip") if parts[1:] else parts[0]
    return pa.table(columns)


def _delete_marks(mapping: SourceMapping, sent: dict[str, pa.Array]) -> dict[str, pa.Array]:
    if mapping.deleted is None or mapping.deleted.header not in sent:
        return {}
    return {"is_deleted": is_delete_mark(mapping.deleted, sent[mapping.deleted.header])}


def _places(rows: Rows, label: str) -> pa.Array:
    return rows.places if rows.places is not None else pa.repeat(pa.scalar(label), rows.columns.num_rows)


def _fingerprints(mapping: SourceMapping, shown: dict[str, pa.Array], count: int) -> dict[str, pa.Array]:
    """row_hash over the mapped values as sent, and payload where the mapping changes or leaves out something.

    A hash of a row that holds a resident number would give the number away, so `shown` has none.
    """
    hashed = [values for name, values in shown.items() if name in mapping.headers or name.startswith("=")]
    kept = {name: values for name, values in shown.items() if not name.startswith("=")}
    joined = (
        pc.binary_join_element_wise(*hashed, _SEPARATOR, null_handling="replace", null_replacement="")
        if hashed
        else pa.repeat(pa.scalar(""), count)
    )
    is_told = set(kept) <= set(mapping.headers) and not any(spec.changes_values for spec in mapping.columns)
    payload = pa.nulls(count, pa.string()) if is_told or not kept else _payload(kept)
    return {"row_hash": sha256_texts(joined), "payload": payload}


def _payload(kept: dict[str, pa.Array]) -> pa.Array:
    """Each row as a JSON object."""
    columns = {f"c{number}": values for number, values in enumerate(kept.values())}
    pairs = ", ".join(f"{_quoted(name)}, {column}" for name, column in zip(kept, columns, strict=True))
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("sent", pa.table(columns))
        sql = f"select cast(json_object({pairs}) as varchar) as payload from sent"  # noqa: S608 - quoted names only
        return connection.execute(sql).to_arrow_table().column("payload").combine_chunks()


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _with_unreadable(
    batch: pa.RecordBatch, rows: Rows, mapping: SourceMapping, *, label: str, context: ReadContext
) -> pa.RecordBatch:
    """The batch with a row for each unreadable one, in the file's order.

    Where people are identified nothing of the text is kept (the number may stand anywhere in it), only a keyed hash.
    """
    hash_of = partial(keyed_hash, key=context.master_key, purpose="unreadable row")
    keeps_text = not mapping.is_about_people
    bad = pa.table(
        {
            "source_file": pa.array([row.place or label for row in rows.unreadable], pa.string()),
            "row_number": pa.array([row.number for row in rows.unreadable], pa.int64()),
            "row_hash": pa.array([hash_of(row.text) for row in rows.unreadable], pa.string()),
            "payload": pa.array([redact(row.text) if keeps_text else None for row in rows.unreadable], pa.string()),
            "landing_error": pa.array([row.reason for row in rows.unreadable], pa.string()),
        }
    )
    both = pa.concat_tables([pa.Table.from_batches([batch]), bad], promote_options="default")
    return both.sort_by("row_number").combine_chunks().to_batches()[0]


def _numbered(batch: pa.RecordBatch, rows_before: int) -> pa.RecordBatch:
    if not rows_before:
        return batch
    numbers = pc.add(batch.column("row_number"), pa.scalar(rows_before, pa.int64()))
    return batch.set_column(batch.schema.get_field_index("row_number"), "row_number", numbers)
