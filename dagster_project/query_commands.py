"""`goyong query` and `goyong export`: what leaves the lake for analysts and portals.

Heavy imports stand inside the commands. Do not put here: what they do (dashboards/analyst.py, lake/exports.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dagster_project.command_options import LakeDir, make_settings

query_app = typer.Typer(add_completion=False)


@query_app.command()
def query(
    sql: Annotated[str, typer.Option(help="One SELECT over goyong.duckdb.")],
    role: Annotated[str, typer.Option(help="analyst is the only role.")] = "analyst",
    answer_format: Annotated[str, typer.Option("--format", help="text | json | csv")] = "text",
    out: Annotated[Path | None, typer.Option(help="Write the answer to this file.")] = None,
    lake: LakeDir = None,
) -> None:
    """Ask the analysts' database: aggregates only, no files, limits on time and memory, every query logged."""
    if role != "analyst":
        raise typer.BadParameter("the only role is analyst", param_hint="--role")
    from dashboards import analyst, answer_formats

    render = answer_formats.require_format(answer_format)
    answer = analyst.ask(make_settings(lake_dir=lake), sql)
    if out is None:
        typer.echo(render(answer))
        return
    answer_formats.write_answer(out, render(answer))
    typer.echo(f"wrote {out}: {len(answer.rows):,} rows")


@query_app.command()
def export(
    to: Annotated[Path, typer.Option(help="New or empty folder for the files.")],
    file_format: Annotated[str, typer.Option("--format", help="parquet | jsonl | jsonl.gz | csv | xlsx")] = "parquet",
    table: Annotated[list[str] | None, typer.Option(help="A served table (again for more; default all).")] = None,
    use: Annotated[str, typer.Option(help="service | analysis (other pseudonyms)")] = "service",
    lake: LakeDir = None,
) -> None:
    """Hand the served night's tables over as files with a manifest."""
    from lake import exports

    order = exports.Order(file_format, use, tuple(table or ()))
    files = exports.export(make_settings(lake_dir=lake), to, order)
    rows = sum(entry.rows for entry in files.values())
    typer.echo(f"wrote {to}: {len(files)} tables, {rows:,} rows, {exports.MANIFEST}")
