"""The oracle of gaps, courses and certificates: the rules in plain Python, one person and one session after another.

Do not put here: anything of the product's own rules (matching/).
"""

from __future__ import annotations

import datetime
import math
from typing import Any

import pyarrow as pa

from lake.reference import distances_km, read_regions
from tests.unit.matching.every_pair import find_near

REGIONS = [region.code for region in read_regions()]
GENERAL = {"01": 1, "02": 1, "03": 2, "04": 4, "05": 6, "06": 8, "07": 8}
# Families of the names that the small worlds draw, from low to high.
LADDERS = [["용접기능사", "용접산업기사", "용접기사"], ["전산 3급", "전산 2급", "전산 1급"]]
Row = dict[str, Any]


def round_up(value: float) -> int:
    """Millionths, half up."""
    return math.floor(value * 1_000_000 + 0.5)


def list_wishes(person: Row) -> list[str]:
    """Different wishes in order, else career, else last occupation."""
    wishes = [person[f"wanted_occupation_code_{place}"] for place in (1, 2, 3)]
    wishes = list(dict.fromkeys(wish for wish in wishes if wish))
    past = [person["career_occupation_code"], person["last_occupation_code"]]
    return wishes or [occupation for occupation in past if occupation][:1]


class EveryCourse:
    """Needs, sessions and postings as rows."""

    def __init__(self, needs: pa.Table, courses: pa.Table, postings: pa.Table, as_of: datetime.date) -> None:
        """Read the tables row by row."""
        rows = sorted(needs.to_pylist(), key=lambda row: (-(row["importance_0_1"] or 0.5), row["skill_code"]))
        self.rows = [
            row | {"importance": 0.5 if row["importance_0_1"] is None else row["importance_0_1"]} for row in rows
        ]
        self.rows.sort(key=lambda row: (-row["importance"], row["skill_code"]))
        self.sessions = [row for row in courses.to_pylist() if row["start_date"] > as_of]
        self.sessions = [row for row in self.sessions if row["seats_left_count"] != 0]
        self.postings = postings.to_pylist()

    def find_needs(self, occupation: str | None, *, certificates: bool = False) -> list[Row]:
        """The competences (or certificates) that an occupation needs, the most important first."""
        mine = [row for row in self.rows if row["occupation_code"] == occupation]
        return [row for row in mine if row["skill_code"].startswith("CERT:") == certificates]

    def choose(self, person: Row) -> str | None:
        """The first wish of which any competence is known, else the first wish."""
        wishes = list_wishes(person)
        return next((wish for wish in wishes if self.find_needs(wish)), wishes[0] if wishes else None)

    @staticmethod
    def find_shown(person: Row) -> dict[str, int]:
        """Skill → level, 0 unknown."""
        codes = (person["skill_codes_text"] or "").split(";")
        levels = person["skill_levels_text"] or "0" * len(codes)
        return {code: int(level) for code, level in zip(codes, levels, strict=True) if code}

    def find_missing(self, person: Row, occupation: str | None) -> list[tuple[Row, int]]:
        """Needs that are not held, with the level shown (0 not shown)."""
        shown, missing = self.find_shown(person), []
        for need in self.find_needs(occupation):
            level = shown.get(need["skill_code"])
            if level is None:
                missing.append((need, 0))
            elif level and need["skill_level"] and level < need["skill_level"] - 1:
                missing.append((need, level))
        return missing

    @staticmethod
    def closes(offered: int | None, needed: int | None, shown: int) -> bool:
        """Whether the person holds the skill after the session."""
        if shown and (offered is None or offered <= shown):
            return False
        return offered is None or needed is None or offered >= needed - 1

    @staticmethod
    def may_attend(person: Row, session: Row) -> bool:
        """Employment and region."""
        kind, employed, region = session["training_type_code"], person["is_employed"], session["region_code"]
        if kind == "WORKER" and employed is False:
            return False
        if kind in {"SEEKER", "STRATEGIC"} and employed:
            return False
        home = person["home_region_code"]
        wished = {person[f"wanted_region_code_{place}"] for place in (1, 2, 3)} - {None}
        reach = (wished | {home}) if wished else (find_near(home) if home else None)
        return bool(session["is_online"]) or region is None or reach is None or region in reach

    @staticmethod
    def fit_region(person: Row, session: Row) -> float:
        """By distance; unknown one half; online at least .8."""
        home, region = person["home_region_code"], session["region_code"]
        if home is None or region is None:
            fit = 0.5
        else:
            fit = 0.5 ** (distances_km()[REGIONS.index(home)][REGIONS.index(region)] / 50)
        return max(fit, 0.8) if session["is_online"] else fit

    @staticmethod
    def fit_level(offered: int | None, needed: int | None, base: int | None) -> float:
        """By the distance to the needed level, at most two above what is shown."""
        if not offered or not needed:
            return 0.5
        aim = min(needed, base + 2) if base else needed
        return max(0.0, 1 - abs(offered - aim) / 4)

    def pick_courses(self, person: Row) -> list[tuple[str, str, float]]:
        """Session, skill and score of up to five, best first."""
        missing = self.find_missing(person, self.choose(person))
        whole = sum(need["importance"] for need, _ in missing)
        rated = []
        for need, shown in missing:
            share = 0.5 if need["openings_share_0_1"] is None else need["openings_share_0_1"]
            job = need["importance"] / whole * (0.5 + 0.5 * share) if whole else 0.0
            for session in self.sessions:
                is_closed = self.closes(session["skill_level"], need["skill_level"], shown)
                if session["skill_code"] == need["skill_code"] and is_closed and self.may_attend(person, session):
                    base = shown or GENERAL.get(person["education_code"] or "")
                    rest = 0.2 * self.fit_region(person, session)
                    rest += 0.2 * self.fit_level(session["skill_level"], need["skill_level"], base)
                    outcome, paid = session["expected_rate_0_1"], session["self_payment_krw"]
                    cost = 0.5 if paid is None else 1 / (1 + paid / 300_000)
                    rest += 0.15 * (0.5 if outcome is None else outcome) + 0.1 * cost
                    rated.append((-round_up(0.35 * job) - round_up(rest), session["session_id"], session))
        picked: list[tuple[str, str, float]] = []
        courses: set[str] = set()
        for steps, session_id, session in sorted(rated, key=lambda one: one[:2]):
            is_new = session["course_id"] not in courses and session["skill_code"] not in {
                code for _, code, _ in picked
            }
            if is_new and len(picked) < 5:
                picked.append((session_id, session["skill_code"], -steps / 1_000_000))
                courses.add(session["course_id"])
        return picked

    def measure_gap(
        self, person: Row, occupation: str, phrases: dict[str, str]
    ) -> tuple[float, float | None, list[float]]:
        """Readiness, share of openings open, share that each missing skill alone unlocks."""
        needs = self.find_needs(occupation)
        codes = {need["skill_code"] for need in needs}
        missing = [need["skill_code"] for need, _ in self.find_missing(person, occupation)]
        lacking = sum(need["importance"] for need in needs if need["skill_code"] in missing)
        readiness = 1 - lacking / sum(need["importance"] for need in needs)
        whole, opened, unlocked = 0, 0, dict.fromkeys(missing, 0)
        for row in self.postings:
            if row["occupation_code"] == occupation:
                words = [phrases.get(word) for word in (row["keywords_text"] or "").split(";")]
                asked = set([*(row["skill_codes_text"] or "").split(";"), *words]) & codes & set(missing)
                count = 1 if row["headcount"] is None else row["headcount"]
                whole += count
                opened += count if not asked else 0
                if len(asked) == 1:
                    unlocked[asked.pop()] += count
        return readiness, opened / whole if whole else None, [count / whole for count in unlocked.values() if whole]

    def pick_certificates(self, person: Row) -> list[str]:
        """Names of up to five, best first; one of a ladder."""
        held = [name for name in (person["certificate_names_text"] or "").split(";") if name]
        known = set(held)
        for ladder in LADDERS:
            top = max((ladder.index(name) for name in held if name in ladder), default=-1)
            known |= set(ladder[: top + 1])
        needs = self.find_needs(self.choose(person), certificates=True)
        missing = [need for need in needs if need["skill_code"].removeprefix("CERT:") not in known]
        whole = sum(need["importance"] for need in missing)
        rated = []
        for need in missing:
            share = 0.5 if need["openings_share_0_1"] is None else need["openings_share_0_1"]
            job = need["importance"] / whole * (0.5 + 0.5 * share) if whole else 0.0
            level = self.fit_level(
                need["skill_level"], need["skill_level"], GENERAL.get(person["education_code"] or "")
            )
            rated.append((-round_up(0.7 * job + 0.3 * level), need["skill_code"].removeprefix("CERT:")))
        picked: list[str] = []
        for _, name in sorted(rated):
            ladder = next((ladder for ladder in LADDERS if name in ladder), [name])
            if len(picked) < 5 and not set(ladder) & set(picked):
                picked.append(name)
        return picked
