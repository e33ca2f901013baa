"""Column lineage of what Python functions compute: one input column is shaken, and what moves in the answers is noted.

A plan cannot look into such a function, so its lineage is observed on a sample of a real night: every column that a
step is given is shuffled among the rows, and emptied on every other row; an answer that changes depends on it. What
never moved on the sample is not seen: the list is what was observed, no proof. Do not put here: what the engine
computes itself (lineage_trace.py).
"""

from __future__ import annotations

import logging
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import dagster as dg
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads
import pyarrow.parquet as pq

from dagster_project.assets import answers, features, gold, job_matching, models, skill_matching
from dagster_project.lineage_trace import run_asset
from dagster_project.night import Night, NightOptions
from dagster_project.plan_lineage import source_frame
from lake import tables
from lake.contracts.registry import table
from lake.device import open_device
from lake.settings import Settings

log = logging.getLogger("goyong.lineage")

PROBED: dict[str, tuple[dg.AssetsDefinition, tuple[str, ...]]] = {
    "gold__skill_phrases": (gold.gold_skill_phrases, ("silver__resumes", "silver__job_postings", "gold__skills")),
    "gold__seeker_tests": (gold.gold_seeker_tests, ("silver__test_results", "gold__test_norms")),
    "features__application_pairs": (
        features.features_application_pairs,
        tuple(f"silver__{noun}" for noun in features.PAIR_NOUNS.values()),
    ),
    "scores__course_outcomes": (models.scores_course_outcomes, ("silver__training_courses",)),
    "matches__seeker_occupations": (
        answers.matches_seeker_occupations,
        ("features__seekers", "gold__occupations", "gold__labour_market"),
    ),
    "matches__seeker_skill_gaps": (
        skill_matching.matches_seeker_skill_gaps,
        ("features__seekers", "features__job_postings", "gold__occupation_skills", "gold__skill_phrases"),
    ),
    "matches__seeker_courses": (
        skill_matching.matches_seeker_courses,
        ("features__seekers", "features__courses", "gold__occupation_skills"),
    ),
    "matches__seeker_certificates": (
        skill_matching.matches_seeker_certificates,
        ("features__seekers", "gold__occupation_skills"),
    ),
    "scores__employment_probability": (
        answers.scores_employment_probability,
        (
            "features__seekers",
            "matches__seeker_courses",
            "features__peer_references",
            "features__job_postings",
            "gold__labour_market",
        ),
    ),
    "matches__seeker_jobs": (
        job_matching.job_matching,
        ("features__seekers", "features__job_postings", "scores__application_chances"),
    ),
}
"""Table → the asset that makes it and the tables whose columns it is given."""

Observed = dict[str, dict[str, set[str]]]
"""Table → column → the `table.column` it was seen to follow.

The column `""` stands for which rows there are, REFUSED for inputs without whose order the step does not run at all.
"""
REFUSED = "!"
_NEVER_SHAKEN = frozenset({"as_of", "seeker_key"})
"""About whom a row is, and when: without them nothing could be compared."""
_TOGETHER = {"skill_codes_text": "skill_levels_text", "skill_levels_text": "skill_codes_text"}
"""Lists that go element by element: shaken together, or the step refuses them."""
_ALSO_READ = tuple(f"silver__{noun}" for noun in ("employment_spells", "training_history", "benefits"))


class ProbingNight(Night):
    """A night on tables held in memory: what steps write is kept in `written`."""

    held: dict[str, pa.Table]
    written: dict[str, pa.Table]

    @classmethod
    def opened(cls, spark: Any, settings: Settings, held: Mapping[str, pa.Table], as_of: date) -> ProbingNight:
        """A probing night; `settings` say where the models are, and a staging folder that may be emptied."""
        options = NightOptions(settings, Path("nowhere"))
        lake = tables.Lake(settings, spark)
        night = cls(options, lake, open_device("cpu"), as_of, "run", "inputs", datetime.now(tz=UTC))
        night.held, night.written = dict(held), {}
        return night

    def read(self, table_id: str) -> Any:
        """The table as a frame."""
        return source_frame(self.lake.spark, table_id, self.held[table_id])

    def read_usable(self, table_id: str) -> Any:
        """The same."""
        return self.read(table_id)

    def rows(self, table_id: str) -> int:
        """Rows of the table."""
        return int(self.held[table_id].num_rows)

    def export(self, table_id: str) -> Path:
        """The table as a file of a new name: loaders remember files by their names."""
        folder = self.settings.staging_dir / "exports"
        folder.mkdir(parents=True, exist_ok=True)
        keys = [(name, "ascending") for name in table(table_id).key]
        self.exports = getattr(self, "exports", 0) + 1
        file = folder / f"{table_id}-{self.exports}.parquet"
        pq.write_table(self.held[table_id].sort_by(keys), file)
        return file.resolve()

    def write(self, table_id: str, frame: Any) -> Any:
        """Compute and keep the rows."""
        return self.keep(table_id, frame.toArrow())

    def keep(self, table_id: str, rows: pa.Table) -> Any:
        """Keep rows in the order of their key."""
        keys = [(name, "ascending") for name in table(table_id).key]
        self.written[table_id] = rows.sort_by(keys).combine_chunks()
        return dg.MaterializeResult(asset_key=table_id)

    def report(self, commit: Any) -> Any:
        """Nothing to check."""
        return dg.MaterializeResult(asset_key=commit.table_id)

    def run(self, asset: dg.AssetsDefinition) -> dict[str, pa.Table]:
        """What an asset writes from the tables that are held now."""
        self.written = {}
        shutil.rmtree(self.settings.carry_dir, ignore_errors=True)
        shutil.rmtree(self.settings.staging_dir, ignore_errors=True)
        self.settings.staging_dir.mkdir(parents=True)
        with _from_memory(self):
            run_asset(asset, self)
        return self.written


@contextmanager
def _from_memory(night: ProbingNight) -> Iterator[None]:
    def dataset(_settings: Settings, table_id: str, *_a: Any, **_k: Any) -> pads.Dataset:
        return pads.dataset(night.held[table_id])

    def replace_from_arrow(_lake: Any, table_id: str, rows: pa.Table, *_a: Any) -> Any:
        night.keep(table_id, rows)
        return SimpleNamespace(table_id=table_id)

    with (
        mock.patch.object(tables, "dataset", dataset),
        mock.patch.object(tables, "replace_from_arrow", replace_from_arrow),
    ):
        yield


def sample(settings: Settings, as_of: date, *, people: int) -> dict[str, pa.Table]:
    """The tables that probed steps read, of `people` seekers spread evenly over all, and the whole market."""
    named = {name for _, given in PROBED.values() for name in given} | set(_ALSO_READ)
    held = {name: tables.dataset_of_night(settings, name, as_of).to_table() for name in sorted(named)}
    keys = held["features__seekers"].sort_by("seeker_key")["seeker_key"].combine_chunks()
    chosen = keys.take(pa.array(np.linspace(0, len(keys) - 1, min(people, len(keys))).astype(np.int64)))
    return {
        name: rows.filter(pc.is_in(rows["seeker_key"], chosen)) if "seeker_key" in rows.column_names else rows
        for name, rows in held.items()
    }


def probe(night: ProbingNight, table_id: str, *, seed: int = 1, only: Iterable[str] | None = None) -> Observed:
    """What the answers of one step were seen to depend on; `only` limits the `table.column` that are shaken."""
    asset, given = PROBED[table_id]
    seen: Observed = defaultdict(lambda: defaultdict(set))
    before, names = night.run(asset), set(only) if only is not None else None
    for source in given:
        rows = night.held[source]
        for name in (name for name in rows.column_names if name not in _NEVER_SHAKEN):
            if names is not None and f"{source}.{name}" not in names:
                continue
            for shaken in shakes(rows, name, seed):
                night.held[source] = shaken
                try:
                    after = night.run(asset)
                except Exception as error:  # noqa: BLE001 - a step may refuse what no night would hold
                    log.info("%s: %s.%s shaken: %s", table_id, source, name, type(error).__name__)
                    for made in before:
                        seen[made][REFUSED].add(f"{source}.{name}")
                    continue
                finally:
                    night.held[source] = rows
                _note(seen, before, after, f"{source}.{name}")
    return seen


def shakes(rows: pa.Table, name: str, seed: int) -> list[pa.Table]:
    """The rows with a column in another order, and with every other value empty; neither where that changes nothing."""
    order = pa.array(np.random.default_rng(seed).permutation(rows.num_rows))
    every_other = pa.array(np.arange(rows.num_rows) % 2 == 0)
    shuffled = emptied = rows
    for each in (name, *([_TOGETHER[name]] if _TOGETHER.get(name) in rows.column_names else [])):
        place, values = rows.column_names.index(each), rows[each].combine_chunks()
        shuffled = shuffled.set_column(place, rows.schema.field(place), values.take(order))
        nothing = pa.scalar(None, values.type)
        emptied = emptied.set_column(place, rows.schema.field(place), pc.if_else(every_other, values, nothing))
    return [made for made in (shuffled, emptied) if not made.equals(rows)]


def _note(seen: Observed, before: Mapping[str, pa.Table], after: Mapping[str, pa.Table], source: str) -> None:
    for table_id, old in before.items():
        new = after.get(table_id)
        keys = list(table(table_id).key)
        if new is None or not new.select(keys).equals(old.select(keys)):
            seen[table_id][""].add(source)
            old, new = _in_both(old, new, keys)
        for name in old.column_names:
            if not new[name].equals(old[name]):
                seen[table_id][name].add(source)


def _in_both(old: pa.Table, new: pa.Table | None, keys: list[str]) -> tuple[pa.Table, pa.Table]:
    """The rows whose keys are in both, in one order."""
    if new is None:
        return old.slice(0, 0), old.slice(0, 0)
    order = [(name, "ascending") for name in keys]
    return (
        old.join(new.select(keys), keys, join_type="left semi").sort_by(order).combine_chunks(),
        new.join(old.select(keys), keys, join_type="left semi").sort_by(order).combine_chunks(),
    )
