"""`goyong forget`: erase people at their request, and print the certificate.

Heavy imports stand inside the command. Do not put here: how people are erased (lake/erasure.py), how the certificate
reads (dashboards/erasure_page.py).
"""

from __future__ import annotations

import json as jsons
import sys
from typing import Annotated

import typer

from dagster_project.command_options import AsJson, LakeDir, make_settings


def forget(
    keys: Annotated[list[str] | None, typer.Argument(metavar="KEY...", help="seeker_key, as in tables.")] = None,
    resident_number: Annotated[
        bool, typer.Option("--resident-number-stdin", help="Read a resident number from standard input instead.")
    ] = False,
    lake: LakeDir = None,
    json: AsJson = False,
) -> None:
    """Erase people from tables, history, vault, exports and quarantine, for good; prints the certificate."""
    if bool(keys) is resident_number:
        raise typer.BadParameter("give keys, or --resident-number-stdin", param_hint="KEY")
    from lake import exports, publication

    settings = make_settings(lake_dir=lake)
    with publication.lock(settings), exports.exclusive(settings):
        from dashboards import erasure_page
        from lake import erasure
        from lake.session import open_session
        from lake.tables import Lake

        people = keys or [erasure.key_of_resident_number(settings, sys.stdin.readline().strip())]
        with open_session(settings) as spark:
            certificate = erasure.forget(Lake(settings, spark), people)
        written = jsons.dumps(certificate, ensure_ascii=False, indent=1)
        typer.echo(written if json else erasure_page.as_text(certificate))
    if certificate["residue"]:
        raise typer.Exit(1)
