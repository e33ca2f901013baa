"""Each night's distributions of inputs and answers, kept for later nights to compare with (makes ops__profiles).

Put here: what is counted, and reading it back for published nights. Do not put here: what may differ how far
(drift_gates.py, feed_gates.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from lake import tables
from lake.contracts.ops import PROFILES
from lake.contracts.render import arrow_schema
from lake.contracts.serving import ANSWER_SOURCES, POSTING_SOURCES
from lake.publication import NothingPublished, current, nights
from lake.quality import connect
from lake.settings import Settings

UNKNOWN = "UNKNOWN"
HORIZON = timedelta(days=70)
"""How far back a night may lie that is compared with."""
FEEDS = {"bronze__seekers": "silver__seekers", "bronze__job_postings": "silver__job_postings"}
"""Feeds that come every night, and the tables of their usable rows."""
_SEEKER = {
    "home_region_code": "home_region_code",
    "education_code": "education_code",
    "wanted_occupation_group": "left(wanted_occupation_code_1, 2)",
}
_POSTING = {
    "region_code": "region_code",
    "min_education_code": "min_education_code",
    "occupation_group": "left(occupation_code, 2)",
}
_SCORES = {
    "scores__employment_probability": "probability_0_1",
    "matches__seeker_occupations": "score_0_1_1",
    "matches__seeker_jobs": "score_0_1_1",
    "matches__seeker_courses": "score_0_1_1",
}
_ANSWERS = (*ANSWER_SOURCES.values(), *POSTING_SOURCES.values())

Key = tuple[str, str]
"""A table and what is measured in it."""
Night = tuple[date, str]
"""A business date and the run that was published for it."""


@dataclass(frozen=True)
class Measure:
    """One distribution of a table: SQL for the bucket of a row; `score` is the number whose mean counts as well."""

    name: str
    bucket: str
    score: str = "null"


@dataclass(frozen=True)
class Distribution:
    """Rows by bucket, and the mean within each of a number."""

    counts: Mapping[str, float]
    means: Mapping[str, float]

    @property
    def rows(self) -> float:
        """Rows in all."""
        return sum(self.counts.values())

    @property
    def mean(self) -> float:
        """The mean of the number over all rows."""
        return sum(self.counts[bucket] * mean for bucket, mean in self.means.items()) / max(self.rows, 1)

    @property
    def spread(self) -> float:
        """The standard deviation between buckets, which are narrow."""
        mean = self.mean
        squares = sum(self.counts[bucket] * (own - mean) ** 2 for bucket, own in self.means.items())
        return float((squares / max(self.rows, 1)) ** 0.5)


Profiles = dict[Key, Distribution]


def measures() -> dict[str, tuple[Measure, ...]]:
    """Table → what is counted in it every night; of a feed's silver table only rows that came that night."""
    found: dict[str, tuple[Measure, ...]] = {}
    for table_id, columns in (
        (FEEDS["bronze__seekers"], _SEEKER),
        (FEEDS["bronze__job_postings"], _POSTING),
        ("features__seekers", _SEEKER),
        ("features__job_postings", _POSTING),
        *((table_id, {"answer_code": "answer_code"}) for table_id in _ANSWERS),
    ):
        found[table_id] = tuple(Measure(name, f"coalesce({sql}, '{UNKNOWN}')") for name, sql in columns.items())
    for table_id, score in _SCORES.items():
        # Twenty bins; the root of a product of two chances spreads as a probability does.
        size = score if score.startswith("probability") else f"sqrt({score})"
        number = f"lpad(least(floor(20 * {size}), 19)::integer::varchar, 2, '0')"
        bucket = f"case when {score} is not null then {number} end"
        found[table_id] += (Measure(score, bucket, score),)
    return found


def measure_night(settings: Settings, *, as_of: date, run_id: str) -> pa.Table:
    """The rows of ops__profiles for the night, beside those of runs of the same date that were published."""
    rows: list[dict[str, Any]] = []
    with connect(settings) as db:
        for table_id, counted in measures().items():
            db.register("counted", tables.dataset(settings, table_id, as_of))
            came = f"where delivery_date = date '{as_of.isoformat()}'" if table_id in FEEDS.values() else ""
            for name, bucket, count, mean in _count(db, counted, came):
                row = {"as_of": as_of, "run_id": run_id, "table_id": table_id, "measure_name": name}
                rows.append(row | {"bucket_code": bucket, "rows_count": count, "mean_value": mean})
    tonight = pa.Table.from_pylist(rows, schema=arrow_schema(PROFILES))
    if not tables.exists(settings, PROFILES.id):
        return tonight
    published = [run for day, run in published_runs(settings, until=as_of) if day == as_of and run != run_id]
    others = tables.dataset(settings, PROFILES.id, as_of).to_table(
        filter=pc.field("run_id").isin(pa.array(published, pa.string()))
    )
    return pa.concat_tables([tonight, others.select(tonight.schema.names).cast(tonight.schema)])


def _count(db: duckdb.DuckDBPyConnection, counted: Sequence[Measure], where: str) -> list[tuple[Any, ...]]:
    """(measure, bucket, rows, mean) of all measures of a table in one pass; rows without a bucket are left out."""
    buckets = ", ".join(f"{measure.bucket} as b{place}" for place, measure in enumerate(counted))
    scores = ", ".join(f"({measure.score})::double as s{place}" for place, measure in enumerate(counted))
    names = [f"b{place}" for place in range(len(counted))]
    # In a set of groups the columns that do not group are null, and so may be a bucket: only grouping() tells them.
    is_set = [f"grouping({name}) = 0" for name in names]
    picked = " ".join(f"when {told} then {{{place}}}" for place, told in enumerate(is_set))
    parts = [
        picked.format(*(f"'{measure.name}'" for measure in counted)),
        picked.format(*names),
        picked.format(*(f"avg(s{place})" for place in range(len(counted)))),
    ]
    name, bucket, mean = (f"case {part} end" for part in parts)
    found = db.execute(
        f"select {name} as measure, {bucket} as bucket, count(*), {mean} "
        f"from (select {buckets}, {scores} from counted {where}) "
        f"group by grouping sets ({', '.join(f'({name})' for name in names)}) order by 1, 2"
    ).fetchall()
    return [row for row in found if row[1] is not None]


def published_runs(settings: Settings, *, until: date) -> list[Night]:
    """Every night published up to `until` and not rolled back from, newest first, with the run that was published last.

    Kept pointers know the newest; those whose pointer is no longer kept stand in ops__runs.
    """
    try:
        served = current(settings)
    except NothingPublished:
        return []
    found = {night.as_of: night.run_id for night in reversed(nights(settings))}
    if tables.exists(settings, "ops__runs"):
        is_published = pc.field("status_code").isin(["PUBLISHED", "FORCED"])
        recorded = tables.dataset(settings, "ops__runs").to_table(
            columns=["as_of", "run_id", "finished_at"], filter=is_published
        )
        for row in recorded.sort_by([("finished_at", "ascending")]).to_pylist():
            found[row["as_of"]] = row["run_id"]
    found[served.as_of] = served.run_id
    last = min(until, served.as_of)
    return [(day, found[day]) for day in sorted(found, reverse=True) if last - HORIZON <= day <= last]


def read_profiles(settings: Settings, chosen: Iterable[Night]) -> dict[date, Profiles]:
    """Business date → what was counted that night, of the nights that have it."""
    runs = dict(chosen)
    if not runs or not tables.exists(settings, PROFILES.id):
        return {}
    is_wanted = pc.field("as_of").isin(list(runs)) & pc.field("run_id").isin(list(runs.values()))
    rows = tables.dataset(settings, PROFILES.id).to_table(filter=is_wanted)
    order = [(name, "ascending") for name in PROFILES.key]
    found: dict[date, Profiles] = {}
    for (day, run_id, *key), own in groupby(
        rows.sort_by(order).to_pylist(), lambda row: tuple(row[name] for name in PROFILES.key[:4])
    ):
        buckets = list(own)
        if runs[day] == run_id:
            counts = {row["bucket_code"]: row["rows_count"] for row in buckets}
            means = {row["bucket_code"]: row["mean_value"] for row in buckets if row["mean_value"] is not None}
            found.setdefault(day, {})[key[0], key[1]] = Distribution(counts, means)
    return found
