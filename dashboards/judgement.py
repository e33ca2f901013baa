"""What a night knows about its employment probability: is it good, is it calibrated, is it fair, may it be used.

Reads goyong.duckdb and nothing else. Do not put here: one table's section (accuracy_sections.py,
fairness_sections.py) or markup (templates/).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from dashboards import accuracy_sections, fairness_sections, texts
from dashboards.catalog import open_catalog, served_night
from dashboards.sections import Row, Section, fetch
from lake.settings import Settings

_ORDER = (
    "promotion",
    "models",
    "served",
    "reliability",
    "groups",
    "wrong",
    "cohorts",
    "leaks",
    "drift",
    "truth",
    "age",
)


@dataclass(frozen=True)
class Judgement:
    """What a night knows about its model: when, whether one is served and why not, the sections with rows."""

    run_id: str
    as_of: date
    is_synthetic: bool
    model_version: str | None
    silence: str
    inputs: tuple[str, ...]
    sections: tuple[Section, ...]


def read_judgement(settings: Settings, catalog_path: Path) -> Judgement:
    """Everything the page and the model card say, read from the night's file."""
    with open_catalog(settings, catalog_path) as db:
        night = served_night(db, catalog_path)
        found = [*accuracy_sections.sections(db), *fairness_sections.sections(db)]
        decision = fetch(db, "promotion")
        inputs = tuple(sorted(row["feature_name"] for row in fetch(db, "drift")))
    shown = sorted((section for section in found if section is not None), key=lambda section: _ORDER.index(section.id))
    version = decision[0]["model_version"] if decision else None
    return Judgement(
        run_id=night["run_id"],
        as_of=night["as_of"],
        is_synthetic=bool(night["is_synthetic"]),
        model_version=version,
        silence=_silence(decision),
        inputs=inputs,
        sections=tuple(shown),
    )


def silence(db: duckdb.DuckDBPyConnection) -> str:
    """One sentence or two: that there is no model, and why; empty where there is one."""
    return _silence(fetch(db, "promotion"))


def _silence(decision: list[Row]) -> str:
    words = texts.load("employment")
    if decision and decision[0]["model_version"]:
        return ""
    if not decision:
        return str(words["no_record"])
    return " ".join([words["no_model"], *accuracy_sections.refusals(decision[0])])


def tiles(db: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """The version served and the four numbers to know first; nothing where no model is served."""
    decision = fetch(db, "promotion")
    if not decision or not decision[0]["model_version"]:
        return []
    served = {
        row["measure_name"]: row
        for row in fetch(db, "served")
        if (row["cohort"], row["label_name"]) == ("ALL", "is_hired_183d") and row["value"] is not None
    }
    found = [("공표 모형", str(decision[0]["model_version"]))]
    if "auc" in served:
        found += [("평가한 사람", f"{served['auc']['rows_count']:,}명"), ("AUC", f"{served['auc']['value']:.3f}")]
    if "ece" in served:
        error = served["ece"]
        found.append(("보정 오차 / 기준", f"{error['value']:.4f} / {error['limit_value']:.4f}"))
    for row in fetch(db, "worst"):
        if row["value_low"] is not None:
            found.append(("잘못 어렵다고 본 배수(하한) / 기준", f"{row['value_low']:.1f} / {row['limit_value']:.1f}배"))
    return found
