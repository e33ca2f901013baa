"""The conditions between a person and a posting as SQL over silver tables: what must be false of every pair.

Independent of matching (matching/eligibility.py) and of the night's own gates (lake/job_gates.py).
Do not put here: which pairs are looked at.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from lake.reference import distances_km, read_regions
from tests.pipeline import readers

NOUNS = ("seekers", "resumes", "job_postings", "applications", "certificates")
FULL, PART = "('10', '20')", "('11', '21')"

# `j` is the pair, `s` the person, `p` the posting.
BROKEN = {
    "open on the day": "p.posting_id is null or p.registered_date > today or coalesce(p.closing_date, today) < today",
    "not closed or suspended": "p.status_code <> 'OPEN'",
    "in a wished region; without a wish in the home region or near it; anywhere when neither is known": """
        case when coalesce(s.wanted_region_code_1, s.wanted_region_code_2, s.wanted_region_code_3) is not null
        then not list_contains([s.wanted_region_code_1, s.wanted_region_code_2, s.wanted_region_code_3], p.region_code)
        else (s.home_region_code, p.region_code) not in (select home, region from near)
            and s.home_region_code <> p.region_code end and p.region_code is not null""",
    "within the education": "p.min_education_code > s.education_code",
    "within the career": "p.career_code = 'E' and greatest(coalesce(p.min_career_months, 0), 1) > s.career_months",
    "without a licence that is not held": """
        trim(p.required_certificate_name) <> '' and not exists (from silver__certificates c
            where c.seeker_key = s.seeker_key and trim(c.certificate_name) = trim(p.required_certificate_name))""",
    "not below 80 % of the wished wage": "p.wage_min_krw_month < 0.8 * s.wanted_wage_krw_month",
    "full time for who wants full time and part time for who wants part time": f"""
        (p.employment_type_code in {FULL} and s.wanted_employment_type_code in {PART})
        or (p.employment_type_code in {PART} and s.wanted_employment_type_code in {FULL})""",
    "not applied to already": """
        exists (from silver__applications a where a.seeker_key = s.seeker_key and a.posting_id = p.posting_id)""",
}


def open_silver(database: duckdb.DuckDBPyConnection, lake: Path, day: date) -> None:
    """Views on the silver tables that the rules read, the business date as `today`, and which regions are near."""
    for noun in NOUNS:
        readers.add_view(database, lake, f"silver__{noun}", day)
    database.execute(f"create or replace view today as select date '{day}' as today")
    database.execute("create or replace table near (home varchar, region varchar)")
    codes = [region.code for region in read_regions()]
    for home, row in zip(codes, distances_km(), strict=True):
        near = [(home, code) for code, away in zip(codes, row, strict=True) if away <= 45]
        database.executemany("insert into near values (?, ?)", near)


def unpivot(table_id: str, key: str, places: int, *columns: str) -> str:
    """SQL: one row per key and filled place."""
    return " union all ".join(
        f"select {key}, {place} as place, {', '.join(f'{column}_{place} as {column}' for column in columns)} "
        f'from "{table_id}" where {columns[0]}_{place} is not null'
        for place in range(1, places + 1)
    )


def count(database: duckdb.DuckDBPyConnection, sql: str) -> int:
    """Rows of a query."""
    row = database.execute(f"select count(*) from ({sql})").fetchone()
    assert row is not None
    return int(row[0])


def count_broken(database: duckdb.DuckDBPyConnection, pairs: str, rule: str) -> int:
    """How many of `pairs` (seeker_key, posting_id) break a rule."""
    return count(
        database,
        f"select 1 from {pairs} j join silver__seekers s using (seeker_key) "
        f"left join silver__job_postings p using (posting_id), today where {BROKEN[rule]}",
    )
