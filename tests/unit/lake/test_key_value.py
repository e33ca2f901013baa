"""The key-value copy: each row by its key as JSON, the same bytes for the same rows, and never a wrong answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest

from lake import artefacts, key_value_build
from lake.contracts import serving
from lake.contracts.registry import table
from lake.key_value import KeyValueCopy, NoKeyValueCopy, blocks, json_text
from lake.key_value_build import build
from lake.publication import Pointer, PublicationDamaged, describe_table
from lake.settings import Settings

Write = Callable[..., None]
JOBS, SKILLS = "serving__seeker_jobs_v1", "serving__skills_v1"
STAMP: dict[str, Any] = {"as_of": date(2026, 11, 20), "run_id": "r1", "model_version": "m", "contract_version": "c"}
MANY = 300


def person(number: int) -> str:
    return f"{number:032x}"


@pytest.fixture
def rows() -> dict[str, list[dict[str, Any]]]:
    """More people than one block holds, in no order, and two skills with odd keys."""
    people = [{"seeker_key": person(number), "score_0_1_1": number / 7} for number in range(MANY)]
    codes = ("CERT:용접", 'a"b\\u00ab\n\x1f')
    return {
        JOBS: [STAMP | row for row in people[::-1]],
        SKILLS: [STAMP | {"skill_code": code, "skill_name": f"이름 {code}"} for code in codes],
    }


@pytest.fixture
def pointer(settings: Settings, write_rows: Write, rows: dict[str, list[dict[str, Any]]]) -> Pointer:
    for table_id, found in rows.items():
        write_rows(table_id, *found)
    entries = {table_id: describe_table(settings, table_id) for table_id in rows}
    return Pointer("r1", STAMP["as_of"], entries, {}, True)


def keep(settings: Settings, pointer: Pointer) -> Pointer:
    """The pointer with its copy built and kept as a night does."""
    folder = settings.publication_dir
    folder.mkdir(exist_ok=True)
    built = build(settings, pointer, artefacts.begin(folder, pointer.run_id) / "built.lmdb")
    return replace(pointer, artefacts=artefacts.keep_key_values(folder, pointer.run_id, built))


@pytest.fixture
def kept(settings: Settings, pointer: Pointer) -> Pointer:
    return keep(settings, pointer)


@pytest.fixture
def copy(settings: Settings, kept: Pointer) -> Iterator[KeyValueCopy]:
    with KeyValueCopy.open(settings, kept) as opened:
        yield opened


def test_every_row_is_found_by_its_key_whole_and_in_contract_order(
    copy: KeyValueCopy, rows: dict[str, list[dict[str, Any]]]
) -> None:
    for table_id, found in rows.items():
        for row in found:
            text = copy.get(table_id, row[table(table_id).key[0]])
            assert text is not None
            said = json.loads(text)
            assert tuple(said) == table(table_id).names
            assert said == {name: None for name in said} | row | {"as_of": "2026-11-20"}


@pytest.mark.parametrize("key", ["", "0", person(MANY), "f" * 32, "f" * 33, "z" * 9_999, "\0", "\ud800", "\n", "%"])
def test_a_key_that_is_not_there_has_no_row(copy: KeyValueCopy, key: str) -> None:
    assert copy.get(JOBS, key) is None


def test_the_text_is_compact_utf8_with_iso_days_and_shortest_numbers(copy: KeyValueCopy) -> None:
    text = (copy.get(JOBS, person(1)) or b"").decode()
    assert f'{{"seeker_key":"{person(1)}",' in text
    assert '"score_0_1_1":0.14285714285714285,' in text
    assert '"as_of":"2026-11-20","run_id":"r1"' in text
    assert '"skill_name":"이름 CERT:용접"' in (copy.get(SKILLS, "CERT:용접") or b"").decode()


def test_the_same_rows_are_the_same_bytes_whatever_their_order_and_files(
    settings: Settings, kept: Pointer, write_rows: Write, rows: dict[str, list[dict[str, Any]]]
) -> None:
    write_rows(JOBS, *rows[JOBS][::-1])
    again = replace(kept, tables=kept.tables | {JOBS: describe_table(settings, JOBS)}, artefacts={})
    assert keep(settings, again).artefacts == kept.artefacts


def test_blocks_do_not_depend_on_how_rows_are_read(
    settings: Settings, kept: Pointer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_value_build, "_BATCH_ROWS", 7)
    monkeypatch.setattr(key_value_build, "_COMMIT_BLOCKS", 2)
    again = keep(settings, kept)
    one, other = (list(blocks(settings.publication_dir / night.key_values)) for night in (kept, again))
    assert one == other
    assert len(one) > 3


def test_two_copies_of_one_night_are_open_at_once(settings: Settings, kept: Pointer) -> None:
    with KeyValueCopy.open(settings, kept) as one, KeyValueCopy.open(settings, kept) as other:
        assert one.get(JOBS, person(5)) == other.get(JOBS, person(5)) is not None


def test_it_goes_on_answering_when_its_file_is_removed(settings: Settings, kept: Pointer, copy: KeyValueCopy) -> None:
    (settings.publication_dir / kept.key_values).unlink()
    assert copy.get(JOBS, person(5))


def test_a_night_without_a_copy_says_so(settings: Settings, pointer: Pointer) -> None:
    with pytest.raises(NoKeyValueCopy, match="published without a key-value copy.* Do: "):
        KeyValueCopy.open(settings, pointer)


def test_a_table_that_the_night_did_not_publish_says_so(copy: KeyValueCopy) -> None:
    with pytest.raises(NoKeyValueCopy, match="serving__courses_v1: run r1 did not publish it"):
        copy.get("serving__courses_v1", "x")


def test_a_copy_that_is_missing_or_of_another_run_is_refused(settings: Settings, kept: Pointer) -> None:
    with pytest.raises(PublicationDamaged, match="is of the run r1"):
        KeyValueCopy.open(settings, replace(kept, run_id="r2"))
    (settings.publication_dir / kept.key_values).unlink()
    with pytest.raises(PublicationDamaged, match="is missing.* Do: "):
        KeyValueCopy.open(settings, kept)


def _flip(file: Path, place: int) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize("check", [True, False])
def test_a_flipped_bit_is_an_error_and_never_another_answer(settings: Settings, kept: Pointer, check: bool) -> None:
    file = settings.publication_dir / kept.key_values
    content = file.read_bytes()
    _flip(file, content.index(b"\x28\xb5\x2f\xfd") + 40)  # inside the first packed block
    with pytest.raises(PublicationDamaged), KeyValueCopy.open(settings, kept, check=check) as opened:
        for row in range(MANY):
            opened.get(JOBS, person(row))
        opened.get(SKILLS, "CERT:용접")


def test_a_file_cut_short_is_refused(settings: Settings, kept: Pointer) -> None:
    file = settings.publication_dir / kept.key_values
    file.write_bytes(file.read_bytes()[:-4096])
    with pytest.raises(PublicationDamaged, match="is cut short"):
        KeyValueCopy.open(settings, kept, check=False)


def test_a_key_that_stands_twice_stops_the_night(settings: Settings, write_rows: Write, tmp_path: Path) -> None:
    write_rows(SKILLS, *[STAMP | {"skill_code": "x"}] * 100)
    entries = {SKILLS: describe_table(settings, SKILLS)}
    with pytest.raises(PublicationDamaged, match=f"{SKILLS}, run r1: found a skill_code twice"):
        build(settings, Pointer("r1", STAMP["as_of"], entries, {}, True), tmp_path / "x.lmdb")


def test_other_rows_than_the_pointer_says_stop_the_night(settings: Settings, pointer: Pointer, tmp_path: Path) -> None:
    entries = {SKILLS: replace(pointer.tables[SKILLS], rows=3)}
    with pytest.raises(PublicationDamaged, match="found 2 rows with a key, expected 3"):
        build(settings, replace(pointer, tables=entries), tmp_path / "x.lmdb")


def test_every_column_that_is_served_has_a_json_text() -> None:
    for served in serving.TABLES:
        for column in served.columns:
            assert key_value_build._json_value(column)


@hypothesis.settings(max_examples=60, deadline=None, database=None)
@hypothesis.given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_a_key_is_looked_for_by_the_text_that_duckdb_writes(text: str) -> None:
    import duckdb

    with duckdb.connect() as db:
        (written,) = db.execute("select to_json(?::varchar)", [text]).fetchall()[0]
    assert json_text(text).decode() == written
