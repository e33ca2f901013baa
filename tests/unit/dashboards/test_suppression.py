"""Small cells are hidden so that neither a cell nor a small sum can be worked out from a total."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.suppression import SMALLEST_SHOWN, hide_small_cells


def _hidden(people: list[int], *lines: list[int]) -> list[bool]:
    columns = [np.array(line) for line in lines] or [np.zeros(len(people), dtype=np.int64)]
    return hide_small_cells(np.array(people, dtype=np.int64), columns).cells.tolist()


def test_large_cells_are_all_shown() -> None:
    assert _hidden([10, 500, 0]) == [False, False, False]


def test_one_small_cell_takes_the_smallest_other_with_it() -> None:
    assert _hidden([500, 4, 30, 12]) == [False, True, False, True]


def test_an_empty_cell_is_shown_and_protects_nobody() -> None:
    assert _hidden([500, 4, 0, 12]) == [False, True, False, True]


def test_two_small_cells_of_ten_people_together_are_enough() -> None:
    assert _hidden([5, 5, 40]) == [True, True, False]


def test_two_small_cells_of_nine_people_together_take_a_third() -> None:
    assert _hidden([5, 4, 40]) == [True, True, True]


def test_a_table_is_protected_along_both_its_rows_and_columns() -> None:
    #        seoul busan
    # cook     4    20      the 4 hides the 20 beside it and the 30 below it,
    # driver  30    50      then the 20 and the 30 each need the 50
    assert _hidden([4, 20, 30, 50], [0, 0, 1, 1], [0, 1, 0, 1]) == [True, True, True, True]


def test_a_cell_marked_last_is_taken_only_when_no_other_is_left() -> None:
    people, line = np.array([4, 12, 500]), np.zeros(3, dtype=np.int64)
    found = hide_small_cells(people, [line], last=np.array([False, True, False]))
    assert found.cells.tolist() == [True, False, True]


def test_a_line_with_one_cell_alone_gives_up_its_total() -> None:
    found = hide_small_cells(np.array([7, 80, 90]), [np.array([0, 1, 1])])
    assert found.cells.tolist() == [True, False, False]
    assert found.totals[0].tolist() == [0]


def test_a_total_of_fewer_than_ten_hidden_people_is_given_up() -> None:
    found = hide_small_cells(np.array([3, 4]), [np.zeros(2, dtype=np.int64)])
    assert found.totals[0].tolist() == [0]


@given(st.lists(st.integers(0, 40), min_size=1, max_size=36), st.integers(1, 6))
def test_no_shown_total_gives_a_hidden_cell_away(people: list[int], width: int) -> None:
    counts = np.array(people, dtype=np.int64)
    lines = [np.arange(len(people)) // width, np.arange(len(people)) % width]
    found = hide_small_cells(counts, lines)
    assert not (~found.cells & (counts > 0) & (counts < SMALLEST_SHOWN)).any()
    assert not found.cells[counts == 0].any()
    for line, open_lines in zip(lines, found.totals, strict=True):
        for name in set(line.tolist()) - set(open_lines.tolist()):
            inside = found.cells & (line == name)
            assert inside.sum() != 1
            assert not 0 < counts[inside].sum() < SMALLEST_SHOWN


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0]])
def test_ties_go_to_the_earlier_cell(order: list[int]) -> None:
    people = [[4, 20, 20][place] for place in order]
    assert _hidden(people) == ([True, True, False] if order[0] == 0 else [True, False, True])
