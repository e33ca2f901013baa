"""`goyong explain`: a person's, a posting's and an occupation's published answers as text, JSON or a page.

Heavy imports stand inside commands. Do not put here: look-ups and words (dashboards/), other commands (cli.py).
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dagster_project.command_options import AsJson, LakeDir, make_settings


class Reader(StrEnum):
    """Who reads a seeker's answers."""

    SEEKER = "seeker"
    COUNSELLOR = "counsellor"


explain_app = typer.Typer(
    no_args_is_help=True,
    help="A person's, a posting's or an occupation's answers with reasons, as people read them.",
)


@explain_app.command("seeker")
def explain_seeker(
    key: Annotated[str, typer.Argument(help="Pseudonymous seeker key.")],
    lake: LakeDir = None,
    json: AsJson = False,
    html: Annotated[Path | None, typer.Option(help="Write the person's page here.")] = None,
    reader: Annotated[Reader, typer.Option("--for", help="Who reads it; a counsellor reads more of it.")] = (
        Reader.SEEKER
    ),
) -> None:
    """Show one seeker's six answers with their reasons."""
    from dagster_project import report

    is_for_counsellor = reader is Reader.COUNSELLOR
    settings = make_settings(lake_dir=lake)
    typer.echo(report.explain_seeker(settings, key, as_json=json, html=html, is_for_counsellor=is_for_counsellor))


@explain_app.command("posting")
def explain_posting(
    posting_id: Annotated[str, typer.Argument(metavar="ID", help="Number of an open posting (wantedAuthNo).")],
    lake: LakeDir = None,
    json: AsJson = False,
    html: Annotated[Path | None, typer.Option(help="Write the posting's page here.")] = None,
) -> None:
    """Show one open posting's talents with their reasons, and how its recommendations are shared."""
    from dagster_project import report

    typer.echo(report.explain_posting(make_settings(lake_dir=lake), posting_id, as_json=json, html=html))


@explain_app.command("occupation")
def explain_occupation(
    text: Annotated[str, typer.Argument(help="A job title in free text (웹퍼블리셔), or a four-digit KECO code.")],
    lake: LakeDir = None,
    json: AsJson = False,
    html: Annotated[Path | None, typer.Option(help="Write the occupation's page here.")] = None,
) -> None:
    """Show what an occupation needs, its market, and the coming courses that teach it."""
    from dagster_project import report

    typer.echo(report.explain_occupation(make_settings(lake_dir=lake), text, as_json=json, html=html))
