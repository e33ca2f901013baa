"""Named exceptions of tables that are handed in as files: each names file, column and row, never a value.

Must not hold: reading or checking; the base class builds the message from its four parts.
"""

from ml.additive.errors import AdditiveModelError


class TabularError(AdditiveModelError):
    """Base of everything that is refused in a file or an option."""


class TableFileMissingError(TabularError):
    """There is no such file."""

    exit_code = 3


class EmptyTableError(TabularError):
    """A file without a header or without rows."""


class TableEncodingError(TabularError):
    """A file that is neither UTF-8 nor CP949."""


class HeaderError(TabularError):
    """A header with a blank name or the same name twice."""


class RowShapeError(TabularError):
    """A row with more or fewer values than the header has names."""


class UnknownColumnError(TabularError):
    """An option names a column that is not there, or one column twice."""

    exit_code = 2


class LabelValueError(TabularError):
    """A label that is not two classes, or is missing in a row."""


class MissingFeatureError(TabularError):
    """The test file lacks a column the model was trained on."""


class NotANumberError(TabularError):
    """Text in a column that is numeric in the training file."""


class InfiniteNumberError(TabularError):
    """An infinity in a numeric column."""


class NoFeatureError(TabularError):
    """No column is left to learn from."""


class MissingIdError(TabularError):
    """A test row without an id."""


class TooFewRowsError(TabularError):
    """Too few rows of a class to learn and calibrate from."""


class UninformativeTableError(TabularError):
    """Nothing in the columns ranks held-out rows better than chance."""
