"""The night's predictions of sessions whose 6-month rate is not known yet (makes scores__course_outcomes).

Must not hold: how a rate is predicted (predict.py). Before any rate is known there is no row; a session of a field
(NCS major group) without a single known rate has a row without numbers: "no data", never 0 and never the rate of
other fields.
"""

import logging
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lake.contracts.answers import COURSE_OUTCOME_SCORES
from lake.contracts.render import arrow_schema
from ml.courses import columns as c
from ml.courses.errors import NoKnownRateError
from ml.courses.predict import predict_rates
from transforms.gold.course_outcomes import FIELD_DIGITS

log = logging.getLogger("goyong.courses")

MODEL_VERSION = "course-outcomes-2"
"""Raised by hand when inputs, members or intervals of the model change; it is learned anew every night."""
READ_COLUMNS = (
    c.SESSION,
    c.COURSE,
    c.ROUND,
    c.INSTITUTION,
    c.FIELD,
    c.REGION,
    c.START,
    c.END,
    c.HOURS,
    c.FEE,
    c.SEATS,
    c.ENROLLED,
    c.COMPLETED,
    c.SATISFACTION,
    c.RATE_6M,
)
"""Of silver__training_courses, which has no 3-month rate: no session is FOLLOWED."""
_SCHEMA = arrow_schema(COURSE_OUTCOME_SCORES)


def predict_night(sessions: pa.Table, *, as_of: date) -> pa.Table:
    """Rows of scores__course_outcomes from rows of silver__training_courses, by session_id."""
    try:
        rates = predict_rates(sessions, as_of=as_of)
    except NoKnownRateError as nothing:
        log.warning("no course outcome is predicted: %s", nothing)
        return _SCHEMA.empty_table()
    has_data = _fields_with_rates(sessions, rates, as_of)
    numbers = {
        name: pc.if_else(has_data, rates.column(source).combine_chunks(), pa.scalar(None, pa.float64()))
        for name, source in (
            ("predicted_rate_0_1", "predicted"),
            ("predicted_low_0_1", "low"),
            ("predicted_high_0_1", "high"),
        )
    }
    made = {
        "as_of": pa.repeat(pa.scalar(as_of), rates.num_rows),
        "session_id": rates.column(c.SESSION),
        **numbers,
        "course_stage_code": rates.column("stage_code"),
        "model_version": pa.repeat(MODEL_VERSION, rates.num_rows),
    }
    return pa.table({name: made[name] for name in _SCHEMA.names}).cast(_SCHEMA)


def _fields_with_rates(sessions: pa.Table, rates: pa.Table, as_of: date) -> pa.Array:
    """Whether the field of each predicted session (m,) has a known rate; sessions of no stated field share one."""
    skills = pc.fill_null(sessions.column(c.FIELD).cast(pa.string()), "").combine_chunks()
    fields = pc.utf8_slice_codeunits(skills, 0, FIELD_DIGITS)
    known = fields.filter(pa.array(~np.isnan(c.known_rates(sessions, as_of=as_of))))
    ids = sessions.column(c.SESSION).combine_chunks()
    asked = fields.take(pc.index_in(rates.column(c.SESSION).combine_chunks(), value_set=ids))
    return pc.is_in(asked, value_set=pc.unique(known))
