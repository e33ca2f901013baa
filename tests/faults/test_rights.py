"""P23, rights: five people ask for something before the second night; the night does what the law gives them.

Every claim is read by two independent readers at the published versions: deltalake, and DuckDB over the manifest's
files. Do not put here: the 30-day clock (tests/engine/test_seeker_rights.py), the gates (tests/unit/lake).
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest
from deltalake import DeltaTable

from dashboards import texts
from tests.faults.tally import Add
from tests.pipeline import readers
from tests.pipeline.commands import Outcome, Shell
from tests.pipeline.nights import Nights, World, in_memory
from tests.pipeline.rights import add_entitled

pytestmark = pytest.mark.slow

COLUMNS = [
    "요구번호",
    "주민등록번호",
    "요구종류",
    "요구서비스",
    "요구일",
    "철회일",
    "답변일",
    "결과",
    "연장일수",
    "최종수정일시",
]
LAYERS_MADE_FROM_SILVER = ("gold", "features", "scores", "matches", "serving")
TALENTS = "serving__posting_talents_v1"
Kind = tuple[str, str]


@dataclass(frozen=True)
class Asked:
    """The second night after five people asked: its outcome, what was served before and after, and who they are."""

    lake: Path
    day: date
    outcome: Outcome
    before: dict[str, Any]
    served: dict[str, Any]
    people: dict[str, str]

    def keys(self, *roles: str) -> set[str]:
        """The pseudonyms of these roles."""
        return {self.people[role] for role in roles}


@pytest.fixture(scope="module")
def asked(world: World, shell: Shell, first: Nights) -> Asked:
    """Five talents of the first night: refused, stopped, reviewed; withdrew again; asked on an impossible day."""
    lake = in_memory(first.lake, world.room / "rights")
    sources, day = world.room / "rights_sources", world.days[1]
    shutil.copytree(world.sources, sources)
    roles = ("refused", "stopped", "reviewed", "withdrew", "impossible")
    people = dict(zip(roles, pick_talents(world, lake, first.served[0], len(roles)), strict=True))
    plant(
        sources / day.isoformat() / "rights_requests_0900.csv",
        {role: number for role, (_, number) in people.items()},
        day,
    )
    outcome = shell.night(sources, lake, day)
    keys = {role: key for role, (key, _) in people.items()}
    return Asked(lake, day, outcome, first.served[0], readers.served(lake), keys)


def pick_talents(world: World, lake: Path, pointer: dict[str, Any], wanted: int) -> list[tuple[str, str]]:
    """(pseudonym, resident number) of people shown to employers who asked for nothing; by the row of their file."""
    talents = sorted(keys_in(readers.published_rows(lake, pointer, TALENTS).to_pydict()))
    silver = DeltaTable(str(readers.folder(lake, "silver__seekers"))).to_pyarrow_table().to_pylist()
    place = {row["seeker_key"]: (row["source_file"], row["row_number"]) for row in silver}
    days = [world.sources / day.isoformat() for day in world.days]
    asked = {row["주민등록번호"] for day in days for file in day.glob("rights_requests_*.csv") for row in rows_of(file)}
    chosen = []
    for key in talents:
        file, number = place[key]
        resident = rows_of(days[0] / file)[number - 1]["주민등록번호"]
        if resident not in asked:
            chosen.append((key, resident))
    return chosen[:wanted]


def rows_of(file: Path) -> list[dict[str, str]]:
    """The rows of a delivered file."""
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def plant(file: Path, people: dict[str, str], day: date) -> None:
    """One request each, made on the night's own day; the withdrawn one the day before."""
    today, yesterday = day.isoformat(), (day - timedelta(days=1)).isoformat()
    what = {
        "refused": ("거부", "전체", today, "", ""),
        "stopped": ("처리정지", "전체", today, "", ""),
        "reviewed": ("재검토", "전체", today, "", "30"),
        "withdrew": ("거부", "전체", yesterday, today, ""),
        "impossible": ("처리정지", "전체", "2026-02-30", "", ""),
    }
    with file.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(COLUMNS)
        for number, (role, (kind, service, made, withdrawn, extended)) in enumerate(what.items()):
            ends = (made, withdrawn, "", "", extended, f"{withdrawn or today} 09:00:00Z")
            table.writerow([f"PLANTED{number}", people[role], kind, service, *ends])


def keys_in(columns: dict[str, list[Any]]) -> set[str]:
    """Everybody who stands in a column named seeker_key or seeker_key_1 .. 20."""
    return {key for name, values in columns.items() if name.startswith("seeker_key") for key in values if key}


def people_by_reader(asked: Asked, table_id: str) -> Iterator[set[str]]:
    """Who stands in a published table, as each of the two readers says."""
    rows = readers.published_rows(asked.lake, asked.served, table_id)
    yield keys_in(rows.select([name for name in rows.column_names if name.startswith("seeker_key")]).to_pydict())
    with readers.open_duckdb(asked.lake, asked.served) as database:
        yield keys_in(database.execute(f'from "{table_id}"').to_arrow_table().to_pydict())


def test_the_night_publishes_and_says_what_it_could_not_read(asked: Asked, tally: Add) -> None:
    assert asked.outcome.exit_code == 0, asked.outcome.text
    assert asked.served["as_of"] == asked.day.isoformat()
    assert "unreadable_requests" in asked.outcome.stderr
    assert len(asked.people) == 5
    tally("requests by right", injected=5, honoured=5)


def test_who_refused_or_stopped_stands_in_no_published_table(asked: Asked, tally: Add) -> None:
    gone = asked.keys("refused", "stopped")
    found = {
        table_id: people & gone for table_id in asked.served["tables"] for people in people_by_reader(asked, table_id)
    }
    assert {table_id: keys for table_id, keys in found.items() if keys} == {}
    tally("requests by right", published_places_of_people_who_refused=sum(len(keys) for keys in found.values()))


def test_everybody_else_is_answered_as_before(asked: Asked) -> None:
    with readers.open_duckdb(asked.lake, asked.served) as database:
        add_entitled(database, asked.lake, asked.day)
        entitled = {key for (key,) in database.execute("select seeker_key from entitled").fetchall()}
    for table_id in (name for name in asked.served["tables"] if name.startswith("serving__seeker_")):
        before = keys_in(readers.published_rows(asked.lake, asked.before, table_id).select(["seeker_key"]).to_pydict())
        assert before - entitled >= asked.keys("refused", "stopped")
        for people in people_by_reader(asked, table_id):
            assert people == entitled
            assert people >= asked.keys("reviewed", "withdrew", "impossible")


def test_who_stopped_processing_stands_in_nothing_made_that_night(asked: Asked) -> None:
    looked_at = 0
    for layer in LAYERS_MADE_FROM_SILVER:
        for path in sorted((asked.lake / "tables" / layer).iterdir()):
            rows = DeltaTable(str(path)).to_pyarrow_table()
            tonight = rows.filter(pc.equal(rows["as_of"], asked.day)) if "as_of" in rows.column_names else rows
            names = [name for name in rows.column_names if name.startswith("seeker_key")]
            people = keys_in(tonight.select(names).to_pydict())
            looked_at += bool(people)
            assert (asked.people["stopped"] in people) is (path.name == "seeker_rights"), path.name
    assert looked_at >= 15


def test_who_waits_for_a_review_is_answered_with_a_mark_and_not_shown_to_employers(asked: Asked, shell: Shell) -> None:
    key, due = asked.people["reviewed"], asked.day + timedelta(days=60)
    for people in people_by_reader(asked, TALENTS):
        assert key not in people
    told = shell.run("explain", "seeker", key, "--lake", asked.lake, "--json")
    review = {"review_requested_date": f"{asked.day}", "review_due_date": f"{due}", "review_state_code": "OPEN"}
    assert set(json.dumps(found) for found in json.loads(told.stdout)["reviews"].values()) == {json.dumps(review)}
    said = shell.run("explain", "seeker", key, "--lake", asked.lake).stdout
    asked_on, due_on = texts.day(asked.day.isoformat()), texts.day(due.isoformat())
    assert f"사람의 재검토를 요구하셨습니다(모든 결과, {asked_on}). {due_on}까지 답을 드립니다(60일 남음)." in said


def test_who_refused_is_told_nothing_and_named_nowhere(asked: Asked, shell: Shell) -> None:
    told = shell.run("explain", "seeker", asked.people["refused"], "--lake", asked.lake)
    assert told.exit_code != 0
    assert asked.people["refused"] not in told.text


def test_status_counts_the_late_answers(asked: Asked, shell: Shell) -> None:
    with readers.open_duckdb(asked.lake, asked.served) as database:
        readers.add_view(database, asked.lake, "ops__human_reviews", asked.day)
        ((late,),) = database.execute(
            "select count(*) from ops__human_reviews where review_due_date < as_of and answered_date is null"
        ).fetchall()
    assert late > 0
    assert f"{late} reviews overdue" in shell.run("status", "--lake", asked.lake).stdout
