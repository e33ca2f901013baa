"""Writes synthetic Korea as deliveries: mappings, one folder a date, and the truth beside them.

The people are made in chunks of 100,000, several at a time; a chunk is its own file, so memory does not grow with
the country. Do not put here: how a value is drawn.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections import Counter as Tally
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from lake.sources.simulated import (
    activities,
    courses,
    history,
    inventories,
    lists,
    papers,
    people,
    postings,
    requests,
    traps,
)
from lake.sources.simulated.choice import Board
from lake.sources.simulated.dated import on_date
from lake.sources.simulated.shelf import Shelf
from lake.sources.simulated.world import Size, World, make_world

CHUNK = 100_000
MARKER = "SYNTHETIC.txt"
NOTICE = (
    "합성 데이터 — 실제 사람, 기업, 공고, 훈련과정이 아니다. 주민등록번호와 전화번호는 존재할 수 없는 번호이다.\n"
    "synthetic data: no real person, company, posting or course; resident and phone numbers cannot exist.\n"
)


class SimulationError(ValueError):
    """The request cannot be carried out as given."""


@dataclass(frozen=True)
class SimulationReport:
    """What was written; keys are "date/table" and, for traps, "date/table/trap"."""

    out: Path
    dates: tuple[date, ...]
    seekers: int
    seconds: float
    rows: dict[str, int] = field(repr=False)
    traps: dict[str, int] = field(repr=False)
    resent_files: tuple[str, ...] = ()

    def count_quarantined(self, table: str) -> int:
        """Rows of `table` that silver must quarantine."""
        return traps.count_quarantined(self.traps, table)


def simulate(
    *,
    seekers: int,
    postings: int,
    sessions: int,
    nights: int,
    seed: int,
    out: Path,
    first_date: date,
    workers: int = 2,
    chunk: int = CHUNK,
) -> SimulationReport:
    """Write `nights` deliveries from `first_date` on under `out`: the same arguments give the same bytes.

    `workers` and `chunk` change speed and the cut into files, never a row.
    """
    begun = time.monotonic()
    size = Size(seekers, postings, sessions, nights)
    if min(seekers, postings, sessions, nights) < 1:
        raise SimulationError(f"simulate: found {size}, expected at least 1 of each; raise what is below 1")
    world = make_world(seed, first_date, size)
    if people.count_people(world) > people.MAX_PEOPLE - 1_000_000:
        raise SimulationError(
            f"simulate: {seekers} seekers, expected at most {people.MAX_PEOPLE - 1_000_000}; ask for fewer"
        )
    _clear(out)
    (out / MARKER).write_text(NOTICE, encoding="utf-8")
    _copy_mappings(out / "mappings")
    tallies = Tally[str](), Tally[str]()
    _write_lists(world, out, tallies)
    _write_people(world, out, tallies, workers, chunk)
    dates = tuple(first_date + timedelta(days=night) for night in range(nights))
    resent = tuple(_resend(out, earlier, later) for earlier, later in zip(dates, dates[1:], strict=False))
    report = SimulationReport(
        out,
        dates,
        people.count_people(world),
        round(time.monotonic() - begun, 2),
        dict(tallies[0]),
        dict(tallies[1]),
        resent,
    )
    _write_report(report)
    return report


def _clear(out: Path) -> None:
    """An empty folder: ours is emptied, anybody else's is refused."""
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()) and not (out / MARKER).is_file():
        raise SimulationError(f"simulate: {out.name} holds files that are not ours; name an empty folder with --out")
    for path in out.iterdir():
        if path.name in ("mappings", "truth") or re.fullmatch(r"\d{4}-\d\d-\d\d", path.name):
            shutil.rmtree(path)


def _copy_mappings(target: Path) -> None:
    target.mkdir()
    for source in sorted(files("lake.sources").joinpath("mappings", "simulated").iterdir(), key=lambda f: f.name):
        if source.name.endswith(".toml"):
            (target / source.name).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")


def _days(world: World) -> range:
    return range(world.today, world.last_day + 1)


def _folder(out: Path, day: int) -> Path:
    folder = out / str(np.datetime64(day, "D"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _write_table(
    world: World, out: Path, name: tuple[str, int], rows: pa.Table, day: int
) -> tuple[Tally[str], Tally[str]]:
    """One CSV file, with dirty rows at the end of the first file of a date; nothing if there is no row."""
    table, number = name
    written, planted = Tally[str](), Tally[str]()
    if rows.num_rows == 0:
        return written, planted
    dirty, counts = traps.dirty_rows(world, table, rows, day) if number == 0 else (None, {})
    folder = _folder(out, day)
    sink = pa.BufferOutputStream()
    pacsv.write_csv(rows, sink)
    if dirty is not None:
        pacsv.write_csv(dirty, sink, pacsv.WriteOptions(include_header=False))
    content = sink.getvalue()
    path = folder / f"{table}_{number:04d}.csv"
    if table == "training_courses":
        path.write_bytes(content.to_pybytes().decode("utf-8").encode("cp949"))
    else:
        path.write_bytes(memoryview(content))
    written[f"{folder.name}/{table}"] += rows.num_rows + (0 if dirty is None else dirty.num_rows)
    planted.update({f"{folder.name}/{table}/{trap}": count for trap, count in counts.items()})
    return written, planted


def _write_lists(world: World, out: Path, tallies: tuple[Tally[str], Tally[str]]) -> None:
    """Everything that is not about people."""
    first = _folder(out, world.today)
    (first / "occupations_0000.jsonl").write_text(lists.occupations_jsonl(world), encoding="utf-8")
    tallies[0][f"{first.name}/occupations"] += len(world.occupation_codes)
    once = {
        "companies": postings.companies(world),
        "worker_surveys": lists.worker_surveys(world),
        "skill_requirements": lists.skill_requirements(world),
    }
    for table, rows in once.items():
        _add(tallies, _write_table(world, out, (table, 0), rows, world.today))
    for day in _days(world):
        for number, rows in enumerate(_posting_files(world, day)):
            _add(tallies, _write_table(world, out, ("job_postings", number), rows, day))
        sessions = courses.attributes(world, np.arange(world.size.sessions))
        chosen = np.flatnonzero(courses.changed_on(world, sessions, day))
        rows = courses.table(world, courses.attributes(world, chosen), day)
        _add(tallies, _write_table(world, out, ("training_courses", 0), rows, day))


def _posting_files(world: World, day: int) -> Iterator[pa.Table]:
    for start in range(0, postings.count_postings(world), CHUNK):
        index = np.arange(start, min(start + CHUNK, postings.count_postings(world)))
        chosen = index[postings.changed_on(world, postings.attributes(world, index), day)]
        if len(chosen):
            yield postings.table(world, postings.attributes(world, chosen), day)


def _add(tallies: tuple[Tally[str], Tally[str]], more: tuple[Tally[str], Tally[str]]) -> None:
    for tally, part in zip(tallies, more, strict=True):
        tally.update(part)


@dataclass(frozen=True)
class _Offer:
    """What people apply to and attend, made once and shared by the chunks."""

    board: Board
    sessions: courses.Sessions
    session_shelf: Shelf


def _write_people(world: World, out: Path, tallies: tuple[Tally[str], Tally[str]], workers: int, chunk: int) -> None:
    every_posting = postings.attributes(world, np.arange(postings.count_postings(world)))
    every_session = courses.attributes(world, np.arange(world.size.sessions))
    offer = _Offer(
        Board.of(world, every_posting),
        every_session,
        Shelf.of(every_session.skill, every_session.end),
    )
    starts = range(0, people.count_people(world), chunk)
    writers: dict[int, pq.ParquetWriter] = {}

    def write(start: int) -> tuple[tuple[Tally[str], Tally[str]], list[pa.Table]]:
        return _write_chunk(world, out, offer, (start, chunk))

    with ThreadPoolExecutor(max_workers=workers) as pool:
        for written, truths in pool.map(write, starts):
            _add(tallies, written)
            for day, truth in zip(_days(world), truths, strict=True):
                if day not in writers:
                    writers[day] = pq.ParquetWriter(_folder(out / "truth", day) / "seekers.parquet", truth.schema)
                writers[day].write_table(truth)
    for writer in writers.values():
        writer.close()


def people_tables(world: World, person: people.People, offer: _Offer) -> Iterator[tuple[str, int, pa.Table]]:
    """Every (table, day, rows) about these people."""
    spells = history.draw_spells(world, person)
    parts = {
        "resumes": [papers.resumes(world, person)],
        "employment_spells": history.employment_spells(world, person, spells),
        "applications": activities.applications(world, person, spells, offer.board),
        "test_results": inventories.test_results(world, person),
        "certificates": [papers.certificates(world, person)],
        "training_history": activities.training_history(world, person, offer.sessions, offer.session_shelf),
        "benefits": [activities.benefits(world, person, spells)],
        "rights_requests": requests.rights_requests(world, person),
    }
    for day in _days(world):
        seekers = people.table(world, person, day)
        yield "seekers", day, seekers.filter(pa.array(people.changed_on(world, person, day)))
        for table, dated in parts.items():
            yield table, day, on_date(world, dated, day)
        yield "truth", day, history.truth(world, person, spells, day)


def _write_chunk(
    world: World, out: Path, offer: _Offer, part: tuple[int, int]
) -> tuple[tuple[Tally[str], Tally[str]], list[pa.Table]]:
    start, chunk = part
    person = people.attributes(world, np.arange(start, min(start + chunk, people.count_people(world))))
    tallies, truths = (Tally[str](), Tally[str]()), []
    for table, day, rows in people_tables(world, person, offer):
        if table == "truth":
            truths.append(rows)
        else:
            _add(tallies, _write_table(world, out, (table, start // chunk), rows, day))
    return tallies, truths


def _resend(out: Path, earlier: date, later: date) -> str:
    """Yesterday's first file of seekers arrives once more, byte for byte, under another name."""
    source = out / str(earlier) / "seekers_0000.csv"
    target = out / str(later) / "seekers_0000_resend.csv"
    shutil.copyfile(source, target)
    return str(target.relative_to(out))


def _write_report(report: SimulationReport) -> None:
    content = {**asdict(report), "out": report.out.name, "dates": [str(day) for day in report.dates], "notice": NOTICE}
    del content["seconds"]  # the same arguments give the same bytes
    path = report.out / "truth" / "report.json"
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
