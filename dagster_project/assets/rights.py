"""What people asked for by right, in force tonight: read before anything is made about a person."""

from __future__ import annotations

from dagster_project.assets.declare import table_asset
from dagster_project.night import Night, Result
from lake.contracts.rights import HUMAN_REVIEWS, SEEKER_RIGHTS
from transforms.gold.human_reviews import human_reviews
from transforms.gold.seeker_rights import seeker_rights


@table_asset(SEEKER_RIGHTS.id, ["silver__rights_requests", "silver__seekers"])
def gold_seeker_rights(night: Night) -> Result:
    """Who refused automated evaluation, had processing stopped, or waits for a review."""
    requests, seekers = night.read("silver__rights_requests"), night.read("silver__seekers")
    return night.write(SEEKER_RIGHTS.id, seeker_rights(requests, seekers, as_of=night.as_of))


@table_asset(HUMAN_REVIEWS.id, ["silver__rights_requests"])
def ops_human_reviews(night: Night) -> Result:
    """Every review and explanation that somebody has to answer, and by when."""
    return night.write(HUMAN_REVIEWS.id, human_reviews(night.read("silver__rights_requests"), as_of=night.as_of))


ASSETS = [gold_seeker_rights, ops_human_reviews]
