"""What someone could change: certificate, course, region, wage wish and résumé, and nothing that nobody can change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ml.additive import Calibration
from ml.employment.changes import Change, Options, changes_of, read_options
from ml.employment.score import Night
from tests.unit.ml.employment_night import PERSON, night_model, open_night, people_table, score, write_files

NAMES = ("certificate", "course", "region", "wage", "resume")


@pytest.fixture
def options(tmp_path: Path) -> Options:
    """What the small night's market offers."""
    files = write_files(tmp_path)
    return read_options(files["postings_file"], files["market_file"])


def changes(options: Options, *people: dict[str, Any]) -> dict[str, Change]:
    """Changes of people by name."""
    return {change.name: change for change in changes_of(people_table(*people), options)}


def told(change: Change) -> list[Any]:
    """What the change names, person by person."""
    return [] if change.told is None else change.told.to_pylist()


@pytest.mark.parametrize(
    ("held", "advised"),
    [
        (None, "지게차"),
        ("", "지게차"),
        ("용접;한식", "지게차"),
        ("지게차", "굴착"),
        ("굴착;지게차", "용접"),
        ("굴착;용접;지게차", None),
    ],
)
def test_the_certificate_asked_for_most_and_not_held_is_advised(
    options: Options, held: str | None, advised: str | None
) -> None:
    """Asked for: 지게차 3 times, 굴착 and 용접 twice (by name), 한식 once, which is the fourth and never shown."""
    change = changes(options, PERSON | {"certificate_names_text": held})["certificate"]
    assert told(change) == [advised]
    assert change.applies.tolist() == [advised is not None]


@pytest.mark.parametrize("occupation", [None, "0111"], ids=["no wish", "nobody asks for one"])
def test_no_certificate_is_advised_where_none_is_asked_for(options: Options, occupation: str | None) -> None:
    change = changes(options, PERSON | {"wanted_occupation_code_1": occupation})["certificate"]
    assert (told(change), change.applies.tolist()) == ([None], [False])


def test_a_certificate_or_a_course_is_one_more_than_the_person_has(options: Options) -> None:
    found = changes(options, PERSON, PERSON | {"certificates_count": None, "trainings_3y_count": None})
    assert (found["certificate"].feature, found["certificate"].value.to_pylist()) == ("certificates_count", [3, 1])
    assert (found["course"].feature, found["course"].value.to_pylist()) == ("trainings_3y_count", [1, 1])


def test_the_course_is_tonights_first_recommendation(options: Options) -> None:
    change = changes(options, PERSON, PERSON | {"session_id_1": None})["course"]
    assert (told(change), change.applies.tolist()) == (["S1", None], [True, False])


@pytest.mark.parametrize(
    ("wishes", "advised"),
    [
        (("0231", ["11"]), "28"),
        (("0232", ["11"]), "41"),
        (("0231", ["11", "28"]), "41"),
        (("0231", ["11", "28", "41"]), None),
        (("0231", ["11", "28", "26"]), None),
        (("0231", []), None),
        (("0231", ["50"]), None),
        ((None, ["11"]), "28"),
    ],
    ids=[
        "best market",
        "other work",
        "not yet wanted",
        "all wanted",
        "three wanted",
        "none wanted",
        "island",
        "no wish",
    ],
)
def test_the_region_next_door_with_the_best_market_is_advised(
    options: Options, wishes: tuple[str | None, list[str]], advised: str | None
) -> None:
    """Next to Seoul (11) lie Incheon (28) and Gyeonggi (41); a registration holds three regions; Jeju (50) has none."""
    regions = {f"wanted_region_code_{place + 1}": code for place, code in enumerate(wishes[1])}
    none = {"wanted_region_code_1": None, "wanted_occupation_code_1": wishes[0], "wanted_regions_count": len(wishes[1])}
    change = changes(options, PERSON | none | regions)["region"]
    assert (told(change), change.applies.tolist()) == ([advised], [advised is not None])
    assert change.value.to_pylist() == [len(wishes[1]) + 1]


@pytest.mark.parametrize(
    ("ratio", "median"),
    [(1.25, 2_000_000), (1.0001, 2_499_750), (1.0, None), (0.8, None), (None, None)],
)
def test_the_median_wage_is_advised_only_above_it(options: Options, ratio: float | None, median: int | None) -> None:
    """2,500,000 won are 1.25 times the median: it is 2,000,000."""
    change = changes(options, PERSON | {"wage_wish_ratio": ratio})["wage"]
    assert (told(change), change.applies.tolist()) == ([median], [median is not None])
    assert (change.feature, change.value.to_pylist()) == ("wage_wish_ratio", [1.0])


@pytest.mark.parametrize(("percent", "applies"), [(None, True), (0.0, True), (99.9, True), (100.0, False)])
def test_a_full_resume_is_advised_below_a_hundred(options: Options, percent: float | None, *, applies: bool) -> None:
    change = changes(options, PERSON | {"resume_completeness_pct": percent})["resume"]
    assert (change.applies.tolist(), change.value.to_pylist()) == ([applies], [100.0])


def test_nobody_is_advised_to_change_what_nobody_can(options: Options) -> None:
    """Not sex, age, nationality, disability, home or the past."""
    assert {change.feature for change in changes(options, PERSON).values()} == {
        "certificates_count",
        "trainings_3y_count",
        "wanted_regions_count",
        "wage_wish_ratio",
        "resume_completeness_pct",
    }


def test_people_are_told_their_own_changes(options: Options) -> None:
    """Four people in one block: each one's certificate is found by their own list, whatever the neighbours hold."""
    held = ["지게차", None, "굴착;지게차", "용접"]
    change = changes(options, *(PERSON | {"certificate_names_text": text} for text in held))["certificate"]
    assert told(change) == ["굴착", "지게차", "용접", "지게차"]


@pytest.fixture
def night(tmp_path: Path) -> Night:
    """Tonight, with a calibration that is not the identity."""
    line = Calibration("platt", np.array([0.0, 1.0]), np.array([0.1, 1.3]))
    return open_night(tmp_path, replace(night_model(), calibration=line))


@pytest.mark.parametrize("name", NAMES)
def test_the_number_told_is_that_of_the_changed_person(night: Night, options: Options, name: str) -> None:
    """Someone who had changed just that would be told this probability."""
    (row,) = score(night, PERSON)
    change = changes(options, PERSON)[name]
    (again,) = score(night, PERSON | {change.feature: change.value.to_pylist()[0]})
    assert row[f"change_{name}_0_1"] == again["probability_0_1"]
    assert row[f"change_{name}_0_1"] != row["probability_0_1"]


def test_the_names_told_are_those_of_the_changes(night: Night) -> None:
    (row,) = score(night, PERSON)
    names = ("certificate_name", "session_id", "region_code", "wage_krw_month")
    assert [row[f"change_{name}"] for name in names] == ["지게차", "S1", "28", 2_000_000]
    assert row["missing_skill_codes"] == "0101|0102"


def test_what_does_not_apply_is_not_told(night: Night) -> None:
    done = {"certificate_names_text": "굴착;용접;지게차", "session_id_1": None, "wanted_regions_count": 3}
    (row,) = score(night, PERSON | done | {"wage_wish_ratio": 0.9, "resume_completeness_pct": 100.0})
    assert {name: value for name, value in row.items() if name.startswith("change_") and value is not None} == {}
