"""What the job space is learned from: a bounded sample of postings, who applied to them, and who those people are.

Drawn by hash of ids, so it is the same in every run and order; read in batches, so memory holds the sample alone.
Do not put here: what is learned from it (job_space_model.py). Makes no table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads

from matching.blocks import require_columns
from matching.hashed import draw_shares
from matching.vectors import POSTING_OCCUPATIONS, POSTING_TEXTS, SEEKER_OCCUPATIONS, SEEKER_TEXTS

MOST_POSTINGS, MOST_APPLICATIONS = 200_000, 300_000  # about: by hash of the posting, and of the person
POSTING_INPUTS = ("posting_id", *POSTING_OCCUPATIONS, *POSTING_TEXTS, "skill_codes_text")
SEEKER_INPUTS = ("seeker_key", "is_opted_out", *SEEKER_OCCUPATIONS, *SEEKER_TEXTS, "skill_codes_text")
APPLICATION_INPUTS = ("seeker_key", "posting_id", "result_code")


@dataclass(frozen=True)
class JobSample:
    """Postings, applications to them and the people who applied, each sorted by key."""

    postings: pa.Table
    applications: pa.Table
    seekers: pa.Table


def draw_sample(postings: pads.Dataset, applications: pads.Dataset, seekers: pads.Dataset) -> JobSample:
    """The sample of silver__job_postings, silver__applications and features__seekers.

    Applications are thinned by person, because what one person applied to together says most. Who opted out of
    automated evaluation teaches nothing either.
    """
    posting_share = _share(postings.count_rows(), MOST_POSTINGS)
    chosen = _keep(postings, POSTING_INPUTS, None, ("posting_id",), posting_share)
    share = _share(int(applications.count_rows() * posting_share), MOST_APPLICATIONS)
    is_known = pc.field("posting_id").isin(chosen["posting_id"].combine_chunks())
    applied = _keep(applications, APPLICATION_INPUTS, is_known, ("seeker_key", "posting_id"), share)
    is_applicant = pc.field("seeker_key").isin(pc.unique(applied["seeker_key"].combine_chunks()))
    may_teach = is_applicant & (pc.field("is_opted_out").is_null() | ~pc.field("is_opted_out"))
    people = _keep(seekers, SEEKER_INPUTS, may_teach, ("seeker_key",), 1.0)
    is_there = pc.is_in(applied["seeker_key"], value_set=people["seeker_key"].combine_chunks())
    return JobSample(chosen, applied.filter(is_there), people)


def _share(rows: int, most: int) -> float:
    return min(1.0, most / rows) if rows else 1.0


def _keep(
    source: pads.Dataset, columns: Sequence[str], condition: pc.Expression | None, key: Sequence[str], share: float
) -> pa.Table:
    """The rows that meet the condition and whose first key's hash lies below `share`, sorted by key."""
    require_columns(source.schema.names, columns, "the job space's source")
    schema = pa.schema([source.schema.field(name) for name in columns])
    kept = []
    for batch in source.to_batches(columns=list(columns), filter=condition):
        kept.append(batch if share >= 1 else batch.filter(pa.array(draw_shares(batch[key[0]]) < share)))
    rows = pa.Table.from_batches(kept, schema=schema) if kept else schema.empty_table()
    return rows.sort_by([(name, "ascending") for name in key]).combine_chunks()
