"""TOP5 jobs: who is eligible for what, in what order, and what is said about it."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lake.contracts.answers import SEEKER_JOBS
from lake.contracts.render import arrow_schema
from matching import candidates, jobs
from matching.blocks import MatchingInputError
from matching.chances import load_chances
from matching.job_space import JobSpace
from matching.market import load_market, read_arrow_file
from tests.unit.matching.chance_tables import make_rows, make_table
from tests.unit.matching.job_night import Matched, list_five, match_everyone, open_night

Make = Callable[[list[dict[str, Any]]], pa.Table]
Drawn = Callable[[int, int], pa.Table]
Match = Callable[..., Matched]
AS_OF = datetime.date(2026, 1, 6)


# Logit -1.1 for the first wish, -2 near it, -2.3 for a stranger.
CHANCES = make_table(make_rows(-2.0, {"wish_relation_code": {1: 0.9, 7: -0.3}}))


@pytest.fixture
def match(tmp_path: Path, learn_space: Callable[..., JobSpace]) -> Iterator[Match]:
    """Match everyone in a folder of its own, in the space of the postings; what was read from files is forgotten."""
    folders = iter(range(10))

    def matched(seekers: pa.Table, postings: pa.Table, **how: int) -> Matched:
        night = open_night(tmp_path / f"night{next(folders)}", postings, learn_space(postings), CHANCES)
        return match_everyone(seekers, night, **how)

    yield matched
    load_market.cache_clear()
    load_chances.cache_clear()


@pytest.mark.parametrize(
    ("seeker", "posting", "is_matched"),
    [
        pytest.param({}, {}, True, id="nothing asked"),
        pytest.param({}, {"region_code": "26"}, False, id="other region than home"),
        pytest.param({"wanted_region_code_3": "26"}, {"region_code": "26"}, True, id="wished region"),
        pytest.param(
            {"wanted_region_code_1": "26"}, {"region_code": "11"}, False, id="home does not count with a wish"
        ),
        pytest.param({"wanted_region_code_1": "26"}, {"region_code": None}, True, id="posting without region"),
        pytest.param({"home_region_code": None}, {"region_code": "26"}, True, id="person without region"),
        pytest.param({}, {"region_code": "28"}, True, id="27 km from home, no wish"),
        pytest.param({}, {"region_code": "43"}, False, id="further than 45 km from home, no wish"),
        pytest.param(
            {"wanted_region_code_1": "11"}, {"region_code": "28"}, False, id="near does not count with a wish"
        ),
        pytest.param({"education_code": "03"}, {"min_education_code": "05"}, False, id="education below"),
        pytest.param({"education_code": "05"}, {"min_education_code": "05"}, True, id="education equal"),
        pytest.param({"education_code": None}, {"min_education_code": "05"}, True, id="education unknown"),
        pytest.param({"education_code": "01"}, {"min_education_code": None}, True, id="asked education unknown"),
        pytest.param({"career_months": 11}, {"career_code": "E", "min_career_months": 12}, False, id="career short"),
        pytest.param({"career_months": 12}, {"career_code": "E", "min_career_months": 12}, True, id="career enough"),
        pytest.param({"career_months": 0}, {"career_code": "E"}, False, id="experienced wanted, no career"),
        pytest.param({"career_months": 0}, {"career_code": "Z", "min_career_months": 12}, True, id="career not asked"),
        pytest.param({"career_months": 90}, {"career_code": "N"}, True, id="newcomer posting, experienced person"),
        pytest.param({}, {"required_certificate_name": "전기기사"}, False, id="licence not held"),
        pytest.param(
            {"certificate_names_text": "전기기사;조리기능사"},
            {"required_certificate_name": " 전기기사 "},
            True,
            id="licence held",
        ),
        pytest.param(
            {"certificate_names_text": "조리기능사"},
            {"required_certificate_name": "전기기사"},
            False,
            id="other licence",
        ),
        pytest.param({"wanted_wage_krw_month": 3_750_000}, {}, True, id="wage is 80 % of the wish"),
        pytest.param({"wanted_wage_krw_month": 3_750_002}, {}, False, id="wage below 80 % of the wish"),
        pytest.param({"wanted_wage_krw_month": 9_000_000}, {"wage_min_krw_month": None}, True, id="wage unknown"),
        pytest.param({"wanted_employment_type_code": "10"}, {"employment_type_code": "20"}, True, id="both full time"),
        pytest.param({"wanted_employment_type_code": "10"}, {"employment_type_code": "11"}, False, id="part for full"),
        pytest.param({"wanted_employment_type_code": "21"}, {"employment_type_code": "10"}, False, id="full for part"),
        pytest.param({"wanted_employment_type_code": "21"}, {"employment_type_code": "11"}, True, id="both part time"),
        pytest.param(
            {"wanted_employment_type_code": "21"}, {"employment_type_code": "4"}, True, id="dispatch is either"
        ),
        pytest.param(
            {"wanted_employment_type_code": "Y"}, {"employment_type_code": "11"}, True, id="cover takes either"
        ),
        pytest.param({"wanted_employment_type_code": "21"}, {"employment_type_code": None}, True, id="hours unknown"),
        pytest.param({}, {"closing_date": AS_OF}, True, id="closes today"),
        pytest.param({}, {"closing_date": AS_OF - datetime.timedelta(days=1)}, False, id="closed yesterday"),
        pytest.param({"applied_posting_ids_text": "K0000;K9"}, {}, False, id="already applied"),
    ],
)
def test_eligibility(
    match: Match,
    make_seekers: Make,
    make_postings: Make,
    seeker: dict[str, Any],
    posting: dict[str, Any],
    is_matched: bool,
) -> None:
    # The second posting keeps the market's lists from being empty; it is in a region nobody reaches.
    postings = [posting, {"region_code": "50", "min_education_code": "07", "required_certificate_name": "수의사"}]
    answer = match(make_seekers([seeker]), make_postings(postings)).rows[0]
    assert ("K0000" in list_five(answer)) is is_matched
    assert answer["eligible_postings_count"] == is_matched


def test_opted_out_seeker_gets_no_row(match: Match, make_seekers: Make, make_postings: Make) -> None:
    answers = match(make_seekers([{"is_opted_out": True}, {"is_opted_out": None}, {}]), make_postings([{}])).rows
    assert [answer["seeker_key"][-1] for answer in answers] == ["1", "2"]


@pytest.mark.parametrize(
    ("seeker", "answer_code", "basis_code", "count"),
    [
        ({}, "OK", "WISH", 1),
        ({"wanted_occupation_code_1": None}, "NO_WISH", None, 1),
        ({"wanted_occupation_code_1": None, "keywords_text": "용접"}, "OK", "RESUME", 1),
        ({"wanted_occupation_code_1": None, "keywords_text": " ; "}, "NO_WISH", None, 1),
        ({"wanted_occupation_code_1": None, "last_occupation_code": "0131"}, "OK", "HISTORY", 1),
        ({"wanted_occupation_code_1": None, "career_occupation_code": "0131"}, "OK", "HISTORY", 1),
        ({"wanted_occupation_code_1": None, "wanted_occupation_code_3": "0131"}, "OK", "WISH", 1),
        ({"career_occupation_code": "9010", "keywords_text": "용접"}, "OK", "WISH", 1),
        (
            {"wanted_occupation_code_1": None, "career_occupation_code": "0131", "keywords_text": "용접"},
            "OK",
            "HISTORY",
            1,
        ),
        ({"home_region_code": "50"}, "NO_ELIGIBLE_POSTING", "WISH", 0),
    ],
)
def test_answer_code_and_what_the_search_went_by(
    match: Match,
    make_seekers: Make,
    make_postings: Make,
    seeker: dict[str, Any],
    answer_code: str,
    basis_code: str | None,
    count: int,
) -> None:
    answer = match(make_seekers([seeker]), make_postings([{"keywords_text": "용접"}])).rows[0]
    said = (answer["answer_code"], answer["basis_code"], answer["eligible_postings_count"])
    assert said == (answer_code, basis_code, count)


def test_no_posting_at_all_is_said(match: Match, make_seekers: Make, make_postings: Make) -> None:
    answer = match(make_seekers([{}]), make_postings([])).rows[0]
    assert (answer["answer_code"], answer["posting_id_1"]) == ("NO_ELIGIBLE_POSTING", None)


def test_wanted_occupation_comes_before_its_neighbour_and_that_before_a_stranger(
    match: Match, make_seekers: Make, make_postings: Make
) -> None:
    postings = [{"occupation_code": "9010"}, {"occupation_code": "0132"}, {"occupation_code": "0131"}]
    answer = match(make_seekers([{}]), make_postings(postings)).rows[0]
    assert list_five(answer) == ["K0002", "K0001", "K0000"]


def test_score_is_chance_times_usefulness(match: Match, make_seekers: Make, make_postings: Make) -> None:
    seeker = {"wanted_wage_krw_month": 3_000_000}
    answer = match(make_seekers([seeker]), make_postings([{"employment_type_code": "20"}])).rows[0]
    assert answer["fit_0_1_1"] == pytest.approx(1.0, abs=0.004)
    # The table's own terms: -2 + .9 for the first wish.
    assert answer["chance_0_1_1"] == pytest.approx(1 / (1 + math.exp(1.1)), abs=1e-6)
    # The wage is the wish (half way from 80 % to 120 %): .4 × .5; first wish .3; home region .2; not permanent 0.
    parts = ("wage", "distance", "occupation", "permanence")
    assert [answer[f"{part}_value_0_1_1"] for part in parts] == [0.5, 1.0, 1.0, 0.0]
    assert answer["usefulness_0_1_1"] == pytest.approx(0.7, abs=1e-6)
    assert answer["score_0_1_1"] == pytest.approx(answer["chance_0_1_1"] * 0.7, abs=1e-6)


@pytest.mark.parametrize(
    ("posting", "code"),
    [
        ({"occupation_code": None}, "NO_TEXT"),
        ({"occupation_code": None, "keywords_text": " ; "}, "NO_TEXT"),
        ({"occupation_code": None}, "OCCUPATION_UNKNOWN"),
        ({"region_code": None}, "REGION_UNKNOWN"),
        ({"wage_min_krw_month": None}, "WAGE_UNKNOWN"),
        ({"employment_type_code": None}, "WORKING_TIME_UNKNOWN"),
        ({"min_education_code": None}, "EDUCATION_UNKNOWN"),
        ({"career_code": None}, "CAREER_UNKNOWN"),
    ],
)
def test_a_posting_that_leaves_something_open_is_matched_and_says_so(
    match: Match, make_seekers: Make, make_postings: Make, posting: dict[str, Any], code: str
) -> None:
    seeker = {"wanted_wage_krw_month": 3_000_000, "wanted_employment_type_code": "10", "education_code": "05"}
    postings = make_postings([posting, {"keywords_text": "용접"}])
    answer = match(make_seekers([seeker | {"career_months": 5}]), postings).rows[0]
    place = list_five(answer).index("K0000") + 1
    assert code in answer[f"open_codes_{place}"].split("|")
    assert (answer[f"fit_0_1_{place}"] == 0) is (posting.get("occupation_code", "") is None)


def test_a_posting_of_which_nothing_is_known_comes_after_all_whose_content_fits(
    match: Match, make_seekers: Make, make_postings: Make
) -> None:
    """Sixty postings fit: the one of fit 0 is not among the fifty candidates; with three it is."""
    for count, is_listed in ((60, False), (3, True)):
        matched = match(make_seekers([{}]), make_postings([{"occupation_code": None}] + [{}] * count))
        (talent,) = [row for row in matched.talents.to_pylist() if row["posting_id"] == "K0000"]
        assert (talent["candidates_count"] == 1) is is_listed
        assert ("K0000" in list_five(matched.rows[0])) is is_listed


def test_equal_scores_go_to_the_lower_posting_id(match: Match, make_seekers: Make, make_postings: Make) -> None:
    postings = make_postings([{"posting_id": f"K{number}"} for number in (7, 3, 9, 1, 5, 2)])
    assert list_five(match(make_seekers([{}]), postings).rows[0]) == ["K1", "K2", "K3", "K5", "K7"]


def test_nothing_is_shared_out_where_there_is_room(match: Match, make_seekers: Make, make_postings: Make) -> None:
    """Ten people and six like postings: nobody is over ten recommendations, so the score alone decides."""
    matched = match(make_seekers([{}] * 10), make_postings([{}] * 6))
    assert {answer["shared_out_count"] for answer in matched.rows} == {0}
    assert matched.sharing.passes == 1


def test_who_was_moved_is_told_how_many_places(match: Match, make_seekers: Make, make_postings: Make) -> None:
    """60 like people and 30 like postings: the score alone gives all of them the five lowest ids."""
    answers = match(make_seekers([{}] * 60), make_postings([{}] * 30)).rows
    favourites = {f"K{number:04d}" for number in range(5)}
    moved = [len(set(list_five(answer)) - favourites) for answer in answers]
    assert [answer["shared_out_count"] for answer in answers] == moved
    assert sum(moved) > 0


def test_the_five_stand_by_their_scores_whatever_the_prices(
    match: Match, draw_seekers: Drawn, draw_postings: Drawn
) -> None:
    for answer in match(draw_seekers(500, 4), draw_postings(40, 4)).rows:
        five = list_five(answer)
        scores = [answer[f"score_0_1_{place}"] for place in range(1, len(five) + 1)]
        assert list(zip(scores, five, strict=True)) == sorted(
            zip(scores, five, strict=True), key=lambda pair: (-pair[0], pair[1])
        )


def test_rows_have_the_contract_and_its_version(match: Match, draw_seekers: Drawn, draw_postings: Drawn) -> None:
    answers = match(draw_seekers(20, 1), draw_postings(50, 1)).answers
    assert answers.schema.equals(arrow_schema(SEEKER_JOBS))
    assert answers.validate(full=True) is None
    assert set(answers["model_version"].to_pylist()) == {f"{jobs.MODEL_VERSION}-chance-1"}


@pytest.mark.parametrize(("batch", "block", "threads"), [(7, 1, 1), (40, 100, 2), (100, 250, 2)])
def test_answers_do_not_depend_on_batches_blocks_or_threads(
    match: Match,
    draw_seekers: Drawn,
    draw_postings: Drawn,
    monkeypatch: pytest.MonkeyPatch,
    batch: int,
    block: int,
    threads: int,
) -> None:
    seekers, postings = draw_seekers(600, 8), draw_postings(300, 8)
    expected = match(seekers, postings)
    monkeypatch.setattr(candidates, "BLOCK_PEOPLE", block)
    found = match(seekers, postings, batch=batch, threads=threads)
    assert len(found.blocks) > len(expected.blocks) == 1
    assert found.rows == expected.rows
    assert found.talents.to_pylist() == expected.talents.to_pylist()


def test_answers_do_not_depend_on_the_order_of_people_or_postings(
    match: Match, draw_seekers: Drawn, draw_postings: Drawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    seekers, postings = draw_seekers(600, 9), draw_postings(300, 9)
    expected = match(seekers, postings)
    monkeypatch.setattr(candidates, "BLOCK_PEOPLE", 200)
    found = match(seekers.take(list(range(600))[::-1]), postings.take(list(range(300))[::-1]), batch=90)
    assert found.rows == expected.rows
    assert found.talents.to_pylist() == expected.talents.to_pylist()


def test_market_is_read_alike_from_both_kinds_of_files(tmp_path: Path, draw_postings: Drawn) -> None:
    postings = draw_postings(200, 9)
    pq.write_table(postings, tmp_path / "postings.parquet")
    with pa.OSFile(str(tmp_path / "postings.arrow"), "wb") as file, pa.ipc.new_file(file, postings.schema) as writer:
        writer.write_table(postings)
    one, other = (read_arrow_file(tmp_path / f"postings.{kind}") for kind in ("parquet", "arrow"))
    assert one.to_pylist() == other.to_pylist() == postings.to_pylist()


def test_a_missing_column_is_named(match: Match, make_seekers: Make, make_postings: Make) -> None:
    seekers = make_seekers([{}]).drop_columns(["career_months"])
    with pytest.raises(MatchingInputError, match=r"features__seekers: columns \['career_months'\] not found"):
        match(seekers, make_postings([{}]))


def test_no_seekers_give_no_rows(match: Match, make_seekers: Make, make_postings: Make) -> None:
    matched = match(make_seekers([]), make_postings([{}]))
    assert matched.rows == []
    assert matched.talents["answer_code"].to_pylist() == ["NO_CANDIDATE"]
