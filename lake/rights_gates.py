"""Gates on what people asked for by right, from the requests as they came and none of the transforms' code.

A mistake in transforms/gold/seeker_rights.py must not hide itself: who refused is read here once more, in SQL, from
silver. Do not put here: gates on answers that people did not refuse (gates.py).
"""

from __future__ import annotations

from datetime import date

import duckdb
import pyarrow.dataset as pads

from lake import tables
from lake.contracts.model import Table
from lake.contracts.registry import TABLES, table
from lake.contracts.render import arrow_schema
from lake.contracts.rights import HUMAN_REVIEWS, SEEKER_RIGHTS
from lake.erased_rows import person_columns
from lake.quality import Check
from lake.settings import Settings

REQUESTS = "silver__rights_requests"
_ANSWERING = ("scores", "matches", "serving")
"""Layers that say something about a person or show the person to somebody."""
_PROCESSING = ("features", *_ANSWERING)

_ASKED = """
create temp table asked as
select seeker_key, bool_or(kind = 'AUTOMATED_DECISION_OPT_OUT' and service <> 'TALENTS') as is_opted_out,
    bool_or(kind = 'PROCESSING_RESTRICTION') as is_restricted,
    bool_or(kind = 'AUTOMATED_DECISION_OPT_OUT' and service = 'TALENTS'
        or kind = 'HUMAN_REVIEW' and service in ('ALL', 'TALENTS')) as is_withheld_from_employers
from (select seeker_key, request_kind_code as kind, coalesce(request_service_code, 'ALL') as service,
        coalesce(answered_date <= as_of, false) as is_answered,
        coalesce(request_outcome_code = 'REJECTED', false) as is_refused
    from requests where requested_date <= as_of and coalesce(withdrawn_date > as_of, true))
where case when kind = 'HUMAN_REVIEW' then not is_answered else not (is_answered and is_refused) end
group by seeker_key
"""
_PEOPLE = """
create temp view seekers as
select r.* replace (
    coalesce(r.is_opted_out, false) or coalesce(a.is_opted_out, false) as is_opted_out,
    r.is_profile_public and not coalesce(a.is_withheld_from_employers, false) as is_profile_public)
from registered r left join asked a on a.seeker_key = r.seeker_key
where not coalesce(a.is_restricted, false)
"""
_REFUSED = """
create temp table refused as
select seeker_key, coalesce(a.is_restricted, false) as is_restricted
from asked a full join (select seeker_key from registered where is_opted_out) using (seeker_key)
where a.seeker_key is null or a.is_opted_out or a.is_restricted
"""
_FOUND = """
select seeker_key, bool_or(is_opted_out) as is_opted_out, bool_or(is_restricted) as is_restricted,
    bool_or(is_withheld_from_employers) as is_withheld_from_employers
from (from asked union all select seeker_key, true, false, false from registered where is_opted_out)
where is_opted_out or is_restricted or is_withheld_from_employers group by seeker_key
"""
_TOLD = """
select seeker_key, is_opted_out, is_restricted, is_withheld_from_employers from rights
where is_opted_out or is_restricted or is_withheld_from_employers
"""
_DIFFERING = f"""
select count(distinct seeker_key) from (({_FOUND} except {_TOLD}) union all ({_TOLD} except {_FOUND}))
"""


def register_people(settings: Settings, db: duckdb.DuckDBPyConnection, *, as_of: date) -> None:
    """`seekers`: registered people who may be processed, with is_opted_out and is_profile_public as they asked.

    Also `registered` (silver as it is) and `asked` (one row per person with a request in force).
    """
    db.register("registered", tables.dataset(settings, "silver__seekers", as_of))
    db.register("requests", _rows(settings, table(REQUESTS), as_of))
    db.execute(_ASKED)
    db.execute(_PEOPLE)


def audit_rights(settings: Settings, db: duckdb.DuckDBPyConnection, *, as_of: date) -> list[Check]:
    """Nobody is answered against a refusal or processed against a restriction; late answers and lost requests warn."""
    db.execute(_REFUSED)
    db.register("rights", _rows(settings, SEEKER_RIGHTS, as_of))
    ((differing,),) = db.execute(_DIFFERING).fetchall()
    return [
        Check(SEEKER_RIGHTS.id, "gate:rights_that_differ", float(differing)),
        *_misplaced(settings, db, as_of),
        _overdue(settings, db, as_of),
        _unreadable(settings, db, as_of),
    ]


def _rows(settings: Settings, contract: Table, as_of: date) -> pads.Dataset:
    """This night's rows of a table; none of a table that no night has written."""
    if not tables.exists(settings, contract.id):
        return pads.dataset(arrow_schema(contract).empty_table())
    return tables.dataset_of_night(settings, contract.id, as_of)


def _misplaced(settings: Settings, db: duckdb.DuckDBPyConnection, as_of: date) -> list[Check]:
    """Places in tonight's tables of people who must not stand there, with the tables in the detail."""
    refused: dict[str, int] = {}
    stopped: dict[str, int] = {}
    for contract in TABLES.values():
        keys = [f'"{name}"' for name in person_columns(contract)]
        if contract.layer not in _PROCESSING or not keys:
            continue
        db.register("looked_at", _rows(settings, contract, as_of))
        # One list a row: a talent stands in one of twenty columns.
        people = f"select unnest([{', '.join(keys)}]) as seeker_key from looked_at"
        sql = f"select count(*), count(*) filter (where is_restricted) from ({people}) join refused using (seeker_key)"
        ((places, restricted),) = db.execute(sql).fetchall()
        if contract.layer in _ANSWERING:
            refused[contract.id] = places
        stopped[contract.id] = restricted
    gates = {"answers_against_a_refusal": refused, "rows_against_a_restriction": stopped}
    return [_named(gate, places) for gate, places in gates.items()]


def _named(gate: str, places: dict[str, int]) -> Check:
    detail = ", ".join(f"{table_id} {count}" for table_id, count in places.items() if count)
    return Check(SEEKER_RIGHTS.id, f"gate:{gate}", float(sum(places.values())), detail=detail)


def _overdue(settings: Settings, db: duckdb.DuckDBPyConnection, as_of: date) -> Check:
    """Requests whose answer is late: an alert, because stopping everybody's night would help nobody."""
    db.register("reviews", _rows(settings, HUMAN_REVIEWS, as_of))
    sql = "select count(*), min(review_due_date) from reviews where review_state_code = 'OVERDUE'"
    ((count, first),) = db.execute(sql).fetchall()
    detail = f"the first was due on {first}; answer it, or record the extension" if count else ""
    return Check(HUMAN_REVIEWS.id, "gate:reviews_overdue", float(count), detail=detail, is_warning=True)


def _unreadable(settings: Settings, db: duckdb.DuckDBPyConnection, as_of: date) -> Check:
    """Requests that cannot be honoured because they cannot be read."""
    quarantine = table("quarantine__rights_requests")
    count = _rows(settings, quarantine, as_of).count_rows()
    detail = f"see {quarantine.id}; have them sent again" if count else ""
    return Check(quarantine.id, "gate:unreadable_requests", float(count), detail=detail, is_warning=True)
