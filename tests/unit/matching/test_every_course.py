"""Gaps, courses and certificates of random small worlds against the rules in plain Python, in any order and block."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pytest

from matching import answer_rows, certificates, courses, skill_gaps
from matching.certificates import CertificateMarket
from matching.course_market import CourseMarket
from matching.openings import GapMarket
from tests.unit.matching.course_night import AS_OF, make_courses, make_needs, make_phrases
from tests.unit.matching.every_course import LADDERS, EveryCourse, Row, list_wishes

Make = Callable[[list[dict[str, Any]]], pa.Table]
SEEDS = range(8)
PEOPLE = 120
SKILLS = [f"1501{number:04d}" for number in range(9)]
OCCUPATIONS = ["0131", "0132", "0133", "8710"]
HOMES = ["11", "26", "28", "41", "50"]
PHRASES = {"용접 가능": SKILLS[0], "도면": SKILLS[1]}
CERTIFICATES = [name for ladder in LADDERS for name in ladder] + ["한식", "운전 (대형)"]


class World(NamedTuple):
    """The rows of every table of one small world, drawn from a seed with nulls everywhere."""

    people: list[Row]
    needs: list[Row]
    sessions: list[Row]
    postings: list[Row]


def draw_world(seed: int) -> World:
    random = np.random.default_rng(seed)

    def draw(values: list[Any], null: float = 0.15) -> Any:
        return None if random.random() < null else values[int(random.integers(len(values)))]

    def some(values: list[str], most: int, separator: str = ";") -> str | None:
        return separator.join(sorted(set(random.choice(values, int(random.integers(most + 1)))))) or None

    def person() -> Row:
        codes = some(SKILLS, 6)
        levels = "".join(str(random.integers(9)) for _ in (codes or "").split(";")) if codes else None
        row = {f"wanted_occupation_code_{place}": draw(OCCUPATIONS, 0.3) for place in (1, 2, 3)}
        row |= {f"wanted_region_code_{place}": draw(HOMES, 0.7) for place in (1, 2, 3)}
        return row | {
            "home_region_code": draw(HOMES),
            "career_occupation_code": draw(OCCUPATIONS, 0.5),
            "last_occupation_code": draw(OCCUPATIONS, 0.5),
            "education_code": draw(["00", "02", "03", "04", "05", "07"]),
            "is_employed": draw([True, False, False]),
            "skill_codes_text": codes,
            "skill_levels_text": levels if random.random() < 0.8 else None,
            "certificate_names_text": some([*CERTIFICATES, "모르는 자격"], 3),
        }

    def need(occupation: str, code: str) -> Row:
        shares = {"importance_0_1": draw([0.2, 0.5, 0.9]), "openings_share_0_1": draw([0.0, 0.25, 1.0])}
        return {"occupation_code": occupation, "skill_code": code, "skill_level": draw([2, 4, 5, 7])} | shares

    def session() -> Row:
        return {
            "course_id": f"C{random.integers(25)}",
            "skill_code": draw([*SKILLS, "99999999"]),
            "skill_level": draw([2, 3, 4, 5, 7]),
            "region_code": draw(HOMES),
            "is_online": draw([True, False, False, False]),
            "start_date": AS_OF + datetime.timedelta(days=int(random.integers(-1, 5))),
            "seats_left_count": draw([0, 3, 3, 3]),
            "training_type_code": draw(["GENERAL", "WORKER", "SEEKER", "STRATEGIC", "DIGITAL"]),
            "self_payment_krw": draw([0, 0, 100_000, 300_000]),
            "expected_rate_0_1": draw([0.3, 0.6, 0.6]),
        }

    def posting() -> Row:
        asked = {"skill_codes_text": some(SKILLS, 3), "keywords_text": some([*PHRASES, "성실"], 2)}
        return {"occupation_code": draw(OCCUPATIONS), "headcount": draw([1, 2, 5])} | asked

    pairs = [(occupation, code) for occupation in OCCUPATIONS[:3] for code in SKILLS if random.random() < 0.7]
    pairs += [(occupation, f"CERT:{name}") for occupation in OCCUPATIONS[1:] for name in CERTIFICATES]
    return World(
        [person() for _ in range(PEOPLE)],
        [need(*pair) for pair in pairs],
        [session() for _ in range(80)],
        [posting() for _ in range(40)],
    )


def answer(kind: str, world: World, seekers: pa.Table, postings: pa.Table, batch: int = 8192) -> list[Row]:
    """The rows of one kind of answer."""
    needs = make_needs(world.needs)
    batches = iter(seekers.to_batches(max_chunksize=batch))
    if kind == "courses":
        made = courses.match_batches(batches, CourseMarket.from_arrow(make_courses(world.sessions), needs, AS_OF))
    elif kind == "gaps":
        phrases = make_phrases([{"phrase": phrase, "skill_code": code} for phrase, code in PHRASES.items()])
        made = skill_gaps.match_batches(batches, GapMarket.from_arrow(needs, postings, phrases, AS_OF))
    else:
        made = certificates.match_batches(batches, CertificateMarket.from_arrow(needs, AS_OF))
    rows: list[Row] = pa.Table.from_batches(list(made)).to_pylist()
    return rows


def read_oracle(world: World, make_postings: Make) -> EveryCourse:
    needs, sessions = make_needs(world.needs), make_courses(world.sessions)
    return EveryCourse(needs, sessions, make_postings(world.postings), AS_OF)


@pytest.mark.parametrize("seed", SEEDS)
def test_courses_are_those_of_the_rules(make_seekers: Make, make_postings: Make, seed: int) -> None:
    world = draw_world(seed)
    oracle, seekers = read_oracle(world, make_postings), make_seekers(world.people)
    rows = answer("courses", world, seekers, make_postings(world.postings))
    for person, row in zip(seekers.to_pylist(), rows, strict=True):
        names = ("session_id", "skill_code", "score_0_1")
        places = [tuple(row[f"{name}_{place}"] for name in names) for place in range(1, 6)]
        assert [place for place in places if place[0]] == [pytest.approx(one) for one in oracle.pick_courses(person)]
        missing = [need["skill_code"] for need, _ in oracle.find_missing(person, oracle.choose(person))]
        assert (row["gap_occupation_code"], row["missing_skill_codes"]) == (
            oracle.choose(person),
            "|".join(missing) or None,
        )


@pytest.mark.parametrize("seed", SEEDS)
def test_gaps_are_those_of_the_rules(make_seekers: Make, make_postings: Make, seed: int) -> None:
    world = draw_world(seed)
    oracle, seekers = read_oracle(world, make_postings), make_seekers(world.people)
    rows = answer("gaps", world, seekers, make_postings(world.postings))
    for person, row in zip(seekers.to_pylist(), rows, strict=True):
        wishes = list_wishes(person)
        assert [row[f"gap_occupation_code_{place}"] for place in (1, 2, 3)] == [*wishes, None, None, None][:3]
        for place, wish in enumerate(wishes, start=1):
            missing = oracle.find_missing(person, wish)
            codes = "|".join(need["skill_code"] for need, _ in missing) or None
            levels = "".join(str(need["skill_level"] or 0) for need, _ in missing) or None
            assert (row[f"missing_skill_codes_{place}"], row[f"missing_levels_text_{place}"]) == (codes, levels)
            if not oracle.find_needs(wish):
                assert row[f"needed_skills_count_{place}"] is None
                continue
            readiness, opened, unlocked = oracle.measure_gap(person, wish, PHRASES)
            assert row[f"readiness_0_1_{place}"] == pytest.approx(readiness, abs=1e-6)
            assert row[f"open_share_0_1_{place}"] == (opened if opened is None else pytest.approx(opened, abs=1e-6))
            told = row[f"unlocked_shares_text_{place}"]
            shares = [float(share) for share in told.split("|")] if told else []
            assert shares == pytest.approx(unlocked, abs=6e-5)


@pytest.mark.parametrize("seed", SEEDS)
def test_certificates_are_those_of_the_rules(make_seekers: Make, make_postings: Make, seed: int) -> None:
    world = draw_world(seed)
    oracle, seekers = read_oracle(world, make_postings), make_seekers(world.people)
    rows = answer("certificates", world, seekers, make_postings(world.postings))
    for person, row in zip(seekers.to_pylist(), rows, strict=True):
        named = [row[f"certificate_name_{place}"] for place in range(1, 6)]
        assert [name for name in named if name] == oracle.pick_certificates(person)


@pytest.mark.parametrize("kind", ["courses", "gaps", "certificates"])
@pytest.mark.parametrize("block_rows", [1, 7])
def test_order_and_blocks_do_not_change_an_answer(
    make_seekers: Make, make_postings: Make, monkeypatch: pytest.MonkeyPatch, kind: str, block_rows: int
) -> None:
    world, random = draw_world(99), np.random.default_rng(5)
    seekers = make_seekers(world.people)
    usual = answer(kind, world, seekers, make_postings(world.postings))
    mixed = World(*([rows[place] for place in random.permutation(len(rows))] for rows in world))
    named = [row | {"session_id": f"S{world.sessions.index(row)}"} for row in mixed.sessions]
    gather = answer_rows.gather_blocks
    monkeypatch.setattr(
        answer_rows, "gather_blocks", lambda batches, columns: gather(batches, columns, block_rows=block_rows)
    )
    order = random.permutation(PEOPLE)
    shuffled = answer(
        kind, mixed._replace(sessions=named), seekers.take(pa.array(order)), make_postings(mixed.postings), block_rows
    )
    assert [shuffled[place] for place in np.argsort(order)] == usual
