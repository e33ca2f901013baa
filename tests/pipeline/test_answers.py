"""Every published answer, of everybody, against silver: an independent DuckDB query per rule.

Do not put here: scores (tests/unit/matching, tests/unit/ml).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from lake.contracts.features import EMPLOYMENT_INPUTS
from tests.pipeline import readers
from tests.pipeline.nights import Nights, World
from tests.pipeline.rules import BROKEN, count, count_broken, open_silver, unpivot

REASONS = range(1, 4)


@pytest.fixture(scope="module")
def last_night(world: World, history: Nights) -> Iterator[duckdb.DuckDBPyConnection]:
    """The last published night and the silver tables of its business date."""
    day = world.days[-1]
    with readers.open_duckdb(history.lake, history.served[-1]) as database:
        open_silver(database, history.lake, day)
        for table_id in (
            "silver__training_history",
            "silver__training_courses",
            "gold__seeker_skills",
            "gold__occupation_skills",
        ):
            readers.add_view(database, history.lake, table_id, day)
        jobs = unpivot("serving__seeker_jobs_v1", "seeker_key", 5, "posting_id", "score_0_1")
        courses = unpivot("serving__seeker_courses_v1", "seeker_key", 5, "session_id", "score_0_1", "skill_code")
        database.execute(f"create view jobs as {jobs}")
        database.execute(f"create view courses as {courses}")
        yield database


@pytest.mark.parametrize("rule", BROKEN)
def test_every_recommended_posting_is(last_night: duckdb.DuckDBPyConnection, rule: str) -> None:
    assert count(last_night, "from jobs") > 5_000
    assert count_broken(last_night, "jobs", rule) == 0


@pytest.mark.parametrize(("answers", "thing"), [("jobs", "posting_id"), ("courses", "session_id")])
def test_places_are_filled_from_the_top_best_first_and_nothing_twice(
    last_night: duckdb.DuckDBPyConnection, answers: str, thing: str
) -> None:
    assert count(last_night, f"select seeker_key, {thing} from {answers} group by all having count(*) > 1") == 0
    later = f"from {answers} b join {answers} a on a.seeker_key = b.seeker_key and a.place = b.place - 1"
    assert count(last_night, f"select 1 {later} where a.score_0_1 < b.score_0_1 - 1e-6") == 0
    assert count(last_night, f"select 1 {later}") == count(last_night, f"from {answers} where place > 1")


def test_somebody_without_postings_is_told_why(last_night: duckdb.DuckDBPyConnection) -> None:
    for table_id, thing in (
        ("jobs", "posting_id"),
        ("courses", "session_id"),
        ("occupations", "occupation_code"),
        ("certificates", "certificate_name"),
    ):
        has_answer = (
            f"""select 1 from "serving__seeker_{table_id}_v1" where (answer_code = 'OK') <> ({thing}_1 is not null)"""
        )
        assert count(last_night, has_answer) == 0, table_id


def test_no_course_is_recommended_for_a_skill_already_held(last_night: duckdb.DuckDBPyConnection) -> None:
    """Shown anywhere it may only be recommended where it is shown two levels too low, and then above that level."""
    levels = """
        select seeker_key, skill_code, nullif(try_cast(level as int), 0) as level from (
            select seeker_key, unnest(string_split(skill_codes_text, ';')) as skill_code,
                unnest(string_split(skill_levels_text, '')) as level from gold__seeker_skills)
    """
    elsewhere = """
        select seeker_key, unnest(string_split(skill_codes_text, ';')) as skill_code from silver__resumes, today
            where coalesce(updated_at::date, today) <= today
        union select seeker_key, skill_code from silver__training_history, today
            where is_completed and end_date <= today
    """
    wrong = f"""
        with levels as ({levels}), elsewhere as ({elsewhere}),
        shown as (
            from levels union all by name
            select seeker_key, skill_code, null as level from elsewhere anti join levels using (seeker_key, skill_code))
        select 1 from courses c join shown s using (seeker_key, skill_code)
        join "serving__seeker_courses_v1" a using (seeker_key)
        join silver__training_courses t on t.session_id = c.session_id
        left join gold__occupation_skills n
            on n.occupation_code = a.gap_occupation_code and n.skill_code = c.skill_code
        where not coalesce(s.level < n.skill_level - 1 and t.skill_level > s.level, false)
    """
    assert count(last_night, "from courses") > 50
    assert count(last_night, wrong) == 0


def test_who_finishes_a_recommended_session_holds_the_skill(last_night: duckdb.DuckDBPyConnection) -> None:
    """Held is a skill from one below the needed level on, or where either level is unknown."""
    taught = """
        from courses c join "serving__seeker_courses_v1" a using (seeker_key)
        join silver__training_courses t on t.session_id = c.session_id
        join gold__occupation_skills n
            on n.occupation_code = a.gap_occupation_code and n.skill_code = c.skill_code
    """
    assert count(last_night, taught) == count(last_night, "from courses")
    assert count(last_night, f"select 1 {taught} where t.skill_level < n.skill_level - 1") == 0


def test_every_recommended_session_starts_later_and_teaches_a_skill_that_is_missing(
    last_night: duckdb.DuckDBPyConnection,
) -> None:
    wrong = """
        select 1 from courses c join "serving__seeker_courses_v1" a using (seeker_key)
        left join silver__training_courses t on t.session_id = c.session_id, today
        where t.session_id is null or t.start_date <= today or t.skill_code <> c.skill_code
           or not list_contains(string_split(a.missing_skill_codes, '|'), c.skill_code)
    """
    assert count(last_night, wrong) == 0


def test_every_set_of_reasons_is_consistent(last_night: duckdb.DuckDBPyConnection) -> None:
    """Probability within its range; reasons for push up, reasons against push down, the strongest first, none twice."""
    rows: list[dict[str, Any]] = (
        last_night.execute("from serving__seeker_employment_v1 where answer_code = 'OK' order by seeker_key limit 1000")
        .to_arrow_table()
        .to_pylist()
    )
    assert len(rows) >= 500
    for row in rows:
        assert 0 <= row["low_0_1"] <= row["probability_0_1"] <= row["high_0_1"] <= 1
        codes = []
        for side, sign in (("for", 1), ("against", -1)):
            named = [row[f"reason_{side}_{place}_code"] for place in REASONS]
            sizes = [row[f"reason_{side}_{place}_logit"] for place in REASONS]
            assert [code is None for code in named] == [size is None for size in sizes]
            known = [sign * size for size in sizes if size is not None]
            assert all(size > 0 for size in known)
            assert known == sorted(known, reverse=True)
            assert all(size is None for size in sizes[len(known) :])
            codes += [code for code in named if code is not None]
        assert codes
        assert len(set(codes)) == len(codes)
        assert set(itertools.chain(*(code.split(" & ") for code in codes))) <= set(EMPLOYMENT_INPUTS)


def test_who_gets_no_probability_is_told_why(last_night: duckdb.DuckDBPyConnection) -> None:
    wrong = "from serving__seeker_employment_v1 where (answer_code = 'OK') <> (probability_0_1 is not null)"
    assert count(last_night, wrong) == 0
    assert count(last_night, "from serving__seeker_employment_v1 where answer_code = 'CURRENTLY_EMPLOYED'") > 0
