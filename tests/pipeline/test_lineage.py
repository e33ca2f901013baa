"""What Python steps were seen to use is written down: shaken on another night than the one the file was made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dagster_project.lineage_probe import PROBED, REFUSED, ProbingNight, probe, sample
from lake.contracts import lineage
from lake.session import open_session
from lake.settings import Settings
from tests.pipeline.fixtures import FIRST_DAY
from tests.pipeline.nights import Nights

pytestmark = pytest.mark.pipeline

SHAKEN = {
    "matches__seeker_certificates": ("wanted_occupation_code_1", "certificate_names_text", "sex_code", "age_years"),
    "matches__seeker_courses": ("wanted_occupation_code_1", "skill_codes_text", "is_disabled", "birth_date"),
    "matches__seeker_skill_gaps": ("wanted_occupation_code_2", "skill_levels_text", "is_foreign_national"),
    "scores__course_outcomes": ("employment_rate_6m_0_1", "completed_count", "course_name", "fee_krw"),
}
"""Per step a few columns: some that must show in the answers, some that must not."""


@pytest.fixture(scope="module")
def night(first: Nights, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProbingNight]:
    lake = Settings(lake_dir=first.lake, memory_mb=512, threads=1)
    aside = replace(lake, lake_dir=tmp_path_factory.mktemp("probe"))
    with open_session(aside) as spark:
        yield ProbingNight.opened(spark, aside, sample(lake, FIRST_DAY, people=150), FIRST_DAY)


@pytest.mark.parametrize("table_id", SHAKEN)
def test_what_moves_an_answer_is_in_the_lineage_of_that_answer(night: ProbingNight, table_id: str) -> None:
    only = {f"{source}.{name}" for source in PROBED[table_id][1] for name in SHAKEN[table_id]}
    seen = probe(night, table_id, seed=7, only=only)[table_id]
    undeclared = {
        (name, source)
        for name, sources in seen.items()
        if name not in ("", REFUSED)
        for source in sources
        if source not in set(map(str, _declared(table_id, name)))
    }
    assert undeclared == set()
    assert any(seen.values()), "nothing moved: the probe shakes nothing"


def _declared(table_id: str, name: str) -> tuple[lineage.Origin, ...]:
    found = lineage.sources_of(table_id, name)
    return (*found.values, *found.conditions)


def test_the_lake_itself_is_not_written(first: Nights, night: ProbingNight) -> None:
    assert not Path(night.settings.lake_dir).is_relative_to(first.lake)
