"""What is said about an occupation: five that fit a person, and the facts of one.

Shared by a person's answers (wording.py) and the page of one occupation (occupation_facts.py). Do not put here:
markup, or a text that belongs to one code (texts/).
"""

from __future__ import annotations

from typing import Any

from dashboards import texts
from dashboards.places import Place, facts, label, or_no_data, points, wage
from lake.contracts import codes

_NEARNESS = ((0.9, "same"), (0.5, "close"), (0.2, "near"))
"""Least nearness of each word: what a code of four, three and two shared digits has (NEARNESS in matching/nearness.py).

There up to .1 is added or taken for how alike the workers are, so a near-twin may move up or down a word.
"""


def reading(answer: dict[str, Any]) -> tuple[str, ...]:
    """How to read the places."""
    words = texts.load("occupation")["place"]
    places = answer["places"]
    said = [words["score"]] if places else []
    said += [words["read"]] if any(place["trait_codes"] or place["unlike_trait_codes"] for place in places) else []
    said += [words["market"], words["trend"]] if places else []
    if any(place["twins"] for place in places):
        said.append(words["twins_note"])
    return tuple(said)


def unused_tests(answer: dict[str, Any]) -> tuple[str, ...]:
    """One sentence for each test that was not used."""
    words = texts.load("occupation")["place"]
    return tuple(f"{words['unused']} — {texts.unused_test(code)}" for code in answer["unused_test_codes"])


def place(found: dict[str, Any]) -> Place:
    """One of the five occupations."""
    words = texts.load("occupation")["place"]
    return Place(
        rank=found["rank"],
        title=name(found),
        score=f"일치 점수 {points(found['score_0_1'])}점",
        facts=facts(
            (words["twins"], ", ".join(name(twin) for twin in found["twins"])),
            (words["like"], "; ".join(texts.trait(code) for code in found["trait_codes"])),
            (words["unlike"], "; ".join(texts.trait(code) for code in found["unlike_trait_codes"])),
            (words["past"], past(found["past_nearness_0_1"])),
            (words["education"], education(found)),
            (words["wage"], or_no_data(wage(found["wage_median_krw_month"]))),
            (words["tightness"], _regional_tightness(found)),
            (words["outlook"], outlook(found)),
            (words["openings"], openings(found)),
        ),
    )


def name(found: dict[str, Any]) -> str:
    """The occupation's name; without one its code."""
    return found["occupation_name"] or f"직업코드 {found['occupation_code']}"


def past(nearness_0_1: float | None) -> str | None:
    """How far the occupation is from the person's own past, in words; nothing without a past."""
    if nearness_0_1 is None:
        return None
    word = next((word for least, word in _NEARNESS if nearness_0_1 >= least), "far")
    return texts.word("past", word)


def education(found: dict[str, Any]) -> str:
    """The usual education and whether the person has it."""
    typical = label(codes.EDUCATION, found["typical_education_code"])
    if typical is None:
        return texts.NO_DATA
    fit = found["education_fit_code"] or "NO_DATA"
    return texts.word("education_fit", fit).format(typical=typical)


def tightness(ratio: float | None) -> str:
    """Openings for one seeker."""
    if ratio is None:
        return texts.NO_DATA
    words = texts.load("occupation")["place"]
    return str(words["openings_few"] if 0 < ratio < 0.05 else words["openings_each"].format(ratio=f"{ratio:,.1f}"))


def _regional_tightness(found: dict[str, Any]) -> str:
    """The ratio of one region; the row has none where nobody knows it or it would rest on fewer than ten seekers."""
    if found["tightness_ratio"] is None:
        return str(texts.load("occupation")["place"]["few_seekers"])
    return tightness(found["tightness_ratio"])


def outlook(found: dict[str, Any]) -> str:
    """The trend of hires, with the two years' counts where it is known."""
    code = found["outlook_code"] or "NO_DATA"
    said = texts.word("outlook", code)
    now, before = found["same_people_hires_12m_count"], found["same_people_hires_prior_12m_count"]
    if code == "NO_DATA" or now is None or before is None:
        return said
    return f"{said}(그 전 12개월 {before:,}명 → 최근 12개월 {now:,}명)"


def openings(found: dict[str, Any]) -> str:
    """Open postings and their headcount."""
    if found["open_postings_count"] is None:
        return texts.NO_DATA
    return f"공고 {found['open_postings_count']:,}건, {found['openings_count'] or 0:,}명"
