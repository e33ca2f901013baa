"""The nightly trainer and scorer on any CSV table: read, train, calibrate, score, say how good.

Must not hold: knowledge of seekers or of the lake; learning itself is ml/additive and ml/challengers.
"""

from ml.tabular.columns import Roles, TrainingRows, read_test, read_training, split_names
from ml.tabular.report import build_answers, describe_run, write_answers
from ml.tabular.train import score_rows, train_tabular

__all__ = [
    "Roles",
    "TrainingRows",
    "build_answers",
    "describe_run",
    "read_test",
    "read_training",
    "score_rows",
    "split_names",
    "train_tabular",
    "write_answers",
]
