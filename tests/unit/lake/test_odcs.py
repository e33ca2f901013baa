"""The documents that portals get are those of the code, follow the standard, and no change breaks their readers."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from lake.contracts import breaking, odcs, serving
from lake.contracts.breaking import Changes, compare
from lake.contracts.model import CodeList, Column, Kind, Table
from lake.contracts.odcs import Document

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "infra" / "contracts"
STANDARD = Path(__file__).parent / "standards" / "odcs-json-schema-v3.1.0.json"
UPDATE = os.environ.get("GOYONG_UPDATE_CONTRACTS") == "1"
HEAD = (
    "# Generated from lake/contracts; do not edit. "
    "GOYONG_UPDATE_CONTRACTS=1 pytest tests/unit/lake/test_odcs.py writes it anew.\n"
)
TABLE_IDS = [table.id for table in serving.TABLES]


def text_of(document: Document) -> str:
    return HEAD + yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100_000)


def committed(file: Path) -> Document:
    found: Document = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("table", serving.TABLES, ids=TABLE_IDS)
def test_the_committed_document_is_that_of_the_code_and_breaks_nobody(table: Table) -> None:
    file, today = FOLDER / odcs.file_name(table), odcs.document(table)
    if file.is_file():
        broken = compare(committed(file), today).breaking
        assert not broken, f"readers of {table.id} would break: put the change into a new table {table.noun[:-1]}2"
    if UPDATE:
        FOLDER.mkdir(exist_ok=True)
        file.write_text(text_of(today), encoding="utf-8")
    assert file.is_file(), "run it with GOYONG_UPDATE_CONTRACTS=1 and commit infra/contracts"
    assert file.read_text(encoding="utf-8") == text_of(today), "run it with GOYONG_UPDATE_CONTRACTS=1 and commit"


def test_no_document_is_without_its_table() -> None:
    found = sorted(file.name for file in FOLDER.glob("*.odcs.yaml"))
    assert found == sorted(odcs.file_name(table) for table in serving.TABLES)


@pytest.mark.parametrize("table", serving.TABLES, ids=TABLE_IDS)
def test_a_document_follows_the_standard(table: Table) -> None:
    standard = json.loads(STANDARD.read_text(encoding="utf-8"))
    jsonschema.Draft201909Validator(standard).validate(odcs.document(table))


@pytest.mark.parametrize("table", serving.TABLES, ids=TABLE_IDS)
def test_a_document_says_every_column_as_the_contract_does(table: Table) -> None:
    columns = odcs.document(table)["schema"][0]["properties"]
    assert [column["name"] for column in columns] == list(table.names)
    for column, said in zip(table.columns, columns, strict=True):
        assert said["required"] is not column.nullable
        assert said.get("primaryKey", False) is (column.name in table.key)
        assert column.label in (said["businessName"], said["description"])


# --- what breaks ------------------------------------------------------------------------------------------------------
STATE = CodeList("state", "상태", {"OPEN": "열림", "SHUT": "닫힘"})
TABLE = Table(
    id=serving.SKILLS.id,
    label="표",
    description="설명",
    grain="한 행 = 하나",
    key=("posting_id",),
    columns=(
        Column("posting_id", Kind.STRING, "번호", nullable=False),
        Column("state_code", Kind.STRING, "상태", nullable=False, codes=STATE),
        Column("wage_krw_month", Kind.INT32, "임금", unit="원/월"),
    ),
)


def changed(change: Callable[[dict[str, Column]], Any], key: tuple[str, ...] = ("posting_id",)) -> Changes:
    columns = {column.name: column for column in TABLE.columns}
    change(columns)
    return compare(odcs.document(TABLE), odcs.document(replace(TABLE, columns=tuple(columns.values()), key=key)))


def with_column(name: str, **what: Any) -> Callable[[dict[str, Column]], Any]:
    return lambda columns: columns.update({name: replace(columns[name], **what)})


BREAKING: dict[str, tuple[Callable[[dict[str, Column]], Any], str]] = {
    "removed": (lambda columns: columns.pop("wage_krw_month"), "wage_krw_month: is gone"),
    "renamed": (
        lambda columns: columns.update(wage_krw_month=columns["wage_krw_month"].named("pay_krw_month")),
        "wage_krw_month: is gone",
    ),
    "retyped": (with_column("wage_krw_month", kind=Kind.INT64), "wage_krw_month: its type was int and is bigint"),
    "newly nullable": (with_column("state_code", nullable=True), "state_code: may be null now"),
    "another unit": (
        with_column("wage_krw_month", unit="만원/월"),
        "wage_krw_month: its unit was 원/월 and is 만원/월",
    ),
    "a code is gone": (
        with_column("state_code", codes=CodeList("state", "상태", {"OPEN": "열림"})),
        "state_code: the code SHUT is gone",
    ),
    "open values": (with_column("state_code", codes=None), "state_code: its values are no longer a closed list"),
}


@pytest.mark.parametrize("name", list(BREAKING))
def test_a_change_that_breaks_readers_is_named(name: str) -> None:
    change, line = BREAKING[name]
    assert changed(change).breaking == (f"{TABLE.id}.{line}",)


def test_another_key_breaks_readers() -> None:
    found = changed(lambda columns: None, key=("posting_id", "state_code"))
    assert found.breaking == (f"{TABLE.id}: the key was ['posting_id'] and is ['posting_id', 'state_code']",)


def test_a_table_that_is_gone_breaks_readers() -> None:
    assert compare(odcs.document(TABLE), None).breaking == (f"{TABLE.id}: the table is gone",)


COMPATIBLE: dict[str, tuple[Callable[[dict[str, Column]], Any], tuple[str, ...]]] = {
    "nothing": (lambda columns: None, ()),
    "a new column": (
        lambda columns: columns.update(note=Column("note_text", Kind.STRING, "비고")),
        (f"{TABLE.id}.note_text: is new",),
    ),
    "no longer null": (with_column("wage_krw_month", nullable=False), ()),
    "another label": (with_column("wage_krw_month", label="월급"), ()),
    "a new code": (
        with_column("state_code", codes=CodeList("state", "상태", {**STATE.codes, "HELD": "보류"})),
        (f"{TABLE.id}.state_code: the code HELD is new",),
    ),
}


@pytest.mark.parametrize("name", list(COMPATIBLE))
def test_a_change_that_readers_can_live_with_breaks_nobody(name: str) -> None:
    change, lines = COMPATIBLE[name]
    assert changed(change) == Changes((), lines)


def test_a_broken_promise_fails_the_test_that_guards_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard is not blind: a column taken out of a served table stops it, also where files are written anew."""
    table = serving.SKILLS
    shorter = deepcopy(odcs.document(table))
    gone = shorter["schema"][0]["properties"].pop()["name"]
    monkeypatch.setattr(odcs, "document", lambda _table: shorter)
    with pytest.raises(AssertionError, match="would break: put the change into a new table skills_v2"):
        test_the_committed_document_is_that_of_the_code_and_breaks_nobody(table)
    assert breaking.compare(committed(FOLDER / odcs.file_name(table)), shorter).breaking == (
        f"{table.id}.{gone}: is gone",
    )
