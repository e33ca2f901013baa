"""`goyong`: the command line that scripts, tests and runbooks call.

Results on stdout, progress and logs on stderr. Exit codes: 0 done, 1 a check failed and nothing was
published, 2 usage, 3 data not ready, 4 another run holds the lake. Heavy imports stand inside commands,
so that --help answers at once. Do not put here: what a command does (see run.py and the packages).
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from dagster_project.alert_commands import alert_app
from dagster_project.command_options import AsJson, LakeDir, make_settings
from dagster_project.evaluate import evaluate_app
from dagster_project.explain_commands import explain_app
from dagster_project.forget_command import forget
from dagster_project.lineage_command import lineage
from dagster_project.portal_commands import portal_app
from dagster_project.query_commands import query_app
from dagster_project.redacted_log import causes_of, is_ours, print_redacted_traceback, set_up_logging
from dagster_project.serve_commands import api_key_app, serve_app
from dagster_project.upkeep_commands import maintain, publish, rollback, verify
from dagster_project.vault_commands import vault_app

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
app.add_typer(explain_app, name="explain")
app.add_typer(evaluate_app, name="evaluate")
for upkeep in (rollback, publish, verify, maintain, forget):
    app.command()(upkeep)
app.add_typer(query_app)
app.add_typer(vault_app, name="vault")
app.add_typer(serve_app)
app.add_typer(api_key_app, name="api-key")
app.add_typer(portal_app, name="portal")
app.add_typer(alert_app, name="alert")
app.command()(lineage)

Engine = Annotated[str | None, typer.Option(help="embedded | spark | sc://host:port")]
DeviceName = Annotated[str | None, typer.Option("--device", help="auto | cpu | gpu")]
Day = Annotated[datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Business date (Asia/Seoul).")]

EXIT_CHECK_FAILED, EXIT_USAGE, EXIT_NOT_READY, EXIT_LOCKED = 1, 2, 3, 4


def _refuse_if_locked(settings: Any) -> None:
    """Say at once that another run holds the lake: the imports that a night needs take seconds."""
    from lake import publication

    with publication.lock(settings):
        pass


@app.command()
def demo(
    seekers: Annotated[int, typer.Option(help="People.")] = 20_000,
    postings: Annotated[int, typer.Option(help="Open postings.")] = 5_000,
    sessions: Annotated[int, typer.Option(help="Coming training sessions.")] = 800,
    seed: Annotated[int, typer.Option(help="Same seed, same Korea.")] = 1,
    out: Annotated[Path, typer.Option(help="Where the demo lives.")] = Path(".demo"),
) -> None:
    """Simulate a small synthetic Korea and run one whole night on it."""
    from dagster_project import run

    settings = make_settings(lake_dir=out / "lake")
    typer.echo(run.demo(settings, out / "deliveries", sizes=(seekers, postings, sessions), seed=seed))


@app.command()
def simulate(
    out: Annotated[Path, typer.Option(help="Folder for the deliveries.")],
    seekers: Annotated[int, typer.Option(help="People.")] = 20_000,
    postings: Annotated[int, typer.Option(help="Open postings.")] = 5_000,
    sessions: Annotated[int, typer.Option(help="Coming training sessions.")] = 800,
    nights: Annotated[int, typer.Option(help="Daily deliveries.")] = 1,
    seed: Annotated[int, typer.Option(help="Same seed, same Korea.")] = 1,
    first_date: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First business date.")] = None,
) -> None:
    """Write source-shaped deliveries of a synthetic Korea, one folder per date."""
    from dagster_project import run

    first = first_date.date() if first_date else run.DEMO_DATE
    report = run.simulate_korea(out, (seekers, postings, sessions), nights=nights, seed=seed, first_date=first)
    typer.echo(report)


@app.command()
def nightly(
    sources: Annotated[Path, typer.Option(help="Folder of mappings/ and YYYY-MM-DD/ deliveries.")],
    day: Day = None,
    lake: LakeDir = None,
    engine: Engine = None,
    device: DeviceName = None,
    force: Annotated[str | None, typer.Option(help="Publish past failed gates, for this reason (recorded).")] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Take nothing over from a run that did not end.")] = False,
) -> None:
    """Land, clean, compute, check and publish for a business date; running it again changes nothing.

    A run that was stopped goes on from the steps that it had finished.
    """
    from lake.settings import today_in_seoul

    if force is not None and not force.strip():
        raise typer.BadParameter("publishing past failed gates needs a reason, and it is blank", param_hint="--force")
    settings = make_settings(lake_dir=lake, engine=engine, device=device)
    _refuse_if_locked(settings)
    from dagster_project import run

    run.nightly(settings, sources, day.date() if day else today_in_seoul(), force_reason=force, anew=anew)


@app.command()
def backfill(
    sources: Annotated[Path, typer.Option(help="Folder of mappings/ and deliveries.")],
    start: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])],
    end: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"])],
    lake: LakeDir = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List the nights only.")] = False,
) -> None:
    """Run the nights of a range of dates, oldest first, one after the other."""
    from dagster_project import run

    run.backfill(make_settings(lake_dir=lake), sources, (start.date(), end.date()), dry_run=dry_run)


@app.command()
def status(lake: LakeDir = None, json: AsJson = False) -> None:
    """Say what is served now and how the last night ended."""
    from dagster_project import report

    typer.echo(report.status(make_settings(lake_dir=lake), as_json=json))


@app.command()
def runs(lake: LakeDir = None, json: AsJson = False) -> None:
    """List the nights that ran."""
    from dagster_project import report

    typer.echo(report.runs(make_settings(lake_dir=lake), as_json=json))


@app.command()
def doctor(lake: LakeDir = None, json: AsJson = False) -> None:
    """Say what is missing on this machine and the command that fixes it."""
    from dagster_project import report

    text, is_healthy = report.doctor(make_settings(lake_dir=lake), as_json=json)
    typer.echo(text)
    if not is_healthy:
        raise typer.Exit(EXIT_CHECK_FAILED)


@app.command()
def bench(
    stage: Annotated[str, typer.Argument(help="answers | night | features | jobs | lookups | probability | simulate")],
    seekers: Annotated[int, typer.Option(help="People.")] = 117_000,
    postings: Annotated[int, typer.Option(help="Open postings.")] = 20_000,
    sessions: Annotated[int, typer.Option(help="Coming training sessions.")] = 3_000,
    out: Annotated[Path, typer.Option(help="Scratch folder.")] = Path(".bench"),
) -> None:
    """Time a stage at a size: seconds, rows a second, peak memory of the process tree."""
    from dagster_project import bench as benches

    typer.echo(benches.run(stage, sizes=(seekers, postings, sessions), out=out))


def _exit_code(error: BaseException) -> int | None:
    """The exit code of an error of ours, or None for one that is not (it keeps its traceback)."""
    from lake import publication

    if isinstance(error, publication.LakeLocked):  # said before anything heavy is imported
        return EXIT_LOCKED
    from lake import deliveries, landing, session, settings, tables
    from lake.sources.work24 import Work24Error

    not_ready = (
        deliveries.NoDelivery,
        landing.DeliveryMissing,
        tables.TableMissing,
        publication.NothingPublished,
        session.EngineUnavailable,
        Work24Error,
    )
    if isinstance(error, settings.SettingsError):
        return EXIT_USAGE
    if isinstance(error, not_ready):
        return EXIT_NOT_READY
    if not is_ours(error):
        return None
    # Errors about files and options given on the command line say their own code: their packages load too slowly here.
    return int(getattr(error, "exit_code", EXIT_CHECK_FAILED))


def main() -> None:
    """Entry point: known errors become one clear line and an exit code, unknown ones keep their traceback, redacted."""
    set_up_logging()
    try:
        app()
    except Exception as error:
        from lake.disk_full import as_disk_full

        full = as_disk_full(error)
        known = full or next((cause for cause in causes_of(error) if _exit_code(cause) is not None), None)
        if known is None:
            print_redacted_traceback(error)
            sys.exit(EXIT_CHECK_FAILED)
        from lake.privacy import redact

        typer.echo(redact(f"{type(known).__name__}: {str(known)[:2000]}"), err=True)
        sys.exit(_exit_code(known))


if __name__ == "__main__":
    main()
