"""A mapping says only what the contract and the reader know; a slip is an error that names file, key and cure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lake.contracts.registry import table
from lake.sources.errors import MappingError
from lake.sources.mapping import load_mapping, load_mappings, parse_mapping
from lake.sources.mapping_model import normalise_header
from lake.sources.units import UNITS, units_for

COMPANIES: dict[str, Any] = {
    "table": "companies",
    "pattern": "c*.csv",
    "format": "csv",
    "columns": {"company_id": "id"},
}
SEEKERS: dict[str, Any] = COMPANIES | {
    "table": "seekers",
    "columns": {"seeker_key": {"from": "번호", "pseudonym": True}, "registered_date": "등록일"},
}


def companies(**column: Any) -> dict[str, Any]:
    return COMPANIES | {"columns": {"company_id": "id", **column}}


def seekers(**column: Any) -> dict[str, Any]:
    return SEEKERS | {"columns": SEEKERS["columns"] | column}


def test_a_plain_mapping_reads_as_written() -> None:
    mapping = parse_mapping(COMPANIES, "c.toml")
    assert (mapping.noun, mapping.pattern, mapping.encoding, mapping.headers) == (
        "companies",
        "c*.csv",
        "utf-8",
        ("id",),
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (COMPANIES | {"tabel": "x"}, ["c.toml", "tabel", "nearest: table"]),
        (COMPANIES | {"table": "company"}, ["table 'company'", "nearest: companies"]),
        (COMPANIES | {"format": "cvs"}, ["format 'cvs'", "nearest: csv"]),
        (COMPANIES | {"encoding": "euc-kr"}, ["encoding 'euc-kr'", "cp949"]),
        (COMPANIES | {"null_values": [0]}, ["null_values", "list of texts"]),
        (COMPANIES | {"columns": {}}, ["columns.company_id is missing"]),
        (companies(employee_count="n"), ["columns.employee_count", "nearest: employees_count"]),
        (companies(region_code={"form": "r"}), ["columns.region_code.form", "nearest: from"]),
        (companies(region_code={"from": "r", "value": "11"}), ["exactly one of", "region_code"]),
        (companies(region_code={"codes": {"a": "b"}}), ["no source"]),
        (companies(region_code={"from": "r", "codes": {"서울": 11}}), ["region_code.codes", "text in quotes"]),
        (companies(region_code={"from": "r", "extract": "a"}), ["extract", "exactly one group"]),
        (companies(region_code={"from": "r", "extract": "("}), ["extract", "exactly one group"]),
        (companies(region_code={"from": "r", "prefix": "2"}), ["columns.region_code.prefix", "expected int"]),
        (companies(region_code={"from": "r", "pad": 0}), ["columns.region_code.pad", "1 or more"]),
        (companies(region_code={"from": "r", "unit": "manwon"}), ["region_code.unit 'manwon'", "valid: none"]),
        (companies(region_code={"from": []}), ["region_code.from"]),
        (seekers(wanted_wage_krw_month={"from": "w", "unit": "manwon_yer"}), ["nearest: manwon_year"]),
        (seekers(seeker_key="번호"), ["seeker_key identifies a person", "pseudonym = true"]),
        (seekers(birth_date="번호"), ["birth_date would keep 번호 in the clear"]),
        (seekers(home_region_code={"from": "r", "link": "x", "pseudonym": True}), ["exclude each other"]),
        (SEEKERS | {"vault": {"nam": "성명"}}, ["unknown key vault.nam", "nearest: name"]),
        (SEEKERS | {"vault": {"name": []}}, ["vault.name", "list of texts"]),
        (SEEKERS | {"vault": {"name": 1}}, ["vault.name", "list of texts"]),
        (COMPANIES | {"vault": {"name": "대표"}}, ["vault needs columns.seeker_key with pseudonym = true"]),
        (seekers(education_code="성명") | {"vault": {"name": "성명"}}, ["education_code would keep 성명 in the clear"]),
        (COMPANIES | {"format": "work24_courses"}, ["pattern of work24_courses is always work24/courses"]),
    ],
)
def test_a_slip_is_named_with_its_key_and_cure(content: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(MappingError) as caught:
        parse_mapping(content, "c.toml")
    assert [word for word in ["c.toml", *words] if word not in str(caught.value)] == []


def test_synthetic_people_need_no_pseudonym() -> None:
    columns = {"seeker_key": "번호", "registered_date": "등록일"}
    assert parse_mapping(SEEKERS | {"is_synthetic": True, "columns": columns}, "s.toml").secret_headers == set()


def test_broken_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("table = ")
    with pytest.raises(MappingError, match="x.toml: not TOML"):
        load_mapping(tmp_path / "x.toml")


def test_a_sources_folder_without_mappings_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="no \\*.toml"):
        load_mappings(tmp_path)


def test_headers_are_compared_without_invisible_differences() -> None:
    decomposed = "\ufeff 실\u1106\u1162 \u200b대비 "
    assert normalise_header(decomposed) == "실매 대비"


@pytest.mark.parametrize(
    ("noun", "column", "units"),
    [
        ("seekers", "wanted_wage_krw_month", {"krw_month", "manwon_month", "manwon_year"}),
        ("seekers", "career_months", {"months", "years"}),
        ("skill_requirements", "importance_0_1", {"percent_0_1"}),
        ("job_postings", "wage_min_krw", {"krw", "manwon"}),
        ("training_courses", "training_hours", {"hours", "minutes"}),
    ],
)
def test_a_column_takes_the_units_that_convert_to_its_own(noun: str, column: str, units: set[str]) -> None:
    assert units <= set(units_for(table(f"silver__{noun}").column(column)))


def test_manwon_a_year_is_ten_thousand_won_by_twelve() -> None:
    assert (UNITS["manwon_year"].numerator, UNITS["manwon_year"].denominator) == (10_000, 12)


@pytest.mark.parametrize(
    "entry", ["삭제여부", {"from": "삭제여부"}, {"from": 1, "values": ["Y"]}, {"from": "x", "value": "Y"}]
)
def test_a_delete_mark_names_its_column_and_values(entry: Any) -> None:
    with pytest.raises(MappingError, match="c.toml: deleted must be"):
        parse_mapping(COMPANIES | {"deleted": entry}, "c.toml")


def test_the_column_of_the_delete_mark_must_be_there() -> None:
    mapping = parse_mapping(COMPANIES | {"deleted": {"from": " 삭제 여부", "values": ["Y"]}}, "c.toml")
    assert mapping.required_headers == ("id", "삭제 여부")


def test_headers_that_differ_in_case_width_or_spaces_are_the_mapped_ones() -> None:
    mapping = parse_mapping(companies(region_code="Region"), "c.toml")
    assert [mapping.header_named(cell) for cell in ("ID", "ｉｄ", " re gion", "other")] == [
        "id",
        "id",
        "Region",
        "other",
    ]
    two = parse_mapping(companies(region_code="ID"), "c.toml")
    assert two.header_named("Id") == "Id"
