"""Recommended postings as the answer file, and what was learned and how good the lists are as text.

Must not hold: learning or measuring.
"""

import csv
import io
from pathlib import Path

import numpy as np
import pyarrow as pa

from lake.file_sync import write_durably
from ml.job_recommendation.judge import DIGITS, FEW, Measures
from ml.job_recommendation.read import Market
from ml.job_recommendation.recommend import Recommendation


def write_lists(lists: pa.Table, path: Path) -> None:
    """Writes `resume_seq,rank,recruitment_seq,score`; a reader never sees half a file."""
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(lists.column_names)
    for *ids, score in zip(*(column.to_pylist() for column in lists.columns), strict=True):
        writer.writerow([*ids, f"{score:.{DIGITS}f}"])
    path.parent.mkdir(parents=True, exist_ok=True)
    write_durably(path, sink.getvalue().encode())


def describe_recommendation(market: Market, made: Recommendation, *, k: int) -> str:
    """What was read and answered, and the measures beside the peers where somebody could be held out."""
    alone = int((np.diff(market.applied.indptr) == 0).sum())
    lines = [
        f"read {market.applied.nnz:,} applications to {len(market.postings):,} postings",
        f"answered all {len(market.people):,} résumés of resume.csv with {k} postings each",
    ]
    if market.repeated:
        lines.append(f"{market.repeated:,} applications stand there more than once: counted once")
    if alone:
        lines.append(f"{alone:,} résumés have no application: answered by what alike résumés applied to")
    if not made.measures:
        return "\n".join([*lines, "nobody has two applications: nothing to learn weights from or to measure by"])
    lines.append(f"learned weights of {len(made.model.names)} inputs from {made.model.choices:,} choices")
    lines.append(f"measured on {made.judged:,} résumés, one application each held out; {made.few:,} have 1-{FEW} left")
    few = f"1-{FEW} left"
    heads = [f"Recall@{k}", f"NDCG@{k}", "coverage", f"Recall@{k}, {few}", f"NDCG@{k}, {few}"]
    lines.append(f"{'model':<12}" + "".join(f"{head:>{len(head) + 2}}" for head in heads))
    return "\n".join([*lines, *(_line(measures, heads) for measures in made.measures)])


def _line(made: Measures, heads: list[str]) -> str:
    """One model's measures under the heads."""
    values = (made.recall, made.ndcg, made.coverage, made.few_recall, made.few_ndcg)
    cells = (f"{value:>{len(head) + 2}.4f}" for value, head in zip(values, heads, strict=True))
    return f"{made.name:<12}" + "".join(cells)
