"""Nights that are killed, disturbed or fed badly: last night stays served whole, and one plain rerun heals.

Do not put here: how the nights are run (nights.py).
"""

from __future__ import annotations

import signal

import duckdb
import pytest

from tests.pipeline import readers
from tests.pipeline.commands import Outcome, Shell
from tests.pipeline.nights import FORCE_REASON, KILLED_AFTER, Nights, World

MOST_LINES_OF_AN_ERROR = 20


def error_lines(outcome: Outcome) -> list[str]:
    """What follows the progress of the stages."""
    lines = outcome.stderr.splitlines()
    begin = next(
        (at for at, line in enumerate(lines) if "PublicationBlocked" in line or "Traceback" in line), len(lines)
    )
    return lines[begin:]


def still_whole(shell: Shell, nights: Nights, pointer: dict[str, object]) -> None:
    """Every byte of the older night is there, for both readers."""
    for table_id in readers.ANSWERS:
        rows = readers.published_rows(nights.lake, pointer, table_id).num_rows
        with readers.open_duckdb(nights.lake, pointer) as database:
            assert database.execute(f'select count(*) from "{table_id}"').fetchone() == (rows,)


@pytest.mark.case("P01")
@pytest.mark.parametrize("place", range(len(KILLED_AFTER)), ids=KILLED_AFTER)
def test_killed_night_leaves_the_last_one_served(first: Nights, killed: Nights, place: int) -> None:
    assert killed.outcomes[place].exit_code == -signal.SIGKILL, killed.outcomes[place].text
    assert killed.served[place] == first.served[0]


def test_each_stage_was_reached_before_the_kill(killed: Nights) -> None:
    for stage, outcome in zip(KILLED_AFTER, killed.outcomes, strict=False):
        assert any(line.startswith(stage) for line in outcome.stderr.splitlines()[-1:]), outcome.text


@pytest.mark.case("P01")
def test_one_plain_rerun_heals_to_the_content_of_an_undisturbed_night(history: Nights, killed: Nights) -> None:
    assert killed.outcomes[-1].exit_code == 0, killed.outcomes[-1].text
    assert readers.hashes(killed.served[-1]) == readers.hashes(history.served[1])
    assert killed.served[-1]["run_id"] == history.served[1]["run_id"]


def test_each_rerun_goes_on_from_the_tables_that_stand(killed: Nights) -> None:
    """Killed in bronze, at features and at the gates; a step that was at work when the kill came is not noted."""
    taken_over = [run.taken_over for run in killed.outcomes]
    assert taken_over[:2] == [0, 0]
    assert 40 < taken_over[2] < taken_over[3]


def test_last_night_can_be_read_whole_after_all_those_kills(shell: Shell, first: Nights, killed: Nights) -> None:
    still_whole(shell, killed, first.served[0])
    leftovers = [path.name for path in killed.lake.rglob("*.tmp")]
    assert leftovers == []


@pytest.mark.case("P13")
def test_date_of_the_command_decides_in_any_time_zone_and_with_any_number_of_threads(
    first: Nights, elsewhere: Nights
) -> None:
    assert elsewhere.outcomes[0].exit_code == 0, elsewhere.outcomes[0].text
    assert elsewhere.served[0]["as_of"] == first.served[0]["as_of"]
    assert readers.hashes(elsewhere.served[0]) == readers.hashes(first.served[0])


@pytest.mark.case("P09")
def test_order_and_cut_of_files_and_a_file_sent_twice_change_nothing(first: Nights, shuffled: Nights) -> None:
    assert shuffled.outcomes[0].exit_code == 0, shuffled.outcomes[0].text
    assert readers.hashes(shuffled.served[0]) == readers.hashes(first.served[0])
    assert shuffled.served[0]["run_id"] != first.served[0]["run_id"]


@pytest.mark.case("P11")
def test_empty_postings_feed_blocks_the_night_and_says_what_to_do(first: Nights, bad_input: Nights) -> None:
    blocked = bad_input.outcomes[0]
    assert blocked.exit_code == 1, blocked.text
    assert blocked.complaint.startswith("PublicationBlocked: 1 gates failed: gate:missing_feeds")
    assert "bronze__job_postings" in blocked.complaint
    assert "--force" in blocked.complaint
    assert "last good night is still served" in blocked.complaint
    assert bad_input.served[0] == first.served[0]


def test_error_is_short_and_without_traceback(bad_input: Nights) -> None:
    blocked = bad_input.outcomes[0]
    assert "Traceback" not in blocked.stderr, blocked.text
    assert 1 <= len(error_lines(blocked)) <= MOST_LINES_OF_AN_ERROR


@pytest.mark.case("P11")
def test_forced_night_is_published_and_its_reason_is_kept(world: World, shell: Shell, bad_input: Nights) -> None:
    assert bad_input.outcomes[1].exit_code == 0, bad_input.outcomes[1].text
    assert bad_input.served[1]["as_of"] == world.days[1].isoformat()
    assert bad_input.served[1]["forced_because"] == FORCE_REASON
    assert FORCE_REASON in shell.run("status", "--lake", bad_input.lake).stdout
    with readers.open_duckdb(bad_input.lake, bad_input.served[1]) as database:
        readers.add_view(database, bad_input.lake, "ops__runs", world.days[1])
        runs = database.execute("select status_code, detail from ops__runs").fetchall()
    assert runs == [("FORCED", FORCE_REASON)]


@pytest.fixture(scope="module")
def forced(world: World, bad_input: Nights) -> duckdb.DuckDBPyConnection:
    """The lake after the forced night."""
    database = readers.open_duckdb(bad_input.lake, bad_input.served[1])
    for table_id in ("ops__deliveries", "bronze__resumes", "bronze__training_courses"):
        readers.add_view(database, bad_input.lake, table_id)
    for noun in ("seekers", "job_postings", "employment_spells"):
        for layer in ("silver", "quarantine"):
            readers.add_view(database, bad_input.lake, f"{layer}__{noun}", world.days[1])
    return database


@pytest.mark.case("P05")
@pytest.mark.case("P06")
@pytest.mark.case("P08")
@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("job_postings_0000.csv", "no data row"),
        ("certificates_0009.csv", "its last"),
        ("resumes_0009.csv", "utf-8"),
        ("training_courses_0009.csv", "cp949"),
        ("applications_0009.csv", "지원결과"),
    ],
)
def test_file_that_cannot_be_used_is_refused_with_its_name_and_reason(
    bad_input: Nights, forced: duckdb.DuckDBPyConnection, file: str, said: str
) -> None:
    rows = forced.execute(
        "select rows_count, problem from ops__deliveries where source_file = ? and delivery_date = "
        "(select max(delivery_date) from ops__deliveries)",
        [file],
    ).fetchall()
    assert len(rows) == 1
    assert rows[0][0] == 0
    assert rows[0][1].startswith(f"{file}: found ")
    assert said.lower() in rows[0][1].lower()
    assert " Do: " in rows[0][1]
    assert sum(f"landing {file}" in line for line in bad_input.outcomes[0].stderr.splitlines()) == 1


@pytest.mark.case("P07")
def test_row_with_an_unknown_code_and_row_with_a_column_too_many_are_quarantined(
    forced: duckdb.DuckDBPyConnection,
) -> None:
    found = forced.execute(
        "select row_number, reason_codes from quarantine__seekers where source_file = 'seekers_0009.csv' order by 1"
    ).fetchall()
    assert [number for number, _ in found] == [1, 2]
    assert found[0][1] == "education_code:UNKNOWN_CODE"
    assert found[1][1].startswith("row:UNREADABLE 26 columns, expected 25")


def test_rest_of_the_night_goes_on_beside_the_bad_files(
    world: World, history: Nights, bad_input: Nights, forced: duckdb.DuckDBPyConnection
) -> None:
    """Seekers and insurance of the night are as in the undisturbed one; postings are last night's."""
    with readers.open_duckdb(history.lake, history.served[1]) as undisturbed:
        for noun in ("seekers", "employment_spells"):
            readers.add_view(undisturbed, history.lake, f"silver__{noun}", world.days[1])
            rows = f"select count(*), bit_xor(hash(updated_at)) from silver__{noun}"
            assert forced.execute(rows).fetchall() == undisturbed.execute(rows).fetchall()
    newest = forced.execute("select max(delivery_date)::varchar from silver__job_postings").fetchall()
    assert newest == [(world.days[0].isoformat(),)]
    assert forced.execute("select count(*) from bronze__resumes where source_file = 'resumes_0009.csv'").fetchall() == [
        (0,)
    ]


@pytest.mark.parametrize(("night", "error"), [(0, "ModelHashMismatchError"), (1, "TrainedOnFutureError")])
def test_a_model_that_must_not_answer_stops_the_night_by_name(
    first: Nights, bad_model: Nights, night: int, error: str
) -> None:
    outcome = bad_model.outcomes[night]
    assert outcome.exit_code == 1, outcome.text
    assert error in outcome.stderr
    assert bad_model.served[night] == first.served[0]
