"""`goyong lineage TABLE[.COLUMN]`: where a table or a column comes from, with Korean labels.

Heavy imports stand inside the command. Do not put here: lineage itself (lake/contracts/lineage.py).
"""

from __future__ import annotations

from typing import Annotated

import typer

from dagster_project.command_options import AsJson


def lineage(
    name: Annotated[str, typer.Argument(metavar="TABLE[.COLUMN]", help="serving__seeker_jobs_v1.posting_id_1")],
    json: AsJson = False,
) -> None:
    """Say which columns a table or column is made from, down to the fields that a source delivers."""
    from dashboards import lineage_text

    typer.echo(lineage_text.as_json(name) if json else lineage_text.as_text(name))
