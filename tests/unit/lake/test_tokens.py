"""Words of Korean texts: nouns and roots, foreign words whole, nothing else."""

from __future__ import annotations

import pyarrow as pa
import pytest

from lake.tokens import LONGEST_TEXT, find_words, split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("요양보호사를 모집합니다", ["요양", "보호사", "모집"], id="no particle, no ending"),
        pytest.param("전기기사 3교대", ["전기", "기사", "교대"], id="no number"),
        pytest.param("C++/C# 개발자, R&D", ["c++", "c#", "개발자", "r&d"], id="foreign words whole"),
        pytest.param("ＡＩ엔지니어", ["ai", "엔지니어"], id="wide letters"),
        pytest.param("食品 제조", ["食品", "제조"], id="Chinese characters"),
        pytest.param("용접💼용접", ["용접", "용접"], id="emoji separates"),
        pytest.param("용접\x00\u200b\n배관\ud800", ["용접", "배관"], id="control characters separate"),
        pytest.param("", [], id="empty"),
        pytest.param(" 12 - 💼 ", [], id="nothing to read"),
    ],
)
def test_words_are_what_is_worked_on_or_with(text: str, words: list[str]) -> None:
    assert split_words(text) == words


def test_a_pasted_body_is_cut() -> None:
    assert len(split_words("용접, " * 10_000)) == LONGEST_TEXT / len("용접, ")


def test_rows_keep_their_order_and_a_null_has_no_words() -> None:
    texts = pa.chunked_array([["전기 기사", None], ["용접", "전기 기사"]])
    assert find_words(texts).to_pylist() == [["전기", "기사"], [], ["용접"], ["전기", "기사"]]


def test_no_text_gives_no_row() -> None:
    assert find_words(pa.array([], pa.string())).to_pylist() == []
