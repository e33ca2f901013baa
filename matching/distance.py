"""Distance between regions: great circles between the provinces' offices, and what counts as near without a wish.

Do not put here: what a distance is worth (rank.py) or who may take a posting (eligibility.py). Makes no table.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from lake.reference import read_regions
from matching.blocks import Doubles

EARTH_RADIUS_KM = 6371.0088
NEAR_KM = 45.0
"""A region whose office lies within this of the home region's is in daily reach: Seoul and Incheon are 27 km apart,
Seoul and Suwon 33, Sejong and Cheongju 25, Daegu and Andong 79 (by the coordinates of lake/reference)."""


def distances_km(from_codes: Sequence[str], to_codes: Sequence[str]) -> Doubles:
    """Kilometres (n, m) between regions; the same code is 0, a code that the reference does not know is NaN."""
    return np.array([[_distance_km(one, other) for other in to_codes] for one in from_codes]).reshape(
        len(from_codes), len(to_codes)
    )


@functools.cache
def _distance_km(one: str, other: str) -> float:
    if one == other:
        return 0.0
    places = {region.code: (region.latitude, region.longitude) for region in read_regions()}
    if one not in places or other not in places:
        return float("nan")
    (south, west), (north, east) = np.radians(places[one]), np.radians(places[other])
    half = np.sin((north - south) / 2) ** 2 + np.cos(south) * np.cos(north) * np.sin((east - west) / 2) ** 2
    return float(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half)))
