"""A pattern of known scales gives exactly the log-likelihood ratio of those scales; near-twins by what is known."""

from __future__ import annotations

import numpy as np
import pytest

from lake.contracts.silver import SCALE_NAMES
from lake.device import CpuDevice
from matching import twins
from matching.blocks import Doubles, Flags
from matching.evidence import Asked
from matching.heads import MINOR_CAP
from matching.occupation_model import OccupationModel
from matching.places import Found, find_places
from matching.scale_patterns import number_patterns, weigh_patterns
from tests.unit.matching.occupation_worlds import CODES, TRAITS, make_surveys

SCALES = len(SCALE_NAMES)


@pytest.fixture(scope="module")
def model() -> OccupationModel:
    return OccupationModel.learn(make_surveys(), CODES)


def flags(*places: int) -> Flags:
    known = np.zeros((1, SCALES), bool)
    known[0, list(places)] = True
    return known


def log_density(scores: Doubles, mean: Doubles, covariance: Doubles) -> float:
    """Of a normal distribution, by its definition."""
    apart = scores - mean
    size = len(scores) * np.log(2 * np.pi) + np.linalg.slogdet(covariance)[1]
    return float(-0.5 * (apart @ np.linalg.inv(covariance) @ apart + size))


def ask(model: OccupationModel, scores: Doubles, known: Flags) -> Found:
    """The five of one person without wishes."""
    asked = Asked(np.where(known, scores, 0.0), np.zeros(1, np.int64), np.full((1, 5), -1, np.int32))
    nearness = np.zeros((0, len(model.codes)))
    return find_places(asked, nearness, weigh_patterns(model, known), model=model, device=CpuDevice())


@pytest.mark.parametrize("seed", range(6))
def test_evidence_is_the_ratio_of_the_two_densities_of_what_is_known(model: OccupationModel, seed: int) -> None:
    random = np.random.default_rng(seed)
    known = random.random((1, SCALES)) < (0.1 + 0.17 * seed)
    known[0, 0] = True
    scores = random.standard_normal((1, SCALES))
    found = ask(model, scores, known)
    places = np.flatnonzero(known[0])
    within, total = model.within[np.ix_(places, places)], model.total[np.ix_(places, places)]
    everybody = log_density(scores[0, places], np.zeros(len(places)), total)
    for head, evidence in zip(found.heads[0], found.evidence[0], strict=True):
        theirs = log_density(scores[0, places], model.means[head, places], within)
        assert evidence == pytest.approx(theirs - everybody, abs=1e-9)


def test_one_known_scale_by_hand() -> None:
    """Workers' mean is 1 with variance .5, everybody's 0 with variance 1.

    At a score of 1 the ratio is ln(1 / √.5) + 1² / 2 = .347 + .5; the scale adds all of x · m / .5 − m² / (2 · .5) = 1.
    """
    one = np.ones((1, 1))
    model = OccupationModel(("0131",), one, one * 50, np.zeros(1), one / 2, one, np.ones(1, bool))
    found = ask(model, one, np.ones((1, 1), bool))
    assert found.evidence[0, 0] == pytest.approx(0.847, abs=0.001)
    assert found.likes[0, 0].tolist() == [0, -1, -1]
    assert found.unlikes[0, 0].tolist() == [-1, -1, -1]


def test_people_with_the_same_known_scales_share_a_pattern() -> None:
    known = np.concatenate([flags(0, 3), flags(), flags(0, 3), flags(34)])
    which, patterns = number_patterns(known)
    assert which.tolist() == [1, 0, 1, 2]
    assert patterns.tolist() == np.concatenate([flags(), flags(0, 3), flags(34)]).tolist()


def test_the_weights_of_a_pattern_do_not_depend_on_its_company(model: OccupationModel) -> None:
    random = np.random.default_rng(5)
    known = random.random((40, SCALES)) < 0.5
    together = weigh_patterns(model, known)
    for number in (0, 7, 39):
        alone = weigh_patterns(model, known[number : number + 1])
        for some, one in zip(together, alone, strict=True):
            np.testing.assert_array_equal(some[number], one[0])


def name_twins(model: OccupationModel, known: Flags) -> set[tuple[str, str]]:
    siblings, is_twin = twins.list_siblings(model), weigh_patterns(model, known).is_twin[0]
    pairs = zip(siblings.first[is_twin], siblings.second[is_twin], strict=True)
    return {(model.codes[one], model.codes[other]) for one, other in pairs}


def test_twins_are_those_the_known_scales_tell_apart_badly() -> None:
    """0131 and 0132 differ in verbal aptitude by 2.5 deviations and in nothing else; 0231 is of another group."""
    traits = {
        "0131": "aptitude_verbal",
        "0132": "interest_social",
        "0133": "interest_social",
        "0231": "interest_social",
    }
    model = OccupationModel.learn(make_surveys(traits=traits))
    social, verbal, spatial = (SCALE_NAMES.index(n) for n in ("interest_social", "aptitude_verbal", "aptitude_spatial"))
    assert name_twins(model, flags(social)) == {("0132", "0133")}
    assert name_twins(model, flags(verbal)) == {("0132", "0133")}
    assert name_twins(model, flags(spatial)) == {("0131", "0132"), ("0131", "0133"), ("0132", "0133")}
    assert name_twins(model, flags()) == {("0132", "0133")}


def test_few_workers_do_not_hide_twins() -> None:
    """20 workers each drawn alike: their means lie 1.5 deviations apart on 35 scales by chance alone."""
    traits = {f"013{unit}": "interest_social" for unit in range(6)}
    traits |= {f"{group}0": SCALE_NAMES[group % SCALES] for group in range(300, 340)}
    model = OccupationModel.learn(make_surveys(20, traits=traits))
    assert len(name_twins(model, flags(*range(SCALES)))) >= 8  # of 15 pairs; uncorrected none is below 1


def test_nothing_learned_makes_no_twins() -> None:
    model = OccupationModel.learn(make_surveys(0), ("0131", "0132"))
    assert name_twins(model, flags()) == set()


def test_no_two_places_hold_twins_and_no_code_is_named_twice() -> None:
    traits = {f"{group:03d}{unit}": list(TRAITS.values())[group % 4] for group in range(6) for unit in range(4)}
    model = OccupationModel.learn(make_surveys(30, traits=traits))
    siblings = twins.list_siblings(model)
    for seed in range(20):
        random = np.random.default_rng(seed)
        known = random.random((1, SCALES)) < 0.4
        found = ask(model, random.standard_normal((1, SCALES)), known)
        is_twin = weigh_patterns(model, known).is_twin[0]
        pairs = {frozenset(pair) for pair in zip(siblings.first[is_twin], siblings.second[is_twin], strict=True)}
        heads = [head for head in found.heads[0] if head >= 0]
        assert not {frozenset((a, b)) for a in heads for b in heads if a != b} & pairs
        named = [*heads, *(twin for twin in found.twins[0].ravel() if twin >= 0)]
        assert len(named) == len(set(named))
        for place, head in enumerate(heads):
            has_both = sum(model.codes[other][:3] == model.codes[head][:3] for other in heads) >= MINOR_CAP
            assert has_both or all(frozenset((head, twin)) in pairs for twin in found.twins[0, place] if twin >= 0)
