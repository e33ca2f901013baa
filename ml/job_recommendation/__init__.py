"""Postings recommended to people from past applications and from what both sides say, handed in as files.

Must not hold: the nightly matching of seekers and postings (matching/); knowledge of the lake. A person's list says
where people like them apply, not where they would be taken.
"""

from ml.job_recommendation.answers import describe_recommendation, write_lists
from ml.job_recommendation.read import Market, read_market
from ml.job_recommendation.recommend import Recommendation, recommend_jobs

__all__ = [
    "Market",
    "Recommendation",
    "describe_recommendation",
    "read_market",
    "recommend_jobs",
    "write_lists",
]
