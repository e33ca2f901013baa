"""TOP5 jobs: who is eligible for what, in what order, and what is said about it."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lake.contracts.answers import SEEKER_JOBS
from lake.contracts.render import arrow_schema
from matching import jobs
from matching.blocks import MatchingInputError
from matching.job_space import JobSpace, load_job_space
from matching.market import PostingMarket, load_market

Make = Callable[[list[dict[str, Any]]], pa.Table]
Drawn = Callable[[int, int], pa.Table]
Learn = Callable[..., JobSpace]
Match = Callable[..., list[dict[str, Any]]]
AS_OF = datetime.date(2026, 1, 6)


@pytest.fixture
def match(learn_space: Learn) -> Match:
    """Answers in a market of the postings and the space learned from them."""

    def answer(seekers: pa.Table, postings: pa.Table, *, batch: int = 8192, threads: int = 1) -> list[dict[str, Any]]:
        market = PostingMarket.from_arrow(postings, AS_OF, learn_space(postings))
        batches = iter(seekers.to_batches(max_chunksize=batch))
        answers = jobs.match_batches(batches, market, model_version="test-1", threads=threads)
        rows: list[dict[str, Any]] = pa.Table.from_batches(list(answers)).to_pylist()
        return rows

    return answer


def list_ids(answer: dict[str, Any]) -> list[str]:
    return [answer[f"posting_id_{place}"] for place in range(1, 6) if answer[f"posting_id_{place}"]]


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
    answer = match(make_seekers([seeker]), make_postings([posting, {"region_code": "50", "min_education_code": "07"}]))
    assert ("K0000" in list_ids(answer[0])) is is_matched


def test_opted_out_seeker_gets_no_row(match: Match, make_seekers: Make, make_postings: Make) -> None:
    answers = match(make_seekers([{"is_opted_out": True}, {"is_opted_out": None}, {}]), make_postings([{}]))
    assert [answer["seeker_key"][-1] for answer in answers] == ["1", "2"]


@pytest.mark.parametrize(
    ("seeker", "answer_code", "count"),
    [
        ({}, "OK", 1),
        ({"wanted_occupation_code_1": None}, "NO_WISH", 1),
        ({"wanted_occupation_code_1": None, "keywords_text": "용접"}, "OK", 1),
        ({"wanted_occupation_code_1": None, "keywords_text": " ; "}, "NO_WISH", 1),
        ({"wanted_occupation_code_1": None, "last_occupation_code": "0131"}, "OK", 1),
        ({"home_region_code": "50"}, "NO_ELIGIBLE_POSTING", 0),
    ],
)
def test_answer_code(
    match: Match, make_seekers: Make, make_postings: Make, seeker: dict[str, Any], answer_code: str, count: int
) -> None:
    answer = match(make_seekers([seeker]), make_postings([{"keywords_text": "용접"}]))[0]
    assert (answer["answer_code"], answer["eligible_postings_count"]) == (answer_code, count)


def test_no_posting_at_all_is_said(match: Match, make_seekers: Make, make_postings: Make) -> None:
    answer = match(make_seekers([{}]), make_postings([]))[0]
    assert (answer["answer_code"], answer["posting_id_1"]) == ("NO_ELIGIBLE_POSTING", None)


def test_wanted_occupation_comes_before_its_neighbour_and_that_before_a_stranger(
    match: Match, make_seekers: Make, make_postings: Make
) -> None:
    postings = [{"occupation_code": "9010"}, {"occupation_code": "0132"}, {"occupation_code": "0131"}]
    answer = match(make_seekers([{}]), make_postings(postings))[0]
    assert list_ids(answer) == ["K0002", "K0001", "K0000"]


def test_score_is_chance_times_usefulness(match: Match, make_seekers: Make, make_postings: Make) -> None:
    seeker = {"wanted_wage_krw_month": 3_000_000}
    answer = match(make_seekers([seeker]), make_postings([{"employment_type_code": "20"}]))[0]
    # One application in ten is hired; a perfect fit has e² times the odds: (1/9)·e² = .821, .821/1.821 = .451.
    odds = math.exp(2) / 9
    assert answer["fit_0_1_1"] == pytest.approx(1.0, abs=0.004)
    assert answer["chance_0_1_1"] == pytest.approx(odds / (1 + odds), abs=0.005)
    # The wage is the wish (half way from 80 % to 120 %): .4 × .5; first wish .3; home region .2; not permanent 0.
    assert answer["usefulness_0_1_1"] == pytest.approx(0.7, abs=1e-6)
    assert answer["score_0_1_1"] == pytest.approx(answer["chance_0_1_1"] * 0.7, abs=1e-5)


def test_equal_scores_go_to_the_lower_posting_id(match: Match, make_seekers: Make, make_postings: Make) -> None:
    answer = match(make_seekers([{}]), make_postings([{"posting_id": f"K{number}"} for number in (7, 3, 9, 1, 5, 2)]))[
        0
    ]
    assert list_ids(answer) == ["K1", "K2", "K3", "K5", "K7"]


@pytest.mark.parametrize(
    ("seeker", "posting", "met", "unsettled"),
    [
        (
            {"education_code": "05", "career_months": 24, "wanted_wage_krw_month": 3_000_000},
            {},
            "OCCUPATION|REGION|EDUCATION|CAREER|WAGE|CLOSING",
            "EMPLOYMENT_TYPE_UNKNOWN",
        ),
        (
            {"wanted_employment_type_code": "20", "wanted_wage_krw_month": 3_500_000},
            {"region_code": None, "min_education_code": None, "career_code": None, "occupation_code": "0132"},
            "CLOSING",
            "OCCUPATION_DIFFERENT|REGION_UNKNOWN|EDUCATION_UNKNOWN|CAREER_UNKNOWN|WAGE_BELOW_WISH"
            "|EMPLOYMENT_TYPE_DIFFERENT",
        ),
        (
            {"wanted_employment_type_code": "10", "certificate_names_text": "전기기사"},
            {"wage_min_krw_month": None, "required_certificate_name": "전기기사", "occupation_code": None},
            "REGION|EDUCATION|CAREER|LICENCE|EMPLOYMENT_TYPE|CLOSING",
            "OCCUPATION_UNKNOWN|WAGE_UNKNOWN",
        ),
    ],
)
def test_met_and_open_conditions_are_named(
    match: Match,
    make_seekers: Make,
    make_postings: Make,
    seeker: dict[str, Any],
    posting: dict[str, Any],
    met: str,
    unsettled: str,
) -> None:
    answer = match(make_seekers([seeker]), make_postings([posting]))[0]
    assert (answer["met_codes_1"], answer["open_codes_1"]) == (met, unsettled)


def test_rows_have_the_contract_and_its_version(learn_space: Learn, draw_seekers: Drawn, draw_postings: Drawn) -> None:
    postings = draw_postings(50, 1)
    market = PostingMarket.from_arrow(postings, AS_OF, learn_space(postings))
    batch = next(jobs.match_batches(iter(draw_seekers(20, 1).to_batches()), market, model_version="test-1"))
    assert batch.schema.equals(arrow_schema(SEEKER_JOBS))
    assert batch.validate(full=True) is None
    assert set(batch["model_version"].to_pylist()) == {"test-1"}


@pytest.mark.parametrize(("batch", "threads"), [(7, 1), (8192, 2), (100, 2)])
def test_answers_do_not_depend_on_batches_or_threads(
    match: Match, draw_seekers: Drawn, draw_postings: Drawn, monkeypatch: pytest.MonkeyPatch, batch: int, threads: int
) -> None:
    seekers, postings = draw_seekers(600, 8), draw_postings(1000, 8)
    expected = match(seekers, postings)
    monkeypatch.setattr(jobs, "PART_ROWS", 128)
    assert match(seekers, postings, batch=batch, threads=threads) == expected


def test_market_and_space_are_read_from_files_for_the_engine(
    learn_space: Learn, tmp_path: Path, match: Match, draw_seekers: Drawn, draw_postings: Drawn
) -> None:
    seekers, postings = draw_seekers(50, 9), draw_postings(200, 9)
    learn_space(postings).save(tmp_path / "space")
    pq.write_table(postings, tmp_path / "postings.parquet")
    with pa.OSFile(str(tmp_path / "postings.arrow"), "wb") as file, pa.ipc.new_file(file, postings.schema) as writer:
        writer.write_table(postings)
    for name in ("postings.parquet", "postings.arrow"):
        batches = iter(seekers.to_batches())
        answers = jobs.match_from_file(
            batches, tmp_path / name, AS_OF, space_folder=tmp_path / "space", model_version="test-1"
        )
        assert pa.Table.from_batches(list(answers)).to_pylist() == match(seekers, postings)
    load_market.cache_clear()
    load_job_space.cache_clear()


def test_a_missing_column_is_named(match: Match, make_seekers: Make, make_postings: Make) -> None:
    seekers = make_seekers([{}]).drop_columns(["career_months"])
    with pytest.raises(MatchingInputError, match=r"features__seekers: columns \['career_months'\] not found"):
        match(seekers, make_postings([{}]))


def test_no_seekers_give_no_rows(learn_space: Learn, make_postings: Make) -> None:
    market = PostingMarket.from_arrow(make_postings([{}]), AS_OF, learn_space(make_postings([{}])))
    assert list(jobs.match_batches(iter([]), market, model_version="test-1")) == []
