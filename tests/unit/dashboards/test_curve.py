"""The reliability curve's coordinates: 0 % below left, 100 % above right, whiskers from the interval."""

from __future__ import annotations

from dashboards.curve import Point, draw_curve


def test_a_point_on_the_diagonal_is_as_far_right_as_up() -> None:
    drawn = draw_curve([Point(0.25, 0.25, 0.2, 0.3, 100)])
    assert drawn is not None
    dot = drawn.dots[0]
    assert (dot.x, dot.y, dot.top, dot.bottom) == (25.0, 75.0, 70.0, 80.0)


def test_points_are_joined_from_left_to_right() -> None:
    drawn = draw_curve([Point(0.9, 0.8, 0.7, 0.9, 10), Point(0.1, 0.2, 0.1, 0.3, 10)])
    assert drawn is not None
    assert drawn.line == "10.0,80.0 90.0,20.0"


def test_the_curve_is_told_in_words_too() -> None:
    drawn = draw_curve([Point(0.25, 0.2, 0.1, 0.3, 1_200)])
    assert drawn is not None
    assert drawn.label == "보정 곡선. 추정 25%일 때 실제 20%(1,200명)"


def test_without_a_bin_to_show_there_is_no_curve() -> None:
    assert draw_curve([]) is None
