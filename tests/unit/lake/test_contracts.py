"""What every contract promises: labels, keys, one meaning a name, and a version that changes with the shape only."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace

import pytest

from lake.contracts import columns as c
from lake.contracts import silver
from lake.contracts.bronze import PROVENANCE
from lake.contracts.codes import SEX
from lake.contracts.features import EMPLOYMENT_INPUTS, SEEKERS
from lake.contracts.model import Column, ContractError, Kind, Privacy, Table
from lake.contracts.registry import TABLES, contract_version, table

every_table = pytest.mark.parametrize("contract", TABLES.values(), ids=TABLES)
KOREAN = re.compile("[가-힣]")
DIFFERENT_ON_PURPOSE: dict[str, set[tuple[str, str | None]]] = {}
"""Columns of one name and two kinds or units; there is none, and none should come."""


def of_layer(layer: str) -> list[Table]:
    return [contract for contract in TABLES.values() if contract.layer == layer]


def small(*columns: Column, key: tuple[str, ...] = ("region_code",)) -> Table:
    return Table("gold__small", "작은 표", "시험", "한 행 = 시도 하나", key, columns)


def test_a_column_declared_twice_is_refused() -> None:
    with pytest.raises(ContractError, match="gold__small: column region_code is declared twice"):
        small(c.REGION_CODE, c.REGION_CODE)


def test_a_key_that_is_no_column_is_refused() -> None:
    with pytest.raises(ContractError, match=r"gold__small: \['seeker_key'\] named in key"):
        small(c.REGION_CODE, key=("region_code", "seeker_key"))


def test_an_unknown_column_is_answered_with_the_declared_ones() -> None:
    with pytest.raises(ContractError, match="gold__small has no column wage; declared: region_code"):
        small(c.REGION_CODE).column("wage")


def test_an_unknown_table_is_answered_with_its_neighbours() -> None:
    with pytest.raises(ContractError, match="no contract for table 'gold__wages'; declared: gold__course_outcomes"):
        table("gold__wages")


@every_table
def test_every_column_has_a_korean_label(contract: Table) -> None:
    assert [column.name for column in contract.columns if not KOREAN.search(column.label)] == []


@every_table
def test_a_key_is_never_null(contract: Table) -> None:
    assert [name for name in contract.key if contract.column(name).nullable] == []


@every_table
def test_a_table_says_who_answers_for_it_when_it_comes_and_what_a_row_is(contract: Table) -> None:
    assert KOREAN.search(contract.owner)
    assert KOREAN.search(contract.cadence)
    assert contract.grain.startswith("한 행 = ")


def test_the_same_name_means_the_same_kind_and_unit_everywhere() -> None:
    """Bronze is left out: there every delivered column is text as it was sent."""
    meanings: dict[str, set[tuple[str, str | None]]] = defaultdict(set)
    for contract in TABLES.values():
        for column in contract.columns if contract.layer != "bronze" else ():
            meanings[column.name].add((column.kind.value, column.unit))
    assert {name: found for name, found in meanings.items() if len(found) > 1} == DIFFERENT_ON_PURPOSE


@pytest.mark.parametrize("trait", ["sex", "birth", "age", "national", "disab", "foreign", "seeker_key"])
def test_the_employment_model_does_not_see_who_somebody_is(trait: str) -> None:
    assert [name for name in EMPLOYMENT_INPUTS if re.search(rf"(^|_){trait}", name)] == []


def test_no_input_of_the_employment_model_is_marked_sensitive() -> None:
    assert [name for name in EMPLOYMENT_INPUTS if SEEKERS.column(name).privacy is Privacy.SENSITIVE] == []


@pytest.mark.parametrize("contract", of_layer("serving"), ids=lambda contract: contract.id)
def test_a_published_row_says_of_when_by_whom_and_in_which_shape_it_is(contract: Table) -> None:
    stamped = ("as_of", "run_id", "model_version", "contract_version")
    assert contract.names[-4:] == stamped
    assert not any(contract.column(name).nullable for name in stamped)


@pytest.mark.parametrize("contract", of_layer("bronze"), ids=lambda contract: contract.id)
def test_bronze_holds_what_was_sent_as_text_and_where_it_came_from(contract: Table) -> None:
    own = {column.name for column in PROVENANCE}
    assert {column.kind for column in contract.columns if column.name not in own} == {Kind.STRING}
    assert own <= set(contract.names)


@pytest.mark.parametrize("contract", silver.TABLES, ids=lambda contract: contract.id)
def test_bronze_has_every_column_that_a_source_sends_and_no_derived_one(contract: Table) -> None:
    sent = [column.name for column in contract.columns if column.delivered]
    own = {column.name for column in PROVENANCE}
    assert [name for name in table(f"bronze__{contract.noun}").names if name not in own] == sent


@pytest.mark.parametrize(("versions", "newest"), [("seeker_versions", "seekers"), ("resume_versions", "resumes")])
def test_rows_that_corrections_replaced_have_the_shape_of_the_newest(versions: str, newest: str) -> None:
    assert table(f"silver__{versions}").columns == table(f"silver__{newest}").columns


BASE = Column("sex_code", Kind.STRING, "성별")


@pytest.mark.parametrize(
    ("changed", "is_another_version"),
    [
        (replace(BASE, name="gender_code"), True),
        (replace(BASE, kind=Kind.INT8), True),
        (replace(BASE, nullable=False), True),
        (replace(BASE, label="남녀"), False),
        (replace(BASE, description="주민등록 기준"), False),
        (replace(BASE, unit="명"), False),
        (replace(BASE, codes=SEX), False),
        (replace(BASE, privacy=Privacy.SENSITIVE), False),
    ],
    ids=["renamed", "retyped", "now required", "relabelled", "described", "unit", "codes", "privacy"],
)
def test_the_contract_version_changes_when_a_reader_could_break(
    monkeypatch: pytest.MonkeyPatch, changed: Column, *, is_another_version: bool
) -> None:
    monkeypatch.setitem(TABLES, "gold__small", small(c.REGION_CODE.required(), BASE))
    before = contract_version("gold__small")
    monkeypatch.setitem(TABLES, "gold__small", small(c.REGION_CODE.required(), changed))
    assert (contract_version("gold__small") != before) is is_another_version
