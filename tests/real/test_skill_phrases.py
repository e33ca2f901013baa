"""Phrases of real résumés and postings that name an NCS skill: how many, and a sample to judge by eye.

Skipped where the data is absent (tests/real/README.md, "Skill phrases", has what was judged).
"""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest

from lake.reference import read_skills
from lake.skills import Link, SkillLinker
from tests.real import prepare

FILES = ("scout/resume.csv", "scout/recruitment.csv")
JUDGED = 50
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not all((prepare.data_folder() / name).is_file() for name in FILES),
        reason="real data is not here (scout); tests/real/README.md says where",
    ),
]
NAMES = {skill.code: skill.name for skill in read_skills()}


@pytest.fixture(scope="module")
def said() -> Counter[str]:
    """Phrase → how often it was written."""
    texts = (row["text_keyword"] for name in FILES for row in prepare.read_csv(name))
    return Counter(phrase.strip() for text in texts for phrase in text.split(";") if phrase.strip())


@pytest.fixture(scope="module")
def linked(said: Counter[str]) -> dict[str, Link]:
    phrases = sorted(said)
    found = SkillLinker.from_names(NAMES.items()).link(phrases)
    return {phrase: link for phrase, link in zip(phrases, found, strict=True) if link}


def test_few_phrases_are_linked_and_a_sample_is_shown(said: Counter[str], linked: dict[str, Link]) -> None:
    written = sum(said[phrase] for phrase in linked)
    print(f"\n{len(linked)} of {len(said)} phrases name a skill; written {written} of {said.total()} times")  # noqa: T201
    sample = sorted(linked, key=lambda phrase: hashlib.sha256(phrase.encode()).digest())[:JUDGED]
    for phrase in sample:
        print(f"  {phrase} → {NAMES[linked[phrase].skill_code]} {linked[phrase].similarity_0_1:.2f}")  # noqa: T201
    assert (len(said), len(linked)) == (3116, 204)


@pytest.mark.parametrize(
    ("phrase", "name"),
    [
        ("패션디자이너", "패션디자인"),
        ("패션MD", "패션머천다이징"),
        ("텍스타일디자이너", "텍스타일디자인"),
        ("마케팅기획", "마케팅전략기획"),
        ("해외영업", "해외영업"),
        ("물류", "물류관리"),
        ("홍보", "PR·광고"),
        *(
            (common, None)
            for common in ("상품기획", "MD", "디자이너", "영업관리", "영업", "디스플레이", "의류", "디자인")
        ),
    ],
)
def test_frequent_phrases_are_read_as_a_person_reads_them(
    said: Counter[str], linked: dict[str, Link], phrase: str, name: str | None
) -> None:
    assert said[phrase] > 19
    assert (NAMES[linked[phrase].skill_code] if phrase in linked else None) == name
