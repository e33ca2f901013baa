"""Every case has a test that shows it, and the table of cases is that of the tests."""

from __future__ import annotations

import os

import pytest

from tests.faults import cases

UPDATE = "GOYONG_UPDATE_CASES=1 pytest tests/faults/test_cases.py"


@pytest.mark.parametrize("case", cases.CASES)
def test_every_case_is_shown_by_a_test(case: str) -> None:
    assert cases.find_tests().get(case), f'no test is marked @pytest.mark.case("{case}") or names {case}'


def test_no_test_names_a_case_that_is_not_on_the_list() -> None:
    assert set(cases.find_tests()) <= set(cases.CASES)


def test_the_table_of_cases_is_that_of_the_tests() -> None:
    if os.environ.get("GOYONG_UPDATE_CASES"):
        cases.README.write_text(cases.table(), encoding="utf-8")
    assert cases.README.read_text(encoding="utf-8") == cases.table(), f"run: {UPDATE}"
