"""Differences by hand, and what a lottery says that a comparison with other people does not."""

from pathlib import Path

import numpy as np
import pytest

from ml.tabular.errors import LabelValueError, UnknownColumnError
from ml.training_effect import Roles, adjusted_difference, compare_effects, describe_effect, difference_of_means

ROLES = Roles("took", "wage", ("key",))
# Training adds 10; wages are 2 for each school year; the lottery's people have 4-6 years, the others 14-16.
LOTTERY = "key,took,wage,years\n" + "".join(
    f"{took}{years},{took},{2 * years + 10 * took},{years}\n" for took in (0, 1) for years in (4, 5, 6)
)
OTHERS = "key,took,wage,years\n" + "".join(f"{years},0,{2 * years},{years}\n" for years in (14, 15, 16))


def write(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_difference_of_means_with_its_interval() -> None:
    """Means 2 and 6, both variances 1 over 3 rows: standard error sqrt(2/3)."""
    found = difference_of_means(np.array([1.0, 2.0, 3.0]), np.array([5.0, 6.0, 7.0]))
    assert found.value == -4.0
    assert found.high - found.value == pytest.approx(1.96 * np.sqrt(2 / 3), abs=1e-3)


def test_adjustment_for_what_differs_brings_the_effect_back_where_it_is_all_there_is(tmp_path: Path) -> None:
    """By lottery +10; against others 2 * 5 + 10 - 2 * 15 = -10; adjusted for school years +10 again."""
    found = compare_effects(write(tmp_path, "a.csv", LOTTERY), write(tmp_path, "b.csv", OTHERS), ROLES)
    assert found.counts == (3, 3, 3)
    assert (found.experimental.value, found.naive.value) == (10.0, -10.0)
    assert found.adjusted.value == pytest.approx(10.0)
    assert found.means == {"years": (5.0, 5.0, 15.0)}


def test_report_shows_the_three_differences(tmp_path: Path) -> None:
    found = compare_effects(write(tmp_path, "a.csv", LOTTERY), write(tmp_path, "b.csv", OTHERS), ROLES)
    lines = describe_effect(found).splitlines()
    assert lines[0] == "trained 3, not trained by lottery 3, other people 3"
    assert [line.split("(")[0].split()[-1] for line in lines[1:4]][1:] == ["-10", "10"]
    assert lines[-1].split() == ["years", "5.00", "5.00", "15.00"]


def test_column_that_is_constant_does_not_disturb_the_adjustment() -> None:
    known = (np.array([[1.0, 7.0], [2.0, 7.0]]), np.array([[1.0, 7.0], [2.0, 7.0]]))
    found = adjusted_difference((np.array([11.0, 12.0]), np.array([1.0, 2.0])), known)
    assert found.value == pytest.approx(10.0)


def test_column_with_a_missing_value_is_not_adjusted_for(tmp_path: Path) -> None:
    spoiled = LOTTERY.replace("15,1,20,5", "15,1,20,")
    assert compare_effects(write(tmp_path, "a.csv", spoiled), write(tmp_path, "b.csv", OTHERS), ROLES).means == {}


def test_columns_and_groups_that_are_not_there_are_named(tmp_path: Path) -> None:
    lottery, others = write(tmp_path, "a.csv", LOTTERY), write(tmp_path, "b.csv", OTHERS)
    with pytest.raises(UnknownColumnError, match="a.csv, header: found no column trt"):
        compare_effects(lottery, others, Roles("trt", "wage"))
    with pytest.raises(LabelValueError, match="b.csv, column took: found 0 rows with 1"):
        compare_effects(others, lottery, ROLES)
    with pytest.raises(LabelValueError, match="took and wage"):
        compare_effects(write(tmp_path, "c.csv", LOTTERY.replace("04,0,8", "04,0,")), others, ROLES)
