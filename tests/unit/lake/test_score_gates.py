"""Gates on the answers themselves: one answer for everybody, and gaps between groups."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import pytest

from lake import score_gates
from lake.quality import Check, connect
from lake.score_gates import audit_scores
from lake.settings import Settings

AS_OF = date(2026, 11, 20)
ANSWERS = {
    "scores__employment_probability": ("probability_0_1",),
    "matches__seeker_occupations": ("occupation_code_1", "score_0_1_1"),
    "matches__seeker_jobs": ("posting_id_1", "score_0_1_1"),
    "matches__seeker_courses": ("session_id_1", "score_0_1_1"),
}
Failed = Callable[..., dict[str, tuple[float, str]]]


def values(name: str, count: int, same: int = 0) -> list[Any]:
    """`same` equal values of a column, then different ones."""
    numbers = [max(place - same + 1, 0) for place in range(count)]
    return [f"V{number}" if name.endswith(("_code_1", "_id_1")) else number / count for number in numbers]


@pytest.fixture
def audited(settings: Settings, write_rows: Callable[..., None]) -> Callable[..., list[Check]]:
    """Gates on 200 answers, all different but for the columns that `answers` gives, and on groups of people."""

    def audited(
        answers: dict[tuple[str, str], list[Any]] | None = None, groups: list[dict[str, Any]] | None = None
    ) -> list[Check]:
        write_rows("ops__evaluation")
        write_rows("ops__fairness", *({"as_of": AS_OF, "service_code": "EMPLOYMENT"} | row for row in groups or []))
        with connect(settings) as db:
            for table_id, names in ANSWERS.items():
                given = {name: (answers or {}).get((table_id, name), values(name, 200)) for name in names}
                listed = ", ".join(f"unnest(${name}) as {name}" for name in given)
                db.execute(f'create temp table "{table_id}" as select {listed}', given)
            return audit_scores(settings, db, as_of=AS_OF)

    return audited


def group(people: int, low: float, high: float, *, hidden: bool = False) -> dict[str, Any]:
    """A group whose rate of high-risk calls among those who found work lies between two gaps to the largest group's."""
    gaps = {"false_positive_gap_low": low, "false_positive_gap_high": high}
    return {"group_name": "AGE", "group_code": "60+", "people_count": people, "is_suppressed": hidden} | gaps


def test_different_answers_pass(failed: Failed) -> None:
    assert failed() == {}


@pytest.mark.parametrize(
    ("table_id", "name"), [(table_id, name) for table_id, names in ANSWERS.items() for name in names]
)
def test_one_answer_for_nearly_everybody_blocks(failed: Failed, table_id: str, name: str) -> None:
    """190 of 200: more than nine of ten."""
    found = failed(answers={(table_id, name): values(name, 200, same=190)})
    assert found.pop(f"same_for_all:{name}") == (0.95, "190 of 200 answered")
    assert set(found) <= {"degenerate_scores"}


def test_one_probability_for_more_than_half_blocks(failed: Failed) -> None:
    key = ("scores__employment_probability", "probability_0_1")
    assert failed(answers={key: values(key[1], 200, same=100)}) == {}
    assert set(failed(answers={key: values(key[1], 200, same=101)})) == {"same_for_all:probability_0_1"}


def test_a_constant_probability_blocks_twice(failed: Failed) -> None:
    """P12: as one value, and by its standard deviation of 0."""
    found = failed(answers={("scores__employment_probability", "probability_0_1"): [0.3] * 200})
    assert set(found) == {"same_for_all:probability_0_1", "degenerate_scores"}


def test_a_hundred_answers_are_needed_to_judge(failed: Failed) -> None:
    assert failed(answers={("matches__seeker_jobs", "posting_id_1"): ["P"] * 99 + [None] * 101}) == {}


def test_a_certain_gap_of_a_large_group_blocks_and_is_named(failed: Failed) -> None:
    """P22: between 42 and 55 of 100 more are wrongly called high-risk."""
    assert failed(groups=[group(1_000, 0.42, 0.55)]) == {"false_positive_gap": (0.42, "AGE=60+")}
    assert failed(groups=[group(1_000, -0.55, -0.42)]) == {"false_positive_gap": (0.42, "AGE=60+")}


@pytest.mark.parametrize(
    "row",
    [group(1_000, 0.38, 0.6), group(1_000, -0.1, 0.6), group(999, 0.5, 0.7), group(5_000, 0.5, 0.7, hidden=True)],
    ids=["not certain", "either way", "too few people", "hidden"],
)
def test_a_gap_that_may_be_chance_or_of_a_small_group_does_not_block(failed: Failed, row: dict[str, Any]) -> None:
    assert failed(groups=[row]) == {}


@pytest.mark.parametrize(("same", "blocks"), [(190, False), (200, True)])
def test_one_session_for_nearly_everybody_warns_where_few_sessions_come_and_blocks_when_nobody_gets_another(
    same: int, blocks: bool
) -> None:
    with duckdb.connect() as db:
        for table_id, names in ANSWERS.items():
            most = same if table_id == "matches__seeker_courses" else 1
            columns = ", ".join(f"greatest(n, {most}) as {name}" for name in names)
            db.execute(f'create temp table "{table_id}" as select {columns} from range(1, 201) t(n)')
        found = [check for check in score_gates._same_for_all(db) if not check.passed]
    assert {check.table_id for check in found} == {"matches__seeker_courses"}
    assert [check.is_warning for check in found] == [not blocks] * 2
