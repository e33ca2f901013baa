"""goyong.duckdb: aggregates only, small cells hidden, everything commented, switched in one step."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards import catalog as made
from dashboards import hiding
from dashboards.aggregates import GOLD_PEOPLE, OPS_PEOPLE
from dashboards.catalog import PersonalColumn, WrongCatalog, build_catalog, open_catalog
from lake.contracts.model import Privacy
from lake.contracts.registry import table
from lake.contracts.render import arrow_schema
from lake.publication import Pointer
from lake.settings import Settings
from tests.unit.dashboards.judgement_rows import JUDGED


def _rows(settings: Settings, file: Path, sql: str) -> list[tuple[object, ...]]:
    with open_catalog(settings, file) as db:
        return db.execute(sql).fetchall()


def test_one_small_province_takes_the_next_smallest_with_it(settings: Settings, catalog: Path) -> None:
    found = _rows(
        settings,
        catalog,
        "select home_region_code, region_name, people_count, mean_0_1, is_suppressed "
        "from agg.employment_probability_by_region order by home_region_code",
    )
    assert found == [
        ("11", "서울", 40, 0.6, False),
        ("26", "부산", None, None, True),
        ("50", "제주", None, None, True),
        ("NO_ANSWER", "결과 없음", 12, None, False),
        ("TOTAL", "전체", 72, pytest.approx(0.5167, abs=1e-9), False),
    ]


def test_quantiles_are_hidden_with_their_count(settings: Settings, catalog: Path) -> None:
    sql = "select p10_0_1, p90_0_1 from agg.employment_probability_by_region where home_region_code = '50'"
    assert _rows(settings, catalog, sql) == [(None, None)]


def test_answers_are_counted_by_reason(settings: Settings, catalog: Path) -> None:
    sql = "select answer_code, people_count, share_0_1 from agg.answers_by_code where service_code = 'EMPLOYMENT'"
    assert _rows(settings, catalog, f"{sql} order by 1") == [("OK", 60, 0.8333), ("THIN_FILE", 12, 0.1667)]


def test_labour_market_hides_the_small_cell_and_one_more(settings: Settings, catalog: Path) -> None:
    sql = "select region_code, seekers_count, tightness_ratio, openings_count from gold.labour_market order by 1"
    assert _rows(settings, catalog, sql) == [("11", 40, 0.1, 3), ("26", None, None, 3), ("50", None, None, 3)]


def test_course_of_seven_graduates_takes_the_next_smallest_of_its_field_with_it(
    settings: Settings, catalog: Path
) -> None:
    sql = "select course_id, graduates_count, employed_count, raw_rate_0_1, shrunk_rate_0_1 from gold.course_outcomes"
    assert _rows(settings, catalog, f"{sql} order by 1") == [
        ("C1", None, None, None, None),
        ("C2", None, None, None, None),
        ("C3", 0, 0, None, None),
        ("C4", 200, 100, 0.5, 0.5),
    ]


@given(st.lists(st.tuples(st.sampled_from(["01", "02", "UNKNOWN"]), st.integers(0, 40)), min_size=1, max_size=12))
def test_no_course_of_few_graduates_follows_from_the_total_of_its_field(courses: list[tuple[str, int]]) -> None:
    people = GOLD_PEOPLE["gold__course_outcomes"][0]
    empty = dict.fromkeys(people.hides, 0.0)
    rows = pa.Table.from_pylist([empty | {"field_code": field, "graduates_count": n} for field, n in courses])
    shown = hiding.hide(rows, people)[0].column("graduates_count").to_pylist()
    for field in {field for field, _ in courses}:
        total = sum(n for own, n in courses if own == field)
        concealed = [n for (own, n), cell in zip(courses, shown, strict=True) if own == field and cell is None]
        is_field_hidden = 0 < total < 10
        assert not concealed or is_field_hidden or (len(concealed) > 1 and sum(concealed) >= 10)
        assert is_field_hidden or all(cell is None or cell == 0 or cell >= 10 for cell in shown)


def test_an_interval_of_few_graduates_is_hidden_with_their_count(settings: Settings, catalog: Path) -> None:
    sql = "select course_id, shrunk_low_0_1, shrunk_high_0_1 from gold.course_outcomes where course_id in ('C2', 'C4')"
    assert _rows(settings, catalog, f"{sql} order by 1") == [("C2", None, None), ("C4", 0.5, 0.7)]


def test_an_occupation_of_six_seekers_shows_neither_them_nor_their_tightness(settings: Settings, catalog: Path) -> None:
    names = "occupation_code, seekers_count, tightness_ratio, same_people_hires_12m_count"
    sql = f"select {names} from gold.occupations order by 1"
    assert _rows(settings, catalog, sql) == [
        ("0231", 72, 0.125, None),
        ("0232", 20, None, None),
        ("0233", None, None, None),
        ("0261", None, None, None),
    ]


def test_training_outcomes_are_counted_by_field_and_a_field_nobody_measured_has_none(
    settings: Settings, catalog: Path
) -> None:
    sql = """select field_code, field_name, courses_count, observed_courses_count, coming_sessions_count,
        graduates_count, employed_count, raw_rate_0_1, shrunk_mean_0_1, is_suppressed from agg.course_fields"""
    assert _rows(settings, catalog, f"{sql} order by 1") == [
        ("02", "경영·회계·사무", 3, 3, 1, 247, 131, 0.5304, 0.6, False),
        ("07", "사회복지·종교", 1, 0, 1, None, None, None, None, False),
    ]


def test_missing_skills_are_counted_with_what_they_would_open(settings: Settings, catalog: Path) -> None:
    sql = "select skill_code, skill_name, people_count, share_0_1, unlocked_mean_0_1 from agg.missing_skills"
    assert _rows(settings, catalog, f"{sql} order by 1") == [
        ("02010101", "총무", 30, 0.4167, 0.12),
        ("07010103", "사례관리", 30, 0.4167, None),
        ("TOTAL", None, 72, 1.0, None),
    ]


def test_readiness_is_averaged_by_wished_occupation(settings: Settings, catalog: Path) -> None:
    sql = """select occupation_code, people_count, readiness_mean_0_1, open_share_mean_0_1, missing_mean
        from agg.skill_gaps where occupation_code = '0231'"""
    assert _rows(settings, catalog, sql) == [("0231", 30, 0.62, 0.4, 2.0)]


def test_certificates_are_counted_by_first_place(settings: Settings, catalog: Path) -> None:
    sql = "select certificate_name, people_count, openings_share_mean_0_1 from agg.certificate_recommendations"
    assert _rows(settings, catalog, f"{sql} order by 1") == [
        ("NO_ANSWER", 42, None),
        ("TOTAL", 72, 0.004),
        ("사회조사분석사 2급", 30, 0.004),
    ]


@pytest.mark.parametrize("table_id", GOLD_PEOPLE)
def test_a_night_without_a_row_of_a_gold_table_has_a_file_all_the_same(table_id: str) -> None:
    """Real data may know no tests and no courses; a table without a row has columns of no chunk."""
    empty = hiding.with_lines(table_id, pa.Table.from_batches([], schema=arrow_schema(table(table_id))))
    for people in GOLD_PEOPLE[table_id]:
        assert hiding.hide(empty, people)[0].num_rows == 0


def test_a_few_people_left_short_are_not_counted_out_loud() -> None:
    everyone = {"as_of": date(2026, 7, 1), "phase_code": "AFTER", "group_kind": "ALL", "group_code": "ALL"}
    everyone |= {"postings_count": 40, "openings_count": 120, "recommendations_count": 144}
    rows = [everyone | {"short_seekers_count": 3}]
    found = hiding.with_lines("ops__exposure", pa.Table.from_pylist(rows, schema=arrow_schema(table("ops__exposure"))))
    for people in OPS_PEOPLE["ops__exposure"]:
        found = hiding.hide(found, people)[0]
    assert found.column("short_seekers_count").to_pylist() == [None]
    assert found.column("recommendations_count").to_pylist() == [144]


def test_first_recommended_courses_are_counted_by_skill(settings: Settings, catalog: Path) -> None:
    sql = "select skill_code, skill_name, people_count, sessions_count from agg.course_recommendations order by 1"
    assert _rows(settings, catalog, sql) == [
        ("02010101", "총무", 30, 1),
        ("NO_ANSWER", None, 42, 0),
        ("TOTAL", None, 72, 1),
    ]


def test_the_models_judgement_is_in_the_file(settings: Settings, catalog: Path) -> None:
    names = ("cohorts", "evaluation", "calibration", "fairness", "drift", "promotions")
    counts = [_rows(settings, catalog, f"select count(*) from ops.{name}")[0][0] for name in names]
    assert counts == [len(JUDGED[f"ops__{name}"]) for name in names]


def test_judgements_of_later_nights_stay_out(settings: Settings) -> None:
    found = made._rows_until(settings, "ops__drift", date(2026, 6, 30))
    assert found.num_rows == 0
    assert made._rows_until(settings, "ops__drift", date(2026, 7, 1)).num_rows == 2


def test_every_table_column_and_macro_has_a_korean_comment(settings: Settings, catalog: Path) -> None:
    bare = "select table_name from duckdb_tables() where comment is null"
    bare += " union all select table_name || '.' || column_name from duckdb_columns()"
    bare += " where comment is null and not internal"
    assert _rows(settings, catalog, bare) == []
    told = """select comment from duckdb_tables() union all select comment from duckdb_columns() where not internal
        union all select comment from duckdb_functions() where not internal"""
    found = [comment for (comment,) in _rows(settings, catalog, told)]
    assert [comment for comment in found if not re.search("[가-힣]", str(comment))] == []


def test_no_column_is_about_one_person(settings: Settings, catalog: Path) -> None:
    found = _rows(settings, catalog, "select column_name from duckdb_columns() where column_name like '%seeker_key%'")
    assert found == []
    never = (Privacy.PSEUDONYM, Privacy.PERSONAL)
    assert [c.name for t in made.contracts() for c in t.columns if c.privacy in never] == []


def test_a_table_with_a_pseudonym_is_refused() -> None:
    with pytest.raises(PersonalColumn, match="seeker_key"):
        made._refuse_personal_columns(table("gold__seeker_skills"))


def test_data_dictionary_describes_every_column_of_the_file(settings: Settings, catalog: Path) -> None:
    missing = """select schema_name || '__' || table_name, column_name from duckdb_columns() where not internal
        except select table_id, column_name from ops.data_dictionary"""
    assert _rows(settings, catalog, missing) == []


def test_a_newer_night_is_a_file_of_its_own(settings: Settings, pointer: Pointer, tmp_path: Path) -> None:
    first = build_catalog(settings, pointer, out=tmp_path)
    with open_catalog(settings, first) as held:
        second = build_catalog(settings, replace(pointer, run_id="20260701-later"), out=tmp_path)
        for opened, run_id in ((held, pointer.run_id), (open_catalog(settings, second), "20260701-later")):
            assert opened.execute("select distinct run_id from ops.published_tables").fetchall() == [(run_id,)]
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted([first.name, second.name])


def test_the_row_of_the_run_that_is_being_published_is_in_its_database(
    settings: Settings, pointer: Pointer, tmp_path: Path
) -> None:
    """It stands in ops__runs only after the switch; an earlier attempt of the same run gives way."""
    row = {"run_id": pointer.run_id, "as_of": pointer.as_of, "status_code": "PUBLISHED", "detail": "tonight"}
    run = pa.Table.from_pylist([row], schema=arrow_schema(table("ops__runs")))
    file = build_catalog(settings, pointer, out=tmp_path, run=run)
    found = _rows(settings, file, f"select status_code, detail from ops.runs where run_id = '{pointer.run_id}'")
    assert found == [("PUBLISHED", "tonight")]


def test_a_missing_file_says_what_makes_it(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(WrongCatalog, match="goyong nightly"):
        open_catalog(settings, tmp_path / "goyong.duckdb")


def test_the_file_opens_read_only_and_reaches_no_other_file(settings: Settings, catalog: Path) -> None:
    with open_catalog(settings, catalog) as db, pytest.raises(duckdb.PermissionException):
        db.execute("select * from read_csv('/etc/hostname')")
