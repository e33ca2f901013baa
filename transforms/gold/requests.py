"""Requests of data subjects on a day: which are in force, and where the clock of each answer stands.

시행령 제44조의3: a refusal, a wish for explanation or review is answered within 30 days of the request, longer for good
reason. The day of the request does not count (민법 제157조), and a last day on a holiday is not moved: early is safe.
Do not put here: what follows for a person (seeker_rights.py) or for who has to answer (human_reviews.py).
"""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lake.contracts.rights import ANSWER_WITHIN_DAYS
from transforms.registers import day

SHOWN_AFTER_ANSWER_DAYS = 30


def requests_in_force(requests: DataFrame, *, as_of: date) -> DataFrame:
    """Rows of silver__rights_requests made by `as_of` and not withdrawn by then, with clock and state.

    Adds review_due_date, review_state_code, is_rejected; an answer of a later day is not yet known. A request that
    names no service concerns all of them.
    """
    on = day(as_of)
    frame = requests.where(F.col("requested_date") <= on)
    frame = frame.where(F.col("withdrawn_date").isNull() | (F.col("withdrawn_date") > on))
    is_answered = F.coalesce(F.col("answered_date") <= on, F.lit(False))
    days = F.lit(ANSWER_WITHIN_DAYS) + F.coalesce(F.col("extension_days"), F.lit(0))
    due = F.date_add(F.col("requested_date"), days)
    state = F.when(is_answered, "ANSWERED").when(due < on, "OVERDUE").otherwise("OPEN")
    return frame.withColumns(
        {
            "as_of": on,
            "request_service_code": F.coalesce(F.col("request_service_code"), F.lit("ALL")),
            "is_rejected": is_answered & F.coalesce(F.col("request_outcome_code") == "REJECTED", F.lit(False)),
            "answered_date": F.when(is_answered, F.col("answered_date")),
            "request_outcome_code": F.when(is_answered, F.col("request_outcome_code")),
            "review_due_date": due,
            "review_state_code": state,
        }
    )


def open_or_lately_answered(in_force: DataFrame, *, as_of: date) -> DataFrame:
    """The requests that still wait, and those answered within the last 30 days."""
    answered = F.col("answered_date")
    return in_force.where(answered.isNull() | (answered > day(as_of, minus=SHOWN_AFTER_ANSWER_DAYS)))
