"""What is known of the real sources, with exact numbers: a test fails when a file is not the one that was studied.

Runs in `make real` (mark `real`); skipped where the data is absent (tests/real/README.md). Do not put here: what a
night makes of them (test_real_night.py).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from lake.titles import TitleLinker, hit_rates
from tests.real import prepare
from tests.real.prepare import read_csv, session_id, snapshot

DATA = prepare.data_folder()
MISSING = prepare.missing_files(DATA)
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(bool(MISSING), reason=f"real data is not here ({MISSING[:1]}); tests/real/README.md says where"),
]


def percent(text: str) -> float:
    return float(text.strip().rstrip("%")) if re.fullmatch(r"[0-9.]+%", text.strip()) else 0.0


@pytest.mark.parametrize(
    ("month", "sessions", "short_ncs_codes", "listed_twice", "completion_over_100"),
    [
        ("202410", 3_960, 49, 0, 0),
        ("202411", 4_097, 52, 0, 0),
        ("202412", 4_382, 62, 0, 0),
        ("202501", 4_534, 64, 0, 0),
        ("202502", 4_673, 67, 0, 0),
        ("202503", 4_871, 73, 0, 0),
        ("202504", 5_017, 76, 0, 1),
        ("202505", 5_132, 80, 1, 0),
        ("202506", 5_244, 82, 7, 2),
    ],
)
def test_snapshot_oddities_are_as_recorded(
    month: str, sessions: int, short_ncs_codes: int, listed_twice: int, completion_over_100: int
) -> None:
    rows = snapshot(month)
    assert len(rows) == sessions
    assert sum(len(row["NCS코드"]) == 7 for row in rows) == short_ncs_codes
    assert len(rows) - len({row["고유값"] for row in rows}) == listed_twice
    assert len(rows) - len({(row["훈련과정 ID"], row["회차"]) for row in rows}) == listed_twice
    assert sum(percent(row["수료율"]) > 100 for row in rows) == completion_over_100


@pytest.mark.parametrize(
    ("month", "columns", "has_rates"),
    [
        *((month, 31, False) for month in ("202410", "202411", "202501", "202502", "202503", "202504")),
        ("202412", 30, False),
        ("202505", 35, True),
        ("202506", 35, True),
    ],
)
def test_snapshot_headers_are_as_recorded(month: str, columns: int, has_rates: bool) -> None:
    header = list(snapshot(month)[0])
    assert len(header) == columns
    assert ("취업률 (6개월)" in header) is has_rates


def test_five_headers_are_known_and_three_of_them_differ_in_names_that_matter() -> None:
    files = sorted(DATA.glob(prepare.SNAPSHOTS))
    headers = [file.read_text(encoding="utf-8-sig").splitlines()[0] for file in files]
    names = [frozenset(name.strip() for name in header.split(",") if name) for header in headers]
    assert (len(set(headers)), len(set(names))) == (5, 3)


def test_no_session_of_a_snapshot_starts_after_its_month() -> None:
    for file in sorted(DATA.glob(prepare.SNAPSHOTS)):
        month = file.stem[-6:]
        assert max(row["과정시작일"] for row in snapshot(month))[:7] == f"{month[:4]}-{month[4:]}"


def test_sessions_left_to_recommend_on_the_night() -> None:
    starts = [row["과정시작일"] for row in snapshot("202506")]
    assert sum(start > prepare.NIGHT.isoformat() for start in starts) == 157
    assert sum(start > "2025-06-30" for start in starts) == 0


def test_session_is_its_course_and_round_and_its_institution_keeps_its_number_not_its_name() -> None:
    numbers: dict[tuple[str, str], set[str]] = {}
    names: dict[tuple[str, str], set[str]] = {}
    for file in sorted(DATA.glob(prepare.SNAPSHOTS)):
        for row in snapshot(file.stem[-6:]):
            key = (row["훈련과정 ID"], row["회차"])
            numbers.setdefault(key, set()).add(session_id(row))
            names.setdefault(key, set()).add(row["훈련기관"])
    assert len(numbers) == 5_312
    assert {len(found) for found in numbers.values()} == {1}
    assert sum(len(found) > 1 for found in names.values()) == 50


def test_last_snapshot_holds_figures_of_sessions_that_had_not_ended() -> None:
    completed = [row["과정종료일"] for row in snapshot("202506") if row["수료인원"] not in ("", "0")]
    assert max(completed) == "2025-10-31"


def test_employment_rates_over_100_and_failed_lookups() -> None:
    for month in ("202505", "202506"):
        assert [row["취업률 (6개월)"] for row in snapshot(month) if percent(row["취업률 (6개월)"]) > 100] == ["136%"]
    assert sum(row["NCS코드"] == "0" for row in snapshot("202505")) == 51
    assert sum(row["수강신청 인원"] == "#N/A" for row in snapshot("202505")) == 51
    assert [row["만족도"] for row in snapshot("202506") if "%" in row["만족도"]] == ["8930%"]


@pytest.mark.parametrize(
    ("name", "encoding", "rows", "unclassified", "matched"),
    [
        ("know/KNOW_2017.csv", "cp949", 9_486, 382, 8_950),
        ("know/KNOW_2018_public.csv", "utf-8-sig", 6_279, 0, 6_211),
        ("know/KNOW_2020_public.csv", "utf-8-sig", 5_676, 0, 5_624),
    ],
)
def test_know_code_padded_to_six_begins_with_a_keco_code(
    name: str, encoding: str, rows: int, unclassified: int, matched: int
) -> None:
    known = {row["keco4"] for row in read_csv("reference/keco_2018_unit_groups_from_jobdict.csv")}
    codes = [row["knowcode"].strip() for row in read_csv(name, encoding)]
    assert len(codes) == rows
    assert codes.count("9999999") == unclassified
    assert sum(code.zfill(6)[:4] in known for code in codes) == matched
    assert matched / (rows - unclassified) >= 0.98


def test_know_2018_interests_have_the_mean_and_spread_that_the_mapping_names() -> None:
    rows = read_csv("know/KNOW_2018_public.csv")
    values = [float(row["iq6"]) for row in rows if row["iq6"] != "8"]
    mean = sum(values) / len(values)
    assert len(rows) - len(values) == 3
    assert round(mean, 4) == 3.0196
    assert round((sum((value - mean) ** 2 for value in values) / len(values)) ** 0.5, 4) == 1.0756


def test_scout_sizes_and_zeros() -> None:
    resumes, postings = read_csv("scout/resume.csv"), read_csv("scout/recruitment.csv")
    assert (len(resumes), len(postings), len(read_csv("scout/apply_public.csv"))) == (8_482, 6_695, 49_464)
    assert sum(row["hope_salary"] == "0.0" for row in resumes) == 4_963
    assert {(row["career_start"], row["career_end"]) for row in postings} == {("0", "0")}
    assert sum(row["text_keyword"] == "" for row in postings) == 5_988
    assert sum(not row["certificate_contents"].strip() for row in read_csv("scout/resume_certificate.csv")) == 4


@pytest.mark.parametrize(
    ("code", "postings", "word", "of_these"),
    [
        ("2507", 222, "디자이너", 88),
        ("2101", 317, "기획MD", 74),
        ("2204", 318, "영업", 112),
        ("2810", 44, "생산관리", 26),
    ],
)
def test_inferred_labels_of_posting_codes_rest_on_keywords(code: str, postings: int, word: str, of_these: int) -> None:
    rows = [
        r for r in read_csv("scout/recruitment.csv") if r["text_keyword"] and code in r["check_box_keyword"].split(";")
    ]
    assert len(rows) == postings
    assert sum(word in row["text_keyword"].split(";") for row in rows) == of_these


# --- the title linker on the real dictionary ------------------------------------------------------


def real_dictionary() -> Any:
    rows = pq.read_table(DATA / "reference/korean_job_dictionary.parquet")
    names = {"dJobECd": "occupation_code", "dJobECdNm": "occupation_name", "dJobNm": "title"}
    chosen = rows.select([*names, "similarNm"]).rename_columns([*names.values(), "similar_titles_text"])
    bare = pc.replace_substring_regex(chosen["occupation_name"], r"^\[\d+\]", "")
    return chosen.set_column(1, "occupation_name", bare)


def test_similar_titles_left_out_are_found_again() -> None:
    rates = hit_rates(real_dictionary())
    assert rates[1] >= 0.59
    assert rates[5] >= 0.83


@pytest.mark.parametrize(
    ("text", "code"),
    [("MD", "0243"), ("패션디자이너", "4152"), ("무역", "0281"), ("빅데이터분석", "1341"), ("ㅋㅋ", None)],
)
def test_words_people_write_link_to_their_unit_group(text: str, code: str | None) -> None:
    found = TitleLinker.from_arrow(real_dictionary()).top([text], 1)[0]
    assert [name for name, _ in found] == ([code] if code else [])


def test_prepared_folder_holds_plain_files_that_git_ignores(tmp_path: Path) -> None:
    sources = prepare.prepare(DATA, tmp_path / "sources")
    files = [file for folder in sources.glob("????-??-??") for file in folder.iterdir()]
    assert len(files) == len(prepare.ONCE) + 9
    assert not any(file.is_symlink() for file in files)
    assert (sources / ".gitignore").read_text() == "*\n"
