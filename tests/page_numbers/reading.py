"""Numbers of a page in reading order, and what each may be.

Names and fixed sentences are blanked first, each as a whole: a sentence with another number in it is not a fixed one
and stays. Do not put here: which numbers a page must hold.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from lxml import html

from lake.contracts import codes
from lake.contracts.model import CodeList

TEXTS = Path(__file__).parents[2] / "dashboards" / "texts"
OWN_TEXTS = (
    *("person", "counsellor", "posting", "occupation", "sources", "rights"),
    *("answers", "conditions", "factors", "traits", "codes"),
)
SERVICE_TITLES = ("6개월 안에 취업할 가능성",)
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_WELL_WRITTEN = re.compile(r"(0|[1-9]\d*|[1-9]\d{0,2}(,\d{3})+)(\.\d)?")
"""At most one decimal, no needless zero in front, thousands marked throughout or not at all."""
_EDGE = 1e-4
"""Room for a stored double that lies on a half, in units of what is shown."""


@dataclass(frozen=True)
class Near:
    """The row's value, rounded to as many decimals as are shown."""

    value: float

    def admits(self, shown: str) -> bool:
        """Whether the number shown lies within half a unit of its last digit."""
        if not _WELL_WRITTEN.fullmatch(shown):
            return False
        decimals = len(shown.partition(".")[2])
        return abs(float(shown.replace(",", "")) - self.value) <= 0.5 * 10**-decimals + _EDGE


@dataclass(frozen=True)
class Down:
    """The row's value, rounded down to a whole number."""

    value: float

    def admits(self, shown: str) -> bool:
        """Whether it is the largest whole number that is not above the value."""
        return bool(_WELL_WRITTEN.fullmatch(shown)) and -1 + _EDGE < float(shown) - self.value + _EDGE <= 2 * _EDGE


@dataclass(frozen=True)
class Up:
    """The row's value, rounded up to a whole number."""

    value: float

    def admits(self, shown: str) -> bool:
        """Whether it is the smallest whole number that is not below the value."""
        return bool(_WELL_WRITTEN.fullmatch(shown)) and -2 * _EDGE <= float(shown) - self.value - _EDGE < 1 - _EDGE


@dataclass(frozen=True)
class Exactly:
    """A whole number or a code as it stands in the row; thousands may be marked."""

    text: str

    def admits(self, shown: str) -> bool:
        """Whether it is the same."""
        return shown.replace(",", "") == self.text


Number = Near | Down | Up | Exactly


def exact(*found: int | str) -> list[Number]:
    """Numbers shown as they are."""
    return [Exactly(str(number)) for number in found]


def day(found: date) -> list[Number]:
    """Year, month and day."""
    return exact(found.year, found.month, found.day)


def of_100(share: float) -> int:
    """People or points of a hundred."""
    return round(share * 100)


def share(found: float) -> list[Number]:
    """A whole percentage; less than one half of one is called under 1, more than 99 and a half over 99."""
    if of_100(found) == 0 and found > 0:
        return exact(1)
    return exact(99) if of_100(found) == 100 and found < 1 else [Near(found * 100)]


def bar(score_0_1: float | None) -> list[Number]:
    """Points in words, points of a hundred in the drawing's own words, and the length of the drawing."""
    return (
        [] if score_0_1 is None else [Near(score_0_1 * 100), Near(score_0_1 * 100), *exact(100), Near(score_0_1 * 100)]
    )


def numbers_of(page: str, names: Iterable[str]) -> dict[str, list[str]]:
    """Section id ("top" for what stands outside of sections) → the numbers in it, in reading order."""
    tree = html.fromstring(page)
    blanks = sorted(
        {*_fixed(), *(name for name in names if name and any(map(str.isdigit, name)))}, key=len, reverse=True
    )
    sections = {"top": [*tree.xpath("//header"), *tree.xpath("//footer")]}
    sections |= {section.get("id"): [section] for section in tree.xpath("//main//section")}
    return {name: _numbers(" ".join("".join(_words(e)) for e in found), blanks) for name, found in sections.items()}


def _numbers(text: str, blanks: Sequence[str]) -> list[str]:
    text = " ".join(text.split())
    for blank in blanks:
        text = text.replace(" ".join(blank.split()), "□")
    return _NUMBER.findall(text)


def _words(node: Any) -> Iterator[str]:
    """Text, the words of drawings, the length of bars, how many people are filled; a blank after each but links."""
    if not isinstance(node.tag, str):
        return
    apart = "" if node.tag == "a" else " "
    yield f" {node.get('aria-label', '')} " if node.tag == "svg" else apart
    if node.get("class") == "fill":
        yield f" {node.get('width').removesuffix('.0')} "
    if node.get("class") == "people":
        drawn = [circle.get("class") for circle in node]
        yield f" {drawn.count('yes')} {drawn.count('maybe')} "
        return
    yield node.text or ""
    for child in node:
        yield from _words(child)
        yield f"{child.tail or ''}"
    yield apart


@cache
def _fixed() -> frozenset[str]:
    """Sentences without a place for a value, and labels of codes, that hold a digit."""
    found: list[str] = list(SERVICE_TITLES)
    for name in OWN_TEXTS:
        found += _strings(tomllib.loads((TEXTS / f"{name}.toml").read_text(encoding="utf-8")))
    for code_list in vars(codes).values():
        if isinstance(code_list, CodeList):
            found += code_list.codes.values()
    return frozenset(text for text in found if "{" not in text and any(map(str.isdigit, text)))


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for inner in node.values() if isinstance(node, dict) else node:
            yield from _strings(inner)


def compare(shown: dict[str, list[str]], expected: dict[str, list[Number]]) -> list[str]:
    """What is wrong, one line each: a number that is not the row's, one too many, one too few."""
    wrong = [f"section {name} is not expected" for name in shown if name not in expected]
    for name, numbers in expected.items():
        found = shown.get(name, [])
        if len(found) != len(numbers):
            wrong.append(f"{name}: {len(found)} numbers {found}, expected {len(numbers)}: {numbers}")
        pairs = enumerate(zip(found, numbers, strict=False))
        wrong += [f"{name}, number {i}: {one}, expected {rule}" for i, (one, rule) in pairs if not rule.admits(one)]
    return wrong
