"""Gates on the night's courses and certificates: every recommended one looked at anew, from the tables, in SQL.

Written from the words of the rules (matching/courses.py and certificates.py have them too), with none of matching's
code: a mistake there must not hide itself. Do not put here: gates on jobs (job_gates.py) or on feeds (gates.py).
"""

from __future__ import annotations

from datetime import date

import duckdb

from lake import tables
from lake.contracts.answers import PLACES, SEEKER_CERTIFICATES, SEEKER_COURSES
from lake.gate_rules import Rules, count_broken, near_regions
from lake.quality import Check
from lake.settings import Settings

LEVELS_BELOW = 1
"""A skill shown so far below the needed level still counts as held."""

# Each is true of a recommendation that must not be: `c` what is recommended to whom, `t` the session, `n` the need,
# `g` the grade. Unknown on either side is null, and a condition that is null is not broken.
SKILL_RULES: Rules = {
    "OTHER_SKILL": "t.session_id is not null and t.skill_code is distinct from c.skill_code",
    "NOT_NEEDED": "n.skill_code is null",
    "HELD": "c.shown_at > 0 and (c.shown_level is null or n.skill_level is null "
    f"or c.shown_level >= n.skill_level - {LEVELS_BELOW})",
}
# Who finishes the session would still not hold the skill.
CLOSING_RULES = {
    "TOO_LOW": f"t.skill_level < n.skill_level - {LEVELS_BELOW}",
    "NOT_HIGHER": f"c.shown_level < n.skill_level - {LEVELS_BELOW} and coalesce(t.skill_level, 0) <= c.shown_level",
}
SESSION_RULES = {
    "UNKNOWN": "t.session_id is null",
    "BEGUN": "t.session_id is not null and coalesce(t.start_date <= c.as_of, true)",
    "FULL": "t.seats_count - coalesce(t.enrolled_count, 0) <= 0",
}
PERSON_RULES = {
    "REGION": "not coalesce(t.is_online, false) and t.region_code is not null and near.region_code is null "
    "and (c.has_wished_region or c.home_region_code is not null) "
    "and not coalesce(t.region_code in (c.wanted_1, c.wanted_2, c.wanted_3), false) "
    "and t.region_code is distinct from c.home_region_code",
    "TRAINING_TYPE": "(t.training_type_code = 'WORKER' and not c.is_employed) "
    "or (t.training_type_code in ('SEEKER', 'STRATEGIC') and c.is_employed)",
}
COURSE_GATES = {
    "courses_for_held_skills": SKILL_RULES,
    "courses_that_do_not_close_the_gap": CLOSING_RULES,
    "sessions_begun_or_full": SESSION_RULES,
    "ineligible_courses": PERSON_RULES,
}
CERTIFICATE_RULES = {
    "NOT_ASKED": "n.skill_code is null",
    "HELD": "same.plain_name is not null",
    "HELD_HIGHER": "higher.best_rank > g.grade_rank",
}

_LISTS = (
    """
create temp table grades as
with names as (
    select distinct trim(unnest(string_split(certificate_names_text, ';'))) as name from features__seekers
    union select distinct unnest([{certificates}]) from matches__seeker_certificates),
plain as (
    select distinct name, regexp_replace(name, '\\s', '', 'g') as plain_name from names where name <> ''),
-- A grade in parentheses at the end, 사회복지사(1급), is written as one before them.
written as (
    select *, regexp_replace(plain_name, '\\(([123]급)\\)$', '\\1') as graded_name from plain),
read as (
    select *, regexp_extract(graded_name, '^(.+?)(기술사|기능장|산업기사|기사|기능사|[123]급)(\\(.*\\))?$', 1) as field,
        regexp_extract(graded_name, '^(.+?)(기술사|기능장|산업기사|기사|기능사|[123]급)(\\(.*\\))?$', 2) as grade,
        regexp_extract(graded_name, '^(.+?)(기술사|기능장|산업기사|기사|기능사|[123]급)(\\(.*\\))?$', 3) as note
    from written)
select name, plain_name,
    case when grade = '' then plain_name else concat(field, note, right(grade, 1) = '급') end as family,
    case when grade in ('기술사', '기능장') then 4 when grade in ('기사', '1급') then 3
        when grade in ('산업기사', '2급') then 2 when grade in ('기능사', '3급') then 1 else 0 end as grade_rank
from read
""",
    """
create temp table holdings as
select distinct certificate_names_text, plain_name, family, grade_rank
from (select certificate_names_text, trim(unnest(string_split(certificate_names_text, ';'))) as name
      from (select distinct certificate_names_text from features__seekers))
join grades using (name)
""",
)
_LEARNERS = """
select seeker_key, is_employed, home_region_code, skill_codes_text, skill_levels_text, certificate_names_text,
    wanted_region_code_1 as wanted_1, wanted_region_code_2 as wanted_2, wanted_region_code_3 as wanted_3,
    coalesce(wanted_region_code_1, wanted_region_code_2, wanted_region_code_3) is not null as has_wished_region
from features__seekers
"""
_ADVISED = f"""
select *,
    -- Few recommended skills are shown at all: only then is the list taken apart.
    case when contains(skill_codes_text, skill_code)
        then list_position(string_split(skill_codes_text, ';'), skill_code) end as shown_at,
    nullif(try_cast(substr(skill_levels_text, shown_at, 1) as integer), 0) as shown_level
from (select a.as_of, a.gap_occupation_code, {{places}}, s.* exclude (seeker_key, certificate_names_text)
      from matches__seeker_courses a left join ({_LEARNERS}) s using (seeker_key) where a.session_id_1 is not null)
where session_id is not null
"""


def audit_courses(settings: Settings, db: duckdb.DuckDBPyConnection, *, as_of: date) -> list[Check]:
    """The gates on courses and certificates.

    `db` already knows both answers; sessions are looked up in silver, not among those that matching was given.
    """
    for table_id in ("features__seekers", "gold__occupation_skills"):
        db.register(table_id, tables.dataset(settings, table_id, as_of))
    db.register("sessions", tables.dataset(settings, "silver__training_courses"))
    db.register("near_home", near_regions())
    for statement in _LISTS:
        db.execute(statement.format(certificates=_columns("certificate_name")))
    # DuckDB 1.5 guesses too low what unnest gives, and would keep everybody's recommendations in memory to look up a
    # few thousand sessions among them. Remove when it no longer swaps these sides.
    db.execute("set disabled_optimizers = 'build_side_probe_side'")
    try:
        return [
            *_broken_courses(db),
            *_repeated(db, SEEKER_COURSES.id, "courses_teaching_the_same"),
            *_broken_certificates(db),
            *_repeated(db, SEEKER_CERTIFICATES.id, "certificates_of_one_family"),
        ]
    finally:
        db.execute("reset disabled_optimizers")


def _columns(name: str) -> str:
    return ", ".join(f"{name}_{place}" for place in range(1, PLACES + 1))


def _broken_courses(db: duckdb.DuckDBPyConnection) -> list[Check]:
    """Sessions recommended against a rule."""
    places = ", ".join(f"unnest([{_columns(name)}]) as {name}" for name in ("session_id", "skill_code"))
    source = f"""
        from ({_ADVISED.format(places=places)}) c
        left join sessions t on t.session_id = c.session_id
        left join gold__occupation_skills n
            on n.occupation_code = c.gap_occupation_code and n.skill_code = c.skill_code
        left join near_home near on not c.has_wished_region
            and near.home_region_code = c.home_region_code and near.region_code = t.region_code
    """
    return count_broken(db, COURSE_GATES, source, SEEKER_COURSES.id)


def _repeated(db: duckdb.DuckDBPyConnection, table_id: str, gate: str) -> list[Check]:
    """People with two sessions of one course or skill, or two certificates of one family, in their five."""
    is_course = table_id == SEEKER_COURSES.id
    looked_up = "sessions" if is_course else "grades"
    on = ("session_id", "session_id") if is_course else ("certificate_name", "name")
    places = range(1, PLACES + 1)
    joins = " ".join(f"left join {looked_up} t{place} on a.{on[0]}_{place} = t{place}.{on[1]}" for place in places)
    same = {"COURSE": "course_id", "SKILL": "skill_code"} if is_course else {"FAMILY": "family"}
    lists = {name: f"[{', '.join(f't{place}.{column}' for place in places)}]" for name, column in same.items()}
    # Neither list_count nor list_unique counts nulls.
    rules = {name: f"list_count({values}) > list_unique({values})" for name, values in lists.items()}
    return count_broken(db, {gate: rules}, f'from "{table_id}" a {joins}', table_id)


def _broken_certificates(db: duckdb.DuckDBPyConnection) -> list[Check]:
    """Certificates recommended to who has them or a higher grade, or that the occupation does not ask for."""
    source = f"""
        from (select a.gap_occupation_code, s.certificate_names_text, unnest([{_columns("certificate_name")}]) as name
              from matches__seeker_certificates a left join features__seekers s using (seeker_key)
              where a.certificate_name_1 is not null) c
        left join grades g on g.name = c.name
        left join gold__occupation_skills n
            on n.occupation_code = c.gap_occupation_code and n.skill_code = concat('CERT:', c.name)
        left join (select distinct certificate_names_text, plain_name from holdings) same
            on same.certificate_names_text = c.certificate_names_text and same.plain_name = g.plain_name
        left join (select certificate_names_text, family, max(grade_rank) as best_rank
                   from holdings group by all) higher
            on higher.certificate_names_text = c.certificate_names_text and higher.family = g.family
        where c.name is not null
    """
    return count_broken(db, {"certificates_already_held": CERTIFICATE_RULES}, source, SEEKER_CERTIFICATES.id)
