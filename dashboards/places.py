"""One recommendation in words: the shape that pages and the terminal show, and how its facts are written.

Do not put here: which facts a job, a course or an occupation has (wording.py, job_words.py), markup.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dashboards import texts
from lake.contracts.model import CodeList

Parts = tuple[tuple[str, int | None], ...]


@dataclass(frozen=True)
class Place:
    """One recommendation: what it is, its points, its facts, the conditions that fit and those to check.

    `parts` are points out of a hundred, None where there is no data; `inner` are the points that the last of `parts` is
    made of; `pulled` is what raised the score.
    """

    rank: int
    title: str
    score: str
    parts: Parts = ()
    inner: Parts = ()
    facts: tuple[tuple[str, str], ...] = ()
    met: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    pulled: tuple[str, ...] = ()


def points(score_0_1: float) -> int:
    """A score between 0 and 1 as points out of a hundred."""
    return round(score_0_1 * 100)


def point_parts(place: dict[str, Any], *named: tuple[str, str]) -> Parts:
    """The points of the named columns (label, column) that are there."""
    return tuple(part for part in all_parts(place, *named) if part[1] is not None)


def all_parts(place: dict[str, Any], *named: tuple[str, str]) -> Parts:
    """The points of the named columns (label, column), those without data too."""
    return tuple((name, None if place[key] is None else points(place[key])) for name, key in named)


def share_said(share: float) -> str:
    """A share as a whole percentage; what is not nothing is not called 0 %, what is not all not 100 %."""
    percent = round(share * 100)
    if percent == 0 and share > 0:
        return "1% 미만"
    return "99% 초과" if percent == 100 and share < 1 else f"{percent}%"


def share_is(share: float) -> str:
    """The share as a subject: 12%가, 1% 미만이."""
    said = share_said(share)
    return f"{said}{'이' if said.endswith('미만') else '가'}"


def share_of(share: float) -> str:
    """The share as an object: 62%를, 1% 미만을."""
    said = share_said(share)
    return f"{said}{'을' if said.endswith('미만') else '를'}"


def or_no_data(text: str | None) -> str:
    """The text, or that there is no data: an unknown is never shown as 0."""
    return text or texts.NO_DATA


def facts(*pairs: tuple[str, str | None]) -> tuple[tuple[str, str], ...]:
    """The facts that are known."""
    return tuple((name, text) for name, text in pairs if text)


def wage(krw_month: float | None, suffix: str = "") -> str | None:
    """A monthly wage, if there is one."""
    return None if krw_month is None else f"{texts.wage(krw_month)}{suffix}"


def region(row: dict[str, Any]) -> str | None:
    """The province of a row, if it is known."""
    return None if row["region_code"] is None else texts.region(row["region_code"])


def label(code_list: CodeList, code: str | None) -> str | None:
    """The label of a closed list's code, if there is one."""
    return None if code is None else texts.label(code_list, code)


def as_lines(place: Place) -> list[str]:
    """One recommendation below its title in a terminal: its points, its facts, its conditions."""
    words = texts.load("person")["jobs"]
    inner = f" ({', '.join(_said(place.inner))})" if place.inner else ""
    lines = [f"     {' · '.join(_said(place.parts))}{inner}"] if place.parts else []
    lines += [f"     {name}: {text}" for name, text in place.facts]
    for name, found in (("met", place.met), ("open", place.open), ("pulled", place.pulled)):
        lines += [f"     {words[name]}: {', '.join(found)}"] if found else []
    return lines


def _said(parts: Parts) -> list[str]:
    return [f"{name} {texts.NO_DATA if score is None else f'{score}점'}" for name, score in parts]
