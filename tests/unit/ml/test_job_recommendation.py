"""Recommended postings: never one applied to, the same in any order of rows, nothing of a held-out application."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from ml.job_recommendation import Market, describe_recommendation, recommend_jobs, write_lists
from ml.job_recommendation.choice import ChoiceModel, learn_choice
from ml.job_recommendation.errors import TooFewPostingsError
from ml.job_recommendation.graph import build_graph, measure_nearness, score_by_people, score_by_postings
from ml.job_recommendation.holdout import FOLDS, HeldOut, hold_out, remove
from ml.job_recommendation.judge import measure_lists, rank_postings
from ml.job_recommendation.pairs import Pairs, build_pairs
from ml.job_recommendation.peers import score_peers
from ml.job_recommendation.read import read_market
from tests.unit.ml.job_markets import APPLICATIONS, BAKERS, TAILORS, make_files, make_market, write_files

pytestmark = pytest.mark.unit


def listed(market: Market, k: int) -> dict[str, list[str]]:
    """The postings of each person, best first."""
    rows = recommend_jobs(market, k=k).lists.to_pylist()
    lists: dict[str, list[str]] = {}
    for row in rows:
        lists.setdefault(row["resume_seq"], []).append(row["recruitment_seq"])
        assert row["rank"] == len(lists[row["resume_seq"]])
    return lists


def test_everybody_gets_k_postings_once_each_and_none_applied_to(tmp_path: Path) -> None:
    lists = listed(make_market(tmp_path), 5)
    assert list(lists) == [*TAILORS, *BAKERS]
    for person, postings in lists.items():
        assert len(set(postings)) == 5
        assert not {(person, posting) for posting in postings} & set(APPLICATIONS)


def test_postings_of_ones_own_trade_come_first(tmp_path: Path) -> None:
    for person, postings in listed(make_market(tmp_path), 2).items():
        assert all((posting <= "R06") == (person in TAILORS) for posting in postings)


def test_who_has_not_applied_yet_gets_what_alike_people_applied_to(tmp_path: Path) -> None:
    lists = listed(make_market(tmp_path, more_people={"U00": "sewing", "U99": "oven;baking"}), 3)
    assert all(posting <= "R06" for posting in lists["U00"])
    assert all(posting > "R06" for posting in lists["U99"])


def test_fewer_postings_than_asked_for_are_refused(tmp_path: Path) -> None:
    market = make_market(tmp_path)
    assert all(len(postings) == 9 for postings in listed(market, 9).values())
    with pytest.raises(TooFewPostingsError, match="12 postings, of which one résumé applied to 3"):
        recommend_jobs(market, k=10)


def test_order_of_rows_and_rerun_change_no_byte(tmp_path: Path) -> None:
    files = make_files(more_people={"U00": "sewing"})
    upside_down = {name: [lines[0], *reversed(lines[1:])] for name, lines in files.items()}
    for name, content in (("a", files), ("b", upside_down), ("c", files)):
        market = read_market(write_files(tmp_path / name, content))
        write_lists(recommend_jobs(market, k=4).lists, tmp_path / f"{name}.csv")
    made = [(tmp_path / f"{name}.csv").read_bytes() for name in "abc"]
    assert made[0] == made[1] == made[2]
    assert made[0].startswith(b"resume_seq,rank,recruitment_seq,score\nU00,1,R")


def test_one_application_is_held_out_of_everybody_with_two_or_more(tmp_path: Path) -> None:
    market = make_market(tmp_path, [*APPLICATIONS, ("U09", "R01")], more_people={"U09": "sewing"})
    held = hold_out(market, market.applied, stream=1)
    assert held.people.tolist() == list(range(8))
    assert all(market.applied[person, posting] for person, posting in zip(held.people, held.postings, strict=True))
    left = remove(market.applied, held)
    assert left.nnz == market.applied.nnz - 8
    assert not any(left[person, posting] for person, posting in zip(held.people, held.postings, strict=True))
    folds = [held.take_fold(fold).people.tolist() for fold in range(FOLDS)]
    assert sorted(sum(folds, [])) == held.people.tolist()


def test_draw_of_a_person_depends_on_nobody_else(tmp_path: Path) -> None:
    everybody = make_market(tmp_path / "a")
    fewer = make_market(tmp_path / "b", [pair for pair in APPLICATIONS if pair[0] in TAILORS])
    first, second = (hold_out(market, market.applied, stream=1) for market in (everybody, fewer))
    assert first.postings[:4].tolist() == second.postings.tolist()
    assert first.folds[:4].tolist() == second.folds.tolist()


def test_no_input_of_a_person_reads_the_application_held_out(tmp_path: Path) -> None:
    """Whatever posting U01 applied to as the third: held out, inputs and candidates are the same."""
    made = []
    for number, third in enumerate(("R03", "R05", "R12")):
        pairs = [pair for pair in APPLICATIONS if pair != ("U01", "R03")] + [("U01", third)]
        market = make_market(tmp_path / str(number), pairs)
        person, posting = market.people.index("U01"), market.postings.index(third)
        held = HeldOut(np.array([person]), np.array([posting]), np.array([0]))
        made.append(build_pairs(market, remove(market.applied, held), np.array([person])))
    for other in made[1:]:
        np.testing.assert_array_equal(made[0].postings, other.postings)
        np.testing.assert_array_equal(made[0].inputs, other.inputs)


def test_pairs_leave_applied_postings_closed(tmp_path: Path) -> None:
    market = make_market(tmp_path)
    pairs = build_pairs(market, market.applied, np.arange(8))
    applied = np.take_along_axis(market.applied.toarray() > 0, pairs.postings, axis=1)
    np.testing.assert_array_equal(pairs.is_open, ~applied)
    assert (learn_choice(pairs, np.full(8, -1)).score(pairs)[applied] == 0).all()


def make_pairs(inputs: np.ndarray, *, names: tuple[str, ...] = ("far_walk_log", "other")) -> Pairs:
    """Pairs of inputs (n, k, d), every posting open."""
    count, width, _ = inputs.shape
    return Pairs(
        people=np.arange(count),
        postings=np.tile(np.arange(width), (count, 1)),
        is_open=np.ones((count, width), dtype=bool),
        inputs=inputs.astype(np.float32),
        names=names,
        has_applied=np.ones(count, dtype=bool),
        kin=np.zeros((count, width), dtype=np.float32),
    )


def test_choice_learns_what_choices_follow() -> None:
    """400 people always choose the posting whose second input is 1; the first says nothing."""
    draw = np.arange(400 * 3).reshape(400, 3, 1) * 7919 % 11
    chosen = np.arange(400) % 3
    second = (np.arange(3)[None, :] == chosen[:, None]).astype(float)[:, :, None]
    pairs = make_pairs(np.concatenate([draw, second], axis=2))
    model = learn_choice(pairs, chosen)
    assert model.choices == 400
    np.testing.assert_array_equal(model.score(pairs).argmax(axis=1), chosen)
    np.testing.assert_allclose(model.score(pairs).sum(axis=1), 1.0, rtol=1e-5)


def test_choice_without_examples_follows_the_long_walk() -> None:
    pairs = make_pairs(np.array([[[1.0, 0.0], [3.0, np.nan], [2.0, 5.0]]]))
    model = learn_choice(pairs, np.array([-1]))
    assert model.weights.tolist() == [1.0, 0.0]
    assert np.argsort(-model.score(pairs)[0]).tolist() == [1, 2, 0]


def test_missing_input_counts_as_the_usual_one() -> None:
    model = ChoiceModel(("a",), np.ones(1, "f4"), np.full(1, 2.0, "f4"), np.ones(1, "f4"), 0)
    scores = model.score(make_pairs(np.array([[[np.nan], [2.0]]]), names=("a",)))
    np.testing.assert_allclose(scores, 0.5)


def test_ties_within_a_millionth_go_to_the_lower_id() -> None:
    scores = np.array([[0.1, 0.3000001, 0.3000004, -np.inf]], dtype=np.float64)
    assert rank_postings(scores, 3).tolist() == [[1, 2, 0]]


def test_measures_by_hand() -> None:
    """Found first, found second, not found: recall 2/3, NDCG (1 + 1/log2(3)) / 3; two of four postings listed."""
    lists = np.array([[0, 1], [1, 0], [0, 1]])
    made = measure_lists("x", lists, np.array([0, 0, 3]), np.array([True, False, True]), 4)
    assert made.recall == pytest.approx(2 / 3)
    assert made.ndcg == pytest.approx((1 + 1 / np.log2(3)) / 3)
    assert made.coverage == 0.5
    assert (made.few_recall, made.few_ndcg) == (0.5, 0.5)


def test_neighbours_by_hand() -> None:
    """A has 1, B has 1 and 2, C has 3: A is like B by 1/√2 and like nobody else; 1 and 2 share B."""
    applied = sp.csr_matrix(np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1]], dtype=np.float32))
    rows = np.array([0])
    np.testing.assert_allclose(score_by_people(applied, rows), [[2**-0.5, 2**-0.5, 0]], rtol=1e-6)
    np.testing.assert_allclose(score_by_postings(applied, rows), [[0, 2**-0.7, 0]], rtol=1e-6)


def test_ease_is_ridge_regression_on_the_other_postings() -> None:
    applied = sp.csr_matrix(np.array([[1, 1, 0], [1, 1, 0], [1, 0, 1]], dtype=np.float32))
    weights = np.zeros((3, 3))
    dense = applied.toarray()
    for target in range(3):
        others = [place for place in range(3) if place != target]
        gram = dense[:, others].T @ dense[:, others] + 60.0 * np.eye(2)
        weights[others, target] = np.linalg.solve(gram, dense[:, others].T @ dense[:, target])
    found = score_peers(applied, np.arange(3))["EASE"]
    np.testing.assert_allclose(found, dense @ weights, rtol=1e-4)


def test_one_persons_measures_depend_on_nobody_else_asked(tmp_path: Path) -> None:
    market = make_market(tmp_path)
    graph = build_graph(market.applied)
    together, alone = measure_nearness(graph, np.arange(8)), measure_nearness(graph, np.array([3]))
    for name, values in together.items():
        np.testing.assert_allclose(values[3], alone[name][0], rtol=1e-5, atol=1e-6)


def test_measures_are_printed_beside_the_peers(tmp_path: Path) -> None:
    market = make_market(tmp_path, [*APPLICATIONS, APPLICATIONS[3]], more_people={"U00": "sewing"})
    printed = describe_recommendation(market, recommend_jobs(market, k=2), k=2).splitlines()
    assert printed[0] == "read 22 applications to 12 postings"
    assert printed[1] == "answered all 9 résumés of resume.csv with 2 postings each"
    assert printed[2].startswith("1 applications stand there more than once")
    assert printed[3].startswith("1 résumés have no application")
    assert [line[:12].strip() for line in printed[-5:]] == ["this model", "popularity", "user-CF", "item-CF", "EASE"]


def test_nobody_with_two_applications_is_answered_and_not_measured(tmp_path: Path) -> None:
    market = make_market(tmp_path, [("U01", "R01"), ("U02", "R01"), ("U05", "R07")])
    made = recommend_jobs(market, k=3)
    assert made.lists.num_rows == 24
    assert describe_recommendation(market, made, k=3).endswith("nothing to learn weights from or to measure by")
