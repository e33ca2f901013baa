"""The additive model: train, calibrate, store and score one, independent of the lake and of any table of it.

Must not hold: knowledge of seekers or of a lake table; callers bring Arrow tables and arrays.
"""

from ml.additive.calibrate import calibrate_additive
from ml.additive.change import change_logit
from ml.additive.errors import AdditiveModelError
from ml.additive.lookup import term_contributions
from ml.additive.model import AdditiveModel, Calibration, Feature, Term
from ml.additive.reasons import References
from ml.additive.score import Scores, probability_from_logit, score_batch
from ml.additive.store import load_model, save_model
from ml.additive.train import FeatureSpec, TrainSpec, train_additive

__all__ = [
    "AdditiveModel",
    "AdditiveModelError",
    "Calibration",
    "Feature",
    "FeatureSpec",
    "References",
    "Scores",
    "Term",
    "TrainSpec",
    "calibrate_additive",
    "change_logit",
    "load_model",
    "probability_from_logit",
    "save_model",
    "score_batch",
    "term_contributions",
    "train_additive",
]
