"""`goyong serve` and `goyong api-key`: the look-up API and the keys of the portals that may ask it.

Heavy imports stand inside the commands. Do not put here: what the API answers (portal/).
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from dagster_project.command_options import LakeDir, make_settings

serve_app = typer.Typer(add_completion=False)
api_key_app = typer.Typer(no_args_is_help=True, help="Keys for the look-up API: make, list, revoke.")

KeysFile = Annotated[
    Path | None, typer.Option(help="File of API keys (default api_keys.json beside the master key of the lake).")
]
_LOCAL = ("127.0.0.1", "::1", "localhost")


class ApiNotInstalled(ImportError):
    """The pip extra of the look-up API is missing."""

    exit_code = 2


class AddressUnusable(OSError):
    """The address to listen on is taken, or not one of this machine."""

    exit_code = 2


@serve_app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65_535)] = 8080,
    keys_file: KeysFile = None,
    stale_after_hours: Annotated[
        int | None, typer.Option(help="Answer 503 when the night is older (0: never; default 36).", min=0)
    ] = None,
    lake: LakeDir = None,
) -> None:
    """Answer look-ups by key from the published night over HTTP, read-only, until stopped."""
    settings = make_settings(lake_dir=lake, api_keys_file=keys_file, api_stale_hours=stale_after_hours)
    try:
        import uvicorn

        from portal.app import create_app
        from portal.serving import make_service
    except ModuleNotFoundError as error:
        if error.name not in ("fastapi", "uvicorn"):
            raise
        raise ApiNotInstalled(
            f"found no {error.name}; expected the pip extra api. Do: pip install 'goyong[api]'"
        ) from error
    app = create_app(make_service(settings))
    if host not in _LOCAL:
        typer.echo("answers are about people: let only a proxy with TLS reach this address", err=True)
    config = uvicorn.Config(app, host=host, port=port, log_config=None, access_log=False, server_header=False)
    listening = _listen(host, port)
    typer.echo(f"serving http://{host}:{listening.getsockname()[1]}")
    sys.stdout.flush()
    uvicorn.Server(config).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """A socket on which connections wait from now on, until the server takes them."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2_048)
    except OSError as error:
        raise AddressUnusable(
            f"{host}:{port}: found {error.strerror}; expected a free address. Do: --port N"
        ) from error


@api_key_app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Who it is for: a-z, 0-9 and -, as in work24-web.")],
    scope: Annotated[list[str], typer.Option(help="seeker | posting | status (again for more)")],
    keys_file: KeysFile = None,
    lake: LakeDir = None,
) -> None:
    """Make a key and show it once; the file keeps only its salted hash."""
    from portal import api_keys

    settings = make_settings(lake_dir=lake, api_keys_file=keys_file)
    key = api_keys.create_key(settings.api_keys_path, name, scope)
    _record(settings, "api-key create", name=name, scopes=" ".join(sorted(set(scope))))
    typer.echo(key)


@api_key_app.command("list")
def list_keys(keys_file: KeysFile = None, lake: LakeDir = None) -> None:
    """Say which keys there are and what they may read; never the keys themselves."""
    from portal import api_keys

    settings = make_settings(lake_dir=lake, api_keys_file=keys_file)
    for key in api_keys.read_keys(settings.api_keys_path):
        typer.echo(f"{key.created_at}  {key.name:<40}  {' '.join(key.scopes)}")


@api_key_app.command("revoke")
def revoke(
    name: Annotated[str, typer.Argument(help="The name the key was made for.")],
    keys_file: KeysFile = None,
    lake: LakeDir = None,
) -> None:
    """Take a key back; a running API refuses it within a second."""
    from portal import api_keys

    settings = make_settings(lake_dir=lake, api_keys_file=keys_file)
    api_keys.revoke_key(settings.api_keys_path, name)
    _record(settings, "api-key revoke", name=name)
    typer.echo(f"revoked {name}")


def _record(settings: Any, action: str, **facts: str) -> None:
    """Who was let in and who was not any more stands in the lake's audit log, where there is a lake."""
    from lake import audit_log

    if settings.tables_dir.is_dir():
        audit_log.record(settings, action, **facts)
