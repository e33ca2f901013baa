"""The month's employment model: trained once, judged, promoted or not, and kept with the numbers of that decision.

A replayed date uses the model of its month. Do not put here: fitting (train.py), the rule (promotion.py), scoring.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from lake.file_sync import write_durably
from ml import registry
from ml.additive.errors import AdditiveModelError
from ml.additive.model import AdditiveModel, encode_json
from ml.employment.backtest import backtest
from ml.employment.cohorts import judged_dates, origin
from ml.employment.counts import used_rows
from ml.employment.guard import check_for_night, usable
from ml.employment.judge import SERVICE, Judged, Row, people_of
from ml.employment.promotion import Promotion, decide
from ml.employment.train import MIN_OUTCOMES, FitOptions, TooFewToLearn, fit

log = logging.getLogger(__name__)
RECORD_FILE = "judgement.json"
MIN_JUDGED_ROWS = 100


@dataclass(frozen=True)
class Month:
    """What came of a month's training, kept for its nights.

    The served version or none and why, the backtest's rows, the decision's row, and what each cohort was used for.
    """

    model_version: str | None
    reason: str
    evaluation: list[Row]
    promotion: Row
    cohorts: list[Row]


def registry_dir(models_dir: Path, as_of: date) -> Path:
    """One model a calendar month: replaying a date uses the model of its month."""
    return models_dir / "employment" / f"{as_of:%Y-%m}"


def ensure_month(cohorts: pa.Table, models_dir: Path, *, as_of: date, known_until: date, options: FitOptions) -> Month:
    """The month's model: what was decided when it is there, trained, judged and decided otherwise."""
    folder = registry_dir(models_dir, as_of)
    record = folder / RECORD_FILE
    if record.is_file():
        kept_month = read_record(models_dir, as_of)
        if kept_month.model_version:
            # A damaged model, or one that must not answer tonight, is named here, before anybody is scored.
            check_for_night(registry.current(folder), as_of, uses_age=options.uses_age)
        return kept_month
    month = _train(cohorts, folder, (as_of, known_until), options)
    folder.mkdir(parents=True, exist_ok=True)
    write_durably(record, encode_json({name: getattr(month, name) for name in Month.__dataclass_fields__}))
    return month


def has_record(models_dir: Path, as_of: date) -> bool:
    """Whether the month's model was decided, so that a night needs no cohorts to teach one."""
    return (registry_dir(models_dir, as_of) / RECORD_FILE).is_file()


def read_record(models_dir: Path, as_of: date) -> Month:
    """What was decided for the month of `as_of`; NoCurrentModelError when the month was never trained."""
    record = registry_dir(models_dir, as_of) / RECORD_FILE
    if not record.is_file():
        raise registry.NoCurrentModelError(
            f"employment model of {as_of:%Y-%m}",
            found="no record",
            expected="a trained month",
            action="run the night again from employment_model",
        )
    return Month(**json.loads(record.read_bytes()))


def previous_model(folder: Path, as_of: date, *, uses_age: bool) -> AdditiveModel | None:
    """The served model of the newest earlier month that may still answer tonight."""
    earlier = sorted(
        (path for path in folder.parent.glob("????-??") if path.name < folder.name), key=lambda path: path.name
    )
    for path in reversed(earlier):
        try:
            model = registry.current(path)
        except registry.NoCurrentModelError:
            continue
        except AdditiveModelError as error:
            log.warning("the model of %s cannot be used: %s", path.name, error)
            continue
        if usable(model, as_of, uses_age=uses_age):
            return model
    return None


def _train(cohorts: pa.Table, folder: Path, days: tuple[date, date], options: FitOptions) -> Month:
    as_of, known_until = days
    incumbent = previous_model(folder, as_of, uses_age=options.uses_age)
    dates, used = judged_dates(known_until), used_rows(cohorts, known_until=known_until)
    try:
        judged = _enough(people_of(cohorts, dates, evaluation_only=True, season=origin(known_until).calibrates))
        candidate = fit(cohorts, origin(known_until), options)
        registry.check_model(candidate)
        decision = decide(candidate, incumbent, judged)
    except (TooFewToLearn, AdditiveModelError) as error:
        why = f"{type(error).__name__}: {error}"
        log.warning("no new employment model for %s: %s", folder.name, why)
        version = _carry_over(folder, incumbent, registry.Decision(True, "kept: " + why, f"{as_of}T00:00:00Z"))
        row = _promotion_row(version, None, incumbent, None) | {"reason": why}
        return Month(version, why, [], row, used)
    rows = backtest(cohorts, dates, options)
    registered = registry.register(candidate, folder, _decision(decision.is_promoted, decision.reason, as_of, decision))
    served: str | None = registered
    if not decision.is_promoted:
        served = _carry_over(folder, incumbent, _decision(True, "kept: " + decision.reason, as_of, decision))
    log.info("employment model of %s: %s (%s)", folder.name, served or "none", decision.reason)
    return Month(served, decision.reason, rows, _promotion_row(served, registered, incumbent, decision), used)


def _carry_over(folder: Path, incumbent: AdditiveModel | None, decision: registry.Decision) -> str | None:
    """The model in use goes on in this month's folder; None where there is none."""
    return None if incumbent is None else registry.register(incumbent, folder, decision)


def _enough(judged: Judged) -> Judged:
    """The people to judge by, if they and those of the calibrated season are enough; raises TooFewToLearn."""
    for name, outcome in (("all cohorts", judged.outcome), ("the season", judged.outcome[judged.in_season])):
        hired = int(outcome.sum())
        if len(outcome) < MIN_JUDGED_ROWS or min(hired, len(outcome) - hired) < MIN_OUTCOMES:
            raise TooFewToLearn(
                f"evaluation people of {name}: found {len(outcome)} rows, {hired} of them hired; expected at least "
                f"{MIN_JUDGED_ROWS} and {MIN_OUTCOMES} of either outcome; no probability is published"
            )
    return judged


def _decision(promote: bool, reason: str, as_of: date, decision: Promotion) -> registry.Decision:
    return registry.Decision(promote, reason, f"{as_of.isoformat()}T00:00:00Z", decision.numbers)


def _promotion_row(
    served: str | None, candidate: str | None, incumbent: AdditiveModel | None, decision: Promotion | None
) -> dict[str, Any]:
    """The row of ops__promotions, without its business date."""
    gain = decision.brier_gain if decision else None
    return {
        "service_code": SERVICE,
        "model_version": served,
        "candidate_version": candidate,
        "incumbent_version": incumbent.model_version if incumbent else None,
        "is_promoted": bool(decision and decision.is_promoted),
        "reason": decision.reason if decision else None,
        "brier_gain": round(gain.value, 6) if gain else None,
        "brier_gain_low": round(gain.low, 6) if gain else None,
        "brier_gain_high": round(gain.high, 6) if gain else None,
        "ece": round(decision.ece, 6) if decision else None,
        "ece_limit": round(decision.ece_limit, 6) if decision else None,
        "largest_gap_growth": decision.largest_gap_growth if decision else None,
        "numbers_json": json.dumps(decision.gap_growth, sort_keys=True) if decision else None,
    }
