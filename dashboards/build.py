"""Writes the static site of one night, and a person's page when asked.

The night's page, the page and the card of the employment model, the pages about exposure and about training and
skills, the data dictionary. Every file is written aside and renamed, and opens from file:// with no request to
anywhere. Do not put here: words, numbers or markup.
"""

from __future__ import annotations

import logging
from pathlib import Path

from dashboards import (
    dictionary_page,
    employment_page,
    explain,
    exposure_page,
    model_card,
    night_page,
    person_page,
    skills_page,
)
from dashboards.catalog import build_catalog
from lake.publication import Pointer
from lake.settings import Settings

log = logging.getLogger(__name__)


def build_site(
    settings: Settings, pointer: Pointer, out: Path, *, catalog_path: Path | None = None, person_key: str | None = None
) -> Path:
    """Write the site into `out` and return its index.html.

    `catalog_path` is the night's goyong-{run_id}.duckdb; without it the file is built into `out` first. With
    `person_key` one person's page goes to person/sample.html: without the key in its name or its text.
    """
    catalog = catalog_path or build_catalog(settings, pointer, out=out)
    index = out / "index.html"
    write_page(index, night_page.render(settings, catalog))
    judgement = employment_page.read_judgement(settings, catalog)
    write_page(out / "employment.html", employment_page.render(judgement))
    write_page(out / employment_page.CARD_FILE, model_card.render(judgement))
    write_page(out / "exposure.html", exposure_page.render(settings, catalog))
    write_page(out / "skills.html", skills_page.render(settings, catalog))
    for name, text in dictionary_page.render(settings, catalog).items():
        write_page(out / name, text)
    if person_key is not None:
        answers = explain.explain_seeker(settings, pointer, person_key)
        write_page(out / "person" / "sample.html", person_page.render(answers))
    log.info("wrote the site of run %s", pointer.run_id)
    return index


def write_page(file: Path, text: str) -> None:
    """Write `text` aside and rename it: a reader never sees half a page."""
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.writing")
    aside.write_text(text, encoding="utf-8")
    aside.replace(file)
