"""One posting's page for its employer: plain Korean from the published rows, self-contained, without script.

Do not put here: look-ups (explain_posting.py), sentences (posting_words.py).
"""

from __future__ import annotations

from typing import Any

from dashboards import data_sources, posting_words, texts, wording
from dashboards.page import render_page
from dashboards.person_page import excluded_traits


def render(answers: dict[str, Any]) -> str:
    """The page of `answers` as made by explain_posting.explain_posting."""
    words = texts.load("posting")
    return render_page(
        "posting.html.j2",
        title=words["title"],
        t=words,
        person=texts.load("person"),
        answers=answers,
        posting=posting_words.posting(answers),
        is_synthetic=answers["is_synthetic"],
        synthetic_text=words["synthetic"],
        not_used=excluded_traits(()),
        sources=data_sources.told(answers["sources"]),
        day=texts.day(answers["as_of"]),
        clock=wording.clock_line(answers["as_of"]),
    )
