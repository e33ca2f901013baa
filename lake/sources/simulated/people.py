"""Seekers: who they are, what they want, and the traits behind their luck (makes the `seekers` deliveries).

`attributes` answers for any set of person numbers; `make` gives the first date's rows of a slice. Do not put here:
what happened to them (`history.py`, `activities.py`), their papers (`papers.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lake.sources.simulated import identities, text
from lake.sources.simulated.counters import Bools, Counter, Floats, Ints, cumulate
from lake.sources.simulated.hazard import Traits, daily_rate
from lake.sources.simulated.rhythm import activity, new_by_night, night_of
from lake.sources.simulated.world import World, expected_wage, wage_level

MAX_PEOPLE = 12_600_000  # 14 days of birth × 9 wrong check digits × 100,000 serials
NEW_SEEKERS_PER_NIGHT = 1 / 500
REVISIONS_PER_NIGHT = 0.003
AGE_BANDS = ((18, 7, 0.13), (25, 5, 0.17), (30, 10, 0.20), (40, 10, 0.17), (50, 10, 0.18), (60, 16, 0.15))
EDUCATION_BY_AGE = cumulate(
    np.array(  # rows: age bands; columns: 01 초졸 .. 07 박사
        [
            [0.00, 0.02, 0.62, 0.16, 0.20, 0.00, 0.00],
            [0.00, 0.01, 0.22, 0.22, 0.50, 0.05, 0.00],
            [0.00, 0.01, 0.24, 0.22, 0.44, 0.08, 0.01],
            [0.01, 0.02, 0.36, 0.21, 0.33, 0.06, 0.01],
            [0.02, 0.06, 0.48, 0.15, 0.24, 0.04, 0.01],
            [0.14, 0.16, 0.48, 0.06, 0.13, 0.02, 0.01],
        ]
    )
)
EDUCATION_NAMES = ("초졸이하", "중졸", "고졸", "전문대졸", "대졸", "석사", "박사")
EMPLOYMENT_TYPES = ("10", "20", "11", "21", "4", "Y")
EMPLOYMENT_TYPE_SHARES = (0.68, 0.12, 0.08, 0.07, 0.03, 0.02)
FEMALE_SHARE = 0.54
THIN_SHARE = 0.02
THIN_DAYS = 60
# The stock of members: an exponential age looks the same from every past date, so no cohort of a backtest is emptier.
REGISTERED_MEAN_DAYS = 900
REGISTERED_MAX_DAYS = 20 * 365  # one in sixty is older than ten years
WORKING_AGE_DAYS = int(15 * 365.25)
OPT_OUT_SHARE = 0.01
PUBLIC_SHARE = 0.60
_CHECK_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)


@dataclass(frozen=True)
class People:
    """One entry for each person number in `index`; positions refer to the world's lists, -1 means none."""

    index: Ints
    resident_number: pa.Array
    birth_day: Ints
    age: Ints
    is_female: Bools
    education: Ints  # 1..7, 0 unknown
    career_months: Ints
    career_occupation: Ints
    region: Ints
    wishes: Ints  # (n, 3)
    wanted_regions: Ints  # (n, 3)
    wage_wish: Ints
    employment_type: Ints
    registered_day: Ints
    is_thin: Bools
    has_licence: Bools
    certificates: Ints
    trainings: Ints
    has_resume: Bools
    completeness_pct: Floats
    search: Floats
    rate: Floats


def count_people(world: World) -> int:
    """Everyone who is registered by the last date."""
    return world.size.seekers + int(_new_by_night(world).sum())


def _new_by_night(world: World) -> Ints:
    """Registrations on each date after the first."""
    return new_by_night(world, int(world.size.seekers * NEW_SEEKERS_PER_NIGHT))


def make(world: World, start: int, stop: int) -> pa.Table:
    """The first date's delivery rows of persons start .. stop-1."""
    return table(world, attributes(world, np.arange(start, stop)), world.today)


def attributes(world: World, index: Ints) -> People:
    """Everything fixed about the persons numbered `index`."""
    draw = world.counter
    is_thin = draw.chance("person/thin", index, THIN_SHARE)
    is_female = draw.chance("person/sex", index, FEMALE_SHARE)
    age, education = _ages_and_education(draw, index)
    birth_day, resident_number = _births(world, index, age)
    registered = _registered_days(world, index, is_thin, birth_day)
    career_months = np.where(is_thin, 0, _career_months(draw, index, age, education))
    region = draw.pick("person/region", index, world.floats("region_share"))
    wishes = _wishes(world, index, is_female * 7 + education - 1)
    same = draw.chance("person/career/same", index, 0.65)
    other = draw.pick_row("person/career/other", index, world.floats("wish_shares"), is_female * 7 + education - 1)
    # The wish was said at registration, in the won of that day.
    going = expected_wage(world, wishes[:, 0], education, career_months) * wage_level(world, registered)
    person = People(
        index=index,
        resident_number=resident_number,
        birth_day=birth_day,
        age=age,
        is_female=is_female,
        education=np.where(is_thin, 0, education),
        career_months=career_months,
        career_occupation=np.where(career_months > 0, np.where(same, wishes[:, 0], other), -1),
        region=region,
        wishes=np.where(is_thin[:, None], -1, wishes),
        wanted_regions=np.where(is_thin[:, None], -1, _wanted_regions(world, index, region)),
        wage_wish=np.rint(going * np.exp(0.04 + 0.2 * draw.normal("person/wage", index)) / 50_000).astype(np.int64)
        * 50_000,
        employment_type=draw.pick("person/type", index, EMPLOYMENT_TYPE_SHARES),
        registered_day=registered,
        is_thin=is_thin,
        has_licence=_has_licence(world, index, wishes[:, 0]) & ~is_thin,
        certificates=np.where(is_thin, 0, draw.pick("person/certificates", index, [0.76, 0.19, 0.05])),
        trainings=np.where(is_thin, 0, draw.pick("person/trainings", index, [0.77, 0.17, 0.06])),
        has_resume=draw.chance("person/resume", index, 0.72) & ~is_thin,
        completeness_pct=np.round(100 * draw.uniform("person/completeness", index) ** 0.6, 1),
        search=draw.normal("person/search", index),
        rate=np.zeros(0),
    )
    tightness = world.floats("tightness")[wishes[:, 0], region]
    return replace(person, rate=_rates(draw, person, tightness, going))


def resident_numbers(world: World, index: Ints) -> pa.Array:
    """주민등록번호 of the persons numbered `index`, of whom nothing else need exist."""
    return _births(world, index, _ages_and_education(world.counter, index)[0])[1]


def _ages_and_education(draw: Counter, index: Ints) -> tuple[Ints, Ints]:
    band = draw.pick("person/age", index, [share for _, _, share in AGE_BANDS])
    low, width = (np.array([row[part] for row in AGE_BANDS])[band] for part in (0, 1))
    age = low + draw.integers("person/age/year", index, width)
    return age, 1 + draw.pick_row("person/education", index, EDUCATION_BY_AGE, band)


def _career_months(draw: Counter, index: Ints, age: Ints, education: Ints) -> Ints:
    """Months worked, some share of the years since school; one in eight has never worked."""
    working_years = np.maximum(age - 17 - np.maximum(education - 3, 0) * 1.6, 0.0)
    share = draw.uniform("person/career", index) ** 1.4 * ~draw.chance("person/new", index, 0.12)
    return np.minimum(working_years * 12 * share, 480).astype(np.int64)


def _rates(draw: Counter, person: People, tightness: Floats, going: Floats) -> Floats:
    return daily_rate(
        Traits(
            age=person.age,
            education=person.education,
            career_months=person.career_months,
            certificates=person.certificates + person.has_licence,
            trainings=person.trainings,
            tightness=np.where(person.is_thin, 0.0, tightness),
            search=person.search,
            has_resume=person.has_resume,
            completeness_pct=person.completeness_pct,
            log_wage_ratio=np.where(person.is_thin, 0.0, np.log(person.wage_wish / going)),
            regions=np.maximum((person.wanted_regions >= 0).sum(axis=1), 1),
            frailty=draw.normal("person/frailty", person.index),
        )
    )


def _registered_days(world: World, index: Ints, is_thin: Bools, birth_day: Ints) -> Ints:
    """Nobody registers before the age of 15; people without a record are recent."""
    most = np.minimum(world.today - birth_day - WORKING_AGE_DAYS, REGISTERED_MAX_DAYS)
    beyond = np.exp(-most / REGISTERED_MEAN_DAYS)
    share = world.counter.uniform("person/registered", index)
    ago = np.floor(-REGISTERED_MEAN_DAYS * np.log(1.0 - share * (1.0 - beyond))).astype(np.int64)
    ago = np.where(is_thin, ago % THIN_DAYS, ago)
    night = night_of(_new_by_night(world), index - world.size.seekers)
    return np.where(index < world.size.seekers, world.today - ago, world.today + night)


def _wishes(world: World, index: Ints, row: Ints) -> Ints:
    """Up to three wanted occupations; the second is of the first's group, the third anything that suits."""
    draw = world.counter
    first = draw.pick_row("person/wish/1", index, world.floats("wish_shares"), row)
    place = draw.integers("person/wish/2", index, world.ints("group_members")[first])
    second = world.ints("group_start")[first] + place
    second = np.where(draw.chance("person/wish/2/has", index, 0.6) & (second != first), second, -1)
    third = draw.pick_row("person/wish/3", index, world.floats("wish_shares"), row)
    has_third = (second >= 0) & draw.chance("person/wish/3/has", index, 0.5) & (third != first) & (third != second)
    return np.stack([first, second, np.where(has_third, third, -1)], axis=1)


def _wanted_regions(world: World, index: Ints, home: Ints) -> Ints:
    """Home first for most; then a neighbour; seldom one from anywhere."""
    draw = world.counter
    near = world.ints("neighbours")[home, draw.integers("person/region/near", index, 8)]
    anywhere = draw.pick("person/region/any", index, world.floats("region_share"))
    first = np.where(draw.chance("person/region/home", index, 0.88), home, near)
    second = np.where(draw.chance("person/region/2", index, 0.38) & (near != first), near, -1)
    has_third = (second >= 0) & draw.chance("person/region/3", index, 0.35) & (anywhere != first) & (anywhere != second)
    return np.stack([first, second, np.where(has_third, anywhere, -1)], axis=1)


def _has_licence(world: World, index: Ints, occupation: Ints) -> Bools:
    licence = world.ints("licence")[occupation]
    return (licence >= 0) & world.counter.chance("person/licence", index, 0.82)


def _births(world: World, index: Ints, age: Ints) -> tuple[Ints, pa.Array]:
    """Birth days and resident numbers that cannot be real: serial 9xxxxxx (no living person) with a wrong check digit.

    A number is unique: a bijection of the person number is spread over serial, wrong digit and day of birth.
    """
    draw = world.counter
    shift = draw.bits("person/number", np.zeros(1, dtype=np.int64))[0] % np.uint64(MAX_PEOPLE)
    code = (index * 7_368_787 + int(shift)) % MAX_PEOPLE
    serial, code = code % 100_000, code // 100_000
    wrong, half_day = code % 9, code // 9
    year = world.first_date.year - age - draw.chance("person/birth/before", index, 0.5)
    month = 1 + draw.integers("person/birth/month", index, 12)
    day = 1 + half_day + 14 * draw.integers("person/birth/half", index, 2)
    front = (year % 100) * 10_000 + month * 100 + day
    number = front * 1_000_000 + 900_000 + serial  # twelve digits
    total = sum(weight * (number // 10 ** (11 - place) % 10) for place, weight in enumerate(_CHECK_WEIGHTS))
    digit = ((11 - total % 11) % 10 + 1 + wrong) % 10
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    birth_day = months.astype("datetime64[D]").astype(np.int64) + day - 1
    back = pc.cast(pa.array((number % 1_000_000) * 10 + digit), pa.string())
    return birth_day, pc.binary_join_element_wise(text.padded("", front, 6), back, "-")


def count_revisions(world: World, person: People, day: int) -> tuple[Ints, Ints]:
    """How often each person changed the wish after the first date up to `day`, and the last day of a change or -1."""
    count, last = np.zeros(len(person.index), dtype=np.int64), np.full(len(person.index), -1, dtype=np.int64)
    for night in range(1, day - world.today + 1):
        share = REVISIONS_PER_NIGHT * activity(world.today + night)
        hit = world.counter.chance("person/revision", person.index * 4096 + night, share)
        hit &= person.registered_day < world.today + night
        count += hit
        last = np.where(hit, world.today + night, last)
    return count, last


def table(world: World, person: People, day: int) -> pa.Table:
    """The delivery rows of `person` as they stand on `day`."""
    draw, index, known = world.counter, person.index, ~person.is_thin
    revisions, last = count_revisions(world, person, day)
    quiet_days = 1 + draw.integers("person/updated", index, np.maximum(world.today - person.registered_day, 0) + 1)
    updated = np.where(last >= 0, last, np.minimum(person.registered_day + quiet_days - 1, person.registered_day + 30))
    wage = np.rint(person.wage_wish * 0.97**revisions / 10_000).astype(np.int64) * 10_000
    sex = person.is_female.astype(np.int64)
    return pa.table(
        {
            "주민등록번호": person.resident_number,
            **identities.columns(world, index),
            "구직등록일": text.days(person.registered_day),
            "최종수정일시": text.instants(draw, "person/updated", index * 4096 + revisions, updated),
            "생년월일": text.days(person.birth_day, known),
            "성별": text.labels(("남", "여"), np.where(known, sex, -1)),
            "외국인여부": text.flags(draw.chance("person/foreign", index, 0.02)),
            "장애여부": text.flags(draw.chance("person/disabled", index, 0.04)),
            "학력": text.labels(EDUCATION_NAMES, person.education - 1),
            "총경력개월": text.whole(person.career_months, known),
            "거주지역": text.labels(world.region_codes, np.where(known, person.region, -1)),
            **{f"희망직종{n + 1}": text.labels(world.occupation_codes, person.wishes[:, n]) for n in range(3)},
            "경력직종": text.labels(world.occupation_codes, person.career_occupation),
            **{f"희망지역{n + 1}": text.labels(world.region_codes, person.wanted_regions[:, n]) for n in range(3)},
            "희망임금": text.whole(wage, known),
            "희망고용형태": text.labels(EMPLOYMENT_TYPES, np.where(known, person.employment_type, -1)),
            "자동화평가거부": text.flags(draw.chance("person/optout", index, OPT_OUT_SHARE)),
            "인재정보공개": text.flags(draw.chance("person/public", index, PUBLIC_SHARE)),
        }
    )


def changed_on(world: World, person: People, day: int) -> Bools:
    """Whom a delivery of `day` sends: all registered by the first date; then the newly registered and the changed."""
    if day == world.today:
        known: Bools = person.registered_day <= day
        return known
    _, last = count_revisions(world, person, day)
    changed: Bools = (person.registered_day == day) | (last == day)
    return changed
