"""A CSV file becomes typed columns with their roles; whatever cannot be is refused by file, column and row."""

import gzip
from pathlib import Path

import pyarrow as pa
import pytest

from ml.tabular import errors
from ml.tabular.columns import ID, LABEL, Roles, read_test, read_training, split_names
from ml.tabular.read import infer_kind, read_numbers, read_table


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "people.csv"
    path.write_bytes(text.encode(encoding))
    return path


def column(*values: str | None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, pa.string())])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_korean_text_in_each_encoding(tmp_path: Path, encoding: str) -> None:
    table = read_table(write(tmp_path, "지역,나이\n서울,30\n부산,41", encoding))
    assert table.to_pydict() == {"지역": ["서울", "부산"], "나이": ["30", "41"]}


def test_cp949_text_at_the_very_end(tmp_path: Path) -> None:
    assert read_table(write(tmp_path, "age,region\n30,대구", "cp949")).column("region").to_pylist() == ["대구"]


def test_packed_file(tmp_path: Path) -> None:
    path = tmp_path / "people.csv.gz"
    path.write_bytes(gzip.compress(b"age\n30\n", mtime=0))
    assert read_table(path).to_pydict() == {"age": ["30"]}


def test_missing_words_are_null_and_text_is_trimmed(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "a,b\n NA ,x\nNaN, y \n,null\n"))
    assert table.to_pydict() == {"a": [None, None, None], "b": ["x", "y", None]}


def test_quoted_comma_quote_and_line_break(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, '"a,1",b\n"x, ""y""",1\n"two\nlines",2\n'))
    assert table.to_pydict() == {"a,1": ['x, "y"', "two\nlines"], "b": ["1", "2"]}


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "2.5", "-3", "+4", ".5", "1e3", None], "numeric"),
        (["0", "0.5", "10"], "numeric"),
        (["0231", "1100"], "categorical"),
        (["1", "two"], "categorical"),
        (["2024-01-31"], "categorical"),
        (["1,234"], "categorical"),
        (["inf", "word"], "categorical"),
        (["inf", "1"], "numeric"),
    ],
)
def test_kind_of_a_column(values: list[str | None], kind: str) -> None:
    assert infer_kind(column(*values)) == kind


def test_numbers_are_read() -> None:
    assert read_numbers(column("1", "+2.5", None, "1e3"), "x").to_pylist() == [1.0, 2.5, None, 1000.0]


@pytest.mark.parametrize("word", ["inf", "-Infinity", "1e999"])
def test_infinity_is_named_with_its_row(word: str) -> None:
    with pytest.raises(errors.InfiniteNumberError, match="people.csv, column age, row 3: found 1 infinite"):
        read_numbers(column("1", None, word), "people.csv, column age")


def test_text_in_a_numeric_column_is_named_without_its_value() -> None:
    with pytest.raises(errors.NotANumberError, match="row 2: found text") as caught:
        read_numbers(column("1", "hong gildong"), "people.csv, column age")
    assert "hong" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("", errors.EmptyTableError, "people.csv: found no text"),
        ("\ufeff \n", errors.EmptyTableError, "found no text"),
        ("a,b\n", errors.EmptyTableError, "found a header only"),
        ("a,,c\n1,2,3\n", errors.HeaderError, "header, column 2: found a blank name"),
        ("a,b, a\n1,2,3\n", errors.HeaderError, "header, column 3: found 'a' again"),
        ("a,b\n1,2\n3,4,secret\n", errors.RowShapeError, "row 2: found 3 values; expected 2"),
        ("a,b\n1\n", errors.RowShapeError, "row 1: found 1 values; expected 2"),
    ],
)
def test_unreadable_files_are_named(tmp_path: Path, text: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        read_table(write(tmp_path, text))
    assert "secret" not in str(caught.value)


def test_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(errors.TableFileMissingError, match="nowhere.csv: found no file"):
        read_table(tmp_path / "nowhere.csv")


def test_neither_utf8_nor_cp949(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b"a\n\xff\xff\n")
    with pytest.raises(errors.TableEncodingError, match="expected UTF-8 or CP949"):
        read_table(path)


def test_roles_leave_label_id_and_dropped_out_of_the_features(tmp_path: Path) -> None:
    path = write(tmp_path, "key,age,region,note,hired\na,30,02,x,1\nb,40,31,y,0\n" * 1)
    rows = read_training(path, Roles("hired", dropped=("note", "region"), id_column="key"))
    assert [(feature.name, feature.kind) for feature in rows.features] == [("age", "numeric")]
    assert rows.table.column(LABEL).to_pylist() == [1, 0]
    assert rows.table.column(ID).to_pylist() == ["a", "b"]


def test_row_number_is_the_id_without_an_option(tmp_path: Path) -> None:
    rows = read_training(write(tmp_path, "age,hired\n30,1\n40,0\n"), Roles("hired"))
    assert rows.table.column(ID).to_pylist() == ["1", "2"]


@pytest.mark.parametrize(
    ("labels", "positive", "expected"),
    [
        (["1", "0"], None, [1, 0]),
        (["True", "false"], None, [1, 0]),
        (["1.0", "0.0"], None, [1, 0]),
        (["취업", "미취업"], "취업", [1, 0]),
        (["2", "1"], "2", [1, 0]),
    ],
)
def test_label_as_it_stands_or_equal_to_a_value(
    tmp_path: Path, labels: list[str], positive: str | None, expected: list[int]
) -> None:
    path = write(tmp_path, f"age,y\n30,{labels[0]}\n40,{labels[1]}\n")
    assert read_training(path, Roles("y", positive)).table.column(LABEL).to_pylist() == expected


@pytest.mark.parametrize(
    ("labels", "positive", "message"),
    [
        (["1", "1"], None, "column y: found one class in 2 rows"),
        (["a", "b"], "c", "column y: found one class in 2 rows"),
        (["1", "2"], None, "column y, row 2: found 1 rows without a usable label; expected 0 or 1"),
        (["1", ""], None, "column y, row 2"),
        (["", "a"], "a", "column y, row 1: .* expected a value in every row"),
    ],
)
def test_unusable_labels_are_named(tmp_path: Path, labels: list[str], positive: str | None, message: str) -> None:
    path = write(tmp_path, f"age,y\n30,{labels[0]}\n40,{labels[1]}\n")
    with pytest.raises(errors.LabelValueError, match=message):
        read_training(path, Roles("y", positive))


@pytest.mark.parametrize(
    ("roles", "message"),
    [
        (Roles("hire"), "no column hire; expected the column that --label names"),
        (Roles("hired", dropped=("ag",)), "no column ag; expected the column that --drop names"),
        (Roles("hired", id_column="key"), "no column key; expected the column that --id names"),
        (Roles("hired", dropped=("hired",)), "the same name in --drop or --id"),
    ],
)
def test_names_of_options_that_are_not_there(tmp_path: Path, roles: Roles, message: str) -> None:
    with pytest.raises(errors.UnknownColumnError, match=message):
        read_training(write(tmp_path, "age,hired\n30,1\n40,0\n"), roles)


def test_columns_without_information_are_left_out_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    text = "age,empty,same,name,hired\n" + "".join(f"{20 + i},,x,n{i},{i % 2}\n" for i in range(30))
    rows = read_training(write(tmp_path, text), Roles("hired"))
    assert [feature.name for feature in rows.features] == ["age"]
    said = " | ".join(caplog.messages)
    assert "column empty: left out, it is missing in every row" in said
    assert "column same: left out, it is the same in every row" in said
    assert "column name: left out, no value stands in 20 rows" in said


def test_nothing_left_to_learn_from(tmp_path: Path) -> None:
    with pytest.raises(errors.NoFeatureError, match="no usable column"):
        read_training(write(tmp_path, "same,hired\nx,1\nx,0\n"), Roles("hired"))


def test_test_rows_follow_the_training_files_kinds(tmp_path: Path) -> None:
    """A code that looks like a number in the test file stays the text it was in training."""
    training = read_training(write(tmp_path, "code,age,y\n" + "0231,30,1\n1100,40,0\n" * 20), Roles("y"))
    rows = read_test(write(tmp_path, "age,code\n50,1100\n,\n"), Roles("y"), training.features)
    assert rows.table.select(["code", "age"]).to_pydict() == {"code": ["1100", None], "age": [50.0, None]}
    assert LABEL not in rows.table.column_names


def test_test_file_that_lacks_columns_or_ids(tmp_path: Path) -> None:
    roles = Roles("y", id_column="key")
    features = read_training(write(tmp_path, "key,age,y\na,30,1\nb,40,0\n"), roles).features
    with pytest.raises(errors.MissingFeatureError, match="header: found no column age"):
        read_test(write(tmp_path, "key\na\n"), roles, features)
    with pytest.raises(errors.UnknownColumnError, match="--id"):
        read_test(write(tmp_path, "age\n30\n"), roles, features)
    with pytest.raises(errors.MissingIdError, match="column key, row 2: found no id"):
        read_test(write(tmp_path, "key,age\na,30\n,40\n"), roles, features)
    with pytest.raises(errors.NotANumberError, match="column age, row 1"):
        read_test(write(tmp_path, "key,age\na,old\n"), roles, features)


def test_empty_label_column_of_a_test_file_is_no_label(tmp_path: Path) -> None:
    features = read_training(write(tmp_path, "age,y\n30,1\n40,0\n"), Roles("y")).features
    assert LABEL not in read_test(write(tmp_path, "age,y\n30,\n"), Roles("y"), features).table.column_names


@pytest.mark.parametrize(
    ("option", "names"),
    [(None, ()), ("", ()), ("a, b", ("a", "b")), ('"a,1",b', ("a,1", "b"))],
)
def test_names_of_an_option(option: str | None, names: tuple[str, ...]) -> None:
    assert split_names(option) == names
