"""`make lineage`: write lake/contracts/lineage.json anew, from the engine's plans and from one published night.

`python -m dagster_project.lineage_update [LAKE]` reads the plans, and the Python steps on a lake with a published
night (made by `goyong demo`), into which it writes nothing.
Do not put here: how lineage is found (lineage_trace.py, lineage_probe.py).
"""

from __future__ import annotations

import json
import logging
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dagster_project.lineage_probe import PROBED, REFUSED, Observed, ProbingNight, probe, sample
from dagster_project.lineage_trace import trace_tables
from dagster_project.plan_lineage import Scope
from lake import publication
from lake.contracts import lineage
from lake.contracts.chances import APPLICATION_CHANCES, APPLICATION_PAIRS, PAIR_INPUTS
from lake.contracts.registry import table
from lake.session import open_session
from lake.settings import Settings, load_settings

PEOPLE = 400
Entry = dict[str, Any]


def planned_entries(scopes: Mapping[str, Scope]) -> dict[str, Entry]:
    """Entries of lineage.json for tables whose plans were read; conditions that decide the rows are not repeated."""
    entries = {}
    for table_id, scope in scopes.items():
        if table(table_id).layer == "quarantine":  # an end, and no way to an answer
            continue
        columns = {
            field.name: (field.values, field.conditions - scope.rows - field.values)
            for field in scope.fields
            if field.name in table(table_id).names
        }
        entries[table_id] = _entry("PLAN", scope.rows, columns, table(table_id).names)
    return entries


def observed_entries(observed: Observed) -> dict[str, Entry]:
    """Entries of lineage.json for tables whose inputs were shaken."""
    entries = {}
    for table_id, columns in observed.items():
        contract = table(table_id)
        if contract.layer == "ops":
            continue
        keys, found = columns.get(REFUSED, set()), {}
        for name in contract.names:
            values = columns.get(name, set()) | _key_sources(table_id, name, columns.get("", set()))
            found[name] = (values, keys - values if values else set())
        entries[table_id] = _entry("OBSERVED", columns.get("", ()), found, contract.names)
    return entries


def learned_entries() -> dict[str, Entry]:
    """The table of terms that is learned from settled applications: every number in it from all of them."""
    taught = {f"{APPLICATION_PAIRS.id}.{name}" for name in (*PAIR_INPUTS, "is_hired")}
    stamped = {"as_of", "model_version"}
    columns: dict[str, tuple[Iterable[str], Iterable[str]]] = {
        name: (() if name in stamped else taught, ()) for name in APPLICATION_CHANCES.names
    }
    return {APPLICATION_CHANCES.id: _entry("LEARNED", (), columns, APPLICATION_CHANCES.names)}


def _key_sources(table_id: str, name: str, rows: set[str]) -> set[str]:
    """A key tells rows apart, so shaking cannot show its source: the column of that name that the step is given.

    A key of a new name is made from what decides the rows.
    """
    if name not in table(table_id).key or name == "as_of":
        return set()
    _, given = PROBED.get(table_id, PROBED["matches__seeker_jobs"])
    named = [f"{source}.{name}" for source in given if name in table(source).names]
    return set(named[:1]) or rows


def _entry(
    method: str,
    rows: Iterable[str],
    columns: Mapping[str, tuple[Iterable[str], Iterable[str]]],
    order: Sequence[str],
) -> Entry:
    """One table: columns with the same sources stand together, in the order of the contract."""
    groups: dict[str, Entry] = {}
    for name in order:
        values, conditions = (_by_table(each) for each in columns.get(name, ((), ())))
        if values or conditions:
            group: Entry = {"names": []}
            group |= {"values": values} if values else {}
            group |= {"conditions": conditions} if conditions else {}
            groups.setdefault(json.dumps(group), group)["names"].append(name)
    return {"method": method, "rows": _by_table(rows), "columns": list(groups.values())}


def _by_table(named: Iterable[str]) -> dict[str, str]:
    found: dict[str, list[str]] = defaultdict(list)
    for each in sorted(named):
        table_id, name = each.split(".")
        found[table_id].append(name)
    return {table_id: " ".join(names) for table_id, names in sorted(found.items())}


def as_text(entries: Mapping[str, Entry]) -> str:
    """lineage.json: the same for the same lineage."""
    return json.dumps(dict(sorted(entries.items())), indent=1, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str]) -> None:
    """Write lineage.json; without a lake on the command line what was observed stays as it is."""
    with tempfile.TemporaryDirectory() as scratch:
        aside = replace(load_settings(), lake_dir=Path(scratch))
        with open_session(aside) as spark:
            entries = planned_entries(trace_tables(spark)) | learned_entries()
            entries |= _observe(Path(arguments[0]), aside, spark) if arguments else _kept()
    lineage.FILE.write_text(as_text(entries), encoding="utf-8")
    sys.stdout.write(f"wrote {lineage.FILE.name}: {len(entries)} tables\n")


def _kept() -> dict[str, Entry]:
    held = json.loads(lineage.FILE.read_text(encoding="utf-8"))
    return {table_id: entry for table_id, entry in held.items() if entry["method"] == "OBSERVED"}


def _observe(lake: Path, aside: Settings, spark: Any) -> dict[str, Entry]:
    """What the Python steps were seen to use, on people of the served night of `lake`."""
    settings = replace(aside, lake_dir=lake)
    observed: Observed = {}
    as_of = publication.current(settings).as_of
    shutil.copytree(settings.models_dir, aside.models_dir)
    night = ProbingNight.opened(spark, aside, sample(settings, as_of, people=PEOPLE), as_of)
    for table_id in PROBED:
        logging.getLogger("goyong.lineage").info("shaking the inputs of %s", table_id)
        observed |= probe(night, table_id)
    return observed_entries(observed)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    main(sys.argv[1:])
