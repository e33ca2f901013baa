"""No row is lost or invented between delivery and silver, what is quarantined is what was planted, corrections win.

Do not put here: what is made from silver.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from lake.contracts import silver
from lake.sources.simulated.traps import count_quarantined
from tests.pipeline import readers
from tests.pipeline.nights import Nights, World

NOUNS = tuple(table.noun for table in silver.TABLES)
KEYS = {table.noun: tuple(name for name in table.key if name != "as_of") for table in silver.TABLES}
PLACE = "delivery_date, source_file, row_number"
PLACE_IN_BRONZE = "b.delivery_date, b.source_file, b.row_number"


@pytest.fixture(scope="module", params=range(3), ids=("first", "second", "third"))
def layers(
    request: pytest.FixtureRequest, world: World, history: Nights
) -> Iterator[tuple[date, duckdb.DuckDBPyConnection]]:
    """A business date, and DuckDB with bronze, silver and quarantine of every noun as they were for it."""
    day = world.days[request.param]
    with readers.open_duckdb(history.lake, history.served[0]) as database:
        for noun in NOUNS:
            readers.add_view(database, history.lake, f"bronze__{noun}")
            for layer in ("silver", "quarantine"):
                readers.add_view(database, history.lake, f"{layer}__{noun}", day)
        yield day, database


def number(database: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = database.execute(sql).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("noun", NOUNS)
def test_rows_in_are_rows_out_and_quarantined_and_superseded(
    world: World, layers: tuple[date, duckdb.DuckDBPyConnection], noun: str
) -> None:
    day, database = layers
    delivered = sum(
        rows for name, rows in world.report.rows.items() if name.split("/")[1] == noun and name[:10] <= day.isoformat()
    )
    bronze = f"(select * from bronze__{noun} where delivery_date <= date '{day}')"
    assert number(database, f"select count(*) from {bronze}") == delivered
    out = number(database, f"select count(*) from silver__{noun}")
    quarantined = number(database, f"select count(*) from quarantine__{noun}")
    same_key = " and ".join(f"b.{key}::varchar = s.{key}::varchar" for key in KEYS[noun])
    superseded = number(
        database,
        f"select count(*) from {bronze} b join silver__{noun} s on {same_key} "
        f"where ({PLACE_IN_BRONZE}) not in (select ({PLACE}) from silver__{noun}) "
        f"and ({PLACE_IN_BRONZE}) not in (select ({PLACE}) from quarantine__{noun})",
    )
    assert delivered == out + quarantined + superseded
    places = f"(select {PLACE} from silver__{noun} union select {PLACE} from quarantine__{noun})"
    assert number(database, f"select count(*) from {places}") == out + quarantined
    assert number(database, f"select count(*) from (from {places} except select {PLACE} from {bronze})") == 0


@pytest.mark.parametrize("noun", NOUNS)
def test_exactly_the_planted_rows_are_in_quarantine_with_a_reason(
    world: World, layers: tuple[date, duckdb.DuckDBPyConnection], noun: str
) -> None:
    day, database = layers
    planted = {name: count for name, count in world.report.traps.items() if name[:10] <= day.isoformat()}
    expected = count_quarantined(planted, noun) if any(f"/{noun}/" in name for name in planted) else 0
    assert number(database, f"select count(*) from quarantine__{noun}") == expected
    assert number(database, f"select count(*) from quarantine__{noun} where coalesce(reason_codes, '') = ''") == 0


@pytest.mark.parametrize(
    ("noun", "reasons"),
    [
        (
            "seekers",
            {
                "education_code:UNKNOWN_CODE",
                "birth_date:NOT_A_DATE",
                "registered_date:MISSING",
                "wanted_wage_krw_month:OUT_OF_RANGE",
            },
        ),
        ("applications", {"result_code:UNKNOWN_CODE"}),
        ("certificates", {"certificate_name:MISSING"}),
        (
            "rights_requests",
            {
                "requested_date:NOT_A_DATE",
                "withdrawn_date:BEFORE_REQUEST",
                "request_kind_code:UNKNOWN_CODE",
                "extension_days:OUT_OF_RANGE",
            },
        ),
        (
            "test_results",
            {
                "interest_realistic:OUT_OF_RANGE",
                "item_answers_text:UNKNOWN_ITEM",
                "item_answers_text:OUT_OF_RANGE",
            },
        ),
    ],
)
def test_reason_names_the_column_and_what_is_wrong_with_it(
    layers: tuple[date, duckdb.DuckDBPyConnection], noun: str, reasons: set[str]
) -> None:
    found = layers[1].execute(f"select distinct reason_codes from quarantine__{noun}").fetchall()
    assert {reason for (reason,) in found} == reasons


@pytest.mark.case("P10")
def test_newest_correction_wins_by_its_own_time(world: World, layers: tuple[date, duckdb.DuckDBPyConnection]) -> None:
    """Every insurance spell ends in silver as its newest row up to that day says, read from the files themselves."""
    day, database = layers
    files = [str(world.sources / d.isoformat() / "employment_spells_0000.csv") for d in world.days if d <= day]
    database.execute("create or replace view sent as from read_csv(" + repr(files) + ", all_varchar = true)")
    wrong = """
        with newest as (
            select "취득번호" as spell_id, arg_max("상실일", "최종수정일시") as end_date, count(*) as sent_count
            from (select "취득번호", coalesce("상실일", '-') as "상실일", "최종수정일시" from sent) group by 1)
        select count(*) filter (where coalesce(s.end_date::varchar, '-') <> n.end_date),
               count(*) filter (where sent_count > 1)
        from newest n join silver__employment_spells s using (spell_id)
    """
    differing, corrected = database.execute(wrong).fetchall()[0]
    assert differing == 0
    assert corrected > 0 or day == world.days[0]


def test_late_row_with_an_older_time_changes_nothing(layers: tuple[date, duckdb.DuckDBPyConnection]) -> None:
    """The simulator repeats a seeker's row as of 2001 with another wage; it came last and must lose."""
    _, database = layers
    assert number(database, "select count(*) from bronze__seekers where wanted_wage_krw_month = '9990000'") == 3
    assert number(database, "select count(*) from silver__seekers where wanted_wage_krw_month = 9990000") == 0
    assert number(database, "select count(*) from silver__seekers where updated_at < timestamp '2002-01-01'") == 0


def test_file_that_was_sent_again_brings_no_row(world: World, history: Nights) -> None:
    with readers.open_duckdb(history.lake, history.served[0]) as database:
        readers.add_view(database, history.lake, "ops__deliveries")
        found = database.execute(
            "select source_file, duplicate_of, rows_count from ops__deliveries "
            "where source_file like '%resend%' and table_id = 'bronze__seekers' order by delivery_date"
        ).fetchall()
    assert len(world.report.resent_files) == len(found) == 2
    assert all(first == "seekers_0000.csv" and rows == 0 for _, first, rows in found)
