"""goyong.duckdb를 여는 노트북: 시도별 노동시장, 취업확률과 보정, 시도별 임금, 정책 질문 열 가지.

`marimo edit examples/notebook.py -- --file PATH` opens it, `python examples/notebook.py --file PATH` runs it through.
It reads one published file, read-only and locked down. Do not put here: numbers that are not in the file.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="고용 분석 노트북")


@app.cell
def _():
    import pathlib
    import sys

    import altair as alt
    import duckdb
    import marimo as mo

    return alt, duckdb, mo, pathlib, sys


@app.cell
def _(mo, pathlib):
    file = pathlib.Path(mo.cli_args().get("file") or ".demo/lake/published/goyong.duckdb")
    return (file,)


@app.cell
def _(file, mo, sys):
    absent = f"""
    ## 열 파일이 없습니다

    찾은 곳: `{file}`

    공표된 밤의 파일이 있어야 합니다. `make demo`로 합성 데이터의 밤을 하나 만들거나, 있는 파일을 알려 주세요:

    `marimo edit examples/notebook.py -- --file published/goyong.duckdb`
    """
    if not file.is_file() and mo.app_meta().mode == "script":
        sys.stderr.write(absent)
    mo.stop(not file.is_file(), mo.callout(mo.md(absent), kind="warn"))
    found = file
    return (found,)


@app.cell
def _(duckdb, found):
    locked = {"enable_external_access": "false", "autoload_known_extensions": "false", "lock_configuration": "true"}
    db = duckdb.connect(str(found), read_only=True, config=locked)

    def ask(sql, *values):
        """The answer of one SELECT as an Arrow table; values are bound, never pasted."""
        return db.execute(sql, list(values)).to_arrow_table()

    return (ask,)


@app.cell
def _(ask, mo):
    def shown(rows, table_id):
        """The rows as a table with the Korean names of the data dictionary; the night's date stands above."""
        names_of = "select column_name, column_label from ops.data_dictionary where table_id = ?"
        labels = {row["column_name"]: row["column_label"] for row in ask(names_of, table_id).to_pylist()}
        rows = rows.drop_columns("as_of")
        decimals = {labels[name]: "{:.3f}" for name in rows.column_names if str(rows.column(name).type) == "double"}
        return mo.ui.table(
            rows.rename_columns([labels[name] for name in rows.column_names]),
            selection=None,
            show_column_summaries=False,
            show_data_types=False,
            format_mapping=decimals,
        )

    return (shown,)


@app.cell
def _(ask, mo):
    sql = "select any_value(as_of) as as_of, bool_or(is_synthetic) as fake from ops.published_tables"
    night = ask(sql).to_pylist()[0]
    made = "**합성 데이터로 만든 결과입니다. 실제 통계가 아닙니다.**" if night["fake"] else ""
    mo.md(
        f"""
        # 고용 분석 노트북

        기준일 {night["as_of"]}. {made}

        비어 있는 사람 수는 0명이 아니라 **비공개**입니다. 10명 미만이거나 다른 칸에서 계산해 낼 수 있어 가렸습니다.
        표와 열의 뜻은 `ops.data_dictionary`, 코드의 뜻은 `ops.code_labels`에 있습니다.
        """
    )
    return


@app.cell
def _(ask, mo, shown):
    regions = ask("from gold.labour_market_by_region()")
    mo.vstack([mo.md("## 시도별 노동시장"), shown(regions, "gold__labour_market_by_region")])
    return (regions,)


@app.cell
def _(alt, regions):
    tightness = (
        alt.Chart(regions, title="시도별 구인배수(희망 구직자 한 명당 모집인원)")
        .mark_bar()
        .encode(
            x=alt.X("tightness_ratio:Q", title="구인배수(배)"),
            y=alt.Y("region_name:N", title=None, sort="-x"),
            tooltip=[
                alt.Tooltip("openings_count:Q", title="모집인원"),
                alt.Tooltip("seekers_count:Q", title="희망 구직자"),
            ],
        )
    )
    tightness
    return (tightness,)


@app.cell
def _(mo):
    breakdown = mo.ui.dropdown(["시도", "연령대", "희망직종"], value="연령대", label="나눈 기준")
    mo.vstack([mo.md("## 6개월 취업확률과 보정"), breakdown])
    return (breakdown,)


@app.cell
def _(ask, breakdown, shown):
    chances = ask("from agg.employment_chance_by_group(?)", breakdown.value)
    shown(chances, "agg__employment_chance_by_group")
    return (chances,)


@app.cell
def _(mo, regions):
    names = regions.column("region_name").to_pylist()
    region = mo.ui.dropdown(names, value=names[0], label="시도")
    mo.vstack([mo.md("## 직업별 제시임금과 희망임금"), region])
    return (region,)


@app.cell
def _(ask, region, shown):
    wages = ask("from gold.wages_by_occupation(null, ?) order by openings_count desc limit 20", region.value)
    shown(wages, "gold__wages_by_occupation")
    return (wages,)


@app.cell
def _(mo):
    text = (mo.notebook_dir() / "queries.sql").read_text(encoding="utf-8")
    parts = [part.split("-- 질문 ", 1)[1] for part in text.split(";\n") if "-- 질문 " in part]
    questions = {part.split("\n", 1)[0]: f"-- 질문 {part}" for part in parts}
    question = mo.ui.dropdown(list(questions), value=next(iter(questions)), label="질문")
    mo.vstack([mo.md("## 정책 질문 열 가지"), question])
    return question, questions


@app.cell
def _(ask, mo, question, questions):
    answer = ask(questions[question.value])
    text_of = mo.md(f"```sql\n{questions[question.value]}\n```")
    mo.vstack([mo.ui.table(answer, selection=None), mo.accordion({"SQL": text_of})])
    return (answer,)


if __name__ == "__main__":
    app.run()
