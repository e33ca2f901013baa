"""One person's published answers: looked up by key, names filled in, and told in the terminal.

Reads the serving tables one pointer names. Do not put here: HTML (person_page.py), sentences (wording.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards import employment_words, texts, wording
from dashboards.catalog import published
from dashboards.lookups import IncompleteAnswers, Row, list_places, one_row, plain, rows_by_id, split_codes
from dashboards.places import as_lines
from lake import tables
from lake.contracts import features, gold, judgement, serving
from lake.contracts.answers import PLACES, REASONS
from lake.publication import Pointer
from lake.settings import Settings

_SERVICES = {
    "employment": serving.SEEKER_EMPLOYMENT.id,
    "occupations": serving.SEEKER_OCCUPATIONS.id,
    "jobs": serving.SEEKER_JOBS.id,
    "courses": serving.SEEKER_COURSES.id,
}
_CHANGES = {
    "certificate": "change_certificate_name",
    "course": "change_session_id",
    "region": "change_region_code",
    "wage": "change_wage_krw_month",
    "resume": "",
}
"""Change → the column that says what would be different."""
_JOB_SCORES = (
    "score_0_1",
    "fit_0_1",
    "chance_0_1",
    "usefulness_0_1",
    "wage_value_0_1",
    "distance_value_0_1",
    "occupation_value_0_1",
    "permanence_value_0_1",
)
_JOB_CODES = ("met_codes", "open_codes", "pull_codes")


class UnknownSeeker(LookupError):
    """No published row has this key."""


def explain_seeker(settings: Settings, pointer: Pointer, key: str) -> dict[str, Any]:
    """The four answers of one seeker with the names of occupations, postings and courses; JSON-ready.

    Raises UnknownSeeker. The key is never repeated in an error: it belongs to a person.
    """
    rows = {name: one_row(settings, pointer, table_id, key) for name, table_id in _SERVICES.items()}
    missing = [_SERVICES[name] for name, row in rows.items() if row is None]
    if len(missing) == len(rows):
        raise UnknownSeeker(
            f"serving tables of run {pointer.run_id}: no row for this key (32 hexadecimal digits expected); the "
            "person is not registered, has opted out of automated evaluation, or the key is of another lake"
        )
    if missing:
        raise IncompleteAnswers(f"run {pointer.run_id}: one seeker has no row in {missing}; run: goyong verify")
    found = {name: row for name, row in rows.items() if row is not None}
    answers = {
        "seeker_key": key,
        "run_id": pointer.run_id,
        "as_of": pointer.as_of,
        "is_synthetic": pointer.is_synthetic,
        "employment": _employment(settings, pointer, found["employment"]),
        "model_inputs": model_inputs(settings, pointer),
        "occupations": _occupations(settings, pointer, found["occupations"]),
        "jobs": _jobs(settings, pointer, found["jobs"]),
        "courses": _courses(settings, pointer, found["courses"]),
    }
    return {name: plain(value) for name, value in answers.items()}


def as_text(answers: dict[str, Any]) -> str:
    """The answers as Korean lines for a terminal; control characters of a source (a posting's title) are dropped."""
    lines = [f"기준일 {answers['as_of']} · 실행 {answers['run_id']}"]
    lines += ["※ 합성 데이터로 만든 결과입니다. 실제 사람이 아닙니다."] if answers["is_synthetic"] else []
    for service in wording.services(answers):
        lines += ["", f"■ {service.title}", f"  {service.lead}"]
        lines += [f"  {line}" for line in service.notes]
        for group in service.reason_groups:
            lines.append(f"  [{group.label}]")
            lines += [
                f"   {r.sign} {r.name}: {r.value} ({r.usual} {r.reference}) — {r.tendency}" for r in group.reasons
            ]
        lines += _change_lines(service)
        for place in service.places:
            lines.append(f"  {place.rank}. {place.title} — {place.score}")
            lines += as_lines(place)
    lines += ["", wording.rights_line()]
    return wording.printable(lines)


def _change_lines(service: wording.Service) -> list[str]:
    """What could be different, and what is missing for the wanted occupation."""
    words = texts.load("person")["changes"]
    lines = [f"  [{words['title']}]", f"   {words['note']}"] if service.changes else []
    for change in service.changes:
        lines += [f"   · {change.title}", f"     {change.said}", *([f"     {change.note}"] if change.note else [])]
    return lines + ([f"  {words['missing']}: {service.missing}"] if service.missing else [])


def _employment(settings: Settings, pointer: Pointer, row: Row) -> Row:
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
        "missing_skills": _skills(settings, pointer, split_codes(row["missing_skill_codes"])),
    }


def _peers(settings: Settings, pointer: Pointer, row: Row) -> Row:
    """Whom the person is compared with; a two-digit occupation is a sub-major group."""
    occupation, _, region = row["peer_group"].partition("|")
    kind = employment_words.peers_kind(row["peer_group"])
    name = texts.occupation_sub_group(occupation) if kind.startswith("sub_group") else None
    if kind.startswith("occupation"):
        found = rows_by_id(settings, pointer, serving.OCCUPATIONS.id, "occupation_code", [occupation])
        name = found.get(occupation, {}).get("occupation_name") or occupation
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


def _skills(settings: Settings, pointer: Pointer, missing: Sequence[str]) -> list[Row]:
    skills = rows_by_id(settings, pointer, gold.OCCUPATION_SKILLS.id, "skill_code", missing)
    return [{"skill_code": code, "skill_name": skills.get(code, {}).get("skill_name")} for code in missing]


def model_inputs(settings: Settings, pointer: Pointer) -> list[str]:
    """The inputs of the night's employment model, as its drift table lists them; without one, the contract's."""
    found: list[str] = []
    if tables.exists(settings, judgement.DRIFT.id):
        rows = published(settings, pointer, judgement.DRIFT.id).to_table(columns=["feature_name"])
        found = sorted(set(rows["feature_name"].to_pylist()))
    return found or list(features.EMPLOYMENT_INPUTS)


def _occupations(settings: Settings, pointer: Pointer, row: Row) -> Row:
    places = list_places(row, "occupation_code", ("score_0_1", "trait_codes"), PLACES)
    ids = [place["occupation_code"] for place in places]
    details = rows_by_id(settings, pointer, serving.OCCUPATIONS.id, "occupation_code", ids)
    names = ("occupation_name", "open_postings_count", "openings_count", "wage_median_krw_month")
    for place in places:
        detail = details.get(place["occupation_code"], {})
        place |= {name: detail.get(name) for name in names} | {"trait_codes": split_codes(place["trait_codes"])}
    head = {name: row[name] for name in ("answer_code", "basis_code", "model_version")}
    return {**head, "places": places}


def _jobs(settings: Settings, pointer: Pointer, row: Row) -> Row:
    places = list_places(row, "posting_id", (*_JOB_SCORES, *_JOB_CODES), PLACES)
    details = rows_by_id(settings, pointer, serving.JOB_POSTINGS.id, "posting_id", [p["posting_id"] for p in places])
    occupation_ids = [detail["occupation_code"] for detail in details.values()]
    occupations = rows_by_id(settings, pointer, serving.OCCUPATIONS.id, "occupation_code", occupation_ids)
    names = (
        "title",
        "occupation_code",
        "region_code",
        "wage_min_krw_month",
        "employment_type_code",
        "company_size_code",
        "headcount",
        "closing_date",
    )
    for place in places:
        detail = details.get(place["posting_id"], {})
        place |= {name: detail.get(name) for name in names}
        place["occupation_name"] = occupations.get(str(place["occupation_code"]), {}).get("occupation_name")
        place |= {name: split_codes(place[name]) for name in _JOB_CODES}
    head_names = ("answer_code", "basis_code", "eligible_postings_count", "shared_out_count", "model_version")
    head = {name: row[name] for name in head_names}
    return {**head, "places": places}


def _courses(settings: Settings, pointer: Pointer, row: Row) -> Row:
    scores = ("score_0_1", "job_fit_0_1", "region_fit_0_1", "level_fit_0_1", "outcome_0_1", "skill_code")
    places = list_places(row, "session_id", scores, PLACES)
    details = rows_by_id(settings, pointer, serving.COURSES.id, "session_id", [place["session_id"] for place in places])
    names = (
        "course_name",
        "institution_name",
        "skill_level",
        "region_code",
        "is_online",
        "start_date",
        "end_date",
        "training_hours",
        "fee_krw",
        "seats_left_count",
        "graduates_count",
    )
    wanted = row["gap_occupation_code"]
    missing = _skills(settings, pointer, split_codes(row["missing_skill_codes"]))
    skill_names = {skill["skill_code"]: skill["skill_name"] for skill in missing}
    for place in places:
        detail = details.get(place["session_id"], {})
        place |= {name: detail.get(name) for name in names}
        place["skill_name"] = skill_names.get(str(place["skill_code"])) or detail.get("skill_name")
    occupation = rows_by_id(settings, pointer, serving.OCCUPATIONS.id, "occupation_code", [wanted]).get(str(wanted), {})
    head = {name: row[name] for name in ("answer_code", "needed_skills_count", "model_version")}
    return {
        **head,
        "gap_occupation_code": wanted,
        "gap_occupation_name": occupation.get("occupation_name"),
        "missing_skills": missing,
        "places": places,
    }
