"""`goyong portal`: hand the served night over to a portal's own database.

Heavy imports stand inside commands. Do not put here: how a night is loaded (lake/postgres.py), exports
(query_commands.py).
"""

from __future__ import annotations

from typing import Annotated

import typer

from dagster_project.command_options import LakeDir, make_settings

portal_app = typer.Typer(no_args_is_help=True, help="Hand the served night over to portals.")


@portal_app.command("load-postgres")
def load_postgres(
    lake: LakeDir = None,
    schema: Annotated[str, typer.Option(help="Schema of the views that readers use.")] = "goyong",
) -> None:
    """Load the served night into PostgreSQL (GOYONG_POSTGRES_DSN) in one transaction; again changes nothing."""
    from lake import postgres

    done = postgres.load(make_settings(lake_dir=lake), schema=schema)
    what = f"{done.rows:,} rows" if done.rows else "stood there already"
    typer.echo(f"{done.run_id}: {what}; load {done.load_number} is what {schema}.* shows")
