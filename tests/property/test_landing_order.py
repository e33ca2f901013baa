"""However the rows of a delivery are ordered, cut into files, ended and read, the same rows land with the same hashes.

Nights say the same of whole answers (tests/pipeline/test_faults.py). Do not put here: single examples.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from lake.landing import land_delivery
from lake.settings import Settings

DAY = date(2026, 3, 2)
KEY = "0123456789abcdef" * 4
MAPPING = """
table = "seekers"
pattern = "seekers_*.csv"
format = "csv"
[columns]
seeker_key = { from = "번호", pseudonym = true }
registered_date = "등록일"
home_region_code = "지역"
"""
PROVENANCE = ("source_file", "row_number", "received_at")
# Numbers of made-up people: the seventh digit 9 stands for the 1800s. Two rows are equal, one has a quoted newline.
ROWS: list[tuple[str, ...]] = [
    (f"9001{day:02}-9{day:06}", f"2026-02-{day:02}", str(10 + day % 7)) for day in range(1, 25)
]
ROWS += [ROWS[3], ("900130-9000030", "2026-02-03", '서울\n"중구"')]


def land(files: list[list[tuple[str, ...]]], line_end: str, threads: int) -> Counter[tuple[object, ...]]:
    """The rows that land from these files, as a multiset without where they stood."""
    with tempfile.TemporaryDirectory() as room:
        sources = Path(room) / "sources"
        for folder in ("mappings", DAY.isoformat()):
            (sources / folder).mkdir(parents=True)
        (sources / "mappings" / "seekers.toml").write_text(MAPPING, encoding="utf-8")
        secret = Path(room) / "pseudonym.key"
        secret.write_text(KEY, encoding="ascii")
        secret.chmod(0o600)
        for number, rows in enumerate(files):
            text = io.StringIO(newline="")
            csv.writer(text, lineterminator=line_end).writerows([("번호", "등록일", "지역"), *rows])
            (sources / DAY.isoformat() / f"seekers_{number}.csv").write_bytes(text.getvalue().encode())
        landed = land_delivery(
            Settings(lake_dir=Path(room) / "lake", secret_file=secret, threads=threads),
            sources,
            DAY,
            known={},
            received_at=datetime(2026, 3, 2, tzinfo=UTC),
            linkers={},
        )
        assert [file.problem or file.duplicate_of for file in landed] == [None] * len(files)
        found: Counter[tuple[object, ...]] = Counter()
        for file in landed:
            assert file.staged is not None
            staged = pq.read_table(file.staged).drop_columns(PROVENANCE)
            found.update(tuple(row.values()) for row in staged.to_pylist())
        return found


EXPECTED = land([ROWS], "\n", 1)


def test_equal_rows_are_counted_not_merged_when_they_land() -> None:
    assert EXPECTED.total() == len(ROWS) == 26
    assert sorted(EXPECTED.values())[-2:] == [1, 2]


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    order=st.permutations(ROWS),
    cuts=st.sets(st.integers(2, len(ROWS) - 2), max_size=3),
    line_end=st.sampled_from(["\n", "\r\n"]),
    threads=st.integers(1, 4),
)
def test_order_and_cut_of_files_change_no_landed_row(
    order: list[tuple[str, ...]], cuts: set[int], line_end: str, threads: int
) -> None:
    places = [0, *sorted(cuts), len(order)]
    files = [order[start:end] for start, end in zip(places, places[1:], strict=False)]
    assert land(files, line_end, threads) == EXPECTED
