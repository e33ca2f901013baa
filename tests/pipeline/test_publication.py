"""What is served: whole nights, once, by two readers; older ones on demand; every byte as published.

Also what a second run says. Do not put here: what the answers say (test_answers.py).
"""

from __future__ import annotations

import csv
import json
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from lake import publication
from lake.settings import Settings
from tests.pipeline import readers
from tests.pipeline.commands import Shell
from tests.pipeline.nights import Nights, World
from tests.pipeline.rights import add_entitled, refused_in_files

LAST = 2


def opted_out(world: World, until: date) -> set[str]:
    """Resident numbers of real people of this world whose newest row says that they opted out."""
    newest: dict[str, tuple[str, str]] = {}
    for day in (day for day in world.days if day <= until):
        for file in sorted((world.sources / day.isoformat()).glob("seekers_????.csv")):
            with file.open(encoding="utf-8", newline="") as stream:
                for row in csv.DictReader(stream):
                    stamp = (row["최종수정일시"], row["자동화평가거부"])
                    newest[row["주민등록번호"]] = max(stamp, newest.get(row["주민등록번호"], ("", "")))
    return {number for number, (_, answer) in newest.items() if answer == "Y"} & people(world, until)


def people(world: World, day: date) -> set[str]:
    """Resident numbers of everybody registered by `day`, from the simulator's truth."""
    truth = pq.read_table(world.sources / "truth" / day.isoformat() / "seekers.parquet", columns=["resident_number"])
    return set(truth["resident_number"].to_pylist())


def test_three_nights_publish(world: World, first: Nights, history: Nights) -> None:
    for outcome in (first.outcomes[0], *history.outcomes):
        assert outcome.exit_code == 0, outcome.text
    assert [served["as_of"] for served in history.served] == [day.isoformat() for day in world.days]
    assert len({served["run_id"] for served in history.served}) == 3


@pytest.mark.parametrize("night", range(3))
@pytest.mark.parametrize("table_id", readers.ANSWERS)
def test_everybody_has_one_row_in_each_answer_and_who_opted_out_none(
    world: World, history: Nights, table_id: str, night: int
) -> None:
    pointer, day = history.served[night], world.days[night]
    days = [other for other in world.days if other <= day]
    expected = len(people(world, day) - opted_out(world, day) - refused_in_files(world.sources, days))
    arrow_keys = readers.published_rows(history.lake, pointer, table_id)["seeker_key"].to_pylist()
    with readers.open_duckdb(history.lake, pointer) as database:
        add_entitled(database, history.lake, day)
        duckdb_keys = [key for (key,) in database.execute(f'select seeker_key from "{table_id}"').fetchall()]
        entitled = database.execute("select seeker_key from entitled").fetchall()
        loaded = database.execute(
            "select extension_name from duckdb_extensions() where loaded and install_mode <> 'STATICALLY_LINKED'"
        ).fetchall()
    assert len(arrow_keys) == len(set(arrow_keys)) == expected > 1_900
    assert sorted(arrow_keys) == sorted(duckdb_keys) == sorted(key for (key,) in entitled)
    assert loaded == []


@pytest.mark.case("P15")
@pytest.mark.parametrize("night", range(3))
def test_all_served_tables_carry_the_run_that_the_pointer_names(history: Nights, night: int) -> None:
    pointer = history.served[night]
    with readers.open_duckdb(history.lake, pointer) as database:
        for table_id, entry in pointer["tables"].items():
            found = database.execute(f'select distinct run_id, as_of::varchar from "{table_id}"').fetchall()
            assert found == [(pointer["run_id"], pointer["as_of"])], table_id
            assert readers.published_rows(history.lake, pointer, table_id).num_rows == entry["rows"]
            assert database.execute(f'select count(*) from "{table_id}"').fetchone() == (entry["rows"],)


@pytest.mark.case("P02")
def test_running_again_unchanged_says_so_and_writes_nothing(first: Nights) -> None:
    published, again = first.outcomes
    assert again.exit_code == 0, again.text
    assert "nothing changed" in again.stderr
    assert first.served[0]["run_id"] in again.stderr
    assert first.served[0]["run_id"] in published.stderr
    assert first.versions[0] == first.versions[1]


@pytest.mark.case("P16")
def test_rollback_serves_the_older_night_and_status_says_so(history: Nights, shell: Shell, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    shutil.copytree(history.lake, lake)
    older, newest = (history.served[night]["run_id"] for night in (LAST - 1, LAST))
    assert json.loads(shell.run("status", "--lake", lake, "--json").stdout)["serving"] == newest
    outcome = shell.run("rollback", "--lake", lake)
    assert outcome.exit_code == 0, outcome.text
    assert readers.served(lake) == history.served[LAST - 1]
    assert f"serving {older}" in shell.run("status", "--lake", lake).stdout
    assert shell.run("verify", "--lake", lake).exit_code == 0
    outcome = shell.run("publish", newest, "--lake", lake)
    assert outcome.exit_code == 0, outcome.text
    assert readers.served(lake) == history.served[LAST]


def test_verify_finds_one_flipped_byte(history: Nights, shell: Shell, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    shutil.copytree(history.lake, lake)
    name = sorted(history.served[LAST]["tables"]["serving__seeker_jobs_v1"]["files"])[0]
    file = readers.folder(lake, "serving__seeker_jobs_v1") / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    outcome = shell.run("verify", "--lake", lake)
    assert outcome.exit_code == 1
    (line,) = outcome.stdout.strip().splitlines()
    assert line.startswith(f"serving__seeker_jobs_v1: {name} differs from the manifest. Do: ")


@pytest.mark.case("P03")
def test_second_run_is_refused_while_the_first_holds_the_lake(world: World, shell: Shell, tmp_path: Path) -> None:
    with publication.lock(Settings(lake_dir=tmp_path)):
        outcome = shell.run_fresh("nightly", "--sources", world.sources, "--lake", tmp_path, "--date", "2026-11-20")
        rollback = shell.run("rollback", "--lake", tmp_path)
    assert outcome.exit_code == rollback.exit_code == 4, outcome.text
    assert outcome.stderr.strip().splitlines() == [outcome.complaint]
    assert "another run holds this lake" in outcome.complaint
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_night_without_any_delivery_is_not_ready(shell: Shell, tmp_path: Path) -> None:
    outcome = shell.night(tmp_path / "nowhere", tmp_path / "lake", date(2026, 11, 20))
    assert outcome.exit_code == 3, outcome.text
    assert "no delivery folder" in outcome.complaint


def test_analysts_database_is_of_the_served_night(history: Nights) -> None:
    with duckdb.connect(str(history.lake / "published" / "goyong.duckdb"), read_only=True) as database:
        tables = {name for (name,) in database.execute("select table_name from duckdb_tables()").fetchall()}
        assert tables
        columns = database.execute("select column_name from duckdb_columns() where not internal").fetchall()
    assert "seeker_key" not in {name for (name,) in columns}
