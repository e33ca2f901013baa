"""Logs and tracebacks without personal data: what every handler of ours prints with.

Put here: the last step before text leaves the process. Do not put here: the patterns (lake/privacy.py).
"""

from __future__ import annotations

import logging
import os
import sys
import traceback

OUR_PACKAGES = ("lake", "transforms", "ml", "matching", "dashboards", "dagster_project")


class RedactingFormatter(logging.Formatter):
    """Formats a record, traceback included, and takes resident numbers, phone numbers and e-mail addresses out."""

    def format(self, record: logging.LogRecord) -> str:
        """The text of a record."""
        from lake.privacy import redact

        return redact(super().format(record))


def print_redacted_traceback(error: BaseException) -> None:
    """An error that nobody expected, as Python prints it, without personal data."""
    from lake.privacy import redact

    sys.stderr.write(redact("".join(traceback.format_exception(error))))


def set_up_logging() -> None:
    """Progress and errors to stderr, redacted, for a command of ours."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter("%(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    for ours in ("goyong", *OUR_PACKAGES):
        logging.getLogger(ours).setLevel(logging.INFO)
    logging.getLogger("lake.tables").setLevel(logging.WARNING)


def keep_errors_out_of_records() -> None:
    """Dagster's store holds an id in place of what a step raised: a foreign error may quote a row.

    The reason stands in ops__runs (redacted) and the traceback of an error that is not ours goes to stderr (redacted).
    """
    os.environ["DAGSTER_REDACT_USER_CODE_ERRORS"] = "1"
    logger = logging.getLogger("dagster.redacted_errors")
    logger.propagate = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter("%(message)s"))
    handler.addFilter(_is_foreign)
    logger.handlers = [handler]


def _is_foreign(record: logging.LogRecord) -> bool:
    """Whether none of the errors in the record is one of ours, whose text is said elsewhere."""
    error = record.exc_info[1] if record.exc_info else None
    while error is not None:
        if type(error).__module__.split(".")[0] in OUR_PACKAGES:
            return False
        error = error.__cause__ or error.__context__
    return True
