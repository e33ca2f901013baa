"""Pairs: how one person and one posting suit each other, the same way for learning from the past and for tonight.

`People` and `Offers` are Arrow rows read to numbers; `fill_values` turns a row of each into the values of
lake/contracts/chances.PAIR_INPUTS. `describe_batches` does so for past applications and makes
features__application_pairs; rank.py does so for candidates. What is not known is NONE (-1) everywhere.
Do not put here: what a value is worth (chances.py, rank.py), sex, age, nationality, disability.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lake.contracts import chances, codes
from lake.contracts.render import arrow_schema
from lake.reference import distances_km, read_regions
from matching.blocks import (
    NONE,
    Doubles,
    Ints,
    encode,
    encode_in,
    flat,
    read_integers,
    read_numbers,
    require_columns,
)
from matching.compiled import compiled
from matching.eligibility import EDUCATION_CODES, UNKNOWN_WAGE, read_posting_conditions, read_region_bits

PERSON_COLUMNS = (
    "wanted_occupation_code_1",
    "wanted_occupation_code_2",
    "wanted_occupation_code_3",
    "career_occupation_code",
    "home_region_code",
    "wanted_region_code_1",
    "wanted_region_code_2",
    "wanted_region_code_3",
    "education_code",
    "career_months",
    "wanted_wage_krw_month",
    "wanted_employment_type_code",
)
OFFER_COLUMNS = (
    "occupation_code",
    "region_code",
    "min_education_code",
    "career_code",
    "min_career_months",
    "required_certificate_name",
    "wage_min_krw_month",
    "employment_type_code",
    "headcount",
    "company_size_code",
    "fill_chance_0_1",
)
OUTCOME_COLUMNS = ("as_of", "seeker_key", "posting_id", "applied_date", "is_hired")

REGION_CODES = pa.array([region.code for region in read_regions()])
CAREER_CODES = pa.array(list(codes.CAREER.codes))
EMPLOYMENT_TYPE_CODES = pa.array(list(codes.EMPLOYMENT_TYPE.codes))
COMPANY_SIZE_CODES = pa.array(list(codes.COMPANY_SIZE.codes))
DISTANCES_KM = np.array(distances_km())
NEWCOMER = list(codes.CAREER.codes).index("N")
NEWCOMER_MONTHS, AMPLE_MONTHS = 12, 36
VALUES = len(chances.PAIR_INPUTS)
CODED = 7
"""How many inputs are codes; the others are numbers, none of which can be below 0."""
SCHEMA = arrow_schema(chances.APPLICATION_PAIRS)


PERSON = np.dtype(
    [
        ("region_bits", np.int64),  # of the wished regions, of home where there is no wish; 0 is not known
        ("first_occupation", np.int32),
        ("second_occupation", np.int32),
        ("third_occupation", np.int32),
        ("career_occupation", np.int32),
        ("home_region", np.int32),
        ("education", np.int32),
        ("career_months", np.int32),
        ("wage_krw_month", np.int32),
        ("employment_type", np.int32),
    ],
    align=True,
)
People = npt.NDArray[Any]
"""People (n,) of dtype PERSON: KECO numbers, places in code lists, months, won."""
# One posting is one line of the processor's memory: candidates lie anywhere, so each would else cost ten of them.
OFFER = np.dtype(
    {
        "names": [
            "occupation",
            "region",
            "education",
            "career",
            "career_months",
            "wage_krw_month",
            "employment_type",
            "headcount",
            "company_size",
            "fill_chance_micro",
        ],
        "formats": [np.int32] * 10,
        "itemsize": 64,
    }
)
Offers = npt.NDArray[Any]
"""Postings (m,) of dtype OFFER: KECO number, places in code lists, months, won, people, past chance in millionths."""


def read_people(block: pa.Table) -> People:
    """People of rows that hold PERSON_COLUMNS (features__seekers, or past applications)."""
    require_columns(block.schema.names, PERSON_COLUMNS, "people of pairs")
    wished, has_wish = read_region_bits(block, list(PERSON_COLUMNS[5:8]), REGION_CODES)
    home, _ = read_region_bits(block, ["home_region_code"], REGION_CODES)
    people = np.zeros(block.num_rows, PERSON)
    people["region_bits"] = np.where(has_wish, wished, home)
    for place, name in enumerate(("first", "second", "third")):
        people[f"{name}_occupation"] = read_keco(block[PERSON_COLUMNS[place]])
    people["career_occupation"] = read_keco(block["career_occupation_code"])
    people["home_region"] = encode_in(block["home_region_code"], REGION_CODES)
    people["education"] = encode_in(block["education_code"], EDUCATION_CODES)
    people["career_months"] = read_integers(block["career_months"], NONE)
    people["wage_krw_month"] = read_integers(block["wanted_wage_krw_month"], NONE)
    people["employment_type"] = encode_in(block["wanted_employment_type_code"], EMPLOYMENT_TYPE_CODES)
    return people


def read_offers(postings: pa.Table) -> Offers:
    """Offers of rows that hold OFFER_COLUMNS (features__job_postings, or past applications)."""
    require_columns(postings.schema.names, OFFER_COLUMNS, "postings of pairs")
    conditions = read_posting_conditions(postings, pa.array([], pa.string()))
    wage, chance = conditions.wage_krw_month, read_numbers(postings["fill_chance_0_1"], np.nan)
    offers = np.zeros(postings.num_rows, OFFER)
    offers["occupation"] = read_keco(postings["occupation_code"])
    offers["region"] = encode_in(postings["region_code"], REGION_CODES)
    offers["education"] = encode_in(postings["min_education_code"], EDUCATION_CODES)
    offers["career"] = encode_in(postings["career_code"], CAREER_CODES)
    offers["career_months"] = conditions.career_months
    offers["wage_krw_month"] = np.where(wage == UNKNOWN_WAGE, NONE, wage)
    offers["employment_type"] = encode_in(postings["employment_type_code"], EMPLOYMENT_TYPE_CODES)
    offers["headcount"] = read_integers(postings["headcount"], NONE)
    offers["company_size"] = encode_in(postings["company_size_code"], COMPANY_SIZE_CODES)
    offers["fill_chance_micro"] = np.where(np.isnan(chance), NONE, np.rint(np.nan_to_num(chance) * 1e6))
    return offers


def read_keco(column: pa.Array | pa.ChunkedArray) -> Ints:
    """Occupation codes of four digits (n,), four bits a digit: "0131" is 0x0131; whatever else is not known."""
    places, values = encode(column.cast(pa.string()))
    is_number = pc.match_substring_regex(values, "^[0-9]{4}$")
    digits = pc.if_else(is_number, values, pa.scalar("0000"))
    numbers = np.array([int(text, 16) for text in pc.fill_null(digits, "0000").to_pylist()], np.int32)
    numbers = np.where(pc.fill_null(is_number, False).to_numpy(zero_copy_only=False), numbers, NONE)
    return np.append(numbers, NONE)[places].astype(np.int32)


@compiled
def relate_wish(occupation: int, first: int, second: int, third: int) -> int:
    """Place in OCCUPATION_WISH of an occupation against the wished ones; without a branch, for tight loops."""
    nearest = min(rate_wish(occupation, first, 0), rate_wish(occupation, second, 1), rate_wish(occupation, third, 2))
    is_known = (occupation != NONE) & ((first & second & third) != NONE)  # all bits are set only where all are NONE
    return nearest * is_known + NONE * (1 - is_known)


@compiled
def rate_wish(occupation: int, wished: int, place: int) -> int:
    """Place in OCCUPATION_WISH against one wish, the last one where there is no wish."""
    steps = count_steps_apart(occupation, wished)
    return (steps > 0) * (2 + steps) + (steps == 0) * place


@compiled
def relate_career(occupation: int, career: int) -> int:
    """Place in OCCUPATION_CAREER."""
    return count_steps_apart(occupation, career) if occupation != NONE and career != NONE else NONE


@compiled
def count_steps_apart(one: int, other: int) -> int:
    """0 the same unit group, 1 the same minor group (three digits), 2 middle, 3 major, 4 nothing in common or NONE."""
    apart = (one ^ other) & 0x7FFFFFFF
    return (apart > 0) + (apart >= 0x10) + (apart >= 0x100) + (apart >= 0x1000)


@compiled
def relate_education(asked: int, held: int) -> int:
    """Place in EDUCATION_MARGIN; rank 0 asks nothing, and says nothing of a person."""
    if asked <= 0:
        return asked
    if held <= 0:
        return NONE
    return 1 if held < asked else 2 if held == asked else 3


@compiled
def relate_career_months(career: int, asked: int, months: int) -> int:
    """Place in CAREER_MARGIN."""
    if asked == 0 and career != NEWCOMER:
        return NONE if career == NONE else 0
    if months == NONE:
        return NONE
    if career == NEWCOMER:
        return 1 if months < NEWCOMER_MONTHS else 2
    return 3 if months < asked else 4 if months < asked + AMPLE_MONTHS else 5


@compiled
def fill_values(person: Any, offer: Any, values: Doubles) -> None:
    """The values (VALUES,) of a PERSON and an OFFER in the order of PAIR_INPUTS: places of codes, numbers, NONE."""
    region, home, bits = offer.region, person.home_region, person.region_bits
    kind, wished = offer.employment_type, person.employment_type
    wage, wish = offer.wage_krw_month, person.wage_krw_month
    values[0] = relate_wish(
        offer.occupation, person.first_occupation, person.second_occupation, person.third_occupation
    )
    values[1] = relate_career(offer.occupation, person.career_occupation)
    values[2] = 1 - ((bits >> region) & 1) if region != NONE and bits != 0 else NONE
    values[3] = relate_education(offer.education, person.education)
    values[4] = relate_career_months(offer.career, offer.career_months, person.career_months)
    values[5] = np.int32(kind != wished) if kind != NONE and wished != NONE else NONE
    values[6] = offer.company_size
    values[7] = DISTANCES_KM[home, region] if home != NONE and region != NONE else NONE
    values[8] = wage / wish if wage != NONE and wish > 0 else NONE
    values[9] = offer.headcount
    values[10] = offer.fill_chance_micro / 1e6 if offer.fill_chance_micro != NONE else NONE


@compiled
def describe_rows(people: People, offers: Offers, values: Doubles) -> None:
    """The values (n, VALUES) of pairs that stand in one row each."""
    for row in range(len(values)):
        fill_values(people[row], offers[row], values[row])


def describe_batches(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """features__application_pairs rows of applications with the columns of person, posting and outcome."""
    for batch in batches:
        rows = pa.Table.from_batches([batch])
        require_columns(rows.schema.names, OUTCOME_COLUMNS, "past applications")
        values = np.empty((rows.num_rows, VALUES))
        describe_rows(read_people(rows), read_offers(rows), values)
        columns = {name: flat(rows[name]) for name in OUTCOME_COLUMNS}
        columns |= {name: _read_back(name, values[:, place]) for place, name in enumerate(chances.PAIR_INPUTS)}
        yield pa.RecordBatch.from_arrays(
            [columns[name].cast(SCHEMA.field(name).type) for name in SCHEMA.names], schema=SCHEMA
        )


def _read_back(name: str, values: Doubles) -> pa.Array:
    """Values as the column of the contract: codes by name, what is not known as null."""
    codelist, is_unknown = chances.APPLICATION_PAIRS.column(name).codes, values == NONE
    if codelist is None:
        return pa.array(values, mask=is_unknown)
    return pa.array(list(codelist.codes)).take(pa.array(values.astype(np.int32), mask=is_unknown))
