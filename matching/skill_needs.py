"""What occupations need, as numbers: competences (NCS) or certificates of each, the most important first.

Built from gold__occupation_skills; skill gaps, courses and certificates read it. At most 64 needs of an occupation are
kept, so that what somebody holds of them is the bits of one number. Do not put here: people. Makes no table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from matching.blocks import NONE, Doubles, Ints, Longs, encode_in, read_numbers, require_columns
from matching.market import find_distinct

Places = npt.NDArray[np.int8]

NEED_COLUMNS = ("occupation_code", "skill_code", "skill_level", "importance_0_1", "openings_share_0_1")
CERTIFICATE_PREFIX = "CERT:"
MOST_NEEDS = 64
UNKNOWN_LEVEL = 0
NEUTRAL_IMPORTANCE = 0.5  # of a need whose importance nobody stated
NEUTRAL_OPENINGS_SHARE = 0.5  # of an occupation without open postings


class Needs(NamedTuple):
    """Of each need (r,), by occupation, most important first; `offsets` (o + 1,) say where each occupation's lie.

    `skill` is a place in the skill codes, `level` 1 to 8 or UNKNOWN_LEVEL, `openings_share_0_1` NaN where unknown.
    `place` (o, k) says where a skill stands among the needs of an occupation, NONE where it is none of them.
    """

    offsets: Longs
    skill: Ints
    level: Ints
    importance_0_1: Doubles
    openings_share_0_1: Doubles
    place: Places

    @property
    def demand_0_1(self) -> Doubles:
        """Half for being needed at all, half by the share of openings that ask for it; an unknown share counts half.

        Source: a judgement. A need that no posting names still counts half, since postings name few of theirs.
        """
        share = np.where(np.isnan(self.openings_share_0_1), NEUTRAL_OPENINGS_SHARE, self.openings_share_0_1)
        return 0.5 + 0.5 * share


@dataclass(frozen=True)
class SkillNeeds:
    """The needs of one kind, with the codes that their numbers stand for; both lists are sorted."""

    needs: Needs
    occupation_codes: pa.Array
    skill_codes: pa.Array

    @classmethod
    def from_arrow(cls, occupation_skills: pa.Table, *, is_certificate: bool = False) -> SkillNeeds:
        """The competences (or the certificates) among gold__occupation_skills rows."""
        require_columns(occupation_skills.schema.names, NEED_COLUMNS, "gold__occupation_skills")
        rows = occupation_skills.select(list(NEED_COLUMNS)).combine_chunks()
        is_named = pc.and_(pc.is_valid(rows["occupation_code"]), pc.is_valid(rows["skill_code"]))
        has_prefix = pc.starts_with(rows["skill_code"], CERTIFICATE_PREFIX)
        rows = rows.filter(pc.and_(is_named, has_prefix if is_certificate else pc.invert(has_prefix)))
        occupations, skills = find_distinct(rows["occupation_code"]), find_distinct(rows["skill_code"])
        return cls(_read_needs(rows, occupations, skills), occupations, skills)

    def count_needs(self, occupation: Ints) -> Longs:
        """How many needs each occupation (n,) has; an unknown one (NONE) has none."""
        return np.append(np.diff(self.needs.offsets), 0)[occupation]


def list_offsets(places: Ints, groups: int) -> Longs:
    """Where each group (g + 1,) of the sorted `places` begins."""
    return np.searchsorted(places, np.arange(groups + 1)).astype(np.int64)


def _read_needs(rows: pa.Table, occupations: pa.Array, skills: pa.Array) -> Needs:
    occupation, skill = encode_in(rows["occupation_code"], occupations), encode_in(rows["skill_code"], skills)
    importance = read_numbers(rows["importance_0_1"], NEUTRAL_IMPORTANCE)
    order = np.lexsort((skill, -importance, occupation))
    standing = np.arange(len(order)) - list_offsets(occupation[order], len(occupations))[occupation[order]]
    order, standing = order[standing < MOST_NEEDS], standing[standing < MOST_NEEDS]
    place = np.full((len(occupations), len(skills)), NONE, np.int8)
    place[occupation[order], skill[order]] = standing
    return Needs(
        offsets=list_offsets(occupation[order], len(occupations)),
        skill=skill[order],
        level=read_numbers(rows["skill_level"], UNKNOWN_LEVEL)[order].astype(np.int32),
        importance_0_1=importance[order],
        openings_share_0_1=read_numbers(rows["openings_share_0_1"], np.nan)[order],
        place=place,
    )
