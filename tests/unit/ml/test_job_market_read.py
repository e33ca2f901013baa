"""Résumés, postings and applications from files: what is read of them, and what is named when a file is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ml.job_recommendation import read_market
from ml.job_recommendation.errors import DayFormatError, DuplicateIdError, JobColumnError, UnknownIdError
from ml.job_recommendation.words import number_values, weigh_words
from ml.tabular.errors import EmptyTableError, MissingIdError, NotANumberError, TableFileMissingError
from tests.unit.ml.job_markets import APPLICATIONS, POSTINGS, make_files, make_market, write_files

pytestmark = pytest.mark.unit


def test_people_and_postings_are_those_of_their_own_files_in_the_order_of_ids(tmp_path: Path) -> None:
    market = make_market(tmp_path, more_people={"U00": "oven"})
    assert market.people == ("U00", *(f"U{number:02}" for number in range(1, 9)))
    assert market.postings == POSTINGS
    assert market.applied.nnz == len(APPLICATIONS)
    assert market.applied[0].nnz == 0
    np.testing.assert_array_equal(market.applied[1].indices, [0, 1, 2])


def test_repeated_application_counts_once(tmp_path: Path) -> None:
    market = make_market(tmp_path, [*APPLICATIONS, APPLICATIONS[0]])
    assert (market.repeated, market.applied.nnz, market.applied.max()) == (1, len(APPLICATIONS), 1.0)


def test_nothing_entered_is_missing_and_months_are_a_logarithm(tmp_path: Path) -> None:
    market = make_market(tmp_path)
    assert np.isnan(market.numbers["hope_salary"]).all()
    assert market.numbers["last_salary"][0] == 2700.0
    assert market.numbers["career_month"][0] == pytest.approx(np.log(25.0))
    assert market.numbers["reg_date"][0] == 18_263  # 2020-01-02


def test_certificates_and_languages_are_words_too(tmp_path: Path) -> None:
    """U01 and U05 share nothing in resume.csv but the wish and past work that all share; U05 gets U01's certificate."""
    files = make_files()
    before = read_market(write_files(tmp_path, files)).words
    files["resume_certificate.csv"].append("U05,driv ing")
    after = read_market(write_files(tmp_path, files)).words
    assert (after[0] @ after[4].T)[0, 0] > (before[0] @ before[4].T)[0, 0]


def test_firm_is_its_kind_trade_and_size_and_missing_where_no_row_names_the_posting(tmp_path: Path) -> None:
    firm = make_market(tmp_path).traits["firm"]
    assert firm[POSTINGS.index("R02")] == -1
    assert firm[POSTINGS.index("R01")] != firm[POSTINGS.index("R07")]


@pytest.mark.parametrize("name", make_files())
def test_missing_file_is_named(tmp_path: Path, name: str) -> None:
    write_files(tmp_path, make_files())
    (tmp_path / name).unlink()
    with pytest.raises(TableFileMissingError, match=name):
        read_market(tmp_path)


@pytest.mark.parametrize("name", make_files())
def test_empty_file_is_named(tmp_path: Path, name: str) -> None:
    files = make_files()
    with pytest.raises(EmptyTableError, match=f"{name}: found a header only"):
        read_market(write_files(tmp_path, files | {name: files[name][:1]}))


@pytest.mark.parametrize(
    ("name", "old", "missing"),
    [
        ("apply_public.csv", "recruitment_seq", "recruitment_seq"),
        ("resume.csv", "text_keyword", "text_keyword"),
        ("company.csv", "employee", "employee"),
    ],
)
def test_missing_column_is_named(tmp_path: Path, name: str, old: str, missing: str) -> None:
    files = make_files()
    changed = [files[name][0].replace(old, "other"), *files[name][1:]]
    with pytest.raises(JobColumnError, match=f"{name}, header: found no column {missing}"):
        read_market(write_files(tmp_path, files | {name: changed}))


@pytest.mark.parametrize("name", ["resume.csv", "recruitment.csv", "company.csv", "resume_education.csv"])
def test_id_of_two_rows_is_refused(tmp_path: Path, name: str) -> None:
    files = make_files()
    rows = len(files[name])
    with pytest.raises(DuplicateIdError, match=rf"{name}, column \w+, row {rows}: found an id that an earlier row has"):
        read_market(write_files(tmp_path, files | {name: [*files[name], files[name][1]]}))


@pytest.mark.parametrize(("row", "file"), [("U99,R01", r"resume\.csv"), ("U01,R99", r"recruitment\.csv")])
def test_application_of_an_unknown_id_is_refused(tmp_path: Path, row: str, file: str) -> None:
    files = make_files()
    changed = [files["apply_public.csv"][0], row, *files["apply_public.csv"][1:]]
    with pytest.raises(UnknownIdError, match=rf"row 1: found an id that {file} does not have \(1 such rows\)"):
        read_market(write_files(tmp_path, files | {"apply_public.csv": changed}))


@pytest.mark.parametrize(
    ("name", "old", "new", "error"),
    [
        ("apply_public.csv", "U01,R01", ",R01", MissingIdError),
        ("resume.csv", "2020-01-02", "2.1.2020", DayFormatError),
        ("resume.csv", "2700.0", "much", NotANumberError),
    ],
)
def test_broken_value_is_named_by_file_and_column(
    tmp_path: Path, name: str, old: str, new: str, error: type[Exception]
) -> None:
    files = make_files()
    changed = [line.replace(old, new) for line in files[name]]
    with pytest.raises(error, match=rf"{name}, column \w+"):
        read_market(write_files(tmp_path, files | {name: changed}))


def test_rare_words_weigh_more_and_rows_have_length_one() -> None:
    weights = weigh_words([["b", "a"], ["a", "a"], []], least=1).toarray()
    rare, common = np.log(4 / 2) + 1, np.log(4 / 3) + 1
    np.testing.assert_allclose(weights[0], np.array([common, rare]) / np.hypot(common, rare), rtol=1e-6)
    np.testing.assert_allclose(weights[1:], [[1, 0], [0, 0]])


def test_word_of_too_few_rows_weighs_nothing() -> None:
    np.testing.assert_allclose(weigh_words([["a", "b"], ["a"]], least=2).toarray(), [[1, 0], [1, 0]])


def test_values_are_numbered_in_their_order() -> None:
    assert number_values(["b", None, "a", "b"]).tolist() == [1, -1, 0, 1]
