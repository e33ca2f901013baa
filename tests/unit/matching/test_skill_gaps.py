"""Skill gaps: per wish what is held and missing, how many openings are open, and what each missing skill unlocks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lake.contracts.answers import SEEKER_SKILL_GAPS
from lake.contracts.render import arrow_schema
from matching import skill_gaps
from matching.openings import GapMarket
from tests.unit.matching.course_night import AS_OF, CAD, NEEDS, SAFETY, WELDING, make_needs, make_phrases

Make = Callable[[list[dict[str, Any]]], pa.Table]
Row = dict[str, Any]
PHRASES = [{"phrase": "용접 가능", "skill_code": WELDING}]
# Ten openings: 4 ask for nothing, 3 for welding, 2 for welding and CAD, 1 for what the occupation does not need.
POSTINGS: list[Row] = [
    {"headcount": 4},
    {"headcount": 2, "skill_codes_text": WELDING},
    {"headcount": None, "keywords_text": "성실;용접 가능"},
    {"headcount": 2, "skill_codes_text": f"{CAD};{WELDING}"},
    {"headcount": 1, "skill_codes_text": "99999999"},
]


def match(seekers: pa.Table, postings: pa.Table, needs: list[Row] | None = None) -> list[Row]:
    market = GapMarket.from_arrow(make_needs(NEEDS if needs is None else needs), postings, make_phrases(PHRASES), AS_OF)
    answers = list(skill_gaps.match_batches(iter(seekers.to_batches()), market))
    assert all(answer.schema.equals(arrow_schema(SEEKER_SKILL_GAPS)) for answer in answers)
    rows: list[Row] = pa.Table.from_batches(answers).to_pylist()
    return rows


def pick(row: Row, place: int, *names: str) -> list[Any]:
    return [row[f"{name}_{place}"] for name in names]


@pytest.mark.parametrize(
    ("held", "readiness", "open_share", "missing", "levels", "unlocked"),
    [
        (None, 0.0, 0.5, f"{WELDING}|{CAD}|{SAFETY}", "452", "0.3000|0.0000|0.0000"),
        (WELDING, 0.6, 0.8, f"{CAD}|{SAFETY}", "52", "0.2000|0.0000"),
        (CAD, 0.3, 0.5, f"{WELDING}|{SAFETY}", "42", "0.5000|0.0000"),
        (f"{WELDING};{CAD}", 0.9, 1.0, SAFETY, "2", "0.0000"),
        (f"{WELDING};{CAD};{SAFETY}", 1.0, 1.0, None, None, None),
    ],
)
def test_what_is_held_missing_and_unlocked(
    make_seekers: Make,
    make_postings: Make,
    held: str | None,
    readiness: float,
    open_share: float,
    missing: str | None,
    levels: str | None,
    unlocked: str | None,
) -> None:
    (row,) = match(make_seekers([{"skill_codes_text": held}]), make_postings(POSTINGS))
    names = ("readiness_0_1", "open_share_0_1", "needed_skills_count")
    assert pick(row, 1, *names) == [pytest.approx(readiness), open_share, 3]
    names = ("missing_skill_codes", "missing_levels_text", "unlocked_shares_text")
    assert pick(row, 1, *names) == [missing, levels, unlocked]
    assert row["answer_code"] == ("OK" if missing else "NO_GAP")


def test_an_occupation_without_openings_has_no_shares(make_seekers: Make, make_postings: Make) -> None:
    (row,) = match(make_seekers([{}]), make_postings([{"occupation_code": "0132"}]))
    assert pick(row, 1, "open_share_0_1", "unlocked_shares_text") == [None, None]
    assert pick(row, 1, "readiness_0_1", "missing_levels_text") == [0.0, "452"]


def test_an_unknown_level_is_told_as_zero(make_seekers: Make, make_postings: Make) -> None:
    (row,) = match(make_seekers([{}]), make_postings([]), [NEEDS[0] | {"skill_level": None}])
    assert row["missing_levels_text_1"] == "0"


def test_each_different_wish_has_its_place(make_seekers: Make, make_postings: Make) -> None:
    wishes = {
        "wanted_occupation_code_1": "8710",
        "wanted_occupation_code_2": "8710",
        "wanted_occupation_code_3": "0131",
    }
    (row,) = match(make_seekers([wishes]), make_postings(POSTINGS))
    assert [row[f"gap_occupation_code_{place}"] for place in (1, 2, 3)] == ["8710", "0131", None]
    assert [row[f"needed_skills_count_{place}"] for place in (1, 2, 3)] == [None, 3, None]
    assert [row[f"readiness_0_1_{place}"] for place in (1, 2, 3)] == [None, 0.0, None]


@pytest.mark.parametrize(
    ("past", "occupation", "answer_code", "basis_code"),
    [
        ({"career_occupation_code": "0131", "last_occupation_code": "8710"}, "0131", "OK", "HISTORY"),
        ({"last_occupation_code": "0131"}, "0131", "OK", "HISTORY"),
        ({"last_occupation_code": "8710"}, "8710", "NO_SKILL_DATA", "HISTORY"),
        ({"last_occupation_code": "8710", "wanted_occupation_code_2": "0131"}, "0131", "OK", "WISH"),
        ({}, None, "NO_WISH", None),
    ],
)
def test_the_past_stands_in_where_nothing_is_wished(
    make_seekers: Make,
    make_postings: Make,
    past: Row,
    occupation: str | None,
    answer_code: str,
    basis_code: str | None,
) -> None:
    (row,) = match(make_seekers([{"wanted_occupation_code_1": None} | past]), make_postings(POSTINGS))
    found = (row["gap_occupation_code_1"], row["answer_code"], row["basis_code"])
    assert found == (occupation, answer_code, basis_code)


def test_at_most_the_sixty_four_most_important_needs_count(make_seekers: Make, make_postings: Make) -> None:
    needs = [
        {"occupation_code": "0131", "skill_code": f"1000{number:04d}", "importance_0_1": number / 100}
        for number in range(1, 71)
    ]
    postings = make_postings([{"skill_codes_text": "10000007"}, {"skill_codes_text": "10000006"}])
    (row,) = match(make_seekers([{}]), postings, needs)
    missing = row["missing_skill_codes_1"].split("|")
    assert (row["needed_skills_count_1"], missing[0], missing[-1]) == (64, "10000070", "10000007")
    assert (row["open_share_0_1_1"], row["unlocked_shares_text_1"].split("|")[-1]) == (0.5, "0.5000")


def test_market_is_read_from_files_for_the_engine(tmp_path: Path, make_seekers: Make, make_postings: Make) -> None:
    tables = (make_needs(), make_postings(POSTINGS), make_phrases(PHRASES))
    paths = (tmp_path / "needs.parquet", tmp_path / "postings.parquet", tmp_path / "phrases.parquet")
    for path, table in zip(paths, tables, strict=True):
        loose = pa.schema([field.with_nullable(True) for field in table.schema])
        pq.write_table(table.cast(loose), path)
    seekers = make_seekers([{}])
    answers = skill_gaps.match_from_files(iter(seekers.to_batches()), paths, AS_OF)
    assert pa.Table.from_batches(list(answers)).to_pylist() == match(seekers, tables[1])
