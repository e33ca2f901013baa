"""One harness for input that lies: a file, and what must come of it: read right, quarantined, or refused by name.

Put here: how a lie is told and judged. Not here: the lies themselves (the test modules).
All lies of a test are files of one delivery; the folder of a lie says which mapping reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from lake.landing import LandedFile, land_delivery
from lake.settings import Settings
from tests.faults.tally import Add

DAY = date(2026, 11, 20)
RECEIVED = datetime(2026, 11, 20, 1, tzinfo=UTC)
ENDINGS = {"csv": "csv*", "tsv": "tsv*", "jsonl": "jsonl*", "parquet": "parquet", "xlsx": "xlsx"}
KINDS = (
    ("csv", "utf-8"),
    ("csv", "cp949"),
    ("csv", "utf-16"),
    ("tsv", "utf-8"),
    ("jsonl", "utf-8"),
    ("parquet", "utf-8"),
    ("xlsx", "utf-8"),
)
_COLUMNS = """
[columns]
posting_id = "번호"
registered_date = "등록일"
title = { from = "제목", optional = true }
updated_at = { delivery_date = true }
"""

Row = tuple[str | None, ...]


@dataclass(frozen=True)
class Read:
    """Every row is read, as (번호, 등록일, 제목)."""

    rows: Sequence[Row]


@dataclass(frozen=True)
class Quarantined:
    """These rows are refused, with a reason that holds the text; the others are read."""

    reasons: Mapping[int, str]
    rows: Sequence[Row]


@dataclass(frozen=True)
class Refused:
    """The file is refused; the problem names it, what to do, and these words."""

    words: Sequence[str]


@dataclass(frozen=True)
class Lie:
    """A file of a delivery. `kind` is format and encoding as the mapping declares them; `name` without its folder."""

    name: str
    content: bytes
    expected: Read | Quarantined | Refused
    kind: tuple[str, str] = ("csv", "utf-8")

    @property
    def path(self) -> str:
        """Where it lies in the delivery."""
        return f"{'_'.join(self.kind)}/{self.name}"


def csv(*rows: str, header: str = "번호,등록일,제목", end: str = "\n") -> str:
    """A delimited file of these lines."""
    return end.join([header, *rows, ""])


def deliver(folder: Path, lies: Iterable[Lie], columns: str = _COLUMNS) -> Path:
    """A sources folder that holds the lies and a mapping for each kind."""
    (folder / "mappings").mkdir(parents=True)
    for form, encoding in KINDS:
        kind = f"{form}_{encoding}"
        text = f'table = "job_postings"\npattern = "{kind}/*.{ENDINGS[form]}"\nformat = "{form}"\n'
        (folder / "mappings" / f"{kind}.toml").write_text(f'{text}encoding = "{encoding}"\n{columns}', encoding="utf-8")
        (folder / DAY.isoformat() / kind).mkdir(parents=True)
    for lie in lies:
        (folder / DAY.isoformat() / lie.path).write_bytes(lie.content)
    return folder


def land(sources: Path, **settings: Any) -> list[LandedFile]:
    """What landing makes of a sources folder, in a lake beside it."""
    made = Settings(lake_dir=sources.parent / "lake", threads=2, **settings)
    return land_delivery(made, sources, DAY, known={}, received_at=RECEIVED, linkers={})


def untold(lie: Lie, landed: LandedFile) -> str:
    """What is wrong with what became of a lie; empty when it was read right, quarantined or refused as expected."""
    if isinstance(lie.expected, Refused):
        if landed.problem is None:
            return f"{lie.name}: accepted, {landed.rows} rows"
        words = [lie.name, "Do: ", *lie.expected.words]
        missing = [word for word in words if word not in landed.problem]
        return f"{lie.name}: {missing} not in {landed.problem!r}" if missing else ""
    if landed.staged is None:
        return f"{lie.name}: {landed.problem or landed.duplicate_of}"
    rows = pq.read_table(landed.staged).sort_by("row_number").to_pylist()
    reasons = lie.expected.reasons if isinstance(lie.expected, Quarantined) else {}
    bad = {row["row_number"]: row["landing_error"] for row in rows if row["landing_error"]}
    if set(bad) != set(reasons) or not all(reasons[number] in bad[number] for number in reasons):
        return f"{lie.name}: refused rows {bad}, expected {dict(reasons)}"
    good = [(row["posting_id"], row["registered_date"], row["title"]) for row in rows if not row["landing_error"]]
    wrong = [(found, told) for found, told in zip(good, lie.expected.rows, strict=False) if found != tuple(told)]
    if wrong or len(good) != len(lie.expected.rows):
        return f"{lie.name}: {len(good)} rows, expected {len(lie.expected.rows)}; {wrong[:2]}"
    return ""


def try_all(lies: Sequence[Lie], folder: Path, tally: Add, **settings: Any) -> list[str]:
    """Lands all lies, counts them, and says which were not told right (a crash fails the test by itself)."""
    landed = {file.source_file: file for file in land(deliver(folder / "sources", lies), **settings)}
    silent = [untold(lie, landed[lie.path]) for lie in lies]
    wrong = [text for text in silent if text]
    tally("bad inputs", tried=len(lies), crashes=0, silent_acceptances=len(wrong))
    return wrong
