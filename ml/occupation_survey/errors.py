"""Named exceptions of surveys that are handed in as files.

Must not hold: reading or checking; what any CSV file may do wrong is named in ml/tabular/errors.py.
"""

from ml.tabular.errors import TabularError


class SurveyColumnError(TabularError):
    """A survey lacks the column of the label or of the id."""

    exit_code = 2


class NoItemError(TabularError):
    """A survey without any questionnaire item, or a test file without any of the training files."""

    exit_code = 2


class TooFewOccupationsError(TabularError):
    """Training files in which one occupation only is named."""
