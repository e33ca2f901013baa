"""Answers and reasons by hand, from the hand-made model of conftest.py."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from ml.additive import AdditiveModel, score_batch
from ml.additive.encode import encode_table
from ml.challengers import Challenger
from ml.tabular.columns import ID, LABEL, AskedRows
from ml.tabular.report import build_answers, describe_run, write_answers
from ml.tabular.train import TabularModel


def rows_of(*people: tuple[str, str | None, str | None], labels: list[int] | None = None) -> AskedRows:
    """Rows of id, age and region as text, typed as the file's columns would be."""
    ids, ages, regions = zip(*people, strict=True)
    text = pa.table({"age": pa.array(ages, pa.string()), "region": pa.array(regions, pa.string())})
    typed = {
        ID: pa.array(ids),
        "age": text.column("age").cast(pa.float64()),
        "region": text.column("region"),
        **({} if labels is None else {LABEL: pa.array(labels)}),
    }
    return AskedRows(pa.table(typed), text)


def answers_of(model: AdditiveModel, rows: AskedRows) -> list[dict[str, object]]:
    return build_answers(model, rows, score_batch(model, encode_table(rows.table, model.features), np)).to_pylist()


def test_reasons_are_the_strongest_of_either_direction(tiny: AdditiveModel) -> None:
    """Seoul +2, under 30 +1, both together -0.5; with the intercept -1 the logit is 1.5."""
    (answer,) = answers_of(tiny, rows_of(("a", "25", "seoul")))
    assert answer["probability"] == pytest.approx(1 / (1 + np.exp(-1.5)), abs=1e-6)
    assert [answer[f"reason_{rank}"] for rank in (1, 2, 3)] == [
        "region=seoul (+2.00)",
        "age=25 (+1.00)",
        "age=25 & region=seoul (-0.50)",
    ]


def test_missing_and_unlisted_values_are_said_as_they_stand(tiny: AdditiveModel) -> None:
    """Missing age +0.25 with an unlisted region -2: two reasons, no third."""
    (answer,) = answers_of(tiny, rows_of(("a", None, "jeju")))
    assert [answer[f"reason_{rank}"] for rank in (1, 2, 3)] == ["region=jeju (-2.00)", "age=missing (+0.25)", None]


def test_answers_keep_the_files_order(tiny: AdditiveModel) -> None:
    answers = answers_of(tiny, rows_of(("z", "25", "seoul"), ("a", "50", "busan"), ("m", "25", "busan")))
    assert [answer["id"] for answer in answers] == ["z", "a", "m"]
    assert [answer["reason_1"] for answer in answers] == ["region=seoul (+2.00)", "age=50 (-1.00)", "age=25 (+1.00)"]
    assert all(answer["low"] <= answer["probability"] <= answer["high"] for answer in answers)


def test_answer_file_reads_back(tiny: AdditiveModel, tmp_path: Path) -> None:
    rows = rows_of(("a", "25", "seoul"), ("b", "50", None))
    scores = score_batch(tiny, encode_table(rows.table, tiny.features), np)
    path = tmp_path / "new" / "answers.csv"
    write_answers(build_answers(tiny, rows, scores), path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].replace('"', "") == "id,probability,low,high,reason_1,reason_2,reason_3"
    assert lines[1].startswith('"a",0.817574,')
    assert len(lines) == 3


def test_run_is_described_with_measures_and_unknown_values(tiny: AdditiveModel) -> None:
    """Two of two ranked rightly: AUC 1; the base rate of one half: AUC 0.5, Brier 0.25."""
    rows = rows_of(("a", "25", "seoul"), ("b", "50", "jeju"), labels=[1, 0])
    scores = score_batch(tiny, encode_table(rows.table, tiny.features), np)
    trained = TabularModel(_with_rows(tiny), 0, 5, {"auc": 0.7, "brier": 0.2, "log_loss": 0.6, "ece": 0.01})
    base = Challenger("base_rate", lambda table: np.full(table.num_rows, 0.5))
    said = describe_run(trained, rows, scores, (base,))
    assert "column region: 1 values unknown or rare, read as other" in said
    assert "measured on 2 rows, share of label 1 0.5000" in said
    lines = {line.split()[0]: line.split()[1:] for line in said.splitlines()}
    assert lines["additive"][0] == "1.0000"
    assert lines["base_rate"][:2] == ["0.5000", "0.2500"]


def test_run_without_a_label_says_so(tiny: AdditiveModel) -> None:
    rows = rows_of(("a", "25", "seoul"))
    scores = score_batch(tiny, encode_table(rows.table, tiny.features), np)
    numbers = {"auc": 0.7, "brier": 0.2, "log_loss": 0.6, "ece": 0.01}
    said = describe_run(TabularModel(_with_rows(tiny), 0, 5, numbers), rows, scores, ())
    assert said.splitlines()[-1] == "scored 1 rows; the test file has no label to measure against"


def _with_rows(model: AdditiveModel) -> AdditiveModel:
    model.training["rows"] = 2  # type: ignore[index]
    return model
