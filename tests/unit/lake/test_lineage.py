"""Questions about lineage: the way from a published column to what a source sends."""

from __future__ import annotations

import pytest

from lake.contracts import bronze, lineage, serving
from lake.contracts.lineage import METHODS, Origin, Step
from lake.contracts.model import ContractError
from lake.contracts.registry import TABLES, table
from lake.source_fields import fields_of

STAMPED = {"as_of", "run_id", "contract_version", "model_version"}
"""What the night writes on every row; whose model version it is, a source may say."""


@pytest.mark.parametrize("table_id", serving.SOURCES)
def test_every_published_column_leads_to_a_delivered_column_or_is_stamped_on(table_id: str) -> None:
    silent = {name for name in table(table_id).names if not lineage.delivered_origins(table_id, name)}
    counted = {
        name
        for name in silent
        if lineage.sources_of(table_id, name).values or lineage.sources_of(table_id, name).conditions
    }
    assert silent - counted <= STAMPED


def test_a_posting_of_the_look_up_is_traced_to_the_field_that_sources_send() -> None:
    origins = lineage.delivered_origins("serving__job_postings_v1", "wage_min_krw_month")
    assert Origin("bronze__job_postings", "wage_min_krw") in origins
    assert Origin("bronze__job_postings", "wage_type_code") in origins
    assert {field.source for origin in origins for field in fields_of(origin)} == {"simulated", "work24"}


@pytest.mark.parametrize(
    ("column", "needed"),
    [
        ("serving__seeker_jobs_v1.posting_id_1", "bronze__seekers.wanted_region_code_1"),
        ("serving__seeker_jobs_v1.chance_0_1_1", "bronze__job_postings.occupation_code"),
        ("serving__seeker_employment_v1.probability_0_1", "bronze__resumes.completeness_pct"),
        ("serving__seeker_courses_v1.session_id_1", "bronze__training_courses.skill_code"),
        ("serving__seeker_occupations_v1.occupation_code_1", "bronze__test_results.interest_realistic"),
        ("serving__posting_talents_v1.seeker_key_1", "bronze__seekers.wanted_occupation_code_1"),
    ],
)
def test_answers_are_traced_through_models_and_matching(column: str, needed: str) -> None:
    assert needed in set(map(str, lineage.delivered_origins(*column.split("."))))


@pytest.mark.parametrize("trait", ["sex_code", "is_foreign_national", "is_disabled"])
@pytest.mark.parametrize("table_id", serving.SOURCES)
def test_no_answer_is_made_from_a_protected_trait(table_id: str, trait: str) -> None:
    used = {origin for name in table(table_id).names for origin in lineage.delivered_origins(table_id, name)}
    assert Origin("bronze__seekers", trait) not in used


def test_every_name_in_the_file_is_of_a_contract_and_every_method_is_known() -> None:
    for table_id in TABLES:
        for name in table(table_id).names:
            found = lineage.sources_of(table_id, name)
            assert found.method in METHODS
            for origin in (*found.values, *found.conditions, *found.rows):
                table(origin.table_id).column(origin.column)


def test_a_trace_opens_each_column_once_and_ends_in_bronze() -> None:
    opened: list[Origin] = []

    def visit(step: Step) -> None:
        if step.sources:
            opened.append(step.origin)
        for source in step.sources:
            visit(source)

    visit(lineage.trace("serving__seeker_jobs_v1", "posting_id_1"))
    assert len(opened) == len(set(opened)) > 10


def test_tables_stand_after_what_they_are_made_from() -> None:
    levels = lineage.tables_by_depth()
    place = {table_id: number for number, level in enumerate(levels) for table_id in level}
    assert set(levels[0]) <= {contract.id for contract in bronze.TABLES}
    late = [(t, i) for t in place for i in lineage.inputs_of(t) if place[i] >= place[t]]
    assert late == []
    assert set(serving.SOURCES) <= set(place)


def test_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(ContractError, match="has no column nothing"):
        lineage.sources_of("serving__seeker_jobs_v1", "nothing")


@pytest.mark.parametrize("contract", bronze.TABLES, ids=lambda contract: contract.id)
def test_every_delivered_column_names_its_field_in_the_synthetic_sources(contract: bronze.Table) -> None:
    own = {column.name for column in bronze.PROVENANCE}
    unnamed = [n for n in contract.names if n not in own and not fields_of(Origin(contract.id, n))]
    assert unnamed == []
