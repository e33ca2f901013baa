"""Which numbers of a posting's serving rows stand on its employer's page, section by section, in reading order.

Do not put here: how numbers are read off a page (reading.py).
"""

from __future__ import annotations

from tests.page_numbers import seeker
from tests.page_numbers.facts import Facts, Row
from tests.page_numbers.reading import Exactly, Near, Number, bar, day, exact

PLACES = 20


def expected(facts: Facts) -> dict[str, list[Number]]:
    """The numbers of every section of the employer's page; `facts.rows` holds posting and talents."""
    talents = facts.rows["talents"]
    return {
        "top": [*day(facts.as_of), *day(facts.as_of)],
        "posting": posting(facts.rows["posting"]),
        "sharing": sharing(talents),
        "talents": people(talents) if talents["answer_code"] == "OK" else [],
        "data": seeker.data(facts),
        "rights": seeker.rights(facts),
    }


def posting(row: Row) -> list[Number]:
    """Wage, headcount, closing date, months of a career, the past applications of the occupation."""
    found = seeker.posting(row)
    if row["career_code"] and row["min_career_months"]:
        years, rest = divmod(row["min_career_months"], 12)
        months = exact(row["min_career_months"]) if row["min_career_months"] < 24 else exact(years)
        found += months + (exact(rest) if row["min_career_months"] >= 24 and rest else [])
    return found + seeker.applications(row["fill_chance_0_1"])


def sharing(row: Row) -> list[Number]:
    """How many people had the posting among their five before and after, its share, what was taken from its score."""
    before, after = row["exposures_before_count"] or 0, row["exposures_count"] or 0
    found = exact(before, after) if before != after else exact(after)
    capacity = [] if row["capacity_count"] is None else [Near(row["capacity_count"])]
    found += capacity + ([Near(row["price_0_1"] * 100)] if row["price_0_1"] else [])
    found += [] if row["candidates_count"] is None else exact(row["candidates_count"])
    found += capacity
    for name in ("exposures_before_count", "exposures_count"):
        found += [] if row[name] is None else exact(row[name])
    return found


def people(row: Row) -> list[Number]:
    """How many people are shown, and for each the place, the score, the fit and the chance."""
    filled = [place for place in range(1, PLACES + 1) if row[f"seeker_key_{place}"] is not None]
    found: list[Number] = [Exactly(str(len(filled)))]
    for place in filled:
        found += [*exact(place), Near(row[f"score_0_1_{place}"] * 100), *bar(row[f"fit_0_1_{place}"])]
        found += seeker.applications(row[f"chance_0_1_{place}"])
    return found
