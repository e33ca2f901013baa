"""The gates of the published night: for each the number that came nearest to its limit, with a Korean sentence.

Put here: gates on pages. Do not put here: what a gate asks (lake/*_gates.py), contract checks (night_page.py).
"""

from __future__ import annotations

import duckdb

from dashboards import texts
from dashboards.sections import TONES, Cell, Section
from lake.contracts import codes
from lake.contracts.registry import TABLES

# One gate may be asked of many tables and columns; what lies nearest to its limit is shown, failed ones first.
_GATES = """with gates as (
    select split_part(check_name, ':', 2) as gate, split_part(check_name, ':', 3) as measure_name, *,
        case when result_code <> 'PASS' then 2 when limit_value > 0 then coalesce(value / limit_value, 0) else 0 end
            as nearness
    from ops.quality
    where check_name like 'gate:%' and as_of = (select any_value(as_of) from ops.published_tables)
)
select gate, count(*) as checks_count, arg_max(result_code, nearness) as result_code,
    arg_max(value, nearness) as value, arg_max(limit_value, nearness) as limit_value,
    arg_max(table_id, nearness) as table_id, arg_max(measure_name, nearness) as measure_name,
    bool_and(coalesce(detail, '') = 'no earlier night') as is_first
from gates group by gate order by max(nearness) desc, gate"""


def gates(db: duckdb.DuckDBPyConnection) -> Section | None:
    """Every gate with its number and limit, those that were not kept first."""
    found = db.execute(_GATES).fetchall()
    if not found:
        return None
    rows = tuple(
        (
            Cell(codes.CHECK_RESULT.codes[result], tone=TONES[result]),
            Cell(texts.gate(gate), extra=f"{checks}곳" if checks > 1 else ""),
            Cell("견줄 밤 없음" if is_first else _shown(value), is_number=True),
            Cell(f"{limit:,.4g}", is_number=True),
            Cell(TABLES[table_id].label, extra=_label(table_id, measure)),
        )
        for gate, checks, result, value, limit, table_id, measure, is_first in found
    )
    title = _title(len(found), [str(result) for _, _, result, *_ in found])
    columns = ("결과", "지켜야 할 것", "값", "기준", "가장 가까운 곳")
    return Section("gates", title, "ops.quality", _GATES, columns, rows, texts.load("night")["gates_note"])


def _title(gates_count: int, results: list[str]) -> str:
    """What the table says in one sentence; a warning is no failure."""
    failed, warned = results.count("FAIL"), results.count("WARN")
    told = f"공표 전 점검 {gates_count}가지"
    if failed:
        return f"{told} 가운데 {failed}가지를 지키지 못한 채 공표함"
    return f"{told} 가운데 {warned}가지에 주의가 필요하고 나머지는 모두 지킴" if warned else f"{told}를 모두 지킴"


def _shown(value: float | None) -> str:
    """A measured value; one that counts fewer than ten people is hidden in the database already."""
    return "10명 미만" if value is None else f"{value:,.4g}"


def _label(table_id: str, column: str) -> str:
    """The label of a measured column; groups of codes are no columns of their own."""
    names = {own.name: own.label for own in TABLES[table_id].columns}
    return names.get(column) or names.get(column.replace("_group", "_code")) or ("희망직종" if column else "")
