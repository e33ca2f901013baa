"""One noun from bronze to silver and quarantine: parse, refuse, derive, keep the newest.

Do not put here: the parsing (conform.py) or a noun's own rules (the module of that noun).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from pyspark.sql import DataFrame

from lake.contracts.registry import table
from transforms.silver import conform, employment_spells, job_postings, training_courses


def _no_rules() -> Sequence[conform.Rule]:
    return ()


_RULES: dict[str, Callable[[], Sequence[conform.Rule]]] = {
    "job_postings": job_postings.rules,
    "training_courses": training_courses.rules,
    "employment_spells": employment_spells.rules,
}
_DERIVE: dict[str, Callable[..., DataFrame]] = {
    "job_postings": job_postings.derive,
    "training_courses": training_courses.derive,
}


@dataclass(frozen=True)
class Cleaned:
    """The two outcomes of a noun: rows for silver__{noun} and for quarantine__{noun}."""

    silver: DataFrame
    quarantine: DataFrame


def clean(bronze: DataFrame, noun: str, *, as_of: date) -> Cleaned:
    """Silver and quarantine of `noun` from the bronze rows delivered up to `as_of`."""
    contract = table(f"silver__{noun}")
    typed = conform.typed(bronze.where(f"delivery_date <= DATE'{as_of.isoformat()}'"), contract, as_of=as_of)
    judged = conform.refuse(typed, contract, _RULES.get(noun, _no_rules)())
    derived = _DERIVE[noun](judged, as_of=as_of) if noun in _DERIVE else judged
    return Cleaned(conform.newest(derived, contract), conform.refused(judged, contract))
