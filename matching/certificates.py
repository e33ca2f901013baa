"""Certificates: up to five that the wanted occupation asks for and the person lacks, one of a family.

Makes matches__seeker_certificates from features__seekers batches and the night's CertificateMarket. Held is what the
person has or has a higher grade of (certificate_grades.py). score = .7 job fit + .3 level fit (a judgement: a
certificate is worth what it opens; the level only says how far the way is). Job fit: share of the missing importance ×
demand; level fit: 1 up to two levels above the general level by education, as for courses (course_fit.py).
Do not put here: who may sit for an examination (no source says it).
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lake.contracts.answers import PLACES, SEEKER_CERTIFICATES
from matching.answer_rows import AnswerKind, Columns, answer_batches
from matching.blocks import NONE, Doubles, Ints, Longs, encode_in, split_tokens, take_or_null
from matching.certificate_grades import read_grade
from matching.compiled import compiled
from matching.course_fit import SCORE_STEPS, aim_level, count_steps, fit_job, fit_level
from matching.learners import read_general_level
from matching.market import find_distinct, read_arrow_file
from matching.shown_skills import HELD, States, group_rows, list_words, state_width
from matching.skill_needs import CERTIFICATE_PREFIX, MOST_NEEDS, Needs, SkillNeeds
from matching.wished import OCCUPATION_COLUMNS, answer_or, choose_occupation, find_basis

CERTIFICATE_INPUT_COLUMNS = (
    *("seeker_key", "is_opted_out", *OCCUPATION_COLUMNS),
    *("education_code", "certificate_names_text"),
)
MODEL_VERSION = "certificates-2"
"""Raised by hand when the rules or weights of this module change."""
KIND = AnswerKind(SEEKER_CERTIFICATES, CERTIFICATE_INPUT_COLUMNS, MODEL_VERSION)
JOB_WEIGHT, LEVEL_WEIGHT = 0.7, 0.3
PARTS = ("score_0_1", "job_fit_0_1", "level_fit_0_1", "openings_share_0_1")


class Grades(NamedTuple):
    """Of each certificate (k,): its family, its rank in it, and the number of its grade word in the family."""

    family: Ints
    rank: Ints
    word: Ints


class _Cases(NamedTuple):
    """Distinct cases (u,): occupation among those with certificates (NONE), general level, states of its needs."""

    occupation: Ints
    general_level: Ints
    states: States


@dataclass(frozen=True)
class CertificateMarket:
    """The certificates that occupations ask for, and all occupations of which any need is known."""

    as_of: datetime.date
    needs: SkillNeeds
    grades: Grades
    families: pa.Array
    skilled_occupation_codes: pa.Array
    occupation_codes: pa.Array

    @classmethod
    def from_arrow(cls, occupation_skills: pa.Table, as_of: datetime.date) -> CertificateMarket:
        """The market of gold__occupation_skills rows."""
        needs = SkillNeeds.from_arrow(occupation_skills, is_certificate=True)
        skilled = SkillNeeds.from_arrow(occupation_skills).occupation_codes
        names = pc.utf8_slice_codeunits(needs.skill_codes, len(CERTIFICATE_PREFIX))
        families = find_distinct(pa.array([read_grade(name).family for name in names.to_pylist()], pa.string()))
        everything = find_distinct(pa.concat_arrays([skilled, needs.occupation_codes]))
        return cls(as_of, needs, read_grades(names, families), families, skilled, everything)


@functools.lru_cache(maxsize=2)
def load_certificate_market(occupation_skills: Path, as_of: datetime.date) -> CertificateMarket:
    """The market of a Parquet or Arrow IPC file, built once a process. A file must not change under its name."""
    return CertificateMarket.from_arrow(read_arrow_file(occupation_skills), as_of)


def read_grades(names: pa.Array, families: pa.Array) -> Grades:
    """The grades of names (k,); the family is a place in `families`, NONE where it is none of them."""
    grades = [read_grade(name) for name in names.to_pylist()]
    return Grades(
        family=encode_in(pa.array([grade.family for grade in grades], pa.string()), families),
        rank=np.array([grade.rank for grade in grades], np.int32),
        word=np.array([grade.word for grade in grades], np.int32),
    )


def match_batches(batches: Iterator[pa.RecordBatch], market: CertificateMarket) -> Iterator[pa.RecordBatch]:
    """matches__seeker_certificates rows of the seekers in `batches` (CERTIFICATE_INPUT_COLUMNS), in their order."""
    return answer_batches(batches, KIND, answer_block=partial(match_block, market=market), as_of=market.as_of)


def match_from_file(batches: Iterator[pa.RecordBatch], path: Path, as_of: datetime.date) -> Iterator[pa.RecordBatch]:
    """`match_batches` for a function sent to the engine: it carries the path of the occupation skills."""
    yield from match_batches(batches, load_certificate_market(path, as_of))


def match_block(block: pa.Table, market: CertificateMarket) -> Columns:
    """The answer columns of one block. People with the same occupation, certificates and education are one case."""
    wanted = choose_occupation(block, market.skilled_occupation_codes)
    cases, case = _read_cases(block, wanted, market)
    needs = market.needs.needs
    picked, parts = pick_certificates(cases, needs, needs.demand_0_1, market.grades)
    has_data = encode_in(wanted, market.occupation_codes) != NONE
    answers = np.select(
        [~has_data, (cases.occupation == NONE)[case], picked[case, 0] == NONE],
        ["NO_SKILL_DATA", "NO_CERTIFICATE_ASKED", "NO_CERTIFICATE_CLOSES_GAP"],
        default="OK",
    )
    columns = {
        "answer_code": answer_or(answers, wanted),
        "basis_code": find_basis(block, wanted),
        "gap_occupation_code": wanted,
    }
    return columns | _list_places(picked[case], parts[case], market)


def _read_cases(block: pa.Table, wanted: pa.Array, market: CertificateMarket) -> tuple[_Cases, Longs]:
    """The distinct cases of a block and the case (n,) of each person."""
    needs = market.needs.needs
    occupation, level = encode_in(wanted, market.needs.occupation_codes), read_general_level(block)
    tokens = split_tokens(block["certificate_names_text"])
    own = read_grades(tokens.vocabulary, market.families)
    tokens = tokens.keep(own.family[tokens.codes] != NONE)
    held = (tokens.offsets, Grades(own.family[tokens.codes], own.rank[tokens.codes], own.word[tokens.codes]))
    states = mark_held(occupation, held, market.grades, needs, state_width(needs))
    first, case = group_rows([occupation, level, *list_words(states)])
    return _Cases(occupation[first], level[first], states[first]), case


@compiled
def mark_held(occupation: Ints, held: tuple[Longs, Grades], grades: Grades, needs: Needs, width: int) -> States:
    """HELD (n, width) where a person has the certificate needed, or a higher grade of its family."""
    offsets, own = held
    states = np.zeros((len(occupation), width), np.uint8)
    for person in range(len(occupation)):
        if occupation[person] == NONE:
            continue
        first, last = needs.offsets[occupation[person]], needs.offsets[occupation[person] + 1]
        for need in range(first, last):
            skill = needs.skill[need]
            for place in range(offsets[person], offsets[person + 1]):
                is_enough = own.rank[place] > grades.rank[skill] or own.word[place] == grades.word[skill]
                if own.family[place] == grades.family[skill] and is_enough:
                    states[person, need - first] = HELD
    return states


@compiled
def pick_certificates(cases: _Cases, needs: Needs, demand_0_1: Doubles, grades: Grades) -> tuple[Ints, Doubles]:
    """Of each case, best first: certificates (u, 5), NONE where no more, and score, fits and openings (u, 5, 4)."""
    picked = np.full((len(cases.occupation), PLACES), NONE, np.int32)
    parts = np.full((len(cases.occupation), PLACES, 4), np.nan)
    keys, fits = np.empty(MOST_NEEDS, np.int64), np.empty((MOST_NEEDS, 4))
    for case in range(len(cases.occupation)):
        if cases.occupation[case] == NONE:
            continue
        first, last = needs.offsets[cases.occupation[case]], needs.offsets[cases.occupation[case] + 1]
        missing = 0.0
        for need in range(first, last):
            missing += needs.importance_0_1[need] if cases.states[case, need - first] != HELD else 0.0
        for need in range(first, last):
            fit = fits[need - first]
            fit[1] = fit_job(needs.importance_0_1[need], missing, demand_0_1[need])
            fit[2] = fit_level(needs.level[need], aim_level(needs.level[need], cases.general_level[case]))
            fit[3] = needs.openings_share_0_1[need]
            steps = count_steps(JOB_WEIGHT * fit[1] + LEVEL_WEIGHT * fit[2])
            fit[0] = steps / SCORE_STEPS
            keys[need - first] = (steps << 32) - needs.skill[need]
        _choose(keys, cases.states[case], needs.skill[first:last], grades.family, picked[case])
        for place in range(PLACES):
            for need in range(first, last):
                if picked[case, place] == needs.skill[need]:
                    parts[case, place] = fits[need - first]
    return picked, parts


@compiled
def _choose(keys: Longs, states: States, skills: Ints, family: Ints, picked: Ints) -> None:
    """The missing certificates with the largest keys, place by place (5,), no two of one family."""
    for place in range(PLACES):
        best = NONE
        for other in range(len(skills)):
            is_free = states[other] != HELD and (best == NONE or keys[other] > keys[best])
            for earlier in picked[:place]:
                is_free &= family[skills[other]] != family[earlier]
            if is_free:
                best = other
        if best == NONE:
            return
        picked[place] = skills[best]


def _list_places(picked: Ints, parts: Doubles, market: CertificateMarket) -> Columns:
    """The flat columns name_1 … name_5."""
    columns: Columns = {}
    names = pc.utf8_slice_codeunits(market.needs.skill_codes, len(CERTIFICATE_PREFIX))
    for place in range(PLACES):
        columns[f"certificate_name_{place + 1}"] = take_or_null(names, picked[:, place])
        for number, name in enumerate(PARTS):
            values = np.round(parts[:, place, number], 6)
            columns[f"{name}_{place + 1}"] = pa.array(values, mask=np.isnan(values))
    return columns
