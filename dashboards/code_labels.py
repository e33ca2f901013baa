"""What each code in goyong.duckdb means in Korean, as a table to join: column and code to label.

A column of one name means the same everywhere, so its name and the code are the key. Do not put here: a label (they
stand in lake.contracts and texts/).
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from dashboards import texts
from lake.contracts import codes
from lake.contracts import columns as c
from lake.contracts.model import Table
from lake.contracts.render import arrow_schema

CODE_LABELS = Table(
    id="ops__code_labels",
    label="코드의 뜻",
    description="이 파일의 열에 담긴 코드가 뜻하는 한국어. 열 이름(column_name)과 코드(code)로 잇는다. "
    "집단 코드(group_code)는 나눈 기준(group_name, group_kind)을 열 이름으로 삼아 잇는다.",
    grain="한 행 = 열 이름 하나의 코드 하나",
    key=("column_name", "code"),
    columns=tuple(
        column.required().derived()
        for column in (c.text("column_name", "열"), c.text("code", "코드"), c.text("code_label", "코드의 뜻"))
    ),
)

_REGIONS = ("region_code", "home_region_code")
_OCCUPATION_GROUPS = ("occupation_group_code", "wanted_occupation_group_code")
_FLAGS = ("is_disabled", "is_foreign_national")
_WITH_TOTAL = ("home_region_code", "wanted_occupation_group_code", "age_band_code", "occupation_code", "skill_code")


def label_rows(contracts: Iterable[Table]) -> pa.Table:
    """The rows of ops__code_labels for the columns of `contracts`; of two lists that name a code the first counts."""
    found: dict[tuple[str, str], str] = {}
    for name, labels in (*_open_lists(), *_closed_lists(contracts)):
        for code, label in labels.items():
            found.setdefault((name, code), label)
    rows = [{"column_name": name, "code": code, "code_label": label} for (name, code), label in sorted(found.items())]
    return pa.Table.from_pylist(rows, schema=arrow_schema(CODE_LABELS))


def _closed_lists(contracts: Iterable[Table]) -> Iterable[tuple[str, dict[str, str]]]:
    """Columns with a closed list in their contract."""
    for contract in contracts:
        yield from ((column.name, dict(column.codes.codes)) for column in contract.columns if column.codes)


def _open_lists() -> Iterable[tuple[str, dict[str, str]]]:
    """Columns whose codes are named in texts: regions, groups of occupations and skills, groups of people, checks."""
    named, night, group = texts.load("codes"), texts.load("night"), texts.load("employment")["group"]
    regions = {row["code"]: row["name"] for row in texts.names_table().to_pylist() if row["list"] == "region"}
    everywhere = {code: label for code, label in group.items() if code in ("ALL", "UNKNOWN")}
    yield from ((name, {code: regions[code] for code in regions if len(code) == 2}) for name in _REGIONS)
    yield from ((name, named["occupation_group"]) for name in _OCCUPATION_GROUPS)
    yield "field_code", named["ncs_major_group"] | {"UNKNOWN": named["breakdown"]["UNKNOWN"]}
    yield "age_band_code", dict(codes.AGE_BAND.codes)
    yield "sex_code", dict(codes.SEX.codes)
    yield "company_size_code", dict(codes.COMPANY_SIZE.codes)
    yield from ((name, {code: group[f"{name}_{code}"] for code in ("Y", "N")}) for name in _FLAGS)
    yield from ((name, named["breakdown"]) for name in _WITH_TOTAL)
    yield from ((name, everywhere) for name in (*codes.AUDIT_GROUP.codes, *codes.EXPOSURE_GROUP.codes))
    checks = {code: text for code, text in night["check"].items() if code != "gate"}
    yield "check_name", checks | {f"gate:{code}": text for code, text in night["gate"].items()}
