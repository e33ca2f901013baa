"""Who the employment probability serves how well: groups, wrong calls, cohorts, leak tests, drift; as sections.

Each reads goyong.duckdb's ops tables of judgement and is None without rows. Do not put here: measures of everybody
(accuracy_sections.py), markup.
"""

from __future__ import annotations

import duckdb

from dashboards import texts
from dashboards.accuracy_sections import words
from dashboards.charts import Chart, Measure
from dashboards.sections import Cell, Row, Section, estimate, fetch, limit, number, percent, percent_estimate, query
from dashboards.sections import result as judged
from lake.contracts import codes
from ml.employment.fairness import HIGH_RISK_SHARE, SMALLEST_JUDGED
from ml.employment.judge import GROUP_ECE_LIMIT


def sections(db: duckdb.DuckDBPyConnection) -> list[Section | None]:
    """The sections in reading order."""
    return [groups(db), wrong_calls(db), cohorts(db), leaks(db), drift(db)]


def group(name: str, code: str) -> str:
    """A group as people say it: 성별 여성, 연령대 60세 이상."""
    said = words()["group"]
    if code in said:
        return said[code] if name == "ALL" else f"{codes.AUDIT_GROUP.codes[name]} {said[code]}"
    if f"{name}_{code}" in said:
        return str(said[f"{name}_{code}"])
    if name == "home_region_code":
        return f"{codes.AUDIT_GROUP.codes[name]} {texts.region(code)}"
    lists = {"sex_code": codes.SEX, "age_band_code": codes.AGE_BAND}
    return f"{codes.AUDIT_GROUP.codes[name]} {texts.label(lists[name], code)}"


def groups(db: duckdb.DuckDBPyConnection) -> Section | None:
    """Calibration of each group."""
    found = fetch(db, "groups")
    if not found:
        return None
    rows = tuple(
        (
            _named(row),
            number(row["people_count"]),
            percent(row["hired_rate_0_1"]),
            percent(row["mean_probability_0_1"]),
            estimate(row, "ece_0_1"),
            judged(row["result_code"]) if _is_judged(row) else Cell(""),
        )
        for row in found
    )
    failed = [group(row["group_name"], row["group_code"]) for row in found if row["result_code"] == "FAIL"]
    large = sum(_is_judged(row) for row in found)
    title = f"집단별 보정: {SMALLEST_JUDGED:,}명 이상인 집단 {large}개 가운데 "
    title += f"{len(failed)}개가 기준을 넘음({', '.join(failed)})" if failed else "기준을 넘은 집단 없음"
    note = words()["note"]["groups"].format(smallest=f"{SMALLEST_JUDGED:,}", limit=f"{GROUP_ECE_LIMIT:.2f}")
    heads = ("집단", "사람(명)", "실제 취업 비율", "추정 평균", "보정 오차", "결과")
    return Section("groups", title, "ops.fairness", query("groups"), heads, rows, note)


def wrong_calls(db: duckdb.DuckDBPyConnection) -> Section | None:
    """Who is called high-risk, rightly and wrongly, per group."""
    found, worst = fetch(db, "wrong"), fetch(db, "worst")
    if not found or not worst:
        return None
    rows = tuple(
        (
            _named(row),
            number(row["people_count"]),
            percent_estimate(row, "true_positive_rate_0_1"),
            _gap(row, "true_positive_gap"),
            percent_estimate(row, "false_positive_rate_0_1"),
            _gap(row, "false_positive_gap"),
            Cell("", is_number=True) if row["group_name"] == "ALL" else _ratio(row),
        )
        for row in found
    )
    note = words()["note"]["wrong"].format(
        share=f"{HIGH_RISK_SHARE * 100:.0f}%", smallest=f"{SMALLEST_JUDGED:,}", limit=f"{worst[0]['limit_value']:.1f}"
    )
    heads = (
        "집단",
        "사람(명)",
        "바르게 어렵다고 봄(TPR)",
        "TPR 차이",
        "잘못 어렵다고 봄(FPR)",
        "FPR 차이",
        "그 밖의 사람의 배수",
    )
    title = f"잘못 어렵다고 본 비율: {_worst(worst[0])}"
    return Section("wrong", title, "ops.fairness", query("wrong"), heads, rows, note, _rates(found))


def _rates(found: list[Row]) -> Chart | None:
    """The share wrongly called high-risk of each group that is shown, with its interval."""
    names = [f"false_positive_rate_0_1{end}" for end in ("", "_low", "_high")]
    shown = [row for row in found if all(row[name] is not None for name in names)]
    said = words()["chart"]
    measures = zip(names, (said["wrong"], said["low"], said["high"]), strict=True)
    rows = [
        {"name": group(row["group_name"], row["group_code"]), **{name: row[name] for name in names}} for row in shown
    ]
    beside = [f"{row[names[0]] * 100:.0f}%({row[names[1]] * 100:.0f}~{row[names[2]] * 100:.0f}%)" for row in rows]
    drawn = tuple(Measure(name, label, "%", ".0%") for name, label in measures)
    return Chart("spans", tuple(rows), "name", drawn, tuple(beside)) if rows else None


def _gap(row: Row, name: str) -> Cell:
    """The distance to the reference group; of that group itself there is none."""
    return Cell("", is_number=True) if row["is_reference"] else percent_estimate(row, name, is_gap=True)


def _ratio(row: Row) -> Cell:
    return estimate(row, "wrongly_high_risk_ratio", digits=1, unit="배")


def _worst(row: Row) -> str:
    """The group that is called high-risk wrongly most, and whether that blocks publication."""
    if row["detail"] is None:
        return f"견줄 만큼 큰 집단이 없음(기준 {row['limit_value']:.1f}배)"
    who = group(*row["detail"].split("=", 1))
    blocks = "를 넘어 공표를 막음" if row["result_code"] == "FAIL" else " 안"
    return (
        f"가장 높은 집단은 {who}, 그 밖의 사람의 {row['value']:.1f}배"
        f"(95% 구간 {row['value_low']:.1f}~{row['value_high']:.1f}배), 하한이 기준 {row['limit_value']:.1f}배{blocks}"
    )


def _named(row: Row) -> Cell:
    name = group(row["group_name"], row["group_code"])
    return Cell(f"{name} (기준)" if row["is_reference"] and row["group_name"] != "ALL" else name)


def _is_judged(row: Row) -> bool:
    """Whether the group is large enough to have to keep the limits."""
    return row["group_name"] != "ALL" and not row["is_suppressed"] and row["people_count"] >= SMALLEST_JUDGED


def cohorts(db: duckdb.DuckDBPyConnection) -> Section | None:
    """What each past date was used for, and who was left out."""
    found = fetch(db, "cohorts")
    if not found:
        return None
    uses = words()["use"]
    rows = tuple(
        (
            Cell(row["snapshot_date"].isoformat()),
            Cell("·".join(uses[use] for use in (row["uses_text"] or "NONE").split("|"))),
            number(row["registered_count"]),
            *(
                number(row[name]) if row["is_followed_up"] else Cell("아직 모름", is_number=True)
                for name in ("rows_count", "evaluation_rows_count", "hired_count", "kept_count")
            ),
            number(row["left_out_count"]),
        )
        for row in found
    )
    recent = [row for row in found if not row["is_followed_up"]]
    left = sum(row["left_out_count"] or 0 for row in recent)
    title = f"과거 시점 {len(found)}개 가운데 {len(found) - len(recent)}개를 씀"
    title += f": 결과를 아직 알 수 없는 {len(recent)}개 시점의 연인원 {left:,}명은 뺌" if recent else ""
    heads = (
        "과거 시점",
        "쓰임",
        "등록(명)",
        "일자리 없던 표본(명)",
        "평가용(명)",
        "6개월 취업(명)",
        "7개월 90일(명)",
        "추적이 짧아 뺌(명)",
    )
    return Section("cohorts", title, "ops.cohorts", query("cohorts"), heads, rows, words()["note"]["cohorts"])


def leaks(db: duckdb.DuckDBPyConnection) -> Section | None:
    """Tests that no input knows the outcome."""
    found = fetch(db, "leaks")
    if not found:
        return None
    rows = tuple(
        (
            Cell(_leak_name(row)),
            estimate(row, "value", digits=4),
            limit(row["limit_value"], 4),
            judged(row["result_code"]),
        )
        for row in found
    )
    noted = sum(row["result_code"] != "PASS" for row in found)
    said = "모두 기준 안" if not noted else f"{noted}개를 살펴봐야 함"
    title = f"새어 든 정보 검사 {len(found)}개: {said}"
    heads = ("검사", "값", "기준", "결과")
    return Section("leaks", title, "ops.evaluation", query("leaks"), heads, rows, words()["note"]["leaks"])


def _leak_name(row: Row) -> str:
    if row["model_name"] == "shuffled_label":
        return "이름표를 섞어 배운 모형이 평균보다 나은 브라이어 점수"
    if row["measure_name"] == "rescored_rows_differ":
        return str(words()["measure"]["rescored_rows_differ"])
    return f"'{texts.factor(row['measure_name'].split(':', 1)[1]).name}' 값을 섞었을 때 떨어진 AUC"


def drift(db: duckdb.DuckDBPyConnection) -> Section | None:
    """How far tonight's inputs lie from those the model learned from."""
    found = fetch(db, "drift")
    if not found:
        return None
    rows = tuple(
        (
            Cell(texts.factor(row["feature_name"]).name),
            limit(row["psi"]),
            limit(row["limit_value"], 2),
            percent(row["missing_then_0_1"]),
            percent(row["missing_now_0_1"]),
            number(row["unknown_count"]),
            judged(row["result_code"]),
        )
        for row in found
    )
    changed = [texts.factor(row["feature_name"]).name for row in found if row["result_code"] != "PASS"]
    title = f"입력 분포의 변화: {len(found)}개 가운데 크게 달라진 것 {len(changed)}개"
    title += f"({', '.join(changed)})" if changed else ""
    heads = ("입력", "PSI", "기준", "배울 때 빠진 비율", "오늘 빠진 비율", "처음 보는 코드(명)", "결과")
    return Section("drift", title, "ops.drift", query("drift"), heads, rows, words()["note"]["drift"])
