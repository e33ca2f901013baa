"""Synthetic Korea: which posting is applied to, and which of these applications led to a job."""

from __future__ import annotations

import numpy as np
import pytest

from lake.sources.simulated import history, people, postings
from lake.sources.simulated.activities import YEAR_DAYS, _application_days
from lake.sources.simulated.choice import APPLYING, HIRING, WINDOW_DAYS, Applying, Board, choose, describe
from lake.sources.simulated.counters import Bools, Floats, Ints
from lake.sources.simulated.people import People
from lake.sources.simulated.world import World

pytestmark = pytest.mark.unit

Facts = dict[str, Bools | Floats]


@pytest.fixture(scope="module")
def board(world: World) -> Board:
    return Board.of(world, postings.attributes(world, np.arange(postings.count_postings(world))))


@pytest.fixture(scope="module")
def made(world: World, person: People, spells: history.Spells) -> Applying:
    """Applications of the last year."""
    position, cell, day, is_hired = _application_days(world, person, spells)
    recent = day > world.today - YEAR_DAYS
    return Applying(position[recent], cell[recent], day[recent], is_hired[recent])


@pytest.fixture(scope="module")
def taken(world: World, person: People, board: Board, made: Applying) -> Ints:
    return choose(world, person, board, made)


@pytest.fixture(scope="module")
def facts(world: World, person: People, board: Board, made: Applying, taken: Ints) -> Facts:
    return describe(world, person, board.postings, (made.position, taken, made.day))


def test_a_posting_was_registered_in_the_weeks_before(board: Board, made: Applying, taken: Ints) -> None:
    ago = made.day - board.postings.registered_day[taken]
    assert taken.min() >= 0
    assert ago.min() >= 0
    assert ago.max() <= WINDOW_DAYS


def test_people_apply_mostly_where_they_want_to_work(facts: Facts) -> None:
    """Of all postings a seventh would be: a person wants 1.5 of 17 regions, mostly large ones."""
    assert facts["is_wanted_region"].mean() > 0.6


def test_most_postings_applied_to_are_open(facts: Facts) -> None:
    assert facts["is_open"].mean() > 0.9


@pytest.mark.parametrize("name", HIRING)
def test_applications_that_led_to_a_job_suit_better(facts: Facts, made: Applying, name: str) -> None:
    """The direction that HIRING states, by three standard errors of a share or a mean."""
    value = facts[name].astype(np.float64)
    hired, others = value[made.is_hired], value[~made.is_hired]
    error = np.sqrt(hired.var() / len(hired) + others.var() / len(others))
    # Licences stand in one posting of ten: their difference may be small, but never the wrong way.
    needed = 3 if name not in ("is_career_group", "is_licence_missing") else 1
    assert np.sign(HIRING[name]) * (hired.mean() - others.mean()) > needed * error


def test_a_person_alone_applies_to_the_same_postings(world: World, board: Board, made: Applying, taken: Ints) -> None:
    alone = people.attributes(world, np.arange(100, 120))
    of_these = (made.position >= 100) & (made.position < 120)
    part = Applying(*(getattr(made, name)[of_these] for name in ("position", "cell", "day", "is_hired")))
    moved = Applying(part.position - 100, part.cell, part.day, part.is_hired)
    assert choose(world, alone, board, moved).tolist() == taken[of_these].tolist()


def test_facts_by_hand(world: World, person: People, board: Board) -> None:
    """A posting in the home region, of the first wish: 0 km, wished, of its group."""
    offer = board.postings
    who = np.flatnonzero(~person.is_thin)[:500]
    pairs = [(w, p) for w in who for p in np.flatnonzero(offer.occupation == person.wishes[w, 0])[:3]]
    position, posting = (np.array(part) for part in zip(*pairs, strict=True))
    found = describe(world, person, offer, (position, posting, np.full(len(position), world.today)))
    at_home = offer.region[posting] == person.region[position]
    assert (found["per_100_km"][at_home] == 0).all()
    assert found["is_first_wish"].all()
    assert found["is_group"].all()
    assert set(found) == set(APPLYING) | set(HIRING)
