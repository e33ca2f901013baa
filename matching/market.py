"""The postings of a night, laid out so that a person's region and education are stretches of one array.

Postings are sorted by (region, asks a licence, least education, posting id). Region r without and with a licence
are the buckets 2r and 2r + 1; within a bucket, what a person may take by education is a prefix. The last region
is "not known" and belongs to every reach. Do not put here: people. Makes no table.
"""

from __future__ import annotations

import datetime
import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from matching.blocks import (
    NONE,
    Doubles,
    Flags,
    Floats,
    Ints,
    Longs,
    encode_in,
    flat,
    is_null,
    read_numbers,
    require_columns,
    trim,
)
from matching.eligibility import (
    EDUCATION_CODES,
    PostingConditions,
    read_posting_conditions,
)
from matching.job_space import JobSpace, load_job_space
from matching.vectors import embed_postings

POSTING_COLUMNS = (
    "posting_id",
    "title",
    "occupation_code",
    "region_code",
    "min_education_code",
    "career_code",
    "min_career_months",
    "required_certificate_name",
    "wage_min_krw_month",
    "employment_type_code",
    "closing_date",
    "keywords_text",
    "skill_codes_text",
    "fill_chance_0_1",
)

# Used for a posting without an estimate when the night has none at all: about one application in ten is hired.
FILL_CHANCE_WITHOUT_ANY_ESTIMATE = 0.1
PERMANENT_TYPES = ("10", "11")


@dataclass(frozen=True)
class PostingFacts:
    """What ranking and explaining read, one value a posting (m,); a code is a place in its list, NONE if unknown."""

    occupation: Ints
    group: Ints
    region: Ints
    education: Ints
    employment_type: Ints
    is_permanent: Doubles
    fill_chance_0_1: Doubles
    is_career_known: Flags


@dataclass(frozen=True)
class PostingMarket:
    """Everything about a night's postings that matching needs, in market order.

    `rank_by_id[p]` is posting p's place among the sorted ids and `place_by_id` the way back: ties go to the lower.
    `prefix_ends[b, e]` is where bucket b ends for education rank e; it starts at `starts[b]`.
    """

    as_of: datetime.date
    posting_ids: pa.Array
    rank_by_id: Longs
    place_by_id: Longs
    vectors: Floats
    starts: Longs
    prefix_ends: Longs
    conditions: PostingConditions
    facts: PostingFacts
    region_codes: pa.Array
    licence_names: pa.Array
    occupation_codes: pa.Array
    occupation_groups: pa.Array
    employment_type_codes: pa.Array
    space: JobSpace

    @property
    def unknown_region(self) -> int:
        """The number of the region that stands for "not known"."""
        return len(self.region_codes)

    @classmethod
    def from_arrow(cls, postings: pa.Table, as_of: datetime.date, space: JobSpace) -> PostingMarket:
        """The market of features__job_postings rows in `space`; those that closed before `as_of` are left out."""
        require_columns(postings.schema.names, POSTING_COLUMNS, "features__job_postings")
        open_now = _sort_by_id(_drop_closed(postings.select(list(POSTING_COLUMNS)), as_of))
        regions = find_distinct(open_now["region_code"])
        licences = find_distinct(trim(open_now["required_certificate_name"]))
        region = encode_in(open_now["region_code"], regions)
        region = np.where(region == NONE, len(regions), region)
        education = np.maximum(encode_in(open_now["min_education_code"], EDUCATION_CODES), 0)
        has_licence = encode_in(trim(open_now["required_certificate_name"]), licences) != NONE
        bucket = 2 * region + has_licence
        order = np.lexsort((education, bucket))  # stable: equal ones stay in the order of their ids
        market = open_now.take(pa.array(order)).combine_chunks()
        occupations, types = find_distinct(market["occupation_code"]), find_distinct(market["employment_type_code"])
        groups = find_distinct(pc.utf8_slice_codeunits(occupations, 0, 3))
        starts, ends = _find_prefixes(bucket[order], education[order], 2 * (len(regions) + 1))
        return cls(
            as_of=as_of,
            posting_ids=flat(market["posting_id"]),
            rank_by_id=order.astype(np.int64),
            place_by_id=np.argsort(order).astype(np.int64),
            vectors=embed_postings(market, space),
            starts=starts,
            prefix_ends=ends,
            conditions=read_posting_conditions(market, licences),
            facts=_read_facts(market, regions, occupations, types),
            region_codes=regions,
            licence_names=licences,
            occupation_codes=occupations,
            occupation_groups=groups,
            employment_type_codes=types,
            space=space,
        )


@functools.lru_cache(maxsize=2)
def load_market(path: Path, as_of: datetime.date, space_folder: Path) -> PostingMarket:
    """The market of the features__job_postings rows in one Parquet or Arrow IPC file, built once a process.

    A function sent to the engine carries the paths, not the arrays. A file must not change under its name.
    """
    return PostingMarket.from_arrow(read_arrow_file(path), as_of, load_job_space(space_folder))


def read_arrow_file(path: Path) -> pa.Table:
    """The table in a Parquet file (.parquet) or an Arrow IPC file (any other suffix)."""
    if path.suffix == ".parquet":
        return pq.ParquetFile(path).read()
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def _drop_closed(postings: pa.Table, as_of: datetime.date) -> pa.Table:
    is_closed = pc.less(postings["closing_date"], pa.scalar(as_of, pa.date32()))
    return postings.filter(pc.invert(pc.fill_null(is_closed, False)))


def _sort_by_id(postings: pa.Table) -> pa.Table:
    return postings.sort_by("posting_id").combine_chunks()


def find_distinct(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The distinct known values, sorted."""
    values = pc.unique(flat(column).cast(pa.string())).drop_null()
    return values.take(pc.sort_indices(values))


def _find_prefixes(bucket: Ints, education: Ints, buckets: int) -> tuple[Longs, Longs]:
    """Start of each bucket (b,) and the end of its prefix for each education rank (b, e) in the sorted arrays."""
    ranks = len(EDUCATION_CODES)
    numbers = np.arange(buckets)
    starts = np.searchsorted(bucket, numbers)
    position = bucket.astype(np.int64) * ranks + education
    ends = np.searchsorted(position, numbers[:, None] * ranks + np.arange(ranks), side="right")
    return starts.astype(np.int64), ends.astype(np.int64)


def _read_facts(market: pa.Table, regions: pa.Array, occupations: pa.Array, types: pa.Array) -> PostingFacts:
    estimated = read_numbers(market["fill_chance_0_1"], np.nan)
    is_estimated = ~np.isnan(estimated)
    usual = float(np.median(estimated[is_estimated])) if is_estimated.any() else FILL_CHANCE_WITHOUT_ANY_ESTIMATE
    employment_type = encode_in(market["employment_type_code"], types)
    permanent = encode_in(market["employment_type_code"], pa.array(PERMANENT_TYPES)) != NONE
    group = pc.utf8_slice_codeunits(flat(market["occupation_code"]).cast(pa.string()), 0, 3)
    is_career_known = ~is_null(market["career_code"]) | ~is_null(market["min_career_months"])
    return PostingFacts(
        occupation=encode_in(market["occupation_code"], occupations),
        group=encode_in(group, find_distinct(pc.utf8_slice_codeunits(occupations, 0, 3))),
        region=encode_in(market["region_code"], regions),
        education=encode_in(market["min_education_code"], EDUCATION_CODES),
        employment_type=employment_type,
        is_permanent=np.where(employment_type == NONE, 0.5, permanent.astype(np.float64)),
        fill_chance_0_1=np.where(is_estimated, estimated, usual),
        is_career_known=is_career_known,
    )
