"""P24: what can be worked out of goyong.duckdb by arithmetic, by an auditor who has nothing but the file.

The auditor's sums stand here anew, in SQL over the file; its ranges come from linear programming. Do not put here:
the product's own arithmetic (tests/unit/dashboards/test_disclosure.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

from tests.faults.tally import Add
from tests.pipeline.nights import Nights

SAMPLE = 60
# Table, column of people, key; then sums: parts (SQL for line), whole (line → value).
COUNTS = {
    "gold.labour_market": ("seekers_count", "occupation_code || '/' || region_code"),
    "gold.occupations": ("seekers_count", "occupation_code"),
    "agg.labour_market_regions": ("seekers_count", "region_code"),
    "gold.course_outcomes": ("graduates_count", "course_id"),
    "agg.course_fields": ("graduates_count", "field_code"),
    "agg.answers_by_code": ("people_count", "service_code || '/' || answer_code"),
    "agg.employment_probability_by_region": ("people_count", "home_region_code"),
    "agg.employment_probability_by_age_band": ("people_count", "age_band_code"),
    "agg.employment_probability_by_occupation_group": ("people_count", "wanted_occupation_group_code"),
    "agg.occupation_recommendations": ("people_count", "occupation_code"),
    "agg.course_recommendations": ("people_count", "skill_code"),
    "agg.certificate_recommendations": ("people_count", "certificate_name"),
    "agg.skill_gaps": ("people_count", "occupation_code"),
    "ops.calibration": ("people_count", "service_code || '/' || group_name || '/' || group_code || '/' || bin_number"),
    "ops.exposure": ("recommendations_count", "as_of || '/' || phase_code || '/' || group_kind || '/' || group_code"),
}
# Tables whose rows (without TOTAL) are everybody once.
EVERYBODY = [
    name
    for name in COUNTS
    if name.startswith("agg.") and name not in ("agg.course_fields", "agg.answers_by_code", "agg.labour_market_regions")
]


class Auditor:
    """Counts of the file as variables, and what is known of their sums."""

    def __init__(self, file: Path) -> None:
        """Read every count of people."""
        self.db = duckdb.connect(str(file), read_only=True)
        self.cells: dict[tuple[str, str], int | None] = {}
        for table, (count, key) in COUNTS.items():
            for name, value in self.db.execute(f"select {key}, {count} from {table}").fetchall():
                self.cells[table, name] = value
        self.names = list(self.cells)
        self.place = {name: n for n, name in enumerate(self.names)}
        found = self.db.execute("select rows_count from ops.published_tables where table_id like '%seeker_employment%'")
        self.everybody = int(found.fetchall()[0][0])

    def sums(self) -> Iterator[tuple[list[tuple[str, str]], tuple[str, str] | int]]:
        """Parts and their whole, a count or a number."""
        for table in EVERYBODY:
            yield [n for n in self.names if n[0] == table and n[1] != "TOTAL"], self.everybody
        for service in {n[1].split("/")[0] for n in self.names if n[0] == "agg.answers_by_code"}:
            mine = [n for n in self.names if n[0] == "agg.answers_by_code" and n[1].startswith(f"{service}/")]
            yield mine, self.everybody
        for occupation in [n for n in self.names if n[0] == "gold.occupations"]:
            yield [n for n in self.names if n[0] == "gold.labour_market" and n[1][:4] == occupation[1]], occupation
        for region in [n for n in self.names if n[0] == "agg.labour_market_regions"]:
            yield [n for n in self.names if n[0] == "gold.labour_market" and n[1][5:] == region[1]], region
        for field in [n for n in self.names if n[0] == "agg.course_fields"]:
            rows = self.db.execute("select course_id from gold.course_outcomes where skill_code[:2] = ?", [field[1]])
            yield [("gold.course_outcomes", course) for (course,) in rows.fetchall()], field
        for table, depth in (("ops.calibration", 1), ("ops.exposure", 2)):
            yield from self._groups(table, depth)

    def _groups(self, table: str, depth: int) -> Iterator[tuple[list[tuple[str, str]], tuple[str, str] | int]]:
        """Groups of one kind add up to the row ALL/ALL."""
        lines: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
        for name in (n for n in self.names if n[0] == table):
            parts = name[1].split("/")
            before, kind, after = "/".join(parts[:depth]), parts[depth], "/".join(parts[depth + 2 :])
            lines.setdefault((before, kind, after), []).append(name)
        for (before, kind, after), parts_of in lines.items():
            whole = (table, "/".join(filter(None, (before, "ALL/ALL", after))))
            if kind != "ALL" and whole in self.cells:
                yield parts_of, whole

    def ranges(self, wanted: list[tuple[str, str]]) -> dict[tuple[str, str], tuple[float, float]]:
        """The smallest and largest value of each hidden count, by linear programming."""
        rows, columns, signs, constants = [], [], [], []
        for parts, whole in self.sums():
            signed = [(p, 1) for p in parts] + ([(whole, -1)] if isinstance(whole, tuple) else [])
            known = sum(sign * (self.cells[name] or 0) for name, sign in signed)
            constant = (0 if isinstance(whole, tuple) else whole) - known
            hidden = [(name, sign) for name, sign in signed if self.cells[name] is None]
            if not self._can_hold([sign for _, sign in hidden], constant):
                continue
            rows += [len(constants)] * len(hidden)
            columns += [self.place[name] for name, _ in hidden]
            signs += [sign for _, sign in hidden]
            constants.append(constant)
        left = csr_array((signs, (rows, columns)), shape=(len(constants), len(self.names)))
        bounds = [(1, self.everybody) if self.cells[n] is None else (0, 0) for n in self.names]
        return {name: self._range(name, left, constants, bounds) for name in wanted}

    def _can_hold(self, signs: list[int], constant: int) -> bool:
        """A field of which no course was observed has no count at all, which is no hidden one."""
        up, down = signs.count(1), signs.count(-1)
        return bool(signs) and up - down * self.everybody <= constant <= up * self.everybody - down

    def _range(
        self, name: tuple[str, str], left: csr_array, right: list[int], bounds: list[tuple[int, int]]
    ) -> tuple[float, float]:
        ends = []
        for sign in (1, -1):
            goal = np.zeros(len(self.names))
            goal[self.place[name]] = sign
            done = linprog(goal, A_eq=left, b_eq=right, bounds=bounds, method="highs")
            assert done.status == 0, (name, done.message)
            ends.append(sign * done.fun)
        return ends[0], ends[1]


@pytest.fixture(scope="module")
def database(first: Nights) -> Path:
    return next((first.lake / "published").rglob("goyong-*.duckdb"))


def test_p24_no_count_of_one_to_nine_people_is_shown(database: Path, tally: Add) -> None:
    people = (
        "column_name like '%people_count' or column_name like '%seekers_count' or column_name like '%hires%count' or "
    )
    people += "column_name in ('graduates_count', 'employed_count', 'hired_count', 'kept_count', 'respondents_count', "
    people += "'recommendations_count', 'unknown_count', 'registered_count')"
    with duckdb.connect(str(database), read_only=True) as db:
        every = "select schema_name || '.' || table_name, column_name from duckdb_columns() where not internal"
        columns = db.execute(f"{every} and ({people})").fetchall()
        small = [
            (table, column)
            for table, column in columns
            if db.execute(f"select count(*) from {table} where {column} between 1 and 9").fetchall()[0][0]
        ]
        shown = sum(db.execute(f"select count({column}) from {table}").fetchall()[0][0] for table, column in columns)
    assert len(columns) > 20
    tally("cells about people", shown=shown, of_one_to_nine=len(small))
    assert small == []


@pytest.mark.slow
def test_p24_no_hidden_count_can_be_worked_out(database: Path, tally: Add) -> None:
    auditor = Auditor(database)
    hidden = {table: [n for n in auditor.names if n[0] == table and auditor.cells[n] is None] for table in COUNTS}
    # Evenly over each table: all of a small one, a sample of a large one.
    wanted = [name for names in hidden.values() for name in names[:: max(1, len(names) // SAMPLE)]]
    assert len(wanted) > 50
    found = auditor.ranges(wanted)
    auditor.db.close()
    leaks = {name: ends for name, ends in found.items() if ends[0] < 9.5 and ends[1] - ends[0] < 7.5}
    tally("hidden cells attacked by linear programming", tried=len(found), leaks=len(leaks))
    assert leaks == {}
