"""What the model of occupations is made of: steps between answers, their learned weights, levels of kindred codes."""

from __future__ import annotations

import numpy as np
import pytest

from ml.occupation_survey.groups import number_groups, part_targets
from ml.occupation_survey.kernel import Likeness
from ml.occupation_survey.ladder import Ladder, squared_distances
from ml.occupation_survey.stretch import learn_stretch

pytestmark = pytest.mark.unit


def test_squared_distance_is_the_weighted_sum_of_steps() -> None:
    """From 1 to 3 on the first item and from 2 to 1 on the second, which weighs three times: 2 + 3 × 1."""
    scores = np.array([[1.0, 2.0], [2.0, 2.0], [3.0, 1.0]])
    rungs = Ladder.build(scores, np.array([1.0, 3.0])).climb(scores)
    np.testing.assert_allclose(squared_distances(rungs, rungs)[0], [0.0, 1.0, 5.0], atol=1e-5)


def test_steps_that_tell_occupations_apart_weigh_more_and_noise_less() -> None:
    """Only from 2 on the first item are there nurses; its other step and the second item say nothing."""
    noise = np.arange(60) % 2
    rungs = np.column_stack([np.arange(60) % 3 > 0, np.arange(60) % 4 > 1, noise]).astype(np.float32)
    classes = (np.arange(60) % 3 > 0).astype(np.int64)
    telling, *others = learn_stretch(rungs, classes)
    assert telling > 1.5 * max(others)


@pytest.mark.parametrize("rungs", [np.eye(4, dtype=np.float32), np.zeros((4, 2), dtype=np.float32)])
def test_nothing_is_stretched_where_nobody_shares_an_occupation_or_all_answer_alike(
    rungs: np.ndarray[tuple[int, int], np.dtype[np.float32]],
) -> None:
    classes = np.arange(4) if rungs.any() else np.array([0, 0, 1, 1])
    np.testing.assert_array_equal(learn_stretch(rungs, classes), np.ones(rungs.shape[1]))


def test_order_of_people_changes_no_weight_to_speak_of() -> None:
    rungs = (np.arange(120).reshape(40, 3) * 7919 % 11 / 11).astype(np.float32)
    classes = np.arange(40) % 4
    np.testing.assert_allclose(learn_stretch(rungs, classes), learn_stretch(rungs[::-1], classes[::-1]), rtol=1e-3)


def test_levels_of_a_target_add_up_to_the_own_occupation() -> None:
    """011102 and 011103 share four digits, 011201 three of them: the wide level is a third each, the next a half."""
    groups = number_groups(("011102", "011103", "011201", "999999"))
    (wide, first), (narrow, second), (own, third) = part_targets(np.array([0, 3]), groups)
    assert wide < narrow < own
    np.testing.assert_allclose(first, [[1 / 3, 1 / 3, 1 / 3, 0], [0, 0, 0, 1]], atol=1e-6)
    np.testing.assert_allclose((first + second)[0], [1 / 2, 1 / 2, 0, 0], atol=1e-6)
    np.testing.assert_allclose(first + second + third, [[1, 0, 0, 0], [0, 0, 0, 1]], atol=1e-6)


def test_distance_over_some_items_stands_for_all() -> None:
    """Both items say the same: with one of them missing the scores stay as they are."""
    scores = np.repeat(np.array([[-1.0], [0.0], [1.0]]), 2, axis=1)
    targets = part_targets(np.arange(3), number_groups(("0111", "0222", "0333")))
    likeness = Likeness.learn(Ladder.build(scores, np.ones(2)), scores, targets)
    whole = likeness.score(scores, np.full((3, 2), fill_value=True))
    part = likeness.score(np.column_stack([scores[:, 0], [np.nan] * 3]), np.array([[True, False]] * 3))
    np.testing.assert_allclose(part, whole, atol=1e-5)
    assert whole.argmax(axis=1).tolist() == [0, 1, 2]
