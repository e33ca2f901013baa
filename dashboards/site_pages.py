"""The pages about a night: each a Markdown file with its exhibits, as HTML with the files to download beside it.

Reads goyong.duckdb and nothing else. Put here: which Python section, tiles and notice a page may name. Do not put here:
words or SQL (pages/*.md), markup (templates/), writing pages (build.py).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import duckdb

from dashboards import (
    accuracy_sections,
    charts,
    downloads,
    exposure_sections,
    fairness_sections,
    judgement,
    night_tiles,
    page_files,
    skill_sections,
    texts,
)
from dashboards.exhibits import exhibit
from dashboards.gate_sections import gates
from dashboards.page import render_page
from dashboards.page_files import Block, BrokenPage
from dashboards.sections import Row, Section

Maker = Callable[[duckdb.DuckDBPyConnection], Section | None]
SECTIONS: dict[str, Maker] = {
    "gates": gates,
    "promotion": accuracy_sections.promotion,
    "models": accuracy_sections.models,
    "served": accuracy_sections.served,
    "reliability": accuracy_sections.reliability,
    "age": accuracy_sections.age,
    "truth": accuracy_sections.truth,
    "groups": fairness_sections.groups,
    "wrong": fairness_sections.wrong_calls,
    "cohorts": fairness_sections.cohorts,
    "leaks": fairness_sections.leaks,
    "drift": fairness_sections.drift,
    "sharing": exposure_sections.sharing,
    "company_size": exposure_sections.by_company_size,
    "region": exposure_sections.by_region,
    **{name: partial(skill_sections.section, name) for name in skill_sections.MAKERS},
}
TILES: dict[str, Callable[[duckdb.DuckDBPyConnection], list[tuple[str, str]]]] = {
    "index": night_tiles.tiles,
    "employment": judgement.tiles,
    "exposure": exposure_sections.tiles,
}
NOTICES: dict[str, Callable[[duckdb.DuckDBPyConnection], str]] = {
    "index": night_tiles.notice,
    "employment": judgement.silence,
    "fairness": judgement.silence,
}


def file_of(name: str) -> str:
    """The file name of a page."""
    return f"{name}.html"


def sections_of(db: duckdb.DuckDBPyConnection, name: str) -> list[Section]:
    """The page's sections that have something to show, in its order."""
    found = [_section(db, name, block) for block in page_files.read(name).blocks]
    return [section for section in found if section is not None]


def render(name: str, night: Row, sections: list[Section], db: duckdb.DuckDBPyConnection) -> str:
    """The page `name` of the night {run_id, as_of, is_synthetic} with its sections."""
    words, page = texts.load("night"), page_files.read(name)
    pictures = [charts.draw(section.chart) if section.chart else None for section in sections]
    files = [downloads.csv_of(name, section.id) for section in sections]
    return render_page(
        "site.html.j2",
        title=page.title,
        t=words,
        pages=words["pages"],
        file=file_of(name),
        night=night,
        intro=page.intro,
        notice=NOTICES[name](db) if name in NOTICES else "",
        empty=page.empty or words["empty"],
        tiles=TILES[name](db) if name in TILES else [],
        sections=list(zip(sections, pictures, files, downloads.sheet_names(sections), strict=True)),
        workbook=downloads.xlsx_of(name),
        is_synthetic=night["is_synthetic"],
        synthetic_text=words["synthetic"],
        narrow=False,
    )


def _section(db: duckdb.DuckDBPyConnection, page: str, block: Block) -> Section | None:
    if block.kind == "sql":
        return exhibit(db, block)
    if block.name not in SECTIONS:
        raise BrokenPage(f"pages/{page}.md: no section {block.name}; known: {', '.join(sorted(SECTIONS))}")
    return SECTIONS[block.name](db)
