"""Phrases people write find the NCS 세분류 they name, or none."""

from __future__ import annotations

import pytest

from lake.reference import read_skills
from lake.skills import LONGEST_PHRASE, SkillLinker, SkillLinkerError, name_variants, phrase_words, spell

pytestmark = pytest.mark.unit
NAMES = {skill.code: skill.name for skill in read_skills()}


@pytest.fixture(scope="module")
def linker() -> SkillLinker:
    return SkillLinker.from_names(NAMES.items())


def name_of(linker: SkillLinker, phrase: str) -> str | None:
    (link,) = linker.link([phrase])
    return NAMES[link.skill_code] if link else None


@pytest.mark.parametrize(
    ("phrase", "name"),
    [
        pytest.param("응용SW엔지니어링", "응용SW엔지니어링", id="the name itself"),
        pytest.param("응용 SW 엔지니어링 실무", "응용SW엔지니어링", id="spaces and an idle word"),
        pytest.param("엔지니어링 SW 응용", "응용SW엔지니어링", id="another order"),
        pytest.param("응용소프트웨어엔지니어링", "응용SW엔지니어링", id="another spelling"),
        pytest.param("데이터베이스엔지니어링 가능", "DB엔지니어링", id="the Korean word for it"),
        pytest.param("네트워크 엔지니어", "NW엔지니어링", id="who does it"),
        pytest.param("AI 서비스 기획", "인공지능서비스기획", id="the English word for it"),
        pytest.param("ＵＩ／ＵＸ 디자인", "UI/UX엔지니어링", id="wide letters"),
        pytest.param("텍스타일 디자인", "텍스타일디자인", id="words parted otherwise than in the name"),
        pytest.param("지게차 운전 가능", "지게차운전", id="forklift"),
        pytest.param("토목설계 경력 3년", "토목설계", id="years are no part of it"),
        pytest.param("한식조리사", "한식조리", id="cook"),
        pytest.param("여성복 패션디자인", "패션디자인", id="narrower"),
        pytest.param("물류", "물류관리", id="only 'management' is missing"),
        pytest.param("마케팅 기획", "마케팅전략기획", id="two of three words, the field among them"),
        pytest.param("회계", "회계·감사", id="one half of a double name"),
        pytest.param("홍보", "PR·광고", id="one half in Korean"),
        pytest.param("임원비서", "비서", id="of whom"),
    ],
)
def test_a_phrase_finds_the_skill_it_names(linker: SkillLinker, phrase: str, name: str) -> None:
    assert name_of(linker, phrase) == name


@pytest.mark.parametrize(
    "phrase",
    [
        *("관리", "디자인", "영업", "개발", "운전", "설계", "기획", "정비", "분석", "상담"),
        pytest.param("영업관리", id="two very common words"),
        pytest.param("품질관리", id="the skill of many fields"),
        pytest.param("안전관리", id="of machines, of power or of building?"),
        pytest.param("품질보증", id="not only of information technology"),
        pytest.param("디스플레이", id="of shops, not of screens"),
        pytest.param("스타일디자인", id="letters of another word"),
        pytest.param("인쇄영업", id="sells it"),
        pytest.param("이용 가능", id="use, not barbering"),
        pytest.param("정보보안", id="not guarding"),
        pytest.param("아이", id="a word that is half of a name"),
        pytest.param("책", id="a letter of a name"),
        pytest.param("인사총무", id="two skills at once"),
        *("성실함", "엑셀", "열심히하겠습니다", "2707", "", "  ", "ㅋㅋ", "()", "\x00"),
    ],
)
def test_a_phrase_that_names_none_or_several_finds_none(linker: SkillLinker, phrase: str) -> None:
    assert name_of(linker, phrase) is None


def test_every_name_but_the_mistakable_finds_its_own_skill(linker: SkillLinker) -> None:
    lost = {NAMES[code] for code, link in zip(NAMES, linker.link(list(NAMES.values())), strict=True) if not link}
    wrong = {
        NAMES[code]
        for code, link in zip(NAMES, linker.link(list(NAMES.values())), strict=True)
        if link and link.skill_code != code
    }
    assert (lost, wrong) == ({"이용", "보안", "측정"}, set())


def test_a_phrase_s_answer_depends_on_nothing_but_itself_and_the_vocabulary() -> None:
    phrases = [f"{name} {word}" for name in NAMES.values() for word in ("실무", "경력", "현장", "디자인", "보조원")]
    expected = dict(zip(phrases, SkillLinker.from_names(NAMES.items()).link(phrases), strict=True))
    turned, names = phrases[::-1], list(NAMES.items())[::-1]
    other = SkillLinker.from_names([*names, *names[:7]])
    assert dict(zip(turned, other.link(turned), strict=True)) == expected
    assert [other.link([phrase])[0] for phrase in phrases[:50]] == [expected[phrase] for phrase in phrases[:50]]


def test_a_sentence_names_no_skill(linker: SkillLinker) -> None:
    assert name_of(linker, "지게차운전 " * (LONGEST_PHRASE // 6 + 1)) is None


def test_no_phrases_find_nothing(linker: SkillLinker) -> None:
    assert linker.link([]) == []


def test_an_exact_name_is_wholly_alike_and_a_narrower_one_less(linker: SkillLinker) -> None:
    exact, narrower = linker.link(["패션디자인", "여성복 패션디자인"])
    assert exact is not None
    assert narrower is not None
    assert exact.similarity_0_1 == 1.0
    assert 0.7 <= narrower.similarity_0_1 < 1.0


def test_two_skills_of_one_name_find_none() -> None:
    assert SkillLinker.from_names([("1", "용접"), ("2", "용접"), ("3", "배관")]).link(["용접"]) == [None]


def test_a_vocabulary_without_names_is_refused() -> None:
    with pytest.raises(SkillLinkerError, match="0 names"):
        SkillLinker.from_names([])


def test_one_spelling_for_a_word_and_for_who_does_it() -> None:
    assert spell("데이터베이스개발자") == spell("ＤＢ개발")
    assert spell("개발자들") == "개발자들"
    assert phrase_words("용접 경력 우대") == phrase_words("용접사")


def test_only_a_name_of_two_single_words_is_two_names() -> None:
    assert name_variants("회계·감사") == ["회계·감사", "회계", "감사"]
    assert name_variants("승강기설치·정비") == ["승강기설치·정비"]
    assert name_variants("이용") == []
