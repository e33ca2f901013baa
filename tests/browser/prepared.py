"""Database and pages of a lake's served night, built with the code that lies here.

For the tests on a lake that is there, and for the README's screenshots. Do not put here: running nights.
"""

from __future__ import annotations

from pathlib import Path

from dashboards.build import build_site
from dashboards.catalog import build_catalog
from lake import publication
from lake.settings import load_settings


def build_pages(lake: Path, out: Path) -> Path:
    """Write the served night's database and site below `out`; return the folder of the site."""
    settings = load_settings(lake_dir=lake)
    pointer = publication.current(settings)
    catalog = build_catalog(settings, pointer, out=out)
    return build_site(settings, pointer, out / "site", catalog_path=catalog).parent
