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

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import ROOT, launch, open_page
from tests.browser.pages import html_files, write_people_pages
from tests.browser.prepared import build_pages
from tests.browser.visits import LOOKS, show
from tests.browser.webserver import serve_dagster

IMAGES = ROOT / "infra" / "images"
LIMIT_BYTES = 200_000
PATIENCE_MS = 120_000
DAGSTER = {
    "job": ("locations/goyong/jobs/nightly", "serving"),
    "stage": ("locations/goyong/asset-groups/serving", "serving__seeker_employment_v1"),
    "asset": ("assets/serving__seeker_employment_v1?view=overview", "seeker_key"),
    "runs": ("runs", "nightly"),
}
"""Name of a picture -> address below Dagster's, and a text that shows that the page is there."""


@dataclass(frozen=True)
class Picture:
    """One picture of the README: the first page that `page` fits, from element `start` on, in px."""

    name: str
    page: str
    start: str
    width: int
    height: int


PICTURES = (
    Picture("labour-market", "labour-market.html", "#occupations", 1000, 780),
    Picture("seeker", "seeker-*-ok.html", "body", 820, 960),
)


class PictureTooLarge(RuntimeError):
    """A picture would make the repository heavy."""


def take_readme_pictures(browser: Browser, pages: Sequence[Path], out: Path) -> list[Path]:
    """The pictures named above; raises PictureTooLarge above 200 kB."""
    out.mkdir(parents=True, exist_ok=True)
    taken = []
    for picture in PICTURES:
        found = next(page for page in pages if page.match(picture.page))
        size = {"width": picture.width, "height": picture.height}
        file = out / f"{picture.name}.png"
        with open_page(browser, found, viewport=size) as (page, _):
            top = page.locator(picture.start).first.evaluate("(e) => e.getBoundingClientRect().top")
            clip = {"x": 0, "y": max(top - 12, 0), "width": picture.width, "height": picture.height}
            page.screenshot(path=file, full_page=True, clip=clip)
        if file.stat().st_size > LIMIT_BYTES:
            raise PictureTooLarge(
                f"{file.name}: found {file.stat().st_size} bytes; expected at most {LIMIT_BYTES}. Do: make it lower"
            )
        taken.append(file)
    return taken


def take_reviews(browser: Browser, pages: Sequence[Path], out: Path) -> None:
    """Every page whole, in every look."""
    out.mkdir(parents=True, exist_ok=True)
    for file in pages:
        with open_page(browser, file) as (page, _):
            for medium, width in LOOKS:
                show(page, medium, width)
                page.screenshot(path=out / f"{file.stem}-{medium}-{width}.png", full_page=True)


def take_dagster(browser: Browser, lake: Path, room: Path, out: Path) -> None:
    """Dagster's pages of the job, of a stage, of an asset and of the runs."""
    with (
        serve_dagster(lake, room) as address,
        open_page(browser, address, viewport={"width": 1600, "height": 1000}) as (page, _),
    ):
        for name, (path, text) in DAGSTER.items():
            page.goto(f"{address}/{path}")
            page.get_by_text(text).first.wait_for(timeout=PATIENCE_MS)
            page.screenshot(path=out / f"dagster-{name}.png")


def main(words: Sequence[str] | None = None) -> int:
    """Take them; print where they are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--lake", type=Path, default=Path(".demo/lake"))
    parser.add_argument("--out", type=Path, default=IMAGES)
    parser.add_argument("--review", type=Path, help="also every page in every look, and Dagster's, into this folder")
    given = parser.parse_args(words)
    if not (given.lake / "published" / "current.json").is_file():
        sys.stderr.write(f"{given.lake}: found no published night; expected a lake with one. Do: make demo\n")
        return 3
    with tempfile.TemporaryDirectory() as room, sync_playwright() as playwright:
        browser = launch(playwright)
        people = write_people_pages(given.lake, Path(room) / "people")
        pages = [*html_files(build_pages(given.lake, Path(room) / "built")), *people]
        taken = take_readme_pictures(browser, pages, given.out)
        if given.review:
            take_reviews(browser, pages, given.review)
            take_dagster(browser, given.lake, Path(room), given.review)
        browser.close()
    sys.stdout.write("".join(f"{file} {file.stat().st_size / 1000:.0f} kB\n" for file in taken))
    return 0


if __name__ == "__main__":
    sys.exit(main())
