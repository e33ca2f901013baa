"""`python -m tests.real.night`: prepare the real data, run one night on it and say what came out.

Exit codes: 0 done, 3 the real data is not here, anything else is the night's own. Do not put here: layout of the data
(prepare.py), what must be true of the answers (test_real_night.py).
"""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
import time
from collections import Counter

import duckdb

from lake import publication, quality, tables
from lake.settings import Settings
from tests.real import prepare

log = logging.getLogger("tests.real")

EXIT_NO_DATA = 3
# served table -> what is answered, the column that holds the best of its answers, and the fifth where there are five
ANSWERS: dict[str, tuple[str, str, str | None]] = {
    "serving__seeker_jobs_v1": ("jobs", "posting_id_1", "posting_id_5"),
    "serving__seeker_occupations_v1": ("occupations", "occupation_code_1", "occupation_code_5"),
    "serving__seeker_courses_v1": ("courses", "session_id_1", "session_id_5"),
    "serving__seeker_employment_v1": ("probability", "probability_0_1", None),
}
_WISHES = "wanted_occupation_code_1, wanted_occupation_code_2, wanted_occupation_code_3"


def settings() -> Settings:
    """The settings of the real lake."""
    return Settings(lake_dir=prepare.LAKE)


def clear_lake() -> None:
    """Empty the real lake, but for the key of its pseudonyms: the night shall show what today's code makes."""
    for old in prepare.LAKE.iterdir() if prepare.LAKE.is_dir() else ():
        if old.is_dir() and old.name != "secret":
            shutil.rmtree(old)


def run_night() -> int:
    """One night by the command line, as an operator would start it; its exit code."""
    sources = prepare.prepare()
    with publication.lock(settings()):
        clear_lake()
    command = [sys.executable, "-m", "dagster_project.cli", "nightly", "--sources", str(sources)]
    command += ["--date", prepare.NIGHT.isoformat(), "--lake", str(prepare.LAKE)]
    return subprocess.run(command, check=False, cwd=prepare.PROJECT).returncode  # noqa: S603 - our own module, no outside words


def answer_counts(table_id: str) -> dict[str, int]:
    """How many people of the published night have an answer, five of them, and each reason for none."""
    version = publication.current(settings()).tables[table_id].version
    _, best, fifth = ANSWERS[table_id]
    columns = ["answer_code", best, *([fifth] if fifth else [])]
    rows = tables.dataset(settings(), table_id, version=version).to_table(columns=columns)
    counts = {"people": rows.num_rows, "with an answer": rows.num_rows - rows.column(best).null_count}
    if fifth:
        counts["with all five"] = rows.num_rows - rows.column(fifth).null_count
    reasons = Counter(code for code in rows.column("answer_code").to_pylist() if code != "OK")
    return counts | dict(sorted(reasons.items()))


def refused_rows() -> dict[str, int]:
    """Rows in quarantine by table, file and reason."""
    counts: dict[str, int] = {}
    for noun in ("certificates", "training_courses", "worker_surveys"):
        rows = tables.dataset(settings(), f"quarantine__{noun}", prepare.NIGHT).to_table(
            columns=["source_file", "reason_codes"]
        )
        for row in rows.to_pylist():
            name = f"{noun} {row['source_file']} {row['reason_codes']}"
            counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items()))


def wishes_with_courses() -> dict[str, int]:
    """How many people wish (first, or any of three) an occupation that a KDT session, ever or coming, is held for."""
    names = ("features__seekers", "features__courses", "silver__training_courses")
    with quality.connect(settings()) as db:
        for name in names:
            db.register(name, tables.dataset(settings(), name, prepare.NIGHT))
        counts = {}
        for courses, what in (("silver__training_courses", "any"), ("features__courses", "a coming")):
            held = f"(select target_occupation_code from {courses} where target_occupation_code is not null)"
            wished = f"(select unnest([{_WISHES}]) intersect {held})"
            counts[f"first wish has {what} session"] = _count(db, f"wanted_occupation_code_1 in {held}")
            counts[f"a wish has {what} session"] = _count(db, f"exists {wished}")
    return counts


def _count(db: duckdb.DuckDBPyConnection, condition: str) -> int:
    ((count,),) = db.execute(f"select count(*) from features__seekers where {condition}").fetchall()  # noqa: S608
    return int(count)


def report(seconds: float) -> None:
    """Log what came out: one line for each answer, the rows refused, who could take a course at all, the time."""
    for table_id, (name, _, _) in ANSWERS.items():
        log.info("%-12s %s", name, _listed(answer_counts(table_id)))
    log.info("%-12s %s", "quarantine", _listed(refused_rows()) or "nothing")
    log.info("%-12s %s", "wishes", _listed(wishes_with_courses()))
    log.info("a night on real data, %s: %.0f s", prepare.NIGHT.isoformat(), seconds)


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def main() -> int:
    """Run the night and report; the exit code of the command."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stdout)
    log.setLevel(logging.INFO)
    started = time.monotonic()
    try:
        exit_code = run_night()
    except prepare.RealDataAbsentError as absent:
        log.error("%s", absent)
        return EXIT_NO_DATA
    if exit_code:
        log.error("the night on real data failed with exit code %d; the lines above say why", exit_code)
        return exit_code
    report(time.monotonic() - started)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
