"""Settled applications of a small synthetic Korea as features__application_pairs rows, without a lake."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from lake.contracts import codes
from lake.sources.simulated import activities, history, people, postings
from lake.sources.simulated.choice import Applying, Board, choose
from lake.sources.simulated.counters import Ints
from lake.sources.simulated.world import Size, World, make_world
from matching.pairs import describe_batches

FIRST_DATE = date(2026, 11, 20)
UNKNOWN_SHARE = 0.3


def make_pairs(seekers: int, offers: int, *, seed: int = 1) -> pa.Table:
    """What the lake would hold of the last year's applications: those refused or hired, 60 days ago or earlier."""
    world = make_world(seed, FIRST_DATE, Size(seekers, offers, 10, 1))
    person = people.attributes(world, np.arange(seekers))
    board = Board.of(world, postings.attributes(world, np.arange(postings.count_postings(world))))
    position, cell, day, is_hired = activities._application_days(world, person, history.draw_spells(world, person))
    kept = (day > world.today - activities.YEAR_DAYS) & (day <= world.today - 60)
    kept &= is_hired | ~world.counter.chance("application/unknown", cell, UNKNOWN_SHARE)
    made = Applying(position[kept], cell[kept], day[kept], is_hired[kept])
    rows = _rows(world, person, board.postings, made, choose(world, person, board, made))
    return pa.Table.from_batches(list(describe_batches(iter(rows.to_batches()))))


def _name(values: list[str] | tuple[str, ...], places: Ints) -> pa.Array:
    return pa.array(values, pa.string()).take(pa.array(places, mask=places < 0))


def _rows(world: World, person: people.People, offer: postings.Postings, made: Applying, posting: Ints) -> pa.Table:
    who, education = made.position, list(codes.EDUCATION.codes)
    known = {
        "seeker_key": pa.array([f"{number:032x}" for number in who.tolist()]),
        "posting_id": pa.array([f"K{number}" for number in posting.tolist()]),
        "as_of": pa.repeat(pa.scalar(FIRST_DATE, pa.date32()), len(who)),
        "applied_date": pa.array(made.day.astype(np.int32)).cast(pa.date32()),
        "is_hired": pa.array(made.is_hired),
        **{f"wanted_occupation_code_{n + 1}": _name(world.occupation_codes, person.wishes[who, n]) for n in range(3)},
        **{f"wanted_region_code_{n + 1}": _name(world.region_codes, person.wanted_regions[who, n]) for n in range(3)},
        "career_occupation_code": _name(world.occupation_codes, person.career_occupation[who]),
        "home_region_code": _name(world.region_codes, person.region[who]),
        "education_code": _name(education, np.where(person.education[who] > 0, person.education[who], -1)),
        "career_months": pa.array(person.career_months[who].astype(np.int32)),
        "wanted_wage_krw_month": pa.array(person.wage_wish[who].astype(np.int32)),
        "wanted_employment_type_code": _name(people.EMPLOYMENT_TYPES, person.employment_type[who]),
        "occupation_code": _name(world.occupation_codes, offer.occupation[posting]),
        "region_code": _name(world.region_codes, offer.region[posting]),
        "min_education_code": _name(education, offer.education[posting]),
        "career_code": _name(("Z", "N", "E"), offer.career[posting]),
        "min_career_months": pa.array(offer.career_months[posting].astype(np.int32)),
        "required_certificate_name": _name(world.certificate_names, offer.licence[posting]),
        "wage_min_krw_month": pa.array(offer.wage_month[posting].astype(np.int32)),
        "employment_type_code": _name(postings.EMPLOYMENT_TYPES, offer.employment_type[posting]),
        "headcount": pa.nulls(len(who), pa.int32()),
        "company_size_code": pa.nulls(len(who), pa.string()),
        "fill_chance_0_1": pa.nulls(len(who), pa.float64()),
    }
    return pa.table(known)
