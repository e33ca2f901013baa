"""Erasure: some people taken out of every byte of the lake, for good, everybody else's rows left as they are.

Put here: the order of the steps. Not here: looking (erasure_traces.py), frames (erased_rows.py), the log's end
(table_history.py), other places (erased_places.py), the record (erasure_certificate.py).
Concept: first the list that keeps them from coming back, then new versions without them, then the pointers, and only
when readers follow these the old versions and their logs go. Each step finds what is left to do by looking, so the
same command heals a killed one, and readers see one complete night throughout.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lake import (
    artefacts,
    audit_log,
    deliveries,
    key_value_build,
    kill_points,
    maintenance,
    publication,
    tables,
    verification,
)
from lake.contracts.registry import contract_version
from lake.contracts.registry import table as contract
from lake.erased_places import erase_from_exports, erase_from_vault, erase_scratch, find_residue, is_in_vault
from lake.erased_rows import KEY_FORM, person_columns, tables_about_people, without
from lake.erasure_certificate import begin_plan, count_unfinished, end_plan, save_plan, write_certificate
from lake.erasure_traces import Traces, find_traces
from lake.erasures import add_erasures, load_erasures, mark_of
from lake.privacy import analysis_keys, load_master_key, normalised_identifiers, pseudonyms
from lake.settings import Settings, today_in_seoul
from lake.table_history import cut

log = logging.getLogger("goyong.forget")


class MalformedKey(ValueError):
    """What was given is no person's key. It may be a resident number, so it is not repeated."""

    exit_code = 2


class UnknownPerson(LookupError):
    """Nobody in this lake has this key, and nobody with it was ever erased."""

    exit_code = 3


class OtherContract(RuntimeError):
    """A kept night was published by another version of the tables and cannot be written anew."""


def key_of_resident_number(settings: Settings, number: str) -> str:
    """The key of the person with this resident number; raises MalformedKey when it is none."""
    normal = normalised_identifiers(pa.array([number], pa.string()))[0].as_py() or ""
    if len(normal) != 13 or not normal.isdigit():
        raise MalformedKey("standard input held no resident number; expected 13 digits. Do: give one number, one line.")
    made = pseudonyms(pa.array([number]), load_master_key(settings), purpose="seeker_key")
    return str(made[0].as_py())


def forget(lake: tables.Lake, keys: Sequence[str]) -> dict[str, Any]:
    """Erase the people `keys`; returns the certificate. Running it again finishes or repeats nothing.

    The caller holds the lake's lock. Raises MalformedKey, UnknownPerson: then nothing was changed.
    """
    settings, people = lake.settings, sorted(set(keys))
    _refuse_malformed(keys)
    traces = find_traces(settings, people)
    _refuse_unknown(settings, keys, traces)
    _refuse_other_contract(settings, traces)
    add_erasures(settings, people, erased_on=today_in_seoul())
    marks = sorted(mark_of(key, load_master_key(settings)) for key in people)
    plan = begin_plan(settings, marks, traces)
    kill_points.pass_point(settings, "forget:listed")
    plan["vault_rows"] += erase_from_vault(settings, people)
    exports = erase_from_exports(settings, names_of(settings, people))
    plan["exports_removed"] = sorted({*plan["exports_removed"], *exports.removed})
    save_plan(settings, plan)
    erase_scratch(settings)
    kill_points.pass_point(settings, "forget:places")
    versions = _erase_from_tables(lake, traces, people)
    residue = [found.table_id for found in find_traces(settings, people)]
    residue += find_residue(settings, names_of(settings, people))
    certificate = write_certificate(
        settings, plan, versions=versions, exports=exports, residue=residue, at=datetime.now(tz=UTC)
    )
    kill_points.pass_point(settings, "forget:certificate")
    audit_log.record(settings, "forget", certificate=certificate["certificate_id"], people=len(people))
    end_plan(settings, marks)
    if others := count_unfinished(settings):
        log.warning("%d other erasures were begun and not finished: run each again with its keys", others)
    return certificate


def finish_begun(lake: tables.Lake) -> None:
    """Erase anew who is on the erasure list and stands in bronze still: a night must not answer for them once more.

    Does nothing unless an erasure was begun and not finished. The caller holds the lake's lock.
    """
    settings = lake.settings
    if not count_unfinished(settings):
        return
    erased, found = load_erasures(settings), set[str]()
    for name in tables_about_people():
        if contract(name).layer == "bronze" and tables.exists(settings, name):
            for column in person_columns(contract(name)):
                keys = pc.unique(tables.dataset(settings, name).to_table(columns=[column]).column(column))
                found |= set(keys.filter(erased.includes(keys)).to_pylist())
    if found:
        log.warning("an erasure of %d people was begun and not finished: it is finished before the night", len(found))
        forget(lake, sorted(found))


def names_of(settings: Settings, keys: Sequence[str]) -> list[str]:
    """Every pseudonym these people have, of whatever use: the keys, and those that analysts' exports carry."""
    return [*keys, *analysis_keys(pa.array(keys, pa.string()), load_master_key(settings)).to_pylist()]


def _refuse_malformed(keys: Sequence[str]) -> None:
    for place, key in enumerate(keys, 1):
        if not KEY_FORM.fullmatch(key):
            raise MalformedKey(
                f"key number {place} is no seeker_key; expected 32 hexadecimal digits. "
                "Do: look it up, or give the resident number with --resident-number-stdin."
            )


def _refuse_unknown(settings: Settings, keys: Sequence[str], traces: Sequence[Traces]) -> None:
    found, erased = {key for trace in traces for key in trace.people}, load_erasures(settings)
    unknown = [
        place
        for place, key in enumerate(keys, 1)
        if key not in found and (not erased or erased.erased_on(key) is None) and not is_in_vault(settings, key)
    ]
    if unknown:
        raise UnknownPerson(
            f"{len(unknown)} of {len(keys)} keys (number {unknown[0]} first) stand in no table of this lake and were "
            "never erased; nothing was changed. Do: check the key and the lake."
        )


def _refuse_other_contract(settings: Settings, traces: Sequence[Traces]) -> None:
    """Kept nights are written anew by today's contract: one of another shape must be let go first."""
    for night in _kept_nights(settings):
        for found in traces:
            entry = night.tables.get(found.table_id)
            if entry and entry.contract_version != contract_version(found.table_id):
                raise OtherContract(
                    f"night {night.run_id}: {found.table_id} was published with columns of another version. "
                    "Do: publish a night with this version and let maintain drop the older ones (keep_nights), "
                    "then forget again."
                )


def _erase_from_tables(lake: tables.Lake, traces: Sequence[Traces], people: Sequence[str]) -> dict[str, list[int]]:
    """New versions, then pointers, then the past cut off; the versions that are left of each table."""
    settings = lake.settings
    published = {name for night in _kept_nights(settings) for name in night.tables}
    for found in traces:
        if found.table_id not in published and found.rows:
            _rewrite_newest(lake, found, people)
            kill_points.pass_point(settings, f"forget:{found.table_id}")
    deliveries.recount_erased(lake)
    kill_points.pass_point(settings, "forget:partitions")
    nights = _kept_nights(settings)
    rewritten = [_rewrite_night(lake, night, traces, people) for night in nights]
    kill_points.pass_point(settings, "forget:versions")
    for night in rewritten:
        verification.require_whole(settings, night)
    if rewritten != nights:
        publication.rewrite(settings, rewritten, "forget")
    kill_points.pass_point(settings, "forget:pointers")
    artefacts.sweep(settings.publication_dir, maintenance.named_artefacts(rewritten))
    kept = {
        found.table_id: [night.tables[found.table_id].version for night in rewritten if found.table_id in night.tables]
        for found in traces
    }
    for found in traces:
        cut(settings, found.table_id, kept[found.table_id])
        log.info("forgot in %s: %d rows, %d in older files", found.table_id, found.rows, found.older_rows)
        kill_points.pass_point(settings, "forget:cut")
    newest = {found.table_id: tables.delta(settings, found.table_id).version() for found in traces}
    return {name: kept[name] or [newest[name]] for name in newest}


def _kept_nights(settings: Settings) -> list[publication.Pointer]:
    """Every kept night, oldest first; the served one as readers see it."""
    nights = {night.run_id: night for night in publication.nights(settings)}
    with suppress(publication.NothingPublished):
        served = publication.current(settings)
        nights[served.run_id] = served
    return sorted(nights.values(), key=lambda night: (night.as_of, night.run_id))


def _rewrite_newest(lake: tables.Lake, found: Traces, people: Sequence[str]) -> None:
    """The newest version without the people: the partitions in which they stand, or the whole table."""
    table = contract(found.table_id)
    for partition in found.partitions:
        frame = tables.read(lake, table.id)
        for name, value in partition.items():
            frame = frame.where(f"{name} = '{value}'")
        before = tables.count(lake.settings, table.id, partition)
        _require_rows(tables.replace(lake, table.id, without(frame, table, people), partition or None), before, found)


def _require_rows(commit: tables.Commit, before: int, found: Traces) -> None:
    """Before the old files go: no more rows are missing than rows of the people (none where they stand in lists)."""
    lost = before - commit.rows
    if not 0 <= lost <= found.rows + found.older_rows:
        raise tables.CommitMismatch(
            f"{commit.table_id}: {before} rows became {commit.rows}, of which at most {found.rows + found.older_rows} "
            "were to go; nothing was cut off. Do: keep the lake as it is and report this."
        )


def _rewrite_night(
    lake: tables.Lake, night: publication.Pointer, traces: Sequence[Traces], people: Sequence[str]
) -> publication.Pointer:
    """New versions of the night's tables that hold one of the people anywhere, and the pointer that names them."""
    entries = dict(night.tables)
    for found in traces:
        if found.table_id in entries:
            table = contract(found.table_id)
            before = tables.read_version(lake, table.id, entries[table.id].version)
            commit = tables.replace(lake, table.id, without(before, table, people))
            _require_rows(commit, night.tables[table.id].rows, found)
            entries[table.id] = publication.describe_table(lake.settings, table.id)
            kill_points.pass_point(lake.settings, f"forget:{table.id}")
    if entries == night.tables or not night.key_values:
        return replace(night, tables=entries)
    return _with_copy(lake.settings, replace(night, tables=entries))


def _with_copy(settings: Settings, night: publication.Pointer) -> publication.Pointer:
    """The night with its key-value copy built anew: LMDB would keep the bytes of a row that is only deleted."""
    folder = settings.publication_dir
    aside = artefacts.begin(folder, night.run_id) / f"lookups{artefacts.KEY_VALUES}"
    kept = artefacts.keep_key_values(folder, night.run_id, key_value_build.build(settings, night, aside))
    kill_points.pass_point(settings, "forget:key values")
    others = {name: digest for name, digest in night.artefacts.items() if name != night.key_values}
    return replace(night, artefacts=others | kept)
