"""Job postings under the open API's field names, a year of closed ones, and the companies behind them.

Order of posting numbers: open on the first date, closed before it (a fifth as many), then those of each later date.
Do not put here: applications (`activities.py`), dirty rows (`traps.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from lake.sources.simulated import text
from lake.sources.simulated.counters import Bools, Floats, Ints, cumulate
from lake.sources.simulated.rhythm import activity, new_by_night, night_of
from lake.sources.simulated.wording import EMPLOYERS_OWN_WORDS, write_skills
from lake.sources.simulated.world import MINIMUM_WAGE_KRW_MONTH, World, expected_wage

PAST_SHARE = 0.20
PAST_DAYS = 365
NEW_POSTINGS_PER_NIGHT = 0.02  # of a working day (rhythm.py), as are corrections
CORRECTIONS_PER_NIGHT = 0.005
OPEN_ENDED_SHARE = 0.18
HEADCOUNTS = (1, 2, 3, 4, 5, 10, 20, 50)
HEADCOUNT_SHARES = (0.62, 0.18, 0.07, 0.03, 0.05, 0.03, 0.015, 0.005)
EDUCATION_NAMES = ("학력무관", "초졸", "중졸", "고졸", "대졸(2~3년)", "대졸(4년)", "석사", "박사")
CAREER_NAMES = ("관계없음", "신입", "경력")
WAGE_TYPE_NAMES = ("월급", "연봉", "시급", "일급")
STATUS_NAMES = ("모집중", "마감", "게시중지")
EMPLOYMENT_TYPES = ("10", "20", "11", "21", "4", "Y")
OTHER_CERTIFICATE_SHARE = 0.03  # of postings in a group that knows one (groups.py)
HOURS_TO_MONTH = 4.345
DAYS_A_MONTH = 20.9
COMPANY_SIZES = ("S", "M", "L", "P")
_WAGE_STEPS = np.array([10_000, 100_000, 10, 1_000])  # won, by WAGE_TYPE_NAMES
_MONTHS = np.array([12, 24, 36, 60])


@dataclass(frozen=True)
class Postings:
    """One entry a posting number in `index`."""

    index: Ints
    occupation: Ints
    region: Ints
    education: Ints  # 0 any, 1..7
    career: Ints  # position in CAREER_NAMES
    career_months: Ints
    employment_type: Ints
    wage_type: Ints
    wage: Ints  # in the unit of the wage type
    wage_month: Floats
    hours: Ints
    licence: Ints  # the licence or other certificate asked, -1 none
    registered_day: Ints
    closing_day: Ints  # NO_DAY: until filled
    is_suspended: Bools

    def ids(self, position: Ints) -> pa.Array:
        """구인인증번호 of the postings at these positions."""
        return text.padded("KSYN", self.index[position], 9)


def count_postings(world: World) -> int:
    """Every posting of the world: open, past, and of later dates."""
    size = world.size
    return size.postings + int(size.postings * PAST_SHARE) + int(_new_by_night(world).sum())


def _new_by_night(world: World) -> Ints:
    """Postings registered on each date after the first."""
    return new_by_night(world, int(world.size.postings * NEW_POSTINGS_PER_NIGHT))


def make(world: World, start: int, stop: int) -> pa.Table:
    """Delivery rows of postings start .. stop-1 as they stand on the first date."""
    return table(world, attributes(world, np.arange(start, stop)), world.today)


def attributes(world: World, index: Ints) -> Postings:
    """Everything fixed about the postings numbered `index`."""
    draw = world.counter
    occupation, region = _places(world, index)
    typical = world.ints("education")[occupation]
    asked = np.clip(typical - draw.pick("posting/education", index, [0.6, 0.4]), 1, 7)
    education = np.where(draw.chance("posting/any", index, 0.45), 0, asked)
    career = draw.pick("posting/career", index, [0.60, 0.10, 0.30])
    months = np.where(career == 2, _MONTHS[draw.pick("posting/months", index, [0.4, 0.25, 0.25, 0.1])], 0)
    employment_type = draw.pick("posting/type", index, [0.62, 0.18, 0.07, 0.08, 0.02, 0.03])
    is_part_time = (employment_type == 2) | (employment_type == 3)
    hours = np.where(is_part_time, 15 + 5 * draw.integers("posting/hours", index, 4), 40)
    hours = np.where(~is_part_time & draw.chance("posting/long", index, 0.12), 45, hours)
    wage_type, wage = _wages(world, index, (occupation, months, hours))
    registered, closing = _days(world, index)
    return Postings(
        index=index,
        occupation=occupation,
        region=region,
        education=education,
        career=career,
        career_months=months,
        employment_type=employment_type,
        wage_type=wage_type,
        wage=wage,
        wage_month=wage / _units_a_month(wage_type, hours),
        hours=hours,
        licence=_certificates(world, index, occupation),
        registered_day=registered,
        closing_day=closing,
        is_suspended=draw.chance("posting/suspended", index, 0.02),
    )


def _certificates(world: World, index: Ints, occupation: Ints) -> Ints:
    """The licence of the occupation, mostly; where there is none, seldom another certificate that suits the group."""
    draw, licence = world.counter, world.ints("licence")[occupation]
    asked = np.where(draw.chance("posting/licence", index, 0.85), licence, -1)
    asks_other = (licence < 0) & draw.chance("posting/certificate", index, OTHER_CERTIFICATE_SHARE)
    return np.where(asks_other, world.ints("other_certificate")[occupation], asked)


def _places(world: World, index: Ints) -> tuple[Ints, Ints]:
    """Occupation and region: seekers' wishes bent by how tight each market is."""
    draw, tightness = world.counter, world.floats("tightness")
    region_share = world.floats("region_share")
    by_occupation = world.floats("share") * np.exp(tightness @ region_share)
    occupation = draw.pick("posting/occupation", index, by_occupation)
    region = draw.pick_row("posting/region", index, cumulate(region_share * np.exp(tightness)), occupation)
    return occupation, region


def _wages(world: World, index: Ints, job: tuple[Ints, Ints, Ints]) -> tuple[Ints, Ints]:
    """Wage type and lower bound in its own unit, from one monthly value and never under the minimum wage."""
    occupation, months, hours = job
    draw = world.counter
    monthly: Floats = expected_wage(world, occupation, world.ints("education")[occupation], months + 24)
    monthly = np.maximum(monthly * np.exp(0.13 * draw.normal("posting/wage", index)), MINIMUM_WAGE_KRW_MONTH)
    monthly = monthly * np.maximum(hours, 1) / 40.0
    wage_type = np.where(hours < 40, 2, draw.pick("posting/wage/type", index, [0.60, 0.22, 0.13, 0.05]))
    unit = _WAGE_STEPS[wage_type]
    return wage_type, (np.ceil(monthly * _units_a_month(wage_type, hours) / unit) * unit).astype(np.int64)


def _units_a_month(wage_type: Ints, hours: Ints) -> Floats:
    """A wage in its own unit for one won a month."""
    per_hour, per_day = 1.0 / (np.maximum(hours, 1) * HOURS_TO_MONTH), 1.0 / DAYS_A_MONTH
    factor: Floats = np.select([wage_type == 1, wage_type == 2, wage_type == 3], [12.0, per_hour, per_day], 1.0)
    return factor


def _days(world: World, index: Ints) -> tuple[Ints, Ints]:
    """Registration and closing days by the range that a number falls in."""
    draw, size, today = world.counter, world.size, world.today
    past_end = size.postings + int(size.postings * PAST_SHARE)
    is_past = (index >= size.postings) & (index < past_end)
    night = night_of(_new_by_night(world), index - past_end)
    ago = np.where(
        is_past,
        20 + draw.integers("posting/registered", index, PAST_DAYS - 20),
        draw.integers("posting/registered", index, 46),
    )
    registered = np.where(index < past_end, today - ago, today + night)
    runs = 7 + draw.integers("posting/runs", index, 54)
    later = np.maximum(registered + runs, today + draw.integers("posting/left", index, 41))
    closing = np.where(
        is_past, np.minimum(registered + runs, today - 1), np.where(index < past_end, later, registered + runs)
    )
    open_ended = draw.chance("posting/open", index, OPEN_ENDED_SHARE) & ~is_past
    return registered, np.where(open_ended, text.NO_DAY, closing)


def changed_on(world: World, postings: Postings, day: int) -> Bools:
    """Which postings a delivery of `day` sends: all known on the first date; then new, closed or corrected ones."""
    known = postings.registered_day <= day
    if day == world.today:
        return known
    is_open = known & (postings.closing_day >= day)
    changed: Bools = (
        (postings.registered_day == day)
        | (known & (postings.closing_day == day - 1))
        | (is_open & (_last_correction(world, postings, day) == day))
    )
    return changed


def _last_correction(world: World, postings: Postings, day: int) -> Ints:
    """The last later date on which the posting was corrected, or -1."""
    last = np.full(len(postings.index), -1, dtype=np.int64)
    for night in range(1, day - world.today + 1):
        share = CORRECTIONS_PER_NIGHT * activity(world.today + night)
        hit = world.counter.chance("posting/corrected", postings.index * 4096 + night, share)
        alive = (postings.registered_day < world.today + night) & (postings.closing_day >= world.today + night)
        last = np.where(hit & alive, world.today + night, last)
    return last


def table(world: World, postings: Postings, day: int) -> pa.Table:
    """The delivery rows of `postings` as they stand on `day`; a correction raises the wage by 3 percent once."""
    draw, index = world.counter, postings.index
    corrected = _last_correction(world, postings, day)
    is_closed = postings.closing_day < day
    touched = np.maximum(
        postings.registered_day, np.maximum(corrected, np.where(is_closed, postings.closing_day + 1, -1))
    )
    low, high = _wage_range(world, postings, corrected >= 0)
    company = draw.integers("posting/company", index, world.size.companies)
    needed = world.ints("skills")[postings.occupation]
    asked = np.where(draw.chance("posting/skill", index[:, None] * 16 + np.arange(needed.shape[1]), 0.4), needed, -1)
    own_words = draw.chance("posting/words", index, EMPLOYERS_OWN_WORDS)
    cell = index[:, None] * 16 + np.arange(needed.shape[1])
    keywords, codes = write_skills(world, "posting", cell, asked, own_words)
    names = [f"(합성) {name} 모집" for name in world.occupation_names]
    return pa.table(
        {
            "wantedAuthNo": postings.ids(np.arange(len(index))),
            "company": text.padded("합성기업 ", company, 7),
            "busino": text.padded("000", company, 7),
            "title": text.labels(names, postings.occupation),
            "jobsCd": text.labels([f"{code}00" for code in world.occupation_codes], postings.occupation),
            "region": text.labels(world.region_codes, postings.region),
            "minEdubg": text.labels(EDUCATION_NAMES, postings.education),
            "career": text.labels(CAREER_NAMES, postings.career),
            "careerMonths": text.whole(postings.career_months, postings.career == 2),
            "certificate": text.labels(world.certificate_names, postings.licence),
            "salTpNm": text.labels(WAGE_TYPE_NAMES, postings.wage_type),
            "minSal": text.whole(low),
            "maxSal": text.whole(high, draw.chance("posting/range", index, 0.6)),
            "workHr": text.whole(postings.hours),
            "empTpCd": text.labels(EMPLOYMENT_TYPES, postings.employment_type),
            "collectPsncnt": text.whole(np.asarray(HEADCOUNTS)[draw.pick("posting/heads", index, HEADCOUNT_SHARES)]),
            "regDt": text.days(postings.registered_day),
            "closeDt": text.days(postings.closing_day, postings.closing_day < text.NO_DAY),
            "wantedStat": text.labels(STATUS_NAMES, np.where(is_closed, 1, np.where(postings.is_suspended, 2, 0))),
            "srchKeywordNm": keywords,
            "skillCd": codes,
            "smodifyDtm": text.instants(draw, "posting/updated", index * 4096 + day % 4096, touched),
        }
    )


def _wage_range(world: World, postings: Postings, is_raised: Bools) -> tuple[Ints, Ints]:
    """Lower and upper bound in the unit of the wage type, rounded up as employers do."""
    unit = _WAGE_STEPS[postings.wage_type]
    low = np.where(is_raised, np.ceil(postings.wage * 1.03 / unit).astype(np.int64) * unit, postings.wage)
    stretch = 1 + 0.25 * world.counter.uniform("posting/high", postings.index)
    return low, np.ceil(low * stretch / unit).astype(np.int64) * unit


def companies(world: World) -> pa.Table:
    """Every company, sent once."""
    index = np.arange(world.size.companies)
    draw = world.counter
    size = draw.pick("company/size", index, [0.80, 0.13, 0.04, 0.03])
    low, high = np.array([3, 50, 300, 40])[size], np.array([50, 300, 4000, 1500])[size]
    employees = np.floor(low * (high / low) ** draw.uniform("company/employees", index)).astype(np.int64)
    region = draw.pick("company/region", index, world.floats("region_share"))
    return pa.table(
        {
            "사업장관리번호": text.padded("000", index, 7),
            "기업규모": text.labels(COMPANY_SIZES, size),
            "상시근로자수": text.whole(employees),
            "지역": text.labels(world.region_codes, region),
            "최종수정일시": text.instants(draw, "company/updated", index, np.full(len(index), world.today - 30)),
        }
    )
