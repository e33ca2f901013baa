"""Gates on the night's job matching: every recommended pair looked at anew, from the features, in SQL.

Written from the words of the conditions (matching/eligibility.py has them too), with none of matching's code: a
mistake there must not hide itself. Do not put here: gates on other answers or on feeds (gates.py).
"""

from __future__ import annotations

from datetime import date

import duckdb

from lake import tables
from lake.contracts.answers import PLACES, POSTING_TALENTS, SEEKER_JOBS, TALENT_PLACES
from lake.contracts.ops import EXPOSURE
from lake.gate_rules import Rules, count_broken, near_regions
from lake.quality import Check
from lake.settings import Settings

MOST_LOSS = 0.03
"""Of the mean score of all places given: what sharing may cost."""
AIMED_RATIO, WORST_RATIO = 1.5, 3.0
"""Recommendations over capacity, of the posting with most: beyond the aim sharing has failed, unless it has spent at
least half of what it may cost; beyond the worst in any case. Few people for few postings come near the worst."""

# Each is true of a pair that must not be: `c` the pair, `s` the person, `o` the posting. Unknown on either side is
# null, and a condition that is null is not broken.
RULES: Rules = {
    "POSTED": "c.posting is null",
    "CLOSING": "o.closing_date < o.as_of",
    "REGION": "case when s.has_wished_region then coalesce(o.region_code not in (s.wanted_1, s.wanted_2, s.wanted_3), "
    "o.region_code is not null) else o.region_code <> s.home_region_code and near.region_code is null end",
    "EDUCATION": "o.min_education_code > s.education_code",
    "CAREER": "o.asked_months > s.career_months",
    "LICENCE": "o.licence_name is not null and held.person is null",
    "WAGE": "o.wage_min_krw_month * 100 < s.wanted_wage_krw_month * 80",
    "WORKING_TIME": "o.working_time <> s.working_time",
    "NOT_APPLIED": "applied.person is not null",
}
_WORKING_TIME = "case when {0} in ('10', '20') then 'FULL' when {0} in ('11', '21') then 'PART' end"

_PEOPLE = f"""
create temp table people as
select row_number() over () as person, seeker_key, f.home_region_code, f.education_code, f.career_months,
    f.wanted_region_code_1 as wanted_1, f.wanted_region_code_2 as wanted_2, f.wanted_region_code_3 as wanted_3,
    coalesce(f.wanted_region_code_1, f.wanted_region_code_2, f.wanted_region_code_3) is not null as has_wished_region,
    f.wanted_wage_krw_month::bigint as wanted_wage_krw_month,
    {_WORKING_TIME.format("f.wanted_employment_type_code")} as working_time,
    coalesce(r.is_profile_public, false) and not coalesce(r.is_opted_out, false) as may_be_shown,
    f.certificate_names_text, f.applied_posting_ids_text
from features__seekers f left join seekers r using (seeker_key)
"""
_OPENINGS = f"""
create temp table openings as
select row_number() over () as posting, posting_id, as_of, region_code, closing_date, min_education_code,
    case when career_code = 'E' then greatest(coalesce(min_career_months, 0), 1)
         when career_code is null then coalesce(min_career_months, 0) else 0 end as asked_months,
    nullif(trim(required_certificate_name), '') as licence_name,
    wage_min_krw_month::bigint as wage_min_krw_month,
    {_WORKING_TIME.format("employment_type_code")} as working_time
from postings
"""
_HELD = """
create temp table held as
select distinct person, licence_name
from (select person, trim(unnest(string_split(certificate_names_text, ';'))) as licence_name from people)
semi join openings using (licence_name)
"""
_APPLIED = """
create temp table applied as
select distinct person, posting
from (select person, trim(unnest(string_split(applied_posting_ids_text, ';'))) as posting_id from people)
join openings using (posting_id)
"""


def audit_jobs(settings: Settings, db: duckdb.DuckDBPyConnection, *, as_of: date) -> list[Check]:
    """The gates on both sides of job matching.

    `db` already knows `seekers` (silver), `postings` (features) and both answers.
    """
    db.register("features__seekers", tables.dataset(settings, "features__seekers", as_of))
    db.register("near", near_regions())
    for statement in (_PEOPLE, _OPENINGS, _HELD, _APPLIED, _recommended(), _listed()):
        db.execute(statement)
    return [
        *_broken_pairs(db, "recommended", SEEKER_JOBS.id, "ineligible_postings"),
        *_broken_pairs(db, "listed", POSTING_TALENTS.id, "ineligible_people"),
        _shown_without_consent(db),
        _differing_sides(db),
        *_sharing(settings, as_of),
    ]


def _unpivot(name: str, places: int) -> str:
    columns = ", ".join(f"{name}_{place}" for place in range(1, places + 1))
    return f"unnest([{columns}]) as {name}"


def _recommended() -> str:
    """One row a person and place: numbers of both, the score; no posting where its id is not an open one's."""
    return f"""
        create temp table recommended as
        select person, posting, score_0_1 from (
            select person, {_unpivot("posting_id", PLACES)}, {_unpivot("score_0_1", PLACES)}
            from "{SEEKER_JOBS.id}" join people using (seeker_key))
        left join openings using (posting_id) where posting_id is not null
    """


def _listed() -> str:
    """One row a posting and place of its list: numbers of both; no person where the key is nobody's."""
    names = ("seeker_key", "score_0_1", "is_recommended")
    return f"""
        create temp table listed as
        select person, posting, score_0_1, is_recommended, coalesce(may_be_shown, false) as may_be_shown from (
            select posting, {", ".join(_unpivot(name, TALENT_PLACES) for name in names)}
            from "{POSTING_TALENTS.id}" left join openings using (posting_id))
        left join people using (seeker_key) where seeker_key is not null
    """


def _broken_pairs(db: duckdb.DuckDBPyConnection, pairs: str, table_id: str, gate: str) -> list[Check]:
    """How many pairs break a condition."""
    source = f"""
        from {pairs} c
        join people s using (person)
        left join openings o on o.posting = c.posting
        left join near on near.home_region_code = s.home_region_code and near.region_code = o.region_code
        left join held on held.person = c.person and held.licence_name = o.licence_name
        left join applied on applied.person = c.person and applied.posting = c.posting
    """
    return count_broken(db, {gate: RULES}, source, table_id)


def _shown_without_consent(db: duckdb.DuckDBPyConnection) -> Check:
    """People listed for employers who did not agree to it, opted out, or are not registered."""
    ((count,),) = db.execute("select count(*) from listed where not may_be_shown").fetchall()
    return Check(POSTING_TALENTS.id, "gate:people_shown_without_consent", float(count))


def _differing_sides(db: duckdb.DuckDBPyConnection) -> Check:
    """Listed pairs with another score than the person is told, or wrong about whether the person is told of it."""
    ((count,),) = db.execute("""
        select count(*) from listed l left join recommended r using (person, posting)
        where l.is_recommended <> (r.person is not null) or abs(l.score_0_1 - r.score_0_1) > 1e-9
    """).fetchall()
    return Check(POSTING_TALENTS.id, "gate:sides_that_differ", float(count))


def _sharing(settings: Settings, as_of: date) -> list[Check]:
    """What sharing out crowded postings achieved and cost, from the night's own measures."""
    rows = tables.dataset(settings, EXPOSURE.id, as_of).to_table().to_pylist()
    night = {row["phase_code"]: row for row in rows if row["group_kind"] == "ALL"}
    unmeasured = Check(EXPOSURE.id, "gate:unmeasured_sharing", float(2 - len(night)))
    if not unmeasured.passed:
        return [unmeasured]
    before, after = night["BEFORE"], night["AFTER"]
    # Means are told to six decimals, so a loss is known to about three.
    kept = (after["mean_score_0_1"] or 0) / before["mean_score_0_1"] if before["mean_score_0_1"] else 1.0
    loss = max(round(1 - kept, 3), 0.0)
    limit = WORST_RATIO if loss >= MOST_LOSS / 2 else AIMED_RATIO
    ratio = f"{before['largest_ratio'] or 0:.2f} before sharing"
    return [
        unmeasured,
        Check(EXPOSURE.id, "gate:exposure_over_capacity", float(after["largest_ratio"] or 0), limit, ratio),
        Check(EXPOSURE.id, "gate:sharing_loss", loss, MOST_LOSS),
        Check(EXPOSURE.id, "gate:short_seekers", float(after["short_seekers_count"] or 0)),
    ]
