"""The job space on real applications: one in five left out, is the posting applied to among the best 50?

Runs in `make real` (mark `real`); skipped where no real night is published. Prints what stands in
infra/benchmarks/job_space.md; the applications carry no dates, so they are left out by hash.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads
import pytest

from lake import publication, tables
from lake.reference import read_occupations
from matching.blocks import find_places, flat, join_tokens
from matching.hashed import draw_shares
from matching.job_sample import draw_sample
from matching.job_space import JobSpace
from matching.job_space_model import learn_job_space
from matching.vectors import embed_postings, embed_seekers
from tests.real import night, prepare

pytestmark = pytest.mark.real
LEFT_OUT, ASKED, BEST = 0.2, 3_000, 50
Pairs = npt.NDArray[np.int64]


class Scout:
    """Postings and people by row, and pairs (person, posting): those to learn from, and those to find again."""

    def __init__(self) -> None:
        names = ("silver__job_postings", "silver__applications", "features__seekers")
        self.postings, applied, self.seekers = (
            tables.dataset(night.settings(), name, prepare.NIGHT).to_table() for name in names
        )
        keys = pc.binary_join_element_wise(flat(applied["seeker_key"]), flat(applied["posting_id"]), "|")
        drawn = draw_shares(keys)
        self.taught = applied.filter(pa.array(drawn >= LEFT_OUT))
        self.learned_from = self.find_pairs(self.taught)
        left_out = applied.filter(pa.array(drawn < LEFT_OUT)).take(pa.array(np.argsort(drawn[drawn < LEFT_OUT])))
        self.asked = self.find_pairs(left_out)[:ASKED]

    def find_pairs(self, applied: pa.Table) -> Pairs:
        people = find_places(flat(applied["seeker_key"]), flat(self.seekers["seeker_key"]))
        return np.stack([people, find_places(flat(applied["posting_id"]), flat(self.postings["posting_id"]))], axis=1)

    def recall(self, space: JobSpace, *, with_history: bool) -> float:
        """Share of the asked pairs whose posting is among the person's best, without those learned from."""
        pairs = self.learned_from[np.argsort(self.learned_from[:, 0], kind="stable")]
        if not with_history:
            pairs = pairs[:0]
        offsets = np.searchsorted(pairs[:, 0], np.arange(self.seekers.num_rows + 1)).astype(np.int64)
        history = join_tokens(offsets, pairs[:, 1].astype(np.int32), flat(self.postings["posting_id"]), ";")
        place = self.seekers.schema.get_field_index("applied_posting_ids_text")
        asks = embed_seekers(self.seekers.set_column(place, "applied_posting_ids_text", history), space)
        fits = asks @ embed_postings(self.postings, space).T
        fits[self.learned_from[:, 0], self.learned_from[:, 1]] = -2
        own = fits[self.asked[:, 0], self.asked[:, 1]][:, None]
        of_asked = fits[self.asked[:, 0]]
        ranks = 1 + (of_asked > own).sum(axis=1) + ((of_asked == own).sum(axis=1) - 1) / 2
        return float((ranks <= BEST).mean())


@pytest.fixture(scope="module")
def scout() -> Scout:
    """The published real night's people, postings and applications."""
    try:
        publication.current(night.settings())
    except publication.NothingPublished:
        pytest.skip("no real night is published; `make real` runs one first")
    return Scout()


def test_applications_find_more_than_texts_alone_and_newcomers_gain_too(scout: Scout) -> None:
    sample = draw_sample(*(pads.dataset(table) for table in (scout.postings, scout.taught, scout.seekers)))
    learned = learn_job_space(sample, tuple(read_occupations()))
    nothing = pads.dataset(scout.taught.slice(0, 0))
    texts = learn_job_space(
        draw_sample(pads.dataset(scout.postings), nothing, pads.dataset(scout.seekers)), tuple(read_occupations())
    )
    with_history, without = (scout.recall(learned, with_history=flag) for flag in (True, False))
    from_texts = scout.recall(texts, with_history=False)
    print(f"recall@{BEST}: learned {with_history:.3f}, newcomers {without:.3f}, no applications {from_texts:.3f}")  # noqa: T201
    assert with_history > 0.15
    assert without > from_texts
