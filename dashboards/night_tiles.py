"""The numbers of the night's run that stand on top of its page, and what must be said before them.

Reads goyong.duckdb and nothing else. Do not put here: tables (pages/index.md), checks before publishing
(gate_sections.py).
"""

from __future__ import annotations

import duckdb

from dashboards import texts
from dashboards.sections import Row, said_seconds
from lake.contracts import codes

# Seoul time is UTC + 9 h all year; DuckDB's own time zones need the icu extension, which the wheel does not bring.
_RUN = """select p.run_id, p.as_of, r.status_code, r.engine, r.device, r.seconds, r.seekers_count, r.detail,
    strftime(make_timestamp(epoch_us(r.started_at) + 32400000000), '%Y-%m-%d %H:%M') as started
from (select any_value(run_id) as run_id, any_value(as_of) as as_of from ops.published_tables) as p
left join ops.runs as r on r.run_id = p.run_id"""
_CHECKS = """select result_code, count(*) as checks_count from ops.quality
where as_of = (select any_value(as_of) from ops.published_tables) group by result_code"""


def tiles(db: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Names and values of the run: date, state, start, time, people, engine, checks."""
    run = _run(db)
    checks = dict(db.execute(_CHECKS).fetchall())
    status = "기록 전" if run["status_code"] is None else codes.RUN_STATUS.codes[run["status_code"]]
    found = [("기준일", str(run["as_of"])), ("상태", status)]
    if run["status_code"] is not None:
        found += [("시작", str(run["started"])), ("걸린 시간", said_seconds(run["seconds"]))]
        found += [("구직자", f"{run['seekers_count'] or 0:,}명"), ("엔진 · 장치", f"{run['engine']} · {run['device']}")]
    if checks:
        found.append(("점검 통과", f"{checks.get('PASS', 0):,} / {sum(checks.values()):,}"))
    return found


def notice(db: duckdb.DuckDBPyConnection) -> str:
    """What must be said of the run: that it is not recorded yet, or why it was published all the same."""
    run = _run(db)
    return str(texts.load("night")["no_run"] if run["status_code"] is None else run["detail"] or "")


def _run(db: duckdb.DuckDBPyConnection) -> Row:
    found: Row = db.execute(_RUN).to_arrow_table().to_pylist()[0]
    return found
