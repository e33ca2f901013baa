"""The chance of an application: learned in the true direction, calibrated later, judged later still, or not at all."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from lake.contracts.chances import APPLICATION_CHANCES, APPLICATION_PAIRS, INTERCEPT, PAIR_INPUTS
from lake.contracts.judgement import CALIBRATION, EVALUATION
from lake.contracts.render import arrow_schema
from matching.chances import ChanceTerms
from ml.application_chance.month import ChanceRecordError, Month, ensure_month, learn_month, read_month
from ml.application_chance.train import calibrate, learn, split_by_day, term_rows
from tests.synthetic_pairs import make_pairs

AS_OF = date(2026, 11, 20)
SCHEMA = arrow_schema(APPLICATION_PAIRS)


def pairs_of(count: int, hired: list[bool], **columns: Any) -> pa.Table:
    """`count` applications, ten a day; an input is one value for all, a list, or not known."""
    rows: dict[str, Any] = {
        "as_of": [AS_OF] * count,
        "seeker_key": [f"{number:032x}" for number in range(count)],
        "posting_id": [f"K{number}" for number in range(count)],
        "applied_date": [AS_OF - timedelta(days=700 - number // 10) for number in range(count)],
        "is_hired": hired,
    }
    for name in PAIR_INPUTS:
        value = columns.get(name)
        rows[name] = value if isinstance(value, list) else [value] * count
    return pa.table({name: pa.array(rows[name], SCHEMA.field(name).type) for name in SCHEMA.names}, schema=SCHEMA)


def first_or_other(count: int) -> pa.Table:
    """Every second application is to the wished occupation: 4 of 10 of those are hired, 1 of 10 of the others."""
    place = np.arange(count)
    is_wished = place % 2 == 0
    hired = np.where(is_wished, place // 2 % 10 < 4, place // 2 % 10 < 1)
    relation = ["FIRST" if wished else "OTHER" for wished in is_wished]
    return pairs_of(count, hired.tolist(), wish_relation_code=relation, headcount=2)


def logit_of(month: Month, name: str, code: str) -> float:
    return next(row["logit"] for row in month.terms if (row["input_name"], row["value_code"]) == (name, code))


def measured(month: Month, model: str, name: str) -> dict[str, Any]:
    return next(r for r in month.evaluation if (r["model_name"], r["measure_name"]) == (model, name))


@pytest.fixture(scope="module")
def simple() -> Month:
    return learn_month(first_or_other(4_000))


@pytest.fixture(scope="module")
def korea() -> pa.Table:
    """About 30,000 settled applications of a synthetic Korea."""
    return make_pairs(40_000, 20_000)


@pytest.fixture(scope="module")
def month(korea: pa.Table) -> Month:
    return learn_month(korea)


def test_the_wished_occupation_is_worth_what_the_counts_say(simple: Month) -> None:
    """Odds 4:6 against 1:9 are ln(.667 / .111) = 1.79 logits apart."""
    apart = logit_of(simple, "wish_relation_code", "FIRST") - logit_of(simple, "wish_relation_code", "OTHER")
    assert apart == pytest.approx(np.log(6), abs=0.05)


def test_the_table_alone_gives_the_chance(simple: Month) -> None:
    """Intercept + term of the wish + term of two places: .4 and .1, as counted."""
    terms = {(row["input_name"], row["bin_number"]): row["logit"] for row in simple.terms}
    for code, bin_number, rate in (("FIRST", 1, 0.4), ("OTHER", 7, 0.1)):
        assert logit_of(simple, "wish_relation_code", code) == terms["wish_relation_code", bin_number]
        logit = sum(terms[name, 0] for name in PAIR_INPUTS if name not in ("wish_relation_code", "headcount"))
        logit += terms[INTERCEPT, 0] + terms["wish_relation_code", bin_number] + terms["headcount", 2]
        assert 1 / (1 + np.exp(-logit)) == pytest.approx(rate, abs=0.01)


def test_a_bin_that_nobody_was_in_is_worth_nothing(simple: Month) -> None:
    assert {row["logit"] for row in simple.terms if not row["applications_count"]} == {0.0}


def test_older_teach_later_calibrate_newest_judge() -> None:
    split = split_by_day(first_or_other(4_000))
    days = [np.array(part["applied_date"]) for part in (split.teaches, split.calibrates, split.judges)]
    assert [len(part) for part in days] == [2_400, 800, 800]
    assert days[0].max() < days[1].min()
    assert days[1].max() < days[2].min()


def test_calibration_follows_a_later_level() -> None:
    """Chances of .1 were given to 20,000 of whom .2 are hired: the shift is ln(.25 / .111) = .81 with slope about 1."""
    logit = np.full(20_000, np.log(0.1 / 0.9))
    shift, slope = calibrate(logit, (np.arange(20_000) % 5 == 0).astype(np.int64))
    assert shift + slope * logit[0] == pytest.approx(np.log(0.25), abs=0.02)
    assert slope > 0


def test_permuted_rows_give_the_same_terms(korea: pa.Table, month: Month) -> None:
    order = np.random.default_rng(1).permutation(korea.num_rows)
    split = split_by_day(korea.take(pa.array(order)))
    assert term_rows(learn(split), split.teaches) == month.terms


def test_rows_are_those_of_the_contracts_and_of_the_service_jobs(month: Month) -> None:
    for contract, rows in (
        (APPLICATION_CHANCES, month.terms),
        (EVALUATION, month.evaluation),
        (CALIBRATION, month.calibration),
    ):
        table = pa.Table.from_pylist([{"as_of": AS_OF, **row} for row in rows], schema=arrow_schema(contract))
        for column in contract.columns:
            values = table[column.name].to_pylist()
            assert column.nullable or None not in values, column.name
            assert column.codes is None or {value for value in values if value} <= set(column.codes.codes)
        assert len({tuple(row[key] for key in contract.key if key != "as_of") for row in rows}) == len(rows)
    assert {row["service_code"] for row in (*month.evaluation, *month.calibration)} == {"JOBS"}


def test_matching_reads_what_was_learned(month: Month) -> None:
    rows = [{"as_of": AS_OF, **row} for row in month.terms]
    chances = ChanceTerms.from_arrow(pa.Table.from_pylist(rows, schema=arrow_schema(APPLICATION_CHANCES)))
    assert chances.terms.is_learned.all()
    assert chances.model_version == month.terms[0]["model_version"]


@pytest.mark.parametrize(
    ("name", "better", "worse"),
    [
        ("wish_relation_code", "FIRST", "OTHER"),
        ("career_relation_code", "SAME", "OTHER"),
        ("education_relation_code", "EXACT", "SHORT"),
        ("experience_relation_code", "AMPLE", "SHORT"),
    ],
)
def test_terms_have_the_direction_that_the_simulator_states(month: Month, name: str, better: str, worse: str) -> None:
    assert logit_of(month, name, better) > logit_of(month, name, worse)


def test_nearer_and_better_paid_is_hired_more_often_in_synthetic_korea(month: Month) -> None:
    by_bin = {(row["input_name"], row["bin_number"]): row["logit"] for row in month.terms}
    assert by_bin["distance_km", 1] > by_bin["distance_km", 5]  # same region, beyond 200 km
    assert by_bin["offer_wish_ratio", 4] > by_bin["offer_wish_ratio", 1]  # as wished, below 80 %


def test_learned_chances_are_better_than_one_for_all_and_no_worse_than_boosting(month: Month) -> None:
    auc, base, boosting = (measured(month, name, "auc") for name in ("additive", "base_rate", "gradient_boosting"))
    assert auc["value_low"] > base["value"] == 0.5
    assert auc["value"] > boosting["value"] - 0.02
    assert measured(month, "additive", "brier")["value"] < measured(month, "base_rate", "brier")["value"]
    assert measured(month, "additive", "ece")["value"] < 0.03


@pytest.mark.parametrize(
    ("count", "hired_every"), [(0, 1), (999, 5), (5_000, 1_000)], ids=["none", "few applications", "few hires"]
)
def test_too_few_applications_give_the_postings_own_rate_and_say_so(count: int, hired_every: int) -> None:
    month = learn_month(pairs_of(count, [place % hired_every == 0 for place in range(count)]))
    assert [(row["input_name"], row["basis_code"]) for row in month.terms] == [(INTERCEPT, "POSTING_RATE")]
    assert [row["result_code"] for row in month.evaluation] == ["WARN"]
    assert f"found {count} applications" in month.evaluation[0]["detail"]
    assert month.calibration == []


def test_a_part_with_one_result_only_is_not_learned_from() -> None:
    hired = [place < 2_000 for place in range(5_000)]
    assert learn_month(pairs_of(5_000, hired)).terms[0]["basis_code"] == "POSTING_RATE"


def test_the_first_night_of_a_month_decides_and_its_record_answers_later(tmp_path: Path) -> None:
    first = ensure_month(first_or_other(4_000), tmp_path, as_of=date(2026, 11, 2))
    later = ensure_month(pairs_of(0, []), tmp_path, as_of=date(2026, 11, 30))
    assert later == first == read_month(tmp_path, as_of=date(2026, 11, 15))
    assert ensure_month(pairs_of(0, []), tmp_path, as_of=date(2026, 12, 1)) != first


@pytest.mark.parametrize("content", ["{", json.dumps({"terms": []}), json.dumps([1])])
def test_a_damaged_record_is_named(tmp_path: Path, content: str) -> None:
    ensure_month(pairs_of(0, []), tmp_path, as_of=AS_OF)
    record = next(tmp_path.rglob("application_chances.json"))
    record.write_text(content, encoding="utf-8")
    with pytest.raises(ChanceRecordError, match="application_chances.json of 2026-11: found"):
        read_month(tmp_path, as_of=AS_OF)


def test_a_month_that_was_never_learned_is_named(tmp_path: Path) -> None:
    with pytest.raises(ChanceRecordError, match="run the night again from scores__application_chances"):
        read_month(tmp_path, as_of=AS_OF)
