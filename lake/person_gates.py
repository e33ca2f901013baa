"""Gates that an answer is about the person under whose key it stands: it must fit what tonight's features say of them.

The features are read again in SQL that shares no code with matching, so answers that changed places between people on
their way into a table show. Do not put here: whether an answer is a good one (job_gates.py, course_gates.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import duckdb

from lake import tables
from lake.contracts.answers import SEEKER_OCCUPATIONS, SEEKER_SKILL_GAPS
from lake.gate_rules import Rules, count_broken
from lake.quality import Check
from lake.settings import Settings

_GATES: Mapping[str, Mapping[str, Rules]] = {
    SEEKER_OCCUPATIONS.id: {
        "occupations_of_somebody_else": {
            # Several instruments and no measured scale: contradictory, whose reason is an answer of its own.
            "TEST": "a.basis_code <> 'HISTORY' and f.tested_date is null",
            "HISTORY": "a.basis_code <> 'TEST' and not f.has_history",
            "EDUCATION": "a.education_fit_code_1 <> case when o.typical_education_code is null then 'NO_DATA' "
            "when o.typical_education_code = '00' then 'MEETS' "
            "when coalesce(f.education_code, '00') = '00' then 'NO_DATA' "
            "when f.education_code >= o.typical_education_code then 'MEETS' else 'BELOW' end",
        }
    },
    SEEKER_SKILL_GAPS.id: {
        "gaps_of_somebody_else": {
            "WISH": "a.basis_code = 'WISH' and not list_has_all(f.wishes, a.occupations)",
            "HISTORY": "a.basis_code = 'HISTORY' and (len(f.wishes) > 0 or not list_has_all(f.past, a.occupations))",
        }
    },
}
_PEOPLE = """
create temp table told as
select seeker_key, education_code, tested_date,
    list_filter([wanted_occupation_code_1, wanted_occupation_code_2, wanted_occupation_code_3], x -> x is not null)
        as wishes,
    list_filter([career_occupation_code, last_occupation_code], x -> x is not null) as past,
    len(wishes) + len(past) > 0 as has_history
from features__seekers
"""
_SOURCES = {
    SEEKER_OCCUPATIONS.id: f'from "{SEEKER_OCCUPATIONS.id}" a join told f using (seeker_key) '
    "left join gold__occupations o on o.occupation_code = a.occupation_code_1 where a.answer_code = 'OK'",
    SEEKER_SKILL_GAPS.id: "from (select *, list_filter([gap_occupation_code_1, gap_occupation_code_2, "
    f'gap_occupation_code_3], x -> x is not null) as occupations from "{SEEKER_SKILL_GAPS.id}") a '
    "join told f using (seeker_key)",
}


def audit_people(settings: Settings, db: duckdb.DuckDBPyConnection, *, as_of: date) -> list[Check]:
    """The gates; `db` already knows tonight's answers."""
    for table_id in ("features__seekers", "gold__occupations"):
        db.register(table_id, tables.dataset_of_night(settings, table_id, as_of))
    db.execute(_PEOPLE)
    try:
        return [
            check
            for table_id, gates in _GATES.items()
            for check in count_broken(db, gates, _SOURCES[table_id], table_id)
        ]
    finally:
        db.execute("drop table told")
