"""People for postings, of every posting: each agreed, each suits, and both sides say the same; and how it was shared.

Do not put here: who is best (tests/unit/matching/test_talents.py).
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from tests.pipeline import readers
from tests.pipeline.nights import Nights, World
from tests.pipeline.rights import add_entitled
from tests.pipeline.rules import BROKEN, count, count_broken, open_silver, unpivot

NUMBERS = ("score_0_1", "fit_0_1", "chance_0_1", "met_codes", "open_codes")
TALENTS = "serving__posting_talents_v1"


@pytest.fixture(scope="module")
def last_night(world: World, history: Nights) -> Iterator[duckdb.DuckDBPyConnection]:
    """The last published night: people in lists (`talents`), postings recommended (`jobs`), silver tables."""
    day = world.days[-1]
    with readers.open_duckdb(history.lake, history.served[-1]) as database:
        open_silver(database, history.lake, day)
        add_entitled(database, history.lake, day)
        readers.add_view(database, history.lake, "ops__exposure", day)
        readers.add_view(database, history.lake, "ops__quality", day)
        talents = unpivot(TALENTS, "posting_id", 20, "seeker_key", "is_recommended", *NUMBERS)
        jobs = unpivot("serving__seeker_jobs_v1", "seeker_key", 5, "posting_id", *NUMBERS)
        database.execute(f"create table talents as {talents}")
        database.execute(f"create table jobs as {jobs}")
        yield database


def test_every_open_posting_has_one_row(last_night: duckdb.DuckDBPyConnection) -> None:
    listed = f'select posting_id from "{TALENTS}"'
    assert count(last_night, listed) == count(last_night, f"select distinct posting_id from ({listed})") > 300
    assert count(last_night, f"({listed}) except (select posting_id from serving__job_postings_v1)") == 0
    assert count(last_night, f"(select posting_id from serving__job_postings_v1) except ({listed})") == 0


def test_everybody_listed_agreed_and_did_not_opt_out(last_night: duckdb.DuckDBPyConnection) -> None:
    assert count(last_night, "select distinct seeker_key from talents") > 300
    agreed = "select seeker_key from entitled where is_shown"
    assert count(last_night, f"select 1 from talents where seeker_key not in ({agreed})") == 0


@pytest.mark.parametrize("rule", BROKEN)
def test_every_posting_is_for_each_person_in_its_list(last_night: duckdb.DuckDBPyConnection, rule: str) -> None:
    assert count(last_night, "from talents") > 2_000
    assert count_broken(last_night, "talents", rule) == 0


def test_lists_are_filled_from_the_top_best_first_and_name_nobody_twice(last_night: duckdb.DuckDBPyConnection) -> None:
    assert count(last_night, "select posting_id, seeker_key from talents group by all having count(*) > 1") == 0
    later = "from talents b join talents a on a.posting_id = b.posting_id and a.place = b.place - 1"
    assert count(last_night, f"select 1 {later} where a.score_0_1 < b.score_0_1") == 0
    assert count(last_night, f"select 1 {later}") == count(last_night, "from talents where place > 1")
    empty = f"""select 1 from "{TALENTS}" where (answer_code = 'OK') <> (seeker_key_1 is not null)"""
    assert count(last_night, empty) == 0


@pytest.mark.parametrize("number", NUMBERS)
def test_a_pair_in_both_tables_has_the_same_numbers_and_codes(
    last_night: duckdb.DuckDBPyConnection, number: str
) -> None:
    both = "from talents t join jobs j using (posting_id, seeker_key)"
    assert count(last_night, f"select 1 {both}") > 1_000
    assert count(last_night, f"select 1 {both} where t.{number} is distinct from j.{number}") == 0


def test_recommended_is_who_has_the_posting_among_the_five(last_night: duckdb.DuckDBPyConnection) -> None:
    wrong = """
        select 1 from talents t left join jobs j using (posting_id, seeker_key)
        where t.is_recommended <> (j.seeker_key is not null)
    """
    assert count(last_night, wrong) == 0


def test_nobody_who_agreed_and_was_recommended_is_left_out_for_someone_worse(
    last_night: duckdb.DuckDBPyConnection,
) -> None:
    """Lists of fewer than twenty hold everybody recommended; full ones everybody above their last."""
    missing = """
        with last as (select posting_id, count(*) as people, min(score_0_1) as score from talents group by 1)
        select 1 from jobs j join entitled e using (seeker_key)
        left join last l using (posting_id) left join talents t using (posting_id, seeker_key)
        where e.is_shown and t.seeker_key is null and (coalesce(l.people, 0) < 20 or j.score_0_1 > l.score)
    """
    assert count(last_night, missing) == 0


def test_recommendations_of_a_posting_are_those_that_people_got(last_night: duckdb.DuckDBPyConnection) -> None:
    wrong = f"""
        with got as (select posting_id, count(*) as people from jobs group by 1)
        select 1 from "{TALENTS}" left join got using (posting_id)
        where exposures_count <> coalesce(people, 0) or exposures_count > candidates_count
    """
    assert count(last_night, wrong) == 0


def test_sharing_makes_nothing_more_crowded_and_gives_as_many_places(last_night: duckdb.DuckDBPyConnection) -> None:
    ((before, after),) = last_night.execute("""
        select max(largest_ratio) filter (where phase_code = 'BEFORE'),
            max(largest_ratio) filter (where phase_code = 'AFTER')
        from ops__exposure where group_kind = 'ALL'
    """).fetchall()
    assert 0 < after <= before
    given = "select phase_code, recommendations_count as n from ops__exposure where group_kind = 'ALL'"
    assert last_night.execute(f"select distinct n from ({given})").fetchall() == [(count(last_night, "from jobs"),)]


@pytest.mark.parametrize("kind", ["company_size_code", "region_code"])
def test_groups_of_postings_add_up_to_all(last_night: duckdb.DuckDBPyConnection, kind: str) -> None:
    sums = "sum(postings_count), sum(openings_count), sum(recommendations_count)"
    query = f"select phase_code, {sums} from ops__exposure where group_kind = '{{}}' group by 1 order by 1"
    parts, whole = (last_night.execute(query.format(name)).fetchall() for name in (kind, "ALL"))
    assert parts == whole


def test_the_gates_of_both_sides_are_open_and_stored(last_night: duckdb.DuckDBPyConnection) -> None:
    found = last_night.execute("""
        select check_name, result_code from ops__quality where check_name in ('gate:ineligible_postings',
            'gate:ineligible_people', 'gate:people_shown_without_consent', 'gate:sides_that_differ',
            'gate:exposure_over_capacity', 'gate:sharing_loss', 'gate:short_seekers')
    """).fetchall()
    assert len(found) == 7
    assert {result for _, result in found} == {"PASS"}
