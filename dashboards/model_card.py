"""The model card of the employment probability: Markdown in Korean, written each night beside the pages.

Numbers are those of the page's sections, rules those of ml.employment. Do not put here: SQL (sql/judgement), words
(texts/model_card.toml), or anything about one person.
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboards import texts
from dashboards.judgement import Judgement
from dashboards.page import render_page
from dashboards.person_page import excluded_traits
from lake.contracts.features import AGE_INPUT, EMPLOYMENT_INPUTS
from ml.employment.cohorts import CALIBRATION_BACK_DAYS, FOLLOW_UP_DAYS
from ml.employment.fairness import SMALLEST_JUDGED, WRONG_CALL_LIMIT
from ml.employment.inputs import MONOTONE
from ml.employment.judge import GROUP_ECE_LIMIT
from ml.employment.train import BAGS
from transforms.features.seeker_cohorts import HIRED_WITHIN_DAYS, KEPT_DAYS, KEPT_WITHIN_DAYS, SHORTEST_DAYS

CARD_FILE = "model-card.md"
ABSTENTIONS = ("THIN_FILE", "CURRENTLY_EMPLOYED", "NO_EMPLOYMENT_HISTORY_SOURCE", "NO_MODEL")


def render(judgement: Judgement) -> str:
    """The card of what judgement.read_judgement found."""
    words = texts.load("model_card")
    text, inputs = words["text"], judgement.inputs or EMPLOYMENT_INPUTS
    return render_page(
        "model_card.md.j2",
        t=words,
        judgement=judgement,
        page_units=texts.load("employment")["units"],
        sections={section.id: section for section in judgement.sections},
        label=text["label"].format(
            hired_days=HIRED_WITHIN_DAYS, shortest_days=SHORTEST_DAYS, kept_within=KEPT_WITHIN_DAYS, kept_days=KEPT_DAYS
        ),
        data=text["data"].format(follow_up=FOLLOW_UP_DAYS),
        method=text["method"].format(bags=BAGS),
        inputs=_inputs(inputs),
        excluded=_excluded(inputs),
        monotone=_monotone(),
        calibration=text["calibration"].format(back_weeks=CALIBRATION_BACK_DAYS // 7),
        fairness=text["fairness"].format(
            smallest=f"{SMALLEST_JUDGED:,}", group_ece=f"{GROUP_ECE_LIMIT:.2f}", wrong=f"{WRONG_CALL_LIMIT:.1f}"
        ),
        abstentions=[texts.no_result(code).why for code in ABSTENTIONS],
    )


def _inputs(names: Sequence[str]) -> list[dict[str, str]]:
    """Each input's name and who can change it."""
    who = texts.load("model_card")["who"]
    return [{"code": name, "name": texts.factor(name).name, "who": who[texts.factor(name).group]} for name in names]


def _excluded(inputs: Sequence[str]) -> str:
    text = texts.load("model_card")["text"]
    said = str(text["excluded"].format(traits=", ".join(excluded_traits(inputs))))
    return f"{said} {text['age_read']}" if AGE_INPUT in inputs else said


def _monotone() -> list[dict[str, str]]:
    """Each constrained input with its direction and the reason for it."""
    words = texts.load("model_card")
    directions = {1: words["text"]["monotone_up"], -1: words["text"]["monotone_down"]}
    return [
        {"name": texts.factor(name).name, "direction": directions[sign], "reason": words["monotone"][name]}
        for name, sign in sorted(MONOTONE.items())
    ]
