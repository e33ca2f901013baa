"""Certificates: only what the wanted occupation asks for and the person lacks, never below what is held."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lake.contracts.answers import SEEKER_CERTIFICATES
from lake.contracts.render import arrow_schema
from matching import certificates
from matching.certificate_grades import read_grade
from matching.certificates import CertificateMarket
from tests.unit.matching.course_night import AS_OF, NEEDS, make_needs

Make = Callable[[list[dict[str, Any]]], pa.Table]
Row = dict[str, Any]


def need(name: str, importance: float = 0.5, **columns: Any) -> Row:
    about = {"occupation_code": "0131", "skill_code": f"CERT:{name}", "importance_0_1": importance}
    return about | columns


def match(seekers: pa.Table, needs: list[Row]) -> list[Row]:
    market = CertificateMarket.from_arrow(make_needs([*NEEDS, *needs]), AS_OF)
    answers = list(certificates.match_batches(iter(seekers.to_batches()), market))
    assert all(answer.schema.equals(arrow_schema(SEEKER_CERTIFICATES)) for answer in answers)
    rows: list[Row] = pa.Table.from_batches(answers).to_pylist()
    return rows


def names(row: Row) -> list[str]:
    return [row[f"certificate_name_{place}"] for place in range(1, 6) if row[f"certificate_name_{place}"]]


@pytest.mark.parametrize(
    ("higher", "lower"),
    [
        ("용접기사", "용접산업기사"),
        ("용접산업기사", "용접기능사"),
        ("용접기능장", "용접기사"),
        ("용접기술사", "용접기능사"),
        ("전산회계 1급", "전산회계 2급"),
        ("전산회계1급", "전산회계 3급"),
        ("사회복지사(1급)", "사회복지사(2급)"),
        ("한국어교원 2급(외국어)", "한국어교원 3급(외국어)"),
    ],
)
def test_a_higher_grade_of_the_same_field_stands_above(higher: str, lower: str) -> None:
    assert read_grade(higher).family == read_grade(lower).family
    assert read_grade(higher).rank > read_grade(lower).rank


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("용접기사", "배관기사"),
        ("한식조리기능사", "조리기능장"),
        ("정보처리기사", "정보처리 1급"),
        ("항공산업기사(정비)", "항공기사(운항)"),
        ("요양보호사", "간호사"),
    ],
)
def test_another_field_is_another_family(one: str, other: str) -> None:
    assert read_grade(one).family != read_grade(other).family


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (None, ["용접산업기사"]),
        ("용접산업기사", []),
        ("용접기사", []),
        ("용접기능장;한식조리기능사", []),
        ("용접기능사", ["용접산업기사"]),
        ("용접 산업기사", []),
        ("배관기사", ["용접산업기사"]),
    ],
)
def test_what_is_held_or_held_higher_is_not_recommended(
    make_seekers: Make, held: str | None, expected: list[str]
) -> None:
    (row,) = match(make_seekers([{"certificate_names_text": held}]), [need("용접산업기사")])
    assert names(row) == expected
    assert row["answer_code"] == ("OK" if expected else "NO_CERTIFICATE_CLOSES_GAP")


def test_one_grade_of_a_family_is_recommended(make_seekers: Make) -> None:
    needs = [need("용접기사", 0.4), need("용접기능사", 0.6), need("지게차운전기능사", 0.2)]
    assert names(match(make_seekers([{}]), needs)[0]) == ["용접기능사", "지게차운전기능사"]


def test_score_is_the_weighted_sum_of_its_parts(make_seekers: Make) -> None:
    # .6 of 1.0 missing, 40 % of openings ask: job fit .6 × (.5 + .2) = .42. Level 5 for somebody of high school (2),
    # who can climb to 4: level fit .75. .7×.42 + .3×.75 = .519
    needs = [need("용접기사", 0.6, skill_level=5, openings_share_0_1=0.4), need("운전", 0.4)]
    (row,) = match(make_seekers([{"education_code": "03"}]), needs)
    parts = ("job_fit_0_1_1", "level_fit_0_1_1", "openings_share_0_1_1", "score_0_1_1")
    assert [row[part] for part in parts] == pytest.approx([0.42, 0.75, 0.4, 0.519])
    # Share and level of the other are unknown: .4 × .75 = .3, .5; .7×.3 + .3×.5 = .36
    assert [row[part.replace("_1_1", "_1_2")] for part in parts] == pytest.approx([0.3, 0.5, None, 0.36])


def test_equal_certificates_go_by_name(make_seekers: Make) -> None:
    assert names(match(make_seekers([{}]), [need("나"), need("가"), need("다")])[0]) == ["가", "나", "다"]


@pytest.mark.parametrize(
    ("seeker", "answer_code", "basis_code"),
    [
        ({}, "OK", "WISH"),
        ({"certificate_names_text": "용접기사"}, "NO_CERTIFICATE_CLOSES_GAP", "WISH"),
        ({"wanted_occupation_code_1": None}, "NO_WISH", None),
        ({"wanted_occupation_code_1": None, "career_occupation_code": "0131"}, "OK", "HISTORY"),
        ({"wanted_occupation_code_1": None, "last_occupation_code": "0132"}, "NO_CERTIFICATE_ASKED", "HISTORY"),
        ({"wanted_occupation_code_1": "8710"}, "NO_SKILL_DATA", "WISH"),
        ({"wanted_occupation_code_1": "0132"}, "NO_CERTIFICATE_ASKED", "WISH"),  # needs skills, no certificate
        ({"wanted_occupation_code_1": "0132", "certificate_names_text": "운전"}, "NO_CERTIFICATE_ASKED", "WISH"),
        ({"wanted_occupation_code_1": "0133"}, "OK", "WISH"),  # needs a certificate and no skill
        ({"wanted_occupation_code_1": "0133", "wanted_occupation_code_2": "0132"}, "NO_CERTIFICATE_ASKED", "WISH"),
    ],
)
def test_answer_and_basis_code(make_seekers: Make, seeker: Row, answer_code: str, basis_code: str | None) -> None:
    needs = [need("용접기사"), NEEDS[0] | {"occupation_code": "0132"}, need("운전", occupation_code="0133")]
    (row,) = match(make_seekers([seeker]), needs)
    assert (row["answer_code"], row["basis_code"]) == (answer_code, basis_code)


def test_market_is_read_from_a_file_for_the_engine(tmp_path: Path, make_seekers: Make) -> None:
    needs = [need("용접기사")]
    pq.write_table(make_needs([*NEEDS, *needs]), tmp_path / "needs.parquet")
    seekers = make_seekers([{}])
    answers = certificates.match_from_file(iter(seekers.to_batches()), tmp_path / "needs.parquet", AS_OF)
    assert pa.Table.from_batches(list(answers)).to_pylist() == match(seekers, needs)
