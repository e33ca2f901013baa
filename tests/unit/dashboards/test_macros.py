"""The ten macros: what they promise, what they refuse, what they keep hidden, and who can call them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from dashboards import catalog as made
from dashboards.catalog import open_catalog
from dashboards.macro_shape import Macro
from dashboards.macros import MACROS
from lake.contracts.registry import TABLES
from lake.settings import Settings

KOREAN = re.compile("[가-힣]")
TYPES = {
    "string": "VARCHAR",
    "boolean": "BOOLEAN",
    "int8": "TINYINT",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "float64": "DOUBLE",
    "date": "DATE",
}
PEOPLE = "column_name like '%people_count' or column_name like '%seekers_count' or column_name like '%hires%count'"
REFUSED = [
    (
        "gold.labour_market_by_region('2019-01')",
        "기준월 '2019-01'은(는) 이 파일에 없습니다. 이 파일의 기준월은 2026-07",
    ),
    ("gold.labour_market_by_region(202607)", "기준월 '202607'은(는) 이 파일에 없습니다"),
    ("gold.tightness_by_occupation('우주비행사')", "직업 '우주비행사'에 맞는 직업이 없습니다"),
    ("gold.tightness_by_occupation(at_least_openings := 'x')", "모집인원 하한 'x'은(는) 0 이상의 정수"),
    ("gold.tightness_by_occupation(null, -1)", "모집인원 하한 '-1'은(는) 0 이상의 정수"),
    ("gold.wages_by_occupation('999')", "직업 '999'에 맞는 직업이 없습니다"),
    ("gold.wages_by_occupation(region := '평양')", "시도 '평양'을(를) 모릅니다"),
    ("agg.employment_chance_by_group('성별')", "나눈 기준 '성별'을(를) 모릅니다. '시도', '연령대', '희망직종'"),
    ("agg.course_outcomes_by_field('마법')", "분야 '마법'을(를) 모릅니다"),
    ("gold.most_wanted_skills('x')", "직업 'x'에 맞는 직업이 없습니다"),
    ("gold.most_wanted_skills(top := 0)", "'0'은(는) 1에서 1000까지의 정수"),
    ("ops.exposure_concentration('업종')", "집단 구분 '업종'을(를) 모릅니다"),
    (
        "agg.answers_by_reason('대출')",
        "서비스 '대출'을(를) 모릅니다. 다음 가운데 하나를 적습니다: CERTIFICATES(추천 자격증)",
    ),
    ("ops.checks_of_night('그럭저럭')", "결과 '그럭저럭'을(를) 모릅니다"),
    ("ops.fairness_by_group('혈액형')", "나눈 기준 '혈액형'을(를) 모릅니다"),
]

every_macro = pytest.mark.parametrize("macro", MACROS, ids=lambda macro: macro.name)


@pytest.fixture(scope="module")
def named(catalog: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file under the name that analysts open."""
    return Path(shutil.copy(catalog, tmp_path_factory.mktemp("named") / "goyong.duckdb"))


@pytest.fixture
def db(settings: Settings, named: Path) -> duckdb.DuckDBPyConnection:
    return open_catalog(settings, named)


def test_there_are_the_ten_and_each_has_a_korean_comment(db: duckdb.DuckDBPyConnection) -> None:
    sql = "select schema_name || '.' || function_name, comment from duckdb_functions() where not internal"
    found = dict(db.execute(sql).fetchall())
    assert len(found) == 10
    assert set(found) == {macro.name for macro in MACROS}
    assert [name for name, comment in found.items() if not KOREAN.search(comment or "")] == []
    assert [name for name, comment in found.items() if "가린 칸을 더하거나 빼지 않는다" not in comment] == []


@every_macro
def test_a_macro_gives_the_columns_of_its_contract_and_takes_the_arguments(
    macro: Macro, db: duckdb.DuckDBPyConnection
) -> None:
    found = db.execute(f"describe from {macro.name}()").fetchall()
    assert [row[:2] for row in found] == [(c.name, TYPES[c.kind.value]) for c in macro.result.columns]
    sql = "select parameters from duckdb_functions() where not internal and schema_name || '.' || function_name = ?"
    assert db.execute(sql, [macro.name]).fetchall() == [([each.name for each in macro.parameters],)]


@every_macro
def test_no_two_columns_of_a_macro_have_one_label(macro: Macro) -> None:
    labels = [column.label for column in macro.result.columns]
    assert len(set(labels)) == len(labels)


@every_macro
def test_null_means_the_same_as_nothing(macro: Macro, db: duckdb.DuckDBPyConnection) -> None:
    nulls = ", ".join("null" for _ in macro.parameters)
    assert db.execute(f"from {macro.name}({nulls})").fetchall() == db.execute(f"from {macro.name}()").fetchall()


@every_macro
def test_a_macro_counts_no_one_to_nine_people(macro: Macro, db: duckdb.DuckDBPyConnection) -> None:
    counts = db.execute(f"select column_name from (describe from {macro.name}()) where {PEOPLE}").fetchall()
    for (name,) in counts:
        assert db.execute(f"select * from {macro.name}() where {name} between 1 and 9").fetchall() == []


@pytest.mark.parametrize(("call", "said"), REFUSED)
def test_an_argument_that_means_nothing_is_refused_in_korean(
    call: str, said: str, db: duckdb.DuckDBPyConnection
) -> None:
    with pytest.raises(duckdb.InvalidInputException, match=re.escape(said)):
        db.execute(f"from {call}").fetchall()


def test_every_macro_refuses_something() -> None:
    assert {call.split("(")[0] for call, _ in REFUSED} == {macro.name for macro in MACROS}


def test_regions_hide_the_small_one_and_the_next(db: duckdb.DuckDBPyConnection) -> None:
    names = "region_name, openings_count, seekers_count, tightness_ratio, is_suppressed"
    assert db.execute(f"select {names} from gold.labour_market_by_region('2026-07')").fetchall() == [
        ("서울", 3, 40, 0.075, False),
        ("부산", 3, None, None, True),
        ("제주", 3, None, None, True),
    ]


def test_an_occupation_is_found_by_code_or_name(db: duckdb.DuckDBPyConnection) -> None:
    names = "occupation_code, occupation_group_label, seekers_count, tightness_ratio, is_suppressed"
    by_code = db.execute(f"select {names} from gold.tightness_by_occupation('0231')").fetchall()
    assert by_code == [("0231", "경영·사무·금융·보험", 72, 0.125, False)]
    (name,) = db.execute("select occupation_name from gold.occupations where occupation_code = '0231'").fetchall()[0]
    assert by_code == db.execute(f"select {names} from gold.tightness_by_occupation(?)", [name]).fetchall()


def test_a_region_is_found_by_code_or_name(db: duckdb.DuckDBPyConnection) -> None:
    by_code = db.execute("from gold.wages_by_occupation(null, '11')").fetchall()
    assert by_code == db.execute("from gold.wages_by_occupation(region := '서울')").fetchall()


def test_chances_stand_beside_their_calibration(db: duckdb.DuckDBPyConnection) -> None:
    names = "group_label, people_count, mean_0_1, is_suppressed"
    assert db.execute(f"select {names} from agg.employment_chance_by_group()").fetchall() == [
        ("서울", 40, 0.6, False),
        ("부산", None, None, True),
        ("제주", None, None, True),
        ("결과 없음", 12, None, False),
        ("전체", 72, pytest.approx(0.5167, abs=1e-9), False),
    ]
    judged = "select people_count, ece_0_1 from ops.fairness where group_name = 'ALL'"
    beside = "select judged_people_count, ece_0_1 from agg.employment_chance_by_group() where group_code = 'TOTAL'"
    assert db.execute(beside).fetchall() == db.execute(judged).fetchall()


def test_reasons_and_checks_are_said_in_korean(db: duckdb.DuckDBPyConnection) -> None:
    sql = "select answer_label, people_count, share_0_1 from agg.answers_by_reason('6개월 취업확률')"
    assert db.execute(sql).fetchall() == [("결과 있음", 60, 0.8333), ("판단할 정보가 부족함", 12, 0.1667)]
    sql = "select check_label, measure_name, is_gate, result_label from ops.checks_of_night() where is_gate limit 1"
    expected = ("입력과 답의 분포가 어젯밤과 크게 다르지 않다", "education_code", True, "통과")
    assert db.execute(sql).fetchall() == [expected]


def test_names_of_three_levels_work_opened_and_attached(db: duckdb.DuckDBPyConnection, named: Path) -> None:
    counted = "select count(*) from goyong.gold.labour_market"
    regions = "select count(*) from goyong.gold.labour_market_by_region()"
    assert [db.execute(sql).fetchall() for sql in (counted, regions)] == [[(3,)], [(3,)]]
    with duckdb.connect() as other:
        other.execute(f"attach '{named}' (read_only)")
        assert other.execute(counted).fetchall() == [(3,)]
        other.execute("use goyong")
        assert other.execute(regions).fetchall() == [(3,)]


def test_the_duckdb_command_line_calls_every_macro(named: Path) -> None:
    sql = "".join(f"select count(*) >= 0 from {macro.name}();" for macro in MACROS)
    command = [str(Path(sys.executable).with_name("duckdb")), "-readonly", "-csv", "-noheader", str(named), sql]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - our own SQL
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["true"] * len(MACROS)


def test_every_code_of_the_file_has_its_label(db: duckdb.DuckDBPyConnection) -> None:
    columns = """select schema_name || '.' || table_name, column_name from duckdb_columns()
        where not internal and table_name <> 'code_labels' and column_name <> 'check_name'
        and column_name in (select column_name from ops.code_labels)"""
    found = db.execute(columns).fetchall()
    bare = [
        (table, column, code)
        for table, column in found
        if column not in ("occupation_code", "skill_code")
        for (code,) in db.execute(
            f"select distinct {column} from {table} where {column} is not null and {column} not in "
            f"(select code from ops.code_labels where column_name = '{column}')"
        ).fetchall()
    ]
    assert len(found) > 20
    assert bare == []


def test_the_dictionary_says_what_every_macro_takes_and_gives(db: duckdb.DuckDBPyConnection) -> None:
    sql = "select table_id, column_name, table_label, column_label from ops.data_dictionary where grain like '매크로:%'"
    found = {(table_id, name): labels for table_id, name, *labels in db.execute(sql).fetchall()}
    expected = {(m.result.id, c.name) for m in MACROS for c in (*m.parameters, *m.result.columns)}
    assert set(found) == expected
    assert [key for key, labels in found.items() if not all(KOREAN.search(label) for label in labels)] == []


def test_a_name_means_the_same_unit_in_tables_and_macros() -> None:
    units: dict[str, set[str | None]] = {}
    for contract in (*TABLES.values(), *made.contracts(), *(macro.result for macro in MACROS)):
        for column in contract.columns if contract.layer != "bronze" else ():
            units.setdefault(column.name, set()).add(column.unit)
    assert {name: found for name, found in units.items() if len(found) > 1} == {}
