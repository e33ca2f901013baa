"""Gates on rights: each open on a sound night, closed by one person too many, silent on who it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from lake.contracts.registry import TABLES
from lake.gates import PublicationBlocked, require_open
from lake.quality import Check, connect, quality_rows
from lake.rights_gates import audit_rights, register_people
from lake.settings import Settings

AS_OF = date(2026, 11, 20)
YESTERDAY = date(2026, 11, 19)
NO = dict.fromkeys(("is_opted_out", "is_restricted", "is_withheld_from_employers"), False)
REFUSED, STOPPED = "AUTOMATED_DECISION_OPT_OUT", "PROCESSING_RESTRICTION"
Night = dict[str, list[dict[str, Any]]]


def request(key: str, kind: str, **columns: Any) -> dict[str, Any]:
    """A request of yesterday."""
    made = {"as_of": AS_OF, "request_id": f"R{key}{kind}", "seeker_key": key, "request_kind_code": kind}
    return made | {"requested_date": YESTERDAY} | columns


@pytest.fixture
def night() -> Night:
    """Five people: a refused at registration, b by request, c stopped processing, d waits for a review, e withdrew."""
    people = [
        {"as_of": AS_OF, "seeker_key": key, "is_opted_out": key == "a", "is_profile_public": True} for key in "abcde"
    ]
    told = {"a": {"is_opted_out": True}, "b": {"is_opted_out": True}, "c": {"is_restricted": True}}
    told["d"] = {"is_withheld_from_employers": True}
    return {
        "silver__seekers": people,
        "silver__rights_requests": [
            request("b", REFUSED),
            request("c", STOPPED),
            request("d", "HUMAN_REVIEW"),
            request("e", REFUSED, withdrawn_date=AS_OF),
            request("nobody", STOPPED),
        ],
        "gold__seeker_rights": [{"as_of": AS_OF, "seeker_key": key} | NO | told[key] for key in "abcd"]
        + [{"as_of": AS_OF, "seeker_key": "nobody"} | NO | {"is_restricted": True}],
        "features__seekers": [{"as_of": AS_OF, "seeker_key": key} for key in "abde"],
        "matches__seeker_jobs": [{"as_of": AS_OF, "seeker_key": key} for key in "de"],
        "serving__seeker_jobs_v1": [{"seeker_key": key} for key in "de"],
        "matches__posting_talents": [{"as_of": AS_OF, "posting_id": "P", "seeker_key_20": "e"}],
    }


@pytest.fixture
def audited(settings: Settings, write_rows: Callable[..., None]) -> Callable[[Night], list[Check]]:
    """Write the night and return every check."""

    def audit(night: Night) -> list[Check]:
        for table_id, rows in night.items():
            write_rows(table_id, *rows)
        with connect(settings) as db:
            register_people(settings, db, as_of=AS_OF)
            return audit_rights(settings, db, as_of=AS_OF)

    return audit


@pytest.fixture
def closed(audited: Callable[[Night], list[Check]]) -> Callable[[Night], dict[str, tuple[float, str]]]:
    """Gate → value and detail of those that do not pass."""
    return lambda night: {
        check.name.removeprefix("gate:"): (check.value, check.detail) for check in audited(night) if not check.passed
    }


Closed = Callable[[Night], dict[str, tuple[float, str]]]


def test_a_sound_night_passes_every_gate(closed: Closed, night: Night) -> None:
    assert closed(night) == {}


def test_a_lake_where_nobody_ever_asked_for_anything_passes(closed: Closed) -> None:
    person = {"as_of": AS_OF, "seeker_key": "a"}
    assert closed({"silver__seekers": [person], "serving__seeker_jobs_v1": [{"seeker_key": "a"}]}) == {}


def test_the_people_whom_gates_expect_answers_for_are_as_they_asked(
    settings: Settings, write_rows: Callable[..., None], night: Night
) -> None:
    for table_id in ("silver__seekers", "silver__rights_requests"):
        write_rows(table_id, *night[table_id])
    with connect(settings) as db:
        register_people(settings, db, as_of=AS_OF)
        found = db.execute("select seeker_key, is_opted_out, is_profile_public from seekers order by all").fetchall()
    assert found == [("a", True, True), ("b", True, True), ("d", False, False), ("e", False, True)]


@pytest.mark.parametrize("key", ["a", "b", "c"])
def test_an_answer_to_somebody_who_refused_blocks_and_names_the_table(closed: Closed, night: Night, key: str) -> None:
    night["serving__seeker_jobs_v1"].append({"seeker_key": key})
    assert closed(night)["answers_against_a_refusal"] == (1, "serving__seeker_jobs_v1 1")


@pytest.mark.parametrize("place", [1, 20])
def test_somebody_who_refused_among_the_talents_blocks(closed: Closed, night: Night, place: int) -> None:
    night["matches__posting_talents"][0][f"seeker_key_{place}"] = "b"
    assert closed(night) == {"answers_against_a_refusal": (1, "matches__posting_talents 1")}


def test_somebody_whose_processing_is_stopped_among_the_features_blocks(closed: Closed, night: Night) -> None:
    night["features__seekers"].append({"as_of": AS_OF, "seeker_key": "c"})
    assert closed(night) == {"rows_against_a_restriction": (1, "features__seekers 1")}


def test_rows_of_an_earlier_night_do_not_count(closed: Closed, night: Night) -> None:
    night["features__seekers"].append({"as_of": YESTERDAY, "seeker_key": "c"})
    assert closed(night) == {}


def test_a_restriction_may_be_rejected_for_good_reason(closed: Closed, night: Night) -> None:
    night["silver__rights_requests"][1] |= {"answered_date": AS_OF, "request_outcome_code": "REJECTED"}
    assert closed(night) == {"rights_that_differ": (1, "")}


@pytest.mark.parametrize("change", [{"is_opted_out": False}, {"is_restricted": True}], ids=["missed", "invented"])
def test_rights_that_are_not_those_asked_for_block(closed: Closed, night: Night, change: dict[str, bool]) -> None:
    night["gold__seeker_rights"][1] |= change
    assert closed(night) == {"rights_that_differ": (1, "")}


def test_late_answers_and_unreadable_requests_warn_and_block_nothing(
    audited: Callable[[Night], list[Check]], night: Night
) -> None:
    late = {"as_of": AS_OF, "seeker_key": "d", "review_state_code": "OVERDUE"}
    days = (date(2026, 11, 3), date(2026, 11, 1))
    night["ops__human_reviews"] = [late | {"request_id": f"{d}", "review_due_date": d} for d in days]
    night["ops__human_reviews"].append(late | {"request_id": "R9", "review_state_code": "OPEN"})
    night["quarantine__rights_requests"] = [{"as_of": AS_OF, "source_file": "r.csv", "row_number": 7}]
    checks = {check.name: check for check in audited(night) if not check.passed}
    assert {name: check.value for name, check in checks.items()} == {
        "gate:reviews_overdue": 2,
        "gate:unreadable_requests": 1,
    }
    assert "2026-11-01" in checks["gate:reviews_overdue"].detail
    require_open(list(checks.values()), force_reason=None)
    rows = quality_rows(list(checks.values()), as_of=AS_OF, run_id="r")
    assert rows["result_code"].to_pylist() == ["WARN", "WARN"]


def test_a_broken_right_blocks_the_night() -> None:
    with pytest.raises(PublicationBlocked, match="answers_against_a_refusal is 1"):
        require_open([Check("gold__seeker_rights", "gate:answers_against_a_refusal", 1)], force_reason=None)


def test_every_table_about_people_says_which_column_is_the_person() -> None:
    """The gates look at columns marked as pseudonyms: a key without the mark would never be looked at."""
    named = {
        (contract.id, column.name)
        for contract in TABLES.values()
        for column in contract.columns
        if column.name.startswith("seeker_key") and contract.layer in ("features", "scores", "matches", "serving")
    }
    assert len(named) > 45
    assert {TABLES[table_id].column(name).privacy.name for table_id, name in named} == {"PSEUDONYM"}
