"""Measures: by hand on four people, against scikit-learn on many, and intervals that repeat themselves."""

import math

import numpy as np
import pyarrow as pa
import pytest
from sklearn import metrics as reference

from ml import metrics
from ml.hashing import hash_keys, mix, unit_interval

OUTCOME = np.array([0, 0, 1, 1])
PROBABILITY = np.array([0.1, 0.4, 0.35, 0.8])


def many(seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """5,000 outcomes, probabilities with many ties, integer weights."""
    draw = np.random.default_rng(seed)
    probability = np.round(draw.beta(2, 3, 5_000), 2)
    outcome = (draw.random(5_000) < probability).astype(int)
    return outcome, probability, draw.integers(0, 4, 5_000).astype(float)


def test_auc_of_four_people() -> None:
    """Three of the four pairs are in the right order."""
    assert metrics.auc(OUTCOME, PROBABILITY) == 0.75


def test_brier_of_four_people() -> None:
    """(0.01 + 0.16 + 0.4225 + 0.04) / 4."""
    assert metrics.brier(OUTCOME, PROBABILITY) == pytest.approx(0.158125)


def test_ece_of_two_bins() -> None:
    """Called 0.25 and 0 of 2 found work, called 0.75 and 2 of 2: both bins are 0.25 off."""
    assert metrics.ece(OUTCOME, np.array([0.25, 0.25, 0.75, 0.75])) == pytest.approx(0.25)


def test_reliability_table_counts_and_rates() -> None:
    """A probability of exactly 1 lies in the last bin; empty bins have no rate."""
    table = metrics.reliability_table(np.array([0, 1, 1]), np.array([0.0, 0.05, 1.0]))
    assert table.weight.tolist() == [2, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert table.observed_rate[[0, 9]].tolist() == [0.5, 1.0]
    assert math.isnan(table.observed_rate[4])


@pytest.mark.parametrize(
    ("measure", "theirs"),
    [
        (metrics.auc, reference.roc_auc_score),
        (metrics.average_precision, reference.average_precision_score),
        (metrics.brier, reference.brier_score_loss),
        (metrics.log_loss, reference.log_loss),
    ],
    ids=["auc", "average_precision", "brier", "log_loss"],
)
def test_measures_equal_scikit_learns(measure: metrics.Measure, theirs: object) -> None:
    """With and without weights, with ties."""
    outcome, probability, weight = many()
    inside = np.clip(probability, 0.01, 0.99)
    assert measure(outcome, inside, None) == pytest.approx(theirs(outcome, inside), abs=1e-12)
    assert measure(outcome, inside, weight) == pytest.approx(theirs(outcome, inside, sample_weight=weight), abs=1e-12)


def test_interval_does_not_depend_on_the_row_order() -> None:
    """People are drawn by their hash."""
    outcome, probability, _ = many()
    keys = hash_keys(pa.array([f"p{i}" for i in range(5_000)]))
    order = np.random.default_rng(9).permutation(5_000)
    first = metrics.resampled_interval(metrics.brier, outcome, probability, keys)
    second = metrics.resampled_interval(metrics.brier, outcome[order], probability[order], keys[order])
    assert (first.low, first.high) == pytest.approx((second.low, second.high), abs=1e-12)
    assert first.low < first.value < first.high


def test_interval_of_a_mean_is_about_two_standard_errors() -> None:
    """For the Brier score the width is known: 1.96 standard errors each way, within a fifth."""
    outcome, probability, _ = many()
    keys = hash_keys(pa.array(np.arange(5_000)))
    interval = metrics.resampled_interval(metrics.brier, outcome, probability, keys, draws=500)
    error = np.std((probability - outcome) ** 2) / math.sqrt(5_000)
    assert (interval.high - interval.low) / 2 == pytest.approx(1.96 * error, rel=0.2)


def test_difference_of_a_model_with_itself_is_zero() -> None:
    """Both are measured on the same draws."""
    outcome, probability, _ = many()
    keys = hash_keys(pa.array(np.arange(5_000)))
    worse = np.full(5_000, outcome.mean())
    same = metrics.resampled_difference(metrics.brier, outcome, (probability, probability), keys)
    better = metrics.resampled_difference(metrics.brier, outcome, (probability, worse), keys)
    assert (same.value, same.low, same.high) == (0, 0, 0)
    assert better.high < 0


@pytest.mark.parametrize(
    ("outcome", "probability", "said"),
    [
        ([0, 2], [0.1, 0.2], "other than 0 and 1"),
        ([0, 1], [0.1, float("nan")], "NaN"),
        ([0, 1], [0.1], "shapes"),
        ([], [], "shapes"),
    ],
)
def test_unmeasurable_input_is_refused(outcome: list[int], probability: list[float], said: str) -> None:
    """A measure of nothing is an error, not a number."""
    with pytest.raises(metrics.MetricInputError, match=said):
        metrics.brier(np.array(outcome), np.array(probability))


def test_one_sided_outcomes_have_no_auc() -> None:
    """Nobody to rank against."""
    assert math.isnan(metrics.auc(np.ones(3), np.array([0.1, 0.2, 0.3])))


def test_hashes_are_stable_even_and_independent() -> None:
    """The same id hashes the same for ever; shares come out even; streams do not follow each other."""
    keys = hash_keys(pa.array(["p1", None, "p1"]))
    assert keys[0] == keys[2] != keys[1]
    many_keys = hash_keys(pa.array(np.arange(20_000)))
    first, second = unit_interval(mix(many_keys, 1)), unit_interval(mix(many_keys, 2))
    assert abs((first < 0.15).mean() - 0.15) < 0.01
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.03


def chance(people: int, probability: float, *, draws: int = 100, level: float = 0.95) -> float:
    """The calibration error by chance of so many people with one probability."""
    keys = hash_keys(pa.array(np.arange(people)))
    return metrics.ece_by_chance(np.full(people, probability), keys, draws=draws, level=level)


def test_calibration_error_by_chance_is_about_two_standard_errors_of_a_share() -> None:
    """One bin of 400 people at 0.5: the share errs by 0.025, and 1.96 times that is passed in one draw of twenty."""
    assert chance(400, 0.5, draws=1_000) == pytest.approx(1.96 * 0.025, rel=0.1)


def test_calibration_error_by_chance_falls_with_more_people() -> None:
    """A hundred times the people, a tenth of the error."""
    few, many_people = chance(100, 0.3), chance(10_000, 0.3)
    assert few / many_people == pytest.approx(10, rel=0.3)
    assert many_people < chance(1_000, 0.3) < few


def test_certain_probabilities_have_no_error_by_chance() -> None:
    """Nothing is tossed for people who are certain to find work, or certain not to."""
    assert chance(50, 1.0) == chance(50, 0.0) == 0.0


def test_error_by_chance_grows_with_the_level_and_repeats_itself() -> None:
    assert chance(200, 0.4, level=0.5) < chance(200, 0.4, level=0.95)
    assert chance(200, 0.4) == chance(200, 0.4)


def test_error_by_chance_does_not_depend_on_the_row_order() -> None:
    probability, keys = np.linspace(0.05, 0.95, 500), hash_keys(pa.array(np.arange(500)))
    backwards = metrics.ece_by_chance(probability[::-1], keys[::-1])
    assert metrics.ece_by_chance(probability, keys) == pytest.approx(backwards, abs=1e-12)


def test_people_are_drawn_once_on_average_and_as_a_whole() -> None:
    """Poisson(1): 36.8 % of the people not at all, mean 1, variance 1; all rows of a person alike."""
    keys = hash_keys(pa.array(np.repeat(np.arange(10_000), 2)))
    (weight,) = metrics.draw_weights(keys, 1)
    assert (weight[::2] == weight[1::2]).all()
    assert (weight == 0).mean() == pytest.approx(math.exp(-1), abs=0.02)
    assert (weight.mean(), weight.var()) == pytest.approx((1, 1), abs=0.05)


def test_every_draw_is_another_one() -> None:
    first, second = metrics.draw_weights(hash_keys(pa.array(np.arange(10_000))), 2)
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.04
