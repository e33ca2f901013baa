"""Opens pages in Debian's Chromium: from disk, with no way out, and remembering what they asked for and complained of.

Put here: how a page is opened. Do not put here: what is right on a page (the test modules), which pages there are
(pages.py).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, Page, Playwright, Route

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
LOCAL = ("file:", "data:", "blob:", "about:")
# No sandbox: the tests run as root in containers, on pages of our own. No name resolves: nothing can be fetched.
ARGUMENTS = ("--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1")


class ChromiumMissing(RuntimeError):
    """No Chromium on this machine."""


def find_chromium() -> str:
    """The path of the system's Chromium; raises ChromiumMissing."""
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    raise ChromiumMissing(
        f"browser tests: found none of {', '.join(NAMES)} on PATH; expected Debian's Chromium and a Korean font. "
        "Do: make test-browser as root, or: sudo apt-get install chromium fonts-noto-cjk"
    )


def launch(playwright: Playwright) -> Browser:
    """One headless Chromium."""
    return playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))


@dataclass
class Heard:
    """What a page asked for and said while it was open."""

    outside: list[str] = field(default_factory=list)
    """Addresses outside the disk, blocked or not."""
    errors: list[str] = field(default_factory=list)
    """Console errors (a breach of the Content-Security-Policy is one) and uncaught exceptions."""
    files: list[Path] = field(default_factory=list)
    """Files that were read, the page first."""

    def count_bytes(self) -> int:
        """Size of the page with everything it loaded."""
        return sum(file.stat().st_size for file in dict.fromkeys(self.files) if file.is_file())


def file_of(url: str) -> Path:
    """The path behind a file: address, without its fragment."""
    return Path(unquote(urlsplit(url).path))


@contextmanager
def open_page(browser: Browser, address: str | Path, **context_options: Any) -> Iterator[tuple[Page, Heard]]:
    """A loaded page in a context of its own that is offline; `address` is a file or a URL of this machine.

    `context_options` are Playwright's: `viewport`, `color_scheme`, `java_script_enabled`, …
    """
    heard = Heard()
    local = address.resolve().as_uri() if isinstance(address, Path) else address
    allowed = LOCAL if isinstance(address, Path) else (*LOCAL, "/".join(address.split("/")[:3]))

    def decide(route: Route) -> None:
        if route.request.url.startswith(allowed):
            route.continue_()
        else:
            route.abort()

    def note_request(url: str) -> None:
        if url.startswith("file:"):
            heard.files.append(file_of(url))
        elif not url.startswith(allowed):
            heard.outside.append(url)

    context = browser.new_context(locale="ko-KR", timezone_id="Asia/Seoul", **context_options)
    try:
        context.route("**/*", decide)
        page = context.new_page()
        page.on("request", lambda request: note_request(request.url))
        page.on("console", lambda said: heard.errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: heard.errors.append(str(error)))
        page.goto(local)
        yield page, heard
    finally:
        context.close()
