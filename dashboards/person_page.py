"""One seeker's page: plain Korean from the published rows, self-contained, without script.

Do not put here: look-ups (explain.py), sentences (wording.py). The key is not on the page: it is printed and shared.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards import data_sources, texts, wording
from dashboards.page import render_page
from lake.contracts import features
from lake.contracts.model import Privacy


def render(answers: dict[str, Any]) -> str:
    """The page of `answers` as made by explain.explain_seeker."""
    words = texts.load("person")
    services = wording.services(answers)
    return render_page(
        "person.html.j2",
        title=words["title"],
        t=words,
        answers=answers,
        services=services,
        reviews=wording.review_lines(answers),
        is_synthetic=answers["is_synthetic"],
        synthetic_text=words["synthetic"],
        no_history=answers["employment"]["answer_code"] == "NO_EMPLOYMENT_HISTORY_SOURCE",
        not_used=excluded_traits(answers["model_inputs"]),
        sources=data_sources.told(answers["sources"]),
        day=texts.day(answers["as_of"]),
        clock=wording.clock_line(answers["as_of"]),
    )


def excluded_traits(inputs: Sequence[str]) -> list[str]:
    """Labels of the protected traits that a model of these inputs does not read, from the contract itself."""
    named = [column for column in features.SEEKERS.columns if column.privacy is Privacy.SENSITIVE]
    band = next(column.label for column in named if column.name == "age_band_code")
    return [
        f"{column.label}({band})" if column.name == features.AGE_INPUT else column.label.removesuffix(" 여부")
        for column in named
        if column.name not in (*inputs, "age_band_code")
    ]
