"""Serving rows made by hand of extremes: every code, every state of an answer, every column empty now and then.

Row `n` is the same every time. The look-up rows they name are those of tests/unit/dashboards/conftest.py. Do not put
here: what the pages must say.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from lake.contracts import codes, features
from lake.contracts.model import Kind
from lake.contracts.scales import INSTRUMENTS, SCALE_NAMES
from lake.reference import read_regions
from matching.explain import MET_CODES, OPEN_CODES, PULL_CODES
from ml.employment.inputs import input_names
from tests.page_numbers.rows import SEEKER

Row = dict[str, Any]
ROWS = 132
AS_OF = date(2026, 7, 1)
SHARES = (0.0, 0.0004, 0.00499, 0.0051, 0.0149, 0.5, 0.6151, 0.9, 0.9949, 0.9951, 0.9999, 1.0)
LOGITS = (0.0, 0.0199, 0.0201, 0.199, 0.21, 0.5, 2.345, 12.0)
AMOUNTS = {
    "원/월": (0, 4_900, 2_006_000, 2_500_000, 12_345_678, 999_999_999),
    "일": (0, 1, 45, 59.4, 59.6, 60, 213, 716, 729.4, 731, 10_950),
    "개월": (0, 1, 23, 24, 40, 480),
    "배": (0, 0.04, 0.95, 1.24, 12, 1_234.5),
    "%": (0, 62.5, 99.6, 100),
}
PEERS = ("0231|11", "0231|*", "02|11", "02|*", "*|*")
OCCUPATIONS = ("0231", "0232", "0233", "0261", "9999")


def seeker_rows(number: int) -> dict[str, Row]:
    """The six rows of a person; for every service each state of an answer comes up."""
    rng = Random(number)  # noqa: S311 -- rows for tests, the same every time
    made: dict[str, Row] = {}
    makers = {"employment": _employment, "occupations": _occupations, "jobs": _jobs}
    makers |= {"gaps": _gaps, "courses": _courses, "certificates": _certificates}
    states = [code for code in codes.ANSWER.codes if code != "OK"]
    for place, (name, make) in enumerate(makers.items()):
        row: Row = dict.fromkeys(column.name for column in SEEKER[name].columns)
        row |= {"answer_code": "OK", "model_version": "m-1", **_review(number, place)}
        is_silent = (number + place) % 4 == 3
        row |= {"answer_code": states[(number + place) // 4 % len(states)]} if is_silent else make(number, rng)
        made[name] = row
    return made


def _review(number: int, place: int) -> Row:
    if (number + place) % 5:
        return {}
    state = list(codes.REVIEW_STATE.codes)[number // 5 % len(codes.REVIEW_STATE.codes)]
    due = AS_OF + timedelta(days=-3 if state == "OVERDUE" else number)
    return {"review_state_code": state, "review_requested_date": due - timedelta(days=30), "review_due_date": due}


def _maybe(rng: Random, value: Any) -> Any:
    return None if rng.random() < 0.2 else value


def _employment(number: int, rng: Random) -> Row:
    chance = SHARES[number % len(SHARES)]
    row: Row = {"probability_0_1": chance, "low_0_1": chance * rng.random(), "peer_group": PEERS[number % len(PEERS)]}
    row |= {"high_0_1": chance + (1 - chance) * rng.random(), "peers_count": rng.choice((1, 40, 12_345, 1_170_000))}
    row |= {name: rng.uniform(-3, 3) for name in ("raw_logit", "usual_logit", "other_logit")}
    inputs = input_names(uses_age=False)
    for place in range(6):
        code = inputs[(number * 6 + place) % len(inputs)]
        side, sign = ("for", 1) if place < 3 else ("against", -1)
        name = f"reason_{side}_{place % 3 + 1}"
        values = {"value": _stored(code, rng), "reference": _stored(code, rng)}
        row |= {f"{name}_code": code, f"{name}_logit": sign * LOGITS[(number + place) % len(LOGITS)]}
        row |= {f"{name}_{part}": value for part, value in values.items()}
        if rng.random() < 0.1:
            row |= {f"{name}_{part}": None for part in ("code", "logit", "value", "reference")}
    for name in ("certificate", "course", "region", "wage", "resume"):
        row[f"change_{name}_0_1"] = _maybe(rng, rng.choice(SHARES))
    row |= {"change_certificate_name": "사회조사분석사 2급", "change_session_id": rng.choice(("S1", "S2"))}
    row |= {"change_region_code": "26", "change_wage_krw_month": rng.choice(AMOUNTS["원/월"])}
    return row | {"missing_skill_codes": rng.choice((None, "02010101", "02010101|07010103"))}


def _stored(code: str, rng: Random) -> str | None:
    """A value as the model stores it: text, for whatever kind of column."""
    column = features.SEEKERS.column(code)
    if rng.random() < 0.15:
        return None
    if code == "home_region_code":
        return rng.choice([region.code for region in read_regions()])
    if code == "wanted_occupation_group_code":
        return str(rng.randrange(10))
    if column.codes:
        return rng.choice(list(column.codes.codes))
    if column.kind is Kind.BOOLEAN:
        return rng.choice(("1", "0", "true", "false", "1.0"))
    return str(rng.choice(AMOUNTS.get(column.unit or "", (0, 1, 3, 1_234))))


def _scored(rng: Random, place: int, *names: str) -> Row:
    return {f"{name}_{place}": _maybe(rng, rng.choice((*SHARES, rng.random()))) for name in names}


def _some(rng: Random, number: int, found: tuple[str, ...]) -> str | None:
    """One code in turn, so that each comes up, and some more."""
    more = rng.sample(found, k=min(2, len(found)))
    return _maybe(rng, "|".join(dict.fromkeys((found[number % len(found)], *more))))


def _occupations(number: int, rng: Random) -> Row:
    row: Row = {"basis_code": list(codes.OCCUPATION_BASIS.codes)[number % len(codes.OCCUPATION_BASIS.codes)]}
    tests = tuple(f"{test}:{problem}" for test in INSTRUMENTS for problem in codes.TEST_PROBLEM.codes)
    row["unused_test_codes"] = _some(rng, number, tests)
    traits = tuple(f"{scale}:{level}" for scale in SCALE_NAMES for level in codes.TRAIT_LEVEL.codes)
    fits = (*codes.EDUCATION_FIT.codes, None)
    for place in range(1, 2 + rng.randrange(6)):
        if place > 5:
            break
        row |= {f"occupation_code_{place}": rng.choice(OCCUPATIONS), f"score_0_1_{place}": rng.choice(SHARES)}
        row |= {f"trait_codes_{place}": _some(rng, number * 5 + place, traits)}
        row |= {f"unlike_trait_codes_{place}": _some(rng, number * 5 + place + 1, traits)}
        row |= {f"twin_codes_{place}": rng.choice((None, "0232", "0232|0233"))}
        row |= _scored(rng, place, "past_nearness_0_1") | {f"education_fit_code_{place}": rng.choice(fits)}
        row |= {f"tightness_ratio_{place}": rng.choice((None, 0.0, 0.03, 0.81, 1_234.5))}
        row |= {f"wage_median_krw_month_{place}": rng.choice((None, *AMOUNTS["원/월"]))}
    return row


def _jobs(number: int, rng: Random) -> Row:
    row: Row = {
        "basis_code": rng.choice((None, *codes.JOB_BASIS.codes)),
        "shared_out_count": rng.choice((None, 0, 1, 5)),
    }
    row["eligible_postings_count"] = rng.choice((None, 0, 3, 12_345))
    parts = ("fit_0_1", "chance_0_1", "usefulness_0_1", "wage_value_0_1", "distance_value_0_1")
    for place in range(1, 2 + rng.randrange(5)):
        row |= {f"posting_id_{place}": rng.choice(("P1", "P2", "P3")), f"score_0_1_{place}": rng.choice(SHARES)}
        row |= _scored(rng, place, *parts, "occupation_value_0_1", "permanence_value_0_1")
        for kind, found in (("met", MET_CODES), ("open", OPEN_CODES), ("pull", PULL_CODES)):
            row[f"{kind}_codes_{place}"] = _some(rng, number + place, tuple(found))
    return row


def _gaps(number: int, rng: Random) -> Row:
    row: Row = {"basis_code": rng.choice((None, *codes.JOB_BASIS.codes))}
    for place in range(1, 2 + rng.randrange(3)):
        count = rng.choice((0, 1, 2, 10, 11, 40))
        row |= {f"gap_occupation_code_{place}": rng.choice(OCCUPATIONS)}
        row |= {f"needed_skills_count_{place}": rng.choice((None, 0, 8, 1_234))}
        row |= _scored(rng, place, "readiness_0_1", "open_share_0_1")
        skills = [f"0{skill % 2 + 1}01{skill:04d}" for skill in range(count)]
        row |= {f"missing_skill_codes_{place}": "|".join(skills) or None}
        row |= {f"missing_levels_text_{place}": "".join(str(rng.randrange(9)) for _ in skills) or None}
        shares = "|".join(rng.choice(("", "0.0000", "0.0012", "0.2500", "0.9990", "1.0000")) for _ in skills)
        row |= {f"unlocked_shares_text_{place}": shares or None}
    return row


def _courses(number: int, rng: Random) -> Row:
    row: Row = {
        "basis_code": rng.choice((None, *codes.JOB_BASIS.codes)),
        "gap_occupation_code": rng.choice(OCCUPATIONS),
    }
    row |= {"needed_skills_count": rng.choice((None, 6, 1_234)), "missing_skill_codes": rng.choice((None, "02010101"))}
    parts = ("job_fit_0_1", "region_fit_0_1", "level_fit_0_1", "outcome_0_1", "cost_fit_0_1")
    for place in range(1, 2 + rng.randrange(5)):
        row |= {f"session_id_{place}": rng.choice(("S1", "S2")), f"score_0_1_{place}": rng.choice(SHARES)}
        row |= _scored(rng, place, *parts) | {f"skill_code_{place}": "02010101"}
    return row


def _certificates(number: int, rng: Random) -> Row:
    row: Row = {
        "basis_code": rng.choice((None, *codes.JOB_BASIS.codes)),
        "gap_occupation_code": rng.choice(OCCUPATIONS),
    }
    for place in range(1, 2 + rng.randrange(5)):
        row |= {f"certificate_name_{place}": rng.choice(("사회조사분석사 2급", "정보처리기사 1급"))}
        row |= {f"score_0_1_{place}": rng.choice(SHARES)}
        row |= _scored(rng, place, "job_fit_0_1", "level_fit_0_1", "openings_share_0_1")
    return row
