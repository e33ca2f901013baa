"""Who takes the five places: by evidence, at most two of a minor group and three of a 2-digit group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pytest

from matching.blocks import NONE
from matching.heads import MINOR_CAP, WIDE_CAP, choose_heads
from tests.unit.matching.occupation_worlds import make_kin

Twins = frozenset[frozenset[str]]
NO_TWINS: Twins = frozenset()


def choose(evidence: Mapping[str, float], *, has_test: bool = False, twins: Twins = NO_TWINS) -> tuple[list[str], bool]:
    """The codes of the five by `evidence`, and whether the caps held."""
    codes = sorted(evidence)
    heads = np.full(5, NONE, np.int32)
    values = np.array([evidence[code] for code in codes])
    count, is_capped = choose_heads(values, make_kin(codes, twins), has_test, heads)
    assert (heads[:count] != NONE).all()
    assert (heads[count:] == NONE).all()
    return [codes[head] for head in heads[:count]], is_capped


def test_two_of_a_minor_group_and_three_of_a_two_digit_group() -> None:
    """0113 is the third of 011; 0131 would be the fourth of 01."""
    evidence = {"0111": 9.0, "0112": 8.0, "0113": 7.0, "0121": 6.0, "0131": 5.0, "0211": 4.0, "0212": 3.0, "3010": 2.0}
    assert choose(evidence) == (["0111", "0112", "0121", "0211", "0212"], True)


def test_what_the_caps_leave_empty_is_filled_without_them_in_order_of_evidence() -> None:
    evidence = {"0111": 9.0, "0112": 8.0, "0113": 7.0, "0114": 6.0, "0115": 5.0, "0211": 1.0, "0212": 0.0, "3010": -1.0}
    assert choose(evidence) == (["0111", "0112", "0113", "0114", "0211"], False)


@pytest.mark.parametrize(
    ("has_test", "expected"), [(False, ["0111", "0211"]), (True, ["0111", "0211", "3010", "0112", "0113"])]
)
def test_what_has_nothing_for_it_takes_a_place_only_after_a_test(has_test: bool, expected: list[str]) -> None:
    evidence = {"0111": 1.0, "0112": -2.0, "0113": -3.0, "0114": -4.0, "0211": 0.5, "3010": 0.0}
    assert choose(evidence, has_test=has_test) == (expected, False)


def test_equal_evidence_goes_to_the_lower_code() -> None:
    evidence = {"0111": 1.0, "0112": 1.0 + 1e-9, "0211": 1.0, "0311": 1.0, "0411": 1.0, "0511": 1.0}
    assert choose(evidence) == (["0111", "0112", "0211", "0311", "0411"], True)


def test_a_twin_takes_no_place_with_or_without_the_caps() -> None:
    evidence = {"0111": 9.0, "0112": 8.0, "0113": 7.0, "0114": 6.0, "0115": 5.0, "0116": 4.0}
    twins: Twins = frozenset({frozenset({"0111", "0112"}), frozenset({"0113", "0115"})})
    assert choose(evidence, twins=twins) == (["0111", "0113", "0114", "0116"], False)


def walk(evidence: Mapping[str, float], twins: Twins, has_test: bool) -> list[str]:
    """The rule in words, once more."""
    order = sorted(evidence, key=lambda code: (-np.floor(evidence[code] * 1e6 + 0.5), code))
    heads: list[str] = []
    for is_first in (True, False):
        for code in order:
            is_full = (
                sum(code[:3] == head[:3] for head in heads) >= MINOR_CAP
                or sum(code[:2] == head[:2] for head in heads) >= WIDE_CAP
            )
            is_open = evidence[code] > 0 or (has_test and not is_first)
            is_alone = code not in heads and not any({code, head} in twins for head in heads)
            if len(heads) < 5 and is_open and is_alone and not (is_first and is_full):
                heads.append(code)
    return sorted(heads, key=order.index)


@pytest.mark.parametrize("has_test", [False, True])
def test_five_of_random_people_keep_within_the_caps_where_they_can(has_test: bool) -> None:
    """300 people, 90 occupations in 18 minor groups, from nearly all to hardly any with evidence for them."""
    codes = [f"{wide:02d}{minor}{unit}" for wide in range(6) for minor in range(3) for unit in range(5)]
    random = np.random.default_rng(7)
    capped = 0
    for person in range(300):
        lean = {code[:2]: random.normal(0, 2) for code in codes}
        values = random.standard_normal(len(codes)) - person / 100
        evidence = {code: round(value + lean[code[:2]], 1) for code, value in zip(codes, values, strict=True)}
        pairs = [(one, other) for one in codes for other in codes if one < other and one[:3] == other[:3]]
        twins = frozenset(frozenset(pair) for pair in pairs if random.random() < 0.05)
        heads, is_capped = choose(evidence, has_test=has_test, twins=twins)
        assert heads == walk(evidence, twins, has_test)
        if is_capped:
            capped += 1
            assert max(Counter(code[:3] for code in heads).values()) <= MINOR_CAP
            assert max(Counter(code[:2] for code in heads).values()) <= WIDE_CAP
    assert 100 < capped < 300
