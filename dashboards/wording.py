"""What is said about one person's answers: plain Korean, whole numbers, tendencies and never causes.

Pure functions from the answers of explain.py to words; the terminal and the page say the same. Do not put here:
markup, a text that belongs to one code (texts/), the words of one service's places (employment_words.py,
occupation_words.py, job_words.py, gap_words.py, course_words.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from dashboards import course_words, employment_words, gap_words, job_words, occupation_words, texts
from dashboards.employment_words import Chance, Change, ReasonGroup
from dashboards.gap_words import Gap
from dashboards.places import Place
from lake.contracts.rights import ANSWER_WITHIN_DAYS

_MEASURED = ("gaps", "courses", "certificates")
"""The services that are measured against one occupation: a wish, or without one what the person has done."""


@dataclass(frozen=True)
class Service:
    """One of the six answers in words; without a result `lead` says why and `notes` what can be done.

    `reading` is how to read the numbers, for after them.
    """

    code: str
    title: str
    has_result: bool
    lead: str
    notes: tuple[str, ...] = ()
    chance: Chance | None = None
    reason_groups: tuple[ReasonGroup, ...] = ()
    changes: tuple[Change, ...] = ()
    missing_title: str = ""
    missing: str = ""
    gaps: tuple[Gap, ...] = ()
    places: tuple[Place, ...] = ()
    reading: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """The result in a few words, for the list of contents."""
        words = texts.load("person")["short"]
        if not self.has_result:
            return str(words["none"])
        if self.chance:
            return str(words["chance"]).format(said=employment_words.people(self.chance.of_100))
        if self.gaps:
            return ", ".join(gap.subject for gap in self.gaps)
        return str(words["places"]).format(count=len(self.places))


def services(answers: dict[str, Any]) -> tuple[Service, ...]:
    """The six services in reading order."""
    makers = (
        ("employment", "6개월 안에 취업할 가능성", _employment),
        ("occupations", "나에게 맞는 직업", _occupations),
        ("jobs", "지원해 볼 만한 일자리", _jobs),
        ("gaps", "희망직종에 부족한 역량", _gaps),
        ("courses", "부족한 역량을 채우는 훈련", _courses),
        ("certificates", "더하면 좋은 자격증", _certificates),
    )
    told = tuple(
        make(name, title, answers[name])
        if answers[name]["answer_code"] == "OK"
        else _no_result(name, title, answers[name])
        for name, title, make in makers
    )
    # The employment answer names the skills that the courses' one is measured by.
    kind = "missing_worked" if gap_words.is_history(answers["courses"]) else "missing"
    named = str(texts.load("person")["changes"][kind])
    return tuple(replace(service, missing_title=named) if service.missing else service for service in told)


def review_lines(answers: dict[str, Any]) -> tuple[str, ...]:
    """What is said of reviews by a person that were asked for: since when, until when an answer is due."""
    words = texts.load("rights")
    asked: dict[tuple[str, str, str], list[str]] = {}
    for name, review in answers["reviews"].items():
        told = (review["review_state_code"], review["review_requested_date"], review["review_due_date"])
        asked.setdefault(told, []).append(name)
    lines = []
    for (state, requested, due), names in sorted(asked.items(), key=lambda item: item[0][2]):
        of_all = len(names) == len(words["services"])
        what = words["everything"] if of_all else ", ".join(words["services"][name] for name in names)
        left = (date.fromisoformat(due) - date.fromisoformat(answers["as_of"])).days
        days = {"requested": texts.day(requested), "due": texts.day(due), "left": left}
        lines.append(words["state"][state].format(what=what, **days))
    return tuple(lines)


def rights_line() -> str:
    """Rights and telephone in one line."""
    return str(texts.load("person")["rights"]["line"])


def head_line(answers: dict[str, Any]) -> str:
    """As of when, and the number to give when asking."""
    words = texts.load("person")
    return (
        f"{words['as_of'].format(day=texts.day(answers['as_of']))} {words['inquiry'].format(run_id=answers['run_id'])}"
    )


def clock_line(as_of: str) -> str:
    """Until when an answer is due to a request made on `as_of`."""
    due = date.fromisoformat(as_of) + timedelta(days=ANSWER_WITHIN_DAYS)
    days = {"days": ANSWER_WITHIN_DAYS, "day": texts.day(as_of), "due": texts.day(due.isoformat())}
    return str(texts.load("person")["rights"]["clock"]).format(**days)


def printable(lines: Sequence[str]) -> str:
    """The lines as one text without the control characters that a source may hold."""
    return "\n".join("".join(mark for mark in line if mark.isprintable()) for line in lines)


def _no_result(code: str, title: str, answer: dict[str, Any]) -> Service:
    reason = texts.no_result(answer["answer_code"])
    unused = occupation_words.unused_tests(answer) if code == "occupations" else ()
    basis = gap_words.basis_notes(answer) if code in _MEASURED else ()
    notes = (*unused, *basis, *((reason.next,) if reason.next else ()))
    return Service(code=code, title=title, has_result=False, lead=reason.why, notes=notes)


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
        missing=gap_words.named_skills(answer["missing_skills"]),
    )


def _occupations(code: str, title: str, answer: dict[str, Any]) -> Service:
    places = tuple(occupation_words.place(found) for found in answer["places"])
    return Service(
        code,
        title,
        True,
        texts.basis(answer["basis_code"]),
        occupation_words.unused_tests(answer),
        places=places,
        reading=occupation_words.reading(answer),
    )


def _jobs(code: str, title: str, answer: dict[str, Any]) -> Service:
    places = tuple(job_words.place(found) for found in answer["places"])
    lead, notes = job_words.lead(answer), job_words.notes(answer)
    return Service(code, title, True, lead, notes, places=places, reading=job_words.reading(answer))


def _gaps(code: str, title: str, answer: dict[str, Any]) -> Service:
    words = texts.load("occupation")["gap"]
    is_wish = not gap_words.is_history(answer)
    gaps = tuple(gap_words.gap(wish, is_wish=is_wish) for wish in answer["wishes"])
    lead = words["lead"] if is_wish else words["history_lead"]
    return Service(code, title, True, lead, gap_words.basis_notes(answer), gaps=gaps, reading=(words["note"],))


def _courses(code: str, title: str, answer: dict[str, Any]) -> Service:
    missing = answer["missing_skills"]
    needed = answer["needed_skills_count"] or 0
    lead = f"{gap_words.wanted(answer)}에 필요한 역량 {needed:,}개 가운데 {len(missing)}개가 확인되지 않습니다."
    named = (f"확인되지 않는 역량: {gap_words.named_skills(missing)}",) if missing else ()
    places = tuple(course_words.place(found) for found in answer["places"])
    notes = (*gap_words.basis_notes(answer), *named)
    return Service(code, title, True, lead, notes, places=places, reading=course_words.reading())


def _certificates(code: str, title: str, answer: dict[str, Any]) -> Service:
    words = texts.load("occupation")["certificate"]
    lead = words["lead"].format(occupation=gap_words.wanted(answer))
    places = tuple(gap_words.certificate(found) for found in answer["places"])
    return Service(code, title, True, lead, gap_words.basis_notes(answer), places=places, reading=(words["note"],))
