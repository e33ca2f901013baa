"""How single values of a page's tables are said."""

from __future__ import annotations

import pytest

from dashboards import column_words


@pytest.mark.parametrize(
    ("check", "sentence"),
    [
        ("gate:reviews_overdue", "사람의 재검토와 설명 요구에 기한 안에 답한다"),
        ("gate:drift_last_night:home_region_code", "입력과 답의 분포가 어젯밤과 크게 다르지 않다"),
        ("not_null:seeker_key", "꼭 있어야 하는 값이 비어 있지 않다 (seeker_key)"),
        ("unique_key", "키가 두 번 나오지 않는다"),
    ],
)
def test_a_check_is_said_as_what_must_hold(check: str, sentence: str) -> None:
    assert column_words.said("check_name", check) == sentence
