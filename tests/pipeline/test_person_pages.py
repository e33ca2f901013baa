"""Pages of several hundred rows of a real small night: every number is the row's own, and every sentence is plain.

Do not put here: rows of extremes (tests/unit/dashboards/test_page_numbers.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from dashboards import counsellor_page, data_sources, person_page, posting_page
from dashboards.explain import answers_of
from dashboards.explain_posting import explain_posting
from lake import publication
from lake.settings import Settings
from tests.page_numbers import counsellor, employer, plain, seeker
from tests.page_numbers.facts import Facts
from tests.page_numbers.reading import Number, compare, numbers_of
from tests.page_numbers.rows import Night
from tests.pipeline.commands import Shell
from tests.pipeline.nights import Nights

PEOPLE, POSTINGS = 200, 100
READERS: dict[str, tuple[Callable[[dict[str, Any]], str], Callable[[Facts], dict[str, list[Number]]]]] = {
    "seeker": (person_page.render, seeker.expected),
    "counsellor": (counsellor_page.render, counsellor.expected),
}


@pytest.fixture(scope="module")
def night(first: Nights) -> Night:
    settings = Settings(lake_dir=first.lake)
    return Night(settings, publication.current(settings))


@pytest.fixture(scope="module")
def answered(night: Night) -> dict[str, dict[str, Any]]:
    """Answers of the first people by key, so of every kind: keys are pseudonyms."""
    keys = sorted(night.people["employment"])[:PEOPLE]
    rows = {key: {name: found[key] for name, found in night.people.items()} for key in keys}
    return {key: answers_of(night.settings, night.pointer, key, found) for key, found in rows.items()}


@pytest.mark.parametrize("reader", READERS)
def test_every_number_is_the_rows_own(night: Night, answered: dict[str, dict[str, Any]], reader: str) -> None:
    render, expect = READERS[reader]
    wrong, seen = [], 0
    for key, answers in answered.items():
        facts = night.seeker(key, answers["sources"])
        shown = numbers_of(render(answers), facts.names())
        seen += sum(map(len, shown.values()))
        wrong += compare(shown, expect(facts))
    assert len(answered) == PEOPLE
    assert seen > 100 * PEOPLE
    assert wrong == []


def test_every_number_an_employer_reads_is_the_rows_own(night: Night) -> None:
    sources = data_sources.delivered_dates(night.settings, night.pointer, data_sources.POSTING)
    wrong = []
    for posting_id in sorted(night.talents)[:POSTINGS]:
        facts = night.posting(posting_id, sources)
        page = posting_page.render(explain_posting(night.settings, night.pointer, posting_id))
        wrong += compare(numbers_of(page, facts.names()), employer.expected(facts))
    assert wrong == []


def test_no_sentence_names_a_cause_or_holds_two_decimals(answered: dict[str, dict[str, Any]]) -> None:
    for answers in answered.values():
        said = " ".join(html.fromstring(person_page.render(answers)).xpath("//body//text()"))
        assert plain.claims(said) == []
        assert not re.search(r"\d\.\d\d|[0-9a-f]{32}", said)


def test_a_counsellor_asks_for_more_of_the_same_row(
    night: Night, answered: dict[str, dict[str, Any]], shell: Shell, tmp_path: Path
) -> None:
    key = next(key for key, answers in answered.items() if answers["employment"]["answer_code"] == "OK")
    asked = ("explain", "seeker", key, "--lake", night.settings.lake_dir, "--for", "counsellor")
    said = shell.run(*asked).stdout
    assert "■ 요인의 크기(큰 것부터)" in said
    assert "■ 6개월 안에 취업할 가능성" in said
    assert shell.run(*asked, "--html", tmp_path / "counsellor.html").exit_code == 0
    assert (tmp_path / "counsellor.html").read_text(encoding="utf-8") == counsellor_page.render(answered[key])
    assert shell.run(*asked[:-1], "neighbour").exit_code == 2


def test_every_source_of_the_night_has_the_day_it_was_delivered(
    night: Night, answered: dict[str, dict[str, Any]]
) -> None:
    sources = next(iter(answered.values()))["sources"]
    assert set(sources.values()) == {night.pointer.as_of.isoformat()}
