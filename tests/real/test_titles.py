"""The job dictionary's similar titles are found again by the command's path, and words people write find their group.

Skipped where the data is absent (tests/real/README.md). What the linker finds for mappings: test_real_sources.py.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from lake.titles import normalise, split_outside_parentheses
from ml.title_answers import answer_titles, describe_titles, hit_rate, read_dictionary
from tests.real import prepare

DICTIONARY = prepare.data_folder() / "reference" / "korean_job_dictionary.parquet"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not DICTIONARY.is_file(), reason=f"real data is not here ({DICTIONARY.name}); tests/real/README.md says where"
    ),
]


def write_sample(path: Path, count: int) -> Path:
    """Similar titles with their codes, a fixed sample by hash."""
    rows = read_dictionary(DICTIONARY)
    pairs = {
        (code, normalise(part))
        for code, text in zip(
            *(rows.column(n).to_pylist() for n in ("occupation_code", "similar_titles_text")), strict=True
        )
        if code and text
        for part in split_outside_parentheses(text)
    }
    asked = sorted((p for p in pairs if p[1]), key=lambda p: hashlib.sha256("\t".join(p).encode()).digest())[:count]
    path.write_text("query,code\n" + "".join(f"{title},{code}\n" for code, title in asked), encoding="utf-8")
    return path


def test_similar_titles_left_out_find_their_group(tmp_path: Path) -> None:
    answers = answer_titles(DICTIONARY, write_sample(tmp_path / "q.csv", 2_000), leave_out=True)
    print(f"\n{describe_titles(answers)}")  # noqa: T201 - what the benchmark page quotes
    assert answers.codes is not None
    judged = [(code or "", found) for code, found in zip(answers.codes, answers.found, strict=True)]
    assert hit_rate(judged, 1) >= 0.59
    assert hit_rate(judged, 5) >= 0.83


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("웹퍼블리셔", "1333"),
        ("웹 퍼블리셔", "1333"),
        ("요양보호사 보조", "5501"),
        ("바리스타", "5317"),
        ("택배기사", "6241"),
        ("지게차 운전", "6230"),
        ("주방보조", "5323"),
    ],
)
def test_free_text_finds_its_group(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "q.csv").write_text(f"query\n{text}\n", encoding="utf-8")
    ((best, *_),) = answer_titles(DICTIONARY, tmp_path / "q.csv").found
    assert best[0] == code
