"""Which numbers of the six serving rows stand on a seeker's page, section by section, in reading order.

Do not put here: how numbers are read off a page (reading.py).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dashboards import texts
from lake.contracts import features
from tests.page_numbers.facts import Facts, Row, places
from tests.page_numbers.reading import Down, Exactly, Near, Number, Up, bar, day, exact, of_100
from tests.page_numbers.skills import certificates, courses, gaps

GROUPS = ("CHANGEABLE", "MARKET", "FIXED")
CHANGES = ("certificate", "course", "region", "wage", "resume")


def expected(facts: Facts) -> dict[str, list[Number]]:
    """The numbers of every section of the seeker's page."""
    answered = {name: row["answer_code"] == "OK" for name, row in facts.rows.items()}
    makers = {"employment": employment, "occupations": occupations, "jobs": jobs}
    makers |= {"gaps": gaps, "courses": courses, "certificates": certificates}
    sections = {name: make(facts) if answered[name] else [] for name, make in makers.items()}
    return {"top": top(facts), **sections, "data": data(facts), "rights": rights(facts)}


def top(facts: Facts) -> list[Number]:
    """Reviews, the date, the results in short, and the date again."""
    found: list[Number] = []
    names = ("review_state_code", "review_requested_date", "review_due_date")
    asked = {tuple(row.get(name) for name in names) for row in facts.rows.values() if row.get(names[0])}
    for state, requested, due in sorted(asked, key=lambda review: review[2]):
        found += day(requested) + (day(due) if state != "ANSWERED" else [])
        found += exact((due - facts.as_of).days) if state == "OPEN" else exact(1350) if state == "OVERDUE" else []
    found += day(facts.as_of)
    for name, row in facts.rows.items():
        if row["answer_code"] == "OK" and name == "employment":
            found += exact(100) + people(row["probability_0_1"])
        elif row["answer_code"] == "OK" and name != "gaps":
            found += exact(len(places(row, name)))
    return found + day(facts.as_of)


def people(probability: float) -> list[Number]:
    """People of a hundred: under one is told as under 1, over 99 as over 99."""
    found = of_100(probability)
    return exact(1) if found < 1 else exact(99) if found > 99 else [Near(probability * 100)]


def lead(row: Row) -> list[Number]:
    """The sentence about a hundred people within six months, and the range."""
    chance, count = row["probability_0_1"] * 100, of_100(row["probability_0_1"])
    if count < 1 or count > 99:
        return exact(6, 100, 1) if count < 1 else exact(100, 99, 6)
    return [*exact(100), Near(chance), *exact(6)]


def employment(facts: Facts) -> list[Number]:
    """The chance, its drawing, its range, its reasons and what could be different."""
    row = facts.rows["employment"]
    chance, low, high = row["probability_0_1"] * 100, row["low_0_1"] * 100, row["high_0_1"] * 100
    found = lead(row) + [*exact(100), Near(chance), Down(low), Up(high)]
    found += [Near(chance), *exact(max(0, _up(high) - of_100(row["probability_0_1"])))]
    found += [*exact(100), Down(low), Up(high), *exact(row["peers_count"] or 0)]
    for group in GROUPS:
        for reason in reasons(row):
            if texts.factor(reason["code"]).group == group and is_told(reason):
                found += value(reason["code"], reason["value"]) + reference(reason)
    for name in CHANGES:
        if row[f"change_{name}_0_1"] is not None:
            found += change(row, name)
    return found


def _up(value: float) -> int:
    return next(count for count in range(102) if Up(value).admits(str(count)))


def reasons(row: Row) -> list[dict[str, Any]]:
    """The stored reasons, those in favour first."""
    found = [
        {part: row[f"reason_{side}_{place}_{part}"] for part in ("code", "logit", "value", "reference")}
        for side in ("for", "against")
        for place in (1, 2, 3)
    ]
    return [reason for reason in found if reason["code"] is not None]


def is_told(reason: Row) -> bool:
    """Whether a reason is worth telling: more than half a person of a hundred, and not the usual value."""
    is_market_code = reason["reference"] is None and texts.factor(reason["code"]).group == "MARKET"
    same = not is_market_code and said(reason["code"], reason["value"]) == said(reason["code"], reason["reference"])
    return abs(reason["logit"]) >= 0.02 and not same


def said(code: str, raw: str | None) -> tuple[str, ...]:
    """How a stored value reads, without its unit; a code stands for its label."""
    first = code.split(" & ")[0]
    if raw is None or raw.strip().lower() in ("", "none", "nan", "null"):
        return ("none",)
    column = features.SEEKERS.column(first)
    flags = {"true": "1", "false": "0"}
    raw = flags.get(raw.lower(), raw)
    if column.codes or first in ("home_region_code", "wanted_occupation_group_code"):
        return ("code", raw)
    if first == "is_same_occupation":
        return ("flag", str(bool(float(raw))))
    number = float(raw)
    if column.unit == "일" and number < 60:
        return (f"{number:.0f}",)
    if column.unit in ("일", "개월"):
        months = round(number / (365.25 / 12)) if column.unit == "일" else round(number)
        years, rest = divmod(months, 12)
        return (
            (str(months), "months")
            if months < 24
            else (str(years), str(rest), "years")
            if rest
            else (str(years), "years")
        )
    if column.unit == "원/월":
        return (f"{number / 10_000:.0f}",)
    return (f"{number:.1f}",) if column.unit == "배" else (f"{number:.0f}",)


def value(code: str, raw: str | None) -> list[Number]:
    """The numbers in a value as it reads."""
    found = said(code, raw)
    return [] if found[0] in ("none", "code", "flag") else [Exactly(part) for part in found if part[0].isdigit()]


def reference(reason: Row) -> list[Number]:
    """The numbers of the value a person is compared with."""
    return value(reason["code"], reason["reference"])


def change(row: Row, name: str) -> list[Number]:
    """What would be different in numbers, and the people of a hundred then and now."""
    then, now = row[f"change_{name}_0_1"], row["probability_0_1"]
    wish = [Near(row["change_wage_krw_month"] / 10_000)] if name == "wage" else []
    if of_100(then) > of_100(now):
        return [*wish, *exact(100), *people(then), *exact(6), *people(now)]
    if of_100(then) == of_100(now):
        return [*wish, *exact(100), *people(then)]
    return [*wish, *exact(100), *people(then), *people(now)]


def occupations(facts: Facts) -> list[Number]:
    """Places: score, wage, openings a seeker, the trend, the openings."""
    row, found = facts.rows["occupations"], []
    for place in places(row, "occupations"):
        named = facts.lookups["occupations"].get(row[f"occupation_code_{place}"], {})
        found += [*exact(place), Near(row[f"score_0_1_{place}"] * 100)]
        wage, tightness = row[f"wage_median_krw_month_{place}"], row[f"tightness_ratio_{place}"]
        found += [] if wage is None else [Near(wage / 10_000)]
        if tightness is not None and not 0 < tightness < 0.05:
            found += [*exact(1), Near(tightness)]
        found += trend(named)
        if named.get("open_postings_count") is not None:
            found += exact(named["open_postings_count"], named["openings_count"] or 0)
    return found


def trend(named: Row) -> list[Number]:
    """Hires in two years, where both are known and neither is of one to nine people."""
    now, before = named.get("same_people_hires_12m_count"), named.get("same_people_hires_prior_12m_count")
    is_shown = named.get("outlook_code") not in (None, "NO_DATA")
    is_shown = is_shown and all(count is not None and not 0 < count < 10 for count in (now, before))
    return exact(12, before, 12, now) if is_shown else []


def jobs(facts: Facts) -> list[Number]:
    """Postings looked at, and for each place its score, its parts, its chance and its facts."""
    row = facts.rows["jobs"]
    found = exact(row["eligible_postings_count"] or 0)
    inner = ("wage_value_0_1", "distance_value_0_1", "occupation_value_0_1", "permanence_value_0_1")
    for place in places(row, "jobs"):
        found += [*exact(place), Near(row[f"score_0_1_{place}"] * 100)]
        for name in ("fit_0_1", "usefulness_0_1", *inner):
            found += bar(row[f"{name}_{place}"])
        found += applications(row[f"chance_0_1_{place}"])
        found += posting(facts.lookups["job_postings"].get(row[f"posting_id_{place}"], {}))
    shared = row["shared_out_count"]
    return found + (exact(len(places(row, "jobs")), shared) if shared else [])


def applications(chance: float | None) -> list[Number]:
    """Hires of a hundred applications; under one and over 99 are fixed sentences."""
    if chance is None or not 1 <= of_100(chance) <= 99:
        return []
    return [*exact(100), Near(chance * 100)]


def posting(found: Row) -> list[Number]:
    """Wage, headcount and closing date of a posting."""
    wage, headcount, closing = (found.get(name) for name in ("wage_min_krw_month", "headcount", "closing_date"))
    said_wage = [] if wage is None else [Near(wage / 10_000)]
    return [*said_wage, *([] if headcount is None else exact(headcount)), *(day(closing) if closing else [])]


def data(facts: Facts) -> list[Number]:
    """The days on which sources were last delivered, the newest first, and the night's date."""
    return [number for delivered in (*facts.delivered, facts.as_of) for number in day(delivered)]


def rights(facts: Facts) -> list[Number]:
    """Thirty days, from the night's date on."""
    return [*exact(30), *day(facts.as_of), *day(facts.as_of + timedelta(days=30))]
