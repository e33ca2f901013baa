"""What is said about one person's answers: plain Korean, whole numbers, tendencies and never causes.

Pure functions from the answers of explain.py to words; the terminal and the page say the same. Do not put here:
markup, a text that belongs to one code (texts/), the words of the employment probability (employment_words.py) or of
postings (job_words.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboards import employment_words, job_words, texts
from dashboards.employment_words import Chance, Change, ReasonGroup
from dashboards.places import Place, facts, point_parts, points, region, wage


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


def _occupations(code: str, title: str, answer: dict[str, Any]) -> Service:
    places = tuple(
        Place(
            rank=place["rank"],
            title=place["occupation_name"] or f"직업코드 {place['occupation_code']}",
            score=f"일치 점수 {points(place['score_0_1'])}점",
            facts=facts(
                ("맞는 특성", ", ".join(texts.trait(trait) for trait in place["trait_codes"])),
                ("지금 모집", _openings(place)),
                ("제시임금 중간값", wage(place["wage_median_krw_month"])),
            ),
        )
        for place in answer["places"]
    )
    return Service(code, title, True, texts.basis(answer["basis_code"]), places=places)


def _openings(place: dict[str, Any]) -> str | None:
    if place["open_postings_count"] is None:
        return None
    return f"공고 {place['open_postings_count']:,}건, {place['openings_count'] or 0:,}명"


def _jobs(code: str, title: str, answer: dict[str, Any]) -> Service:
    places = tuple(job_words.place(found) for found in answer["places"])
    return Service(code, title, True, job_words.lead(answer), job_words.notes(answer), places=places)


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
    where = "원격" if place["is_online"] else region(place)
    return Place(
        rank=place["rank"],
        title=place["course_name"] or f"훈련회차 {place['session_id']}",
        score=f"종합 추천점수 {points(place['score_0_1'])}점",
        parts=point_parts(place, *parts),
        facts=facts(
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
