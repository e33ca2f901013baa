"""Bring one 고용24 service into a delivery folder: every body saved as sent, then checked; resumable at any page.

Put here: the loop over shards and pages and its checks. Not here: HTTP (``client.py``), bodies (``pages.py``),
files (``delivery.py``), tables (``parse.py``).
Lists are live: the total may move while it is read. That is followed and reported, not treated as a fault; a body
that contradicts itself (rows announced but none there) is.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import logging
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from lake.sources.work24.client import Work24Client
from lake.sources.work24.delivery import DeliveredFile, DeliveryFolder, Manifest
from lake.sources.work24.errors import (
    MalformedResponse,
    RepeatedPage,
    RowsMissing,
    ServiceUnavailable,
    Work24Error,
)
from lake.sources.work24.pages import read_page
from lake.sources.work24.services import Service
from lake.sources.work24.shards import Shard, root_shards, split_shard

_LOG = logging.getLogger(__name__)
# Repeats of a call that succeeded as HTTP but whose body cannot be used.
_BODY_RETRIES = 2
_PASSING_FAULTS = (MalformedResponse, RowsMissing, ServiceUnavailable)
# Share of announced rows that may be absent because the list moved between two pages.
_DRIFT_SHARE = 0.01


@dataclass(frozen=True)
class FetchReport:
    """What one fetch did.

    ``pages_reused`` were on disk from an earlier try; ``total_drift_rows`` is how far the announced totals moved
    while they were read; ``no_data`` counts queries answered with code 006.
    """

    service: str
    shards: int
    pages: int
    rows: int
    rows_announced: int
    retries: int
    pages_reused: int
    total_drift_rows: int
    no_data: int


@dataclass(frozen=True)
class _SavedPage:
    """What is remembered of a page: never its rows, a shard may have 100,000; `row_marks` are hashes of them."""

    file: DeliveredFile
    total: int
    fields: frozenset[str]
    rows_sha256: str
    row_marks: frozenset[bytes]
    is_no_data: bool
    retries: int
    is_reused: bool


@dataclass(frozen=True)
class _ShardResult:
    files: tuple[DeliveredFile, ...]
    fields: frozenset[str]
    total: int
    drift_rows: int
    retries: int
    pages_reused: int
    is_no_data: bool
    is_over_cap: bool = False


def fetch_service(
    client: Work24Client, service: Service, *, delivery_dir: Path, since: date | None, until: date | None
) -> FetchReport:
    """Fetch everything a service has for the days since..until (both included) and write the manifest last.

    A finished delivery of the same request is left as it is and asks the server nothing. ``since`` and ``until``
    are None for services without dates.

    Raises:
        Work24Error: any named failure of the source; what was saved stays and the next call goes on from there.
    """
    folder = DeliveryFolder(Path(delivery_dir), service.name)
    pending = list(root_shards(service, since, until))
    request = _describe_request(client, service, since, until)
    folder.begin(request)
    if folder.is_complete():
        return _report_of_finished(folder.load_manifest())
    results: list[_ShardResult] = []
    retries = 0
    while pending:
        shard = pending.pop(0)
        result = _fetch_shard(client, service, shard=shard, folder=folder)
        retries += result.retries
        if result.is_over_cap:
            pieces = split_shard(service, shard)
            _LOG.info("work24 %s: shard %s has %d rows, cut in %d", service.name, shard.name, result.total, len(pieces))
            pending[:0] = pieces
            continue
        rows = sum(file.rows for file in result.files)
        _LOG.info("work24 %s: shard %s: %d pages, %d rows", service.name, shard.name, len(result.files), rows)
        results.append(result)
    files = tuple(file for result in results for file in result.files)
    manifest = Manifest(
        service=service.name,
        request=request,
        fetched_at=client.settings.clock().isoformat(),
        shards=len(results),
        pages=len(files),
        rows=sum(file.rows for file in files),
        rows_announced=sum(result.total for result in results),
        fields=tuple(sorted(set().union(*(result.fields for result in results)))),
        files=files,
    )
    folder.complete(manifest)
    return FetchReport(
        service=service.name,
        shards=len(results),
        pages=manifest.pages,
        rows=manifest.rows,
        rows_announced=manifest.rows_announced,
        retries=retries,
        pages_reused=sum(result.pages_reused for result in results),
        total_drift_rows=sum(result.drift_rows for result in results),
        no_data=sum(result.is_no_data for result in results),
    )


def _fetch_shard(client: Work24Client, service: Service, *, shard: Shard, folder: DeliveryFolder) -> _ShardResult:
    saved: list[_SavedPage] = []
    seen: dict[str, int] = {}
    distinct: set[bytes] = set()
    size, last_number = client.settings.page_size, client.settings.max_pages
    while True:
        number = len(saved) + 1
        current = _load_page(client, service, shard=shard, number=number, folder=folder)
        distinct |= current.row_marks
        saved.append(replace(current, row_marks=frozenset()))
        total = current.total
        is_paged = service.page_param is not None
        if is_paged and number == 1 and total > size * last_number:
            return _summarise(saved, is_over_cap=True)
        if current.file.rows:
            _check_new(seen, current, number=number, folder=folder)
        if not is_paged or number * size >= total or number == last_number:
            break
    result = _summarise(saved)
    rows = sum(file.rows for file in result.files)
    if result.total - len(distinct) > result.total * _DRIFT_SHARE:
        # Set aside, else the next try would find the same short pages on disk.
        for item in saved:
            folder.reject(item.file.name)
        raise RowsMissing(
            f"work24 {service.name}, shard {shard.name}: {rows} rows sent, {len(distinct)} of them distinct, "
            f"{result.total} announced, more than "
            f"{_DRIFT_SHARE:.0%} apart. Do: run the fetch again; this shard is downloaded anew."
        )
    if rows != result.total:
        _LOG.warning(
            "work24 %s: shard %s: %d rows sent, %d announced (the list moved)", service.name, shard.name, rows, total
        )
    return result


def _load_page(
    client: Work24Client, service: Service, *, shard: Shard, number: int, folder: DeliveryFolder
) -> _SavedPage:
    """Return a page from disk if it is saved and usable, else from the server."""
    name = f"{shard.name}-{number:04d}.{service.body_format}"
    source, size = folder.relative_name(name), client.settings.page_size
    body = folder.read_body(name)
    if body is not None:
        try:
            return _checked_page(body, service, number=number, size=size, source=source)
        except Work24Error as error:
            # A kill between saving and checking left it here.
            _LOG.warning("%s Downloading it again.", error)
            folder.reject(name)
    params = dict(service.fixed) | dict(shard.params) | _page_params(service, number, size)
    retries = 0
    for attempt in itertools.count():
        reply = client.get(service.path, params, label=f"{service.name}, shard {shard.name}, page {number}")
        retries += reply.retries
        folder.save_body(name, reply.body)
        try:
            page = _checked_page(reply.body, service, number=number, size=size, source=source)
        except Work24Error as error:
            folder.reject(name)
            if attempt == _BODY_RETRIES or not isinstance(error, _PASSING_FAULTS):
                raise
            _LOG.warning("%s Asking again.", error)
            client.wait_before_retry(attempt)
            retries += 1
        else:
            return replace(page, retries=retries, is_reused=False)
    raise AssertionError("itertools.count never ends")


def _checked_page(body: bytes, service: Service, *, number: int, size: int, source: str) -> _SavedPage:
    """Read a body and hold it against its own total."""
    page = read_page(body, service, source=source)
    expected = page.total if service.page_param is None else min(size, page.total - (number - 1) * size)
    if expected > 0 and not page.rows:
        raise RowsMissing(
            f"work24 {source}: no rows, but the reply announces {page.total} in all, so {expected} here. "
            "Do: run the fetch again; if it stays, the key's quota or rights may have changed."
        )
    marks = [hashlib.sha256(json.dumps(row, ensure_ascii=False).encode()).digest()[:16] for row in page.rows]
    file = DeliveredFile(source.rsplit("/", 1)[-1], hashlib.sha256(body).hexdigest(), len(body), len(page.rows))
    return _SavedPage(
        file=file,
        total=page.total,
        fields=frozenset(name for row in page.rows for name in row),
        rows_sha256=hashlib.sha256(b"".join(marks)).hexdigest(),
        row_marks=frozenset(marks),
        is_no_data=page.is_no_data,
        retries=0,
        is_reused=True,
    )


def _check_new(seen: dict[str, int], saved: _SavedPage, *, number: int, folder: DeliveryFolder) -> None:
    """Remember the page's rows; the same rows under another number mean that paging is ignored."""
    first = seen.setdefault(saved.rows_sha256, number)
    if first != number:
        folder.reject(saved.file.name)
        raise RepeatedPage(
            f"work24 {folder.relative_name(saved.file.name)}: page {number} holds the same rows as page {first}. "
            "Do: run the fetch again; if it stays, the server ignores the page number and nothing can be trusted."
        )


def _page_params(service: Service, number: int, size: int) -> dict[str, str]:
    if service.page_param is None or service.size_param is None:
        return {}
    return {service.page_param: str(number), service.size_param: str(size)}


def _summarise(saved: list[_SavedPage], *, is_over_cap: bool = False) -> _ShardResult:
    totals = [item.total for item in saved]
    return _ShardResult(
        files=tuple(item.file for item in saved),
        fields=frozenset().union(*(item.fields for item in saved)),
        total=totals[-1],
        drift_rows=sum(abs(after - before) for before, after in itertools.pairwise(totals)),
        retries=sum(item.retries for item in saved),
        pages_reused=sum(item.is_reused for item in saved),
        is_no_data=saved[0].is_no_data,
        is_over_cap=is_over_cap,
    )


def _describe_request(client: Work24Client, service: Service, since: date | None, until: date | None) -> dict[str, str]:
    """Say what makes two fetches the same request: never the address, never the key."""
    queries = json.dumps([[query.name, query.params] for query in service.queries])
    return {
        "service": service.name,
        "path": service.path,
        "format": service.body_format,
        "since": str(since),
        "until": str(until),
        "page_size": str(client.settings.page_size),
        "queries_sha256": hashlib.sha256(queries.encode()).hexdigest(),
    }


def _report_of_finished(manifest: Manifest) -> FetchReport:
    return FetchReport(
        service=manifest.service,
        shards=manifest.shards,
        pages=manifest.pages,
        rows=manifest.rows,
        rows_announced=manifest.rows_announced,
        retries=0,
        pages_reused=manifest.pages,
        total_drift_rows=0,
        no_data=0,
    )
