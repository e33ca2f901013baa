"""Writes the static site of one night, and a person's page when asked.

The pages of pages/*.md with the files to download, the card of the employment model, the data dictionary and the
lineage. Every file is written aside and renamed, and opens from file:// with no request to anywhere. Do not put here:
words, numbers or markup.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from dashboards import (
    dictionary_page,
    downloads,
    explain,
    judgement,
    lineage_page,
    model_card,
    page_files,
    person_page,
    site_pages,
)
from dashboards.catalog import build_catalog, open_catalog, served_night
from lake.publication import Pointer
from lake.settings import Settings

RENDERERS: tuple[Callable[[Settings, Path], dict[str, str]], ...] = (dictionary_page.render, lineage_page.render)
"""Pages that are no pages/*.md: from the night's file to HTML by file name."""
log = logging.getLogger(__name__)


def build_site(
    settings: Settings, pointer: Pointer, out: Path, *, catalog_path: Path | None = None, person_key: str | None = None
) -> Path:
    """Write the site into `out` and return its index.html.

    `catalog_path` is the night's goyong-{run_id}.duckdb; without it the file is built into `out` first. With
    `person_key` one person's page goes to person/sample.html: without the key in its name or its text.
    """
    catalog = catalog_path or build_catalog(settings, pointer, out=out)
    write_pages(settings, catalog, out)
    write_page(out / model_card.CARD_FILE, model_card.render(judgement.read_judgement(settings, catalog)))
    for render in RENDERERS:
        for name, text in render(settings, catalog).items():
            write_page(out / name, text)
    if person_key is not None:
        answers = explain.explain_seeker(settings, pointer, person_key)
        write_page(out / "person" / "sample.html", person_page.render(answers))
    log.info("wrote the site of run %s", pointer.run_id)
    return out / site_pages.file_of("index")


def write_pages(settings: Settings, catalog: Path, out: Path) -> None:
    """Write every page of pages/*.md below `out`, with the rows of its tables as files to download."""
    with open_catalog(settings, catalog) as db:
        night = served_night(db, catalog)
        for name in page_files.names():
            sections = site_pages.sections_of(db, name)
            downloads.write_downloads(db, out, name, sections)
            write_page(out / site_pages.file_of(name), site_pages.render(name, night, sections, db))


def write_page(file: Path, text: str) -> None:
    """Write `text` aside and rename it: a reader never sees half a page."""
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.writing")
    aside.write_text(text, encoding="utf-8")
    aside.replace(file)
