"""Free-text titles to KECO codes, on a dictionary of a handful of titles."""

from __future__ import annotations

import unicodedata

import pyarrow as pa
import pytest

from lake.titles import (
    TitleLinker,
    TitleLinkerError,
    dictionary_titles,
    join_words,
    split_outside_parentheses,
    split_parts,
    title_variants,
)

pytestmark = pytest.mark.unit

DICTIONARY = pa.table(
    {
        "occupation_code": ["4152", "0243", "0243", "6151", "0281", "0321", None],
        "occupation_name": [
            "패션 디자이너",
            "상품 기획자",
            "상품 기획자",
            "상점 판매원",
            "무역 사무원",
            "은행 사무원",
            None,
        ],
        "title": [
            "의상디자이너",
            "머천다이저",
            "의류상품기획자",
            "의류판매원",
            "무역사무원",
            "무역사무원",
            "이름뿐인직업",
        ],
        "similar_titles_text": ["패션디자이너", "엠디(MD), 상품기획자", None, "옷가게점원", None, None, None],
    }
)


@pytest.fixture(scope="module")
def linker() -> TitleLinker:
    return TitleLinker.from_arrow(DICTIONARY)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("의상디자이너", "4152"),
        ("패션디자인", "4152"),
        ("MD", "0243"),
        ("md", "0243"),
        ("상품기획", "0243"),
        ("의류판매", "6151"),
        ("ㅋㅋ", None),
        ("qwerty", None),
        ("이름뿐인직업", None),
        ("", None),
        (None, None),
    ],
)
def test_title_is_linked_to_its_nearest_group_or_to_none(
    linker: TitleLinker, text: str | None, code: str | None
) -> None:
    assert linker.link(pa.array([text], pa.string())).to_pylist() == [code]


def test_several_keywords_vote(linker: TitleLinker) -> None:
    assert linker.link(pa.array(["의류판매원;상품기획;머천다이저;알수없음"])).to_pylist() == ["0243"]


def test_second_place_is_the_next_best_group(linker: TitleLinker) -> None:
    assert linker.link(pa.array(["MD, 의류판매원", "패션디자이너"]), place=2).to_pylist() == ["6151", None]


def test_second_place_is_no_other_reading_of_the_same_word(linker: TitleLinker) -> None:
    assert linker.link(pa.array(["무역사무원"]), place=2).to_pylist() == [None]


def leading_dictionary() -> pa.Table:
    return pa.table(
        {
            "occupation_code": ["0151", "2143", "6124"],
            "occupation_name": ["영업 관리자", "요리 강사", "매장 영업"],
            "title": ["영업관리자", "요리강사", "매장 영업"],
            "similar_titles_text": pa.nulls(3, pa.string()),
        }
    )


@pytest.mark.parametrize(("text", "code"), [("영업", "6124"), ("영업관리자", "0151"), ("요리강사", "2143")])
def test_wish_for_work_is_no_wish_to_lead_it(text: str, code: str) -> None:
    linker = TitleLinker.from_arrow(leading_dictionary())
    assert linker.link(pa.array([text])).to_pylist() == [code]


def test_design_is_the_work_of_designers(linker: TitleLinker) -> None:
    assert linker.top(["패션디자인"], 1) == linker.top(["패션디자이너"], 1)


def test_equal_scores_go_to_the_smaller_code(linker: TitleLinker) -> None:
    assert linker.top(["무역사무원"], 2) == [[("0281", 1.0), ("0321", 1.0)]]


def test_repeated_texts_and_chunks_keep_their_places(linker: TitleLinker) -> None:
    texts = pa.chunked_array([["MD", None, "MD"], ["의상디자이너"]], pa.string())
    assert linker.link(texts).to_pylist() == ["0243", None, "0243", "4152"]


def test_no_texts_give_no_codes(linker: TitleLinker) -> None:
    assert linker.link(pa.array([], pa.string())).to_pylist() == []
    assert linker.link(pa.array([None, None], pa.string())).to_pylist() == [None, None]


def test_same_dictionary_in_another_order_gives_the_same_scores(linker: TitleLinker) -> None:
    turned = TitleLinker.from_arrow(DICTIONARY.take(list(range(DICTIONARY.num_rows))[::-1]))
    texts = ["패션디자인;MD", "판매", "무역"]
    assert turned.top(texts, 3) == linker.top(texts, 3)


def test_higher_minimum_refuses_a_faint_likeness() -> None:
    strict = TitleLinker.from_arrow(DICTIONARY, minimum_similarity=0.99)
    assert strict.link(pa.array(["상품기획", "상품기획자"])).to_pylist() == [None, "0243"]


def test_names_inside_parentheses_are_names_of_their_own() -> None:
    assert title_variants("엠디(MD)") == ["엠디 md", "엠디", "md"]
    assert title_variants("고위직공무원(일반)") == ["고위직공무원 일반", "고위직공무원"]


def test_comma_inside_parentheses_does_not_split_a_title() -> None:
    row = pa.table(
        {
            "occupation_code": ["1111"],
            "occupation_name": ["연구원"],
            "title": ["연구원"],
            "similar_titles_text": ["기사(보존, 보수), 조사원"],
        }
    )
    assert ("1111", "조사원") in dictionary_titles(row)
    assert ("1111", "보수") not in dictionary_titles(row)


def test_parts_are_split_once_each_in_order() -> None:
    assert split_parts("상품기획; MD ,MD|기획\n;2302") == ["상품기획", "md", "기획"]


@pytest.mark.parametrize(
    "text",
    [
        "웹퍼블리셔;MD",
        "웹 퍼블리셔 ; md",
        "「웹」퍼블리셔，ＭＤ",
        unicodedata.normalize("NFD", "웹퍼블리셔；MD"),
        "웹\t퍼블리셔|MD",
    ],
)
def test_spaces_brackets_width_and_decomposition_are_no_part_of_a_title(text: str) -> None:
    assert join_words(text) == "웹퍼블리셔;md"


@pytest.mark.parametrize("text", [None, "", "  ", "()", "???", "123"])
def test_text_without_a_word_is_no_title(text: str | None) -> None:
    assert join_words(text) == ""


def test_full_width_signs_part_titles_too() -> None:
    assert title_variants("엠디（MD）") == title_variants("엠디(MD)")
    assert split_outside_parentheses("기사（보존，보수），조사원") == ["기사(보존,보수)", "조사원"]


def test_dictionary_without_a_needed_column_is_refused_by_name() -> None:
    with pytest.raises(TitleLinkerError, match="similar_titles_text"):
        TitleLinker.from_arrow(DICTIONARY.drop_columns(["similar_titles_text"]))


def test_dictionary_without_codes_is_refused() -> None:
    with pytest.raises(TitleLinkerError, match="no title with an occupation_code"):
        TitleLinker.from_arrow(DICTIONARY.slice(6))


def test_place_zero_is_refused(linker: TitleLinker) -> None:
    with pytest.raises(TitleLinkerError, match="place 0"):
        linker.link(pa.array(["MD"]), place=0)
