"""`goyong evaluate`: what is written and printed, and that --help needs nothing heavy."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dagster_project.evaluate import evaluate_app
from ml.tabular.errors import MissingFeatureError, TableFileMissingError, UnknownColumnError

PEOPLE = [(number, 20 + number % 40, "서울" if number % 3 else "부산") for number in range(400)]


@pytest.fixture(autouse=True)
def few_bags(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two bags instead of 16: quick, and the same path."""
    monkeypatch.setattr("ml.tabular.train._BAGS", 2)
    monkeypatch.setattr("ml.tabular.train._SMALL_BAGS", 2)


def write(path: Path, *, with_label: bool = True, rows: int = 400) -> Path:
    """People of whom those over 40 found a job, but for every seventh, who went the other way."""
    lines = ["key,age,region" + ",hired" * with_label]
    for number, age, region in PEOPLE[:rows]:
        found = (age > 40) != (number % 7 == 0)
        lines.append(f"k{number},{age},{region}" + (f",{'yes' if found else 'no'}" if with_label else ""))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def run(folder: Path, *options: str, out: str = "p.csv") -> str:
    arguments = ["tabular", "--train", str(folder / "a.csv"), "--test", str(folder / "b.csv"), "--label", "hired"]
    arguments += ["--positive", "yes", "--id", "key", "--jobs", "1", "--out", str(folder / out), *options]
    return CliRunner().invoke(evaluate_app, arguments, catch_exceptions=False).output


def test_answers_are_written_and_measured_beside_the_challengers(tmp_path: Path) -> None:
    write(tmp_path / "a.csv")
    write(tmp_path / "b.csv", rows=100)
    printed = run(tmp_path)
    starts = [line.split()[0] for line in printed.splitlines()]
    assert starts[-4:] == ["additive", "base_rate", "logistic", "gradient_boosting"]
    lines = (tmp_path / "p.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 101
    assert lines[0].replace('"', "") == "id,probability,low,high,reason_1,reason_2,reason_3"
    assert "age=" in lines[1]
    assert float(printed.splitlines()[-4].split()[1]) > 0.8


def test_rerun_writes_the_same_bytes_and_needs_no_label(tmp_path: Path) -> None:
    write(tmp_path / "a.csv")
    write(tmp_path / "b.csv", with_label=False, rows=50)
    printed = run(tmp_path)
    run(tmp_path, "--jobs", "2", out="again.csv")
    assert "no label to measure against" in printed
    assert (tmp_path / "p.csv").read_bytes() == (tmp_path / "again.csv").read_bytes()


def test_dropped_column_gives_no_reason(tmp_path: Path) -> None:
    write(tmp_path / "a.csv")
    write(tmp_path / "b.csv", rows=20)
    run(tmp_path, "--drop", "region")
    assert "region=" not in (tmp_path / "p.csv").read_text(encoding="utf-8")


def test_expected_errors_reach_the_command_line_by_name(tmp_path: Path) -> None:
    write(tmp_path / "a.csv")
    with pytest.raises(TableFileMissingError, match=r"b\.csv"):
        run(tmp_path)
    (tmp_path / "b.csv").write_text("key,age\nk1,30\n", encoding="utf-8")
    with pytest.raises(MissingFeatureError, match=r"b\.csv, header: found no column region"):
        run(tmp_path)
    with pytest.raises(UnknownColumnError, match="--drop"):
        run(tmp_path, "--drop", "colour")


def test_training_effect_is_printed(tmp_path: Path) -> None:
    lottery = "rownames,trt,re78,age\n1,1,30,20\n2,1,32,21\n3,0,20,20\n4,0,22,21\n"
    (tmp_path / "a.csv").write_text(lottery, encoding="utf-8")
    (tmp_path / "b.csv").write_text("rownames,trt,re78,age\n1,0,90,40\n2,0,92,41\n3,0,94,43\n", encoding="utf-8")
    arguments = ["--experiment", str(tmp_path / "a.csv"), "--comparison", str(tmp_path / "b.csv")]
    lines = (
        CliRunner().invoke(evaluate_app, ["training-effect", *arguments], catch_exceptions=False).output.splitlines()
    )
    assert lines[1].split("(")[1].startswith("the effect)")
    assert lines[1].split()[4] == "10"
    assert lines[2].split()[3] == "-61"


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from dagster_project.evaluate import evaluate_app;"
        "print([name for name in ('numpy', 'pyarrow', 'sklearn', 'interpret') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"
