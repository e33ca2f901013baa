"""`goyong forget` from outside (case P23): people gone from every byte after kills, not back with the next night.

Three nights of 2,000 people; three are forgotten at once, the command being killed at one step after the other before
it may finish. Do not put here: single steps (tests/engine/test_erased.py).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from lake.privacy import pseudonyms
from tests.faults.tally import Add
from tests.pipeline import readers
from tests.pipeline.commands import Outcome, Shell
from tests.pipeline.fixtures import SECRET
from tests.pipeline.nights import Nights, World, in_memory

pytestmark = pytest.mark.slow
STEPS = ("places", "bronze__seekers", "serving__seeker_jobs_v1", "pointers", "cut")
TALENT_PLACES = range(1, 21)
TALENTS = ("matches__posting_talents", "serving__posting_talents_v1")


@dataclass(frozen=True)
class Case:
    """A lake in which people were forgotten: who, what every other row came to before, and what was said."""

    lake: Path
    keys: tuple[str, ...]
    before: dict[str, Any]
    served_before: dict[str, Any]
    killed: tuple[Outcome, ...]
    whole_after_kills: tuple[bool, ...]
    done: Outcome


def delivered_on(world: World, day: date) -> list[str]:
    """Keys of the people in a delivery's file of seekers, in its order."""
    with (world.sources / day.isoformat() / "seekers_0000.csv").open(encoding="utf-8", newline="") as stream:
        numbers = [row["주민등록번호"] for row in csv.DictReader(stream)]
    found: list[str] = pseudonyms(pa.array(numbers), bytes.fromhex(SECRET), purpose="seeker_key").to_pylist()
    return found


def people(world: World, lake: Path) -> tuple[str, ...]:
    """Three who are answered for; two stand on lists for employers, the other comes again with the second delivery."""
    pointer = readers.served(lake)
    answered = set(readers.published_rows(lake, pointer, "serving__seeker_jobs_v1")["seeker_key"].to_pylist())
    lists = readers.published_rows(lake, pointer, TALENTS[1])
    shown = {key for place in TALENT_PLACES for key in lists[f"seeker_key_{place}"].to_pylist()}
    again = [key for key in delivered_on(world, world.days[1]) if key in answered]
    return (again[0], *sorted((shown & answered) - {again[0]})[:2])


def tables(lake: Path) -> Iterator[tuple[str, DeltaTable]]:
    for folder in sorted((lake / "tables").glob("*/*")):
        yield f"{folder.parent.name}__{folder.name}", DeltaTable(str(folder))


def others(lake: Path, keys: tuple[str, ...]) -> dict[str, Any]:
    """Table → rows and hash of everybody else's rows in the newest version; lists of people as lists."""
    found = {}
    for name, table in tables(lake):
        if name.startswith(("ops__", "quarantine__")):
            continue
        with duckdb.connect() as database:
            database.register("t", table.to_pyarrow_dataset())
            columns = [row[0] for row in database.execute("describe t").fetchall()]
            row, where = "t", "true"
            if "seeker_key" in columns:
                where = "seeker_key is null or not list_contains(?, seeker_key)"
            elif name in TALENTS:
                listed = ", ".join(f"{{k: seeker_key_{p}, s: score_0_1_{p}, m: met_codes_{p}}}" for p in TALENT_PLACES)
                row = f"(posting_id, list_filter([{listed}], x -> x.k is not null and not list_contains(?, x.k)))"
            given = [list(keys)] if "?" in row + where else []
            sql = f"select count(*), sum(hash({row})::hugeint) from t where {where}"
            found[name] = database.execute(sql, given).fetchone()
    return found


def holders(lake: Path, keys: tuple[str, ...]) -> list[str]:
    """Files in which a key stands, as they lie on disk or as their readers see them."""
    found = []
    for file in sorted(path for path in lake.rglob("*") if path.is_file()):
        content = file.read_bytes()
        holds = any(key.encode() in content for key in keys)
        if file.suffix == ".parquet":
            read = pq.read_table(file, partitioning=None)
            texts = [column for column in read.columns if str(column.type).startswith(("string", "large_string"))]
            holds |= any(pc.any(pc.match_substring_regex(text, "|".join(keys))).as_py() for text in texts)
            holds |= "_delta_log" in file.parts and any(key in str(read.to_pylist()) for key in keys)
        if file.suffix == ".duckdb":
            with duckdb.connect(str(file), read_only=True) as database:
                names = database.execute("select schema_name, table_name from duckdb_tables()").fetchall()
                for schema, name in names:
                    texts = database.execute(f'select t::varchar from "{schema}"."{name}" t').fetchall()
                    holds |= any(key in text for (text,) in texts for key in keys)
        if holds:
            found.append(file.relative_to(lake).as_posix())
    return found


def is_whole(lake: Path) -> bool:
    """Whether the served night reads with both readers, one run in all tables, rows as the pointer says."""
    pointer = readers.served(lake)
    with readers.open_duckdb(lake, pointer) as database:
        for name, entry in pointer["tables"].items():
            rows = readers.published_rows(lake, pointer, name)
            counted = database.execute(f'select count(*), count(distinct run_id) from "{name}"').fetchone()
            if rows.num_rows != entry["rows"] or counted != (entry["rows"], 1):
                return False
    return True


@pytest.fixture(scope="module")
def case(world: World, shell: Shell, history: Nights) -> Case:
    lake = in_memory(history.lake, world.room / "forgotten")
    keys = people(world, lake)
    before, served = others(lake, keys), readers.served(lake)
    assert len(holders(lake, keys)) > 50
    killed, whole = [], []
    for step in STEPS:
        killed.append(shell.run("forget", *keys, "--lake", lake, GOYONG_KILL_AT=f"forget:{step}"))
        whole.append(is_whole(lake))
    done = shell.run("forget", *keys, "--lake", lake)
    return Case(lake, keys, before, served, tuple(killed), tuple(whole), done)


def test_every_kill_leaves_a_whole_night_and_the_last_run_finishes(case: Case, tally: Add) -> None:
    """Cases P01 and P23."""
    assert [outcome.exit_code for outcome in case.killed] == [-9] * len(STEPS)
    assert all(case.whole_after_kills)
    assert case.done.exit_code == 0, case.done.text
    tally("forget killed", injected=len(STEPS), survived=sum(case.whole_after_kills))


def test_no_byte_of_the_lake_holds_them(case: Case, tally: Add) -> None:
    """Case P23."""
    left = holders(case.lake, case.keys)
    tally("people forgotten", asked=len(case.keys), bytes_found=len(left))
    assert left == []


def test_everybody_elses_rows_are_what_they_were(case: Case) -> None:
    assert others(case.lake, case.keys) == case.before


def test_the_night_that_is_served_is_the_same_run_without_them(case: Case) -> None:
    pointer = readers.served(case.lake)
    assert pointer["run_id"] == case.served_before["run_id"]
    jobs = "serving__seeker_jobs_v1"
    assert pointer["tables"][jobs]["rows"] == case.served_before["tables"][jobs]["rows"] - len(case.keys)
    assert is_whole(case.lake)


def test_lists_for_employers_have_no_gap(case: Case) -> None:
    rows = readers.published_rows(case.lake, readers.served(case.lake), TALENTS[1])
    for place in TALENT_PLACES[:-1]:
        here, after = rows[f"seeker_key_{place}"].is_null(), rows[f"seeker_key_{place + 1}"].is_valid()
        assert not pc.any(pc.and_(here, after)).as_py()


def test_commands_work_afterwards_and_every_night_verifies(case: Case, shell: Shell, world: World) -> None:
    for command in (("verify",), ("status",), ("rollback",), ("verify",), ("rollback",), ("verify",)):
        outcome = shell.run(*command, "--lake", case.lake)
        assert outcome.exit_code == 0, outcome.text
    last = readers.night(case.lake, world.days[-1])["run_id"]
    assert shell.run("publish", last, "--lake", case.lake).exit_code == 0


def test_the_certificate_says_where_and_not_who(case: Case) -> None:
    assert not any(key in case.done.text for key in case.keys)
    (stored,) = (case.lake / "audit" / "certificates").iterdir()
    certificate = json.loads(stored.read_text(encoding="utf-8"))
    told = {entry["table_id"]: entry["rows"] for entry in certificate["tables"]}
    assert len(certificate["people"]) == len(case.keys)
    assert told["bronze__seekers"] >= len(case.keys)
    assert told["silver__seekers"] == len(case.keys) * 3
    assert certificate["residue"] == []


def test_a_stranger_is_unknown(case: Case, shell: Shell) -> None:
    outcome = shell.run("forget", "0" * 32, "--lake", case.lake)
    assert (outcome.exit_code, outcome.complaint.split(":")[0]) == (3, "UnknownPerson")


def test_the_same_night_run_again_does_not_bring_them_back(case: Case, shell: Shell, world: World) -> None:
    outcome = shell.night(world.sources, case.lake, world.days[-1])
    assert outcome.exit_code == 0, outcome.text
    pointer = readers.served(case.lake)
    assert pointer["run_id"] != case.served_before["run_id"]
    jobs = "serving__seeker_jobs_v1"
    assert pointer["tables"][jobs]["rows"] == case.served_before["tables"][jobs]["rows"] - len(case.keys)
    assert holders(case.lake, case.keys) == []


def test_the_next_delivery_does_not_bring_them_back(world: World, shell: Shell, first: Nights, history: Nights) -> None:
    lake = in_memory(first.lake, world.room / "forgotten_first")
    keys = people(world, lake)
    assert shell.run("forget", *keys, "--lake", lake).exit_code == 0
    outcome = shell.night(world.sources, lake, world.days[1])
    assert outcome.exit_code == 0, outcome.text
    assert holders(lake, keys) == []
    jobs = "serving__seeker_jobs_v1"
    expected = history.served[1]["tables"][jobs]["rows"] - len(keys)
    assert readers.served(lake)["tables"][jobs]["rows"] == expected
    with duckdb.connect() as database:
        database.register("files", DeltaTable(str(readers.folder(lake, "ops__deliveries"))).to_pyarrow_dataset())
        database.register("seekers", DeltaTable(str(readers.folder(lake, "bronze__seekers"))).to_pyarrow_dataset())
        erased, lost = database.execute(
            "select sum(erased_rows_count), sum(rows_count - erased_rows_count) - (select count(*) from seekers) "
            "from files where table_id = 'bronze__seekers'"
        ).fetchone() or (0, 0)
    assert erased >= len(keys) + 1
    assert lost == 0
