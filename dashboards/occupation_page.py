"""One occupation's page: plain Korean from the published rows, self-contained, without script.

Do not put here: look-ups (explain_occupation.py), sentences (occupation_facts.py).
"""

from __future__ import annotations

from typing import Any

from dashboards import occupation_facts, texts
from dashboards.page import render_page


def render(answers: dict[str, Any]) -> str:
    """The page of `answers` as made by explain_occupation.explain_occupation."""
    words = texts.load("occupation")["page"]
    found = occupation_facts.occupation(answers)
    return render_page(
        "occupation.html.j2",
        title=f"{words['title']}: {found.subject}",
        t=words,
        person=texts.load("person"),
        day=texts.day(answers["as_of"]),
        answers=answers,
        occupation=found,
        is_synthetic=answers["is_synthetic"],
        synthetic_text=words["synthetic"],
    )
