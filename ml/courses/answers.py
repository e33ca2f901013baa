"""Predicted rates as the answer file, and what was left out and how good they were as text.

Must not hold: learning or measuring.
"""

import csv
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from lake.file_sync import write_durably
from ml.courses import columns as c
from ml.courses.judge import Judgement, Measured
from ml.courses.snapshots import Snapshots

HEADER = ("훈련과정 ID", "회차", "predicted", "low", "high")


def build_answers(snapshots: Snapshots, rates: pa.Table) -> pa.Table:
    """The predicted sessions that the newest snapshot lists, with their course and round, in its order."""
    position = pc.index_in(snapshots.asked, value_set=rates.column(c.SESSION).combine_chunks())
    answers = rates.take(pc.drop_null(position))
    ids = snapshots.sessions.column(c.SESSION).combine_chunks()
    rows = snapshots.sessions.take(pc.index_in(answers.column(c.SESSION).combine_chunks(), value_set=ids))
    return answers.append_column(c.COURSE, rows.column(c.COURSE)).append_column(c.ROUND, rows.column(c.ROUND))


def write_rates(answers: pa.Table, path: Path) -> None:
    """Writes the answers as CSV; a reader never sees half a file."""
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(HEADER)
    columns = [answers.column(name).to_pylist() for name in (c.COURSE, c.ROUND, "predicted", "low", "high")]
    for course, session_round, *numbers in zip(*columns, strict=True):
        writer.writerow([course, session_round, *(f"{number:.6f}" for number in numbers)])
    path.parent.mkdir(parents=True, exist_ok=True)
    write_durably(path, sink.getvalue().encode())


def describe_faults(snapshots: Snapshots) -> str:
    """One line for each thing left out, none for what did not occur."""
    return "\n".join(f"{name}: {count:,}" for name, count in snapshots.faults.items() if count)


def describe_judgement(judgement: Judgement) -> str:
    """How many sessions were answered, and each model's measures where outcomes are known."""
    lines = [f"answered {judgement.answered:,} sessions"]
    if not judgement.judged:
        return "\n".join([*lines, f"no rate of theirs is known by {judgement.outcomes_until}: nothing to judge by"])
    stages = ", ".join(f"{count:,} {stage}" for stage, count in judgement.stages.items())
    lines.append(f"judged by {judgement.judged:,} rates known by {judgement.outcomes_until} ({stages} when asked)")
    lines.append(f"{'model':<24}{'MAE':>8}{'R2':>8}{'coverage':>10}{'width':>8}")
    return "\n".join([*lines, *(_line(measured) for measured in judgement.models)])


def _line(measured: Measured) -> str:
    """One model's measures."""
    line = f"{measured.name:<24}{measured.mean_absolute_error:>8.4f}{measured.r_squared:>8.3f}"
    if measured.coverage is None or measured.mean_width is None:
        return line
    return f"{line}{measured.coverage:>10.3f}{measured.mean_width:>8.3f}"
