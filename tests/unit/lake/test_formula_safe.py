"""Texts in spreadsheets: nothing that would be computed, nothing lost, numbers left alone."""

from __future__ import annotations

import csv
import io

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake.formula_safe import guard, guard_texts, unguard


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1", "=HYPERLINK(\"x\")", "＝1+1",
     "\u3000=1", "\u00a0@x", "-", "=", "'=1", "--5", "+82-2-100"],
)  # fmt: skip
def test_what_a_spreadsheet_would_compute_gets_a_mark(text: str) -> None:
    assert guard(text) == "'" + text


UNSEEN = "\v\f\x00\x1f\x7f\x85\u00a0\u00ad\u1680\u180e\u2003\u200b\u200f\u2028"
UNSEEN += "\u2029\u202e\u202f\u2060\u2066\u3000\u3164\ufe0f\ufeff"


@pytest.mark.parametrize("sign", list("=+-@＝＋－＠﹢﹣﹦﹫−"))
def test_neither_what_shows_as_nothing_nor_the_width_of_a_sign_hides_a_formula(sign: str) -> None:
    texts = [f"{unseen}{sign}SUM(A1)" for unseen in ["", *UNSEEN, UNSEEN]]
    assert [guard(text) for text in texts] == ["'" + text for text in texts]
    assert guard_texts(pa.array(texts)).to_pylist() == ["'" + text for text in texts]


@pytest.mark.parametrize(
    "text", ["", "서울", "-5", "+3.5", "-1e9", ".5", "1-2", "a=b", "a@b", "2026-01-01", " x", "#N/A"]
)
def test_numbers_and_plain_texts_stay_as_they_are(text: str) -> None:
    assert guard(text) == text


@given(st.text(alphabet="=+-@'\t\r\n 1a.＝", max_size=8) | st.text(max_size=8))
def test_the_mark_can_be_taken_off_again(text: str) -> None:
    assert unguard(guard(text)) == text


@given(
    st.lists(
        st.none() | st.text(alphabet="=+-@'\t\r\n 15a.＝e\v\x00\x85\u00a0\u2003\u200b\u2028\u3000﹣", max_size=6),
        max_size=6,
    )
)
def test_a_column_is_guarded_as_each_of_its_texts(texts: list[str | None]) -> None:
    expected = [None if text is None else guard(text) for text in texts]
    assert guard_texts(pa.array(texts, pa.string())).to_pylist() == expected


@given(st.text(alphabet="=+-@'\",;\t\r\n 1a", max_size=10))
def test_no_cell_of_a_csv_begins_like_a_formula_after_reading_it_back(text: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerow([guard(text), "end"])
    cell = next(csv.reader(io.StringIO(out.getvalue(), newline="")))[0]
    is_number = cell[1:].replace(".", "", 1).isdigit()
    assert not cell.lstrip().startswith(("=", "+", "-", "@")) or is_number
