"""The postings of a night, laid out so that a person's region and education are stretches of one array.

Postings are sorted by (region, asks a licence, segment of like occupations, least education, posting id). Region r
without and with a licence are the buckets 2r and 2r + 1; within a segment, what a person may take by education is a
prefix. The last region is "not known" and belongs to every reach. Do not put here: people. Makes no table.
"""

from __future__ import annotations

import dataclasses
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
    take_or_null,
    trim,
)
from matching.census import Census, take_census
from matching.eligibility import (
    EDUCATION_CODES,
    PostingConditions,
    read_posting_conditions,
)
from matching.hashed import Keys, hash_texts, print_rows
from matching.job_space import JobSpace, load_job_space
from matching.pairs import Offers, read_offers
from matching.segments import Layout, Segments, describe_segments, order_postings
from matching.selection import Stock
from matching.vectors import embed_postings, to_grid

# What the search reads of a posting; a change in one of them makes it a new posting to everybody.
SEARCHED_COLUMNS = (
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
    "keywords_text",
    "skill_codes_text",
)
# And what rating, explaining and sharing read besides.
POSTING_COLUMNS = (*SEARCHED_COLUMNS, "headcount", "company_size_code", "closing_date", "fill_chance_0_1")

# Used for a posting without an estimate when the night has none at all: about one application in ten is hired.
FILL_CHANCE_WITHOUT_ANY_ESTIMATE = 0.1


@dataclass(frozen=True)
class PostingFacts:
    """What ranking and explaining read, one value a posting (m,); a code is a place in its list, NONE if unknown.

    `fill_chance_0_1` is the usual chance of an application in the posting's occupation, `headcount` at least 1.
    """

    occupation: Ints
    region: Ints
    education: Ints
    employment_type: Ints
    fill_chance_0_1: Doubles
    headcount: Doubles
    is_career_known: Flags
    has_content: Flags


@dataclass(frozen=True)
class PostingMarket:
    """Everything about a night's postings that matching needs, in market order.

    `rank_by_id[p]` is posting p's place among the sorted ids and `place_by_id` the way back: ties go to the lower.
    """

    as_of: datetime.date
    posting_ids: pa.Array
    prints: Keys
    rank_by_id: Longs
    place_by_id: Longs
    vectors: Floats
    layout: Layout
    segments: Segments
    census: Census
    conditions: PostingConditions
    facts: PostingFacts
    offers: Offers
    company_size_codes: pa.Array
    region_codes: pa.Array
    licence_names: pa.Array
    occupation_codes: pa.Array
    employment_type_codes: pa.Array
    space: JobSpace

    @property
    def unknown_region(self) -> int:
        """The number of the region that stands for "not known"."""
        return len(self.region_codes)

    def restrict(self, kept: Flags) -> PostingMarket:
        """The market of some of its postings (m,) for the search alone: ids are ranked as in the whole market."""
        whole = self.layout
        segment = np.unique(whole.segment[kept], return_inverse=True)[1].astype(np.int64)
        layout = Layout(whole.order[kept], whole.bucket[kept], segment, whole.education[kept])
        vectors = self.vectors[kept]
        return dataclasses.replace(
            self,
            posting_ids=self.posting_ids.filter(pa.array(kept)),
            rank_by_id=self.rank_by_id[kept],
            vectors=vectors,
            layout=layout,
            segments=describe_segments(vectors, layout, buckets=2 * (len(self.region_codes) + 1)),
            conditions=PostingConditions(*(values[kept] for values in self.conditions)),
        )

    @functools.cached_property
    def stock(self) -> Stock:
        """What the search multiplies people with."""
        return Stock(to_grid(self.vectors), self.rank_by_id)

    @functools.cached_property
    def keys(self) -> Keys:
        """A number (m,) of each posting's id, the same every night and on every machine."""
        return hash_texts(self.posting_ids)

    def list_region_codes(self) -> pa.Array:
        """The region code (m,) of each posting; null where it is not known."""
        return take_or_null(self.region_codes, self.facts.region)

    @classmethod
    def from_arrow(cls, postings: pa.Table, as_of: datetime.date, space: JobSpace) -> PostingMarket:
        """The market of features__job_postings rows in `space`; those that closed before `as_of` are left out."""
        require_columns(postings.schema.names, POSTING_COLUMNS, "features__job_postings")
        open_now = _sort_by_id(_drop_closed(postings.select(list(POSTING_COLUMNS)), as_of))
        regions, licences = find_distinct(open_now["region_code"]), find_distinct(_licence_of(open_now))
        layout = _lay_out(open_now, regions)
        market = open_now.take(pa.array(layout.order)).combine_chunks()
        vectors, conditions = embed_postings(market, space), read_posting_conditions(market, licences)
        region = layout.bucket >> 1
        counts = {"regions": len(regions), "licences": len(licences)}
        occupations, types = find_distinct(market["occupation_code"]), find_distinct(market["employment_type_code"])
        return cls(
            as_of=as_of,
            posting_ids=flat(market["posting_id"]),
            prints=print_rows(market, SEARCHED_COLUMNS),
            rank_by_id=layout.order,
            place_by_id=np.argsort(layout.order).astype(np.int64),
            vectors=vectors,
            layout=layout,
            segments=describe_segments(vectors, layout, buckets=2 * (len(regions) + 1)),
            census=take_census(region, layout.education, conditions, **counts),
            conditions=conditions,
            facts=_read_facts(market, (regions, occupations, types), vectors),
            offers=read_offers(market),
            company_size_codes=flat(market["company_size_code"]),
            region_codes=regions,
            licence_names=licences,
            occupation_codes=occupations,
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


def _licence_of(postings: pa.Table) -> pa.Array:
    return trim(postings["required_certificate_name"])


def _lay_out(postings: pa.Table, regions: pa.Array) -> Layout:
    """The market order of postings that are sorted by id."""
    region = encode_in(postings["region_code"], regions)
    region = np.where(region == NONE, len(regions), region)
    education = np.maximum(encode_in(postings["min_education_code"], EDUCATION_CODES), 0)
    occupations = find_distinct(postings["occupation_code"])
    groups = pc.utf8_slice_codeunits(flat(postings["occupation_code"]).cast(pa.string()), 0, 3)
    return order_postings(
        bucket=(2 * region + ~is_null(_licence_of(postings))).astype(np.int32),
        occupation=encode_in(postings["occupation_code"], occupations),
        group=encode_in(groups, find_distinct(groups)),
        education=education,
    )


def _read_facts(market: pa.Table, lists: tuple[pa.Array, pa.Array, pa.Array], vectors: Floats) -> PostingFacts:
    regions, occupations, types = lists
    estimated = read_numbers(market["fill_chance_0_1"], np.nan)
    is_estimated = ~np.isnan(estimated)
    usual = float(np.median(estimated[is_estimated])) if is_estimated.any() else FILL_CHANCE_WITHOUT_ANY_ESTIMATE
    return PostingFacts(
        occupation=encode_in(market["occupation_code"], occupations),
        region=encode_in(market["region_code"], regions),
        education=encode_in(market["min_education_code"], EDUCATION_CODES),
        employment_type=encode_in(market["employment_type_code"], types),
        fill_chance_0_1=np.where(is_estimated, estimated, usual),
        headcount=np.maximum(read_numbers(market["headcount"], 1.0), 1.0),
        is_career_known=~is_null(market["career_code"]) | ~is_null(market["min_career_months"]),
        has_content=np.any(vectors != 0, axis=1),
    )
