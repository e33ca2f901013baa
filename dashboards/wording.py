"""What is said about one person's answers: plain Korean, whole numbers, tendencies and never causes.

Pure functions from the answers of explain.py to words; the terminal and the page say the same. Do not put here:
markup, a text that belongs to one code (texts/), or the words of the employment probability (employment_words.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboards import employment_words, texts
from dashboards.employment_words import Chance, Change, ReasonGroup
from lake.contracts import codes
from lake.contracts.model import CodeList


@dataclass(frozen=True)
class Place:
    """One recommendation: what it is, its points, its facts, the conditions that fit and those to check."""

    rank: int
    title: str
    score: str
    parts: tuple[tuple[str, int], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    met: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


@dataclass(frozen=True)
class Service:
    """One of the four answers in words; without a result `lead` says why and `notes` what can be done."""

    code: str
    title: str
    has_result: bool
    lead: str
    notes: tuple[str, ...] = ()
    chance: Chance | None = None
    reason_groups: tuple[ReasonGroup, ...] = ()
    changes: tuple[Change, ...] = ()
    missing: str = ""
    places: tuple[Place, ...] = ()


def services(answers: dict[str, Any]) -> tuple[Service, ...]:
    """The four services in reading order."""
    makers = (
        ("employment", "6개월 안에 취업할 가능성", _employment),
        ("occupations", "나에게 맞는 직업", _occupations),
        ("jobs", "지원해 볼 만한 일자리", _jobs),
        ("courses", "부족한 역량을 채우는 훈련", _courses),
    )
    return tuple(
        make(name, title, answers[name])
        if answers[name]["answer_code"] == "OK"
        else _no_result(name, title, answers[name])
        for name, title, make in makers
    )


def rights_line() -> str:
    """Rights and telephone in one line."""
    return str(texts.load("person")["rights"]["line"])


def printable(lines: Sequence[str]) -> str:
    """The lines as one text without the control characters that a source may hold."""
    return "\n".join("".join(mark for mark in line if mark.isprintable()) for line in lines)


def points(score_0_1: float) -> int:
    """A score between 0 and 1 as points out of a hundred."""
    return round(score_0_1 * 100)


def _no_result(code: str, title: str, answer: dict[str, Any]) -> Service:
    reason = texts.no_result(answer["answer_code"])
    return Service(
        code=code, title=title, has_result=False, lead=reason.why, notes=(reason.next,) if reason.next else ()
    )


def _employment(code: str, title: str, answer: dict[str, Any]) -> Service:
    found = employment_words.chance(answer)
    return Service(
        code,
        title,
        True,
        employment_words.lead(found),
        employment_words.notes(answer, found),
        chance=found,
        reason_groups=employment_words.reason_groups(answer),
        changes=employment_words.changes(answer, found),
        missing=_named_skills(answer["missing_skills"]),
    )


def _named_skills(skills: Sequence[dict[str, Any]]) -> str:
    """Up to six missing skills by name; empty when none is missing."""
    names = [skill["skill_name"] or skill["skill_code"] for skill in skills]
    return f"{', '.join(names[:6])}{' 등' if len(names) > 6 else ''}"


def _facts(*pairs: tuple[str, str | None]) -> tuple[tuple[str, str], ...]:
    return tuple((name, text) for name, text in pairs if text)


def _occupations(code: str, title: str, answer: dict[str, Any]) -> Service:
    places = tuple(
        Place(
            rank=place["rank"],
            title=place["occupation_name"] or f"직업코드 {place['occupation_code']}",
            score=f"일치 점수 {points(place['score_0_1'])}점",
            facts=_facts(
                ("맞는 특성", ", ".join(texts.trait(trait) for trait in place["trait_codes"])),
                ("지금 모집", _openings(place)),
                ("제시임금 중간값", _optional_wage(place["wage_median_krw_month"])),
            ),
        )
        for place in answer["places"]
    )
    return Service(code, title, True, texts.basis(answer["basis_code"]), places=places)


def _openings(place: dict[str, Any]) -> str | None:
    if place["open_postings_count"] is None:
        return None
    return f"공고 {place['open_postings_count']:,}건, {place['openings_count'] or 0:,}명"


def _optional_wage(krw_month: float | None, suffix: str = "") -> str | None:
    return None if krw_month is None else f"{texts.wage(krw_month)}{suffix}"


def _region(place: dict[str, Any]) -> str | None:
    return None if place["region_code"] is None else texts.region(place["region_code"])


def _label(code_list: CodeList, code: str | None) -> str | None:
    return None if code is None else texts.label(code_list, code)


def _jobs(code: str, title: str, answer: dict[str, Any]) -> Service:
    lead = f"조건에 맞는 모집중 공고 {answer['eligible_postings_count'] or 0:,}건을 모두 살펴 다섯 건까지 골랐습니다."
    return Service(code, title, True, lead, places=tuple(_job(place) for place in answer["places"]))


def _job(place: dict[str, Any]) -> Place:
    parts = (("직무 적합", "fit_0_1"), ("채용 가능성", "chance_0_1"), ("희망 조건", "usefulness_0_1"))
    headcount = None if place["headcount"] is None else f"{place['headcount']:,}명"
    return Place(
        rank=place["rank"],
        title=place["title"] or f"공고 {place['posting_id']}",
        score=f"종합 {points(place['score_0_1'])}점",
        parts=tuple((name, points(place[key])) for name, key in parts if place[key] is not None),
        facts=_facts(
            ("직업", place["occupation_name"]),
            ("근무지역", _region(place)),
            ("임금", _optional_wage(place["wage_min_krw_month"], " 이상")),
            ("고용형태", _label(codes.EMPLOYMENT_TYPE, place["employment_type_code"])),
            ("기업규모", _label(codes.COMPANY_SIZE, place["company_size_code"])),
            ("모집인원", headcount),
            ("마감일", place["closing_date"] or "채용시까지"),
        ),
        met=tuple(texts.condition("met", found) for found in place["met_codes"]),
        open=tuple(texts.condition("open", found) for found in place["open_codes"]),
    )


def _courses(code: str, title: str, answer: dict[str, Any]) -> Service:
    wanted = answer["gap_occupation_name"] or f"희망직종({answer['gap_occupation_code']})"
    missing = answer["missing_skills"]
    needed = answer["needed_skills_count"] or 0
    lead = f"희망직종 '{wanted}'에 필요한 역량 {needed:,}개 가운데 {len(missing)}개가 확인되지 않습니다."
    notes = (f"확인되지 않는 역량: {_named_skills(missing)}",) if missing else ()
    return Service(code, title, True, lead, notes, places=tuple(_course(place) for place in answer["places"]))


def _course(place: dict[str, Any]) -> Place:
    parts = (("직무 적합", "job_fit_0_1"), ("지역 적합", "region_fit_0_1"), ("수준 적합", "level_fit_0_1"))
    period = f"{place['start_date']} ~ {place['end_date']}" if place["start_date"] else None
    hours = f", {place['training_hours']:,}시간" if place["training_hours"] else ""
    where = "원격" if place["is_online"] else _region(place)
    return Place(
        rank=place["rank"],
        title=place["course_name"] or f"훈련회차 {place['session_id']}",
        score=f"종합 추천점수 {points(place['score_0_1'])}점",
        parts=tuple((name, points(place[key])) for name, key in parts if place[key] is not None),
        facts=_facts(
            ("채우는 역량", place["skill_name"] or place["skill_code"]),
            ("훈련기관", place["institution_name"]),
            ("장소", where),
            ("기간", f"{period}{hours}" if period else None),
            ("훈련수준", None if place["skill_level"] is None else f"NCS {place['skill_level']}수준"),
            ("수강비", None if place["fee_krw"] is None else f"{place['fee_krw']:,}원"),
            ("남은 자리", None if place["seats_left_count"] is None else f"{place['seats_left_count']:,}명"),
            ("수료생 취업", _outcome(place)),
        ),
    )


def _outcome(place: dict[str, Any]) -> str | None:
    if place["outcome_0_1"] is None:
        return None
    basis = (
        f"수료 {place['graduates_count']:,}명의 기록으로 추정" if place["graduates_count"] else "비슷한 과정으로 추정"
    )
    return f"100명 가운데 약 {points(place['outcome_0_1'])}명이 6개월 안에 취업({basis})"
