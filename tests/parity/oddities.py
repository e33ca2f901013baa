"""A delivery of strange values: every column of every source table, one odd value at a time.

Each row is a good row of another delivery with one cell exchanged, so an engine that reads that cell
otherwise shows it in silver or in a reason of quarantine. Do not put here: what the values should become.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lake.contracts import silver
from lake.contracts.model import Kind, Table
from lake.landing import land_delivery
from lake.settings import Settings

ODD_PEOPLE = 500
# Java's number parser takes a trailing d or f and hexadecimal; wide and Arabic digits are digits to some.
_NUMBERS = """
    1 -1 +5 .5 5. 1e3 1E3 1e400 NaN nan Infinity -inf 1d 5f 5D 0x1p3 0x10 1,234 50% 1_000 12abc ½ ٣ １２ - --1 1e e1
    0007 127 128 -129 32767.0 2147483647 2147483648 9223372036854775807 9.2e18 2.5 -0 0.1 3.4e38 1e39 100 100.1 60 0
"""
_DATES = """
    2026-01-02 20260102 2026.01.02 2026/01/02 2026-13-01 2026-02-30 2024-02-29 2023-02-29 0000-01-01 0001-01-01
    9999-12-31 2026-1-2 2026-01-02T10:11:12Z 2026-01-02T10:11:12.123Z 20260102101112 20260102101160 202601022511
    2026.01.02. 2026-01-02x 26-01-02 ２０２６-01-02 2026-01-0२ 1582-10-10 1600-01-01 2026-11-20 2027-01-01 1990-02-28
"""
CLOCKS = ["2026-01-02 10:11:12", "2026-01-02 24:00:00", "2026-01-02 23:59:59.999999", "2026-01-02 10", " 2026-01-02"]
TRUTHS = ["Y", "N", "yes", "YES", "1", "0", "true", "FALSE", "예", "아니오", "아니요", "01", "TRUE ", "İ", "ｙ"]
TEXTS = [
    "",
    " ",
    "\t",
    "\u3000",
    "\u00a0",
    "a  b",
    'A"B',
    "a\\b",
    "a\nb",
    "가",
    "가",
    "🙂",
    "|",
    "null",
    "None",
    "\u2028",
]
LISTS = ["a;b", "b;a;b", ";", "a;;b", " a ; b ", "가;나", "A;a"]
RATES = ["A", "B", "C", "D", "-", "0", "55.5", "100", "100.1", "-0.1", "55%", "5f", "1e1"]
ODD_BY_KIND: dict[Kind, Sequence[str]] = {
    Kind.STRING: TEXTS + LISTS + RATES,
    Kind.BOOLEAN: TRUTHS,
    Kind.DATE: _DATES.split() + CLOCKS,
    Kind.INSTANT: _DATES.split() + CLOCKS,
} | dict.fromkeys(
    (Kind.INT8, Kind.INT16, Kind.INT32, Kind.INT64, Kind.FLOAT32, Kind.FLOAT64), [*_NUMBERS.split(), " 7 ", "7\n"]
)


def deliver_oddities(sources: Path, *, like: date, settings: Settings) -> date:
    """Write the odd delivery for the day before `like`, whose rows it varies; returns its date."""
    land_delivery(settings, sources, like, known={}, received_at=datetime(2026, 1, 1, tzinfo=UTC), linkers={})
    day = like - timedelta(days=1)
    (sources / day.isoformat()).mkdir()
    for table in silver.TABLES:
        staged = sorted((settings.staging_dir / like.isoformat() / table.noun).glob("*.parquet"))
        names = [column.name for column in table.delivered]
        good = pa.concat_tables([pq.read_table(file, columns=names) for file in staged]).slice(0, 1_000).to_pylist()
        odd = list(_variants(table, good))
        schema = pa.schema([(name, pa.string()) for name in names])
        pq.write_table(
            pa.Table.from_pylist(odd, schema=schema), sources / day.isoformat() / f"odd_{table.noun}.parquet"
        )
        (sources / "mappings" / f"odd_{table.noun}.toml").write_text(_mapping(table), encoding="utf-8")
    return day


def _variants(table: Table, good: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    cells = [(column.name, value) for column in table.delivered for value in (None, *ODD_BY_KIND[column.kind])]
    for number, (name, value) in enumerate(cells):
        yield good[number % len(good)] | _identity(table, number) | {name: value}


def _identity(table: Table, number: int) -> dict[str, str]:
    """A key of its own; several rows of one odd person, so that their histories are odd as well."""
    own: dict[str, str] = {}
    if len(table.key) == 1:
        own[table.key[0]] = f"odd-{number}"
    if "seeker_key" in table.names and table.key != ("seeker_key",):
        own["seeker_key"] = f"odd-{number % ODD_PEOPLE}"
    return own


def _mapping(table: Table) -> str:
    columns = "\n".join(f'{column.name} = "{column.name}"' for column in table.delivered)
    head = f'table = "{table.noun}"\npattern = "odd_{table.noun}.parquet"\nformat = "parquet"\nis_synthetic = true\n'
    return f"{head}null_values = []\n[columns]\n{columns}\n"
