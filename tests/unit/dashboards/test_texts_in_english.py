"""English says what Korean says: the same codes, the same places for values, no Korean left, no code without a text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from dashboards import texts
from tests.page_numbers import plain

FOLDER = Path(texts.__file__).parent
WHOLE = ("answers", "conditions", "factors", "rights", "traits")
"""Files of codes and of what goes with every answer: translated whole."""
PARTLY = {
    "person": ("ai_notice", "rights"),
    "occupation": ("education_fit", "outlook", "outcome_basis", "need_evidence", "past"),
}
"""Files of which only what belongs to answers and codes is translated."""
_CLAIM = re.compile(r"\b(because of your|guarantee|will find a job|increases? your|improves? your|cause[sd]?)\b", re.I)
_PROTECTED = re.compile(
    r"\b(sex|gender|age|disab\w+|national\w*|foreign\w*|married|marital|family|religio\w+|race)\b", re.I
)


def _paths(node: dict[str, Any]) -> dict[str, str]:
    return dict(plain.strings(node))


def _english_files() -> list[str]:
    return sorted(file.stem for file in (FOLDER / "en").glob("*.toml"))


def _both(name: str) -> tuple[dict[str, str], dict[str, str]]:
    """Path → text of a file in Korean, as far as it is to be translated, and in English."""
    korean = texts.load(name)
    wanted = {part: korean[part] for part in PARTLY.get(name, tuple(korean))}
    return _paths(wanted), _paths(texts.load(name, "en"))


def test_exactly_these_files_are_there_in_english() -> None:
    assert _english_files() == sorted((*WHOLE, *PARTLY))


@pytest.mark.parametrize("name", [*WHOLE, *PARTLY])
def test_no_code_is_left_without_a_text_and_no_text_without_a_code(name: str) -> None:
    korean, english = _both(name)
    assert sorted(english) == sorted(korean)
    assert [where for where in korean if bool(korean[where]) != bool(english[where])] == []


@pytest.mark.parametrize("name", [*WHOLE, *PARTLY])
def test_the_same_values_have_their_place_in_both(name: str) -> None:
    korean, english = _both(name)
    places = {where: sorted(re.findall(r"\{\w+\}", text)) for where, text in korean.items()}
    assert places == {where: sorted(re.findall(r"\{\w+\}", text)) for where, text in english.items()}


@pytest.mark.parametrize("name", [*WHOLE, *PARTLY])
def test_no_korean_is_left_in_english(name: str) -> None:
    assert [text for text in _both(name)[1].values() if re.search("[가-힣]", text)] == []


@pytest.mark.parametrize("name", [*WHOLE, *PARTLY])
def test_english_claims_no_cause_and_advises_on_no_protected_trait(name: str) -> None:
    english = {where: text for where, text in _both(name)[1].items() if where != "age_years.name"}
    assert [text for text in english.values() if _CLAIM.search(text) or _PROTECTED.search(text)] == []


def test_groups_of_factors_are_the_same_in_both() -> None:
    korean, english = _both("factors")
    groups = {where for where in korean if where.endswith(".group")}
    assert {where: korean[where] for where in groups} == {where: english[where] for where in groups}


def test_an_unknown_language_is_an_error_that_says_which_there_are() -> None:
    with pytest.raises(texts.MissingText, match="language 'fr'.*en, ko"):
        texts.load("answers", "fr")
