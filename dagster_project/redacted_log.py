"""Logs and tracebacks without personal data: what every handler of ours prints with.

Put here: the last step before text leaves the process. Do not put here: the patterns (lake/privacy.py).
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from typing import Any

from lake.disk_full import as_disk_full

OUR_PACKAGES = ("lake", "transforms", "ml", "matching", "dashboards", "portal", "dagster_project")


class RedactingFormatter(logging.Formatter):
    """Formats a record, traceback included, and takes resident numbers, phone numbers and e-mail addresses out."""

    def format(self, record: logging.LogRecord) -> str:
        """The text of a record."""
        from lake.privacy import redact

        return redact(super().format(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """The traceback of a record without the texts of foreign errors."""
        return _traceback_of(ei[1]) if ei[1] is not None else super().formatException(ei)


def told_of(error: BaseException) -> str:
    """What may be kept of an error: kind and text of ours, of a foreign one the kind alone: it may quote a row."""
    from lake.privacy import redact_record

    kind = type(error).__name__
    return redact_record(f"{kind}: {error}") if is_ours(error) else f"{kind} (its text is left out: it may quote a row)"


def is_ours(error: BaseException) -> bool:
    """Whether an error is of a package of ours, so that its text was written with care."""
    return type(error).__module__.split(".")[0] in OUR_PACKAGES


def print_redacted_traceback(error: BaseException) -> None:
    """Where an error that nobody expected came up, call by call, without the texts of foreign errors."""
    sys.stderr.write(_traceback_of(error))


def causes_of(error: BaseException) -> list[BaseException]:
    """The error and what caused it, outermost first (Dagster wraps what a step raised)."""
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in chain:
        chain.append(cause)
        cause = getattr(cause, "user_exception", None) or cause.__cause__ or cause.__context__
    return chain


def _traceback_of(error: BaseException) -> str:
    frames = [(found, "".join(traceback.format_tb(found.__traceback__))) for found in reversed(causes_of(error))]
    told = [f"{calls}{told_of(found)}\n" for found, calls in frames]
    return "Traceback (most recent call last):\n" + "\n".join(told)


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
    """Whether none of the errors in the record is one of ours, whose text is said elsewhere, or a full disk's."""
    error = record.exc_info[1] if record.exc_info else None
    if error is None:
        return True
    return not any(map(is_ours, causes_of(error))) and as_disk_full(error) is None
