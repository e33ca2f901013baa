"""What the model of the 6-month rate reads of a session, by how far the session has come.

Must not hold: learning. Three stages: COMING (not ended: neither completion nor final enrolment), ENDED (both known),
FOLLOWED (the 3-month rate too). A later stage reads all that an earlier one does. Nobody's sex or age is known here.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ml.courses import columns as c
from ml.courses.columns import BoolArray, FloatArray, IntArray
from ml.courses.history import Past, When, shrunk_rates

COMING, ENDED, FOLLOWED = "COMING", "ENDED", "FOLLOWED"
STAGES = (COMING, ENDED, FOLLOWED)
_HISTORY = ("everyone", "field", "region", "institution", "course", "finishers_of_institution", "finishers_of_course")
_OFFER = ("hours", "days", "hours_a_day", "fee", "fee_an_hour", "seats", "round", "satisfaction", "month", "is_it")
_HELD = ("enrolled", "filled", "finishers", "completion")
_EARLY = ("early_rate", "early_above_course")
READ_BY_STAGE = {
    COMING: _HISTORY + _OFFER,
    ENDED: _HISTORY + _OFFER + _HELD,
    FOLLOWED: _HISTORY + _OFFER + _HELD + _EARLY,
}
# Amounts: twice as much counts the same everywhere on the scale.
LOGGED = (
    "finishers_of_institution",
    "finishers_of_course",
    "fee",
    "fee_an_hour",
    "seats",
    "round",
    "enrolled",
    "finishers",
)
_IT_FIELD = "20"


@dataclass(frozen=True, eq=False)
class Sessions:
    """A table of sessions as arrays (n,): ends, the four keys as numbers, what they offer, and rates as stated."""

    table: pa.Table
    ends: IntArray
    keys: dict[str, IntArray]
    offer: dict[str, FloatArray]
    finishers: FloatArray

    def known(self, as_of: date) -> tuple[FloatArray, FloatArray]:
        """The 6-month and the 3-month rate (n,) as known on a day, NaN elsewhere."""
        return c.known_rates(self.table, as_of=as_of), c.known_early_rates(self.table, as_of=as_of)


def read_sessions(table: pa.Table) -> Sessions:
    """Arrays of a table that has the columns of `columns.NEEDED`."""
    c.check_columns(table)
    keys = {"course": c.COURSE, "institution": c.INSTITUTION, "field": c.FIELD, "region": c.REGION}
    codes = {name: c.read_codes(table, column) for name, column in keys.items()}
    finishers = c.read_number(table, c.COMPLETED)
    return Sessions(table, c.read_days(table, c.END), codes, _offer(table, finishers), finishers)


def read_matrix(
    sessions: Sessions, rows: IntArray, *, when: When, known: tuple[FloatArray, FloatArray]
) -> dict[str, FloatArray]:
    """Every input (k,) of the sessions `rows`, from the rates `known` (6-month, 3-month) and their days `when`."""
    rate, early = known
    past_rows = np.flatnonzero(~np.isnan(rate))
    past = Past(sessions.ends[past_rows], sessions.finishers[past_rows], rate[past_rows])
    history = shrunk_rates(past, when, {name: (code[past_rows], code[rows]) for name, code in sessions.keys.items()})
    offer = {name: values[rows] for name, values in sessions.offer.items()}
    early_rows = early[rows]
    return {**history, **offer, "early_rate": early_rows, "early_above_course": early_rows - history["course"]}


def stages_on(sessions: Sessions, as_of: date, early: FloatArray) -> npt.NDArray[np.str_]:
    """How far each session has come on a day (n,), `early` being the 3-month rates known then."""
    has_ended = (sessions.ends <= c.day_number(as_of)) & (sessions.finishers > 0)
    return np.where(has_ended & ~np.isnan(early), FOLLOWED, np.where(has_ended, ENDED, COMING))


def as_columns(inputs: dict[str, FloatArray], stage: str) -> FloatArray:
    """The stage's inputs as a matrix (k, inputs), amounts as logarithms."""
    columns = []
    for name in READ_BY_STAGE[stage]:
        values = inputs[name]
        columns.append(np.log1p(np.maximum(values, 0.0)) if name in LOGGED else values)
    return np.column_stack(columns)


def finishers_or_expected(sessions: Sessions, has_ended: BoolArray) -> FloatArray:
    """Who finished (n,), or who may be expected to: seats times the usual share of seats; at least 1."""
    seats = sessions.offer["seats"]
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = (sessions.finishers / seats)[has_ended & (sessions.finishers > 0) & (seats > 0)]
    usual = float(np.median(shares)) if len(shares) else 1.0
    expected = np.where(np.isnan(seats), _USUAL_FINISHERS, seats * usual)
    return np.maximum(np.where(has_ended & (sessions.finishers > 0), sessions.finishers, expected), 1.0)


_USUAL_FINISHERS = 10.0


def _offer(table: pa.Table, finishers: FloatArray) -> dict[str, FloatArray]:
    """What a session offers and how it was taken up; (n,) each, NaN where unknown."""
    hours, fee, seats, enrolled = (c.read_number(table, name) for name in (c.HOURS, c.FEE, c.SEATS, c.ENROLLED))
    starts, ends = c.read_days(table, c.START), c.read_days(table, c.END)
    days = (ends - starts + 1).astype(np.float64)
    months = (ends.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1).astype(np.float64)
    field = table.column(c.FIELD).to_pylist()
    return {
        "hours": hours,
        "days": days,
        "hours_a_day": _ratio(hours, days),
        "fee": fee,
        "fee_an_hour": _ratio(fee, hours),
        "seats": seats,
        "round": c.read_number(table, c.ROUND),
        "satisfaction": c.read_number(table, c.SATISFACTION),
        "month": months,
        "is_it": np.array([float((code or "").startswith(_IT_FIELD)) for code in field]),
        "enrolled": enrolled,
        "filled": _ratio(enrolled, seats),
        "finishers": np.where(finishers > 0, finishers, np.nan),
        "completion": np.minimum(_ratio(finishers, enrolled), 1.0),
    }


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """One by the other, NaN where there is nothing to divide by."""
    ratio: FloatArray = np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)
    return ratio
