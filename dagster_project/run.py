"""Run nights from the command line: the same job as in the UI, in this process.

Do not put here: command-line parsing (cli.py) or reading results (report.py).
"""

from __future__ import annotations

import gc
import logging
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import dagster as dg

from dagster_project import candidate
from dagster_project.alerting import tell_unopened
from dagster_project.build import build_definitions
from dagster_project.night import NightOptions, clear_work, delivery_dates, inputs_hash
from dagster_project.redacted_log import keep_errors_out_of_records, told_of
from dagster_project.resumption import forget_steps
from lake import artefacts, commit_repair, publication, quality, tables
from lake.deliveries import NoDelivery
from lake.disk_full import as_disk_full
from lake.privacy import redact_record
from lake.settings import Settings, today_in_seoul

log = logging.getLogger("goyong.run")


class NightInTheFuture(ValueError):
    """The business date has not begun in Seoul: there is no such night yet."""

    exit_code = 2


class NightFailed(RuntimeError):
    """A night ended before any step could say why."""


DEMO_DATE = date(2026, 11, 20)
Sizes = tuple[int, int, int]
"""Seekers, open postings, coming sessions."""


def nightly(
    settings: Settings, sources: Path, as_of: date, *, force_reason: str | None = None, anew: bool = False
) -> str:
    """Run and publish the night `as_of`; returns the run id. An unchanged night is recognised and left alone.

    A night that was stopped goes on from the steps that were finished, unless it is to be computed `anew`.

    Raises NightInTheFuture, before anything is touched, for a date that Dagster has no partition for yet.
    """
    if as_of > (today := today_in_seoul()):
        raise NightInTheFuture(
            f"found the business date {as_of}; expected one up to today, {today} in Seoul. Do: check --date and the "
            "clock of this machine"
        )
    options = NightOptions(settings, sources, redact_record(force_reason) if force_reason else None, anew)
    if not delivery_dates(sources, as_of):
        raise NoDelivery(f"no delivery folder (YYYY-MM-DD) up to {as_of} in the sources folder; nothing to land")
    with publication.lock(settings):
        clear_work(settings)  # of a night that was killed: an unchanged night opens none that would do it
        repaired = commit_repair.repair(settings)
        is_finished_now = candidate.finish_served(settings)
        unchanged = None if repaired else _published_already(options, as_of)
        if unchanged:  # of a run that was killed after the switch
            forget_steps(settings)
    if unchanged:
        done = "finished what was left" if is_finished_now else "nothing to do"
        log.info("night %s: nothing changed since run %s was published; %s", as_of, unchanged.run_id, done)
        return unchanged.run_id
    started = time.monotonic()
    execute(options, as_of)
    run_id = publication.current(settings).run_id
    log.info("night %s: published run %s in %.1f s", as_of, run_id, time.monotonic() - started)
    return run_id


def backfill(settings: Settings, sources: Path, span: tuple[date, date], *, dry_run: bool = False) -> None:
    """Every night in `span` (inclusive) that has a delivery, oldest first."""
    for day in delivery_dates(sources, span[1]):
        if day >= span[0]:
            log.info("backfill %s", day)
            if not dry_run:
                nightly(settings, sources, day)


def simulate_korea(out: Path, sizes: Sizes, *, nights: int, seed: int, first_date: date) -> str:
    """Write synthetic deliveries; returns the simulator's own report as text."""
    from lake.sources.simulated import simulate

    report = simulate(
        seekers=sizes[0],
        postings=sizes[1],
        sessions=sizes[2],
        nights=nights,
        seed=seed,
        out=out,
        first_date=first_date,
    )
    return str(report)


def demo(settings: Settings, sources: Path, *, sizes: Sizes, seed: int) -> str:
    """A whole synthetic night; returns lines that say what to open and one seeker to try."""
    started = time.monotonic()
    if not (sources / DEMO_DATE.isoformat()).is_dir():
        log.info("simulating a synthetic Korea: %d seekers, %d open postings, %d sessions", *sizes)
        simulate_korea(sources, sizes, nights=1, seed=seed, first_date=DEMO_DATE)
    nightly(settings, sources, DEMO_DATE)
    key = _someone(settings)
    goyong = _command()
    explain = f"{goyong} explain seeker {key} --lake {settings.lake_dir}"
    page = settings.publication_dir
    return "\n".join(
        [
            f"합성 데이터로 하룻밤을 마쳤습니다 (synthetic data) — {time.monotonic() - started:.0f} s",
            f"  page for analysts     {page / artefacts.SITE_LINK / 'index.html'}",
            f"  database for analysts {page / artefacts.DATABASE_LINK}",
            f"  one seeker            {explain}",
            f"  as a page             {explain} --html seeker.html",
            f"  people for a posting  {goyong} explain posting {_some_posting(settings)} --lake {settings.lake_dir}",
            f"  about an occupation   {goyong} explain occupation 사회복지사 --lake {settings.lake_dir}",
            "  the asset graph       make ui",
        ]
    )


def _command() -> str:
    """How to call goyong from the folder one stands in."""
    script = Path(sys.prefix) / "bin" / "goyong"
    return os.path.relpath(script) if script.is_file() else "goyong"


def _published_already(options: NightOptions, as_of: date) -> publication.Pointer | None:
    """The served night, if it is this one."""
    try:
        served = publication.current(options.settings)
    except publication.NothingPublished:
        return None
    same = served.as_of == as_of and served.inputs_hash == inputs_hash(options, as_of)
    return served if same else None


def execute(options: NightOptions, as_of: date, assets: Sequence[str] | None = None) -> dict[str, float]:
    """The job `nightly` (or those of its assets) in this process, recorded in the instance that the UI shows.

    Returns step → seconds. Errors of a step are raised as Dagster wraps them.
    """
    home = prepare_home(options.settings)
    os.environ["DAGSTER_HOME"] = str(home)
    keep_errors_out_of_records()
    job = build_definitions(options).resolve_job_def("nightly")
    with dg.DagsterInstance.from_config(str(home)) as instance, _standing_objects_left_alone():
        result = job.execute_in_process(
            instance=instance,
            partition_key=as_of.isoformat(),
            asset_selection=[dg.AssetKey(name) for name in assets] if assets else None,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,  # the failure hook, which records the night, runs only then
        )
    if not result.success:
        failure = _failure_of(options, result)
        if not any(event.is_step_failure for event in result.all_events):
            tell_unopened(options.settings, as_of, told_of(failure))  # the hook tells of steps
        raise failure
    done = [event for event in result.all_events if event.is_step_success]
    return {str(event.step_key): event.step_success_data.duration_ms / 1000 for event in done}


@contextmanager
def _standing_objects_left_alone() -> Iterator[None]:
    """Keep garbage collection from walking through modules and definitions: it took a tenth of a small night.

    Given back at the end: a process that runs several nights would otherwise keep the garbage of each.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _failure_of(options: NightOptions, result: dg.ExecuteInProcessResult) -> BaseException:
    """What the first failed step raised, or what kept the night from being opened."""
    if options.failures:
        steps = [str(event.step_key) for event in result.all_events if event.is_step_failure]
        return as_disk_full(options.failures[0], writing=", ".join(steps[:1])) or options.failures[0]
    errors = [getattr(event.event_specific_data, "error", None) for event in result.all_events]
    told = [cause for error in errors if error is not None for cause in (error, error.cause) if cause is not None]
    return NightFailed(told[-1].message.strip() if told else "the run failed before its first step; see the Dagster UI")


def prepare_home(settings: Settings) -> Path:
    """Dagster's home in the lake, with our dagster.yaml (telemetry off) unless one is there."""
    home = settings.dagster_dir.resolve()
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "dagster.yaml").is_file():
        shutil.copyfile(Path(__file__).with_name("dagster.yaml"), home / "dagster.yaml")
    return home


def _someone(settings: Settings) -> str:
    """A seeker with as many kinds of answers as there are, for people who want to look."""
    nouns = ("employment", "occupations", "jobs", "courses", "certificates")
    with quality.connect(settings) as db:
        for noun in nouns:
            db.register(noun, tables.dataset(settings, f"serving__seeker_{noun}_v1"))
        answered = " + ".join(f"({noun}.answer_code = 'OK')::int" for noun in nouns)
        others = " ".join(f"left join {noun} using (seeker_key)" for noun in nouns if noun != "jobs")
        full = "(session_id_3 is not null)::int + coalesce(occupations.basis_code = 'TEST_AND_HISTORY', false)::int"
        sql = f"select seeker_key from jobs {others} order by {answered} + {full} desc, seeker_key limit 1"  # noqa: S608 - our own nouns only
        row = db.execute(sql).fetchone()
    if row is None:
        raise publication.NothingPublished("the published night answers for nobody; see ops__quality")
    return str(row[0])


def _some_posting(settings: Settings) -> str:
    """A posting with several people to show."""
    with quality.connect(settings) as db:
        db.register("talents", tables.dataset(settings, "serving__posting_talents_v1"))
        row = db.execute("select posting_id from talents order by seeker_key_5 is null, posting_id limit 1").fetchone()
    if row is None:
        raise publication.NothingPublished("the published night has no open posting; see ops__quality")
    return str(row[0])
