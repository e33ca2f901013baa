"""The published chance of employment of one person: the row's own numbers, with names beside the codes.

Look-ups only; explain.py puts the answers together. Do not put here: sentences (employment_words.py).
"""

from __future__ import annotations

from dashboards import employment_words, texts
from dashboards.catalog import published
from dashboards.lookups import Row, named_skills, occupations_by_code, rows_by_id, split_codes
from lake import tables
from lake.contracts import features, judgement, serving
from lake.contracts.answers import REASONS
from lake.publication import Pointer
from lake.settings import Settings

_CHANGES = {
    "certificate": "change_certificate_name",
    "course": "change_session_id",
    "region": "change_region_code",
    "wage": "change_wage_krw_month",
    "resume": "",
}
"""Change → the column that says what would be different."""


def employment(settings: Settings, pointer: Pointer, row: Row) -> Row:
    """The row's own numbers, so that raw = usual + reasons + other can be checked, with names beside the codes."""
    reasons = [
        {
            "side": side,
            "code": row[f"reason_{side}_{place}_code"],
            "logit": row[f"reason_{side}_{place}_logit"],
            "value": row[f"reason_{side}_{place}_value"],
            "reference": row[f"reason_{side}_{place}_reference"],
        }
        for side in ("for", "against")
        for place in range(1, REASONS + 1)
        if row[f"reason_{side}_{place}_code"] is not None
    ]
    names = ("answer_code", "probability_0_1", "low_0_1", "high_0_1", "raw_logit", "usual_logit", "other_logit")
    return {
        **{name: row[name] for name in (*names, "model_version")},
        "peers": _peers(settings, pointer, row) if row["peer_group"] else None,
        "reasons": reasons,
        "changes": _changes(settings, pointer, row),
        "missing_skills": named_skills(settings, pointer, split_codes(row["missing_skill_codes"])),
    }


def _peers(settings: Settings, pointer: Pointer, row: Row) -> Row:
    """Whom the person is compared with; a two-digit occupation is a sub-major group."""
    occupation, _, region = row["peer_group"].partition("|")
    kind = employment_words.peers_kind(row["peer_group"])
    name = texts.occupation_sub_group(occupation) if kind.startswith("sub_group") else None
    if kind.startswith("occupation"):
        name = (
            occupations_by_code(settings, pointer, [occupation]).get(occupation, {}).get("occupation_name")
            or occupation
        )
    return {
        "peer_group": row["peer_group"],
        "kind": kind,
        "occupation_name": name,
        "region_code": None if region == "*" else region,
        "peers_count": row["peers_count"],
    }


def _changes(settings: Settings, pointer: Pointer, row: Row) -> list[Row]:
    """The changes that apply: what would be different, its name, and the probability with it."""
    changes = [
        {
            "code": code,
            "what": row[column] if column else None,
            "name": None,
            "probability_0_1": row[f"change_{code}_0_1"],
        }
        for code, column in _CHANGES.items()
        if row[f"change_{code}_0_1"] is not None
    ]
    sessions = rows_by_id(settings, pointer, serving.COURSES.id, "session_id", [row["change_session_id"]])
    for change in changes:
        if change["code"] == "course":
            change["name"] = sessions.get(str(change["what"]), {}).get("course_name")
    return changes


def model_inputs(settings: Settings, pointer: Pointer) -> list[str]:
    """The inputs of the night's employment model, as its drift table lists them; without one, the contract's."""
    found: list[str] = []
    if tables.exists(settings, judgement.DRIFT.id):
        rows = published(settings, pointer, judgement.DRIFT.id).to_table(columns=["feature_name"])
        found = sorted(set(rows["feature_name"].to_pylist()))
    return found or list(features.EMPLOYMENT_INPUTS)
