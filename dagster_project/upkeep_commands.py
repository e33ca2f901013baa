"""`goyong rollback | publish | verify | maintain`: what an operator does to published nights.

Heavy imports stand inside commands. Do not put here: how a night is served, checked or kept small (lake/), other
commands (cli.py).
"""

from __future__ import annotations

from typing import Annotated

import typer

from dagster_project.command_options import LakeDir, make_settings

EXIT_CHECK_FAILED = 1
Discard = Annotated[bool, typer.Option("--discard", help="Forget the night that is left: it is damaged for good.")]


def rollback(
    run_id: Annotated[str | None, typer.Argument(help="Run to serve again (default: the one before).")] = None,
    lake: LakeDir = None,
    discard: Discard = False,
) -> None:
    """Serve an older published night again."""
    from lake import audit_log, publication
    from lake.refused_since import count_refused_since

    settings = make_settings(lake_dir=lake)
    with publication.lock(settings):
        served = publication.rollback(settings, run_id, discard=discard)
        typer.echo(f"now serving {served.run_id}")
        if refusing := count_refused_since(settings, served):
            audit_log.record(settings, "serve refused", run_id=served.run_id, people=refusing)
            typer.echo(
                f"{refusing} people answered in it have refused since, or had their processing stopped: they are "
                "served until the next night is published. Do: publish one soon (infra/runbooks/night.md)",
                err=True,
            )


def publish(
    run_id: Annotated[str, typer.Argument(help="Published run to serve.")],
    lake: LakeDir = None,
    discard: Discard = False,
) -> None:
    """Point readers at a kept night (the same as rollback RUN, also forwards)."""
    rollback(run_id, lake, discard)


def verify(
    lake: LakeDir = None,
    all_nights: Annotated[bool, typer.Option("--all", help="Every kept night, not only the served one.")] = False,
) -> None:
    """Check every published byte, the pointers and the audit log."""
    from lake import publication, verification
    from lake.settings import SettingsError

    settings = make_settings(lake_dir=lake)
    if not settings.lake_dir.is_dir():
        raise SettingsError(f"{settings.lake_dir}: no such folder; expected a lake. Do: --lake FOLDER")
    problems, nights = verification.verify(settings, all_nights=all_nights)
    if problems:
        typer.echo("\n".join(problems))
        raise typer.Exit(EXIT_CHECK_FAILED)
    pointer = publication.current(settings)
    files = sum(len(entry.files) for entry in pointer.tables.values())
    typer.echo(f"{pointer.run_id}: {files} files of {len(pointer.tables)} tables are as published; {nights} checked")


def maintain(lake: LakeDir = None) -> None:
    """Drop nights beyond the kept ones and the files that no kept night needs."""
    from lake import maintenance, publication

    settings = make_settings(lake_dir=lake)
    with publication.lock(settings):
        typer.echo(maintenance.maintain(settings))
