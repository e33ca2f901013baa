"""What is said to a counsellor about one person's answers: the seeker's numbers in more detail, with their codes.

Pure functions from the answers of explain.py to words. Do not put here: markup, what to ask in the talk
(counsellor_checks.py), what the seeker's page says as well (wording.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dashboards import employment_words, job_words, texts
from dashboards.places import share_said
from lake.contracts import codes
from lake.contracts.model import CodeList

Rows = tuple[tuple[str, ...], ...]
_BASES: dict[str, CodeList] = {
    "occupations": codes.OCCUPATION_BASIS,
    "jobs": codes.JOB_BASIS,
    "gaps": codes.JOB_BASIS,
    "courses": codes.JOB_BASIS,
    "certificates": codes.JOB_BASIS,
}
"""Service → what its basis_code is a code of."""


@dataclass(frozen=True)
class Detail:
    """One table: its title, its column heads, its rows as text, how to read it; `total` is its last row."""

    id: str
    title: str
    columns: tuple[str, ...]
    rows: Rows
    total: tuple[str, ...] = ()
    note: str = ""


def chance_facts(employment: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """The probability and its range in whole percent, and whom it is compared with."""
    words = texts.load("counsellor")["chance"]
    found, peers = employment_words.chance(employment), employment["peers"]
    count = peers["peers_count"]
    return (
        (words["probability"], share_said(employment["probability_0_1"])),
        (words["range"], words["between"].format(low=found.low, high=found.high)),
        (words["peers"], employment_words.who(peers)),
        (words["peers_count"], texts.NO_DATA if count is None else words["people"].format(count=f"{count:,}")),
        (words["group"], peers["peer_group"]),
    )


def parts(employment: dict[str, Any]) -> Detail:
    """Every reason of the row, the strongest first, between the usual value and the sum."""
    words = texts.load("counsellor")["parts"]
    found = sorted(employment["reasons"], key=lambda raw: (-abs(raw["logit"]), raw["code"]))
    rows = (
        (words["usual"], signed(employment["usual_logit"]), "", "", ""),
        *(_part(raw) for raw in found),
        (words["other"], signed(employment["other_logit"]), "", "", ""),
    )
    total = (words["total"], signed(employment["raw_logit"]), "", "", "")
    note = f"{words['note']} {words['rounding']}"
    return Detail("parts", words["title"], tuple(words["columns"]), rows, total, note)


def _part(raw: dict[str, Any]) -> tuple[str, ...]:
    factor = texts.factor(raw["code"])
    reference = texts.value(raw["code"], raw["reference"])
    if raw["reference"] is None and factor.group == "MARKET":
        reference = texts.load("person")["peers"]["nationwide_text"]
    group = codes.FACTOR_GROUP.codes[factor.group]
    return factor.name, signed(raw["logit"]), texts.value(raw["code"], raw["value"]), reference, group


def signed(logit: float | None) -> str:
    """A contribution to the sum, times a hundred, as a whole number with its sign."""
    if logit is None:
        return texts.NO_DATA
    return _signed(round(logit * 100))


def _signed(count: int) -> str:
    return "0" if count == 0 else f"{'+' if count > 0 else '−'}{abs(count):,}"


def changes(employment: dict[str, Any]) -> Detail:
    """The probability now and with each change, in whole percent, and the difference of the two as shown."""
    words = texts.load("counsellor")["changes"]
    now = employment["probability_0_1"]
    titles = [change.title for change in employment_words.changes(employment, employment_words.chance(employment))]
    rows = tuple(
        (title, share_said(now), share_said(change["probability_0_1"]), _difference(now, change["probability_0_1"]))
        for title, change in zip(titles, employment["changes"], strict=True)
    )
    return Detail("changes", words["title"], tuple(words["columns"]), rows, note=words["note"])


def _difference(now: float, then: float) -> str:
    points = round(then * 100) - round(now * 100)
    return f"{_signed(points)}%p"


def eligibility(jobs: dict[str, Any]) -> Detail:
    """Each recommended posting with the code and the words of what fits and what is open."""
    words = texts.load("counsellor")["jobs"]
    rows = tuple(
        (
            f"{place['rank']}. {job_words.title(place)}",
            job_words.score(place["score_0_1"]),
            texts.NO_DATA if place["chance_0_1"] is None else share_said(place["chance_0_1"]),
            ", ".join(place["met_codes"]) or words["none"],
            _coded("open", place["open_codes"]) or words["none"],
        )
        for place in jobs["places"]
    )
    return Detail("eligibility", words["title"], tuple(words["columns"]), rows)


def _coded(kind: str, found: list[str]) -> str:
    return ", ".join(f"{texts.condition(kind, code)} [{code}]" for code in found)


def versions(answers: dict[str, Any], titles: dict[str, str]) -> Detail:
    """Of each service the state, the basis and the version of what computed it."""
    words = texts.load("counsellor")["codes"]
    rows = tuple(
        (
            title,
            _labelled(codes.ANSWER, answers[name]["answer_code"]),
            _labelled(_BASES[name], answers[name]["basis_code"]) if name in _BASES else words["none"],
            answers[name]["model_version"] or words["none"],
        )
        for name, title in titles.items()
    )
    return Detail("codes", words["title"], tuple(words["columns"]), rows)


def _labelled(code_list: CodeList, code: str | None) -> str:
    none = str(texts.load("counsellor")["codes"]["none"])
    return none if code is None else f"{texts.label(code_list, code)} [{code}]"
