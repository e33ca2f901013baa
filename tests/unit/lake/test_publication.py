"""Publication: one run at a time, a night seen whole or not at all, and bytes that stay what they were."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lake import audit_log
from lake.publication import (
    LakeLocked,
    NothingPublished,
    Pointer,
    PublicationDamaged,
    PublishedTable,
    content_hash,
    current,
    describe_table,
    lock,
    nights,
    publish,
    rewrite,
    rollback,
    switch,
)
from lake.settings import Settings

Write = Callable[..., None]
OCCUPATIONS = "serving__occupations_v1"


def pointer(day: int, run: str = "r") -> Pointer:
    entry = PublishedTable(0, 2, "h", "c", {"a.parquet": "0" * 64})
    return Pointer(f"2026-11-{day}-{run}", date(2026, 11, day), {OCCUPATIONS: entry}, {OCCUPATIONS: "m"}, True, "i", "")


def occupation(code: str, name: str, run_id: str = "r1") -> dict[str, Any]:
    stamp = {"as_of": date(2026, 11, 20), "run_id": run_id, "model_version": "m", "contract_version": "c"}
    return stamp | {"occupation_code": code, "occupation_name": name}


ROWS = [occupation("0231", "응용 SW 개발자"), occupation("5321", "제과·제빵원"), occupation("0111", "의회의원")]


def test_a_second_run_is_refused_and_told_who_holds_the_lake(settings: Settings) -> None:
    with (
        lock(settings),
        pytest.raises(LakeLocked, match=rf"another run holds this lake \(process {os.getpid()}\)"),
        lock(settings),
    ):
        pass


def test_the_lake_is_free_again_after_a_run_that_failed(settings: Settings) -> None:
    with pytest.raises(ZeroDivisionError), lock(settings):
        raise ZeroDivisionError
    with lock(settings):
        pass


def test_a_pointer_is_the_same_after_a_trip_through_json() -> None:
    assert Pointer.from_json(pointer(20).to_json()) == pointer(20)
    assert Pointer.from_json(pointer(20).to_json()).to_json() == pointer(20).to_json()


@pytest.mark.parametrize(
    ("before", "after"),
    [('"rows": 2', '"rows": 3'), ('"version": 0', '"version": 7'), ('"sha256": "', '"sha256": "0'), ("}", "")],
    ids=["another number of rows", "another version", "another SHA-256", "cut"],
)
def test_an_edited_pointer_is_no_pointer(settings: Settings, before: str, after: str) -> None:
    switch(settings, pointer(20))
    file = settings.publication_dir / "current.json"
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(
        PublicationDamaged, match=r"published/current\.json: found .*; expected .* Do: .*goyong publish RUN"
    ):
        current(settings)
    with pytest.raises(NothingPublished, match="name one.*kept nights: 2026-11-20-r"):
        rollback(settings)
    assert rollback(settings, "2026-11-20-r") == current(settings)


def test_a_publication_a_force_and_a_rollback_stand_in_the_audit_log(settings: Settings) -> None:
    publish(settings, pointer(19))
    publish(settings, replace(pointer(20), forced_because="the feed is down"))
    rollback(settings)
    found = [(entry["action"], entry["facts"]) for entry in audit_log.entries(settings)]
    assert [action for action, _ in found] == ["publish", "force", "publish", "rollback"]
    assert found[1][1] == {"run_id": "2026-11-20-r", "reason": "the feed is down"}
    assert found[3][1] == {
        "run_id": "2026-11-19-r",
        "from_run": "2026-11-20-r",
        "to_run": "2026-11-19-r",
        "pointer_sha256": pointer(19).sha256,
    }
    assert current(settings) == pointer(19)


def test_a_night_that_is_given_up_is_forgotten(settings: Settings) -> None:
    for day in (19, 20):
        publish(settings, pointer(day))
    rollback(settings, discard=True)
    assert nights(settings) == [pointer(19)]
    assert [entry["facts"]["run_id"] for entry in audit_log.entries(settings)][-1] == "2026-11-20-r"


def test_corrected_manifests_take_the_place_of_kept_ones_and_of_the_served_one(settings: Settings) -> None:
    for day in (18, 19, 20):
        publish(settings, pointer(day))
    corrected = [replace(pointer(day), inputs_hash="corrected") for day in (18, 20)]
    rewrite(settings, corrected, because="someone was forgotten")
    assert nights(settings) == [corrected[1], pointer(19), corrected[0]]
    assert current(settings) == corrected[1]


def test_an_empty_lake_serves_nothing_and_says_how_to_begin(settings: Settings) -> None:
    with pytest.raises(NothingPublished, match="goyong nightly"):
        current(settings)
    assert nights(settings) == []


def test_the_last_switch_is_served_and_older_nights_are_kept(settings: Settings) -> None:
    for day in (19, 21, 20):
        switch(settings, pointer(day))
    assert current(settings) == pointer(20)
    assert nights(settings) == [pointer(21), pointer(20), pointer(19)]


def test_rollback_goes_to_the_night_before_the_served_one(settings: Settings) -> None:
    for day in (18, 19, 20):
        switch(settings, pointer(day))
    assert [rollback(settings).as_of.day, rollback(settings).as_of.day] == [19, 18]
    assert current(settings) == pointer(18)


def test_rollback_to_a_named_run_goes_also_forwards(settings: Settings) -> None:
    for day in (18, 19, 20):
        switch(settings, pointer(day))
    rollback(settings)
    assert rollback(settings, "2026-11-20-r") == pointer(20)
    assert current(settings) == pointer(20)


@pytest.mark.parametrize("run_id", [None, "2026-11-01-r"], ids=["nothing before", "never published"])
def test_rollback_to_no_kept_night_names_the_kept_ones(settings: Settings, run_id: str | None) -> None:
    switch(settings, pointer(20))
    with pytest.raises(NothingPublished, match="kept nights: 2026-11-20-r"):
        rollback(settings, run_id)
    assert current(settings) == pointer(20)


def test_a_crash_before_the_rename_leaves_the_old_night_served(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch(settings, pointer(19))
    rename = Path.replace

    def fail(self: Path, target: Path) -> Path:
        if target.name == "current.json":
            raise OSError("power is gone")
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="power is gone"):
        switch(settings, pointer(20))
    assert current(settings) == pointer(19)
    monkeypatch.undo()
    switch(settings, pointer(20))
    assert current(settings) == pointer(20)


def test_a_table_is_described_by_version_rows_and_files(settings: Settings, write_rows: Write) -> None:
    write_rows(OCCUPATIONS, *ROWS)
    write_rows(OCCUPATIONS, ROWS[0])
    newest, older = describe_table(settings, OCCUPATIONS), describe_table(settings, OCCUPATIONS, 0)
    assert [(entry.version, entry.rows, len(entry.files)) for entry in (newest, older)] == [(1, 1, 1), (0, 3, 1)]


@pytest.mark.parametrize(
    ("rows", "is_same"),
    [
        (ROWS[::-1], True),
        ([row | {"run_id": "r2"} for row in ROWS], True),
        (ROWS[:2], False),
        ([*ROWS, ROWS[0]], False),
        ([occupation("0231", "응용 SW 개발자."), *ROWS[1:]], False),
        ([ROWS[0] | {"occupation_code": "5321"}, ROWS[1] | {"occupation_code": "0231"}, ROWS[2]], False),
    ],
    ids=["other order", "other run", "a row less", "a row twice", "one letter more", "two values swapped"],
)
def test_the_content_hash_follows_the_rows_not_their_order_or_run(
    settings: Settings, write_rows: Write, rows: list[dict[str, Any]], *, is_same: bool
) -> None:
    write_rows(OCCUPATIONS, *ROWS)
    write_rows(OCCUPATIONS, *rows)
    assert (content_hash(settings, OCCUPATIONS, 0) == content_hash(settings, OCCUPATIONS, 1)) is is_same


def test_the_content_hash_of_an_empty_table_is_a_hash(settings: Settings, write_rows: Write) -> None:
    write_rows(OCCUPATIONS)
    assert len(content_hash(settings, OCCUPATIONS, 0)) == 32
