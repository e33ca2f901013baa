"""Artefacts: built aside, named by run and bytes, pointed at by links, removed when no night names them."""

from __future__ import annotations

from pathlib import Path

import pytest

from lake import artefacts
from lake.file_hash import sha256_of


def keep(folder: Path, run_id: str, text: str) -> tuple[str, str, dict[str, str]]:
    aside = artefacts.begin(folder, run_id)
    (aside / "made.duckdb").write_text(text, encoding="utf-8")
    (aside / "site" / "person").mkdir(parents=True)
    for page in ("index.html", "person/sample.html"):
        (aside / "site" / page).write_text(f"{text} {page}", encoding="utf-8")
    site, pages = artefacts.keep_site(folder, run_id, aside / "site")
    database, files = artefacts.keep_database(folder, run_id, aside / "made.duckdb")
    return database, site, files | pages


def test_what_is_kept_is_named_by_its_run_and_bytes_and_described_file_by_file(tmp_path: Path) -> None:
    database, site, described = keep(tmp_path, "r1", "one")
    digest = sha256_of(tmp_path / database)
    assert database == f"goyong-r1-{digest[:12]}.duckdb"
    assert site.startswith("sites/r1-")
    assert sorted(described) == sorted([database, f"{site}/index.html", f"{site}/person/sample.html"])
    assert artefacts.check(tmp_path, described) == []


def test_the_same_run_made_again_stands_beside_the_first_when_its_bytes_differ(tmp_path: Path) -> None:
    """A kept pointer may name the first."""
    first, second, third = (keep(tmp_path, "r1", text) for text in ("one", "two", "one"))
    assert first[:2] == third[:2] != second[:2]
    assert [artefacts.check(tmp_path, made[2]) for made in (first, second)] == [[], []]


@pytest.mark.parametrize(("removed", "said"), [(True, "is missing"), (False, "differs from what was published")])
def test_a_page_that_is_gone_or_another_is_named(tmp_path: Path, said: str, *, removed: bool) -> None:
    _, site, described = keep(tmp_path, "r1", "one")
    page = tmp_path / site / "person" / "sample.html"
    if removed:
        page.unlink()
    else:
        page.write_text("another", encoding="utf-8")
    assert artefacts.check(tmp_path, described) == [f"published/{site}/person/sample.html {said}"]


def test_links_follow_and_take_the_place_of_pages_written_before_there_were_links(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").touch()
    for text in ("one", "two"):
        database, site, _ = keep(tmp_path, "r1", text)
        artefacts.point_links(tmp_path, database, site)
        assert (tmp_path / "goyong.duckdb").read_text(encoding="utf-8") == text
        assert (tmp_path / "site" / "index.html").read_text(encoding="utf-8") == f"{text} index.html"
    artefacts.point_links(tmp_path, "", "")
    assert (tmp_path / "goyong.duckdb").read_text(encoding="utf-8") == "two"


def test_what_no_night_names_is_removed(tmp_path: Path) -> None:
    kept, gone = keep(tmp_path, "r1", "one"), keep(tmp_path, "r2", "two")
    artefacts.point_links(tmp_path, *kept[:2])
    artefacts.begin(tmp_path, "r3")
    assert artefacts.sweep(tmp_path, set(kept[:2])) == 2
    assert artefacts.check(tmp_path, kept[2]) == []
    assert not (tmp_path / gone[0]).exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([kept[0], "goyong.duckdb", "site", "sites"])
