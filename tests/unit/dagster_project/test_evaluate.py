"""`goyong evaluate`: what is written and printed, and that --help needs nothing heavy."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dagster_project.evaluate import evaluate_app
from ml.courses.errors import NoSnapshotError
from ml.job_recommendation.errors import TooFewPostingsError
from ml.occupation_survey.errors import NoItemError
from ml.tabular.errors import MissingFeatureError, TableFileMissingError, UnknownColumnError
from tests.unit.ml.course_sessions import write_snapshot
from tests.unit.ml.job_markets import make_files, write_files
from tests.unit.ml.occupation_surveys import ITEMS, TYPICAL, people, write_survey

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


def evaluate(*options: object, code: int = 0) -> tuple[str, str]:
    done = CliRunner().invoke(evaluate_app, [str(option) for option in options], catch_exceptions=False)
    assert done.exit_code == code
    return done.stdout, done.stderr


def snapshots(folder: Path) -> Path:
    """A course whose first round came out at 43 %; of the second nothing is known until June (60 %)."""
    folder.mkdir()
    first = {"취업률 (6개월)": "43%", "취업률 (3개월)": "20%"}
    faulty = {"훈련과정 ID": "X", "취업률 (6개월)": "136%"}
    second = {"회차": "2", "과정종료일": "2024-12-20", "취업률 (6개월)": "0%"}
    write_snapshot(folder, "202503", [first, second, faulty])
    write_snapshot(folder, "202506", [first, second | {"취업률 (6개월)": "60%"}, faulty])
    return folder


def test_rates_of_courses_are_predicted_and_judged_by_later_snapshots(tmp_path: Path) -> None:
    folder, out = snapshots(tmp_path / "kdt"), tmp_path / "p.csv"
    printed, left_out = evaluate("courses", "--snapshots", folder, "--as-of", "2025-03", "--out", out)
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "훈련과정 ID,회차,predicted,low,high"
    assert [line.split(",")[:2] for line in lines[1:]] == [["A1", "2"], ["X", "1"]]
    assert 0.43 < float(lines[1].split(",")[2]) < 0.5
    assert "judged by 1 rates known by 2025-06-30" in printed
    assert [line[:24].strip() for line in printed.splitlines()[3:5]] == ["this model", "mean of all sessions"]
    assert "above 100 %, left out: 1" in left_out


def test_later_snapshots_change_no_answer(tmp_path: Path) -> None:
    folder, first, second = snapshots(tmp_path / "kdt"), tmp_path / "p.csv", tmp_path / "again.csv"
    evaluate("courses", "--snapshots", folder, "--as-of", "2025-03", "--out", first)
    (folder / "result_kdtdata_202506.csv").unlink()
    printed, _ = evaluate("courses", "--snapshots", folder, "--as-of", "2025-03", "--out", second)
    assert "no later snapshot to judge them by" in printed
    assert first.read_bytes() == second.read_bytes()


def test_folder_without_a_snapshot_by_then_is_named(tmp_path: Path) -> None:
    folder = snapshots(tmp_path / "kdt")
    with pytest.raises(NoSnapshotError, match="from 2025-03 on"):
        evaluate("courses", "--snapshots", folder, "--as-of", "2025-02", "--out", tmp_path / "p.csv")


def test_titles_are_answered_and_counted_where_the_code_is_known(tmp_path: Path) -> None:
    dictionary, queries, out = tmp_path / "d.csv", tmp_path / "q.csv", tmp_path / "p.csv"
    dictionary.write_text(
        "title,similar_titles,code\n요양보호사,간병인,5501\n주방보조원,주방 보조,5323\n", encoding="utf-8"
    )
    queries.write_text("query,code\n요양보호사 보조,5501\n주방보조,5323\n???,\n", encoding="utf-8")
    printed, _ = evaluate("titles", "--dictionary", dictionary, "--queries", queries, "--out", out)
    assert printed.splitlines() == [
        "answered 2 of 3 queries",
        "hit@1 1.0000 of 2 queries with a code",
        "hit@5 1.0000 of 2 queries with a code",
    ]
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "query,rank,code,score"
    assert lines[1].startswith("요양보호사 보조,1,5501,")


def occupations(*surveys: Path, test: Path, out: Path, items: str = "aq,iq") -> str:
    """The command's output, the second survey and later ones bare after --train."""
    options = ["--test", test, "--label", "knowcode", "--id", "idx", "--items", items, "--out", out]
    return evaluate("occupations", "--train", *surveys, *options)[0]


def test_occupations_are_ranked_and_measured_where_the_label_is_known(tmp_path: Path) -> None:
    survey, test, out = write_survey(tmp_path / "a.csv", people()), tmp_path / "t.csv", tmp_path / "p.csv"
    printed = occupations(survey, test=write_survey(test, people(2, start=500)), out=out)
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "idx,rank,code,score"
    assert [line.rsplit(",", 1)[0] for line in lines[1::3]] == [
        f"{500 + number},1,{code}" for number, code in enumerate([*TYPICAL] * 2)
    ]
    assert [line.split()[0] for line in printed.splitlines()[-3:]] == ["this", "extra", "popularity"]


@pytest.mark.parametrize("between", [[], ["--train"]])
def test_several_surveys_follow_one_train_or_have_each_their_own(tmp_path: Path, between: list[str]) -> None:
    first = write_survey(tmp_path / "a.csv", people())
    second = write_survey(tmp_path / "b.csv", people(2, start=100))
    test = write_survey(tmp_path / "t.csv", [row[:-1] for row in people(1)], columns=("idx", *ITEMS))
    files: list[object] = [first, *between, second]
    options = ["--test", test, "--label", "knowcode", "--id", "idx", "--out", tmp_path / "p.csv"]
    printed, _ = evaluate("occupations", "--train", *files, *options)
    assert "from 42 workers" in printed
    assert "no label to measure against" in printed


def test_survey_without_items_is_named(tmp_path: Path) -> None:
    survey = write_survey(tmp_path / "a.csv", people())
    with pytest.raises(NoItemError, match=r"a\.csv, header: found no questionnaire item"):
        occupations(survey, test=survey, out=tmp_path / "p.csv", items="bq")


def test_jobs_are_recommended_to_every_resume_and_measured(tmp_path: Path) -> None:
    folder, out = write_files(tmp_path / "data", make_files()), tmp_path / "p.csv"
    printed, _ = evaluate("jobs", "--data", folder, "--out", out, "--k", 2)
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "resume_seq,rank,recruitment_seq,score"
    assert [line.split(",")[:2] for line in lines[1:4]] == [["U01", "1"], ["U01", "2"], ["U02", "1"]]
    assert len(lines) == 1 + 8 * 2
    assert "Recall@2" in printed
    assert printed.splitlines()[-1].startswith("EASE")


def test_more_jobs_than_there_are_is_named(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "data", make_files())
    with pytest.raises(TooFewPostingsError, match="ask for fewer with --k"):
        evaluate("jobs", "--data", folder, "--out", tmp_path / "p.csv", "--k", 11)


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from dagster_project.evaluate import evaluate_app;"
        "print([name for name in ('numpy', 'pyarrow', 'sklearn', 'interpret') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"
