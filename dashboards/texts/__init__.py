"""The words people read: one text for every code, and how a stored value is said with its unit.

The texts are the TOML files beside this module; closed lists already carry their Korean labels in lake.contracts.
Do not put here: sentences that need more than one row (wording.py) or markup (templates/).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from lake.contracts import codes, features
from lake.contracts.model import CodeList, Kind
from lake.reference import read_regions

NO_VALUE = "정보 없음"
NO_DATA = "자료 없음"
"""NO_VALUE: a person did not say. NO_DATA: nobody measured."""
_EMPTY = ("", "none", "nan", "null")
LANGUAGES = {"ko": ".", "en": "en"}
"""Language → the folder of its texts."""
_DAYS_PER_MONTH = 365.25 / 12


class MissingText(LookupError):
    """A code or value reached a page without a Korean text."""


@dataclass(frozen=True)
class Factor:
    """One input of the employment model as people read it; `action` only where a person can change it."""

    name: str
    group: str
    action: str = ""
    yes: str = "예"
    no: str = "아니오"


@dataclass(frozen=True)
class NoResult:
    """Why a service has no result, and what can be done."""

    why: str
    next: str


@cache
def load(name: str, language: str = "ko") -> dict[str, Any]:
    """The texts of `name`.toml; callers must not change them. English has what goes with an answer and its codes.

    Raises MissingText where the language has no such texts.
    """
    folder = Path(__file__).parent / LANGUAGES.get(language, "?")
    file = folder / f"{name}.toml"
    if not file.is_file():
        raise MissingText(
            f"dashboards/texts: no {name}.toml in language {language!r}; there are: {', '.join(sorted(LANGUAGES))}"
        )
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _found(name: str, section: str | None, code: str) -> Any:
    texts = load(name) if section is None else load(name)[section]
    if code not in texts:
        where = f"dashboards/texts/{name}.toml" + (f" [{section}]" if section else "")
        raise MissingText(f"{where}: no text for code {code!r}; add one")
    return texts[code]


def factor(code: str) -> Factor:
    """Name, group and action of a model input; a pair is written `first & second`."""
    parts = [Factor(**_found("factors", None, part)) for part in code.split(" & ")]
    if len(parts) == 1:
        return parts[0]
    groups = {part.group for part in parts}
    group = "FIXED" if "FIXED" in groups else "MARKET" if "MARKET" in groups else "CHANGEABLE"
    return Factor(name=" · ".join(part.name for part in parts), group=group)


def no_result(answer_code: str) -> NoResult:
    """What to say when a service has no result."""
    return NoResult(**_found("answers", None, answer_code))


def condition(kind: str, code: str) -> str:
    """A posting's condition; `kind` is met, open or pull; employer_met, employer_open for the employer."""
    return str(_found("conditions", kind, code))


def basis(code: str) -> str:
    """What an occupation recommendation rests on."""
    return str(_found("conditions", "basis", code))


def job_basis(code: str) -> str:
    """What a search for jobs rests on."""
    return str(_found("conditions", "job_basis", code))


def trait(code: str) -> str:
    """A test scale and where the person stands on it as people read it, from `scale:LEVEL`."""
    scale, _, level = code.partition(":")
    return f"{_found('traits', 'scale', scale)} — {_found('traits', 'level', level)}"


def unused_test(code: str) -> str:
    """Why a test was not used, from `instrument:CODE`."""
    instrument, _, problem = code.partition(":")
    name, why = _found("traits", "instrument", instrument), _found("traits", "problem", problem)
    return f"{name}: {why}"


def gate(name: str) -> str:
    """What must hold for a gate before publishing to stay open."""
    return str(_found("night", "gate", name))


def word(section: str, code: str) -> str:
    """What a code of a closed list means on a page: `section` of occupation.toml."""
    return str(_found("occupation", section, code))


def ncs_major_group(code: str) -> str:
    """The name of an NCS major group (대분류, the first two digits of a skill)."""
    return str(_found("codes", "ncs_major_group", code))


def region(code: str) -> str:
    """The province's short name."""
    names = _region_names()
    if code not in names:
        raise MissingText(f"lake/reference/regions.csv: no region {code!r}; add it or correct the source's mapping")
    return names[code]


@cache
def _region_names() -> dict[str, str]:
    return {found.code: found.short_name for found in read_regions()}


def occupation_group(code: str) -> str:
    """The KECO major group's name (one digit)."""
    return str(_found("codes", "occupation_group", code))


def occupation_sub_group(code: str) -> str:
    """The KECO sub-major group's name (two digits)."""
    return str(_found("codes", "occupation_sub_group", code))


def label(code_list: CodeList, code: str) -> str:
    """The label of a closed list's code."""
    if code not in code_list:
        raise MissingText(
            f"lake.contracts.codes {code_list.name}: no label for {code!r}; known: {', '.join(code_list.codes)}"
        )
    return code_list.codes[code]


def names_table() -> pa.Table:
    """(list, code, name) of the groups that aggregates are broken down by."""
    lists = {
        "region": _region_names(),
        "occupation_group": load("codes")["occupation_group"],
        "age_band": codes.AGE_BAND.codes,
        "ncs_major_group": load("codes")["ncs_major_group"],
    }
    rows = [
        {"list": name, "code": code, "name": text}
        for name, entries in lists.items()
        for code, text in {**entries, **load("codes")["breakdown"]}.items()
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, pa.string()) for name in ("list", "code", "name")]))


def value(code: str, raw: str | None) -> str:
    """A model input's stored value as people say it: 2500000 -> 월 250만원, 05 -> 대졸(4년), 213 -> 약 7개월."""
    if " & " in code:
        # The model stores a pair's value for its first input alone, so that input is named with it.
        first = code.split(" & ")[0]
        return f"{factor(first).name} {value(first, raw)}"
    if raw is None or raw.strip().lower() in _EMPTY:
        return NO_VALUE
    column = features.SEEKERS.column(code)
    if code == "home_region_code":
        return region(raw)
    if code == "wanted_occupation_group_code":
        return occupation_group(raw)
    if column.codes:
        return label(column.codes, raw)
    if column.kind is Kind.BOOLEAN:
        words = factor(code)
        return words.yes if _number(code, raw) else words.no
    return _with_unit(_number(code, raw), column.unit)


def _number(code: str, raw: str) -> float:
    flags = {"true": 1.0, "false": 0.0}
    try:
        return flags[raw.lower()] if raw.lower() in flags else float(raw.replace(",", ""))
    except ValueError as error:
        raise MissingText(f"factor {code}: its value is no number; expected one in the unit of its contract") from error


def _with_unit(number: float, unit: str | None) -> str:
    if unit == "일":
        return duration(number)
    if unit == "개월":
        return months(round(number))
    if unit == "원/월":
        return wage(number)
    if unit == "배":
        return f"{number:.1f}배"
    return f"{number:,.0f}{unit or ''}"


def day(iso: str) -> str:
    """A day as people write it: 2026-07-01 -> 2026년 7월 1일."""
    found = date.fromisoformat(iso)
    return f"{found.year}년 {found.month}월 {found.day}일"


def duration(days: float) -> str:
    """Days up to two months, then whole months and years."""
    return f"{days:.0f}일" if days < 60 else f"약 {months(round(days / _DAYS_PER_MONTH))}"


def months(count: int) -> str:
    """Months up to two years, then years and months."""
    if count < 24:
        return f"{count}개월"
    years, rest = divmod(count, 12)
    return f"{years}년 {rest}개월" if rest else f"{years}년"


def wage(krw_month: float) -> str:
    """A monthly wage in ten thousand won."""
    return f"월 {krw_month / 10_000:,.0f}만원"
