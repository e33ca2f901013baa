"""Real résumés and applications (Scout): the held-out application among five postings, by the command's path.

Skipped where the data is absent (tests/real/README.md).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ml import job_recommendation
from ml.job_recommendation import Market, Recommendation
from tests.real import prepare

FOLDER = prepare.data_folder() / "scout"
K = 5
LEAST_RECALL = 0.113
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not (FOLDER / "apply_public.csv").is_file(),
        reason="real data is not here (scout/apply_public.csv); tests/real/README.md says where",
    ),
]


@pytest.fixture(scope="module")
def market() -> Market:
    """Everything of the folder."""
    return job_recommendation.read_market(FOLDER)


@pytest.fixture(scope="module")
def made(market: Market) -> Recommendation:
    """Everybody's list and the measures."""
    made = job_recommendation.recommend_jobs(market, k=K)
    print("\n" + job_recommendation.describe_recommendation(market, made, k=K))  # noqa: T201 - benchmark page
    return made


def test_held_out_application_is_found_more_often_than_by_any_peer(made: Recommendation) -> None:
    ours, *peers = made.measures
    assert made.judged == 6_727
    assert ours.recall >= LEAST_RECALL
    assert ours.few_recall >= LEAST_RECALL - 0.005
    assert all(ours.recall > 1.1 * peer.recall and ours.ndcg > 1.1 * peer.ndcg for peer in peers)
    assert all(ours.few_recall > 1.1 * peer.few_recall for peer in peers)


def test_every_resume_has_five_postings_it_has_not_applied_to(market: Market, made: Recommendation) -> None:
    assert made.lists.num_rows == 8_482 * K
    person = np.repeat(np.arange(8_482), K)
    place = {name: number for number, name in enumerate(market.postings)}
    posting = np.array([place[name] for name in made.lists.column("recruitment_seq").to_pylist()])
    assert not np.asarray(market.applied[person, posting]).any()
    assert len(np.unique(person * len(place) + posting)) == len(person)


def test_lists_do_not_depend_on_the_order_of_rows(tmp_path: Path, made: Recommendation) -> None:
    for path in sorted(FOLDER.glob("*.csv")):
        head, *rows = path.read_text(encoding="utf-8-sig").splitlines()
        (tmp_path / path.name).write_text("\n".join([head, *reversed(rows)]) + "\n", encoding="utf-8")
    again = job_recommendation.recommend_jobs(job_recommendation.read_market(tmp_path), k=K)
    assert again.lists.equals(made.lists)
