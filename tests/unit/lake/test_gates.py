"""Gates before publishing: each one open on a sound night and closed by the fault it is there for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from dashboards import texts
from lake.contracts.serving import ANSWER_SOURCES, SOURCES
from lake.gates import PublicationBlocked, audit, require_open
from lake.profiles import measure_night
from lake.publication import Pointer, PublishedTable, switch
from lake.quality import Check
from lake.settings import Settings

AS_OF, LAST = date(2026, 11, 20), date(2026, 11, 19)
RUN = "2026-11-20-tonight"
CHECKED = [Check(table_id, "unique_key", 0) for table_id in SOURCES]
PEOPLE = 100
PEOPLE_TABLES = ("silver__seekers", "features__seekers")
Write = Callable[..., None]
Night = dict[str, list[dict[str, Any]]]


def _measured(name: str, value: float, limit: float, **columns: Any) -> dict[str, Any]:
    """A measure of the served model as its audit writes it."""
    about = {"as_of": AS_OF, "service_code": "EMPLOYMENT", "scope_code": "SERVED", "cohort": "ALL"}
    about |= {"measure_name": name}
    return about | {"value": value, "value_low": value, "limit_value": limit} | columns


def _night() -> Night:
    """100 seekers with every answer, probabilities from 0.00 to 0.99, and ten open postings; P0 and P2 for half each.

    All agreed to be shown to employers; the first two stand in the first posting's list.
    """
    keys = [f"{number:032x}" for number in range(PEOPLE)]
    person = {"as_of": AS_OF, "is_opted_out": None, "is_profile_public": True}
    night: Night = {name: [person | {"seeker_key": key} for key in keys] for name in PEOPLE_TABLES}
    night["features__job_postings"] = [{"as_of": AS_OF, "posting_id": f"P{number}"} for number in range(10)]
    for table_id in ANSWER_SOURCES.values():
        night[table_id] = [{"as_of": AS_OF, "seeker_key": key, "answer_code": "OK"} for key in keys]
    for number, row in enumerate(night["scores__employment_probability"]):
        row["probability_0_1"] = number / 100
    for number, row in enumerate(night["matches__seeker_jobs"]):
        row |= (
            {"posting_id_1": "P2", "score_0_1_1": 0.05} if number % 2 else {"posting_id_1": "P0", "score_0_1_1": 0.06}
        )
    night["matches__posting_talents"] = [{"as_of": AS_OF, "posting_id": f"P{number}"} for number in range(10)]
    for place, key in enumerate(keys[:3:2], start=1):
        told = {f"seeker_key_{place}": key, f"score_0_1_{place}": 0.06, f"is_recommended_{place}": True}
        night["matches__posting_talents"][0] |= told
    night["ops__exposure"] = [
        {"as_of": AS_OF, "phase_code": phase, "group_kind": kind, "group_code": code}
        | {"largest_ratio": 1.0, "mean_score_0_1": 0.06, "short_seekers_count": 0}
        for phase in ("BEFORE", "AFTER")
        for kind, code in (("ALL", "ALL"), ("region_code", "11"))
    ]
    for table_id in ("gold__occupation_skills", "silver__training_courses", "silver__job_postings", "ops__fairness"):
        night[table_id] = []
    night["ops__evaluation"] = [_measured(name, 0.0, 0.0) for name in ("ece", "rescored_rows_differ")]
    night["ops__evaluation"].append(_measured("wrongly_high_risk_ratio", 1.0, 2.6))
    feeds = ("bronze__seekers", "bronze__job_postings", "bronze__occupations")
    night["ops__deliveries"] = [
        {"table_id": feed, "delivery_date": day, "source_file": f"{feed}.csv", "rows_count": 5}
        for feed in feeds
        for day in (LAST, AS_OF)
        if (feed, day) != ("bronze__occupations", AS_OF)
    ]
    return night


@pytest.fixture
def night() -> Night:
    return _night()


@pytest.fixture
def failed(settings: Settings, write_rows: Write) -> Callable[[Night], dict[str, float]]:
    """Write the night and return gate → value of the gates that fail."""

    def audited(night: Night) -> dict[str, float]:
        write_served(night)
        for table_id, rows in night.items():
            write_rows(table_id, *rows)
        profiles = measure_night(settings, as_of=AS_OF, run_id=RUN).to_pylist()
        write_rows("ops__profiles", *profiles, replacing=f"as_of = '{AS_OF}'")
        checks = audit(settings, as_of=AS_OF, run_id=RUN, checks=CHECKED)
        return {f"{check.table_id} {check.name}": check.value for check in checks if not check.passed}

    return audited


Failed = Callable[[Night], dict[str, float]]


def write_served(night: Night) -> None:
    """Serving tables as the answers are, where the test does not say otherwise."""
    for serving_id, source_id in SOURCES.items():
        rows = [row for row in night.setdefault(source_id, []) if row["as_of"] == AS_OF]
        night.setdefault(serving_id, [row | {"as_of": AS_OF, "run_id": RUN} for row in rows])


def unlist(night: Night, place: int) -> None:
    """Take the person at `place` off the first posting's list."""
    for name in ("seeker_key", "score_0_1", "is_recommended"):
        night["matches__posting_talents"][0][f"{name}_{place}"] = None


def opt_out(night: Night) -> None:
    """The first person refused automated evaluation, at registration."""
    first = night["silver__seekers"][0]
    first["is_opted_out"] = True
    no = {"is_restricted": False, "is_withheld_from_employers": False}
    night["gold__seeker_rights"] = [no | {"as_of": AS_OF, "seeker_key": first["seeker_key"], "is_opted_out": True}]


def served(settings: Settings, *, people: int, postings: int, as_of: date = LAST) -> None:
    """Publish a night of this size before."""
    rows = {"serving__seeker_jobs_v1": people, "serving__job_postings_v1": postings}
    tables = {name: PublishedTable(0, count, "h", "c", {}) for name, count in rows.items()}
    switch(settings, Pointer(f"{as_of}-r", as_of, tables, {}, is_synthetic=True))


def test_a_sound_first_night_passes_every_gate(failed: Failed, night: Night) -> None:
    assert failed(night) == {}


def test_a_sound_second_night_passes_every_gate(settings: Settings, failed: Failed, night: Night) -> None:
    """The occupation dictionary came last night and not tonight: it is no daily feed."""
    served(settings, people=PEOPLE, postings=10)
    assert failed(night) == {}


@pytest.mark.parametrize("table_id", ANSWER_SOURCES.values())
def test_a_seeker_without_an_answer_blocks(failed: Failed, night: Night, table_id: str) -> None:
    night[table_id].pop()
    assert failed(night) == {f"{table_id} gate:unanswered_seekers": 1}


def test_an_answer_about_someone_who_opted_out_blocks(failed: Failed, night: Night) -> None:
    opt_out(night)
    unlist(night, 1)
    expected = {f"{table_id} gate:answers_without_a_right_to_one": 1 for table_id in ANSWER_SOURCES.values()}
    places = 2 * len(ANSWER_SOURCES)  # each answer and the table it is served from
    assert failed(night) == expected | {"gold__seeker_rights gate:answers_against_a_refusal": places}


def test_someone_who_opted_out_and_has_no_answer_does_not_block(failed: Failed, night: Night) -> None:
    opt_out(night)
    for table_id in ANSWER_SOURCES.values():
        night[table_id].pop(0)
    unlist(night, 1)
    assert failed(night) == {}


@pytest.mark.parametrize("posting_id", ["P1", "P999"], ids=["closed yesterday", "not among the postings"])
def test_a_recommended_posting_that_nobody_can_apply_to_blocks(failed: Failed, night: Night, posting_id: str) -> None:
    night["features__job_postings"][1]["closing_date"] = LAST
    night["matches__posting_talents"].pop(1)
    night["matches__seeker_jobs"][7]["posting_id_5"] = posting_id
    names = ("closed_or_unknown_postings", "ineligible_postings")
    assert failed(night) == {f"matches__seeker_jobs gate:{name}": 1 for name in names}


def test_a_posting_that_closes_today_may_be_recommended(failed: Failed, night: Night) -> None:
    night["features__job_postings"][0]["closing_date"] = AS_OF
    assert failed(night) == {}


def test_scores_that_say_the_same_of_everybody_block(failed: Failed, night: Night) -> None:
    """Half at 0.50 and half at 0.51: a standard deviation of 0.005."""
    for number, row in enumerate(night["scores__employment_probability"]):
        row["probability_0_1"] = 0.50 + 0.01 * (number % 2)
    assert failed(night) == {"scores__employment_probability gate:degenerate_scores": 1}


def test_a_lake_without_a_model_has_no_scores_to_judge(failed: Failed, night: Night) -> None:
    for row in night["scores__employment_probability"]:
        row |= {"answer_code": "NO_EMPLOYMENT_HISTORY_SOURCE", "probability_0_1": None}
    assert failed(night) == {}


def test_a_group_wrongly_called_high_risk_blocks_and_is_named(failed: Failed, night: Night) -> None:
    """3.1 times as often as everybody else, certainly 2.7 times: above the 2.6 that nobody may pass."""
    night["ops__evaluation"][2] |= {"value": 3.1, "value_low": 2.7, "detail": "age_band_code=60+"}
    assert failed(night) == {"scores__employment_probability gate:wrongly_high_risk_ratio": 2.7}


def test_a_ratio_that_chance_may_explain_does_not_block(failed: Failed, night: Night) -> None:
    night["ops__evaluation"][2] |= {"value": 3.1, "value_low": 2.5}
    assert failed(night) == {}


def test_answers_written_to_the_wrong_people_block(failed: Failed, night: Night) -> None:
    night["ops__evaluation"][1] |= {"value": 1_987.0}
    assert failed(night) == {"scores__employment_probability gate:rescored_rows_differ": 1_987}


@pytest.mark.parametrize(
    ("error", "shown_limit", "blocked"),
    [
        (0.049, 0.02, False),
        (0.051, 0.02, True),
        (0.061, 0.05, False),  # few people: chance gives up to 0.0458 of it, so the worst allowed is 0.0678
        (0.069, 0.05, True),
    ],
)
def test_a_calibration_error_of_a_broken_model_blocks(
    failed: Failed, night: Night, error: float, shown_limit: float, blocked: bool
) -> None:
    night["ops__evaluation"][0] |= {"value": error, "limit_value": shown_limit}
    assert bool(failed(night)) is blocked


def test_a_night_without_open_postings_blocks(failed: Failed, night: Night) -> None:
    night["features__job_postings"] = [{"as_of": LAST, "posting_id": "P0"}]
    for row in night["matches__seeker_jobs"]:
        row["posting_id_1"] = None
    night["matches__posting_talents"] = [{"as_of": LAST, "posting_id": "P0"}]
    assert failed(night) == {"features__job_postings gate:no_open_postings": 1}


@pytest.mark.parametrize(
    ("people", "postings", "expected"),
    [
        (200, 20, {}),
        (400, 10, {"serving__seeker_jobs_v1 gate:volume_lost": 0.75}),
        (100, 40, {"serving__job_postings_v1 gate:volume_lost": 0.75}),
    ],
    ids=["exactly half of both", "a quarter of the people", "a quarter of the postings"],
)
def test_losing_more_than_half_of_last_nights_rows_blocks(
    settings: Settings, failed: Failed, night: Night, people: int, postings: int, expected: dict[str, float]
) -> None:
    served(settings, people=people, postings=postings)
    assert failed(night) == expected


@pytest.mark.parametrize("feed", ["bronze__seekers", "bronze__job_postings"])
def test_a_daily_feed_that_stays_away_blocks(settings: Settings, failed: Failed, night: Night, feed: str) -> None:
    served(settings, people=PEOPLE, postings=10)
    for row in night["ops__deliveries"]:
        if (row["table_id"], row["delivery_date"]) == (feed, AS_OF):
            row["rows_count"] = 0
    assert failed(night) == {"ops__deliveries gate:missing_feeds": 1}


def test_running_the_served_date_again_asks_for_no_newer_feeds(
    settings: Settings, failed: Failed, night: Night
) -> None:
    served(settings, people=PEOPLE, postings=10, as_of=AS_OF)
    assert failed(night) == {}


CLOSED = Check("ops__deliveries", "gate:missing_feeds", 1, detail="bronze__seekers")


def test_a_failed_gate_blocks_and_says_what_is_still_served() -> None:
    with pytest.raises(
        PublicationBlocked, match=r"gate:missing_feeds is 1 \(limit 0\) in .*: bronze__seekers.*still served"
    ):
        require_open([CLOSED], force_reason=None)


def test_a_failed_gate_is_passed_with_a_reason() -> None:
    require_open([CLOSED], force_reason="the feed has moved to a weekly rhythm")


def test_an_empty_reason_is_none() -> None:
    with pytest.raises(PublicationBlocked):
        require_open([CLOSED], force_reason="")


def test_passed_gates_need_no_reason() -> None:
    require_open([Check("t", "gate:volume_lost", 0.5, 0.5)], force_reason=None)


def test_every_gate_has_a_korean_sentence_and_every_sentence_a_gate(
    settings: Settings, failed: Failed, night: Night
) -> None:
    served(settings, people=PEOPLE, postings=10)
    failed(night)
    names = {check.name.split(":")[1] for check in audit(settings, as_of=AS_OF, run_id=RUN, checks=CHECKED)}
    assert names == set(texts.load("night")["gate"])


def test_a_broken_contract_rule_blocks_and_is_named(settings: Settings, failed: Failed, night: Night) -> None:
    failed(night)
    broken = [Check("serving__seeker_jobs_v1", "not_null:run_id", 3), Check("serving__courses_v1", "unique_key", 2)]
    checks = audit(settings, as_of=AS_OF, run_id=RUN, checks=[*CHECKED, *broken])
    found = {check.name: (check.value, check.detail) for check in checks if not check.passed}
    told = f"of {len(CHECKED) + 2} rules: serving__seeker_jobs_v1 not_null:run_id, serving__courses_v1 unique_key"
    assert found == {
        "gate:broken_contract_rules": (2, told),
        "gate:keys_twice": (2, "serving__courses_v1"),
    }


def test_an_error_about_many_gates_names_the_first_and_says_where_the_rest_are() -> None:
    closed = [Check("t", f"gate:number_{number}", 1) for number in range(30)]
    with pytest.raises(
        PublicationBlocked, match="30 gates failed.*gate:number_7 .*and 22 more, see ops__quality"
    ) as told:
        require_open(closed, force_reason=None)
    assert "gate:number_8" not in str(told.value)
    assert len(str(told.value).splitlines()) == 1
