"""Named exceptions of course snapshots and rates: each says file or column, found, expected and what to do.

Must not hold: reading or checking; the base class builds the message from its four parts.
"""

from ml.tabular.errors import TableFileMissingError, TabularError


class CourseRateError(TabularError):
    """Base of everything refused in snapshots of courses."""


class MonthFormatError(CourseRateError):
    """A month that is not written YYYY-MM."""

    exit_code = 2


class NoSnapshotError(TableFileMissingError):
    """The folder holds no snapshot up to the month asked for."""


class SnapshotUnreadableError(CourseRateError):
    """A snapshot is damaged, empty or in another encoding."""


class SnapshotColumnError(CourseRateError):
    """A snapshot or a table of sessions lacks a column that is needed."""


class TwoSnapshotsError(CourseRateError):
    """Two files of the folder are of the same month."""


class NoKnownRateError(CourseRateError):
    """No rate is known by the date, so there is nothing to learn from."""
