"""How good the employment probability is: decision, models side by side, reliability, age, truth; as sections.

Each reads goyong.duckdb's ops tables of judgement and is None without rows. Do not put here: what differs between
groups (fairness_sections.py), markup.
"""

from __future__ import annotations

from typing import Any

import duckdb

from dashboards import texts
from dashboards.charts import Chart, Measure
from dashboards.sections import Cell, Row, Section, estimate, fetch, limit, number, percent, percent_estimate, query
from lake.contracts import codes
from ml.employment.inputs import LABEL
from ml.employment.judge import ECE_LIMIT
from ml.employment.promotion import GAP_GROWTH_LIMIT

_DIGITS = {"brier": 4, "ece": 4, "brier_difference": 4}
_HEADS = ("과거 시점", "모형", "사람(명)", "AUC", "PR-AUC", "브라이어", "로그손실", "보정 오차", "브라이어 차이")
_COLUMNS = ("auc", "average_precision", "brier", "log_loss", "ece", "brier_difference")


def sections(db: duckdb.DuckDBPyConnection) -> list[Section | None]:
    """The sections in reading order."""
    return [promotion(db), models(db), served(db), reliability(db), age(db), truth(db)]


def words() -> dict[str, Any]:
    """The fixed words of the page."""
    return texts.load("employment")


def promotion(db: duckdb.DuckDBPyConnection) -> Section | None:
    """The month's decision with its numbers."""
    found = fetch(db, "promotion")
    if not found:
        return None
    row = found[0]
    versions = (("후보 모형", "candidate_version"), ("쓰던 모형", "incumbent_version"), ("공표 모형", "model_version"))
    rows = [(Cell(name), Cell(row[key] or "없음", is_number=True), Cell("", is_number=True)) for name, key in versions]
    if row["candidate_version"] is not None:
        gain = (Cell("브라이어 점수 나아짐"), estimate(row, "brier_gain", digits=4), Cell("구간 > 0", is_number=True))
        error = (Cell("보정 오차(ECE)"), limit(row["ece"], 4), limit(row["ece_limit"], 4))
        growth = (Cell("TPR 차이가 가장 늘어난 값"), limit(row["largest_gap_growth"]), limit(GAP_GROWTH_LIMIT))
        rows += [gain, error, growth]
    if row["is_promoted"]:
        title = f"이 달의 모형: 기준을 모두 지켜 새 모형({row['model_version']})으로 바꿈"
    elif row["model_version"]:
        title = f"이 달의 모형: 새 모형을 채택하지 않고 쓰던 모형({row['model_version']})을 그대로 씀"
    else:
        title = "이 달의 모형: 기준을 지킨 모형이 없어 확률을 공표하지 않음"
    note = words()["note"]["promotion"].format(limit=f"{GAP_GROWTH_LIMIT:.2f}")
    why = " ".join(refusals(row)) if row["model_version"] else ""
    columns = ("항목", "값", "기준")
    return Section(
        "promotion", title, "ops.promotions", query("promotion"), columns, tuple(rows), f"{note} {why}".strip()
    )


def refusals(row: Row) -> list[str]:
    """Why the candidate of a row of ops.promotions was not taken, each in one sentence; empty when it was."""
    why = words()["why"]
    if row["is_promoted"]:
        return []
    if row["candidate_version"] is None:
        return [str(why["too_few"])]
    found = []
    other = "지금까지 쓰던 모형" if row["incumbent_version"] else "모두에게 평균을 말하는 것"
    if not row["brier_gain_low"] > 0:
        found.append(why["not_better"].format(other=other, gain=row["brier_gain"], low=row["brier_gain_low"]))
    if row["ece"] > row["ece_limit"]:
        found.append(why["not_calibrated"].format(ece=row["ece"], limit=row["ece_limit"]))
    if row["largest_gap_growth"] > GAP_GROWTH_LIMIT:
        found.append(why["gap_grows"].format(growth=row["largest_gap_growth"], limit=GAP_GROWTH_LIMIT))
    return found


def models(db: duckdb.DuckDBPyConnection) -> Section | None:
    """Each past date: the model beside simpler ones on the same people."""
    found: dict[tuple[str, str], dict[str, Row]] = {}
    for row in fetch(db, "models"):
        found.setdefault((row["cohort"], row["model_name"]), {})[row["measure_name"]] = row
    if not found:
        return None
    order = list(codes.EVALUATED_MODEL.codes)
    rows = tuple(
        (
            Cell(cohort),
            Cell(codes.EVALUATED_MODEL.codes[name], tone="ok" if name == "additive" else ""),
            number(found[cohort, name]["brier"]["rows_count"]),
            *(_measured(found[cohort, name].get(measure), measure) for measure in _COLUMNS),
        )
        for cohort, name in sorted(found, key=lambda key: (key[0], order.index(key[1])))
    )
    title = f"더 단순한 모형과 견줌: {_compared(found)}"
    return Section("models", title, "ops.evaluation", query("models"), _HEADS, rows, words()["note"]["models"])


def _compared(found: dict[tuple[str, str], dict[str, Row]]) -> str:
    """How often the model was certainly better, and certainly worse, than each other one."""
    dates = len({cohort for cohort, _ in found})
    others = ("base_rate", "logistic", "gradient_boosting")
    differences = {name: [rows["brier_difference"] for (_, n), rows in found.items() if n == name] for name in others}
    better = [
        f"{words()['short'][name]}보다 {sum(row['value_high'] < 0 for row in rows)}번"
        for name, rows in differences.items()
        if rows
    ]
    worse = sum(row["value_low"] > 0 for rows in differences.values() for row in rows)
    return f"과거 {dates}개 시점에서 {', '.join(better)} 확실히 나음, 확실히 못한 적은 {worse}번"


def _measured(row: Row | None, measure: str) -> Cell:
    return Cell("", is_number=True) if row is None else estimate(row, "value", digits=_DIGITS.get(measure, 3))


def served(db: duckdb.DuckDBPyConnection) -> Section | None:
    """The measures of the served model on people who never taught it, by label and past date."""
    found: dict[tuple[str, str], dict[str, Row]] = {}
    for row in fetch(db, "served"):
        found.setdefault((row["cohort"], row["label_name"]), {})[row["measure_name"]] = row
    if not found:
        return None
    said = words()
    shown = (*_COLUMNS[:-1], "share")
    rows = tuple(
        (
            Cell("전체" if cohort == "ALL" else cohort),
            Cell(said["label"][label]),
            number(next(iter(measures.values()))["rows_count"]),
            *(_measured(measures.get(measure), measure) for measure in shown),
        )
        for (cohort, label), measures in found.items()
    )
    main = found.get(("ALL", LABEL), {}).get("auc")
    title = "공표 모형을 평가용 사람들로 봄"
    if main is not None and main["value"] is not None:
        title = f"공표 모형: 배우는 데 쓰지 않은 {main['rows_count']:,}명에게서 AUC {main['value']:.3f}"
    heads = (*_HEADS[:1], "이름표", *_HEADS[2:-1], "실제 비율")
    return Section("served", title, "ops.evaluation", query("served"), heads, rows, said["note"]["served"])


def reliability(db: duckdb.DuckDBPyConnection) -> Section | None:
    """What was said against what came of it, in ten bins."""
    found = fetch(db, "curve")
    if not found:
        return None
    rows = tuple(
        (
            Cell(f"{row['probability_from_0_1'] * 100:.0f}~{row['probability_from_0_1'] * 100 + 10:.0f}%"),
            number(row["people_count"]),
            percent(row["mean_probability_0_1"]),
            percent_estimate(row, "observed_rate_0_1"),
        )
        for row in found
    )
    errors = [row for row in fetch(db, "served") if (row["cohort"], row["measure_name"]) == ("ALL", "ece")]
    title = "보정: 추정 확률과 실제 취업 비율"
    if errors:
        error = errors[0]
        held = "지킴" if error["result_code"] == "PASS" else "지키지 못함"
        title = f"보정: 추정과 실제의 차이(보정 오차) {error['value']:.4f}, 기준 {error['limit_value']:.4f} {held}"
    note = words()["note"]["curve"].format(limit=f"{ECE_LIMIT:.2f}")
    heads = ("추정 확률 구간", "사람(명)", "추정 평균", "실제 취업 비율")
    return Section("reliability", title, "ops.calibration", query("curve"), heads, rows, note, _curve(found))


def _curve(found: list[Row]) -> Chart | None:
    """What was told against what came true, bin by bin; bins of few people are not drawn."""
    said = words()["chart"]
    shown = [row for row in found if row["mean_probability_0_1"] is not None]
    told = {"mean_probability_0_1": said["told"], "observed_rate_0_1": said["true"]}
    told |= {f"observed_rate_0_1_{end}": said[end] for end in ("low", "high")}
    beside = [
        f"추정 {row['mean_probability_0_1'] * 100:.0f}%일 때 실제 {row['observed_rate_0_1'] * 100:.0f}%"
        f"({row['people_count']:,}명)"
        for row in shown
    ]
    rows = [{"name": "", **{name: row[name] for name in told}} for row in shown]
    measures = tuple(Measure(name, label, "%", ".0%") for name, label in told.items())
    return Chart("reliability", tuple(rows), "name", measures, tuple(beside)) if rows else None


def age(db: duckdb.DuckDBPyConnection) -> Section | None:
    """What leaving age out costs."""
    found = fetch(db, "age")
    rows = _plain_rows(found)
    if not rows:
        return None
    values = {row["measure_name"]: row["value"] for row in found}
    title = "나이를 쓰지 않는 대가"
    if {"brier_difference", "auc_difference"} <= set(values):
        title += (
            f": 브라이어 점수 {values['brier_difference']:+z.4f}, AUC {values['auc_difference']:+z.4f}"
            f"({found[0]['cohort']} 시점)"
        )
    heads = ("잰 것", "값")
    return Section("age", title, "ops.evaluation", query("age"), heads, rows, words()["note"]["age"])


def truth(db: duckdb.DuckDBPyConnection) -> Section | None:
    """The error against the truth, on synthetic data."""
    found = fetch(db, "truth")
    rows = _plain_rows(found)
    if not rows:
        return None
    values = {row["measure_name"]: row["value"] for row in found}
    title = (
        f"참 확률과 견줌: {found[0]['rows_count']:,}명에게서 평균 {values['mean_absolute_error'] * 100:.0f}%p 차이, "
        f"한쪽으로 치우침 {values['mean_error'] * 100:+z.1f}%p"
    )
    return Section("truth", title, "ops.evaluation", query("truth"), ("잰 것", "값"), rows, words()["note"]["truth"])


def _plain_rows(found: list[Row]) -> tuple[tuple[Cell, ...], ...]:
    said = words()["measure"]
    return tuple((Cell(said[row["measure_name"]]), estimate(row, "value", digits=4)) for row in found)
