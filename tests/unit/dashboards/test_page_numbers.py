"""Every number on the pages of a person and of a posting is found again in the rows; an altered one is not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow.dataset as pads
import pytest

from dashboards import catalog, counsellor_page, lookups, person_page, posting_page, seeker_employment
from dashboards.explain import answers_of
from dashboards.explain_posting import explain_posting
from lake.contracts import codes
from lake.publication import Pointer
from lake.settings import Settings
from tests.page_numbers import counsellor, employer, made, seeker
from tests.page_numbers.facts import Facts
from tests.page_numbers.reading import Number, compare, numbers_of
from tests.page_numbers.rows import Night
from tests.unit.dashboards.conftest import OK_PEOPLE, REVIEWED, seeker_key
from tests.unit.dashboards.skill_rows import WITHOUT_WISH

Expect = Callable[[Facts], dict[str, list[Number]]]
READERS: dict[str, tuple[Callable[[dict[str, Any]], str], Expect]] = {
    "seeker": (person_page.render, seeker.expected),
    "counsellor": (counsellor_page.render, counsellor.expected),
}


@dataclass(frozen=True)
class Made:
    """One made-up person: the rows, and the page for each reader."""

    facts: Facts
    pages: dict[str, str]


@pytest.fixture(scope="module")
def night(settings: Settings, pointer: Pointer) -> Night:
    return Night(settings, pointer)


@pytest.fixture(scope="module")
def people(settings: Settings, pointer: Pointer, night: Night) -> Iterator[list[Made]]:
    """Made-up people with every code and every state; the look-up tables are read from disk once, not for each."""
    in_memory = cache(lambda table_id: pads.dataset(catalog.published(settings, pointer, table_id).to_table()))
    inputs = seeker_employment.model_inputs(settings, pointer)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookups, "published", lambda _, __, table_id: in_memory(table_id))
        patch.setattr(seeker_employment, "model_inputs", lambda *_: inputs)
        yield _people(settings, pointer, night)


def _people(settings: Settings, pointer: Pointer, night: Night) -> list[Made]:
    found = []
    for number in range(made.ROWS):
        rows = made.seeker_rows(number)
        answers = answers_of(settings, pointer, seeker_key(number), rows)
        pages = {name: render(answers) for name, (render, _) in READERS.items()}
        found.append(Made(night.facts(rows, {}), pages))
    return found


def _wrong(page: str, facts: Facts, expect: Expect) -> list[str]:
    return compare(numbers_of(page, facts.names()), expect(facts))


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("number", [0, REVIEWED, WITHOUT_WISH, OK_PEOPLE])
def test_every_number_of_a_person_is_the_rows_own(
    settings: Settings, pointer: Pointer, night: Night, number: int, reader: str
) -> None:
    render, expect = READERS[reader]
    key = seeker_key(number)
    answers = answers_of(settings, pointer, key, {name: rows[key] for name, rows in night.people.items()})
    assert _wrong(render(answers), night.seeker(key, {}), expect) == []


@pytest.mark.parametrize("reader", READERS)
def test_every_number_of_a_row_of_extremes_is_the_rows_own(people: list[Made], reader: str) -> None:
    wrong = {
        n: found for n, one in enumerate(people) if (found := _wrong(one.pages[reader], one.facts, READERS[reader][1]))
    }
    assert wrong == {}


@pytest.mark.parametrize("posting_id", ["P1", "P2", "P3"])
def test_every_number_an_employer_reads_is_the_rows_own(
    settings: Settings, pointer: Pointer, night: Night, posting_id: str
) -> None:
    page = posting_page.render(explain_posting(settings, pointer, posting_id))
    assert _wrong(page, night.posting(posting_id, {}), employer.expected) == []


@pytest.mark.parametrize("reader", READERS)
def test_no_number_of_a_page_can_be_altered_unseen(people: list[Made], reader: str) -> None:
    unseen, altered = [], 0
    for one in people[:12]:
        shown, expected = numbers_of(one.pages[reader], one.facts.names()), READERS[reader][1](one.facts)
        for section, numbers in shown.items():
            for place, number in enumerate(numbers):
                for other in (_plus_one(number), f"{number}0"):
                    changed = shown | {section: [*numbers[:place], other, *numbers[place + 1 :]]}
                    altered += 1
                    unseen += [] if compare(changed, expected) else [(section, place, number, other)]
    assert altered > 1_000
    assert unseen == []


def _plus_one(number: str) -> str:
    """The number with one more in its last digit, as many decimals as before."""
    decimals = len(number.partition(".")[2])
    return f"{float(number.replace(',', '')) + 10**-decimals:.{decimals}f}"


@pytest.mark.parametrize(
    ("column", "value"), [("probability_0_1", 0.62), ("change_certificate_0_1", 0.66), ("reason_for_1_value", "46")]
)
def test_a_row_that_says_another_number_does_not_match_the_page(
    settings: Settings, pointer: Pointer, night: Night, column: str, value: Any
) -> None:
    key = seeker_key(0)
    rows = {name: rows[key] for name, rows in night.people.items()}
    page = person_page.render(answers_of(settings, pointer, key, rows))
    other = rows | {"employment": rows["employment"] | {column: value}}
    assert _wrong(page, night.facts(other, {}), seeker.expected) != []


def test_a_fixed_sentence_with_another_number_is_seen(people: list[Made]) -> None:
    one = people[0]
    page = one.pages["seeker"].replace("제37조의2", "제38조의2")
    assert page != one.pages["seeker"]
    assert _wrong(page, one.facts, seeker.expected) != []


def test_the_made_up_people_show_every_state_of_an_answer_and_every_condition(people: list[Made]) -> None:
    states = {row["answer_code"] for one in people for row in one.facts.rows.values()}
    assert states == set(codes.ANSWER.codes)
    stored = " ".join(str(value) for one in people for row in one.facts.rows.values() for value in row.values())
    for wanted in (made.MET_CODES, made.OPEN_CODES, made.PULL_CODES, made.SCALE_NAMES, made.INSTRUMENTS):
        assert [code for code in wanted if code not in stored] == []
    inputs = made.input_names(uses_age=False)
    assert [name for name in inputs if not re.search(rf"\b{name}\b", stored)] == []
