"""What tests say of each seeker: the newest result of each instrument that can be believed (makes gold__seeker_tests).

People take tests several times and never all of them. A test that contradicts itself is not used; why is kept where it
is newer than what is used. Do not put here: how a single test is read (answered_tests.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lake.contracts.gold import SEEKER_TESTS
from lake.contracts.scales import INSTRUMENT_SCALES, INSTRUMENTS, SCALE_NAMES, SCALES
from transforms.gold.answered_tests import (
    COLUMNS,
    FORMS,
    INTERESTS,
    PROBLEMS,
    SLICES,
    AnsweredTests,
    Floats,
    Ints,
    read_tests,
)
from transforms.registers import Registers, day

LEAST_RESPONDENTS = 100
"""Fewer people are no norm to stand against."""
NORM_MEAN, NORM_DEVIATION = 100.0, 15.0
"""The scale of published norms (SOURCES §3)."""
_PROBLEM_NAMES = tuple(f"problem_{name}" for name in INSTRUMENTS)
_JUDGED = ", ".join(
    (
        "seeker_key string, tested_date date",
        *(f"{name} double" for name in SCALE_NAMES),
        *(f"{name} string" for name in _PROBLEM_NAMES),
    )
)


def judge_tests(known: Registers, norms: pa.Table) -> DataFrame:
    """Each test: its scales, those sent as items scored, null where not to be used; `problem_*` says why not.

    `norms` are the rows of gold__test_norms. Callers stage this, because `seeker_tests` reads it five times.
    """
    return known.test_results.select(*COLUMNS).mapInArrow(partial(_judge_batches, norms=norms), _JUDGED)


def seeker_tests(judged: DataFrame, *, as_of: date) -> DataFrame:
    """One row a seeker with a test, from `judge_tests`.

    tested_date is the day of the newest test that is used, or of the newest one if none is.
    """
    frame = judged.groupBy("seeker_key").agg(
        F.max("tested_date").alias("_newest"),
        F.count(F.lit(1)).cast("int").alias("tests_count"),
        *(F.max(F.when(_is_usable(name), F.col("tested_date"))).alias(f"_used_{name}") for name in INSTRUMENTS),
        *(F.max(_refused(name)).alias(f"_refused_{name}") for name in INSTRUMENTS),
    )
    for name in INSTRUMENTS:
        that_day = F.col("tested_date").alias(f"_used_{name}")
        part = judged.select("seeker_key", that_day, *INSTRUMENT_SCALES[name])
        frame = frame.join(part, on=["seeker_key", f"_used_{name}"], how="left")
    text = F.concat_ws("|", *(_told(name) for name in INSTRUMENTS))
    newest_used = F.greatest(*(f"_used_{name}" for name in INSTRUMENTS))
    return frame.withColumns(
        {
            "as_of": day(as_of),
            "tested_date": F.coalesce(newest_used, F.col("_newest")),
            "unused_test_codes": F.when(text != "", text),
        }
    ).select(*SEEKER_TESTS.names)


def _is_usable(instrument: str) -> Column:
    return F.coalesce(*INSTRUMENT_SCALES[instrument]).isNotNull()


def _refused(instrument: str) -> Column:
    """Day and problem in one text, so that the greatest is the newest."""
    problem = F.col(f"problem_{instrument}")
    return F.when(problem.isNotNull(), F.concat_ws(" ", F.col("tested_date").cast("string"), problem))


def _told(instrument: str) -> Column:
    """instrument:CODE of the newest refused test, if it is newer than the one used; null otherwise."""
    refused, used = F.col(f"_refused_{instrument}"), F.col(f"_used_{instrument}").cast("string")
    is_newer = used.isNull() | (F.substring(refused, 1, 10) > used)
    return F.when(is_newer, F.concat(F.lit(f"{instrument}:"), F.substring(refused, 12, 40)))


def _judge_batches(batches: Iterator[pa.RecordBatch], *, norms: pa.Table) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        tests = read_tests(batch)
        scales = _scored(tests, norms)
        problems = _problems(tests, scales)
        for place, name in enumerate(INSTRUMENTS):
            scales[problems[:, place] > 0, SLICES[name]] = np.nan
        columns: dict[str, pa.Array] = {name: batch.column(name) for name in ("seeker_key", "tested_date")}
        columns |= {name: pa.array(scales[:, n], from_pandas=True) for n, name in enumerate(SCALE_NAMES)}
        names = pa.array([name or None for name in PROBLEMS], pa.string())
        columns |= {name: names.take(pa.array(problems[:, n])) for n, name in enumerate(_PROBLEM_NAMES)}
        yield pa.RecordBatch.from_pydict(columns)


def _scored(answered: AnsweredTests, norms: pa.Table) -> Floats:
    """The scales, with those of interest that were sent as items: 100 + 15 · (mean answer - norm mean) / deviation."""
    mean, deviation = _read_norms(norms)
    answer = answered.items.sums / np.maximum(answered.items.counts, 1)
    score = NORM_MEAN + NORM_DEVIATION * (answer - mean[answered.form]) / deviation[answered.form]
    low, high = SCALES[0].minimum, SCALES[0].maximum
    score = np.where(answered.has_enough_items, np.clip(np.round(score, 1), low, high), np.nan)
    scales = answered.scales.copy()
    scales[:, INTERESTS] = np.where(np.isnan(scales[:, INTERESTS]), score, scales[:, INTERESTS])
    return scales


def _read_norms(norms: pa.Table) -> tuple[Floats, Floats]:
    """Means and deviations by form and interest scale, shape (2, 6); NaN where too few have answered."""
    mean, deviation = (np.full((len(FORMS), len(INSTRUMENT_SCALES["interest"])), np.nan) for _ in range(2))
    for norm in norms.to_pylist():
        if norm["respondents_count"] >= LEAST_RESPONDENTS and norm["answer_deviation"]:
            place = FORMS.index(norm["test_form_code"]), INSTRUMENT_SCALES["interest"].index(norm["scale_name"])
            mean[place], deviation[place] = norm["answer_mean"], norm["answer_deviation"]
    return mean, deviation


def _problems(answered: AnsweredTests, scales: Floats) -> Ints:
    """By instrument, why a test is not used (place in PROBLEMS); for items without a score also why there is none."""
    problems = answered.contradictions.copy()
    unscored = (answered.items.totals > 0) & np.isnan(scales[:, INTERESTS]).all(axis=1) & (problems[:, 0] == 0)
    reason = np.where(answered.has_enough_items.any(axis=1), PROBLEMS.index("NO_NORM"), PROBLEMS.index("TOO_FEW_ITEMS"))
    problems[:, 0] = np.where(unscored, reason, problems[:, 0])
    return np.where(answered.is_taken, problems, 0)
