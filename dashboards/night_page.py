"""The night's page for whoever opens the morning: stages, rows, checks, answers, labour market, course outcomes.

Reads goyong.duckdb and nothing else. Each section keeps the SQL that made it. Do not put here: markup (templates/),
or a number that is not in the file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb

from dashboards import texts
from dashboards.aggregates import SERVICES
from dashboards.catalog import WrongCatalog, open_catalog
from dashboards.gate_sections import gates
from dashboards.page import render_page
from dashboards.sections import TONES, Cell, Section, number, percent, said_percent, said_seconds, timed
from lake.contracts import codes
from lake.contracts.registry import TABLES
from lake.settings import Settings

# Seoul time is UTC + 9 h all year; DuckDB's own time zones need the icu extension, which the wheel does not bring.
_RUN = """select p.run_id, p.as_of, p.is_synthetic, r.status_code, r.engine, r.device, r.seconds, r.seekers_count,
    strftime(make_timestamp(epoch_us(r.started_at) + 32400000000), '%Y-%m-%d %H:%M') as started, r.stages_json, r.detail
from (select any_value(run_id) as run_id, any_value(as_of) as as_of, bool_or(is_synthetic) as is_synthetic
    from ops.published_tables) as p
left join ops.runs as r on r.run_id = p.run_id"""
_TABLES = "select table_id, rows_count, delta_version from ops.published_tables order by table_id"
_CHECKS = """select result_code, count(*) as checks_count from ops.quality
where as_of = (select any_value(as_of) from ops.published_tables) group by result_code order by result_code"""
_FAILED = """select table_id, check_name, value, limit_value, result_code, detail from ops.quality
where as_of = (select any_value(as_of) from ops.published_tables) and result_code <> 'PASS'
order by result_code, table_id, check_name limit 50"""
_ANSWERS = """select service_code, answer_code, people_count, share_0_1 from agg.answers_by_code
order by service_code, (answer_code <> 'OK'), people_count desc nulls last, answer_code"""
_REGIONS = """select region_name, people_count, mean_0_1, p10_0_1, p90_0_1 from agg.employment_probability_by_region
where home_region_code not in ('NO_ANSWER', 'UNKNOWN') and mean_0_1 is not null
order by (home_region_code <> 'TOTAL'), mean_0_1 desc, home_region_code"""
_OCCUPATIONS = """select occupation_name, openings_count, seekers_count,
    openings_count / nullif(seekers_count, 0) as tightness_ratio, wage_median_krw_month
from gold.occupations where openings_count > 0
order by openings_count desc, occupation_code limit 10"""
_COURSES = """select course_id, institution_name, graduates_count, raw_rate_0_1, shrunk_rate_0_1
from gold.course_outcomes where graduates_count >= 10 and shrunk_rate_0_1 is not null
order by shrunk_rate_0_1 desc, course_id limit 10"""


def render(settings: Settings, catalog_path: Path) -> str:
    """The page of the night that `catalog_path` was built from."""
    words = texts.load("night")
    with open_catalog(settings, catalog_path) as db:
        run = dict(zip(_names(db, _RUN), db.execute(_RUN).fetchall()[0], strict=True))
        if run["run_id"] is None:
            raise WrongCatalog(f"{catalog_path.name}: ops.published_tables is empty; build it again (goyong nightly)")
        checks = dict(db.execute(_CHECKS).fetchall())
        makers = (_failed, gates, _answers, _regions, _occupations, _courses, _published)
        sections = [*_stages(run), *(make(db) for make in makers)]
    return render_page(
        "night.html.j2",
        title=f"{words['title']} {run['as_of']}",
        t=words,
        run=run,
        tiles=_tiles(run, checks),
        sections=[section for section in sections if section is not None],
        is_synthetic=run["is_synthetic"],
        synthetic_text=words["synthetic"],
        narrow=False,
    )


def _names(db: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    return [str(column[0]) for column in db.execute(f"describe {sql}").fetchall()]


def _tiles(run: dict[str, Any], checks: dict[str, int]) -> list[tuple[str, str]]:
    status = "기록 전" if run["status_code"] is None else codes.RUN_STATUS.codes[run["status_code"]]
    passed = checks.get("PASS", 0)
    tiles = [("기준일", str(run["as_of"])), ("상태", status)]
    if run["status_code"] is not None:
        tiles += [("시작", str(run["started"])), ("걸린 시간", said_seconds(run["seconds"]))]
        tiles += [("구직자", f"{run['seekers_count'] or 0:,}명"), ("엔진 · 장치", f"{run['engine']} · {run['device']}")]
    if checks:
        tiles.append(("점검 통과", f"{passed:,} / {sum(checks.values()):,}"))
    return tiles


def _stages(run: dict[str, Any]) -> list[Section]:
    """Time by layer in the order run, then the longest single steps; stages_json is {table or step: seconds}."""
    stages = {str(name): float(seconds) for name, seconds in json.loads(run["stages_json"] or "{}").items()}
    if not stages:
        return []
    layers: dict[str, float] = {}
    for name, seconds in stages.items():
        layer = name.split("__", 1)[0]
        layers[layer] = layers.get(layer, 0.0) + seconds
    words = texts.load("night")["layer"]
    longest = max(layers, key=lambda name: layers[name])
    title = f"단계별 시간: 가장 오래 걸린 단계는 {words.get(longest, longest)}, {said_seconds(layers[longest])}"
    steps = sorted(stages.items(), key=lambda step: (-step[1], step[0]))[:10]
    named = [(_step_name(name), seconds) for name, seconds in steps]
    columns = ("단계", "시간", "")
    return [
        Section("stages", title, "ops.runs", _RUN, columns, timed([(words.get(n, n), s) for n, s in layers.items()])),
        Section("steps", f"가장 오래 걸린 작업 {len(named)}개", "ops.runs", _RUN, columns, timed(named)),
    ]


def _step_name(step: str) -> str:
    if step in TABLES:
        return f"{TABLES[step].label} ({TABLES[step].layer})"
    return str(texts.load("night")["layer"].get(step, step))


def _published(db: duckdb.DuckDBPyConnection) -> Section:
    found = db.execute(_TABLES).fetchall()
    rows = tuple((Cell(name), number(count), Cell(str(version), is_number=True)) for name, count, version in found)
    return Section(
        "tables", f"공표된 표 {len(rows)}개", "ops.published_tables", _TABLES, ("표", "행 수", "Delta 버전"), rows
    )


def _failed(db: duckdb.DuckDBPyConnection) -> Section | None:
    found = db.execute(_FAILED).fetchall()
    if not found:
        return None
    rows = tuple(
        (
            Cell(codes.CHECK_RESULT.codes[result], tone=TONES[result]),
            Cell(table_id),
            Cell(name),
            Cell("" if value is None else f"{value:,.6g}", is_number=True),
            Cell("" if limit is None else f"{limit:,.6g}", is_number=True),
            Cell(detail or ""),
        )
        for table_id, name, value, limit, result, detail in found
    )
    columns = ("결과", "표", "점검", "값", "기준", "설명")
    return Section("checks", f"통과하지 못한 점검 {len(rows)}개", "ops.quality", _FAILED, columns, rows)


def _answers(db: duckdb.DuckDBPyConnection) -> Section:
    found = db.execute(_ANSWERS).fetchall()
    order = list(SERVICES.codes)
    found.sort(key=lambda row: order.index(row[0]))
    rows = tuple(
        (
            Cell(SERVICES.codes[service]),
            Cell(codes.ANSWER.codes[answer], tone="ok" if answer == "OK" else ""),
            number(people, "명"),
            percent(share),
            Cell("", share=share),
        )
        for service, answer, people, share in found
    )
    shares = {service: share for service, answer, _, share in found if answer == "OK" and share is not None}
    said = " · ".join(f"{SERVICES.codes[name]} {said_percent(shares[name])}" for name in order if name in shares)
    title = f"결과를 받은 구직자: {said}" if said else "답변 상태"
    columns = ("서비스", "답변 상태", "구직자", "비율", "")
    return Section("answers", title, "agg.answers_by_code", _ANSWERS, columns, rows, texts.load("night")["hidden_note"])


def _regions(db: duckdb.DuckDBPyConnection) -> Section | None:
    found = db.execute(_REGIONS).fetchall()
    if not found:
        return None
    rows = tuple(
        (
            Cell(name),
            number(people, "명"),
            percent(mean),
            Cell(f"{low * 100:.0f}~{high * 100:.0f}%", is_number=True),
            Cell("", share=mean),
        )
        for name, people, mean, low, high in found
    )
    title = f"6개월 취업확률: {found[0][0]} 평균 {said_percent(found[0][2])}"
    columns = ("거주 시도", "구직자", "평균", "가운데 80%", "")
    note = (
        "결과가 있는 구직자의 추정 확률이며 실제 취업률이 아닙니다. 지역의 차이는 사람 구성의 차이를 담고 있습니다. "
        "전체의 구직자 수에는 결과가 없는 사람도 들어 있습니다."
    )
    return Section("regions", title, "agg.employment_probability_by_region", _REGIONS, columns, rows, note)


def _occupations(db: duckdb.DuckDBPyConnection) -> Section | None:
    found = db.execute(_OCCUPATIONS).fetchall()
    if not found:
        return None
    most = found[0][1]
    rows = tuple(
        (
            Cell(name),
            number(openings, "명"),
            number(seekers, "명"),
            Cell("" if ratio is None else f"{ratio:.1f}배", is_number=True),
            Cell("" if wage is None else texts.wage(wage), is_number=True),
            Cell("", share=openings / most),
        )
        for name, openings, seekers, ratio, wage in found
    )
    title = f"노동시장: 모집인원이 가장 많은 직업은 {found[0][0]}, {most:,}명"
    columns = ("직업", "모집인원", "희망 구직자", "구인배수", "제시임금 중간값", "")
    note = "구인배수 = 모집인원 ÷ 희망 구직자 수."
    return Section("market", title, "gold.occupations", _OCCUPATIONS, columns, rows, note)


def _courses(db: duckdb.DuckDBPyConnection) -> Section | None:
    found = db.execute(_COURSES).fetchall()
    if not found:
        return None
    rows = tuple(
        (
            Cell(course),
            Cell(institution or ""),
            number(graduates, "명"),
            percent(raw),
            percent(shrunk),
            Cell("", share=shrunk),
        )
        for course, institution, graduates, raw, shrunk in found
    )
    title = f"훈련 성과: 추정 취업률 상위 {len(rows)}개 과정"
    columns = ("과정", "훈련기관", "수료", "관측 취업률", "추정 취업률", "")
    note = "수료 인원이 적은 과정은 기관·분야 평균 쪽으로 당겨 추정합니다. 수료 10명 이상인 과정만 보입니다."
    return Section("courses", title, "gold.course_outcomes", _COURSES, columns, rows, note)
