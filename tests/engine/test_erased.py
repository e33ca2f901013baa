"""A person erased with the real engine: gone from every byte, others as they were, at whatever step it is killed (P23).

A small lake: two published nights, bronze, refused rows, lists of people. Do not put here: whole nights
(tests/faults/test_forget.py).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from lake import artefacts, audit_log, erasure, key_value_build, kill_points, publication, tables, verification
from lake.contracts.model import Kind
from lake.contracts.registry import contract_version
from lake.contracts.registry import table as contract
from lake.erased_places import holds
from lake.erasure import MalformedKey, UnknownPerson, forget
from lake.erasure_certificate import count_unfinished
from lake.erasures import load_erasures
from lake.key_value import KeyValueCopy
from lake.privacy import load_master_key
from lake.publication import Pointer
from lake.settings import Settings
from lake.tables import Lake
from tests.engine.conftest import AS_OF, arrow_rows
from tests.faults.tally import Add, adder

pytestmark = pytest.mark.engine
ANNE, BEN, CARL = "a" * 32, "b" * 32, "c" * 32
YESTERDAY = date(2026, 11, 19)
JOBS, TALENTS, OCCUPATIONS = "serving__seeker_jobs_v1", "serving__posting_talents_v1", "serving__occupations_v1"
_SOME = {Kind.STRING: "x", Kind.DATE: AS_OF, Kind.INSTANT: datetime(2026, 11, 20, tzinfo=UTC)}
STEPS = (
    "listed",
    "places",
    "bronze__resumes",
    "matches__posting_talents",
    "partitions",
    TALENTS,
    "key values",
    "versions",
    "cut",
    "certificate",
)
QUICK = (JOBS, "pointers")


class Killed(BaseException):
    """Stands for kill -9: nothing of ours catches it."""


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> Add:
    return adder(record_property)


def put(lake: Lake, table_id: str, rows: list[dict[str, Any]], **partition: date) -> None:
    """Rows as a partition (or the whole) of a table; what may not be null and is not said is something."""
    needed = {column.name: _SOME.get(column.kind, 1) for column in contract(table_id).columns if not column.nullable}
    needed |= {"answer_code": "OK"} if "answer_code" in needed else {}
    tables.replace_from_arrow(lake, table_id, arrow_rows(table_id, [needed | row for row in rows]), partition or None)


def talents(posting: str, *people: str, day: date = AS_OF) -> dict[str, Any]:
    row: dict[str, Any] = {"as_of": day, "posting_id": posting}
    for place, key in enumerate(people, 1):
        row |= {f"seeker_key_{place}": key, f"score_0_1_{place}": place / 10, f"met_codes_{place}": key[0]}
    return row


def refused(key: str) -> dict[str, Any]:
    return {"reason_codes": "a:MISSING", "row_text": json.dumps({"seeker_key": key}), "row_number": ord(key[0])}


def publish(lake: Lake, day: date, people: str) -> None:
    run_id = f"{day}-r"
    run = {"as_of": day, "run_id": run_id}
    put(lake, JOBS, [run | {"seeker_key": key * 32} for key in people])
    lists = [talents("K1", *(key * 32 for key in people), day=day), talents("K2", CARL, day=day)]
    put(lake, TALENTS, [run | row for row in lists])
    put(lake, OCCUPATIONS, [run | {"occupation_code": "0231"}])
    served = {name: publication.describe_table(lake.settings, name) for name in (JOBS, TALENTS, OCCUPATIONS)}
    night, folder = Pointer(run_id, day, served, {}, is_synthetic=True), lake.settings.publication_dir
    folder.mkdir(exist_ok=True)
    built = key_value_build.build(lake.settings, night, artefacts.begin(folder, run_id) / "built.lmdb")
    night = replace(night, artefacts=artefacts.keep_key_values(folder, run_id, built))
    publication.switch(lake.settings, night)


@pytest.fixture(scope="module")
def template(session_lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Two nights; Anne stands in both, in bronze (one row without a person beside), refused rows, lists, scratch."""
    lake = Lake(Settings(lake_dir=tmp_path_factory.mktemp("peopled"), memory_mb=512), session_lake.spark)
    load_master_key(lake.settings)
    resumes = [{"row_number": number, "seeker_key": key} for number, key in enumerate((ANNE, BEN, None, ANNE), 1)]
    put(lake, "bronze__resumes", resumes, delivery_date=AS_OF)
    counted = {"table_id": "bronze__resumes", "source_file": "x", "file_sha256": "s", "rows_count": 4}
    put(lake, "ops__deliveries", [counted | {"erased_rows_count": 0}], delivery_date=AS_OF)
    put(lake, "quarantine__resumes", [refused(ANNE), refused(BEN)], as_of=AS_OF)
    put(lake, "quarantine__certificates", [refused(ANNE)], as_of=AS_OF)
    for day in (YESTERDAY, AS_OF):
        put(lake, "silver__benefits", [{"as_of": day, "benefit_id": "1", "seeker_key": BEN}], as_of=day)
        put(lake, "matches__posting_talents", [talents("K1", BEN, ANNE, CARL, day=day)], as_of=day)
    put(lake, "silver__benefits", [{"benefit_id": "2", "seeker_key": ANNE}], as_of=AS_OF)
    put(lake, "silver__benefits", [{"benefit_id": "1", "seeker_key": BEN}], as_of=AS_OF)
    publish(lake, YESTERDAY, "cab")
    for _ in range(11):  # blocked nights: with the tenth version the engine writes a checkpoint of its own
        put(lake, JOBS, [{"seeker_key": ANNE}])
    publish(lake, AS_OF, "bac")
    put(lake, JOBS, [{"seeker_key": ANNE}])  # a night that was blocked after this table
    for folder in (lake.settings.carry_dir, lake.settings.staging_dir / "frames"):
        folder.mkdir(parents=True)
        (folder / "x").write_text(ANNE)
    return lake


@pytest.fixture
def peopled(template: Lake, lake: Lake) -> Lake:
    """A copy of it."""
    shutil.copytree(template.settings.lake_dir, lake.settings.lake_dir)
    return lake


def files_with(lake: Lake, key: str) -> list[str]:
    """Every file of the lake in whose bytes, or unpacked values, the key stands."""
    root = lake.settings.lake_dir
    found = []
    for file in sorted(root.rglob("*")):
        if file.is_file():
            values = str(pq.read_table(file, partitioning=None).to_pylist()) if file.suffix == ".parquet" else ""
            if key in values or key.encode() in file.read_bytes() or holds(file, [key]):
                found.append(file.relative_to(root).as_posix())
    return found


def rows_of(lake: Lake, table_id: str, version: int | None = None) -> list[dict[str, Any]]:
    found = tables.delta(lake.settings, table_id, version=version).to_pyarrow_table()
    return sorted(found.to_pylist(), key=str)


def served_people(lake: Lake) -> dict[str, list[str]]:
    """Run → the people of its answers, by the pointers of every kept night, and of the one that is served."""
    nights = publication.nights(lake.settings)
    found = {night.run_id: night for night in nights} | {"served": publication.current(lake.settings)}
    return {
        name: [row["seeker_key"][0] for row in rows_of(lake, JOBS, night.tables[JOBS].version)]
        for name, night in found.items()
    }


@dataclass(frozen=True)
class Forgotten:
    """The lake after Anne was erased, its certificate, and what stood there before."""

    lake: Lake
    certificate: dict[str, Any]
    files_before: list[str]
    others_before: dict[str, list[dict[str, Any]]]
    nights_before: dict[str, Pointer]
    times_before: dict[str, int]


OTHERS = ("bronze__resumes", "silver__benefits", "quarantine__resumes")


def times(lake: Lake, table_id: str) -> dict[str, int]:
    return {str(file.name): file.stat().st_mtime_ns for file in tables.path(lake.settings, table_id).rglob("*")}


@pytest.fixture(scope="module")
def forgotten(template: Lake, tmp_path_factory: pytest.TempPathFactory) -> Forgotten:
    folder = tmp_path_factory.mktemp("forgotten") / "lake"
    shutil.copytree(template.settings.lake_dir, folder)
    lake = Lake(replace(template.settings, lake_dir=folder), template.spark)
    others = {name: [row for row in rows_of(lake, name) if ANNE not in str(row)] for name in OTHERS}
    nights = {night.run_id: night for night in publication.nights(lake.settings)}
    before = (files_with(lake, ANNE), others, nights, times(lake, OCCUPATIONS))
    return Forgotten(lake, forget(lake, [ANNE]), *before)


def test_no_byte_of_the_lake_holds_the_person_afterwards(forgotten: Forgotten, tally: Add) -> None:
    """Case P23: tables, history, statistics, quarantine, scratch."""
    assert len(forgotten.files_before) > 15
    left = files_with(forgotten.lake, ANNE)
    tally("people forgotten", asked=1, bytes_found=len(left))
    assert left == []
    assert forgotten.certificate["residue"] == []


def test_everybody_else_is_where_and_what_they_were(forgotten: Forgotten) -> None:
    lake = forgotten.lake
    assert {name: rows_of(lake, name) for name in OTHERS} == forgotten.others_before
    assert served_people(lake) == {f"{AS_OF}-r": ["b", "c"], f"{YESTERDAY}-r": ["b", "c"], "served": ["b", "c"]}


def test_the_kept_nights_are_the_same_runs_and_verify(forgotten: Forgotten) -> None:
    settings = forgotten.lake.settings
    after = {night.run_id: night for night in publication.nights(settings)}
    assert set(after) == set(forgotten.nights_before)
    for run_id, night in after.items():
        assert night.tables[OCCUPATIONS] == forgotten.nights_before[run_id].tables[OCCUPATIONS]
        assert verification.check_night(settings, night) == []
    assert publication.current(settings) == after[f"{AS_OF}-r"]


def test_lists_close_up_without_a_gap(forgotten: Forgotten) -> None:
    version = publication.current(forgotten.lake.settings).tables[TALENTS].version
    first, second = sorted(rows_of(forgotten.lake, TALENTS, version), key=lambda row: row["posting_id"])
    assert [first[f"seeker_key_{place}"] for place in (1, 2, 3)] == [BEN, CARL, None]
    assert [first[f"score_0_1_{place}"] for place in (1, 2, 3)] == [0.1, 0.3, None]
    assert [first[f"met_codes_{place}"] for place in (1, 2, 3)] == ["b", "c", None]
    assert (second["seeker_key_1"], second["answer_code"]) == (CARL, "OK")


def test_the_copies_of_the_kept_nights_answer_for_the_others_only(forgotten: Forgotten) -> None:
    settings = forgotten.lake.settings
    held = {Path(name).name for name in forgotten.files_before if name.endswith(".lmdb")}
    assert held == {night.key_values for night in forgotten.nights_before.values()}
    for night in publication.nights(settings):
        with KeyValueCopy.open(settings, night) as copy:
            assert copy.get(JOBS, ANNE) is None
            assert copy.get(JOBS, BEN)
            listed = json.loads(copy.get(TALENTS, "K1") or b"")
            assert {listed["seeker_key_1"], listed["seeker_key_2"]} == {BEN, CARL}
            assert listed["seeker_key_3"] is None
    assert len(list(settings.publication_dir.glob("*.lmdb"))) == 2


def test_a_table_without_the_person_is_not_touched(forgotten: Forgotten) -> None:
    assert times(forgotten.lake, OCCUPATIONS) == forgotten.times_before


def test_rows_of_a_file_are_those_kept_and_those_erased(forgotten: Forgotten) -> None:
    (row,) = rows_of(forgotten.lake, "ops__deliveries")
    rows = rows_of(forgotten.lake, "bronze__resumes")
    assert (row["rows_count"], row["erased_rows_count"], len(rows)) == (4, 2, 2)


def test_the_certificate_counts_rows_and_names_versions(forgotten: Forgotten) -> None:
    found = {entry["table_id"]: entry for entry in forgotten.certificate["tables"]}
    assert (found["bronze__resumes"]["rows"], found["quarantine__certificates"]["rows"]) == (2, 1)
    assert (found["silver__benefits"]["rows"], found["silver__benefits"]["older_rows"]) == (0, 1)
    assert (found[JOBS]["rows"], found[JOBS]["older_rows"]) == (1, 13)
    kept = [night.tables[JOBS].version for night in publication.nights(forgotten.lake.settings)]
    assert found[JOBS]["versions"] == sorted(kept)


def test_the_audit_log_has_an_entry_and_it_names_nobody(forgotten: Forgotten) -> None:
    entries = audit_log.entries(forgotten.lake.settings)
    assert [entry["action"] for entry in entries] == ["rewrite", "rewrite", "forget"]
    assert entries[-1]["facts"] == {"certificate": forgotten.certificate["certificate_id"], "people": 1}
    assert audit_log.verify(forgotten.lake.settings) == []


@pytest.fixture
def after(forgotten: Forgotten, lake: Lake) -> Lake:
    """A copy of the lake without Anne."""
    shutil.copytree(forgotten.lake.settings.lake_dir, lake.settings.lake_dir)
    return lake


def test_a_table_is_written_on_and_read_by_the_engine_afterwards(after: Lake) -> None:
    put(after, "silver__benefits", [{"benefit_id": "3", "seeker_key": CARL}], as_of=AS_OF)
    assert tables.read(after, "silver__benefits").count() == 2
    older = publication.nights(after.settings)[-1].tables[JOBS].version
    assert tables.read_version(after, JOBS, older).count() == 2
    for _ in range(11):
        put(after, JOBS, [{"seeker_key": CARL}])
    assert tables.read(after, JOBS).count() == 1
    assert tables.read_version(after, JOBS, older).count() == 2


def test_asking_again_changes_nothing_and_is_certified(after: Lake) -> None:
    versions = {name: tables.delta(after.settings, name).version() for name in (JOBS, "bronze__resumes")}
    again = forget(after, [ANNE])
    assert {name: tables.delta(after.settings, name).version() for name in versions} == versions
    assert (again["tables"], again["residue"]) == ([], [])
    assert len(load_erasures(after.settings)) == 1


def kill_at(monkeypatch: pytest.MonkeyPatch, step: str, lake: Lake) -> None:
    """Begin to forget Anne and stop at a step, as a kill does."""

    def kill(_settings: object, reached: str) -> None:
        if reached == f"forget:{step}":
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(kill_points, "pass_point", kill)
        with pytest.raises(Killed):
            forget(lake, [ANNE])


def test_an_erasure_that_was_begun_is_finished_before_a_night(peopled: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    kill_at(monkeypatch, "listed", peopled)
    assert count_unfinished(peopled.settings) == 1
    assert "bronze" in " ".join(files_with(peopled, ANNE))
    erasure.finish_begun(peopled)
    assert files_with(peopled, ANNE) == []
    assert served_people(peopled)["served"] == ["b", "c"]
    assert count_unfinished(peopled.settings) == 0


@pytest.mark.parametrize("step", [*QUICK, *(pytest.param(step, marks=pytest.mark.slow) for step in STEPS)])
def test_killed_at_any_step_readers_see_whole_nights_and_the_same_command_finishes(
    peopled: Lake, monkeypatch: pytest.MonkeyPatch, step: str, tally: Add
) -> None:
    """Cases P01 and P23."""
    kill_at(monkeypatch, step, peopled)
    assert set(served_people(peopled)["served"]) in ({"a", "b", "c"}, {"b", "c"})
    for night in (*publication.nights(peopled.settings), publication.current(peopled.settings)):
        assert verification.check_night(peopled.settings, night) == []
        assert len(night.tables) == 3
    assert load_erasures(peopled.settings).erased_on(ANNE)
    certificate = forget(peopled, [ANNE])
    assert files_with(peopled, ANNE) == []
    assert served_people(peopled)["served"] == ["b", "c"]
    assert {entry["table_id"] for entry in certificate["tables"]} >= {"bronze__resumes", JOBS, TALENTS}
    assert not list(peopled.settings.vault_dir.glob("erasure_plan*"))
    tally("forget killed", injected=1, survived=1)


def test_several_people_go_at_once(peopled: Lake) -> None:
    certificate = forget(peopled, [ANNE, CARL])
    assert files_with(peopled, ANNE) + files_with(peopled, CARL) == []
    assert len(certificate["people"]) == 2
    version = publication.current(peopled.settings).tables[TALENTS].version
    assert [row["answer_code"] for row in rows_of(peopled, TALENTS, version)] == ["OK", "NO_CANDIDATE"]


def test_a_stranger_is_refused_and_nothing_happens_to_the_others(peopled: Lake) -> None:
    with pytest.raises(UnknownPerson, match=r"1 of 2 keys \(number 2 first\)"):
        forget(peopled, [ANNE, "d" * 32])
    assert not (peopled.settings.vault_dir).exists()
    assert served_people(peopled)["served"] == ["a", "b", "c"]


def test_what_is_no_key_is_refused_without_repeating_it(peopled: Lake) -> None:
    with pytest.raises(MalformedKey) as refusal:
        forget(peopled, ["900101-1234567"])
    assert "900101" not in str(refusal.value)


def test_a_kept_night_of_other_columns_is_said_before_anything_changes(
    peopled: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "contract_version", lambda name: contract_version(name) + "+")
    with pytest.raises(erasure.OtherContract, match=f"night {YESTERDAY}-r: {JOBS}"):
        forget(peopled, [ANNE])
    assert not (peopled.settings.vault_dir).exists()


def test_a_lake_without_a_published_night_forgets_too(lake: Lake) -> None:
    load_master_key(lake.settings)
    put(lake, "bronze__resumes", [{"seeker_key": ANNE}], delivery_date=AS_OF)
    put(lake, JOBS, [{"seeker_key": ANNE}, {"seeker_key": BEN}])
    forget(lake, [ANNE])
    assert files_with(lake, ANNE) == []
    assert [row["seeker_key"] for row in rows_of(lake, JOBS)] == [BEN]
    assert rows_of(lake, "bronze__resumes") == []


def test_an_unreadable_file_of_a_killed_writer_goes_too(peopled: Lake) -> None:
    ruin = Path(tables.path(peopled.settings, JOBS)) / "part-ruin.parquet"
    ruin.write_bytes(b"PAR1" + ANNE.encode())
    forget(peopled, [ANNE])
    assert not ruin.exists()
