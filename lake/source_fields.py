"""What a source calls a bronze column: the field names of its files, from the mapping files.

Put here: looking them up. Do not put here: what a mapping does to a value (lake/sources/mapping.py), or which bronze
columns a table needs (lake/contracts/lineage.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lake.contracts.lineage import Origin
from lake.sources import mapping

SHIPPED = Path(mapping.__file__).parent / "mappings"


@dataclass(frozen=True, order=True)
class SourceField:
    """The fields of one kind of file that make a bronze column; several are joined."""

    source: str
    file: str
    headers: tuple[str, ...]


def fields_of(origin: Origin) -> tuple[SourceField, ...]:
    """What each shipped mapping reads for a bronze column; empty for one that says where a row came from."""
    noun = origin.table_id.split("__", 1)[1]
    return _fields().get((noun, origin.column), ())


@cache
def _fields() -> dict[tuple[str, str], tuple[SourceField, ...]]:
    found: dict[tuple[str, str], list[SourceField]] = {}
    for file in sorted(SHIPPED.glob("*/*.toml")):
        read = mapping.load_mapping(file)
        for spec in read.columns:
            if spec.headers:
                field = SourceField(file.parent.name, file.stem, tuple(dict.fromkeys(spec.headers)))
                found.setdefault((read.noun, spec.name), []).append(field)
    return {key: tuple(fields) for key, fields in found.items()}
