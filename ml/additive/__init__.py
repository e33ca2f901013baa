"""The additive model: train, calibrate, store and score one, independent of the lake and of any table of it.

Must not hold: knowledge of seekers or of a lake table; callers bring Arrow tables and arrays.
"""

from ml.additive.calibrate import calibrate_additive
from ml.additive.errors import AdditiveModelError
from ml.additive.model import AdditiveModel, Calibration, Feature, Term
from ml.additive.score import Scores, score_batch
from ml.additive.store import load_model, save_model
from ml.additive.train import FeatureSpec, TrainSpec, train_additive

__all__ = [
    "AdditiveModel",
    "AdditiveModelError",
    "Calibration",
    "Feature",
    "FeatureSpec",
    "Scores",
    "Term",
    "TrainSpec",
    "calibrate_additive",
    "load_model",
    "save_model",
    "score_batch",
    "train_additive",
]
