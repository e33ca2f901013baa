"""Which posting an application goes to: a few that were open are looked at and one is taken.

What is assumed, in log odds between two postings. People (`APPLYING`) look for the wished occupation, mostly where
they want to work, near home, not far below the wished wage, and seldom where school or licence is short. Of the
applications that led to a job, employers and people together (`HIRING`) chose once more: enough school and career, the
licence held, the occupation known from the career or wished first, near home, paid as wished. So of two applications
that look alike but for one of these, the one with the better value is hired more often: exp of its number times the
odds, less what the few postings looked at leave to choose from. Who finds a job and when is not decided here
(`hazard.py`, `history.py`). Do not put here: when people apply (`activities.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lake.reference import distances_km
from lake.sources.simulated.counters import Bools, Floats, Ints
from lake.sources.simulated.papers import held_certificates
from lake.sources.simulated.people import People
from lake.sources.simulated.postings import Postings
from lake.sources.simulated.shelf import Shelf
from lake.sources.simulated.world import World

WINDOW_DAYS = 40  # a posting is applied to within so many days of its registration
APPLYING = {
    "is_open": 4.0,
    "is_wanted_region": 1.5,
    "per_100_km": -0.6,
    "is_wished": 1.0,
    "is_group": 0.5,
    "wage_short": -2.0,  # per log point below the wish
    "is_school_short": -0.8,
    "is_licence_missing": -1.5,
}
HIRING = {
    "is_first_wish": 0.9,
    "is_career_occupation": 1.2,
    "is_career_group": 0.4,
    "per_100_km": -0.8,
    "wage_short": -2.0,
    "is_school_short": -1.5,
    "is_career_short": -1.5,
    "is_licence_missing": -2.5,
}
_MOST_KM = 300.0
_LOOKED_AT = ("occupation", "occupation", "group", "group", "place", "region", "region", "day", "day")


@dataclass(frozen=True)
class Board:
    """Every posting and how one is found: by occupation, its group, its region, group and region together."""

    postings: Postings
    shelves: dict[str, Shelf]

    @classmethod
    def of(cls, world: World, postings: Postings) -> Board:
        """Order the postings once for every chunk of people."""
        topics = _topics(world, postings.occupation, postings.region)
        return cls(postings, {name: Shelf.of(topic, postings.registered_day) for name, topic in topics.items()})


def _topics(world: World, occupation: Ints, region: Ints) -> dict[str, Ints]:
    group, nothing = world.ints("group")[occupation], np.zeros_like(occupation)
    place = group * len(world.region_codes) + region
    return {"occupation": occupation, "group": group, "place": place, "region": region, "day": nothing}


@dataclass(frozen=True)
class Applying:
    """Applications, one entry each: whose (position in People), its counter, the day, whether it led to a job."""

    position: Ints
    cell: Ints
    day: Ints
    is_hired: Bools


def choose(world: World, person: People, board: Board, made: Applying) -> Ints:
    """The posting of each application; -1 where none had been registered in the days before."""
    draw = world.counter
    wish = person.wishes[made.position, draw.pick("application/wish", made.cell, [0.7, 0.2, 0.1])]
    wish = np.where(wish >= 0, wish, person.wishes[made.position, 0])
    region = person.wanted_regions[made.position, draw.pick("application/region", made.cell, [0.7, 0.2, 0.1])]
    region = np.where(region >= 0, region, person.wanted_regions[made.position, 0])
    topics, days = _topics(world, wish, region), (made.day - WINDOW_DAYS, made.day)
    best, taken = np.full(len(made.cell), -np.inf), np.full(len(made.cell), -1, dtype=np.int64)
    for place, name in enumerate(_LOOKED_AT):
        share = draw.uniform(f"application/posting/{place}", made.cell)
        found = board.shelves[name].find_fitting(topics[name], days, share)
        luck = -np.log(draw.exponential(f"application/luck/{place}", made.cell))  # Gumbel: the best is a logit choice
        worth = luck + _worth(world, person, board.postings, made, np.maximum(found, 0))
        is_better = (found >= 0) & (worth > best)
        best, taken = np.where(is_better, worth, best), np.where(is_better, found, taken)
    return taken


def _worth(world: World, person: People, postings: Postings, made: Applying, posting: Ints) -> Floats:
    """What the posting is worth to the one who applies, and to both where the application led to a job."""
    facts = describe(world, person, postings, (made.position, posting, made.day))
    worth = np.zeros(len(posting))
    for name, value in facts.items():
        worth += APPLYING.get(name, 0.0) * value + np.where(made.is_hired, HIRING.get(name, 0.0), 0.0) * value
    return worth


def describe(
    world: World, person: People, postings: Postings, pairs: tuple[Ints, Ints, Ints]
) -> dict[str, Bools | Floats]:
    """How person, posting and day of each pair suit each other: the names of APPLYING and HIRING."""
    position, posting, day = pairs
    occupation, region = postings.occupation[posting], postings.region[posting]
    group = world.ints("group")
    wishes, career = person.wishes[position], person.career_occupation[position]
    wage = np.log(person.wage_wish[position] / postings.wage_month[posting])
    licence = postings.licence[posting]
    held = held_certificates(world, person)[position]
    kilometres = np.array(distances_km())[person.region[position], region]
    return {
        "is_open": postings.closing_day[posting] >= day,
        "is_wanted_region": (person.wanted_regions[position] == region[:, None]).any(axis=1),
        "per_100_km": np.minimum(kilometres, _MOST_KM) / 100.0,
        "is_wished": (wishes == occupation[:, None]).any(axis=1),
        "is_first_wish": wishes[:, 0] == occupation,
        "is_group": group[wishes[:, 0]] == group[occupation],
        "is_career_occupation": career == occupation,
        "is_career_group": (career >= 0) & (group[career] == group[occupation]),
        "wage_short": np.maximum(wage, 0.0),
        "is_school_short": person.education[position] < postings.education[posting],
        "is_career_short": person.career_months[position] < postings.career_months[posting],
        "is_licence_missing": (licence >= 0) & ~(held == licence[:, None]).any(axis=1),
    }
