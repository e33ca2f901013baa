"""What a published night has beside its tables: the analysts' database, the pages, the key-value copy; and links.

Each is built aside, named by its run and its bytes, and never changed again; the pointer names it with SHA-256. The
links `goyong.duckdb` and `site` are for people: our own readers go by the pointer. Do not put here: what is in a
database or on a page (dashboards/) or in the copy (key_value.py), or which night is served (publication.py).
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection
from pathlib import Path

from lake.file_hash import find_changed, sha256_of
from lake.file_sync import sync_file, sync_folder

DATABASE_LINK, SITE_LINK = "goyong.duckdb", "site"
KEY_VALUES = ".lmdb"
_SITES, _ASIDE = "sites", ".building"


def begin(folder: Path, run_id: str) -> Path:
    """An empty folder below `folder` to build a run's database and pages in; what an earlier run left goes."""
    aside = folder / _ASIDE
    shutil.rmtree(aside, ignore_errors=True)
    (aside / run_id).mkdir(parents=True)
    return aside / run_id


def keep_database(folder: Path, run_id: str, built: Path) -> tuple[str, dict[str, str]]:
    """Put a built database on disk under its final name; returns that name and {name: SHA-256}."""
    return _keep_file(folder, f"goyong-{run_id}-{{}}.duckdb", built)


def keep_key_values(folder: Path, run_id: str, built: Path) -> dict[str, str]:
    """Put a built key-value copy on disk under its final name; returns {name: SHA-256}."""
    return _keep_file(folder, f"lookups-{run_id}-{{}}{KEY_VALUES}", built)[1]


def _keep_file(folder: Path, name_of: str, built: Path) -> tuple[str, dict[str, str]]:
    digest = sha256_of(built)
    name = name_of.format(digest[:12])
    sync_file(built)
    built.replace(folder / name)
    sync_folder(folder)
    return name, {name: digest}


def keep_site(folder: Path, run_id: str, built: Path) -> tuple[str, dict[str, str]]:
    """Put a folder of built pages on disk under its final name; returns that name and {file: SHA-256}."""
    found = {file.relative_to(built): sha256_of(file) for file in sorted(built.rglob("*")) if file.is_file()}
    digest = hashlib.sha256(repr([(str(file), value) for file, value in found.items()]).encode()).hexdigest()
    name = f"{_SITES}/{run_id}-{digest[:12]}"
    for file in found:
        sync_file(built / file)
    for inner in [built, *(path for path in built.rglob("*") if path.is_dir())]:
        sync_folder(inner)
    (folder / _SITES).mkdir(exist_ok=True)
    shutil.rmtree(folder / name, ignore_errors=True)  # the same pages, or the rest of a run that was killed
    built.replace(folder / name)
    for outer in (folder / _SITES, folder):
        sync_folder(outer)
    return name, {f"{name}/{file}": value for file, value in found.items()}


def point_links(folder: Path, database: str, site: str) -> None:
    """Let `goyong.duckdb` and `site` name a night's own; each in one rename. An empty name leaves its link."""
    for link, target in ((folder / DATABASE_LINK, database), (folder / SITE_LINK, site)):
        if target and not (link.is_symlink() and str(link.readlink()) == target):
            _point(link, target)


def _point(link: Path, target: str) -> None:
    if link.is_dir() and not link.is_symlink():
        shutil.rmtree(link)  # a lake of before the links: the pages themselves
    aside = link.with_name(f".{link.name}.link")
    aside.unlink(missing_ok=True)
    aside.symlink_to(target)
    aside.replace(link)
    sync_folder(link.parent)


def check(folder: Path, expected: dict[str, str]) -> list[str]:
    """One line for each artefact that is not what its pointer says."""
    changed = find_changed(folder, expected)
    return [
        f"published/{name} {'differs from what was published' if there else 'is missing'}"
        for name, there in changed.items()
    ]


def sweep(folder: Path, named: Collection[str]) -> int:
    """Remove the databases, sites and copies that none of `named` (names in kept pointers) is; returns how many."""
    shutil.rmtree(folder / _ASIDE, ignore_errors=True)
    made = [*folder.glob("goyong-*.duckdb"), *folder.glob(f"lookups-*{KEY_VALUES}")]
    unnamed = [file for file in made if file.name not in named]
    for file in unnamed:
        file.unlink()
    sites = [site for site in (folder / _SITES).glob("*") if f"{_SITES}/{site.name}" not in named]
    for site in sites:
        shutil.rmtree(site)
    return len(unnamed) + len(sites)
