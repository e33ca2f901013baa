"""Takes the pictures of the README, and with --review of every page in every look: `make screenshots`.

Reads a lake in which a night is published (make demo) and builds its pages anew with the code that lies here.
Do not put here: checks (the test modules).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import ROOT, launch, open_page
from tests.browser.pages import html_files, write_people_pages
from tests.browser.prepared import build_pages
from tests.browser.visits import LOOKS, show
from tests.browser.webserver import serve_dagster

IMAGES = ROOT / "infra" / "images"
LIMIT_BYTES = 200_000
PATIENCE_MS = 120_000


@dataclass(frozen=True)
class Picture:
    """One picture of the README: of which page, from which section on, how high in px."""

    name: str
    page: str
    section: str
    height: int


PICTURES = (
    Picture("night", "index.html", "", 900),
    Picture("labour-market", "labour-market.html", "", 900),
    Picture("seeker", "seeker-*-ok*.html", "", 900),
)


class PictureTooLarge(RuntimeError):
    """A picture would make the repository heavy."""


def take(page: Page, file: Path, *, whole: bool = False) -> None:
    """One PNG; raises PictureTooLarge above 200 kB unless it is for review."""
    file.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=file, full_page=whole, animations="disabled")
    size = file.stat().st_size
    if not whole and size > LIMIT_BYTES:
        raise PictureTooLarge(f"{file.name}: found {size} bytes; expected at most {LIMIT_BYTES}. Do: lower its height")


def take_readme_pictures(browser: Browser, pages: Sequence[Path], out: Path) -> list[Path]:
    """The pictures named above, of the first page each name fits."""
    taken = []
    for picture in PICTURES:
        found = [page for page in pages if page.match(picture.page)]
        if not found:
            continue
        with open_page(browser, found[0], viewport={"width": 1280, "height": picture.height}) as (page, _):
            if picture.section:
                page.locator(f"#{picture.section}").scroll_into_view_if_needed()
            taken.append(out / f"{picture.name}.png")
            take(page, taken[-1])
    return taken


def take_dagster(browser: Browser, lake: Path, out: Path) -> Path:
    """An asset as Dagster shows it: Korean descriptions of the table and its columns."""
    with (
        tempfile.TemporaryDirectory() as room,
        serve_dagster(lake, Path(room)) as address,
        open_page(browser, address, viewport={"width": 1280, "height": 800}) as (page, _),
    ):
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{address}/assets/serving__seeker_employment_v1?view=overview")
        page.get_by_text("seeker_key").first.wait_for()
        take(page, out / "dagster.png")
    return out / "dagster.png"


def take_reviews(browser: Browser, pages: Sequence[Path], out: Path) -> None:
    """Every page whole, in every look."""
    for file in pages:
        with open_page(browser, file) as (page, _):
            for medium, width in LOOKS:
                show(page, medium, width)
                take(page, out / f"{file.stem}-{medium}-{width}.png", whole=True)


def main(words: Sequence[str] | None = None) -> int:
    """Take them; print where they are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--lake", type=Path, default=Path(".demo/lake"))
    parser.add_argument("--out", type=Path, default=IMAGES)
    parser.add_argument("--review", type=Path, help="also every page in every look into this folder")
    given = parser.parse_args(words)
    if not (given.lake / "published" / "current.json").is_file():
        sys.stderr.write(f"{given.lake}: found no published night; expected a lake with one. Do: make demo\n")
        return 3
    with tempfile.TemporaryDirectory() as room, sync_playwright() as playwright:
        browser = launch(playwright)
        people = write_people_pages(given.lake, Path(room) / "people")
        pages = [*html_files(build_pages(given.lake, Path(room) / "built")), *people]
        taken = [*take_readme_pictures(browser, pages, given.out), take_dagster(browser, given.lake, given.out)]
        if given.review:
            take_reviews(browser, pages, given.review)
        browser.close()
    sys.stdout.write("".join(f"{file} {file.stat().st_size / 1000:.0f} kB\n" for file in taken))
    return 0


if __name__ == "__main__":
    sys.exit(main())
