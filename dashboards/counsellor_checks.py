"""What a counsellor should check in the talk, from the rows alone: what nobody recorded, what a person could change.

Pure functions from the answers of explain.py to sentences; a check is a question, never a verdict. Do not put here:
numbers and tables (counsellor_words.py), markup.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dashboards import employment_words, gap_words, occupation_words, texts

WIDE_RANGE_PCT = 30
"""Whole percentage points from which a range is called wide."""
WAITING = ("OPEN", "OVERDUE")


def checks(answers: dict[str, Any], titles: dict[str, str]) -> tuple[str, ...]:
    """The questions in the order of a talk, each once; `titles` is what each service is called."""
    words = texts.load("counsellor")["checks"]
    said = [
        *_review(answers, words),
        *_without_result(answers, titles, words),
        *_employment(answers["employment"], words),
        *_wish(answers, words),
        *_skills(answers["courses"], words),
        *_occupations(answers["occupations"], words),
        *_jobs(answers["jobs"], words),
        *_certificates(answers["certificates"], words),
    ]
    return tuple(dict.fromkeys(said)) or (words["nothing"],)


def _review(answers: dict[str, Any], words: dict[str, str]) -> Iterator[str]:
    if any(review["review_state_code"] in WAITING for review in answers["reviews"].values()):
        yield words["review"]


def _without_result(answers: dict[str, Any], titles: dict[str, str], words: dict[str, str]) -> Iterator[str]:
    for name, title in titles.items():
        code = answers[name]["answer_code"]
        if code != "OK":
            reason = texts.no_result(code)
            yield words["no_result"].format(service=title, why=f"{reason.why} {reason.next}".strip())


def _employment(employment: dict[str, Any], words: dict[str, str]) -> Iterator[str]:
    if employment["answer_code"] != "OK":
        return
    if employment["peers"]["kind"] != "occupation_region":
        yield words["peers"]
    found = employment_words.chance(employment)
    if found.high - found.low >= WIDE_RANGE_PCT:
        yield words["range"].format(points=found.high - found.low)
    for raw in employment["reasons"]:
        factor, value = texts.factor(raw["code"]), texts.value(raw["code"], raw["value"])
        if value == texts.NO_VALUE:
            yield words["no_value"].format(name=factor.name)
        elif factor.action and raw["side"] == "against":
            reference = texts.value(raw["code"], raw["reference"])
            yield words["changeable"].format(name=factor.name, value=value, reference=reference, action=factor.action)


def _wish(answers: dict[str, Any], words: dict[str, str]) -> Iterator[str]:
    bases = [answers[name]["basis_code"] for name in ("jobs", "gaps")]
    if any(basis in ("HISTORY", "RESUME") for basis in bases) or answers["jobs"]["answer_code"] == "NO_WISH":
        yield words["no_wish"]


def _skills(courses: dict[str, Any], words: dict[str, str]) -> Iterator[str]:
    missing = courses["missing_skills"]
    if missing:
        yield words["missing"].format(count=len(missing), names=gap_words.named_skills(missing))


def _occupations(occupations: dict[str, Any], words: dict[str, str]) -> Iterator[str]:
    for code in occupations["unused_test_codes"]:
        yield words["test"].format(name=texts.unused_test(code))
    below = [place for place in occupations["places"] if place["education_fit_code"] == "BELOW"]
    if below:
        yield words["education"].format(names=", ".join(occupation_words.name(place) for place in below))


def _jobs(jobs: dict[str, Any], words: dict[str, str]) -> Iterator[str]:
    ranks: dict[str, list[str]] = {}
    for place in jobs["places"]:
        for code in place["open_codes"]:
            ranks.setdefault(code, []).append(words["rank"].format(rank=place["rank"]))
    for code, found in ranks.items():
        yield words["job"].format(condition=texts.condition("open", code), ranks="·".join(found))


def _certificates(certificates: dict[str, Any], words: dict[str, str]) -> Iterator[str]:
    for place in certificates["places"]:
        if place["skill_level"] is None:
            yield words["licence"].format(name=place["certificate_name"])
