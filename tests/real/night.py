"""`python -m tests.real.night`: prepare the real data, run one night on it and say what came out.

Do not put here: layout of the data (prepare.py), what must be true of the answers (test_real_night.py).
"""

from __future__ import annotations

import logging
import subprocess
import sys
import time

import pyarrow.compute as pc

from lake import publication, tables
from lake.settings import Settings
from tests.real import prepare

log = logging.getLogger("tests.real")

# served table -> the column that holds the best of its answers
ANSWERS = {
    "serving__seeker_jobs_v1": "posting_id_1",
    "serving__seeker_courses_v1": "session_id_1",
    "serving__seeker_occupations_v1": "occupation_code_1",
    "serving__seeker_employment_v1": "probability_0_1",
}
FULL_TOP = {"serving__seeker_jobs_v1": "posting_id_5", "serving__seeker_courses_v1": "session_id_5"}


def settings() -> Settings:
    """The settings of the real lake."""
    return Settings(lake_dir=prepare.LAKE)


def run_night() -> int:
    """One night by the command line, as an operator would start it; its exit code."""
    sources = prepare.prepare()
    command = [sys.executable, "-m", "dagster_project.cli", "nightly", "--sources", str(sources)]
    command += ["--date", prepare.NIGHT.isoformat(), "--lake", str(prepare.LAKE)]
    return subprocess.run(command, check=False, cwd=prepare.PROJECT).returncode  # noqa: S603 - our own module, no outside words


def answer_counts(table_id: str) -> dict[str, int]:
    """How many people of the published night have an answer, five of them, and each reason for none."""
    version = publication.current(settings()).tables[table_id].version
    columns = ["answer_code", ANSWERS[table_id], *([FULL_TOP[table_id]] if table_id in FULL_TOP else [])]
    rows = tables.dataset(settings(), table_id, version=version).to_table(columns=columns)
    counts = {"people": rows.num_rows, "with an answer": rows.num_rows - rows.column(columns[1]).null_count}
    if len(columns) > 2:
        counts["with all five"] = rows.num_rows - rows.column(columns[2]).null_count
    reasons = sorted(
        (str(pair["values"]), int(pair["counts"])) for pair in pc.value_counts(rows["answer_code"]).to_pylist()
    )
    return counts | dict(reasons)


def main() -> int:
    """Run the night and log one line for each served answer."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    started = time.monotonic()
    exit_code = run_night()
    if exit_code:
        return exit_code
    for table_id in ANSWERS:
        counts = ", ".join(f"{name} {count:,}" for name, count in answer_counts(table_id).items())
        log.info("%s: %s", table_id, counts)
    log.info("a night on real data, %s: %.0f s", prepare.NIGHT.isoformat(), time.monotonic() - started)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
