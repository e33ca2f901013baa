"""Worker surveys from files: which columns are items, how years align, what is named when a file is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ml.occupation_survey.errors import NoItemError, SurveyColumnError, TooFewOccupationsError
from ml.occupation_survey.read import Roles, parse_prefixes, read_surveys
from ml.occupation_survey.scales import Scales, find_steps
from ml.tabular.errors import MissingIdError, TableFileMissingError
from tests.unit.ml.occupation_surveys import ITEMS, ROLES, people, read, write_survey

pytestmark = pytest.mark.unit
COLUMNS = ("idx", "iq1", "iq2", "knowcode")


def test_job_sex_age_id_and_label_are_never_items(tmp_path: Path) -> None:
    columns = ("idx", "aq1", "bq1", "sex", "age", "knowcode", "other")
    file = write_survey(tmp_path / "a.csv", [("1", "3", "7", "1", "30", "0111", "2")] * 2, columns=columns)
    test = write_survey(tmp_path / "t.csv", [("1", "3", "7", "1", "30", "2")], columns=(*columns[:5], "other"))
    (tmp_path / "a.csv").write_text(file.read_text().replace("0111", "0112", 1))
    everything = Roles("knowcode", "idx", ("a", "b", "s", "i", "k"))
    assert read_surveys([file], test, everything).items == ("aq1",)


def test_codes_stay_text_and_korean_bytes_are_read(tmp_path: Path) -> None:
    rows = [("1", "1", "0111", "가"), ("2", "5", "A12345", "나")]
    columns = ("idx", "aq1", "knowcode", "직업")
    file = write_survey(tmp_path / "a.csv", rows, columns=columns, encoding="cp949")
    surveys = read_surveys([file], file, ROLES)
    assert surveys.codes == ("0111", "A12345")
    assert surveys.known == ("0111", "A12345")


def test_years_are_aligned_by_name_and_one_without_the_items_is_left_out(tmp_path: Path) -> None:
    first = write_survey(tmp_path / "a.csv", [("1", "2", "4", "01"), ("2", "", "5", "02")], columns=COLUMNS)
    second = write_survey(tmp_path / "b.csv", [("3", "1", "03")], columns=("idx", "iq2", "knowcode"))
    third = write_survey(tmp_path / "c.csv", [("4", "1", "04")], columns=("idx", "vq1", "knowcode"))
    test = write_survey(tmp_path / "t.csv", [("9", "3", "3")], columns=("idx", "iq2", "iq1"))
    surveys = read_surveys([first, second, third], test, ROLES)
    assert surveys.items == ("iq1", "iq2")
    np.testing.assert_array_equal(surveys.training, [[2, 4], [np.nan, 5], [np.nan, 1]])
    assert surveys.notes == ("left out c.csv: none of its items stands in t.csv",)


def test_workers_without_an_occupation_are_left_out_and_counted(tmp_path: Path) -> None:
    file = write_survey(
        tmp_path / "a.csv", [("1", "2", "4", "01"), ("2", "3", "5", "02"), ("3", "1", "1", "")], columns=COLUMNS
    )
    surveys = read_surveys([file], file, ROLES)
    assert surveys.codes == ("01", "02")
    assert surveys.notes == ("left out 1 rows of a.csv without an occupation",)
    assert surveys.known == ("01", "02", None)


def test_missing_file_is_named(tmp_path: Path) -> None:
    file = write_survey(tmp_path / "a.csv", people())
    with pytest.raises(TableFileMissingError, match=r"b\.csv"):
        read_surveys([file, tmp_path / "b.csv"], file, ROLES)


@pytest.mark.parametrize(
    ("roles", "message"),
    [
        (Roles("code", "idx", ("aq",)), r"a\.csv, header: found no column code"),
        (Roles("knowcode", "person", ("aq",)), r"a\.csv, header: found no column person"),
    ],
)
def test_option_that_names_no_column_is_refused(tmp_path: Path, roles: Roles, message: str) -> None:
    file = write_survey(tmp_path / "a.csv", people())
    with pytest.raises(SurveyColumnError, match=message):
        read_surveys([file], file, roles)


def test_training_without_items_is_refused(tmp_path: Path) -> None:
    file = write_survey(tmp_path / "a.csv", people())
    with pytest.raises(NoItemError, match=r"a\.csv, header: found no questionnaire item"):
        read_surveys([file], file, Roles("knowcode", "idx", ("zz",)))


def test_test_file_without_a_training_item_is_refused(tmp_path: Path) -> None:
    file = write_survey(tmp_path / "a.csv", people())
    test = write_survey(tmp_path / "t.csv", [("1", "3")], columns=("idx", "vq1"))
    with pytest.raises(NoItemError, match=r"t\.csv, header: found no item of the training files"):
        read_surveys([file], test, ROLES)


def test_one_occupation_is_refused(tmp_path: Path) -> None:
    file = write_survey(tmp_path / "a.csv", people()[::3])
    with pytest.raises(TooFewOccupationsError, match="found 1 occupations in 12 rows"):
        read_surveys([file], file, ROLES)


def test_person_without_an_id_is_refused_by_row(tmp_path: Path) -> None:
    file = write_survey(tmp_path / "a.csv", people())
    test = write_survey(tmp_path / "t.csv", [("1", *"33"), ("", *"33")], columns=("idx", "iq1", "iq2"))
    with pytest.raises(MissingIdError, match="row 2"):
        read_surveys([file], test, ROLES)


def test_prefixes_are_those_of_the_option_or_of_know() -> None:
    assert parse_prefixes(" aq, vq ") == ("aq", "vq")
    assert parse_prefixes(None) == ("aq", "iq", "cq", "sq", "kq", "saq", "vq")


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ([1, 2, 3, 0, 9, 99, 33], [1, 2, 3, None, None, None, None]),
        ([1, 3, 5, 8, 2], [1, 3, 5, None, 2]),
        ([6, 7, 8, 9, 5, 4, 3, 2, 1], [6, 7, 8, 9, 5, 4, 3, 2, 1]),
        ([0, 1, 0, 1, 1], [0, 1, 0, 1, 1]),
        ([12.5, 40, 0, 99], [12.5, 40, 0, 99]),
    ],
)
def test_what_is_no_answer_is_missing(sent: list[float], read: list[float | None]) -> None:
    column = np.array(sent, dtype=float)[:, None]
    expected = np.array([np.nan if value is None else value for value in read])[:, None]
    # Most answers of a rating lie on its scale.
    column, expected = np.vstack([column, column[:3], column[:3]]), np.vstack([expected, expected[:3], expected[:3]])
    np.testing.assert_array_equal(Scales.learn(("iq1",), column).read(column), expected)


def test_level_that_the_questionnaire_skipped_is_lower_than_any_other(tmp_path: Path) -> None:
    asked = [("1", "1", "", "3", "", "2", "2")]
    surveys = read_surveys(
        [write_survey(tmp_path / "a.csv", people())],
        write_survey(tmp_path / "t.csv", asked, columns=("idx", *ITEMS)),
        ROLES,
    )
    # Tools of no importance: their level was not asked (levels 6 are used, so 5 it is); that of papers was left open.
    answers = Scales.learn(surveys.items, surveys.training).read(surveys.asked)[0]
    np.testing.assert_array_equal(answers, [1, 5, 3, np.nan, 2, 2])


def test_many_values_become_a_few_steps() -> None:
    assert len(find_steps(np.arange(1000.0))) == 12
    assert find_steps(np.array([3.0, 1.0, np.nan, 3.0])).tolist() == [1.0, 3.0]


def test_items_are_the_test_files(tmp_path: Path) -> None:
    assert read(tmp_path, people(1)).items == ITEMS
