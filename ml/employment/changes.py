"""What someone could change, and the probability re-scored with it: certificate, course, region, wage wish, résumé.

Only what a person can change is here: never sex, age, nationality, disability or family. All else stays as it is, so
the number tells what goes with such a value, not what it causes. Do not put here: reasons (score.py) or words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lake.reference import read_occupations, read_regions
from transforms.gold.labour_market import PRIOR_SEEKERS

CERTIFICATES_SHOWN = 3
MOST_REGIONS = 3
"""A registration holds three wanted regions."""
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
NOWHERE = -1


@dataclass(frozen=True, eq=False)
class Change:
    """One change: who it applies to (n,), the input it sets and to what (n,), and the column that names it, if any."""

    name: str
    applies: Flags
    feature: str
    value: pa.Array
    told_as: str | None = None
    told: pa.Array | None = None


@dataclass(frozen=True, eq=False)
class Options:
    """What the market offers: certificates asked for by occupation, and regions next door, best market first.

    `certificates` (occupations, 3) places in `certificate_names`, -1 none; `next_door` (occupations + 1, regions,
    neighbours) places of regions, the last row for people whose occupation is not known.
    """

    certificate_names: pa.Array
    certificates: Places
    next_door: Places

    @cached_property
    def occupations(self) -> pa.Array:
        """Codes of the occupations, in the order of the rows."""
        return pa.array(list(read_occupations()))

    @cached_property
    def regions(self) -> pa.Array:
        """Codes of the regions, in the order of the places."""
        return pa.array([region.code for region in read_regions()])


def read_options(postings_file: Path, market_file: Path) -> Options:
    """Options from exports of features__job_postings and gold__labour_market."""
    occupations = list(read_occupations())
    asked = pq.read_table(postings_file, columns=["occupation_code", "required_certificate_name"]).drop_null()
    counted = asked.group_by(["occupation_code", "required_certificate_name"]).aggregate([([], "count_all")])
    counted = counted.sort_by([("count_all", "descending"), ("required_certificate_name", "ascending")])
    names = sorted(set(counted["required_certificate_name"].to_pylist()))
    certificates = np.full((len(occupations), CERTIFICATES_SHOWN), NOWHERE, dtype=np.int64)
    row_of, name_of = ({key: place for place, key in enumerate(keys)} for keys in (occupations, names))
    filled = [0] * len(occupations)
    pairs = (counted[name].to_pylist() for name in ("occupation_code", "required_certificate_name"))
    for code, name in zip(*pairs, strict=True):
        row = row_of.get(code)
        if row is not None and filled[row] < CERTIFICATES_SHOWN:
            certificates[row, filled[row]] = name_of[name]
            filled[row] += 1
    return Options(pa.array(names, pa.string()), certificates, _next_door(pq.read_table(market_file), row_of))


def changes_of(people: pa.Table, options: Options) -> Iterator[Change]:
    """Every change for a table of people (the columns of score.SCORE_COLUMNS)."""
    yield _certificate(people, options)
    yield _course(people)
    yield _region(people, options)
    yield _wage(people)
    yield _resume(people)


def _certificate(people: pa.Table, options: Options) -> Change:
    """The certificate that postings of the wanted occupation ask for most and the person does not hold."""
    wanted = _rows_of(people["wanted_occupation_code_1"], options.occupations)
    rows, kinds = np.arange(people.num_rows), max(len(options.certificate_names), 1)
    lists = pc.split_pattern(pc.fill_null(people["certificate_names_text"], ""), ";").combine_chunks()
    held = _rows_of(pc.list_flatten(lists), options.certificate_names)
    owners = np.asarray(pc.list_parent_indices(lists), dtype=np.int64)
    holds = owners[held >= 0] * kinds + held[held >= 0]
    chosen = np.full(len(rows), NOWHERE, dtype=np.int64)
    for place in range(CERTIFICATES_SHOWN):
        asked = np.where(wanted >= 0, options.certificates[wanted, place], NOWHERE)
        is_new = (asked >= 0) & ~np.isin(rows * kinds + asked, holds)
        chosen = np.where((chosen == NOWHERE) & is_new, asked, chosen)
    applies = chosen >= 0
    name = options.certificate_names.take(pa.array(np.where(applies, chosen, 0), mask=~applies))
    return Change("certificate", applies, *_one_more(people, "certificates_count"), "change_certificate_name", name)


def _course(people: pa.Table) -> Change:
    """The first of the courses recommended tonight, finished."""
    session = people["session_id_1"].combine_chunks()
    applies = np.asarray(pc.is_valid(session))
    return Change("course", applies, *_one_more(people, "trainings_3y_count"), "change_session_id", session)


def _region(people: pa.Table, options: Options) -> Change:
    """One more region, next to the first wanted one: where the wanted occupation hires most for its seekers."""
    wanted = [_rows_of(people[f"wanted_region_code_{place}"], options.regions) for place in (1, 2, 3)]
    count = np.asarray(pc.fill_null(people["wanted_regions_count"], 0))
    occupation = _rows_of(people["wanted_occupation_code_1"], options.occupations)
    start = wanted[0]
    chosen = np.full(people.num_rows, NOWHERE, dtype=np.int64)
    for place in range(options.next_door.shape[2]):
        near = np.where(start >= 0, options.next_door[occupation, start, place], NOWHERE)
        is_new = (near >= 0) & ~np.logical_or.reduce([near == other for other in wanted])
        chosen = np.where((chosen == NOWHERE) & is_new, near, chosen)
    applies = (chosen >= 0) & (count >= 1) & (count < MOST_REGIONS)
    code = options.regions.take(pa.array(np.where(applies, chosen, 0), mask=~applies))
    return Change("region", applies, *_one_more(people, "wanted_regions_count"), "change_region_code", code)


def _wage(people: pa.Table) -> Change:
    """A wage wish at the occupation's median, for those who ask for more."""
    ratio = np.asarray(pc.cast(people["wage_wish_ratio"], pa.float64()).to_numpy(), dtype=np.float64)
    wish = np.asarray(pc.cast(people["wanted_wage_krw_month"], pa.float64()).to_numpy(), dtype=np.float64)
    applies = (ratio > 1) & np.isfinite(wish)
    median = np.rint(np.divide(wish, ratio, out=np.zeros_like(wish), where=applies))
    told = pa.array(median.astype(np.int32), mask=~applies)
    return Change("wage", applies, "wage_wish_ratio", pa.array(np.ones(len(ratio))), "change_wage_krw_month", told)


def _resume(people: pa.Table) -> Change:
    """A résumé filled in completely, for those whose résumé is not, or who have none."""
    done = np.asarray(pc.fill_null(pc.cast(people["resume_completeness_pct"], pa.float64()), 0.0))
    return Change("resume", done < 100.0, "resume_completeness_pct", pa.array(np.full(len(done), 100.0)))


def _one_more(people: pa.Table, name: str) -> tuple[str, pa.Array]:
    """The input and its values with one more."""
    return name, pc.add(pc.fill_null(pc.cast(people[name], pa.float64()), 0.0), 1.0).combine_chunks()


def _rows_of(codes: Any, known: pa.Array) -> Places:
    """Places (n,) of codes in a list, -1 where they are not in it."""
    found = pc.fill_null(pc.index_in(codes, value_set=known), NOWHERE)
    return np.asarray(found, dtype=np.int64)


def _next_door(market: pa.Table, row_of: dict[str, int]) -> Places:
    """Neighbours of each region by falling hires for each seeker of an occupation (drawn towards 0), then code."""
    regions = read_regions()
    place_of = {region.code: place for place, region in enumerate(regions)}
    ratio = np.zeros((len(row_of) + 1, len(regions)))
    columns = (
        market[name].to_pylist() for name in ("occupation_code", "region_code", "hires_12m_count", "seekers_count")
    )
    for occupation, region, hires, seekers in zip(*columns, strict=True):
        if occupation in row_of and region in place_of:
            ratio[row_of[occupation], place_of[region]] = hires / (seekers + PRIOR_SEEKERS)
    most = max(len(region.neighbour_codes) for region in regions)
    found = np.full((len(row_of) + 1, len(regions), most), NOWHERE, dtype=np.int64)
    for place, region in enumerate(regions):
        near = np.array([place_of[code] for code in region.neighbour_codes], dtype=np.int64)
        if near.size:
            order = np.argsort(-ratio[:, near], axis=1, kind="stable")
            found[:, place, : near.size] = near[order]
    return found
