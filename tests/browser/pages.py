"""Which pages there are: every HTML file of the published site, and a page for one person of every kind of answer.

Nothing is listed by hand: a new page of the site, a new answer code or a new rendering is looked at without a change
here. Do not put here: what must be true of a page.
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
from typer.testing import CliRunner

from dagster_project.cli import app
from tests.pipeline import readers

_EXPLAIN = CliRunner()
POSTINGS = "serving__posting_talents_v1"
OCCUPATIONS = "serving__occupations_v1"


def site_of(lake: Path) -> Path:
    """The folder of the served night's pages."""
    return lake / "published" / str(readers.served(lake)["site"])


def html_files(folder: Path) -> list[Path]:
    """Every page below a folder."""
    return sorted(folder.rglob("*.html"))


def write_people_pages(lake: Path, out: Path) -> list[Path]:
    """Pages of `goyong explain … --html` into `out`: seekers (each `--for` there is), postings, an occupation."""
    out.mkdir(parents=True, exist_ok=True)
    with readers.open_duckdb(lake, readers.served(lake)) as rows:
        seekers = one_per_answer(rows, "seeker_key")
        postings = one_per_answer(rows, "posting_id")
        (occupation,) = _one(rows, f"select occupation_code from {OCCUPATIONS} order by seekers_count desc, 1 limit 1")
    audiences = find_audiences()
    written = [
        _explain(lake, out / f"seeker-{code}{'-' + audience if place else ''}.html", "seeker", key, audience)
        for code, key in seekers.items()
        for place, audience in enumerate(audiences)
    ]
    written += [_explain(lake, out / f"posting-{code}.html", "posting", key) for code, key in postings.items()]
    return [*written, _explain(lake, out / "occupation.html", "occupation", str(occupation))]


def find_audiences() -> list[str]:
    """Values of `explain seeker --for`, as its own help lists them; one empty word while there is no such option."""
    told = _EXPLAIN.invoke(app, ["explain", "seeker", "--help"], env={"COLUMNS": "200"}).output
    listed = re.search(r"--for\s+[<\[]([a-z|]+)[>\]]", told)
    if listed:
        return listed.group(1).split("|")
    return ["seeker", "counsellor"] if "--for" in told else [""]


def one_per_answer(rows: duckdb.DuckDBPyConnection, key: str) -> dict[str, str]:
    """Table and answer code -> smallest key with it; a code that a chosen key has elsewhere is left out."""
    chosen: dict[str, str] = {}
    prefix = key.split("_")[0] + "_"
    covered: set[tuple[str, str]] = set()
    tables = [
        str(name)
        for (name,) in rows.execute(
            "select table_name from information_schema.columns where table_name like 'serving__%' "
            "and column_name in (?, 'answer_code') group by 1 having count(*) = 2 order by 1",
            [key],
        ).fetchall()
    ]
    for table in tables:
        # Those with a recommendation first: the fullest page stands for as many codes as it can.
        for code, value in rows.execute(
            f"select answer_code, min({key}) from {table} group by 1 order by answer_code <> 'OK', 1"
        ).fetchall():
            if (table, code) in covered:
                continue
            noun = table.split("__")[1].removeprefix(prefix).removesuffix("_v1")
            chosen[f"{noun}-{code}".replace("_", "-").lower()] = str(value)
            covered |= {
                (other, found)
                for other in tables
                for (found,) in rows.execute(f"select answer_code from {other} where {key} = ?", [value]).fetchall()
            }
    return chosen


def _explain(lake: Path, file: Path, noun: str, key: str, audience: str = "") -> Path:
    words = ["explain", noun, key, "--lake", str(lake), "--html", str(file)]
    result = _EXPLAIN.invoke(app, [*words, "--for", audience] if audience else words)
    assert result.exit_code == 0, f"explain {noun}: {result.output or result.exception}"
    return file


def _one(rows: duckdb.DuckDBPyConnection, sql: str) -> tuple[object, ...]:
    row = rows.execute(sql).fetchone()
    assert row is not None, sql
    return row
