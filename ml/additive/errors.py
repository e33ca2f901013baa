"""Named exceptions of the additive model: each message says where, found, expected and what to do.

Must not hold: any value of a person; messages carry names, counts and settings only.
"""


class AdditiveModelError(Exception):
    """Base of everything the additive model refuses."""

    def __init__(self, where: str, *, found: object, expected: object, action: str) -> None:
        """Builds the message from its four parts.

        `where` names the file, column, feature or term.
        """
        super().__init__(f"{where}: found {found}; expected {expected}; {action}")
        self.where = where


class TrainSpecError(AdditiveModelError):
    """A training specification contradicts itself."""


class TrainingDataError(AdditiveModelError):
    """A training or calibration table cannot be learned from."""


class MissingColumnError(AdditiveModelError):
    """A column the model needs is not there."""


class ColumnTypeError(AdditiveModelError):
    """A column has a type, shape or length the feature cannot be read from."""


class InfiniteValueError(AdditiveModelError):
    """A numeric column holds an infinity (NaN is missing, infinity is an error upstream)."""


class ModelFileMissingError(AdditiveModelError):
    """A file of a stored model is not there."""


class ModelHashMismatchError(AdditiveModelError):
    """A stored model's bytes are not those that were written: tampered or truncated."""


class ModelSchemaError(AdditiveModelError):
    """A stored model was written by another schema, or its parts do not fit together."""


class DegenerateModelError(AdditiveModelError):
    """Base of models that must never answer for people."""


class NonFiniteModelError(DegenerateModelError):
    """A table, edge, knot or metric of the model is NaN or infinite."""


class ConstantModelError(DegenerateModelError):
    """The model gives everybody the same probability."""


class InvertedModelError(DegenerateModelError):
    """The model ranks the calibration cohort worse than chance."""


class UninformativeModelError(DegenerateModelError):
    """The model's ranking of the calibration cohort cannot be told from chance."""


class UncalibratedModelError(DegenerateModelError):
    """The model was not calibrated on a later cohort than it was trained on."""
