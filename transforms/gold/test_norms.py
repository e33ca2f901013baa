"""How everybody answers the interest items (makes gold__test_norms).

No norm of item answers is published, so mean and deviation are those of the people in this lake: a score says how
somebody stands among them, not among the population. Do not put here: scores (seeker_tests.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from lake.contracts.gold import TEST_NORMS
from lake.contracts.scales import INSTRUMENT_SCALES
from transforms.gold.answered_tests import COLUMNS, FORMS, read_tests
from transforms.registers import Registers, day

_SCALES = pa.array(INSTRUMENT_SCALES["interest"])
_UNITS = 10_000  # a mean answer in ten thousandths: sums of whole numbers are the same in any order
_ANSWERED = "seeker_key string, tested_date date, scale_name string, test_form_code string, answer_units long"


def test_norms(known: Registers, *, as_of: date) -> DataFrame:
    """Mean and standard deviation (n - 1) of the mean answer by scale and form, from the newest good test of each."""
    asked = known.test_results.where("item_answers_text is not null").select(*COLUMNS)
    answered = asked.mapInArrow(_mean_answers, _ANSWERED)
    newest = Window.partitionBy("seeker_key", "scale_name", "test_form_code").orderBy(F.col("tested_date").desc())
    one_each = answered.withColumn("_place", F.row_number().over(newest)).where("_place = 1")
    units = F.col("answer_units")
    sums = one_each.groupBy("scale_name", "test_form_code").agg(
        F.count(units).alias("n"), F.sum(units).alias("total"), F.sum(units * units).alias("squares")
    )
    n, total, squares = (F.col(name).cast("double") for name in ("n", "total", "squares"))
    variance = F.when(n > 1, F.greatest(squares - total * total / n, F.lit(0.0)) / (n - 1))
    return sums.select(
        day(as_of).alias("as_of"),
        "scale_name",
        "test_form_code",
        F.col("n").cast("int").alias("respondents_count"),
        F.round(total / n / _UNITS, 6).alias("answer_mean"),
        F.round(F.sqrt(variance) / _UNITS, 6).alias("answer_deviation"),
    ).select(*TEST_NORMS.names)


def _mean_answers(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """One row for each scale of which enough is answered in a test that does not contradict itself."""
    for batch in batches:
        tests = read_tests(batch)
        is_good = tests.has_enough_items & (tests.contradictions[:, 0] == 0)[:, None]
        mean = np.rint(_UNITS * tests.items.sums / np.maximum(tests.items.counts, 1)).astype(np.int64)
        row, scale = np.nonzero(is_good)
        yield pa.RecordBatch.from_pydict(
            {
                "seeker_key": batch.column("seeker_key").take(pa.array(row)),
                "tested_date": batch.column("tested_date").take(pa.array(row)),
                "scale_name": _SCALES.take(pa.array(scale)),
                "test_form_code": pa.array(FORMS).take(pa.array(tests.form[row])),
                "answer_units": pa.array(mean[row, scale]),
            }
        )
