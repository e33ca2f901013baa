"""P11, P12: nights whose input or model is wrong as a whole are blocked by a gate that names what is wrong.

Each night is run from the command line on a copy of a lake with two published nights; ten minutes in all.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from lake.sources.simulated import simulate
from ml import registry
from tests.faults.tally import Add
from tests.pipeline import readers
from tests.pipeline.commands import Outcome, Shell
from tests.pipeline.nights import in_memory

pytestmark = pytest.mark.slow
FIRST, OLD, LAST, TONIGHT = (date(2026, 11, day) for day in (10, 12, 18, 19))
MOST_LINES_OF_AN_ERROR = 20
REASON = "the service desk has seen the numbers and agrees"


@dataclass(frozen=True)
class Base:
    """Ten days of deliveries and a lake in which the first and the ninth night are published."""

    sources: Path
    lake: Path
    room: Path


@pytest.fixture(scope="module")
def base(shell: Shell, tmp_path_factory: pytest.TempPathFactory) -> Base:
    room = tmp_path_factory.mktemp("gates")
    size = {"seekers": 4_000, "postings": 8_000, "sessions": 200, "nights": 10}
    simulate(**size, seed=5, out=room / "deliveries", first_date=FIRST)
    lake = in_memory(None, room / "lake")
    for day in (FIRST, LAST):
        outcome = shell.night(room / "deliveries", lake, day)
        assert outcome.exit_code == 0, outcome.text
    return Base(room / "deliveries", lake, room)


def edit(source: Path, target: Path, change: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> None:
    """Write `target` with the rows of `source` after `change`."""
    with source.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        rows, names = list(reader), list(reader.fieldnames or ())
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, names, extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows(change(rows))


def halve_postings(sources: Path, _: Path) -> None:
    file = sources / str(TONIGHT) / "job_postings_0000.csv"
    edit(file, file, lambda rows: rows[::2])


def repeat_last_week(sources: Path, _: Path) -> None:
    """Other bytes than a week ago, the same rows."""
    for tonight in (sources / str(TONIGHT)).glob("job_postings_*.csv"):
        edit(sources / str(OLD) / tonight.name, tonight, lambda rows: rows[::-1])


def repeat_last_weeks_bytes(sources: Path, _: Path) -> None:
    for tonight in (sources / str(TONIGHT)).glob("job_postings_*.csv"):
        shutil.copyfile(sources / str(OLD) / tonight.name, tonight)


def send_one_region(sources: Path, _: Path) -> None:
    """Everybody of Seoul again, changed tonight."""

    def change(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        return [row | {"최종수정일시": f"{TONIGHT} 01:00:00Z"} for row in rows if row["거주지역"] == "11"]

    edit(sources / str(FIRST) / "seekers_0000.csv", sources / str(TONIGHT) / "seekers_0000.csv", change)


def close_every_posting(sources: Path, _: Path) -> None:
    """All that were ever sent, closed yesterday."""
    closed = {"closeDt": str(LAST), "wantedStat": "마감", "smodifyDtm": f"{TONIGHT} 01:00:00Z"}
    for folder in sorted(sources.glob("2026-11-1?")):
        target = sources / str(TONIGHT) / f"job_postings_9{folder.name[-2:]}0.csv"
        edit(folder / "job_postings_0000.csv", target, lambda rows: [row | closed for row in rows])
    (sources / str(TONIGHT) / "job_postings_0000.csv").unlink()


def flatten_model(_: Path, lake: Path) -> None:
    """A model whose terms are all but nothing: a constant one the registry refuses to store."""
    folder = lake / "models" / "employment" / f"{TONIGHT:%Y-%m}"
    model = registry.current(folder)
    flat = replace(model, terms=tuple(replace(term, scores=term.scores * 1e-4) for term in model.terms))
    registry.register(flat, folder, registry.Decision(True, "planted", "2026-11-18T00:00:00Z"))


BAD_NIGHTS = {
    "half the postings": (halve_postings, "gate:rows_lost_last_night", "bronze__job_postings"),
    "last week's postings": (repeat_last_week, "gate:stale_feed", "bronze__job_postings"),
    "last week's bytes": (repeat_last_weeks_bytes, "gate:missing_feeds", "bronze__job_postings (job_postings_0000.csv"),
    "seekers of one region": (send_one_region, "gate:drift_last_night:home_region_code", "silver__seekers"),
    "every posting closed": (close_every_posting, "gate:no_open_postings", "features__job_postings"),
    "one probability": (flatten_model, "gate:degenerate_scores", "scores__employment_probability"),
}

FORCED = "half the postings"
"""Blocked, then published by force."""


@pytest.mark.parametrize("fault", [name for name in BAD_NIGHTS if name != FORCED])
def test_bad_night_is_blocked_by_name_and_last_night_stays_served(
    base: Base, shell: Shell, tmp_path: Path, tally: Add, fault: str
) -> None:
    """P11, P12: exit code 1, a short error that names gate, number and table; what was served is served."""
    plant, gate, named = BAD_NIGHTS[fault]
    sources, lake = tmp_path / "deliveries", in_memory(base.lake, tmp_path / "lake")
    shutil.copytree(base.sources, sources)
    plant(sources, lake)
    outcome = shell.night(sources, lake, TONIGHT)
    tally("gates, bad nights", injected=1, survived=int(outcome.exit_code == 1))
    is_blocked(base, lake, outcome, gate, named)


def is_blocked(base: Base, lake: Path, outcome: Outcome, gate: str, named: str) -> None:
    assert outcome.exit_code == 1, outcome.text
    assert outcome.complaint.startswith("PublicationBlocked: "), outcome.text
    assert f"{gate} is " in outcome.complaint
    assert named in outcome.complaint
    assert "--force" in outcome.complaint
    assert "Traceback" not in outcome.stderr
    assert len(outcome.complaint.splitlines()) <= MOST_LINES_OF_AN_ERROR
    assert readers.served(lake) == readers.served(base.lake)
    with readers.open_duckdb(lake, readers.served(lake)) as database:
        readers.add_view(database, lake, "ops__quality", TONIGHT)
        readers.add_view(database, lake, "ops__runs", TONIGHT)
        stored = (
            "select count(*) from ops__quality where check_name = ? and result_code = 'FAIL' and value > limit_value"
        )
        assert database.execute(stored, [gate]).fetchone() != (0,)
        assert database.execute("select status_code from ops__runs").fetchall() == [("BLOCKED",)]
        assert told_of(database, lake)["NIGHT_BLOCKED"].startswith(f"ops__quality: {outcome.complaint[:40]}")


def told_of(database: duckdb.DuckDBPyConnection, lake: Path) -> dict[str, str]:
    """Kind and detail of tonight's alerts, as ops__alerts keeps them."""
    readers.add_view(database, lake, "ops__alerts")
    rows = database.execute("select alert_kind_code, detail from ops__alerts where as_of = ?", [TONIGHT]).fetchall()
    return dict(rows)


def test_the_same_night_untouched_is_published(base: Base, shell: Shell, tmp_path: Path, tally: Add) -> None:
    lake = in_memory(base.lake, tmp_path / "lake")
    outcome = shell.night(base.sources, lake, TONIGHT)
    tally("normal nights", nights=1, false_blocks=int(outcome.exit_code != 0))
    assert outcome.exit_code == 0, outcome.text


def test_blocked_night_is_forced_with_its_reason_and_its_failed_gates_without_computing_anew(
    base: Base, shell: Shell, tmp_path: Path, tally: Add
) -> None:
    """P11: `--force` needs a reason, which pointer, run and page keep; what the blocked run has made stands."""
    sources, lake = tmp_path / "deliveries", in_memory(base.lake, tmp_path / "lake")
    shutil.copytree(base.sources, sources)
    plant, gate, named = BAD_NIGHTS[FORCED]
    plant(sources, lake)
    blocked = shell.night(sources, lake, TONIGHT)
    is_blocked(base, lake, blocked, gate, named)
    outcome = shell.night(sources, lake, TONIGHT, "--force", REASON)
    assert outcome.exit_code == 0, outcome.text
    assert outcome.taken_over > 50
    served = readers.served(lake)
    assert (served["as_of"], served["forced_because"]) == (str(TONIGHT), REASON)
    with readers.open_duckdb(lake, served) as database:
        readers.add_view(database, lake, "ops__runs", TONIGHT)
        assert database.execute("select status_code, detail from ops__runs").fetchall() == [("FORCED", REASON)]
        assert REASON in told_of(database, lake)["NIGHT_FORCED"]
    page = (lake / "published" / "site" / "index.html").read_text(encoding="utf-8")
    assert "지키지 못한 채 공표함" in page
    assert "자료의 행 수가 어젯밤보다 크게 줄지 않는다" in page
    tally("gates, bad nights", injected=1, survived=1)
    tally("gates, forced nights", injected=1, survived=1)
