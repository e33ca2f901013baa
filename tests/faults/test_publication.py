"""What is served while nights come, go, are rolled back, damaged or cleaned up: one whole night; damage is named.

Put here: publication seen from outside, on small nights; with real ones in test_interrupted_nights.py.
"""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from lake import audit_log, maintenance, publication, verification
from lake.settings import Settings
from tests.faults import small_nights
from tests.faults.small_nights import READS_OF_A_POLL, Portal, poll, publish_night, settings_of
from tests.faults.tally import Add
from tests.pipeline import readers
from tests.pipeline.commands import Shell

JOBS, COURSES = "serving__seeker_jobs_v1", "serving__seeker_courses_v1"
READERS = 2


@pytest.fixture(scope="module")
def three_nights(shell: Shell, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with three published nights, the third is served; tests work on copies."""
    lake = tmp_path_factory.mktemp("nights") / "lake"
    for number in range(3):
        publish_night(settings_of(lake, shell.folder / "pseudonym.key"), number)
    return lake


@pytest.fixture
def settings(shell: Shell, three_nights: Path, tmp_path: Path) -> Settings:
    """A copy of the three nights."""
    shutil.copytree(three_nights, tmp_path / "lake", symlinks=True)
    return settings_of(tmp_path / "lake", shell.folder / "pseudonym.key")


@pytest.mark.parametrize("reads", [400, pytest.param(5_200, marks=pytest.mark.slow)])
def test_p15_every_read_during_publication_sees_one_night(settings: Settings, tally: Add, reads: int) -> None:
    """P15. Nights, rollbacks and forward publications follow each other while two processes read with two engines."""
    switches, night, polls_each = 0, 3, reads // READERS // READS_OF_A_POLL
    with ProcessPoolExecutor(READERS, mp_context=multiprocessing.get_context("forkserver")) as pool:
        polls = [pool.submit(poll, settings.lake_dir, polls_each) for _ in range(READERS)]
        while switches < 3 or not all(polled.done() for polled in polls):
            if switches % 10 == 0:
                publish_night(settings, night)
                night += 1
            else:
                kept = publication.nights(settings)
                publication.rollback(settings, kept[switches % 3].run_id)
            switches += 1
        found = [polled.result() for polled in polls]
    done, mixed = (sum(numbers) for numbers in list(zip(*found, strict=True))[:2])
    tally("reads during publication", reads=done, mixed=mixed, switches=switches)
    assert (done, mixed) == (reads, 0)
    assert switches >= 3
    assert max(nights for _, _, nights in found) > 1


def test_p15_a_slow_reader_goes_on_in_its_night_while_others_are_published_and_cleaned_up(settings: Settings) -> None:
    """P15, P17. It opened its tables before; two nights and two maintenances later both engines still read them."""
    settings = replace(settings, keep_nights=3)
    slow = Portal(settings.lake_dir)
    assert slow.read(JOBS) == ({slow.run_id}, {small_nights.ROWS})
    for number in (3, 4):
        publish_night(settings, number)
        maintenance.maintain(settings)
    assert Portal(settings.lake_dir).run_id != slow.run_id
    for table_id in small_nights.TABLES:
        assert slow.read(table_id) == ({slow.run_id}, {small_nights.ROWS}), table_id


def test_p16_any_kept_night_is_served_again_in_seconds_with_its_database_and_pages(
    shell: Shell, settings: Settings, tally: Add
) -> None:
    """P16. Backwards, forwards and to a named run; each stands in the audit log."""
    published = settings.publication_dir
    asked = [(("rollback",), 1), (("rollback", "2026-night-000"), 0), (("publish", "2026-night-002"), 2)]
    before = len(audit_log.entries(settings))
    for words, number in asked:
        outcome = shell.run(*words, "--lake", settings.lake_dir)
        assert outcome.exit_code == 0, outcome.text
        run_id = f"2026-night-{number:03}"
        assert readers.served(settings.lake_dir)["run_id"] == run_id
        assert (published / "site" / "index.html").read_text(encoding="utf-8") == run_id
        with duckdb.connect(str((published / "goyong.duckdb").resolve()), read_only=True) as db:
            assert db.execute("select run_id from ops.published_tables").fetchall() == [(run_id,)]
        asked_of = shell.run("query", "--sql", "select run_id from ops.published_tables", "--lake", settings.lake_dir)
        assert run_id in asked_of.stdout, asked_of.text
        assert shell.run("verify", "--lake", settings.lake_dir).exit_code == 0
        tally("roll back", rollbacks=1, max_seconds=round(outcome.seconds, 2))
    entries = [entry for entry in audit_log.entries(settings)[before:] if entry["action"] != "query"]
    moves = [(entry["action"], entry["facts"]["from_run"][-1], entry["facts"]["to_run"][-1]) for entry in entries]
    assert moves == [("rollback", "2", "1"), ("rollback", "1", "0"), ("rollback", "0", "2")]


def test_p16_a_night_that_is_not_kept_is_named_with_those_that_are(shell: Shell, settings: Settings) -> None:
    """P16."""
    outcome = shell.run("rollback", "2026-night-009", "--lake", settings.lake_dir)
    assert outcome.exit_code == 3
    assert outcome.complaint.startswith("NothingPublished: no kept night 2026-night-009; kept nights: 2026-night-002")
    assert readers.served(settings.lake_dir)["run_id"] == "2026-night-002"


def test_p17_maintenance_keeps_what_the_last_nights_need(shell: Shell, settings: Settings) -> None:
    """P17. Also the night that is served again although it is older than the kept ones."""
    publication.rollback(settings, "2026-night-000")
    outcome = shell.run("maintain", "--lake", settings.lake_dir, GOYONG_KEEP_NIGHTS="1")
    assert outcome.exit_code == 0, outcome.text
    assert [night.run_id[-1] for night in publication.nights(settings)] == ["2", "0"]
    checked = shell.run("verify", "--all", "--lake", settings.lake_dir)
    assert checked.exit_code == 0, checked.text
    assert checked.stdout.strip().endswith("2 checked")


@pytest.mark.parametrize("reason", ["", "   "])
def test_p11_a_force_without_a_reason_is_refused(shell: Shell, settings: Settings, reason: str) -> None:
    """P11."""
    day = small_nights.FIRST_DAY
    outcome = shell.night(settings.lake_dir, settings.lake_dir, day, "--force", reason)
    assert outcome.exit_code == 2, outcome.text
    assert "needs a reason" in outcome.stderr


def flip_a_bit(settings: Settings) -> str:
    file = _data_file(settings, JOBS)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    return file.name


def exchange_two_files(settings: Settings) -> str:
    one, other = _data_file(settings, JOBS), _data_file(settings, COURSES)
    aside = one.with_suffix(".aside")
    for source, target in ((one, aside), (other, one), (aside, other)):
        shutil.move(source, target)
    return one.name


def serve_last_nights_file(settings: Settings) -> str:
    """Whole, good rows, only of another night."""
    older = publication.nights(settings)[1].tables[JOBS]
    file = _data_file(settings, JOBS)
    shutil.copyfile(readers.folder(settings.lake_dir, JOBS) / next(iter(older.files)), file)
    return file.name


def remove_a_file(settings: Settings) -> str:
    file = _data_file(settings, JOBS)
    file.unlink()
    return file.name


def empty_the_commit(settings: Settings) -> str:
    """An empty newest commit opens without a word, with the rows of the night before."""
    version = publication.current(settings).tables[JOBS].version
    (readers.folder(settings.lake_dir, JOBS) / "_delta_log" / f"{version:020}.json").write_bytes(b"")
    return f"_delta_log at version {version}"


def edit_the_pointer(settings: Settings) -> str:
    file = settings.publication_dir / "current.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"rows": 50', '"rows": 49'), encoding="utf-8")
    return file.name


def change_the_database(settings: Settings) -> str:
    database = settings.publication_dir / publication.current(settings).database
    with duckdb.connect(str(database)) as db:
        db.execute("update ops.published_tables set run_id = 'another'")
    return database.name


def change_a_page(settings: Settings) -> str:
    page = settings.publication_dir / "site" / "index.html"
    page.write_text("better news", encoding="utf-8")
    return page.name


def change_the_audit_log(settings: Settings) -> str:
    file = settings.audit_dir / "log.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace("2026-night-001", "2026-night-009"), encoding="utf-8")
    return "audit log: entry 2"


DAMAGE = (
    flip_a_bit,
    exchange_two_files,
    serve_last_nights_file,
    remove_a_file,
    empty_the_commit,
    edit_the_pointer,
    change_the_database,
    change_a_page,
    change_the_audit_log,
)


def _data_file(settings: Settings, table_id: str) -> Path:
    entry = publication.current(settings).tables[table_id]
    return readers.folder(settings.lake_dir, table_id) / next(iter(entry.files))


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_p25_verify_names_what_was_damaged_and_what_to_do(
    shell: Shell, settings: Settings, tally: Add, damage: Callable[[Settings], str]
) -> None:
    """P25: no silent wrong data; the table or place and the file are named on one line."""
    name = damage(settings)
    outcome = shell.run("verify", "--lake", settings.lake_dir)
    lines = outcome.stdout.strip().splitlines()
    tally("published bytes damaged", injected=1, survived=int(outcome.exit_code == 1))
    assert outcome.exit_code == 1, outcome.text
    assert any(name in line for line in lines), outcome.text
    assert all(" Do: " in line for line in lines), outcome.text
    assert outcome.stderr == ""


def test_p25_damage_to_a_kept_night_is_found_when_every_night_is_asked_for(shell: Shell, settings: Settings) -> None:
    """P25."""
    older = publication.nights(settings)[-1]
    (readers.folder(settings.lake_dir, JOBS) / next(iter(older.tables[JOBS].files))).unlink()
    assert shell.run("verify", "--lake", settings.lake_dir).exit_code == 0
    outcome = shell.run("verify", "--all", "--lake", settings.lake_dir)
    assert outcome.exit_code == 1
    assert outcome.stdout.startswith(f"{older.run_id}: {JOBS}: ")
    assert verification.check_night(settings, publication.current(settings)) == []
