"""Read finished 고용24 deliveries as record batches of text, column names exactly as the API sends them.

Put here: delivery → Arrow. Not here: types, code conforming, deduplication (silver), HTTP.
Feeds ``bronze__job_postings``, ``bronze__training_courses`` and ``bronze__occupations``.
Every value stays the text that was sent, empty or missing is NULL; ``services.py`` lists the traps in those texts.
Fields the guide does not know are kept as further columns, in alphabetical order after the known ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from lake.sources.work24.delivery import DeliveryFolder
from lake.sources.work24.pages import Row, read_page
from lake.sources.work24.services import (
    COURSES,
    OCCUPATIONS,
    POSTINGS,
    Service,
    job_dictionary,
    job_dictionary_details,
    posting_details,
)

#: Where the true round of a course session stands; works in Python, RE2 (Arrow, DuckDB) and Java (Spark).
SESSION_ROUND_PATTERN = r"[?&;]tracseTme=([0-9]+)"
_SESSION_ROUND = re.compile(SESSION_ROUND_PATTERN)
_BATCH_ROWS = 8_192


def read_postings(folder: Path) -> Iterator[pa.RecordBatch]:
    """Yield the delivery's posting list, one row per posting as sent (a moving list may send one twice)."""
    return read_service(folder, POSTINGS)


def read_posting_details(folder: Path) -> Iterator[pa.RecordBatch]:
    """Yield the delivery's posting details (``collectPsncnt`` = headcount), without the people in charge."""
    return read_service(folder, posting_details())


def read_courses(folder: Path) -> Iterator[pa.RecordBatch]:
    """Yield the delivery's course sessions, fetched as JSON or XML; the round is ``session_round(titleLink)``."""
    return read_service(folder, COURSES)


def read_occupations(folder: Path) -> Iterator[pa.RecordBatch]:
    """Yield the delivery's occupations (직업정보), one row per ``jobCd``."""
    return read_service(folder, OCCUPATIONS)


def read_job_dictionary(folder: Path) -> Iterator[pa.RecordBatch]:
    """Yield the delivery's job dictionary (직업사전) list, one row per ``dJobCd`` and ``dJobCdSeq``."""
    return read_service(folder, job_dictionary())


def read_job_dictionary_details(folder: Path) -> Iterator[pa.RecordBatch]:
    """Yield the delivery's job dictionary entries in full (``dJobECd`` = KECO, text with its leading 0)."""
    return read_service(folder, job_dictionary_details())


def session_round(title_link: str | None) -> str | None:
    """Return ``tracseTme`` of a course's ``titleLink``: the real round, which ``trprDegr`` may miss."""
    found = _SESSION_ROUND.search(title_link or "")
    return found.group(1) if found else None


def read_service(folder: Path, service: Service) -> Iterator[pa.RecordBatch]:
    """Yield a finished delivery's rows with ``_source_file`` (relative to it) and ``_row_number`` (from 1 a file).

    At least one batch comes, an empty one if there are no rows. Memory holds one batch and one body at a time.

    Raises:
        IncompleteDelivery: the fetch has not finished.
        MalformedResponse: a file is missing, changed, cut off or unreadable.
    """
    delivery = DeliveryFolder(Path(folder), service.name)
    manifest = delivery.load_manifest()
    known = set(service.fields)
    names = (*service.fields, *(name for name in manifest.fields if name not in known))
    place = [pa.field("_source_file", pa.string(), nullable=False), pa.field("_row_number", pa.int64(), nullable=False)]
    schema = pa.schema([*(pa.field(name, pa.string()) for name in names), *place])
    rows: list[Row] = []
    places: list[tuple[str, int]] = []
    for file in manifest.files:
        source = delivery.relative_name(file.name)
        body_format = "json" if file.name.endswith(".json") else "xml"
        page = read_page(delivery.read_verified(file), service, source=source, body_format=body_format)
        rows.extend(page.rows)
        places.extend((source, number) for number in range(1, len(page.rows) + 1))
        if len(rows) >= _BATCH_ROWS:
            yield _batch(schema, rows, places)
            rows, places = [], []
    if rows or not manifest.rows:
        yield _batch(schema, rows, places)


def _batch(schema: pa.Schema, rows: list[Row], places: list[tuple[str, int]]) -> pa.RecordBatch:
    texts = [pa.array([row.get(name) for row in rows], pa.string()) for name in schema.names[:-2]]
    files = pa.array([place[0] for place in places], pa.string())
    numbers = pa.array([place[1] for place in places], pa.int64())
    return pa.RecordBatch.from_arrays([*texts, files, numbers], schema=schema)
