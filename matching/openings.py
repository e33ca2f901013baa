"""The openings of each occupation by the needed skills that their postings ask for.

Built from features__job_postings: asked skills are those coded and those that a keyword stands for
(gold__skill_phrases). Asked skills that the occupation does not need by gold__occupation_skills (too rare to be a need)
are passed over; a posting that asks for none is open to all. Do not put here: people. Makes no table.
"""

from __future__ import annotations

import datetime
import functools
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from matching.blocks import (
    NONE,
    Ints,
    Longs,
    TokenLists,
    encode_in,
    find_places,
    read_integers,
    require_columns,
    split_tokens,
    trim,
)
from matching.compiled import compiled
from matching.market import read_arrow_file
from matching.shown_skills import group_rows
from matching.skill_needs import Needs, SkillNeeds, list_offsets

POSTING_COLUMNS = ("occupation_code", "headcount", "skill_codes_text", "keywords_text")
PHRASE_COLUMNS = ("phrase", "skill_code")


class Openings(NamedTuple):
    """Of each set of asked skills (m,), by occupation: the asked needs as bits, the headcount that asks for them.

    `offsets` (o + 1,) say where each occupation's lie, `whole` (o,) is its whole headcount.
    """

    offsets: Longs
    asked: Longs
    headcount: Longs
    whole: Longs


@dataclass(frozen=True)
class GapMarket:
    """What occupations need and what their open postings ask for."""

    as_of: datetime.date
    needs: SkillNeeds
    openings: Openings

    @classmethod
    def from_arrow(
        cls, occupation_skills: pa.Table, postings: pa.Table, phrases: pa.Table, as_of: datetime.date
    ) -> GapMarket:
        """The market of gold__occupation_skills, features__job_postings and gold__skill_phrases rows."""
        needs = SkillNeeds.from_arrow(occupation_skills)
        return cls(as_of, needs, read_openings(postings, phrases, needs))


@functools.lru_cache(maxsize=2)
def load_gap_market(occupation_skills: Path, postings: Path, phrases: Path, as_of: datetime.date) -> GapMarket:
    """The market of three Parquet or Arrow IPC files, built once a process. A file must not change under its name."""
    files = read_arrow_file(occupation_skills), read_arrow_file(postings), read_arrow_file(phrases)
    return GapMarket.from_arrow(*files, as_of)


def read_openings(postings: pa.Table, phrases: pa.Table, needs: SkillNeeds) -> Openings:
    """Headcounts by occupation and set of asked needs; a posting without a headcount has one opening."""
    require_columns(postings.schema.names, POSTING_COLUMNS, "features__job_postings")
    require_columns(phrases.schema.names, PHRASE_COLUMNS, "gold__skill_phrases")
    occupation = encode_in(postings["occupation_code"], needs.occupation_codes)
    coded = split_tokens(postings["skill_codes_text"]).recode(needs.skill_codes)
    worded = _find_skills(split_tokens(postings["keywords_text"]), phrases, needs.skill_codes)
    asked = np.zeros(len(occupation), np.int64)
    for lists in (coded, worded):
        mark_asked(occupation, (lists.offsets, lists.codes), needs.needs, asked)
    is_known = occupation != NONE
    headcount = read_integers(postings["headcount"], 1)[is_known]
    first, group = group_rows([asked[is_known], occupation[is_known]])
    sums = np.zeros(len(first), np.int64)
    np.add.at(sums, group, headcount)
    occupations = len(needs.occupation_codes)
    whole = np.zeros(occupations, np.int64)
    np.add.at(whole, occupation[is_known], headcount)
    return Openings(list_offsets(occupation[is_known][first], occupations), asked[is_known][first], sums, whole)


def _find_skills(words: TokenLists, phrases: pa.Table, skill_codes: pa.Array) -> TokenLists:
    """The keywords of each posting as places in the skill codes; those that stand for none are left out."""
    row = find_places(words.vocabulary, trim(phrases["phrase"]))
    skill = np.append(encode_in(phrases["skill_code"], skill_codes), np.int32(NONE))[row][words.codes]
    return TokenLists(words.offsets, skill, skill_codes).keep(skill != NONE)


@compiled
def mark_asked(occupation: Ints, lists: tuple[Longs, Ints], needs: Needs, asked: Longs) -> None:
    """Set the bits of the asked needs in `asked` (m,): bit p is the need at place p of the posting's occupation."""
    offsets, skills = lists
    for posting in range(len(occupation)):
        if occupation[posting] != NONE:
            for place in range(offsets[posting], offsets[posting + 1]):
                standing = needs.place[occupation[posting], skills[place]]
                if standing != NONE:
                    asked[posting] |= np.int64(1) << np.int64(standing)
