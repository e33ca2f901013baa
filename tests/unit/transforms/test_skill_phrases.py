"""Only phrases that name an NCS skill of the vocabulary are kept, in an order of their own."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from lake.contracts.gold import SKILL_PHRASES, SKILLS
from lake.contracts.render import arrow_schema
from lake.reference import read_skills
from transforms.gold.skill_phrases import skill_phrases

pytestmark = pytest.mark.unit
AS_OF = date(2026, 11, 20)


@pytest.fixture(scope="module")
def vocabulary() -> pa.Table:
    ncs = [(skill.code, "NCS", skill.name) for skill in read_skills()]
    others = [("CERT:바리스타 2급", "CERTIFICATE", "바리스타 2급"), ("99010101", "NCS", None)]
    rows = [
        {"as_of": AS_OF, "skill_code": code, "skill_kind_code": kind, "skill_name": name, "skill_level": None}
        for code, kind, name in (*ncs, *others)
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema(SKILLS))


def said(phrases: list[str], *, is_public: bool = True) -> pa.Table:
    """Phrases as `count_phrases` gives them."""
    return pa.table({"phrase": pa.array(phrases, pa.string()), "is_public": pa.array([is_public] * len(phrases))})


@pytest.mark.parametrize(
    ("phrase", "is_kept"),
    [
        ("데이터베이스엔지니어링 가능", True),
        ("홍길동 데이터베이스엔지니어링", False),
        ("데이터베이스엔지니어링 담당 김철수", False),
        ("데이터베이스엔지니어링 Hong", False),
    ],
)
def test_what_few_people_wrote_is_kept_only_when_it_can_name_nobody(
    vocabulary: pa.Table, phrase: str, is_kept: bool
) -> None:
    assert skill_phrases(said([phrase], is_public=False), vocabulary, as_of=AS_OF).num_rows == int(is_kept)


def test_phrases_that_name_no_skill_vanish(vocabulary: pa.Table) -> None:
    phrases = ["지게차 운전", "성실함", "바리스타 2급", "데이터베이스엔지니어링 가능"]
    rows = skill_phrases(said(phrases), vocabulary, as_of=AS_OF)
    assert rows.schema == arrow_schema(SKILL_PHRASES)
    assert rows.select(["phrase", "skill_code"]).to_pylist() == [
        {"phrase": "데이터베이스엔지니어링 가능", "skill_code": "20010204"},
        {"phrase": "지게차 운전", "skill_code": "14070103"},
    ]


def test_no_phrases_make_an_empty_table(vocabulary: pa.Table) -> None:
    rows = skill_phrases(said([]), vocabulary, as_of=AS_OF)
    assert (rows.num_rows, rows.schema) == (0, arrow_schema(SKILL_PHRASES))


def test_another_order_makes_the_same_table(vocabulary: pa.Table) -> None:
    phrases = [f"{skill.name} 실무" for skill in read_skills()]
    turned = vocabulary.take(list(range(vocabulary.num_rows))[::-1])
    first = skill_phrases(said(phrases), vocabulary, as_of=AS_OF)
    assert first.equals(skill_phrases(said(phrases[::-1]), turned, as_of=AS_OF))
    assert first.num_rows > 350
