"""Lay the real data out as deliveries: `.real/mappings` and one dated folder for each day that files came.

Files are linked hard, not copied, and the folder tells git to ignore it: none of this data may ship. Do not put here:
any change to the data (that is the mappings' work), the run itself (night.py).
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
MAPPINGS = HERE / "mappings"
SOURCES = PROJECT / ".real"
LAKE = SOURCES / "lake"
DATA_VARIABLE = "GOYONG_SHARED_DATA"

# No session of a snapshot starts after the snapshot's month, so the month's list is taken as known on its first day:
# at the month's end nothing would be left to recommend. README, "Dates".
NIGHT = date(2025, 6, 1)
FIRST_DELIVERY = date(2024, 10, 1)
ONCE = (
    "scout/resume.csv",
    "scout/resume_certificate.csv",
    "scout/recruitment.csv",
    "scout/company.csv",
    "scout/apply_public.csv",
    "know/KNOW_2017.csv",
    "know/KNOW_2018_public.csv",
    "know/KNOW_2020_public.csv",
    "reference/korean_job_dictionary.parquet",
)
SNAPSHOTS = "kdt/result_kdtdata_*.csv"
Row = dict[str, str]


class RealDataAbsentError(FileNotFoundError):
    """The folder of real data, or a file in it, is not on this machine."""


def data_folder() -> Path:
    """The folder of real data: GOYONG_SHARED_DATA, or `shared/data` beside the project."""
    named = os.environ.get(DATA_VARIABLE)
    return Path(named).expanduser() if named else PROJECT.parent / "shared" / "data"


def missing_files(data: Path) -> list[str]:
    """What a night on real data needs and `data` lacks; empty when everything is there."""
    missing = [name for name in ONCE if not (data / name).is_file()]
    return missing if any(data.glob(SNAPSHOTS)) else [*missing, SNAPSHOTS]


def deliveries(data: Path) -> Iterator[tuple[date, Path]]:
    """(delivery date, file) of every file, in order of date."""
    for name in ONCE:
        yield FIRST_DELIVERY, data / name
    for file in sorted(data.glob(SNAPSHOTS)):
        month = file.stem.rsplit("_", 1)[1]
        yield date(int(month[:4]), int(month[4:]), 1), file


def prepare(data: Path | None = None, sources: Path = SOURCES) -> Path:
    """Make the sources folder anew (its lake stays) and return it; raises RealDataAbsentError."""
    data = (data or data_folder()).resolve()
    missing = missing_files(data)
    if missing:
        raise RealDataAbsentError(
            f"real data: {len(missing)} of {len(ONCE) + 1} files are absent, first {missing[0]}; expected shared/data "
            f"beside the project (tests/real/README.md): put it there or name its place in {DATA_VARIABLE}"
        )
    sources.mkdir(parents=True, exist_ok=True)
    for old in [*sources.glob("????-??-??"), sources / "mappings"]:
        shutil.rmtree(old, ignore_errors=True)
    (sources / ".gitignore").write_text("*\n", encoding="utf-8")
    shutil.copytree(MAPPINGS, sources / "mappings")
    for delivered, file in deliveries(data):
        folder = sources / delivered.isoformat()
        folder.mkdir(exist_ok=True)
        _place(file, folder / file.name)
    return sources


def _place(file: Path, target: Path) -> None:
    """The file under a second name (deliveries hold no links); a copy where the two lie on different disks."""
    try:
        os.link(file.resolve(), target)
    except OSError:
        shutil.copyfile(file, target)


def read_csv(name: str, encoding: str = "utf-8-sig") -> list[Row]:
    """A file of the real data as sent, for tests that check against it."""
    with (data_folder() / name).open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def snapshot(month: str) -> list[Row]:
    """The sessions of one monthly snapshot ("202506")."""
    return read_csv(f"kdt/result_kdtdata_{month}.csv")


def session_id(row: Row) -> str:
    """A session's number as the mapping makes it."""
    institution = row["과정페이지 링크"].split("trainstCstmrId=")[1].split("&")[0]
    return f"{row['훈련과정 ID']}-{row['회차']}-{institution}"
