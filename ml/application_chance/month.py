"""The month's chances: learned once and kept with how good they are; every night of the month uses them.

A replayed date uses the terms of its month. Do not put here: learning (train.py), measures (judge.py).
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from lake.file_sync import write_durably
from ml.additive.errors import AdditiveModelError
from ml.additive.model import encode_json
from ml.application_chance.judge import fallback_row, judge
from ml.application_chance.train import Row, TooFewApplications, fallback_rows, learn, split_by_day, term_rows

log = logging.getLogger(__name__)
RECORD_FILE = "application_chances.json"


class ChanceRecordError(AdditiveModelError):
    """What was kept of a month's chances cannot be read."""


@dataclass(frozen=True)
class Month:
    """Rows without their date: the terms, ops__evaluation, ops__calibration."""

    terms: list[Row]
    evaluation: list[Row]
    calibration: list[Row]


def ensure_month(pairs: pa.Table, models_dir: Path, *, as_of: date) -> Month:
    """What was learned for the month when it is there; learned from features__application_pairs otherwise."""
    record = _record(models_dir, as_of)
    if record.is_file():
        return read_month(models_dir, as_of=as_of)
    month = learn_month(pairs)
    record.parent.mkdir(parents=True, exist_ok=True)
    write_durably(record, encode_json(asdict(month)))
    return month


def read_month(models_dir: Path, *, as_of: date) -> Month:
    """The kept month; ChanceRecordError when it is missing or damaged."""
    record = _record(models_dir, as_of)
    try:
        return Month(**json.loads(record.read_bytes()))
    except (OSError, TypeError, ValueError) as error:
        raise ChanceRecordError(
            f"{record.name} of {as_of:%Y-%m}",
            found=f"{type(error).__name__}: {error}",
            expected="terms, evaluation, calibration",
            action="delete the file and run the night again from scores__application_chances",
        ) from error


def learn_month(pairs: pa.Table) -> Month:
    """Learn and judge; too few applications give the fallback and say so."""
    try:
        split = split_by_day(pairs)
    except TooFewApplications as error:
        log.warning("no learned chance: %s", error)
        return Month(fallback_rows(pairs), [fallback_row(str(error), pairs.num_rows)], [])
    terms = learn(split)
    evaluation, calibration = judge(terms, split)
    return Month(term_rows(terms, split.teaches), evaluation, calibration)


def _record(models_dir: Path, as_of: date) -> Path:
    return models_dir / "application_chance" / f"{as_of:%Y-%m}" / RECORD_FILE
