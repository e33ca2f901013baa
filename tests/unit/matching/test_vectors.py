"""Vectors: what raises the fit, what a newcomer gets, and that products of them are exact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from lake.reference import read_occupations
from matching.job_sample import JobSample
from matching.job_space import JobSpace
from matching.job_space_model import learn_job_space
from matching.vectors import DIMENSIONS, OCCUPATION_DIMENSIONS, STEPS, embed_postings, embed_seekers

Make = Callable[[list[dict[str, Any]]], pa.Table]
Drawn = Callable[[int, int], pa.Table]
Learn = Callable[..., JobSpace]
NOTHING = {"occupation_code": None, "wanted_occupation_code_1": None}
APPLIED = [(person, posting) for person in range(12) for posting in range(3)]


@pytest.fixture(scope="module")
def keco() -> JobSpace:
    """The space of a lake without any posting, application or person: KECO alone."""
    empty = pa.table({name: pa.array([], pa.string()) for name in SAMPLE_COLUMNS})
    return learn_job_space(JobSample(empty, empty, empty), tuple(read_occupations()))


SAMPLE_COLUMNS = (
    *("posting_id", "seeker_key", "result_code", "occupation_code", "title", "keywords_text", "skill_codes_text"),
    *("wanted_occupation_code_1", "wanted_occupation_code_2", "wanted_occupation_code_3"),
    *("career_occupation_code", "last_occupation_code"),
)


@pytest.fixture
def measure(make_seekers: Make, make_postings: Make) -> Callable[..., list[float]]:
    """The fit of one seeker with each posting."""

    def fits(space: JobSpace, seeker: dict[str, Any], postings: list[dict[str, Any]]) -> list[float]:
        asked = embed_seekers(make_seekers([seeker]), space)[0]
        return [float(fit) for fit in embed_postings(make_postings(postings), space) @ asked]

    return fits


def test_same_unit_group_is_nearer_than_minor_group_and_that_nearer_than_another(
    keco: JobSpace, measure: Callable[..., list[float]]
) -> None:
    postings = [{"occupation_code": code} for code in ("0131", "0132", "0211", "8111")]
    same, minor, other, far = measure(keco, {"wanted_occupation_code_1": "0131"}, postings)
    assert same > minor > max(other, far)
    assert same == pytest.approx(1.0, abs=0.004)


def test_every_unit_group_is_nearer_to_its_minor_group_than_to_another_one_digit_group(keco: JobSpace) -> None:
    codes = [code for code in keco.codes if len(code) == 4]
    rows = keco.occupations[[keco.codes.index(code) for code in codes]]
    fits = rows @ rows.T
    minor, major = (np.array([code[:length] for code in codes]) for length in (3, 1))
    is_mate = (minor[:, None] == minor) & ~np.eye(len(codes), dtype=bool)
    farthest_mate = np.where(is_mate, fits, 9).min(axis=1)
    nearest_stranger = np.where(major[:, None] != major, fits, -9).max(axis=1)
    assert (farthest_mate > nearest_stranger).all()


def test_an_occupation_never_seen_stands_where_its_group_does(
    keco: JobSpace, measure: Callable[..., list[float]]
) -> None:
    postings = [{"occupation_code": "0139"}, {"occupation_code": "8111"}, {"occupation_code": "X"}]
    near, far, unknown = measure(keco, {"wanted_occupation_code_1": "0131"}, postings)
    assert near > 0.5 > far
    assert unknown == 0


@pytest.mark.parametrize("column", ["title", "keywords_text"])
def test_a_word_in_common_raises_the_fit(
    learn_space: Learn, make_postings: Make, measure: Callable[..., list[float]], column: str
) -> None:
    postings = [{column: "용접 기능사"}, {column: "회계 담당자"}, {}]
    space = learn_space(make_postings(postings))
    common, other, none = measure(space, {"keywords_text": "용접"}, postings)
    assert common > max(other, none)


def test_a_skill_in_common_raises_the_fit(
    learn_space: Learn, make_postings: Make, measure: Callable[..., list[float]]
) -> None:
    postings = [{"skill_codes_text": "02020302"}, {"skill_codes_text": "15010101"}]
    space = learn_space(make_postings(postings))
    common, other = measure(space, {"skill_codes_text": "02020302;20010101"}, postings)
    assert common > other


@pytest.fixture
def taught(learn_space: Learn, make_postings: Make, make_seekers: Make) -> JobSpace:
    """People who know 번역 apply to 관광 postings, people who know 용접 to 배관 postings; all say 0131."""
    postings = make_postings([{"keywords_text": word} for word in ("관광", "배관") for _ in range(3)])
    seekers = make_seekers([{"keywords_text": word} for word in ("번역", "용접") for _ in range(12)])
    applied = [
        {"seeker_key": f"{person + 12 * side:032x}", "posting_id": f"K{posting + 3 * side:04d}"}
        for side in (0, 1)
        for person, posting in APPLIED
    ]
    return learn_space(postings, applied, seekers)


def test_newcomers_meet_by_who_applied_to_what_before_them(
    taught: JobSpace, measure: Callable[..., list[float]]
) -> None:
    postings = [{"posting_id": "NEW1", "keywords_text": "관광"}, {"posting_id": "NEW2", "keywords_text": "배관"}]
    tourism, plumbing = measure(taught, {"seeker_key": "f" * 32, "keywords_text": "번역"}, postings)
    assert tourism > plumbing + 0.1


def test_what_a_person_applied_to_draws_alike_postings(taught: JobSpace, measure: Callable[..., list[float]]) -> None:
    postings = [{"posting_id": "K0001", "keywords_text": "관광"}, {"posting_id": "K0004", "keywords_text": "배관"}]
    tourism, plumbing = measure(taught, {"applied_posting_ids_text": "K0000"}, postings)
    assert tourism > plumbing + 0.3


def test_who_shows_nothing_has_the_vector_of_zeros(taught: JobSpace, make_seekers: Make, make_postings: Make) -> None:
    assert not embed_seekers(make_seekers([NOTHING]), taught).any()
    assert not embed_postings(make_postings([NOTHING | {"posting_id": "NEW"}]), taught).any()


def test_occupation_numbers_of_a_posting_depend_on_its_code_alone(taught: JobSpace, make_postings: Make) -> None:
    rows = [{"posting_id": "NEW"}, {"posting_id": "K0001"}, {"keywords_text": "관광"}, {"title": "배관 용접"}]
    vectors = embed_postings(make_postings(rows), taught)[:, :OCCUPATION_DIMENSIONS]
    assert (vectors == vectors[0]).all()
    assert vectors[0].any()
    assert not embed_postings(make_postings([NOTHING | {"title": "배관"}]), taught)[:, :OCCUPATION_DIMENSIONS].any()


def test_vectors_lie_on_the_grid_and_are_no_longer_than_one(
    learn_space: Learn, draw_seekers: Drawn, draw_postings: Drawn
) -> None:
    space = learn_space(draw_postings(500, 4))
    for vectors in (embed_seekers(draw_seekers(500, 4), space), embed_postings(draw_postings(500, 4), space)):
        assert vectors.shape == (500, DIMENSIONS)
        assert vectors.dtype == np.float32
        steps = vectors.astype(np.float64) * STEPS
        np.testing.assert_array_equal(steps, np.round(steps))
        assert (steps * steps).sum(axis=1).max() <= STEPS * STEPS


def test_a_person_has_the_same_vector_alone_and_among_others(
    learn_space: Learn, draw_seekers: Drawn, draw_postings: Drawn
) -> None:
    space, seekers = learn_space(draw_postings(300, 4)), draw_seekers(100, 4)
    alone = [embed_seekers(seekers.slice(row, 1), space) for row in range(100)]
    np.testing.assert_array_equal(np.vstack(alone), embed_seekers(seekers, space))
