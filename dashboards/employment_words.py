"""What is said about one person's chance of employment: of a hundred people, compared with whom, why, what if.

Pure functions from the row's raw numbers to words: tendencies, never causes; whole numbers. Do not put here: the other
answers (wording.py), markup, or a text that belongs to one code (texts/).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from dashboards import texts
from lake.contracts import codes

_STRONG, _MEDIUM = 0.5, 0.2
"""Log-odds from which a factor is called strongly or somewhat related: odds times 1.65 and 1.22."""
_SMALLEST_TOLD = 0.02
"""Log-odds below which nobody of a hundred is added or lost (at most 0.02 / 4 = half a person): not told."""


@dataclass(frozen=True)
class Chance:
    """People out of a hundred like this one, with the range; whole numbers."""

    of_100: int
    low: int
    high: int


@dataclass(frozen=True)
class Reason:
    """One reason: the person's value beside the usual one of whom it is compared with, and which way such values go."""

    name: str
    value: str
    usual: str
    reference: str
    is_for: bool
    strength: str
    action: str

    @property
    def sign(self) -> str:
        """Up or down, for those who do not see the colour."""
        return "▲" if self.is_for else "▼"

    @property
    def tendency(self) -> str:
        """Which way the record goes with such a value, and how much; never a cause."""
        return f"취업한 비율이 {self.strength} {'높은' if self.is_for else '낮은'} 편"


@dataclass(frozen=True)
class ReasonGroup:
    """Reasons of one kind: changeable, market, fixed."""

    code: str
    label: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Change:
    """One thing that could be different: what it is, what the record says of people with it, and how to read that."""

    title: str
    said: str
    note: str = ""


def chance(employment: dict[str, Any]) -> Chance:
    """Whole people out of a hundred; the range is rounded outwards."""
    return Chance(
        of_100=_of_100(employment["probability_0_1"]),
        low=math.floor(round(employment["low_0_1"] * 100, 6)),
        high=math.ceil(round(employment["high_0_1"] * 100, 6)),
    )


def lead(found: Chance) -> str:
    """The chance in one sentence."""
    if found.of_100 < 1:
        return "비슷한 조건의 구직자 가운데 6개월 안에 취업한 사람은 100명에 1명이 되지 않았습니다."
    if found.of_100 > 99:
        return "비슷한 조건의 구직자는 100명 가운데 99명 넘게 6개월 안에 취업했습니다."
    return f"비슷한 조건의 구직자 100명 가운데 약 {found.of_100}명이 6개월 안에 취업했습니다."


def notes(employment: dict[str, Any], found: Chance) -> tuple[str, ...]:
    """The range, and whom the person is compared with."""
    return (
        f"추정에는 오차가 있어, 100명 가운데 {found.low}명에서 {found.high}명 사이로 봅니다.",
        peers(employment["peers"]),
    )


def peers(group: dict[str, Any]) -> str:
    """Whom the person is compared with: occupation, region, how many, and whether the group had to be widened."""
    said = texts.load("person")["peers"]
    sentence = said["sentence"].format(who=who(group), count=f"{group['peers_count'] or 0:,}")
    return sentence if group["kind"] == "occupation_region" else f"{sentence} {said['wider']}"


def who(group: dict[str, Any]) -> str:
    """The people of a peer group: their occupation and region."""
    said: dict[str, str] = texts.load("person")["peers"]["who"]
    region = texts.region(group["region_code"]) if group["region_code"] else ""
    return said[group["kind"]].format(occupation=group["occupation_name"], region=region)


def reason_groups(employment: dict[str, Any]) -> tuple[ReasonGroup, ...]:
    """The reasons that are worth telling, by who could change them."""
    grouped: dict[str, list[Reason]] = {group: [] for group in codes.FACTOR_GROUP.codes}
    for raw in employment["reasons"]:
        reason = _reason(raw, employment["peers"]["kind"])
        if reason.value != reason.reference and abs(raw["logit"]) >= _SMALLEST_TOLD:
            grouped[texts.factor(raw["code"]).group].append(reason)
    return tuple(
        ReasonGroup(code, codes.FACTOR_GROUP.codes[code], tuple(found)) for code, found in grouped.items() if found
    )


def changes(employment: dict[str, Any], found: Chance) -> tuple[Change, ...]:
    """What could be different and what the record says then; a number that does not rise is not sold as one."""
    said = texts.load("person")["changes"]
    return tuple(
        Change(
            title=said["what"][change["code"]].format(what=_what(change)),
            said=_compared(_of_100(change["probability_0_1"]), found.of_100, said),
            note=said["notes"].get(change["code"], ""),
        )
        for change in employment["changes"]
    )


def _reason(raw: dict[str, Any], peers_kind: str) -> Reason:
    factor, said = texts.factor(raw["code"]), texts.load("person")["peers"]
    usual, reference = said["usual"][peers_kind], texts.value(raw["code"], raw["reference"])
    if factor.group == "MARKET":
        # Peers share their market, so it is compared with the country; of a code the country has no usual value.
        is_code = raw["reference"] is None
        usual, reference = (said["compared"], said["nationwide_text"]) if is_code else (said["market"], reference)
    return Reason(
        name=factor.name,
        value=texts.value(raw["code"], raw["value"]),
        usual=usual,
        reference=reference,
        is_for=raw["side"] == "for",
        strength=_strength(abs(raw["logit"])),
        action=factor.action if raw["side"] == "against" else "",
    )


def _what(change: dict[str, Any]) -> str:
    """The certificate, course, region or wage of a change as people say it."""
    if change["code"] == "region":
        return texts.region(change["what"])
    if change["code"] == "wage":
        return texts.wage(change["what"])
    return str(change["name"] or change["what"] or "")


def _compared(then: int, now: int, said: dict[str, Any]) -> str:
    key = "higher" if then > now else "same" if then == now else "lower"
    return str(said[key]).format(said=people(then), now=people(now))


def people(of_100: int) -> str:
    """People of a hundred; what is not nobody is not called 0, what is not all not 100."""
    return "1명 미만" if of_100 < 1 else "99명 넘는 수" if of_100 > 99 else f"약 {of_100}명"


def _of_100(probability: float) -> int:
    return round(probability * 100)


def _strength(logit: float) -> str:
    return "크게" if logit >= _STRONG else "꽤" if logit >= _MEDIUM else "조금"


def peers_kind(peer_group: str) -> str:
    """Which kind of group a stored peer_group (occupation|region, * for all) is."""
    occupation, _, region = peer_group.partition("|")
    if occupation == "*":
        return "everyone"
    kind = "occupation" if len(occupation) > 2 else "sub_group"
    return kind if region == "*" else f"{kind}_region"
