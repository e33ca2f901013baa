"""Named exceptions of résumés, postings and applications that are handed in as files.

Must not hold: reading or checking; what any CSV file may do wrong is named in ml/tabular/errors.py.
"""

from ml.tabular.errors import TabularError


class JobColumnError(TabularError):
    """A file lacks a column that is needed."""


class DuplicateIdError(TabularError):
    """Two rows of a file that has one row a résumé or posting name the same one."""


class UnknownIdError(TabularError):
    """A row names a résumé or posting that its own file does not have."""


class DayFormatError(TabularError):
    """A day that is not written YYYY-MM-DD."""


class TooFewPostingsError(TabularError):
    """Somebody has fewer postings left than were asked for."""

    exit_code = 2
