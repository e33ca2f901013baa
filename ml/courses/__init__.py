"""The 6-month employment rate of training sessions that is not known yet, with an interval.

Must not hold: choosing courses for people (matching/). A rate describes who took a course and what came of it; it does
not promise that the course does it (ml/training_effect.py measures how far the two differ).
"""

from ml.courses.answers import build_answers, describe_faults, describe_judgement, write_rates
from ml.courses.judge import Judgement, judge_rates
from ml.courses.predict import predict_rates
from ml.courses.snapshots import Snapshots, parse_month, read_outcomes, read_snapshots

__all__ = [
    "Judgement",
    "Snapshots",
    "build_answers",
    "describe_faults",
    "describe_judgement",
    "judge_rates",
    "parse_month",
    "predict_rates",
    "read_outcomes",
    "read_snapshots",
    "write_rates",
]
