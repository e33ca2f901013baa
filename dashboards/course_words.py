"""What is said about a training session: its score and parts, its rate with the interval, what it costs.

Shared by a person's five sessions (wording.py) and the page of one occupation (occupation_facts.py). Do not put here:
markup, or a text that belongs to one code (texts/).
"""

from __future__ import annotations

import math
from typing import Any

from dashboards import texts
from dashboards.places import Place, all_parts, facts, label, or_no_data, points, region
from lake.contracts import codes

PARTS = ("job_fit_0_1", "region_fit_0_1", "level_fit_0_1", "outcome_0_1", "cost_fit_0_1")
"""The stored parts of the overall score, in the order shown."""
SKILL = "채우는 역량"
"""What the fact about the taught skill is called."""


def reading() -> tuple[str, ...]:
    """What the score is made of, and that a rate describes and does not promise."""
    words = texts.load("occupation")["course"]
    return words["weights"], words["selection"]


def place(found: dict[str, Any]) -> Place:
    """One of the five sessions of a person."""
    words = texts.load("occupation")["course"]
    return Place(
        rank=found["rank"],
        title=title(found),
        score=f"종합 추천점수 {points(found['score_0_1'])}점",
        parts=all_parts(found, *((words[column], column) for column in PARTS)),
        facts=session_facts(found, rate=found["outcome_0_1"]),
    )


def title(session: dict[str, Any]) -> str:
    """The session's own name; without one its number."""
    return session["course_name"] or f"훈련회차 {session['session_id']}"


def skill(session: dict[str, Any]) -> str | None:
    """The skill that the session teaches; without a name its code."""
    found: str | None = session["skill_name"] or session["skill_code"]
    return found


def session_facts(session: dict[str, Any], *, rate: float | None) -> tuple[tuple[str, str], ...]:
    """What every reader of a session wants to know; what nobody measured is called so."""
    words = texts.load("occupation")["course"]
    where = words["online"] if session["is_online"] else region(session)
    level = session["skill_level"]
    return facts(
        (words["rate"], expected(session, rate=rate)),
        ("본인부담금", cost(session)),
        (SKILL, skill(session)),
        ("훈련 유형", or_no_data(label(codes.TRAINING_TYPE, session["training_type_code"]))),
        ("장소", or_no_data(where)),
        ("훈련수준", None if level is None else words["training_level"].format(level=level)),
        ("기간", _period(session)),
        ("훈련기관", session["institution_name"]),
        ("남은 자리", None if session["seats_left_count"] is None else f"{session['seats_left_count']:,}명"),
    )


def expected(session: dict[str, Any], *, rate: float | None) -> str:
    """The six-month rate of those who finish, of a hundred, with its 90 % interval rounded outwards and its basis."""
    if rate is None:
        return texts.NO_DATA
    words = texts.load("occupation")["course"]
    said = str(words["expected"]).format(count=round(rate * 100))
    low, high = session["expected_low_0_1"], session["expected_high_0_1"]
    if low is not None and high is not None:
        ends = math.floor(round(low * 100, 6)), math.ceil(round(high * 100, 6))
        said += words["interval"].format(low=ends[0], high=ends[1])
    basis = session["outcome_basis_code"]
    if basis is None:
        return said
    told = texts.word("outcome_basis", basis)
    if "graduates_count" in session["hidden"]:
        told += words["few_graduates"]
    elif session["graduates_count"]:
        told += words["graduates"].format(count=f"{session['graduates_count']:,}")
    return said + str(words["basis"]).format(basis=told)


def cost(session: dict[str, Any]) -> str:
    """What the person pays, and the whole fee; a fee alone is not what the person pays."""
    own, fee = session["self_payment_krw"], session["fee_krw"]
    words = texts.load("occupation")["course"]
    said = texts.NO_DATA if own is None else words["free"] if own == 0 else f"{own:,}원"
    return said + (words["of_fee"].format(fee=f"{fee:,}") if fee else "")


def _period(session: dict[str, Any]) -> str | None:
    if not session["start_date"]:
        return None
    hours = f", {session['training_hours']:,}시간" if session["training_hours"] else ""
    end = f" ~ {texts.day(session['end_date'])}" if session["end_date"] else ""
    return f"{texts.day(session['start_date'])}{end}{hours}"
