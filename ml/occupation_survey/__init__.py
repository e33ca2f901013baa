"""Occupations ranked from questionnaire items, learned from worker surveys that are handed in as files (KNOW-shaped).

Must not hold: the nightly occupation model on test scales (matching/); knowledge of the lake.
"""

from ml.occupation_survey.model import learn_model, score_people
from ml.occupation_survey.read import Roles, parse_prefixes, read_surveys
from ml.occupation_survey.report import build_answers, describe_answers, write_answers

__all__ = [
    "Roles",
    "build_answers",
    "describe_answers",
    "learn_model",
    "parse_prefixes",
    "read_surveys",
    "score_people",
    "write_answers",
]
