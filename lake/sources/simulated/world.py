"""The fixed part of synthetic Korea: occupations, regions, skills, wages and how tight each market is.

Small arrays (443 occupations × 17 regions) made once from the seed and shared by every chunk. Do not put here:
people, postings or sessions (one module each).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from lake.reference import read_occupations, read_regions, read_skills
from lake.sources.simulated import groups
from lake.sources.simulated.counters import Counter, Floats, Ints, cumulate
from lake.sources.simulated.profiles import draw_profiles

HISTORY_DAYS = 2100  # the oldest cohort of a backtest lies 1,001 days back and looks at three years before it
WAGE_GROWTH_PER_YEAR = 0.03  # in log points
MINIMUM_WAGE_KRW_MONTH = 2_096_270  # 2025: 10,030 won × 209 hours
MAX_SKILLS = 8
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Size:
    """How much to make: seekers and postings of the first date, course sessions, dates in all."""

    seekers: int
    postings: int
    sessions: int
    nights: int

    @property
    def companies(self) -> int:
        """Companies that employ and post."""
        return max(50, self.postings // 4)


@dataclass(frozen=True)
class World:
    """Everything a slice needs besides its own index; arrays are (443,), (443, 17 regions), (443, scales), (443, 8)."""

    counter: Counter
    first_date: date
    size: Size
    occupation_codes: tuple[str, ...]
    occupation_names: tuple[str, ...]
    region_codes: tuple[str, ...]
    skill_codes: tuple[str, ...]
    skill_names: tuple[str, ...]
    certificate_names: tuple[str, ...]
    arrays: dict[str, Floats | Ints] = field(repr=False)

    @property
    def today(self) -> int:
        """The first date as days since 1970."""
        return (self.first_date - _EPOCH).days

    @property
    def last_day(self) -> int:
        """The last delivery date as days since 1970."""
        return self.today + self.size.nights - 1

    def floats(self, name: str) -> Floats:
        """One of the float arrays."""
        return self.arrays[name].astype(np.float64, copy=False)

    def ints(self, name: str) -> Ints:
        """One of the position arrays; -1 means none."""
        return self.arrays[name].astype(np.int64, copy=False)


def make_world(seed: int, first_date: date, size: Size) -> World:
    """The world of `seed`; sizes other than the number of companies do not change it."""
    counter = Counter(seed)
    names = read_occupations()
    codes = tuple(names)
    skills = read_skills()
    licences = tuple(sorted(set(groups.LICENCES.values())))
    occupations = _occupation_arrays(counter, codes)
    arrays: dict[str, Floats | Ints] = {
        **occupations,
        **draw_profiles(counter, codes, occupations["share"].astype(np.float64)),
        **_markets(counter, len(codes)),
        **_skill_arrays(counter, codes, [skill.code for skill in skills]),
    }
    licence = [licences.index(groups.LICENCES[c]) if c in groups.LICENCES else -1 for c in codes]
    arrays["licence"] = np.array(licence, dtype=np.int64)
    certificates = (*licences, *groups.OTHER_CERTIFICATES)
    other = [groups.ASKED_CERTIFICATES.get(code[:2]) for code in codes]
    arrays["other_certificate"] = np.array([certificates.index(name) if name else -1 for name in other], dtype=np.int64)
    arrays["wish_shares"] = _wish_shares(codes, arrays)
    return World(
        counter=counter,
        first_date=first_date,
        size=size,
        occupation_codes=codes,
        occupation_names=tuple(names.values()),
        region_codes=tuple(region.code for region in read_regions()),
        skill_codes=tuple(skill.code for skill in skills),
        skill_names=tuple(skill.name for skill in skills),
        certificate_names=certificates,
        arrays=arrays,
    )


def _occupation_arrays(counter: Counter, codes: tuple[str, ...]) -> dict[str, Floats | Ints]:
    index = np.arange(len(codes))
    group = [groups.GROUPS[code[:2]] for code in codes]
    group_codes = sorted(groups.GROUPS)
    group_id = np.array([group_codes.index(code[:2]) for code in codes], dtype=np.int64)
    members = np.bincount(group_id)
    # Zipf within the group: rank by a random order, weight 1 / rank.
    order = np.lexsort((counter.uniform("occupation/zipf", index), group_id))
    start = np.cumsum(members) - members
    rank = np.empty(len(codes), dtype=np.int64)
    rank[order] = index - start[group_id[order]] + 1
    zipf = 1.0 / rank
    share = np.array([g.share for g in group]) * zipf / np.bincount(group_id, weights=zipf)[group_id]
    wage = np.array([g.wage_manwon_month for g in group]) * 10_000
    education = np.array([g.education for g in group]) + counter.pick("occupation/education", index, [0.15, 0.7, 0.15])
    return {
        "group": group_id,
        "group_start": start[group_id],
        "group_members": members[group_id],
        "share": share,
        "education": np.clip(education - 1, 1, 7).astype(np.int64),
        "wage": wage * np.exp(0.10 * counter.normal("occupation/wage", index)),
    }


def _markets(counter: Counter, occupations: int) -> dict[str, Floats | Ints]:
    """How far openings outrun seekers, in log points: by occupation, by region, by both."""
    regions = read_regions()
    cell = np.arange(occupations)[:, None] * 64 + np.arange(len(regions))
    by_occupation = 0.45 * counter.normal("market/occupation", np.arange(occupations))
    by_region = 0.20 * counter.normal("market/region", np.arange(len(regions)))
    tightness = by_occupation[:, None] + by_region[None, :] + 0.20 * counter.normal("market/cell", cell)
    neighbours = np.full((len(regions), 8), -1, dtype=np.int64)
    position = {region.code: place for place, region in enumerate(regions)}
    for place, region in enumerate(regions):
        near = [position[code] for code in region.neighbour_codes] or [place]
        neighbours[place] = np.resize(near, 8)
    shares = np.array([groups.REGION_SHARES[region.code] for region in regions])
    return {"tightness": tightness, "neighbours": neighbours, "region_share": shares / shares.sum()}


def _skill_arrays(counter: Counter, codes: tuple[str, ...], skills: list[str]) -> dict[str, Floats | Ints]:
    """3 to 8 skills for each occupation, most important first."""
    table = np.full((len(codes), MAX_SKILLS), -1, dtype=np.int64)
    order = counter.uniform("skill/order", np.arange(len(codes))[:, None] * 1024 + np.arange(len(skills)))
    count = 3 + counter.integers("skill/count", np.arange(len(codes)), MAX_SKILLS - 2)
    for row, code in enumerate(codes):
        prefix = max((p for p in groups.SKILL_PREFIXES if code.startswith(p)), key=len)
        wanted = groups.SKILL_PREFIXES[prefix]
        pool = [place for place, skill in enumerate(skills) if skill.startswith(wanted)]
        pool.sort(key=lambda place, row=row: float(order[row, place]))  # type: ignore[misc]
        pool += [skills.index(skill) for skill in groups.COMMON_SKILLS if skills.index(skill) not in pool]
        chosen = pool[: count[row]]
        table[row, : len(chosen)] = chosen
    importance = 1.0 - 0.09 * np.arange(MAX_SKILLS) - 0.05 * counter.uniform("skill/importance", table + 1)
    return {"skills": table, "skills_count": (table >= 0).sum(axis=1), "importance": np.round(importance, 3)}


def _wish_shares(codes: tuple[str, ...], arrays: dict[str, Floats | Ints]) -> Floats:
    """Cumulated shares of first wishes, one row for each sex and education: row = sex × 7 + education - 1."""
    education = np.arange(1, 8)[:, None]
    gap = education - arrays["education"][None, :]
    fit = np.exp(-np.where(gap < 0, 1.3, 0.7) * np.abs(gap))
    female = np.array([groups.GROUPS[code[:2]].female_odds for code in codes])
    rows = [arrays["share"] * fit * odds for odds in (1.0 / (1.0 + female), female / (1.0 + female))]
    return cumulate(np.concatenate(rows))


def wage_level(world: World, day: Ints) -> Floats:
    """What wages were on `day` as a share of the first date's; 1 on the first date."""
    result: Floats = np.exp(WAGE_GROWTH_PER_YEAR * (day - world.today) / 365.25)
    return result


def expected_wage(world: World, occupation: Ints, education: Ints, career_months: Ints) -> Floats:
    """The going monthly wage (KRW) for an occupation, education and career; never under the minimum wage."""
    gap = np.clip(education - world.ints("education")[occupation], -3, 3)
    years = np.minimum(career_months, 240) / 12.0
    wage = world.floats("wage")[occupation] * np.exp(0.05 * gap + 0.028 * years - 0.0006 * years * years)
    result: Floats = np.maximum(wage * 0.88, MINIMUM_WAGE_KRW_MONTH)
    return result
