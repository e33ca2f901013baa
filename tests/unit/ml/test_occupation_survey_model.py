"""Occupations from answers: the right one first, with any part of the items, and the same whatever the order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ml.occupation_survey import build_answers, describe_answers, learn_model, score_people, write_answers
from ml.occupation_survey.gaussian import Gaussian
from ml.occupation_survey.groups import comparable_codes, number_groups, share_scores
from ml.occupation_survey.report import measure_scores, rank_codes
from tests.unit.ml.occupation_surveys import ITEMS, TYPICAL, people, read

pytestmark = pytest.mark.unit


def best(folder: Path, *asked: tuple[str, ...]) -> list[str]:
    """First code of people with these six answers."""
    surveys = read(folder, [(str(number), *row, "") for number, row in enumerate(asked)])
    model = learn_model(surveys)
    return [model.codes[place] for place in rank_codes(score_people(model, surveys.asked))[:, 0]]


def test_typical_people_find_their_occupation(tmp_path: Path) -> None:
    assert best(tmp_path, *TYPICAL.values()) == list(TYPICAL)


@pytest.mark.parametrize("place", range(len(ITEMS)))
def test_any_one_item_may_be_missing(tmp_path: Path, place: int) -> None:
    asked = [(*row[:place], "", *row[place + 1 :]) for row in TYPICAL.values()]
    assert best(tmp_path, *asked) == list(TYPICAL)


def test_one_telling_answer_is_enough(tmp_path: Path) -> None:
    """Interest in people of 5 have teachers only."""
    assert best(tmp_path, ("", "", "", "", "5", "")) == ["021101"]


def test_who_answered_nothing_gets_the_commonest_first(tmp_path: Path) -> None:
    surveys = read(tmp_path, [("1", *[""] * 6, "")])
    extra = learn_model(surveys)
    scores = score_people(extra, surveys.asked)[0]
    np.testing.assert_allclose(scores, 1 / 3)


def test_scores_are_shares(tmp_path: Path) -> None:
    surveys = read(tmp_path, people(2))
    scores = score_people(learn_model(surveys), surveys.asked)
    assert (scores >= 0).all()
    np.testing.assert_allclose(scores.sum(axis=1), 1.0)


def test_a_persons_answer_depends_on_nobody_else_asked(tmp_path: Path) -> None:
    surveys = read(tmp_path, [*people(3), ("x", "5", "", "", "2", "", "", "")])
    model = learn_model(surveys)
    together = score_people(model, surveys.asked)
    alone = np.vstack([score_people(model, surveys.asked[[row]]) for row in range(len(surveys.asked))])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_people_compared_with_are_a_sample_by_hash_where_there_are_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ml.occupation_survey.model._MOST_PEOPLE", 15)
    surveys = read(tmp_path, people(2))
    model = learn_model(surveys)
    assert len(model.likeness.rungs) == 15
    assert [model.codes[best] for best in score_people(model, surveys.asked).argmax(axis=1)] == [*TYPICAL] * 2


@pytest.mark.parametrize("value", [3.0, np.nan])
def test_item_that_everybody_answers_alike_or_not_at_all_changes_nothing(tmp_path: Path, value: float) -> None:
    surveys = read(tmp_path, [(str(number), *row, "") for number, row in enumerate(TYPICAL.values())])
    same = np.full((len(surveys.training), 1), value)
    asked = np.hstack([surveys.asked, np.full((3, 1), 3.0)])
    wider = type(surveys)(
        items=(*surveys.items, "vq1"),
        training=np.hstack([surveys.training, same]),
        codes=surveys.codes,
        keys=surveys.keys,
        asked=asked,
        ids=surveys.ids,
        known=None,
        notes=(),
    )
    model = learn_model(wider)
    ranked = rank_codes(score_people(model, wider.asked))
    assert [model.codes[place] for place in ranked[:, 0]] == list(TYPICAL)


def test_two_runs_write_the_same_bytes_with_ranks_one_to_five_once_each(tmp_path: Path) -> None:
    for name in ("p.csv", "again.csv"):
        surveys = read(tmp_path, people(3))
        model = learn_model(surveys)
        write_answers(build_answers(surveys, model, score_people(model, surveys.asked)), tmp_path / name)
    lines = (tmp_path / "p.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "idx,rank,code,score"
    assert [line.split(",")[:2] for line in lines[1:4]] == [["0", "1"], ["0", "2"], ["0", "3"]]
    assert len({line.split(",")[2] for line in lines[1:4]}) == 3
    assert (tmp_path / "p.csv").read_bytes() == (tmp_path / "again.csv").read_bytes()


def test_measures_are_printed_beside_the_peers(tmp_path: Path) -> None:
    surveys = read(tmp_path, [*people(2), ("9", "3", "3", "3", "3", "3", "3", "777777")])
    model = learn_model(surveys)
    lines = describe_answers(surveys, model, score_people(model, surveys.asked)).splitlines()
    assert lines[:3] == [
        "learned 3 occupations from 36 workers and 6 items",
        "answered 7 people",
        "1 people gave every rating the same value or answered nothing: their answers say little",
    ]
    assert lines[3].startswith("1 people have an occupation that no training row has")
    rows = {line[:16].strip(): line[16:].split() for line in lines[6:]}
    assert list(rows) == ["this model", "extra trees", "popularity"]
    assert rows["this model"][:2] == ["0.8571", "0.8571"]  # six of seven: nobody was trained on 777777


def test_hit_rates_and_macro_f1_by_hand() -> None:
    """Of a, a, b the first places say a, b, b: hit@1 2/3; F1 of a 2/3 and of b 2/3."""
    scores = np.array([[0.9, 0.1], [0.2, 0.8], [0.1, 0.9]])
    made = measure_scores("x", ("a", "b"), scores, np.array(["a", "a", "b"]))
    assert made.hit_at_1 == pytest.approx(2 / 3)
    assert made.hit_at_5 == 1.0
    assert made.macro_f1 == pytest.approx(2 / 3)


def test_missing_items_are_integrated_out() -> None:
    """Two items apart: with the second missing only the first counts, as if it were the only one."""
    scores = np.array([[0.0, 3.0], [0.0, -3.0], [2.0, 3.0], [2.0, -3.0]] * 5)
    classes = np.array([0, 0, 1, 1] * 5)
    both = Gaussian.learn(scores, classes, np.array([[0], [1]]))
    one = Gaussian.learn(scores[:, :1], classes, np.array([[0], [1]]))
    found = both.log_posterior(np.array([[1.7, np.nan]]))[0]
    assert found[1] > found[0]
    assert one.log_posterior(np.array([[1.7]]))[0].argmax() == 1


def test_expected_answer_follows_from_the_others() -> None:
    """Two items that always agree: who says 2 on the first is expected above the mean on the second."""
    scores = np.array([[-2.0, -2.0], [2.0, 2.0]] * 10)
    model = Gaussian.learn(scores, np.array([0, 1] * 10), np.array([[0], [1]]))
    filled = model.expect_missing(np.array([[2.0, np.nan], [np.nan, np.nan], [1.0, 1.0]]))
    assert 1.0 < filled[0, 1] <= 2.0
    np.testing.assert_array_equal(filled[1:], [[0.0, 0.0], [1.0, 1.0]])


def test_codes_are_kindred_by_their_first_digits_with_leading_zeros_back() -> None:
    codes = ("11102", "011103", "011201", "111020", "기타")
    assert comparable_codes(codes)[0] == "011102"
    shared = share_scores(codes)
    assert shared[0].tolist() == [1.0, 0.2, 0.12, 0.0, 0.0]
    assert shared[4].tolist() == [0.0, 0.0, 0.0, 0.0, 1.0]
    assert len(set(number_groups(codes)[:, 0])) == 3
