"""Bronze text to typed silver columns, generated from the contract, with a reason for each refusal.

A row with any reason goes to quarantine whole: a wrong value is never turned into a default. Do not
put here: rules of one noun (see the module of that noun).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from lake.contracts.bronze import quarantine_of
from lake.contracts.codes import NO_WORDS
from lake.contracts.model import Column, Kind, Table
from lake.contracts.render import SPARK_TYPES

Rule = tuple[str, SparkColumn]
"""A reason code and the condition (over typed columns) under which a row is refused."""

_LIMITS = {
    Kind.INT8: (-128, 127),
    Kind.INT16: (-32_768, 32_767),
    Kind.INT32: (-2_147_483_648, 2_147_483_647),
    Kind.INT64: (-(2**53), 2**53),  # numbers are parsed as doubles, which hold no larger whole number exactly
}
_TRUE = ("y", "yes", "1", "true", "t", "예")
# Years 1600 to 9999: Python has no year 0, and engines count the days before the Gregorian calendar differently.
_DAY = r"(1[6-9]|[2-9][0-9])[0-9]{2}[-./]?[0-9]{2}[-./]?[0-9]{2}\.?"
_CLOCK = r"[ T]?[0-9]{2}(:?[0-9]{2}(:?[0-9]{2}(\.[0-9]+)?)?)?"
# \z, because Java's $ also stands before a line end. Anything behind (오후, PM, one digit more) makes it no date, and
# so does a zone: landing has put zoned times into the day in Korea or into UTC (lake/sources/times.py).
_DATE = rf"^{_DAY}({_CLOCK})?\z"
_INSTANT = rf"^{_DAY}({_CLOCK}Z?)?\z"
# Spelled out, because Java takes "5f" and "0x1p3" for numbers as well. Commas stand between thousands or it is none:
# 1,5 may be one and a half.
_NUMBER = r"^[+-]?(([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t]*%?\z"
_LONGEST_TEXT_BYTES = 1_000_000
_FLOAT_LIMITS = {Kind.FLOAT32: 3.4e38, Kind.FLOAT64: 1e300}


def typed(bronze: DataFrame, table: Table, *, as_of: date) -> DataFrame:
    """Each delivered column parsed to its contract type, `_sent_*` kept beside it until `refuse`."""
    sent = {column.name: _sent(column.name) for column in table.delivered}
    return bronze.select(
        F.lit(as_of.isoformat()).cast("date").alias("as_of"),
        *(_parsed(column, sent[column.name]).alias(column.name) for column in table.delivered),
        *(sent[column.name].alias(f"_sent_{column.name}") for column in table.delivered),
        "delivery_date",
        "source_file",
        "row_number",
        "row_hash",
        "landing_error",
        F.coalesce(F.col("is_deleted"), F.lit(False)).alias("is_deleted"),
    )


def judge(frame: DataFrame, table: Table, rules: Sequence[Rule] = ()) -> DataFrame:
    """`frame` with `reason_codes` (empty when the row is good, else `column:REASON` joined by |) and `row_text`.

    row_text is what was sent, as pseudonymous JSON, on refused rows only; the `_sent_*` columns are gone.
    """
    unreadable = F.when(F.col("landing_error").isNotNull(), F.concat(F.lit("row:UNREADABLE "), "landing_error"))
    reasons = [_reason(column) for column in table.delivered]
    reasons += [F.when(condition, F.lit(reason)) for reason, condition in rules]
    # A row that deletes needs no more than its key and its time.
    needed = [_reason(column) for column in table.delivered if column.name in (*natural_key(table), "updated_at")]
    every, few = F.concat_ws("|", unreadable, *reasons), F.concat_ws("|", unreadable, *needed)
    judged = frame.withColumn("reason_codes", F.when(F.col("is_deleted"), few).otherwise(every))
    sent = F.to_json(F.struct(*(F.col(f"_sent_{column.name}").alias(column.name) for column in table.delivered)))
    judged = judged.withColumn("row_text", F.when(F.col("reason_codes") != "", sent))
    return judged.drop(*(f"_sent_{column.name}" for column in table.delivered))


def newest(judged: DataFrame, table: Table) -> DataFrame:
    """Good rows only, one per key: the newest `updated_at` wins, whenever it arrived; a delete mark leaves none."""
    return _in_order(judged, table).where("_is_newest and not is_deleted").drop("_is_newest")


def superseded(judged: DataFrame, table: Table) -> DataFrame:
    """The good rows that `newest` leaves out: what was known before a correction; of a deleted key nothing."""
    ordered = _in_order(judged, table)
    deleted = ordered.where("_is_newest and is_deleted").select(*natural_key(table))
    before = ordered.where("not _is_newest and not is_deleted").drop("_is_newest")
    return before.join(deleted, natural_key(table), "left_anti")


_ARRIVAL = ("delivery_date", "source_file", "row_number")


def newest_first() -> list[SparkColumn]:
    """The order of corrections of one key: the source's own time, then the order of arrival."""
    return [F.col("updated_at").desc_nulls_last(), *(F.col(name).desc() for name in _ARRIVAL)]


def oldest_first() -> list[SparkColumn]:
    """`newest_first` from its other end."""
    return [F.col("updated_at").asc_nulls_first(), *(F.col(name).asc() for name in _ARRIVAL)]


def _in_order(judged: DataFrame, table: Table) -> DataFrame:
    """Good rows, whether each is the newest of its key, and the day the key first came (right for the newest)."""
    # Oldest first, so that both look back or one row ahead: a window over whole keys would hold every row in memory.
    keys = Window.partitionBy(*natural_key(table)).orderBy(*oldest_first())
    before = keys.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    return judged.where("reason_codes = ''").withColumns(
        {
            "_is_newest": F.lead(F.lit(1)).over(keys).isNull(),
            "first_delivery_date": F.min("delivery_date").over(before),
        }
    )


def natural_key(table: Table) -> list[str]:
    """The table's key without the business date."""
    return [name for name in table.key if name != "as_of"]


def refused(judged: DataFrame, table: Table) -> DataFrame:
    """The rows of the quarantine table: where they came from, why, and what was sent."""
    return judged.where("reason_codes != ''").select(*quarantine_of(table).names)


def parsed_number(sent: SparkColumn) -> SparkColumn:
    """The number in a text, with commas between its thousands and a % behind it left out; null when it is none."""
    plain = F.regexp_replace(sent, r"[,% \t]", "")
    return F.when(sent.rlike(_NUMBER), plain).try_cast("double")


def _sent(name: str) -> SparkColumn:
    trimmed = F.trim(F.col(name))
    return F.when(trimmed != "", trimmed)


def _parsed(column: Column, sent: SparkColumn) -> SparkColumn:
    if column.kind is Kind.STRING:
        return sent
    if column.kind is Kind.BOOLEAN:
        lowered = F.lower(sent)
        return F.when(lowered.isin(*_TRUE), F.lit(True)).when(lowered.isin(*NO_WORDS), F.lit(False))
    if column.kind is Kind.DATE:
        return F.when(sent.rlike(_DATE), _iso_day(_digits(sent)).try_cast("date"))
    if column.kind is Kind.INSTANT:
        digits = F.rpad(_digits(sent), 14, "0")
        clock = F.concat_ws(":", F.substring(digits, 9, 2), F.substring(digits, 11, 2), F.substring(digits, 13, 2))
        local = F.concat_ws(" ", _iso_day(digits), clock).try_cast("timestamp")
        # Sources write Korean time unless they say Z; Korea has kept UTC+9 without summer time since 1988.
        utc = F.when(sent.endswith("Z"), local).otherwise(local - F.expr("interval 9 hours"))
        return F.when(sent.rlike(_INSTANT), utc)
    number = parsed_number(sent)
    if column.kind in _LIMITS:
        low, high = _LIMITS[column.kind]
        whole = F.when((number >= low) & (number <= high) & (F.floor(number) == number), number)
        return whole.cast(SPARK_TYPES[column.kind])
    return F.when(F.abs(number) <= _FLOAT_LIMITS[column.kind], number).cast(SPARK_TYPES[column.kind])


def _digits(sent: SparkColumn) -> SparkColumn:
    return F.regexp_replace(sent, r"[^0-9]", "")


def _iso_day(digits: SparkColumn) -> SparkColumn:
    return F.concat_ws("-", F.substring(digits, 1, 4), F.substring(digits, 5, 2), F.substring(digits, 7, 2))


def _reason(column: Column) -> SparkColumn:
    value, sent = F.col(column.name), F.col(f"_sent_{column.name}")
    reason = F.when(sent.isNotNull() & value.isNull(), F.lit(f"{column.name}:NOT_A_{column.kind.name}"))
    if not column.nullable:
        reason = reason.when(value.isNull(), F.lit(f"{column.name}:MISSING"))
    if column.codes:
        reason = reason.when(~value.isin(*column.codes.codes), F.lit(f"{column.name}:UNKNOWN_CODE"))
    if column.kind is Kind.STRING and not column.codes:
        reason = reason.when(F.octet_length(value) > _LONGEST_TEXT_BYTES, F.lit(f"{column.name}:TOO_LONG"))
    outside = [value < column.minimum] if column.minimum is not None else []
    outside += [value > column.maximum] if column.maximum is not None else []
    for condition in outside:
        reason = reason.when(condition, F.lit(f"{column.name}:OUT_OF_RANGE"))
    if column.name == "updated_at":  # a stamp of the year 2999 would win over every later correction
        too_late = F.date_add("delivery_date", 2).cast("timestamp") - F.expr("interval 9 hours")  # midnight in Korea
        reason = reason.when(value >= too_late, F.lit("updated_at:IN_THE_FUTURE"))
    return reason
