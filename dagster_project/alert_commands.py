"""`goyong alert test | check`: whether alerts arrive, and what there is to tell between nights.

Heavy imports stand inside commands. Do not put here: what is worth an alert (alerting.py), sending (lake/alerts.py).
"""

from __future__ import annotations

from typing import Any

import typer

from dagster_project.command_options import LakeDir, make_settings

EXIT_CHECK_FAILED = 1
alert_app = typer.Typer(no_args_is_help=True, help="Tell the people who run the lake.")


@alert_app.command("test")
def send_test(lake: LakeDir = None) -> None:
    """Send one test alert on every channel; exit code 1 when one did not take it."""
    from dagster_project import alerting

    _tell(alerting.send_test(make_settings(lake_dir=lake)))


@alert_app.command()
def check(lake: LakeDir = None) -> None:
    """Tell of a late night, old results, a full disk, unfinished erasures; send again what did not arrive."""
    from dagster_project import alerting

    _tell(alerting.watch(make_settings(lake_dir=lake)))


def _tell(sent: list[Any]) -> None:
    for attempt in sent:
        said = attempt.problem or ("received" if attempt.is_received else "recorded; no channel is set")
        typer.echo(f"{attempt.alert.kind_code:<20} {attempt.channel_code:<8} {said}")
    if not sent:
        typer.echo("nothing to tell")
    if any(attempt.problem for attempt in sent):
        raise typer.Exit(EXIT_CHECK_FAILED)
