"""Every page of site and people: offline, Korean, accessible, readable at every width, light, dark and printed.

Do not put here: links and downloads (test_links.py), the keyboard (test_keyboard.py), paper (test_print.py), whether
these checks can fail (test_checks_can_fail.py).
"""

from __future__ import annotations

import pytest

from tests.browser.visits import Visit

BLOCKING = ("serious", "critical")
LIMIT_BYTES = 300_000
LAYOUT = {
    "pageScroll": "scrolls sideways",
    "outside": "lies outside the page",
    "clipped": "is clipped",
    "spilling": "spills out of its place",
    "stuck": "scrolls, but not by keyboard",
    "beyond": "is cut off by its drawing",
    "overlapping": "overlap in a drawing",
}


def test_there_is_a_page_for_analysts_for_people_for_employers_and_for_occupations(visits: list[Visit]) -> None:
    names = {visit.file.name for visit in visits}
    assert {"index.html", "data-dictionary.html", "occupation.html"} <= names
    assert any(name.startswith("seeker-") for name in names)
    assert any(name.startswith("posting-") for name in names)


def test_a_page_asks_nobody_outside(visits: list[Visit], subtests: pytest.Subtests) -> None:
    for visit in visits:
        with subtests.test(page=visit.file.name):
            assert visit.heard.outside == []


def test_a_page_has_no_error_in_the_console(visits: list[Visit], subtests: pytest.Subtests) -> None:
    for visit in visits:
        with subtests.test(page=visit.file.name):
            assert visit.heard.errors == []


def test_axe_finds_nothing_serious(visits: list[Visit], subtests: pytest.Subtests) -> None:
    for visit in visits:
        for view in visit.views:
            with subtests.test(page=visit.file.name, view=view.name):
                assert [str(found) for found in view.findings if found.impact in BLOCKING] == []


def test_what_axe_finds_below_that_is_printed(visits: list[Visit], capsys: pytest.CaptureFixture[str]) -> None:
    minor: dict[str, set[str]] = {}
    for visit in visits:
        for view in visit.views:
            for found in view.findings:
                if found.impact not in BLOCKING:
                    minor.setdefault(f"{found.impact} {found.rule}: {found.help}", set()).add(visit.file.name)
    lines = [f"  {rule}: {len(where)} pages ({sorted(where)[0]} …)" for rule, where in sorted(minor.items())]
    with capsys.disabled():
        print("\n".join(["\naxe-core, moderate and minor:", *(lines or ["  none"])]))  # noqa: T201 - what the test shows


def test_nothing_is_clipped_and_no_page_scrolls_sideways(visits: list[Visit], subtests: pytest.Subtests) -> None:
    for visit in visits:
        for view in visit.views:
            with subtests.test(page=visit.file.name, view=view.name):
                assert [f"{LAYOUT[kind]}: {thing}" for kind, things in view.layout.items() for thing in things] == []


def test_every_hangul_letter_is_drawn(visits: list[Visit], subtests: pytest.Subtests) -> None:
    for visit in visits:
        with subtests.test(page=visit.file.name):
            assert visit.glyphs["lost"] == []
            assert visit.glyphs["count"] > 50


def test_a_page_says_its_language_and_a_title_of_its_own(visits: list[Visit], subtests: pytest.Subtests) -> None:
    titles = [visit.structure["title"] for visit in visits if not visit.file.name.startswith(("seeker-", "posting-"))]
    assert len(set(titles)) == len(titles)
    for visit in visits:
        with subtests.test(page=visit.file.name):
            assert visit.structure["lang"] == "ko"
            assert visit.structure["title"].strip()


def test_headings_begin_with_one_h1_and_skip_no_level(visits: list[Visit], subtests: pytest.Subtests) -> None:
    for visit in visits:
        with subtests.test(page=visit.file.name):
            levels = [level for level, _ in visit.structure["headings"]]
            assert levels[:1] == [1]
            assert levels.count(1) == 1
            steps = zip(levels, levels[1:], strict=False)
            assert [(a, b) for a, b in steps if b > a + 1] == []
            assert [text for _, text in visit.structure["headings"] if not text] == []


def test_pictures_have_a_text_and_tables_a_name(visits: list[Visit], subtests: pytest.Subtests) -> None:
    for visit in visits:
        with subtests.test(page=visit.file.name):
            assert visit.structure["unnamedImages"] == []
            assert visit.structure["unnamedTables"] == []


def test_a_page_with_its_pictures_is_small(visits: list[Visit], subtests: pytest.Subtests) -> None:
    for visit in visits:
        with subtests.test(page=visit.file.name):
            assert 0 < visit.bytes <= LIMIT_BYTES


def test_sizes_and_times_are_printed(visits: list[Visit], capsys: pytest.CaptureFixture[str]) -> None:
    slowest = sorted(visits, key=lambda visit: -visit.structure["readyMs"])[:5]
    largest = sorted(visits, key=lambda visit: -visit.bytes)[:5]
    with capsys.disabled():
        print(f"\n{len(visits)} pages; the slowest to load and the largest:")  # noqa: T201 - what the test shows
        for visit in dict.fromkeys([v.file for v in (*slowest, *largest)]):
            seen = next(v for v in visits if v.file == visit)
            print(f"  {seen.file.name:<40} {seen.structure['readyMs']:6.0f} ms {seen.bytes / 1000:6.0f} kB")  # noqa: T201
