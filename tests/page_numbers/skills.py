"""Which numbers of the rows about skills, courses and certificates stand on a person's page, in reading order.

Do not put here: the other answers (seeker.py).
"""

from __future__ import annotations

from tests.page_numbers.facts import Facts, Row, places
from tests.page_numbers.reading import Down, Near, Number, Up, bar, day, exact, share


def gaps(facts: Facts) -> list[Number]:
    """For each wish what is needed, held and open, and of each missing skill its level and what it opens."""
    row, found = facts.rows["gaps"], []
    for place in places(row, "gaps"):
        found += exact(place) if row["basis_code"] != "HISTORY" else []
        needed, ready = row[f"needed_skills_count_{place}"], row[f"readiness_0_1_{place}"]
        if not needed:
            continue
        told = exact(needed) + ([] if ready is None else share(ready))
        found += told if ready is None else [*told, Near(ready * 100), *told]
        found += [] if row[f"open_share_0_1_{place}"] is None else share(row[f"open_share_0_1_{place}"])
        codes = [code for code in (row[f"missing_skill_codes_{place}"] or "").split("|") if code]
        levels = row[f"missing_levels_text_{place}"] or "0" * len(codes)
        shares = (row[f"unlocked_shares_text_{place}"] or "|" * (len(codes) - 1)).split("|")
        found += exact(len(codes)) if codes else []
        for level, opened in list(zip(levels, shares, strict=False))[:10] if codes else []:
            found += exact(level, 8) if level != "0" else []
            found += share(float(opened)) if opened and float(opened) else []
        found += exact(len(codes) - 10) if len(codes) > 10 else []
    return found


def courses(facts: Facts) -> list[Number]:
    """Skills needed and missing, and for each place its score, its parts, its rate, its price and its dates."""
    row = facts.rows["courses"]
    missing = [code for code in (row["missing_skill_codes"] or "").split("|") if code]
    found = exact(row["needed_skills_count"] or 0, len(missing))
    for place in places(row, "courses"):
        found += [*exact(place), Near(row[f"score_0_1_{place}"] * 100)]
        for name in ("job_fit_0_1", "region_fit_0_1", "level_fit_0_1", "outcome_0_1", "cost_fit_0_1"):
            found += bar(row[f"{name}_{place}"])
        session = facts.lookups["courses"].get(row[f"session_id_{place}"], {})
        found += session_numbers(session, row[f"outcome_0_1_{place}"])
    return found


def session_numbers(session: Row, rate: float | None) -> list[Number]:
    """The rate with its range and its graduates, the price, the level, the dates, the seats."""
    found: list[Number] = []
    if rate is not None:
        low, high = session.get("expected_low_0_1"), session.get("expected_high_0_1")
        found += [*exact(100), Near(rate * 100)]
        found += [] if low is None or high is None else [Down(low * 100), Up(high * 100)]
        graduates = session.get("graduates_count")
        is_told = session.get("outcome_basis_code") and graduates and graduates >= 10
        found += exact(graduates) if is_told else []
    for name in ("self_payment_krw", "fee_krw"):
        found += exact(session[name]) if session.get(name) else []
    found += exact(session["skill_level"], 8) if session.get("skill_level") is not None else []
    if session.get("start_date"):
        found += day(session["start_date"]) + (day(session["end_date"]) if session.get("end_date") else [])
        found += exact(session["training_hours"]) if session.get("training_hours") else []
    return found + (exact(session["seats_left_count"]) if session.get("seats_left_count") is not None else [])


def certificates(facts: Facts) -> list[Number]:
    """For each place its score, its parts, how many openings ask for it and its level."""
    row, found = facts.rows["certificates"], []
    for place in places(row, "certificates"):
        found += [*exact(place), Near(row[f"score_0_1_{place}"] * 100)]
        found += bar(row[f"job_fit_0_1_{place}"]) + bar(row[f"level_fit_0_1_{place}"])
        asked = row[f"openings_share_0_1_{place}"]
        found += [] if asked is None else share(asked)
        level = facts.lookups["skills"].get(f"CERT:{row[f'certificate_name_{place}']}", {}).get("skill_level")
        found += [] if level is None else exact(level, 8)
    return found
