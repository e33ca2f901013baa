"""Real nights that end at the wrong moment: after the switch, in the middle of a commit, after a rollback.

Each heals by one plain rerun. Put here: what happens around the switch. Not here: kills all over a night.
"""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path

import duckdb
import pytest

from tests.faults.tally import Add
from tests.pipeline import readers
from tests.pipeline.commands import Outcome, Shell
from tests.pipeline.nights import Nights, World, in_memory

LAST = 2
pytestmark = pytest.mark.slow


@pytest.fixture
def lake(history: Nights, tmp_path: Path) -> Path:
    """A copy of the three nights."""
    shutil.copytree(history.lake, tmp_path / "lake", symlinks=True)
    return tmp_path / "lake"


@pytest.fixture
def before_last(first: Nights, history: Nights, world: World, shell: Shell, lake: Path) -> Path:
    """The lake with the second night served and the third to be run again: it is forgotten."""
    outcome = shell.run("rollback", "--discard", "--lake", lake)
    assert outcome.exit_code == 0, outcome.text
    assert readers.served(lake) == history.served[LAST - 1]
    return lake


def served_whole(shell: Shell, lake: Path, history: Nights, night: int) -> None:
    """The night is served, every byte of every kept night is right, and links and database are the pointer's."""
    pointer = readers.served(lake)
    assert pointer["run_id"] == history.served[night]["run_id"]
    assert readers.hashes(pointer) == readers.hashes(history.served[night])
    checked = shell.run("verify", "--all", "--lake", lake)
    assert checked.exit_code == 0, checked.text
    published = lake / "published"
    assert str((published / "goyong.duckdb").readlink()) == pointer["database"]
    assert str((published / "site").readlink()) == pointer["site"]
    with duckdb.connect(str(published / pointer["database"]), read_only=True) as db:
        runs = db.execute("select status_code from ops.runs where run_id = ?", [pointer["run_id"]]).fetchall()
    assert runs == [("PUBLISHED",)]


def run_statuses(lake: Path, run_id: str) -> list[str]:
    """How a run ended, by ops__runs."""
    with duckdb.connect() as db:
        readers.add_view(db, lake, "ops__runs")
        found = db.execute("select status_code from ops__runs where run_id = ?", [run_id]).fetchall()
    return [str(status) for (status,) in found]


def again(world: World, shell: Shell, lake: Path, **variables: str) -> Outcome:
    """The last night's plain command."""
    return shell.night(world.sources, lake, world.days[LAST], **variables)


def test_p01_killed_after_the_switch_a_rerun_writes_what_is_missing_and_computes_nothing(
    world: World, shell: Shell, first: Nights, history: Nights, tmp_path: Path, tally: Add
) -> None:
    """P01. The night is served whole; only its row of ops__runs and, here, the links are missing."""
    lake = in_memory(first.lake, tmp_path / "lake")
    killed = shell.night(world.sources, lake, world.days[1], GOYONG_KILL_AT="publication")
    assert killed.exit_code == -signal.SIGKILL, killed.text
    run_id = history.served[1]["run_id"]
    assert readers.served(lake)["run_id"] == run_id
    assert run_statuses(lake, run_id) == []
    for link in ("goyong.duckdb", "site"):
        (lake / "published" / link).unlink()
        (lake / "published" / link).symlink_to("nothing")
    versions = [readers.versions(lake, layer) for layer in ("silver", "serving")]
    healed = shell.night(world.sources, lake, world.days[1])
    assert healed.exit_code == 0, healed.text
    assert "nothing changed" in healed.complaint
    assert "finished what was left" in healed.complaint
    assert versions == [readers.versions(lake, layer) for layer in ("silver", "serving")]
    assert run_statuses(lake, run_id) == ["PUBLISHED"]
    served_whole(shell, lake, history, 1)
    assert "nothing to do" in shell.night(world.sources, lake, world.days[1]).complaint
    tally("kill -9 at the end of a night", injected=1, survived=1)
    tally("heal", max_seconds=round(healed.seconds, 1))


def test_p01_torn_commits_of_unpublished_tables_are_taken_back_and_the_night_is_the_same(
    world: World, shell: Shell, history: Nights, before_last: Path, tally: Add
) -> None:
    """P01, as a power cut leaves them: cut, empty, cut between two lines; also of a serving table not yet published."""
    cuts = {
        "bronze__seekers": 0.4,
        "silver__seekers": 0.5,
        "gold__skills": 0.0,
        "features__seekers": -1.0,
        "serving__seeker_jobs_v1": 0.9,
    }
    for table_id, part in cuts.items():
        newest = max((readers.folder(before_last, table_id) / "_delta_log").glob("*.json"))
        content = newest.read_bytes()
        kept = content.rfind(b"\n") if part < 0 else int(len(content) * part)
        newest.write_bytes(content[:kept])
    healed = again(world, shell, before_last)
    assert healed.exit_code == 0, healed.text
    for table_id in cuts:
        assert f"took back a torn commit: {table_id}: " in healed.stderr
    served_whole(shell, before_last, history, LAST)
    entries = [json.loads(line) for line in (before_last / "audit" / "log.jsonl").read_text().splitlines()]
    assert {entry["facts"]["table_id"] for entry in entries if entry["action"] == "repair"} == set(cuts)
    tally("torn commits", injected=len(cuts), survived=len(cuts))


def test_p01_a_torn_commit_of_a_published_table_is_reported_and_the_way_out_works(
    world: World, shell: Shell, history: Nights, lake: Path, tally: Add
) -> None:
    """P01. Nothing is touched; giving the night up serves the one before, and the next run publishes it anew."""
    newest = max((readers.folder(lake, "serving__seeker_jobs_v1") / "_delta_log").glob("*.json"))
    content = newest.read_bytes()
    newest.write_bytes(content[: len(content) // 2])
    refused = again(world, shell, lake)
    assert refused.exit_code == 1, refused.text
    assert refused.complaint.startswith("PublishedCommitTorn: serving__seeker_jobs_v1: _delta_log/")
    assert "goyong rollback --discard" in refused.complaint
    assert newest.read_bytes() == content[: len(content) // 2]
    assert shell.run("rollback", "--discard", "--lake", lake).exit_code == 0
    assert readers.served(lake) == history.served[LAST - 1]
    healed = again(world, shell, lake)
    assert healed.exit_code == 0, healed.text
    served_whole(shell, lake, history, LAST)
    tally("torn commits", injected=1, survived=1)


def test_p16_after_a_rollback_the_next_night_compares_with_the_served_one_and_publishes(
    world: World, shell: Shell, history: Nights, before_last: Path, tally: Add
) -> None:
    """P16. Two nights back, then the third: its gates compare with the first."""
    first = history.served[0]
    outcome = shell.run("rollback", first["run_id"], "--lake", before_last)
    tally("roll back", rollbacks=1, max_seconds=round(outcome.seconds, 2))
    assert outcome.exit_code == 0, outcome.text
    healed = again(world, shell, before_last)
    assert healed.exit_code == 0, healed.text
    served_whole(shell, before_last, history, LAST)
    with duckdb.connect() as db:
        readers.add_view(db, before_last, "ops__quality", world.days[LAST])
        (detail,) = db.execute(
            "select detail from ops__quality where check_name = 'gate:volume_lost' and table_id = ?",
            ["serving__seeker_jobs_v1"],
        ).fetchone() or ("",)
    assert detail.startswith(f"{first['tables']['serving__seeker_jobs_v1']['rows']} rows last night")
