"""What several commands share: the lake option, the JSON option, the settings they make.

Imports nothing heavy, so that --help answers at once. Do not put here: commands (cli.py, explain_commands.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

LakeDir = Annotated[Path | None, typer.Option("--lake", help="Folder of the lake (default .lake or GOYONG_LAKE_DIR).")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


def make_settings(**overrides: Any) -> Any:
    """The settings of environment and goyong.toml with what the command line says over them."""
    from lake.settings import load_settings

    return load_settings(**overrides)
