"""One night: the lake, the business date and the numbers every asset reports into.

`Night` is what assets receive; `open_night` takes the lake's lock and starts the engine. Do not put
here: assets, or anything a table is computed with.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyspark.sql import DataFrame

from dagster_project.resumption import Journal, forget_steps, open_journal
from lake import commit_repair, erasure, kill_points, publication, quality, staging, tables
from lake.contracts import rights as rights_contract
from lake.contracts import silver
from lake.contracts.declare import TRACE
from lake.contracts.registry import contract_version, table
from lake.delivery_files import shown_name, walk
from lake.device import Device, open_device
from lake.erasures import load_erasures
from lake.file_hash import sha256_of
from lake.session import open_session
from lake.settings import Settings
from transforms.gold.seeker_rights import without_restricted
from transforms.registers import Past, Registers

log = logging.getLogger("goyong.night")

Result = dg.MaterializeResult

_CODE_PACKAGES = ("lake", "transforms", "ml", "matching")


@dataclass(frozen=True)
class NightOptions:
    """What a night is run with; `failures` collects what opening it or its steps raised, for who started the run.

    `anew`: nothing is taken over from an earlier run of the same night that did not end.
    """

    settings: Settings
    sources_dir: Path
    force_reason: str | None = None
    anew: bool = False
    failures: list[BaseException] = field(default_factory=list, compare=False, repr=False)


@dataclass
class Night:
    """A running night; `stages`, `checks` and `commits` grow as assets report."""

    options: NightOptions
    lake: tables.Lake
    device: Device
    as_of: date
    run_id: str
    inputs_hash: str
    started_at: datetime
    stages: dict[str, float] = field(default_factory=dict)
    checks: list[quality.Check] = field(default_factory=list)
    commits: list[tables.Commit] = field(default_factory=list)
    journal: Journal = field(default_factory=Journal)

    @property
    def settings(self) -> Settings:
        """The settings this night is run with."""
        return self.options.settings

    def read(self, table_id: str) -> DataFrame:
        """The table for this night: its business date where it has one, everything otherwise."""
        return tables.read(self.lake, table_id, self.as_of if "as_of" in table(table_id).partition_by else None)

    def rows(self, table_id: str) -> int:
        """Rows of the table for this night, from the Delta log alone."""
        return tables.count(self.settings, table_id, {"as_of": self.as_of})

    def model_dir(self, service: str) -> Path:
        """Where a service's model for this night's month is kept."""
        return self.settings.models_dir / service / f"{self.as_of:%Y-%m}"

    def export(self, table_id: str) -> Path:
        """This night's rows of a small table as one Parquet file, for functions that the engine runs elsewhere."""
        version = tables.delta(self.settings, table_id).version()
        file = self.settings.staging_dir / "exports" / f"{table_id}-{version}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        rows = tables.dataset(self.settings, table_id, self.as_of).to_table()
        pq.write_table(rows.sort_by([(name, "ascending") for name in table(table_id).key]), file)
        return file.resolve()

    def registers(self) -> Registers:
        """The silver registers about people, as of this night, without those who had processing stopped."""
        return Registers(**{noun: self.read_usable(f"silver__{noun}") for noun in Registers.__dataclass_fields__})

    def read_usable(self, table_id: str) -> DataFrame:
        """The table for this night without rows of people who had processing stopped: what anything is made from."""
        frame = self.read(table_id)
        rights = tables.dataset(self.settings, rights_contract.SEEKER_RIGHTS.id, self.as_of)
        is_about_people = "seeker_key" in table(table_id).names
        # Without a restriction, as in most nights, the engine's plan stays free of eight joins.
        if not is_about_people or not rights.count_rows(filter=pc.field("is_restricted")):
            return frame
        return without_restricted(frame, self.read(rights_contract.SEEKER_RIGHTS.id))

    def past(self) -> Past:
        """What the registers knew earlier: replaced rows, and when each register was first loaded."""
        loads = self._delivered("min")
        return Past(
            self.read_usable(silver.SEEKER_VERSIONS.id),
            self.read_usable(silver.RESUME_VERSIONS.id),
            {noun: loads[noun] for noun in Registers.__dataclass_fields__ if noun in loads},
        )

    def staged(self, known: Registers, day: date) -> Registers:
        """The registers of a past date that features read more than once, computed once."""
        cut = {noun: getattr(known, noun) for noun in ("seekers", "resumes", "employment_spells")}
        traced = {column.name for column in TRACE}
        staged = {
            noun: staging.stage(self.lake, f"{noun}_{day}", frame.drop(*traced.intersection(frame.columns)))
            for noun, frame in cut.items()
        }
        return replace(known, **staged)

    def known_until(self) -> date:
        """The day up to which insured employment is known: that of its last delivery, never later than the night."""
        return self._delivered("max").get("employment_spells", self.as_of)

    def _delivered(self, which: str) -> dict[str, date]:
        """Noun → first (min) or last (max) day up to the night on which rows of it were delivered."""
        rows = tables.dataset(self.settings, "ops__deliveries").to_table(
            columns=["table_id", "delivery_date", "rows_count"]
        )
        rows = rows.filter((pc.field("delivery_date") <= self.as_of) & (pc.field("rows_count") > 0))
        days = rows.group_by("table_id").aggregate([("delivery_date", which)])
        names = [str(name).split("__", 1)[-1] for name in days["table_id"].to_pylist()]
        return dict(zip(names, days[f"delivery_date_{which}"].to_pylist(), strict=True))

    def write(self, table_id: str, frame: DataFrame) -> Result:
        """Replace this night's rows of a table, check them against the contract, and report both."""
        contract = table(table_id)
        partition = {"as_of": self.as_of} if "as_of" in contract.partition_by else None
        return self.report(tables.replace(self.lake, table_id, frame, partition))

    def report(self, commit: tables.Commit) -> Result:
        """Contract checks and metadata of a commit, as Dagster plots them."""
        started = time.monotonic()
        as_of = self.as_of if "as_of" in table(commit.table_id).partition_by else None
        checks = quality.check_table(self.settings, commit.table_id, as_of)
        self.checks += checks
        seconds = commit.seconds + time.monotonic() - started
        self.commits.append(commit)
        self.stages[commit.table_id] = self.stages.get(commit.table_id, 0.0) + seconds
        log.info("%-34s %11s rows %8.2f s", commit.table_id, f"{commit.rows:,}", seconds)
        kill_points.pass_point(self.settings, commit.table_id)
        return _result(commit, checks, seconds)

    def report_standing(self, commit: tables.Commit, checks: Sequence[quality.Check]) -> Result:
        """The same of a table that an earlier run of this night has made and that stands as it left it."""
        self.stages[commit.table_id] = 0.0
        log.info("%-34s %11s rows    stands", commit.table_id, f"{commit.rows:,}")
        return _result(commit, [check for check in checks if check.table_id == commit.table_id], 0.0)

    def timed(self, stage: str, started: float) -> float:
        """Record a stage that is not a table; returns its seconds."""
        seconds = time.monotonic() - started
        self.stages[stage] = self.stages.get(stage, 0.0) + seconds
        log.info("%-34s %11s      %8.2f s", stage, "", seconds)
        kill_points.pass_point(self.settings, stage)
        return seconds


def _result(commit: tables.Commit, checks: Sequence[quality.Check], seconds: float) -> Result:
    broken = [check for check in checks if not check.passed]
    return dg.MaterializeResult(
        asset_key=commit.table_id,
        metadata={
            "dagster/partition_row_count": commit.rows,
            "seconds": round(seconds, 3),
            "delta_version": commit.version,
            "broken_rules": len(broken),
        },
        check_results=[
            dg.AssetCheckResult(
                passed=not broken,
                check_name="contract",
                asset_key=commit.table_id,
                metadata={"rules": len(checks), "broken": ", ".join(check.name for check in broken) or "-"},
            )
        ],
    )


@contextmanager
def open_night(options: NightOptions, as_of: date, *, whole: bool = True) -> Iterator[Night]:
    """Lock the lake, start engine and device, and yield the night; all is released on leaving.

    A night that is not run whole (single steps asked for) computes them whatever stands.
    """
    settings = options.settings
    with publication.lock(settings):
        commit_repair.repair(settings)
        device = open_device(settings.device)
        inputs = inputs_hash(options, as_of)
        log.info("night %s: engine %s, device %s, %d cores", as_of, settings.engine, device.name, settings.cores)
        with _cleared(settings), open_session(settings) as spark:
            lake = tables.Lake(settings, spark)
            erasure.finish_begun(lake)
            yield Night(
                options=options,
                lake=lake,
                device=device,
                as_of=as_of,
                run_id=f"{as_of.isoformat()}-{inputs[:12]}",
                inputs_hash=inputs,
                started_at=datetime.now(tz=UTC),
                journal=_journal(options, inputs, device.name) if whole else Journal(),
            )


def _journal(options: NightOptions, inputs: str, device: str) -> Journal:
    if options.anew:
        forget_steps(options.settings)
    return open_journal(options.settings, inputs, device, code_hash(("dagster_project",)))


@contextmanager
def _cleared(settings: Settings) -> Iterator[None]:
    """Leave no frames, exports and spilled rows behind: those of this night, and first those of one that was killed."""
    clear_work(settings)
    try:
        yield
    finally:
        clear_work(settings)


def clear_work(settings: Settings) -> None:
    """Remove frames, exports and spilled rows of nights; call under the lake's lock."""
    for name in ("frames", "exports", "spill"):
        shutil.rmtree(settings.staging_dir / name, ignore_errors=True)


def delivery_dates(sources_dir: Path, as_of: date) -> list[date]:
    """Delivery folders (YYYY-MM-DD) up to and including `as_of`, oldest first."""
    found = []
    for folder in sources_dir.iterdir() if sources_dir.is_dir() else ():
        try:
            day = date.fromisoformat(folder.name)
        except ValueError:
            continue
        if folder.is_dir() and day <= as_of:
            found.append(day)
    return sorted(found)


def inputs_hash(options: NightOptions, as_of: date) -> str:
    """A hash of everything the night's answer depends on: deliveries, mappings, erasures, code, contracts."""
    digest = hashlib.sha256(as_of.isoformat().encode())
    root = options.sources_dir
    folders = [root / "mappings", *(root / day.isoformat() for day in delivery_dates(root, as_of))]
    for folder in (folder for folder in folders if folder.is_dir()):
        plain, strange = walk(folder)
        for file in (file for file in plain if file.is_file()):
            digest.update(f"{file.relative_to(root)} {sha256_of(file)}\n".encode())
        digest.update("".join(f"{shown_name(str(file.relative_to(root)))}\n" for file in strange).encode())
    digest.update(load_erasures(options.settings).digest.encode())
    digest.update(code_hash(_CODE_PACKAGES).encode())
    digest.update(contract_version("serving__seeker_jobs_v1").encode())
    return digest.hexdigest()


def code_hash(packages: Sequence[str]) -> str:
    """A hash of the code of some of our packages."""
    here, digest = Path(__file__).resolve().parent.parent, hashlib.sha256()
    for file in (file for package in packages for file in sorted((here / package).rglob("*.py"))):
        digest.update(sha256_of(file).encode())
    return digest.hexdigest()
