"""Which numbers of the six serving rows stand on a counsellor's page: the seeker's, their parts, and the checks.

Do not put here: numbers that the seeker's page has as well (seeker.py).
"""

from __future__ import annotations

from dashboards import texts
from tests.page_numbers import seeker
from tests.page_numbers.facts import Facts, Row, places
from tests.page_numbers.reading import Down, Near, Number, Up, exact, of_100, share

WIDE = 30


def expected(facts: Facts) -> dict[str, list[Number]]:
    """The numbers of every section of the counsellor's page."""
    sections = seeker.expected(facts)
    if facts.rows["employment"]["answer_code"] == "OK":
        sections["employment"] = employment(facts.rows["employment"])
    if facts.rows["jobs"]["answer_code"] == "OK":
        sections["jobs"] = eligibility(facts.rows["jobs"]) + sections["jobs"]
    return {**sections, "checks": checks(facts), "codes": []}


def employment(row: Row) -> list[Number]:
    """The chance in words and in percent, the parts of the sum, the chance with each change."""
    chance, low, high = row["probability_0_1"] * 100, row["low_0_1"] * 100, row["high_0_1"] * 100
    found = [*seeker.lead(row), *exact(100), Down(low), Up(high), *exact(row["peers_count"] or 0)]
    found += [*share(chance / 100), Down(low), Up(high), *exact(row["peers_count"])]
    found += size(row["usual_logit"])
    for reason in sorted(seeker.reasons(row), key=lambda one: (-abs(one["logit"]), one["code"])):
        found += size(reason["logit"]) + seeker.value(reason["code"], reason["value"]) + seeker.reference(reason)
    found += size(row["other_logit"]) + size(row["raw_logit"])
    for name in seeker.CHANGES:
        then = row[f"change_{name}_0_1"]
        if then is not None:
            wish = [Near(row["change_wage_krw_month"] / 10_000)] if name == "wage" else []
            found += [*wish, *share(chance / 100), *share(then), *exact(abs(of_100(then) - of_100(chance / 100)))]
    return found


def size(logit: float) -> list[Number]:
    """A hundred times a part of the sum, without its sign."""
    return [Near(abs(logit) * 100)]


def eligibility(row: Row) -> list[Number]:
    """Score and chance of each recommended posting."""
    found: list[Number] = []
    for place in places(row, "jobs"):
        chance = row[f"chance_0_1_{place}"]
        found += [*exact(place), Near(row[f"score_0_1_{place}"] * 100), *([] if chance is None else share(chance))]
    return found


def checks(facts: Facts) -> list[Number]:
    """The width of a wide range, values a person could change, missing skills, the places of open conditions."""
    found: list[Number] = []
    row = facts.rows["employment"]
    if row["answer_code"] == "OK":
        low = next(count for count in range(101) if Down(row["low_0_1"] * 100).admits(str(count)))
        high = next(count for count in range(102) if Up(row["high_0_1"] * 100).admits(str(count)))
        found += exact(high - low) if high - low >= WIDE else []
        for place in (1, 2, 3):
            reason = {part: row[f"reason_against_{place}_{part}"] for part in ("code", "value", "reference")}
            if reason["code"] and texts.factor(reason["code"]).action and reason["value"] is not None:
                found += seeker.value(reason["code"], reason["value"]) + seeker.reference(reason)
    missing = [code for code in (facts.rows["courses"]["missing_skill_codes"] or "").split("|") if code]
    found += exact(len(missing)) if missing else []
    return found + open_places(facts.rows["jobs"])


def open_places(row: Row) -> list[Number]:
    """Each open condition with the places it stands at, in the order in which the conditions come up."""
    ranks: dict[str, list[int]] = {}
    for place in places(row, "jobs"):
        for code in (row[f"open_codes_{place}"] or "").split("|"):
            ranks.setdefault(code, []).append(place)
    return [number for code, found in ranks.items() if code for number in exact(*found)]
